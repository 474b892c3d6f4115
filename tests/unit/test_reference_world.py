"""Subjects in time and place, as every engine sees them: rosters, reading up, the judged period, years without profile."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from gradeeval.engines import reference
from gradeeval.engines.views import View, World
from gradeeval.errors import RuleFault
from gradeeval.language.nodes import ALWAYS, Bounds, Condition, Count, Equals, Indicator, Reach, Requirement, Target
from gradeeval.language.scope import Reference, build_scope
from gradeeval.profiles.profile import ListedPart, Member, Profile, Roster
from gradeeval.quantity import Interval, decimal_text, exact_text, scaled, shown
from gradeeval.timeline import read_period, read_span
from gradeeval.vocabulary import AROUND, Field, Values, ValueType, Vocabulary

INSTITUTION, COUNTY, PROVINCE = Reach("institution"), Reach("region", "county"), Reach("region", "province")
GROUP = Reach("network", type="urban_group")
LEVELS = Values("level", "级别", {"primary": ("一级", "1"), "secondary": ("二级", "2")}, {"primary": 0, "secondary": 1})
NAMES = {name: Field(name, name, name, ValueType("name")) for name in ("name", *AROUND)}
LEVEL = Field("level", "级别", "level", ValueType("ordered", values=LEVELS))
AT_LEAST_SECONDARY = Condition((("level", Bounds(at_least="secondary")),))
SCOPE = build_scope(
    Vocabulary({"institution": {**NAMES, "level": LEVEL}, "network": NAMES, "region": NAMES}, {}),
    [
        Indicator("done", "done", INSTITUTION, unit="yes_no"),
        Indicator("rate", "rate", INSTITUTION, unit="percent"),
        Indicator("poor", "poor", COUNTY, unit="yes_no"),
        Indicator("united", "united", GROUP, unit="yes_no"),
        Indicator("secondary", "secondary", PROVINCE, unit="count", formula=Count(INSTITUTION, AT_LEAST_SECONDARY)),
        Indicator("counties", "counties", PROVINCE, unit="count", formula=Count(COUNTY)),
        Indicator("members", "members", GROUP, unit="count", formula=Count(INSTITUTION)),
    ],
    (),
)
ROSTER = Roster(
    "r",
    "r",
    "41",
    (
        ListedPart("region", "41", "河南省", tier="province"),
        ListedPart("region", "4101", "郑州市", "41", "prefecture"),
        ListedPart("region", "410122", "中牟县", "4101", "county", last="2023-12-31"),
        ListedPart("region", "410123", "新县", "4101", "county", first="2024-01-01"),
        ListedPart("institution", "a", "甲医院", "4101", values={"level": "secondary"}),
        ListedPart("institution", "b", "乙医院", "4101", values={"level": "primary"}),
    ),
    frozenset({"county", "institution"}),
)


def profile(id: str, year: str, region: str = "4101", kind: str = "institution", **values: Any) -> Profile:
    period = read_period(year)
    assert period is not None
    tiers = {"41": "province", "4101": "prefecture"}
    members = values.pop("members", None)
    tier = tiers.get(id, "county") if kind == "region" else None
    return Profile(kind, id, id, period, region, tier, "urban_group" if kind == "network" else None, values, members)


def look(view: View, name: str) -> Any:
    found = SCOPE.find(name, view.reach)
    assert isinstance(found, Reference)
    return view.look(found)


def test_judged_is_the_latest_period_that_is_over() -> None:
    world = World(SCOPE, [profile("a", "2023"), profile("a", "2025"), profile("a", "2024Q3")], [ROSTER])
    dates = ("2022-12-31", "2023-12-31", "2024-09-29", "2024-09-30", "2026-01-01")
    judged = [world.judged(("institution", "a"), date) for date in dates]
    assert [found and found.period.text for found in judged] == [None, "2023", "2023", "2024Q3", "2025"]


def test_denominators_come_from_the_roster() -> None:
    listed, other = profile("b", "2024", level="secondary"), profile("z", "2024", level="secondary")
    world = World(SCOPE, [profile("41", "2024", "41", "region"), listed, other], [ROSTER])
    province = world.view(world.history["region", "41"][0])
    assert look(province, "secondary") == Interval(2, 2)  # a by the roster, b by its profile, z is not on it
    assert world.unlisted("institution", "2024-12-31") == [other]
    assert look(province, "counties") == Interval(1, 1)


def test_the_roster_is_that_of_the_end_of_the_period() -> None:
    world = World(SCOPE, [profile("41", year, "41", "region") for year in ("2023", "2024")], [ROSTER])
    names = [
        [part.name for part in world.parts(world.view(found), COUNTY)[0]] for found in world.history["region", "41"]
    ]
    assert names == [["中牟县"], ["新县"]]


def test_without_a_roster_what_is_at_hand_is_a_lower_bound() -> None:
    regions = Roster("r", "r", "41", ROSTER.rows[:4], frozenset({"county"}))
    world = World(SCOPE, [profile("41", "2024", "41", "region"), profile("z", "2024", level="secondary")], [regions])
    assert look(world.view(world.history["region", "41"][0]), "secondary") == Interval(1, float("inf"))


def test_names_of_the_regions_around() -> None:
    world = World(SCOPE, [profile("a", "2023", "410122"), profile("a", "2024", "410122")], [ROSTER])
    before, after = (world.view(found).values for found in world.history["institution", "a"])
    assert (before["county"], before["prefecture"], before["province"]) == ("中牟县", "郑州市", "河南省")
    assert "county" not in after  # the row does not hold any longer


def test_reading_up_is_from_the_one_around_in_the_same_year() -> None:
    county = [
        profile("410122", "2022", "410122", "region", poor=True),
        profile("410122", "2023", "410122", "region", poor=False),
    ]
    world = World(SCOPE, [profile("a", "2023", "410122"), profile("b", "2023"), *county], [ROSTER])
    inside, beside = (world.view(world.history["institution", id][0]) for id in "ab")
    assert look(inside, "poor") is False
    assert look(beside, "poor") is None


def test_reading_up_from_two_networks_is_unknown() -> None:
    groups = [profile(id, "2024", kind="network", united=True, members=(Member("a", "a", {}),)) for id in ("g", "h")]
    alone, twice = (World(SCOPE, [profile("a", "2024"), *some], [ROSTER]) for some in (groups[:1], groups))
    assert [look(world.view(world.history["institution", "a"][0]), "united") for world in (alone, twice)] == [
        True,
        None,
    ]


def test_members_of_the_day() -> None:
    members = (Member("a", "a", {}, "2024-01-01"), Member("b", "b", {}, None, "2023-12-31"), Member("c", "c", {}))
    world = World(SCOPE, [profile("g", year, kind="network", members=members) for year in ("2023", "2024")], [ROSTER])
    names = [
        [part.id for part in world.parts(world.view(found), INSTITUTION)[0]] for found in world.history["network", "g"]
    ]
    assert names == [["b", "c"], ["a", "c"]]


def requirement(target: Target, **more: Any) -> Requirement:
    return Requirement("r/1", "x", "一", "…", INSTITUTION, ALWAYS, "rate", target, "none", "mandatory", **more)


def test_worst_year_leads_and_is_the_latest_of_its_kind() -> None:
    years = {"2021": 92, "2022": 80, "2023": 85, "2024": 95}
    world = World(SCOPE, [profile("a", year, rate=rate * 10**6) for year, rate in years.items()], [ROSTER])
    engine = reference.Engine([requirement(Target(Bounds(at_least=90)), every_year=read_span("2021.."))], SCOPE, {})
    (found,) = engine.judge(world.view(world.history["institution", "a"][-1]))
    assert (found.outcome, found.view.period.text, found.value) == ("unmet", "2023", 85 * 10**6)
    assert [(year, item.outcome) for year, item in found.years] == [
        (2021, "met"),
        (2022, "unmet"),
        (2023, "unmet"),
        (2024, "met"),
    ]


def test_a_requirement_that_cannot_be_run_is_a_row() -> None:
    world = World(SCOPE, [profile("a", "2024", rate=85 * 10**6, done=True)], [ROSTER])

    def broken(_view: View) -> Any:
        raise RuleFault("无法计算")

    engine = reference.Engine([requirement(Target(Bounds(at_least=1)))] * 2, SCOPE, {})
    engine._judges[0] = (engine._judges[0][0], broken)
    outcomes = [
        (found.outcome, found.message) for found in engine.judge(world.view(world.history["institution", "a"][0]))
    ]
    assert outcomes == [("error", "RuleFault: 无法计算"), ("met", None)]


@pytest.mark.parametrize(("rate", "said"), [(None, "unknown"), (Decimal("94.9"), "unmet"), (95, "met"), (100, "met")])
def test_tolerance_is_a_part_of_the_number(rate: Any, said: str) -> None:
    values = {} if rate is None else {"rate": scaled(rate, 6)}
    world = World(SCOPE, [profile("a", "2024", **values)], [ROSTER])
    asked = requirement(Target(Equals(100), about=True), tolerance=5)
    assert (
        reference.Engine([asked], SCOPE, {}).judge(world.view(world.history["institution", "a"][0]))[0].outcome == said
    )


def test_numbers_are_exact() -> None:
    assert scaled(Decimal("84.99"), 6) == 84_990_000
    assert scaled(Decimal("84.9999999"), 6) is None
    assert scaled(Decimal("12345678901234567890123456789012345.5"), 1) == 123456789012345678901234567890123455
    assert scaled(Decimal("0.1234567890123456789012345678901"), 6) is None
    assert exact_text(Fraction(17, 21)) == "17/21"
    assert Fraction(exact_text(Fraction(17, 2**60))) == Fraction(17, 2**60)
    assert decimal_text(Fraction(1, 3)) == "0.3333"
    assert shown(Fraction(84996, 1000), 85) == "84.996"
    assert shown(Fraction(85), 85) == "85"
