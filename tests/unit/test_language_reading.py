"""Plain data into nodes, and nodes back into what would be written: nothing is lost on the way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.invented import requirement

from gradeeval.language.nodes import (
    ALWAYS,
    Bounds,
    Change,
    Condition,
    Count,
    Equals,
    Includes,
    Is,
    NoneOf,
    OneOf,
    Ratio,
    Reach,
    Share,
    Sum,
    Target,
)
from gradeeval.language.plain import binds_plain, comparator, condition_plain, target_plain, test_plain
from gradeeval.language.reading import read_condition, read_indicator, read_target, read_test, read_values
from gradeeval.timeline import Span

plain_of_test = test_plain
del test_plain  # pytest would take it for a test

TESTS: list[tuple[Any, Any]] = [
    (True, Is(True)),
    ("public", Is("public")),
    ({"equals": 5}, Equals(5)),
    ({"includes": ["a", "b"]}, Includes(("a", "b"))),
    ({"one_of": ["a"]}, OneOf(("a",))),
    ({"none_of": ["a", "b"]}, NoneOf(("a", "b"))),
    ({"at_least": Decimal("3.5")}, Bounds(at_least=Decimal("3.5"))),
    ({"above": 0, "below": 5}, Bounds(above=0, below=5)),
    ({"at_least": "B", "at_most": "A"}, Bounds(at_least="B", at_most="A")),
]
TARGETS: list[tuple[Any, Target]] = [
    (True, Target(Is(True))),
    ({"at_least": 85}, Target(Bounds(at_least=85))),
    ({"at_least": 200, "about": True}, Target(Bounds(at_least=200), about=True)),
    ({"equals": 5, "about": True}, Target(Equals(5), about=True)),
    ({"at_least": 1, "up_to": 3}, Target(Bounds(at_least=1), up_to=3)),
    ({"needs_review": "“普遍”没有比例"}, Target(needs_review="“普遍”没有比例")),
]
CONDITION = {
    "level": {"at_least": "secondary"},
    "ownership": "public",
    "any": [{"beds": {"at_least": 100}}, {"done": True, "any": [{"a": True}, {"b": True}]}],
}


@pytest.mark.parametrize(("plain", "node"), TESTS)
def test_a_test_is_read_and_written_again(plain: Any, node: Any) -> None:
    assert read_test(plain) == node
    assert plain_of_test(node) == plain


@pytest.mark.parametrize(("plain", "node"), TARGETS)
def test_a_target_is_read_and_written_again(plain: Any, node: Target) -> None:
    assert read_target(plain) == node
    assert target_plain(node) == plain


def test_a_condition_is_read_and_written_again() -> None:
    read = read_condition(CONDITION)
    assert condition_plain(read) == CONDITION
    assert list(read.names()) == ["level", "ownership", "beds", "done", "a", "b"]


@pytest.mark.parametrize("plain", [None, {}])
def test_no_condition_is_always_true(plain: dict[str, Any] | None) -> None:
    assert read_condition(plain) is ALWAYS


@pytest.mark.parametrize(
    ("target", "word", "value"),
    [
        (True, "is", True),
        ("B", "is", "B"),
        ({"at_least": 85}, "at_least", 85),
        ({"at_least": 2, "at_most": 3}, "at_least+at_most", [2, 3]),
        ({"includes": ["a"]}, "includes", ["a"]),
        ({"needs_review": "问"}, "needs_review", "问"),
    ],
)
def test_the_comparator_of_a_target(target: Any, word: str, value: Any) -> None:
    assert comparator(read_target(target)) == (word, value)


@pytest.mark.parametrize(
    ("plain", "formula"),
    [
        ({}, None),
        ({"count": {"of": "institution"}}, Count(Reach("institution"))),
        (
            {"count": {"of": "region", "tier": "county", "where": {"division": "county"}}},
            Count(Reach("region", "county"), Condition((("division", Is("county")),))),
        ),
        (
            {"share": {"of": "network", "type": "county_consortium", "having": {"pooled": True}}},
            Share(Reach("network", None, "county_consortium"), ALWAYS, Condition((("pooled", Is(True)),))),
        ),
        ({"sum": {"of": "institution", "value": "beds"}}, Sum(Reach("institution"), ALWAYS, "beds")),
        ({"ratio": {"of": "a", "to": "b"}}, Ratio("a", "b")),
        ({"change": "a"}, Change("a")),
    ],
)
def test_a_formula(plain: dict[str, Any], formula: object) -> None:
    indicator = read_indicator("x", {"title": "甲", "kind": "region", "unit": "count", **plain})
    assert indicator.formula == formula


def test_an_indicator_keeps_all_that_is_said_of_it() -> None:
    plain = {
        "title": "甲",
        "title_en": "A",
        "note": "注",
        "kind": "institution",
        "unit": "percent",
        "decimals": 2,
        "range": {"at_least": 0, "below": 50},
        "measure": "flow",
        "question": "问？",
        "evidence": ["证"],
        "department": "科",
        "data_system": "系统",
    }
    indicator = read_indicator("x", plain)
    assert indicator.flow
    assert indicator.range == Bounds(at_least=0, below=50)
    assert (indicator.question, indicator.evidence, indicator.department) == ("问？", ("证",), "科")
    assert (indicator.data_system, indicator.note, indicator.decimals) == ("系统", "注", 2)
    assert not read_indicator("x", {"title": "甲", "kind": "region", "unit": "count"}).flow


def test_a_requirement_keeps_all_that_is_said_of_it() -> None:
    read = requirement(
        id="doc/1.1-a",
        binds={"kind": "region", "tier": "county", "where": {"division": "county"}},
        within="2023..2025",
        due="2025-12-31",
        due_from="clause",
        unless="doc/1.1-b",
        topics=["tcm"],
        responsible=["某局"],
        derived={"target": "each"},
        supersedes="old/1",
        related=["doc/1.2"],
        tolerance=Decimal("2.5"),
    )
    assert (read.document, read.binds, read.within) == ("doc", Reach("region", "county"), Span(2023, 2025))
    assert (read.topics, read.responsible, read.derived) == (("tcm",), ("某局",), (("target", "each"),))
    assert (read.unless, read.supersedes, read.related, read.tolerance) == (
        "doc/1.1-b",
        "old/1",
        ("doc/1.2",),
        Decimal("2.5"),
    )
    assert binds_plain(read) == {"kind": "region", "tier": "county", "where": {"division": "county"}}
    assert read.every_year is None


def test_who_is_bound_without_condition() -> None:
    assert binds_plain(requirement()) == {"kind": "institution"}
    assert binds_plain(requirement(binds={"kind": "network", "type": "urban_group"})) == {
        "kind": "network",
        "type": "urban_group",
    }


def test_an_order_and_a_list_of_a_ruleset() -> None:
    order = read_values(
        "g", {"title": "等级", "order": {"D": ["丁", "d"], "A": ["甲", "a"]}, "outside": {"no": ["无", "none"]}}
    )
    assert order.ranks == {"D": 0, "A": 1}
    assert order.outside == {"no"}
    assert list(order.titles) == ["D", "A", "no"]
    codes = read_values("c", {"list": {"x": ["甲", "x"]}})
    assert codes.title == "c"
    assert not codes.ordered
    assert codes.label("x") == "甲"
