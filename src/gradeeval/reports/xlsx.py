"""The Excel workbook: a sheet for each part of the report, to filter, fill in and print."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from gradeeval import __version__
from gradeeval.files.packing import repacked, spool
from gradeeval.findings.result import Result
from gradeeval.messages import _, day
from gradeeval.reports import tables, whole_tables, words
from gradeeval.reports.cells import Cell, Heading, Table, period, shown
from gradeeval.reports.composing import build_report
from gradeeval.reports.content import MARKS, Figure, Report, SubjectReport, labelled
from gradeeval.reports.rendering import Layout

MOST_SIGNS = 32_000
"""A cell of Excel holds 32,767 characters; a longer text is cut, and says so."""

_FONT = "宋体"
_THIN = Side("thin", color="FF999999")
_BOX = Border(_THIN, _THIN, _THIN, _THIN)
_HEAD = PatternFill("solid", fgColor="FFD9E2EC")
_BLANK = PatternFill("solid", fgColor="FFFFF9E5")
_COLOURS = {
    "met": ("FFE3F4E6", "FF14532D", False),
    "unmet": ("FFFBDCDC", "FF8B0000", True),
    "unknown": ("FFFFF1C9", "FF6B4B00", False),
    "needs_review": ("FFE0E9FB", "FF1E3A8A", False),
    "error": ("FFE4D7F5", "FF4C1D95", True),
    "not_applicable": ("FFF0F0F0", "FF555555", False),
}
"""Fill, letters and whether bold; the sign beside the word says the same in black and white."""

_LINE, _HIGHEST = 13.5, 400
"""The height of a line, and of the highest row, in points."""

_WIDE = 240
"""Tables that are wider than this (in characters) are printed on two pages side by side."""

_FIRST_DAY = date(1900, 3, 1)
"""Before it Excel counts a day that never was."""


def render(result: Result, layout: Layout) -> bytes:  # noqa: ARG001 - the signature of all renderers
    """The workbook; the same bytes for the same result."""
    return written(build_report(result))


def written(report: Report) -> bytes:
    """The workbook of a report. Rows are written as they are made and not kept."""
    subjects = report.subjects
    book = Workbook(write_only=True)
    book.properties.creator = "gradeeval"
    book.properties.title = report.title
    writer = _Writer(book)
    writer.front(report)
    for table, fixed in (
        (tables.gaps(subjects), 4),
        (tables.wanting(subjects) if report.traced else tables.unknown(subjects), 2),
        (tables.origins(subjects), 2),
        (tables.offenders(subjects), 2),
        (tables.ranking(subjects), 2),
        (tables.rolled(subjects), 2),
        (tables.reviews(subjects), 4),
        (whole_tables.everything(report), 2),
        *([(whole_tables.steps(report), 1)] if report.traced else []),
    ):
        writer.sheet(table, fixed)
    writer.back(report)
    with spool() as stream:
        book.save(stream)
        return repacked(stream, report.as_of)


class _Writer:
    """Writes sheets of one workbook, with the few styles that they share."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.plain = Font(_FONT, 10)
        self.bold = Font(_FONT, 10, bold=True)
        self.wrapped = Alignment(vertical="top", wrap_text=True)
        self.styles: dict[tuple[str, str, bool], Any] = {}
        self.middle = Alignment("center", "center", wrap_text=True)

    def sheet(self, table: Table, fixed: int) -> None:
        """A table with a head that stays, filters and print titles; ``fixed`` columns stay at the left."""
        sheet = self._opened(table.title, [heading.width for heading in table.headings])
        ahead = table.headings[0].text == _("对象")
        sheet.freeze_panes = f"{get_column_letter(min(fixed, 2) + 1 if ahead else fixed + 1)}2"
        sheet.append([self._head(sheet, heading) for heading in table.headings])
        count = 1
        for row in table.rows:
            count += 1
            lines = max(_lines(cell, heading.width) for cell, heading in zip(row, table.headings, strict=True))
            if lines > 1:
                sheet.row_dimensions[count].height = min(_HIGHEST, _LINE * lines + 3)
            sheet.append([self._cell(sheet, cell, table.headings[at]) for at, cell in enumerate(row)])
            sheet.row_dimensions.pop(count, None)
        if count == 1:
            count += 1
            sheet.append([self._text(sheet, _("（无）"), self.plain)])
        last, printed = (get_column_letter(at) for at in (len(table.headings), _printed_columns(table)))
        sheet.auto_filter.ref = f"A1:{last}{count}"
        self._printed(sheet, f"A1:{printed}{count}", "1:1")
        if sum(heading.width for heading in table.headings) > _WIDE:
            sheet.page_setup.fitToWidth = 2
            sheet.print_title_cols = "A:B"
        if table.outcome is not None and count > 1:
            self._coloured(sheet, get_column_letter(table.outcome + 1), count)

    def front(self, report: Report) -> None:
        """The verdict: of one subject as a box, of several as a table."""
        if len(report.subjects) != 1:
            self.sheet(whole_tables.overview(report), 1)
            return
        subject = report.subjects[0]
        sheet = self._opened(_("总评"), [22, 16, 16, 16, 16, 16, 16])
        count = 0
        for texts in _box(report, subject):
            wide = len(texts) == 2
            cells = [
                self._text(sheet, texts[0], self.bold),
                *(self._text(sheet, text, self.plain) for text in texts[1:]),
            ]
            if count == 0:
                cells[0].font = Font(_FONT, 16, bold=True)
                cells[0].alignment = Alignment(vertical="center")
            else:
                for cell in cells:
                    cell.border = _BOX
            if texts[0] == _("总评"):
                fill, letters, _bold = _COLOURS[_VERDICTS[subject.code]]
                cells[1].fill, cells[1].font = PatternFill("solid", fgColor=fill), Font(_FONT, 12, True, color=letters)
            count += 1
            if wide:
                cells.extend(self._bordered(sheet) for _column in range(5))
                sheet.merged_cells.add(f"B{count}:G{count}")
                sheet.row_dimensions[count].height = _LINE * _lines(texts[1], 6 * 16) + 3
            if count == 1:
                sheet.row_dimensions[count].height = 30
            sheet.append(cells)
        self._printed(sheet, f"A1:G{count}", None)

    def back(self, report: Report) -> None:
        """What it rests on, what the words mean, and the lines to sign on."""
        sheet = self._opened(_("说明"), [20, 30, 50, 70])
        count = 0
        for texts in _basis(report):
            cells = [self._text(sheet, text, self.bold if not at else self.plain) for at, text in enumerate(texts)]
            sheet.append(cells)
            count += 1
        self._printed(sheet, f"A1:D{count}", None)

    def _opened(self, title: str, widths: Sequence[int]) -> Any:
        sheet: Any = self.book.create_sheet(title[:31])
        for at, wide in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(at)].width = wide
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = 9  # A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_margins.left = sheet.page_margins.right = 0.4
        sheet.page_margins.top = sheet.page_margins.bottom = 0.7
        sheet.page_margins.header = sheet.page_margins.footer = 0.3
        sheet.oddFooter.center.text = "&P / &N"
        sheet.oddHeader.right.text = "&A"
        return sheet

    def _printed(self, sheet: Any, area: str, titles: str | None) -> None:
        sheet.print_area = area
        if titles is not None:
            sheet.print_title_rows = titles

    def _coloured(self, sheet: Any, column: str, count: int) -> None:
        """By the sign that the cell begins with, so that a changed outcome changes its colour."""
        for code, (fill, letters, bold) in _COLOURS.items():
            rule = FormulaRule(  # type: ignore[no-untyped-call]
                formula=[f'LEFT(${column}2,1)="{MARKS[code]}"'],
                fill=PatternFill("solid", bgColor=fill),
                font=Font(bold=bold, color=letters),
            )
            sheet.conditional_formatting.add(f"{column}2:{column}{count}", rule)

    def _head(self, sheet: Any, heading: Heading) -> Any:
        return self._dressed(self._text(sheet, heading.text), "head")

    def _cell(self, sheet: Any, value: Cell, heading: Heading) -> Any:
        form, quoted = "General", False
        if isinstance(value, Figure) and value.number is not None:
            exact = value.number
            cell = WriteOnlyCell(sheet, int(exact) if exact.denominator == 1 else float(exact))
            form = _number_format(value)
        elif isinstance(value, date) and value >= _FIRST_DAY:
            cell = WriteOnlyCell(sheet, datetime.combine(value, time.min))
            form = _('yyyy"年"m"月"d"日"')
        elif isinstance(value, int):
            cell = WriteOnlyCell(sheet, value)
        else:
            cell = self._text(sheet, value.text if isinstance(value, Figure) else str(value))
            quoted = cell.quotePrefix
        return self._dressed(cell, "blank" if heading.blank else "plain", form, quoted)

    def _dressed(self, cell: Any, kind: str, form: str = "General", quoted: bool = False) -> Any:
        """The cell in one of few styles; making a style for each cell anew takes a hundred times as long."""
        key = kind, form, quoted
        if key not in self.styles:
            cell.font = self.bold if kind == "head" else self.plain
            cell.alignment = self.middle if kind == "head" else self.wrapped
            cell.border, cell.number_format, cell.quotePrefix = _BOX, form, quoted
            if kind != "plain":
                cell.fill = _HEAD if kind == "head" else _BLANK
            self.styles[key] = cell._style  # noqa: SLF001 - openpyxl has no other way to share a style
        cell._style = self.styles[key]  # noqa: SLF001
        return cell

    def _text(self, sheet: Any, text: str | int, font: Font | None = None) -> Any:
        """A text is never a formula, whatever it begins with; ``quotePrefix`` keeps it so when it is edited."""
        if isinstance(text, int):
            cell = WriteOnlyCell(sheet, text)
        else:
            cell = WriteOnlyCell(sheet, cut(text))
            cell.data_type = "s"
            if text.startswith(("=", "+", "-", "@")):
                cell.quotePrefix = True
        if font is not None:
            cell.font, cell.alignment = font, self.wrapped
        return cell

    def _bordered(self, sheet: Any) -> Any:
        cell = WriteOnlyCell(sheet)
        cell.border = _BOX
        return cell


