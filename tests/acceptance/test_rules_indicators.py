"""``rules indicators``: what there is to be used, found by a word, and who uses it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.acceptance.conftest import Call
from tests.unit.invented import INDICATORS, write_ruleset


@pytest.fixture(autouse=True)
def _indicators(country: Path) -> None:
    """One that two rulesets use, one of them through a formula; one of a share; one that nobody uses."""
    region = {"kind": "region", "tier": "province"}
    whole = {
        **INDICATORS,
        "done_share": {
            "title": "做到的比例",
            "title_en": "Share that did it",
            **region,
            "unit": "percent",
            "share": {"of": "institution", "where": {"class": "hospital"}, "having": {"done": True}},
        },
        "new_beds": {"title": "新增床位", "kind": "institution", "unit": "count", "measure": "flow"},
        "grading": {"title": "等次", "kind": "institution", "order": "level"},
    }
    write_ruleset(country, indicators=whole)
    share = {"binds": region, "indicator": "done_share", "target": {"at_least": 50}}
    write_ruleset(country, "yi-2024-1", indicators={}, requirements=[share])


def test_rules_lists_the_indicators(call: Call) -> None:
    said = call("rules", "indicators")
    assert said.code == 0
    head, _line, *rows = said.out.splitlines()
    assert head.split() == ["指标", "标题", "对象", "单位或类型", "由来", "用到的规则集"]
    assert {row.split()[0]: row.split()[1:] for row in rows} == {
        "done": ["已做到", "机构", "yes_no", "上报", "jia-2024-1、yi-2024-1"],
        "done_share": ["做到的比例", "省级", "percent", "公式", "share", "yi-2024-1"],
        "grade_points": ["得点", "机构", "count", "上报", "—"],
        "grading": ["等次", "机构", "order:", "level", "上报", "—"],
        "new_beds": ["新增床位", "机构", "count，流量", "上报", "—"],
        "shared_beds": ["床位", "机构", "count", "上报", "—"],
    }


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("床位",), ["new_beds", "shared_beds"]),
        (("BEDS",), ["new_beds", "shared_beds"]),
        (("did it",), ["done_share"]),
        (("--ruleset", "yi-2024-1"), ["done", "done_share"]),
        (("done", "--ruleset", "jia-2024-1"), ["done"]),
    ],
)
def test_rules_lists_the_indicators_that_were_asked_for(words: Sequence[str], names: Sequence[str], call: Call) -> None:
    found = json.loads(call("rules", "indicators", *words, "--format", "json").out)
    assert [one["name"] for one in found] == names


def test_an_indicator_for_a_program(call: Call) -> None:
    assert json.loads(call("rules", "indicators", "done_share", "--format", "json").out) == [
        {
            "name": "done_share",
            "title": "做到的比例",
            "title_en": "Share that did it",
            "kind": "region",
            "tier": "province",
            "unit": "percent",
            "order": None,
            "list": None,
            "measure": None,
            "formula": {"share": {"of": "institution", "where": {"class": "hospital"}, "having": {"done": True}}},
            "rulesets": ["yi-2024-1"],
        }
    ]


def test_an_indicator_that_is_not_there(call: Call) -> None:
    said = call("rules", "indicators", "没有的词")
    assert (said.code, said.out) == (5, "")
    assert "没有这样的指标" in said.err
    assert call("rules", "indicators", "--ruleset", "yi-2024-2").code == 2


def test_a_word_that_is_no_requirement_leads_to_the_indicators(call: Call) -> None:
    said = call("rules", "show", "done_share")
    assert said.code == 2
    assert "gradeeval rules indicators done_share" in said.err
    assert "没有安装规则集" not in said.err
