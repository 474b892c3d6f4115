"""The rule language: nodes are data, and behaviour lives in passes (reading, scope, checking, lowering)."""
