"""Forward chaining in the C engine of durable-rules, inside a fence: facts → truths → outcomes → verdict."""
