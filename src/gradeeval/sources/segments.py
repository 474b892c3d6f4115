"""Cuts the text of a document into segments: one sentence each, with the clause it stands in, nothing lost.

Two styles of numbering are read: chapters ``一、``, sections ``（一）``, items ``1.`` and points ``（1）``, each level
counted anew or continued across the level above; or chapters alone, followed by sentences. A number is a heading only
at the start of a line and only where it goes on counting, so that a line that starts with ``三、四级`` is none.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

FRONT = "首部"

_BOOKMARK = re.compile(r"\[bookmark:[^\]\n]*\]")
_SPACE = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]+")
_LINE_END = re.compile(r"\r\n|\r|\n")
_NUMERALS = "一二三四五六七八九十百"
_HEADINGS = (  # on normalised text; what follows the mark must not go on with the number
    re.compile(rf"([{_NUMERALS}]+)、(?![{_NUMERALS}])"),
    re.compile(rf"\(([{_NUMERALS}]+)\)"),
    re.compile(r"([0-9]{1,3})[.、](?![0-9])"),
    re.compile(r"\(([0-9]{1,3})\)"),
)
_STEP = re.compile(rf"[{_NUMERALS}]+|[0-9]+")
_DIGITS = "零一二三四五六七八九"
_PLACES = re.compile(r"(?=.)([一二三四五六七八九]?)([百十]?)")
_PRINTED = ("{}", "（{}）", "{}", "（{}）")
_RESPONSIBLE = r"\((?:责任|牵头|配合)(?:单位|部门)[^()]*(?:\([^()]*\)[^()]*)*\)"
_CLOSING = r"[”’」』)\]》】\"']*"
_SEGMENT = re.compile(rf"{_RESPONSIBLE}|(?:(?!{_RESPONSIBLE})[^。!?])+(?:[。!?]+{_CLOSING})?|[。!?]+{_CLOSING}")


@dataclass(frozen=True, slots=True)
class Segment:
    """One sentence of a document.

    ``clause`` is the path as printed, with full-width brackets (``二（一）4``), or ``首部`` before the first heading;
    ``at`` counts the segments of that clause from 1; ``text`` is normalised; ``line`` is that of the source, from 1.
    """

    clause: str
    at: int
    text: str
    line: int

    @property
    def sha256(self) -> str:
        """The digest that a ledger keeps of this segment."""
        return text_digest(self.text)


def normalise(text: str) -> str:
    """NFKC, without ``[bookmark: …]`` and without white space, of no width included; normalised again it is the same."""
    bare = _SPACE.sub("", _BOOKMARK.sub("", unicodedata.normalize("NFKC", text)))
    return unicodedata.normalize("NFKC", bare)  # an accent that stood on a space joins the letter before it


def text_digest(text: str) -> str:
    """SHA-256 of normalised text, in hexadecimal."""
    return hashlib.sha256(normalise(text).encode()).hexdigest()


def canonical_clause(clause: str) -> str:
    """A clause path with full-width brackets and without spaces, however it was typed: ``二(一)4`` as ``二（一）4``."""
    return normalise(clause).replace("(", "（").replace(")", "）").rstrip("、.")


def clause_number(clause: str) -> str:
    """A clause path in digits, as ids have it: ``二（一）7`` as ``2.1.7``; what comes before the first heading is 0."""
    steps = _STEP.findall(canonical_clause(clause))
    return ".".join(str(_value(step)) for step in steps) or "0"


def segment(text: str) -> list[Segment]:
    """The segments of a document in order; joined they are exactly ``normalise(text)``.

    A sentence ends after 。！？ and the quotes or brackets that close there, at the end of a line, and before and after
    a bracket that names who is responsible.
    """
    segments: list[Segment] = []
    numbering = _Numbering()
    counts: dict[str, int] = {}
    for line, raw in enumerate(_LINE_END.split(text), start=1):
        content = normalise(raw)
        clause = numbering.clause(content)
        for sentence in _SEGMENT.findall(content):
            counts[clause] = counts.get(clause, 0) + 1
            segments.append(Segment(clause, counts[clause], sentence, line))
    return segments


class _Numbering:
    """The clause that the lines stand in, followed from heading to heading."""

    def __init__(self) -> None:
        self._open: list[str] = []  # the printed steps of the current path; a level that was left out is empty
        self._last = [0] * len(_HEADINGS)  # the number used last on each level

    def clause(self, line: str) -> str:
        """The clause of a normalised line, which may be the heading that opens it."""
        for level, pattern in enumerate(_HEADINGS):
            match = pattern.match(line)
            if match and self._goes_on(level, match[1]):
                number = _value(match[1])
                self._last[level] = number
                self._open = self._open[:level] + [""] * (level - len(self._open)) + [_PRINTED[level].format(match[1])]
                break
        return "".join(self._open) or FRONT

    def _goes_on(self, level: int, numeral: str) -> bool:
        """Whether a heading follows the one before it on its level: the next, a later one, or the first again."""
        if level and not self._open:
            return False
        number = _value(numeral)
        return number > self._last[level] or (level > 0 and number == 1)


def _value(numeral: str) -> int:
    if numeral.isdigit() and numeral.isascii():
        return int(numeral)
    value = 0
    for digit, power in _PLACES.findall(numeral):
        value += _DIGITS.index(digit or "一") * {"百": 100, "十": 10, "": 1}[power]
    return value
