"""Z3 as the fourth reading of the language: questions about rules, not about profiles. z3 is imported only here."""