def _printed_columns(table: Table) -> int:
    """Without the ids at the end, which are for looking up and not for paper."""
    return len(table.headings) - (table.headings[-1].text == _("编号"))


def _lines(cell: Cell, wide: int) -> int:
    """About how many lines a text takes: a program that opens the file need not find out by itself."""
    text = cell.text if isinstance(cell, Figure) else cell
    if not isinstance(text, str):
        return 1
    columns = len(text) + sum(sign > "\u2e7f" for sign in text)
    return max(1, math.ceil(columns * 1.1 / wide))


_VERDICTS = {"unmet": "unmet", "unknown": "unknown", "met": "met", "nothing_due": "not_applicable"}


def cut(text: str) -> str:
    """The text, or as much of it as a cell holds."""
    if len(text) <= MOST_SIGNS:
        return text
    return text[:MOST_SIGNS] + _("……（单元格放不下，共 {count} 字，全文见 JSON）").format(count=len(text))


def _number_format(figure: Figure) -> str:
    """The format that shows the number as the figure is shown: ≥85% is 85."""
    body = ("#,##0" if figure.grouped else "0") + ("." + "0" * figure.digits if figure.digits else "")
    return f"{_quoted(figure.before)}{body}{_quoted(figure.behind)}"


def _quoted(text: str) -> str:
    """A text inside a number format."""
    return f'"{text}"' if text else ""


