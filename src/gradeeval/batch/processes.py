"""Parts of a dataset in processes of their own: apart, because a run of one process starts sooner without."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import TypeVar

from gradeeval.errors import Misuse
from gradeeval.messages import _

Job = TypeVar("Job")


def in_processes(jobs: Sequence[Job], processes: int, work: Callable[[Job], Iterable[str]]) -> Iterator[str]:
    """What ``work`` gives of each job, as it comes. Raises ``Misuse`` where a process is killed."""
    threads = os.environ.get("POLARS_MAX_THREADS")
    os.environ["POLARS_MAX_THREADS"] = threads or str(max(1, (os.cpu_count() or 1) // processes))
    pool = ProcessPoolExecutor(min(processes, len(jobs)), get_context("spawn"))
    try:
        for done in as_completed([pool.submit(work, job) for job in jobs]):
            yield from done.result()
    except BrokenProcessPool:
        raise Misuse(
            _("一个评定进程被系统终止（可能是内存不足）；已完成的省份保留着，减少 -j 后用同一命令继续")
        ) from None
    finally:
        pool.shutdown(cancel_futures=True)
        if threads is None:
            del os.environ["POLARS_MAX_THREADS"]
