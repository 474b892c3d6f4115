"""Tests and conditions as functions of a view, in Kleene's logic. This is the meaning of language §2.1 and §2.2."""

from __future__ import annotations

from collections.abc import Callable, Container
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from gradeeval.language.nodes import (
    Bounds,
    Condition,
    Equals,
    Includes,
    Is,
    NoneOf,
    Number,
    OneOf,
    Reach,
    Requirement,
    Test,
)
from gradeeval.language.scope import Reference, Scope, Unreachable
from gradeeval.quantity import INFINITY, Bound, Interval, NoValue, scaled
from gradeeval.truth import all_of, any_of
from gradeeval.vocabulary import ValueType

if TYPE_CHECKING:
    from gradeeval.engines.views import View

Judge = Callable[[Any], bool | None]
"""From a value (None is unknown) to a truth."""

OnView = Callable[["View"], bool | None]


def always(view: View) -> bool | None:  # noqa: ARG001 - a condition like any other
    """The empty condition."""
    return True


def compile_condition(condition: Condition, reader: Reach, scope: Scope) -> OnView:
    """The truth of ``condition`` on a view of a subject of the sort ``reader``. *No value* counts as false here."""
    parts: list[OnView] = []
    for name, test in condition.tests:
        found = scope.find(name, reader)
        assert isinstance(found, Reference), found
        parts.append(_on_view(found, test))
    if condition.alternatives:
        branches = [compile_condition(item, reader, scope) for item in condition.alternatives]
        parts.append(lambda view: any_of(branch(view) for branch in branches))
    if not parts:
        return always
    if len(parts) == 1:
        return parts[0]
    if len(parts) == 2:
        return _both(*parts)

    def each(view: View) -> bool | None:
        result: bool | None = True
        for part in parts:
            truth = part(view)
            if truth is False:
                return False
            if truth is None:
                result = None
        return result

    return each


def _both(first: OnView, second: OnView) -> OnView:
    def both(view: View) -> bool | None:
        truth = first(view)
        if truth is False:
            return False
        other = second(view)
        return other if truth or other is False else None

    return both


def reader_of(reference: Reference) -> Callable[[View], Any]:
    """How the value of a name is got from a view: its own facts and fields at once, all else by ``look``."""
    name = reference.name
    if is_at_hand(reference):
        return lambda view: view.values.get(name)
    return lambda view: view.look(reference)


def _on_view(reference: Reference, test: Test) -> OnView:
    judge = compile_test(test, reference.type, no_value=False)
    if not is_at_hand(reference):
        return lambda view: judge(view.look(reference))
    name = reference.name
    accepted = accepted_codes(test, reference.type)
    if accepted is None:
        return lambda view: judge(view.values.get(name))

    def among(view: View) -> bool | None:
        value = view.values.get(name)
        return None if value is None else value in accepted

    return among


def is_at_hand(reference: Reference) -> bool:
    """Whether the value is the subject's own field or reported fact, so that it lies in ``view.values``."""
    return reference.above is None and (reference.indicator is None or reference.indicator.formula is None)


def accepted_codes(test: Test, value_type: ValueType) -> Container[object] | None:
    """The values that a test of codes, names, grades or yes/no accepts; None for other tests."""
    if isinstance(test, Is):
        return frozenset((test.value,))
    if isinstance(test, OneOf):
        return frozenset(test.values)
    if isinstance(test, Bounds) and value_type.form == "ordered":
        assert value_type.values is not None
        return ranks_between(test, value_type.values.ranks)
    return None


def compile_test(test: Test, value_type: ValueType, *, no_value: bool | None) -> Judge:
    """The truth of ``test`` of a value of this type; ``no_value`` is what *no value* gives."""
    accepted = accepted_codes(test, value_type)
    if accepted is not None:
        return lambda value: None if value is None else value in accepted
    if isinstance(test, NoneOf):
        banned = frozenset(test.values)
        return lambda value: None if value is None else value not in banned
    if isinstance(test, Includes):
        return _includes(test.codes)
    low, low_open, high, high_open = limits_of(test, value_type)
    return _number(low, low_open, high, high_open, value_type, no_value)


