"""What a draft reads off a sentence: number, comparator, unit, deadline, force, who is bound, and the quote for all of it."""

from __future__ import annotations

from fractions import Fraction

import pytest

from gradeeval.drafting.candidate import Candidate
from gradeeval.drafting.deadlines import deadlines
from gradeeval.drafting.demands import candidates
from gradeeval.drafting.phrases import phrases, twins
from gradeeval.sources.quantities import quantities
from gradeeval.sources.segments import segment
from gradeeval.timeline import Span

PLAN = Span(2023, 2025)


def drafted(
    sentence: str, horizon: Span | None = PLAN, tier: str = "province", issued: str | None = None
) -> list[Candidate]:
    return candidates(segment(f"二、重点任务\n（一）甲。\n{sentence}"), horizon, tier, issued=issued)


def numeric(sentence: str, horizon: Span | None = PLAN, tier: str = "province") -> list[Candidate]:
    return [found for found in drafted(sentence, horizon, tier) if found.numeric]


def only(sentence: str, horizon: Span | None = PLAN, tier: str = "province") -> Candidate:
    (found,) = numeric(sentence, horizon, tier)
    return found


def target(found: Candidate) -> dict[str, object]:
    assert found.target is not True
    return {key: float(value) if isinstance(value, Fraction) else value for key, value in found.target.items()}


@pytest.mark.parametrize(
    ("sentence", "expected", "unit"),
    [
        ("老年医学科设置比例达到85%。", {"at_least": 85}, "percent"),
        ("社区卫生服务中心占比达到70%以上。", {"at_least": 70}, "percent"),
        ("平均住院日不超过8.5天。", {"at_most": 8.5}, "count"),
        ("药占比控制在30%以内。", {"at_most": 30}, "percent"),
        ("新创建200个左右社区医院。", {"at_least": 200, "about": True}, "count"),
        ("提取5%左右的风险储备金。", {"equals": 5, "about": True}, "percent"),
        ("预留5%的质量保证金。", {"equals": 5}, "percent"),
        ("每年填补各受援医院1～3项技术空白。", {"at_least": 1, "up_to": 3}, "count"),
        ("按年平均薪酬的2—3.5倍核定。", {"at_least": 2, "at_most": 3.5}, "ratio"),
        ("培训3.5万人。", {"at_least": 35000}, "count"),
        ("派驻人员周期至少半年以上。", {"at_least": 6}, "month"),
        ("覆盖率每年提升1.5个百分点。", {"at_least": 1.5}, "percentage_point"),
        ("覆盖三分之二的乡镇。", {"at_least": 200 / 3}, "percent"),
        ("每个行政村建好1所标准化村卫生室。", {"at_least": 100}, "percent"),
        ("实现村医培训全覆盖。", {"at_least": 100}, "percent"),
        ("实现县级中医医院全覆盖。", {"at_least": 1}, "count"),
        ("村卫生室全部配齐乡村医生。", {"at_least": 100}, "percent"),
        ("逐步提高基层就诊占比。", {"above": 0}, "percentage_point"),
        ("降低药品不良事件发生率。", {"below": 0}, "percentage_point"),
        ("人员收入不低于所在机构平均工资水平。", {"at_least": 1}, "ratio"),
        ("耐药菌检出率降至全国平均水平。", {"at_most": 1}, "ratio"),
        ("确保不发生严重感染事件。", {"at_most": 0}, "count"),
        ("每月向成员单位通报费用。", {"at_least": 12}, "count"),
        ("提升全省医院考核位次。", {"below": 0}, "rank"),
        ("加大财政投入力度。", {"above": 0}, "yuan"),
        ("在甲县开展日间病房试点。", {"at_least": 1}, "count"),
    ],
)
def test_targets(sentence: str, expected: dict[str, object], unit: str) -> None:
    found = only(sentence)
    assert target(found) == pytest.approx(expected)
    assert found.unit == unit


@pytest.mark.parametrize(
    "sentence",
    [
        "聚焦患者安全等5个专项行动。",
        "严格落实18项医疗质量安全核心制度。",
        "加强“五大中心”建设。",
        "优先考虑50万以上的县。",
        "1个帮扶周期内人员要相对固定。",
        "为65岁以上老年人体检。",
        "推动公立医院实现“三个转变、三个提高”。",
        "省行动计划提出设置比例达到85%。",
        "基本实现二级以上医院全覆盖。",
        "提高服务效率。",
    ],
)
def test_numbers_that_are_no_demand(sentence: str) -> None:
    assert numeric(sentence) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "各县（市、区）每年11月底前将执行情况报市卫生健康委。",
        "各地于每月8日前报送上月报表。",
        "每季度末月25日前完成数据填报。",
        "医疗机构应于次月5日前完成病案上报。",
        "1月20日前，各单位制定年度工作计划。",
        "每年6月、12月向社会公布服务情况。",
        "于9月30日之前完成设备验收。",
        "十二月底以前建立工作台账。",
        "每年3—5月开展集中宣传。",
        "一季度末前完成上年度结算。",
        "上半年完成方案制定，下半年组织实施。",
        "对连续3个季度未完成进度的予以约谈。",
        "每年10月上旬组织年度考核。",
        "每月1日至5日开展自查。",
        "12月31日24时前完成系统切换。",
        "各医院应当在3月底前公布上一年度服务信息。",
        "对进度滞后的单位限期3个月整改。",
        "近三年没有责任事故的优先安排。",
        "适时开展半年度评估。",
    ],
)
def test_months_days_and_quarters_are_dates_and_no_targets(sentence: str) -> None:
    assert numeric(sentence) == []


