"""Exact numbers of columns as floats in natural units, for reading: each the nearest to the exact number.

A decimal reads back as it was written (29 %, never 28.999999999999996).
"""

from __future__ import annotations

from fractions import Fraction

import polars as pl

from gradeeval.engines.columnar.codes import literal
from gradeeval.engines.columnar.numbers import WIDE, Bound, Number
from gradeeval.engines.columnar.tested import or_false

_WHOLE = 2**53
"""Whole numbers below it are floats exactly."""
_DECIMALS, _HELD = 9, 6
"""Of numbers below a million nine decimals lie within the 15 digits that a float holds."""


def natural(bound: Bound, decimals: int) -> pl.Expr:
    """The bound as a float in natural units, infinite where it is; of a quotient to nine decimals, but never 0 for less."""
    scale = bound.factor / 10**decimals
    upper = bound.upper.cast(pl.Float64)
    if scale.numerator != 1:
        upper = upper * pl.lit(float(scale.numerator))
    if bound.lower is None:
        return _divided(bound, upper, scale)
    exact = upper / (bound.lower.cast(pl.Float64) * pl.lit(float(scale.denominator)))
    rounded = exact.round(_DECIMALS)
    # Further up nine decimals are more than a float has.
    return pl.when((exact.abs() < 10**_HELD) & (rounded != 0)).then(rounded).otherwise(exact)


def _divided(bound: Bound, upper: pl.Expr, scale: Fraction) -> pl.Expr:
    """A whole number by a constant, as the nearest float."""
    # Polars multiplies by the reciprocal of a constant (3.1 becomes 3.0999999999999996), but divides by a column.
    by = float(scale.denominator)
    direct = upper if by == 1 else upper / (upper * 0.0 + by)
    if bound.top * scale.numerator < _WHOLE:
        return direct
    times = bound.upper.cast(WIDE) * literal(scale.numerator, WIDE)
    rest = (times.abs() % literal(scale.denominator, WIDE)).cast(pl.Float64)
    whole = (times.abs() // literal(scale.denominator, WIDE)).cast(pl.Float64)
    apart = (whole + rest / (rest * 0.0 + by)) * times.sign().cast(pl.Float64)
    return pl.when(times.abs() < _WHOLE).then(direct).otherwise(apart)


def shown(number: Number, decimals: int) -> tuple[pl.Expr, pl.Expr]:
    """Both ends as floats in natural units; null where nothing is known and where there is *no value*."""
    known = ~(or_false(number.none) | or_false(number.empty))
    lo = pl.when(known).then(natural(number.lo, decimals))
    return lo, lo if number.hi is number.lo else pl.when(known).then(natural(number.hi, decimals))
