"""Text in columns of a terminal: widths, line breaks, and tables that fit. Knows nothing of findings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import wcwidth
from tabulate import tabulate

_NOT_FIRST = frozenset("，。、；：？！）》」』”’】〉〕…％%,.;:?!)]}·～")
_NOT_LAST = frozenset("（《「『“‘【〈〔([{≥≤><±")
_BEHIND_NUMBERS = frozenset("年月日天家个项倍元位")
"""A number and its unit stay on one line, and so does a date."""

_LEAST_BEFORE_HYPHEN = 5
_STAND_INS = 0x2F000
"""First of a row of unassigned characters that take two columns; see ``_swapped``."""

_GAP = 2
_ANSI = re.compile("\x1b\\[[0-9;]*m")
Cell = str | tuple[str, ...]
"""One cell: a text, or several that each begin on a line of their own."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, the fewest columns of the terminal that it can do with, and its alignment.

    ``spare``: it may be left out where the table does not fit otherwise, those with the highest number first (0: never).
    ``tint`` is an ANSI code that its cells are coloured with; empty for none.
    """

    heading: str
    least: int = 4
    right: bool = False
    spare: int = 0
    tint: str = ""


def width(text: str, ambiguous: int = 1) -> int:
    """How many columns of a terminal a text without line breaks takes."""
    plain: int = max(0, wcwidth.wcswidth(text))
    return plain if ambiguous == 1 else plain + sum(map(_is_ambiguous, text))


def wrap(text: str, columns: int, ambiguous: int = 1, hanging: str = "") -> list[str]:
    """The text in lines of at most ``columns`` columns (taken as no fewer than two); at least one line.

    A line breaks at spaces and between Chinese characters, not before a closing mark or after an opening one if that can
    be helped; a word that is longer than a line is cut. Lines after the first begin with ``hanging``.
    """
    columns = max(2 + width(hanging, ambiguous), columns)
    lines = [""]
    for piece in _pieces(text):
        if width(lines[-1] + piece.rstrip(), ambiguous) > columns and lines[-1].strip():
            lines.append(hanging)
        if width(lines[-1] + piece.rstrip(), ambiguous) <= columns:
            lines[-1] += piece
            continue
        for sign in piece:
            if width(lines[-1] + sign, ambiguous) > columns:
                lines.append(hanging)
            lines[-1] += sign
    return [line.rstrip() for line in lines]


def table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]], room: int, ambiguous: int = 1) -> list[str] | None:
    """The lines of a table of at most ``room`` columns; None where even the narrowest table would be wider.

    Columns that may be left out go first; cells are broken to the width that is left for them.
    """
    chosen = list(columns)
    cells = [list(row) for row in rows]
    while _least(chosen) > room:
        spare = max(range(len(chosen)), key=lambda index: chosen[index].spare)
        if not chosen[spare].spare:
            return None
        del chosen[spare]
        for row in cells:
            del row[spare]
    widths = _widths(chosen, cells, room, ambiguous)
    broken = [
        [
            "\n".join(_tinted(line, column.tint) for line in _broken(cell, size, ambiguous))
            for cell, size, column in zip(row, widths, chosen, strict=True)
        ]
        for row in cells
    ]
    headings = ["\n".join(wrap(column.heading, size, ambiguous)) for column, size in zip(chosen, widths, strict=True)]
    there, back = _swapped([text for row in (headings, *broken) for text in row], ambiguous)
    drawn = tabulate(
        [[cell.translate(there) for cell in row] for row in (headings, *broken)],
        tablefmt="plain",
        disable_numparse=True,
        preserve_whitespace=True,
        colalign=["right" if column.right else "left" for column in chosen],
    )
    lines = [line.translate(back).rstrip() for line in drawn.split("\n")]
    lines.insert(max(heading.count("\n") for heading in headings) + 1, _underline(headings, broken, ambiguous))
    return lines


def without(
    index: int, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]
) -> tuple[list[Column], list[list[Cell]]]:
    """The table without one of its columns."""
    return (
        [*columns[:index], *columns[index + 1 :]],
        [[*row[:index], *row[index + 1 :]] for row in rows],
    )


def rule(room: int, ambiguous: int = 1, heavy: bool = False) -> str:
    """A line across the terminal; plain signs where those for boxes would take two columns."""
    if ambiguous == 2:
        return ("=" if heavy else "-") * room
    return ("═" if heavy else "─") * room


def _underline(headings: Sequence[str], rows: Sequence[Sequence[str]], ambiguous: int) -> str:
    """The line under the headings. It is drawn here because tabulate makes room around headings that a terminal lacks."""
    sizes = [
        max(width(_ANSI.sub("", line), ambiguous) for row in (headings, *rows) for line in row[index].split("\n"))
        for index in range(len(headings))
    ]
    return (" " * _GAP).join(rule(size, ambiguous) for size in sizes)


def _least(columns: Sequence[Column]) -> int:
    return sum(column.least for column in columns) + _GAP * (len(columns) - 1)


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[Cell]], room: int, ambiguous: int) -> list[int]:
    """What each column gets: what it wants where there is room, else the widest give way first."""
    sizes = [
        max([width(column.heading, ambiguous), *(_natural(row[index], ambiguous) for row in rows)])
        for index, column in enumerate(columns)
    ]
    left = room - _GAP * (len(columns) - 1)
    while sum(sizes) > left:
        giving = [index for index, size in enumerate(sizes) if size > columns[index].least]
        if not giving:
            break
        sizes[max(giving, key=lambda index: sizes[index])] -= 1
    return sizes


def _natural(cell: Cell, ambiguous: int) -> int:
    return max((width(part, ambiguous) for part in ((cell,) if isinstance(cell, str) else cell)), default=0)


def _broken(cell: Cell, size: int, ambiguous: int) -> list[str]:
    parts = (cell,) if isinstance(cell, str) else cell
    return [line for part in parts for line in wrap(part, size, ambiguous)]


def _tinted(line: str, tint: str) -> str:
    return f"\x1b[{tint}m{line}\x1b[0m" if tint and line else line


def _pieces(text: str) -> Iterator[str]:
    """The text cut where a line may break: words with the spaces behind them, Chinese characters with their marks."""
    piece = ""
    for sign in text:
        if piece and (_may_break(piece[-1], sign) or _hyphened(piece, sign)):
            yield piece
            piece = ""
        piece += sign
    yield piece


def _may_break(before: str, after: str) -> bool:
    if after == " " or after in _NOT_FIRST or before in _NOT_LAST:
        return False
    if before == " ":
        return True
    if (before.isdigit() and after in _BEHIND_NUMBERS) or (before in "年月" and after.isdigit()):
        return False
    return wcwidth.wcwidth(before) == 2 or wcwidth.wcwidth(after) == 2


def _hyphened(piece: str, after: str) -> bool:
    """Whether a word may be torn behind its hyphen: henan-2023-31, but neither -5 nor 2.1.7-b."""
    return (
        piece[-1] == "-"
        and len(piece) >= _LEAST_BEFORE_HYPHEN
        and piece[-_LEAST_BEFORE_HYPHEN:-1].isalnum()
        and after.isalnum()
    )


def _is_ambiguous(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) == "A" and wcwidth.wcwidth(sign) == 1


def _swapped(texts: Iterable[str], ambiguous: int) -> tuple[dict[int, int], dict[int, int]]:
    """There and back: tabulate takes “ for one column; where the terminal takes two, a wide character stands in for it."""
    if ambiguous == 1:
        return {}, {}
    signs = sorted({sign for text in texts for sign in text if _is_ambiguous(sign)})
    there = {ord(sign): _STAND_INS + number for number, sign in enumerate(signs)}
    return there, {stand_in: sign for sign, stand_in in there.items()}
