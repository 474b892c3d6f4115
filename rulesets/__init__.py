"""Rulesets that are installed with the program: a folder a document, and shared/ for what several documents use."""
