"""Figures in the JSON report: exact, never a binary float, with intervals and without what is absent."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from tests.unit.invented import find, profile, regions, requirement, scope, world

from gradeeval.findings.finding import Finding
from gradeeval.findings.result import Result
from gradeeval.quantity import INFINITY, NO_VALUE, Interval
from gradeeval.reports.json import decimal_plain, finding_plain, value_plain

KNOWN = scope(
    {
        "done": {"title": "做到", "title_en": "Done", "kind": "institution", "unit": "yes_no"},
        "beds": {"kind": "institution", "unit": "count"},
        "rate": {"title": "比例", "kind": "institution", "unit": "percent"},
        "trained": {"kind": "institution", "unit": "count", "measure": "flow"},
        "grade": {"kind": "institution", "order": "grade"},
        "aspects": {"kind": "institution", "list": "aspect"},
        "doing": {"kind": "region", "unit": "percent", "share": {"of": "institution", "having": {"done": True}}},
    },
    {
        "grade": {"title": "等级", "order": {"B": ["乙", "b"], "A": ["甲", "a"]}},
        "aspect": {"title": "方面", "list": {"finance": ["财务", "f"], "staff": ["人事", "s"]}},
    },
)


def plain(finding: Finding) -> dict[str, Any]:
    result = Result("2025-06-30", (), (), {}, (), (), KNOWN, "reference")
    return finding_plain(finding, result)


def found(**keys: Any) -> dict[str, Any]:
    facts = keys.pop("facts", {})
    judged = profile(KNOWN, **facts)
    return plain(find(requirement(**keys), world(KNOWN, [judged]), judged))


@pytest.mark.parametrize(
    ("indicator", "value", "written"),
    [
        ("rate", 84_996_000, "84.996"),
        ("rate", Interval(Fraction(10**8, 3), Fraction(10**8, 3)), "100/3"),
        ("rate", Interval(84_000_000, 86_500_000), {"lo": "84", "hi": "86.5"}),
        ("beds", Interval(100, INFINITY), {"lo": "100", "hi": None}),
        ("beds", 3, "3"),
        ("beds", None, None),
        ("rate", NO_VALUE, None),
        ("done", False, False),
        ("grade", "A", "A"),
        ("aspects", frozenset({"staff", "finance"}), {"finance": True, "staff": True}),
        ("aspects", {"staff": False, "finance": True}, {"finance": True, "staff": False}),
    ],
)
def test_a_value(indicator: str, value: Any, written: Any) -> None:
    reference = KNOWN.find(indicator, requirement().binds)
    assert value_plain(value, reference) == written  # type: ignore[arg-type]


def test_a_number_of_a_rule_stays_a_number() -> None:
    assert decimal_plain(Decimal("85.0")) == 85
    assert decimal_plain(Decimal("3.5")) == 3.5
    with pytest.raises(TypeError, match="object"):
        decimal_plain(object())


def test_a_gap_in_points() -> None:
    row = found(indicator="rate", target={"at_least": 85}, facts={"rate": Decimal("84.996")})
    assert (row["outcome"], row["actual"], row["gap"]) == ("unmet", "84.996", "-0.004")
    assert (row["shortfall"], row["shortfall_unit"]) == ("0.004", "percentage_point")
    assert (row["target"], row["unit"], row["overdue"]) == ({"at_least": 85}, "percent", None)


def test_a_gap_in_units() -> None:
    row = found(indicator="rate", target={"at_least": 85}, facts={"rate": {"numerator": 16, "denominator": 20}})
    assert (row["actual"], row["gap"], row["shortfall"], row["shortfall_unit"]) == ("80", "-5", "1", "count")


def test_a_grade_to_reach_and_codes_to_add() -> None:
    row = found(indicator="grade", target={"at_least": "A"}, facts={"grade": "B"})
    assert (row["gap"], row["shortfall"]) == ("-1", "A")
    assert "shortfall_unit" not in row
    row = found(indicator="aspects", target={"includes": ["finance", "staff"]}, facts={"aspects": ["staff"]})
    assert (row["shortfall"], row["actual"]) == (["finance"], {"staff": True})


def test_what_is_absent_is_left_out_but_for_the_due_date_of_a_standing_duty() -> None:
    row = found(facts={"done": True})
    assert row["overdue"] is None
    for key in ("late", "stale", "gap", "shortfall", "missing", "notes", "years", "reported", "computed", "due"):
        assert key not in row


def test_years_one_by_one() -> None:
    profiles = [profile(KNOWN, period=year, rate=rate) for year, rate in (("2023", 95), ("2024", 80))]
    wanted = requirement(indicator="rate", target={"at_least": 90}, every_year="2023..2025")
    row = plain(find(wanted, world(KNOWN, profiles), profiles[-1]))
    assert row["years"] == [
        {"year": "2023", "outcome": "met", "actual": "95"},
        {"year": "2024", "outcome": "unmet", "actual": "80"},
    ]


def test_missing_facts_with_their_titles_and_holders() -> None:
    row = found(indicator="rate", target={"at_least": 85})
    assert row["missing"] == [{"fact": "rate", "title": "比例", "period": "2024"}]


def test_reported_and_computed_stand_side_by_side() -> None:
    province = profile(KNOWN, "region", "990000", tier="province", doing=70)
    wanted = requirement(binds={"kind": "region", "tier": "province"}, indicator="doing", target={"at_least": 85})
    parts = [profile(KNOWN, id="A", done=True), profile(KNOWN, id="B")]
    row = plain(find(wanted, world(KNOWN, [province, *parts], regions()), province))
    assert (row["actual"], row["actual_source"], row["reported"], "computed" in row) == ("70", "reported", "70", False)


def test_an_excuse_names_its_clause() -> None:
    permit = requirement(id="x/2", force="permit", binds={"kind": "institution", "where": {"beds": {"below": 20}}})
    judged = profile(KNOWN, done=False, beds=10)
    row = plain(find(requirement(unless="x/2"), world(KNOWN, [judged]), judged, permit))
    assert (row["outcome"], row["reason"], row["excused_by"]) == ("not_applicable", "excused", "x/2")
