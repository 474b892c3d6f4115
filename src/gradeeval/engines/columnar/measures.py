"""What a target looked at, in figures: the value, how far it is from the target and what is still to do (language §4).

Outcomes were decided on exact numbers before. Figures are for reading: 64-bit floats in natural units, each the nearest to
the exact number where that is a decimal, so that it reads back as it was written (29 %, never 28.999999999999996); a quotient
of known numbers has these beside it, exact in their turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl

from gradeeval.engines.columnar.codes import literal
from gradeeval.engines.columnar.distances import (
    CODES,
    UNIT,
    UNITS,
    Aim,
    Quotient,
    as_unit,
    bases_of,
    in_units,
    of_anything,
    of_exact,
    of_range,
    parts_of,
    whole_steps,
)
from gradeeval.engines.columnar.engine import Run
from gradeeval.engines.columnar.floats import natural, shown
from gradeeval.engines.columnar.numbers import WIDE, Number, shortage
from gradeeval.engines.columnar.tested import Value, or_false
from gradeeval.engines.conditions import about_limits, found, limits_of
from gradeeval.language.nodes import Bounds, Equals, Formula, Includes, Ratio, Requirement, Share
from gradeeval.language.scope import Reference
from gradeeval.profiles.columns.layout import QUOTIENT_DECIMALS, of_column, to_column
from gradeeval.quantity import Bound as Constant

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

MEASURED: dict[str, PolarsDataType] = {**dict.fromkeys(FIGURES, pl.Float64), "unit": UNIT}
"""The columns of figures, with the unit of the shortfall."""


def filed(name: str) -> str:
    """The name of a figure in files, see ``sparse``."""
    return f"{name[:-3]}_to" if name.endswith("_hi") else name.removesuffix("_lo")


SPARSE: dict[str, PolarsDataType] = {filed(name): dtype for name, dtype in MEASURED.items()}
"""``MEASURED`` as files hold it."""


def sparse(figures: Mapping[str, pl.Expr]) -> dict[str, pl.Expr]:
    """Figures as files hold them: ``actual`` is the number or the lower end of a range, ``actual_to`` its upper end.

    Where both ends are one number the upper one is null: most figures are known exactly, and the same numbers again would be a
    quarter of what it takes to write gaps.
    """
    made = {}
    for name, end in figures.items():
        lower = figures[f"{name[:-3]}_lo"] if name.endswith("_hi") else None
        if lower is None:
            made[filed(name)] = end
        elif end is not lower:
            made[filed(name)] = pl.when(end.ne_missing(lower)).then(end)
    return made


_FEW = 20_000


@dataclass(frozen=True, slots=True)
class Exact:
    """A target on a number that is known exactly or not at all: what its figures are made from."""

    aim: Aim
    value: Number
    quotient: Quotient | None
    limits: tuple[Constant, Constant]


def measures(run: Run, requirement: Requirement) -> Mapping[str, pl.Expr]:
    """Those of ``MEASURED`` that there are, on each row of the kind that is bound: null are those that are not named."""
    if requirement.id not in run.measured:
        run.measured[requirement.id] = _measures(run, requirement)
    return run.measured[requirement.id]


def _measures(run: Run, requirement: Requirement) -> Mapping[str, pl.Expr]:
    values = run.outcomes.values
    reference = found(values.scope, requirement.indicator, requirement.binds)
    value = run.outcomes.tested[requirement.id]
    if isinstance(value, Number):
        return _of_number(run, requirement, reference, value)
    listed = listed_of(run, requirement)
    if listed is not None:
        return of_list(listed)
    if reference.type.form == "ordered" and isinstance(value, pl.Expr):
        rank = pl.when(value >= 0).then(value).cast(pl.Float64)
        return {"actual_lo": rank, "actual_hi": rank}
    return {}


def narrowed(value: Value) -> bool:
    """Whether more than nothing and less than all can be known of it, so that there are figures of what is unknown."""
    if isinstance(value, Number):
        return value.plain is None or value.half is not None
    return isinstance(value, Mapping)


def half_known(value: Value) -> pl.Expr | None:
    """Where something is known of what is unknown; None where only its figures tell."""
    if isinstance(value, Number):
        return value.half
    return pl.any_horizontal([truth.is_not_null() for truth in value.values()]) if isinstance(value, Mapping) else None


def limits(requirement: Requirement, reference: Reference) -> tuple[Constant, Constant] | None:
    """The scaled bounds of a target on a number, moved by 左右; infinite where open. None of other targets."""
    test = requirement.target.test
    if reference.type.form != "number" or not isinstance(test, Bounds | Equals):
        return None
    low, _, high, _ = limits_of(test, reference.type)
    return about_limits(requirement, reference) if requirement.target.about else (low, high)


def formula_of(run: Run, requirement: Requirement) -> Formula | None:
    """The formula of what a requirement looks at."""
    indicator = run.outcomes.values.scope.indicators.get(requirement.indicator)
    return indicator.formula if indicator is not None else None


@dataclass(frozen=True, slots=True)
class Listed:
    """A target on a list of codes: how many of those that are asked for it has, how many it lacks, and how many there are."""

    has: pl.Expr
    lacks: pl.Expr
    most: int | pl.Expr


def listed_of(run: Run, requirement: Requirement) -> Listed | None:
    """What a target on a list looks at; None of other targets."""
    test, value = requirement.target.test, run.outcomes.tested[requirement.id]
    if not isinstance(test, Includes) or not isinstance(value, Mapping):
        return None
    has, lacks = (
        pl.sum_horizontal([truth.fill_null(value=False).cast(pl.Int32) for truth in truths])
        for truths in zip(*((value[code], ~value[code]) for code in test.codes), strict=True)
    )
    return Listed(has, lacks, len(test.codes))


def of_list(listed: Listed) -> dict[str, pl.Expr]:
    """How many codes it has, and how many more it needs: null where none of them is known."""
    has, lacks, most = listed.has, listed.lacks, listed.most
    known = has + lacks > 0
    names = [name for name in FIGURES if name not in ("numerator", "denominator")]
    ends = (has, most - lacks, has - most, 0 - lacks, lacks, most - has)
    made = {name: pl.when(known).then(expr.cast(pl.Float64)) for name, expr in zip(names, ends, strict=True)}
    return {**made, "unit": pl.when(known).then(as_unit(CODES))}


def exact_of(run: Run, requirement: Requirement) -> Exact | None:
    """What a target looks at, where it is a number that is known exactly or not at all."""
    value = run.outcomes.tested[requirement.id]
    if not isinstance(value, Number) or value.plain is None or value.lo is not value.hi:
        return None
    reference = found(run.outcomes.values.scope, requirement.indicator, requirement.binds)
    quotient, bounds = quotient_of(run, requirement, reference), limits(requirement, reference)
    if bounds is None or (quotient is not None and value.lo.lower is None):
        return None
    return Exact(_aim(run, requirement, reference), value, quotient, bounds)


def _aim(run: Run, requirement: Requirement, reference: Reference) -> Aim:
    formula, test = formula_of(run, requirement), requirement.target.test
    strict = isinstance(test, Bounds) and (test.above is not None or test.below is not None)
    own = run.outcomes.values.scope.types[formula.of].unit if isinstance(formula, Ratio) else None
    return Aim(reference.type.decimals, reference.type.unit, strict, own, isinstance(formula, Ratio))


def _of_number(run: Run, requirement: Requirement, reference: Reference, value: Number) -> dict[str, pl.Expr]:
    exact = exact_of(run, requirement)
    if exact is not None:
        bases = bases_of(exact.value, exact.quotient, exact.limits, exact.aim)
        anything = [pl.lit(end, pl.Float64) for end in of_anything(exact.limits, exact.aim)]
        return of_exact(bases, exact.value, exact.limits, exact.aim, anything)
    aim = _aim(run, requirement, reference)
    kind, values = requirement.binds.kind, run.outcomes.values

    def kept(expr: pl.Expr) -> pl.Expr:
        """Of few rows a column: what is used often is planned once then. Of many it would be made where nobody looks."""
        if run.table(kind).height > _FEW:
            return expr
        name = values.fresh()
        values.add(kind, **{name: expr})
        return pl.col(name)

    lo, hi = map(kept, shown(value, aim.decimals))
    made = {"actual_lo": lo, "actual_hi": hi}
    quotient = quotient_of(run, requirement, reference)
    if quotient is not None:
        made |= parts_of(quotient)
    bounds = limits(requirement, reference)
    if bounds is None:
        return made
    low, _high = bounds
    known = lo.is_not_null()
    far = kept(natural(shortage(low, value.lo), aim.decimals))
    short = far > 0
    made["gap_lo"], made["gap_hi"], least, hardest = of_range(value, bounds, aim, kept)
    named = as_unit(aim.named)
    parts = run.outcomes.values.parts.get(requirement.indicator)
    if (
        isinstance(formula_of(run, requirement), Share)
        and parts
        and not isinstance(low, float)
        and not requirement.within
    ):
        have, lack, unsure = (pl.col(name).cast(pl.Int64) for name in (parts.have, parts.lack, parts.unsure))
        part = Fraction(low) / 10**aim.decimals / 100
        needed = whole_steps(
            (have + lack + unsure).cast(WIDE) * literal(part.numerator, WIDE), part.denominator, strict=aim.strict
        ).cast(pl.Int64)
        counted = pl.col(parts.decides) & short
        least = pl.when(counted).then(_from_zero(needed - have - unsure)).otherwise(least)
        hardest = pl.when(counted).then(_from_zero(needed - have)).otherwise(hardest)
        named = pl.when(counted).then(as_unit(UNITS)).otherwise(named)
    if quotient is not None:
        amount = in_units(quotient, bounds, aim, far)
        least = pl.when(quotient.known).then(amount).otherwise(least)
        hardest = pl.when(quotient.known).then(amount).otherwise(hardest)
        named = pl.when(quotient.known).then(as_unit(aim.numerator_named)).otherwise(named)
    made |= {"shortfall_lo": pl.when(known).then(least), "shortfall_hi": pl.when(known).then(hardest)}
    made["gap_lo"], made["gap_hi"] = (pl.when(known).then(made[name]) for name in ("gap_lo", "gap_hi"))
    return {**made, "unit": pl.when(made["shortfall_hi"].is_not_null()).then(named)}


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


def _from_zero(amount: pl.Expr) -> pl.Expr:
    return pl.max_horizontal(amount, pl.lit(0)).cast(pl.Float64)
