"""The values of one name, a column at a time: held against their part of the schema, and coded. Exact, or in doubt.

The schema is the one that the exact way uses, cut into the parts of its names: nothing of it is said a second time here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from operator import itemgetter
from typing import Any

from gradeeval.language.lowering import place_of
from gradeeval.language.nodes import Reach
from gradeeval.profiles.columns.layout import MOST, QUOTIENT_DECIMALS, code_column, of_column, to_column
from gradeeval.profiles.columns.rows import Rows
from gradeeval.profiles.reading import ProfileReader
from gradeeval.quantity import scaled
from gradeeval.schemas import Checker, Schema
from gradeeval.vocabulary import Field, ValueType

_MANY = 10_000
"""Values of a closed list that are remembered as accepted."""
_SMALL = 10**18
"""Whole numbers below are within ``MOST`` in any steps."""
_SAID = frozenset(("title", "description", "$schema", "$id", "$defs"))
_NOT_OF_SIZE = frozenset(("multipleOf", "enum", "const", "not", "allOf", "anyOf"))
"""What a schema can say of a number but how large it is; it has ``if`` and ``oneOf`` for maps only."""
_LOOKED_AT = frozenset(("type", "properties", "required", "additionalProperties"))


_QUOTIENT = {"numerator", "denominator"}


class Part:
    """A part of a schema: what it says of lists of such values. ``ranged``: of a number only how large it can be."""

    def __init__(self, part: Schema, definitions: Schema) -> None:
        self.checker = Checker({"type": "array", "items": part, "$defs": _reached(part, definitions)})
        own = definitions[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
        inner = (own, *(own.get("properties", {}).get(name, {}) for name in ("value", *_QUOTIENT)))
        self.ranged = all(_NOT_OF_SIZE.isdisjoint(node) and "$ref" not in node for node in inner)


class ColumnReader:
    """Reads the values of one field or indicator; without a ``type`` they are only held against the schema."""

    def __init__(self, name: str, part: Part, type: ValueType | None, reach: Reach | None = None) -> None:
        """``part`` is for lists of such values; ``reach`` says which subjects of the kind can have them."""
        self.name = name
        self.reach = reach
        self._accepts = part.checker.accepts
        self._ranged = part.ranged and type is not None and type.form == "number"
        self._fine: set[Any] = set()
        self._type = type
        self._closed = type is not None and type.form != "name"
        self._worded = type is None or type.form in ("code", "ordered", "name")
        if type is None:
            return
        values = type.values
        codes = (*values.titles, *values.ranks, *values.outside) if values is not None else ()
        self._places = {code: place_of(code, values) for code in codes} if values is not None else {}
        self._scale = 10**type.decimals
        self._hundred = 100 if type.unit == "percent" else 1
        self._capped = type.unit == "percent" and type.highest == 100

    def put(self, rows: Rows, at: list[int], values: list[Any], doubted: set[int]) -> None:
        """Puts into ``rows`` what stands ``at`` some of them, in order; those in doubt are added to ``doubted``."""
        at, values, forms = self._checked(at, values, doubted)
        if at:
            self.code(rows, at, values, forms, doubted)

    def code(self, rows: Rows, at: list[int], values: list[Any], forms: set[type], doubted: set[int]) -> None:
        """The same for values that the schema has accepted, lists as tuples; ``forms`` are their types."""
        if self._type is None:
            return
        if self._type.form == "number":
            self._numbers(rows, at, values, forms, doubted)
            return
        if dict in forms:
            values = [value["value"] if value.__class__ is dict and "value" in value else value for value in values]
        if self._type.form == "list":
            if forms != {tuple}:
                at, values = self._lists(rows, at, values, doubted)
        elif self._places:
            places = self._places
            values = [places[code] for code in values]
        column = rows[self.name]
        column.at, column.values = at, values

    def _checked(self, at: list[int], values: list[Any], doubted: set[int]) -> tuple[list[int], list[Any], set[type]]:
        """What the schema accepts, lists as tuples, and their types. Of equal values only one is looked at."""
        different: set[Any] | None = _different(values) if self._worded else None
        forms: set[type] = {str} if different is not None else set(map(type, values))
        if forms == {bool} and len(self._fine) == 2:
            return at, values, forms
        if forms == {list}:
            try:
                different = set(tuples := list(map(tuple, values)))
                values, forms = tuples, {tuple}
            except TypeError:  # there are maps in them
                pass
        elif forms == {bool}:
            different = set(values)
        if different is not None:
            different -= self._fine
            if not different:
                return at, values, forms
        if self._accepts(self._telling(values, forms) if different is None else list(different)):
            if different and self._closed and len(self._fine) < _MANY:
                self._fine |= different
            return at, values, forms
        fine = [self._accepts([value]) for value in values]
        doubted.update(row for row, good in zip(at, fine, strict=True) if not good)
        at = [row for row, good in zip(at, fine, strict=True) if good]
        values = [value for value, good in zip(values, fine, strict=True) if good]
        return at, values, set(map(type, values))

    def _telling(self, values: list[Any], forms: set[type]) -> list[Any]:
        """Values that are accepted if all are: of numbers, of which the schema only says how large they can be, the extremes."""
        if not self._ranged or not forms <= {int, Decimal, dict}:
            return values
        told: list[Any] = []
        for form in forms & {int, Decimal}:
            numbers = values if len(forms) == 1 else [value for value in values if value.__class__ is form]
            told += (min(numbers), max(numbers))
        if dict in forms:
            quotients: list[dict[str, int]] = []
            for value in values:
                if value.__class__ is dict:
                    plain = value.keys() == _QUOTIENT and all(part.__class__ is int for part in value.values())
                    (quotients if plain else told).append(value)
            for part in _QUOTIENT if quotients else ():
                told += (min(quotients, key=itemgetter(part)), max(quotients, key=itemgetter(part)))
        return told

    def _numbers(self, rows: Rows, at: list[int], values: list[Any], forms: set[type], doubted: set[int]) -> None:
        column = rows[self.name]
        if forms == {int} and -_SMALL < min(values) <= max(values) < _SMALL:
            column.at, column.values = at, values if self._scale == 1 else [value * self._scale for value in values]
            return
        here, put = column.at.append, column.values.append
        for row, value in zip(at, values, strict=True):
            if value.__class__ is dict:
                if "value" in value:
                    number = self._whole(value["value"])
                else:
                    number = self._quotient(rows, row, value["numerator"], value["denominator"], doubted)
                    if number is None:  # no value, or in doubt
                        continue
            else:
                number = self._whole(value)
            if number is None:
                doubted.add(row)
            else:
                here(row)
                put(number)

    def _whole(self, number: int | Decimal) -> int | None:
        """The number in steps; None where it has more digits than that, or too many for a column."""
        assert self._type is not None
        whole = number * self._scale if number.__class__ is int else scaled(number, self._type.decimals)
        assert whole is None or isinstance(whole, int)
        return whole if whole is not None and -MOST <= whole <= MOST else None

    def _quotient(self, rows: Rows, row: int, upper: Any, lower: Any, doubted: set[int]) -> int | None:
        """Puts numerator and denominator, and gives the quotient, cut down to a whole number of steps."""
        of, to = scaled(upper, QUOTIENT_DECIMALS), scaled(lower, QUOTIENT_DECIMALS)
        if of is None or to is None or max(of, to) > MOST or (to == 0 and of != 0) or (self._capped and of > to):
            doubted.add(row)
            return None
        number = of * self._hundred * self._scale // to if to else None
        if number is not None and number > MOST:
            doubted.add(row)
            return None
        for name, part in ((of_column(self.name), of), (to_column(self.name), to)):
            column = rows[name]
            column.at.append(row)
            column.values.append(part)
        return number

    def _lists(
        self, rows: Rows, at: list[int], values: list[Any], doubted: set[int]
    ) -> tuple[list[int], list[tuple[str, ...]]]:
        """The complete lists; puts those that are known in part, a code a column."""
        where: list[int] = []
        whole: list[tuple[str, ...]] = []
        for row, value in zip(at, values, strict=True):
            if value.__class__ is not dict:
                where.append(row)
                whole.append(tuple(value))
            elif "value" in value or "denominator" in value:  # a code that is called like a part of a fact
                doubted.add(row)
            else:
                for code, there in value.items():
                    column = rows[code_column(self.name, code)]
                    column.at.append(row)
                    column.values.append(there)
        return where, whole


class Gathered:
    """What maps hold that came one after the other, by name: at which of them it stands, and the values."""

    def __init__(self, names: Iterable[str], ignored: Iterable[str] = ()) -> None:
        """``names`` are those that are known; those ``ignored`` are read elsewhere."""
        self.count = 0
        self.at: dict[str, list[int]] = {name: [] for name in names}
        self.values: dict[str, list[Any]] = {name: [] for name in self.at}
        self._ways: dict[str, tuple[Callable[[int], None], Callable[[Any], None]]] = {
            name: (self.at[name].append, self.values[name].append) for name in self.at
        }
        nowhere = deque[Any](maxlen=0).append
        self._ways |= dict.fromkeys(ignored, (nowhere, nowhere))

    def add(self, item: Mapping[str, Any]) -> bool:
        """The next map; whether all its names are known."""
        row = self.count
        self.count += 1
        ways = self._ways
        try:
            for name, value in item.items():
                here, put = ways[name]
                here(row)
                put(value)
        except KeyError:
            return False
        return True

    def of(self, name: str) -> list[Any]:
        """The values of all maps under a name, None where there is none."""
        values = self.values[name]
        if len(values) == self.count:
            return list(values)
        given: list[Any] = [None] * self.count
        for row, value in zip(self.at[name], values, strict=True):
            given[row] = value
        return given


def _different(values: list[Any]) -> set[str] | None:
    """The different ones of texts; None where there is anything else."""
    try:
        different = set(values)
    except TypeError:
        return None
    return different if set(map(type, different)) == {str} else None  # what equals a text is one


@dataclass(frozen=True, slots=True)
class MapReader:
    """What maps of one sort can hold: ``columns`` by name, and the names that are ``required`` or ``ignored``."""

    columns: Mapping[str, ColumnReader]
    ignored: Sequence[str] = ()
    required: Sequence[str] = ()

    def gathered(self) -> Gathered:
        """An empty place for such maps."""
        return Gathered(self.columns, self.ignored)

    def put(self, found: Gathered, rows: Rows, doubted: set[int]) -> None:
        """Puts what was gathered into ``rows``; the maps in doubt are added to ``doubted``."""
        for name, reader in self.columns.items():
            at = found.at[name]
            if name in self.required and len(at) < found.count:
                doubted.update(set(range(found.count)).difference(at))
            if at:
                reader.put(rows, at, found.values[name], doubted)


class Parts:
    """The parts of the schema of a kind of profile, by name; parts that are the same share their checker."""

    def __init__(self, reader: ProfileReader, kind: str) -> None:
        self._whole = reader.checker(kind).schema
        self._known: dict[str, Part] = {}
        scope = reader.scope
        parts = _properties(self._whole)
        facts = _properties(parts.pop("facts"))
        self.members: MapReader | None = None
        if "members" in parts:
            listed = parts.pop("members")
            assert listed.keys() - _SAID == {"type", "items"}
            member = self._whole["$defs"][listed["items"]["$ref"].rpartition("/")[2]]
            self.members = self._fields(_properties(member), scope.vocabulary.fields["institution"], (), member)
        beside = ("facts", "members") if self.members is not None else ("facts",)
        self.own = self._fields(parts, scope.vocabulary.fields[kind], beside, self._whole)
        self.facts = MapReader(
            {
                name: ColumnReader(name, self._part(part), scope.types[name], scope.indicators[name].reach)
                for name, part in facts.items()
            }
        )

    def _fields(
        self, parts: Mapping[str, Schema], fields: Mapping[str, Field], beside: Sequence[str], whole: Schema
    ) -> MapReader:
        types = {name: own.type for name, own in fields.items()}
        columns = {name: ColumnReader(name, self._part(part), types.get(name)) for name, part in parts.items()}
        return MapReader(columns, beside, whole["required"])

    def _part(self, part: Schema) -> Part:
        key = part["$ref"] if part.keys() - _SAID == {"$ref"} else str(part)
        if key not in self._known:
            self._known[key] = Part(part, self._whole["$defs"])
        return self._known[key]


def _properties(schema: Schema) -> dict[str, Schema]:
    """The parts by name, of a schema that says nothing but what its parts are and which must be there."""
    assert schema.keys() - _SAID <= _LOOKED_AT, schema.keys()
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    return dict(schema["properties"])


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
