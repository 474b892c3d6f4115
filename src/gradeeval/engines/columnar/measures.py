"""What a target looked at, in figures: the value, how far it is from the target and what is still to do (language §4).

Outcomes were decided on exact numbers before. Figures are for reading: 64-bit floats in natural units, each the nearest to
the exact number where that is a decimal, so that it reads back as it was written (29 %, never 28.999999999999996); a quotient
of known numbers has these beside it, exact in their turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from gradeeval.engines.columnar.codes import literal
from gradeeval.engines.columnar.engine import Run
from gradeeval.engines.columnar.numbers import WIDE, Bound, Number, constant, shortage, type_for
from gradeeval.engines.columnar.tested import Value, or_false
from gradeeval.engines.conditions import about_limits, found, limits_of
from gradeeval.language.nodes import Bounds, Equals, Formula, Includes, Ratio, Requirement, Share
from gradeeval.language.scope import Reference
from gradeeval.profiles.columns.layout import QUOTIENT_DECIMALS, of_column, to_column
from gradeeval.quantity import INFINITY
from gradeeval.quantity import Bound as Limit

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

FIGURES = (
    "actual_lo",
    "actual_hi",
    "numerator",
    "denominator",
    "gap_lo",
    "gap_hi",
    "shortfall_lo",
    "shortfall_hi",
)
"""``actual`` is null where nothing is known or nothing is counted; of an order it is the rank, of a list how many codes it has.

