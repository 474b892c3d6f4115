"""A run of ``check``: the world of all profiles and rosters, and for each subject its findings, verdicts and roll-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gradeeval.engines.judgement import MET, UNMET, Judgement
from gradeeval.engines.reference import compile_requirement
from gradeeval.engines.views import View, World
from gradeeval.evaluate.rollup import roll_up
from gradeeval.evaluate.selection import Wanted, documents_for, requirements_for
from gradeeval.evaluate.verdict import Entry
from gradeeval.files.canonical import digest
from gradeeval.findings.finding import Finding, make_finding
from gradeeval.findings.result import RollUp, SubjectResult
from gradeeval.language.nodes import Requirement
from gradeeval.language.scope import Scope
from gradeeval.messages import _, day, listed
from gradeeval.profiles.profile import Profile
from gradeeval.rulesets.ruleset import PolicyDocument


class Engine(Protocol):
    """What judges: ``reference`` or ``forward``."""

    name: str

    def judge(self, view: View) -> list[Judgement]:
        """One judgement for each of its requirements."""

    def verdict(self, entries: Iterable[Entry]) -> str:
        """The verdict of these findings."""


EngineFactory = Callable[[Sequence[Requirement], Scope, Mapping[str, Requirement]], Engine]


@dataclass(slots=True)
class Evaluator:
    """Judges subjects of one world. Requirements of a document are asked of ``requirements`` when first needed."""

    world: World
    documents: Mapping[str, PolicyDocument]
    requirements: Callable[[str], Sequence[Requirement]]
    make_engine: EngineFactory
    as_of: str
    wanted: Wanted = field(default_factory=Wanted)
    _engines: dict[tuple[str, ...], Engine] = field(default_factory=dict)

    def subject(self, profile: Profile) -> SubjectResult:
        """The findings and verdicts on the subject of ``profile`` in the period of ``profile``."""
        view = self.world.view(profile)
        documents, chosen, gone = self._selected(profile)
        engine = self._engine(chosen)
        judgements = engine.judge(view)
        findings = tuple(self._finding(judgement, view) for judgement in judgements)
        entries = [(finding, _entry(finding)) for finding in findings]
        verdicts = {
            document.id: engine.verdict(
                entry for finding, entry in entries if finding.requirement.document == document.id
            )
            for document in documents
            if any(finding.requirement.document == document.id for finding in findings)
        }
        return SubjectResult(
            view=view,
            findings=findings,
            verdict=engine.verdict(entry for _finding, entry in entries),
            verdicts=verdicts,
            digest=digest(profile.plain),
            notes=tuple(self._notes(profile, gone)),
        )

    def roll_up(self, profile: Profile) -> list[RollUp]:
        """The requirements that bind parts of the subject: the roster's parts by outcome."""
        if profile.kind == "institution":
            return []
        documents = documents_for(profile, self.documents.values(), self.world, self.as_of, self.wanted)
        found = [
            requirement
            for document in documents
            for requirement in self.requirements(document.id)
            if self.wanted.takes(requirement)
        ]
        return roll_up(self.world.view(profile), found, self._judge_part)

    def _selected(self, profile: Profile) -> tuple[list[PolicyDocument], list[Requirement], list[Requirement]]:
        documents = documents_for(profile, self.documents.values(), self.world, self.as_of, self.wanted)
        chosen, gone = requirements_for(
            profile, {document.id: self.requirements(document.id) for document in documents}, self.wanted
        )
        return documents, chosen, gone

    def _engine(self, chosen: Sequence[Requirement]) -> Engine:
        key = tuple(requirement.id for requirement in chosen)
        engine = self._engines.get(key)
        if engine is None:
            engine = self._engines[key] = self.make_engine(chosen, self.world.scope, self._permits(chosen))
        return engine

    def _permits(self, chosen: Sequence[Requirement]) -> dict[str, Requirement]:
        documents = {requirement.document for requirement in chosen if requirement.unless is not None}
        return {
            permit.id: permit
            for document in documents
            for permit in self.requirements(document)
            if permit.force == "permit"
        }

    def _judge_part(self, requirements: Sequence[Requirement], part: View) -> list[Judgement]:
        return self._engine(requirements).judge(part)

    def _finding(self, judgement: Judgement, view: View) -> Finding:
        return make_finding(judgement, view, self.world.scope, self.as_of, self._late(judgement, view))

    def _late(self, judgement: Judgement, view: View) -> bool:
        """Whether it is met now and was not in the period of its due date."""
        due = judgement.requirement.due
        if judgement.outcome != MET or due is None or due >= view.period.end or judgement.requirement.every_year:
            return False
        before = self.world.judged((view.kind, view.id), due)
        if before is None or before.period.end[:4] != due[:4]:
            return False
        requirement = judgement.requirement
        judge = compile_requirement(requirement, self.world.scope, self._permits([requirement]))
        return judge(self.world.view(before)).outcome == UNMET

    def _notes(self, profile: Profile, gone: Sequence[Requirement]) -> Iterable[str]:
        later = [
            other.period.text for other in self.world.history.get(profile.key, ()) if other.period.end > self.as_of
        ]
        if later:
            yield _("时期 {periods} 在评定日 {as_of} 之后，未计入").format(periods=listed(later), as_of=day(self.as_of))
        for requirement in gone:
            yield _("{id} 已由后来的要求取代，未评定").format(id=requirement.id)
        if not self.world.chain(profile.region, profile.period.end):
            yield _("名册中没有区域 {region}，因此没有文件适用").format(region=profile.region)


def _entry(finding: Finding) -> Entry:
    return finding.requirement.force, finding.binding, finding.outcome
