"""What a ruleset is once it has been read: its document, and the parts that are read only when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gradeeval.language.nodes import NOWHERE, Indicator, Number, Origin, Requirement
from gradeeval.profiles.profile import Roster
from gradeeval.timeline import Span
from gradeeval.vocabulary import Values


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A published policy document. ``date`` and ``horizon`` are None where the text does not say.

    ``retired`` are ids of requirements that are no more, each with the reason; they are never used again.
    """

    id: str
    title: str
    jurisdiction: str
    title_en: str | None = None
    number: str | None = None
    issuer: str | None = None
    date: str | None = None
    horizon: Span | None = None
    tolerance: Number = 5
    source: str | None = None
    supersedes: tuple[tuple[str, str], ...] = ()
    related: tuple[tuple[str, str], ...] = ()
    retired: tuple[tuple[str, str], ...] = ()
    note: str | None = None
    namespace: str | None = None

    @property
    def last_day(self) -> str | None:
        """The end of the horizon: what a demand without a date of its own takes as its due date."""
        return f"{self.horizon.last}-12-31" if self.horizon is not None and self.horizon.last is not None else None


@dataclass(frozen=True, slots=True)
class Ruleset:
    """One document, encoded: the folder, its indicators and types; ``origin`` names the distribution or folder it is of."""

    document: PolicyDocument
    folder: Path
    origin: str
    indicators: tuple[Indicator, ...] = ()
    types: tuple[Values, ...] = ()


@dataclass(frozen=True, slots=True)
class Library:
    """Indicators, types and rosters that several documents use."""

    indicators: tuple[Indicator, ...] = ()
    types: tuple[Values, ...] = ()
    rosters: tuple[Roster, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a segment with one status; ``chars`` is its length in the normalised text."""

    opens: str
    chars: int
    status: str
    requirements: tuple[str, ...] = ()
    why: str | None = None
    accounts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One segment of the source text and how each piece of it is accounted for."""

    clause: str
    at: int
    opens: str
    sha256: str
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """One example: a sparse profile and the outcome that is expected of it. All parts are plain data.

    ``value``: the figure that is judged. ``due``: the day from which a miss is overdue. ``beyond_range``: whether it is more
    than the printed range. None: not said.
    """

    requirement: str
    title: str
    expected: str
    period: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    facts: Mapping[str, object] = field(default_factory=dict)
    earlier: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    parts: tuple[Mapping[str, object], ...] | None = None
    above: tuple[Mapping[str, object], ...] = ()
    value: Number | None = None
    due: str | None = None
    beyond_range: bool | None = None
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Equivalent:
    """A change of a rule, by the id of its mutant, that is declared to change no outcome, and why."""

    mutant: str
    why: str
    origin: Origin = NOWHERE


@dataclass(frozen=True, slots=True)
class Loaded:
    """The requirements of a ruleset, checked, and the digest of all its rules."""

    requirements: tuple[Requirement, ...]
    digest: str
