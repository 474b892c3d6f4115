"""How often Python looks through all objects for those that only hold each other, and what becomes of them at the end.

What a command loads it keeps until it ends, so that looking often finds nothing: it took a tenth of a second of each.
"""

from __future__ import annotations

import gc
import sys

AFTER = 100_000
"""How many more objects have to be there before Python looks; by itself it looks after 700."""


def seldom() -> None:
    """From now on Python looks seldom."""
    gc.set_threshold(AFTER, *gc.get_threshold()[1:])


def no_more() -> None:
    """The process is about to end: what is there goes with it."""
    if "duckdb" not in sys.modules:  # it would complain of what it still has then
        gc.freeze()
