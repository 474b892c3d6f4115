"""随项目发布的 JSON Schema：自身有效、处处有说明，两个校验器对同样的数据得出同样的结论。"""

import copy
import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
import yaml
from referencing import Registry
from referencing.jsonschema import DRAFT202012

FOLDER = Path(__file__).parents[2] / "schemas"
SCHEMAS: dict[str, dict[str, Any]] = {
    path.name.removesuffix(".schema.json"): json.loads(path.read_text(encoding="utf-8"))
    for path in sorted(FOLDER.glob("*.schema.json"))
}
SAMPLED = 400
CHINESE = re.compile("[\u4e00-\u9fff]")
CASES: dict[str, Any] = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((Path(__file__).parent / "schemas").glob("*.yaml"))
}
FORMS = CASES.pop("fact")
FACTS = [(form, fact, key == "good") for form, facts in FORMS.items() for key in facts for fact in facts[key]]


class Validators:
    """同一模式的两个校验器。"""

    def __init__(self, schema: dict[str, Any]) -> None:
        resources = [(s["$id"], s) for s in SCHEMAS.values()]
        registry = Registry().with_resources((uri, DRAFT202012.create_resource(s)) for uri, s in resources)
        self.messages_of = jsonschema.Draft202012Validator(schema, registry=registry)
        self.quick = jsonschema_rs.Draft202012Validator(schema, registry=jsonschema_rs.Registry(resources))

    def problems(self, instance: Any) -> list[str]:
        """出错信息；两个校验器在有没有错上不一致时断言失败。"""
        errors = list(self.messages_of.iter_errors(instance))
        assert self.quick.is_valid(instance) == (not errors), (instance, errors[:2])
        return [f"{error.schema.get('x-message', '')} {error.message}" for error in errors]


@cache
def validators(name: str) -> Validators:
    return Validators(SCHEMAS[name])


def described(schema: Any, path: str) -> Iterator[tuple[str, Any]]:
    """每个 $defs 和 properties 下的项，连同闭合列表的取值；条件里的（if、then、not …）只是约束，不算。"""
    if not isinstance(schema, dict):
        return
    for key in ("$defs", "properties"):
        for name, child in schema.get(key, {}).items():
            yield f"{path}/{key}/{name}", child
            yield from described(child, f"{path}/{key}/{name}")
    for key in ("items", "additionalProperties"):
        yield from described(schema.get(key), f"{path}/{key}")
    for number, child in enumerate(schema.get("prefixItems", [])):
        yield f"{path}/prefixItems/{number}", child
    for number, child in enumerate(schema.get("oneOf", [])):
        if "const" in child:
            yield f"{path}/oneOf/{number}", child


