"""Parts of a dataset in this process and others beside it: apart, because a run of one process starts sooner without."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from multiprocessing import get_context, parent_process
from queue import SimpleQueue
from threading import Thread
from types import TracebackType
from typing import Self, TypeVar

from gradeeval.errors import Misuse
from gradeeval.messages import _

Job = TypeVar("Job")


class Others:
    """The processes beside this one, ``count`` with it. One gets ``ready`` at once, while this one does, the rest with the jobs."""

    def __init__(self, count: int, ready: Callable[[], object]) -> None:
        self.count = count
        self._processes = [_another()]
        self._processes[0].submit(ready)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: type[BaseException] | BaseException | TracebackType | None) -> None:
        for one in self._processes:
            one.shutdown(cancel_futures=True)

    def share(
        self, jobs: Sequence[Job], here: Callable[[Job], Iterable[str]], elsewhere: Callable[[Job], Iterable[str]]
    ) -> Iterator[str]:
        """What is made of each job, as it comes: ``here`` in this process, ``elsewhere`` in the others, each the next one left.

        Raises ``Misuse`` where a process is killed.
        """
        left, done = deque(jobs), SimpleQueue[Future[Iterable[str]]]()

        def next_one() -> list[Job]:
            try:
                return [left.popleft()]
            except IndexError:
                return []

        def give_to(process: ProcessPoolExecutor) -> None:
            for job in next_one():
                with suppress(RuntimeError):  # nobody takes it any more
                    process.submit(elsewhere, job).add_done_callback(partial(finished, process))

        def finished(process: ProcessPoolExecutor, job: Future[Iterable[str]]) -> None:
            done.put(job)
            if not job.cancelled() and job.exception() is None:
                give_to(process)

        try:
            self._processes += [_another() for _more in range(min(self.count, len(jobs)) - 2)]
            for process in self._processes:
                give_to(process)
            outside = len(jobs)
            while own := next_one():
                outside -= 1
                yield from here(own[0])
                while not done.empty():
                    outside -= 1
                    yield from done.get().result()
            for _rest in range(outside):
                yield from done.get().result()
        except BrokenProcessPool:
            raise Misuse(
                _("一个评定进程被系统终止（可能是内存不足）；已完成的省份保留着，减少 -j 后用同一命令继续")
            ) from None
        finally:
            left.clear()


def _another() -> ProcessPoolExecutor:
    """A process of its own: threads of the frame library do not survive a fork."""
    return ProcessPoolExecutor(1, get_context("spawn"), initializer=_end_with_the_first)


def _end_with_the_first() -> None:
    """Ends this process when the one that began it does: killed, it gives out no more jobs, and this one would wait for ever."""
    first = parent_process()
    assert first is not None

    def watch() -> None:
        first.join()
        os._exit(1)

    Thread(target=watch, daemon=True).start()
