"""How far long work is: what is told of records that come one by one and of runs of them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from gradeeval.cli import progress


def test_a_number_stands_for_so_many_records(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []

    @contextmanager
    def measured(total: int, label: str) -> Iterator[Callable[[int], None]]:
        assert (total, label) == (2_503, "转换")
        yield told.append

    monkeypatch.setattr(progress, "measured", measured)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    given: list[object] = [1_500, "one that was refused", 2, *(1,) * 999, "another"]
    assert list(progress.rated(given, "转换", lambda: 2_503)) == given
    assert sum(told) == 1_500 + 1 + 2 + 999 + 1
    assert max(told) == 1_500
