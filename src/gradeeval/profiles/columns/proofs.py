"""Values that stand in a map with what proves them: taken out of it, many at a time, where the schema accepts the maps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import repeat
from operator import itemgetter
from typing import Any

from gradeeval.profiles.columns.given import Given, Pair
from gradeeval.profiles.columns.schema_part import Part

_MANY = 10_000
"""Maps that are remembered as accepted."""
_VALUE = "value"


@dataclass(frozen=True, slots=True)
class Plainly:
    """``given``, with values of plain ``forms`` only; what else there is, in ``odd``; and the maps whose values are given, ``proved``."""

    given: Given
    forms: set[type]
    odd: Sequence[Pair] = ()
    proved: Sequence[Pair] = ()


class Proofs:
    """Tells plain values of one name from others. ``ranged``: they are numbers of which the schema only says how large they may be."""

    def __init__(self, part: Part, plain: set[type], *, ranged: bool) -> None:
        self._accepts = part.checker.accepts
        self._plain = plain
        self._ranged = ranged
        self._fine: set[Any] = set()

    def plainly(self, given: Given, types: list[type], forms: set[type]) -> Plainly:
        """What is given, by what it is; ``types`` are those of the values, ``forms`` the same without those of nothing."""
        if forms <= self._plain:
            return Plainly(given, forms)
        rows, values = given.where.rows, list(given.values)
        odd: list[Pair] = []
        maps: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for form in forms - self._plain:
            for place in _places(types, form):
                value = values[place]
                if form is dict and _VALUE in value:
                    maps[tuple(value)].append(place)
                else:
                    odd.append((rows[place], value))
                    values[place] = None
        forms = forms & self._plain
        proved: list[Pair] = []
        for names, places in maps.items():
            held = [values[place] for place in places]
            own = self._values(names, held)
            pairs = zip(map(rows.__getitem__, places), held, strict=True)
            if own is None:
                odd += pairs
                own = [None] * len(places)
            else:
                proved += pairs
                forms |= set(map(type, own))
            for place, value in zip(places, own, strict=True):
                values[place] = value
        return Plainly(Given(given.where, values), forms, odd, proved)

    def _values(self, names: tuple[str, ...], maps: list[dict[str, Any]]) -> list[Any] | None:
        """The values of maps of these names, if all are plain and the schema accepts the maps; None for a second look at each.

        Few say different things beside their values, so of equal ones it is asked once; of numbers for the extremes.
        """
        own = list(map(itemgetter(_VALUE), maps))
        if not set(map(type, own)) <= self._plain:
            return None
        if list in self._plain:
            own = list(map(tuple, own))
        others = [name for name in names if name != _VALUE]
        beside = list(zip(*(map(itemgetter(name), maps) for name in others), strict=True)) or [()] * len(maps)
        different: dict[Any, dict[str, Any]] = {}
        try:
            if self._ranged:
                extremes = min(own), max(own)
                by_proof = dict(zip(beside, maps, strict=True))
                asked = [one | {_VALUE: value} for one in by_proof.values() for value in extremes]
            else:
                different = dict(zip(zip(repeat(names), own, beside, strict=False), maps, strict=True))
                asked = [different[key] for key in different.keys() - self._fine]
        except TypeError:  # there are lists or maps in them
            return None
        if any(one[name].__class__ is not str for one in asked for name in others):
            return None  # true and 1 are equal
        if asked and not self._accepts(asked):
            return None
        if len(self._fine) < _MANY:
            self._fine |= different.keys()
        return own


def _places(types: list[type], form: type) -> Iterator[int]:
    """Where a type stands among others."""
    place = -1
    with suppress(ValueError):
        while True:
            place = types.index(form, place + 1)
            yield place
