"""What a draft writes of a candidate: the offices in the bracket of its clause, its title, the questions that are left."""

from __future__ import annotations

from typing import Any

import pytest

from gradeeval.drafting.demands import candidates
from gradeeval.drafting.folder import Draft, files
from gradeeval.drafting.front import Front
from gradeeval.drafting.titles import title_of
from gradeeval.files.yaml import parse_yaml
from gradeeval.sources.segments import segment
from gradeeval.timeline import Span


def written(sentence: str) -> list[dict[str, Any]]:
    text = f"示例方案\n一、任务\n（一）甲。\n{sentence}\n"
    segments = segment(text)
    front = Front("示例方案", "", "", None, "", Span(2024, 2026), "990100")
    found = candidates(segments, front.horizon, "prefecture")
    folder = files(Draft("demo-1", "demo.txt", "0" * 64, text, front, segments, found, ()))
    return list(parse_yaml(folder["candidates/1.1.yaml"], "candidates/1.1.yaml"))


def test_offices_are_parted_at_commas_too_and_not_within_brackets() -> None:
    (found,) = written("设置比例达到85%。（责任单位：市医保局、市民政局，各县（市、区）人民政府）")
    assert found["responsible"] == ["市医保局", "市民政局", "各县(市、区)人民政府"]


def test_a_carried_subject_is_asked_about_and_one_that_is_done_is_true() -> None:
    first, second = written("县级中医医院应设置不少于4个专科，中药房全部实行统一管理。")
    assert [first["binds"], second["binds"]] == [{"kind": "institution"}] * 2
    assert (second["target"], "unit" in second) == (True, False)
    asked = "约束谁：承前文“县级中医医院”，请核对"
    assert [asked in item["open"] for item in (first, second)] == [False, True]


@pytest.mark.parametrize(
    ("own", "title"),
    [
        ("每人进修时间不少于6个月", "每人进修时间"),
        ("2026年底前全部达到推荐标准", "全部达到推荐标准"),
        ("每年6月底前完成65岁以上老年人体检", "每年6月底前完成65岁以上老年人体检"),
        ("培养2名学者", "学者"),
    ],
)
def test_titles(own: str, title: str) -> None:
    assert title_of(own) == title
