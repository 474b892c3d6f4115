"""Questions about requirements, answered by the solver and replayed by the reference engine."""
