"""Items of plain data to coded columns, thousands at a time: the quick way, which equals the exact one of ``coding``.

An item that is beyond doubt goes into lists by column, without a ``Profile`` being made. Any other, valid or not, takes the exact
way, which has the words for what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import polars as pl

from gradeeval.language.lowering import place_of
from gradeeval.problems import Problem
from gradeeval.profiles.columns.coding import coded, member_row, profile_row
from gradeeval.profiles.columns.layout import (
    LISTED_MEMBERS,
    MEMBER,
    MOST,
    PROFILE,
    Schema,
    members_schema,
    schema_for,
    value_types,
)
from gradeeval.profiles.contents import Item
from gradeeval.profiles.facts import read_fact
from gradeeval.profiles.identifiers import credit_code_fault, institution_code_fault
from gradeeval.profiles.profile import ListedPart
from gradeeval.profiles.reading import ProfileReader, placed
from gradeeval.profiles.sieve import Sieve
from gradeeval.quantity import scaled
from gradeeval.timeline import Period, is_date, read_period
from gradeeval.vocabulary import KINDS, ValueType

_CODE_LENGTH = 22
_MANY = 20_000
"""Rows that wait in lists before they become frames."""


class _Column:
    """The rows that know something of one column, in order, and what they know."""

    __slots__ = ("append", "at", "here", "values")

    def __init__(self) -> None:
        self.at: list[int] = []
        self.values: list[Any] = []
        self.here = self.at.append
        self.append = self.values.append


class Rows(dict[str, _Column]):
    """Rows of one frame by column, but for what identifies them, which is in ``heads``: tuples in the order of ``head``."""

    def __init__(self, head: Schema) -> None:
        super().__init__()
        self.head = head
        self.heads: list[tuple[Any, ...]] = []

    def __missing__(self, name: str) -> _Column:
        made = self[name] = _Column()
        return made

    @property
    def count(self) -> int:
        """How many rows there are; what is put goes into the next one until its head is given."""
        return len(self.heads)

    def put(self, row: Mapping[str, Any]) -> None:
        """A row that is at hand whole."""
        for name, value in row.items():
            if value is not None and name not in self.head:
                column = self[name]
                column.here(len(self.heads))
                column.append(value)
        self.heads.append(tuple(row.get(name) for name in self.head))

    def undo(self, count: int) -> None:
        """Forgets what was put into rows from ``count`` on."""
        for column in self.values():
            while column.at and column.at[-1] >= count:
                column.at.pop()
                column.values.pop()
        del self.heads[count:]

    def frame(self, schema: Schema, lists: Collection[str]) -> pl.DataFrame:
        """The rows, with all columns that identify them and those others that any row knows."""
        made = [
            pl.Series(name, values, dtype=self.head[name])
            for name, values in zip(self.head, zip(*self.heads, strict=True), strict=True)
        ]
        patterns: dict[str, _Patterns] = {}
        for name, dtype in schema.items():
            base, _mark, code = name.partition(":")
            whole = self.get(base) if code and base in lists else None
            column = self.get(name)
            if whole is not None and whole.at:
                held = patterns.get(base)
                if held is None:
                    held = patterns[base] = _Patterns(whole.values)
                series = _spread(name, dtype, whole.at, held.has(code), self.count)
                # A code that was given alone (a list that is only partly known) stands beside lists that are complete.
                made.append(series.scatter(column.at, column.values) if column is not None else series)
            elif column is not None and column.at:
                made.append(_series(name, dtype, column.at, column.values, self.count))
        return pl.DataFrame(made)


def _series(name: str, dtype: Any, at: list[int], values: list[Any], count: int) -> pl.Series:
    if dtype == pl.Int64 and not -(2**63) <= min(values) <= max(values) < 2**63:
        dtype = pl.Int128
    return _spread(name, dtype, at, pl.Series(name, values, dtype=dtype), count)


def _spread(name: str, dtype: Any, at: list[int], known: pl.Series, count: int) -> pl.Series:
    """A column of ``count`` rows with what is known at some of them."""
    if len(at) == count:  # in order and no row twice
        return known.alias(name)
    return pl.Series(name, [None], dtype=dtype).new_from_index(0, count).scatter(at, known)


class _Patterns:
    """The lists that some rows have: few are different, so each is looked at once."""

    def __init__(self, lists: Collection[Collection[str]]) -> None:
        numbers: dict[Collection[str], int] = {}
        keys = [tuple(held) if held.__class__ is list else held for held in lists]
        self._which = pl.Series([numbers.setdefault(key, len(numbers)) for key in keys], dtype=pl.UInt32)
        self._different = list(numbers)

    def has(self, code: str) -> pl.Series:
        """Whether each list has the code."""
        return pl.Series([code in held for held in self._different], dtype=pl.Boolean).gather(self._which)


@dataclass(frozen=True, slots=True)
class _Value:
    """How the values of one name are coded: ``places`` by code, ``scale`` the steps in 1."""

    type: ValueType
    places: Mapping[str, int]
    scale: int

    def whole(self, number: int | Decimal) -> int | None:
        """The number in steps; None where it has more digits than that, or too many for a column."""
        whole = number * self.scale if number.__class__ is int else scaled(number, self.type.decimals)
        assert whole is None or isinstance(whole, int)
        return whole if whole is not None and -MOST <= whole <= MOST else None


@dataclass(frozen=True, slots=True)
class _Kind:
    """The names that one sort of subject can have."""

    known: Mapping[str, _Value]


class Collector:
    """Takes items and gives frames, by province and name of frame (see ``layout``). ``counts`` are accepted records by kind."""

    def __init__(self, reader: ProfileReader, sieve: Sieve) -> None:
        self.reader = reader
        self.sieve = sieve
        self.counts = dict.fromkeys(KINDS, 0)
        scope = reader.scope
        self._types = {kind: value_types(scope, kind) for kind in KINDS}
        self._fields = {kind: self._coding(scope.vocabulary.fields[kind]) for kind in KINDS}
        self._facts: dict[tuple[str, str | None, str | None], _Kind] = {}
        self._schemas = {kind: schema_for(scope, kind) for kind in KINDS} | {"members": members_schema(scope)}
        self._heads = dict.fromkeys(KINDS, PROFILE) | {"network": {**PROFILE, **LISTED_MEMBERS}, "members": MEMBER}
        self._lists = {
            name: frozenset(self._codes(kind))
            for name, kind in (*((kind, kind) for kind in KINDS), ("members", "institution"))
        }
        self._periods: dict[str, Period | None] = {}
        self._rows: dict[tuple[str, str], Rows] = {}
        self.waiting = 0

    @property
    def full(self) -> bool:
        """Whether it is time to ask for ``frames``."""
        return self.waiting >= _MANY

    def take(self, item: Item) -> list[Problem]:
        """Takes a record; what is wrong with it where it is not taken."""
        data = item.data
        if not item.problems and data.__class__ is dict and self._quick(data, item):
            return []
        return self._exact(item)

    def frames(self) -> Iterator[tuple[str, str, pl.DataFrame]]:
        """Province, name and frame of all that waits, which then is no longer held."""
        for (part, name), rows in self._rows.items():
            if rows.count:
                yield part, name, rows.frame(self._schemas[name], self._lists[name])
        self._rows.clear()
        self.waiting = 0

    def lists(self, name: str) -> Collection[str]:
        """The fields and indicators of a frame whose values are lists."""
        return self._lists.get(name, ())

    def listed(self, part: ListedPart, number: int, rows: Rows) -> None:
        """Puts a row of the roster with this number into rows of its kind."""
        self._values(part.values, self._fields[part.kind], rows, rows.count)
        held = number, part.id, part.name, part.parent, part.tier, part.type, part.first, part.last
        rows.heads.append(held)

    # -- the exact way ---------------------------------------------------------------------------------------------

    def _exact(self, item: Item) -> list[Problem]:
        profile, faults = self.reader.profile(item)
        if profile is None or faults or item.problems:
            return [*item.problems, *placed(item, faults)]
        try:
            row = profile_row(profile, self._types[profile.kind])
            members = [member_row(profile, member, self._types["institution"]) for member in profile.members or ()]
        except OverflowError as fault:
            return placed(item, [((), str(fault))])
        faults = self.sieve.faults(profile)
        if faults:
            return placed(item, faults)
        part = self.sieve.part(profile.region, profile.period.end)
        assert part is not None
        self._frame(part, profile.kind).put(row)
        for member in members:
            self._frame(part, "members").put(member)
        self._count(profile.kind)
        return []

    def _frame(self, part: str, name: str) -> Rows:
        key = (part, name)
        found = self._rows.get(key)
        if found is None:
            found = self._rows[key] = Rows(self._heads[name])
        return found

    def _count(self, kind: str) -> None:
        self.counts[kind] += 1
        self.waiting += 1

    # -- the quick way ---------------------------------------------------------------------------------------------

    def _quick(self, data: dict[str, Any], item: Item) -> bool:
        """Takes an item that is beyond doubt; False, and nothing taken, for any other."""
        kind = data.get("kind")
        if kind.__class__ is not str or kind not in KINDS or not self.reader.checker(kind).accepts(data):
            return False
        text, id = data["period"], data["id"]
        period = self._periods.get(text)
        if period is None:
            period = self._periods[text] = read_period(text)
        region = id if kind == "region" else data["region"]
        part = self.sieve.part(region, period.end) if period is not None else None
        if part is None or period is None or not _sound(data, kind):
            return False
        rows = self._frame(part, kind)
        count = rows.count
        members = self._frame(part, "members") if "members" in data else None
        before = members.count if members is not None else 0
        taken = (
            self._values(data, self._fields[kind], rows, count)
            and self._values(
                data.get("facts", {}), self._kind(kind, data.get("tier"), data.get("type")), rows, count, strict=True
            )
            and (members is None or self._members(data, members))
            and self.sieve.fresh(kind, id, period, str(item.placed.path), item.line)
        )
        if not taken:
            rows.undo(count)
            if members is not None:
                members.undo(before)
            return False
        subject = id, data.get("name", ""), text, period.end, period.first, period.year, region
        listed = (members is not None,) if kind == "network" else ()
        rows.heads.append((*subject, data.get("tier"), data.get("type"), *listed))
        self._count(kind)
        return True

    def _values(self, data: Mapping[str, Any], kind: _Kind, rows: Rows, at: int, *, strict: bool = False) -> bool:
        """Puts fields or facts; False in doubt. ``strict``: a name that is not known is a doubt."""
        known = kind.known
        for name, value in data.items():
            own = known.get(name)
            if own is None:
                if strict:
                    return False
                continue
            form = value.__class__
            if form is dict and "value" in value:
                value = value["value"]
                form = value.__class__
            if form is bool or form is list:  # most are
                pass
            elif form is str:
                value = own.places[value] if own.places else value
            elif form is int or form is Decimal:
                value = own.whole(value)
                if value is None:
                    return False
            elif form is dict:
                if not _put_odd(rows, at, name, value, own.type):
                    return False
                continue
            column = rows[name]
            column.here(at)
            column.append(value)
        return True

    def _members(self, data: Mapping[str, Any], rows: Rows) -> bool:
        fields = self._fields["institution"]
        for member in data["members"]:
            id = member["id"]
            if len(id) != _CODE_LENGTH or institution_code_fault(id) is not None or "region" in member:
                return False
            if not all(is_date(member[name]) for name in ("from", "to") if name in member):
                return False
            if not self._values(member, fields, rows, rows.count):
                return False
            held = data["id"], data["period"], id, member.get("name", id), member.get("from"), member.get("to")
            rows.heads.append(held)
        return True

    def _kind(self, kind: str, tier: str | None, type: str | None) -> _Kind:
        key = (kind, tier, type)
        found = self._facts.get(key)
        if found is None:
            scope = self.reader.scope
            own = {
                name: scope.types[name]
                for name, item in scope.indicators.items()
                if item.reach.kind == kind and item.reach.tier in (None, tier) and item.reach.type in (None, type)
            }
            found = self._facts[key] = _kind_of(own)
        return found

    def _coding(self, fields: Mapping[str, Any]) -> _Kind:
        return _kind_of({name: own.type for name, own in fields.items()})

    def _codes(self, kind: str) -> Iterator[str]:
        return (name for name, own in self._types[kind].items() if own.form == "list")


def _kind_of(types: Mapping[str, ValueType]) -> _Kind:
    return _Kind({name: _Value(own, _places(own), 10**own.decimals) for name, own in types.items()})


def _places(own: ValueType) -> dict[str, int]:
    if own.values is None or own.form == "list":
        return {}
    return {code: place_of(code, own.values) for code in (*own.values.titles, *own.values.ranks, *own.values.outside)}


def _sound(data: Mapping[str, Any], kind: str) -> bool:
    """Whether the identity of a subject needs no second look."""
    if kind != "institution":
        return True
    id, level, both = data["id"], data.get("level"), data.get("level_grade")
    if len(id) != _CODE_LENGTH or institution_code_fault(id) is not None:
        return False
    if level is not None and both is not None and not both.startswith(level):
        return False
    return "credit_code" not in data or credit_code_fault(data["credit_code"]) is None


def _put_odd(rows: Rows, at: int, name: str, value: Mapping[str, Any], value_type: ValueType) -> bool:
    """Puts a quotient, or a list of which only a part is known."""
    known, _proof, fault = read_fact(value, value_type)
    if fault is not None or known is None:
        return False
    try:
        parts = coded(name, known, value_type)
    except OverflowError:
        return False
    for column_name, part in parts.items():
        if part is not None:
            column = rows[column_name]
            column.here(at)
            column.append(part)
    return True
