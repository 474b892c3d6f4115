"""The command line: one module a command. Parse, call, exit code; each is loaded when it is used."""
