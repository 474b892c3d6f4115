"""Strict JSON: the standard library's scanner reads, and a slow one with places is asked only where something is wrong.

Stricter than the standard library: no duplicate keys, no NaN or infinity, no lone surrogates, depth and size bounded.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gradeeval.files.gathering import Gathering, Steps
from gradeeval.files.limits import MAX_DEPTH, MAX_VALUES, beyond_depth, beyond_number, beyond_values
from gradeeval.files.places import Places
from gradeeval.messages import _, mark

if TYPE_CHECKING:
    from collections.abc import Iterator

# A string that lacks its closing quote runs to the end, so that no scan starts again inside it.
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)'
_NOT_STRUCTURE = re.compile(rf"{_STRING}|[^\[\]{{}},\"]+", re.DOTALL)
_STRUCTURE = re.compile(rf"{_STRING}|[\[\]{{}}]", re.DOTALL)
_TOKEN = re.compile(rf"{_STRING}|[\[\]{{}}:,]|[^\s\[\]{{}}:,\"]+", re.DOTALL)
_MANY_DIGITS = re.compile(r"[0-9]{41}")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_FINITE = frozenset(("NaN", "Infinity", "-Infinity"))

_SYNTAX = {  # what the standard library says, and what to do about it
    "Expecting value": mark("此处应有一个值；请检查多余的逗号、缺少的引号或未写完的内容"),
    "Expecting property name enclosed in double quotes": mark("键须用半角双引号括起；请检查多余的逗号"),
    "Illegal trailing comma before end of object": mark("最后一项之后不能有逗号"),
    "Illegal trailing comma before end of array": mark("最后一项之后不能有逗号"),
    "Expecting ':' delimiter": mark("键后面缺少半角冒号"),
    "Expecting ',' delimiter": mark("此处缺少半角逗号或右括号"),
    "Extra data": mark("内容结束后还有多余的文字；一个文件只能有一个值"),
    "Unterminated string starting at": mark("双引号没有配对"),
    "Invalid control character at": mark("引号内不能直接换行或含控制字符；换行请写 \\n"),
    "Invalid \\escape": mark("转义写法无效；反斜杠请写成 \\\\"),
    "Invalid \\uXXXX escape": mark("\\u 之后须有四位十六进制数"),
}


def parse_json(text: str, name: str) -> Any:
    """Plain data of one JSON text; raises ``InvalidContent`` with all problems that could be found.

    Numbers with a fraction or exponent become ``Decimal`` with the digits as written.
    """
    found = Gathering(name)
    if not text.strip(" \t\r\n"):
        found.stop(_("文件为空；请写入内容"), 1, 1)
    _refuse_bulk(text, found)
    hooks = _Hooks()
    try:
        data = json.loads(
            text,
            object_pairs_hook=hooks.members,
            parse_float=hooks.decimal,
            # int() refuses thousands of digits with an error of its own
            parse_int=hooks.integer if _MANY_DIGITS.search(text) else None,
            parse_constant=hooks.constant,
        )
    except json.JSONDecodeError as error:
        advice = _(_SYNTAX[error.msg]) if error.msg in _SYNTAX else error.msg
        found.stop(_("JSON 语法错误：{advice}").format(advice=advice), error.lineno, error.colno)
    if hooks.suspect or _SURROGATE_ESCAPE.search(text):
        _find_faults(text, found)
    found.settle()
    return data


class _Hooks:
    """What the standard library calls while it reads; ``suspect`` once something was met that it would let pass."""

    def __init__(self) -> None:
        self.suspect = False

    def members(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        whole = dict(pairs)
        if len(whole) != len(pairs):
            self.suspect = True
        return whole

    def decimal(self, written: str) -> Decimal:
        if beyond_number(written) is None:
            return Decimal(written)
        self.suspect = True
        return Decimal(0)

    def integer(self, written: str) -> int:
        if beyond_number(written) is None:
            return int(written)
        self.suspect = True
        return 0

    def constant(self, _written: str) -> None:
        self.suspect = True


def json_places(text: str) -> Places:
    """The places of all values of a text that ``parse_json`` accepts."""
    places = Places()
    lines = _Lines(text)
    for token in _walk(text):
        if token.kind == "close":
            places.end()
        elif token.kind != "key":
            at = lines.place(token.at if token.key_at is None else token.key_at)
            if token.kind == "open":
                places.begin(*at)
            else:
                places.value(*at)
    return places


def _refuse_bulk(text: str, found: Gathering) -> None:
    """Refuses depth and number of values before the scanner of the standard library, which recurses, sees the text."""
    opened = text.count("[") + text.count("{")
    if opened <= MAX_DEPTH and opened + text.count(",") < MAX_VALUES:
        return
    skeleton = _NOT_STRUCTURE.sub("", text)
    if len(skeleton) - skeleton.count("]") - skeleton.count("}") >= MAX_VALUES:
        found.stop(beyond_values())
    depth = 0
    for character in skeleton:
        if character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                found.stop(beyond_depth(), *_Lines(text).place(_too_deep_at(text)))
        elif character in "]}":
            depth -= 1


def _too_deep_at(text: str) -> int:
    depth = 0
    for match in _STRUCTURE.finditer(text):
        if match[0] in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                return match.start()
        elif match[0] in "]}":
            depth -= 1
    return 0


def _find_faults(text: str, found: Gathering) -> None:
    """Gathers, with places, what the scanner of the standard library let pass."""
    lines = _Lines(text)
    for token in _walk(text):
        message = None
        if token.kind == "key" and token.again:
            message = _("键“{key}”重复；请只保留一处").format(key=token.text)
        elif token.kind in ("key", "string") and _SURROGATE.search(token.text):
            message = _("含有不成对的 \\ud800—\\udfff 转义；请直接写出该字符")
        elif token.kind == "word" and token.text in _NOT_FINITE:
            message = _("不接受 NaN 或无穷大；没有数据时请删去该项")
        elif token.kind == "word" and token.text[0] in "-0123456789":
            message = beyond_number(token.text)
        if message is not None:
            found.add(message, *lines.place(token.at), token.path)


class _Token:
    """A key, the opening or closing of a map or list, a string or another word, with its place in the text."""

    __slots__ = ("again", "at", "key_at", "kind", "path", "text")

    def __init__(self, kind: str, at: int, text: str, path: Steps, key_at: int | None, again: bool = False) -> None:
        self.kind = kind
        self.at = at
        self.text = text
        self.path = path
        self.key_at = key_at
        self.again = again


def _walk(text: str) -> Iterator[_Token]:
    """The tokens of a text that the standard library has accepted, each with the path of the value it belongs to."""
    steps: list[str | int] = []  # one step for each open map or list
    seen: list[set[str] | None] = []  # the keys of each open map, None for a list
    key_at: int | None = None
    expects_key = False
    for match in _TOKEN.finditer(text):
        raw, at = match[0], match.start()
        if raw == ",":
            expects_key = seen[-1] is not None
            if not expects_key:
                steps[-1] = int(steps[-1]) + 1
        elif raw == ":":
            expects_key = False
        elif raw in "]}":
            steps.pop()
            seen.pop()
            yield _Token("close", at, raw, tuple(steps), None)
            expects_key = False
        elif raw in "[{":
            yield _Token("open", at, raw, tuple(steps), key_at)
            steps.append("" if raw == "{" else 0)
            seen.append(set() if raw == "{" else None)
            expects_key, key_at = raw == "{", None
        elif expects_key:
            keys, key = seen[-1], json.loads(raw)
            again = keys is not None and key in keys
            if keys is not None:
                keys.add(key)
            steps[-1], key_at = key, at
            yield _Token("key", at, key, tuple(steps), None, again)
        else:
            value = json.loads(raw) if raw[0] == '"' else raw
            yield _Token("string" if raw[0] == '"' else "word", at, value, tuple(steps), key_at)
            key_at = None


class _Lines:
    """Offsets of a text as line and column, both from 1."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(self, at: int) -> tuple[int, int]:
        line = bisect_right(self._starts, at)
        return line, at - self._starts[line - 1] + 1
