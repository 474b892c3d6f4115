"""Corners of the formulas and windows that the conformance cases leave out: nothing to measure, no roster, below zero."""

from __future__ import annotations

import math
from typing import Any

import pytest
from tests.unit.invented import (
    find,
    institutions,
    judge,
    listed,
    member,
    profile,
    regions,
    requirement,
    scope,
    world,
)

from gradeeval.engines.formulas import compute
from gradeeval.engines.judgement import Judgement
from gradeeval.quantity import NO_VALUE, Interval

KNOWN = scope(
    {
        "done": {"kind": "institution", "unit": "yes_no"},
        "beds": {"kind": "institution", "unit": "count"},
        "moved": {"kind": "institution", "unit": "percentage_point", "measure": "flow"},
        "rate": {"kind": "institution", "unit": "percent"},
        "trained": {"kind": "institution", "unit": "percent", "measure": "flow"},
        "moved_all": {"kind": "region", "unit": "percentage_point", "measure": "flow", "sum": {"of": "institution", "value": "moved"}},
        "rate_all": {"kind": "region", "unit": "percent", "sum": {"of": "institution", "value": "rate"}},
        "doing": {"kind": "region", "unit": "count", "count": {"of": "institution", "where": {"done": True}}},
        "doing_counties": {
            "kind": "region",
            "unit": "percent",
            "share": {"of": "region", "tier": "county", "having": {"doing": {"at_least": 1}}},
        },
        "rate_rise": {"kind": "institution", "unit": "percentage_point", "change": "rate"},
    }
)  # fmt: skip
PROVINCIAL = {"kind": "region", "tier": "province"}
EMPTY = {"numerator": 0, "denominator": 0}
PROVINCE = profile(KNOWN, "region", "990000", tier="province")


def value(name: str, *profiles: Any, complete: bool = True) -> Any:
    roster = institutions(*(listed(one.id) for one in profiles), complete=("institution",) if complete else ())
    around = world(KNOWN, [PROVINCE, *profiles], regions(), roster)
    return compute(KNOWN.indicators[name], around.view(PROVINCE), KNOWN).value


def test_a_part_with_nothing_to_measure_adds_nothing() -> None:
    assert value("rate_all", profile(KNOWN, id="A", rate=30), profile(KNOWN, id="B", rate=EMPTY)) == Interval(
        30_000_000, 30_000_000
    )


def test_without_roster_a_sum_of_what_may_be_negative_is_open_on_both_sides() -> None:
    assert value("moved_all", profile(KNOWN, id="A", moved=-3), complete=False) == Interval(-math.inf, math.inf)
    assert value("rate_all", profile(KNOWN, id="A", rate=3), complete=False) == Interval(3_000_000, math.inf)


def years(**facts: Any) -> Judgement:
    """Of a target of 5 over 2023..2025, with facts by year."""
    profiles = [profile(KNOWN, period=year.removeprefix("y"), trained=fact) for year, fact in facts.items()]
    wanted = requirement(indicator="trained", target={"at_least": 5}, within="2023..2025")
    return judge(wanted, world(KNOWN, profiles), profiles[-1])


def test_a_year_with_nothing_to_measure_adds_nothing_to_a_total() -> None:
    assert years(y2023=3, y2024=EMPTY, y2025=2).outcome == "met"


def test_years_with_nothing_to_measure_are_nothing_to_measure() -> None:
    assert years(y2023=EMPTY, y2024=EMPTY, y2025=EMPTY).value is NO_VALUE


def test_a_change_from_or_to_nothing_to_measure_is_nothing_to_measure() -> None:
    profiles = [profile(KNOWN, period="2023", rate=EMPTY), profile(KNOWN, period="2024", rate=5)]
    wanted = requirement(indicator="rate_rise", target={"above": 0})
    found = judge(wanted, world(KNOWN, profiles), profiles[-1])
    assert (found.outcome, found.reason) == ("not_applicable", "no_value")


def test_of_parts_of_parts_the_inner_figure_is_named_and_not_every_institution() -> None:
    around = world(KNOWN, [PROVINCE], regions(), institutions(listed("A")))
    wanted = requirement(binds=PROVINCIAL, indicator="doing_counties", target={"at_least": 10})
    finding = find(wanted, around, PROVINCE)
    assert finding.outcome == "unknown"
    assert [(missing.name, [id for id, _name in missing.of]) for missing in finding.missing] == [
        ("doing_counties", []),
        ("doing", ["990101"]),
    ]


@pytest.mark.parametrize(("day", "known"), [("2024", True), ("2023", False)])
def test_a_member_without_profile_has_what_the_roster_says_on_the_day(day: str, known: bool) -> None:
    network = profile(KNOWN, "network", "N", day, type="county_consortium", members=[member("A")])
    roster = institutions(listed("A", first="2024-01-01", level="tertiary"))
    around = world(KNOWN, [network], regions(), roster)
    (parts, complete) = around.parts(around.view(network), requirement().binds)
    assert complete
    assert (parts[0].values.get("level") == "tertiary") is known
    assert (parts[0].values.get("county") == "东县") is known


def test_years_after_the_span_do_not_count() -> None:
    profiles = [profile(KNOWN, period=str(year), rate=90 if year < 2026 else 0) for year in range(2023, 2027)]
    wanted = requirement(indicator="rate", target={"at_least": 90}, every_year="2023..2025")
    found = judge(wanted, world(KNOWN, profiles), profiles[-1])
    assert (found.outcome, [year for year, _one in found.years]) == ("met", [2023, 2024, 2025])
    profiles = [profile(KNOWN, period=str(year), trained=1) for year in range(2023, 2027)]
    wanted = requirement(indicator="trained", target={"at_least": 4}, within="2023..2025")
    found = judge(wanted, world(KNOWN, profiles), profiles[-1])
    assert (found.outcome, found.value) == ("unmet", Interval(3_000_000, 3_000_000))
