"""Values that stand in a map with what proves them: taken out of it, many at a time, where the schema accepts the maps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import compress, product
from math import prod
from operator import not_
from types import NoneType
from typing import Any

from gradeeval.profiles.columns.given import Given, Pair, places_of
from gradeeval.profiles.columns.notes import ABSENT, NOTED, VALUE, Note, as_map
from gradeeval.profiles.columns.schema_part import Part

_MANY = 1_000
"""Different maps that are asked for at once, and remembered as accepted."""
_NAMES = frozenset(NOTED)


@dataclass(frozen=True, slots=True)
class Plainly:
    """``given``, with values of plain ``forms`` only, some of them from ``proved`` maps; what else there is, in ``odd``.

    ``keys`` are how many keys the proved maps have together.
    """

    given: Given
    forms: set[type]
    odd: Sequence[Pair] = ()
    proved: Sequence[Note] = ()
    keys: int = 0


class Proofs:
    """Tells plain values of one name from others. ``ranged``: they are numbers of which the schema only says how large they may be."""

    def __init__(self, part: Part, plain: set[type], *, ranged: bool) -> None:
        self._accepts = part.checker.accepts
        self._plain = plain
        self._ranged = ranged
        self._fine: dict[tuple[str, ...], set[Any]] = defaultdict(set)

    def plainly(self, given: Given) -> Plainly:
        """What is given, by what it is."""
        types: list[type] = []
        if given.forms is not None:
            forms = set(given.forms)
        else:
            types = list(map(type, given.values))
            forms = set(types) - {NoneType}
        if forms <= self._plain and not given.notes and not given.maps:
            return Plainly(given, forms)
        rows, values = given.where.rows, list(given.values)
        notes, odd, maps = list(given.notes), [], list(given.maps)
        for form in forms - self._plain:
            if not types:
                types = list(map(type, values))
            for place in places_of(form, types):
                maps.append((place, values[place]))
                values[place] = None
        for place, value in maps:
            if value.__class__ is dict and VALUE in value and value.keys() <= _NAMES:
                notes.append((place, tuple([value.get(name, ABSENT) for name in NOTED])))
            else:
                odd.append((rows[place], value))
        forms &= self._plain
        plain, others = self._parted(notes)
        odd += [(rows[place], as_map(told)) for place, told in others]
        if not plain:
            return Plainly(Given(given.where, values), forms, odd)
        own, *columns = zip(*[told for _place, told in plain], strict=True)
        if list in self._plain:
            own = tuple(map(tuple, own))
        nobody = (ABSENT,) * len(own)
        beside = {name: column for name, column in zip(NOTED[1:], columns, strict=True) if column != nobody}
        if not self._proved(own, beside):
            odd += [(rows[place], as_map(told)) for place, told in plain]
            return Plainly(Given(given.where, values), forms, odd)
        for (place, _told), value in zip(plain, own, strict=True):
            values[place] = value
        keys = len(own) + sum([len(own) - column.count(ABSENT) for column in beside.values()])
        return Plainly(Given(given.where, values), forms | set(map(type, own)), odd, plain, keys)

    def _parted(self, notes: list[Note]) -> tuple[list[Note], list[Note]]:
        """Those whose values are plain, and the others."""
        if {type(told[0]) for _place, told in notes} <= self._plain:
            return notes, []
        plain = [type(told[0]) in self._plain for _place, told in notes]
        return list(compress(notes, plain)), list(compress(notes, map(not_, plain)))

    def _proved(self, own: Sequence[Any], beside: Mapping[str, Sequence[Any]]) -> bool:
        """Whether the schema accepts all maps of such values, which are plain, and what stands beside each of them.

        Few say different things, so it is asked for all that could come together; of numbers for the extremes.
        """
        names = VALUE, *beside
        try:
            said = [{min(own), max(own)} if self._ranged else set(own), *map(set, beside.values())]
            if prod(map(len, said)) <= _MANY:
                asked = set(product(*said))
            else:
                asked = set(zip(own, *beside.values(), strict=True))
        except TypeError:  # there are lists or maps in them
            return False
        asked -= self._fine[names]
        if any(part.__class__ is not str and part is not ABSENT for one in asked for part in one[1:]):
            return False  # true and 1 are equal
        maps = [{name: part for name, part in zip(names, one, strict=True) if part is not ABSENT} for one in asked]
        if maps and not self._accepts(maps):
            return False
        if len(self._fine[names]) < _MANY:
            self._fine[names] |= asked
        return True
