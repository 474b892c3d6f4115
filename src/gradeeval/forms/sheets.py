"""One workbook of a form while it is drawn: protected sheets, styles, what may be typed into a cell. Knows no questions."""

from __future__ import annotations

import io
from typing import Literal

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from gradeeval.files.packing import repacked
from gradeeval.files.writing import escape_controls
from gradeeval.messages import _
from gradeeval.profiles.form_layout import LISTS, TABLE_FIRST
from gradeeval.vocabulary import Values, ValueType

_LINE = Side(style="thin", color="B7B7B7")
BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD = PatternFill("solid", fgColor="1F4E79")
GROUP = PatternFill("solid", fgColor="DDE6F0")
OPEN = PatternFill("solid", fgColor="FFF9E5")
CLOSED = PatternFill("solid", fgColor="EDEDED")
FONT = "微软雅黑"
WRAP = Alignment(wrap_text=True, vertical="center")
MIDDLE = Alignment(wrap_text=True, vertical="center", horizontal="center")


_MADE = "2000-01-01"
"""When every form says that it was made: the same form is the same bytes."""


class Sheets:
    """The sheets of one workbook; ``finish`` gives the file."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.book = Workbook()
        assert self.book.active is not None
        self.book.remove(self.book.active)
        self.lists: dict[tuple[str, ...], str] = {}
        self.rules: dict[tuple[str, str, tuple[str, ...]], DataValidation] = {}

    def sheet(self, name: str, *, shown: bool = True) -> Worksheet:
        """A protected sheet; its name is one that Excel takes and that no other has."""
        plain = "".join(sign for sign in escape_controls(name) if sign not in "[]:*?/\\'")[:28] or "Sheet"
        taken = {title.lower() for title in self.book.sheetnames}
        unique = next(
            title
            for count in range(1, 1000)
            if (title := plain if count == 1 else f"{plain}{count}").lower() not in taken
        )
        sheet: Worksheet = self.book.create_sheet(unique)
        sheet.protection.sheet = True
        sheet.protection.formatColumns = sheet.protection.formatRows = False
        if not shown:
            sheet.sheet_state = "veryHidden"
        return sheet

    def head(self, sheet: Worksheet, row: int, column: int, text: str) -> None:
        """A heading."""
        cell = put(sheet, row, column, text)
        cell.font = Font(name=FONT, size=10, bold=True, color="FFFFFF")
        cell.fill = _HEAD
        cell.alignment = MIDDLE
        cell.border = BORDER

    def line(self, sheet: Worksheet, row: int, text: str, *, bold: bool = False) -> None:
        """A line of text in column B, as high as it needs."""
        cell = put(sheet, row, 2, text)
        cell.font = Font(name=FONT, size=11, bold=bold)
        cell.alignment = WRAP
        sheet.row_dimensions[row].height = 18 * lines(text, 92) + 3

    def print_setup(self, sheet: Worksheet, *, landscape: bool, narrow: bool = True) -> None:
        """A4, with the name of the sheet and page numbers; ``narrow`` makes it one page wide."""
        sheet.page_setup.orientation = "landscape" if landscape else "portrait"
        sheet.page_setup.paperSize = 9  # A4
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=narrow)
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.page_margins.left = sheet.page_margins.right = 0.4
        footer = sheet.oddFooter
        assert footer is not None
        footer.center.text = "&A　&P / &N"

    def labels(self, values: Values) -> tuple[str, ...]:
        """What can be chosen, in words."""
        return tuple(values.label(code) for code in values.titles)

    def allow(self, sheet: Worksheet, cell: Cell, type_: ValueType | None) -> None:
        """Restricts what may be typed into a cell to what the type allows."""
        if type_ is None:
            return
        if type_.form == "yes_no":
            self.listed(sheet, cell, (_("是"), _("否")))
        elif type_.form == "number":
            self.number(sheet, cell, type_)
        elif type_.values is not None and type_.form != "list":
            self.listed(sheet, cell, self.labels(type_.values))

    def allow_range(self, sheet: Worksheet, column: int, rows: int, type_: ValueType | None) -> None:
        """As ``allow``, for a column of so many rows."""
        letter = get_column_letter(column)
        first: Cell = sheet.cell(TABLE_FIRST, column)  # type: ignore[assignment]
        self.allow(sheet, first, type_)
        for rule in sheet.data_validations.dataValidation:
            if first.coordinate in rule.sqref:
                rule.sqref.remove(first.coordinate)
                rule.add(f"{letter}{TABLE_FIRST}:{letter}{TABLE_FIRST + rows - 1}")

    def open_style(self, *, textual: bool) -> str:
        """The named style of cells of a table that may be filled in: many times faster than styling each of them."""
        name = "form text" if textual else "form entry"
        if name not in self.book.named_styles:
            style = NamedStyle(
                name, Font(name=FONT, size=10), OPEN, BORDER, MIDDLE, protection=Protection(locked=False)
            )
            style.number_format = "@" if textual else "General"
            self.book.add_named_style(style)
        return name

    def finish(self) -> bytes:
        """Adds the hidden lists that drop-downs point at and gives the file; the same bytes for the same form."""
        hidden = self.sheet(LISTS, shown=False)
        for index, labels in enumerate(self.lists, 1):
            for at, label in enumerate(labels, 1):
                put(hidden, at, index, label)
        self.book.properties.creator = "gradeeval"
        self.book.properties.title = self.title
        self.book.active = 0
        stream = io.BytesIO()
        self.book.save(stream)
        return repacked(stream, _MADE)

    def listed(self, sheet: Worksheet, cell: Cell, labels: tuple[str, ...]) -> None:
        """A drop-down."""
        if labels not in self.lists:
            letter = get_column_letter(len(self.lists) + 1)
            self.lists[labels] = f"{LISTS}!${letter}$1:${letter}${len(labels)}"
        rule = self._rule(sheet, "list", (self.lists[labels],))
        rule.error = _("请从下拉框里选；没有数据请留空")
        rule.add(cell)

    def number(self, sheet: Worksheet, cell: Cell, type_: ValueType) -> None:
        """A number in the range of its type."""
        low, high = type_.lowest, type_.highest
        whole: Literal["whole", "decimal"] = "whole" if type_.decimals == 0 else "decimal"
        lowest = low if low is not None else -(10**15)
        rule = self._rule(sheet, whole, (str(lowest), str(high if high is not None else 10**15)))
        span = {(True, True): "{low} … {high}", (True, False): "≥ {low}", (False, True): "≤ {high}"}
        shown = span.get((low is not None, high is not None), "").format(low=low, high=high)
        kind = _("整数") if whole == "whole" else _("数字")
        rule.error = _("请填{kind}{span}，不带单位和百分号；没有数据请留空").format(
            kind=kind, span=f"（{shown}）" if shown else ""
        )
        rule.add(cell)

    def _rule(
        self, sheet: Worksheet, kind: Literal["list", "whole", "decimal"], bounds: tuple[str, ...]
    ) -> DataValidation:
        """The rule of a sheet with these bounds; made when first asked for."""
        found = self.rules.get((sheet.title, kind, bounds))
        if found is None:
            found = DataValidation(type=kind, formula1=bounds[0], allow_blank=True, showErrorMessage=True)
            if kind != "list":
                found.operator, found.formula2 = "between", bounds[1]
            found.errorTitle = _("请核对")
            self.rules[sheet.title, kind, bounds] = found
            sheet.add_data_validation(found)
        return found


def put(sheet: Worksheet, row: int, column: int, value: str | int) -> Cell:
    """Writes text as text, also where it begins like a formula."""
    cell: Cell = sheet.cell(row, column)  # type: ignore[assignment]
    if value != "":
        cell.value = escape_controls(value) if isinstance(value, str) else value
        if isinstance(value, str):
            cell.data_type = "s"
    return cell


def comment(text: str) -> Comment:
    """A note on a cell, large enough for its text."""
    note = Comment(escape_controls(text), "gradeeval")
    note.width, note.height = 420, min(400, 40 + 18 * lines(text, 56))
    return note


def lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of ``width`` narrow characters; a Chinese one is as wide as two."""
    return sum(1 + int(sum(2 if ord(sign) > 0x2E7F else 1 for sign in line) // width) for line in text.split("\n"))
