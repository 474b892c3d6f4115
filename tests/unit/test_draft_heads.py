"""Whom a draft takes to be bound: the subject at the head of a phrase, the one before it, what only looks like one."""

from __future__ import annotations

import pytest

from gradeeval.drafting.candidate import Candidate
from gradeeval.drafting.demands import candidates
from gradeeval.drafting.heads import INSTITUTION, OWN, PLACE, REGION, head
from gradeeval.sources.quantities import quantities
from gradeeval.sources.segments import normalise, segment
from gradeeval.timeline import Span

EACH_INSTITUTION = ["institution"]
COUNTIES, CITY, PROVINCE = ["county"], ["prefecture"], ["province"]


def drafted(sentence: str, tier: str = "prefecture") -> list[Candidate]:
    return candidates(segment(f"二、重点任务\n（一）甲。\n{sentence}"), Span(2024, 2026), tier)


def bound(sentence: str, tier: str = "prefecture") -> list[str]:
    """For each numeric candidate the tier of a region, the type of a network, or the kind."""
    return [
        found.bound.tier or found.bound.type or found.bound.kind for found in drafted(sentence, tier) if found.numeric
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "二级公立综合医院感染科医师不少于4名。",
        "乡镇卫生院应配备心电图机不少于2台。",
        "社区卫生服务中心康复床位不少于10张。",
        "医疗机构每年开展应急演练不少于2次。",
        "县级妇幼保健院应设置不少于6个专科门诊。",
        "各县级中医医院每年推广适宜技术10项。",
        "各县级人民医院要在2026年底前配备不少于3台救护车。",
        "三级甲等综合医院每年承担带教任务不少于20人次。",
        "各级各类医疗机构门诊抗菌药物处方比例不超过20%。",
        "设有产科的医院每月组织产科安全讨论不少于1次。",
        "市疾控中心应配备不少于5名流行病学人员。",
        "全市二级以上医院应配备不少于2名专职药师。",
        "推动中心卫生院配备不少于2名外科医师。",
        "县域医共体牵头医院每年派出骨干不少于10名。",
        "各县（市、区）疾控中心应配备不少于3名检验人员。",
        "每个县（市）的县级综合医院均应设置不少于20张康复床位。",
        "到2026年底，县级中医医院中药制剂不少于5种。",
        "每年6月底前，乡镇卫生院完成体检不少于300人次。",
        "由县级医院对口帮扶，每月坐诊不少于2次。",
        "市直医疗卫生单位每年安排不少于20名医师下基层。",
        "公立医院医疗服务收入占比逐年提高，2026年达到38%。",
    ],
)
def test_the_institution_at_the_head_is_bound(sentence: str) -> None:
    assert bound(sentence) == EACH_INSTITUTION


@pytest.mark.parametrize(
    ("sentence", "tier", "expected"),
    [
        ("各县（区）每年培训村医不少于60名。", "prefecture", COUNTIES),
        ("各县（市、区）卫生健康委每年抽查不少于2次。", "prefecture", COUNTIES),
        ("各县（市、区）人民政府安排的专项资金每年不少于100万元。", "prefecture", COUNTIES),
        ("县级财政按不低于30%的比例给予补助。", "prefecture", COUNTIES),
        ("鼓励有条件的县（市、区）每年选派10名医师进修。", "prefecture", COUNTIES),
        ("市、县财政投入增幅每年不低于5%。", "prefecture", ["prefecture", "county"]),
        ("各省辖市每年评选不少于10个示范站。", "province", CITY),
        ("各市每年评选不少于10个示范站。", "province", CITY),
        ("市级每年评选不少于10个示范站。", "province", CITY),
        ("市级每年评选不少于10个示范站。", "prefecture", CITY),
        ("省级每年评选不少于10个示范站。", "prefecture", CITY),
        ("市财政每年安排200万元。", "prefecture", CITY),
        ("全市每年培训医师300名。", "prefecture", CITY),
        ("每年培训医师300名。", "prefecture", CITY),
        ("县域医共体每年组织义诊不少于4次。", "province", ["county_consortium"]),
        ("城市医疗集团每年组织义诊不少于4次。", "province", ["urban_group"]),
        ("县域医共体和城市医疗集团每年组织义诊不少于4次。", "province", ["county_consortium", "urban_group"]),
    ],
)
def test_the_region_or_network_at_the_head_is_bound(sentence: str, tier: str, expected: list[str]) -> None:
    assert bound(sentence, tier) == expected


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("三级医院达到30家。", PROVINCE),
        ("力争全省三级医院达到30家，其中三甲医院达到10家、三乙医院达到12家。", PROVINCE * 3),
        ("力争5所以上三级医院进入前列。", PROVINCE),
        ("40%的乡镇卫生院建成示范科室。", PROVINCE),
        ("二级及以上公立医院营养科设置比例达到85%。", PROVINCE),
        ("二级以上综合医院设立老年医学科的比例达到85%。", PROVINCE),
        ("政府办社区卫生服务中心占比达到70%以上。", PROVINCE),
        ("乡镇卫生院达到推荐标准的比例，2025年底达到30%。", PROVINCE),
        ("各县（市）乡镇卫生院达标率达到90%。", COUNTIES),
        ("各县（市）二级医院不少于2家。", COUNTIES),
        ("全省三级医院平均住院日中四级手术占比每年提高1个百分点。", PROVINCE),
        ("公有产权村卫生室比例达到95%。", PROVINCE),
        ("公立医院改革试点扩大到20个。", PROVINCE),
        ("依托乡镇卫生院建成50个次中心。", PROVINCE),
    ],
)
def test_what_counts_institutions_binds_the_region_around_them(sentence: str, expected: list[str]) -> None:
    assert bound(sentence, "province") == expected


