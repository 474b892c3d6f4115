"""Profiles and rosters as coded columns: what a province or the nation is evaluated from at once."""
