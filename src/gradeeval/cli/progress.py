"""Long work shows how far it is on a terminal, and nothing in a pipe."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import TypeVar

import click

from gradeeval.messages import _

Item = TypeVar("Item")

LONG = 50
"""From so many items on a bar is worth its room."""


def watched(items: Sequence[Item], label: str | None = None) -> Iterator[Item]:
    """The items; beside them a bar with the time that is left, on standard error where that is a terminal."""
    if len(items) < LONG or not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, label=label or _("评定"), file=sys.stderr, show_pos=True) as bar:
        yield from bar
