"""What a report says, once for all forms of file: every selected requirement, in the order that evaluators act in.

All texts are in the language in use and free of control characters; what a form has to escape beyond that is its own affair.
Traces are not kept here, they are long: ``lines.trace_lines`` makes that of a row when it is wanted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from gradeeval.findings.finding import Finding
from gradeeval.findings.result import Result, SubjectResult
from gradeeval.language.nodes import Requirement
from gradeeval.messages import _
from gradeeval.reports import figures, naming, words
from gradeeval.reports.page import clean
from gradeeval.reports.ranking import by_weight

MARKS: Mapping[str, str] = {
    "met": "✓",
    "unmet": "✗",
    "unknown": "?",
    "needs_review": "✎",
    "error": "!",
    "not_applicable": "–",
}
"""A sign for each outcome, to stand beside its colour."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as shown and, where it is one number, that number exact with what stands before and behind it.

    ``digits`` is how many decimals are shown and ``grouped`` whether there are commas. ``part`` and ``whole`` are the
    numerator and the denominator of a quotient.
    """

    text: str
    number: Fraction | None = None
    before: str = ""
    behind: str = ""
    digits: int = 0
    grouped: bool = False
    part: Fraction | None = None
    whole: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Named:
    """A subject by id, name and the regions around it."""

    id: str
    name: str
    place: str


@dataclass(frozen=True, slots=True)
class Row:
    """One finding in words. ``number`` counts the findings of a subject from 1 in the order of the documents.

    ``outcome`` says also whether it is due; ``due`` where the deadline comes from. ``evidence`` is what the profile names
    or, where it names none, what has to be at hand. ``why`` is what the outcome rests on beside the figures: the reason, the
    missing facts, the question to judge, the fault.
    """

    number: int
    finding: Finding
    id: str
    document: str
    clause: str
    quote: str
    title: str
    actual: Figure
    target: Figure
    gap: Figure
    outcome: str
    force: str
    due: str
    offices: str
    department: str
    system: str
    evidence: str
    why: str
    remarks: str
    reading: str

    @property
    def code(self) -> str:
        """The code of the outcome."""
        return self.finding.outcome

    @property
    def target_short(self) -> Figure:
        """The target where it has to be short: of a long list only how many."""
        text = clean(words.target(self.finding.requirement.target, self.finding.reference, figures.MOST_CODES))
        return self.target if text == self.target.text else Figure(text)

    @property
    def due_day(self) -> str | None:
        """The deadline as a date; None for a standing duty."""
        return self.finding.requirement.due

    @property
    def short_id(self) -> str:
        """The id without the document."""
        return naming.short_id(self.id)


@dataclass(frozen=True, slots=True)
class Offenders:
    """Who pulls the share or count of a row down, and of whom it is not known."""

    row: Row
    lacking: tuple[Named, ...]
    unsure: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Wanting:
    """A fact that is missing: of whom (empty: the subject itself), of when, who holds it, what waits for it.

    ``mandatory`` and ``alone`` count the requirements that are mandatory and that this fact alone would decide.
    """

    fact: str
    name: str
    of: tuple[str, ...]
    periods: str
    department: str
    system: str
    requirements: tuple[str, ...]
    mandatory: int
    alone: int


@dataclass(frozen=True, slots=True)
class Rolled:
    """A requirement that binds parts of the subject: the parts by outcome, and those of the roster without a profile."""

    requirement: Requirement
    id: str
    document: str
    clause: str
    quote: str
    title: str
    sort: str
    force: str
    due: str
    outcomes: Mapping[str, tuple[Named, ...]]
    absent: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many findings have an outcome, and how many of them are on mandatory requirements."""

    code: str
    outcome: str
    all: int
    mandatory: int


@dataclass(frozen=True, slots=True)
class DocumentVerdict:
    """A document that the subject was judged over, and what came out."""

    title: str
    number: str
    issuer: str
    code: str
    verdict: str


@dataclass(frozen=True, slots=True)
class SubjectReport:
    """All that is said of one subject. ``rows`` are all findings in the order of the documents, each once."""

    subject: SubjectResult
    id: str
    name: str
    sort: str
    place: str
    period: str
    code: str
    verdict: str
    verdict_short: str
    documents: tuple[DocumentVerdict, ...]
    grounds: tuple[str, ...]
    counts: tuple[Count, ...]
    notes: tuple[str, ...]
    digest: str
    rows: tuple[Row, ...]
    offenders: tuple[Offenders, ...]
    wanting: tuple[Wanting, ...]
    rolled: tuple[Rolled, ...]

    def of(self, *codes: str) -> list[Row]:
        """The rows of these outcomes, one outcome after the other, the weightiest first."""
        found: list[Row] = []
        for code in codes:
            those = {id(row.finding): row for row in self.rows if row.code == code}
            found.extend(those[id(finding)] for finding in by_weight(row.finding for row in those.values()))
        return found


@dataclass(frozen=True, slots=True)
class Basis:
    """What the report rests on: a ruleset or roster by id, title and digest."""

    kind: str
    id: str
    title: str
    digest: str


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. ``signatures`` are the labels of the lines to sign on."""

    result: Result
    title: str
    as_of: str
    engine: str
    subjects: tuple[SubjectReport, ...]
    basis: tuple[Basis, ...]
    notes: tuple[str, ...]
    signatures: tuple[str, ...]


def labelled(label: str, text: str) -> str:
    """``label：text``, as the language in use writes it."""
    return _("{label}：{text}").format(label=label, text=text)
