"""Figures, dates and force against the quote, and every quantity of the text against the ledger; invented sentences."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from gradeeval.language.nodes import Indicator, Reach, Requirement
from gradeeval.language.reading import read_indicator, read_requirement
from gradeeval.rulesets.ruleset import LedgerEntry, Stretch
from gradeeval.sources.accounting import verify_quantities
from gradeeval.sources.claims import SourceProblem
from gradeeval.sources.numbers import verify_numbers
from gradeeval.sources.segments import segment


def requirement(quote: str, **items: Any) -> Requirement:
    data = {
        "id": "demo/1-a",
        "clause": "一",
        "quote": quote,
        "binds": {"kind": "region", "tier": "county"},
        "indicator": "figure",
        "target": {"at_least": 30},
        "unit": "count",
        "due": "2026-12-31",
        "due_from": "document",
        "force": "mandatory",
    }
    return read_requirement({**data, **items}, "demo", 5)


def check(quote: str, *, text: str = "", **items: Any) -> list[SourceProblem]:
    return verify_numbers("demo", [requirement(quote, **items)], f"示例方案\n一、任务。{text or quote}。\n")


PERCENT = {"unit": "percent"}

FAITHFUL: list[tuple[str, dict[str, Any]]] = [
    ("培训骨干30名", {}),
    ("培训骨干三十名", {}),
    ("巡诊比例达到60%以上", {"target": {"at_least": 60}, **PERCENT}),
    ("巡诊比例不低于百分之六十", {"target": {"at_least": 60}, **PERCENT}),
    ("床位使用不超过90%", {"target": {"at_most": 90}, **PERCENT}),
    ("次均费用增幅控制在5%以内", {"target": {"at_most": 5}, **PERCENT}),
    ("占比超过50%", {"target": {"above": 50}, **PERCENT}),
    ("缺岗低于5%", {"target": {"below": 5}, **PERCENT}),
    ("新建200个左右站点", {"target": {"at_least": 200, "about": True}}),
    ("预留5%左右的备用金", {"target": {"equals": 5, "about": True}, **PERCENT}),
    ("每年填补1～3项空白", {"target": {"at_least": 1, "up_to": 3}}),
    ("按平均数的2—3.5倍核定", {"target": {"at_least": 2, "at_most": Decimal("3.5")}, "unit": "ratio"}),
    ("覆盖率每年提升1-3个百分点", {"target": {"at_least": 1, "up_to": 3}, "unit": "percentage_point"}),
    ("新增培训1.2万人", {"target": {"at_least": 12000}}),
    ("发放补助5万元", {"target": {"at_least": 50000}, "unit": "yuan"}),
    ("结余达到6个月以上", {"target": {"at_least": 6}, "unit": "month"}),
    ("一半的站点设置病区", {"target": {"at_least": Decimal("0.5")}, "unit": "ratio"}),
    ("一半的站点设置病区", {"target": {"at_least": 50}, **PERCENT}),
    ("发病率降至2.5‰以下", {"target": {"at_most": Decimal("0.25")}, **PERCENT}),
    ("医护比达到1：2", {"target": {"at_least": 2}, "unit": "ratio"}),
    ("投诉率下降5个百分点", {"target": {"at_most": -5}, "unit": "percentage_point"}),
    ("各医院全部达到B以上", {"target": {"at_least": "B"}, "unit": None}),
    ("驻点至少半年", {"target": {"at_least": 6}, "unit": "month", "derived": {"target": "calendar"}}),
    ("每月通报", {"target": {"at_least": 12}, "derived": {"target": "calendar"}}),
    ("实现巡诊全覆盖", {"target": {"at_least": 100}, **PERCENT, "derived": {"target": "each"}}),
    ("每个乡镇均有巡诊点", {"target": {"at_least": 1}, "derived": {"target": "each"}}),
    ("建立会商制度", {"target": {"at_least": 1}, "derived": {"target": "exists"}}),
    ("不发生责任事故", {"target": {"at_most": 0}, "derived": {"target": "none"}}),
    ("逐步提高巡诊占比", {"target": {"above": 0}, "unit": "percentage_point", "derived": {"target": "rise"}}),
    ("缩小平均收入差距", {"target": {"below": 0}, "unit": "percentage_point", "derived": {"target": "fall"}}),
    ("收入不低于本单位平均水平", {"target": {"at_least": 1}, "unit": "ratio", "derived": {"target": "parity"}}),
    ("检出率降至全国平均水平", {"target": {"at_most": 1}, "unit": "ratio", "derived": {"target": "parity"}}),
    ("到2026年底，培训骨干30名", {"due_from": "clause"}),
    ("“十四五”末，培训骨干30名", {"due_from": "clause", "due": "2025-12-31", "derived": {"due": "calendar"}}),
    ("2026年6月底前培训骨干30名", {"due_from": "clause", "due": "2026-06-30"}),
    ("力争培训骨干30名", {"force": "strive"}),
    ("原则上配备30名", {"force": "in_principle"}),
    ("积极争取培训30名", {"force": "strive"}),
    ("积极争取培训30名", {}),
    ("试点医院培训30名", {}),
    ("可采取联合办学方式培训30名", {"force": "permit"}),
    ("死亡率控制在9/10万以内", {"target": {"at_most": 9}}),
]


@pytest.mark.parametrize(("quote", "items"), FAITHFUL)
def test_a_faithful_requirement_has_no_problem(quote: str, items: dict[str, Any]) -> None:
    assert check(quote, **{key: value for key, value in items.items() if value is not None}) == []


@pytest.mark.parametrize(
    ("quote", "items", "kind", "words"),
    [
        ("培训骨干40名", {}, "target_not_in_quote", "40名"),
        ("培训一批骨干", {}, "target_not_in_quote", "derived"),
        ("培训骨干30名", {"target": {"at_least": 30, "up_to": 50}}, "target_not_in_quote", "50"),
        ("各医院达到C以上", {"target": {"at_least": "B"}}, "target_not_in_quote", "B"),
        ("各医院达到B+以上", {"target": {"at_least": "B"}}, "target_not_in_quote", "B"),
        ("各医院达到B以上", {"target": {"at_most": "B"}}, "comparator_contradicts", "B以上"),
        ("比例达到30个", PERCENT, "unit_not_in_quote", "30个"),
        ("比例达到30%", {}, "unit_not_in_quote", "30%"),
        ("比例提升30%", {"unit": "percentage_point"}, "unit_not_in_quote", "percentage_point"),
        ("比例提升30个百分点", PERCENT, "unit_not_in_quote", "30个百分点"),
        ("不超过30名", {}, "comparator_contradicts", "不超过…30名"),
        ("30名以下", {}, "comparator_contradicts", "30名以下"),
        ("超过30名", {}, "comparator_contradicts", "above"),
        ("低于30名", {}, "comparator_contradicts", "below"),
        ("达到30名以上", {"target": {"above": 30}}, "comparator_contradicts", "at_least"),
        ("至少培训30名", {"target": {"equals": 30}}, "comparator_contradicts", "at_least"),
        ("培训30名", {"target": {"at_most": 30}}, "comparator_not_in_quote", "at_most"),
        ("培训30名左右", {}, "about_missing", "左右"),
        ("培训30名", {"target": {"at_least": 30, "about": True}}, "comparator_not_in_quote", "about"),
        ("实现全覆盖", {"derived": {"target": "each"}}, "derived_unfounded", "1、100"),
        ("培训骨干", {"target": {"at_least": 100}, **PERCENT, "derived": {"target": "each"}}, "derived_unfounded", "没有相应的词"),
        ("实现全覆盖", {"target": {"at_most": 100}, **PERCENT, "derived": {"target": "each"}}, "derived_unfounded", "方向"),
        ("实现全覆盖", {"target": {"at_least": 100}, "derived": {"target": "each"}}, "derived_unfounded", "percent"),
        ("稳定巡诊占比", {"target": {"above": 0}, "derived": {"target": "rise"}}, "derived_unfounded", "rise"),
        ("提高巡诊占比", {"target": {"below": 0}, "derived": {"target": "rise"}}, "derived_unfounded", "方向"),
        ("不高于平均水平", {"target": {"at_least": 1}, "derived": {"target": "parity"}}, "derived_unfounded", "方向"),
        ("每季度通报", {"target": {"at_least": 12}, "derived": {"target": "calendar"}}, "derived_unfounded", "时间词"),
        ("培训骨干", {"derived": {"target": "carried"}}, "derived_unfounded", "该条款没有这个数"),
        ("培训骨干30名", {"due_from": "clause"}, "date_not_in_quote", "2026-12-31"),
        ("到2027年底，培训骨干30名", {"due_from": "clause"}, "date_not_in_quote", "2026-12-31"),
        ("“十四五”末培训30名", {"due_from": "clause", "due": "2025-12-31"}, "date_not_in_quote", "calendar"),
        ("2026年6月底前培训30名", {"due_from": "clause"}, "date_not_in_quote", "月份"),
        ("培训30名", {"due_from": "clause", "derived": {"due": "carried"}}, "derived_unfounded", "2026"),
        ("力争培训30名", {}, "force_contradicts", "strive"),
        ("原则上培训30名", {"force": "encourage"}, "force_contradicts", "in_principle"),
        ("支持医院培训30名", {}, "force_contradicts", "encourage"),
        ("开展试点，培训30名", {}, "force_contradicts", "explore"),
        ("可联合办学，可采取订单方式培训30名", {}, "force_contradicts", "permit"),
        ("每年12月底前上报", {"target": {"at_least": 12}}, "target_not_in_quote", "12"),
        ("培训30名", {"force": "strive"}, "force_not_in_quote", "strive"),
        ("培训30名", {"force": "strive", "derived": {"force": "carried"}}, "derived_unfounded", "strive"),
        ("培训30名", {"binds": {"kind": "region", "where": {"stations": {"at_least": 7}}}}, "where_not_in_clause", "7"),
    ],
)  # fmt: skip
def test_a_planted_fault_is_found(quote: str, items: dict[str, Any], kind: str, words: str) -> None:
    found = check(quote, **items)
    assert kind in {problem.kind for problem in found}
    problem = next(problem for problem in found if problem.kind == kind)
    assert words in problem.message
    assert (problem.document, problem.clause, problem.requirement) == ("demo", "一", "demo/1-a")


def test_what_is_carried_may_stand_elsewhere_in_the_clause() -> None:
    text = "到2026年底力争建成30个站点，另有同数的驿站，设有7个以上站点的县先行"
    carried = {"target": "carried", "due": "carried", "force": "carried"}
    where = {"kind": "region", "where": {"stations": {"at_least": 7}}}
    assert check("另有同数的驿站", text=text, due_from="clause", force="strive", derived=carried, binds=where) == []


def test_a_problem_names_segment_and_line() -> None:
    text = "示例方案\n一、任务。\n先行一步。培训骨干40名。\n"
    (problem,) = verify_numbers("demo", [requirement("培训骨干40名")], text)
    assert (problem.at, problem.line) == (3, 3)


TEXT = """示例方案
（2026—2028年）
一、任务
到2028年，建成4个示例中心，其中2个达标；示范县“五大中心”全部建成，每年考核1次。
二、保障
召开3次会议，持续三年。
"""
SENTENCE = "到2028年,建成4个示例中心,其中2个达标;示范县“五大中心”全部建成,每年考核1次。"

CENTERS = requirement("到2028年，建成4个示例中心", target={"at_least": 4}, due="2028-12-31", due_from="clause")
PASSED = requirement("其中2个达标", id="demo/1-b", target={"at_least": 2}, due="2028-12-31")
FIVE = requirement(
    "示范县“五大中心”全部建成", id="demo/1-c", target={"includes": ["a", "b", "c", "d", "e"]}, due="2028-12-31"
)
YEARLY = requirement("每年考核1次", id="demo/1-d", target={"at_least": 1}, every_year="2026..2028", due="2028-12-31")
ALL = [CENTERS, PASSED, FIVE, YEARLY]
MEETINGS = (("3次", "会议次数"), ("三年", "期限"))


def ledger(accounts: tuple[tuple[str, str], ...] = MEETINGS, status: str = "encoded") -> list[LedgerEntry]:
    entries = []
    for part in segment(TEXT):
        ids = tuple(item.id for item in ALL) if part.text == SENTENCE else ()
        kept = accounts if part.clause == "二" and part.at == 2 else ()
        stretch = Stretch(part.text[:4], len(part.text), status if ids else "organisational", ids, accounts=kept)
        entries.append(LedgerEntry(part.clause, part.at, part.text[:4], part.sha256, (stretch,)))
    return entries


FIGURE = Indicator(name="figure", title="示例数", reach=Reach("region", "county"), unit="count")


def unaccounted(
    requirements: list[Requirement], entries: list[LedgerEntry] | None = None, **indicators: Indicator
) -> list[str]:
    known = {"figure": FIGURE, **indicators}
    found = verify_quantities("demo", ledger() if entries is None else entries, requirements, known, TEXT)
    assert {problem.kind for problem in found} <= {"quantity_unaccounted"}
    return [problem.message.split("”中的“")[1].split("”")[0] for problem in found]


def test_every_quantity_is_demanded_or_accounted_for() -> None:
    assert unaccounted(ALL) == []


@pytest.mark.parametrize(
    ("requirements", "left"),
    [
        ([PASSED, FIVE, YEARLY], ["2028年", "4个"]),
        ([CENTERS, FIVE, YEARLY], ["2个"]),
        ([CENTERS, PASSED, YEARLY], ["五大", "全部"]),
        ([CENTERS, PASSED, FIVE], ["每年", "1次"]),
        ([replace(CENTERS, quote="建成4个示例中心，其中2个达标"), FIVE, YEARLY], ["2028年", "2个"]),
        ([replace(CENTERS, due="2027-12-31"), PASSED, FIVE, YEARLY], ["2028年"]),
        ([CENTERS, PASSED, FIVE, replace(YEARLY, every_year=None)], ["每年"]),
        ([CENTERS, PASSED, requirement(FIVE.quote, target={"at_least": 5}), YEARLY], ["全部"]),
        ([CENTERS, PASSED, requirement(FIVE.quote, target={"includes": ["a", "b"]}), YEARLY], ["五大"]),
    ],
)
def test_a_quantity_without_a_demand_is_found(requirements: list[Requirement], left: list[str]) -> None:
    assert unaccounted(requirements) == left


@pytest.mark.parametrize(
    ("sentence", "items", "left"),
    [
        ("每个乡镇建好1所站点", {"target": {"at_least": 100}, **PERCENT, "derived": {"target": "each"}}, []),
        ("每个乡镇建好2所站点", {"target": {"at_least": 100}, **PERCENT, "derived": {"target": "each"}}, ["2所"]),
        ("每年补齐1～3项", {"target": {"at_least": 1, "up_to": 3}, "every_year": "2026..2028"}, []),
        ("每年补齐1～3项", {"target": {"at_least": 1}, "every_year": "2026..2028"}, ["1~3项"]),
        ("医护比达到1：2", {"target": {"at_least": 2}, "unit": "ratio"}, []),
        ("驻点满半年", {"target": {"at_least": 6}, "unit": "month", "derived": {"target": "calendar"}}, []),
        ("“十五五”末建成30个", {"due": "2030-12-31"}, []),
        ("“十五五”期间建成30个", {"due": "2030-12-31"}, ["十五五"]),
        ("“十五五”期间建成30个", {"due": "2030-12-31", "within": "2026..2030"}, []),
        ("“十五五”期间建成30个", {"due": "2030-12-31", "derived": {"due": "calendar"}}, []),
        ("站点全部达到30人", {}, []),
        ("11月底前建成30个", {}, ["11月底前"]),
        ("12月底前建成30个", {}, []),
        ("每年11月底前建成30个", {"every_year": "2026..2028"}, []),
        ("甲、乙、丙三市设站30个", {"binds": {"kind": "region", "where": {"name": {"one_of": ["甲", "乙", "丙"]}}}}, []),
        ("三五个站点试行30天", {"unit": "count"}, ["三五个"]),
        ("实现全覆盖，建成30个", {}, ["全覆盖"]),
        ("实现全覆盖", {"target": {"needs_review": "没有范围"}}, []),
    ],
)  # fmt: skip
def test_how_a_requirement_explains_what_it_quotes(sentence: str, items: dict[str, Any], left: list[str]) -> None:
    text = f"一、任务\n{sentence}\n"
    entries = [
        LedgerEntry(part.clause, part.at, part.text, part.sha256, (Stretch(part.text, len(part.text), "informative"),))
        for part in segment(text)
    ]
    found = verify_quantities("demo", entries, [requirement(sentence, **items)], {"figure": FIGURE}, text)
    assert [problem.message.split("”中的“")[1].split("”")[0] for problem in found] == left


def test_accounts_cover_and_are_checked() -> None:
    assert unaccounted(ALL, ledger(())) == ["3次", "三年"]
    found = verify_quantities("demo", ledger((*MEETINGS, ("4次", "写错"))), ALL, {"figure": FIGURE}, TEXT)
    assert [(problem.kind, problem.clause, problem.at, problem.line) for problem in found] == [
        ("account_not_in_stretch", "二", 2, 6)
    ]


def test_pending_stretches_are_left_alone() -> None:
    assert unaccounted([], ledger(status="pending")) == []


def test_the_definition_of_an_indicator_explains() -> None:
    five = requirement(FIVE.quote, id="demo/1-c", indicator="five", target=True)
    others = [CENTERS, PASSED, YEARLY]
    assert unaccounted([*others, five]) == ["五大"]
    assert unaccounted([*others, five], five=replace(FIGURE, name="five", title="“五大中心”建成")) == []
    counted = read_indicator(
        "five",
        {
            "title": "达标",
            "kind": "region",
            "unit": "percent",
            "share": {"of": "region", "tier": "county", "having": {"centers": {"at_least": 5}}},
        },
    )
    assert unaccounted([*others, five], five=counted) == []


def test_what_the_ledger_lacks_is_left_to_the_ledger_check() -> None:
    assert verify_quantities("demo", [], ALL, {}, TEXT) == []
