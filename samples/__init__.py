"""Samples that are installed with the program: profiles, datasets and filled forms."""
