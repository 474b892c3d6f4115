"""The published texts: cut into segments, and held against what a ruleset says that they say."""
