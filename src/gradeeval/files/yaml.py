"""YAML 1.2 core scalars on the event stream of PyYAML.

The ready-made loaders die on deep nesting, turn dates and ``no`` into other things and drop duplicate keys without a
word. Events come one at a time, so depth and size are refused before anything is built, and every fault has its line.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import yaml

from gradeeval.files.gathering import Gathering, Steps
from gradeeval.files.limits import MAX_DEPTH, MAX_VALUES, beyond_depth, beyond_number, beyond_values
from gradeeval.files.places import Places
from gradeeval.messages import _, mark

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER = re.compile(r"[-+]?[0-9]+")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+(?:\.[0-9]*)?")
_OTHER_BASE = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_NUMBER_STARTS = frozenset("0123456789+-.")
_SURROGATE_ESCAPE = re.compile(r"\\[uU]0*[dD][89a-fA-F]")
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_COMMENT = re.compile(r"(?:^|(?<=[ \t]))(#)")

_AWAITING_KEY = object()
_UNUSABLE_KEY = object()

_SYNTAX = (  # what PyYAML and libyaml say, and what to do about it
    ("could not find expected ':'", mark("键后面缺少半角冒号和空格（“键: 值”）")),
    ("mapping values are not allowed", mark("此处不能再写“键: 值”；请检查缩进，含冒号的文字请加引号")),
    ("cannot start any token", mark("此处的字符不能开始一个值；缩进只能用空格（不能用制表符），@ ` % 开头的请加引号")),
    ("',' or ']'", mark("方括号没有配对，或缺少逗号")),
    ("',' or '}'", mark("花括号没有配对，或缺少逗号")),
    ("unexpected end of stream", mark("引号没有配对")),
    ("unexpected document indicator", mark("引号没有配对")),
    ("escape", mark("双引号内的转义写法无效；请改用单引号，或把 \\ 写成 \\\\")),
    ("'-' indicator", mark("列表的各项须以“- ”开头并对齐；请检查缩进")),
    ("expected key", mark("键没有对齐；请检查缩进")),
    ("expected <block end>", mark("各行没有对齐；请检查缩进")),
    ("undefined tag handle", mark("不接受标签（!）；含感叹号的文字请加引号")),
    ("directive", mark("不接受以 % 开头的指令；请删去该行")),
    ("version", mark("只接受 YAML 1.2；请删去 %YAML 一行")),
)


def parse_yaml(text: str, name: str) -> Any:
    """Plain data of one YAML document; raises ``InvalidContent`` with all problems that could be found.

    Plain scalars follow the YAML 1.2 core schema, decimals keep the digits as written; all else is text. Refused are
    anchors, aliases, tags, merge keys, duplicate keys, keys that are no text, a second document, NaN and infinities.
    """
    found = Gathering(name)
    data = _build(text, found)
    if _SURROGATE_ESCAPE.search(text) and _has_surrogate(data):
        found.add(_("含有不成对的 \\ud800—\\udfff 转义；请直接写出该字符"))
    found.settle()
    return data


def yaml_places(text: str) -> Places:
    """The places of all values of a text that ``parse_yaml`` accepts."""
    places = Places()
    item = (0, 0)
    pending: list[tuple[int, int] | None] = []  # of each open list ``item``, of each open map the place of its key
    for event in _events(text, Gathering("")):
        if isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            pending.pop()
            places.end()
        elif isinstance(event, (yaml.ScalarEvent, yaml.CollectionStartEvent)):
            here = _place(event)
            key = pending[-1] if pending else item
            if key is None:
                pending[-1] = here
                continue
            at = here if key == item else key
            if key != item:
                pending[-1] = None
            if isinstance(event, yaml.ScalarEvent):
                places.value(*at)
            else:
                places.begin(*at)
                pending.append(item if isinstance(event, yaml.SequenceStartEvent) else None)
    return places


def yaml_comments(text: str) -> Iterator[tuple[int, int, str]]:
    """Line, column and words of each comment of a text that ``parse_yaml`` accepts; the words begin with ``#``."""
    lines = text.split("\n")
    inside: list[tuple[tuple[int, int], tuple[int, int]]] = []
    for event in _events(text, Gathering("")):
        if isinstance(event, yaml.ScalarEvent):
            start, end = event.start_mark, event.end_mark
            assert start is not None
            assert end is not None
            if event.style or start.line != end.line:
                inside.append(((start.line, start.column), (end.line, end.column)))
    at = 0
    for number, line in enumerate(lines):
        for match in _COMMENT.finditer(line):
            here = (number, match.start(1))
            while at < len(inside) and inside[at][1] <= here:
                at += 1
            if at == len(inside) or here < inside[at][0]:
                yield number + 1, match.start(1) + 1, line[match.start(1) :].rstrip()
                break


def _events(text: str, found: Gathering) -> Iterator[Any]:
    """Events from libyaml where PyYAML was built with it, else from its Python parser; a syntax error ends them."""
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        parser = loader(text)
        try:
            while (event := parser.get_event()) is not None:
                yield event
                if type(event) is yaml.StreamEndEvent:
                    return
        finally:
            parser.dispose()
    except yaml.reader.ReaderError:
        bad = _UNPRINTABLE.search(text)
        at = bad.start() if bad else 0
        line = text.count("\n", 0, at) + 1
        code = f"U+{ord(text[at]):04X}" if bad else "?"
        found.stop(_("含有不可见的控制字符 {code}；请删去").format(code=code), line, at - text.rfind("\n", 0, at))
    except yaml.MarkedYAMLError as error:
        at_mark = error.problem_mark or error.context_mark
        line, column = (at_mark.line + 1, at_mark.column + 1) if at_mark else (1, 1)
        found.stop(_syntax(text, error, line), line, column)


