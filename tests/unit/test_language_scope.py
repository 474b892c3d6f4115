"""What a name means where it stands: one's own, that of what encloses one, and never sideways or down."""

from __future__ import annotations

from itertools import product

import pytest
from tests.unit.invented import scope

from gradeeval.language.nodes import Reach
from gradeeval.language.scope import Reference, Unreachable, encloses, has_parts, reach_title
from gradeeval.vocabulary import TIERS

INSTITUTION = Reach("institution")
CONSORTIUM = Reach("network", type="county_consortium")
NETWORK = Reach("network")
REGION = Reach("region")
NATION, PROVINCE, PREFECTURE, COUNTY = (Reach("region", tier) for tier in TIERS)

KNOWN = scope(
    {
        "beds": {"kind": "institution", "unit": "count"},
        "pooled": {"kind": "network", "type": "county_consortium", "unit": "yes_no"},
        "balance": {"kind": "region", "tier": "prefecture", "unit": "month"},
        "coverage": {"kind": "region", "unit": "percent"},
        "rise": {"kind": "region", "unit": "percentage_point", "change": "coverage"},
        "beds_rise": {"kind": "institution", "unit": "count", "change": "beds"},
        "floor": {"kind": "region", "unit": "count", "range": {"at_least": -5, "below": 10}},
        "grade": {"kind": "institution", "order": "own_grade"},
        "lost": {"kind": "institution", "order": "no_such_order"},
        "lost_list": {"kind": "institution", "list": "no_such_list"},
    },
    {"own_grade": {"title": "等级", "order": {"B": ["乙", "B"], "A": ["甲", "A"]}}},
)


def reason(name: str, reader: Reach) -> str:
    found = KNOWN.find(name, reader)
    assert isinstance(found, Unreachable)
    return found.refusal.sentence


def reference(name: str, reader: Reach) -> Reference:
    found = KNOWN.find(name, reader)
    assert isinstance(found, Reference)
    return found


def test_an_own_field_and_an_own_indicator() -> None:
    assert reference("level", INSTITUTION).indicator is None
    own = reference("beds", INSTITUTION)
    assert own.indicator is not None
    assert own.above is None
    assert reference("coverage", COUNTY).above is None


@pytest.mark.parametrize(
    ("name", "reader", "above"),
    [
        ("balance", COUNTY, PREFECTURE),
        ("balance", INSTITUTION, PREFECTURE),
        ("balance", CONSORTIUM, PREFECTURE),
        ("pooled", INSTITUTION, CONSORTIUM),
    ],
)
def test_a_name_is_read_up(name: str, reader: Reach, above: Reach) -> None:
    assert reference(name, reader).above == above


@pytest.mark.parametrize(
    ("name", "reader", "words"),
    [
        ("beds", COUNTY, "`beds` 属于机构，县级对象不能直接使用；请用 count、share 或 sum 汇总"),
        ("balance", PROVINCE, "`balance` 属于市级，省级对象不能直接使用"),
        ("pooled", COUNTY, "`pooled` 属于医联体，县级对象不能直接使用"),
        ("coverage", INSTITUTION, "`coverage` 在多级区划有定义，无法确定取哪一级；请为指标写明 tier"),
        ("bed", INSTITUTION, "没有名为 `bed` 的分类字段或指标；是否指 `beds`？"),
        ("levle", INSTITUTION, "是否指 `level`？"),
        ("zzzzzz", INSTITUTION, "没有名为 `zzzzzz` 的分类字段或指标"),
        ("level", COUNTY, "没有名为 `level` 的分类字段或指标"),
    ],
)
def test_a_name_out_of_reach_is_told_why(name: str, reader: Reach, words: str) -> None:
    assert words in reason(name, reader)


def test_a_hint_is_never_of_another_kind() -> None:
    assert "beds" not in reason("bed", COUNTY)
    assert KNOWN.near("bed", "region") is None


@pytest.mark.parametrize(("outer", "inner"), list(product((NATION, PROVINCE, PREFECTURE, COUNTY), repeat=2)))
def test_a_region_encloses_those_of_a_lower_tier(outer: Reach, inner: Reach) -> None:
    lower = TIERS.index(str(outer.tier)) < TIERS.index(str(inner.tier))
    assert encloses(outer, inner) is lower
    assert has_parts(outer, inner) is lower


@pytest.mark.parametrize(
    ("outer", "inner", "encloses_it", "is_part"),
    [
        (COUNTY, INSTITUTION, True, True),
        (COUNTY, CONSORTIUM, True, True),
        (CONSORTIUM, INSTITUTION, True, True),
        (NETWORK, INSTITUTION, False, True),
        (CONSORTIUM, COUNTY, False, False),
        (INSTITUTION, INSTITUTION, False, False),
        (REGION, INSTITUTION, False, True),
        (REGION, COUNTY, False, True),
        (PROVINCE, REGION, False, False),
        (NATION, REGION, True, False),
    ],
)
def test_kinds_in_each_other(outer: Reach, inner: Reach, encloses_it: bool, is_part: bool) -> None:
    assert encloses(outer, inner) is encloses_it
    assert has_parts(outer, inner) is is_part


def test_titles() -> None:
    assert KNOWN.title("level", "institution")[0] == "级别"
    assert KNOWN.title("beds", "institution") == ("beds", None)
    assert KNOWN.title("nothing", "region") == ("nothing", "nothing")
    assert KNOWN.field("level", "institution") is not None
    assert KNOWN.field("level", "region") is None
    assert [reach_title(reach) for reach in (INSTITUTION, NETWORK, REGION, NATION)] == [
        "机构",
        "医联体",
        "区域",
        "国家级",
    ]


def test_the_type_of_an_indicator() -> None:
    types = KNOWN.types
    assert (types["coverage"].lowest, types["coverage"].highest, types["coverage"].decimals) == (0, 100, 6)
    assert (types["floor"].lowest, types["floor"].highest) == (-5, 10)
    assert (types["rise"].lowest, types["rise"].highest) == (-100, 100)
    assert types["grade"].values is not None
    assert types["grade"].values.ranks == {"B": 0, "A": 1}


def test_a_change_may_fall() -> None:
    assert KNOWN.types["beds"].lowest == 0
    assert KNOWN.types["beds_rise"].lowest is None


def test_a_type_that_does_not_exist_has_no_values() -> None:
    assert KNOWN.types["lost"].form == "ordered"
    assert KNOWN.types["lost_list"].form == "list"
    for name in ("lost", "lost_list"):
        values = KNOWN.types[name].values
        assert values is not None
        assert values.titles == {}
