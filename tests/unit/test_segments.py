"""Segments of invented documents in both numbering styles; nothing is lost."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradeeval.sources.segments import canonical_clause, normalise, segment, text_digest

LAYERED = """示例省人民政府办公厅
关于印发示例计划的通知
（2023—2025年）

一、总体要求
　　以示例为中心。坚持示例！
二、重点任务
（一）建设网络。
1．建好中心。到2025年，建成3个中心。支持“一心。”“二心”建设。（责任单位：省甲委（局）、乙委）
2.加强培训。培训1.5万人，
1.5倍的说法不是编号。
三、四级手术占比逐年提高。
(二)提升管理
3.继续编号。每年考核1次（含抽查。）再考核
（1）分项一。甲
（2）分项二。
三、保障
各地要落实。
"""


def clauses(text: str) -> list[tuple[str, int, str]]:
    return [(part.clause, part.at, part.text) for part in segment(text)]


def test_the_layered_style() -> None:
    assert clauses(LAYERED) == [
        ("首部", 1, "示例省人民政府办公厅"),
        ("首部", 2, "关于印发示例计划的通知"),
        ("首部", 3, "(2023—2025年)"),
        ("一", 1, "一、总体要求"),
        ("一", 2, "以示例为中心。"),
        ("一", 3, "坚持示例!"),
        ("二", 1, "二、重点任务"),
        ("二（一）", 1, "(一)建设网络。"),
        ("二（一）1", 1, "1.建好中心。"),
        ("二（一）1", 2, "到2025年,建成3个中心。"),
        ("二（一）1", 3, "支持“一心。”"),
        ("二（一）1", 4, "“二心”建设。"),
        ("二（一）1", 5, "(责任单位:省甲委(局)、乙委)"),
        ("二（一）2", 1, "2.加强培训。"),
        ("二（一）2", 2, "培训1.5万人,"),
        ("二（一）2", 3, "1.5倍的说法不是编号。"),
        ("二（一）2", 4, "三、四级手术占比逐年提高。"),
        ("二（二）", 1, "(二)提升管理"),
        ("二（二）3", 1, "3.继续编号。"),
        ("二（二）3", 2, "每年考核1次(含抽查。)"),
        ("二（二）3", 3, "再考核"),
        ("二（二）3（1）", 1, "(1)分项一。"),
        ("二（二）3（1）", 2, "甲"),
        ("二（二）3（2）", 1, "(2)分项二。"),
        ("三", 1, "三、保障"),
        ("三", 2, "各地要落实。"),
    ]


def test_chapters_alone_and_sections_that_go_on_counting() -> None:
    text = (
        "示例要点\n\n [bookmark: _GoBack]一、推动建设。支持甲。\n十、加强管理。\n"
        "十一、加强培训。\n（三）延续编号。\n十二、其他\n（四）再延续\n"
    )
    assert [clause for clause, _at, _text in clauses(text)] == [
        "首部", "一", "一", "十", "十一", "十一（三）", "十二", "十二（四）"
    ]  # fmt: skip


def test_items_restart_in_each_section() -> None:
    text = "一、甲\n（一）乙\n1.丙\n2.丁\n（二）戊\n1.己\n二、庚\n（一）辛\n1.壬\n"
    assert [part.clause for part in segment(text)][1:] == [
        "一（一）", "一（一）1", "一（一）2", "一（二）", "一（二）1", "二", "二（一）", "二（一）1"
    ]  # fmt: skip


def test_who_is_responsible_stands_apart_even_without_a_full_stop() -> None:
    assert [part.text for part in segment("一、甲（牵头单位：乙委；配合单位：丙委）丁")] == [
        "一、甲", "(牵头单位:乙委;配合单位:丙委)", "丁"
    ]  # fmt: skip


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_those_of_the_source(end: str) -> None:
    assert [(part.line, part.text) for part in segment(end.join(["甲。乙", "", "　丙"]))] == [
        (1, "甲。"), (1, "乙"), (3, "丙")
    ]  # fmt: skip


def test_normalise() -> None:
    assert normalise(" （Ａ） １０～２０％\u3000[bookmark: _GoBack]甲\u200b\n乙\ufeff") == "(A)10~20%甲乙"
    assert text_digest("甲 乙") == hashlib.sha256("甲乙".encode()).hexdigest()
    assert segment("甲 乙")[0].sha256 == text_digest("甲乙")


@pytest.mark.parametrize("typed", ["二（一）4", "二(一)4", " 二 (一)4.", "二（一)4、"])
def test_a_clause_may_be_typed_in_either_width(typed: str) -> None:
    assert canonical_clause(typed) == "二（一）4"


pieces = st.sampled_from(
    ["一、", "（二）", "(三)", "3.", "４．", "（1）", "。", "！", "？", "”", "“", "（", "）", "责任单位：", "\n", "　",
     "[bookmark: x]", "[bookmark:", "]", "甲", "乙委", "2.5", "é", "e\u0301", "①", "\u2028", "\ufeff", "'", '"'],
)  # fmt: skip


@given(st.lists(pieces, max_size=40).map("".join) | st.text())
def test_nothing_is_lost(text: str) -> None:
    parts = segment(text)
    assert "".join(part.text for part in parts) == "".join(normalise(line) for line in text.split("\n"))
    assert all(part.text for part in parts)
    assert len({(part.clause, part.at) for part in parts}) == len(parts)
