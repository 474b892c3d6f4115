"""Two revisions of one ruleset: what changed in meaning between them, shown on a subject where it can be."""
