"""What a page shows as pictures and grids: chapters, distances to targets, deadlines, rankings, members × requirements.

Each holds the figures as text too: a picture is never the only place where something stands.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from gradeeval.engines.judgement import MET, NEEDS_REVIEW, UNKNOWN, UNMET
from gradeeval.language.nodes import FORCES
from gradeeval.messages import _, day
from gradeeval.reports.charts import Deadline, bullet_bar, outcome_bar, timeline
from gradeeval.reports.content import Named, Report, Rolled, Row, SubjectReport

STACKED = (MET, UNMET, UNKNOWN, NEEDS_REVIEW)
"""The outcomes that bars are made of, from the left or from below. What does not apply is only counted."""

MOST_BULLETS = 60
MOST_MEMBERS = 300

_DIGITS = "零一二三四五六七八九十"
_CHAPTER = re.compile(r"[^（]*(?:（[^）]*）)?")


@dataclass(frozen=True, slots=True)
class Bar:
    """A line of a chart of outcomes: ``counts`` by outcome, ``whole`` all of them with those that do not apply."""

    label: str
    counts: Mapping[str, int]
    picture: str

    @property
    def whole(self) -> int:
        """All that was counted."""
        return sum(self.counts.values())

    @property
    def decided(self) -> int:
        """Those that are met or unmet."""
        return self.counts.get(MET, 0) + self.counts.get(UNMET, 0)

    @property
    def rate(self) -> str:
        """How many of those decided are met; a dash where none is."""
        if not self.decided:
            return "—"
        tenths = self.counts.get(MET, 0) * 1000 // self.decided
        return f"{tenths // 10}.{tenths % 10}%"


@dataclass(frozen=True, slots=True)
class Bullet:
    """A row with its value against its target; ``index`` is that of the row in the table of findings."""

    index: int
    row: Row
    subject: str
    picture: str


@dataclass(frozen=True, slots=True)
class DueDay:
    """A deadline with its counts, and how many days it is from the day of judgement (negative: passed)."""

    day: str
    counts: Mapping[str, int]
    days: int

    @property
    def label(self) -> str:
        """The day in local form."""
        return day(self.day)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The deadlines in their order, the picture of them, and how many findings are standing duties."""

    days: tuple[DueDay, ...]
    picture: str
    standing: int


@dataclass(frozen=True, slots=True)
class HeatLine:
    """A requirement with the outcome of each member, in the order of the members; None where it does not bind one."""

    rolled: Rolled
    outcomes: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one sort: ranked, and the grid of members × requirements. ``left_out`` members do not fit the grid."""

    sort: str
    ranked: tuple[Bar, ...]
    members: tuple[Named, ...]
    lines: tuple[HeatLine, ...]
    left_out: int = 0


@dataclass(slots=True)
class _Sort:
    members: dict[str, Named] = field(default_factory=dict)
    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    lines: list[tuple[Rolled, dict[str, str]]] = field(default_factory=list)


def chapters(report: Report) -> tuple[tuple[str, tuple[Bar, ...]], ...]:
    """For each document the outcomes by chapter, in the order of the document."""
    found: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for subject in report.subjects:
        for row in subject.rows:
            match = _CHAPTER.match(row.clause)
            found[row.document][match.group() if match else row.clause][row.code] += 1
    every = [counts for chapters in found.values() for counts in chapters.values()]
    longest = _longest(every)
    return tuple(
        (
            document,
            tuple(
                Bar(label, chapters[label], _bar(chapters[label], longest)) for label in sorted(chapters, key=_place)
            ),
        )
        for document, chapters in found.items()
    )


def _place(chapter: str) -> list[tuple[int, str]]:
    """Where a chapter stands: by its numbers, which in Chinese do not sort as text."""
    return [(_read(part), part) for part in re.findall(f"[{_DIGITS}]+|[^（）{_DIGITS}]+", chapter)]


def _read(numeral: str) -> int:
    """一 to 九十九; 0 for anything else, which so comes first (首部)."""
    tens, ten, ones = numeral.rpartition("十")
    digits = [_DIGITS.find(digit) for digit in (tens, ones) if digit]
    if any(digit < 1 for digit in digits):
        return 0
    return (10 * (_DIGITS.find(tens) if tens else 1) if ten else 0) + (_DIGITS.find(ones) if ones else 0)


def bullets(rows: Iterable[tuple[int, str, Row]]) -> tuple[tuple[Bullet, ...], int]:
    """Of rows (index, subject, row) those with a number against a number, the first ones, and how many are left out."""
    found: list[Bullet] = []
    left_out = 0
    for index, subject, row in rows:
        if row.distance is None or row.code not in STACKED or row.actual.text == "—":
            continue
        if len(found) < MOST_BULLETS:
            found.append(Bullet(index, row, subject, bullet_bar(row.distance)))
        else:
            left_out += 1
    return tuple(found), left_out


def deadlines(report: Report) -> Timeline:
    """The days on which findings are due."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    standing = 0
    for subject in report.subjects:
        for row in subject.rows:
            if row.code not in STACKED:
                continue
            if row.due_day is None:
                standing += 1
            else:
                found[row.due_day][row.code] += 1
    today = date.fromisoformat(report.as_of)
    days = tuple(DueDay(one, found[one], (date.fromisoformat(one) - today).days) for one in sorted(found))
    shown = [Deadline(item.day, item.label, tuple((code, item.counts[code]) for code in STACKED)) for item in days]
    label = _("评定日 {as_of}").format(as_of=day(report.as_of))
    return Timeline(days, timeline(shown, report.as_of, label) if shown else "", standing)


