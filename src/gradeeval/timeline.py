"""Periods that a profile covers, spans of years that a demand covers, and dates. All dates are ISO texts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_PERIOD = re.compile(r"([0-9]{4})(?:(Q[1-4])|-([0-9]{2})-([0-9]{2})|\.\.([0-9]{4}))?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SPAN = re.compile(r"([0-9]{4})?(\.\.)?([0-9]{4})?")
_QUARTER_END = {"Q1": "03-31", "Q2": "06-30", "Q3": "09-30", "Q4": "12-31"}


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """What a profile covers: a year, a quarter, a day (a state on it) or several years (figures for the whole of them).

    ``end`` is its last day, ``first`` and ``year`` its first and last year, ``text`` as written.
    """

    end: str
    text: str
    first: int
    year: int

    @property
    def whole_year(self) -> bool:
        """Whether the year is over at its end, so that yearly figures are final."""
        return self.end.endswith("12-31")

    @property
    def several_years(self) -> bool:
        """Whether it covers a span of years."""
        return self.first != self.year


@dataclass(frozen=True, slots=True)
class Span:
    """Years from ``first`` to ``last``, both included; an open end is None."""

    first: int | None
    last: int | None

    def __contains__(self, year: int) -> bool:
        return (self.first is None or year >= self.first) and (self.last is None or year <= self.last)

    def overlaps(self, other: Span) -> bool:
        """Whether some year lies in both."""
        firsts = [span.first for span in (self, other) if span.first is not None]
        lasts = [span.last for span in (self, other) if span.last is not None]
        return not firsts or not lasts or max(firsts) <= min(lasts)

    def __str__(self) -> str:
        if self.first == self.last:
            return str(self.first)
        return f"{self.first or ''}..{self.last or ''}"


def read_period(text: str) -> Period | None:
    """``2024``, ``2024Q3``, ``2024-12-31`` or ``2023..2025``; None where it is none of them or no real date."""
    match = _PERIOD.fullmatch(text)
    if match is None:
        return None
    first, quarter, month, _day, last = match.groups()
    if month is not None:
        return Period(text, text, int(first), int(first)) if is_date(text) else None
    if last is not None:
        return Period(f"{last}-12-31", text, int(first), int(last)) if int(first) < int(last) else None
    return Period(f"{first}-{_QUARTER_END.get(quarter, '12-31')}", text, int(first), int(first))


def read_span(text: str) -> Span | None:
    """``2023..2025``, ``2024``, ``2025..`` or ``..2025``; None where it is none of them or runs backwards."""
    match = _SPAN.fullmatch(text)
    if match is None or not (match[1] or match[3]):
        return None
    first = int(match[1]) if match[1] else None
    last = int(match[3]) if match[3] else None
    if not match[2]:
        return Span(first, first) if first is not None and last is None else None
    if first is not None and last is not None and first > last:
        return None
    return Span(first, last)


def is_date(text: str) -> bool:
    """Whether ``text`` is a day of the calendar, written ``2025-12-31``."""
    if _DATE.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def today() -> str:
    """Today."""
    return date.today().isoformat()


def day_before(day: str) -> str:
    """The day before."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def days_between(first: str, last: str) -> int:
    """Days from ``first`` to ``last``; negative where ``last`` lies before."""
    return (date.fromisoformat(last) - date.fromisoformat(first)) // timedelta(days=1)
