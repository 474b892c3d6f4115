"""CSV: one line for each finding, all columns, for Excel and for programs."""

from __future__ import annotations

import csv
import io
from datetime import date

from gradeeval.findings.result import Result
from gradeeval.reports import whole_tables
from gradeeval.reports.cells import Cell
from gradeeval.reports.composing import build_report
from gradeeval.reports.content import Figure
from gradeeval.reports.rendering import Layout

_RUNS = tuple("=+-@＝＋－＠\t\r\n|")
"""What makes Excel (or what reads like Excel) take a text for a formula or a command."""


def render(result: Result, layout: Layout) -> bytes:  # noqa: ARG001 - the signature of all renderers
    """UTF-8 with a byte order mark and CRLF, as Excel reads it. A text that Excel would run has an apostrophe before it."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    table = whole_tables.everything(build_report(result), always_named=True)
    writer.writerow([heading.text for heading in table.headings])
    writer.writerows([shown(cell) for cell in row] for row in table.rows)
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def shown(cell: Cell) -> str:
    """A cell as text that no spreadsheet runs; a figure that is a number is one, even below zero."""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Figure):
        return cell.text if cell.number is not None else inert(cell.text)
    return inert(cell) if isinstance(cell, str) else str(cell)


def inert(text: str) -> str:
    """The text with an apostrophe before it where it would be run."""
    return f"'{text}" if text.lstrip().startswith(_RUNS) else text
