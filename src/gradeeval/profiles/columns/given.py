"""What maps hold by name: the values of each name in one list, with their rows. None is nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import polars as pl

from gradeeval.files.ndjson import keys_in
from gradeeval.profiles.columns.notes import ABSENT, Note

Pair = tuple[int, Any]
"""A row and a value."""


_FLAT = frozenset((str, bool, int, float))
_INSIDE = (dict, list)


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

    ``forms`` are all types that the values can be of, None where that has to be looked at. What stands in a map is not among the
    values, where that was seen: ``notes`` are maps of a value and its proof, ``maps`` any others, by their places in ``values``.
    """

    __slots__ = ("forms", "maps", "notes", "values", "where")

    def __init__(
        self,
        where: Where,
        values: Sequence[Any],
        forms: Collection[type] | None = None,
        notes: Sequence[Note] = (),
        maps: Sequence[Pair] = (),
    ) -> None:
        self.where = where
        self.values = values
        self.forms = forms
        self.notes = notes
        self.maps = maps

    @property
    def pairs(self) -> list[Pair]:
        """What is known, one by one."""
        return [pair for pair in zip(self.where.rows, self.values, strict=True) if pair[1] is not None]

    def rows(self) -> list[int]:
        """The rows where something stands."""
        known = [row for row, value in zip(self.where.rows, self.values, strict=True) if value is not None]
        return [*known, *(self.where.rows[place] for place, _told in (*self.notes, *self.maps))]


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


def places_of(form: type, types: Sequence[type]) -> Iterator[int]:
    """Where a type stands among others."""
    place = -1
    with suppress(ValueError):
        while True:
            place = types.index(form, place + 1)
            yield place


def keys_by_row(maps: Maps) -> list[int]:
    """How many keys each of some maps has, with those of the maps in it."""
    keys = [0] * maps.count
    alike: dict[Where, list[Given]] = {}
    for given in maps.columns.values():
        alike.setdefault(given.where, []).append(given)
    for where, some in alike.items():
        nothings = map(tuple.count, zip(*(given.values for given in some), strict=True), repeat(None))
        for row, nothing in zip(where.rows, nothings, strict=True):
            keys[row] += len(some) - nothing
        for given in some:
            if given.forms is None or not _FLAT.issuperset(given.forms):
                for row, value in zip(where.rows, given.values, strict=True):
                    if value.__class__ in _INSIDE:
                        keys[row] += keys_in(value)
            for place, value in given.maps:
                keys[where.rows[place]] += 1 + keys_in(value)
            for place, told in given.notes:
                keys[where.rows[place]] += 1 + len(told) - told.count(ABSENT) + keys_in(told)
    return keys


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
