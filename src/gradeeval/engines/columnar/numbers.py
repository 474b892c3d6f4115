"""Exact numbers in columns: bounds as quotients of whole numbers times a constant, with proof that nothing overflows.

A bound is ``factor · upper ÷ lower``; a ``lower`` of 0 is an infinity with the sign of ``upper``, no ``lower`` is 1. Largest
magnitudes are carried along; what could go beyond 127 bits raises ``Unheld``, and the reference engine judges instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

import polars as pl

from gradeeval.engines.columnar.codes import literal
from gradeeval.quantity import INFINITY
from gradeeval.quantity import Bound as Limit

_HELD = 2**126
_NARROW = 2**62
WIDE = pl.Int128


_ROUNDED = 56


def rounded(top: int) -> int:
    """A magnitude up to eighths of 64 bits, so that columns alike have the same; large ones as they are, which may just fit."""
    bits = top.bit_length()
    return top if bits > _ROUNDED or top < 0 else 2 ** (-(-bits // 8) * 8)


def type_for(most: int) -> type[pl.Int64] | type[pl.Int128]:
    """The narrowest type for whole numbers up to this magnitude: half as wide is several times as fast."""
    return pl.Int64 if most < _NARROW else WIDE


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
    may be None: nowhere. ``plain``, where it is given, is null where the number is unknown or *no value*, and so may the bounds be
    then: the range of the type is not filled in. ``half`` marks rows of such a quotient of which one operand is known.
    """

    lo: Bound
    hi: Bound
    none: pl.Expr | None = None
    empty: pl.Expr | None = None
    plain: pl.Expr | None = None
    half: pl.Expr | None = None


def constant(limit: Limit) -> Bound:
    """A bound that is the same everywhere."""
    if isinstance(limit, float):
        return Bound(literal(1 if limit > 0 else -1, pl.Int64), 1, literal(0, pl.Int64), 1)
    exact = Fraction(limit)
    top, bottom = abs(exact.numerator), exact.denominator
    lower = None if bottom == 1 else literal(bottom, type_for(bottom))
    return Bound(literal(exact.numerator, type_for(top)), top, lower, bottom)


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
    most = max(bound.top * scale.denominator, bound.bottom * max(1, abs(scale.numerator)))
    left = _held(bound.upper, bound.top, scale.denominator, most)
    right = literal(scale.numerator, type_for(most))
    if bound.lower is not None:
        right = _held(bound.lower, bound.bottom, scale.numerator, most)
    result: pl.Expr = getattr(left, op)(right)
    return result


def _held(number: pl.Expr, top: int, times: int, most: int = 0) -> pl.Expr:
    """A column multiplied, in the type for it or for ``most``."""
    most = max(most, max(top, 1) * abs(times))
    if most >= _HELD:
        raise Unheld
    wide = type_for(most)
    return number.cast(wide) * literal(times, wide) if times != 1 else number.cast(wide)


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


def below(bound: Bound, most: int = 0) -> pl.Expr:
    """The lower part as a column, in the type for it or for ``most``."""
    wide = type_for(max(bound.bottom, most))
    return literal(1, wide) if bound.lower is None else bound.lower.cast(wide)


def chosen(when: pl.Expr, yes: Bound, no: Bound) -> Bound:
    """``yes`` where it holds, elsewhere ``no``; unknown counts as not."""
    first, second = aligned([yes, no])
    top, bottom = max(first.top, second.top), max(first.bottom, second.bottom)
    upper = pl.when(when).then(first.upper.cast(type_for(top))).otherwise(second.upper.cast(type_for(top)))
    lower = None
    if first.lower is not None or second.lower is not None:
        lower = pl.when(when).then(below(first, bottom)).otherwise(below(second, bottom))
    return Bound(upper, top, lower, bottom, first.factor)