def test_a_subject_rules_the_phrases_behind_it() -> None:
    found = [
        item for item in drafted("县级中医医院应设置不少于4个专科，床位不少于100张；医师不少于30名。") if item.numeric
    ]
    assert [(item.bound.kind, item.bound.carried) for item in found] == [
        ("institution", False),
        ("institution", True),
        ("institution", True),
    ]
    assert bound("各县（市、区）每年组织演练2次，参训人员不少于100名。") == ["county", "county"]
    assert bound("各县（市、区）建立储备库，村卫生室达标率达到90%。") == COUNTIES
    assert bound("全市诊疗量占比达到60%，基层医疗卫生机构处方占比不低于30%，健康素养水平达到35%。") == CITY * 3
    assert bound("县级医院要完善制度，市级建成质控中心10个。") == CITY
    assert bound("县级医院要完善制度，其中至少4家达到三级水平。") == CITY
    assert bound("推动县级医院完善制度，建成质控中心10个。") == CITY
    assert bound("县级医院要完善制度。建成质控中心10个。") == CITY


@pytest.mark.parametrize(
    "words",
    [
        "公立医院改革深入推进",
        "医院管理水平不断提高到85%",
        "二级以上医院普遍开展日间手术",
        "提升县级医院能力",
        "完善医疗机构准入制度",
        "乡镇卫生院",
        "推进公立医院薪酬制度改革",
    ],
)
def test_what_is_no_subject(words: str) -> None:
    text = normalise(words)
    assert head(text, 0, len(text), quantities(text)) is None


@pytest.mark.parametrize(
    ("words", "kind", "subject"),
    [
        ("2025年6月底前,各县(市、区)疾控中心全部达标", INSTITUTION, "各县(市、区)疾控中心"),
        ("服务人口较多的中心卫生院应设置急诊科", INSTITUTION, "服务人口较多的中心卫生院"),
        ("原则上县级中医院每年派出2名医师", INSTITUTION, "县级中医院"),
        ("市、县公共卫生机构要公开服务项目", INSTITUTION, "市、县公共卫生机构"),
        ("每个县(市、区)至少建成1所", REGION, "每个县(市、区)"),
        ("全市建成10个", OWN, "全市"),
        ("85%以上的医疗卫生机构建成", PLACE, "85%以上的"),
    ],
)
def test_the_words_of_a_head(words: str, kind: str, subject: str) -> None:
    start = words.find(",") + 1
    found = head(words, start, len(words), quantities(words))
    assert found is not None
    assert (found.kind, found.words) == (kind, subject)


def test_a_long_row_of_narrowing_words_is_given_up_at_once() -> None:
    for words in ("县" * 900, "各级" * 450, "市、县" * 300, "中医" * 450, "医院、" * 300, "全市" * 450):
        assert head(words, 0, len(words), ()) is None or words.startswith(("全市", "市、县"))
