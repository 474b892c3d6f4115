"""Numbers in columns are exact, in 64 bits and in 128: what is made of them is what Python makes of fractions."""

from __future__ import annotations

from fractions import Fraction

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradeeval.engines.columnar.numbers import (
    Bound,
    Unheld,
    added,
    aligned,
    compared,
    divided,
    negated,
    same,
    shortage,
    times,
)

WHOLE = st.one_of(st.integers(-9, 9), st.integers(-(2**62), 2**62), st.integers(-(2**100), 2**100))
PAIRS = st.lists(st.tuples(WHOLE, WHOLE), min_size=1, max_size=5)


def columns(*numbers: list[int]) -> tuple[pl.DataFrame, list[Bound]]:
    """A column each, as narrow as its numbers allow."""
    tops = [max(map(abs, own)) for own in numbers]
    made = {
        f"{at}": pl.Series(own, dtype=pl.Int64 if top < 2**63 else pl.Int128)
        for at, (own, top) in enumerate(zip(numbers, tops, strict=True))
    }
    return pl.DataFrame(made), [Bound(pl.col(f"{at}"), top) for at, top in enumerate(tops)]


def values(frame: pl.DataFrame, bound: Bound) -> list[Fraction | None]:
    """The numbers of a bound; None for an infinity."""
    upper = frame.select(bound.upper.alias("value"))["value"]
    lower = frame.select((pl.lit(1) if bound.lower is None else bound.lower).alias("value"))["value"]
    tops = (
        upper.extend_constant(upper[0], frame.height - len(upper)),
        lower.extend_constant(lower[0], frame.height - len(lower)),
    )
    assert max(map(abs, tops[0])) <= bound.top
    return [bound.factor * Fraction(one, other) if other else None for one, other in zip(*tops, strict=True)]


@given(PAIRS)
def test_sums_and_quotients(pairs: list[tuple[int, int]]) -> None:
    left, right = ([pair[at] for pair in pairs] for at in (0, 1))
    frame, (first, second) = columns(left, right)
    try:
        made = divided(first, second)
        total = added(first, second)
        less = added(first, negated(second))
    except Unheld:
        assert max(map(abs, left + right)) > 2**60
        return
    assert values(frame, made) == [Fraction(one, other) if other else None for one, other in pairs]
    assert values(frame, total) == [one + other for one, other in pairs]
    assert values(frame, less) == [one - other for one, other in pairs]
    assert values(frame, times(first, Fraction(1, 7))) == [Fraction(one, 7) for one in left]
    assert frame.select(same(first, second)).to_series().to_list() == [one == other for one, other in pairs]


@given(PAIRS, st.fractions(-(10**6), 10**6, max_denominator=100), st.sampled_from(["ge", "gt", "le", "lt"]))
def test_quotients_against_a_limit(pairs: list[tuple[int, int]], limit: Fraction, op: str) -> None:
    known = [(one, other) for one, other in pairs if other] or [(1, 1)]
    frame, (first, second) = columns(*([pair[at] for pair in known] for at in (0, 1)))
    try:
        made = divided(first, second)
        told = compared(made, op, limit)
        short = shortage(limit, made)
    except Unheld:
        return
    expected = [getattr(Fraction(one, other), f"__{op}__")(limit) for one, other in known]
    assert frame.select(told).to_series().to_list() == expected
    assert values(frame, short) == [limit - Fraction(one, other) for one, other in known]


@pytest.mark.parametrize("large", [3, 2**70])
def test_a_denominator_below_zero_turns_the_sign(large: int) -> None:
    frame, (first, second) = columns([6 * large, -6 * large, large], [-4, 4, 0])
    assert values(frame, divided(first, second)) == [Fraction(-3 * large, 2), Fraction(-3 * large, 2), None]


def test_one_factor_for_both() -> None:
    frame, (first, second) = columns([6, 7], [9, 8])
    pair = aligned([times(first, Fraction(1, 6)), times(second, Fraction(1, 4))])
    assert pair[0].factor == pair[1].factor
    assert [values(frame, one) for one in pair] == [[1, Fraction(7, 6)], [Fraction(9, 4), 2]]
