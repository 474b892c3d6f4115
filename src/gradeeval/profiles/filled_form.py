"""What a filled form gives, before it is checked as a profile: plain data, and where each value of it stands."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gradeeval.files.writing import escape_controls
from gradeeval.messages import _
from gradeeval.problems import Problem

Place = tuple[str, int, int, str]
"""Sheet (empty for CSV), row, column and the title of what is asked."""


def cell_problem(path: Path, sheet: str, row: int, column: int, message: str) -> Problem:
    """A problem of one cell: ``医务部!E7`` of a workbook, line and column of a CSV file."""
    message = escape_controls(message)
    if not sheet:
        return Problem(message, str(path), row, column)
    from gradeeval.profiles.workbook import column_letters

    return Problem(message, str(path), None, None, f"{escape_controls(sheet)}!{column_letters(column)}{row}")


@dataclass(slots=True)
class FilledForm:
    """What a form gives: profiles as plain data, what was wrong with cells, and what is only worth knowing.

    ``faulty`` are the indices of items of which a cell was refused, -1 for all of them; ``rulesets`` the digests that the form was made from.
    """

    path: Path
    data: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    faulty: set[int] = field(default_factory=set)
    rulesets: dict[str, str] = field(default_factory=dict)
    places: dict[tuple[str | int, ...], Place] = field(default_factory=dict)

    def place(self, path: tuple[str | int, ...] = ()) -> tuple[int, int]:
        """Row and column of the cell of the value at ``path``, or of what holds it."""
        _sheet, row, column, _title = self._cell(path)
        return row, column

    def problem(self, message: str, path: tuple[str | int, ...] = ()) -> Problem:
        """A problem at ``path``, with sheet, row, column and what the row asks for."""
        sheet, row, column, title = self._cell(path)
        if title and len(path) > 1:
            message = _("“{title}”：{message}").format(title=title, message=message)
        return cell_problem(self.path, sheet, row, column, message)

    def _cell(self, path: tuple[str | int, ...]) -> Place:
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, ("", 1, 1, ""))
