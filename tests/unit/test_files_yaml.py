"""Strict YAML: what the scalars mean, what is refused, and where."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest
import yaml

from gradeeval.errors import InvalidContent
from gradeeval.files.limits import MAX_DEPTH
from gradeeval.files.reading import PlainFile, read_text_plain
from gradeeval.problems import Problem


@pytest.fixture(params=["libyaml", "python"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "python":
        monkeypatch.delattr(yaml, "CBaseLoader", raising=False)
    elif not hasattr(yaml, "CBaseLoader"):
        pytest.skip("PyYAML without libyaml")


def read(text: str) -> PlainFile:
    return read_text_plain(text.encode("utf-8"), "f.yaml", ".yaml")


def problems(text: str) -> list[Problem]:
    with pytest.raises(InvalidContent) as caught:
        read(text)
    return list(caught.value.problems)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None),
        ("12", 12), ("-3", -3), ("+3", 3), ("0", 0), ("0.50", Decimal("0.50")), ("2.10", Decimal("2.10")),
        ("1e3", Decimal("1E+3")), (".5", Decimal("0.5")), ("-0.0", Decimal("-0.0")),
        ("no", "no"), ("on", "on"), ("2025-12-31", "2025-12-31"), ("1_000", "1_000"), ("12:30", "12:30"),
        ("2023..2025", "2023..2025"), ("'12'", "12"), ('"true"', "true"), ("''", ""), ("1.2.3", "1.2.3"), ("<<", "<<"),
        ("85%", "85%"), ("- x", None), ("tRue", "tRue"),
    ],
)  # fmt: skip
def test_scalars_follow_the_core_schema(written: str, value: Any) -> None:
    if written == "- x":
        assert read("a:\n- x").data == {"a": ["x"]}
        return
    got = read(f"a: {written}\n").data["a"]
    assert type(got) is type(value)
    assert str(got) == str(value)


def test_decimals_keep_the_digits_as_written() -> None:
    assert str(read("a: 1.50\n").data["a"]) == "1.50"


@pytest.mark.parametrize(
    ("text", "words", "line", "column", "path"),
    [
        ("a: 1\nb: &x 2\n", "锚点", 2, 4, "b"),
        ("a: [1, *x]\n", "别名", 1, 8, "a[1]"),
        ("a: !!str 2\n", "标签", 1, 4, "a"),
        ("a: ! 2\n", "标签", 1, 4, "a"),
        ("a: {b: 1, b: 2}\n", "“b”重复", 1, 11, "a.b"),
        ("a:\n  <<: {b: 1}\n", "合并键", 2, 3, "a"),
        ("2024: 1\n", "键必须是文字", 1, 1, ""),
        ("true: 1\n", "键必须是文字", 1, 1, ""),
        ("? [a]\n: 1\n", "键必须是文字", 1, 5, ""),
        ("a: .nan\n", "NaN", 1, 4, "a"),
        ("a: -.INF\n", "无穷大", 1, 4, "a"),
        ("a: 0012\n", "加引号", 1, 4, "a"),
        ("a: 00.5\n", "加引号", 1, 4, "a"),
        ("a: 0x1F\n", "加引号", 1, 4, "a"),
        ("a: 0o17\n", "加引号", 1, 4, "a"),
        ("a: " + "9" * 41 + "\n", "40 位", 1, 4, "a"),
        ("a: 1e31\n", "±30", 1, 4, "a"),
        ("a: 1\n---\nb: 2\n", "一份 YAML 文档", 2, 1, ""),
        ("", "文件为空", 1, 1, ""),
        ("# 只有注释\n", "文件为空", 1, 1, ""),
        ("---\n", "文件为空", 1, 1, ""),
        ("a: \x07\n", "U+0007", 1, 4, ""),
    ],
)
def test_refusals_say_what_and_where(text: str, words: str, line: int, column: int, path: str) -> None:
    (problem,) = problems(text)
    assert words in problem.message
    assert (problem.file, problem.line, problem.path) == ("f.yaml", line, path)
    assert problem.column == column or text.startswith("?")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [1, 2", "YAML 语法错误"),
        ("a:\n\t- b", "制表符"),
        ("a: 'x", "引号没有配对"),
        ("a: 1\n b: 2", "缩进"),
        ('a: "\\q"', "转义"),
        ("名称：示例\nb 3\nc: 4", "全角冒号"),
        ("%FOO x\n--- !f!x a\n", "YAML"),
    ],
)
def test_a_syntax_error_says_what_to_do(text: str, words: str) -> None:
    found = problems(text)
    assert any(words in problem.message for problem in found)
    assert found[-1].line is not None


def test_all_problems_of_a_file_come_together() -> None:
    found = problems("a: 1\na: 2\nb: &x .nan\nc: *x\nd: 007\n")
    assert [problem.line for problem in found] == [2, 3, 3, 4, 5]


def test_a_syntax_error_ends_the_file_but_keeps_what_was_found() -> None:
    found = problems("a: .nan\nb: [\n")
    assert "NaN" in found[0].message
    assert "语法" in found[1].message


def test_problems_beyond_the_limit_are_counted() -> None:
    found = problems("".join(f"k{number}: .nan\n" for number in range(205)))
    assert len(found) == 201
    assert "5" in found[-1].message


def test_lone_surrogates_are_refused() -> None:
    assert problems('a: "\\ud800"\n')
    assert read('a: "\\u4e2d"\n').data == {"a": "中"}


def test_messages_show_deceiving_characters_escaped() -> None:
    (problem,) = problems("a\u202eb: 1\na\u202eb: 2\n")
    assert "\u202e" not in problem.message + problem.path
    assert "\\u202e" in problem.message


def test_depth_is_refused_at_the_bound() -> None:
    assert read("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)).data
    (problem,) = problems("a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH)
    assert "64" in problem.message


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradeeval.files.yaml.MAX_VALUES", 10)
    assert read("[1,2,3,4,5,6,7,8,9]").data
    assert problems("[1,2,3,4,5,6,7,8,9,10]")


def test_places() -> None:
    plain = read("a: 1\nb:\n- x\n- {c: 2,\n   d: {e: [3, 4]}}\n'f': >-\n  g\n")
    places = {
        (): (1, 1), ("a",): (1, 1), ("b",): (2, 1), ("b", 0): (3, 3), ("b", 1): (4, 3), ("b", 1, "c"): (4, 4),
        ("b", 1, "d", "e"): (5, 8), ("b", 1, "d", "e", 1): (5, 15), ("f",): (6, 1),
    }  # fmt: skip
    assert {path: plain.place(path) for path in places} == places


def test_a_place_that_is_not_there_is_that_of_its_holder() -> None:
    plain = read("a: 1\nb: {c: [1]}\n")
    assert plain.place(("b", "zz")) == (2, 1)
    assert plain.place(("b", "c", 7)) == plain.place(("b", "c")) == (2, 5)
    assert plain.place((3,)) == (1, 1)
    problem = plain.problem("缺少 d", ("b", "d"))
    assert (problem.file, problem.line, problem.column, problem.path) == ("f.yaml", 2, 1, "b.d")


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{a: ", "{"])
@pytest.mark.parametrize("suffix", [".yaml", ".json"])
def test_deep_nesting_does_not_kill_the_process(opening: str, suffix: str) -> None:
    code = (
        "import sys\nfrom gradeeval.errors import InvalidContent\n"
        "from gradeeval.files.reading import read_text_plain\n"
        f"try: read_text_plain({opening!r}.encode() * 200_000, 'f', {suffix!r})\n"
        "except InvalidContent: sys.exit(7)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], timeout=240, check=False, env={"PYTHONPATH": ":".join(sys.path)}
    )
    assert done.returncode == 7
