"""Questions about requirements: the witness is small, on the bound, and the reference engine agrees with it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.invented import regions, requirement, scope, vocabulary

pytest.importorskip("z3", reason="the extra `prove` is not installed")

from gradeeval.engines.solver.demand import APPLIES, MET, NOT_BOUND, UNMET, Demand
from gradeeval.language.nodes import Requirement
from gradeeval.language.scope import Scope
from gradeeval.proving.prover import FOUND, NONE, Answer, Prover, Wish

REGION = {"kind": "region", "tier": "province"}
PREFECTURE = {"kind": "region", "tier": "prefecture"}
LEVEL = {"level": {"at_least": "secondary"}}
KNOWN = scope(
    {
        "beds": {"kind": "institution", "unit": "count"},
        "months": {"kind": "institution", "unit": "month", "decimals": 0},
        "done": {"kind": "institution", "unit": "yes_no"},
        "department": {"kind": "institution", "unit": "yes_no"},
        "rate": {"kind": "region", "unit": "percent"},
        "rate_change": {"kind": "region", "unit": "percentage_point", "change": "rate"},
        "trained": {"kind": "region", "unit": "count", "measure": "flow"},
        "balance": {"kind": "region", "tier": "prefecture", "unit": "month"},
        "hospitals": {"kind": "region", "unit": "count", "count": {"of": "institution", "where": LEVEL}},
        "tertiary": {
            "kind": "region",
            "unit": "count",
            "count": {"of": "institution", "where": {"level": {"at_least": "tertiary"}}},
        },
        "share": {
            "kind": "region",
            "unit": "percent",
            "share": {"of": "institution", "where": LEVEL, "having": {"department": True}},
        },
        "share_of_none": {
            "kind": "region",
            "unit": "percent",
            "share": {
                "of": "institution",
                "where": {"level": "primary", "level_grade": {"at_least": "tertiary_a"}},
                "having": {"department": True},
            },
        },
        "staff": {"kind": "region", "unit": "count"},
        "staff_ratio": {"kind": "region", "unit": "percent", "ratio": {"of": "staff", "to": "all_staff"}},
        "all_staff": {"kind": "region", "unit": "count"},
        "counties_done": {
            "kind": "region",
            "unit": "count",
            "count": {"of": "region", "tier": "county", "where": {"open": True}},
        },
        "open": {"kind": "region", "tier": "county", "unit": "yes_no"},
    }
)


def demand(known: Scope = KNOWN, permit: Requirement | None = None, **keys: Any) -> Demand:
    permits = {permit.id: permit} if permit is not None else {}
    return Demand(requirement(**keys), known, permits)


def prover() -> Prover:
    return Prover(vocabulary(), [regions()])


def facts(answer: Answer) -> dict[str, Any]:
    assert answer.word == FOUND, answer
    assert answer.witness is not None
    return dict(answer.witness.case.facts)


def test_the_witness_lies_on_the_bound_and_holds_nothing_else() -> None:
    at_least = demand(binds={"kind": "institution", "where": LEVEL}, indicator="beds", target={"at_least": 500})
    met = prover().find([Wish(at_least, MET)])
    assert facts(met) == {"beds": 500}
    assert met.witness is not None
    assert met.witness.case.fields == {"level": "secondary"}
    assert facts(prover().find([Wish(at_least, UNMET)])) == {"beds": 499}
    assert prover().find([Wish(at_least, NOT_BOUND)]).witness is not None


def test_no_subject_meets_both() -> None:
    more, fewer = (demand(indicator="beds", target=target) for target in ({"at_least": 500}, {"below": 500}))
    assert prover().find([Wish(more, MET), Wish(fewer, MET)]).word == NONE
    assert facts(prover().find([Wish(more, MET), Wish(fewer, UNMET)])) == {"beds": 500}


def test_steps_of_an_indicator_are_respected() -> None:
    above, below = (demand(indicator="months", target=target) for target in ({"above": 5}, {"below": 6}))
    assert prover().find([Wish(above, MET), Wish(below, MET)]).word == NONE


def test_a_share_is_over_the_parts_that_a_count_counts() -> None:
    """All tertiary hospitals are among those of level 2 and above, and a share lies within what is counted."""
    wide = demand(binds=REGION, indicator="hospitals", target={"at_most": 10})
    narrow = demand(binds=REGION, indicator="tertiary", target={"at_least": 11})
    assert prover().find([Wish(wide, MET), Wish(narrow, MET)]).word == NONE
    answer = prover().find([Wish(wide, MET), Wish(narrow, UNMET)])
    assert facts(answer)["hospitals"] <= 10
    full = demand(binds=REGION, indicator="share", target={"at_least": 100})
    half = demand(binds=REGION, indicator="share", target={"at_least": 50})
    assert prover().find([Wish(full, MET), Wish(half, UNMET)]).word == NONE
    assert facts(prover().find([Wish(half, MET), Wish(full, UNMET)])) == {"share": {"numerator": 1, "denominator": 2}}


def test_a_set_that_is_always_empty() -> None:
    """A grade belongs to its level: no primary institution is graded tertiary."""
    empty = demand(binds=REGION, indicator="share_of_none", target={"at_least": 50})
    assert prover().find([Wish(empty, APPLIES)]).word == NONE


def test_as_many_counties_as_the_roster_has() -> None:
    """甲省 has five counties: six can never be, five can."""
    five, six = (demand(binds=REGION, indicator="counties_done", target={"at_least": number}) for number in (5, 6))
    assert prover().find([Wish(five, MET)], ("990000",)).word == FOUND
    assert prover().find([Wish(six, MET)], ("990000",)).word == NONE
    assert prover().find([Wish(six, MET)]).word == FOUND


def test_names_are_those_of_the_roster() -> None:
    city = demand(
        binds={**PREFECTURE, "where": {"name": "子市", "division": "prefecture"}},
        indicator="rate",
        target={"at_least": 5},
    )
    answer = prover().find([Wish(city, MET)], ("990000",))
    assert answer.witness is not None
    assert answer.witness.case.fields == {"name": "子市", "division": "prefecture"}
    other = demand(
        binds={**PREFECTURE, "where": {"name": {"none_of": ["子市"]}}}, indicator="rate", target={"at_least": 5}
    )
    assert prover().find([Wish(city, APPLIES), Wish(other, APPLIES)], ("990000",)).word == NONE
    neither = demand(
        binds={**PREFECTURE, "where": {"name": {"none_of": ["子市", "丑市"]}}}, indicator="rate", target={"at_least": 5}
    )
    assert prover().find([Wish(neither, APPLIES)], ("990000",)).word == NONE


def test_a_rise_each_year_from_nothing_cannot_go_on_for_ever() -> None:
    rises = demand(binds=REGION, indicator="rate_change", target={"at_least": 11}, every_year="2021..2030")
    assert prover().find([Wish(rises, MET)], years=[2030]).word == NONE
    assert prover().find([Wish(rises, MET)], years=[2029]).word == FOUND


def test_a_total_is_made_of_its_years() -> None:
    total = demand(binds=REGION, indicator="trained", target={"at_least": 600}, within="2023..2025")
    yearly = demand(binds=REGION, indicator="trained", target={"at_least": 200}, every_year="2023..2025")
    assert prover().find([Wish(yearly, MET), Wish(total, UNMET)], years=[2025]).word == NONE
    answer = prover().find([Wish(total, MET), Wish(yearly, UNMET)], years=[2025])
    assert answer.witness is not None
    assert answer.witness.case.earlier


def test_a_ratio_is_tied_to_its_operands() -> None:
    half = demand(binds=REGION, indicator="staff_ratio", target={"at_least": 50})
    few, many = (
        demand(binds=REGION, indicator=name, target=target)
        for name, target in (("staff", {"at_most": 10}), ("all_staff", {"above": 20}))
    )
    assert prover().find([Wish(half, MET), Wish(few, MET), Wish(many, MET)]).word == NONE
    assert prover().find([Wish(half, UNMET), Wish(few, MET), Wish(many, MET)]).word == FOUND


def test_an_excuse_that_is_read_up() -> None:
    permit = requirement(
        id="x/2",
        binds={"kind": "region", "tier": "county", "where": {"balance": {"at_least": 6}}},
        indicator="rate",
        target={"equals": 0},
        force="permit",
    )
    held = demand(
        permit=permit,
        binds={"kind": "region", "tier": "county"},
        indicator="rate",
        target={"equals": 5, "about": True},
        unless="x/2",
    )
    missed = prover().find([Wish(held, UNMET)])
    assert missed.witness is not None
    assert missed.witness.case.above[0]["facts"] == {"balance": 5}


def test_where_two_readings_part() -> None:
    old = demand(binds={"kind": "institution", "where": LEVEL}, indicator="beds", target={"at_least": 500})
    new = demand(
        binds={"kind": "institution", "where": {"level": "tertiary"}}, indicator="beds", target={"at_least": 600}
    )
    change = prover().difference(old, new)
    assert facts(change.tightened) == {"beds": 500}
    assert change.loosened.word == NONE
    assert change.newly_bound.word == NONE
    assert change.released.witness is not None
    assert change.released.witness.case.fields == {"level": "secondary"}
    assert prover().difference(old, old).equivalent


def test_a_formula_that_changed_is_told_by_its_parts() -> None:
    wider = scope(
        {
            "beds": {"kind": "institution", "unit": "count"},
            "hospitals": {
                "kind": "region",
                "unit": "count",
                "count": {"of": "institution", "where": {"level": {"at_least": "primary"}}},
            },
        }
    )
    old = demand(binds=REGION, indicator="hospitals", target={"at_least": 1})
    new = demand(wider, binds=REGION, indicator="hospitals", target={"at_least": 1})
    change = prover().difference(old, new)
    assert change.tightened.word == NONE
    assert change.loosened.witness is not None
    assert [dict(part) for part in change.loosened.witness.case.parts or ()] == [
        {"kind": "institution", "level": "primary"}
    ]