``numerator`` and ``denominator`` are those of a quotient of known numbers. ``gap`` is signed, in the target's unit.
``shortfall`` is what is still to do, from the kindest to the hardest case, infinite where it is open, in its own unit; null
where the thing itself is missing (a yes/no).
"""

MEASURED: dict[str, PolarsDataType] = {**dict.fromkeys(FIGURES, pl.Float64), "unit": pl.Categorical}
"""The columns of figures, with the unit of the shortfall."""

_WHOLE = 2**53
"""Whole numbers below it are floats exactly."""

_LARGE = 2**126
_DECIMALS, _HELD = 9, 6
"""Of numbers below a million nine decimals lie within the 15 digits that a float holds."""

UNITS, CODES = "units", "codes"
"""Units of a shortfall beside those of numbers: things counted (parts, persons, cases), and codes of a list."""


@dataclass(frozen=True, slots=True)
class Quotient:
    """Numerator and denominator as whole columns, ``natural = column ÷ scale``, on the rows where ``known``."""

    known: pl.Expr
    of: pl.Expr
    to: pl.Expr
    of_scale: int = 1
    to_scale: int = 1
    most: int = _LARGE

    def apart(self, part: Fraction) -> Bound:
        """``|part · to - of|``; ``most`` is the largest magnitude of both."""
        up, down = part.numerator * self.of_scale, part.denominator * self.to_scale
        most = self.most * (abs(up) + down)
        wide = type_for(most)
        apart = (self.to.cast(wide) * literal(up, wide) - self.of.cast(wide) * literal(down, wide)).abs()
        return Bound(apart, min(most, _LARGE), factor=Fraction(1, part.denominator * self.of_scale * self.to_scale))

    @property
    def whole(self) -> pl.Expr:
        """Whether both are whole numbers, so that what is still to do is counted in whole ones."""
        return (self.of % self.of_scale == 0) & (self.to % self.to_scale == 0)


def measures(run: Run, requirement: Requirement) -> dict[str, pl.Expr]:
    """Those of ``MEASURED`` that there are, on each row of the kind that is bound: null are those that are not named."""
    values = run.outcomes.values
    reference = found(values.scope, requirement.indicator, requirement.binds)
    value = run.outcomes.tested[requirement.id]
    if isinstance(value, Number):
        return _of_number(run, requirement, reference, value)
    if isinstance(requirement.target.test, Includes) and not isinstance(value, pl.Expr):
        return _of_list(requirement.target.test, value)
    if reference.type.form == "ordered" and isinstance(value, pl.Expr):
        rank = pl.when(value >= 0).then(value).cast(pl.Float64)
        return {"actual_lo": rank, "actual_hi": rank}
    return {}


def narrowed(value: Value) -> bool:
    """Whether more than nothing and less than all can be known of it, so that there are figures of what is unknown."""
    if isinstance(value, Number):
        return value.plain is None or value.half is not None
    return isinstance(value, Mapping)


def limits(requirement: Requirement, reference: Reference) -> tuple[Limit, Limit] | None:
    """The scaled bounds of a target on a number, moved by 左右; infinite where open. None of other targets."""
    test = requirement.target.test
    if reference.type.form != "number" or not isinstance(test, Bounds | Equals):
        return None
    low, _, high, _ = limits_of(test, reference.type)
    return about_limits(requirement, reference) if requirement.target.about else (low, high)


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
    return (
        pl.when(known).then(natural(number.lo, decimals)),
        pl.when(known).then(natural(number.hi, decimals)),
    )


def formula_of(run: Run, requirement: Requirement) -> Formula | None:
    """The formula of what a requirement looks at."""
    indicator = run.outcomes.values.scope.indicators.get(requirement.indicator)
    return indicator.formula if indicator is not None else None


def _of_list(test: Includes, value: Value) -> dict[str, pl.Expr]:
    assert isinstance(value, dict)
    has = pl.sum_horizontal([value[code].fill_null(value=False).cast(pl.Int32) for code in test.codes])
    lacks = pl.sum_horizontal([(~value[code]).fill_null(value=False).cast(pl.Int32) for code in test.codes])
    most = len(test.codes)
    ends = (has, most - lacks, has - most, 0 - lacks, lacks, most - has)
    names = [name for name in FIGURES if name not in ("numerator", "denominator")]
    known = has + lacks > 0
    made = {name: pl.when(known).then(expr.cast(pl.Float64)) for name, expr in zip(names, ends, strict=True)}
    return {**made, "unit": pl.when(known).then(_unit(CODES))}


def _unit(name: str | None) -> pl.Expr:
    return pl.lit(name, pl.Categorical)


def _of_number(run: Run, requirement: Requirement, reference: Reference, value: Number) -> dict[str, pl.Expr]:
    decimals, unit = reference.type.decimals, reference.type.unit
    lo, hi = shown(value, decimals)
    made = {"actual_lo": lo, "actual_hi": hi}
    quotient = quotient_of(run, requirement, reference)
    if quotient is not None:
        ends = ("numerator", quotient.of, quotient.of_scale), ("denominator", quotient.to, quotient.to_scale)
        for name, column, by in ends:
            made[name] = pl.when(quotient.known).then(natural(Bound(column, quotient.most, factor=Fraction(1, by)), 0))
    bounds = limits(requirement, reference)
    if bounds is None:
        return made
    if value.plain is not None and value.lo is value.hi and (quotient is None or value.lo.lower is not None):
        return made | _of_exact(run, requirement, reference, value, quotient, bounds)
    low, _high = bounds
    known = lo.is_not_null()
    far = natural(shortage(low, value.lo), decimals)
    short = far > 0
    made["gap_lo"], made["gap_hi"], least, hardest = _of_range(value, bounds, decimals, unit)
    named = _unit("percentage_point" if unit == "percent" else unit)
    parts = run.outcomes.values.parts.get(requirement.indicator)
    if (
        isinstance(formula_of(run, requirement), Share)
        and parts
        and not isinstance(low, float)
        and not requirement.within
    ):
        have, lack, unsure = (pl.col(name).cast(pl.Int64) for name in (parts.have, parts.lack, parts.unsure))
        part = Fraction(low) / 10**decimals / 100
        needed = _steps(
            (have + lack + unsure).cast(WIDE) * literal(part.numerator, WIDE), part.denominator, _strict(requirement)
        ).cast(pl.Int64)
        counted = pl.col(parts.decides) & short
        least = pl.when(counted).then(_from_zero(needed - have - unsure)).otherwise(least)
        hardest = pl.when(counted).then(_from_zero(needed - have)).otherwise(hardest)
        named = pl.when(counted).then(_unit(UNITS)).otherwise(named)
    if quotient is not None:
        amount, own = _in_units(run, requirement, quotient, bounds, decimals, unit, far)
        least = pl.when(quotient.known).then(amount).otherwise(least)
        hardest = pl.when(quotient.known).then(amount).otherwise(hardest)
        named = pl.when(quotient.known).then(_unit(own)).otherwise(named)
    made |= {"shortfall_lo": pl.when(known).then(least), "shortfall_hi": pl.when(known).then(hardest)}
    made["gap_lo"], made["gap_hi"] = (pl.when(known).then(made[name]) for name in ("gap_lo", "gap_hi"))
    return {**made, "unit": pl.when(made["shortfall_hi"].is_not_null()).then(named)}


def _of_range(
    value: Number, bounds: tuple[Limit, Limit], decimals: int, unit: str | None
) -> tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr]:
    """Gap and shortfall, each at both ends, in the unit of the target."""
    low, high = bounds

    def far(limit: Limit, bound: Bound) -> pl.Expr:
        return natural(shortage(limit, bound), decimals)

    below, above = far(low, value.hi), far(low, value.lo)  # what the best and the worst case lack
    over, most = -far(high, value.lo), -far(high, value.hi)  # what they have too much
    short = above > 0
    least, hardest = (
        _least(pl.when(short).then(below).otherwise(over)),
        _least(pl.when(short).then(above).otherwise(most)),
    )
    if unit == "count":
        least, hardest = least.ceil(), hardest.ceil()
    # Just on a bound that has to be passed, nothing can be told but that.
    least, hardest = (pl.when(short | (most > 0)).then(amount) for amount in (least, hardest))
    return *_gap(low, high, below, above, over, most), least, hardest


@lru_cache(1024)
def _of_anything(bounds: tuple[Limit, Limit], decimals: int, unit: str | None) -> tuple[float | None, ...]:
    """Gap and shortfall of a number that is not negative and of which no more is known."""
    made = _of_range(Number(constant(0), constant(INFINITY)), bounds, decimals, unit)
    found: tuple[float | None, ...] = pl.select(*(end.alias(f"{at}") for at, end in enumerate(made))).row(0)
    return found


def _of_exact(
    run: Run,
    requirement: Requirement,
    reference: Reference,
    value: Number,
    quotient: Quotient | None,
    bounds: tuple[Limit, Limit],
) -> dict[str, pl.Expr]:
    """Of numbers that are known exactly or not at all: both ends are one, and null looks after itself."""
    decimals, unit = reference.type.decimals, reference.type.unit
    low, high = bounds
    actual = natural(value.lo, decimals)
    if value.empty is not None:
        actual = pl.when(~value.empty).then(actual)
    below, over = natural(shortage(low, value.lo), decimals), -natural(shortage(high, value.lo), decimals)
    if low == high:
        far = below.abs()
    elif high == INFINITY:
        far = below
    else:
        far = over if low == -INFINITY else pl.max_horizontal(below, over)
    named = "percentage_point" if unit == "percent" else unit
    amount = far.ceil() if unit == "count" else far
    if quotient is not None:
        amount, named = _in_units(run, requirement, quotient, bounds, decimals, unit, below)
    shortfall = pl.when((far > 0) & actual.is_not_null()).then(amount)
    gap = pl.when(actual.is_not_null()).then(-far)
    unit_of: pl.Expr = pl.when(shortfall.is_not_null()).then(_unit(named))
    ends: tuple[pl.Expr, ...] = (actual, actual, gap, gap, shortfall, shortfall)
    if value.half is not None:
        open_ends = (0.0, INFINITY, *_of_anything(bounds, decimals, unit))
        ends = tuple(
            pl.when(value.half).then(pl.lit(open, pl.Float64)).otherwise(end)
            for open, end in zip(open_ends, ends, strict=True)
        )
        if open_ends[-1] is not None:
            own = "percentage_point" if unit == "percent" else unit
            unit_of = pl.when(value.half).then(_unit(own)).otherwise(unit_of)
    names = ("actual_lo", "actual_hi", "gap_lo", "gap_hi", "shortfall_lo", "shortfall_hi")
    return {**dict(zip(names, ends, strict=True)), "unit": unit_of}


def _gap(
    low: Limit, high: Limit, below: pl.Expr, above: pl.Expr, over: pl.Expr, most: pl.Expr
) -> tuple[pl.Expr, pl.Expr]:
    if low == high:
        one, other = above.abs(), below.abs()
        inside = (above >= 0) & (below <= 0)
        nearest = pl.when(inside).then(pl.lit(0.0)).otherwise(pl.min_horizontal(one, other))
        return -pl.max_horizontal(one, other), -nearest
    return pl.min_horizontal(-above, -most), pl.min_horizontal(-below, -over)


def quotient_of(run: Run, requirement: Requirement, reference: Reference) -> Quotient | None:
    """Numerator and denominator of what is tested; None of sums over years, of what is read up, and of no quotient."""
    kind, name = requirement.binds.kind, requirement.indicator
    if requirement.within is not None or reference.above is not None or reference.type.form != "number":
        return None
    table = run.table(kind)
    reported = None
    if table.has(to_column(name)):
        of, to = pl.col(of_column(name)), pl.col(to_column(name))
        given = (to != 0).fill_null(value=False)
        reported = Quotient(given, of, to, 10**QUOTIENT_DECIMALS, 10**QUOTIENT_DECIMALS)
    computed = _computed(run, requirement, reference)
    if computed is None or reported is None:
        return computed or reported
    # One of both decides; they are brought to one scale.
    first = pl.when(computed.known)
    return Quotient(
        computed.known | reported.known,
        first.then(computed.of.cast(WIDE) * _times(reported.of_scale, computed.of_scale)).otherwise(
            reported.of.cast(WIDE) * _times(computed.of_scale, reported.of_scale)
        ),
        first.then(computed.to.cast(WIDE) * _times(reported.to_scale, computed.to_scale)).otherwise(
            reported.to.cast(WIDE) * _times(computed.to_scale, reported.to_scale)
        ),
        max(computed.of_scale, reported.of_scale),
        max(computed.to_scale, reported.to_scale),
    )


def _times(to: int, of: int) -> pl.Expr:
    """What brings a column of one scale to the larger one; scales are powers of ten."""
    return literal(max(to // of, 1), WIDE)


def _computed(run: Run, requirement: Requirement, reference: Reference) -> Quotient | None:
    """Of a share its parts, of a ratio its operands, unless one of these can be reported as a quotient."""
    values, kind, name = run.outcomes.values, requirement.binds.kind, requirement.indicator
    formula = formula_of(run, requirement)
    if isinstance(formula, Share):
        parts = values.parts[name]
        have, lack, unsure = (pl.col(one) for one in (parts.have, parts.lack, parts.unsure))
        to = have + lack
        return Quotient(pl.col(parts.decides) & (unsure == 0) & (to > 0), have, to)
    if not isinstance(formula, Ratio) or name not in values.computed:
        return None
    number, complete = values.computed[name]
    assert reference.indicator is not None
    pair = [found(values.scope, one, reference.indicator.reach) for one in (formula.of, formula.to)]
    upper, lower = (values.value(kind, one) for one in pair)
    assert isinstance(upper, Number) and isinstance(lower, Number)
    if any(one.lo.factor != 1 for one in (upper, lower)):
        return None
    known = complete.fill_null(value=False) & ~or_false(number.empty)
    known = known & (lower.lo.upper != 0).fill_null(value=False)
    for one in (upper, lower):
        if one.lo.lower is not None:  # a sum that is open has 0 there, a quotient more than 1
            known = known & (one.lo.lower == 1)
    of_scale, to_scale = (10**one.type.decimals for one in pair)
    return Quotient(known, upper.lo.upper, lower.lo.upper, of_scale, to_scale, max(upper.lo.top, lower.lo.top))


def _in_units(
    run: Run,
    requirement: Requirement,
    quotient: Quotient,
    bounds: tuple[Limit, Limit],
    decimals: int,
    unit: str | None,
    above: pl.Expr,
) -> tuple[pl.Expr, str | None]:
    """What the numerator lacks, or has too much of, in its own unit; of things counted in whole ones."""
    formula = formula_of(run, requirement)
    strict = _strict(requirement)

    def amount(limit: Limit) -> pl.Expr:
        if isinstance(limit, float):
            return pl.lit(None, pl.Float64)
        part = Fraction(limit) / 10**decimals / (100 if unit == "percent" else 1)
        apart = quotient.apart(part)
        exact = natural(apart, 0)
        if isinstance(formula, Ratio):
            return exact
        steps = _steps(apart.upper, apart.factor.denominator, strict).cast(pl.Float64)
        return pl.when(quotient.whole).then(steps).otherwise(exact)

    low, high = bounds
    made = amount(high) if low == -INFINITY else pl.when(above >= 0).then(amount(low)).otherwise(amount(high))
    own = run.outcomes.values.scope.types[formula.of].unit if isinstance(formula, Ratio) else UNITS
    return made, own


def _strict(requirement: Requirement) -> bool:
    test = requirement.target.test
    return isinstance(test, Bounds) and (test.above is not None or test.below is not None)


def _steps(amount: pl.Expr, by: int, strict: bool) -> pl.Expr:
    """The whole number from which on ``amount ÷ by`` is reached, or passed where that is asked."""
    divisor = literal(by, WIDE)
    return amount // divisor + 1 if strict else (amount + divisor - 1) // divisor


def _from_zero(amount: pl.Expr) -> pl.Expr:
    return pl.max_horizontal(amount, pl.lit(0)).cast(pl.Float64)


def _least(amount: pl.Expr) -> pl.Expr:
    return pl.when(amount > 0).then(amount).when(amount <= 0).then(pl.lit(0.0))
