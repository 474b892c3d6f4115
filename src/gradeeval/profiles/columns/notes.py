"""Values that stand in a map with what proves them, noted while lines are decoded: a column need not be searched for maps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import astuple

from gradeeval.profiles.columns.schema_part import QUOTIENT

VALUE = "value"
NOTED = (VALUE, *sorted(QUOTIENT), "source", "evidence", "note", "status")
"""The names of a map that a value can stand in; a map with others is read the slower way."""
ABSENT: Any = msgspec.UNSET
Note = tuple[int, tuple[Any, ...]]
"""A place, and what stands there under each of ``NOTED``: ``ABSENT`` under names that the map does not have."""


class Notes:
    """Keeps each map that is decoded as one of its ``forms`` with the ``place`` of the record that is being decoded."""

    def __init__(self) -> None:
        self.place = 0
        self._forms: list[Any] = []
        self._found: list[list[Note]] = []

    def form(self, number: int) -> Any:
        """How msgspec is to decode maps that are found again as those of this number."""
        while len(self._forms) <= number:
            self._add()
        return self._forms[number]

    def _add(self) -> None:
        found: list[Note] = []

        def kept(note: msgspec.Struct) -> None:
            found.append((self.place, astuple(note)))

        self._found.append(found)
        self._forms.append(
            msgspec.defstruct(
                "Note",
                [(name, Any, ABSENT) for name in NOTED],
                namespace={"__post_init__": kept},
                forbid_unknown_fields=True,
                gc=False,
            )
        )

    def forget(self) -> None:
        """Drops what was kept of the record at ``place``, which could not be decoded."""
        for found in self._found:
            while found and found[-1][0] == self.place:
                found.pop()

    def taken(self, number: int) -> list[Note]:
        """What was kept of a number, which then is no longer held."""
        if number >= len(self._found):
            return []
        notes = self._found[number].copy()
        self._found[number].clear()
        return notes


def as_map(told: Sequence[Any]) -> dict[str, Any]:
    """The map that a note was made of."""
    return {name: value for name, value in zip(NOTED, told, strict=True) if value is not ABSENT}
