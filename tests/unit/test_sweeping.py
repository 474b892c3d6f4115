"""How memory is kept: in as many pools as there are threads, unless the user says otherwise."""

from __future__ import annotations

import os

import pytest

from gradeeval.cli import sweeping

HOW, THREADS = "_RJEM_MALLOC_CONF", "POLARS_MAX_THREADS"


@pytest.mark.parametrize(
    ("given", "processes", "threads", "pools"),
    [(None, 1, None, 4), (None, 2, "2", 2), (None, 9, "1", 1), ("3", 2, "3", 3), ("junk", 1, "junk", 4)],
)
def test_pools_are_as_many_as_threads(
    given: str | None, processes: int, threads: str | None, pools: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", {} if given is None else {THREADS: given})
    monkeypatch.setattr(sweeping, "_processors", lambda: 4)
    sweeping.lazily(processes)
    assert os.environ.get(THREADS) == threads
    assert os.environ[HOW].endswith(f",narenas:{pools}")


def test_the_users_own_setting_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {HOW: "narenas:7"})
    sweeping.lazily(2)
    assert os.environ[HOW] == "narenas:7"