def _box(report: Report, subject: SubjectReport) -> Iterator[list[str | int]]:
    """The lines of the verdict box: a label and what belongs to it, or a line of the table of counts."""
    yield [report.title]
    yield [_("对象"), subject.name]
    yield [_("对象编号"), subject.id]
    yield [_("类别"), subject.sort]
    yield [_("所在地"), subject.place]
    yield [_("数据时期"), shown(period(subject.period))]
    yield [_("评定日"), day(report.as_of)]
    yield [_("总评"), f"{MARKS[_VERDICTS[subject.code]]} {subject.verdict}"]
    for text in subject.grounds:
        yield [_("依据"), text]
    for document in subject.documents:
        yield [_("文件"), " ".join(part for part in (document.title, document.number, document.verdict) if part)]
    for note in subject.notes:
        yield [_("注意"), note]
    yield ["", *(f"{MARKS[count.code]} {count.outcome}" for count in subject.counts)]
    yield [_("全部要求"), *(count.all for count in subject.counts)]
    yield [_("其中必须"), *(count.mandatory for count in subject.counts)]


def _basis(report: Report) -> Iterator[list[str]]:
    yield [_("评定日"), day(report.as_of)]
    yield [_("引擎"), report.engine]
    yield [_("版本"), f"gradeeval {__version__}"]
    for note in report.notes:
        yield [_("注意"), note]
    yield []
    for code, mark in MARKS.items():
        yield [f"{mark} {words.outcome(code)}", words.meaning(code)]
    yield []
    yield [_("依据"), _("编号"), _("名称"), _("摘要（SHA-256）")]
    for basis in report.basis:
        yield [basis.kind, basis.id, basis.title, basis.digest]
    for subject in (subject for subject in report.subjects if subject.digest):
        yield [_("档案"), subject.id, subject.name, subject.digest]
    yield []
    for label in report.signatures:
        yield [labelled(label, "")]
