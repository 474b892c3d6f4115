"""The cells of an .xlsx file, read as data: nothing in it is evaluated, followed or run.

An .xlsx file is a zip of XML parts, and openpyxl builds more of it than the file holds (each cell of a merged range, each row
of a gap), so that a small hostile file can fill the memory. Here the parts that hold cells are streamed through
defusedxml, and bounds are checked before anything is unpacked.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import IO, Any, NoReturn
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from gradeeval.files.archives import MAX_RATIO, MAX_UNPACKED, weigh
from gradeeval.files.gathering import Gathering
from gradeeval.files.reading import read_bytes
from gradeeval.messages import _

MAX_CELLS = 1_000_000
MAX_ROWS = 100_000
MAX_COLUMNS = 4_000
MAX_TEXT = 32_767  # what Excel itself allows in a cell

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_DATE_BUILTIN = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_PERCENT_BUILTIN = frozenset((9, 10))
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_NONSENSE = (EOFError, IndexError, KeyError, NotImplementedError, OSError, OverflowError, RuntimeError, ValueError)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATION_STRICT = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one cell. ``kind``: ``text``, ``number``, ``yes_no``, ``date``, ``formula`` or ``error``.

    A number is an int or Decimal with the digits that Excel shows at full width; of a formula ``value`` is its text.
    ``percent``: it is shown as a percentage, so that 0.85 reads 85 %.
    """

    kind: str
    value: str | int | Decimal | bool | date
    percent: bool = False

    @property
    def text(self) -> str:
        """As a person would read it."""
        if isinstance(self.value, bool):
            return "TRUE" if self.value else "FALSE"
        if isinstance(self.value, date):
            return self.value.isoformat()
        return f"{self.value:f}" if isinstance(self.value, Decimal) else str(self.value)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One worksheet: cells by row and column, from 1, and merged ranges (first row, first column, last row, last column)."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merged: tuple[tuple[int, int, int, int], ...] = ()

    def text(self, row: int, column: int) -> str:
        """The text of a cell without space around it; empty where there is none."""
        cell = self.cells.get((row, column))
        return cell.text.strip() if cell is not None else ""


class WorkbookFile:
    """A file that may be a workbook; its cells are read when they are first asked for, and only once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def sheets(self) -> list[Sheet]:
        """The worksheets in their order. Raises ``NotFound`` and what ``read_workbook`` raises."""
        return read_workbook(read_bytes(self.path), str(self.path))


def read_workbook(raw: bytes, name: str) -> list[Sheet]:
    """The worksheets in their order. Raises ``InvalidContent`` with what is wrong with the file and what to do."""
    found = Gathering(name)
    if raw.startswith(_OLE):
        found.stop(_("工作簿已加密，或是旧的 .xls 格式；请去掉打开密码，另存为 .xlsx 后再读入"))
    if not raw:
        found.stop(_("文件为空；请写入内容"))
    if not raw.startswith(b"PK"):
        found.stop(_("不是 .xlsx 工作簿；请用 Excel、WPS 或 LibreOffice 另存为 .xlsx"))
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _refuse_bulk(archive, found)
            return _Reader(archive, found).sheets()
    except DefusedXmlException:
        found.stop(_("工作簿中含有 XML 实体或 DTD，不予读取；请在 Excel 中另存一份"))
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, ParseError, *_NONSENSE):
        _broken(found)


def column_letters(column: int) -> str:
    """``1`` is A, ``27`` is AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _broken(found: Gathering) -> NoReturn:
    found.stop(_("工作簿已损坏或不完整，无法读取；请重新传送文件，或在 Excel 中打开修复后另存"))


def _refuse_bulk(archive: zipfile.ZipFile, found: Gathering) -> None:
    """Before anything is unpacked: too many parts, too much in all, too much from too little; encrypted parts; macros."""
    weight = weigh(archive)
    if weight.too_much:
        found.stop(
            _("工作簿解压后过大（{size} MiB，上限 {limit} MiB，压缩比上限 {ratio}），可能是压缩炸弹，不予打开").format(
                size=f"{weight.unpacked / (1 << 20):.0f}", limit=MAX_UNPACKED >> 20, ratio=MAX_RATIO
            )
        )
    if weight.encrypted:
        found.stop(_("工作簿已加密，或是旧的 .xls 格式；请去掉打开密码，另存为 .xlsx 后再读入"))
    if weight.macros:
        found.stop(_("工作簿含有宏，不予读取；请另存为不含宏的 .xlsx"))


