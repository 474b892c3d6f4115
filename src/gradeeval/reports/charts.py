"""Pictures of a page, as static SVG: bars of outcomes, bullet bars, a timeline of deadlines.

Only this module knows the drawing library. It does not escape attributes, so what comes from profiles and rulesets goes
into text alone; attributes are numbers and the class names written here. Colours are classes of the page's style sheet,
so that a picture follows light, dark and print. A picture says nothing that does not stand in the text beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import drawsvg

from gradeeval.reports.figures import Distance

BAR_WIDTH = 240
BAR_HEIGHT = 16
_TIMELINE_WIDTH = 760
_COLUMN_HEIGHT = 70
_LANES = 3
_LABEL_ROOM = 112
_LEAST_PART = 3.0


@dataclass(frozen=True, slots=True)
class Deadline:
    """A day on which requirements are due, with what it is called: ``counts`` of findings by outcome, in the order in which they are stacked."""

    day: str
    label: str
    counts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """All findings that are due on the day."""
        return sum(count for _outcome, count in self.counts)


def outcome_bar(counts: Sequence[tuple[str, int]], longest: int) -> str:
    """Counts by outcome side by side; the bar of ``longest`` findings takes the whole width."""
    picture = _picture(BAR_WIDTH, BAR_HEIGHT)
    shown = [(outcome, count) for outcome, count in counts if count]
    room = BAR_WIDTH - 1
    unit = room / max(longest, 1)
    widths = [max(count * unit, _LEAST_PART) for _outcome, count in shown]
    if sum(widths) > room:
        widths = [width * room / sum(widths) for width in widths]
    left = 0.5
    for (outcome, _count), width in zip(shown, widths, strict=True):
        picture.append(_box(left, 0.5, width, BAR_HEIGHT - 1, f"part {outcome}"))
        left += width
    return _svg(picture)


def bullet_bar(distance: Distance) -> str:
    """The value as a bar, the target as a line across, the side of it that meets shaded; an unsure value as a range."""
    picture = _picture(BAR_WIDTH, BAR_HEIGHT)
    limits = [limit for limit in (distance.least, distance.most) if limit is not None]
    known = [number for number in (distance.low, distance.high) if abs(number) != float("inf")]
    start, end = _span(limits, known)

    def across(number: float) -> float:
        return round(1 + (BAR_WIDTH - 4) * (min(max(number, start), end) - start) / (end - start), 2)

    met_from = across(distance.least) if distance.least is not None else across(start)
    met_to = across(distance.most) if distance.most is not None else across(end)
    picture.append(_box(0.5, 1.5, BAR_WIDTH - 3, BAR_HEIGHT - 3, "ground"))
    picture.append(_box(met_from, 1.5, max(met_to - met_from, 1), BAR_HEIGHT - 3, "goal"))
    zero, low, high = across(min(max(0.0, start), end)), across(distance.low), across(distance.high)
    if low < zero:
        picture.append(_box(low, 5, zero - low, BAR_HEIGHT - 10, "value"))
    else:
        picture.append(_box(zero, 5, low - zero, BAR_HEIGHT - 10, "value"))
    if high > low:
        picture.append(_box(low, 5, high - low, BAR_HEIGHT - 10, "range"))
    if max(known, default=0.0) > end:
        picture.append(
            drawsvg.Lines(BAR_WIDTH - 7, 3, BAR_WIDTH - 1, 8, BAR_WIDTH - 7, 13, close=True, class_="beyond")
        )
    for limit in limits:
        picture.append(_box(across(limit) - 1, 0, 2.5, BAR_HEIGHT, "limit"))
    return _svg(picture)


def _span(limits: Sequence[float], known: Sequence[float]) -> tuple[float, float]:
    """From zero, or below it, to some room beyond the target; a value far beyond the target is cut off."""
    goal, low, high = max(limits), min(0.0, *limits, *known), max(0.0, *limits, *known)
    if goal > 0:
        high = min(high, 2 * goal)
    room = 0.08 * (high - low) or 1.0
    return (low - room if low < 0 else low), high + room


def timeline(deadlines: Sequence[Deadline], as_of: str, as_of_label: str) -> str:
    """Deadlines, earliest first, along the time as stacked columns with counts, and a line at the day of judgement."""
    days = [_ordinal(item.day) for item in deadlines]
    today = _ordinal(as_of)
    first, last = min([*days, today]), max([*days, today])
    base = 24 + _COLUMN_HEIGHT
    highest = max((item.total for item in deadlines), default=1)

    def across(day: int) -> float:
        margin = _LABEL_ROOM / 2
        return round(margin + (_TIMELINE_WIDTH - 2 * margin) * (day - first) / max(last - first, 1), 2)

    lanes = _lanes([across(day) for day in days])
    used = max((lane + 1 for lane in lanes if lane is not None), default=0)
    picture = _picture(_TIMELINE_WIDTH, base + 8 + 16 * used)
    picture.append(_line(8, base, _TIMELINE_WIDTH - 8, base, "axis"))
    for item, day, lane in zip(deadlines, days, lanes, strict=True):
        middle, top = across(day), float(base)
        for outcome, count in item.counts:
            if count:
                height = round(max(_COLUMN_HEIGHT * count / highest, _LEAST_PART), 2)
                top -= height
                picture.append(_box(middle - 9, top, 18, height, f"part {outcome}"))
        picture.append(_text(str(item.total), middle, top - 4, "count"))
        if lane is not None:
            picture.append(_line(middle, base, middle, base + 5 + 16 * lane, "axis"))
            picture.append(_text(item.label, middle, base + 17 + 16 * lane, "day"))
    picture.append(_line(across(today), 16, across(today), base + 8, "today"))
    anchor = "start" if across(today) < _TIMELINE_WIDTH / 2 else "end"
    picture.append(_text(as_of_label, across(today), 11, "today-label", anchor))
    return _svg(picture)


def _lanes(middles: Sequence[float]) -> list[int | None]:
    """For labels in their order along the line the first lane where each has room; None where none has."""
    ends, found = [float("-inf")] * _LANES, []
    for middle in middles:
        lane = next((number for number, end in enumerate(ends) if middle - _LABEL_ROOM / 2 >= end), None)
        if lane is not None:
            ends[lane] = middle + _LABEL_ROOM / 2
        found.append(lane)
    return found


def _ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


def _picture(width: float, height: float) -> drawsvg.Drawing:
    return drawsvg.Drawing(width, height, aria_hidden="true", focusable="false")


def _box(left: float, top: float, width: float, height: float, kind: str) -> drawsvg.Rectangle:
    return drawsvg.Rectangle(round(left, 2), round(top, 2), round(width, 2), round(height, 2), class_=kind)


def _line(left: float, top: float, right: float, bottom: float, kind: str) -> drawsvg.Line:
    return drawsvg.Line(left, top, right, bottom, class_=kind)


def _text(text: str, left: float, base: float, kind: str, anchor: str = "middle") -> drawsvg.Text:
    return drawsvg.Text(text, 12, round(left, 2), round(base, 2), text_anchor=anchor, class_=kind)


def _svg(picture: drawsvg.Drawing) -> str:
    """The picture as an element of a page; the same drawing gives the same text."""
    text: str = picture.as_svg(header="")
    body = "".join(text.split("\n")[1:]).replace("<defs></defs>", "")
    return f"<svg {body.lstrip()}"