def _syntax(text: str, error: yaml.MarkedYAMLError, line: int) -> str:
    said = f"{error.context or ''}: {error.problem or ''}"
    advice = next((_(sentence) for words, sentence in _SYNTAX if words in said), None)
    if advice is None:
        advice = _("请检查缩进、引号和括号（解析器：{said}）").format(said=said.strip(": "))
    lines = text.split("\n")
    if "：" in "".join(lines[max(line - 3, 0) : line]):
        advice += _("；此处有全角冒号，YAML 的键后须用半角冒号加空格")
    return _("YAML 语法错误：{advice}").format(advice=advice)


def _place(event: Any) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


class _Tree:
    """The plain data while it grows: the open maps and lists, and of each open map the key whose value comes next."""

    def __init__(self, found: Gathering) -> None:
        self.root: Any = None
        self.found = found
        self._open: list[Any] = []
        self._keys: list[Any] = []

    def path(self) -> Steps:
        """The place inside the file of the value that comes next."""
        steps: list[str | int] = []
        for container, key in zip(self._open, self._keys, strict=True):
            if type(container) is list:
                steps.append(len(container))
            elif isinstance(key, str):
                steps.append(key)
        return tuple(steps)

    def awaits_key(self) -> bool:
        return bool(self._keys) and self._keys[-1] is _AWAITING_KEY

    def scalar(self, event: Any) -> None:
        if event.tag is not None or event.anchor is not None:
            self._refuse_decoration(event)
        self._put(event.value if event.style else _plain(event, self), event)

    def open(self, event: Any) -> None:
        if event.tag is not None or event.anchor is not None:
            self._refuse_decoration(event)
        if len(self._open) >= MAX_DEPTH:
            self.found.stop(beyond_depth(), *_place(event))
        is_map = type(event) is yaml.MappingStartEvent
        self._open.append({} if is_map else [])
        self._keys.append(_AWAITING_KEY if is_map else None)

    def alias(self, event: Any) -> None:
        self.found.add(_("不接受别名（*）；请把内容直接写出"), *_place(event), self.path())
        self._put("", event)

    def close(self, event: Any) -> None:
        self._keys.pop()
        self._put(self._open.pop(), event)

    def _put(self, value: Any, event: Any) -> None:
        """Adds a finished value, or takes it as the key of what comes next."""
        if not self._open:
            self.root = value
            return
        container, key = self._open[-1], self._keys[-1]
        if type(container) is list:
            container.append(value)
        elif key is _AWAITING_KEY:
            self._keys[-1] = self._key(value, container, event)
        else:
            self._keys[-1] = _AWAITING_KEY
            if key is not _UNUSABLE_KEY:
                container[key] = value

    def _key(self, value: Any, container: dict[str, Any], event: Any) -> object:
        at = self.path()
        if type(value) is not str:
            message = _("键必须是文字；数字、true、null 等作键时请加引号")
        elif value in container:
            message = _("键“{key}”重复；请只保留一处").format(key=value)
            at += (value,)
        else:
            return value
        self.found.add(message, *_place(event), at)
        return _UNUSABLE_KEY

    def _refuse_decoration(self, event: Any) -> None:
        if event.anchor is not None:
            self.found.add(_("不接受锚点（&）；请把内容直接写出"), *_place(event), self.path())
        if event.tag is not None:
            self.found.add(_("不接受标签（!）；含感叹号的文字请加引号"), *_place(event), self.path())


def _build(text: str, found: Gathering) -> Any:
    tree = _Tree(found)
    values = documents = 0
    for event in _events(text, found):
        kind = type(event)
        if kind is yaml.ScalarEvent:
            values += 1
            tree.scalar(event)
        elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            values += 1
            tree.open(event)
        elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            tree.close(event)
        elif kind is yaml.AliasEvent:
            tree.alias(event)
        elif kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                message = _("一个文件只能有一份 YAML 文档；请删去第二个 --- 及其后的内容，或另存一个文件")
                found.stop(message, *_place(event))
        if values > MAX_VALUES:
            found.stop(beyond_values(), *_place(event))
    if tree.root is None:
        found.stop(_("文件为空；请写入内容"), 1, 1)
    return tree.root


def _plain(event: Any, tree: _Tree) -> Any:
    """The value of an unquoted scalar; a number that is refused is gathered and reads as 0."""
    text: str = event.value
    if text in _WORDS:
        return _WORDS[text]
    if text[0] in _NUMBER_STARTS:
        refusal = _refusal(text)
        if refusal is not None:
            tree.found.add(refusal, *_place(event), tree.path())
            return 0
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return Decimal(text)
    elif text == "<<" and tree.awaits_key():
        tree.found.add(_("不接受合并键（<<）；请把内容直接写出"), *_place(event), tree.path())
    return text


def _refusal(text: str) -> str | None:
    """Why an unquoted scalar is neither taken as a number nor as text; None where it is one of them."""
    if _LEADING_ZERO.fullmatch(text):
        return _("{text} 以 0 开头：代码请加引号，数字请去掉前面的 0").format(text=text)
    if _OTHER_BASE.fullmatch(text):
        return _("不接受 {text} 这种写法：代码请加引号，数字请写成十进制").format(text=text)
    if _NOT_FINITE.fullmatch(text):
        return _("不接受 NaN 或无穷大；没有数据时请删去该项")
    return beyond_number(text) if _DECIMAL.fullmatch(text) else None


def _has_surrogate(data: Any) -> bool:
    stack = [data]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
                return True
        elif isinstance(value, dict):
            stack.extend(value)
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return False
