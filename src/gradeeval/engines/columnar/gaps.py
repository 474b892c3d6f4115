"""What cells that are unmet or unknown lack: actual value, target and what is still to do, a row a cell (language §4).

Figures are for reading and sorting, as 64-bit floats in natural units; outcomes were decided on exact numbers before.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import polars as pl

from gradeeval.engines.columnar.codes import MISSED, UNSURE
from gradeeval.engines.columnar.engine import Run
from gradeeval.engines.columnar.numbers import Bound, Number, shortage
from gradeeval.engines.columnar.values import Value, or_false
from gradeeval.engines.conditions import about_limits, found, limits_of
from gradeeval.language.nodes import Bounds, Equals, Includes, Requirement
from gradeeval.language.scope import Reference
from gradeeval.quantity import Bound as Limit

SCHEMA = {
    "@row": pl.UInt32,
    "requirement": pl.String,
    "code": pl.UInt8,
    "actual_lo": pl.Float64,
    "actual_hi": pl.Float64,
    "shortfall_lo": pl.Float64,
    "shortfall_hi": pl.Float64,
}
"""``actual`` is null where nothing is known or nothing is counted; of an order it is the rank, of a list how many codes it has.

``shortfall`` is what is still to do, from the kindest to the hardest case, infinite where it is open: in the target's unit; of
a computed share the number of parts, of a list of codes; null where the thing itself is missing (a yes/no).
"""


_MEASURED = tuple(name for name, dtype in SCHEMA.items() if dtype == pl.Float64)


def limits(requirement: Requirement, reference: Reference) -> tuple[Limit, Limit] | None:
    """The scaled bounds of a target on a number, moved by 左右; infinite where open. None of other targets."""
    test = requirement.target.test
    if reference.type.form != "number" or not isinstance(test, Bounds | Equals):
        return None
    low, _, high, _ = limits_of(test, reference.type)
    return about_limits(requirement, reference) if requirement.target.about else (low, high)


def gaps(run: Run, kind: str) -> pl.DataFrame:
    """The unmet and unknown cells of a kind, requirement by requirement; columns as in ``SCHEMA``."""
    frames = [
        frame.select("@row", pl.lit(requirement.id).alias("requirement"), *frame.columns[1:])
        for requirement, frame in by_requirement(run, kind)
    ]
    return pl.concat([pl.DataFrame(schema=SCHEMA), *frames])


def by_requirement(run: Run, kind: str) -> Iterator[tuple[Requirement, pl.DataFrame]]:
    """Each requirement on a kind with its unmet and unknown cells, if there are any: ``SCHEMA`` without ``requirement``.

    What ``reference`` judged in the place of columns has no figures.
    """
    table = run.table(kind)
    for requirement in run.requirements:
        if requirement.binds.kind != kind:
            continue
        cells = run.codes[kind][requirement.id]
        rows = cells.is_between(MISSED, UNSURE).arg_true().cast(pl.UInt32)
        if rows.is_empty():
            continue
        measures = dict.fromkeys(_MEASURED, pl.lit(None, pl.Float64))
        at = rows
        if requirement.id not in run.fallen_back:
            measures = _measures(run, requirement)
            if requirement.id in run.outcomes.led:
                at = table.column(run.outcomes.led[requirement.id]).gather(rows)
        made = table.evaluated({name: expr.cast(pl.Float64) for name, expr in measures.items()}, at=at)
        found_rows, code = rows.alias("@row"), cells.gather(rows).alias("code")
        yield requirement, pl.DataFrame([found_rows, code, *made.get_columns()])


def _measures(run: Run, requirement: Requirement) -> dict[str, pl.Expr]:
    scope = run.outcomes.values.scope
    reference = found(scope, requirement.indicator, requirement.binds)
    value = run.outcomes.tested[requirement.id]
    none = pl.lit(None, pl.Float64)
    lo = hi = below = above = none
    if isinstance(value, Number):
        lo, hi, below, above = _of_number(run, requirement, reference, value)
    elif isinstance(requirement.target.test, Includes) and not isinstance(value, pl.Expr):
        lo, hi, below, above = _of_list(requirement.target.test, value)
    elif reference.type.form == "ordered" and isinstance(value, pl.Expr):
        lo = hi = pl.when(value >= 0).then(value).cast(pl.Float64)
    return {"actual_lo": lo, "actual_hi": hi, "shortfall_lo": below, "shortfall_hi": above}


def _of_list(test: Includes, value: Value) -> tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr]:
    assert isinstance(value, dict)
    has = pl.sum_horizontal([value[code].fill_null(value=False).cast(pl.Int32) for code in test.codes])
    lacks = pl.sum_horizontal([(~value[code]).fill_null(value=False).cast(pl.Int32) for code in test.codes])
    return has, len(test.codes) - lacks, lacks, len(test.codes) - has


def natural(bound: Bound, decimals: int) -> pl.Expr:
    """The bound as a float in natural units, infinite where it is."""
    upper = bound.upper.cast(pl.Float64)
    ratio = upper if bound.lower is None else upper / bound.lower.cast(pl.Float64)
    scale = bound.factor / 10**decimals
    return ratio * pl.lit(float(scale.numerator)) / pl.lit(float(scale.denominator))


def shown(number: Number, decimals: int) -> tuple[pl.Expr, pl.Expr]:
    """Both ends as floats in natural units; null where nothing is known and where there is *no value*."""
    known = ~(or_false(number.none) | or_false(number.empty))
    return (
        pl.when(known).then(natural(number.lo, decimals)),
        pl.when(known).then(natural(number.hi, decimals)),
    )


def _of_number(
    run: Run, requirement: Requirement, reference: Reference, value: Number
) -> tuple[pl.Expr, pl.Expr, pl.Expr, pl.Expr]:
    decimals = reference.type.decimals
    lo, hi = shown(value, decimals)
    bounds = limits(requirement, reference)
    if bounds is None:
        return lo, hi, pl.lit(None), pl.lit(None)
    scale = 10**decimals
    low, high = bounds
    less, more = _least(shortage(low, value.hi) / scale), _least(shortage(low, value.lo) / scale)
    over, most = _least(-shortage(high, value.lo) / scale), _least(-shortage(high, value.hi) / scale)
    short = more > 0
    below, above = pl.when(short).then(less).otherwise(over), pl.when(short).then(more).otherwise(most)
    if reference.type.unit == "count":
        below, above = below.ceil(), above.ceil()
    parts = run.outcomes.values.parts.get(requirement.indicator)
    if parts is None or reference.type.unit != "percent" or requirement.within is not None:
        return lo, hi, below, above
    # Of a share that decides: how many more parts, as whole numbers, exactly.
    test = requirement.target.test
    if isinstance(low, float):
        return lo, hi, below, above
    have, lack, unsure = (pl.col(name).cast(pl.Int64) for name in (parts.have, parts.lack, parts.unsure))
    part = Fraction(low) / scale / 100
    whole = have + lack + unsure
    needed = -((-whole * part.numerator) // part.denominator)
    strict = isinstance(test, Bounds) and test.above is not None
    if strict:
        needed = whole * part.numerator // part.denominator + 1
    counted = pl.col(parts.decides)
    least = pl.max_horizontal(needed - have - unsure, pl.lit(0))
    hardest = pl.max_horizontal(needed - have, pl.lit(0))
    return (
        lo,
        hi,
        pl.when(counted & short).then(least.cast(pl.Float64)).otherwise(below),
        pl.when(counted & short).then(hardest.cast(pl.Float64)).otherwise(above),
    )


def _least(amount: pl.Expr) -> pl.Expr:
    return pl.when(amount > 0).then(amount).when(amount <= 0).then(pl.lit(0.0))
