"""Finds the printed form of a passage: the characters of the source that a stretch of normalised text came from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gradeeval.sources.segments import normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gradeeval.sources.segments import Segment

_BOOKMARK = re.compile(r"\[bookmark:[^\]\n]*\]")
_LINE_END = re.compile(r"\r\n|\r|\n")


class Printed:
    """A text beside its segments."""

    def __init__(self, text: str, segments: Sequence[Segment]) -> None:
        self._lines = [_BOOKMARK.sub("", line) for line in _LINE_END.split(text)]
        self._offsets: dict[tuple[str, int], int] = {}
        self._places: dict[int, list[int] | None] = {}
        reached: dict[int, int] = {}
        for segment in segments:
            self._offsets[segment.clause, segment.at] = reached.get(segment.line, 0)
            reached[segment.line] = reached.get(segment.line, 0) + len(segment.text)

    def passage(self, segment: Segment, start: int, end: int) -> str:
        """Characters ``start`` to ``end`` of a segment as printed, without white space; normalised where that is not to be had."""
        words = segment.text[start:end]
        places = self._line(segment.line)
        if places is None or not words:
            return words
        offset = self._offsets[segment.clause, segment.at]
        line = self._lines[segment.line - 1]
        first, last = places[offset + start], places[offset + end - 1]
        found = "".join(line[first : last + 1].split())
        return found if normalise(found) == words else words

    def _line(self, number: int) -> list[int] | None:
        """For each normalised character of a line the place of the printed one; None where they do not go together."""
        if number not in self._places:
            line = self._lines[number - 1]
            parts = [normalise(character) for character in line]
            places = [at for at, part in enumerate(parts) for _character in part]
            self._places[number] = places if "".join(parts) == normalise(line) else None
        return self._places[number]
