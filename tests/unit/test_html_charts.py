"""Pictures of the page: what is drawn where, for figures of every kind."""

from __future__ import annotations

import re
from math import inf
from xml.etree import ElementTree

import pytest

from gradeeval.reports import panels
from gradeeval.reports.charts import BAR_WIDTH, Deadline, Distance, bullet_bar, outcome_bar, timeline


def boxes(picture: str, kind: str) -> list[tuple[float, float]]:
    """From where to where across each box of a kind goes."""
    root = ElementTree.fromstring(picture)  # noqa: S314 - our own picture
    found = [item.attrib for item in root.iter("rect") if item.get("class") == kind]
    return [(float(item["x"]), float(item["x"]) + float(item["width"])) for item in found]


def texts(picture: str) -> list[str | None]:
    return [item.text for item in ElementTree.fromstring(picture).iter("text")]  # noqa: S314


def test_parts_of_a_bar_lie_side_by_side_in_proportion() -> None:
    picture = outcome_bar([("met", 6), ("unmet", 0), ("unknown", 3)], 9)
    ((start, middle),), ((again, end),) = boxes(picture, "part met"), boxes(picture, "part unknown")
    assert (start, middle, end) == (0.5, again, BAR_WIDTH - 0.5)
    assert (middle - start) == pytest.approx(2 * (end - again), abs=0.05)
    assert boxes(picture, "part unmet") == []


def test_a_small_part_is_seen_and_nothing_sticks_out() -> None:
    picture = outcome_bar([("met", 100_000), ("unmet", 1), ("unknown", 1)], 100_002)
    ((start, end),) = boxes(picture, "part unmet")
    assert end - start > 2
    assert boxes(picture, "part unknown")[0][1] <= BAR_WIDTH


@pytest.mark.parametrize(
    ("distance", "met"),
    [
        (Distance(80, 80, least=85), False),
        (Distance(90, 90, least=85), True),
        (Distance(1000, 1000, least=85), True),
        (Distance(-5, -5, least=0), False),
        (Distance(3, 3, most=5), True),
        (Distance(6, 6, most=5), False),
        (Distance(6, 6, least=5, most=7), True),
        (Distance(8, 8, least=5, most=7), False),
        (Distance(0, 0, least=0), True),
        (Distance(-0.2, -0.2, least=0), False),
    ],
)
def test_a_value_ends_in_the_shaded_side_exactly_if_it_meets(distance: Distance, met: bool) -> None:
    picture = bullet_bar(distance)
    ((start, end),), ((low, high),) = boxes(picture, "value"), boxes(picture, "goal")
    tip = start if distance.low < 0 else end
    assert (low - 0.05 <= tip <= high + 0.05) is met
    assert all(0 <= edge <= BAR_WIDTH for pair in (*boxes(picture, "limit"), (start, end)) for edge in pair)


def test_an_unsure_value_is_a_range_and_an_open_one_goes_to_the_end() -> None:
    ((low, high),) = boxes(bullet_bar(Distance(40, 60, least=85)), "range")
    assert low < high < boxes(bullet_bar(Distance(40, 60, least=85)), "limit")[0][0]
    ((_low, end),) = boxes(bullet_bar(Distance(40, inf, least=85)), "range")
    assert end > BAR_WIDTH - 6
    assert "beyond" in bullet_bar(Distance(400, 400, least=85))


def test_a_timeline_names_each_day_and_the_day_of_judgement_and_escapes_it() -> None:
    days = [Deadline("2023-12-31", "三", (("met", 2), ("unmet", 1))), Deadline("2025-12-31", "五", (("unknown", 4),))]
    picture = timeline(days, "2025-06-30", "评定日 <b>&")
    assert texts(picture) == ["3", "三", "4", "五", "评定日 <b>&"]
    assert "&lt;b&gt;&amp;" in picture


def test_labels_of_close_days_do_not_lie_on_each_other() -> None:
    days = [Deadline(f"2025-01-{day:02d}", f"2025年1月{day}日", (("met", 1),)) for day in range(1, 29)]
    picture = timeline([*days, Deadline("2035-12-31", "2035年12月31日", (("met", 1),))], "2025-06-30", "x")
    root = ElementTree.fromstring(picture)  # noqa: S314
    labels = [(float(item.attrib["x"]), item.attrib["y"]) for item in root.iter("text") if item.get("class") == "day"]
    for number, (middle, lane) in enumerate(labels):
        assert all(other != lane or abs(at - middle) >= 105 for at, other in labels[:number])


def test_a_single_day_is_a_timeline() -> None:
    assert "评" in timeline([Deadline("2025-06-30", "2025年6月30日", (("met", 1),))], "2025-06-30", "评")


@pytest.mark.parametrize("picture", [outcome_bar([("met", 1)], 1), bullet_bar(Distance(1, 2, 3))])
def test_a_picture_is_hidden_from_readers_and_has_no_address(picture: str) -> None:
    assert 'aria-hidden="true"' in picture
    assert not re.search(r"https?:|style=|<script|id=", picture)


def test_chapters_stand_in_the_order_of_their_numbers() -> None:
    chapters = ["十二", "首部", "二（十一）", "二（二）", "一", "十", "二十一", "三"]
    assert sorted(chapters, key=panels._place) == ["首部", "一", "二（二）", "二（十一）", "三", "十", "十二", "二十一"]
