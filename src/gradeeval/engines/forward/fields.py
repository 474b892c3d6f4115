"""How a value becomes short typed fields of a fact, and a literal of a lowered test a comparison of such a field.

A bound of a number is written as its *place* among the limits that the rules test it against: twice the number of limits
below it, and one more where it stands on a limit. So a fraction (17/21 against 85 %) and an amount beyond 2**53 compare as
exactly as a small count, an infinite bound needs no number, and the fields are a few digits. With one limit the place is
the sign of the margin, plus one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from gradeeval.engines.conditions import unknown_range
from gradeeval.engines.forward.literals import comparison
from gradeeval.language.lowering import Key, Literal, Operand, place_of
from gradeeval.quantity import Bound, Interval, NoValue
from gradeeval.vocabulary import Values, ValueType

Writer = Callable[[Any], str]
"""From a value (None is unknown) to fields with a comma before each; an empty text where nothing is known."""


class Fields:
    """The fields of one program: their names, how they are written, and how literals test them.

    ``writers[i]`` writes slot ``i``, one aspect of the value of ``operands[owners[i]]``, as the fields ``names[i]``.
    """

    def __init__(self) -> None:
        self.operands: list[Operand] = []
        self.writers: list[Writer] = []
        self.owners: list[int] = []
        self.names: list[tuple[str, ...]] = []
        self._types: list[ValueType] = []
        self._numbers: dict[Operand, int] = {}
        self._limits: dict[Operand, list[int | Fraction]] = {}
        self._slots: dict[tuple[str, Operand, tuple[str, ...]], int] = {}

    def operand(self, operand: Operand, value_type: ValueType) -> int:
        """The number of an operand; a new one where it was not there."""
        number = self._numbers.setdefault(operand, len(self.operands))
        if number == len(self.operands):
            self.operands.append(operand)
            self._types.append(value_type)
        return number

    def open(self, found: Iterable[Literal]) -> None:
        """Make the slots that these literals look at. All literals of a program come at once: limits have places."""
        chosen = list(found)
        for literal in chosen:
            if literal.key.aspect in ("lo", "hi"):
                limits = self._limits.setdefault(literal.key.operand, [])
                if literal.number not in limits:
                    limits.append(literal.number)
        for limits in self._limits.values():
            limits.sort()
        for literal in chosen:
            self.slot(literal.key)

    def slot(self, key: Key) -> int:
        """The slot that writes what ``key`` looks at."""
        aspect = "number" if key.aspect in ("lo", "hi", "empty") else key.aspect
        index = self._slots.setdefault((aspect, key.operand, key.detail), len(self.writers))
        if index == len(self.writers):
            owner = self._numbers[key.operand]
            self.owners.append(owner)
            self.writers.append(self._writer(aspect, index, key, self._types[owner]))
        return index

    def test(self, literal: Literal) -> str:
        """The comparison that a literal stands for."""
        key = literal.key
        index = self.slot(key)
        if key.aspect in ("lo", "hi"):
            place = 2 * self._limits[key.operand].index(literal.number) + 1
            return comparison(literal.op, f"n{index}{key.aspect[0]}", place)
        assert isinstance(literal.number, int)
        return comparison(literal.op, _name(key.aspect, index), literal.number)

    def _writer(self, aspect: str, index: int, key: Key, value_type: ValueType) -> Writer:
        if aspect == "number":
            self.names.append((f"n{index}l", f"n{index}h", f"n{index}e"))
            return _number(index, self._limits.get(key.operand, []), unknown_range(value_type))
        name = _name(aspect, index)
        self.names.append((name,))
        if aspect == "truth":
            return _flag(name, lambda value: value)
        if aspect == "has":
            code = key.detail[0]
            return _flag(name, lambda value: code in value if isinstance(value, frozenset) else value.get(code))
        if aspect == "named":
            among = frozenset(key.detail)
            return _flag(name, lambda value: value in among)
        assert value_type.values is not None
        return _place(name, value_type.values)


def _name(aspect: str, index: int) -> str:
    prefix = {"truth": "b", "named": "b", "rank": "r", "code": "s", "has": "l", "empty": "n"}[aspect]
    return f"{prefix}{index}e" if aspect == "empty" else f"{prefix}{index}"


def _flag(name: str, truth: Callable[[Any], bool | None]) -> Writer:
    true, false = f',"{name}":1', f',"{name}":0'

    def write(value: Any) -> str:
        known = None if value is None else truth(value)
        return true if known is True else false if known is False else ""

    return write


def _place(name: str, values: Values) -> Writer:
    codes = (*values.titles, *values.ranks, *values.outside)
    texts = {code: f',"{name}":{place_of(code, values)}' for code in codes}
    elsewhere = f',"{name}":{-1 - len(values.outside)}'
    return lambda value: "" if value is None else texts.get(value, elsewhere)


def _number(index: int, limits: list[int | Fraction], whole: Interval) -> Writer:
    def place(bound: Bound) -> int:
        return bisect_left(limits, bound) + bisect_right(limits, bound)

    def between(lo: int, hi: int) -> str:
        return f',"n{index}l":{lo},"n{index}h":{hi}'

    exact = [between(at, at) for at in range(2 * len(limits) + 1)]
    unknown = between(place(whole.lo), place(whole.hi))
    empty = f',"n{index}e":1'

    def write(value: Any) -> str:
        if value is None:
            return unknown
        if isinstance(value, Interval):
            return between(place(value.lo), place(value.hi))
        if isinstance(value, NoValue):
            return empty
        return exact[place(value)]

    return write
