"""Runs a ruleset's own examples: a sparse profile each, and the outcome that is expected of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gradeeval.engines.cases import CaseWorld, problem_of
from gradeeval.engines.judgement import Judgement
from gradeeval.errors import InvalidContent
from gradeeval.evaluate.judging import EngineFactory
from gradeeval.language.nodes import Requirement
from gradeeval.language.scope import Scope
from gradeeval.messages import _
from gradeeval.rulesets.ruleset import Case, PolicyDocument


@dataclass(frozen=True, slots=True)
class Ran:
    """A case and what came out."""

    case: Case
    judgement: Judgement

    @property
    def passed(self) -> bool:
        """Whether it came out as expected."""
        return self.judgement.outcome == self.case.expected


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
        yield Ran(case, engines[requirement.id].judge(view)[0])
