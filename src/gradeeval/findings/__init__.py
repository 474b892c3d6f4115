"""Findings: judgements dressed with what an evaluator acts on. They know engines; reports know only them."""
