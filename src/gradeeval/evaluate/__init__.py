"""From profiles and rulesets to findings, verdicts and roll-up."""
