"""What a report says, once for all forms of file: every selected requirement, in the order that evaluators act in.

It is made from the result of a check (``composing``) or from what ``batch`` has recorded (``recomposing``); forms know
neither. All texts are in the language in use and free of control characters; what a form has to escape beyond that is its
own affair. Traces are not kept here, they are long: ``Row.steps`` makes that of a row when it is wanted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from gradeeval.language.nodes import FORCES
from gradeeval.messages import _
from gradeeval.reports import naming
from gradeeval.reports.behind import Sentence
from gradeeval.reports.figures import Distance

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
class Line:
    """One line of a trace: its text, how far it is set in (terminal columns), whether it is a heading."""

    text: str
    indent: int = 0
    heading: bool = False


@dataclass(frozen=True, slots=True)
class Ranked:
    """A region right below, ranked by the same figure (None: not known); ``effect`` is how far it pulls the whole down."""

    who: Named
    rank: int | None
    actual: Figure
    effect: Figure


@dataclass(frozen=True, slots=True)
class Origin:
    """What a figure of a region or network comes from: in sentences, by name who lacks it or may, the regions below."""

    sentences: tuple[Sentence, ...]
    lacking: tuple[Named, ...]
    unsure: tuple[Named, ...]
    children: tuple[Ranked, ...]

    def said(self, *about: str) -> str:
        """The sentences about these things, or all of them."""
        return _("；").join(one.text for one in self.sentences if not about or one.about in about)


@dataclass(frozen=True, slots=True)
class Row:
    """One finding in words. ``number`` counts the findings of a subject from 1 in the order of the documents.

    ``ruleset`` is the id of the document, ``code`` and ``force_code`` are codes of outcome and force. ``outcome`` says also whether it is due; ``due`` where the
    deadline comes from, ``due_iso`` the same with the date as
    programs write it, ``due_day`` is the date alone (None: a standing duty). ``binding``: a miss counts for the verdict.
    ``evidence`` is what the profile names or, where it names none, what has to be at hand. ``why`` is what the outcome rests
    on beside the figures: the reason, the missing facts, the question to judge, the fault. ``flags`` are the remarks and
    whether it is late or stale, ``question`` what a person has to judge. ``size`` is how much of the target is missing, from 0
    to 1 as a rule. ``steps`` makes the trace; None where none was kept.
    """

    number: int
    code: str
    id: str
    ruleset: str
    document: str
    clause: str
    quote: str
    title: str
    actual: Figure
    target: Figure
    target_short: Figure
    gap: Figure
    outcome: str
    force: str
    force_code: str
    due: str
    due_iso: str
    due_day: str | None
    overdue: bool | None
    responsible: tuple[str, ...]
    offices: str
    department: str
    system: str
    topics: tuple[str, ...]
    binds: str
    evidence: str
    why: str
    question: str
    remarks: str
    flags: str
    relations: str
    reading: str
    size: Fraction
    distance: Distance | None
    origin: Origin | None
    steps: Callable[[], tuple[Line, ...]] | None = field(repr=False)

    def trace(self) -> tuple[Line, ...]:
        """The steps; none where none were kept."""
        return self.steps() if self.steps is not None else ()

    @property
    def binding(self) -> bool:
        """Whether it is due or standing, so that a miss counts for the verdict."""
        return self.overdue is not False

    @property
    def short_id(self) -> str:
        """The id without the document."""
        return naming.short_id(self.id)


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
    """A requirement that binds parts of the subject: the parts by outcome, and those of the roster without a profile.

    ``counts`` are of all parts; of the results of ``batch`` the lists may name only the first of them, and none that meet it.
    """

    id: str
    clause: str
    title: str
    sort: str
    force: str
    force_code: str
    due_day: str | None
    counts: Mapping[str, int]
    outcomes: Mapping[str, tuple[Named, ...]]
    absent: tuple[Named, ...]
    absences: int

    @property
    def complete(self) -> bool:
        """Whether every part is named."""
        return all(len(self.outcomes.get(code, ())) == count for code, count in self.counts.items())


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
    """All that is said of one subject. ``rows`` are all findings in the order of the documents, each once.

    ``kind`` is that of the subject, ``file`` and ``line`` where its profile stands (empty and None where it has no file).
    """

    kind: str
    file: str
    line: int | None
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
    wanting: tuple[Wanting, ...]
    rolled: tuple[Rolled, ...]

    def of(self, *codes: str) -> list[Row]:
        """The rows of these outcomes, one outcome after the other, the weightiest first."""
        return [row for code in codes for row in sorted((row for row in self.rows if row.code == code), key=_weight)]

    @property
    def origins(self) -> list[tuple[Row, Origin]]:
        """The rows that have something to tell of where their figure comes from: what is missed first."""
        return [(row, row.origin) for row in self.of("unmet", "unknown", "met") if row.origin is not None]


def _weight(row: Row) -> tuple[int, bool, Fraction]:
    """By force, then due or standing before not yet due, then the larger relative gap."""
    return FORCES.index(row.force_code), not row.binding, -row.size


@dataclass(frozen=True, slots=True)
class Basis:
    """What the report rests on: a ruleset or roster by id, title and digest."""

    kind: str
    id: str
    title: str
    digest: str


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. ``signatures`` are the labels of the lines to sign on.

    ``traced``: it is made from findings and not from what was recorded of them, so it has steps and the missing facts.
    """

    title: str
    as_of: str
    engine: str
    traced: bool
    subjects: tuple[SubjectReport, ...]
    basis: tuple[Basis, ...]
    notes: tuple[str, ...]
    signatures: tuple[str, ...]


def labelled(label: str, text: str) -> str:
    """``label：text``, as the language in use writes it."""
    return _("{label}：{text}").format(label=label, text=text)
