"""What a schema refuses is said in a sentence: what is wrong, what is there, what was probably meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gradeeval.errors import NotFound
from gradeeval.files.reading import read_plain
from gradeeval.schemas import KINDS, Checker, brief, bundled, check_file, shipped, unknown_name


def said(schema: dict[str, Any], data: object) -> list[tuple[tuple[str | int, ...], str]]:
    checker = Checker(schema)
    problems = list(checker.problems(data))
    assert checker.accepts(data) == (not problems)
    return problems


@pytest.mark.parametrize(
    ("schema", "value", "sentence"),
    [
        ({"type": "string"}, 3, "应为文字，现为 3；请加引号"),
        ({"type": "string"}, None, "应为文字，现为 null"),
        ({"type": "string"}, True, "应为文字，现为 true"),
        ({"type": "number"}, "3", "应为数字，现为 “3”；数字不要加引号"),
        ({"type": "integer"}, 1.5, "应为整数，现为 1.5"),
        ({"type": ["array", "object"]}, False, "应为列表、对象，现为 false"),
        ({"type": "boolean"}, {"a": 1, "b": 2}, "应为true 或 false，现为 一个对象（a, b）"),
        ({"type": "object"}, [1, 2], "应为对象，现为 一个列表（2 项）"),
        ({"type": "null"}, 1, "应为null，现为 1"),
        ({"minimum": 0}, -1, "不得小于 0，现为 -1"),
        ({"maximum": 100}, 150, "不得大于 100，现为 150"),
        ({"exclusiveMinimum": 0}, 0, "须大于 0，现为 0"),
        ({"exclusiveMaximum": 5}, 5, "须小于 5，现为 5"),
        ({"minLength": 1}, "", "不能为空"),
        ({"minItems": 2}, [1], "至少要有 2 项"),
        ({"minProperties": 1}, {}, "至少要有 1 项"),
        ({"maxItems": 1}, [1, 2], "最多 1 项"),
        ({"uniqueItems": True}, ["a", "a"], "有重复的项：一个列表（2 项）"),
        ({"pattern": "^a$"}, "b", "写法不符（^a$），现为 “b”"),
        ({"multipleOf": 2}, 3, "不符合格式要求（multipleOf）：3"),
        ({"const": "1"}, "2", "应为 “1”，现为 “2”"),
        ({"pattern": "^[0-9]{6}$", "x-message": "须是六位代码"}, "41", "须是六位代码；现为 “41”"),
    ],
)
def test_a_value_that_is_refused(schema: dict[str, Any], value: object, sentence: str) -> None:
    assert said(schema, value) == [((), sentence)]


def test_a_value_that_is_not_on_a_list_is_told_the_near_one_and_all() -> None:
    schema = {"title": "级别", "oneOf": [{"const": "primary"}, {"const": "secondary"}, {"const": "tertiary"}]}
    assert said(schema, "tertary") == [
        ((), "“tertary” 不在“级别”的取值中；可用：primary、secondary、tertiary；是否指 `tertiary`？")
    ]
    assert said({"title": "级别", "enum": ["a", "b"]}, "三级") == [((), "“三级” 不在“级别”的取值中；可用：a、b")]


def test_a_name_that_is_not_known_is_told_where_it_stands() -> None:
    schema = {"properties": {"level": {}, "ownership": {}}, "additionalProperties": False}
    assert said(schema, {"levle": 1, "zzzz": 2}) == [
        (("levle",), "没有名为 `levle` 的项；是否指 `level`？"),
        (("zzzz",), "没有名为 `zzzz` 的项"),
    ]


def test_what_is_missing_is_named_with_its_title() -> None:
    schema = {"required": ["id", "kind"], "properties": {"id": {"title": "编号"}}}
    assert said(schema, {}) == [((), "缺少 id（编号）"), ((), "缺少 kind")]


def test_a_name_of_a_wrong_form_is_told() -> None:
    schema = {"propertyNames": {"pattern": "^[a-z]+$", "x-message": "须是小写英文"}}
    (problem,) = said(schema, {"Bad": 1})
    assert problem == ((), "名称“Bad”不合规则；须是小写英文")
    (problem,) = said({"propertyNames": {"pattern": "^[a-z]+$"}}, {"Bad": 1})
    assert problem[1].startswith("名称“Bad”不合规则；")


def test_a_fault_deep_inside_has_its_path() -> None:
    schema = {"properties": {"facts": {"items": {"type": "number"}}}}
    assert said(schema, {"facts": [1, "2"]}) == [(("facts", 1), "应为数字，现为 “2”；数字不要加引号")]


def test_problems_are_in_order_and_at_most_two_hundred() -> None:
    schema = {"items": {"type": "string"}}
    problems = said(schema, [0] * 300)
    assert len(problems) == 200


def test_a_file_is_told_with_lines(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text("a: 1\nb: x\n", encoding="utf-8")
    schema = {"properties": {"a": {"type": "number"}, "b": {"type": "number"}}}
    (problem,) = check_file(read_plain(path), Checker(schema))
    assert (problem.file, problem.line, problem.path) == (str(path), 2, "b")
    assert check_file(read_plain(path), Checker({})) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_bundled_schema_stands_alone(kind: str) -> None:
    whole = bundled(shipped(kind))
    text = json.dumps(whole)
    assert "urn:gradeeval:schema:" not in text.replace(f'"$id": "urn:gradeeval:schema:{kind}"', "")
    for reference in set(_references(whole)):
        assert reference.removeprefix("#/$defs/") in whole["$defs"]
    Checker(whole)


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in _references(value)]
    return [found for item in node for found in _references(item)] if isinstance(node, list) else []


def test_a_kind_that_does_not_exist() -> None:
    with pytest.raises(NotFound, match="没有名为 nowhere 的文件格式；可用：institution"):
        shipped("nowhere")


def test_a_value_in_brief() -> None:
    assert brief("a" * 100) == "“" + "a" * 56 + "…"
    assert brief("a\u202eb") == "“a\\u202eb”"
    assert brief(dict.fromkeys("abcdef", 1)) == "一个对象（a, b, c, d）"


def test_an_unknown_name_may_carry_a_hint() -> None:
    assert unknown_name("zzz", ["level"], "；见文档") == "没有名为 `zzz` 的项；见文档"
    assert unknown_name("le\u202evel", ["level"]) == "没有名为 `le\\u202evel` 的项；是否指 `level`？"
