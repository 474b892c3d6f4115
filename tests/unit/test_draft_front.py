"""What a document says of itself, in the layouts that offices use."""

from __future__ import annotations

import pytest

from gradeeval.drafting.front import Front, read_front, tier_of
from gradeeval.sources.segments import segment
from gradeeval.timeline import Span

REGIONS = {"甲省": "990000", "乙市": "990100", "丙县": "990122"}
BODY = "一、总体要求\n到2025年，体系健全；到2035年，更加完善。\n二、任务\n（一）建设。\n1.甲。到2023年底建成。\n"


def read(text: str, **given: object) -> Front:
    return read_front(text, segment(text), REGIONS, **given)  # type: ignore[arg-type]


def test_a_notice_that_issues_a_plan() -> None:
    found = read(
        "甲省人民政府办公厅\n关于印发甲省三年行动计划\n（2023—2025年）的通知\n甲政办〔2023〕31号\n各市人民政府：\n"
        "《甲省三年行动计划》已同意，现印发给你们。\n甲省人民政府办公厅\n2023年7月12日\n甲省三年行动计划\n" + BODY
    )
    assert found == Front(
        "甲省三年行动计划（2023—2025年）",
        "甲政办〔2023〕31号",
        "甲省人民政府办公厅",
        "2023-07-12",
        "",
        Span(2023, 2025),
        "990000",
    )


def test_an_opinion_that_is_signed_at_the_end_and_sets_one_date_for_all_tasks() -> None:
    found = read(
        "乙市卫生健康委员会\n关于加快建设的实施意见\n乙卫〔2024〕2号（征求意见稿）\n各县：\n"
        "一、总体要求\n本意见所列任务，除另行明确时限的外，均应于2026年底前完成。本意见自2024年4月1日起施行。\n"
        "二、任务\n（一）建设。\n乙市卫生健康委员会\n二〇二四年三月十八日\n"
    )
    assert (found.title, found.number, found.issuer) == (
        "关于加快建设的实施意见",
        "乙卫〔2024〕2号",
        "乙市卫生健康委员会",
    )
    assert (found.date, found.in_force) == ("2024-03-18", "自2024年4月1日起施行")
    assert (found.horizon, found.jurisdiction) == (Span(2024, 2026), "990100")


def test_lines_above_the_issuer_are_no_title() -> None:
    found = read("首页\n政策\n乙市卫生健康委员会\n关于甲乙丙\n工作的通知\n乙卫〔2024〕2号\n" + BODY)
    assert (found.title, found.issuer) == ("关于甲乙丙工作的通知", "乙市卫生健康委员会")


def test_a_yearly_programme_without_a_date() -> None:
    found = read("丙县卫生健康委员会关于印发\n2024年丙县医政工作要点的通知\n各单位：\n一、甲。\n二、乙。\n")
    assert (found.title, found.issuer) == ("2024年丙县医政工作要点", "丙县卫生健康委员会")
    assert (found.date, found.horizon) == (None, Span(2024, 2024))
    assert any("成文日期" in guess for guess in found.guesses)


def test_goal_years_and_the_region_named_most_are_guesses() -> None:
    found = read("关于完善体系的\n实  施  方  案\n结合我市实际，乙市制定本方案。\n" + BODY)
    assert (found.title, found.horizon) == ("关于完善体系的实施方案", Span(2023, 2025))
    assert found.jurisdiction == "990100"
    assert sum("乙市" in guess or "2023..2025" in guess for guess in found.guesses) == 2


def test_what_a_person_says_goes_before() -> None:
    found = read("关于某事的通知\n" + BODY, jurisdiction="110000", horizon=Span(2024, 2030))
    assert (found.jurisdiction, found.horizon) == ("110000", Span(2024, 2030))
    assert read("关于某事的通知\n一、甲。\n").jurisdiction is None


def test_a_number_in_a_sentence_is_that_of_another_document() -> None:
    assert read("关于某事的通知\n根据（甲政办〔2023〕69号）要求，制定本方案。\n" + BODY).number == ""


@pytest.mark.parametrize(
    "text", ["只有一行", "一、甲\n二、乙", "。\n！\n", "关于\n" * 50, "委" * 5_000 + "x", "关于印发" * 2_000]
)
def test_anything_has_a_title(text: str) -> None:
    assert read(text).title


@pytest.mark.parametrize(
    ("code", "tier"),
    [("100000", "nation"), ("410000", "province"), ("410100", "prefecture"), ("410122", "county"), ("410100-hkg", "county"), ("130000-xiongan", "prefecture")],
)  # fmt: skip
def test_tiers_of_codes(code: str, tier: str) -> None:
    assert tier_of(code) == tier
