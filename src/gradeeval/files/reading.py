"""Reads a ``.json``, ``.yaml`` or ``.yml`` file into plain data; places are worked out only on demand."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradeeval.errors import NotFound
from gradeeval.files.canonical import digest
from gradeeval.files.gathering import Gathering
from gradeeval.files.limits import MAX_BYTES, beyond_size
from gradeeval.messages import _
from gradeeval.problems import Problem, path_text

if TYPE_CHECKING:
    from gradeeval.files.places import Places

SUFFIXES = (".json", ".yaml", ".yml")


@dataclass(frozen=True, slots=True, eq=False)
class PlainFile:
    """A file that was read: dict, list, str, bool, None, int and ``decimal.Decimal``, and where each value stands.

    ``sha256`` is the hexadecimal digest of ``raw``, the bytes of the file; ``suffix`` is in lower case.
    """

    path: Path
    data: Any
    sha256: str
    raw: bytes = field(repr=False)
    suffix: str
    _content: str = ""
    _places: list[Places] = field(default_factory=list, repr=False)  # at most one: built when first asked for

    @property
    def content(self) -> str:
        """Digest of the canonical JSON of the data: the same whatever the layout of the file."""
        return self._content or digest(self.data)

    def place(self, path: tuple[str | int, ...] = ()) -> tuple[int, int]:
        """Line and column, from 1, of the key or list item at ``path``; where there is none, of what would hold it."""
        if not self._places:
            text = self.raw.decode("utf-8-sig")
            if self.suffix == ".json":
                from gradeeval.files.json import json_places

                self._places.append(json_places(text))
            else:
                from gradeeval.files.yaml import yaml_places

                self._places.append(yaml_places(text))
        return self._places[0].find(self.data, path)

    def problem(self, message: str, path: tuple[str | int, ...] = ()) -> Problem:
        """A problem at ``path`` of this file, with its place."""
        line, column = self.place(path)
        return Problem(message, str(self.path), line, column, path_text(path))


def read_plain(path: Path) -> PlainFile:
    """Reads one file.

    Raises ``NotFound`` where there is no such file or its suffix is none of ``SUFFIXES``, ``InvalidContent`` with all
    problems that could be found where its content is refused; what follows a syntax error is not looked at.
    """
    check_suffix(path)
    return read_text_plain(read_bytes(path), str(path), path.suffix)


def read_text_plain(text: bytes, name: str, suffix: str) -> PlainFile:
    """As ``read_plain``, of bytes that are at hand; ``name`` is what problems call the file."""
    suffix = suffix.lower()
    if len(text) > MAX_BYTES:
        Gathering(name).stop(beyond_size(len(text)))
    decoded = decode(text, name)
    if suffix == ".json":
        from gradeeval.files.json import parse_json

        data = parse_json(decoded, name)
    else:
        from gradeeval.files.yaml import parse_yaml

        data = parse_yaml(decoded, name)
    return PlainFile(Path(name), data, hashlib.sha256(text).hexdigest(), text, suffix)


def check_suffix(path: Path, known: Sequence[str] = SUFFIXES) -> None:
    """Raises ``NotFound`` unless the suffix is one of those known, in upper or lower case."""
    if path.suffix.lower() not in known:
        raise NotFound(_("不支持 {path} 的格式；请使用以下后缀之一：{known}").format(path=path, known=" ".join(known)))


def read_bytes(path: Path) -> bytes:
    """The bytes of a file of at most ``MAX_BYTES``; a larger one is refused by its size, before it is read.

    Raises ``NotFound`` for what is missing, is a folder or may not be read, ``InvalidContent`` for what is too large.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES and path.is_file():
            Gathering(str(path)).stop(beyond_size(size))
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)  # a pipe has no size to ask for
    except FileNotFoundError:
        raise NotFound(_("文件 {path} 不存在；请检查路径").format(path=path)) from None
    except (IsADirectoryError, NotADirectoryError):
        raise NotFound(_("{path} 不是文件；请给出一个文件").format(path=path)) from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise NotFound(_("文件 {path} 无法读取（{reason}）").format(path=path, reason=reason)) from None
    if len(raw) > MAX_BYTES:
        Gathering(str(path)).stop(beyond_size())
    return raw


def decode(raw: bytes, name: str) -> str:
    """The text of UTF-8 bytes, without byte order mark; raises ``InvalidContent`` at the first byte that is none."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            Gathering(name).stop(_("文件是 UTF-16 编码；请另存为 UTF-8"), 1, 1)
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        Gathering(name).stop(_("文件不是 UTF-8 编码（可能是 GBK）；请另存为 UTF-8"), line, column)
