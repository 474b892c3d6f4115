"""What profile files hold, whatever their format: items that may be profiles, rosters, and what could not be read.

One item at a time, so that a file of lines may be of any size.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from gradeeval.errors import InvalidContent, NotFound
from gradeeval.files import ndjson
from gradeeval.files.ndjson import Block, Line, data_of, gathered, read_blocks, read_lines
from gradeeval.files.reading import SUFFIXES, PlainFile, check_suffix, read_plain
from gradeeval.language.scope import Scope
from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.profiles.filled_form import FilledForm
from gradeeval.profiles.form_layout import REFUSED_SUFFIXES
from gradeeval.profiles.roster_columns import WrittenRows, read_units

MANIFESTS = ("dataset.json", "dataset.yaml")
REJECTED = "rejected.ndjson"
_EXPECTATIONS = ".expected"


class Placed(Protocol):
    """A file that was read and knows where its values stand."""

    @property
    def path(self) -> Path:
        """The file."""
        ...

    def place(self, path: tuple[str | int, ...] = ()) -> tuple[int, int]:
        """Line and column of the value at ``path``."""
        ...

    def problem(self, message: str, path: tuple[str | int, ...] = ()) -> Problem:
        """A problem at ``path``."""
        ...


class Item(NamedTuple):
    """What may be a profile: plain data, and where it stands. ``problems`` are those of its cells that were refused already."""

    data: Any
    placed: Placed
    where: tuple[str | int, ...] = ()
    problems: tuple[Problem, ...] = ()
    number: int = 0

    @property
    def line(self) -> int:
        """The line or row that it begins in; ``number`` where that was known before."""
        return self.number or (self.placed.place(self.where)[0] if self.where else 1)

    def quick(self) -> dict[str, Any] | None:
        """The data, where it is a map without faults."""
        return self.data if self.data.__class__ is dict and not self.problems else None


@dataclass(frozen=True, slots=True)
class Unread:
    """A record, or a whole file, that could not be read, with every fault; ``text`` is what stood there, if it is a line."""

    path: Path
    problems: tuple[Problem, ...]
    text: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A roster, ``whole``; where its rows could be read by column they are ``units``, and ``head`` is what stands beside them."""

    path: Path
    whole: Callable[[], PlainFile]
    head: Mapping[str, Any] = field(default_factory=dict)
    units: WrittenRows | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """What is only worth knowing."""

    problem: Problem


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines one after the other, each of which is an item that has not been read yet: ``line_item`` does."""

    lines: Block


Batch = list[Item] | Block
"""Records that are looked at together."""
Content = Item | Lines | Unread | Listing | Note | FilledForm


@dataclass(frozen=True, slots=True)
class Reader:
    """A form of profile file: the ``suffixes`` that it is chosen for, in lower case and with their dot.

    ``read`` gets the file, the scope of all indicators, and whether the file was named itself, not found in a folder. It
    gives what is in the file, one item after the other, and judges nothing: every item is checked like any profile. A
    file that it refuses whole raises ``InvalidContent``.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    read: Callable[[Path, Scope, bool], Iterable[Content]]


def by_suffix(readers: Iterable[Reader]) -> dict[str, Reader]:
    """The readers by the suffixes of files; the first of a suffix is taken."""
    found: dict[str, Reader] = {}
    for reader in readers:
        for suffix in reader.suffixes:
            found.setdefault(suffix, reader)
    return found


def contents(path: Path, scope: Scope, readers: Mapping[str, Reader], *, alone: bool = True) -> Iterator[Content]:
    """Everything in one file, by the reader of its suffix. ``alone``: it was named itself, not found in a folder."""
    reader = readers.get(path.suffix.lower())
    if reader is None:
        check_suffix(path, tuple(readers))
        return
    try:
        yield from reader.read(path, scope, alone)
    except InvalidContent as refused:
        yield Unread(path, tuple(refused.problems))


def listing(path: Path) -> Listing | Unread | None:
    """The roster that a file is; None where it is none, or cannot be read so that nobody knows."""
    suffix = path.suffix.lower()
    try:
        if suffix in SUFFIXES:
            plain = read_plain(path)
            return Listing(path, lambda: plain) if _is_roster(plain.data) else None
        if suffix in ndjson.SUFFIXES:
            head = next(read_lines(path), None)
            if head is None or b'"jurisdiction"' not in head.raw or not is_head(head.data()):
                return None
    except InvalidContent:
        return None
    if suffix not in ndjson.SUFFIXES:
        return None
    try:
        return next(content for content in _lines(path) if isinstance(content, Listing))
    except InvalidContent as refused:
        return Unread(path, tuple(refused.problems))


def read_plain_items(path: Path, _scope: Scope, _alone: bool) -> Iterator[Content]:
    """JSON and YAML: one profile, a list of them, or a roster."""
    yield from _plain(read_plain(path))


