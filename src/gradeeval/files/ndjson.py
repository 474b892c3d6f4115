"""NDJSON files (``.ndjson``, ``.jsonl``): a JSON text a line, read one at a time, so that a file may be of any size.

A line that is no JSON, or is not UTF-8, is refused by itself; the lines around it are read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from gradeeval.errors import InvalidContent, NotFound
from gradeeval.files.gathering import Gathering
from gradeeval.files.json import json_places, parse_json
from gradeeval.files.places import Places
from gradeeval.files.reading import PlainFile, decode
from gradeeval.messages import _
from gradeeval.problems import Problem, path_text

SUFFIXES = (".ndjson", ".jsonl")
MAX_LINE = 16 * 1024 * 1024


class Line(NamedTuple):
    """A line that is not blank. ``whole``: it ends in a line feed; only the last line of a file may lack it."""

    path: Path
    number: int
    raw: bytes
    whole: bool = True

    def data(self) -> Any:
        """The plain data of the line. Raises ``InvalidContent``, with a hint where the file seems to be cut."""
        quick = _QUICK(self.raw) if len(self.raw) <= MAX_LINE else None
        if quick is not None:
            return quick
        try:
            if len(self.raw) > MAX_LINE:
                limit = MAX_LINE // (1024 * 1024)
                Gathering(str(self.path)).stop(_("一行超过 {limit} MiB 的上限").format(limit=limit), 1, 1)
            return parse_json(decode(self.raw, str(self.path)), str(self.path))
        except InvalidContent as refused:
            problems = [replace(problem, line=self.number) for problem in refused.problems]
            if not self.whole:
                cut = _("{message}；这是最后一行，文件可能没有传完").format(message=problems[0].message)
                problems[0] = replace(problems[0], message=cut)
            raise InvalidContent(problems) from None

    def place(self, path: tuple[str | int, ...] = ()) -> tuple[int, int]:
        """Line and column of the value at ``path``."""
        text = decode(self.raw, str(self.path))
        return self.number, json_places(text).find(parse_json(text, str(self.path)), path)[1]

    def problem(self, message: str, path: tuple[str | int, ...] = ()) -> Problem:
        """A problem at ``path``."""
        line, column = self.place(path)
        return Problem(message, str(self.path), line, column, path_text(path))


def read_lines(path: Path) -> Iterator[Line]:
    """The lines of a file. Raises ``NotFound`` where it cannot be read, ``InvalidContent`` where it is UTF-16."""
    try:
        with path.open("rb") as stream:
            number = 0
            while raw := stream.readline(MAX_LINE + 2):
                number += 1
                whole = raw.endswith(b"\n")
                if not whole and len(raw) > MAX_LINE:
                    while rest := stream.readline(MAX_LINE):
                        if rest.endswith(b"\n"):
                            whole = True
                            break
                if number == 1:
                    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
                        decode(raw, str(path))
                    raw = raw.removeprefix(b"\xef\xbb\xbf")
                if raw.strip():
                    yield Line(path, number, raw, whole)
    except OSError as error:
        raise NotFound(_("文件 {path} 无法读取（{reason}）").format(path=path, reason=error.strerror)) from None


def gathered(path: Path, lines: Sequence[Line], data: Any, first: str) -> PlainFile:
    """Lines that make one file together, as ``data``: the first line is its head, the others are the list ``first`` in it."""
    whole = hashlib.sha256()
    for line in lines:
        whole.update(line.raw)
    return PlainFile(path, data, whole.hexdigest(), b"", SUFFIXES[0], "", [_Lines(lines, first)])


def _quick_reader() -> Callable[[bytes], dict[str, Any] | None]:
    """Reads a line that is beyond doubt, in a third of the time; None for any other, which is then read as other files are.

    msgspec is as strict as our own reader but for keys that stand twice and for the bounds on numbers.
    """
    try:
        from msgspec import DecodeError
        from msgspec.json import Decoder
    except ImportError:
        return lambda raw: None  # noqa: ARG005 - a reader like any other
    read = Decoder(float_hook=_decimal).decode

    def quick(raw: bytes) -> dict[str, Any] | None:
        try:
            data = read(raw)
        except (DecodeError, RecursionError, ValueError):
            return None
        # Each key has its own quote and colon, and no space between them: as many as there are keys, so none stands twice.
        if (
            data.__class__ is dict
            and _keys_of(data, raw) == raw.count(b'":')
            and _SPACED not in raw
            and b'"\t:' not in raw
        ):
            known: dict[str, Any] = data
            return known
        return None

    return quick


_SPACED = b'" :'
_LARGE = 10**18
_DEEP = 8
_MANY_LISTS = 50
"""More than these could be nested too deeply."""


def _decimal(written: str) -> Decimal:
    if len(written) > 18 or "e" in written or "E" in written:
        raise ValueError(written)
    return Decimal(written)


def _keys_of(data: Mapping[str, Any], raw: bytes) -> int:
    """As ``_keys``; at once where there are only the map and one map in it, as most profiles are."""
    inner = data.get("facts")
    if inner.__class__ is not dict or raw.count(b"{") != 2 or raw.count(b"[") > _MANY_LISTS:
        return _keys(data)
    for value in (*data.values(), *inner.values()):
        if value.__class__ is int and not -_LARGE < value < _LARGE:
            return -1
    return len(data) + len(inner)


def _keys(data: Mapping[str, Any], depth: int = 0) -> int:
    """How many keys all maps have together; -1 in doubt: numbers with many digits, deep or mixed nesting."""
    count = len(data)
    if depth > _DEEP:
        return -1
    for value in data.values():
        kind = value.__class__
        inner = 0
        if kind is dict:
            inner = _keys(value, depth + 1)
        elif kind is list:
            inner = _keys_inside(value, depth)
        elif kind is int and not -_LARGE < value < _LARGE:
            inner = -1
        if inner < 0:
            return -1
        count += inner
    return count


def _keys_inside(data: Sequence[Any], depth: int) -> int:
    """The same of a list, which has to be of texts or of maps."""
    count = 0
    for part in data:
        kind = part.__class__
        if kind is not str:
            inner = _keys(part, depth + 1) if kind is dict else -1
            if inner < 0:
                return -1
            count += inner
    return count


class _Lines(Places):
    """Places in lines that were gathered."""

    def __init__(self, lines: Sequence[Line], first: str) -> None:
        super().__init__()
        self._lines = lines
        self._first = first

    def find(self, data: Any, path: tuple[str | int, ...]) -> tuple[int, int]:  # noqa: ARG002 - the lines have the data
        """Line and column of the value at ``path``."""
        if len(path) > 1 and path[0] == self._first and isinstance(path[1], int):
            return self._lines[path[1] + 1].place(path[2:])
        return self._lines[0].place(path)


_QUICK = _quick_reader()
