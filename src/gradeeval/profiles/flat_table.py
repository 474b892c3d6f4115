"""Plain tables, as CSV or workbook: a row a profile, with the names of fields and facts as headings.

``x/numerator`` and ``x/denominator`` are the two parts of a share, ``x=code`` is one code of a list. A sheet with the heading
``network`` lists members. Cells are read as those of forms are: nothing is coerced, formulas are refused, empty is unknown.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from gradeeval.errors import InvalidContent, NotFound
from gradeeval.files.gathering import Gathering
from gradeeval.files.reading import decode
from gradeeval.language.scope import Scope
from gradeeval.messages import _, listed
from gradeeval.profiles.filled_form import FilledForm, Place, cell_problem
from gradeeval.profiles.form_items import Entry, Items
from gradeeval.profiles.form_layout import META, STAMP_ROW, Stamp, read_stamp
from gradeeval.profiles.workbook import Cell, Sheet, WorkbookFile
from gradeeval.schemas import shipped, unknown_name
from gradeeval.vocabulary import KINDS

_HEADINGS = frozenset(("id", "period"))
_MEMBERS = "network"
_LEADING = 65_536
_PARTS = ("numerator", "denominator")

Headings = dict[int, str]
"""Names by column, from 1."""


def is_flat(file: WorkbookFile) -> bool:
    """Whether a CSV file or workbook is such a table: its first row has ``id`` and ``period``, and it is no form."""
    path = file.path
    if path.suffix.lower() == ".csv":
        try:
            with path.open("rb") as stream:
                first = stream.readline(_LEADING).removeprefix(b"\xef\xbb\xbf")
        except OSError as error:
            raise NotFound(_("文件 {path} 无法读取（{reason}）").format(path=path, reason=error.strerror)) from None
        words = {word.strip().strip('"') for word in first.decode("utf-8", "replace").split(",")}
        return words >= _HEADINGS
    try:
        sheets = file.sheets
    except InvalidContent:
        return False
    if any(sheet.name == META or read_stamp(sheet.text(STAMP_ROW, 1)) for sheet in sheets):
        return False
    return any(set(_headings(sheet).values()) >= _HEADINGS for sheet in sheets)


def read_flat(file: WorkbookFile, scope: Scope) -> Iterator[FilledForm]:
    """A form of its own for each row. Raises ``InvalidContent`` where a heading is not known or the file is broken."""
    path = file.path
    if path.suffix.lower() == ".csv":
        yield from _csv(path, scope)
        return
    sheets = file.sheets
    members: dict[str, list[tuple[dict[str, Entry], dict[str, Place]]]] = {}
    for sheet in sheets:
        headings = _headings(sheet)
        if _MEMBERS in headings.values():
            for entries, places in _rows(sheet, headings):
                owner = entries.pop(_MEMBERS, None)
                del places[_MEMBERS]
                named = owner.cells["value"].text.strip() if owner is not None else ""
                members.setdefault(named, []).append((entries, places))
    for sheet in sheets:
        headings = _headings(sheet)
        if set(headings.values()) >= _HEADINGS and _MEMBERS not in headings.values():
            _check(headings, path, scope)
            for entries, places in _rows(sheet, headings):
                form = FilledForm(path)
                id = entries["id"].cells["value"].text.strip() if "id" in entries else ""
                _fill(form, scope, entries, places, members.pop(id, ()), typed=True)
                yield form
    for named, rows in members.items():
        for _entries, places in rows:
            form = FilledForm(path)
            sheet_name, row, column, _title = next(iter(places.values()))
            sentence = _("成员所属的网络“{id}”不在这个工作簿中").format(id=named)
            form.problems.append(cell_problem(path, sheet_name, row, column, sentence))
            form.data.append({})
            form.faulty.add(0)
            yield form


def _csv(path: Path, scope: Scope) -> Iterator[FilledForm]:
    found = Gathering(str(path))
    headings: Headings = {}
    reader = csv.reader(_texts(path), strict=True)
    before = 0
    while True:
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            found.stop(_("CSV 语法错误：{advice}").format(advice=error), before + 1)
        row, before = before + 1, reader.line_num
        cells = {
            (row, column): Cell("text", re.sub(r"^'(?=[=+\-@])", "", text))
            for column, text in enumerate(fields, 1)
            if text.strip()
        }
        sheet = Sheet("", cells)
        if not headings:
            headings = _headings(sheet)
            _check(headings, path, scope)
            continue
        if not cells:
            continue
        form = FilledForm(path)
        broken = next(
            (column for (_row, column), cell in cells.items() if not cell.text.isprintable() and _broken(cell.text)), 0
        )
        if broken or len(fields) > max(headings):
            sentence = (
                _("这一行不是 UTF-8 编码（可能是 GBK）；请把整个文件另存为 UTF-8")
                if broken
                else _("这一行有 {count} 格，多于表头；请检查引号和逗号").format(count=len(fields))
            )
            form.problems.append(cell_problem(path, "", row, broken or len(fields), sentence))
            form.data.append({})
            form.faulty.add(0)
        else:
            ((entries, places),) = _rows(sheet, headings, row)
            _fill(form, scope, entries, places, (), typed=False)
        yield form


def _texts(path: Path) -> Iterator[str]:
    """The lines as text; what is not UTF-8 is kept as lone surrogates, so that only its own row is refused."""
    try:
        with path.open("rb") as stream:
            for number, raw in enumerate(stream):
                if number == 0:
                    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
                        decode(raw, str(path))
                    raw = raw.removeprefix(b"\xef\xbb\xbf")
                yield raw.decode("utf-8", "surrogateescape")
    except OSError as error:
        raise NotFound(_("文件 {path} 无法读取（{reason}）").format(path=path, reason=error.strerror)) from None


def _broken(text: str) -> bool:
    return any("\udc80" <= sign <= "\udcff" for sign in text)


def _headings(sheet: Sheet) -> Headings:
    return {column: cell.text.strip() for (row, column), cell in sorted(sheet.cells.items()) if row == 1}


def _rows(sheet: Sheet, headings: Headings, only: int = 0) -> Iterator[tuple[dict[str, Entry], dict[str, Place]]]:
    """The filled rows below the headings. ``only``: there is no other row in the sheet."""
    by_row: dict[int, dict[str, Entry]] = {}
    for (row, column), cell in sorted(sheet.cells.items()):
        if row == 1 or column not in headings:
            continue
        name = headings[column]
        place = (sheet.name, row, column, name)
        by_row.setdefault(row, {})[name] = Entry({"value": cell}, {"value": place})
    if only:
        by_row.setdefault(only, {})
    for row, entries in by_row.items():
        yield entries, {name: (sheet.name, row, column, name) for column, name in headings.items()}


def _check(headings: Headings, path: Path, scope: Scope) -> None:
    """Raises ``InvalidContent`` with every heading that stands twice or that no profile has."""
    found = Gathering(str(path))
    known = {*scope.indicators, "source", "evidence"}
    for kind in KINDS:
        known |= set(shipped(kind)["properties"]) - {"facts", "members"}
    seen: set[str] = set()
    for column, heading in headings.items():
        name = re.split("[=/]", heading)[0]
        if heading in seen:
            found.add(_("表头“{name}”重复").format(name=heading), 1, column)
        elif name not in known:
            found.add(unknown_name(heading, known), 1, column)
        elif "/" in heading and heading.partition("/")[2] not in _PARTS:
            found.add(unknown_name(heading, [f"{name}/{part}" for part in _PARTS]), 1, column)
        seen.add(heading)
    found.settle()


def _fill(
    form: FilledForm,
    scope: Scope,
    entries: dict[str, Entry],
    places: dict[str, Place],
    members: Iterable[tuple[dict[str, Entry], dict[str, Place]]],
    *,
    typed: bool,
) -> None:
    """Makes the one profile of the form out of a row."""
    kind = entries.pop("kind", None)
    word = kind.cells["value"].text.strip() if kind is not None else ""
    if word not in KINDS:
        _sheet, row, column, _title = places.get("kind", next(iter(places.values())))
        sentence = _("kind 须是 {known} 之一").format(known=listed(KINDS))
        form.problems.append(cell_problem(form.path, _sheet, row, column, sentence))
        form.data.append({})
        form.faulty.add(0)
        return
    sort = entries.pop("tier" if word == "region" else "type", None)
    stamp = Stamp("many", word, sort.cells["value"].text.strip() if sort is not None else "", "")
    items = Items(form, scope, stamp, typed=typed)
    items.several = True
    items.subject(entries, places)
    for row_entries, row_places in members:
        items.member(row_entries, row_places)
    items.finish()
