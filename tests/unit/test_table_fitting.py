"""Widths, line breaks and tables of the terminal report, with wide and ambiguous characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradeeval.reports.fitting import Cell, Column, rule, table, width, wrap
from gradeeval.reports.page import Page
from gradeeval.reports.rendering import Layout

SIGNS = "abc ，。（）“”—·≥①二级及以上公立综合性医院85%"


def test_chinese_takes_two_columns_and_quotes_as_many_as_the_terminal_gives_them() -> None:
    assert width("老年科") == 6
    assert width("“≥85%”") == 6
    assert width("“≥85%”", ambiguous=2) == 9


@given(st.text(SIGNS, max_size=60), st.integers(4, 40), st.sampled_from((1, 2)))
def test_no_line_is_wider_than_asked_and_nothing_is_lost(text: str, columns: int, ambiguous: int) -> None:
    lines = wrap(text, columns, ambiguous)
    assert all(width(line, ambiguous) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_closing_mark_does_not_begin_a_line() -> None:
    assert wrap("达到85%，其中", 8) == ["达到", "85%，其", "中"]
    assert wrap("比例（含）为", 8) == ["比例", "（含）为"]


def test_a_date_and_a_number_with_its_unit_stay_on_one_line() -> None:
    assert wrap("期限2025年12月31日", 16) == ["期限", "2025年12月31日"]
    assert wrap("还差17家医院", 7) == ["还差", "17家医", "院"]


def test_a_long_word_is_torn_at_a_hyphen_and_a_short_id_is_not() -> None:
    assert wrap("henan-2023-31", 9) == ["henan-", "2023-31"]
    assert wrap("甲 2.5.5-h", 9) == ["甲", "2.5.5-h"]
    assert wrap("甲乙丙 -5", 8) == ["甲乙丙", "-5"]


def test_lines_after_the_first_hang() -> None:
    assert wrap("甲乙丙丁戊", 6, hanging="  ") == ["甲乙丙", "  丁戊"]


@pytest.mark.parametrize("ambiguous", [1, 2])
@pytest.mark.parametrize("room", [30, 44, 60, 100])
def test_columns_of_a_table_stand_below_each_other(room: int, ambiguous: int) -> None:
    columns = [Column("序号", 4, right=True), Column("要求", 10), Column("差距", 8)]
    rows: list[list[Cell]] = [
        ["1", "“到2025年”，二级及以上公立综合性医院老年医学科设置比例≥85%", "差 1家"],
        ["12", ("两行", "第二行—说明"), "2"],
    ]
    lines = table(columns, rows, room, ambiguous)
    assert lines is not None
    assert max(width(line, ambiguous) for line in lines) <= room
    under = lines[1]
    assert len(under.split()) == 3
    start = width(under[: under.rindex("  ")], ambiguous) + 2
    for line in (lines[0], next(line for line in lines if "差 1家" in line)):
        last = "差距" if "差距" in line else "差 1家"
        assert width(line[: line.index(last)], ambiguous) == start
    assert ("-" in under) == (ambiguous == 2)


def test_columns_that_may_be_spared_go_before_the_table_does() -> None:
    columns = [Column("要求", 10), Column("责任单位", 20, spare=1)]
    wide = table(columns, [["甲", "省卫生健康委"]], 40)
    narrow = table(columns, [["甲", "省卫生健康委"]], 20)
    assert wide is not None
    assert "责任单位" in wide[0]
    assert narrow is not None
    assert narrow[0] == "要求"
    assert table([Column("要求", 30)], [["甲"]], 20) is None


def test_a_row_becomes_a_block_where_no_table_fits() -> None:
    page = Page(Layout(width=40))
    page.table([Column("序号"), Column("要求", 30), Column("现状", 20)], [["1", "老年医学科", "82.9%"]], lead=2)
    assert page.content().decode() == "1 老年医学科\n  现状 82.9%\n"


def test_colour_is_only_written_where_it_is_wanted_and_does_not_move_columns() -> None:
    columns = [Column("要求", 10), Column("差距", 6, tint="31"), Column("末", 2)]
    plain, coloured = Page(Layout(width=60)), Page(Layout(width=60, colour=True))
    for page in (plain, coloured):
        page.table(columns, [["甲乙丙", "差 1家", "完"]])
    text = coloured.content().decode()
    assert "\x1b" not in plain.content().decode()
    assert "\x1b[31m差 1家\x1b[0m" in text
    assert text.replace("\x1b[31m", "").replace("\x1b[0m", "") == plain.content().decode()


def test_what_would_deceive_the_terminal_is_shown() -> None:
    page = Page(Layout(width=60))
    page.say("甲\u202e乙\x1b[2J丙\n丁")
    page.table([Column("名称", 10)], [["甲\x1b]0;x\x07\n乙"]])
    text = page.content().decode()
    assert "\\u202e" in text
    assert "\x1b" not in text
    assert "\x07" not in text
    assert len(text.splitlines()) == 4


def test_rules_are_plain_where_box_characters_take_two_columns() -> None:
    assert rule(4) == "────"
    assert rule(4, ambiguous=2, heavy=True) == "===="
