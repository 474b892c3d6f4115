"""A ruleset's own examples: run, and tried on changed rules to see what they leave untested."""