def test_a_number_beside_a_date_is_still_asked() -> None:
    (found,) = numeric("每年4月、10月各开展2次义诊。")
    assert (target(found), found.every_year) == ({"at_least": 2}, "2023..2025")


def test_a_date_without_its_year_is_asked_about_and_a_yearly_one_is_yearly() -> None:
    (yearly,) = drafted("各医院每年11月底前完成病案归档和自查。")
    assert (yearly.every_year, len(yearly.open)) == ("2023..2025", 1)
    (once,) = drafted("各医院11月底前完成病案归档和自查。")
    assert (once.every_year, len(once.open)) == (None, 2)


@pytest.mark.parametrize(
    ("sentence", "bound"),
    [
        ("二级以上精神专科医院全部设立儿童心理门诊。", ("institution", None)),
        ("社区卫生服务中心均配备康复治疗师。", ("institution", None)),
        ("各县（区）全部建成标准化疾控中心。", ("region", "county")),
        ("县域医共体均建立中心药房。", ("network", None)),
    ],
)
def test_all_of_a_named_kind_is_done_or_not_by_each(sentence: str, bound: tuple[str, str | None]) -> None:
    (found,) = drafted(sentence)
    assert found.target is True
    assert not found.numeric
    assert (found.bound.kind, found.bound.tier) == bound
    assert "target" not in found.derived


@pytest.mark.parametrize(
    "sentence", ["各项任务全部完成预定目标。", "其他三级医院全部达到B以上。", "力争全省均建立协作机制。"]
)
def test_all_of_no_named_kind_is_left_open(sentence: str) -> None:
    (found,) = drafted(sentence)
    assert found.target is not True
    assert not found.numeric


def test_chapters_of_organisation_are_searched_for_who_reports_by_when() -> None:
    text = "一、任务\n（一）甲。\n二、保障措施\n（一）各县（市、区）应于每年2月底前报送总结。市级建立会商机制。"
    (found,) = candidates(segment(text), PLAN, "prefecture")
    assert (found.bound.tier, found.every_year, found.numeric) == ("county", "2023..2025", False)


def test_what_was_reached_before_the_document_is_history() -> None:
    sentence = "2022年底,设置比例达到78%,到2025年底达到90%。"
    assert [target(found) for found in drafted(sentence, issued="2024-03-18")] == [{"at_least": 90}]
    assert len(drafted(sentence)) == 2


@pytest.mark.parametrize(
    ("sentence", "quote", "due", "due_from", "force"),
    [
        ("培养2名学者、14名人才。", "培养2名学者", "2025-12-31", "document", "mandatory"),
        ("到2023年底，力争60%的县达到标准，20%的县建成示范县。", "到2023年底,力争60%的县达到标准", "2023-12-31", "clause", "strive"),
        ("加强建设；2027年6月底前，建成5家。", "2027年6月底前,建成5家", "2027-06-30", "clause", "mandatory"),
        ("到“十四五”末，实现均有1所机构。", "到“十四五”末,实现均有1所机构", "2025-12-31", "clause", "mandatory"),
        ("覆盖率每年提升1个百分点，到2035年。", "覆盖率每年提升1个百分点,到2035年", "2035-12-31", "clause", "mandatory"),
        ("原则上每个乡镇卫生院至少配备1辆救护车。", "原则上每个乡镇卫生院至少配备1辆救护车", "2025-12-31", "document", "in_principle"),
        ("鼓励转型，每个县至少设置1所机构。", "每个县至少设置1所机构", "2025-12-31", "document", "mandatory"),
        ("在300个社区探索推广新模式。", "在300个社区探索推广新模式", "2025-12-31", "document", "explore"),
        ("预算额度可控制在总额的50%左右。", "预算额度可控制在总额的50%左右", "2025-12-31", "document", "permit"),
    ],
)  # fmt: skip
def test_quote_deadline_and_force(sentence: str, quote: str, due: str, due_from: str, force: str) -> None:
    found = numeric(sentence)[0]
    assert (found.quote, found.due, found.due_from, found.force) == (quote, due, due_from, force)


