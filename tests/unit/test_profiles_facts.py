"""Facts: the schema that is composed for them, and their way to exact values."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from tests.unit.invented import scope

from gradeeval.profiles.facts import fact_kinds, near_fact, profile_schema, read_fact
from gradeeval.profiles.profile import Proof
from gradeeval.quantity import NO_VALUE, Interval
from gradeeval.schemas import Checker

KNOWN = scope(
    {
        "done": {"title": "已做到", "kind": "institution", "unit": "yes_no"},
        "beds": {"title": "床位", "kind": "institution", "unit": "count"},
        "pay": {"title": "收入", "kind": "institution", "unit": "yuan", "decimals": 2},
        "surgery_share": {"title": "手术占比", "kind": "institution", "unit": "percent"},
        "nurse_ratio": {"title": "医护比", "kind": "institution", "unit": "ratio"},
        "over": {"title": "可超百", "kind": "institution", "unit": "percent", "range": {"at_least": 0, "at_most": 300}},
        "grade": {"title": "等级", "kind": "institution", "order": "grade"},
        "aspects": {"title": "方面", "kind": "institution", "list": "aspect"},
        "signed": {"title": "签约率", "kind": "region", "tier": "county", "unit": "percent"},
        "pooled": {"title": "统筹", "kind": "network", "type": "county_consortium", "unit": "yes_no"},
    },
    {
        "grade": {"title": "等级", "order": {"B": ["乙", "b"], "A": ["甲", "a"]}, "outside": {"no": ["未评", "n"]}},
        "aspect": {"title": "方面", "list": {"finance": ["财务", "f"], "business": ["业务", "b"]}},
    },
)
CHECKER = Checker(
    profile_schema(
        "institution", [(item, KNOWN.types[item.name]) for item in fact_kinds(KNOWN.indicators.values(), "institution")]
    )
)
PROFILE = {"id": "D2143569X99010111A1001", "kind": "institution", "name": "示例", "region": "990101", "period": "2024"}


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("done", True),
        ("done", {"value": False, "source": "现场", "status": "verified"}),
        ("beds", 30),
        ("pay", 93600.5),
        ("pay", {"value": 1, "unit": "yuan"}),
        ("surgery_share", {"numerator": 812, "denominator": 5400, "source": "病案首页"}),
        ("surgery_share", 100),
        ("over", 250),
        ("grade", "no"),
        ("grade", {"value": "A", "evidence": ["证书"]}),
        ("aspects", ["finance"]),
        ("aspects", []),
        ("aspects", {"finance": True, "business": False}),
        ("aspects", {"value": ["finance"], "note": "注"}),
    ],
)
def test_a_fact_that_the_schema_takes(name: str, fact: Any) -> None:
    assert list(CHECKER.problems({**PROFILE, "facts": {name: fact}})) == []


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("done", "是"),
        ("done", None),
        ("done", 1),
        ("beds", "30"),
        ("beds", -1),
        ("beds", {"value": -1}),
        ("pay", {"value": 1, "unit": "percent"}),
        ("surgery_share", 100.5),
        ("surgery_share", {"numerator": 1}),
        ("grade", "C"),
        ("grade", {"value": "C"}),
        ("aspects", ["finanse"]),
        ("aspects", {"finanse": True}),
        ("aspects", {"finance": "yes"}),
        ("aspects", ["finance", "finance"]),
        ("signed", 40),
        ("done", {"source": "没有值"}),
    ],
)
def test_a_fact_that_the_schema_refuses(name: str, fact: Any) -> None:
    assert list(CHECKER.problems({**PROFILE, "facts": {name: fact}}))


@pytest.mark.parametrize(
    ("name", "fact", "value"),
    [
        ("done", False, False),
        ("beds", 30, 30),
        ("pay", Decimal("93600.5"), 9360050),
        ("surgery_share", Decimal("31.5"), 31_500_000),
        ("grade", "A", "A"),
        ("aspects", ["finance"], frozenset({"finance"})),
        ("aspects", {"finance": True, "business": False}, {"finance": True, "business": False}),
        ("done", {"value": True, "note": "注"}, True),
        ("surgery_share", {"numerator": 0, "denominator": 0}, NO_VALUE),
        ("surgery_share", {"numerator": 1, "denominator": 3}, Interval(Fraction(10**8, 3), Fraction(10**8, 3), Fraction(1), Fraction(3))),
        ("surgery_share", {"numerator": 4, "denominator": 4}, Interval(100_000_000, 100_000_000, Fraction(4), Fraction(4))),
        ("nurse_ratio", {"numerator": 3, "denominator": 2}, Interval(1_500_000, 1_500_000, Fraction(3), Fraction(2))),
        ("over", {"numerator": 5, "denominator": 2}, Interval(250_000_000, 250_000_000, Fraction(5), Fraction(2))),
    ],
)  # fmt: skip
def test_the_value_of_a_fact(name: str, fact: Any, value: Any) -> None:
    read, _proof, fault = read_fact(fact, KNOWN.types[name])
    assert fault is None
    assert read == value


@pytest.mark.parametrize(
    ("name", "fact", "fault"),
    [
        ("beds", Decimal("1.5"), "小数位数多于 0 位：1.5"),
        ("pay", {"value": Decimal("1.005")}, "小数位数多于 2 位：1.005"),
        ("surgery_share", {"numerator": 3, "denominator": 0}, "分母为 0 而分子为 3"),
        ("surgery_share", {"numerator": 5, "denominator": 4}, "分子 5 大于分母 4"),
    ],
)
def test_a_fact_without_a_value(name: str, fact: Any, fault: str) -> None:
    value, _proof, found = read_fact(fact, KNOWN.types[name])
    assert value is None
    assert found == fault


@pytest.mark.parametrize(
    ("fact", "proof"),
    [
        (True, None),
        ({"value": True}, None),
        ({"value": True, "source": "甲", "evidence": "乙"}, Proof("甲", ("乙",))),
        ({"value": True, "evidence": ["乙", "丙"], "status": "verified"}, Proof(None, ("乙", "丙"), None, "verified")),
        ({"value": True, "note": "丁"}, Proof(note="丁")),
    ],
)
def test_the_proof_of_a_fact(fact: Any, proof: Proof | None) -> None:
    assert read_fact(fact, KNOWN.types["done"])[1] == proof


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("bedz", "已安装的规则集中没有指标 `bedz`；是否指 `beds`（床位）？"),
        ("zzzzz", "已安装的规则集中没有指标 `zzzzz`；`gradeeval template` 列出全部可填的指标"),
        ("signed", "`signed` 不是这类对象的指标（它属于 region/county）"),
        ("pooled", "`pooled` 不是这类对象的指标（它属于 network/county_consortium）"),
    ],
)
def test_a_fact_that_no_ruleset_knows(name: str, sentence: str) -> None:
    assert near_fact(name, KNOWN.indicators, "institution") == sentence


def test_a_fact_of_a_kind_without_tier() -> None:
    assert near_fact("beds", KNOWN.indicators, "region") == "`beds` 不是这类对象的指标（它属于 institution）"
