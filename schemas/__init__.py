"""JSON Schemas that are installed with the program: one for each kind of file."""
