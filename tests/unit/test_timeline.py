"""Periods, spans and dates: what is read, what it covers, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest

from gradeeval.timeline import Span, days_between, is_date, read_period, read_span, today


@pytest.mark.parametrize(
    ("text", "end", "first", "year", "whole", "several"),
    [
        ("2024", "2024-12-31", 2024, 2024, True, False),
        ("2024Q1", "2024-03-31", 2024, 2024, False, False),
        ("2024Q2", "2024-06-30", 2024, 2024, False, False),
        ("2024Q3", "2024-09-30", 2024, 2024, False, False),
        ("2024Q4", "2024-12-31", 2024, 2024, True, False),
        ("2024-02-29", "2024-02-29", 2024, 2024, False, False),
        ("2024-12-31", "2024-12-31", 2024, 2024, True, False),
        ("2023..2025", "2025-12-31", 2023, 2025, True, True),
    ],
)
def test_a_period(text: str, end: str, first: int, year: int, whole: bool, several: bool) -> None:
    period = read_period(text)
    assert period is not None
    assert (period.end, period.text, period.first, period.year) == (end, text, first, year)
    assert (period.whole_year, period.several_years) == (whole, several)


@pytest.mark.parametrize(
    "text", ["", "24", "2024Q5", "2024-13-01", "2023-02-29", "2025..2023", "2024..2024", "2024..", "2024\n", "２０２４"]
)
def test_what_is_no_period(text: str) -> None:
    assert read_period(text) is None


def test_periods_are_ordered_by_their_end() -> None:
    texts = ["2025", "2024Q3", "2024-10-01", "2024", "2023..2025"]
    periods = [period for text in texts if (period := read_period(text)) is not None]
    assert [period.text for period in sorted(periods)] == ["2024Q3", "2024-10-01", "2024", "2023..2025", "2025"]


@pytest.mark.parametrize(
    ("text", "span", "shown"),
    [
        ("2023..2025", Span(2023, 2025), "2023..2025"),
        ("2024", Span(2024, 2024), "2024"),
        ("2025..", Span(2025, None), "2025.."),
        ("..2025", Span(None, 2025), "..2025"),
        ("2024..2024", Span(2024, 2024), "2024"),
    ],
)
def test_a_span(text: str, span: Span, shown: str) -> None:
    assert read_span(text) == span
    assert str(span) == shown


@pytest.mark.parametrize("text", ["", "..", "2025..2023", "20232025", "2023...2025", "2023..2025..", "2023-2025"])
def test_what_is_no_span(text: str) -> None:
    assert read_span(text) is None


def test_a_span_includes_both_ends_and_an_open_end_everything() -> None:
    assert [year in Span(2023, 2025) for year in (2022, 2023, 2025, 2026)] == [False, True, True, False]
    assert 9999 in Span(2025, None)
    assert 2024 not in Span(2025, None)
    assert 1 in Span(None, 2025)
    assert 2026 not in Span(None, 2025)


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("2025-12-31", True),
        ("2024-02-29", True),
        ("2025-02-29", False),
        ("20251231", False),
        ("2025-1-1", False),
        ("2025-W01-1", False),
        ("not a date", False),
    ],
)
def test_a_date(text: str, right: bool) -> None:
    assert is_date(text) is right


def test_days_between_counts_with_sign() -> None:
    assert days_between("2024-02-28", "2024-03-01") == 2
    assert days_between("2025-01-01", "2024-12-31") == -1


def test_today_is_a_date() -> None:
    assert date.fromisoformat(today()) <= date.today()


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("2021..2023", "2023..2025", True),
        ("2021..2022", "2023..2025", False),
        ("2024", "2023..2025", True),
        ("..2022", "2023..", False),
        ("..2023", "2023..", True),
        ("2020..", "2025..", True),
        ("..2020", "..2010", True),
    ],
)
def test_spans_that_overlap(first: str, second: str, expected: bool) -> None:
    one, other = read_span(first), read_span(second)
    assert one is not None
    assert other is not None
    assert one.overlaps(other) is other.overlaps(one) is expected
