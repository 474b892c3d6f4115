"""Rows of institutions and networks in a roster of lines, by column: a hundred thousand of them are read without a map a row.

What leaves any doubt is read as other files are, which has the words for what is wrong with it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import compress, repeat
from typing import Any, Literal

from gradeeval.files.canonical import canonical_json
from gradeeval.files.ndjson import MAX_QUICK, has_keys
from gradeeval.profiles.identifiers import right_codes
from gradeeval.profiles.unit_rows import Columns, plain_value, written_row
from gradeeval.schemas import Checker, Schema, bundled, shipped
from gradeeval.timeline import is_date

_TOGETHER = 256
"""Lines that are turned round together, while all that was made of them is still in the cache of the processor."""
_MANY = 1_000
"""Values of which the different ones are counted, to see whether most are."""
_NONE = (None,) * _TOGETHER
_SAID = frozenset(("title", "description"))
_UNITS = ("institution", "network")


class _UnitRow:
    """What the schema says of a row of a unit: of the values of each name by kind, and of which names go together."""

    def __init__(self) -> None:
        whole = bundled(shipped("roster"))
        self._definitions = whole["$defs"]
        row = self._definitions["roster.unit_row"]
        assert self._definitions["roster.row"]["if"] == {"required": ["code"]}
        assert row.keys() - _SAID == {"type", "additionalProperties", "required", "properties", "allOf"}
        assert row["additionalProperties"] is False
        assert "code" not in row["properties"]
        self._properties: dict[str, Schema] = row["properties"]
        self._more: dict[str, dict[str, Schema]] = {}
        for rule in row["allOf"]:
            kind = rule["if"]["properties"]["kind"]["const"]
            assert rule.keys() - _SAID == {"if", "then"}
            assert rule["if"] == {"properties": {"kind": {"const": kind}}, "required": ["kind"]}
            assert rule["then"].keys() <= {"required", "properties"}
            self._more.setdefault(kind, {}).update(rule["then"].get("properties", {}))
        self._whole = self._checker({"$ref": "#/$defs/roster.unit_row"})
        self.forms = {name: self._form(part) for name, part in sorted(self._properties.items())}
        self._lists = {name for name, form in self.forms.items() if form == tuple[str, ...]}

    def _form(self, part: Schema) -> Any:
        """How msgspec is to decode values; of a closed list as the same texts again and again."""
        own = self._definitions[part["$ref"].rpartition("/")[2]] if "$ref" in part else part
        codes = own.get("enum") or [one["const"] for one in own.get("oneOf", ())]
        if codes:
            return Literal[tuple(codes)]
        return {"boolean": bool, "array": tuple[str, ...]}.get(str(own.get("type")), str)

    def _checker(self, part: Schema) -> Checker:
        return Checker({"type": "array", "items": part, "$defs": self._definitions})

    def accepts(self, kind: str, columns: Columns) -> bool:
        """Whether the schema accepts rows of a kind: each value by itself, and once each set of names that rows have."""
        more = self._more.get(kind, {})
        size = len(columns["id"])
        partly: list[list[bool]] = []
        for name, values in columns.items():
            given: Iterable[Any] = values if len(set(values[:_MANY])) > _MANY // 2 else set(values)
            if None in given:
                partly.append([value is None for value in values])
                given = [one for one in given if one is not None]
            parts = [self._properties[name], *((more[name],) if name in more else ())]
            if name in self._lists:
                given = map(plain_value, given)
            if not self._checker({"allOf": parts}).accepts(list(given)):
                return False
        patterns = dict(zip(zip(*partly, strict=True) if partly else repeat((), size), range(size), strict=False))
        return self._whole.accepts([written_row(columns, place) for place in patterns.values()])


@cache
def _unit_row() -> _UnitRow:
    return _UnitRow()


@dataclass(frozen=True, slots=True)
class WrittenRows:
    """Rows of units as they are written: ``order`` are their kinds one by one, ``kinds`` the values of each kind by name.

    A value is None where a row does not have the name. ``content`` is the digest of the roster, as of any file.
    """

    order: Sequence[str]
    kinds: Mapping[str, Columns]
    content: str

    def right(self) -> bool:
        """Whether nothing is wrong with any row."""
        row = _unit_row()
        for kind, columns in self.kinds.items():
            if not row.accepts(kind, columns):
                return False
        days = {day for columns in self.kinds.values() for name in ("from", "to") for day in columns.get(name, ())}
        if not all(map(is_date, days - {None})):
            return False
        if not right_codes(self.kinds.get("institution", {}).get("id", ())):
            return False
        keys: set[Any] = set()
        dated = any("from" in columns for columns in self.kinds.values())
        for columns in self.kinds.values():
            ids = columns["id"]
            keys.update(zip(ids, columns.get("from", repeat(None)), strict=False) if dated else ids)
        return len(keys) == len(self.order)


def read_units(head: Mapping[str, Any], lines: Sequence[bytes]) -> WrittenRows | None:
    """The rows of units that lines hold, of a roster that says ``head`` beside; None where any of them leaves a doubt."""
    try:
        from msgspec import DecodeError, defstruct
        from msgspec.json import Decoder, encode
        from msgspec.structs import astuple
    except ImportError:
        return None
    around = canonical_json({**head, "rows": []}).split(b'"rows":[]')
    if len(around) != 2:  # there are rows in the head
        return None
    forms = _unit_row().forms
    names = list(forms)
    made = defstruct(
        "Row",
        [(f"_{number}", form, None) for number, form in enumerate(forms.values())],
        forbid_unknown_fields=True,
        omit_defaults=True,
        gc=False,
        rename={f"_{number}": name for number, name in enumerate(names)},
    )
    decode = Decoder(made).decode
    content = hashlib.sha256(around[0] + b'"rows":[')
    order: list[str] = []
    kinds = {kind: _Held() for kind in _UNITS}
    for start in range(0, len(lines), _TOGETHER):
        raws = lines[start : start + _TOGETHER]
        if max(map(len, raws)) > MAX_QUICK:
            return None
        try:
            rows = list(map(decode, raws))
        except (DecodeError, RecursionError, ValueError):
            return None
        told = list(map(astuple, rows))
        columns = dict(zip(names, zip(*told, strict=True), strict=True))
        own = columns["kind"]
        keys = 0
        for kind in set(own):
            if kind not in kinds:
                return None
            some = None if own[0] == kind and own.count(kind) == len(own) else [one == kind for one in own]
            keys += kinds[kind].add(columns, some)
        if keys != b"\n".join(raws).count(b":") and not all(
            has_keys(raw, len(one) - one.count(None)) for raw, one in zip(raws, told, strict=True)
        ):
            return None
        order += own
        content.update(b"," * (start > 0) + encode(rows)[1:-1])
    content.update(b"]" + around[1])
    return WrittenRows(order, {kind: held.columns() for kind, held in kinds.items() if held.count}, content.hexdigest())


class _Held:
    """Columns that grow; one that nobody had so far is not held."""

    def __init__(self) -> None:
        self.count = 0
        self._columns: dict[str, list[Any]] = {}

    def add(self, columns: Columns, some: Sequence[bool] | None) -> int:
        """Adds rows, or ``some`` of them; gives how many values they have together."""
        keys = 0
        own: Sequence[Any] = ()
        for name, values in columns.items():
            own = values if some is None else tuple(compress(values, some))
            if own != _NONE[: len(own)]:
                held = self._columns.setdefault(name, [])
                held += [None] * (self.count - len(held))
                held += own
                keys += len(own) - own.count(None)
        self.count += len(own)
        return keys

    def columns(self) -> Columns:
        """The columns, whole."""
        for held in self._columns.values():
            held += [None] * (self.count - len(held))
        return self._columns
