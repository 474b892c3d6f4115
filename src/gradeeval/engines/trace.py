"""How ``reference`` came to a judgement, step by step: what ``explain`` shows. Nothing is judged here a second time.

A trace is a tree of plain values. The truths in it come from the very functions that the engine uses, so that the outcome
follows from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gradeeval.engines.conditions import about_limits, compile_condition, found, limits_of, reader_of
from gradeeval.engines.formulas import Computed
from gradeeval.engines.judgement import NOT_BEGUN, Judgement
from gradeeval.engines.reference import target_test
from gradeeval.engines.views import View
from gradeeval.engines.windows import first_year, total
from gradeeval.language.nodes import Bounds, Change, Condition, Equals, Ratio, Reach, Requirement, Test
from gradeeval.language.scope import Reference, Scope
from gradeeval.profiles.profile import Proof
from gradeeval.quantity import Bound, NoValue


@dataclass(frozen=True, slots=True)
class ValueStep:
    """A value and where it comes from.

    ``view`` is whose value it is: the subject, or what encloses it where the name is read up. ``source`` is ``reported``,
    ``computed``, ``field``, or None where it is unknown. ``operands`` are those of a ratio (of, to) or of a change (this
    year, the year before).
    """

    reference: Reference
    view: View | None
    value: Any
    source: str | None = None
    proof: Proof | None = None
    reported: Any = None
    computed: Computed | None = None
    operands: tuple[ValueStep, ...] = ()


@dataclass(frozen=True, slots=True)
class TestStep:
    """One test of a condition, the value that was tested, and what came out."""

    name: str
    test: Test
    truth: bool | None
    value: ValueStep


@dataclass(frozen=True, slots=True)
class ConditionStep:
    """A condition: its tests, of which all have to hold, and the alternatives, of which one has to."""

    truth: bool | None
    tests: tuple[TestStep, ...] = ()
    alternatives: tuple[ConditionStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Trace:
    """One judgement: who is bound, the value, the target, the exception, and the years of a window.

    ``value`` is None where it was not looked at. ``truth`` is that of the target. ``limits`` are the bounds as they were
    tested, scaled, with the tolerance of 左右. ``years`` are the addends of ``within``; ``by_year`` the judgements of
    ``every_year``.
    """

    judgement: Judgement
    binds: ConditionStep
    value: ValueStep | None = None
    truth: bool | None = None
    limits: tuple[Bound, Bound] | None = None
    excuse: tuple[Requirement, ConditionStep] | None = None
    years: tuple[tuple[int, ValueStep], ...] = ()
    by_year: tuple[tuple[int, Trace], ...] = ()


def trace(judgement: Judgement, scope: Scope, permits: Mapping[str, Requirement]) -> Trace:
    """The steps to a judgement of ``reference``, at the view that it was made on."""
    requirement, view = judgement.requirement, judgement.view
    binds = condition_step(requirement.where, requirement.binds, view, scope)
    by_year = tuple((year, trace(one, scope, permits)) for year, one in judgement.years)
    if binds.truth is False or judgement.reason == NOT_BEGUN or judgement.message is not None:
        return Trace(judgement, binds, by_year=by_year)
    reference = found(scope, requirement.indicator, requirement.binds)
    value = value_step(reference, view, scope)
    years: tuple[tuple[int, ValueStep], ...] = ()
    if requirement.within is not None:
        years = _addends(requirement, reference, view, scope)
        summed = total(requirement.within, view, reference, reader_of(reference))
        value = ValueStep(reference, view, summed, "computed" if len(years) > 1 else value.source, value.proof)
    truth = None
    limits = None
    test = requirement.target.test
    if test is not None:
        if not isinstance(value.value, NoValue):
            truth = target_test(requirement, reference)(value.value)
        if isinstance(test, Bounds | Equals) and reference.type.form == "number":
            exact = limits_of(test, reference.type)
            limits = about_limits(requirement, reference) if requirement.target.about else (exact[0], exact[2])
    excuse = None
    if requirement.unless is not None and requirement.unless in permits:
        permit = permits[requirement.unless]
        excuse = permit, condition_step(permit.where, requirement.binds, view, scope)
    return Trace(judgement, binds, value, truth, limits, excuse, years, by_year)


def condition_step(condition: Condition, reader: Reach, view: View, scope: Scope) -> ConditionStep:
    """A condition on a view, test by test."""
    tests = tuple(
        TestStep(
            name,
            test,
            compile_condition(Condition(((name, test),)), reader, scope)(view),
            value_step(found(scope, name, reader), view, scope),
        )
        for name, test in condition.tests
    )
    alternatives = tuple(condition_step(item, reader, view, scope) for item in condition.alternatives)
    return ConditionStep(compile_condition(condition, reader, scope)(view), tests, alternatives)


def value_step(reference: Reference, view: View, scope: Scope) -> ValueStep:
    """A value on a view with what it was made from."""
    value = reader_of(reference)(view)
    if reference.above is not None:
        above = view.world.above(view, reference.above)
        if above is None:
            return ValueStep(reference, None, value)
        own = value_step(Reference(reference.name, reference.type, reference.indicator), above, scope)
        return ValueStep(reference, above, value, own.source, own.proof, own.reported, own.computed, own.operands)
    name, indicator = reference.name, reference.indicator
    proof = view.profile.proofs.get(name) if view.profile is not None else None
    if indicator is None:
        return ValueStep(reference, view, value, "field" if value is not None else None, proof)
    operands: tuple[ValueStep, ...] = ()
    if isinstance(indicator.formula, Ratio):
        both = indicator.formula.of, indicator.formula.to
        operands = tuple(value_step(found(scope, operand, indicator.reach), view, scope) for operand in both)
    elif isinstance(indicator.formula, Change):
        of = found(scope, indicator.formula.of, indicator.reach)
        operands = tuple(value_step(of, at, scope) for at in (view, view.at_year(view.period.year - 1)))
    return ValueStep(
        reference=reference,
        view=view,
        value=value,
        source=view.source_of(name) if value is not None else None,
        proof=proof,
        reported=view.values.get(name),
        computed=(view.computed or {}).get(name),
        operands=operands,
    )


def _addends(
    requirement: Requirement, reference: Reference, view: View, scope: Scope
) -> tuple[tuple[int, ValueStep], ...]:
    """The years that ``within`` adds up; empty where a fact was given for the whole span."""
    span = requirement.within
    assert span is not None
    first = first_year(span, view)
    last = view.period.year if span.last is None else min(view.period.year, span.last)
    whole = view.world.whole_span(view, first, last)
    if whole is not None and reader_of(reference)(whole) is not None:
        return ()
    return tuple(
        (year, value_step(reference, view if year == view.period.year else view.at_year(year), scope))
        for year in range(first, last + 1)
    )
