"""The same requirements as expressions over coded columns: a province or the nation at once."""
