"""What codes add up to, against counting them one by one."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest
from tests.property.generated import seeded

from gradeeval.batch.counts import by_subject
from gradeeval.engines.columnar.codes import MEANING, OUTCOMES, counts_of


def codes(columns: int, rows: int, seed: int) -> pl.DataFrame:
    """Drawn codes; some columns have none, some only the usual ones, some all there are, and null where nobody was asked."""
    random = seeded(seed)
    usual, every = [0, 1, 2, 7, 15], [*MEANING, None]
    kinds: list[list[int | None]] = [[None], [*usual], every]
    drawn = {f"r/{at} {at}": [random.choice(kinds[at % 3]) for _ in range(rows)] for at in range(columns)}
    return pl.DataFrame(drawn, schema=dict.fromkeys(drawn, pl.UInt8))


@pytest.mark.parametrize("columns", [0, 1, 5, 300, 600])
def test_counts_are_those_of_each_cell(columns: int) -> None:
    frame = codes(columns, 40, columns)
    expected = {
        name: {code: n for code, n in Counter(frame[name]).items() if code is not None} for name in frame.columns
    }
    found = counts_of(frame)
    assert found == expected
    assert counts_of(frame, found) == expected
    some = {name: frozenset(own) for name, own in list(expected.items())[::2]}
    assert counts_of(frame, some) == {name: expected[name] for name in some}


@pytest.mark.parametrize("columns", [1, 5, 300, 600])
def test_findings_of_a_subject(columns: int) -> None:
    frame = codes(columns, 40, columns)
    found = by_subject(frame, counts_of(frame))
    for row, told in zip(frame.iter_rows(), found.iter_rows(named=True), strict=True):
        expected = Counter(OUTCOMES[code] for code in row if code is not None)
        assert {name: count for name, count in told.items() if count} == dict(expected)
    assert set(found.columns) == set(OUTCOMES.values())


def test_nobody_and_nothing() -> None:
    frame = codes(3, 0, 1)
    assert counts_of(frame) == {name: {} for name in frame.columns}
    assert by_subject(frame, counts_of(frame)).height == 0
