"""A province or the nation at once: from a dataset to files that answer questions."""
