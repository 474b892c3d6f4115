"""What formulas give on every row of a table: counts, shares and sums over parts, quotients, changes (language §2.3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl

from gradeeval.engines.columnar.numbers import (
    WIDE,
    Bound,
    Number,
    Unheld,
    added,
    chosen,
    divided,
    largest,
    negated,
    same,
    times,
)
from gradeeval.engines.columnar.relations import fits
from gradeeval.engines.columnar.tested import or_false
from gradeeval.engines.conditions import found, unknown_range
from gradeeval.language.nodes import Change, Condition, Count, Indicator, Ratio, Reach, Share, Sum
from gradeeval.quantity import INFINITY, Interval

if TYPE_CHECKING:
    from gradeeval.engines.columnar.values import Values

_OPEN = Interval(0, INFINITY)
"""What a number without bounds of its own can be that is not negative."""


@dataclass(slots=True)
class Parts:
    """What a formula over parts counted, on each row of the whole: columns of its table.

    ``decides``: whether the computed value is the one that is tested, not the reported one.
    """

    have: str
    lack: str
    unsure: str
    listed: str
    decides: str


def computed(values: Values, kind: str, indicator: Indicator) -> tuple[Number, pl.Expr]:
    """The value of a formula and whether every part of it is known."""
    formula = indicator.formula
    if isinstance(formula, Count):
        return _counted(values, kind, indicator, formula)
    if isinstance(formula, Share):
        return _shared(values, kind, indicator, formula)
    if isinstance(formula, Sum):
        return _summed(values, kind, indicator, formula)
    if isinstance(formula, Ratio):
        return _ratio(values, kind, indicator, formula)
    assert isinstance(formula, Change)
    return difference(values, kind, indicator, values.rows_of_years(kind, -1), None)


def _members(values: Values, part: Reach, where: Condition) -> pl.Expr:
    """Kleene: whether rows are parts of that sort that satisfy the condition."""
    return fits(part) & values.truth(part.kind, where, part)


def _sums(values: Values, kind: str, part: Reach, sums: Sequence[Mapping[str, pl.Expr]]) -> list[dict[str, str]]:
    """Sums over parts as new columns of the whole, by the names given; of several formulas over the same parts at once."""
    listed = values.fresh()
    names = [{name: values.fresh() for name in one} for one in sums]
    asked = {own[name]: expr for own, one in zip(names, sums, strict=True) for name, expr in one.items()}
    found = values.relations.sums(kind, part, asked)
    values.add(kind, **dict(zip(asked, found.get_columns(), strict=True)))
    values.add(kind, **{listed: values.relations.listed(kind, part)})
    return [{**own, "listed": listed} for own in names]


def _counts(values: Values, kind: str, indicator: Indicator, formula: Count | Share) -> dict[str, str]:
    """The sums of a count or a share, made together with those that are expected over the same parts."""
    if (kind, indicator.name) not in values.counts:
        sums = {indicator.name: _counting(values, formula)}
        for name, other in _expected(values, kind, formula.of):
            if name not in sums:
                with suppress(Unheld):
                    sums[name] = _counting(values, other)
        made = _sums(values, kind, formula.of, list(sums.values()))
        values.counts.update(((kind, name), names) for name, names in zip(sums, made, strict=True))
    values.asked += 1
    return values.counts[kind, indicator.name]


def _expected(values: Values, kind: str, part: Reach) -> Iterator[tuple[str, Count | Share]]:
    """The counts and shares over parts of that sort that will be asked for and that look at nothing but what is reported.

    Those that look at computed values might be asked for again while these are made.
    """
    for one in values.expected.get(kind, ()):
        formula = one.formula
        if not isinstance(formula, Count | Share) or formula.of != part or (kind, one.name) in values.counts:
            continue
        if all(_is_reported(values, name, part) for name in _looked_at(formula)):
            yield one.name, formula


def _looked_at(formula: Count | Share) -> set[str]:
    having = formula.having.names() if isinstance(formula, Share) else ()
    return {*formula.where.names(), *having}


def _is_reported(values: Values, name: str, reader: Reach) -> bool:
    """Whether a name means what its reader itself reports."""
    reference = values.found(name, reader)
    return reference.above is None and (reference.indicator is None or reference.indicator.formula is None)


def _counting(values: Values, formula: Count | Share) -> dict[str, pl.Expr]:
    """What is summed up for a count or a share."""
    member = _members(values, formula.of, formula.where)
    if isinstance(formula, Count):
        own = fits(formula.of)
        return {"have": _ones(member), "unsure": _ones(own & member.is_null()), "lack": _ones(own & ~member)}
    has = values.truth(formula.of.kind, formula.having, formula.of)
    maybe = member.is_null()
    return {
        "have": _ones(member & has),
        "lack": _ones(member & ~has),
        "unknown": _ones(member & has.is_null()),
        "may_have": _ones(maybe & has),
        "may_lack": _ones(maybe & ~has),
        "may": _ones(maybe & has.is_null()),
    }


def _counted(values: Values, kind: str, indicator: Indicator, formula: Count) -> tuple[Number, pl.Expr]:
    names = _counts(values, kind, indicator, formula)
    values.parts[indicator.name] = Parts(
        names["have"], names["lack"], names["unsure"], names["listed"], names["listed"]
    )
    have, unsure, listed = (pl.col(names[name]) for name in ("have", "unsure", "listed"))
    open_end = listed.cast(pl.Int64)
    most = pl.when(listed).then(have + unsure).otherwise(pl.lit(1, pl.Int64))
    number = Number(Bound(have, 2**40), Bound(most, 2**40, open_end, 1))
    return values.kept(kind, number), listed & (unsure == 0)


def _shared(values: Values, kind: str, indicator: Indicator, formula: Share) -> tuple[Number, pl.Expr]:
    names = _counts(values, kind, indicator, formula)
    have, lack, unknown, may_have, may_lack, may, listed = (pl.col(name).cast(pl.Int64) for name in names.values())
    listed = listed == 1
    sure = have + lack + unknown
    unsure = unknown + may_have + may_lack + may
    unsure_name = values.fresh()
    values.add(kind, **{unsure_name: unsure})
    values.parts[indicator.name] = Parts(names["have"], names["lack"], unsure_name, names["listed"], names["listed"])
    scale = Fraction(100 * 10 ** values.scope.types[indicator.name].decimals)
    none = ~listed
    empty = listed & (sure + unsure == 0)
    open_ended = sure == 0
    # Unsure members are in the lower bound unless they surely have it, in the upper one unless they surely lack it.
    least_of = sure + may_lack + may
    most = have + unknown + may_have + may
    most_of = sure + may_have + may
    one, zero = pl.lit(1, pl.Int64), pl.lit(0, pl.Int64)
    lo = Bound(
        pl.when(open_ended).then(zero).otherwise(have),
        2**40,
        pl.when(open_ended).then(one).otherwise(least_of),
        2**40,
        scale,
    )
    hi = Bound(
        pl.when(open_ended).then(one).otherwise(most),
        2**40,
        pl.when(open_ended).then(one).otherwise(most_of),
        2**40,
        scale,
    )
    number = values.kept(kind, Number(lo, hi, none, empty), values.scope.types[indicator.name])
    return number, listed & (unsure == 0)


def _summed(values: Values, kind: str, indicator: Indicator, formula: Sum) -> tuple[Number, pl.Expr]:
    reference = found(values.scope, formula.value, formula.of)
    number = values.value(formula.of.kind, reference)
    assert isinstance(number, Number)
    member = _members(values, formula.of, formula.where)
    number = values.whole(number, reference.type)
    counts = ~or_false(number.empty)
    sure, maybe = member & counts, fits(formula.of) & member.is_null() & counts
    lo, hi = number.lo, number.hi
    if lo.factor != hi.factor:
        raise Unheld
    sums: dict[str, pl.Expr] = {}
    for end, bound, least in (("lo", lo, True), ("hi", hi, False)):
        open_end = (bound.lower == 0) if bound.lower is not None else pl.lit(value=False)
        if bound.lower is not None and _top_of_finite(values, formula.of.kind, bound) > 1:
            raise Unheld
        upper = bound.upper.cast(WIDE)
        within = pl.when(upper < 0).then(upper).otherwise(0) if least else pl.when(upper > 0).then(upper).otherwise(0)
        part = pl.when(sure).then(upper).when(maybe).then(within).otherwise(pl.lit(0, WIDE))
        sums[end] = pl.when(open_end).then(pl.lit(0, WIDE)).otherwise(part)
        sums[f"{end}_open"] = _ones(open_end & (part != 0))
    known = same(lo, hi) & ~or_false(number.none)
    own = fits(formula.of)
    sums["have"] = _ones(sure & known)
    sums["unsure"] = _ones((sure & ~known) | maybe)
    sums["lack"] = _ones(own & (~member | ((member.is_null() | member) & ~counts)))
    if max(lo.top, hi.top) * max(values.relations.tables[formula.of.kind].height, 1) >= 2**126:
        raise Unheld
    (names,) = _sums(values, kind, formula.of, [sums])
    values.parts[indicator.name] = Parts(
        names["have"], names["lack"], names["unsure"], names["listed"], names["listed"]
    )
    listed = pl.col(names["listed"])
    ends = []
    negative = reference.type.lowest is None or reference.type.lowest < 0
    for end, sign in (("lo", -1), ("hi", 1)):
        infinite = pl.col(names[f"{end}_open"]) > 0
        if end == "hi" or negative:
            infinite = infinite | ~listed
        upper = pl.when(infinite).then(pl.lit(sign, WIDE)).otherwise(pl.col(names[end]))
        ends.append(
            Bound(upper, 2**126 - 1, pl.when(infinite).then(pl.lit(0, WIDE)).otherwise(pl.lit(1, WIDE)), 1, lo.factor)
        )
    shift = Fraction(10 ** values.scope.types[indicator.name].decimals, 10**reference.type.decimals)
    made = Number(times(ends[0], shift), times(ends[1], shift))
    return values.kept(kind, made), listed & (pl.col(names["unsure"]) == 0)


def _top_of_finite(values: Values, kind: str, bound: Bound) -> int:
    assert bound.lower is not None
    lower = values.relations.tables[kind].evaluated({"lower": bound.lower})["lower"]
    return largest(lower)


def _ratio(values: Values, kind: str, indicator: Indicator, formula: Ratio) -> tuple[Number, pl.Expr]:
    upper, lower = (found(values.scope, name, indicator.reach) for name in (formula.of, formula.to))
    of, to = (values.value(kind, reference) for reference in (upper, lower))
    assert isinstance(of, Number) and isinstance(to, Number)
    own = values.scope.types[indicator.name]
    shift = Fraction(10**own.decimals, 10**upper.type.decimals)
    scale = (100 if own.unit == "percent" else 1) * 10**lower.type.decimals * shift
    ranges = {unknown_range(one) for one in (upper.type, lower.type, own)}
    if of.plain is not None and to.plain is not None and of.lo.lower is to.lo.lower is None and ranges == {_OPEN}:
        # Of which anything is unknown, that can be whatever its type can: no range need be made before it is tested.
        empty = to.plain.eq_missing(0)
        given = of.plain.is_not_null() & to.plain.is_not_null() & ~empty
        bound = Bound(of.lo.upper, of.lo.top, to.lo.upper, to.lo.top, Fraction(scale))
        plain = pl.when(given).then(pl.lit(value=True))
        half = (of.plain.is_not_null() != to.plain.is_not_null()) & ~empty
        return Number(bound, bound, ~given & ~empty, empty, plain, half), given | empty
    if of.plain is not None and to.plain is not None:
        both = of.plain.is_null() & to.plain.is_null()
    else:
        both = or_false(of.none) & or_false(to.none)
    of, to = values.whole(of, upper.type), values.whole(to, lower.type)
    nothing = (to.lo.upper == 0) & (to.hi.upper == 0)
    empty = or_false(of.empty) | or_false(to.empty) | nothing
    complete = same(of.lo, of.hi) & same(to.lo, to.hi)
    if of.plain is not None:
        complete = complete & of.plain.is_not_null()
    known = times(divided(of.lo, to.lo), scale)
    lo = chosen(complete, known, times(divided(of.lo, to.hi), scale))
    hi = chosen(complete, known, times(divided(of.hi, to.lo), scale))
    none = both & ~empty
    made = values.kept(kind, Number(lo, hi, none, empty), own)
    return made, complete | empty


def difference(
    values: Values, kind: str, indicator: Indicator, earlier: pl.Series, later: pl.Series | None
) -> tuple[Number, pl.Expr]:
    """The value of a change between two rows of one subject; without ``later`` the row itself."""
    assert isinstance(indicator.formula, Change)
    reference = found(values.scope, indicator.formula.of, indicator.reach)
    value = values.value(kind, reference)
    before = values.gathered(value, kind, earlier, kind, reference.type)
    now = value if later is None else values.gathered(value, kind, later, kind, reference.type)
    assert isinstance(now, Number) and isinstance(before, Number)
    before, now = values.reduced(kind, before), values.reduced(kind, values.whole(now, reference.type))
    shift = Fraction(10 ** values.scope.types[indicator.name].decimals, 10**reference.type.decimals)
    empty = or_false(now.empty) | or_false(before.empty)
    none = (or_false(now.none) | or_false(before.none)) & ~empty
    lo = times(added(now.lo, negated(before.hi)), shift)
    hi = times(added(now.hi, negated(before.lo)), shift)
    known = same(now.lo, now.hi) & same(before.lo, before.hi)
    made = values.kept(kind, Number(lo, hi, none, empty), values.scope.types[indicator.name])
    return made, empty | (known & ~none)


def _ones(truth: pl.Expr) -> pl.Expr:
    """1 where it is true."""
    return truth.fill_null(value=False).cast(pl.Int64)
