"""Filled forms, as workbook or CSV: back to the plain data of profiles, with the place of each value."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace

from gradeeval.errors import InvalidContent
from gradeeval.files.gathering import Gathering
from gradeeval.files.reading import decode, read_bytes
from gradeeval.language.scope import Scope
from gradeeval.messages import _
from gradeeval.profiles.filled_form import FilledForm, cell_problem
from gradeeval.profiles.form_items import Entry, Items
from gradeeval.profiles.form_layout import (
    CSV_COLUMNS,
    ENTRY_COLUMNS,
    KEY_ROW,
    LISTS,
    META,
    ROWS_FIRST,
    ROWS_HEADER,
    STAMP_ROW,
    TABLE_FIRST,
    TABLE_HEADER,
    VERSION,
    Stamp,
    read_stamp,
)
from gradeeval.profiles.workbook import MAX_CELLS, Cell, Sheet, WorkbookFile, column_letters

_TABLES = ("members", "many")


def read_form(file: WorkbookFile, scope: Scope) -> FilledForm:
    """Reads a form. Raises ``NotFound`` or ``InvalidContent`` where it cannot be read as one at all."""
    path = file.path
    form = FilledForm(path)
    if path.suffix.lower() == ".csv":
        sheets = [_csv_sheet(read_bytes(path), str(path))]
        _read_csv(sheets[0], form, scope)
        return form
    sheets = file.sheets
    meta = next((sheet for sheet in sheets if sheet.name == META), None)
    stamped = [(sheet, read_stamp(sheet.text(STAMP_ROW, 1))) for sheet in sheets]
    if meta is None and not any(stamp for _sheet, stamp in stamped):
        Gathering(str(path)).stop(_("不是 gradeeval 的表单；请用 gradeeval template … -o 表单.xlsx 生成后填写"))
    _Book(form, scope, meta or Sheet(META)).read([pair for pair in stamped if pair[0].name not in (META, LISTS)])
    return form


def is_form(file: WorkbookFile) -> bool:
    """Whether a workbook or CSV file that lies in a folder looks like a form; one that cannot be opened does."""
    try:
        if file.path.suffix.lower() == ".csv":
            return read_bytes(file.path).removeprefix(b"\xef\xbb\xbf").startswith((b"key,", b"kind,"))
        sheets = file.sheets
    except InvalidContent:
        return True
    return any(sheet.name == META or read_stamp(sheet.text(STAMP_ROW, 1)) for sheet in sheets)


class _Book:
    """The sheets of one workbook."""

    def __init__(self, form: FilledForm, scope: Scope, meta: Sheet) -> None:
        self.form = form
        self.scope = scope
        facts = [[meta.text(row, column) for column in range(1, 6)] for row in range(1, _last_row(meta) + 1)]
        self.stamp = next((read_stamp(value) for word, value, *_rest in facts if word == "form"), None)
        form.rulesets.update({id: digest for word, id, digest, *_rest in facts if word == "ruleset"})
        self.sheets = [name for word, name, *_rest in facts if word == "sheet"]
        self.told = [name for word, name, *_rest in facts if word == "told"]
        self.rows = {(sheet, key): title for word, sheet, key, title, _unit in facts if word == "row"}
        self.units = {(sheet, key): unit for word, sheet, key, _title, unit in facts if word == "row"}
        self.columns = {(sheet, key): title for word, sheet, key, title, _unit in facts if word == "column"}

    def read(self, stamped: list[tuple[Sheet, Stamp | None]]) -> None:
        """Every sheet with a stamp, its cells accounted for; then the profiles that they make together."""
        if self.stamp is None:
            self.stamp = next(stamp for _sheet, stamp in stamped if stamp is not None)
            self._note("", 1, 1, _("隐藏的工作表 {sheet} 不见了，无法核对表单的版本").format(sheet=META))
        if self.stamp.version != VERSION:
            self._fault(
                "",
                1,
                1,
                _("表单的版本是 {version}，本程序读 {own}；请用本程序重新生成").format(
                    version=self.stamp.version, own=VERSION
                ),
            )
            return
        items = Items(self.form, self.scope, self.stamp, typed=True)
        items.several = any(stamp is not None and stamp.role == "many" for _sheet, stamp in stamped)
        ours = [(sheet, stamp) for sheet, stamp in stamped if stamp is not None]
        present = {sheet.name for sheet, _stamp in ours}
        strange = [sheet for sheet, stamp in stamped if stamp is None and sheet.name not in self.sheets]
        for name in self.sheets:
            if name not in present and name not in {sheet.name for sheet, stamp in stamped if stamp is None}:
                renamed = [sheet.name for sheet, _stamp in ours if sheet.name not in self.sheets]
                hint = (
                    _("；是否改名为“{name}”？请改回原名").format(name=renamed[0])
                    if renamed
                    else _("；其中的数据按“不知道”处理")
                )
                sentence = _("缺少工作表“{sheet}”{hint}").format(sheet=name, hint=hint)
                (self._fault if renamed else self._note)(name, 1, 1, sentence)
        for sheet in strange:
            if sheet.cells and sheet.name not in self.told:
                self._note(sheet.name, 1, 1, _("工作表“{sheet}”不是表单的一部分，没有读取").format(sheet=sheet.name))
        for sheet, stamp in sorted(ours, key=lambda pair: pair[1].role != "basic"):
            if replace(stamp, role="") != replace(self.stamp, role=""):
                self._fault(
                    sheet.name,
                    STAMP_ROW,
                    1,
                    _("工作表“{sheet}”属于另一份表单（{kind} {sort}，时期 {period}），没有读取；请换成本表单的").format(
                        sheet=sheet.name, kind=stamp.kind, sort=stamp.sort, period=stamp.period
                    ),
                )
            elif self.sheets and sheet.name not in self.sheets:
                self._fault(
                    sheet.name,
                    1,
                    1,
                    _("工作表“{sheet}”是复制或改名来的，没有读取；请改回原名").format(sheet=sheet.name),
                )
            else:
                self._sheet(sheet, stamp, items)
        items.finish()
        self._other_period()

    def _other_period(self) -> None:
        assert self.stamp is not None
        for index, item in enumerate(self.form.data):
            if item.get("period") not in (None, self.stamp.period):
                self.form.notes.append(
                    self.form.problem(
                        _("表单是为时期 {own} 生成的，填的是 {period}").format(
                            own=self.stamp.period, period=item["period"]
                        ),
                        (index, "period"),
                    )
                )

    def _sheet(self, sheet: Sheet, stamp: Stamp, items: Items) -> None:
        table = stamp.role in _TABLES
        columns = {
            sheet.text(KEY_ROW, column): column
            for column in sorted({column for row, column in sheet.cells if row == KEY_ROW})
        }
        for (name, key), title in self.columns.items():
            if name != sheet.name:
                continue
            if key not in columns:
                self._fault(
                    sheet.name, KEY_ROW, 1, _("缺少“{title}”一列；请用没有删过列的表单填写").format(title=title)
                )
            elif sheet.text(TABLE_HEADER if table else ROWS_HEADER, columns[key]) != title:
                row = TABLE_HEADER if table else ROWS_HEADER
                self._fault(
                    sheet.name,
                    row,
                    columns[key],
                    _("表头应为“{title}”，现为“{found}”；请改回").format(
                        title=title, found=sheet.text(row, columns[key])
                    ),
                )
        merged = self._merged(sheet, TABLE_FIRST if table else ROWS_FIRST)
        if table:
            self._table(sheet, stamp, columns, merged, items)
        else:
            self._rows(sheet, columns, merged, items)

    def _merged(self, sheet: Sheet, first_row: int) -> set[tuple[int, int]]:
        """The first cells of merged ranges over the part to be filled in; each is a fault."""
        found = set()
        for top, left, bottom, right in sheet.merged:
            if bottom >= first_row and (top, left) != (bottom, right):
                self._fault(
                    sheet.name,
                    top,
                    left,
                    _("{first}:{last} 合并了单元格，分不清数据属于哪一格；请取消合并后逐格填写").format(
                        first=f"{column_letters(left)}{top}", last=f"{column_letters(right)}{bottom}"
                    ),
                )
                found.add((top, left))
        return found

    def _rows(self, sheet: Sheet, columns: dict[str, int], merged: set[tuple[int, int]], items: Items) -> None:
        """A sheet of rows: each filled cell becomes an entry, a fault or a note."""
        by_column = {column: key for key, column in columns.items()}
        by_row: dict[int, dict[str, Cell]] = {}
        for (row, column), cell in sorted(sheet.cells.items()):
            key = by_column.get(column, "")
            if row >= ROWS_FIRST and (row, column) not in merged:
                if key in ENTRY_COLUMNS:
                    by_row.setdefault(row, {})[key] = cell
                elif not key:
                    self._note(sheet.name, row, column, _("表单以外的内容没有读取"))
        present: dict[str, int] = {}
        for row in range(ROWS_FIRST, _last_row(sheet) + 1):
            key = sheet.text(row, columns.get("key", 1))
            cells = by_row.get(row, {})
            if key in present and key:
                self._fault(sheet.name, row, 1, _("这一行与第 {row} 行重复；请只留一行").format(row=present[key]))
                continue
            present[key] = row
            title = sheet.text(row, columns.get("title", 1))
            if not cells:
                items.empty_row(key, (sheet.name, row, columns.get("value", 1), title))
                continue
            if not key:
                column = columns[next(iter(cells))]
                self._fault(
                    sheet.name, row, column, _("这一行不是表单的行（缺少隐藏的指标代码），没有读取；请填在原来的行里")
                )
                continue
            if self._moved(sheet, row, key, title, columns):
                continue
            places = {name: (sheet.name, row, columns[name], title) for name in cells}
            places.setdefault("value", (sheet.name, row, columns.get("value", 1), title))
            items.row(key, Entry(cells, places))
        for (name, key), title in self.rows.items():
            if name == sheet.name and key not in present:
                self._note(sheet.name, 1, 1, _("“{title}”一行被删除，按“不知道”处理").format(title=title))

    def _moved(self, sheet: Sheet, row: int, key: str, title: str, columns: dict[str, int]) -> bool:
        """Whether title or unit of a row no longer are those of its key, so that its figure may be of another."""
        wanted = self.rows.get((sheet.name, key))
        if wanted is not None and wanted != title:
            self._fault(
                sheet.name,
                row,
                columns.get("title", 1),
                _("这一行应是“{wanted}”，现为“{found}”，可能是排序或粘贴时错了行；请核对").format(
                    wanted=wanted, found=title
                ),
            )
            return True
        unit = self.units.get((sheet.name, key))
        found = sheet.text(row, columns["unit"]) if "unit" in columns else None
        if unit and found and found != unit:
            sentence = _("单位被改成了“{found}”；请按“{unit}”换算后填写，单位不要改").format(found=found, unit=unit)
            self._fault(sheet.name, row, columns["unit"], sentence)
            return True
        return False

    def _table(
        self, sheet: Sheet, stamp: Stamp, columns: dict[str, int], merged: set[tuple[int, int]], items: Items
    ) -> None:
        """A table: each row with anything in it is a subject or a member."""
        by_column = {column: key for key, column in columns.items() if key not in ("key", "number", "")}
        titles = {key: sheet.text(TABLE_HEADER, column) for key, column in columns.items()}
        by_row: dict[int, dict[str, Entry]] = {}
        numbers = columns.get("number")
        for (row, column), cell in sorted(sheet.cells.items()):
            if row < TABLE_FIRST or (row, column) in merged or column == numbers:
                continue
            key = by_column.get(column)
            if key is None:
                self._note(sheet.name, row, column, _("表单以外的内容没有读取"))
                continue
            entry = Entry({"value": cell}, {"value": (sheet.name, row, column, titles[key])})
            by_row.setdefault(row, {})[key] = entry
        for row, entries in by_row.items():
            if stamp.role == "many" and entries.keys() <= {"period"}:
                continue  # the period is there before anyone fills in the row
            places = {key: (sheet.name, row, column, titles[key]) for key, column in columns.items()}
            if stamp.role == "members":
                items.member(entries, places)
            else:
                items.subject(entries, places)

    def _fault(self, sheet: str, row: int, column: int, message: str) -> None:
        self.form.problems.append(cell_problem(self.form.path, sheet, row, column, message))
        self.form.faulty.add(-1)

    def _note(self, sheet: str, row: int, column: int, message: str) -> None:
        self.form.notes.append(cell_problem(self.form.path, sheet, row, column, message))


def _last_row(sheet: Sheet) -> int:
    return max((row for row, _column in sheet.cells), default=0)


def _csv_sheet(raw: bytes, name: str) -> Sheet:
    """A CSV file as a sheet of texts; rows count as lines where no field spans several."""
    found = Gathering(name)
    cells: dict[tuple[int, int], Cell] = {}
    try:
        for row, fields in enumerate(csv.reader(io.StringIO(decode(raw, name), newline=""), strict=True), 1):
            for column, text in enumerate(fields, 1):
                if text.strip():
                    cells[row, column] = Cell("text", re.sub(r"^'(?=[=+\-@])", "", text))
            if len(cells) > MAX_CELLS:
                found.stop(_("文件中的值超过 {limit} 个；请拆分后再读入").format(limit=MAX_CELLS), row)
    except csv.Error as error:
        found.stop(_("CSV 语法错误：{advice}").format(advice=error))
    return Sheet("", cells)


def _read_csv(sheet: Sheet, form: FilledForm, scope: Scope) -> None:
    """One subject a file, a row each field and fact; the first rows say the kind, the tier or type, and the rulesets."""
    header = {sheet.text(1, column): column for _row, column in sheet.cells if _row == 1}
    missing = [key for key in ("key", "value") if key not in header]
    if missing:
        Gathering(str(form.path)).stop(
            _("不是 gradeeval 的 CSV 表单：第一行应有 {columns}").format(columns=",".join(CSV_COLUMNS)), 1, 1
        )
    for key, column in sorted(header.items(), key=lambda pair: pair[1]):
        if key not in CSV_COLUMNS:
            form.problems.append(cell_problem(form.path, "", 1, column, _("没有名为 `{name}` 的列").format(name=key)))
    rows = list(_csv_rows(sheet, header))
    head = {key: sheet.text(row, header["value"]) for row, key in rows}
    for id in head.get("rulesets", "").split():
        form.rulesets[id.partition("=")[0]] = id.partition("=")[2]
    stamp = Stamp("facts", head.get("kind", ""), head.get("tier", "") or head.get("type", ""), head.get("period", ""))
    items = Items(form, scope, stamp, typed=False)
    seen: dict[str, int] = {}
    for row, key in rows:
        filled = [name for name in ENTRY_COLUMNS if name in header and sheet.text(row, header[name])]
        title = sheet.text(row, header.get("title", 0))
        if not filled or key in ("kind", "tier", "type", "rulesets"):
            items.empty_row(key, ("", row, header["value"], title))
            continue
        if not key or key in seen:
            sentence = (
                _("这一行与第 {row} 行重复；请只留一行").format(row=seen[key]) if key else _("这一行缺少 key，没有读取")
            )
            form.problems.append(cell_problem(form.path, "", row, header["key"], sentence))
            form.faulty.add(-1)
            continue
        seen[key] = row
        places = {name: ("", row, header[name], title) for name in (*filled, "value")}
        items.row(key, Entry({name: sheet.cells[row, header[name]] for name in filled}, places))
    items.finish()


def _csv_rows(sheet: Sheet, header: dict[str, int]) -> Iterator[tuple[int, str]]:
    for row in range(2, _last_row(sheet) + 1):
        if any(sheet.text(row, column) for column in header.values()):
            yield row, sheet.text(row, header["key"])
