"""Exact numbers: nothing is rounded on the way in, and what is shown never crosses the line it is held against."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradeeval.quantity import INFINITY, NO_VALUE, Interval, decimal_text, exact_text, natural, scaled, shown

NUMBERS = st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=10**4)


def test_a_number_is_moved_and_never_rounded() -> None:
    assert scaled(3, 2) == 300
    assert scaled(Decimal("84.996"), 6) == 84_996_000
    assert scaled(Decimal("84.996"), 2) is None
    assert scaled(Decimal("84.9900"), 2) == 8499
    assert scaled(Decimal("0.12345678901234567890123456789012345"), 6) is None
    assert scaled(Decimal("123456789012345678901234567890.5"), 1) == 1234567890123456789012345678905
    assert scaled(Decimal("1E+3"), 0) == 1000


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4), st.integers(4, 9))
def test_scaling_loses_nothing(number: Decimal, decimals: int) -> None:
    whole = scaled(number, decimals)
    assert whole is not None
    assert natural(whole, decimals) == Fraction(number)


@pytest.mark.parametrize(
    ("number", "digits", "text"),
    [
        (Fraction(1, 3), 4, "0.3333"),
        (Fraction(2, 3), 2, "0.67"),
        (Fraction(85), 4, "85"),
        (Fraction(-1, 8), 3, "-0.125"),
        (Fraction(-1, 10**9), 4, "0"),
        (100, 4, "100"),
        (Fraction(1, 2), 0, "0"),
        (Fraction(12345678901234567890123456789012345, 10), 4, "1234567890123456789012345678901234.5"),
    ],
)
def test_decimal_text(number: Fraction, digits: int, text: str) -> None:
    assert decimal_text(number, digits) == text


@pytest.mark.parametrize(
    ("number", "beside", "text"),
    [
        (Fraction("84.996"), 85, "84.996"),
        (Fraction("84.96"), 85, "84.96"),
        (Fraction("85.004"), 85, "85.004"),
        (85, 85, "85"),
        (Fraction("31.5678"), None, "31.57"),
        (Fraction(2, 3), Fraction(67, 100), "0.667"),
    ],
)
def test_shown_keeps_its_side(number: Fraction, beside: int | None, text: str) -> None:
    assert shown(number, beside) == text


@given(NUMBERS, st.integers(-(10**6), 10**6))
def test_shown_is_on_the_side_of_the_number(number: Fraction, beside: int) -> None:
    text = Fraction(shown(number, beside))
    assert (text < beside, text == beside) == (number < beside, number == beside)


def test_a_difference_beyond_twelve_digits_is_not_shown() -> None:
    assert shown(85 - Fraction(1, 10**15), 85) == "85"


@pytest.mark.parametrize(
    ("number", "text"),
    [(Fraction(17, 21), "17/21"), (Fraction(1, 8), "0.125"), (Fraction(-5, 2), "-2.5"), (85, "85"), (0, "0")],
)
def test_exact_text(number: Fraction, text: str) -> None:
    assert exact_text(number) == text


@given(NUMBERS)
def test_exact_text_says_the_number_itself(number: Fraction) -> None:
    assert Fraction(exact_text(number)) == number


def test_an_interval_is_known_where_it_is_one_number() -> None:
    assert Interval(3, 3).known
    assert Interval(Fraction(1, 2), Fraction(2, 4)).known
    assert not Interval(0, INFINITY).known


def test_no_value_says_its_name() -> None:
    assert repr(NO_VALUE) == "NO_VALUE"
