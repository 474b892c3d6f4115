"""Profiles: one subject in one period, read from files, checked against the schemas, and held as exact values."""
