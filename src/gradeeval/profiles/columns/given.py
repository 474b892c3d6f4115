"""What maps hold by name: the values of each name in one list, with their rows. None is nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

Pair = tuple[int, Any]
"""A row and a value."""


class Where:
    """Rows of a frame, each once: all in order (a range), or some in any order."""

    __slots__ = ("_series", "rows")

    def __init__(self, rows: Sequence[int]) -> None:
        self.rows = rows
        self._series: pl.Series | None = None

    @property
    def series(self) -> pl.Series:
        """The same as a series."""
        if self._series is None:
            self._series = pl.Series(self.rows, dtype=pl.UInt32)
        return self._series


class Given:
    """What stands under one name: ``values`` at the rows ``where``, None where nothing stands.

    ``usual``: all were decoded as usual values of the name, or maps.
    """

    __slots__ = ("usual", "values", "where")

    def __init__(self, where: Where, values: Sequence[Any], *, usual: bool = False) -> None:
        self.where = where
        self.values = values
        self.usual = usual

    @property
    def pairs(self) -> list[Pair]:
        """What is known, one by one."""
        return [pair for pair in zip(self.where.rows, self.values, strict=True) if pair[1] is not None]

    def rows(self) -> list[int]:
        """The rows where something stands."""
        return [row for row, value in zip(self.where.rows, self.values, strict=True) if value is not None]


@dataclass(slots=True)
class Maps:
    """Maps of one sort by name: ``count`` rows. ``wrong`` are those with a name that is not known, or without value."""

    count: int
    columns: dict[str, Given] = field(default_factory=dict)
    wrong: set[int] = field(default_factory=set)

    def of(self, name: str) -> list[Any]:
        """The values of all maps under a name."""
        given = self.columns.get(name)
        if given is None:
            return [None] * self.count
        if isinstance(given.where.rows, range):
            return list(given.values)
        values: list[Any] = [None] * self.count
        for row, value in given.pairs:
            values[row] = value
        return values


def by_name(maps: Sequence[Mapping[str, Any]], known: Iterable[str]) -> Maps:
    """Maps one after the other, by those names that are known."""
    names = dict.fromkeys(known)
    found = Maps(len(maps))
    held: set[str] = set().union(*maps)
    everywhere = Where(range(len(maps)))
    for name in names:
        if name in held:
            found.columns[name] = Given(everywhere, [one.get(name) for one in maps])
    strange = not held <= names.keys()
    found.wrong.update(
        row for row, one in enumerate(maps) if None in one.values() or (strange and not one.keys() <= names.keys())
    )
    return found
