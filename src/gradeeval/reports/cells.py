"""What tables of a report are made of: headings, rows and cells, for the forms that are made of tables.

A cell is a text, a whole number, a figure or a date; each form shows them in its own way. Where a table is about several
subjects, the subject stands in front.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from gradeeval.messages import _, day
from gradeeval.reports.content import MARKS, Figure, Row, SubjectReport
from gradeeval.timeline import is_date

Cell = str | int | Figure | date
DATE_WIDTH = 16
"""Columns that a date takes: a spreadsheet shows one that does not fit as ####."""

_Rows = Callable[[SubjectReport], Iterable[Sequence[Cell]]]


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column: its text and how wide it should be (columns of a terminal); ``blank`` is for filling in."""

    text: str
    width: int = 12
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table. ``rows`` can be gone through once; ``outcome`` is the number of the column that is coloured by outcome."""

    title: str
    headings: tuple[Heading, ...]
    rows: Iterable[Sequence[Cell]]
    outcome: int | None = None


def deadline(text: str | None) -> Cell:
    """A deadline as a date; of a standing duty the words."""
    return date.fromisoformat(text) if text is not None else _("常年要求")


def period(text: str) -> Cell:
    """The period of data: a day as a date, anything else as it is written."""
    return date.fromisoformat(text) if is_date(text) else text


def shown(cell: Cell) -> str:
    """A cell as text for people: a date in local form."""
    if isinstance(cell, date):
        return day(cell.isoformat())
    return cell.text if isinstance(cell, Figure) else str(cell)


def outcome(row: Row) -> str:
    """The outcome with its sign."""
    return f"{MARKS[row.code]} {row.outcome}"


def joined(*texts: str, between: str | None = None) -> str:
    """The texts that are not empty, one after the other."""
    return (_("；") if between is None else between).join(text for text in texts if text)


def of_subjects(
    title: str,
    subjects: Sequence[SubjectReport],
    headings: Sequence[Heading],
    rows: _Rows,
    *,
    outcome: int | None = None,
    always_named: bool = False,
) -> Table:
    """The rows of all subjects; with the subject in front where there are several, or where it is ``always_named``."""
    if len(subjects) < 2 and not always_named:
        return Table(title, tuple(headings), (row for subject in subjects for row in rows(subject)), outcome)
    return Table(
        title,
        (Heading(_("对象"), 24), Heading(_("对象编号"), 20), Heading(_("数据时期"), DATE_WIDTH), *headings),
        ([subject.name, subject.id, period(subject.period), *row] for subject in subjects for row in rows(subject)),
        None if outcome is None else outcome + 3,
    )
