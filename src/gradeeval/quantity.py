"""Exact numbers: decimals as written, held as whole numbers of the indicator's smallest step, never as binary floats.

An interval's bounds are *scaled*: the natural number times ``10 ** decimals``. A reported figure is an ``int`` there, a
computed one (a share, a ratio) a ``Fraction``, an open end ``INFINITY`` or its negative.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from fractions import Fraction

_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
"""Moves the point and never rounds: the default context silently keeps 28 digits."""

INFINITY = math.inf
Bound = int | Fraction | float
"""A scaled bound; a float is only ever an infinity."""


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from ``lo`` to ``hi``, both included (scaled); a known number has ``lo == hi``.

    ``of`` and ``to`` are numerator and denominator (natural numbers) where the figure is a quotient of known ones.
    """

    lo: Bound
    hi: Bound
    of: int | Fraction | None = None
    to: int | Fraction | None = None

    @property
    def known(self) -> bool:
        """Whether it is one number."""
        return self.lo == self.hi


class NoValue:
    """Nothing to measure: a share of an empty set, a ratio to 0."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "NO_VALUE"


NO_VALUE = NoValue()


def scaled(number: int | Decimal, decimals: int) -> int | None:
    """``number`` times ``10 ** decimals``, or None where it has more decimals than that."""
    if isinstance(number, int):
        whole: int = number * 10**decimals
        return whole
    moved = number.scaleb(decimals, _EXACT)
    whole = int(moved)
    return whole if moved == whole else None


def natural(bound: int | Fraction, decimals: int) -> Fraction:
    """The number that a scaled bound stands for."""
    return Fraction(bound) / Fraction(10**decimals)


def decimal_text(number: Fraction | int, digits: int = 4) -> str:
    """``number`` as an exact decimal if it has at most ``digits`` decimals, else cut to them; no trailing zeros."""
    exact = Fraction(number)
    whole = exact * 10**digits
    rounded = round(whole)
    text = f"{Decimal(rounded).scaleb(-digits, _EXACT):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def shown(number: Fraction | int, beside: Fraction | int | None = None, least: int = 2) -> str:
    """``number`` with the digits that keep it on its own side of ``beside``: 84.996 against 85 is not shown as 85."""
    exact = Fraction(number)
    for digits in range(least, 12):
        text = decimal_text(exact, digits)
        if beside is None or exact == beside:
            return text
        if Fraction(text) != beside and (Fraction(text) < beside) == (exact < beside):
            return text
    return decimal_text(exact, 12)


def exact_text(number: Fraction | int) -> str:
    """An exact decimal where there is one, else the fraction ``17/21``: what a result file carries."""
    exact = Fraction(number)
    denominator = exact.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    if denominator != 1:
        return f"{exact.numerator}/{exact.denominator}"
    digits = 0
    while (exact * 10**digits).denominator != 1:
        digits += 1
    return decimal_text(exact, digits)
