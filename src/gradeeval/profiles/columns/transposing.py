"""Items by the thousand to columns: the quick way of records, which equals the exact one of ``reading`` and ``coding``.

What is alike in all items is looked at once a column. An item that leaves any doubt is not taken; it goes the exact way, which
has the words for what is wrong with it, if anything is.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gradeeval.files.ndjson import Line
from gradeeval.profiles.columns.column_reading import ColumnReader, MapReader, Parts
from gradeeval.profiles.columns.layout import LISTED_MEMBERS, MEMBER, PROFILE
from gradeeval.profiles.columns.rows import Rows
from gradeeval.profiles.contents import Item
from gradeeval.profiles.identifiers import credit_code_fault, organisation_code_check
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


class _Kind:
    """The items of one kind, as they come."""

    def __init__(self, schema: Parts) -> None:
        self.numbers: list[int] = []
        self.own = schema.own.gathered()
        self.facts = schema.facts.gathered()
        self.members: list[Any] = []
        self.doubted: set[int] = set()

    def add(self, number: int, data: Mapping[str, Any]) -> None:
        """The next item, and its number."""
        facts = data.get("facts", _NOTHING)
        if not self.own.add(data) or facts.__class__ is not dict or not self.facts.add(facts):
            self.doubted.add(len(self.numbers))
            self.facts.count = self.own.count
        self.numbers.append(number)
        self.members.append(data.get("members"))


class Transposer:
    """Reads items of the indicators that ``reader`` knows; places them by the regions of ``sieve``."""

    def __init__(self, reader: ProfileReader, sieve: Sieve) -> None:
        self._sieve = sieve
        self._schemas = _Known[str, Parts](lambda kind: Parts(reader, kind))
        self._periods = _Known[str, Period | None](read_period)
        self._days = _Known[str, bool](is_date)
        self._parts = _Known[tuple[str, str], str | None](self._part)

    def fields(self, kind: str) -> Mapping[str, ColumnReader]:
        """The readers of the fields of a kind."""
        return self._schemas[kind].own.columns

    def read(self, batch: Sequence[Item | Line]) -> Stretch:
        """What is beyond doubt of some items. Each is put into columns while it is at hand, and then forgotten."""
        kinds: dict[str, _Kind] = {}
        for number, content in enumerate(batch):
            data = content.quick()
            kind = data.get("kind") if data is not None else None
            if data is None or kind.__class__ is not str:
                continue
            if kind not in kinds:
                if kind not in KINDS:
                    continue
                kinds[kind] = _Kind(self._schemas[kind])
            kinds[kind].add(number, data)
        stretch = Stretch([None] * len(batch), {})
        for kind, found in kinds.items():
            stretch.tables[kind] = self._table(kind, found, stretch.subjects)
        return stretch

    def _table(self, kind: str, found: _Kind, subjects: list[Subject | None]) -> Table:
        schema, doubted = self._schemas[kind], found.doubted
        table = Table(found.numbers, Rows(PROFILE | (LISTED_MEMBERS if kind == "network" else {})), Rows(MEMBER))
        given = {name: found.own.of(name) for name in _LOOKED_AT if name in schema.own.columns}
        for name, at in found.facts.at.items():
            reach = schema.facts.columns[name].reach
            assert reach is not None
            for asked, key in ((reach.tier, "tier"), (reach.type, "type")):
                if asked is not None:
                    own = given[key]
                    doubted.update([row for row in at if own[row] != asked])
        schema.own.put(found.own, table.rows, doubted)
        schema.facts.put(found.facts, table.rows, doubted)
        if kind == "institution":
            _identify(given, doubted)
        if schema.members is not None:
            given["members"] = found.members
            self._members(schema.members, given, table, doubted)
        self._place(kind, given, table, doubted)
        for number, part, id, text in zip(found.numbers, table.parts, given["id"], given["period"], strict=True):
            period = self._periods[text] if part is not None else None
            if period is not None:
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
        table.parts = [text and self._parts[region, text] for region, text in zip(regions, texts, strict=True)]
        periods = [text and self._periods[text] for text in texts]
        none = [None] * len(ids)
        heads = {
            "@id": ids,
            "@name": [name or "" for name in given["name"]],
            "@period": texts,
            "@end": [period and period.end for period in periods],
            "@first": [period and period.first for period in periods],
            "@year": [period and period.year for period in periods],
            "@region": regions,
            "@tier": given.get("tier", none),
            "@type": given.get("type", none),
        }
        if kind == "network":
            heads["@listed"] = [members is not None for members in given["members"]]
        table.rows.heads = heads
        table.rows.count = len(ids)

    def _members(self, schema: MapReader, given: Mapping[str, list[Any]], table: Table, doubted: set[int]) -> None:
        """Reads the members of all networks as one list of maps; a network with a doubtful one is doubtful."""
        found = schema.gathered()
        wrong: set[int] = set()
        for row, members in enumerate(given["members"]):
            if members is None:
                continue
            if members.__class__ is not list or any(member.__class__ is not dict for member in members):
                doubted.add(row)
                continue
            for member in members:
                table.owners.append(row)
                if not found.add(member):
                    wrong.add(found.count - 1)
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
        rows.heads = {
            "@network": [given["id"][row] for row in table.owners],
            "@period": [given["period"][row] for row in table.owners],
            "@id": own["id"],
            "@name": [name or id for name, id in zip(own["name"], own["id"], strict=True)],
            "@from": own["from"],
            "@to": own["to"],
        }
        rows.count = found.count


def _check_codes(codes: Sequence[Any], doubted: set[int]) -> None:
    """Adds to ``doubted`` the institution codes that the schema accepts and whose check character is wrong."""
    doubted.update(
        row
        for row, code in enumerate(codes)
        if row not in doubted and (len(code) != _CODE_LENGTH or code[8] != organisation_code_check(code))
    )


def _identify(given: Mapping[str, list[Any]], doubted: set[int]) -> None:
    """Adds to ``doubted`` the institutions whose identity needs a second look."""
    _check_codes(given["id"], doubted)
    for row, (level, grade) in enumerate(zip(given["level"], given["level_grade"], strict=True)):
        if grade is not None and level is not None and row not in doubted and not grade.startswith(level):
            doubted.add(row)
    for row, code in enumerate(given["credit_code"]):
        if code is not None and row not in doubted and credit_code_fault(code) is not None:
            doubted.add(row)
