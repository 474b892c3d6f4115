"""Gap and shortfall, row by row of the table in the language; what is missing; who pulls a figure down; the notes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from tests.unit.invented import (
    find,
    institutions,
    listed,
    member,
    overdue,
    profile,
    regions,
    requirement,
    scope,
    world,
)

from gradeeval.engines.views import View
from gradeeval.findings.contributing import pulling_down
from gradeeval.findings.finding import Finding
from gradeeval.findings.gap import UNITS, Shortfall

KNOWN = scope(
    {
        "done": {"kind": "institution", "unit": "yes_no"},
        "beds": {"kind": "institution", "unit": "count"},
        "half_beds": {"kind": "institution", "unit": "count", "decimals": 1},
        "rate": {"kind": "institution", "unit": "percent"},
        "pay": {"kind": "institution", "unit": "yuan"},
        "average": {"kind": "institution", "unit": "yuan"},
        "pay_ratio": {"kind": "institution", "unit": "ratio", "ratio": {"of": "pay", "to": "average"}},
        "rise": {"kind": "institution", "unit": "percentage_point", "change": "rate"},
        "more_beds": {"kind": "institution", "unit": "count", "change": "beds"},
        "trained": {"kind": "institution", "unit": "count", "measure": "flow"},
        "grade": {"kind": "institution", "order": "grade"},
        "aspects": {"kind": "institution", "list": "aspect"},
        "share": {
            "kind": "region",
            "unit": "percent",
            "share": {"of": "institution", "where": {"level": "tertiary"}, "having": {"done": True}},
        },
        "doing": {"kind": "region", "unit": "count", "count": {"of": "institution", "where": {"level": "tertiary", "done": True}}},
        "public_ones": {"kind": "region", "unit": "count", "count": {"of": "institution", "where": {"ownership": "public"}}},
        "all_beds": {"kind": "region", "unit": "count", "sum": {"of": "institution", "value": "beds"}},
        "balance": {"kind": "region", "tier": "prefecture", "unit": "month"},
        "pooled": {"kind": "network", "type": "county_consortium", "unit": "yes_no"},
    },
    {
        "grade": {
            "title": "等级",
            "order": {"C": ["丙", "c"], "B": ["乙", "b"], "B+": ["乙+", "b+"], "A": ["甲", "a"]},
            "outside": {"no": ["未评", "n"]},
        },
        "aspect": {"title": "方面", "list": {"finance": ["财务", "f"], "staff": ["人事", "s"], "data": ["信息", "d"]}},
    },
)  # fmt: skip
PROVINCE = {"kind": "region", "tier": "province"}


def found(indicator: str, target: Any, years: Mapping[str, Mapping[str, Any]] | None = None, **given: Any) -> Finding:
    """The finding on one institution; ``years`` are facts by period (else those given are of 2024)."""
    keys = {key: given.pop(key) for key in ("within", "every_year", "force", "binds", "tolerance") if key in given}
    profiles = [profile(KNOWN, period=year, **facts) for year, facts in (years or {"2024": given}).items()]
    return find(requirement(indicator=indicator, target=target, **keys), world(KNOWN, profiles), profiles[-1])


def of_province(
    indicator: str, target: Any, parts: Sequence[Mapping[str, Any]], listed_whole: bool = True, **facts: Any
) -> Finding:
    """The finding on the province whose roster lists an institution for each of ``parts``; ``facts`` are its own."""
    profiles = [profile(KNOWN, "region", "990000", tier="province", **facts)]
    rows = []
    for number, part in enumerate(parts):
        fields = {name: value for name, value in part.items() if name in ("level", "ownership")}
        rows.append(listed(f"I{number}", **fields))
        if not part.get("absent"):
            given = {name: value for name, value in part.items() if name != "absent"}
            profiles.append(profile(KNOWN, id=f"I{number}", **given))
    roster = institutions(*rows, complete=("institution",) if listed_whole else ())
    return find(
        requirement(binds=PROVINCE, indicator=indicator, target=target),
        world(KNOWN, profiles, regions(), roster),
        profiles[0],
    )


def gap(finding: Finding) -> Any:
    """One number, or both ends."""
    if finding.gap is None:
        return None
    low, high = finding.gap
    return low if low == high else (low, high)


def amount(finding: Finding) -> Any:
    assert finding.shortfall is not None
    assert finding.shortfall.amount is not None
    low, high = finding.shortfall.amount
    return low if low == high else (low, high)


# -- bounds ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "value", "outcome", "signed", "to_do"),
    [
        ({"at_least": 85}, 85, "met", 0, None),
        ({"at_least": 85}, 90, "met", 5, None),
        ({"at_least": 85}, Decimal("84.996"), "unmet", Fraction("-0.004"), Fraction("0.004")),
        ({"above": 85}, 85, "unmet", 0, None),
        ({"above": 85}, 80, "unmet", -5, 5),
        ({"at_most": 30}, 30, "met", 0, None),
        ({"at_most": 30}, 35, "unmet", -5, 5),
        ({"below": 30}, 25, "met", 5, None),
        ({"below": 30}, 30, "unmet", 0, None),
        ({"at_least": 20, "at_most": 30}, 22, "met", 2, None),
        ({"at_least": 20, "at_most": 30}, 29, "met", 1, None),
        ({"at_least": 20, "at_most": 30}, 15, "unmet", -5, 5),
        ({"at_least": 20, "at_most": 30}, 40, "unmet", -10, 10),
        ({"equals": 5}, 5, "met", 0, None),
        ({"equals": 5}, 7, "unmet", -2, 2),
        ({"equals": 5}, 2, "unmet", -3, 3),
        ({"at_least": 80, "about": True}, 76, "met", 0, None),
        ({"at_least": 80, "about": True}, 75, "unmet", -1, 1),
        ({"equals": 40, "about": True}, 43, "unmet", -1, 1),
        ({"at_least": 1, "up_to": 3}, 5, "met", 4, None),
    ],
)
def test_the_gap_to_a_bound_is_signed_and_the_shortfall_is_not(
    target: Any, value: Any, outcome: str, signed: Any, to_do: Any
) -> None:
    finding = found("rate", target, rate=value)
    assert (finding.outcome, gap(finding)) == (outcome, signed)
    if to_do is None:
        assert finding.shortfall is None
    else:
        assert amount(finding) == to_do
        assert finding.shortfall is not None
        assert finding.shortfall.unit == "percentage_point"


def test_a_shortfall_of_things_counted_is_rounded_up() -> None:
    finding = found("half_beds", {"at_least": 100}, half_beds=Decimal("97.5"))
    assert (gap(finding), amount(finding)) == (Fraction("-2.5"), 3)


def test_an_unknown_number_has_a_shortfall_only_as_far_as_it_is_known() -> None:
    finding = found("rate", {"at_least": 85})
    assert (finding.outcome, finding.gap, finding.shortfall) == ("unknown", None, None)


# -- shares ------------------------------------------------------------------------------------------------------------

DOES: Mapping[str, Any] = {"level": "tertiary", "done": True}
DOES_NOT: Mapping[str, Any] = {"level": "tertiary", "done": False}
UNSURE: Mapping[str, Any] = {"level": "tertiary", "absent": True}


def test_a_share_tells_how_many_more_units_and_who_lacks_it() -> None:
    finding = of_province("share", {"at_least": 85}, [*[DOES] * 3, *[DOES_NOT] * 2])
    assert (finding.outcome, finding.source, gap(finding)) == ("unmet", "computed", -25)
    assert finding.shortfall == Shortfall((Fraction(2), Fraction(2)), UNITS)
    assert [part.id for part in finding.lacking] == ["I3", "I4"]
    assert finding.unsure == ()


def test_a_share_with_unknown_parts_tells_from_the_kindest_to_the_hardest_case() -> None:
    finding = of_province("share", {"at_least": 85}, [*[DOES] * 2, *[DOES_NOT], *[UNSURE] * 2])
    assert (finding.outcome, gap(finding)) == ("unmet", (-45, -5))
    assert amount(finding) == (1, 3)
    assert [part.id for part in finding.unsure] == ["I3", "I4"]
    assert [part.id for part in finding.lacking] == ["I2"]


def test_a_share_that_is_open_may_need_nothing() -> None:
    finding = of_province("share", {"at_least": 50}, [DOES, DOES_NOT, UNSURE])
    assert finding.outcome == "unknown"
    assert amount(finding) == (0, 1)


@pytest.mark.parametrize(
    ("target", "numerator", "units"),
    [
        ({"at_least": 85}, 16, 1),
        ({"at_least": 85}, 10, 7),
        ({"above": 85}, 17, 1),
        ({"at_most": 30}, 8, 2),
        ({"below": 30}, 6, 1),
    ],
)
def test_a_reported_quotient_tells_its_units(target: Any, numerator: int, units: int) -> None:
    finding = found("rate", target, rate={"numerator": numerator, "denominator": 20})
    assert finding.shortfall == Shortfall((Fraction(units), Fraction(units)), UNITS)
    assert gap(finding) == -abs(numerator * 5 - next(iter(target.values())))


def test_a_reported_quotient_of_what_is_not_counted_whole_is_not_rounded() -> None:
    finding = found("rate", {"at_least": 50}, rate={"numerator": Decimal("9.5"), "denominator": 20})
    assert amount(finding) == Fraction(1, 2)


def test_a_reported_share_without_denominator_is_told_in_points() -> None:
    finding = of_province("share", {"at_least": 85}, [UNSURE], share=80)
    assert (finding.outcome, finding.source, gap(finding)) == ("unmet", "reported", -5)
    assert finding.shortfall == Shortfall((Fraction(5), Fraction(5)), "percentage_point")
    assert finding.lacking == ()


# -- counts, sums, ratios, changes ----------------------------------------------------------------------------------


def test_a_count_tells_how_many_more() -> None:
    finding = of_province("doing", {"at_least": 4}, [DOES, DOES, DOES_NOT, UNSURE])
    assert (finding.outcome, gap(finding)) == ("unmet", (-2, -1))
    assert amount(finding) == (1, 2)


def test_a_count_without_roster_is_open_upwards() -> None:
    finding = of_province("doing", {"at_least": 4}, [DOES], listed_whole=False)
    assert (finding.outcome, gap(finding), amount(finding)) == ("unknown", (-3, math.inf), (0, 3))


def test_a_sum_tells_how_many_more() -> None:
    finding = of_province("all_beds", {"at_least": 100}, [{"beds": 30}, {"beds": 45}])
    assert (finding.outcome, gap(finding), amount(finding)) == ("unmet", -25, 25)


def test_a_ratio_tells_what_its_numerator_lacks_in_its_own_unit() -> None:
    finding = found("pay_ratio", {"at_least": 1}, pay=96_600, average=105_000)
    assert finding.outcome == "unmet"
    assert gap(finding) == Fraction(96_600, 105_000) - 1
    assert finding.shortfall == Shortfall((Fraction(8_400), Fraction(8_400)), "yuan")


def test_a_ratio_that_is_too_high_tells_what_is_too_much() -> None:
    finding = found("pay_ratio", {"at_most": 2}, pay=250, average=100)
    assert finding.shortfall == Shortfall((Fraction(50), Fraction(50)), "yuan")


def test_a_change_tells_what_this_year_lacks() -> None:
    finding = found("rise", {"at_least": 1}, {"2023": {"rate": 40}, "2024": {"rate": Decimal("40.8")}})
    assert (finding.outcome, gap(finding)) == ("unmet", Fraction("-0.2"))
    assert finding.shortfall == Shortfall((Fraction("0.2"), Fraction("0.2")), "percentage_point")


# -- windows -----------------------------------------------------------------------------------------------------------


def test_a_total_tells_the_pace_needed_beside_the_pace_so_far() -> None:
    finding = found(
        "trained", {"at_least": 200}, {"2023": {"trained": 80}, "2024": {"trained": 70}}, within="2023..2025"
    )
    assert (finding.outcome, gap(finding)) == ("unmet", -50)
    assert finding.shortfall == Shortfall(
        (Fraction(50), Fraction(50)), "count", pace=Fraction(50), pace_so_far=Fraction(75)
    )


def test_in_the_last_year_there_is_no_pace_any_more() -> None:
    finding = found("trained", {"at_least": 10}, {"2024": {"trained": 3}}, within="2024")
    assert finding.shortfall == Shortfall((Fraction(7), Fraction(7)), "count", pace=None, pace_so_far=Fraction(3))


def test_a_total_with_an_unknown_year_has_no_pace_so_far() -> None:
    finding = found("trained", {"at_least": 200}, {"2024": {"trained": 70}}, within="2023..2025")
    assert finding.outcome == "unknown"
    assert finding.shortfall is not None
    assert finding.shortfall.pace_so_far is None
    assert finding.shortfall.pace == 130


def test_a_change_over_years_has_no_pace() -> None:
    finding = found(
        "more_beds",
        {"at_least": 5},
        {"2022": {"beds": 10}, "2023": {"beds": 11}, "2024": {"beds": 12}},
        within="2023..2025",
    )
    assert (gap(finding), finding.shortfall) == (-3, Shortfall((Fraction(3), Fraction(3)), "count"))


def test_of_several_years_the_worst_is_told() -> None:
    years = {"2021": {"rate": 89}, "2022": {"rate": 80}, "2023": {"rate": 88}, "2024": {"rate": 95}}
    finding = found("rate", {"at_least": 90}, years, every_year="2021..2025")
    assert (finding.outcome, gap(finding), finding.judgement.view.period.text) == ("unmet", -10, "2022")
    assert [(year, one.outcome) for year, one in finding.judgement.years] == [
        (2021, "unmet"), (2022, "unmet"), (2023, "unmet"), (2024, "met"),
    ]  # fmt: skip
    assert amount(finding) == 10


def test_of_years_that_are_unknown_one_is_told() -> None:
    years: dict[str, dict[str, Any]] = {"2023": {}, "2024": {}}
    finding = found("rate", {"at_least": 90}, years, every_year="2023..2025")
    assert (finding.outcome, finding.gap) == ("unknown", None)
    assert {(item.name, item.period) for item in finding.missing} == {("rate", "2023"), ("rate", "2024")}


# -- orders, yes/no, lists, review --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "value", "outcome", "steps", "grade"),
    [
        ({"at_least": "B"}, "C", "unmet", -1, "B"),
        ({"at_least": "B"}, "A", "met", 2, None),
        ({"above": "B"}, "B", "unmet", 0, "B"),
        ({"at_most": "B"}, "A", "unmet", -2, "B"),
        ({"at_most": "B"}, "C", "met", 1, None),
        ({"at_least": "B"}, "no", "unmet", None, "B"),
    ],
)
def test_a_grade_is_steps_away(target: Any, value: str, outcome: str, steps: int | None, grade: str | None) -> None:
    finding = found("grade", target, grade=value)
    assert (finding.outcome, gap(finding)) == (outcome, steps)
    assert finding.shortfall == (Shortfall(grade=grade) if grade is not None else None)


@pytest.mark.parametrize(("target", "value"), [(True, False), (False, True)])
def test_a_yes_no_tells_what_it_has_to_become(target: bool, value: bool) -> None:
    finding = found("done", target, done=value)
    assert (finding.gap, finding.shortfall) == (None, Shortfall(state=target))
    assert found("done", target, done=target).shortfall is None


def test_a_list_tells_the_codes_that_are_missing_and_apart_those_unknown() -> None:
    target = {"includes": ["finance", "staff", "data"]}
    complete = found("aspects", target, aspects=["finance"])
    assert (gap(complete), complete.shortfall) == (-2, Shortfall(codes=("staff", "data")))
    partial = found("aspects", target, aspects={"finance": True, "staff": False})
    assert (partial.outcome, gap(partial)) == ("unmet", (-2, -1))
    assert partial.shortfall == Shortfall(codes=("staff",), unknown_codes=("data",))
    unknown = found("aspects", target)
    assert (unknown.gap, unknown.shortfall) == (None, Shortfall(unknown_codes=("finance", "staff", "data")))
    assert found("aspects", target, aspects=["finance", "staff", "data"]).shortfall is None


def test_a_plain_grade_and_a_review_have_no_gap() -> None:
    assert found("grade", "A", grade="B").gap is None
    review = found("beds", {"needs_review": "够不够"}, beds=3)
    assert (review.outcome, review.gap, review.shortfall) == ("needs_review", None, None)


def test_nothing_to_measure_has_no_gap() -> None:
    finding = found("rate", {"at_least": 85}, rate={"numerator": 0, "denominator": 0})
    assert (finding.outcome, finding.judgement.reason, finding.gap, finding.shortfall) == (
        "not_applicable",
        "no_value",
        None,
        None,
    )


def test_where_it_is_not_known_whether_it_binds_there_is_no_gap() -> None:
    finding = found("beds", {"at_least": 5}, beds=3, binds={"kind": "institution", "where": {"level": "tertiary"}})
    assert (finding.outcome, finding.judgement.reason, finding.gap) == ("unknown", "binds_unknown", None)


# -- notes -------------------------------------------------------------------------------------------------------------


def test_beyond_the_printed_range_is_noted() -> None:
    assert found("beds", {"at_least": 1, "up_to": 3}, beds=4).notes == ("beyond_range",)
    assert found("beds", {"at_least": 1, "up_to": 3}, beds=3).notes == ()
    assert found("rate", {"at_least": 1, "up_to": 3}, rate={"numerator": 1, "denominator": 20}).notes == (
        "beyond_range",
    )


def test_a_tolerance_is_noted() -> None:
    assert found("beds", {"at_least": 100, "about": True}, beds=120).notes == ("about",)


@pytest.mark.parametrize(("reported", "noted"), [(60, False), (50, True)])
def test_a_report_that_differs_from_the_roster_is_noted(reported: int, noted: bool) -> None:
    finding = of_province("share", {"at_least": 50}, [*[DOES] * 3, *[DOES_NOT] * 2], share=reported)
    assert finding.source == "computed"
    assert ("differs" in finding.notes) is noted


def test_a_report_within_what_the_roster_leaves_open_does_not_differ() -> None:
    finding = of_province("share", {"at_least": 50}, [DOES, DOES_NOT, UNSURE], share=60)
    assert (finding.source, finding.notes, finding.outcome) == ("reported", (), "met")
    finding = of_province("share", {"at_least": 50}, [DOES, DOES_NOT, UNSURE], share=90)
    assert finding.notes == ("differs",)


def test_a_demand_of_every_year_is_never_stale() -> None:
    keys = {"indicator": "rate", "target": {"at_least": 90}, "every_year": "2023..2024"}
    judged = profile(KNOWN, period="2023", rate=1)
    finding = find(overdue(requirement(**keys)), world(KNOWN, [judged]), judged)
    assert (finding.overdue, finding.stale) == (True, False)


# -- who pulls it down -------------------------------------------------------------------------------------------------


def ids(views: Sequence[View]) -> list[str]:
    return [view.id for view in views]


def test_of_a_share_those_that_lack_it_pull_it_down() -> None:
    assert ids(pulling_down(of_province("share", {"at_least": 85}, [DOES, DOES_NOT]))) == ["I1"]


def test_where_the_share_was_reported_nobody_is_named() -> None:
    assert pulling_down(of_province("share", {"at_least": 85}, [DOES_NOT, UNSURE], share=80)) == ()


def test_of_what_is_neither_share_nor_count_nobody_is_named() -> None:
    assert pulling_down(of_province("all_beds", {"at_least": 100}, [{"beds": 1}])) == ()
    assert pulling_down(found("beds", {"at_least": 100}, beds=1)) == ()


# -- what is missing ---------------------------------------------------------------------------------------------------


def missing(finding: Finding) -> set[tuple[str, str, str, tuple[str, ...]]]:
    return {(item.name, item.kind, item.period, tuple(id for id, _name in item.of)) for item in finding.missing}


def test_the_fact_itself() -> None:
    assert missing(found("beds", {"at_least": 5})) == {("beds", "institution", "2024", ())}
    assert missing(found("aspects", {"includes": ["finance"]}, aspects={"staff": True})) == {
        ("aspects", "institution", "2024", ())
    }


def test_what_is_known_is_not_missing() -> None:
    assert found("beds", {"at_least": 5}, beds=3).missing == ()


def test_the_fields_that_would_tell_whether_it_binds() -> None:
    where = {"level": "tertiary", "ownership": "public", "any": [{"done": True}, {"beds": {"at_least": 9}}]}
    binds = {"kind": "institution", "where": where}
    finding = found("rate", {"at_least": 5}, level="tertiary", beds=3, rate=10, binds=binds)
    assert missing(finding) == {("ownership", "institution", "2024", ()), ("done", "institution", "2024", ())}


def test_a_condition_that_is_false_is_not_asked_for_its_rest() -> None:
    binds = {"kind": "institution", "where": {"level": "tertiary", "done": True}}
    assert found("rate", {"at_least": 5}, level="primary", binds=binds).missing == ()


def test_the_operands_of_a_ratio_and_both_years_of_a_change() -> None:
    assert missing(found("pay_ratio", {"at_least": 1}, pay=3)) == {
        ("pay_ratio", "institution", "2024", ()),
        ("average", "institution", "2024", ()),
    }
    assert missing(found("rise", {"at_least": 1}, rate=40)) == {
        ("rise", "institution", "2024", ()),
        ("rate", "institution", "2023", ()),
    }


def test_each_unknown_year_of_a_total() -> None:
    finding = found("trained", {"at_least": 99}, {"2023": {"trained": 1}, "2025": {}}, within="2023..2025")
    assert missing(finding) == {("trained", "institution", year, ()) for year in ("2024", "2025")}


def test_the_facts_of_parts_are_gathered_by_name() -> None:
    parts: list[Mapping[str, Any]] = [DOES, UNSURE, {"done": True}, {"absent": True}]
    assert missing(of_province("share", {"at_least": 90}, parts)) == {
        ("share", "region", "2024", ()),
        ("level", "institution", "2024", ("I2", "I3")),
        ("done", "institution", "2024", ("I1", "I3")),
    }


def test_the_values_of_parts_that_are_summed() -> None:
    assert missing(of_province("all_beds", {"at_least": 100, "at_most": 200}, [{"beds": 30}, {}])) == {
        ("all_beds", "region", "2024", ()),
        ("beds", "institution", "2024", ("I1",)),
    }


def test_what_is_read_up_is_missing_there() -> None:
    binds = {"kind": "institution", "where": {"balance": {"at_least": 6}}}
    judged = profile(KNOWN, done=False)
    wanted = requirement(binds=binds)
    nobody = find(wanted, world(KNOWN, [judged]), judged)
    assert missing(nobody) == {("balance", "prefecture", "2024", ())}
    there = find(wanted, world(KNOWN, [judged, profile(KNOWN, "region", "990100", tier="prefecture")]), judged)
    assert missing(there) == {("balance", "region", "2024", ())}


def test_what_is_read_up_from_a_network_names_its_type() -> None:
    judged = profile(KNOWN, done=True)
    wanted = requirement(binds={"kind": "institution", "where": {"pooled": True}})
    assert missing(find(wanted, world(KNOWN, [judged]), judged)) == {("pooled", "county_consortium", "2024", ())}
    one = profile(KNOWN, "network", "N", type="county_consortium", members=[member("A")], pooled=True)
    assert find(wanted, world(KNOWN, [judged, one]), judged).outcome == "met"
    two = profile(KNOWN, "network", "M", type="county_consortium", members=[member("A")], pooled=True)
    assert find(wanted, world(KNOWN, [judged, one, two]), judged).outcome == "unknown"


def test_the_roster_that_a_share_lacks_is_missing() -> None:
    assert missing(of_province("share", {"at_least": 50}, [DOES], listed_whole=False)) == {
        ("share", "region", "2024", ())
    }
