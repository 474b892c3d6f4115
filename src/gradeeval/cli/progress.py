"""Long work shows how far it is on a terminal, and nothing in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import TypeVar

import click

from gradeeval.messages import _

Item = TypeVar("Item")

_AT_A_TIME = 1_000
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


@contextmanager
def measured(total: int, label: str) -> Iterator[Callable[[int], None]]:
    """What tells how many records more are done; a bar shows how many a second, and the time that is left."""
    if total < LONG or not sys.stderr.isatty():
        yield lambda _count: None
        return
    begun, done = time.monotonic(), 0

    def rate(_item: object) -> str:
        return _("每秒 {rate} 份").format(rate=round(done / max(time.monotonic() - begun, 0.001)))

    with click.progressbar(length=total, label=label, file=sys.stderr, show_pos=True, item_show_func=rate) as bar:

        def forward(count: int) -> None:
            nonlocal done
            done += count
            bar.update(count, count)

        yield forward


def rated(items: Iterable[Item], label: str, total: Callable[[], int]) -> Iterator[Item]:
    """The items, which are many; beside them such a bar. A number stands for so many items, anything else for one.

    ``total`` is asked how many they are about, on a terminal.
    """
    if not sys.stderr.isatty():
        yield from items
        return
    done = 0
    with measured(total(), label) as forward:
        for item in items:
            yield item
            done += item if isinstance(item, int) else 1
            if done >= _AT_A_TIME:
                forward(done)
                done = 0
        forward(done)
