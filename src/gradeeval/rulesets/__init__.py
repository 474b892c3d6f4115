"""Rulesets: folders that encode one document each, read into checked values."""
