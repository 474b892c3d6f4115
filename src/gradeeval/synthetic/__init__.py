"""Invented datasets: a province or the nation, with the mix of institutions, the gaps and the errors of real returns."""
