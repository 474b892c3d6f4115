"""How the problems of one file are gathered: all that can be found, in the order in which they were met."""

from __future__ import annotations

from typing import NoReturn

from gradeeval.errors import InvalidContent
from gradeeval.files.writing import escape_controls
from gradeeval.messages import _
from gradeeval.problems import Problem, path_text

MAX_PROBLEMS = 200

Steps = tuple[str | int, ...]


class Gathering:
    """The problems of one file; past ``MAX_PROBLEMS`` they are only counted."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._problems: list[Problem] = []
        self._left_out = 0

    def add(self, message: str, line: int | None = None, column: int | None = None, path: Steps = ()) -> None:
        """Keeps one problem; ``line`` and ``column`` count from 1."""
        if len(self._problems) >= MAX_PROBLEMS:
            self._left_out += 1
            return
        where = escape_controls(path_text(path))
        self._problems.append(Problem(escape_controls(message), self._name, line, column, where))

    def stop(self, message: str, line: int | None = None, column: int | None = None, path: Steps = ()) -> NoReturn:
        """Raises ``InvalidContent`` with all that was gathered and this, after which nothing can be read."""
        self.add(message, line, column, path)
        self._raise()

    def settle(self) -> None:
        """Raises ``InvalidContent`` if anything was gathered."""
        if self._problems:
            self._raise()

    def _raise(self) -> NoReturn:
        problems = self._problems
        if self._left_out:
            more = _("另有 {count} 处问题未列出；请先改正以上各处").format(count=self._left_out)
            problems = [*problems, Problem(more, self._name)]
        raise InvalidContent(problems)
