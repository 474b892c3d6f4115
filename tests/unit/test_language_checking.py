"""Every sentence that the language refuses with, each on the smallest rule that earns it, and none on a sound one."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.invented import requirement, scope

from gradeeval.language.checking import check_indicators, check_requirement
from gradeeval.language.scope import Scope

TYPES = {
    "grade": {
        "title": "等级",
        "order": {"C": ["丙", "c"], "B": ["乙", "b"], "A": ["甲", "a"]},
        "outside": {"no": ["未评", "n"]},
    },
    "aspect": {"title": "方面", "list": {"finance": ["财务", "f"], "business": ["业务", "b"]}},
}
INDICATORS: dict[str, Mapping[str, Any]] = {
    "done": {"kind": "institution", "unit": "yes_no"},
    "beds": {"kind": "institution", "unit": "count"},
    "pay": {"kind": "institution", "unit": "yuan", "decimals": 2},
    "appraised": {"kind": "institution", "order": "grade"},
    "aspects": {"kind": "institution", "list": "aspect"},
    "trained": {"kind": "institution", "unit": "count", "measure": "flow"},
    "signed": {"kind": "region", "tier": "county", "unit": "percent"},
    "signed_rise": {"kind": "region", "tier": "county", "unit": "percentage_point", "change": "signed"},
    "balance": {"kind": "region", "tier": "prefecture", "unit": "month"},
    "moved": {"kind": "region", "tier": "county", "unit": "percentage_point"},
}


def refused(known: Scope, **keys: Any) -> list[str]:
    names = {"东县": None, "东": "东县", "远方": ""}
    others = keys.pop("others", {})
    return [refusal.sentence for _origin, refusal in check_requirement(requirement(**keys), known, others, names.get)]


def refused_indicator(name: str, node: Mapping[str, Any], **more: Mapping[str, Any]) -> list[str]:
    known = scope({**INDICATORS, **more, name: node}, TYPES)
    return [
        refusal.sentence for _origin, refusal in check_indicators([known.indicators[name]], known, {"东县": None}.get)
    ]


KNOWN = scope(INDICATORS, TYPES)
COUNTY = {"kind": "region", "tier": "county"}


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"binds": {"kind": "institution", "where": {"level": {"at_least": "secondary"}, "ownership": "public"}}},
        {"binds": {"kind": "institution", "where": {"any": [{"level": "unrated"}, {"county": "东县"}]}}},
        {"indicator": "beds", "target": {"at_least": 20, "at_most": 99}, "unit": "count"},
        {"indicator": "appraised", "target": {"at_least": "B"}},
        {"indicator": "appraised", "target": "A"},
        {"indicator": "aspects", "target": {"includes": ["finance"]}},
        {"indicator": "trained", "target": {"at_least": 2, "up_to": 3}, "within": "2023..2025"},
        {
            "indicator": "trained",
            "target": {"at_least": 2},
            "every_year": "2023..2025",
            "due": "2025-12-31",
            "due_from": "clause",
        },
        {"binds": {**COUNTY, "where": {"balance": {"at_least": 6}}}, "indicator": "signed", "target": {"at_least": 70}},
        {"binds": COUNTY, "indicator": "signed_rise", "target": {"above": 0}, "within": "2023..2025"},
        {"within": "2023..2025"},
        {"target": {"needs_review": "怎样算做到"}},
        {"indicator": "beds", "target": {"at_least": 3, "up_to": 3}},
    ],
)
def test_a_sound_requirement_is_not_refused(keys: dict[str, Any]) -> None:
    assert refused(KNOWN, **keys) == []


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ({"indicator": "dome"}, "没有名为 `dome` 的分类字段或指标；是否指 `done`？"),
        ({"binds": {"kind": "institution", "where": {"bedz": {"at_least": 1}}}}, "没有名为 `bedz` 的分类字段或指标；是否指 `beds`？"),
        ({"binds": COUNTY, "indicator": "beds", "target": {"at_least": 1}}, "`beds` 属于机构，县级对象不能直接使用；请用 count、share 或 sum 汇总"),
        ({"binds": COUNTY, "indicator": "balance", "target": {"at_least": 1}}, "`balance` 属于市级，要求约束的却是县级；请约束其所属对象"),
        ({"binds": {"kind": "region"}}, "binds 须写明 tier（nation, province, prefecture, county）"),
        ({"binds": {"kind": "network"}}, "binds 须写明 type"),
        ({"indicator": "appraised", "target": {"at_least": 30}}, "`appraised` 是有序等级，不能与数字 30 比较；请写等级，如 {at_least: A}"),
        ({"indicator": "appraised", "target": {"at_least": "A类"}}, "“A类”不在等级序列 grade（C … A）中"),
        ({"indicator": "appraised", "target": {"at_least": "no"}}, "“no”不在等级序列 grade（C … A）中"),
        ({"indicator": "appraised", "target": {"at_least": "A", "at_most": "C"}}, "at_least A 大于 at_most C"),
        ({"indicator": "appraised", "target": "AA"}, "“AA”不在代码表 grade 中；是否指 `A`？"),
        ({"indicator": "appraised", "target": True}, "`appraised` 不是是非项，不能写 true 或 false"),
        ({"indicator": "appraised", "target": {"equals": 3}}, "equals 只用于数值，`appraised` 不是数值"),
        ({"indicator": "appraised", "target": {"includes": ["A"]}}, "includes 只用于列表，`appraised` 不是列表"),
        ({"binds": {"kind": "institution", "where": {"roles": {"one_of": ["county_hospital"]}}}}, "one_of 和 none_of 不能用于 `roles`"),
        ({"target": "yes"}, "`done` 是是非项，请写 true 或 false"),
        ({"target": {"at_least": 1}}, "`done` 不能比较大小；请写值本身、one_of 或 none_of"),
        ({"indicator": "beds", "target": True}, "`beds` 不能写单个值；数值请写 {equals: …} 或上下限，列表请写 {includes: […]}"),
        ({"indicator": "beds", "target": {"at_least": "many"}}, "`beds` 是数值，at_least 须写数字，而不是“many”"),
        ({"indicator": "beds", "target": {"at_least": -1}}, "-1 超出 count 的范围 0.."),
        ({"indicator": "beds", "target": {"at_least": Decimal("1.5")}}, "1.5 的小数位数多于 `beds` 的 0 位"),
        ({"indicator": "pay", "target": {"equals": Decimal("1.005")}}, "1.005 的小数位数多于 `pay` 的 2 位"),
        ({"binds": COUNTY, "indicator": "signed", "target": {"at_least": 150}}, "150 超出 percent 的范围 0..100"),
        ({"indicator": "pay", "target": {"at_least": Decimal("3.5"), "at_most": 2}}, "at_least 3.5 大于 at_most 2"),
        ({"indicator": "pay", "target": {"above": 3, "below": 2}}, "above 3 大于 below 2"),
        ({"indicator": "beds", "target": {"at_least": 3, "up_to": 2}}, "up_to 小于 at_least"),
        ({"indicator": "aspects", "target": {"includes": ["finanse"]}}, "“finanse”不在代码表 aspect 中；是否指 `finance`？"),
        ({"indicator": "aspects", "target": "finance"}, "`aspects` 不能写单个值"),
        ({"indicator": "appraised", "target": {"one_of": ["A"]}}, "目标不能写 one_of 或 none_of；请写界限或值"),
        ({"indicator": "beds", "target": {"at_least": 1}, "unit": "percent"}, "目标单位是 percent，而 `beds` 的单位是 count"),
        (
            {"binds": COUNTY, "indicator": "signed_rise", "target": {"at_least": 1}, "unit": "percent"},
            "目标单位是 percent，而 `signed_rise` 的单位是 percentage_point（百分点不是百分比）",
        ),
        ({"indicator": "trained", "target": {"at_least": 1}}, "`trained` 是流量，须写 within（累计）或 every_year（每年）"),
        (
            {"indicator": "beds", "target": {"at_least": 1}, "within": "2023..2025"},
            "within 只能用于流量、change 或是非指标（yes_no）；存量请写 every_year，或不写",
        ),
        ({"due": "2025-02-30", "due_from": "clause"}, "“2025-02-30”不是日历上的日期"),
        ({"due": "2025-12-31", "due_from": "clause", "within": "2023..2024"}, "截止日期 2025-12-31 与区间 2023..2024 不一致"),
        ({"unless": "x/9"}, "unless 所指要求 x/9 不存在"),
        ({"binds": {"kind": "institution", "where": {"county": "东"}}}, "名册中没有“东”；是否指“东县”？"),
        ({"binds": {"kind": "institution", "where": {"county": {"one_of": ["东县", "远方"]}}}}, "名册中没有“远方”"),
        ({"binds": {**COUNTY, "where": {"name": {"none_of": ["东"]}}}, "indicator": "signed", "target": {"at_least": 1}}, "名册中没有“东”；是否指“东县”？"),
        ({"binds": {"kind": "institution", "where": {"any": [{"done": True}, {"dune": True}]}}}, "是否指 `done`？"),
        ({"binds": {"kind": "institution", "where": {"ownership": {"one_of": ["pubic"]}}}}, "“pubic”不在代码表 ownership 中；是否指 `public`？"),
    ],
)  # fmt: skip
def test_a_faulty_requirement_is_told_what_to_write(keys: dict[str, Any], sentence: str) -> None:
    found = refused(KNOWN, **keys)
    assert len(found) == 1, found
    assert sentence in found[0]


def test_the_name_of_an_institution_is_not_looked_up_on_the_roster() -> None:
    assert refused(KNOWN, binds={"kind": "institution", "where": {"name": "某院"}}) == []


def test_an_exception_has_to_be_a_permit_of_the_same_sort() -> None:
    permit = requirement(id="x/2", force="permit")
    assert refused(KNOWN, unless="x/2", others={"x/2": permit}) == []
    assert refused(KNOWN, unless="x/2", others={"x/2": requirement(id="x/2")}) == ["unless 所指要求的约束力不是 permit"]
    other = requirement(id="x/2", force="permit", binds=COUNTY)
    assert refused(KNOWN, unless="x/2", others={"x/2": other}) == ["unless 所指要求约束的对象类别不同"]


def test_all_faults_of_a_requirement_come_together() -> None:
    where = {"levle": "tertiary", "beds": {"at_least": "x"}}
    found = refused(
        KNOWN, binds={"kind": "institution", "where": where}, indicator="dome", due="2025-13-01", unless="x/9"
    )
    assert len(found) == 5


@pytest.mark.parametrize(
    ("node", "sentence"),
    [
        ({"kind": "institution", "order": "grad"}, "没有名为 `grad` 的等级序列或代码表；是否指 `grade`？"),
        ({"kind": "institution", "order": "aspect"}, "`aspect` 是代码表，没有高低之分；请写 list 而不是 order"),
        ({"kind": "institution", "list": "zzzzzzzz"}, "没有名为 `zzzzzzzz` 的等级序列或代码表"),
        ({"kind": "region", "unit": "count", "range": {"at_least": 5, "at_most": 1}}, "at_least 5 大于 at_most 1"),
        ({**COUNTY, "unit": "count", "count": {"of": "region", "tier": "prefecture"}}, "县级对象没有下级 prefecture"),
        ({"kind": "institution", "unit": "count", "count": {"of": "institution"}}, "机构对象没有下级 institution"),
        ({**COUNTY, "unit": "count", "count": {"of": "network"}}, "对医联体汇总时请写明 type"),
        ({**COUNTY, "unit": "percent", "count": {"of": "institution"}}, "`new` 的单位应为 count，而不是 percent"),
        ({**COUNTY, "unit": "count", "share": {"of": "institution", "having": {"done": True}}}, "`new` 的单位应为 percent，而不是 count"),
        ({**COUNTY, "unit": "percent", "share": {"of": "institution", "having": {"dome": True}}}, "是否指 `done`？"),
        ({**COUNTY, "unit": "count", "count": {"of": "institution", "where": {"dome": True}}}, "是否指 `done`？"),
        ({**COUNTY, "unit": "count", "sum": {"of": "institution", "value": "bedz"}}, "是否指 `beds`？"),
        ({**COUNTY, "unit": "count", "sum": {"of": "institution", "value": "done"}}, "`done` 不是数值，不能求和"),
        ({**COUNTY, "unit": "yuan", "sum": {"of": "institution", "value": "beds"}}, "`new` 的单位是 yuan，而 `beds` 的单位是 count"),
        ({**COUNTY, "unit": "count", "sum": {"of": "institution", "value": "trained"}}, "流量的合计也是流量：`new` 与 `trained` 的 measure 须一致"),
        ({"kind": "institution", "unit": "ratio", "ratio": {"of": "pay", "to": "pax"}}, "是否指 `pay`？"),
        ({"kind": "institution", "unit": "ratio", "ratio": {"of": "done", "to": "pay"}}, "`done` 不是数值，不能作比"),
        ({**COUNTY, "unit": "ratio", "ratio": {"of": "moved", "to": "signed"}}, "`moved` 可能为负，不能作比"),
        ({"kind": "institution", "unit": "ratio", "ratio": {"of": "pay", "to": "beds"}}, "ratio 的两项单位不同：yuan 与 count"),
        ({"kind": "institution", "unit": "count", "ratio": {"of": "beds", "to": "beds"}}, "ratio 的结果单位须是 percent 或 ratio，而不是 count"),
        ({"kind": "institution", "unit": "count", "change": "bedz"}, "是否指 `beds`？"),
        ({"kind": "institution", "unit": "count", "change": "done"}, "`done` 不是数值，没有变化量"),
        ({"kind": "institution", "unit": "yuan", "change": "beds"}, "`new` 是 count 的变化，单位应为 count"),
        ({**COUNTY, "unit": "percent", "change": "signed"}, "`new` 是 percent 的变化，单位应为 percentage_point（百分点不是百分比）"),
        ({**COUNTY, "unit": "count", "count": {"of": "institution", "where": {"county": "东"}}}, "名册中没有“东”"),
    ],
)  # fmt: skip
def test_a_faulty_indicator_is_told_what_to_write(node: dict[str, Any], sentence: str) -> None:
    def names(name: str) -> str | None:
        return None if name == "东县" else ""

    known = scope({**INDICATORS, "new": node}, TYPES)
    found = [refusal.sentence for _origin, refusal in check_indicators([known.indicators["new"]], known, names)]
    assert len(found) == 1, found
    assert sentence in found[0]


@pytest.mark.parametrize(
    "node",
    [
        {**COUNTY, "unit": "count", "count": {"of": "institution", "where": {"done": True, "county": "东县"}}},
        {
            **COUNTY,
            "unit": "percent",
            "share": {"of": "network", "type": "county_consortium", "having": {"name": "甲"}},
        },
        {**COUNTY, "unit": "count", "measure": "flow", "sum": {"of": "institution", "value": "trained"}},
        {"kind": "region", "unit": "count", "count": {"of": "region", "tier": "county"}},
        {"kind": "institution", "unit": "ratio", "ratio": {"of": "beds", "to": "trained"}},
        {"kind": "institution", "unit": "count", "change": "beds"},
        {"kind": "network", "unit": "count", "count": {"of": "institution"}},
    ],
)
def test_a_sound_indicator_is_not_refused(node: dict[str, Any]) -> None:
    assert refused_indicator("new", node) == []


def test_a_circle_is_told_once_with_its_way() -> None:
    circle: dict[str, Mapping[str, Any]] = {
        "a": {"kind": "institution", "unit": "ratio", "ratio": {"of": "b", "to": "beds"}},
        "b": {"kind": "institution", "unit": "ratio", "change": "c"},
        "c": {"kind": "institution", "unit": "ratio", "ratio": {"of": "a", "to": "a"}},
    }
    known = scope({**INDICATORS, **circle})
    found = [
        refusal.sentence
        for _origin, refusal in check_indicators(known.indicators.values(), known)
        if "循环" in refusal.sentence
    ]
    assert found == ["指标循环引用：a → b → c → a"]


@pytest.mark.parametrize(
    "node",
    [
        {
            "kind": "region",
            "unit": "count",
            "count": {"of": "region", "tier": "county", "where": {"new": {"at_least": 1}}},
        },
        {
            "kind": "region",
            "unit": "percent",
            "share": {"of": "region", "tier": "county", "having": {"new": {"above": 1}}},
        },
        {"kind": "region", "unit": "count", "sum": {"of": "region", "tier": "county", "value": "new"}},
        {"kind": "institution", "unit": "count", "change": "new"},
    ],
)
def test_an_indicator_of_itself_is_a_circle(node: dict[str, Any]) -> None:
    assert "指标循环引用：new → new" in refused_indicator("new", node)


def test_indicators_that_share_an_operand_are_no_circle() -> None:
    assert (
        refused_indicator("new", {"kind": "institution", "unit": "ratio", "ratio": {"of": "beds", "to": "beds"}}) == []
    )