def added(first: Bound, second: Bound) -> Bound:
    """The sum. Infinities of one sign stay; those of two never meet here."""
    one, other = aligned([first, second])
    if one.lower is None and other.lower is None:
        top = one.top + other.top
        if top >= _HELD:
            raise Unheld
        wide = type_for(top)
        return Bound(one.upper.cast(wide) + other.upper.cast(wide), top, None, 1, one.factor)
    top = max(one.top * other.bottom + other.top * one.bottom, one.top)
    bottom = one.bottom * other.bottom
    if max(top, bottom) >= _HELD:
        raise Unheld
    wide = type_for(top)
    upper = one.upper.cast(wide) * below(other, top) + other.upper.cast(wide) * below(one, top)
    # An infinity times the other's lower part, plus nothing: its sign stays. Of two infinities the sum of both is 0.
    both = (below(one) == 0) & (below(other) == 0)
    upper = pl.when(both).then(one.upper.cast(wide)).otherwise(upper)
    return Bound(upper, top, below(one, bottom) * below(other, bottom), bottom, one.factor)


def negated(bound: Bound) -> Bound:
    """The bound with the other sign."""
    return Bound(_held(bound.upper, bound.top, -1), bound.top, bound.lower, bound.bottom, bound.factor)


def times(bound: Bound, factor: Fraction) -> Bound:
    """The bound times a positive constant."""
    return Bound(bound.upper, bound.top, bound.lower, bound.bottom, bound.factor * factor)


def divided(upper: Bound, lower: Bound) -> Bound:
    """``upper ÷ lower`` as ``formulas`` has it: by 0 and of an infinity an infinity, by an infinity 0."""
    top, bottom = max(upper.top * lower.bottom, 1), max(upper.bottom * lower.top, 1)
    if max(top, bottom) >= _HELD:
        raise Unheld
    over, under = upper.upper.cast(type_for(top)), lower.upper.cast(type_for(bottom))
    if lower.lower is not None:
        over = over * below(lower, top)
    if upper.lower is not None:
        under = below(upper, bottom) * under
    infinite = (lower.upper == 0) | ((upper.lower == 0) if upper.lower is not None else pl.lit(value=False))
    negative = under < 0
    # Polars takes a minus sign before 64 bits, but not before 128.
    over = pl.when(negative).then(literal(0, type_for(top)) - over).otherwise(over)
    turned = pl.when(negative).then(literal(0, type_for(bottom)) - under).otherwise(under)
    return Bound(
        pl.when(infinite).then(literal(1, type_for(top))).otherwise(over),
        top,
        pl.when(infinite).then(literal(0, type_for(bottom))).otherwise(turned),
        bottom,
        upper.factor / lower.factor,
    )


def same(lo: Bound, hi: Bound) -> pl.Expr:
    """Whether both bounds are one number, which infinities are not."""
    if lo is hi:
        return pl.lit(value=True)
    first, second = aligned([lo, hi])
    most = max(first.top * second.bottom, second.top * first.bottom)
    if most >= _HELD:
        raise Unheld
    left, right = first.upper.cast(type_for(most)), second.upper.cast(type_for(most))
    if first.lower is None and second.lower is None:
        return left == right
    finite = (below(first) != 0) & (below(second) != 0)
    return finite & (left * below(second, most) == right * below(first, most))


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
    bottom = max(bound.bottom, 1)
    most = bound.top * scale.denominator + bottom * abs(scale.numerator)
    upper = _held(bound.upper, bound.top, scale.denominator, most)
    lower = literal(scale.numerator, type_for(most))
    if bound.lower is not None:
        lower = _held(bound.lower, bottom, scale.numerator, most)
    return Bound(lower - upper, most, bound.lower, bound.bottom, bound.factor / scale.denominator)


def largest(column: pl.Series) -> int:
    """The largest magnitude of whole numbers; 0 of none."""
    return max((abs(end) for end in (column.min(), column.max()) if isinstance(end, int)), default=0)


def largest_of(frame: pl.DataFrame, types: Mapping[str, pl.DataType]) -> dict[str, int]:
    """The same of several columns, given with their types; -1 where nothing is known."""
    # Read as if they had no sign, negative numbers are larger than all others: mostly one look at a column is enough.
    narrow = [name for name, dtype in types.items() if dtype == pl.Int64]
    tops = frame.select(pl.col(narrow).reinterpret(signed=False).max()).row(0) if narrow else ()
    found = {name: -1 if top is None else top for name, top in zip(narrow, tops, strict=True) if (top or 0) < 2**63}
    for name in [name for name in types if name not in found]:
        column = frame[name]
        found[name] = -1 if column.null_count() == column.len() else largest(column)
    return found
