"""A run of ``check``: the world of all profiles and rosters, and for each subject its findings, verdicts and roll-up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gradeeval.engines.judgement import MET, UNMET, Judgement
from gradeeval.engines.reference import compile_requirement
from gradeeval.engines.views import View, World
from gradeeval.evaluate.rollup import roll_up
from gradeeval.evaluate.selection import Wanted, binds_sort, documents_for, in_force, requirements_for
from gradeeval.evaluate.verdict import Entry
from gradeeval.files.canonical import digest
from gradeeval.findings.finding import Finding, make_finding
from gradeeval.findings.relations import overridden, relate, related_ids, replacement
from gradeeval.findings.result import RollUp, SubjectResult
from gradeeval.language.nodes import Reach, Requirement
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
        beside = self._beside(chosen, gone, documents, profile)
        judgements = [*engine.judge(view), *(self._engine(beside).judge(view) if beside else ())]
        related = relate([self._finding(judgement, view) for judgement in judgements])
        findings = tuple(related[: len(chosen)])
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
        documents = documents_for(profile, self.documents.values(), self.world.regions, self.as_of, self.wanted)
        found = [
            requirement
            for document in documents
            for requirement in self.requirements(document.id)
            if self.wanted.takes(requirement)
        ]
        replacing = self._replacing(profile)

        def judge(requirements: Sequence[Requirement], part: View) -> list[Judgement]:
            return self._judge_part(requirements, part, replacing)

        return roll_up(self.world.view(profile), found, judge)

    def _selected(self, profile: Profile) -> tuple[list[PolicyDocument], list[Requirement], list[Requirement]]:
        documents = documents_for(profile, self.documents.values(), self.world.regions, self.as_of, self.wanted)
        chosen, gone = requirements_for(
            profile, {document.id: self.requirements(document.id) for document in documents}, self.wanted
        )
        return documents, chosen, gone

    def _beside(
        self,
        chosen: Sequence[Requirement],
        gone: Sequence[Requirement],
        documents: Iterable[PolicyDocument],
        profile: Profile,
    ) -> list[Requirement]:
        """Requirements that were not asked for, but replace, cover or extend one that was, or are so themselves."""
        have = {requirement.id for requirement in (*chosen, *gone)}
        named = {id for requirement in chosen for id in related_ids(requirement)}
        return [
            requirement
            for document in documents
            for requirement in self.requirements(document.id)
            if requirement.id not in have
            and (requirement.id in named or not have.isdisjoint(related_ids(requirement)))
            and binds_sort(requirement, profile)
        ]

    def _replacing(self, whole: Profile) -> Mapping[str, list[Requirement]]:
        """By id of what is replaced: the requirements of documents in force in the subject or in a part of it."""
        found: dict[str, list[Requirement]] = {}
        around = {row.id for row in self.world.chain(whole.region, whole.period.end)}
        for document in self.documents.values():
            inside = {row.id for row in self.world.chain(document.jurisdiction, whole.period.end)}
            if (whole.region in inside or document.jurisdiction in around) and in_force(
                document, self.as_of, self.wanted
            ):
                for requirement in self.requirements(document.id):
                    if requirement.replaces is not None:
                        found.setdefault(requirement.replaces, []).append(requirement)
        return found

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

    def _judge_part(
        self, requirements: Sequence[Requirement], part: View, replacing: Mapping[str, list[Requirement]]
    ) -> list[Judgement]:
        """The judgements on a part, those that a requirement in force there replaces as such."""
        judgements = self._engine(requirements).judge(part)
        if not replacing:
            return judgements
        around = {row.id for row in self.world.chain(part.region, part.period.end)}
        for index, judgement in enumerate(judgements):
            for other in replacing.get(judgement.requirement.id, ()):
                if self.documents[other.document].jurisdiction in around and _is_of(part, other.binds):
                    (by,) = self._engine([other]).judge(part)
                    judgement = overridden(judgement, replacement(by))
            judgements[index] = judgement
        return judgements

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


def _is_of(view: View, reach: Reach) -> bool:
    """Whether a subject is of that sort."""
    return view.kind == reach.kind and reach.tier in (None, view.tier) and reach.type in (None, view.type)


def _entry(finding: Finding) -> Entry:
    return finding.requirement.force, finding.binding, finding.outcome
