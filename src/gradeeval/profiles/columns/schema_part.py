"""A part of the schema that the exact way uses, for many values of one name at once."""

from __future__ import annotations

from typing import Any

from gradeeval.schemas import Checker, Schema

QUOTIENT = {"numerator", "denominator"}
_NOT_OF_SIZE = frozenset(("multipleOf", "enum", "const", "not", "allOf", "anyOf"))
"""What a schema can say of a number but how large it is; it has ``if`` and ``oneOf`` for maps only."""


class Part:
    """A part of a schema: what it says of lists of such values.

    ``ranged``: of a number only how large it can be. ``form``: the type of all values, ``Any`` where there are several.
    """

    def __init__(self, part: Schema, definitions: Schema) -> None:
        self.checker = Checker({"type": "array", "items": part, "$defs": _reached(part, definitions)})
        own = definitions[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
        inner = (own, *(own.get("properties", {}).get(name, {}) for name in ("value", *QUOTIENT)))
        self.form: Any = str if own.get("type") == "string" else bool if isinstance(own.get("const"), bool) else Any
        self.ranged = all(_NOT_OF_SIZE.isdisjoint(node) and "$ref" not in node for node in inner)


def _reached(part: Schema, definitions: Schema) -> Schema:
    """The definitions that a part of a schema refers to."""
    reached: Schema = {}
    stack: list[Any] = [part]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name in definitions and name not in reached:
                reached[name] = definitions[name]
                stack.append(definitions[name])
        if isinstance(node, dict | list):
            stack.extend(node.values() if isinstance(node, dict) else node)
    return reached