def subject_bars(subjects: Sequence[SubjectReport]) -> dict[str, Bar]:
    """The outcomes of each subject as a bar, by id, the best first."""
    counted = {
        subject.id: (subject.name, Counter({count.code: count.all for count in subject.counts})) for subject in subjects
    }
    longest = _longest(counts for _name, counts in counted.values())
    bars = {id: Bar(name, counts, _bar(counts, longest)) for id, (name, counts) in counted.items()}
    return dict(sorted(bars.items(), key=lambda pair: _rank(pair[1])))


def parts(rolled: Sequence[Rolled]) -> tuple[Parts, ...]:
    """The parts of a subject by sort, ranked, each with its grid; the grid takes the lowest members first."""
    sorts: dict[str, _Sort] = defaultdict(_Sort)
    for item in sorted(rolled, key=lambda item: FORCES.index(item.force_code)):
        own, cells = sorts[item.sort], {}
        for code, members in item.outcomes.items():
            for member in members:
                own.members[member.id] = member
                own.counts[member.id][code] += 1
                cells[member.id] = code
        own.lines.append((item, cells))
    return tuple(_parts(sort, own) for sort, own in sorts.items())


def _parts(sort: str, own: _Sort) -> Parts:
    longest = _longest(own.counts.values())
    bars = {id: Bar(member.name, own.counts[id], _bar(own.counts[id], longest)) for id, member in own.members.items()}
    ranked = sorted(bars, key=lambda id: _rank(bars[id]))
    members = ranked[-MOST_MEMBERS:]
    return Parts(
        sort,
        tuple(bars[id] for id in ranked),
        tuple(own.members[id] for id in members),
        tuple(HeatLine(item, tuple(cells.get(id) for id in members)) for item, cells in own.lines),
        len(ranked) - len(members),
    )


def _rank(bar: Bar) -> tuple[Fraction, int, int]:
    """The higher rate first, then who has more decided, then fewer unknown; who has nothing decided comes last."""
    rate = Fraction(bar.counts.get(MET, 0), bar.decided) if bar.decided else Fraction(-1)
    return -rate, -bar.decided, bar.counts.get(UNKNOWN, 0)


def _longest(every: Iterable[Mapping[str, int]]) -> int:
    return max((sum(counts.get(code, 0) for code in STACKED) for counts in every), default=1)


def _bar(counts: Mapping[str, int], longest: int) -> str:
    return outcome_bar([(code, counts.get(code, 0)) for code in STACKED], longest)
