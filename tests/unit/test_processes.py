"""Jobs shared by this process and others: each is done once, and what goes wrong in one of them is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import pytest

from gradeeval.batch.processes import Others
from gradeeval.errors import Misuse

ROOT = Path(__file__).parents[2]


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


def until(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 60
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def done(job: Path) -> list[str]:
    """Fails where the job was done before."""
    job.touch(exist_ok=False)
    return [f"{job.name} {os.getpid()}"]


def failing(job: Path) -> list[str]:
    raise LookupError(job)


def waiting(job: Path) -> list[str]:
    """Tells which process it is, and does nothing more."""
    job.write_text(str(os.getpid()))
    time.sleep(120)
    return []


def killed(job: Path) -> list[str]:
    os.kill(os.getpid(), signal.SIGKILL)
    return done(job)


@pytest.mark.parametrize(("count", "processes"), [(7, 2), (2, 4), (9, 3)])
def test_each_is_done_once(count: int, processes: int, tmp_path: Path) -> None:
    jobs = [tmp_path / f"{number}" for number in range(count)]

    def held_up(job: Path) -> Iterator[str]:
        """Nothing more is done here until another process has done something."""
        yield from done(job)
        assert until(lambda: len(list(tmp_path.iterdir())) > 1)

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


def runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.no_cover
def test_others_end_with_one_that_is_killed(tmp_path: Path) -> None:
    called = (
        "import sys; from pathlib import Path; from tests.unit.test_processes import shared, waiting; "
        "shared([Path(one) for one in sys.argv[1:]], 2, waiting, waiting)"
    )
    jobs = [tmp_path / "0", tmp_path / "1"]
    first = subprocess.Popen([sys.executable, "-c", called, *map(str, jobs)], cwd=ROOT)
    assert until(lambda: all(job.exists() and job.read_text() for job in jobs))
    other = next(int(job.read_text()) for job in jobs if job.read_text() != str(first.pid))
    assert runs(other)
    first.kill()
    first.wait()
    assert until(lambda: not runs(other))
