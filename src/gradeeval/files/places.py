"""Where each value of a file stands, kept small: three numbers a value, in the order of the file.

Nobody asks for places while all is well, so readers build this only on demand, by reading the text a second time.
"""

from __future__ import annotations

from array import array
from typing import Any


class Places:
    """Places of all values of one file.

    The place of a member of a map is that of its key, the place of an item of a list that of its first character.
    Lines and columns count from 1.
    """

    def __init__(self) -> None:
        self._line = array("L")
        self._column = array("L")
        self._size = array("L")
        self._open: list[int] = []
        self._starts: dict[int, list[int]] = {}

    def value(self, line: int, column: int) -> None:
        """Notes a value without parts."""
        self._line.append(line)
        self._column.append(column)
        self._size.append(1)

    def begin(self, line: int, column: int) -> None:
        """Notes a map or list; what follows until ``end`` are its parts."""
        self._open.append(len(self._line))
        self.value(line, column)

    def end(self) -> None:
        """Closes the map or list that was begun last."""
        start = self._open.pop()
        self._size[start] = len(self._line) - start

    def find(self, data: Any, path: tuple[str | int, ...]) -> tuple[int, int]:
        """Line and column of ``path`` in ``data``; where it leads nowhere, of the last step that exists."""
        at = 0
        for step in path:
            index = _index(data, step)
            if index is None:
                break
            at = self._parts(at)[index]
            data = data[step]
        return (self._line[at], self._column[at]) if self._line else (1, 1)

    def _parts(self, at: int) -> list[int]:
        if at not in self._starts:
            starts = []
            part, end = at + 1, at + self._size[at]
            while part < end:
                starts.append(part)
                part += self._size[part]
            self._starts[at] = starts
        return self._starts[at]


def _index(data: Any, step: str | int) -> int | None:
    """The position of ``step`` among the parts of ``data``; None where there is no such part."""
    if isinstance(data, dict) and step in data:
        return list(data).index(step)
    if isinstance(data, list) and isinstance(step, int) and 0 <= step < len(data):
        return step
    return None
