"""Names, types, units and orders that rules and profiles may use.

Fields (``x-field``) and their closed lists are read off the JSON Schemas of the profiles; types that a ruleset adds (an order, a code
list) come from ``types`` in its indicators. Nothing here is written down a second time in Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from gradeeval.messages import chosen

KINDS = ("institution", "network", "region")
TIERS = ("nation", "province", "prefecture", "county")
"""Tiers of regions, from the widest to the narrowest."""

AROUND = ("province", "prefecture", "county")
"""Fields of every subject: the official names of the regions around it."""

_AROUND_TITLES = (
    ("province", "所在省", "Province"),
    ("prefecture", "所在市", "Prefecture"),
    ("county", "所在县（市、区）", "County"),
    ("name", "名称", "Name"),
)

RANGES: Mapping[str, tuple[int | None, int | None]] = MappingProxyType(
    {
        "count": (0, None),
        "month": (0, None),
        "yuan": (0, None),
        "ratio": (0, None),
        "rank": (1, None),
        "percent": (0, 100),
        "percentage_point": (-100, 100),
    }
)
"""What an unknown number of a unit can be; None is open."""


@dataclass(frozen=True, slots=True)
class Values:
    """A closed list of values with their titles; ``ranks`` and ``outside`` where it is an order, low to high."""

    name: str
    title: str
    titles: Mapping[str, tuple[str, str]]
    ranks: Mapping[str, int] = field(default_factory=dict)
    outside: frozenset[str] = frozenset()

    @property
    def ordered(self) -> bool:
        """Whether its values can be compared."""
        return bool(self.ranks)

    def label(self, code: str) -> str:
        """The title of a value in the language in use; the code itself where it is not on the list."""
        return chosen(*self.titles.get(code, (code, code)))

    def extent(self) -> str:
        """``D … A++`` of an order, for messages."""
        codes = list(self.ranks)
        return f"{codes[0]} … {codes[-1]}" if codes else ", ".join(self.titles)


@dataclass(frozen=True, slots=True)
class ValueType:
    """What values a name can have.

    ``form`` is ``yes_no``, ``number``, ``ordered``, ``list``, ``code`` or ``name``. A number has a unit, decimals and the
    range of an unknown (natural numbers, None is open); ordered, list and code have ``values``.
    """

    form: str
    unit: str | None = None
    decimals: int = 0
    lowest: int | Decimal | None = None
    highest: int | Decimal | None = None
    values: Values | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """Identity or classification of a subject."""

    name: str
    title: str
    title_en: str
    type: ValueType


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Fields by kind of subject, and the orders and lists by name."""

    fields: Mapping[str, Mapping[str, Field]]
    lists: Mapping[str, Values]

    def with_lists(self, added: Iterable[Values]) -> Vocabulary:
        """The vocabulary with the types that rulesets add; a name already taken keeps its first meaning."""
        return Vocabulary(self.fields, {values.name: values for values in added} | dict(self.lists))


def read_vocabulary(schemas: Mapping[str, Any]) -> Vocabulary:
    """The vocabulary that the profile schemas state.

    ``schemas`` maps the names ``vocabulary``, ``institution``, ``network`` and ``region`` to JSON Schemas.
    """
    definitions = schemas["vocabulary"]["$defs"]
    lists = {name: _values(name, node) for name, node in definitions.items() if "oneOf" in node}
    name_type = ValueType("name")
    fields: dict[str, dict[str, Field]] = {}
    for kind in KINDS:
        own: dict[str, Field] = {}
        for name, node in schemas[kind]["properties"].items():
            value_type = _field_type(node, lists) if node.get("x-field") else None
            if value_type is not None:
                own[name] = Field(name, node.get("title", name), node.get("x-title-en", name), value_type)
        for name, title, title_en in _AROUND_TITLES:
            own.setdefault(name, Field(name, title, title_en, name_type))
        fields[kind] = own
    return Vocabulary(fields, lists)


def type_of_unit(
    unit: str, decimals: int | None, lowest: int | Decimal | None, highest: int | Decimal | None
) -> ValueType:
    """The type of an indicator with a unit; an own range narrows or replaces that of the unit."""
    if unit == "yes_no":
        return ValueType("yes_no", unit)
    low, high = RANGES[unit]
    return ValueType(
        "number",
        unit,
        decimals if decimals is not None else (0 if unit == "count" else 6),
        lowest if lowest is not None else low,
        highest if highest is not None else high,
    )


def _values(name: str, node: Mapping[str, Any]) -> Values:
    titles = {
        item["const"]: (item.get("title", item["const"]), item.get("description", item["const"]))
        for item in node["oneOf"]
    }
    ranks = {code: rank for rank, code in enumerate(node.get("x-order", ()))}
    return Values(name, node.get("title", name), titles, ranks, frozenset(node.get("x-outside", ())))


def _field_type(node: Mapping[str, Any], lists: Mapping[str, Values]) -> ValueType | None:
    """The type of a field of a profile schema; None where rules cannot test it."""
    reference = str(node.get("$ref", ""))
    listed = lists.get(reference.rpartition("/")[2])
    if listed is not None:
        return ValueType("ordered" if listed.ordered else "code", values=listed)
    if node.get("type") == "boolean":
        return ValueType("yes_no", "yes_no")
    if node.get("type") == "array":
        item = lists.get(str(node.get("items", {}).get("$ref", "")).rpartition("/")[2])
        return ValueType("list", values=item) if item is not None else None
    if reference.endswith("/name"):
        return ValueType("name")
    return None
