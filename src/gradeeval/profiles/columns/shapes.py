"""Lines to values by name, without a Python step a value: subjects of one sort mostly report the same things.

The names that a sort is seen to report make its shape: a msgspec struct, whose places need only be turned round. What it says of
values, their usual types, decides how fast they are read and not whether they are right. A line that fits no shape is in doubt.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any, Literal, Protocol

import msgspec
from msgspec.structs import astuple

from gradeeval.files.ndjson import MAX_QUICK, Line
from gradeeval.profiles.columns.given import Given, Maps, Where
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


class Usual(Protocol):
    """What is known of the usual values of a name."""

    @property
    def form(self) -> Any:
        """How msgspec is to decode them."""
        ...


def _decoder(forms: Mapping[str, Any], floated: Floated) -> Callable[[bytes], Any]:
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


def _tuples(decode: Callable[[bytes], Any], raws: Sequence[bytes]) -> list[tuple[Any, ...] | None]:
    try:
        return list(map(astuple, map(decode, raws)))
    except _REFUSED:
        return list(_one_by_one(decode, raws))


def _one_by_one(decode: Callable[[bytes], Any], raws: Sequence[bytes]) -> Iterator[tuple[Any, ...] | None]:
    for raw in raws:
        try:
            yield astuple(decode(raw))
        except _REFUSED:
            yield None


class _Shape:
    """The names that one sort of maps was seen to have, of those that are known."""

    def __init__(self, known: Mapping[str, Usual], floated: Floated) -> None:
        self._known = known
        self._floated = floated
        self._keys = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
        self.names: list[str] = []
        self._decoders: dict[bool, Callable[[bytes], Any]] = {}

    def _decode(self, raws: Sequence[bytes], *, usual: bool) -> list[tuple[Any, ...] | None]:
        if usual not in self._decoders:
            forms = {name: self._known[name].form if usual else Any for name in self.names}
            self._decoders[usual] = _decoder(forms, self._floated)
        return _tuples(self._decoders[usual], raws)

    def read(self, raws: Sequence[bytes], *, usual: bool) -> list[tuple[Any, ...] | None]:
        """The values of each map in the order of ``names``; None for one that has other names or cannot be read.

        ``usual``: None too where a value is not of its usual type.
        """
        if not self.names:
            self._learn(raws[:: len(raws) // _FEW + 1])
        found = self._decode(raws, usual=usual)
        missed = [raw for raw, one in zip(raws, found, strict=True) if one is None]
        if missed and self._learn(missed):
            found = self._decode(raws, usual=usual)
        return found

    def _learn(self, raws: Sequence[bytes]) -> bool:
        """Whether these maps have names that are new and known; they get their places beside those around them."""
        had = set(self.names)
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
                    at = self.names.index(name) + 1
                elif name in self._known:
                    self.names.insert(at, name)
                    had.add(name)
                    at += 1
        if len(had) > size:
            self._decoders.clear()
        return len(had) > size


class _Parts:
    """Columns that come in parts, each of some rows."""

    def __init__(self) -> None:
        self._rows: list[list[int]] = []
        self._columns: dict[str, dict[int, Sequence[Any]]] = defaultdict(dict)
        self._unusual: set[str] = set()

    def add(self, rows: list[int], maps: Sequence[tuple[Any, ...]], names: Sequence[str], *, usual: bool) -> None:
        """Maps of these rows by their values in the order of ``names``."""
        if not usual:
            self._unusual.update(names)
        for name, values in zip(names, zip(*maps, strict=True), strict=False):
            self._columns[name][len(self._rows)] = values
        self._rows.append(rows)

    def columns(self) -> dict[str, Given]:
        """The columns, whole."""
        wheres: dict[tuple[int, ...], Where] = {}
        found: dict[str, Given] = {}
        for name, parts in self._columns.items():
            key = tuple(parts)
            if key not in wheres:
                wheres[key] = Where(list(chain.from_iterable(self._rows[number] for number in key)))
            values = list(chain.from_iterable(parts.values()))
            found[name] = Given(wheres[key], values, usual=name not in self._unusual)
        return found


def _codes(vocabulary: Vocabulary, names: Iterable[str]) -> dict[str, Any]:
    """How the fields of all kinds are decoded: codes as the same texts again and again, all else as it comes."""
    forms: dict[str, Any] = dict.fromkeys(names, Any)
    found: dict[str, set[str]] = defaultdict(set)
    for fields in vocabulary.fields.values():
        for name, own in fields.items():
            if own.type.form in ("code", "ordered") and own.type.values is not None:
                found[name].update((*own.type.values.titles, *own.type.values.ranks, *own.type.values.outside))
    return forms | {name: Literal[tuple(sorted(codes))] for name, codes in found.items()}


@dataclass(slots=True)
class Told:
    """What records of one kind say: that of row n is ``numbers[n]`` of those given.

    ``keys`` are how many it has, but for those in values.
    """

    numbers: list[int]
    own: Maps
    facts: Maps
    keys: list[int]


class Shapes:
    """Reads lines; ``known`` are the facts of a kind."""

    def __init__(self, vocabulary: Vocabulary, known: Callable[[str], Mapping[str, Usual]]) -> None:
        self._floated = _Floats().__getitem__
        self._own = {kind: frozenset(shipped(kind)["properties"]) for kind in KINDS}
        names = dict.fromkeys(name for kind in KINDS for name in shipped(kind)["properties"])
        self._names = list(names)
        self._decode = _decoder({**_codes(vocabulary, names), "facts": msgspec.Raw}, self._floated)
        self._place = self._names.index("kind")
        self._sorts: dict[str, frozenset[str]] = {}
        for kind, name in _SORTS.items():
            values = vocabulary.fields[kind][name].type.values if name in vocabulary.fields[kind] else None
            self._sorts[kind] = frozenset(values.titles if values is not None else ())
        self._known = known
        self._shapes: dict[tuple[str, str | None], _Shape] = {}

    def read(self, lines: Sequence[Line]) -> dict[str, Told]:
        """The values of those lines that are maps with a kind, by kind."""
        raws = [line.raw if len(line.raw) <= MAX_QUICK else b"" for line in lines]
        found: dict[str, list[tuple[int, tuple[Any, ...]]]] = {kind: [] for kind in KINDS}
        for number, one in enumerate(_tuples(self._decode, raws)):
            kind = one[self._place] if one is not None else None
            if one is not None and kind.__class__ is str and kind in found:
                found[kind].append((number, one))
        return {kind: self._told(kind, pairs) for kind, pairs in found.items() if pairs}

    def _told(self, kind: str, pairs: list[tuple[int, tuple[Any, ...]]]) -> Told:
        numbers = [number for number, _one in pairs]
        records = [one for _number, one in pairs]
        told = Told(numbers, Maps(len(numbers)), Maps(len(numbers)), [len(one) - one.count(None) for one in records])
        everywhere = Where(range(len(numbers)))
        columns = dict(zip(self._names, zip(*records, strict=True), strict=True))
        facts = columns.pop("facts")
        nothing = (None,) * len(numbers)
        for name, values in columns.items():
            if values == nothing:
                continue
            given = Given(everywhere, values)
            if name in self._own[kind]:
                told.own.columns[name] = given
            else:
                told.own.wrong.update(given.rows())
        self._facts(kind, told, facts)
        return told

    def _facts(self, kind: str, told: Told, facts: Sequence[msgspec.Raw]) -> None:
        """Adds the facts of some records."""
        sorts = self._sorts[kind]
        groups: dict[str | None, list[int]] = defaultdict(list)
        for row, sort in enumerate(told.own.of(_SORTS[kind])):
            if facts[row] is _NOTHING:
                told.keys[row] -= 1
            else:
                groups[sort if sort.__class__ is str and sort in sorts else None].append(row)
        parts = _Parts()
        for sort, rows in groups.items():
            missed = self._part(kind, sort, told, facts, rows, parts, usual=True)
            missed = self._part(kind, sort, told, facts, missed, parts, usual=False)
            told.facts.wrong.update(missed)
        told.facts.columns = parts.columns()

    def _part(
        self,
        kind: str,
        sort: str | None,
        told: Told,
        facts: Sequence[msgspec.Raw],
        rows: list[int],
        parts: _Parts,
        *,
        usual: bool,
    ) -> list[int]:
        """Adds the facts of some records of one sort; gives those that could not be read."""
        if not rows:
            return []
        if (kind, sort) not in self._shapes:
            self._shapes[kind, sort] = _Shape(self._known(kind), self._floated)
        shape = self._shapes[kind, sort]
        read = shape.read([facts[row] for row in rows], usual=usual)
        kept = [one for one in read if one is not None]
        missed: list[int] = []
        if len(kept) < len(rows):
            missed = [row for row, one in zip(rows, read, strict=True) if one is None]
            rows = [row for row, one in zip(rows, read, strict=True) if one is not None]
        width = len(shape.names)
        for row, nothing in zip(rows, map(tuple.count, kept, repeat(None)), strict=True):
            told.keys[row] += width - nothing
        if kept:
            parts.add(rows, kept, shape.names, usual=usual)
        return missed
