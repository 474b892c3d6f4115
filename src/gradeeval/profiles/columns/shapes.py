"""Lines to values by name, without a Python step a value: subjects of one sort mostly report the same things.

The names that a sort is seen to report make its shape: a msgspec struct, whose places need only be turned round. What it says of
values, their usual types, decides how fast they are read and not whether they are right. A line that fits no shape is in doubt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from types import NoneType
from typing import Any, Literal, Protocol

import msgspec
from msgspec.structs import astuple

from gradeeval.files.ndjson import MAX_QUICK
from gradeeval.profiles.columns.given import Given, Maps, Pair, Where, places_of
from gradeeval.profiles.columns.notes import Note, Notes
from gradeeval.schemas import shipped
from gradeeval.vocabulary import KINDS, Vocabulary

_SORTS = {"institution": "category", "network": "type", "region": "tier"}
"""The field of each kind that tells best what a subject reports."""
_REFUSED = (msgspec.DecodeError, RecursionError, ValueError)
_NOTHING = msgspec.Raw(b"{}")
_DIGITS = 15
_MANY = 100_000
"""Decimals that are remembered."""
_FEW = 200
"""Maps that mostly have all names of their sort."""
_RARE = 64
"""Records of a sort that are too few for a shape of their own."""
_TOGETHER = 256
"""Maps that are turned round together, while all that was made of them is still in the cache of the processor."""


class _Floats(dict[str, float]):
    """Floats by their text, of at most 15 digits and without exponent: each is the only such text that is read as it."""

    def __missing__(self, written: str) -> float:
        if len(written) > _DIGITS + 1 or "e" in written or "E" in written:
            raise ValueError(written)
        if len(self) > _MANY:
            self.clear()
        made = self[written] = float(written)
        return made


Floated = Callable[[str], float]
Decode = Callable[[bytes], Any]


class Usual(Protocol):
    """What is known of the usual values of a name."""

    @property
    def form(self) -> Any:
        """How msgspec is to decode them, where no map is; ``Any`` where all has to be looked at."""
        ...

    @property
    def forms(self) -> Collection[type] | None:
        """Of which types they can then be; None where that has to be looked at."""
        ...

    @property
    def noted(self) -> bool:
        """Whether each can also stand in a map with its proof, and be noted."""
        ...


def _decoder(forms: Mapping[str, Any], floated: Floated) -> Decode:
    """Decodes maps that have some of these names, with values of these types, and no others."""
    places: list[tuple[str, Any, Any]] = [
        (f"_{number}", form, _NOTHING) if form is msgspec.Raw else (f"_{number}", form | None, None)
        for number, form in enumerate(forms.values())
    ]
    made = msgspec.defstruct(
        "Shape",
        places,
        forbid_unknown_fields=True,
        gc=False,
        rename={f"_{number}": name for number, name in enumerate(forms)},
    )
    return msgspec.json.Decoder(made, float_hook=floated).decode


class _Shape:
    """The names that one sort of maps was seen to have, of those that are known."""

    def __init__(self, known: Mapping[str, Usual], floated: Floated, notes: Notes) -> None:
        self._known = known
        self._floated = floated
        self._notes = notes
        self._keys = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
        self._names: list[str] = []
        self._decoders: dict[bool, Decode] = {}

    def _decode(self, *, usual: bool) -> Decode:
        if usual not in self._decoders:
            self._decoders[usual] = _decoder(
                {name: self._form(name, number) if usual else Any for number, name in enumerate(self._names)},
                self._floated,
            )
        return self._decoders[usual]

    def _form(self, name: str, number: int) -> Any:
        own = self._known[name]
        return own.form | self._notes.form(number) if own.noted else own.form

    def read(self, raws: Sequence[bytes], rows: Sequence[int], parts: _Parts, *, usual: bool) -> list[int]:
        """Adds the values of maps, each of a row, to ``parts``; gives the places of those that have other names or cannot be read.

        ``usual``: those too in which a value is not of its usual type.
        """
        if not self._names:
            self._learn(raws[:: len(raws) // _FEW + 1])
        missed = self._add(raws, rows, parts, usual=usual)
        if missed and self._learn([raws[place] for place in missed]):
            again = self._add([raws[place] for place in missed], [rows[place] for place in missed], parts, usual=usual)
            missed = [missed[place] for place in again]
        return missed

    def _add(self, raws: Sequence[bytes], rows: Sequence[int], parts: _Parts, *, usual: bool) -> list[int]:
        decode, notes = self._decode(usual=usual), self._notes
        columns = [parts.column(name) for name in self._names]
        before = [len(column.values) for column in columns]
        noted = [usual and self._known[name].noted for name in self._names]
        missed: list[int] = []
        notes.place = 0
        for start in range(0, len(raws), _TOGETHER):
            maps: list[tuple[Any, ...]] = []
            for place, raw in enumerate(raws[start : start + _TOGETHER], start):
                try:
                    maps.append(astuple(decode(raw)))
                    notes.place += 1
                except _REFUSED:
                    notes.forget()
                    missed.append(place)
            for column, values, plain in zip(columns, zip(*maps, strict=True), noted, strict=False):
                if plain:
                    column.values += values
                else:
                    column.add(values)
        if len(missed) < len(raws):
            refused = set(missed)
            parts.add([row for place, row in enumerate(rows) if place not in refused] if missed else rows, columns)
        for number, name in enumerate(self._names):
            if noted[number]:
                columns[number].note(notes.taken(number), before[number])
                columns[number].forms.update(self._known[name].forms or ())
        return missed

    def _learn(self, raws: Sequence[bytes]) -> bool:
        """Whether these maps have names that are new and known; they get their places beside those around them."""
        had = set(self._names)
        size = len(had)
        for raw in raws:
            try:
                order = list(self._keys(raw))
            except _REFUSED:
                continue
            if had.issuperset(order):
                continue
            at = 0
            for name in order:
                if name in had:
                    at = self._names.index(name) + 1
                elif name in self._known:
                    self._names.insert(at, name)
                    had.add(name)
                    at += 1
        if len(had) > size:
            self._decoders.clear()
        return len(had) > size


class _Column:
    """The values of a name as they come, without what stands in maps; ``parts`` are the numbers of the parts that have it."""

    __slots__ = ("forms", "maps", "notes", "parts", "values")

    def __init__(self) -> None:
        self.values: list[Any] = []
        self.forms: set[type] = set()
        self.notes: list[Note] = []
        self.maps: list[Pair] = []
        self.parts: list[int] = []

    def add(self, values: Sequence[Any]) -> None:
        """Adds values; sees of which types they are, and takes maps out of them."""
        types = list(map(type, values))
        forms = set(types)
        if dict in forms:
            values = list(values)
            start = len(self.values)
            for place in places_of(dict, types):
                self.maps.append((start + place, values[place]))
                values[place] = None
        self.forms |= forms
        self.values += values

    def note(self, notes: list[Note], start: int) -> None:
        """Takes what was noted at these places, counted from ``start``, out of the values."""
        if start:
            notes = [(start + place, told) for place, told in notes]
        for place, _told in notes:
            self.values[place] = None
        self.notes += notes


class _Parts:
    """Columns that come in parts, each of some rows."""

    def __init__(self) -> None:
        self._rows: list[Sequence[int]] = []
        self._columns: dict[str, _Column] = defaultdict(_Column)

    def column(self, name: str) -> _Column:
        """The column of a name."""
        return self._columns[name]

    def add(self, rows: Sequence[int], columns: Iterable[_Column]) -> None:
        """Says to which rows the values belong that were added last to these columns."""
        for column in columns:
            column.parts.append(len(self._rows))
        self._rows.append(rows)

    def columns(self) -> dict[str, Given]:
        """The columns, whole."""
        wheres: dict[tuple[int, ...], Where] = {}
        found: dict[str, Given] = {}
        for name, column in self._columns.items():
            key = tuple(column.parts)
            if key not in wheres:
                wheres[key] = Where(list(chain.from_iterable(self._rows[number] for number in key)))
            if key:
                forms = column.forms - {NoneType, dict}
                found[name] = Given(wheres[key], column.values, forms, column.notes, column.maps)
        return found


@dataclass(slots=True)
class Told:
    """What records of one kind say: that of row n is ``numbers[n]`` of those given. ``bare`` rows have no facts."""

    numbers: list[int]
    own: Maps
    facts: Maps
    bare: set[int] = field(default_factory=set)


class _Heads:
    """Records of one kind, with their facts unread."""

    def __init__(self, kind: str, known: Mapping[str, Usual], floated: Floated) -> None:
        forms = {name: known[name].form if name in known else Any for name in shipped(kind)["properties"]}
        self._forms = {name: own.forms for name, own in known.items()}
        self._decode = _decoder({**forms, "kind": Literal[kind], "facts": msgspec.Raw}, floated)
        self._names = list(forms)
        self._clear()

    def _clear(self) -> None:
        self._numbers: list[int] = []
        self._columns: dict[str, list[Any]] = {name: [] for name in self._names}

    def add(self, raws: Sequence[bytes], numbers: Iterable[int]) -> list[int]:
        """Adds records; gives the numbers of those that cannot be read as such of this kind."""
        read: list[tuple[Any, ...]] = []
        missed: list[int] = []
        try:
            read += map(astuple, map(self._decode, raws))
            self._numbers += numbers
        except _REFUSED:
            read.clear()
            for number, raw in zip(numbers, raws, strict=True):
                try:
                    read.append(astuple(self._decode(raw)))
                    self._numbers.append(number)
                except _REFUSED:
                    missed.append(number)
        for column, values in zip(self._columns.values(), zip(*read, strict=True), strict=False):
            column += values
        return missed

    def taken(self) -> tuple[Told, list[msgspec.Raw]]:
        """What was added, with the facts beside it; it is no longer held."""
        count = len(self._numbers)
        told = Told(self._numbers, Maps(count), Maps(count))
        everywhere = Where(range(count))
        facts = self._columns.pop("facts")
        nothing = [None] * count
        for name, values in self._columns.items():
            if values != nothing:
                told.own.columns[name] = Given(everywhere, values, self._forms.get(name))
        self._clear()
        return told, facts


class Shapes:
    """Reads lines; ``own`` is what records of a kind have beside facts and members, ``facts`` are their facts."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        own: Callable[[str], Mapping[str, Usual]],
        facts: Callable[[str], Mapping[str, Usual]],
    ) -> None:
        self._own, self._facts = own, facts
        self._floated = _Floats().__getitem__
        self._notes = Notes()
        self._kind = msgspec.json.Decoder(msgspec.defstruct("Kind", [("kind", Literal[KINDS])])).decode
        self._sorts: dict[str, frozenset[str]] = {}
        for kind, name in _SORTS.items():
            values = vocabulary.fields[kind][name].type.values if name in vocabulary.fields[kind] else None
            self._sorts[kind] = frozenset(values.titles if values is not None else ())
        self._heads: dict[str, _Heads] = {}
        self._shapes: dict[tuple[str, str | None], _Shape] = {}

    def read(self, lines: Sequence[bytes]) -> dict[str, Told]:
        """The values of those lines that are maps with a kind, by kind."""
        kind: str | None = None
        for start in range(0, len(lines), _TOGETHER):
            raws = lines[start : start + _TOGETHER]
            if max(map(len, raws)) > MAX_QUICK:
                raws = [raw if len(raw) <= MAX_QUICK else b"" for raw in raws]
            kind = kind or self._kind_of(raws[0])
            left: Iterable[int] = range(start, start + len(raws))
            if kind is not None:
                left = self._add(kind, raws, left)
            others: dict[str, list[int]] = defaultdict(list)
            for number in left:
                other = self._kind_of(raws[number - start])
                if other is not None and other != kind:
                    others[other].append(number)
            for other, numbers in others.items():
                self._add(other, [raws[number - start] for number in numbers], numbers)
        found = {kind: self._heads[kind].taken() for kind in KINDS if kind in self._heads}
        return {kind: self._told(kind, told, facts) for kind, (told, facts) in found.items() if told.numbers}

    def _kind_of(self, raw: bytes) -> str | None:
        try:
            return str(astuple(self._kind(raw))[0])
        except _REFUSED:
            return None

    def _add(self, kind: str, raws: Sequence[bytes], numbers: Iterable[int]) -> list[int]:
        if kind not in self._heads:
            self._heads[kind] = _Heads(kind, self._own(kind), self._floated)
        return self._heads[kind].add(raws, numbers)

    def _told(self, kind: str, told: Told, facts: Sequence[msgspec.Raw]) -> Told:
        """Adds the facts of some records."""
        sorts = self._sorts[kind]
        groups: dict[str | None, list[int]] = defaultdict(list)
        for row, sort in enumerate(told.own.of(_SORTS[kind])):
            if facts[row] is _NOTHING:
                told.bare.add(row)
            else:
                groups[sort if sort in sorts else None].append(row)
        rare = [sort for sort, rows in groups.items() if len(rows) < _RARE and (kind, sort) not in self._shapes]
        few = [row for sort in rare for row in groups.pop(sort)]
        groups[None] += few
        parts = _Parts()
        for sort, rows in groups.items():
            missed = self._part(kind, sort, facts, rows, parts, usual=True)
            missed = self._part(kind, sort, facts, missed, parts, usual=False)
            told.facts.wrong.update(missed)
        told.facts.columns = parts.columns()
        return told

    def _part(
        self, kind: str, sort: str | None, facts: Sequence[msgspec.Raw], rows: list[int], parts: _Parts, *, usual: bool
    ) -> list[int]:
        """Adds the facts of some records of one sort; gives those that could not be read."""
        if not rows:
            return []
        if (kind, sort) not in self._shapes:
            self._shapes[kind, sort] = _Shape(self._facts(kind), self._floated, self._notes)
        missed = self._shapes[kind, sort].read([facts[row] for row in rows], rows, parts, usual=usual)
        return [rows[place] for place in missed]
