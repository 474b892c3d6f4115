"""Cuts a sentence into phrases at its commas, and an enumeration into its items; both leave brackets and quotes whole."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPENING, _CLOSING = "(《“‘〔[", ")》”’〕]"
_BREAKS = ",;:。!?"
_JOINTS = re.compile("、|以及|和|及(?!以[上下]|时|其)|与")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Characters ``start`` to ``end`` (not included) of a normalised sentence, without the mark that closes it.

    ``group`` counts the parts of the sentence between semicolons, from 0: a date or 力争 reaches to the next one.
    """

    start: int
    end: int
    group: int


def phrases(text: str, start: int = 0) -> list[Phrase]:
    """The phrases of a normalised sentence from ``start`` on, in order; none is empty."""
    found: list[Phrase] = []
    depth = group = 0
    for at, character in enumerate(text[start:], start=start):
        if character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth = max(0, depth - 1)
        elif character in _BREAKS and not depth:
            if at > start:
                found.append(Phrase(start, at, group))
            start = at + 1
            group += character == ";"
    if start < len(text):
        found.append(Phrase(start, len(text), group))
    return found


def joints(text: str) -> list[tuple[int, int]]:
    """Where the items of enumerations meet: the places of 、 and 和 outside of brackets and quotes, in order."""
    depths = _depths(text)
    return [match.span() for match in _JOINTS.finditer(text) if not depths[match.start()]]


def twins(text: str) -> int:
    """Of how many like things a phrase speaks: 卒中中心和胸痛中心 are two, 管理率、面访率和服药率 three; else 1.

    Like are those on both sides of 和 that end in the same word of two characters, or all in 率.
    """
    both = re.search(r"(?P<word>[\u4e00-\u9fff]{2})和(?=[\u4e00-\u9fff]{1,6}(?P=word))", text)
    if both is not None:
        return 2
    rates = re.search("(?:[^、和,]{1,8}率、)*[^、和,]{1,8}率和[^、和,]{1,8}率$", text)
    if rates is not None:
        return rates[0].count("率")
    return 2 if re.search("在[^,;。]{2,12}和[^,;。]{2,14}中的(?:占比|比例|比重)|中级?、高级", text) else 1


def _depths(text: str) -> list[int]:
    depths: list[int] = []
    depth = 0
    for character in text:
        if character in _OPENING:
            depth += 1
        depths.append(depth)
        if character in _CLOSING:
            depth = max(0, depth - 1)
    return depths
