"""Strict JSON: what is refused, and where."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gradeeval.errors import InvalidContent
from gradeeval.files.limits import MAX_DEPTH
from gradeeval.files.reading import PlainFile, read_text_plain
from gradeeval.problems import Problem


def read(text: str) -> PlainFile:
    return read_text_plain(text.encode("utf-8"), "f.json", ".json")


def problems(text: str) -> list[Problem]:
    with pytest.raises(InvalidContent) as caught:
        read(text)
    return list(caught.value.problems)


def test_values() -> None:
    data = read('{"a": 1.50, "b": [1, -0, 1E2, true, false, null, "\\u4e2d\\ud83d\\ude00"], "": {}}').data
    assert data == {"a": Decimal("1.50"), "b": [1, 0, Decimal(100), True, False, None, "中😀"], "": {}}
    assert str(data["a"]) == "1.50"
    assert type(data["b"][0]) is int


@pytest.mark.parametrize(
    ("text", "words", "line", "column", "path"),
    [
        ('{"a": 1,\n "a": 2}', "“a”重复", 2, 2, "a"),
        ('[{"b": {"a": 1, "a": 2}}]', "“a”重复", 1, 17, "[0].b.a"),
        ('{"a": [1, NaN]}', "NaN", 1, 11, "a[1]"),
        ('{"a": -Infinity}', "无穷大", 1, 7, "a"),
        ('{"a": 1e31}', "±30", 1, 7, "a"),
        ('{"a": 1.' + "0" * 45 + "}", "40 位", 1, 7, "a"),
        ('{"a": ' + "1" * 5000 + "}", "40 位", 1, 7, "a"),
        ('{"a": "\\ud800"}', "不成对", 1, 7, "a"),
        ('{"\\uDFFF": 1}', "不成对", 1, 2, "\\udfff"),
        ('{"a": 1,}', "双引号", 1, None, ""),
        ("[1 2]", "逗号", 1, 4, ""),
        ("[1]\n[2]", "一个值", 2, 1, ""),
        ('["a', "没有配对", 1, 2, ""),
        ('["a\n"]', "\\n", 1, 4, ""),
        ('["\\q"]', "转义", 1, 3, ""),
        ("[01]", "逗号", 1, 3, ""),
        ("{'a': 1}", "双引号", 1, 2, ""),
        (" \n", "文件为空", 1, 1, ""),
    ],
)
def test_refusals_say_what_and_where(text: str, words: str, line: int, column: int | None, path: str) -> None:
    (problem,) = problems(text)
    if column is not None:  # Python 3.13 words trailing commas anew
        assert words in problem.message
        assert problem.column == column
    assert (problem.file, problem.line, problem.path) == ("f.json", line, path)


def test_all_problems_of_a_file_come_together() -> None:
    found = problems('{"a": NaN,\n"a": 1,\n"b": [1e99],\n"c": "\\udc00"}')
    assert [problem.line for problem in found] == [1, 2, 3, 4]


def test_a_long_integer_within_bounds_is_read() -> None:
    assert read('["' + "1" * 60 + '", ' + "1" * 40 + "]").data == ["1" * 60, int("1" * 40)]


def test_depth_is_refused_at_the_bound() -> None:
    assert read("[" * MAX_DEPTH + "]" * MAX_DEPTH).data
    (problem,) = problems('["[[", ' + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "]")
    assert "64" in problem.message
    assert (problem.line, problem.column) == (1, 7 + MAX_DEPTH)


def test_brackets_in_strings_are_no_depth() -> None:
    text = '{"a": "' + "[{" * 100 + '\\"]}", "b": ["' + "\\\\" * 99 + '"]}'
    assert read(text).data["b"] == ["\\" * 99]


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradeeval.files.json.MAX_VALUES", 10)
    assert read('["' + "," * 99 + '", 2, 3, 4, 5, 6, 7, 8, 9]').data
    assert problems("[" + "1," * 30 + "1]")


@pytest.mark.parametrize("text", ['"' + '\\"' * 300_000, '["' + "\\" * 300_001, '{"a": "' + '["' * 200_000])
def test_a_missing_quote_takes_no_quadratic_time(text: str) -> None:
    assert problems(text)


def test_places() -> None:
    plain = read('{"a": 1,\n "b": ["x", {"c": [],\n "d\\u4e2d": {"e": 2}}], "f": "{"}')
    places = {
        (): (1, 1), ("a",): (1, 2), ("b",): (2, 2), ("b", 0): (2, 8), ("b", 1): (2, 13), ("b", 1, "c"): (2, 14),
        ("b", 1, "d中"): (3, 2), ("b", 1, "d中", "e"): (3, 14), ("f",): (3, 25), ("zz",): (1, 1),
    }  # fmt: skip
    assert {path: plain.place(path) for path in places} == places
