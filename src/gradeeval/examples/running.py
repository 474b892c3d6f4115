"""Runs a ruleset's own examples: a sparse profile each, and the outcome that is expected of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gradeeval.engines.cases import CaseWorld, problem_of
from gradeeval.engines.judgement import Judgement
from gradeeval.errors import InvalidContent
from gradeeval.evaluate.judging import EngineFactory
from gradeeval.findings.finding import is_overdue, make_finding
from gradeeval.language.nodes import Requirement
from gradeeval.language.scope import Scope
from gradeeval.messages import _
from gradeeval.quantity import Interval, natural
from gradeeval.rulesets.ruleset import Case, PolicyDocument
from gradeeval.timeline import day_before


@dataclass(frozen=True, slots=True)
class Ran:
    """A case and what came out; ``value``, ``due`` and ``beyond_range`` are false where what the case says is not so."""

    case: Case
    judgement: Judgement
    value: bool = True
    due: bool = True
    beyond_range: bool = True

    @property
    def outcome(self) -> bool:
        """Whether the outcome is the expected one."""
        return self.judgement.outcome == self.case.expected

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return self.outcome and self.value and self.due and self.beyond_range


def run_examples(
    cases: Iterable[Case],
    requirements: Sequence[Requirement],
    document: PolicyDocument,
    scope: Scope,
    make_engine: EngineFactory,
) -> Iterator[Ran]:
    """Runs each case. Raises ``InvalidContent`` where a case names an unknown requirement, field or fact."""
    by_id = {requirement.id: requirement for requirement in requirements}
    permits = {requirement.id: requirement for requirement in requirements if requirement.force == "permit"}
    engines: dict[str, Any] = {}
    for case in cases:
        requirement = by_id.get(case.requirement)
        if requirement is None:
            raise InvalidContent([problem_of(case, _("没有要求 {id}").format(id=case.requirement))])
        if requirement.id not in engines:
            engines[requirement.id] = make_engine([requirement], scope, permits)
        view = CaseWorld(case, requirement, document, scope).view
        yield compared(case, engines[requirement.id].judge(view)[0], scope)


def compared(case: Case, judgement: Judgement, scope: Scope) -> Ran:
    """A judgement beside all that the case says of it."""
    value = due = beyond_range = True
    if case.value is not None:
        value = known_number(judgement, scope) == Fraction(case.value)
    if case.due is not None and not judgement.years:  # a year of ``every_year`` is due at its own end
        on_day, before = (is_overdue(judgement.requirement, judgement, day) for day in (case.due, day_before(case.due)))
        due = on_day is True and before is False
    if case.beyond_range is not None:
        notes = make_finding(judgement, judgement.view, scope, judgement.view.period.end).notes
        beyond_range = ("beyond_range" in notes) == case.beyond_range
    return Ran(case, judgement, value, due, beyond_range)


def known_number(judgement: Judgement, scope: Scope) -> Fraction | None:
    """The number that was judged, as people write it; None where it is not one known number."""
    value = judgement.value
    if isinstance(value, Interval) and value.known:
        value = value.lo
    if isinstance(value, bool) or not isinstance(value, int | Fraction):
        return None
    return natural(value, scope.types[judgement.requirement.indicator].decimals)