def everywhere(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from everywhere(child)


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield path
    for key, child in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(child, (*path, key))


def changed(instance: Any, path: Sequence[str | int], new: Any) -> Any:
    """instance 的副本，path 处换成 new；new 是 ... 时删去。"""
    if not path:
        return new
    out = copy.deepcopy(instance)
    inner = out
    for key in path[:-1]:
        inner = inner[key]
    if new is ...:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return out


def test_every_kind_of_file_has_a_schema() -> None:
    assert set(SCHEMAS) == {*CASES, "vocabulary", "fact"}


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_valid(name: str) -> None:
    schema = SCHEMAS[name]
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:gradeeval:schema:{name}"


@pytest.mark.parametrize("name", SCHEMAS)
def test_everything_has_a_chinese_title_and_an_english_description(name: str) -> None:
    for path, schema in [(name, SCHEMAS[name]), *described(SCHEMAS[name], name)]:
        assert CHINESE.search(schema["title"]), path
        assert schema["description"][:1].isascii(), path
        assert schema["description"], path


@pytest.mark.parametrize("name", SCHEMAS)
def test_patterns_mean_the_same_everywhere(name: str) -> None:
    for schema in everywhere(SCHEMAS[name]):
        pattern = schema.get("pattern")
        if isinstance(pattern, str):
            assert not re.search(r"\\[dwsDWS]|\(\?<", pattern), pattern
            # Python 的 $ 也匹配末尾换行之前：要么限长，要么明说后面没有换行
            assert not pattern.endswith("$") or "maxLength" in schema, pattern


@pytest.mark.parametrize("name", SCHEMAS)
def test_messages_are_chinese(name: str) -> None:
    for schema in everywhere(SCHEMAS[name]):
        if "x-message" in schema:
            assert CHINESE.search(schema["x-message"])


def test_every_reference_leads_somewhere() -> None:
    for name, schema in SCHEMAS.items():
        for part in everywhere(schema):
            if isinstance(part.get("$ref"), str):
                uri, _, pointer = part["$ref"].partition("#")
                found: Any = SCHEMAS[uri.rsplit(":", 1)[1]] if uri else SCHEMAS[name]
                for key in pointer.strip("/").split("/"):
                    found = found[key]


def test_ordered_lists_name_all_their_codes() -> None:
    orders = {}
    for name, schema in SCHEMAS["vocabulary"]["$defs"].items():
        codes = [entry["const"] for entry in schema.get("oneOf", [])]
        assert len(codes) == len(set(codes)), name
        if "x-order" in schema:
            assert sorted(schema["x-order"] + schema["x-outside"]) == sorted(codes), name
            orders[name] = schema
    assert {"level", "level_grade", "tier", "force"} == set(orders)
    grades = orders["level_grade"]["x-order"]
    assert grades.index("tertiary_b") > grades.index("secondary_a")
    for name in ("level", "level_grade"):
        field = SCHEMAS["institution"]["properties"][name]
        assert (field["x-order"], field["x-outside"]) == (orders[name]["x-order"], orders[name]["x-outside"])


def test_members_and_rosters_have_the_fields_of_institutions() -> None:
    fields = dict(SCHEMAS["institution"]["properties"])
    for key in ("id", "kind", "name", "region", "period", "fictional", "note", "facts"):
        del fields[key]
    members = SCHEMAS["network"]["$defs"]["member"]["properties"]
    assert set(members) == {"id", "name", "region", "from", "to", *fields}
    assert {key: members[key] for key in fields if key != "roles"} == {k: v for k, v in fields.items() if k != "roles"}
    rows = SCHEMAS["roster"]["$defs"]["unit_row"]["properties"]
    assert set(fields) <= set(rows)
    assert set(fields) <= set(SCHEMAS["examples"]["$defs"]["fields"]["properties"])


@pytest.mark.parametrize(
    ("name", "number"), [(name, i) for name, case in CASES.items() for i in range(len(case["good"]))]
)
def test_good_instances(name: str, number: int) -> None:
    assert validators(name).problems(CASES[name]["good"][number]) == []


@pytest.mark.parametrize(
    ("name", "change"), [(name, change) for name, case in CASES.items() for change in case.get("fine", [])]
)
def test_fine_changes(name: str, change: dict[str, Any]) -> None:
    assert validators(name).problems(changed(CASES[name]["good"][0], change["at"], change.get("put", ...))) == []


@pytest.mark.parametrize(("name", "change"), [(name, change) for name, case in CASES.items() for change in case["bad"]])
def test_bad_changes(name: str, change: dict[str, Any]) -> None:
    problems = validators(name).problems(changed(CASES[name]["good"][0], change["at"], change.get("put", ...)))
    assert any(change["says"] in problem for problem in problems), problems


@pytest.mark.parametrize(("form", "fact", "good"), FACTS)
def test_forms_of_facts(form: str, fact: Any, *, good: bool) -> None:
    problems = Validators({"$ref": f"urn:gradeeval:schema:fact#/$defs/{form}"}).problems(fact)
    assert (not problems) == good


@pytest.mark.no_cover
@pytest.mark.parametrize("name", CASES)
def test_the_two_validators_agree_on_mutilated_instances(name: str) -> None:
    """样例的每一处换成各种怪值；太多时等距取样，步长与怪值的个数互质。"""
    strange: tuple[Any, ...] = (..., None, "", "x\n", "2024", 0, -1, Decimal("1.5"), True, [], ["x", "x"], {}, {"x": 1})
    instance = CASES[name]["good"][0]
    mutations = [(path, new) for path in list(places(instance))[1:] for new in strange]
    for path, new in mutations[:: 5 if len(mutations) > SAMPLED else 1]:
        validators(name).problems(changed(instance, path, new))