def read_table_items(path: Path, _scope: Scope, _alone: bool) -> Iterator[Content]:
    """Parquet: a row a profile."""
    from gradeeval.profiles.columns.plain_table import parquet_items

    yield from (Item(data, row, number=row.number) for data, row in parquet_items(path))


def _plain(plain: PlainFile) -> Iterator[Content]:
    if _is_roster(plain.data):
        yield Listing(plain.path, lambda: plain)
        return
    if not isinstance(plain.data, list):
        yield Item(plain.data, plain)
        return
    if not plain.data:
        yield Unread(plain.path, (plain.problem(_("文件中没有档案")),))
    for index, item in enumerate(plain.data):
        yield Item(item, plain, (index,))


def read_line_items(path: Path, _scope: Scope, _alone: bool) -> Iterator[Content]:
    """NDJSON: a profile a line, which is given unread."""
    return _lines(path)


def _lines(path: Path) -> Iterator[Content]:
    """Lines, or a roster: its first line is its head, without ``rows``, and each of the others a row."""
    found = read_blocks(path)
    block = next(found, None)
    if block is None:
        yield Note(Problem(_("文件中没有记录"), str(path)))
        return
    head = line_item(block[0])
    if isinstance(head, Item) and is_head(head.data):
        for more in found:
            block.extend(more)
        yield _lines_listing(path, head.data, block)
        return
    yield Lines(block)
    yield from map(Lines, found)


def _lines_listing(path: Path, head: Mapping[str, Any], lines: Block) -> Listing:
    def whole() -> PlainFile:
        return gathered(path, lines, {**head, "rows": data_of(lines[1:])}, "rows")

    units = read_units(head, lines.raws[1:])
    if units is not None:
        return Listing(path, whole, head, units)
    plain = whole()
    return Listing(path, lambda: plain)


def line_item(line: Line) -> Item | Unread:
    """The item that a line is."""
    try:
        return Item(line.data(), line, number=line.number)
    except InvalidContent as refused:
        return Unread(line.path, tuple(refused.problems), line.raw[:65_536].decode("utf-8", "replace"))


def _is_roster(data: Any) -> bool:
    return isinstance(data, dict) and "rows" in data and "kind" not in data


def is_head(data: Any) -> bool:
    """Whether the first line of a file is the head of a roster."""
    return isinstance(data, dict) and "jurisdiction" in data and "kind" not in data


def read_form_items(path: Path, scope: Scope, alone: bool) -> Iterator[Content]:
    """Excel and CSV: a filled form, or a table with a row a subject; of a profile with a refused cell the other values are checked too."""
    from gradeeval.profiles.flat_table import is_flat, read_flat
    from gradeeval.profiles.forms import is_form, read_form
    from gradeeval.profiles.workbook import WorkbookFile

    file = WorkbookFile(path)
    if is_flat(file):
        for row in read_flat(file, scope):
            yield Item(row.data[0], row, (0,), tuple(row.problems))
        return
    if not alone and not is_form(file):
        yield Note(Problem(_("不是 gradeeval 的表单，没有读取"), str(path)))
        return
    form = read_form(file, scope)
    told = _by_item(form)
    for index, item in enumerate(form.data):
        yield Item(item, form, (index,), tuple(told.get(index, ())))
    if told:
        form.problems.clear()
    yield form


def _by_item(form: FilledForm) -> dict[int, list[Problem]]:
    """The problems of each faulty item: those of its own row, where each has a row; what belongs to none goes to the first."""
    faulty = sorted(range(len(form.data)) if -1 in form.faulty else form.faulty)
    by_row = {form.place((index,))[0]: index for index in faulty} if len(faulty) > 1 else {}
    told: dict[int, list[Problem]] = {index: [] for index in faulty}
    for problem in form.problems:
        cell = re.search("[0-9]+$", problem.path)
        row = problem.line or (int(cell[0]) if cell else 0)
        if faulty:
            told[by_row.get(row, faulty[0])].append(problem)
    return told


def profile_files(path: Path, suffixes: Container[str]) -> list[Path]:
    """The file itself, or the files of these suffixes in a folder and its folders, in order. Raises ``NotFound``."""
    if not path.exists():
        raise NotFound(_("文件或文件夹 {path} 不存在").format(path=path))
    if not path.is_dir():
        if path.suffix.lower() in REFUSED_SUFFIXES:
            raise NotFound(_("不读取 {path}：含宏或旧格式的工作簿请另存为 .xlsx").format(path=path))
        return [path]
    return [
        found
        for found in sorted(path.rglob("*"))
        if found.suffix.lower() in suffixes
        and found.is_file()
        and not found.stem.endswith(_EXPECTATIONS)
        and found.name not in (*MANIFESTS, REJECTED)
        and not found.name.startswith("~$")  # what Excel keeps beside an open workbook
    ]
