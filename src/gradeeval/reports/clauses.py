"""How a requirement is pointed at: its clause, its short id and, where there are several documents, the document."""

from __future__ import annotations

from gradeeval.findings.result import Result
from gradeeval.language.nodes import Requirement
from gradeeval.reports import naming
from gradeeval.reports.fitting import Cell
from gradeeval.reports.page import Page

_WIDE = 110


def clause(requirement: Requirement, result: Result, page: Page) -> Cell:
    """For a cell of a table: one line where the terminal is wide, else one below the other."""
    return one_line(requirement, result) if page.room >= _WIDE else _parts(requirement, result)


def one_line(requirement: Requirement, result: Result) -> str:
    """For a running text."""
    return " ".join(_parts(requirement, result))


def _parts(requirement: Requirement, result: Result) -> tuple[str, ...]:
    named = requirement.clause, naming.short_id(requirement.id)
    return named if len(result.documents) < 2 else (*named, requirement.document)