class _Reader:
    """One archive that has passed the bounds."""

    def __init__(self, archive: zipfile.ZipFile, found: Gathering) -> None:
        self.archive = archive
        self.found = found
        self.names = {part.filename.lstrip("/").lower(): part.filename for part in archive.infolist()}
        self.cells = 0
        self.texts: list[str] = []
        self.styles: list[str] = []
        self.epoch = datetime(1899, 12, 30)

    def sheets(self) -> list[Sheet]:
        """All worksheets; chart sheets have no cells and are left out."""
        book = self._part(self._book())
        if book is None:
            _broken(self.found)
        listed: list[tuple[str, str]] = []
        for element in _elements(book):
            tag = _tag(element)
            if tag == "workbookPr" and element.get("date1904") in ("1", "true"):
                self.epoch = datetime(1904, 1, 1)
            elif tag == "sheet":
                relation = element.get(_RELATION) or element.get(_RELATION_STRICT) or ""
                listed.append((element.get("name", ""), relation))
        targets = self._relations()
        self.texts = list(self._shared_texts())
        self.styles = list(self._style_kinds())
        sheets = []
        for name, relation in listed:
            kind, target = targets.get(relation, ("", ""))
            part = self._part(target)
            if kind == "worksheet" and part is None:
                _broken(self.found)
            if kind == "worksheet" and part is not None:
                sheets.append(self._sheet(name, part))
        return sheets

    def _part(self, name: str) -> IO[bytes] | None:
        stored = self.names.get(name.lstrip("/").lower())
        return self.archive.open(stored) if stored is not None else None

    def _book(self) -> str:
        """The part that lists the sheets, as the package says; usually xl/workbook.xml."""
        part = self._part("_rels/.rels")
        for element in _elements(part) if part is not None else ():
            if element.get("Type", "").endswith("/officeDocument"):
                return element.get("Target", "").lstrip("/")
        return "xl/workbook.xml"

    def _relations(self) -> dict[str, tuple[str, str]]:
        """Kind and part of each relation of the workbook. External ones are never looked at."""
        folder, _slash, name = self._book().rpartition("/")
        part = self._part(f"{folder}/_rels/{name}.rels".lstrip("/"))
        found = {}
        for element in _elements(part) if part is not None else ():
            target = element.get("Target", "")
            if _tag(element) == "Relationship" and element.get("TargetMode") != "External":
                whole = target.lstrip("/") if target.startswith("/") else f"{folder}/{target}".lstrip("/")
                found[element.get("Id", "")] = (element.get("Type", "").rpartition("/")[2], whole)
        return found

    def _kind_part(self, kind: str) -> IO[bytes] | None:
        return next((self._part(target) for own, target in self._relations().values() if own == kind), None)

    def _shared_texts(self) -> Iterator[str]:
        part = self._kind_part("sharedStrings")
        for element in _elements(part) if part is not None else ():
            if _tag(element) == "si":
                yield _plain_text(element)

    def _style_kinds(self) -> Iterator[str]:
        """For each style: ``date``, ``percent`` or nothing."""
        part = self._kind_part("styles")
        formats: dict[int, str] = {}
        for element in _elements(part, keep="xf") if part is not None else ():
            tag = _tag(element)
            if tag == "numFmt":
                formats[int(element.get("numFmtId", "0"))] = element.get("formatCode", "")
            elif tag == "cellXfs":
                for style in element:
                    yield _format_kind(int(style.get("numFmtId", "0")), formats)

    def _sheet(self, name: str, part: IO[bytes]) -> Sheet:
        sheet_cells: dict[tuple[int, int], Cell] = {}
        merged = []
        row = column = 0
        for element in _elements(part, keep="c v f is t r"):
            tag = _tag(element)
            if tag == "c":
                reference = element.get("r")
                row, column = _position(reference) if reference else (row, column + 1)
                cell = self._cell(element)
                if cell is not None:
                    self.cells += 1
                    if self.cells > MAX_CELLS or row > MAX_ROWS or column > MAX_COLUMNS:
                        self.found.stop(
                            _("工作表“{sheet}”的内容过多，或离表单太远（{cell}）；请删除表单以外的内容").format(
                                sheet=name, cell=f"{column_letters(column)}{row}"
                            )
                        )
                    sheet_cells[row, column] = cell
            elif tag == "mergeCell":
                first, _colon, last = element.get("ref", "").partition(":")
                merged.append((*_position(first), *_position(last or first)))
        return Sheet(name, sheet_cells, tuple(merged))

    def _cell(self, element: Element) -> Cell | None:
        kind, parts = element.get("t", "n"), {_tag(child): child for child in element}
        if "f" in parts:
            return Cell("formula", "=" + (parts["f"].text or "")[:200])
        if kind == "inlineStr":
            return _text(_plain_text(parts["is"])) if "is" in parts else None
        raw = parts["v"].text if "v" in parts else None
        if raw is None:
            return None
        if kind == "s":
            return _text(self.texts[int(raw)])
        if kind == "str":
            return _text(raw)
        if kind == "b":
            return Cell("yes_no", raw.strip() in ("1", "true"))
        if kind == "e":
            return Cell("error", raw)
        if kind == "d":
            return Cell("date", _day(datetime.fromisoformat(raw)))
        style = self.styles[int(element.get("s", "0"))] if self.styles else ""
        number = exact(raw)
        if style == "date":
            return Cell("date", _day(self.epoch + timedelta(days=float(number))))
        return Cell("number", number, style == "percent")


