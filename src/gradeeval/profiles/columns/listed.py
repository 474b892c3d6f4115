"""Rows of rosters as a frame: from what is written by column, or from rows one by one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import count
from typing import Any

import polars as pl

from gradeeval.language.scope import Scope
from gradeeval.profiles.columns.column_reading import ColumnReader
from gradeeval.profiles.columns.given import Given, Where, by_name
from gradeeval.profiles.columns.layout import LISTED, listed_schema
from gradeeval.profiles.columns.rows import Rows
from gradeeval.profiles.profile import ListedPart, Roster
from gradeeval.profiles.unit_rows import UnitRows

_HEADS = ("id", "name", "parent", "tier", "type", "first", "last")
_WRITTEN = ("id", "name", "region", "tier", "type", "from", "to")
"""What identifies a row, as it is called in rows and as it is written."""


class Listed:
    """Makes frames of the rows of a kind in rosters; ``readers`` read the fields of the kind, ``lists`` are those that hold lists."""

    def __init__(self, scope: Scope, kind: str, readers: Mapping[str, ColumnReader], lists: Collection[str]) -> None:
        self._kind = kind
        self._fields = [name for name in scope.vocabulary.fields[kind] if name != "name"]
        self._schema = listed_schema(scope, kind)
        self._readers = readers
        self._lists = lists

    def frame(self, rosters: Mapping[int, Roster]) -> pl.DataFrame | None:
        """The rows of rosters by their numbers; None where there are none."""
        frames = [
            self._written(number, roster.rows.kinds[self._kind])
            if isinstance(roster.rows, UnitRows)
            else self._made(number, [row for row in roster.rows if row.kind == self._kind])
            for number, roster in rosters.items()
            if not isinstance(roster.rows, UnitRows) or self._kind in roster.rows.kinds
        ]
        frames = [frame for frame in frames if frame.height]
        if not frames:
            return None
        whole = pl.concat(frames, how="diagonal_relaxed")
        return whole.select([name for name in self._schema if name in whole.columns])

    def _written(self, number: int, columns: Mapping[str, Sequence[Any]]) -> pl.DataFrame:
        """Rows that are at hand by column."""
        size = len(columns["id"])
        heads = self._heads(number, [columns.get(name, [None] * size) for name in _WRITTEN])
        everywhere = Where(range(size))
        coded = self._coded({name: Given(everywhere, columns[name]) for name in self._fields if name in columns}, size)
        return heads.hstack(coded)

    def _made(self, number: int, parts: Sequence[ListedPart]) -> pl.DataFrame:
        """Rows one by one. Those of one classification hold it together, so each is coded once."""
        if not parts:
            return pl.DataFrame()
        columns = dict(zip(ListedPart._fields, zip(*parts, strict=True), strict=True))
        heads = self._heads(number, [columns[name] for name in _HEADS])
        which = list(map(id, columns["values"]))
        classes = dict(zip(which, columns["values"], strict=True))
        given = by_name(list(classes.values()), self._readers).columns
        for own in given.values():
            own.values = [tuple(value) if isinstance(value, frozenset) else value for value in own.values]
        coded = self._coded(given, len(classes))
        places = dict(zip(classes, count(), strict=False))
        at = pl.Series(list(map(places.__getitem__, which)), dtype=pl.UInt32)
        return heads.hstack(coded[at]) if coded.width else heads

    def _heads(self, number: int, columns: Sequence[Sequence[Any]]) -> pl.DataFrame:
        numbers = pl.Series([number], dtype=LISTED["@roster"]).new_from_index(0, len(columns[0]))
        return pl.DataFrame(dict(zip(LISTED, [numbers, *columns], strict=True)), schema=LISTED)

    def _coded(self, given: Mapping[str, Given], size: int) -> pl.DataFrame:
        rows = Rows({})
        rows.count = size
        for name, own in given.items():
            self._readers[name].code(rows, own)
        return rows.frame(self._schema, self._lists)
