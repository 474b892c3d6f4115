"""NDJSON files (``.ndjson``, ``.jsonl``): a JSON text a line, read one at a time, so that a file may be of any size.

A line that is no JSON, or is not UTF-8, is refused by itself; the lines around it are read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import chain, compress, repeat
from pathlib import Path
from typing import Any, NamedTuple, overload

from gradeeval.errors import InvalidContent, NotFound
from gradeeval.files.canonical import canonical_json
from gradeeval.files.gathering import Gathering
from gradeeval.files.json import json_places, parse_json
from gradeeval.files.limits import MAX_VALUES
from gradeeval.files.places import Places
from gradeeval.files.reading import PlainFile, decode
from gradeeval.messages import _
from gradeeval.problems import Problem, path_text

SUFFIXES = (".ndjson", ".jsonl")
MAX_LINE = 16 * 1024 * 1024
_BLOCK = 1024 * 1024
_WRITTEN = frozenset((str, bool, int, type(None)))
"""What any writer of JSON writes alike."""
_SHORT = frozenset((str, bool, type(None)))
"""What is never too long or too deep."""
MAX_QUICK = MAX_VALUES
"""Bytes of a line that cannot hold more values than a file may."""


class Line(NamedTuple):
    """A line that is not blank. ``whole``: it ends in a line feed; only the last line of a file may lack it."""

    path: Path
    number: int
    raw: bytes
    whole: bool = True

    def data(self) -> Any:
        """The plain data of the line. Raises ``InvalidContent``, with a hint where the file seems to be cut."""
        quick = self.quick()
        if quick is not None and _bounded(quick):
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

    def quick(self) -> dict[str, Any] | None:
        """The same for a map that is beyond doubt but for its size: how long its numbers are and how deep it goes."""
        return _quick_readers()[0](self.raw) if len(self.raw) <= MAX_QUICK else None

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
    return chain.from_iterable(read_blocks(path))


class Block(Sequence[Line]):
    """Lines one after the other by their numbers and bytes; each is made a ``Line`` where it is asked for.

    ``whole``: the last one ends in a line feed, as all others do. ``colons`` is how many colons they have, where that is known.
    """

    __slots__ = ("_colons", "numbers", "path", "raws", "whole")

    def __init__(
        self, path: Path, numbers: list[int], raws: list[bytes], *, whole: bool = True, colons: int | None = None
    ) -> None:
        self.path = path
        self.numbers = numbers
        self.raws = raws
        self.whole = whole
        self._colons = colons

    @property
    def colons(self) -> int:
        """How many colons the lines have."""
        if self._colons is None:
            self._colons = sum(map(bytes.count, self.raws, repeat(b":")))
        return self._colons

    def __len__(self) -> int:
        return len(self.raws)

    @overload
    def __getitem__(self, index: int) -> Line: ...

    @overload
    def __getitem__(self, index: slice) -> Block: ...

    def __getitem__(self, index: int | slice) -> Line | Block:
        if isinstance(index, slice):
            raws = self.raws[index]
            whole = self.whole or not raws or index.indices(len(self.raws))[1] < len(self.raws)
            colons = self._colons if len(raws) == len(self.raws) else None
            return Block(self.path, self.numbers[index], raws, whole=whole, colons=colons)
        last = index in (-1, len(self.raws) - 1)
        return Line(self.path, self.numbers[index], self.raws[index], self.whole or not last)

    def extend(self, other: Block) -> None:
        """Adds the lines after these."""
        self.numbers += other.numbers
        self.raws += other.raws
        self.whole = other.whole
        self._colons = None if self._colons is None or other._colons is None else self._colons + other._colons


def read_blocks(path: Path) -> Iterator[Block]:
    """The same, as many at a time as were read at once."""
    number = 1
    for raws, whole, colons in _raw_blocks(path):
        if number == 1:
            if raws[0].startswith((b"\xff\xfe", b"\xfe\xff")):
                decode(raws[0], str(path))
            raws[0] = raws[0].removeprefix(b"\xef\xbb\xbf")
        numbers = list(range(number, number + len(raws)))
        number += len(raws)
        if not all(raws) or any(map(bytes.isspace, raws)):
            full = [not (raw.isspace() or not raw) for raw in raws]
            raws, numbers = list(compress(raws, full)), list(compress(numbers, full))
        if raws:
            yield Block(path, numbers, raws, whole=whole, colons=colons)


def about_lines(path: Path) -> int:
    """About how many lines a file has, by its size and its first ones; 0 where it is none of lines."""
    if path.suffix.lower() not in SUFFIXES:
        return 0
    try:
        with path.open("rb") as stream:
            block = stream.read(_BLOCK)
        size = path.stat().st_size
    except OSError:  # it is told when it is read
        return 0
    return block.count(b"\n") * max(size, 1) // max(len(block), 1)


def _raw_blocks(path: Path) -> Iterator[tuple[list[bytes], bool, int]]:
    """Lines without their line feeds, whether they had one, and how many colons there are, which are counted as they are read.

    Of a line that is too long only its beginning is given.
    """
    try:
        with path.open("rb") as stream:
            rest, before = b"", 0
            while block := stream.read(_BLOCK):
                colons = before + block.count(b":")
                first, *more = block.split(b"\n")
                rest += first[: MAX_LINE + 2 - len(rest)]
                before = colons
                if more:
                    rest, *raws = more.pop(), rest, *more
                    before = rest.count(b":")
                    yield raws, True, colons - before
            if rest:
                yield [rest], False, before
    except OSError as error:
        raise NotFound(_("文件 {path} 无法读取（{reason}）").format(path=path, reason=error.strerror)) from None


def data_of(lines: Block) -> list[Any]:
    """The plain data of many lines. Raises ``InvalidContent`` for the first that cannot be read."""
    return _quick_readers()[1](lines.raws) or [line.data() for line in lines]


def gathered(path: Path, lines: Block, data: Any, first: str) -> PlainFile:
    """Lines that make one file together, as ``data``: the first line is its head, the others are the list ``first`` in it."""
    whole = hashlib.sha256(b"\n".join(lines.raws) + (b"\n" if lines.whole else b""))
    content = _content(data, first)
    return PlainFile(path, data, whole.hexdigest(), b"", SUFFIXES[0], content, [_Lines(lines, first)])


def _content(data: Any, first: str) -> str:
    """The digest of what lines hold together, in a tenth of the time; empty where their rows are not flat, or there is a decimal."""
    rows = data[first]
    if set(map(type, rows)) != {dict} or not _WRITTEN.issuperset(
        map(type, chain.from_iterable(map(dict.values, rows)))
    ):
        return ""
    head = canonical_json({**data, first: []}).split(f'"{first}":[]'.encode())
    try:
        from msgspec.json import encode

        written = encode(rows, order="sorted")
    except (ImportError, OverflowError, ValueError):
        return ""
    return (
        hashlib.sha256(f'"{first}":'.encode().join((head[0], written + head[1]))).hexdigest() if len(head) == 2 else ""
    )


Quick = Callable[[bytes], dict[str, Any] | None]
Flat = Callable[[Sequence[bytes]], list[Any] | None]


@cache
def _quick_readers() -> tuple[Quick, Flat]:
    """Readers of what is beyond doubt, in a third of the time: of a line, and of many with maps of texts and answers only.

    They give None for all else, which is then read as other files are.
    msgspec is as strict as our own reader but for keys that stand twice and for the bounds on depth and whole numbers.
    """
    try:
        from msgspec import DecodeError
        from msgspec.json import Decoder
    except ImportError:
        return lambda raw: None, lambda raws: None  # noqa: ARG005 - readers like any others
    reader = Decoder(float_hook=_decimal)
    read = reader.decode

    def quick(raw: bytes) -> dict[str, Any] | None:
        try:
            data = read(raw)
        except (DecodeError, RecursionError, ValueError):
            return None
        if data.__class__ is not dict:
            return None
        return data if len(data) == raw.count(b":") or has_keys(raw, keys_in(data)) else None

    def flat(raws: Sequence[bytes]) -> list[Any] | None:
        if max(map(len, raws), default=0) > MAX_QUICK:
            return None
        try:
            found = list(map(read, raws))
        except (DecodeError, RecursionError, ValueError):
            return None
        if set(map(type, found)) != {dict}:
            return None
        if not _SHORT.issuperset(map(type, chain.from_iterable(map(dict.values, found)))):
            return None
        return found if sum(map(len, found)) == sum(map(bytes.count, raws, repeat(b":"))) else None

    return quick, flat


_LONG = 10**18
_DEEP = 8


def _decimal(written: str) -> Decimal:
    if len(written) > 18 or "e" in written or "E" in written:
        raise ValueError(written)
    return Decimal(written)


def has_keys(raw: bytes, count: int) -> bool:
    """Whether a line has no more than so many keys, each of which was read: none was read for another of its name."""
    if count == raw.count(b":"):
        return True
    # Each key has its own quote and colon, if there is nothing between them.
    return count == raw.count(b'":') and b" :" not in raw and b"\t:" not in raw and b"\r:" not in raw


def keys_in(value: Any, depth: int = 0) -> int:
    """How many keys all maps have together; less than there can be where they lie too deep to be worth the search."""
    if depth > _DEEP:
        return 0
    count = 0
    if value.__class__ is dict:
        count = len(value)
        value = value.values()
    for part in value:
        if part.__class__ is dict or part.__class__ is list:
            count += keys_in(part, depth + 1)
    return count


def _bounded(value: Any, depth: int = 0) -> bool:
    """Whether no number is long and nothing lies deep."""
    if depth > _DEEP:
        return False
    for part in value.values() if value.__class__ is dict else value:
        kind = part.__class__
        if kind is int:
            if not -_LONG < part < _LONG:
                return False
        elif (kind is dict or kind is list) and not _bounded(part, depth + 1):
            return False
    return True


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