def ranks_between(test: Bounds, ranks: Any) -> frozenset[str]:
    """The values of an order that satisfy the bounds; a value outside the order never does."""
    chosen = []
    for code, rank in ranks.items():
        if test.at_least is not None and rank < ranks[test.at_least]:
            continue
        if test.above is not None and rank <= ranks[test.above]:
            continue
        if test.at_most is not None and rank > ranks[test.at_most]:
            continue
        if test.below is not None and rank >= ranks[test.below]:
            continue
        chosen.append(code)
    return frozenset(chosen)


def limits_of(test: Test, value_type: ValueType) -> tuple[Bound, bool, Bound, bool]:
    """The scaled limits of a test of numbers: low, whether it is left out, high, whether it is left out."""
    if isinstance(test, Equals):
        exact = scaled_limit(test.number, value_type)
        return exact, False, exact, False
    assert isinstance(test, Bounds)
    low = test.at_least if test.at_least is not None else test.above
    high = test.at_most if test.at_most is not None else test.below
    return (
        -INFINITY if low is None else scaled_limit(low, value_type),
        test.above is not None,
        INFINITY if high is None else scaled_limit(high, value_type),
        test.below is not None,
    )


def about_limits(requirement: Requirement, reference: Reference) -> tuple[Bound, Bound]:
    """The scaled limits of a target with 左右, moved by the tolerance (percent of the number)."""
    test = requirement.target.test
    assert isinstance(test, Bounds | Equals)
    part = Fraction(requirement.tolerance) / 100
    low, _, high, _ = limits_of(test, reference.type)
    return (
        low if isinstance(low, float) else low - abs(Fraction(low)) * part,
        high if isinstance(high, float) else high + abs(Fraction(high)) * part,
    )


def scaled_limit(limit: Number | str, value_type: ValueType) -> Bound:
    """A number of a rule in the scale of the type."""
    assert isinstance(limit, int | Decimal)
    exact = scaled(limit, value_type.decimals)
    assert exact is not None
    return exact


def unknown_range(value_type: ValueType) -> Interval:
    """What an unknown number of this type can be."""
    low = -INFINITY if value_type.lowest is None else scaled_limit(value_type.lowest, value_type)
    high = INFINITY if value_type.highest is None else scaled_limit(value_type.highest, value_type)
    return Interval(low, high)


def between(lo: Bound, hi: Bound, low: Bound, low_open: bool, high: Bound, high_open: bool) -> bool | None:
    """Whether all numbers of [lo, hi] lie between the limits, none does, or some do."""
    above = lo > low if low_open else lo >= low
    under = hi < high if high_open else hi <= high
    if above and under:
        return True
    if (hi <= low if low_open else hi < low) or (lo >= high if high_open else lo > high):
        return False
    return None


def _number(
    low: Bound, low_open: bool, high: Bound, high_open: bool, value_type: ValueType, no_value: bool | None
) -> Judge:
    whole = unknown_range(value_type)
    unknown = between(whole.lo, whole.hi, low, low_open, high, high_open)

    def judge(value: Any) -> bool | None:
        if value is None:
            return unknown
        if isinstance(value, Interval):
            return between(value.lo, value.hi, low, low_open, high, high_open)
        if isinstance(value, NoValue):
            return no_value
        return bool((value > low if low_open else value >= low) and (value < high if high_open else value <= high))

    if high == INFINITY and not low_open:

        def at_least(value: Any) -> bool | None:
            if value.__class__ is int:
                return bool(value >= low)
            return judge(value)

        return at_least
    return judge


def _includes(codes: tuple[str, ...]) -> Judge:
    wanted = frozenset(codes)

    def judge(value: Any) -> bool | None:
        if value is None:
            return None
        if isinstance(value, frozenset):
            return wanted <= value
        return all_of(value.get(code) for code in codes)

    return judge


def found(scope: Scope, name: str, reader: Reach) -> Reference:
    """The reference of a name that was checked before."""
    reference = scope.find(name, reader)
    assert not isinstance(reference, Unreachable), reference.refusal.sentence
    return reference
