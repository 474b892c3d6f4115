"""Words of quantity: what is found, what it is worth, and what only looks like one."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradeeval.sources.comparators import comparison
from gradeeval.sources.quantities import FIXED, numeral, quantities
from gradeeval.sources.segments import normalise
from gradeeval.sources.strength import strength_words


def found(text: str) -> list[tuple[str, tuple[Fraction | int, ...], str | None]]:
    return [(quantity.words, quantity.values, quantity.unit) for quantity in quantities(normalise(text))]


@pytest.mark.parametrize(
    ("text", "words", "values", "unit"),
    [
        ("建成85个中心", "85个", (85,), "count"),
        ("培训3.5万人", "3.5万人", (35000,), "count"),
        ("培训1,200名", "1,200名", (1200,), "count"),
        ("达到８５％以上", "85%", (85,), "percent"),
        ("降到2.5‰", "2.5‰", (Fraction(5, 2),), "permille"),
        ("提升1—3个百分点", "1—3个百分点", (1, 3), "percentage_point"),
        ("填补1～3项", "1~3项", (1, 3), "count"),
        ("填补1〜3项", "1〜3项", (1, 3), "count"),
        ("薪酬的2－3.5倍", "2-3.5倍", (2, Fraction(7, 2)), "ratio"),
        ("每次3—5万元", "3—5万元", (30000, 50000), "yuan"),
        ("一百二十家医院", "一百二十家", (120,), "count"),
        ("两所医院", "两所", (2,), "count"),
        ("建设两专科", "两", (2,), "count"),
        ("新建一所养老机构", "一所", (1,), "count"),
        ("三至五项", "三至五项", (3, 5), "count"),
        ("百分之六十", "百分之六十", (60,), "percent"),
        ("三分之二的县", "三分之二", (Fraction(2, 3),), "fraction"),
        ("2/3的县", "2/3", (Fraction(2, 3),), "fraction"),
        ("三成", "三成", (30,), "percent"),
        ("翻两番", "两番", (2,), "count"),
        ("医护比达到1:1.25", "1:1.25", (1, Fraction(5, 4)), "proportion"),
        ("一半以上的乡镇", "一半", (Fraction(1, 2),), "fraction"),
        ("“五大中心”", "五大", (5,), "count"),
        ("三五个县", "三五个", (), "count"),
        ("余额达到6个月", "6个月", (6,), "month"),
        ("服务满2年", "2年", (2,), "year"),
        ("电子病历达到四级以上", "四级", (4,), "count"),
        ("位次进入前10名", "10名", (10,), "count"),
        ("省、市两级", "两级", (2,), "count"),
        ("十大工程", "十大", (10,), "count"),
        ("在三市试行", "三市", (3,), "count"),
        ("死亡率降到7/10万", "7/10万", (7,), "count"),
        ("发病率降到4.5/10万", "4.5/10万", (Fraction(9, 2),), "count"),
        ("辅食添加从6月龄起", "6月", (6,), "count"),
        ("病程2日内完成", "2日", (2,), "count"),
    ],
)
def test_numbers(text: str, words: str, values: tuple[Fraction | int, ...], unit: str) -> None:
    numbers = [item for item in found(text) if item[0] not in ("每",)]
    assert numbers == [(words, values, unit)]


@pytest.mark.parametrize(
    ("text", "words", "kind", "values", "by_calendar"),
    [
        ("到2025年底前", "2025年底", "year", (2025,), ()),
        ("2024年6月底", "2024年6月底", "year", (2024,), ()),
        ("2023—2025年", "2023—2025年", "span", (2023, 2025), ()),
        ("2021年至2025年底", "2021年至2025年底", "span", (2021, 2025), ()),
        ("“十四五”期间", "十四五", "span", (), (2021, 2025)),
        ("“十三五”末", "十三五", "span", (), (2016, 2020)),
        ("至少半年以上", "半年", "number", (Fraction(1, 2),), (6,)),
        ("服务2年", "2年", "number", (2,), (24,)),
        ("服务1.3年", "1.3年", "number", (Fraction(13, 10),), (Fraction(78, 5),)),
        ("每月通报", "每月", "frequency", (), (12,)),
        ("每季度通报", "每季度", "frequency", (), (4,)),
        ("每年考核", "每年", "frequency", (), ()),
        ("于12月底前报送", "12月底前", "day", (12,), ()),
        ("1月15日前报送", "1月15日前", "day", (1,), ()),
        ("6月30日之前完成", "6月30日之前", "day", (6,), ()),
        ("11月中旬前完成", "11月中旬前", "day", (11,), ()),
        ("十二月底以前完成", "十二月底以前", "day", (12,), ()),
        ("1—6月的进展", "1—6月", "day", (6,), ()),
        ("12月31日24时前", "12月31日24时前", "day", (12,), ()),
        ("次月10日前", "10日前", "day", (), ()),
        ("一季度末前", "一季度末前", "day", (), ()),
        ("前三季度", "前三季度", "day", (), ()),
        ("上半年完成", "上半年", "day", (), ()),
        ("45月", "45月", "day", (), ()),
        ("半年度评估", "半年度", "day", (), ()),
        ("每半年度评估", "每半年", "frequency", (), (2,)),
        ("每个县", "每个", "each", (), ()),
        ("每所学校", "每", "each", (), ()),
        ("市、县均设置", "均", "each", (), ()),
        ("各医院均开展", "均", "each", (), ()),
        ("全部建成", "全部", "all", (), ()),
        ("所有站点", "所有", "all", (), ()),
        ("实现全覆盖", "全覆盖", "coverage", (), ()),
    ],
)
def test_times_and_quantifiers(
    text: str, words: str, kind: str, values: tuple[Fraction | int, ...], by_calendar: tuple[int, ...]
) -> None:
    (quantity,) = quantities(normalise(text))
    assert (quantity.words, quantity.kind, quantity.values, quantity.by_calendar) == (words, kind, values, by_calendar)


@pytest.mark.parametrize(
    "text",
    [
        "一体化管理", "示例市第一人民医院", "一批项目", "统一管理", "“五位一体”机制", "“三位一体”", "进一步完善", "“一院多区”", "双向转诊",
        "二级以上医院", "三、四级手术", "省、市、县三级组织", "二三级公立医院", "三甲医院", "一级及以下", "第五批", "示政办〔2023〕31号",
        "《示例方案（2023—2025年）》", "1.加强管理。", "（1）分项", "2024年版", "5G网络", "PM2.5", "“521计划”", "“120”平台", "三年行动计划",
        "党的二十大精神", "二十届二中全会", "四个意识", "公益一类", "一事一议", "一人一策", "一次性补助", "十分重要", "两癌筛查", "两票制",
        "三门峡市", "半失能老人", "每千人口", "人均收入", "年均增长", "均衡布局", "同质化均等化", "所有制", "建成中心", "百县工程", "五险一金",
        "电子病历评价水平领先，二级及以上医疗机构", "新一轮评审", "一流水平", "唯一", "千家万户", "一线人员", "一锤定音",
        "上一年度", "较上一年提高", "前一季度", "上一个月", "近三年未发生事故",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_quantity(text: str) -> None:
    assert found(text) == []


def test_what_stands_beside_a_fixed_word_is_still_found() -> None:
    assert [words for words, _values, _unit in found("第五批3个，统一建成一个，三级医院达到30家，一批共5项")] == [
        "3个", "一个", "30家", "5项"
    ]  # fmt: skip
    assert [words for words, _values, _unit in found("2024年均达到2所")] == ["2024年", "均", "2所"]


def test_every_exception_has_a_reason() -> None:
    assert all(reason for _pattern, reason in FIXED)


@pytest.mark.parametrize(
    ("text", "value"),
    [("两", 2), ("〇", 0), ("十", 10), ("三万五千", 35000), ("1,000", 1000), ("2.50", Fraction(5, 2))],
)
def test_numerals(text: str, value: Fraction | int) -> None:
    assert numeral(text) == value


def test_a_numeral_that_cannot_be_read_has_no_value() -> None:
    assert numeral("七八") is None


@given(
    st.text(
        st.sampled_from("一两三十百万半每均全部所有覆盖0123456789.,%—~至年月底个级倍成分之五“”:/《》")
        | st.characters(),
        max_size=30,
    )
)
def test_any_text_is_read_without_overlap(text: str) -> None:
    text = normalise(text)
    last = 0
    for quantity in quantities(text):
        assert last <= quantity.start < quantity.end <= len(text)
        assert text[quantity.start : quantity.end] == quantity.words
        last = quantity.end


@given(st.text("0123456789个%，。建成年月约每均全覆盖一二三所", max_size=30))
def test_no_digit_is_lost(text: str) -> None:
    text = normalise(text)
    covered = {at for quantity in quantities(text) for at in range(quantity.start, quantity.end)}
    assert {at for at, character in enumerate(text) if character.isdigit()} <= covered


@pytest.mark.parametrize(
    ("text", "fits", "about"),
    [
        ("比例达到85%以上", {"at_least"}, False),
        ("至少建成2个以上", {"at_least"}, False),
        ("不低于40%", {"at_least"}, False),
        ("不得低于20%", {"at_least"}, False),
        ("不应少于3名", {"at_least"}, False),
        ("不得高于8%", {"at_most"}, False),
        ("不能超过5%", {"at_most"}, False),
        ("至少新增设置1所", {"at_least"}, False),
        ("达到70%", {"at_least", "equals"}, False),
        ("培训30名", {"at_least", "equals"}, False),
        ("不超过30%", {"at_most"}, False),
        ("不高于全省的30%", {"at_most"}, False),
        ("控制在30%以内", {"at_most"}, False),
        ("降至10%", {"at_most", "equals"}, False),
        ("30分钟内", {"at_most"}, False),
        ("10%及以下", {"at_most"}, False),
        ("超过90%", {"above"}, False),
        ("低于5%", {"below"}, False),
        ("不足5%", {"below"}, False),
        ("200个左右", {"at_least", "equals"}, True),
        ("控制在总额的50%左右", {"at_most", "equals"}, True),
        ("约30家", {"at_least", "equals"}, True),
        ("签约30家", {"at_least", "equals"}, False),
    ],
)
def test_comparisons(text: str, fits: set[str], about: bool) -> None:
    text = normalise(text)
    said = comparison(text, quantities(text)[-1])
    assert (said.fits, said.about) == (fits, about)


def test_words_of_another_phrase_do_not_compare() -> None:
    text = normalise("不超过10家，建成30个")
    assert comparison(text, quantities(text)[1]).words == ""


@pytest.mark.parametrize(
    ("text", "force", "decides"),
    [
        ("力争达到10家", "strive", True),
        ("积极争取项目", "strive", False),
        ("原则上每县1个", "in_principle", True),
        ("鼓励社会力量举办", "encourage", True),
        ("支持医院扩建", "encourage", True),
        ("推进建设；积极支持医院扩建", "encourage", True),
        ("决策支持系统", "encourage", False),
        ("探索建立制度", "explore", True),
        ("开展日间病房试点", "explore", True),
        ("试点推进集团建设", "explore", True),
        ("试点医院建设", "explore", False),
        ("可采取集中采购", "permit", True),
        ("可不再预留", "permit", True),
        ("允许突破", "permit", False),
    ],
)
def test_strength(text: str, force: str, decides: bool) -> None:
    (word,) = strength_words(normalise(text))
    assert (word.force, word.decides) == (force, decides)


@pytest.mark.parametrize(
    "text", ["可持续发展", "许可证", "不可替代", "可复制可推广经验", "切实可行", "可支付月数", "激励机制"]
)
def test_what_only_looks_like_a_strength_word(text: str) -> None:
    assert strength_words(text) == []
