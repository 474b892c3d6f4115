"""What maps of one sort can hold, by name: the schema of a kind of profile, cut into the parts of its names.

It is the one that the exact way uses: nothing of it is said a second time here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gradeeval.profiles.columns.column_reading import ColumnReader
from gradeeval.profiles.columns.given import Maps
from gradeeval.profiles.columns.rows import Rows
from gradeeval.profiles.columns.schema_part import Part
from gradeeval.profiles.reading import ProfileReader
from gradeeval.schemas import Schema
from gradeeval.vocabulary import Field

_SAID = frozenset(("title", "description", "$schema", "$id", "$defs"))
_LOOKED_AT = frozenset(("type", "properties", "required", "additionalProperties"))


@dataclass(frozen=True, slots=True)
class MapReader:
    """What maps of one sort can hold: ``columns`` by name, and the names that are ``required``."""

    columns: Mapping[str, ColumnReader]
    required: Sequence[str] = ()

    def put(self, found: Maps, rows: Rows, doubted: set[int]) -> int:
        """Puts what was found into ``rows``, and adds the maps in doubt to ``doubted``; gives how many keys there are."""
        doubted |= found.wrong
        for name in self.required:
            values = found.of(name)
            if None in values:
                doubted.update([row for row, value in enumerate(values) if value is None])
        return sum([self.columns[name].put(rows, given, doubted) for name, given in found.columns.items()])


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
            self.members = self._fields(_properties(member), scope.vocabulary.fields["institution"], member)
        self.own = self._fields(parts, scope.vocabulary.fields[kind], self._whole)
        self.facts = MapReader(
            {
                name: ColumnReader(name, self._part(part), scope.types[name], scope.indicators[name].reach)
                for name, part in facts.items()
            }
        )

    def _fields(self, parts: Mapping[str, Schema], fields: Mapping[str, Field], whole: Schema) -> MapReader:
        types = {name: own.type for name, own in fields.items()}
        columns = {name: ColumnReader(name, self._part(part), types.get(name)) for name, part in parts.items()}
        return MapReader(columns, whole["required"])

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
