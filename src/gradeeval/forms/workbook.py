"""The Excel form: sheets by department to be filled in, drop-downs and ranges, everything else protected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from openpyxl.styles import Font, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from gradeeval.forms.columns import Column, listed_cells, member_columns, subject_columns
from gradeeval.forms.rows import Row, Source, document_lines, fact_rows, identity_rows, sheets_of
from gradeeval.forms.sheets import BORDER, CLOSED, FONT, GROUP, MIDDLE, OPEN, WRAP, Sheets, comment, lines, put
from gradeeval.forms.template import Asking, Subject, sort_title
from gradeeval.messages import _
from gradeeval.profiles.form_layout import (
    KEY_ROW,
    META,
    ROWS_FIRST,
    ROWS_HEADER,
    STAMP_ROW,
    TABLE_FIRST,
    TABLE_HEADER,
    Stamp,
    column_title,
)
from gradeeval.profiles.profile import ListedPart
from gradeeval.vocabulary import ValueType

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


def workbook(
    subject: Subject, asking: Asking, sources: Sequence[Source], *, many: int = 0, parts: Sequence[ListedPart] = ()
) -> bytes:
    """The bytes of an .xlsx form for one subject or, with ``many`` above 0, for that many in the rows of one table.

    ``parts``: what a roster lists; at least so many rows, the first of them with code, name and classification.
    """
    many = max(many, len(parts))
    form = _Form(subject, asking, sources)
    form.instructions(many > 0)
    if many:
        form.table(many, parts)
    else:
        form.basic()
        for name, groups in sheets_of(fact_rows(asking)):
            form.facts(name, groups)
    if subject.reach.kind == "network":
        form.members(many > 0)
    return form.finish()


class _Form:
    """One form while it is made."""

    def __init__(self, subject: Subject, asking: Asking, sources: Sequence[Source]) -> None:
        self.subject = subject
        self.asking = asking
        self.sources = sources
        self.title = _("gradeeval 数据填报表：{sort}").format(sort=sort_title(subject.reach))
        self.sheets = Sheets(self.title)
        self.sort = subject.reach.tier or subject.reach.type or ""
        self.described: list[tuple[str, ...]] = []

    def instructions(self, many: bool) -> None:
        """The first sheet: what the form is for and how to fill it in."""
        sheet = self.sheets.sheet(_("填表说明"))
        sheet.column_dimensions["A"].width = 4
        sheet.column_dimensions["B"].width = 104
        said = [
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
            said.append(
                _(
                    "7. “数据”表一行一个对象；可选几项的，写中文名称，用顿号分开，一项都没有写“无”；只写名称就是列全了，其余都没有。“来源”“佐证材料”“数据状态”对整行有效。"
                )
            )
            said.append(
                _(
                    "　 只知道一部分的，写明有哪些、没有哪些，其余怎样：如“有：甲、乙；无：丙；其余不详”，“有：甲；其余不详”，“有：甲；不详：乙；其余都没有”。"
                )
            )
        else:
            said.append(_("7. 一项指标有几个选项的，每个选项一行；没有列全时，最后一行“其余各项都没有”不要填。"))
        said.append(_("8. 填好后运行 gradeeval validate 检查，gradeeval check 评定；有错会指出工作表、行和列。"))
        put(sheet, 1, 2, self.title).font = Font(name=FONT, size=16, bold=True)
        place = f"{self.subject.region_name}　" if self.subject.region_name else ""
        put(sheet, 2, 2, place + _("时期：{period}").format(period=self.subject.period)).font = Font(name=FONT, size=11)
        row = 4
        for line in said:
            self.sheets.line(sheet, row, line)
            row += 1
        row += 1
        self.sheets.line(sheet, row, _("依据的文件："), bold=True)
        for line in document_lines(self.sources):
            row += 1
            self.sheets.line(sheet, row, line)
        if self.asking.needs.above:
            row += 2
            self.sheets.line(sheet, row, _("下列数据由上级区域或所在网络的档案给出，本表不填："), bold=True)
            for name, reach in self.asking.needs.above.items():
                row += 1
                text = _("{sort}：{title}").format(sort=sort_title(reach), title=self.asking.title(name))
                self.sheets.line(sheet, row, text)
        sheet.sheet_view.showGridLines = False
        self.sheets.print_setup(sheet, landscape=False)

    def basic(self) -> None:
        """Identity and classification."""
        sheet = self.sheets.sheet(_("基本信息"))
        rows = [row for item in identity_rows(self.subject, self.asking) for row in item.by_code()]
        self._rows(sheet, "basic", _BASIC_COLUMNS, [("", rows)])

    def facts(self, name: str, groups: list[tuple[str, list[Row]]]) -> None:
        """A sheet of facts."""
        sheet = self.sheets.sheet(name)
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
            self.sheets.head(sheet, ROWS_HEADER, index, heading or column_title(key))
            self.described.append(("column", sheet.title, key, heading or column_title(key)))
            width = {"value": 40, "clause": 24}.get(key) if role == "basic" else None
            sheet.column_dimensions[get_column_letter(index)].width = width or _WIDTHS[key]
        at, number = ROWS_FIRST, 0
        for group, rows in groups:
            if group:
                for index in range(2, len(columns) + 1):
                    put(sheet, at, index, group if index == 2 else "").fill = GROUP
                sheet.cell(at, 2).font = Font(name=FONT, bold=True)
                at += 1
            for row in rows:
                number += 1
                self._row(sheet, at, number, row, columns)
                self.described.append(("row", sheet.title, row.key, row.title, row.unit))
                at += 1
        sheet.column_dimensions["A"].hidden = True
        sheet.freeze_panes = f"D{ROWS_FIRST}"
        sheet.print_title_rows = f"{ROWS_HEADER}:{ROWS_HEADER}"
        self.sheets.print_setup(sheet, landscape=role != "basic")
        sheet.print_area = f"B{STAMP_ROW}:{get_column_letter(len(columns))}{max(at - 1, ROWS_FIRST)}"

    def _row(self, sheet: Worksheet, at: int, number: int, row: Row, columns: Sequence[str]) -> None:
        texts: dict[str, str | int] = {"key": row.key, "number": number, "title": row.title, "question": row.question, "unit": row.unit,
                 "clause": row.clause, "value": row.filled}  # fmt: skip
        for index, key in enumerate(columns, 1):
            cell = put(sheet, at, index, texts.get(key, ""))
            cell.font = Font(name=FONT, size=10, bold=key == "title")
            cell.alignment = MIDDLE if key in ("number", "unit", "value", "status") else WRAP
            cell.border = BORDER
            usable = key in _ENTRY and (key not in ("numerator", "denominator") or row.quotient)
            if usable:
                cell.protection = Protection(locked=False)
                cell.fill = OPEN
            elif key in _ENTRY:
                cell.fill = CLOSED
            if usable and (key in ("source", "evidence", "note") or (key == "value" and _textual(row))):
                cell.number_format = "@"
            if usable and key == "value":
                self.sheets.allow(sheet, cell, row.type)
            elif usable and key in ("numerator", "denominator"):
                self.sheets.number(sheet, cell, ValueType("number", "yuan", 6, 0, None))
            elif key == "status":
                self.sheets.listed(sheet, cell, self.sheets.labels(self.asking.scope.vocabulary.lists["data_status"]))
            if key == "title" and row.note:
                cell.comment = comment(row.note)
        height = max(lines(str(texts.get(key, "")), _WIDTHS[key]) for key in ("title", "question", "clause"))
        sheet.row_dimensions[at].height = max(20, 15 * height + 4)

    def finish(self) -> bytes:
        """Adds the hidden sheet that the form is read back by and gives the file."""
        meta = self.sheets.sheet(META, shown=False)
        told: list[tuple[str, ...]] = [("form", str(self._stamp("form")))]
        told += [("sheet", name) for name in self._entry_sheets()]
        told.append(("told", _("填表说明")))
        told += [("ruleset", source.document.id, source.digest) for source in self.sources]
        for at, line in enumerate((*told, *self.described), 1):
            for index, text in enumerate(line, 1):
                put(meta, at, index, text)
        return self.sheets.finish()

    def table(self, many: int, parts: Sequence[ListedPart]) -> None:
        """One sheet with a row for each subject; the first rows are those that a roster lists."""
        columns = list(subject_columns(self.subject, self.asking))
        filled = [{"period": self.subject.period} for _row in range(many)]
        for row, part in zip(filled, parts, strict=False):
            row.update(listed_cells(part, columns))
        self._table(self.sheets.sheet(_("数据")), "many", columns, filled)

    def members(self, many: bool) -> None:
        """The members of a network."""
        columns = list(member_columns(self.asking, many=many))
        self._table(self.sheets.sheet(_("成员名单")), "members", columns, [{}] * _MEMBER_ROWS)

    def _table(
        self, sheet: Worksheet, role: str, columns: Sequence[Column], filled: Sequence[Mapping[str, str]]
    ) -> None:
        self._opening(sheet, role, ("key", "number", *(column.key for column in columns)), TABLE_HEADER)
        self.sheets.head(sheet, TABLE_HEADER, 2, column_title("number"))
        sheet.column_dimensions["B"].width = 6
        last = ""
        for index, column in enumerate(columns, 3):
            if column.group != last:
                put(sheet, TABLE_HEADER - 1, index, column.group).font = Font(name=FONT, bold=True, size=10)
                last = column.group
            sheet.cell(TABLE_HEADER - 1, index).fill = GROUP
            self.sheets.head(sheet, TABLE_HEADER, index, column.title)
            self.described.append(("column", sheet.title, column.key, column.title))
            allowed = put(sheet, TABLE_HEADER + 1, index, column.allowed)
            allowed.font = Font(name=FONT, size=9, italic=True)
            allowed.alignment = MIDDLE
            allowed.border = BORDER
            if column.note:
                sheet.cell(TABLE_HEADER, index).comment = comment(column.note)
            sheet.column_dimensions[get_column_letter(index)].width = column.width
            style = self.sheets.open_style(textual=column.textual)
            for at, row in enumerate(filled, TABLE_FIRST):
                put(sheet, at, index, row.get(column.key, "")).style = style
            self.sheets.allow_range(sheet, index, len(filled), column.type)
        for at in range(TABLE_FIRST, TABLE_FIRST + len(filled)):
            cell = put(sheet, at, 2, at - TABLE_FIRST + 1)
            cell.border = BORDER
            cell.alignment = MIDDLE
        sheet.row_dimensions[TABLE_HEADER].height = 62
        sheet.row_dimensions[TABLE_HEADER + 1].height = 32
        sheet.column_dimensions["A"].hidden = True
        sheet.freeze_panes = f"E{TABLE_FIRST}"
        sheet.print_title_rows = f"{TABLE_HEADER - 1}:{TABLE_HEADER}"
        sheet.print_title_cols = "B:D"
        self.sheets.print_setup(sheet, landscape=True, narrow=role == "members")

    def _stamp(self, role: str) -> Stamp:
        return Stamp(role, self.subject.reach.kind, self.sort, self.subject.period)

    def _entry_sheets(self) -> Iterable[str]:
        return dict.fromkeys(line[1] for line in self.described)

    def _opening(self, sheet: Worksheet, role: str, keys: Sequence[str], header: int) -> None:
        """Hidden keys and stamp, and the title of the sheet."""
        for index, key in enumerate(keys, 1):
            put(sheet, KEY_ROW, index, key)
        sheet.row_dimensions[KEY_ROW].hidden = True
        put(sheet, STAMP_ROW, 1, str(self._stamp(role)))
        place = f"　{self.subject.region_name}" if self.subject.region_name else ""
        title = _("{sheet}{place}　时期 {period}").format(sheet=sheet.title, place=place, period=self.subject.period)
        put(sheet, STAMP_ROW, 2, title).font = Font(name=FONT, size=14, bold=True)
        sheet.row_dimensions[STAMP_ROW].height = 26
        sheet.row_dimensions[header].height = 24


def _textual(row: Row) -> bool:
    return row.type is None or row.type.form == "name"
