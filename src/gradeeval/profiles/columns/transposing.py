"""Items by the thousand to columns: the quick way of records, which equals the exact one of ``reading`` and ``coding``.

What is alike in all items is looked at once a column. An item that leaves any doubt is not taken; it goes the exact way, which
has the words for what is wrong with it, if anything is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, TypeVar

from gradeeval.files.ndjson import Block, has_keys, keys_in
from gradeeval.profiles.columns.column_reading import ColumnReader
from gradeeval.profiles.columns.given import Maps, by_name, keys_by_row
from gradeeval.profiles.columns.layout import LISTED_MEMBERS, MEMBER, PROFILE
from gradeeval.profiles.columns.map_reading import MapReader, Parts
from gradeeval.profiles.columns.rows import Rows, Same
from gradeeval.profiles.columns.shapes import Shapes, Told
from gradeeval.profiles.contents import Batch
from gradeeval.profiles.identifiers import credit_code_fault, organisation_code_check, right_codes
from gradeeval.profiles.reading import ProfileReader
from gradeeval.profiles.sieve import Sieve, Subject
from gradeeval.timeline import Period, is_date, read_period
from gradeeval.vocabulary import KINDS

_CODE_LENGTH = 22
_LOOKED_AT = ("id", "name", "region", "period", "tier", "type", "level", "level_grade", "credit_code")
"""What is asked of the identity of a subject."""
_NOTHING: dict[str, Any] = {}
Key = TypeVar("Key")
Made = TypeVar("Made")


@dataclass(slots=True)
class Table:
    """The items of one kind: item ``numbers[n]`` is row n.

    ``parts`` are the provinces of the rows, None where a row is not to be taken; ``owners`` the rows that those of
    ``members`` belong to.
    """

    numbers: list[int]
    rows: Rows
    members: Rows
    parts: list[str | None] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Stretch:
    """What of some items is beyond doubt: the subject of each, None in doubt, and their values by kind."""

    subjects: list[Subject | None]
    tables: dict[str, Table]

    def drop(self, number: int) -> None:
        """Takes an item out again."""
        self.subjects[number] = None
        for table in self.tables.values():
            row = bisect_left(table.numbers, number)
            if row < len(table.numbers) and table.numbers[row] == number:
                table.parts[row] = None


class _Known(dict[Key, Made]):
    """Makes what it does not have, and keeps it."""

    def __init__(self, make: Callable[[Key], Made]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Key) -> Made:
        made = self[key] = self._make(key)
        return made


class Transposer:
    """Reads items of the indicators that ``reader`` knows; places them by the regions of ``sieve``."""

    def __init__(self, reader: ProfileReader, sieve: Sieve) -> None:
        self._sieve = sieve
        self._schemas = _Known[str, Parts](lambda kind: Parts(reader, kind))
        self._shapes = Shapes(
            reader.scope.vocabulary,
            lambda kind: self._schemas[kind].own.columns,
            lambda kind: self._schemas[kind].facts.columns,
        )
        self._periods = _Known[str, Period | None](read_period)
        self._days = _Known[str, bool](is_date)
        self._parts = _Known[tuple[str, str], str | None](self._part)

    def fields(self, kind: str) -> Mapping[str, ColumnReader]:
        """The readers of the fields of a kind."""
        return self._schemas[kind].own.columns

    def read(self, batch: Batch) -> Stretch:
        """What is beyond doubt of some items."""
        if isinstance(batch, Block):
            found, lines = self._shapes.read(batch.raws), batch
        else:
            found, lines = self._told([content.quick() for content in batch]), None
        stretch = Stretch([None] * len(batch), {})
        for kind, told in found.items():
            stretch.tables[kind] = self._table(kind, told, stretch.subjects, lines)
        return stretch

    def _told(self, items: Sequence[dict[str, Any] | None]) -> dict[str, Told]:
        """The values of items that are at hand, by kind."""
        numbers: dict[str, list[int]] = {}
        for number, data in enumerate(items):
            kind = data.get("kind") if data is not None else None
            if kind.__class__ is str and kind in KINDS:
                numbers.setdefault(kind, []).append(number)
        found: dict[str, Told] = {}
        for kind, own in numbers.items():
            maps = [data for number in own if (data := items[number]) is not None]
            given = [data.get("facts", _NOTHING) for data in maps]
            facts = [one if one.__class__ is dict else _NOTHING for one in given]
            known = (*self._schemas[kind].own.columns, "facts", "members")
            told = Told(own, by_name(maps, known), by_name(facts, self._schemas[kind].facts.columns))
            told.facts.wrong.update(row for row, one in enumerate(given) if one.__class__ is not dict)
            told.own.columns.pop("facts", None)
            found[kind] = told
        return found

    def _table(self, kind: str, told: Told, subjects: list[Subject | None], lines: Block | None) -> Table:
        schema = self._schemas[kind]
        doubted: set[int] = set()
        table = Table(told.numbers, Rows(PROFILE | (LISTED_MEMBERS if kind == "network" else {})), Rows(MEMBER))
        members = told.own.of("members")
        told.own.columns.pop("members", None)
        given = {name: told.own.of(name) for name in _LOOKED_AT if name in schema.own.columns}
        _reach(schema, told.facts, given, doubted)
        keys = schema.own.put(told.own, table.rows, doubted) + schema.facts.put(told.facts, table.rows, doubted)
        if kind == "institution":
            _identify(given, doubted)
        if schema.members is not None:
            given["members"] = members
            self._members(schema.members, given, table, doubted)
        if lines is not None:
            _count(told, keys, members, lines, doubted)
        self._place(kind, given, table, doubted)
        periods: list[Any] = [text and self._periods[text] for text in given["period"]]
        if len(told.numbers) == len(subjects) and None not in table.parts and None not in periods:
            subjects[:] = zip(repeat(kind), given["id"], periods, strict=False)
            return table
        for number, part, id, period in zip(told.numbers, table.parts, given["id"], periods, strict=True):
            if part is not None and period is not None:
                subjects[number] = kind, id, period
        return table

    def _part(self, key: tuple[str, str]) -> str | None:
        """The province of a region in a period, both as they are written; None where there is none."""
        region, text = key
        period = self._periods[text]
        return self._sieve.part(region, period.end) if period is not None else None

    def _place(self, kind: str, given: Mapping[str, list[Any]], table: Table, doubted: set[int]) -> None:
        """Gives the rows their heads and their provinces."""
        ids, texts = given["id"], given["period"]
        regions = ids if kind == "region" else given["region"]
        for row in doubted:
            for values in given.values():
                values[row] = None
        where = list(zip(regions, texts, strict=True))
        parts = {one: one[1] and self._parts[one] for one in set(where)}
        table.parts = list(map(parts.__getitem__, where))
        periods = {text: text and self._periods[text] for text in set(texts)}
        count = len(ids)
        heads: dict[str, Sequence[Any] | Same] = {
            "@id": ids,
            "@name": [name or "" for name in given["name"]] if None in given["name"] else given["name"],
            "@period": _each({text: text for text in periods}, texts),
            "@end": _each({text: period and period.end for text, period in periods.items()}, texts),
            "@first": _each({text: period and period.first for text, period in periods.items()}, texts),
            "@year": _each({text: period and period.year for text, period in periods.items()}, texts),
            "@region": regions,
            "@tier": given.get("tier") or Same(None, count),
            "@type": given.get("type") or Same(None, count),
        }
        if kind == "network":
            heads["@listed"] = [members is not None for members in given["members"]]
        table.rows.heads = heads
        table.rows.count = len(ids)

    def _members(self, schema: MapReader, given: Mapping[str, list[Any]], table: Table, doubted: set[int]) -> None:
        """Reads the members of all networks as one list of maps; a network with a doubtful one is doubtful."""
        maps: list[dict[str, Any]] = []
        for row, members in enumerate(given["members"]):
            if members is None:
                continue
            if members.__class__ is not list or any(member.__class__ is not dict for member in members):
                doubted.add(row)
                continue
            maps += members
            table.owners += [row] * len(members)
        found = by_name(maps, schema.columns)
        wrong: set[int] = set()
        rows = table.members
        own = {name: found.of(name) for name in ("id", "name", "region", "from", "to")}
        schema.put(found, rows, wrong)
        _check_codes(own["id"], wrong)
        wrong.update([row for row, region in enumerate(own["region"]) if region is not None])
        for name in ("from", "to"):
            days = enumerate(own[name])
            wrong.update([row for row, day in days if day is not None and row not in wrong and not self._days[day]])
        doubted.update(table.owners[row] for row in wrong)
        for row in wrong:
            for values in own.values():
                values[row] = None
        networks, periods = (
            [None if row in doubted else given[name][row] for row in table.owners] for name in ("id", "period")
        )
        rows.heads = {
            "@network": networks,
            "@period": periods,
            "@id": own["id"],
            "@name": [name or id for name, id in zip(own["name"], own["id"], strict=True)],
            "@from": own["from"],
            "@to": own["to"],
        }
        rows.count = found.count


def _each(told: Mapping[Any, Any], texts: Sequence[Any]) -> Sequence[Any] | Same:
    """What is told of each text; mostly all are the same."""
    return Same(next(iter(told.values())), len(texts)) if len(told) == 1 else list(map(told.__getitem__, texts))


def _reach(schema: Parts, facts: Maps, given: Mapping[str, list[Any]], doubted: set[int]) -> None:
    """Adds to ``doubted`` what reports facts of another tier or type."""
    for name, fact in facts.columns.items():
        reach = schema.facts.columns[name].reach
        assert reach is not None
        for asked, key in ((reach.tier, "tier"), (reach.type, "type")):
            if asked is not None:
                own = given[key]
                doubted.update([row for row in fact.rows() if own[row] != asked])


def _count(told: Told, keys: int, members: Sequence[Any], lines: Block, doubted: set[int]) -> None:
    """Adds to ``doubted`` the lines that have more keys than were read: of two equal ones, or of one without value.

    ``keys`` are how many were read of all lines beside ``members``; none has more than it has colons.
    """
    listed = {row: 1 + keys_in(own) for row, own in enumerate(members) if own.__class__ is list}
    read = keys + sum(listed.values()) + len(told.numbers) - len(told.bare)
    if len(told.numbers) == len(lines) and read == lines.colons:
        return
    raws = [lines.raws[number] for number in told.numbers]
    colons = list(map(bytes.count, raws, repeat(b":")))
    if read == sum(colons):
        return
    by_row = zip(keys_by_row(told.own), keys_by_row(told.facts), strict=True)
    for row, (own, facts) in enumerate(by_row):
        read = own + facts + listed.get(row, 0) + (row not in told.bare)
        if read != colons[row] and not has_keys(raws[row], read):
            doubted.add(row)


def _check_codes(codes: Sequence[Any], doubted: set[int]) -> None:
    """Adds to ``doubted`` the institution codes that the schema accepts and whose check character is wrong."""
    if right_codes([code for row, code in enumerate(codes) if row not in doubted] if doubted else codes):
        return
    doubted.update(
        [
            row
            for row, code in enumerate(codes)
            if row not in doubted and (len(code) != _CODE_LENGTH or code[8] != organisation_code_check(code))
        ]
    )


def _identify(given: Mapping[str, list[Any]], doubted: set[int]) -> None:
    """Adds to ``doubted`` the institutions whose identity needs a second look."""
    _check_codes(given["id"], doubted)
    pairs = list(zip(given["level"], given["level_grade"], strict=True))
    different = {pair for row, pair in enumerate(pairs) if row not in doubted} if doubted else set(pairs)
    contrary = {pair for pair in different if None not in pair and not str(pair[1]).startswith(str(pair[0]))}
    if contrary:
        doubted.update([row for row, pair in enumerate(pairs) if row not in doubted and pair in contrary])
    for row, code in enumerate(given["credit_code"]):
        if code is not None and row not in doubted and credit_code_fault(code) is not None:
            doubted.add(row)
