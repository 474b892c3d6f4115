"""Every small change of a rule that an example ought to notice, by its id, in order; and none that changes nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.invented import requirement, scope

from gradeeval.examples.mutants import indicator_mutants, requirement_mutants
from gradeeval.workspace import build

REGION = {"kind": "region", "tier": "province"}
HOSPITAL = {"class": "hospital"}
SCOPE = scope(
    {
        "done": {"kind": "institution", "unit": "yes_no"},
        "beds": {"kind": "institution", "unit": "count"},
        "rate": {"kind": "institution", "unit": "percent", "decimals": 1},
        "aspects": {"kind": "institution", "list": "aspect"},
        "grade": {"kind": "institution", "order": "grade"},
        "trained": {"kind": "institution", "unit": "count", "measure": "flow"},
        "hospitals": {**REGION, "unit": "count", "count": {"of": "institution", "where": HOSPITAL}},
        "all_beds": {**REGION, "unit": "count", "sum": {"of": "institution", "where": HOSPITAL, "value": "beds"}},
        "beds_each": {**REGION, "unit": "ratio", "ratio": {"of": "all_beds", "to": "hospitals"}},
        "doing": {**REGION, "unit": "percent", "share": {"of": "institution", "having": {"done": True}}},
        "beds_change": {"kind": "institution", "unit": "count", "change": "beds"},
    },
    {
        "aspect": {"list": {"a": ["甲", "A"], "b": ["乙", "B"]}},
        "grade": {"order": {"C": ["C", "C"], "B": ["B", "B"], "A": ["A", "A"]}, "outside": {"none": ["无", "None"]}},
    },
)


def changes(**keys: Any) -> list[str]:
    return [mutant.change for mutant in requirement_mutants(requirement(**keys), SCOPE)]


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"target": True}, ["target → false"]),
        (
            {"indicator": "beds", "target": {"at_least": 3}},
            ["target.at_least → 2", "target.at_least → 4", "target.at_least → above", "target.at_least → at_most"],
        ),
        (
            {"indicator": "rate", "target": {"below": Decimal("3.5")}},
            ["target.below → 3.4", "target.below → 3.6", "target.below → at_most", "target.below → above"],
        ),
        (
            {"indicator": "beds", "target": {"above": 2, "at_most": 9}},
            [
                *("target.above → 1", "target.above → 3", "target.above → at_least", "target.above −"),
                *("target.at_most → 8", "target.at_most → 10", "target.at_most → below", "target.at_most −"),
            ],
        ),
        (
            {"indicator": "grade", "target": {"at_least": "C"}},
            ["target.at_least → B", "target.at_least → above", "target.at_least → at_most"],
        ),
        ({"indicator": "grade", "target": "B"}, ["target → C", "target → A"]),
        (
            {"indicator": "beds", "target": {"equals": 5}},
            ["target.equals → 4", "target.equals → 6", "target.equals → at_least", "target.equals → at_most"],
        ),
        ({"indicator": "aspects", "target": {"includes": ["a", "b"]}}, [f"target.includes − {code}" for code in "ab"]),
        ({"target": {"needs_review": "没有标准"}}, []),
        (
            {"indicator": "beds", "target": {"at_least": 3, "up_to": 5}},
            [
                *("target.at_least → 2", "target.at_least → 4", "target.at_least → above", "target.at_least → at_most"),
                *("target.up_to → 4", "target.up_to → 6"),
            ],
        ),
        (
            {"indicator": "beds", "target": {"at_least": 40, "about": True}},
            ["target.at_least → 39", "target.at_least → 41", "target.at_least → at_most", "target.about −"],
        ),
        (
            {"target": True, "unit": "yes_no", "due": "2024-02-29", "due_from": "clause"},
            ["target → false", "unit → count", "due → 2023-02-28", "due → 2025-02-28"],
        ),
        (
            {"indicator": "trained", "target": {"at_most": 0}, "within": "2023..2024"},
            [
                *("target.at_most → -1", "target.at_most → 1", "target.at_most → below", "target.at_most → at_least"),
                *(f"within → {span}" for span in ("2022..2024", "2024", "2023", "2023..2025")),
            ],
        ),
        (
            {"target": True, "every_year": "2025..", "unless": "x/2"},
            ["target → false", "every_year → 2024..", "every_year → 2026..", "unless −"],
        ),
        (
            {
                "target": {"needs_review": "没有标准"},
                "binds": {"kind": "institution", "where": {"done": True, "class": {"one_of": ["hospital", "other"]}}},
            },
            [
                *("binds.where.done −", "binds.where.done → false", "binds.where.class −"),
                *("binds.where.class.one_of − hospital", "binds.where.class.one_of − other", "binds.where → any"),
            ],
        ),
        (
            {
                "target": {"needs_review": "没有标准"},
                "binds": {"kind": "institution", "where": {"any": [{"done": True}, {"grade": "none"}]}},
            },
            [
                *("binds.where.any −", "binds.where.any → all", "binds.where.any.0 −"),
                *("binds.where.any.0.done −", "binds.where.any.0.done → false"),
                *("binds.where.any.1 −", "binds.where.any.1.grade −"),
            ],
        ),
        (
            {
                "target": {"needs_review": "没有标准"},
                "binds": {"kind": "institution", "where": {"category": {"none_of": ["general_hospital"]}}},
            },
            ["binds.where.category −", "binds.where.category.none_of − general_hospital"],
        ),
    ],
)
def test_the_mutants_of_a_requirement(keys: dict[str, Any], expected: list[str]) -> None:
    assert changes(**keys) == expected


@pytest.mark.parametrize(
    ("target", "indicator", "offered"),
    [
        ({"at_least": 20}, "beds", True),
        ({"at_least": 19}, "beds", False),  # 18.05 lets no other whole number pass
        ({"equals": 20}, "beds", True),
        ({"at_most": 2}, "rate", True),
        ({"at_most": 1}, "rate", False),
        ({"above": 200}, "beds", False),  # 左右 is said of a number that is reached
        ({"at_least": 100, "at_most": 200}, "beds", False),
        ({"at_least": 100, "up_to": 200}, "beds", False),
    ],
)
def test_a_tolerance_is_added_only_where_it_lets_another_value_pass(
    target: dict[str, Any], indicator: str, offered: bool
) -> None:
    assert ("target.about +" in changes(indicator=indicator, target=target)) is offered


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("beds", []),
        ("hospitals", ["count.where.class −", "unit → percent"]),
        ("all_beds", ["sum.where.class −", "unit → percent"]),
        ("beds_each", ["ratio ⇄", "unit → percent"]),
        ("doing", ["share.having.done −", "share.having.done → false", "unit → percentage_point"]),
        ("beds_change", ["unit → percent"]),
    ],
)
def test_the_mutants_of_an_indicator(name: str, expected: list[str]) -> None:
    assert [mutant.change for mutant in indicator_mutants(SCOPE.indicators[name], SCOPE)] == expected


def test_any_and_a_map_change_places() -> None:
    where = {"class": "hospital", "any": [{"done": True}, {"grade": "B"}]}
    keys = {"binds": {"kind": "institution", "where": where}, "target": {"needs_review": "没有标准"}}
    found = {mutant.change: mutant.rule.where for mutant in requirement_mutants(requirement(**keys), SCOPE)}
    assert [name for name, _test in found["binds.where.any → all"].tests] == ["class", "done", "grade"]
    assert [list(branch.names()) for branch in found["binds.where → any"].alternatives] == [
        ["class"],
        ["done", "grade"],
    ]


def test_shipped_rules_have_mutants_of_different_ids_that_all_change_something() -> None:
    workspace = build(installed=False)
    ids = []
    for id in workspace.rulesets:
        for item in workspace.load(id).requirements:
            for mutant in requirement_mutants(item, workspace.scope):
                assert mutant.rule != item, mutant.id
                ids.append(mutant.id)
    for indicator in workspace.scope.indicators.values():
        for changed in indicator_mutants(indicator, workspace.scope):
            assert changed.rule != indicator, changed.id
            ids.append(changed.id)
    assert len(ids) == len(set(ids)) > 1_000
