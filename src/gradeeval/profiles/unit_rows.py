"""Rows of institutions and networks in a roster by column: a hundred thousand of them without a map a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import count, repeat
from typing import Any, overload

from gradeeval.profiles.profile import ListedPart

Columns = Mapping[str, Sequence[Any]]


class UnitRows(Sequence[ListedPart]):
    """The rows of units, made only where they are asked for one by one.

    ``kinds`` are the values that are written, by kind and name, None where a row does not have the name; ``order`` the kinds of the
    rows one by one, and ``made`` makes rows of what is written.
    """

    def __init__(
        self,
        kinds: Mapping[str, Columns],
        order: Sequence[str],
        made: Callable[[list[dict[str, Any]]], Sequence[ListedPart]],
    ) -> None:
        self.kinds = kinds
        self._order = order
        self._made = made

    @cached_property
    def _rows(self) -> tuple[ListedPart, ...]:
        places = {kind: count() for kind in self.kinds}
        return tuple(self._made([written_row(self.kinds[kind], next(places[kind])) for kind in self._order]))

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[ListedPart]:
        return iter(self._rows)

    @overload
    def __getitem__(self, index: int) -> ListedPart: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[ListedPart, ...]: ...

    def __getitem__(self, index: int | slice) -> ListedPart | tuple[ListedPart, ...]:
        return self._rows[index]

    def any_on(self, day: str) -> bool:
        """Whether any row is in force on that day."""
        for columns in self.kinds.values():
            spans = zip(columns.get("from", repeat(None)), columns.get("to", repeat(None)), columns["id"], strict=False)
            if any((first is None or first <= day) and (last is None or day <= last) for first, last, _id in spans):
                return True
        return False


def plain_value(value: Any) -> Any:
    """A value as files give it."""
    return list(value) if value.__class__ is tuple else value


def written_row(columns: Columns, place: int) -> dict[str, Any]:
    """One row as files give it."""
    return {name: plain_value(values[place]) for name, values in columns.items() if values[place] is not None}