def exact(raw: str) -> int | Decimal:
    """The number that Excel shows for what it stored: 84.959999999999994 is the binary neighbour of 84.96."""
    if re.fullmatch(r"-?[0-9]{1,15}", raw):
        return int(raw)
    shown = Decimal(repr(float(raw)))
    if not shown.is_finite():
        raise ValueError(raw)
    return int(shown) if shown == shown.to_integral_value() and abs(shown) < 10**15 else shown


def _day(moment: datetime) -> date:
    """A day where the time is midnight, else the moment."""
    return moment.date() if moment.time() == datetime.min.time() else moment


def _text(text: str) -> Cell | None:
    return Cell("text", text[:MAX_TEXT]) if text.strip() else None


def _plain_text(element: Element) -> str:
    """The text of a string item; phonetic guides are left out. What Excel escapes as _x000D_ is unescaped."""
    runs = []
    for child in element:
        if _tag(child) == "t":
            runs.append(child.text or "")
        elif _tag(child) == "r":
            runs.extend(part.text or "" for part in child if _tag(part) == "t")
    text = re.sub(r"_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), "".join(runs))
    return _CONTROLS.sub("", text)


def _format_kind(number: int, formats: dict[int, str]) -> str:
    if number in formats:
        code = _LITERAL.sub("", formats[number].partition(";")[0])
        if "%" in code:
            return "percent"
        return "date" if re.search(r"[dmyhsDMYHS年月日]", code.replace("General", "")) else ""
    if number in _PERCENT_BUILTIN:
        return "percent"
    return "date" if number in _DATE_BUILTIN else ""


def _position(reference: str) -> tuple[int, int]:
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise ValueError(reference)
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _elements(part: IO[bytes], keep: str = "t r rPh") -> Iterator[Element]:
    """Each element when it is complete; those whose names are not in ``keep`` are emptied after they were handed out."""
    kept = frozenset(keep.split())
    with part:
        above: list[Any] = []
        for event, element in iterparse(part, events=("start", "end"), forbid_dtd=True):
            if event == "start":
                above.append(element)
                continue
            above.pop()
            yield element
            if _tag(element) not in kept:
                element.clear()
                if above and _tag(above[-1]) in ("sheetData", "sst", "mergeCells"):
                    above[-1].remove(element)
            elif _tag(element) == "c" and above:
                element.clear()
                above[-1].remove(element)
