"""When a requirement comes out how, as formulas of the solver: the order of outcomes of language §4, by year and by window."""

from __future__ import annotations

from typing import NamedTuple

import z3

from gradeeval.engines.solver.demand import APPLIES, NOT_BOUND, NOT_MISSED, UNMET, Demand
from gradeeval.engines.solver.subject import Subject
from gradeeval.language.lowering import TRUE, Operand, Pair, lower_condition, lower_target
from gradeeval.language.scope import Unreachable


class Year(NamedTuple):
    """What holds of one year: bound or not, without value, the target true or false, and not excused."""

    bound: z3.BoolRef
    free: z3.BoolRef
    none: z3.BoolRef
    true: z3.BoolRef
    false: z3.BoolRef
    held: z3.BoolRef


class Outcomes:
    """The outcomes of one demand on a symbolic subject."""

    def __init__(self, demand: Demand, subject: Subject) -> None:
        self._demand = demand
        self._subject = subject
        requirement, scope = demand.requirement, demand.scope
        self._where = lower_condition(requirement.where, requirement.binds, scope)
        self._target: Pair | None = None
        if requirement.target.test is not None:
            reference = scope.find(requirement.indicator, requirement.binds)
            assert not isinstance(reference, Unreachable), reference.refusal.sentence
            self._target = lower_target(requirement, reference)
        self._excuse = None
        if requirement.unless is not None:
            permit = demand.permits[requirement.unless]
            self._excuse = lower_condition(permit.where, requirement.binds, scope)
        self.years = [self._year(year) for year in self._judged_years()]

    def of(self, word: str) -> z3.BoolRef:
        """The formula of one of the words that a demand can be wished to come out as."""
        review = self._target is None
        permit = self._demand.requirement.force == "permit"
        if word == NOT_BOUND:
            return z3.And(*(year.free for year in self.years))
        if word == APPLIES:
            applies = [z3.And(year.bound, _not(year.none)) if not review else year.bound for year in self.years]
            return z3.Or(*applies)
        if review:
            return z3.And(*(year.free for year in self.years)) if word == NOT_MISSED else z3.BoolVal(False)
        missed = z3.Or(*(z3.And(year.bound, _not(year.none), year.false, year.held) for year in self.years))
        if word == UNMET:
            return z3.BoolVal(False) if permit else missed
        if word == NOT_MISSED:
            return z3.BoolVal(True) if permit else _not(missed)
        met = z3.Or(*(z3.And(year.bound, _not(year.none), year.true) for year in self.years))
        return met if permit else z3.And(met, _not(missed))

    def _judged_years(self) -> list[int]:
        requirement, judged = self._demand.requirement, self._subject.year
        if requirement.every_year is not None:
            span = requirement.every_year
            last = judged if span.last is None else min(judged, span.last)
            return list(range(last if span.first is None else span.first, last + 1))
        window = requirement.within
        return [judged] if window is None or window.first is None or judged >= window.first else []

    def _year(self, year: int) -> Year:
        requirement, scope, subject = self._demand.requirement, self._demand.scope, self._subject
        none = true = z3.BoolVal(False)
        false = z3.BoolVal(False)
        if self._target is not None:
            none = subject.none(Operand(requirement.indicator, None, requirement.within), scope, year)
            true = subject.holds(self._target.true, scope, year)
            false = subject.holds(self._target.false, scope, year)
        return Year(
            bound=subject.holds(self._where.true, scope, year) if self._where.true != TRUE else z3.BoolVal(True),
            free=subject.holds(self._where.false, scope, year),
            none=none,
            true=true,
            false=false,
            held=z3.BoolVal(True) if self._excuse is None else subject.holds(self._excuse.false, scope, year),
        )


def _not(formula: z3.BoolRef) -> z3.BoolRef:
    return z3.Not(formula)
