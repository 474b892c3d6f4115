"""Exact numbers in columns: bounds as quotients of whole numbers times a constant, with proof that nothing overflows.

A bound is ``factor · upper ÷ lower``; a ``lower`` of 0 is an infinity with the sign of ``upper``, no ``lower`` is 1. Largest
magnitudes are carried along; what could go beyond 127 bits raises ``Unheld``, and the reference engine judges instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

import polars as pl

from gradeeval.quantity import INFINITY
from gradeeval.quantity import Bound as Limit

_HELD = 2**126
_NARROW = 2**62
WIDE = pl.Int128


class Unheld(Exception):
    """A number could go beyond what a column holds exactly."""


@dataclass(frozen=True, slots=True)
class Bound:
    """``factor · upper ÷ lower``. ``top`` and ``bottom`` are the largest magnitudes of ``upper`` and ``lower``."""

    upper: pl.Expr
    top: int
    lower: pl.Expr | None = None
    bottom: int = 1
    factor: Fraction = Fraction(1)


@dataclass(frozen=True, slots=True)
class Number:
    """The numbers of a column: from ``lo`` to ``hi``; one object for both where they are the same.

    ``none`` marks rows where nothing is known (their bounds are the range of the type), ``empty`` those of *no value*. Either
    may be None: nowhere. ``plain`` is a column whose null is unknown and whose whole numbers are cut down from ``lo``.
    """

    lo: Bound
    hi: Bound
    none: pl.Expr | None = None
    empty: pl.Expr | None = None
    plain: pl.Expr | None = None


def constant(limit: Limit) -> Bound:
    """A bound that is the same everywhere."""
    if isinstance(limit, float):
        return Bound(pl.lit(1 if limit > 0 else -1, WIDE), 1, pl.lit(0, WIDE), 1)
    exact = Fraction(limit)
    return Bound(
        pl.lit(exact.numerator, WIDE), abs(exact.numerator), pl.lit(exact.denominator, WIDE), exact.denominator
    )


def compared(bound: Bound, op: str, limit: Limit) -> pl.Expr:
    """Whether ``bound op limit``; ``op`` is ``ge``, ``gt``, ``le`` or ``lt``."""
    if isinstance(limit, float):
        if bound.lower is None:
            return pl.lit(value=(limit < 0) == (op in ("ge", "gt")))
        infinite = (bound.lower == 0) & ((bound.upper > 0) if limit > 0 else (bound.upper < 0))
        strict = op in ("gt", "lt")
        never = (limit > 0) == (op in ("ge", "gt"))
        if never:
            return pl.lit(value=False) if strict else infinite
        return ~infinite if strict else pl.lit(value=True)
    scale = Fraction(limit) / bound.factor
    left, right = _held(bound.upper, bound.top, scale.denominator), pl.lit(scale.numerator, WIDE)
    if bound.lower is not None:
        right = _held(bound.lower, bound.bottom, scale.numerator)
        if max(bound.top * scale.denominator, bound.bottom * max(1, abs(scale.numerator))) < _NARROW:
            left, right = bound.upper.cast(pl.Int64) * scale.denominator, bound.lower.cast(pl.Int64) * scale.numerator
    elif max(bound.top * scale.denominator, abs(scale.numerator)) < _NARROW:
        left = bound.upper.cast(pl.Int64) if scale.denominator == 1 else bound.upper.cast(pl.Int64) * scale.denominator
        right = pl.lit(scale.numerator, pl.Int64)
    elif abs(scale.numerator) >= _HELD:
        raise Unheld
    result: pl.Expr = getattr(left, op)(right)
    return result


def _held(number: pl.Expr, most: int, times: int) -> pl.Expr:
    if most * abs(times) >= _HELD:
        raise Unheld
    return number.cast(WIDE) * pl.lit(times, WIDE) if times != 1 else number.cast(WIDE)


def aligned(bounds: Sequence[Bound]) -> list[Bound]:
    """The same bounds with one factor, so that columns of one can stand in for those of another."""
    factors = [bound.factor for bound in bounds]
    if len(set(factors)) == 1:
        return list(bounds)
    shared = Fraction(gcd(*(one.numerator for one in factors)), lcm(*(one.denominator for one in factors)))
    return [_scaled(bound, bound.factor / shared, shared) for bound in bounds]


def _scaled(bound: Bound, times: Fraction, factor: Fraction) -> Bound:
    assert times.denominator == 1
    whole = times.numerator
    return Bound(_held(bound.upper, bound.top, whole), bound.top * abs(whole), bound.lower, bound.bottom, factor)


def below(bound: Bound) -> pl.Expr:
    """The lower part as a column."""
    return pl.lit(1, WIDE) if bound.lower is None else bound.lower.cast(WIDE)


def chosen(when: pl.Expr, yes: Bound, no: Bound) -> Bound:
    """``yes`` where it holds, elsewhere ``no``; unknown counts as not."""
    first, second = aligned([yes, no])
    upper = pl.when(when).then(first.upper.cast(WIDE)).otherwise(second.upper.cast(WIDE))
    lower = None
    if first.lower is not None or second.lower is not None:
        lower = pl.when(when).then(below(first)).otherwise(below(second))
    return Bound(upper, max(first.top, second.top), lower, max(first.bottom, second.bottom), first.factor)


def added(first: Bound, second: Bound) -> Bound:
    """The sum. Infinities of one sign stay; those of two never meet here."""
    one, other = aligned([first, second])
    if one.lower is None and other.lower is None:
        top = one.top + other.top
        if top >= _HELD:
            raise Unheld
        return Bound(one.upper.cast(WIDE) + other.upper.cast(WIDE), top, None, 1, one.factor)
    top = one.top * other.bottom + other.top * one.bottom
    bottom = one.bottom * other.bottom
    if max(top, bottom) >= _HELD:
        raise Unheld
    both = (below(one) == 0) & (below(other) == 0)
    upper = one.upper.cast(WIDE) * below(other) + other.upper.cast(WIDE) * below(one)
    # An infinity times the other's lower part, plus nothing: its sign stays. Of two infinities the sum of both is 0.
    upper = pl.when(both).then(one.upper.cast(WIDE)).otherwise(upper)
    return Bound(upper, max(top, one.top), below(one) * below(other), bottom, one.factor)


def negated(bound: Bound) -> Bound:
    """The bound with the other sign."""
    return Bound(bound.upper.cast(WIDE) * pl.lit(-1, WIDE), bound.top, bound.lower, bound.bottom, bound.factor)


def times(bound: Bound, factor: Fraction) -> Bound:
    """The bound times a positive constant."""
    return Bound(bound.upper, bound.top, bound.lower, bound.bottom, bound.factor * factor)


def divided(upper: Bound, lower: Bound) -> Bound:
    """``upper ÷ lower`` as ``formulas`` has it: by 0 and of an infinity an infinity, by an infinity 0."""
    top, bottom = upper.top * lower.bottom, upper.bottom * lower.top
    if max(top, bottom) >= _HELD:
        raise Unheld
    over = upper.upper.cast(WIDE) * below(lower) if lower.lower is not None else upper.upper.cast(WIDE)
    under = below(upper) * lower.upper.cast(WIDE) if upper.lower is not None else lower.upper.cast(WIDE)
    sign = pl.when(under < 0).then(pl.lit(-1, WIDE)).otherwise(pl.lit(1, WIDE))
    infinite = (lower.upper.cast(WIDE) == 0) | ((upper.lower == 0) if upper.lower is not None else pl.lit(value=False))
    return Bound(
        pl.when(infinite).then(pl.lit(1, WIDE)).otherwise(over * sign),
        max(top, 1),
        pl.when(infinite).then(pl.lit(0, WIDE)).otherwise(under * sign),
        bottom,
        upper.factor / lower.factor,
    )


def same(lo: Bound, hi: Bound) -> pl.Expr:
    """Whether both bounds are one number, which infinities are not."""
    if lo is hi:
        return pl.lit(value=True)
    first, second = aligned([lo, hi])
    if first.lower is None and second.lower is None:
        return first.upper.cast(WIDE) == second.upper.cast(WIDE)
    if max(first.top * second.bottom, second.top * first.bottom) >= _HELD:
        raise Unheld
    finite = (below(first) != 0) & (below(second) != 0)
    return finite & (first.upper.cast(WIDE) * below(second) == second.upper.cast(WIDE) * below(first))


def between(number: Number, low: Limit, low_open: bool, high: Limit, high_open: bool) -> pl.Expr:
    """Kleene: whether all numbers lie between the limits (true), none does (false), or some do (null)."""
    limits = [(("gt" if low_open else "ge", "le" if low_open else "lt"), low, number.lo, number.hi)]
    limits.append((("lt" if high_open else "le", "ge" if high_open else "gt"), high, number.hi, number.lo))
    stated = [one for one in limits if one[1] not in (INFINITY, -INFINITY)]
    if not stated:
        return pl.lit(value=True)
    if number.lo is number.hi and number.none is None:
        held = [compared(bound, meets, limit) for (meets, _misses), limit, bound, _other in stated]
        return held[0] if len(held) == 1 else held[0] & held[1]
    met = pl.all_horizontal([compared(bound, meets, limit) for (meets, _m), limit, bound, _o in stated])
    missed = pl.any_horizontal([compared(other, misses, limit) for (_m, misses), limit, _b, other in stated])
    return pl.when(met).then(pl.lit(value=True)).when(missed).then(pl.lit(value=False))


def shortage(limit: Limit, bound: Bound) -> Bound:
    """``limit - bound``, exactly; infinite where either is."""
    if isinstance(limit, float):
        return constant(limit)
    scale = Fraction(limit) / bound.factor
    upper = _held(bound.upper, bound.top, scale.denominator)
    lower = pl.lit(scale.numerator, WIDE) if bound.lower is None else _held(bound.lower, bound.bottom, scale.numerator)
    top = bound.top * scale.denominator + bound.bottom * abs(scale.numerator)
    return Bound(lower - upper, top, bound.lower, bound.bottom, bound.factor / scale.denominator)
