"""Sets up what a province fills in: a ruleset folder or a whole distribution, small, complete and passing its own checks."""
