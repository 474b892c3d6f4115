"""Requirements of one pass over one view, compiled: facts → truths of who is bound → truths of targets → outcomes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradeeval.engines.conditions import found, reader_of
from gradeeval.engines.forward.fields import Fields
from gradeeval.engines.forward.outcomes import FALSE, TRUE, UNSURE, Outcomes
from gradeeval.engines.forward.sharding import HOLDS, NEVER, Truths
from gradeeval.engines.judgement import ERROR, NOT_APPLICABLE, NOT_BEGUN, NOT_BOUND, Judgement
from gradeeval.engines.views import View
from gradeeval.engines.windows import begun, total
from gradeeval.errors import RuleFault
from gradeeval.language.lowering import Operand, Pair, lower_condition, lower_target
from gradeeval.language.nodes import Condition, Reach, Requirement
from gradeeval.language.scope import Reference, Scope
from gradeeval.quantity import NoValue

_FAULTS = (RuleFault, ArithmeticError, AssertionError, LookupError, TypeError)
_UNREAD = object()


@dataclass(frozen=True, slots=True)
class _Step:
    """One requirement: the names of its truths (true, false), and the numbers of the operands that they look at."""

    requirement: Requirement
    bound: tuple[str, str]
    target: tuple[str, str]
    excuse: tuple[str, str]
    value: int
    bound_on: tuple[int, ...]
    excuse_on: tuple[int, ...]
    review: int
    permit: int


class _Round:
    """The values of one view as they are read, what they are written as, and the truths that followed."""

    def __init__(self, program: Program, view: View) -> None:
        self._program = program
        self.view = view
        self.values: list[Any] = [_UNREAD] * len(program.getters)
        self.texts = [""] * len(program.fields.writers)
        self.faults: dict[int, Exception] = {}
        self.fired = {HOLDS}

    def read(self, operands: Iterable[int]) -> None:
        """Get these values and write all their slots; a value that cannot be got is unknown and leaves its fault."""
        values, texts, view = self.values, self.texts, self.view
        getters, slots = self._program.getters, self._program.slots
        for operand in operands:
            if values[operand] is _UNREAD:
                try:
                    value = values[operand] = getters[operand](view)
                    for slot, write in slots[operand]:
                        texts[slot] = write(value)
                except _FAULTS as fault:
                    values[operand] = None
                    self.faults[operand] = fault

    def truth(self, names: tuple[str, str]) -> int:
        """What fired of a pair."""
        return TRUE if names[0] in self.fired else FALSE if names[1] in self.fired else UNSURE

    def fault(self, step: _Step, bound: int, target: int, excuse: int) -> Exception | None:
        """The first fault that the outcome of a requirement rests on."""
        needed = [*(step.bound_on if bound == UNSURE else ()), step.value]
        if target != TRUE and excuse == UNSURE:
            needed += step.excuse_on
        return next((self.faults[operand] for operand in needed if operand in self.faults), None)


class Program:
    """Requirements compiled together; raises ``EngineLimit`` where the C engine could not bear the rules."""

    def __init__(
        self, requirements: Sequence[Requirement], scope: Scope, permits: Mapping[str, Requirement], outcomes: Outcomes
    ) -> None:
        self.fields = Fields()
        self.getters: list[Callable[[View], Any]] = []
        self._scope = scope
        self._outcomes = outcomes
        self._conditions, self._targets = Truths("c"), Truths("t")
        self._lowered: dict[tuple[Condition, Reach], tuple[tuple[str, str], tuple[int, ...]]] = {}
        self._steps = [self._step(requirement, permits) for requirement in requirements]
        self._windows = [at for at, requirement in enumerate(requirements) if requirement.within is not None]
        self.fields.open([*self._conditions.literals(), *self._targets.literals()])
        self.slots: list[list[tuple[int, Callable[[Any], str]]]] = [[] for _getter in self.getters]
        for slot, owner in enumerate(self.fields.owners):
            self.slots[owner].append((slot, self.fields.writers[slot]))
        self._first, self._second = self._conditions.blocks(self.fields), self._targets.blocks(self.fields)

    def judge(self, view: View, chosen: Collection[int]) -> dict[int, Judgement]:
        """The judgements of these requirements, by their position, in one pass over ``view``."""
        results = self._before_their_window(view, chosen)
        steps = [(at, self._steps[at]) for at in chosen if at not in results]
        round = _Round(self, view)
        round.read({operand for _at, step in steps for operand in (*step.bound_on, *step.excuse_on)})
        for block in self._first:
            block.fire(round.texts, round.fired)
        bounds = {pair: round.truth(pair) for pair in {step.bound for _at, step in steps}}
        live = [(at, step) for at, step in steps if bounds[step.bound] != FALSE]
        round.read([step.value for _at, step in live])
        for block in self._second:
            block.fire(round.texts, round.fired)
        for at, step in steps:
            bound = bounds[step.bound]
            if bound == FALSE:
                results[at] = Judgement(step.requirement, NOT_APPLICABLE, view, None, NOT_BOUND)
            else:
                results[at] = self._judgement(step, bound, round)
        return results

    def bodies(self, view: View) -> list[str]:
        """What would be written for the C engine if every value were needed: to measure the share of writing."""
        round = _Round(self, view)
        round.read(range(len(self.getters)))
        return ["".join([round.texts[slot] for slot in block.slots]) for block in (*self._first, *self._second)]

    def _before_their_window(self, view: View, chosen: Collection[int]) -> dict[int, Judgement]:
        results: dict[int, Judgement] = {}
        for at in self._windows:
            requirement = self._steps[at].requirement
            if at in chosen and requirement.within is not None and not begun(requirement.within, view):
                results[at] = Judgement(requirement, NOT_APPLICABLE, view, reason=NOT_BEGUN)
        return results

    def _judgement(self, step: _Step, bound: int, round: _Round) -> Judgement:
        value, target, excuse = round.values[step.value], round.truth(step.target), FALSE
        if step.requirement.unless is not None:
            excuse = round.truth(step.excuse)
        if round.faults:
            fault = round.fault(step, bound, target, excuse)
            if fault is not None:
                return Judgement(step.requirement, ERROR, round.view, message=f"{type(fault).__name__}: {fault}")
        measured = 0 if isinstance(value, NoValue) else 1
        outcome, reason = self._outcomes.of((bound, step.review, measured, target, excuse, step.permit))
        return Judgement(step.requirement, outcome, round.view, value, reason)

    def _step(self, requirement: Requirement, permits: Mapping[str, Requirement]) -> _Step:
        reference = found(self._scope, requirement.indicator, requirement.binds)
        value = self._operand(Operand(reference.name, reference.above, requirement.within), reference)
        review = requirement.target.needs_review is not None
        bound, bound_on = self._condition(requirement.where, requirement)
        excuse: tuple[str, str] = (NEVER, HOLDS)
        excuse_on: tuple[int, ...] = ()
        if requirement.unless is not None:
            excuse, excuse_on = self._condition(permits[requirement.unless].where, requirement)
        target = (NEVER, NEVER) if review else _names(lower_target(requirement, reference), self._targets)
        return _Step(
            requirement,
            bound,
            target,
            excuse,
            value,
            bound_on,
            excuse_on,
            int(review),
            int(requirement.force == "permit"),
        )

    def _condition(self, condition: Condition, requirement: Requirement) -> tuple[tuple[str, str], tuple[int, ...]]:
        known = self._lowered.get((condition, requirement.binds))
        if known is not None:
            return known
        operands = []
        for name in dict.fromkeys(condition.names()):
            reference = found(self._scope, name, requirement.binds)
            operands.append(self._operand(Operand(name, reference.above), reference))
        pair = lower_condition(condition, requirement.binds, self._scope)
        lowered = self._lowered[condition, requirement.binds] = _names(pair, self._conditions), tuple(operands)
        return lowered

    def _operand(self, operand: Operand, reference: Reference) -> int:
        number = self.fields.operand(operand, reference.type)
        if number == len(self.getters):
            self.getters.append(_getter(operand, reference))
        return number


def _names(pair: Pair, truths: Truths) -> tuple[str, str]:
    return truths.name(pair.true), truths.name(pair.false)


def _getter(operand: Operand, reference: Reference) -> Callable[[View], Any]:
    plain = reader_of(reference)
    window = operand.within
    if window is None:
        return plain
    return lambda view: total(window, view, reference, plain)
