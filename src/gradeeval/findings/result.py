"""The result of a check: subjects, findings, roll-up, and what they rest on. What every report is made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from gradeeval.engines.views import View
from gradeeval.findings.finding import Finding
from gradeeval.language.nodes import Requirement
from gradeeval.language.scope import Scope
from gradeeval.rulesets.ruleset import PolicyDocument


@dataclass(frozen=True, slots=True)
class SubjectResult:
    """One subject: its view in the judged period, the findings on it, the verdict, and notes in words."""

    view: View
    findings: tuple[Finding, ...]
    verdict: str
    verdicts: Mapping[str, str]
    digest: str
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> Mapping[str, int]:
        """How many findings by outcome."""
        return Counter(finding.outcome for finding in self.findings)


@dataclass(frozen=True, slots=True)
class RollUp:
    """A requirement that binds parts of a region or network: the roster's parts by outcome, absent ones by name."""

    requirement: Requirement
    subject: View
    outcomes: Mapping[str, tuple[View, ...]]
    absent: tuple[View, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """All of one run of ``check``. ``permits`` are the permissions that findings may be excused by: what a trace needs."""

    as_of: str
    subjects: tuple[SubjectResult, ...]
    roll_up: tuple[RollUp, ...]
    documents: Mapping[str, PolicyDocument]
    rulesets: tuple[tuple[str, str], ...]
    rosters: tuple[tuple[str, str], ...]
    scope: Scope
    engine: str
    notes: tuple[str, ...] = ()
    permits: Mapping[str, Requirement] = field(default_factory=dict)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all subjects, in their order."""
        return tuple(finding for subject in self.subjects for finding in subject.findings)
