"""Jobs shared by this process and others: each is done once, and what goes wrong in one of them is told."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from gradeeval.batch.processes import Others
from gradeeval.errors import Misuse


def nothing() -> None:
    """What a process does to get ready."""


def shared(
    jobs: Sequence[Path],
    processes: int,
    here: Callable[[Path], Iterable[str]],
    elsewhere: Callable[[Path], Iterable[str]],
) -> list[str]:
    with Others(processes, nothing) as others:
        return list(others.share(jobs, here, elsewhere))


def done(job: Path) -> list[str]:
    """Fails where the job was done before."""
    job.touch(exist_ok=False)
    return [f"{job.name} {os.getpid()}"]


def failing(job: Path) -> list[str]:
    raise LookupError(job)


def killed(job: Path) -> list[str]:
    os.kill(os.getpid(), signal.SIGKILL)
    return done(job)


@pytest.mark.parametrize(("count", "processes"), [(7, 2), (2, 4), (9, 3)])
def test_each_is_done_once(count: int, processes: int, tmp_path: Path) -> None:
    jobs = [tmp_path / f"{number}" for number in range(count)]

    def held_up(job: Path) -> Iterator[str]:
        """Nothing more is done here until another process has done something."""
        yield from done(job)
        deadline = time.monotonic() + 60
        while len(list(tmp_path.iterdir())) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)

    told = dict(one.split() for one in shared(jobs, processes, held_up, done))
    assert sorted(told) == sorted(job.name for job in jobs)
    workers = set(told.values())
    assert str(os.getpid()) in workers
    assert 2 <= len(workers) <= min(count, processes)


@pytest.mark.parametrize(("work", "raised"), [(failing, LookupError), (killed, Misuse)])
def test_a_fault_elsewhere_is_told(
    work: Callable[[Path], Iterable[str]], raised: type[Exception], tmp_path: Path
) -> None:
    with pytest.raises(raised):
        shared([tmp_path / f"{number}" for number in range(4)], 2, done, work)


@pytest.mark.parametrize("raised", [LookupError, IndexError])
def test_a_fault_here_is_told(raised: type[Exception], tmp_path: Path) -> None:
    def faulty(job: Path) -> Iterator[str]:
        yield from done(job)
        raise raised

    with pytest.raises(raised):
        shared([tmp_path / f"{number}" for number in range(4)], 2, faulty, done)
