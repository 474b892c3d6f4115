"""A page of text for a terminal: headings, paragraphs, lists and tables, as wide as the layout says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gradeeval.files.writing import escape_controls
from gradeeval.messages import _
from gradeeval.reports.fitting import Cell, Column, rule, table, width, wrap
from gradeeval.reports.rendering import Layout

BOLD, DIM, RED, GREEN, YELLOW = "1", "2", "31", "32", "33"
"""ANSI codes; they are only ever written where the layout wants colour, and nothing is said by them alone."""

_WIDEST_PARAGRAPH = 120


class Page:
    """Lines of text, added from top to bottom. What comes from profiles and rules is shown without control characters."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._lines: list[str] = []

    @property
    def room(self) -> int:
        """Columns of the terminal."""
        return self.layout.width

    def blank(self) -> None:
        """An empty line, unless there is one already."""
        if self._lines and self._lines[-1]:
            self._lines.append("")

    def rule(self, heavy: bool = False) -> None:
        """A line across."""
        self._lines.append(rule(self.room, self.layout.ambiguous, heavy))

    def heading(self, text: str) -> None:
        """A heading, with an empty line before it."""
        self.blank()
        self.say(text, tint=BOLD)

    def say(self, text: str, indent: int = 0, hanging: int = 0, tint: str = "") -> None:
        """A paragraph, broken to the width; its lines after the first are set in by ``hanging`` more."""
        room = min(self.room, _WIDEST_PARAGRAPH) - indent
        for line in wrap(clean(text), room, self.layout.ambiguous, " " * hanging):
            self._lines.append(self.tinted(" " * indent + line, tint))

    def verbatim(self, text: str) -> None:
        """A line to be copied from the terminal, never broken."""
        self._lines.append(clean(text))

    def labelled(self, pairs: Iterable[tuple[str, str]], indent: int = 0) -> None:
        """``label  text`` in two columns; pairs without text are left out."""
        shown = [(clean(label), clean(text)) for label, text in pairs if text]
        ambiguous = self.layout.ambiguous
        left = max((width(label, ambiguous) for label, _text in shown), default=0) + 2
        for label, text in shown:
            gap = " " * (left - width(label, ambiguous))
            room = min(self.room, _WIDEST_PARAGRAPH) - indent - left
            for number, line in enumerate(wrap(text, room, ambiguous)):
                head = self.tinted(label, DIM) + gap if not number else " " * left
                self._lines.append(" " * indent + head + line)

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Cell]], lead: int = 1) -> None:
        """A table; where it does not fit, each row as a block: the first ``lead`` cells, then the others with headings."""
        cells = [[_clean_cell(cell) for cell in row] for row in rows]
        if not cells:
            return
        if not self.layout.colour:
            columns = [Column(item.heading, item.least, item.right, item.spare) for item in columns]
        lines = table(columns, cells, self.room, self.layout.ambiguous)
        if lines is not None:
            self._lines.extend(lines)
            return
        for row in cells:
            self.say(" ".join(_joined(cell) for cell in row[:lead] if _joined(cell)), hanging=2, tint=BOLD)
            rest = [
                _("{label} {text}").format(label=column.heading, text=_joined(cell))
                for column, cell in zip(columns[lead:], row[lead:], strict=True)
                if _joined(cell)
            ]
            self.say(_("；").join(rest), indent=2)

    def tinted(self, text: str, tint: str) -> str:
        """The text in a colour, where colours are wanted."""
        return f"\x1b[{tint}m{text}\x1b[0m" if tint and text and self.layout.colour else text

    def content(self) -> bytes:
        """The page in UTF-8."""
        return ("\n".join(self._lines).rstrip() + "\n").encode()


def clean(text: str) -> str:
    """The text on one line, with control and deceiving characters shown instead of obeyed."""
    return escape_controls(" ".join(text.split()) if "\n" in text or "\t" in text else text)


def _clean_cell(cell: Cell) -> Cell:
    return clean(cell) if isinstance(cell, str) else tuple(clean(part) for part in cell if part)


def _joined(cell: Cell) -> str:
    return cell if isinstance(cell, str) else " ".join(cell)
