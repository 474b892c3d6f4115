"""The readers of the base install, and what is asked of those of plugins: they come through the same hook."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from gradeeval.errors import InvalidContent
from gradeeval.files import ndjson
from gradeeval.files.limits import MAX_DEPTH, MAX_VALUES, beyond_depth, beyond_number, beyond_values
from gradeeval.files.reading import SUFFIXES
from gradeeval.messages import _, mark
from gradeeval.problems import Problem, path_text
from gradeeval.profiles.contents import (
    Item,
    Reader,
    read_form_items,
    read_line_items,
    read_plain_items,
    read_table_items,
)
from gradeeval.profiles.form_layout import FORM_SUFFIXES

READERS = (
    Reader("plain", mark("JSON 或 YAML 档案"), SUFFIXES, read_plain_items),
    Reader("lines", mark("每行一份档案的 NDJSON"), tuple(ndjson.SUFFIXES), read_line_items),
    Reader("form", mark("填好的表单，或每行一个对象的表"), FORM_SUFFIXES, read_form_items),
    Reader("table", mark("每行一个对象的 Parquet 表"), (".parquet",), read_table_items),
)
"""The readers of the base install."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A line of a file: the simplest place that a reader can give for an item."""

    path: Path
    line: int = 1

    def place(self, path: tuple[str | int, ...] = ()) -> tuple[int, int]:  # noqa: ARG002 - all values stand on the line
        """The line, whatever is asked of it."""
        return self.line, 1

    def problem(self, message: str, path: tuple[str | int, ...] = ()) -> Problem:
        """A problem on the line."""
        return Problem(message, str(self.path), self.line, 1, path_text(path))


def checked_plain(item: Item) -> Item:
    """``item`` where its data is plain. Raises ``InvalidContent`` for floats, other objects and what is too much."""
    values = 0
    stack: list[tuple[Any, tuple[str | int, ...]]] = [(item.data, ())]
    while stack:
        value, path = stack.pop()
        values += 1
        if values > MAX_VALUES:
            raise InvalidContent([item.placed.problem(beyond_values())])
        if len(path) > MAX_DEPTH:
            raise InvalidContent([item.placed.problem(beyond_depth())])
        if isinstance(value, dict) and all(isinstance(key, str) for key in value):
            stack.extend((inner, (*path, key)) for key, inner in value.items())
        elif isinstance(value, list):
            stack.extend((inner, (*path, index)) for index, inner in enumerate(value))
        elif isinstance(value, int | Decimal) and _finite(value):
            refused = beyond_number(str(value))
            if refused is not None:
                raise InvalidContent([item.placed.problem(refused, path)])
        elif not (value is None or isinstance(value, str)):
            message = _("读取器给出的应是文字、真假、整数或 Decimal，而不是 {given}").format(given=type(value).__name__)
            raise InvalidContent([item.placed.problem(message, path)])
    return item


def _finite(value: int | Decimal) -> bool:
    """A whole number too long to be written out at all counts as none."""
    return value.is_finite() if isinstance(value, Decimal) else value.bit_length() < 10_000
