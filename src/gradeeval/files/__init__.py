"""Files to plain data: strict YAML 1.2 and JSON with places for every problem, and back again whole or not at all."""
