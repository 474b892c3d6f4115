"""What is wrong with rulesets beyond what the language refuses: checks, levels, ignores, fixes, reports of them."""
