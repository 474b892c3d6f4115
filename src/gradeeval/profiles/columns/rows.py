"""Rows that wait to become a frame: by column, what is known of some of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from gradeeval.profiles.columns.given import Where
from gradeeval.profiles.columns.layout import Schema


class Column:
    """What is known of one column: a series ``known`` at the rows ``where``, and beside it single ``values`` ``at`` others.

    Of a list of codes ``known`` is the number of one of ``lists``.
    """

    __slots__ = ("at", "known", "lists", "values", "where")

    def __init__(self) -> None:
        self.at: list[int] = []
        self.values: list[Any] = []
        self.where: Where | None = None
        self.known: pl.Series | None = None
        self.lists: Sequence[Collection[str]] = ()

    @property
    def empty(self) -> bool:
        """Whether no row knows anything."""
        return self.known is None and not self.at

    def put(self, row: int, value: Any) -> None:
        """A single value."""
        self.at.append(row)
        self.values.append(value)

    def hold(self, where: Where, known: pl.Series, lists: Sequence[Collection[str]] = ()) -> None:
        """Many values at once."""
        self.where, self.known, self.lists = where, known, lists


@dataclass(frozen=True, slots=True)
class Same:
    """A value that all rows have, of which there are ``count``."""

    value: Any
    count: int


class Rows(dict[str, Column]):
    """Rows of one frame by column, but for what identifies them: ``heads`` has a value for every row, in the columns of ``head``."""

    def __init__(self, head: Schema) -> None:
        super().__init__()
        self.head = head
        self.heads: dict[str, Sequence[Any] | Same] = {name: [] for name in head}
        self.count = 0

    def __missing__(self, name: str) -> Column:
        made = self[name] = Column()
        return made

    def put(self, row: Mapping[str, Any]) -> None:
        """A row that is at hand whole."""
        for name, value in row.items():
            if value is not None and name not in self.head:
                self[name].put(self.count, value)
        for name, held in self.heads.items():
            assert isinstance(held, list)
            held.append(row.get(name))
        self.count += 1

    def frame(self, schema: Schema, lists: Collection[str]) -> pl.DataFrame:
        """The rows, with all columns that identify them and those others that any row knows.

        ``lists`` are the names of which a value is a list of codes, which has a column a code.
        """
        made = [_head(name, self.heads[name], dtype) for name, dtype in self.head.items()]
        known = {name: column for name, column in self.items() if not column.empty}
        patterns: dict[str, pl.DataFrame] = {}
        for name, dtype in schema.items():
            base, _mark, code = name.partition(":")
            whole = known.get(base) if code and base in lists else None
            column = known.get(name)
            if whole is not None:
                if base not in patterns:
                    codes = [own for own in schema if own.startswith(f"{base}:")]
                    patterns[base] = _has(whole, codes, self.count)
                series = patterns[base][name]
                # A code that was given alone (a list that is only partly known) stands beside lists that are complete.
                made.append(series.scatter(column.at, column.values) if column is not None else series)
            elif column is not None:
                made.append(_series(name, dtype, column, self.count))
        return pl.DataFrame(made)


def _head(name: str, values: Sequence[Any] | Same, dtype: Any) -> pl.Series:
    if isinstance(values, Same):
        return pl.Series(name, [values.value], dtype=dtype).new_from_index(0, values.count)
    return pl.Series(name, values, dtype=dtype)


def _series(name: str, dtype: Any, column: Column, count: int) -> pl.Series:
    at, values = column.at, column.values
    if dtype == pl.Int64 and values and not -(2**63) <= min(values) <= max(values) < 2**63:
        dtype = pl.Int128
    if column.known is None or column.where is None:
        series = _unknown(name, dtype, count)
    else:
        series = _spread(name, column.where, column.known.cast(dtype), count)
    return series.scatter(at, pl.Series(name, values, dtype=dtype)) if at else series


def _unknown(name: str, dtype: Any, count: int) -> pl.Series:
    return pl.Series(name, [None], dtype=dtype).new_from_index(0, count)


def _spread(name: str, where: Where, known: pl.Series, count: int) -> pl.Series:
    """A column of ``count`` rows with what is known at some of them."""
    if isinstance(where.rows, range):
        return known.alias(name)
    return _unknown(name, known.dtype, count).scatter(where.series, known)


def _has(column: Column, names: Collection[str], count: int) -> pl.DataFrame:
    """Whether the list of each of ``count`` rows has each code; null where it has no list.

    Few lists are different, so each is looked at once. ``names`` are those of the columns of the codes.
    """
    numbers: dict[Collection[str], int] = {held: number for number, held in enumerate(column.lists)}
    at = [numbers.setdefault(held, len(numbers)) for held in column.values]
    known = pl.Series("", at, dtype=pl.UInt32)
    if column.known is not None and column.where is not None:
        which = _spread("", column.where, column.known, count)
    else:
        which = _unknown("", pl.UInt32, count)
    if at:
        which = which.scatter(column.at, known)
    different = {name: [name.partition(":")[2] in held for held in numbers] for name in names}
    # Bytes are picked twice as fast as bits.
    return pl.DataFrame(different, schema=dict.fromkeys(different, pl.Boolean)).cast(pl.UInt8)[which].cast(pl.Boolean)
