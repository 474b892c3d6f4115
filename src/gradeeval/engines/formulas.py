"""Values of formulas as exact intervals: language §2.3. Unknown parts widen the interval; nothing is guessed."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from gradeeval.engines.conditions import found, reader_of, unknown_range
from gradeeval.language.nodes import Change, Condition, Count, Indicator, Ratio, Share, Sum
from gradeeval.language.scope import Reference, Scope
from gradeeval.quantity import INFINITY, NO_VALUE, Bound, Interval, NoValue, natural
from gradeeval.vocabulary import ValueType

if TYPE_CHECKING:
    from gradeeval.engines.views import View


@dataclass(frozen=True, slots=True)
class Computed:
    """What a formula gave. ``complete``: every part of the roster is known, so that this value decides.

    Of parts: those that surely have it, those that are in but surely lack it, and those of which it is unknown.
    ``value`` is an interval, *no value*, or None where nothing at all is known.
    """

    value: Interval | NoValue | None
    complete: bool
    have: tuple[View, ...] = ()
    lack: tuple[View, ...] = ()
    unsure: tuple[View, ...] = ()
    listed: bool = True


def compute(indicator: Indicator, view: View, scope: Scope) -> Computed:
    """The value of the formula of ``indicator`` on ``view``."""
    formula = indicator.formula
    if isinstance(formula, Count):
        return _count(formula, view)
    if isinstance(formula, Share):
        return _share(formula, indicator, view, scope)
    if isinstance(formula, Sum):
        return _sum(formula, indicator, view, scope)
    if isinstance(formula, Ratio):
        return _ratio(formula, indicator, view, scope)
    assert isinstance(formula, Change)
    return difference(indicator, view, view.at_year(view.period.year - 1), scope)


def as_interval(value: Any, reference: Reference) -> Interval | NoValue:
    """A value of a number as an interval: unknown is the range of its type."""
    if value is None:
        return unknown_range(reference.type)
    if isinstance(value, Interval | NoValue):
        return value
    return Interval(value, value)


def _count(formula: Count, view: View) -> Computed:
    parts, listed = view.world.parts(view, formula.of)
    member = view.world.condition(formula.where, formula.of)
    have: list[View] = []
    lack: list[View] = []
    unsure: list[View] = []
    for part in parts:
        truth = member(part)
        (have if truth else unsure if truth is None else lack).append(part)
    most: Bound = len(have) + len(unsure) if listed else INFINITY
    return Computed(Interval(len(have), most), listed and not unsure, tuple(have), tuple(lack), tuple(unsure), listed)


def candidates(formula: Count, scope: Scope) -> Condition | None:
    """What parts are that only a fact keeps out of a count: its tests of fields. None where no fact is asked for.

    A private hospital is not lacking where public ones are counted, but a public one below the grade is.
    """
    fields = tuple((name, test) for name, test in formula.where.tests if name not in scope.indicators)
    return None if len(fields) == len(formula.where.tests) else Condition(fields)


def _share(formula: Share, indicator: Indicator, view: View, scope: Scope) -> Computed:
    parts, listed = view.world.parts(view, formula.of)
    member = view.world.condition(formula.where, formula.of)
    holds = view.world.condition(formula.having, formula.of)
    scale = 100 * 10 ** scope.types[indicator.name].decimals
    have: list[View] = []
    lack: list[View] = []
    unsure: list[View] = []
    sure = 0
    least_have = least_of = most_have = most_of = 0
    for part in parts:
        inside = member(part)
        if inside is False:
            continue
        has = holds(part)
        if inside:
            sure += 1
            (have if has else unsure if has is None else lack).append(part)
        else:
            unsure.append(part)
        if inside or has is not True:
            least_of += 1
            least_have += has is True
        if inside or has is not False:
            most_of += 1
            most_have += has is not False
    lists = tuple(have), tuple(lack), tuple(unsure)
    if not listed:
        return Computed(None, False, *lists, listed=False)
    if not sure and not unsure:
        return Computed(NO_VALUE, True, *lists)
    if not sure:
        return Computed(Interval(0, scale), False, *lists)
    lo = Fraction(scale * least_have, least_of)
    hi = Fraction(scale * most_have, most_of)
    if unsure:
        return Computed(Interval(lo, hi), False, *lists)
    return Computed(Interval(lo, lo, least_have, least_of), True, *lists)


def _sum(formula: Sum, indicator: Indicator, view: View, scope: Scope) -> Computed:
    parts, listed = view.world.parts(view, formula.of)
    member = view.world.condition(formula.where, formula.of)
    reference = found(scope, formula.value, formula.of)
    get = reader_of(reference)
    lo: Bound = 0
    hi: Bound = 0
    have: list[View] = []
    lack: list[View] = []
    unsure: list[View] = []
    for part in parts:
        inside = member(part)
        if inside is False:
            lack.append(part)
            continue
        value = as_interval(get(part), reference)
        if isinstance(value, NoValue):
            lack.append(part)
            continue
        if inside is None:
            lo, hi = lo + min(0, value.lo), hi + max(0, value.hi)
        else:
            lo, hi = lo + value.lo, hi + value.hi
        (have if inside and value.known else unsure).append(part)
    if not listed:
        hi = INFINITY
        if reference.type.lowest is None or reference.type.lowest < 0:
            lo = -INFINITY
    shift = _shift(reference, scope.types[indicator.name])
    interval = Interval(lo, hi) if shift == 1 else Interval(lo * shift, hi * shift)
    return Computed(interval, listed and not unsure, tuple(have), tuple(lack), tuple(unsure), listed)


def _ratio(formula: Ratio, indicator: Indicator, view: View, scope: Scope) -> Computed:
    upper, lower = (found(scope, name, indicator.reach) for name in (formula.of, formula.to))
    known = reader_of(upper)(view), reader_of(lower)(view)
    of, to = as_interval(known[0], upper), as_interval(known[1], lower)
    if isinstance(of, NoValue) or isinstance(to, NoValue) or (to.lo == to.hi == 0):
        return Computed(NO_VALUE, True)
    own = scope.types[indicator.name]
    scale = (100 if own.unit == "percent" else 1) * 10**lower.type.decimals * _shift(upper, own)
    complete = of.known and to.known
    if complete:
        assert not isinstance(of.lo, float) and not isinstance(to.lo, float)
        exact = scale * Fraction(of.lo) / Fraction(to.lo)
        return Computed(
            Interval(exact, exact, _natural(of.lo, upper), _natural(to.lo, lower)),
            True,
        )
    if known == (None, None):
        return Computed(None, False)
    return Computed(Interval(_divide(of.lo, to.hi, scale), _divide(of.hi, to.lo, scale)), False)


def _natural(bound: Bound, reference: Reference) -> Fraction:
    assert not isinstance(bound, float)
    return natural(bound, reference.type.decimals)


def _shift(reference: Reference, own: ValueType) -> Fraction:
    """From the scale of an operand to that of the result."""
    return Fraction(10**own.decimals, 10**reference.type.decimals)


def _divide(upper: Bound, lower: Bound, scale: Fraction) -> Bound:
    """``upper ÷ lower`` of numbers that are not negative, in the scale of the result."""
    if lower == 0:
        return INFINITY
    if isinstance(upper, float):
        return INFINITY
    if isinstance(lower, float):
        return 0
    return scale * Fraction(upper) / Fraction(lower)


def difference(indicator: Indicator, later: View, earlier: View, scope: Scope) -> Computed:
    """The value of a ``change`` between two views of one subject; unknown where either has nothing on file."""
    assert isinstance(indicator.formula, Change)
    reference = found(scope, indicator.formula.of, indicator.reach)
    get = reader_of(reference)
    now, before = get(later), get(earlier)
    if isinstance(now, NoValue) or isinstance(before, NoValue):
        return Computed(NO_VALUE, True)
    if now is None or before is None:
        return Computed(None, False)
    this, last = as_interval(now, reference), as_interval(before, reference)
    assert isinstance(this, Interval) and isinstance(last, Interval)
    shift = _shift(reference, scope.types[indicator.name])
    interval = Interval(_less(this.lo, last.hi, shift), _less(this.hi, last.lo, shift))
    return Computed(interval, interval.known)


def _less(first: Bound, second: Bound, shift: Fraction) -> Bound:
    if isinstance(first, float) or isinstance(second, float):
        return first - float(second) if isinstance(first, float) else -second
    return (Fraction(first) - Fraction(second)) * shift