def test_an_enumeration_is_cut_and_carries_its_date_force_and_noun() -> None:
    found = numeric("培养2名学者、14名人才以及20名领军人才。")
    assert [item.quote for item in found] == ["培养2名学者", "14名人才", "20名领军人才"]
    found = numeric("“十四五”期间，建设不少于4个国家级、30个省级临床重点专科。")
    assert {item.quote for item in found} == {"“十四五”期间,建设不少于4个国家级、30个省级临床重点专科"}
    assert [(target(item), item.own) for item in found] == [({"at_least": 4}, (8, 18)), ({"at_least": 30}, (19, 30))]
    found = numeric("到2023年底，力争60%的县达到标准，20%的县建成示范县；80%的村达标。")
    assert [(item.due, item.force) for item in found] == [
        ("2023-12-31", "strive"),
        ("2023-12-31", "strive"),
        ("2025-12-31", "mandatory"),
    ]


def test_without_a_horizon_a_demand_is_standing() -> None:
    found = only("比例达到85%。", horizon=None)
    assert (found.due, found.due_from) == (None, "none")


@pytest.mark.parametrize(
    ("sentence", "tier", "bound"),
    [
        ("每个省辖市、县（市）至少设置1所。", "province", [("region", "prefecture"), ("region", "county")]),
        ("每个县（市、区）至少有1所。", "prefecture", [("region", "county")]),
        ("市州至少建成1个病房。", "province", [("region", "prefecture")]),
        ("50%的县达到标准。", "province", [("region", "province")]),
        ("全市建成14个中心。", "prefecture", [("region", "prefecture")]),
        ("每所乡镇卫生院至少有1名医师。", "prefecture", [("institution", None)]),
        ("对每个医共体派驻3名专家。", "province", [("network", None)]),
    ],
)
def test_who_is_bound(sentence: str, tier: str, bound: list[tuple[str, str | None]]) -> None:
    assert [(item.bound.kind, item.bound.tier) for item in numeric(sentence, tier=tier)] == bound


def test_flows_add_up_and_yearly_demands_are_yearly() -> None:
    assert only("培训200人。").within == "2023..2025"
    assert only("三级医院达到300家。").within is None
    assert only("每年培训50人。").every_year == "2023..2025"
    assert only("“十四五”期间，培训350人。").within == "2021..2025"
    assert only("2024年、2025年，占比每年提高1.5个百分点。").every_year == "2024..2025"


def test_like_things_get_a_candidate_each() -> None:
    assert len(numeric("打造“五个100”实践样板。")) == 5
    assert len(numeric("至少建立1个卒中中心和胸痛中心。")) == 2
    assert [twins(words) for words in ("规范管理率、面访率和服药率", "在服务总量和基金支付中的占比", "医院和学校")] == [
        3,
        2,
        1,
    ]


def test_a_phrase_without_a_number_is_left_open() -> None:
    (found,) = drafted("建立健全县域医共体管理制度。")
    assert not found.numeric
    assert target(found).keys() == {"needs_review"}
    assert found.open


def test_principles_organisation_and_headings_ask_for_nothing_without_a_number() -> None:
    text = "一、总体要求\n建立优质服务体系，到2025年建成3所医院。\n二、任务\n1.建立质控中心。\n三、组织实施\n各地要建立台账。"
    found = candidates(segment(text), PLAN, "province")
    assert [item.quote for item in found] == ["到2025年建成3所医院"]


def test_a_numbered_sentence_that_demands_is_no_heading_and_its_number_is_not_quoted() -> None:
    found = only("1.社区卫生服务中心必须配备不少于2名康复治疗师。")
    assert found.quote == "社区卫生服务中心必须配备不少于2名康复治疗师"
    assert found.force == "mandatory"
    assert drafted("1.加强康复服务体系建设。") == []


def test_a_sentence_beyond_the_bound_is_not_searched() -> None:
    assert len(numeric("达到85%，" * 150)) == 150
    assert numeric("达到85%，" * 170) == []


def test_phrases_leave_brackets_and_quotes_whole() -> None:
    text = "到2025年,建成(一,二)所;“甲,乙”达标。"
    assert [(text[phrase.start : phrase.end], phrase.group) for phrase in phrases(text)] == [
        ("到2025年", 0),
        ("建成(一,二)所", 0),
        ("“甲,乙”达标", 1),
    ]


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("到2025年,", ["2025-12-31"]),
        ("2024年9月底前,", ["2024-09-30"]),
        ("2024年2月29日前,", ["2024-02-29"]),
        ("2024年2月31日前,", ["2024-02-29"]),
        ("“十四五”期间,", ["2025-12-31"]),
        ("2027年达到38%", ["2027-12-31"]),
        ("2027年力争提高到38%", ["2027-12-31"]),
        ("2023—2025年,", ["2025-12-31"]),
        ("2012年以前建设的", []),
        ("2024年全省工作", []),
        ("标准(2022年版)", []),
    ],
)
def test_deadlines(text: str, due: list[str]) -> None:
    assert [found.due for found in deadlines(text, quantities(text))] == due
