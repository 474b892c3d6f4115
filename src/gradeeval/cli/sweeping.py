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


def lazily(processes: int) -> None:
    """Memory that frames let go of goes back to the system only when somebody else needs it; to be said before frames are loaded.

    What is judged next would otherwise have half of its pages made anew. It is kept in as many pools as there are threads, which
    share the processors with those of so many processes: by itself the allocator has four a processor, and what is let go of in
    one is not there for the others. Processes that are started by this one do the same. Nothing where the allocator of the frame
    library is another one, or the user has set it.
    """
    if processes > 1:
        os.environ.setdefault(_THREADS, str(max(1, _processors() // processes)))
    threads = os.environ.get(_THREADS, "")
    pools = int(threads) if threads.isdecimal() and int(threads) else _processors()
    how = f"background_thread:true,dirty_decay_ms:500,muzzy_decay_ms:-1,narenas:{pools}"
    os.environ.setdefault("_RJEM_MALLOC_CONF", how)


_THREADS = "POLARS_MAX_THREADS"
"""The setting of how many threads the frame library has."""


def _processors() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def no_more() -> None:
    """The process is about to end: what is there goes with it."""
    if "duckdb" not in sys.modules:  # it would complain of what it still has then
        gc.freeze()
