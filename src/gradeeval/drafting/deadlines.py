"""Finds by when a sentence wants something: 到2025年底, 2027年6月底前, “十四五”期间, and how far each of them reaches."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gradeeval.drafting.phrases import Phrase
    from gradeeval.sources.quantities import Quantity
    from gradeeval.timeline import Span

_LEAD = re.compile("(?:力争|争取|确保)?(?:到|至|截至|截止|于|在)?“?$")
_REACHED = "(?:力争|争取|要|应)?(?:达到?|提高到|提升到|增加到|增至|降到|降至|下降到)"
_MONTH = re.compile("年([0-9]{1,2})月(?:([0-9]{1,2})日)?")


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date in a sentence: where its words stand, the last day, and the first year of a span that is counted through.

    ``sure`` is false where 前 leaves open whether the year itself is meant.
    """

    start: int
    end: int
    due: str
    first_year: int | None = None
    sure: bool = True


def deadlines(text: str, quantities: Iterable[Quantity]) -> list[Deadline]:
    """The deadlines of a normalised sentence, among its words of quantity; years that only name something (2024年版, 2012年以前) are none."""
    dates = [quantity for quantity in quantities if quantity.kind in ("year", "span")]
    found: list[Deadline] = []
    for before, quantity in zip([None, *dates], dates, strict=False):
        deadline = _deadline(text, quantity)
        if before is not None and _is_next_year(text, before, quantity):  # 2024年、2025年
            first, last = int(before.values[0]), int(quantity.values[0])
            deadline = Deadline(before.start, quantity.end, f"{last}-12-31", first)
        if deadline is not None:
            found.append(deadline)
    return found


def deadline_of(
    found: Sequence[Deadline], parts: Iterable[Phrase], phrase: Phrase, at: int | None = None
) -> Deadline | None:
    """The deadline that a phrase stands under: its own, else the last one before it up to the semicolon, else one that follows.

    What follows counts only as the phrase at the end: 每年提升1个百分点,到2035年.
    """
    inside = [deadline for deadline in found if phrase.start <= deadline.start < phrase.end]
    if inside:
        before = [deadline for deadline in inside if at is None or deadline.start < at]
        return before[-1] if before else inside[0]
    groups = {part.start: part for part in parts}
    owners = {deadline: _owner(deadline, groups.values()) for deadline in found}
    before = [
        deadline
        for deadline, owner in owners.items()
        if owner is not None and owner.group == phrase.group and deadline.start < phrase.start
    ]
    if before:
        return before[-1]
    for deadline, owner in owners.items():
        if owner is not None and owner.start == phrase.end + 1 and owner.end - deadline.end <= 1:
            return deadline
    return None


def horizon_day(horizon: Span | None) -> str | None:
    """The last day of a horizon."""
    return None if horizon is None or horizon.last is None else f"{horizon.last}-12-31"


def _is_next_year(text: str, before: Quantity, quantity: Quantity) -> bool:
    between = text[before.end : quantity.start]
    alike = before.kind == quantity.kind == "year" and before.words.endswith("年") and quantity.words.endswith("年")
    return alike and between in ("、", "和") and before.values[0] + 1 == quantity.values[0]


def _owner(deadline: Deadline, parts: Iterable[Phrase]) -> Phrase | None:
    return next((part for part in parts if part.start <= deadline.start < part.end), None)


def _deadline(text: str, quantity: Quantity) -> Deadline | None:
    before, after = text[: quantity.start], text[quantity.end :]
    if re.match("以[前来后]|年?以[前来后]|之[前后]|版|度", after):
        return None
    lead = _LEAD.search(before)
    start = lead.start() if lead is not None else quantity.start
    if quantity.kind == "span":
        if not re.match("”?(?:期间|[末底]|时期|中后期|[,。;]|年)|", after) or before.endswith("《"):
            return None
        years = [int(year) for year in quantity.values or quantity.by_calendar]
        through = re.match("”?[末底]", after) is None and not re.search("[末底]$", quantity.words)
        tail = re.match("”?(?:期间|[末底]|时期)?", after)
        end = quantity.end + (tail.end() if tail is not None else 0)
        return Deadline(start, end, f"{max(years)}-12-31", min(years) if through else None)
    year = int(quantity.values[0])
    ends = (
        re.search("[底末前内]$", quantity.words) is not None
        or re.match(f"年?[底末前内]|前|{_REACHED}", after) is not None
    )
    if not ends and not (lead is not None and re.search("到|至|截|力争|争取|确保", lead[0])):
        return None
    if re.search("初$", quantity.words):
        return None
    tail = re.match("年?[底末]?前?", after)
    end = quantity.end + (tail.end() if tail is not None else 0)
    words = text[quantity.start : end]
    return Deadline(start, end, _last_day(year, words), sure=not re.search("年前$|月前$", words))


def _last_day(year: int, words: str) -> str:
    match = _MONTH.search(words)
    if match is None or not 1 <= int(match[1]) <= 12:
        return f"{year}-12-31"
    month = int(match[1])
    last = calendar.monthrange(year, month)[1]
    day = int(match[2]) if match[2] and 1 <= int(match[2]) <= last else last
    return f"{year}-{month:02}-{day:02}"
