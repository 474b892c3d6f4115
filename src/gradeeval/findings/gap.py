"""How far a value is from its target and what is still to do: language §4."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gradeeval.engines.conditions import about_limits, limits_of
from gradeeval.engines.formulas import Computed, as_interval
from gradeeval.engines.judgement import MET, Judgement
from gradeeval.engines.windows import first_year
from gradeeval.language.nodes import Bounds, Change, Equals, Includes, Is, Ratio, Requirement, Share, Test
from gradeeval.language.scope import Reference, Scope
from gradeeval.quantity import Bound, Interval, NoValue

Range = tuple[Fraction | float, Fraction | float]
"""Natural numbers from, to; a float is an infinity."""

UNITS = "units"
"""The unit of a shortfall that is told in things counted: hospitals, persons, cases."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What is still to do, never negative.

    ``amount`` is in ``unit``: that of the target, ``units`` for how many more parts, or that of the numerator of a ratio.
    ``codes`` are missing from a list and ``unknown_codes`` not known; ``grade`` is the value to reach; ``state`` is what a
    yes/no has to become. ``pace`` is what each remaining year needs, ``pace_so_far`` what each year brought.
    """

    amount: Range | None = None
    unit: str | None = None
    codes: tuple[str, ...] = ()
    unknown_codes: tuple[str, ...] = ()
    grade: str | None = None
    state: bool | None = None
    pace: Fraction | None = None
    pace_so_far: Fraction | None = None


def measure(
    requirement: Requirement, reference: Reference, judgement: Judgement, computed: Computed | None, scope: Scope
) -> tuple[Range | None, Shortfall | None]:
    """The signed gap and, where it is missed or unknown, what is still to do."""
    test, value = requirement.target.test, judgement.value
    missed = judgement.outcome != MET
    if isinstance(value, NoValue):
        return None, None
    if isinstance(test, Is):
        return None, state_to_reach(test, reference) if missed else None
    if isinstance(test, Includes):
        return _codes(test, value, missed)
    if isinstance(test, Bounds) and reference.type.form == "ordered":
        return _steps(test, reference, value, missed)
    if not isinstance(test, Bounds | Equals) or reference.type.form != "number":
        return None, None
    if value is None:
        return None, None
    limits = limits_of(test, reference.type)
    low, high = limits[0], limits[2]
    if requirement.target.about:
        low, high = about_limits(requirement, reference)
    interval = as_interval(value, reference)
    assert isinstance(interval, Interval)
    scale = 10**reference.type.decimals
    gap = _gap(interval, low, high, scale)
    if not missed:
        return gap, None
    if interval.of is not None and interval.to is not None:
        return gap, _in_units(requirement, reference, interval, low, high, scope)
    return gap, _shortfall(requirement, reference, judgement, interval, low, high, computed)


def _gap(interval: Interval, low: Bound, high: Bound, scale: int) -> Range:
    if low == high:
        ends = sorted((_apart(interval.lo, low, scale), _apart(interval.hi, low, scale)))
        return -ends[1], Fraction(0) if interval.lo <= low <= interval.hi else -ends[0]
    return (
        _natural(min(_beyond(interval.lo, low), _beyond(high, interval.hi)), scale),
        _natural(min(_beyond(interval.hi, low), _beyond(high, interval.lo)), scale),
    )


def _beyond(upper: Bound, lower: Bound) -> Bound:
    """By how much the upper one is above; of an end that is open on both sides, so that nothing is asked there, endlessly."""
    return math.inf if upper == lower and isinstance(upper, float) else upper - lower


def _apart(first: Bound, second: Bound, scale: int) -> Fraction | float:
    far = _natural(first - second, scale)
    return -far if far < 0 else far


def _natural(bound: Bound, scale: int) -> Fraction | float:
    return bound if isinstance(bound, float) else Fraction(bound) / scale


def _shortfall(
    requirement: Requirement,
    reference: Reference,
    judgement: Judgement,
    interval: Interval,
    low: Bound,
    high: Bound,
    computed: Computed | None,
) -> Shortfall | None:
    indicator = reference.indicator
    scale = 10**reference.type.decimals
    formula = indicator.formula if indicator is not None else None
    if interval.lo < low or interval.hi < low:
        below, above = max(low - interval.hi, 0), max(low - interval.lo, 0)
        whole = computed is not None and computed.value is judgement.value
        if isinstance(formula, Share) and computed is not None and whole and not isinstance(low, float):
            return _more_parts(computed, Fraction(low) / scale, _strict(requirement))
    elif interval.hi > high or interval.lo > high:
        below, above = max(interval.lo - high, 0), max(interval.hi - high, 0)
    else:
        return None
    amount = _natural(below, scale), _natural(above, scale)
    if reference.type.unit == "count":
        amount = _up(amount[0]), _up(amount[1])
    if requirement.within is not None and not isinstance(formula, Change):
        return _paced(requirement, reference, judgement, interval, amount)
    unit = reference.type.unit
    return Shortfall(amount, "percentage_point" if unit == "percent" else unit)


def _in_units(
    requirement: Requirement, reference: Reference, interval: Interval, low: Bound, high: Bound, scope: Scope
) -> Shortfall | None:
    """What the numerator lacks, or has too much of, in its own unit; whole units of what is counted are rounded up."""
    assert interval.of is not None and interval.to is not None
    below = interval.lo < low or (interval.lo == low and isinstance(low, Fraction | int))
    limit = low if below else high
    if isinstance(limit, float):
        return None
    part = Fraction(limit) / 10**reference.type.decimals / (100 if reference.type.unit == "percent" else 1)
    apart = abs(part * interval.to - interval.of)
    formula = reference.indicator.formula if reference.indicator is not None else None
    if isinstance(formula, Ratio):
        return Shortfall((apart, apart), scope.types[formula.of].unit)
    if interval.of == int(interval.of) and interval.to == int(interval.to):
        apart = Fraction(_whole_from(apart, strict=_strict(requirement)))
    return Shortfall((apart, apart), UNITS)


def _more_parts(computed: Computed, limit: Fraction, strict: bool) -> Shortfall:
    """How many more parts, where some are unknown: from the kindest to the hardest case."""
    have, unsure = len(computed.have), len(computed.unsure)
    needed = _whole_from(limit * (have + len(computed.lack) + unsure) / 100, strict=strict)
    return Shortfall((Fraction(max(0, needed - have - unsure)), Fraction(max(0, needed - have))), UNITS)


def _strict(requirement: Requirement) -> bool:
    """Whether the target has to be passed, not only reached."""
    test = requirement.target.test
    return isinstance(test, Bounds) and (test.above is not None or test.below is not None)


def _whole_from(amount: Fraction, *, strict: bool) -> int:
    """The whole number from which on an amount is reached, or passed where that is asked."""
    return math.floor(amount) + 1 if strict else math.ceil(amount)


def _up(bound: Fraction | float) -> Fraction | float:
    return bound if isinstance(bound, float) else Fraction(math.ceil(bound))


def _paced(
    requirement: Requirement, reference: Reference, judgement: Judgement, interval: Interval, amount: Range
) -> Shortfall:
    span, year = requirement.within, judgement.view.period.year
    assert span is not None
    pace = None
    if span.last is not None and span.last > year and not isinstance(amount[1], float):
        pace = amount[1] / (span.last - year)
    so_far = yearly(requirement, reference, judgement, interval)
    return Shortfall(amount, reference.type.unit, pace=pace, pace_so_far=so_far)


def yearly(requirement: Requirement, reference: Reference, judgement: Judgement, interval: Interval) -> Fraction | None:
    """What each year of a sum over years brought so far; None of anything else, and where the sum is not known."""
    span = requirement.within
    formula = reference.indicator.formula if reference.indicator is not None else None
    if span is None or isinstance(formula, Change) or not interval.known or isinstance(interval.lo, float):
        return None
    years = judgement.view.period.year - first_year(span, judgement.view) + 1
    return Fraction(interval.lo) / 10**reference.type.decimals / years if years > 0 else None


def _codes(test: Includes, value: Any, missed: bool) -> tuple[Range | None, Shortfall | None]:
    if value is None:
        return None, Shortfall(unknown_codes=test.codes)
    if isinstance(value, frozenset):
        lacking = tuple(code for code in test.codes if code not in value)
        unknown: tuple[str, ...] = ()
    else:
        lacking = tuple(code for code in test.codes if value.get(code) is False)
        unknown = tuple(code for code in test.codes if value.get(code) is None)
    gap = Fraction(-len(lacking) - len(unknown)), Fraction(-len(lacking))
    return gap, Shortfall(codes=lacking, unknown_codes=unknown) if missed else None


def state_to_reach(test: Test | None, reference: Reference) -> Shortfall | None:
    """What a yes/no has to become, or the grade to reach; None of anything that is measured."""
    if isinstance(test, Is) and isinstance(test.value, bool):
        return Shortfall(state=test.value)
    if isinstance(test, Bounds) and reference.type.form == "ordered":
        return Shortfall(grade=_grade(test))
    return None


def _grade(test: Bounds) -> str:
    return next(str(limit) for _word, limit in test.stated())


def _steps(test: Bounds, reference: Reference, value: Any, missed: bool) -> tuple[Range | None, Shortfall | None]:
    values = reference.type.values
    assert values is not None
    shortfall = state_to_reach(test, reference) if missed else None
    if value not in values.ranks:
        return None, shortfall
    steps = values.ranks[value] - values.ranks[_grade(test)]
    if test.at_most is not None or test.below is not None:
        steps = -steps
    return (Fraction(steps), Fraction(steps)), shortfall
