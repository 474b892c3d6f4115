"""What becomes of what nobody needs any more: objects that only hold each other, and memory that was let go of.

What a command loads it keeps until it ends, so that Python's looking often for such objects finds nothing: it took a tenth of a
second of each.
"""

from __future__ import annotations

import gc
import os
import sys

AFTER = 100_000
"""How many more objects have to be there before Python looks; by itself it looks after 700."""


def seldom() -> None:
    """From now on Python looks seldom."""
    gc.set_threshold(AFTER, *gc.get_threshold()[1:])


def lazily() -> None:
    """Memory that frames let go of goes back to the system only when somebody else needs it; to be said before frames are loaded.

    What is judged next would otherwise have half of its pages made anew. Processes that are started by this one do the same.
    Nothing where the allocator of the frame library is another one, or the user has set it.
    """
    os.environ.setdefault("_RJEM_MALLOC_CONF", "background_thread:true,dirty_decay_ms:500,muzzy_decay_ms:-1")


def no_more() -> None:
    """The process is about to end: what is there goes with it."""
    if "duckdb" not in sys.modules:  # it would complain of what it still has then
        gc.freeze()
