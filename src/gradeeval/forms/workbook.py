"""The Excel form: sheets by department to be filled in, drop-downs and ranges, everything else protected."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Literal

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from gradeeval.files.writing import escape_controls
from gradeeval.forms.rows import Row, Source, document_lines, fact_rows, identity_rows, sheets_of
from gradeeval.forms.template import Asking, Subject, sort_title
from gradeeval.messages import _, chosen
from gradeeval.profiles.form_layout import (
    KEY_ROW,
    LISTS,
    META,
    ROWS_FIRST,
    ROWS_HEADER,
    STAMP_ROW,
    TABLE_FIRST,
    TABLE_HEADER,
    Stamp,
    column_title,
    unit_title,
)
from gradeeval.schemas import shipped
from gradeeval.vocabulary import Values, ValueType

_MEMBER_ROWS = 100
_FACT_COLUMNS = (
    *("key", "number", "title", "question", "value", "numerator", "denominator", "unit"),
    *("source", "evidence", "note", "status", "clause"),
)
_BASIC_COLUMNS = ("key", "number", "title", "question", "value", "clause")
_WIDTHS = {
    "key": 4,
    "number": 6,
    "title": 30,
    "question": 48,
    "value": 16,
    "numerator": 11,
    "denominator": 11,
    "unit": 11,
    "source": 16,
    "evidence": 24,
    "note": 18,
    "status": 11,
    "clause": 20,
}
_ENTRY = ("value", "numerator", "denominator", "source", "evidence", "note", "status")
_MEMBER_FIELDS = (
    *("id", "name", "region", "from", "to", "roles", "class", "category", "level", "level_grade", "ownership"),
    *("sponsor", "government_run"),
)

_LINE = Side(style="thin", color="B7B7B7")
_BORDER = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_HEAD = PatternFill("solid", fgColor="1F4E79")
_GROUP = PatternFill("solid", fgColor="DDE6F0")
_OPEN = PatternFill("solid", fgColor="FFF9E5")
_CLOSED = PatternFill("solid", fgColor="EDEDED")
_FONT = "微软雅黑"
_WRAP = Alignment(wrap_text=True, vertical="center")
_MIDDLE = Alignment(wrap_text=True, vertical="center", horizontal="center")


def workbook(subject: Subject, asking: Asking, sources: Sequence[Source], *, many: int = 0) -> bytes:
    """The bytes of an .xlsx form for one subject or, with ``many`` above 0, for that many in the rows of one table."""
    form = _Form(subject, asking, sources)
    form.instructions(many > 0)
    if many:
        form.table(many)
    else:
        form.basic()
        for name, groups in sheets_of(fact_rows(asking)):
            form.facts(name, groups)
    if subject.reach.kind == "network":
        form.members(many > 0)
    return form.finish()


class _Form:
    """One workbook while it is made."""

    def __init__(self, subject: Subject, asking: Asking, sources: Sequence[Source]) -> None:
        self.subject = subject
        self.asking = asking
        self.sources = sources
        self.book = Workbook()
        assert self.book.active is not None
        self.book.remove(self.book.active)
        self.sort = subject.reach.tier or subject.reach.type or ""
        self.lists: dict[tuple[str, ...], str] = {}
        self.described: list[tuple[str, ...]] = []
        self.rules: dict[tuple[str, str, tuple[str, ...]], DataValidation] = {}

    def instructions(self, many: bool) -> None:
        """The first sheet: what the form is for and how to fill it in."""
        sheet = self._sheet(_("填表说明"))
        sheet.column_dimensions["A"].width = 4
        sheet.column_dimensions["B"].width = 104
        lines = [
            _("1. 只填浅黄色的格子，其余格子已锁定。把鼠标放在指标名称上，可以看到条款原文和佐证要求。"),
            _("2. 没有数据就留空。留空是“不知道”，不会当作 0 或“否”；0 和“否”都是数据。"),
            _("3. 数字只填数字，不带单位、千分位和百分号：百分之八十五点五填 85.5。金额以元为单位。"),
            _("4. 比例最好填分子和分母，报告就能算出还差几家、几例；填了分子、分母就不要再填“填报值”。"),
            _("5. 有下拉框的格子请从下拉框里选。粘贴时请用“选择性粘贴—数值”；公式不会被计算，会被退回。"),
            _(
                "6. 请不要增删或改名工作表、行、列，也不要合并单元格；可以把文件分给各科室填写，再把各科室的数值贴回本文件。"
            ),
        ]
        if many:
            lines.append(
                _(
                    "7. “数据”表一行一个对象；可选几项的，写中文名称，用顿号分开，一项都没有写“无”。“来源”“佐证材料”对整行有效。"
                )
            )
        else:
            lines.append(_("7. 一项指标有几个选项的，每个选项一行；没有列全时，最后一行“其余各项都没有”不要填。"))
        lines.append(_("8. 填好后运行 gradeeval validate 检查，gradeeval check 评定；有错会指出工作表、行和列。"))
        title = _("gradeeval 数据填报表：{sort}").format(sort=sort_title(self.subject.reach))
        _put(sheet, 1, 2, title).font = Font(name=_FONT, size=16, bold=True)
        place = f"{self.subject.region_name}　" if self.subject.region_name else ""
        _put(sheet, 2, 2, place + _("时期：{period}").format(period=self.subject.period)).font = Font(
            name=_FONT, size=11
        )
        row = 4
        for line in lines:
            self._line(sheet, row, line)
            row += 1
        row += 1
        self._line(sheet, row, _("依据的文件："), bold=True)
        for line in document_lines(self.sources):
            row += 1
            self._line(sheet, row, line)
        if self.asking.needs.above:
            row += 2
            self._line(sheet, row, _("下列数据由上级区域或所在网络的档案给出，本表不填："), bold=True)
            for name, reach in self.asking.needs.above.items():
                row += 1
                text = _("{sort}：{title}").format(sort=sort_title(reach), title=self.asking.title(name))
                self._line(sheet, row, text)
        sheet.sheet_view.showGridLines = False
        self._print(sheet, landscape=False)

    def basic(self) -> None:
        """Identity and classification."""
        sheet = self._sheet(_("基本信息"))
        rows = [row for item in identity_rows(self.subject, self.asking) for row in item.by_code()]
        self._rows(sheet, "basic", _BASIC_COLUMNS, [("", rows)])

    def facts(self, name: str, groups: list[tuple[str, list[Row]]]) -> None:
        """A sheet of facts."""
        sheet = self._sheet(name)
        unfolded = [(group, [row for item in rows for row in item.by_code()]) for group, rows in groups]
        self._rows(sheet, "facts", _FACT_COLUMNS, unfolded)

    def _rows(self, sheet: Worksheet, role: str, columns: Sequence[str], groups: list[tuple[str, list[Row]]]) -> None:
        self._opening(sheet, role, columns, ROWS_HEADER)
        for index, key in enumerate(columns, 1):
            heading = (
                {"title": _("项目"), "question": _("填写说明"), "value": _("填写")}.get(key)
                if role == "basic"
                else None
            )
            self._head(sheet, ROWS_HEADER, index, heading or column_title(key))
            self.described.append(("column", sheet.title, key, heading or column_title(key)))
            width = {"value": 40, "clause": 24}.get(key) if role == "basic" else None
            sheet.column_dimensions[get_column_letter(index)].width = width or _WIDTHS[key]
        at, number = ROWS_FIRST, 0
        for group, rows in groups:
            if group:
                for index in range(2, len(columns) + 1):
                    _put(sheet, at, index, group if index == 2 else "").fill = _GROUP
                sheet.cell(at, 2).font = Font(name=_FONT, bold=True)
                at += 1
            for row in rows:
                number += 1
                self._row(sheet, at, number, row, columns)
                self.described.append(("row", sheet.title, row.key, row.title, row.unit))
                at += 1
        sheet.column_dimensions["A"].hidden = True
        sheet.freeze_panes = f"D{ROWS_FIRST}"
        sheet.print_title_rows = f"{ROWS_HEADER}:{ROWS_HEADER}"
        self._print(sheet, landscape=role != "basic")
        sheet.print_area = f"B{STAMP_ROW}:{get_column_letter(len(columns))}{max(at - 1, ROWS_FIRST)}"

    def _row(self, sheet: Worksheet, at: int, number: int, row: Row, columns: Sequence[str]) -> None:
        texts: dict[str, str | int] = {"key": row.key, "number": number, "title": row.title, "question": row.question, "unit": row.unit,
                 "clause": row.clause, "value": row.filled}  # fmt: skip
        for index, key in enumerate(columns, 1):
            cell = _put(sheet, at, index, texts.get(key, ""))
            cell.font = Font(name=_FONT, size=10, bold=key == "title")
            cell.alignment = _MIDDLE if key in ("number", "unit", "value", "status") else _WRAP
            cell.border = _BORDER
            usable = key in _ENTRY and (key not in ("numerator", "denominator") or row.quotient)
            if usable:
                cell.protection = Protection(locked=False)
                cell.fill = _OPEN
            elif key in _ENTRY:
                cell.fill = _CLOSED
            if usable and (key in ("source", "evidence", "note") or (key == "value" and _textual(row))):
                cell.number_format = "@"
            if usable and key == "value":
                self._allow(sheet, cell, row.type)
            elif usable and key in ("numerator", "denominator"):
                self._number(sheet, cell, ValueType("number", "yuan", 6, 0, None))
            elif key == "status":
                self._listed(sheet, cell, self._labels(self.asking.scope.vocabulary.lists["data_status"]))
            if key == "title" and row.note:
                cell.comment = _comment(row.note)
        height = max(_lines(str(texts.get(key, "")), _WIDTHS[key]) for key in ("title", "question", "clause"))
        sheet.row_dimensions[at].height = max(20, 15 * height + 4)

    def table(self, many: int) -> None:
        """One sheet with a row for each subject."""
        sheet = self._sheet(_("数据"))
        columns: list[tuple[str, str, str, ValueType | None, str]] = []  # key, group, title, type, hint
        identity = list(identity_rows(self.subject, self.asking, many=True))
        for row in identity[:-1]:
            columns.append((row.key, _("基本信息"), row.title, row.type, row.question))
        for group, rows in fact_rows(self.asking).items():
            for row in rows:
                holder = group or _("汇总数据")
                columns.append((row.key, holder, row.title, row.type, row.note if not row.question else row.question))
                if row.quotient:
                    part = ValueType("number", "yuan", 6, 0, None)
                    for key in ("numerator", "denominator"):
                        title = _("{title}：{value}").format(title=row.title, value=column_title(key))
                        columns.append((f"{row.key}/{key}", holder, title, part, ""))
        for key in ("source", "evidence", "note"):
            columns.append(
                (key, _("全行"), column_title(key), None, _("对这一行的全部数据有效") if key != "note" else "")
            )
        self._table(sheet, "many", columns, many, filled={"period": self.subject.period})

    def members(self, many: bool) -> None:
        """The members of a network."""
        sheet = self._sheet(_("成员名单"))
        properties = shipped("network")["$defs"]["member"]["properties"]
        columns: list[tuple[str, str, str, ValueType | None, str]] = []
        if many:
            columns.append(("network", _("成员名单"), _("网络编号"), None, _("与“数据”表里的编号相同")))
        for name in _MEMBER_FIELDS:
            field = self.asking.scope.field(name, "institution") if name not in ("id", "name", "region") else None
            node = properties[name]
            hint = {
                "from": _("2024-01-31 的样子"),
                "to": _("仍是成员的不填"),
                "id": _("22 位卫生机构（组织）代码"),
            }.get(name, "")
            columns.append(
                (
                    name,
                    _("成员名单"),
                    chosen(node["title"], node.get("x-title-en")),
                    field.type if field else None,
                    hint,
                )
            )
        self._table(sheet, "members", columns, _MEMBER_ROWS, filled={})

    def _table(
        self,
        sheet: Worksheet,
        role: str,
        columns: Sequence[tuple[str, str, str, ValueType | None, str]],
        rows: int,
        *,
        filled: dict[str, str],
    ) -> None:
        self._opening(sheet, role, ("key", "number", *(column[0] for column in columns)), TABLE_HEADER)
        self._head(sheet, TABLE_HEADER, 2, column_title("number"))
        sheet.column_dimensions["B"].width = 6
        last = ""
        for index, (key, group, title, type_, hint) in enumerate(columns, 3):
            if group != last:
                _put(sheet, TABLE_HEADER - 1, index, group).font = Font(name=_FONT, bold=True, size=10)
                last = group
            sheet.cell(TABLE_HEADER - 1, index).fill = _GROUP
            self._head(sheet, TABLE_HEADER, index, title)
            self.described.append(("column", sheet.title, key, title))
            allowed = _put(sheet, TABLE_HEADER + 1, index, _column_hint(type_))
            allowed.font = Font(name=_FONT, size=9, italic=True)
            allowed.alignment = _MIDDLE
            allowed.border = _BORDER
            if hint or (type_ is not None and type_.form == "list"):
                values = type_.values if type_ is not None and type_.form == "list" else None
                options = _("取值：{codes}").format(codes="、".join(self._labels(values))) if values is not None else ""
                sheet.cell(TABLE_HEADER, index).comment = _comment("\n".join(part for part in (hint, options) if part))
            sheet.column_dimensions[get_column_letter(index)].width = _table_width(key, type_)
            style = self._open_style(textual=type_ is None or type_.form in ("list", "name"))
            for at in range(TABLE_FIRST, TABLE_FIRST + rows):
                _put(sheet, at, index, filled.get(key, "")).style = style
            self._allow_range(sheet, index, rows, type_)
        for at in range(TABLE_FIRST, TABLE_FIRST + rows):
            cell = _put(sheet, at, 2, at - TABLE_FIRST + 1)
            cell.border = _BORDER
            cell.alignment = _MIDDLE
        sheet.row_dimensions[TABLE_HEADER].height = 62
        sheet.row_dimensions[TABLE_HEADER + 1].height = 32
        sheet.column_dimensions["A"].hidden = True
        sheet.freeze_panes = f"E{TABLE_FIRST}"
        sheet.print_title_rows = f"{TABLE_HEADER - 1}:{TABLE_HEADER}"
        sheet.print_title_cols = "B:D"
        self._print(sheet, landscape=True, narrow=role == "members")

    def finish(self) -> bytes:
        """Adds the hidden sheets and gives the file."""
        meta = self._sheet(META, shown=False)
        lines: list[tuple[str, ...]] = [("form", str(self._stamp("form")))]
        lines += [("sheet", name) for name in self._entry_sheets()]
        lines.append(("told", _("填表说明")))
        lines += [("ruleset", source.document.id, source.digest) for source in self.sources]
        for at, line in enumerate((*lines, *self.described), 1):
            for index, text in enumerate(line, 1):
                _put(meta, at, index, text)
        hidden = self._sheet(LISTS, shown=False)
        for index, labels in enumerate(self.lists, 1):
            for at, label in enumerate(labels, 1):
                _put(hidden, at, index, label)
        self.book.properties.creator = "gradeeval"
        self.book.properties.title = _("gradeeval 数据填报表：{sort}").format(sort=sort_title(self.subject.reach))
        self.book.properties.created = self.book.properties.modified = datetime(2000, 1, 1)
        self.book.active = 0
        stream = io.BytesIO()
        self.book.save(stream)
        return stream.getvalue()

    def _open_style(self, *, textual: bool) -> str:
        """The named style of cells of a table that may be filled in: many times faster than styling each of them."""
        name = "form text" if textual else "form entry"
        if name not in self.book.named_styles:
            style = NamedStyle(
                name, Font(name=_FONT, size=10), _OPEN, _BORDER, _MIDDLE, protection=Protection(locked=False)
            )
            style.number_format = "@" if textual else "General"
            self.book.add_named_style(style)
        return name

    def _entry_sheets(self) -> Iterable[str]:
        return dict.fromkeys(line[1] for line in self.described)

    def _stamp(self, role: str) -> Stamp:
        return Stamp(role, self.subject.reach.kind, self.sort, self.subject.period)

    def _sheet(self, name: str, *, shown: bool = True) -> Worksheet:
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

    def _opening(self, sheet: Worksheet, role: str, keys: Sequence[str], header: int) -> None:
        """Hidden keys and stamp, and the title of the sheet."""
        for index, key in enumerate(keys, 1):
            _put(sheet, KEY_ROW, index, key)
        sheet.row_dimensions[KEY_ROW].hidden = True
        _put(sheet, STAMP_ROW, 1, str(self._stamp(role)))
        place = f"　{self.subject.region_name}" if self.subject.region_name else ""
        title = _("{sheet}{place}　时期 {period}").format(sheet=sheet.title, place=place, period=self.subject.period)
        _put(sheet, STAMP_ROW, 2, title).font = Font(name=_FONT, size=14, bold=True)
        sheet.row_dimensions[STAMP_ROW].height = 26
        sheet.row_dimensions[header].height = 24

    def _head(self, sheet: Worksheet, row: int, column: int, text: str) -> None:
        cell = _put(sheet, row, column, text)
        cell.font = Font(name=_FONT, size=10, bold=True, color="FFFFFF")
        cell.fill = _HEAD
        cell.alignment = _MIDDLE
        cell.border = _BORDER

    def _line(self, sheet: Worksheet, row: int, text: str, *, bold: bool = False) -> None:
        cell = _put(sheet, row, 2, text)
        cell.font = Font(name=_FONT, size=11, bold=bold)
        cell.alignment = _WRAP
        sheet.row_dimensions[row].height = 18 * _lines(text, 92) + 3

    def _print(self, sheet: Worksheet, *, landscape: bool, narrow: bool = True) -> None:
        sheet.page_setup.orientation = "landscape" if landscape else "portrait"
        sheet.page_setup.paperSize = 9  # A4
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=narrow)
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.page_margins.left = sheet.page_margins.right = 0.4
        footer = sheet.oddFooter
        assert footer is not None
        footer.center.text = "&A　&P / &N"

    def _labels(self, values: Values) -> tuple[str, ...]:
        return tuple(values.label(code) for code in values.titles)

    def _allow(self, sheet: Worksheet, cell: Cell, type_: ValueType | None) -> None:
        """Restricts what may be typed into a cell to what the type allows."""
        if type_ is None:
            return
        if type_.form == "yes_no":
            self._listed(sheet, cell, (_("是"), _("否")))
        elif type_.form == "number":
            self._number(sheet, cell, type_)
        elif type_.values is not None and type_.form != "list":
            self._listed(sheet, cell, self._labels(type_.values))

    def _allow_range(self, sheet: Worksheet, column: int, rows: int, type_: ValueType | None) -> None:
        letter = get_column_letter(column)
        first: Cell = sheet.cell(TABLE_FIRST, column)  # type: ignore[assignment]
        self._allow(sheet, first, type_)
        for rule in sheet.data_validations.dataValidation:
            if first.coordinate in rule.sqref:
                rule.sqref.remove(first.coordinate)
                rule.add(f"{letter}{TABLE_FIRST}:{letter}{TABLE_FIRST + rows - 1}")

    def _listed(self, sheet: Worksheet, cell: Cell, labels: tuple[str, ...]) -> None:
        if labels not in self.lists:
            letter = get_column_letter(len(self.lists) + 1)
            self.lists[labels] = f"{LISTS}!${letter}$1:${letter}${len(labels)}"
        rule = self._rule(sheet, "list", (self.lists[labels],))
        rule.error = _("请从下拉框里选；没有数据请留空")
        rule.add(cell)

    def _number(self, sheet: Worksheet, cell: Cell, type_: ValueType) -> None:
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


def _put(sheet: Worksheet, row: int, column: int, value: str | int) -> Cell:
    """Writes text as text, also where it begins like a formula."""
    cell: Cell = sheet.cell(row, column)  # type: ignore[assignment]
    if value != "":
        cell.value = escape_controls(value) if isinstance(value, str) else value
        if isinstance(value, str):
            cell.data_type = "s"
    return cell


def _comment(text: str) -> Comment:
    comment = Comment(escape_controls(text), "gradeeval")
    comment.width, comment.height = 420, min(400, 40 + 18 * _lines(text, 56))
    return comment


def _textual(row: Row) -> bool:
    return row.type is None or row.type.form == "name"


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column of ``width`` narrow characters; a Chinese one is as wide as two."""
    return sum(1 + int(sum(2 if ord(sign) > 0x2E7F else 1 for sign in line) // width) for line in text.split("\n"))


def _column_hint(type_: ValueType | None) -> str:
    if type_ is None:
        return _("文字")
    if type_.form == "list":
        return _("写名称，用、分开")
    return _("选一项") if type_.values is not None else unit_title(type_.unit)


def _table_width(key: str, type_: ValueType | None) -> int:
    if key in ("id", "name", "evidence", "note", "source"):
        return 26
    return 22 if type_ is not None and type_.form == "list" else 15
