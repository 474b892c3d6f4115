"""Long work shows how far it is on a terminal, and nothing in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

import click

from gradeeval.messages import _

Item = TypeVar("Item")

LONG = 50
"""From so many items on a bar is worth its room."""


def watched(items: Iterable[Item], label: str | None = None, count: int | None = None) -> Iterator[Item]:
    """The items; beside them a bar with the time that is left, on standard error where that is a terminal.

    ``count`` is how many they are, where they cannot say themselves; ``label`` what is done (judging, if not said).
    """
    if count is None and isinstance(items, Sized):
        count = len(items)
    if count is None or count < LONG or not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, count, label or _("评定"), file=sys.stderr, show_pos=True) as bar:
        yield from bar
