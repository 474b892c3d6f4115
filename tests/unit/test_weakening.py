"""Requirements that ask for less than one above them: what is compared, and what is left to the solver."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.conftest import Call, call, country
from tests.unit.invented import requirement, scope, write_ruleset

from gradeeval.lint.weakening import asks_less

__all__ = ["call", "country"]

KNOWN = scope(
    {
        "share": {"kind": "institution", "unit": "percent"},
        "done": {"kind": "institution", "unit": "yes_no"},
        "stage": {"kind": "institution", "order": "grade"},
        "aspects": {"kind": "institution", "list": "aspect"},
    },
    {
        "grade": {"title": "等级", "order": {"C": ["丙", "c"], "B": ["乙", "b"], "A": ["甲", "a"]}},
        "aspect": {"title": "方面", "list": {"x": ["甲", "x"], "y": ["乙", "y"]}},
    },
)
SHARE = {"indicator": "share", "target": {"at_least": 60}}
TERTIARY = {"kind": "institution", "where": {"level": "tertiary"}}
LATER = {"due": "2026-12-31", "due_from": "clause"}
SOONER = {"due": "2025-12-31", "due_from": "clause"}


def less(other: dict[str, Any], one: dict[str, Any]) -> list[str]:
    """In what ``one`` asks for less; both are ``SHARE`` with other keys."""
    first, second = requirement(**{**SHARE, **one, "id": "zi/1"}), requirement(**{**SHARE, **other, "id": "jia/1"})
    return list(asks_less(first, second, KNOWN))


@pytest.mark.parametrize(
    ("other", "one", "said"),
    [
        ({}, {}, []),
        ({}, {"target": {"at_least": 80}}, []),
        ({}, {"target": {"at_least": 59.9}}, ["目标较低"]),
        ({}, {"target": {"at_least": 60, "about": True}}, ["目标较低"]),
        ({"target": {"above": 60}}, {}, ["目标较低"]),
        ({}, {"target": {"above": 60}}, []),
        ({"target": {"at_most": 30}}, {"target": {"at_most": 31}}, ["目标较低"]),
        ({"target": {"at_most": 30}}, {"target": {"below": 30}}, []),
        ({"target": {"below": 30}}, {"target": {"at_most": 30}}, ["目标较低"]),
        ({"target": {"at_least": 2, "at_most": 3}}, {"target": {"at_least": 2}}, ["目标较低"]),
        ({"target": {"at_least": 2}}, {"target": {"at_least": 2, "at_most": 3}}, []),
        ({"target": {"equals": 5}}, {"target": {"equals": 5, "about": True}}, ["目标较低"]),
        ({}, {"force": "strive"}, ["约束力较弱"]),
        ({"force": "strive"}, {}, []),
        (SOONER, LATER, ["期限较晚"]),
        (LATER, SOONER, []),
        ({}, SOONER, ["期限较晚"]),
        (SOONER, {}, []),
        ({}, {"target": {"at_least": 40}, "force": "strive", **LATER}, ["目标较低", "约束力较弱", "期限较晚"]),
        ({}, {"binds": TERTIARY, "target": {"at_least": 40}}, ["目标较低"]),
        ({"indicator": "stage", "target": {"at_least": "B"}}, {"indicator": "stage", "target": {"at_least": "C"}}, ["目标较低"]),
        ({"indicator": "stage", "target": {"at_least": "B"}}, {"indicator": "stage", "target": {"at_least": "A"}}, []),
        ({"indicator": "aspects", "target": {"includes": ["x", "y"]}}, {"indicator": "aspects", "target": {"includes": ["x"]}}, ["目标较低"]),
        ({"indicator": "done", "target": True}, {"indicator": "done", "target": True, "force": "strive"}, ["约束力较弱"]),
    ],
)  # fmt: skip
def test_what_is_less(other: dict[str, Any], one: dict[str, Any], said: list[str]) -> None:
    assert less(other, one) == said


WEAK = {"target": {"at_least": 10}}


@pytest.mark.parametrize(
    ("other", "one"),
    [
        ({"binds": TERTIARY}, WEAK),
        ({"every_year": "2024..2025"}, WEAK),
        ({"target": {"needs_review": "没有标准"}}, WEAK),
        ({}, {"target": {"needs_review": "没有标准"}}),
        ({}, {"target": {"equals": 10}}),
        ({"unless": "jia/2"}, WEAK),
        ({}, {"target": {"at_most": 90}}),
        ({"indicator": "done", "target": True}, {"indicator": "done", "target": False, "force": "strive"}),
    ],
)
def test_what_cannot_be_compared_is_left(other: dict[str, Any], one: dict[str, Any]) -> None:
    assert less(other, one) == []


SHARES = {
    "share": {"title": "占比", "title_en": "share", "kind": "institution", "unit": "percent", "question": "占比？"}
}


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({}, True),
        ({"extends": "jia-2024-1/1.1"}, True),
        ({"stricter_than": "jia-2024-1/1.1"}, True),
        ({"stricter_than": "jia-2024-1/1.1", "basis": "批复"}, True),
        ({"extends": "jia-2024-1/1.1", "basis": "批复"}, False),
        ({"replaces": "jia-2024-1/1.1", "basis": "批复"}, False),
        ({"supersedes": "jia-2024-1/1.1"}, False),
        ({"target": {"at_least": 60}}, False),
    ],
)
def test_weakening_without_a_basis_is_an_error(keys: dict[str, Any], found: bool, call: Call, country: Path) -> None:
    write_ruleset(country, "jia-2024-1", indicators=SHARES, requirements=[SHARE])
    ours = {**SHARE, **WEAK, **keys}
    write_ruleset(country, "zi-2024-1", indicators={}, requirements=[ours], jurisdiction="990100")
    out = call("lint", "zi-2024-1").out
    assert ("L501 错误" in out) is found
    if found:
        assert "zi-2024-1/1.1 比 jia-2024-1/1.1（一）宽：目标较低" in out


@pytest.mark.parametrize("superseding", ["jia-2024-1", "zi-2024-1"])
def test_of_a_document_in_the_place_of_the_other_nothing_is_said(superseding: str, call: Call, country: Path) -> None:
    other = {"jia-2024-1": "zi-2024-1", "zi-2024-1": "jia-2024-1"}[superseding]
    place = {superseding: {"supersedes": [{"document": other, "note": "新"}]}, other: {}}
    write_ruleset(country, "jia-2024-1", indicators=SHARES, requirements=[SHARE], **place["jia-2024-1"])
    ours = [{**SHARE, **WEAK}]
    write_ruleset(country, "zi-2024-1", indicators={}, requirements=ours, jurisdiction="990100", **place["zi-2024-1"])
    assert "L501" not in call("lint", "zi-2024-1").out


@pytest.mark.parametrize("place", ["990000", "980000", "000000"])
def test_of_one_jurisdiction_or_beside_it_nothing_is_said(place: str, call: Call, country: Path) -> None:
    write_ruleset(country, "jia-2024-1", indicators=SHARES, requirements=[SHARE])
    write_ruleset(country, "zi-2024-1", indicators={}, requirements=[{**SHARE, **WEAK}], jurisdiction=place)
    assert "L501" not in call("lint", "zi-2024-1").out
