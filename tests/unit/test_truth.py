"""Kleene's tables, and that a fold asks no further than it has to."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gradeeval.truth import all_of, any_of

AND = ["TT=T", "TF=F", "TU=U", "FT=F", "FF=F", "FU=F", "UT=U", "UF=F", "UU=U"]
OR = ["TT=T", "TF=T", "TU=T", "FT=T", "FF=F", "FU=U", "UT=T", "UF=U", "UU=U"]
TRUTHS = {"T": True, "F": False, "U": None}


@pytest.mark.parametrize("row", AND)
def test_and(row: str) -> None:
    assert all_of([TRUTHS[row[0]], TRUTHS[row[1]]]) is TRUTHS[row[3]]


@pytest.mark.parametrize("row", OR)
def test_or(row: str) -> None:
    assert any_of([TRUTHS[row[0]], TRUTHS[row[1]]]) is TRUTHS[row[3]]


def test_of_nothing_and_is_true_and_or_is_false() -> None:
    assert all_of([]) is True
    assert any_of([]) is False


def test_a_fold_stops_where_it_is_decided() -> None:
    def truths(decisive: bool) -> Iterator[bool | None]:
        yield None
        yield decisive
        raise AssertionError("asked further")

    assert all_of(truths(False)) is False
    assert any_of(truths(True)) is True
