"""The numbers that Word makes itself (一、 （一） 1.): its list definitions, followed paragraph by paragraph."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "零一二三四五六七八九"
_CHINESE = {"chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "ideographDigital"}
_CIRCLED = {"decimalEnclosedCircle", "decimalEnclosedCircleChinese"}
_MOST_LEVELS = 9


class Numbering:
    """The lists of one document. ``used`` counts the paragraphs that got a number."""

    def __init__(self, numbering: Element | None, styles: Element | None) -> None:
        self.used = 0
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self._list_of: dict[str, str] = {}
        self._of_style: dict[str, tuple[str, int]] = {}
        self._counts: dict[str, list[int]] = {}
        if numbering is not None:
            self._read(numbering)
        if styles is not None:
            self._read_styles(styles)

    def of(self, paragraph: Element) -> str:
        """The number that Word prints before this paragraph, which is counted now; empty where there is none."""
        found = self._placed(paragraph)
        if found is None:
            return ""
        name, level = found
        abstract = self._list_of.get(name, "")
        levels = self._levels.get(abstract, {})
        if level not in levels:
            return ""
        counts = self._counts.setdefault(abstract, [0] * _MOST_LEVELS)
        counts[level] = counts[level] + 1 if counts[level] else levels[level][2]
        for deeper in range(level + 1, _MOST_LEVELS):
            counts[deeper] = 0
        style, text, _start = levels[level]
        if style in ("bullet", "none"):
            return ""
        self.used += 1

        def shown(match: re.Match[str]) -> str:
            which = int(match[1]) - 1
            form, _text, first = levels.get(which, ("decimal", "", 1))
            return _printed(counts[which] or first, form)

        return re.sub("%([1-9])", shown, text)

    def _placed(self, paragraph: Element) -> tuple[str, int] | None:
        """The list and level of a paragraph: its own, else those of its style."""
        properties = paragraph.find(f"{_W}pPr")
        if properties is None:
            return None
        own = properties.find(f"{_W}numPr")
        style = properties.find(f"{_W}pStyle")
        inherited = self._of_style.get(style.get(f"{_W}val", "")) if style is not None else None
        if own is None:
            return inherited
        name = _value(own, "numId") or (inherited[0] if inherited else "")
        if name in ("", "0"):
            return None
        return name, _level(_value(own, "ilvl"))

    def _read(self, numbering: Element) -> None:
        for abstract in numbering.findall(f"{_W}abstractNum"):
            levels = self._levels.setdefault(abstract.get(f"{_W}abstractNumId", ""), {})
            for level in abstract.findall(f"{_W}lvl"):
                start = _value(level, "start")
                levels[_level(level.get(f"{_W}ilvl"))] = (
                    _value(level, "numFmt") or "decimal",
                    _value(level, "lvlText"),
                    int(start) if start.isdecimal() and len(start) < 5 else 1,
                )
        for number in numbering.findall(f"{_W}num"):
            self._list_of[number.get(f"{_W}numId", "")] = _value(number, "abstractNumId")

    def _read_styles(self, styles: Element) -> None:
        for style in styles.findall(f"{_W}style"):
            found = style.find(f"{_W}pPr/{_W}numPr")
            if found is not None and _value(found, "numId") not in ("", "0"):
                self._of_style[style.get(f"{_W}styleId", "")] = _value(found, "numId"), _level(_value(found, "ilvl"))


def _value(element: Element, name: str) -> str:
    child = element.find(f"{_W}{name}")
    return "" if child is None else child.get(f"{_W}val", "")


def _level(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) == 1 and int(text) < _MOST_LEVELS else 0


def _printed(number: int, form: str) -> str:
    if form in _CHINESE and 0 < number < 100:
        tens, ones = divmod(number, 10)
        return ("" if not tens else "十" if tens == 1 else _DIGITS[tens] + "十") + (_DIGITS[ones] if ones else "")
    if form in _CIRCLED and 0 < number <= 20:
        return chr(0x245F + number)
    if form == "lowerLetter" and 0 < number <= 26:
        return chr(96 + number)
    if form == "upperLetter" and 0 < number <= 26:
        return chr(64 + number)
    return str(number)
