"""Numbers of a symbolic subject: linear terms, and quotients that are compared without a division."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

import z3


def exact(number: int | Fraction) -> z3.ArithRef:
    """A rational constant."""
    fraction = Fraction(number)
    return z3.RealVal(f"{fraction.numerator}/{fraction.denominator}")


def compared(op: str, left: z3.ArithRef, right: z3.ArithRef) -> z3.BoolRef:
    """``left op right`` for the words of a literal."""
    if op == "eq":
        return left == right
    if op == "ge":
        return left >= right
    if op == "gt":
        return left > right
    return left <= right if op == "le" else left < right


@dataclass
class Linear:
    """A number as a linear term in its own unit; ``none`` holds where there is *no value*."""

    term: z3.ArithRef
    none: z3.BoolRef

    def compare(self, op: str, number: Fraction) -> z3.BoolRef:
        """Whether there is a value and it compares so."""
        return z3.And(z3.Not(self.none), compared(op, self.term, exact(number)))


@dataclass
class Quotient:
    """``scale · of ÷ to``. Compared as ``scale · of op k · to``, which is linear, for k is a number of a rule.

    ``value`` is the quotient itself, for sums and changes: a free number that lies on the same side of each ``k`` as the
    quotient does. That allows more than there is, never less.
    """

    name: str
    of: z3.ArithRef
    to: z3.ArithRef
    scale: int
    none: z3.BoolRef
    limits: list[Fraction] = field(default_factory=list)
    _value: z3.ArithRef | None = None

    @property
    def term(self) -> z3.ArithRef:
        """The quotient as a number."""
        if self._value is None:
            self._value = z3.Real(self.name)
        return self._value

    def compare(self, op: str, number: Fraction) -> z3.BoolRef:
        """Whether there is a value and it compares so."""
        if number not in self.limits:
            self.limits.append(number)
        return z3.And(z3.Not(self.none), self._holds(op, number))

    def links(self) -> Iterator[z3.BoolRef]:
        """What ties the free number to the quotient."""
        if self._value is None:
            return
        for number in {*self.limits, Fraction(0)}:
            for op in ("ge", "gt"):
                yield z3.Implies(z3.Not(self.none), self._holds(op, number) == compared(op, self._value, exact(number)))
        yield z3.Implies(z3.And(z3.Not(self.none), self.of <= self.to), self._value <= exact(self.scale))

    def _holds(self, op: str, number: Fraction) -> z3.BoolRef:
        return compared(op, exact(self.scale) * self.of, exact(number) * self.to)


Number = Linear | Quotient
