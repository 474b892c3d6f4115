"""Rows that wait to become a frame: by column, each with the rows that know something of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import polars as pl

from gradeeval.profiles.columns.layout import Schema


class Column:
    """The rows that know something of one column, in order, and what they know."""

    __slots__ = ("at", "values")

    def __init__(self, at: Sequence[int] = (), values: Sequence[Any] = ()) -> None:
        self.at = list(at)
        self.values = list(values)


class Rows(dict[str, Column]):
    """Rows of one frame by column, but for what identifies them: ``heads`` has a value for every row, in the columns of ``head``."""

    def __init__(self, head: Schema) -> None:
        super().__init__()
        self.head = head
        self.heads: dict[str, list[Any]] = {name: [] for name in head}
        self.count = 0

    def __missing__(self, name: str) -> Column:
        made = self[name] = Column()
        return made

    def put(self, row: Mapping[str, Any]) -> None:
        """A row that is at hand whole."""
        for name, value in row.items():
            if value is not None and name not in self.head:
                column = self[name]
                column.at.append(self.count)
                column.values.append(value)
        for name, held in self.heads.items():
            held.append(row.get(name))
        self.count += 1

    def frame(self, schema: Schema, lists: Collection[str]) -> pl.DataFrame:
        """The rows, with all columns that identify them and those others that any row knows.

        ``lists`` are the names of which a value is a list of codes, which has a column a code.
        """
        made = [pl.Series(name, self.heads[name], dtype=dtype) for name, dtype in self.head.items()]
        patterns: dict[str, pl.DataFrame] = {}
        for name, dtype in schema.items():
            base, _mark, code = name.partition(":")
            whole = self.get(base) if code and base in lists else None
            column = self.get(name)
            if whole is not None and whole.at:
                if base not in patterns:
                    codes = [own for own in schema if own.startswith(f"{base}:")]
                    patterns[base] = _has(whole, codes, self.count)
                series = patterns[base][name]
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


def _has(lists: Column, names: Collection[str], count: int) -> pl.DataFrame:
    """Whether the list of each of ``count`` rows has each code; null where it has no list.

    Few lists are different, so each is looked at once. ``names`` are those of the columns of the codes.
    """
    numbers: dict[Collection[str], int] = {}
    known = [numbers.setdefault(held, len(numbers)) for held in lists.values]
    which = known
    if len(known) < count:
        which = [len(numbers)] * count
        for row, number in zip(lists.at, known, strict=True):
            which[row] = number
    different = {
        name: pl.Series([*(name.partition(":")[2] in held for held in numbers), None], dtype=pl.Boolean)
        for name in names
    }
    return pl.DataFrame(different)[pl.Series(which, dtype=pl.UInt32)]
