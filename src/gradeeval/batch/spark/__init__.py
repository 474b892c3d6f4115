"""A run over a dataset on Spark: the same parts, judged by the workers of a cluster, to files on any path that it reads."""
