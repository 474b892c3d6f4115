"""The meaning itself: each requirement as a chain of plain functions over a view. Oracle of the other engines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gradeeval.engines.conditions import (
    about_limits,
    always,
    between,
    compile_condition,
    compile_test,
    found,
    reader_of,
)
from gradeeval.engines.formulas import as_interval
from gradeeval.engines.judgement import (
    BINDS_UNKNOWN,
    ERROR,
    EXCUSED,
    MET,
    NEEDS_REVIEW,
    NO_VALUE,
    NOT_APPLICABLE,
    NOT_BEGUN,
    NOT_BOUND,
    NOT_USED,
    UNKNOWN,
    UNMET,
    Judgement,
    fold_years,
)
from gradeeval.engines.views import View
from gradeeval.engines.windows import begun, total, years_to_judge
from gradeeval.errors import RuleFault
from gradeeval.language.nodes import Requirement
from gradeeval.language.scope import Reference, Scope
from gradeeval.quantity import Interval, NoValue

Judge = Callable[[View], Judgement]

NAME = "reference"


class Engine:
    """Requirements compiled once, judged on any number of views."""

    name = NAME

    def __init__(self, requirements: Iterable[Requirement], scope: Scope, permits: Mapping[str, Requirement]) -> None:
        self._scope = scope
        self._judges = [(item, compile_requirement(item, scope, permits)) for item in requirements]

    def judge(self, view: View) -> list[Judgement]:
        """One judgement for each requirement, in their order; a requirement that cannot be run is an ``error``."""
        results = []
        for requirement, judge in self._judges:
            try:
                results.append(judge(view))
            except (RuleFault, ArithmeticError, AssertionError, LookupError, TypeError) as fault:
                message = f"{type(fault).__name__}: {fault}"
                results.append(Judgement(requirement, ERROR, view, message=message))
        return results


def compile_requirement(requirement: Requirement, scope: Scope, permits: Mapping[str, Requirement]) -> Judge:
    """The function from a view to a judgement."""
    reference = found(scope, requirement.indicator, requirement.binds)
    get = reader_of(reference)
    window = requirement.within
    if window is not None:
        span, plain = window, get

        def summed(view: View) -> Any:
            return total(span, view, reference, plain)

        get = summed
    once = _once(requirement, scope, permits, reference, get)
    if window is not None:
        return lambda view: (
            once(view) if begun(window, view) else Judgement(requirement, NOT_APPLICABLE, view, reason=NOT_BEGUN)
        )
    if requirement.every_year is not None:
        return _by_year(requirement, once)
    return once


def _once(
    requirement: Requirement,
    scope: Scope,
    permits: Mapping[str, Requirement],
    reference: Reference,
    get: Callable[[View], Any],
) -> Judge:
    bound = compile_condition(requirement.where, requirement.binds, scope)
    unbound = bound is not always
    target = requirement.target
    review = target.needs_review is not None
    test = _unknown if review else target_test(requirement, reference)
    permitted = requirement.force == "permit"
    excuse = None
    if requirement.unless is not None:
        excuse = compile_condition(permits[requirement.unless].where, requirement.binds, scope)

    def judge(view: View) -> Judgement:
        if unbound:
            binds = bound(view)
            if binds is False:
                return Judgement(requirement, NOT_APPLICABLE, view, None, NOT_BOUND)
            if binds is None:
                return Judgement(requirement, UNKNOWN, view, get(view), BINDS_UNKNOWN)
        value = get(view)
        if isinstance(value, NoValue) and not review:
            return Judgement(requirement, NOT_APPLICABLE, view, value, NO_VALUE)
        truth = test(value)
        return Judgement(requirement, MET, view, value) if truth else missed(truth, value, view)

    def missed(truth: bool | None, value: Any, view: View) -> Judgement:
        if review:
            return Judgement(requirement, NEEDS_REVIEW, view, value)
        excused = False if excuse is None else excuse(view)
        if excused:
            return Judgement(requirement, NOT_APPLICABLE, view, value, EXCUSED)
        if truth is None or excused is None:
            return Judgement(requirement, UNKNOWN, view, value)
        if permitted:
            return Judgement(requirement, NOT_APPLICABLE, view, value, NOT_USED)
        return Judgement(requirement, UNMET, view, value)

    return judge


def _unknown(value: Any) -> bool | None:  # noqa: ARG001 - a test like any other
    return None


def _by_year(requirement: Requirement, once: Judge) -> Judge:
    span = requirement.every_year
    assert span is not None

    def judge(view: View) -> Judgement:
        return fold_years(requirement, view, [(year, once(view.at_year(year))) for year in years_to_judge(span, view)])

    return judge


def target_test(requirement: Requirement, reference: Reference) -> Callable[[Any], bool | None]:
    """The test of the target; 左右 moves its bounds outward by the document's tolerance."""
    target = requirement.target
    assert target.test is not None
    if not target.about:
        return compile_test(target.test, reference.type, no_value=None)
    low, high = about_limits(requirement, reference)

    def judge(value: Any) -> bool | None:
        interval = as_interval(value, reference)
        assert isinstance(interval, Interval)
        return between(interval.lo, interval.hi, low, False, high, False)

    return judge
