"""The JSON Schemas of all file kinds: where they are, how they are put together, and what they refuse in which words.

jsonschema-rs accepts, in microseconds; what it refuses goes through jsonschema, whose errors are put into sentences here.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradeeval.errors import NotFound
from gradeeval.files.writing import escape_controls
from gradeeval.messages import _, listed, mark
from gradeeval.problems import Problem

if TYPE_CHECKING:
    from gradeeval.files.reading import PlainFile

KINDS = (
    "institution",
    "network",
    "region",
    "document",
    "ledger",
    "indicators",
    "requirements",
    "candidates",
    "examples",
    "equivalents",
    "roster",
    "dataset",
    "result",
)
TITLES = {
    "institution": mark("机构档案"),
    "network": mark("网络档案"),
    "region": mark("区域档案"),
    "document": mark("文件信息"),
    "ledger": mark("条款台账"),
    "indicators": mark("指标文件"),
    "requirements": mark("要求文件"),
    "candidates": mark("候选要求文件"),
    "examples": mark("示例文件"),
    "equivalents": mark("等价变异体"),
    "roster": mark("名册"),
    "dataset": mark("数据集清单"),
    "result": mark("结果"),
}
_PREFIX = "urn:gradeeval:schema:"
_MOST_PROBLEMS = 200
_MOST_SORTED = 1_000
Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FileKind:
    """A kind of file: the name by which ``schema`` prints it, and what makes its JSON Schema (2020-12, standing alone).

    That of a plugin is named ``namespace.name``.
    """

    name: str
    title: str
    schema: Callable[[], Schema]


def folder() -> Path:
    """The folder of the shipped schemas."""
    import gradeeval.shipped_schemas as shipped

    assert shipped.__file__ is not None
    return Path(shipped.__file__).parent


@cache
def shipped(name: str) -> Schema:
    """A shipped schema as it stands in its file. Raises ``NotFound``."""
    path = folder() / f"{name}.schema.json"
    if not path.is_file():
        raise NotFound(_("没有名为 {name} 的文件格式；可用：{known}").format(name=name, known=listed(KINDS)))
    loaded: Schema = json.loads(path.read_bytes())
    return loaded


def bundled(schema: Schema) -> Schema:
    """The schema with everything that it refers to in its own ``$defs``: it stands alone, as editors want it."""
    definitions: dict[str, Any] = {}

    def moved(reference: str, home: str) -> str:
        name, _hash, inner = reference.removeprefix(_PREFIX).partition("#/$defs/")
        if reference.startswith("#/$defs/"):
            name, inner = home, reference.removeprefix("#/$defs/")
        if not name:
            return reference
        key = f"{name}.{inner}"
        if key not in definitions:
            definitions[key] = {}
            definitions[key] = copied(shipped(name)["$defs"][inner], name)
        return f"#/$defs/{key}"

    def copied(node: Any, home: str) -> Any:
        if isinstance(node, dict):
            return {
                key: moved(value, home) if key == "$ref" and isinstance(value, str) else copied(value, home)
                for key, value in node.items()
                if key != "$defs"
            }
        return [copied(item, home) for item in node] if isinstance(node, list) else node

    home = str(schema.get("$id", "")).removeprefix(_PREFIX)
    whole: Schema = copied(schema, home)
    if definitions:
        whole["$defs"] = definitions
    return whole


def file_kinds() -> list[FileKind]:
    """The kinds of files that ship."""
    return [FileKind(name, TITLES[name], partial(_standing_alone, name)) for name in KINDS]


def _standing_alone(name: str) -> Schema:
    return bundled(shipped(name))


class Checker:
    """One schema, compiled once."""

    def __init__(self, schema: Schema) -> None:
        """``schema`` must stand alone (see ``bundled``)."""
        import jsonschema_rs

        self.schema = schema
        self._accepts = jsonschema_rs.validator_for(schema)

    def accepts(self, data: object) -> bool:
        """Whether the data satisfies the schema."""
        return bool(self._accepts.is_valid(data))

    def problems(self, data: object) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Each fault as a path and a sentence; at most 200."""
        return ((path, sentence) for path, sentence, _code in self.faults(data))

    def faults(self, data: object) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        """As ``problems``, each with the code of the check that is failed: the ``x-code`` of its key, else empty."""
        from jsonschema import Draft202012Validator

        validator = Draft202012Validator(self.schema)
        found = islice(validator.iter_errors(data), _MOST_SORTED)
        errors = sorted(found, key=lambda error: [str(step) for step in error.absolute_path])
        for error in errors[:_MOST_PROBLEMS]:
            path = tuple(error.absolute_path)
            for step, sentence in _sentences(error):
                yield (*path, *step), sentence, _code(error, self.schema)


def check_file(plain: PlainFile, checker: Checker) -> list[Problem]:
    """What the schema refuses in a file, with places; empty where it is accepted."""
    if checker.accepts(plain.data):
        return []
    return [replace(plain.problem(sentence, path), code=code) for path, sentence, code in checker.faults(plain.data)]


def _code(error: Any, schema: Schema) -> str:
    """The ``x-code`` of the key that is missing, or of the innermost key that a value stands under."""
    if error.validator == "required":
        missing = error.schema.get("properties", {}).get(error.message.split("'")[1], {})
        return str(missing.get("x-code", ""))
    node: Any = schema
    code = ""
    for step in error.absolute_schema_path:
        while isinstance(node, dict) and step not in node and "$ref" in node:
            node = schema["$defs"][node["$ref"].rpartition("/")[2]]
        node = node[step] if step != "$ref" else node
        if isinstance(node, dict):
            code = node.get("x-code", code)
    return code


def _sentences(error: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """The fault in words. What is missing or superfluous is told of the place where it would be or is."""
    keyword, schema, value = error.validator, error.schema, error.instance
    own = schema.get("x-message") if isinstance(schema, dict) else None
    if keyword == "additionalProperties" and isinstance(schema, Mapping):
        known = list(schema.get("properties", {}))
        for name in value:
            if name not in known:
                yield (name,), unknown_name(str(name), known)
        return
    if "propertyNames" in error.absolute_schema_path:
        yield (
            (),
            _("名称“{name}”不合规则；{hint}").format(
                name=escape_controls(str(value)), hint=_(own) if own else error.message
            ),
        )
        return
    if keyword == "required":
        name = error.message.split("'")[1]
        title = schema.get("properties", {}).get(name, {}).get("title")
        yield (), _("缺少 {name}{title}").format(name=name, title=f"（{title}）" if title else "")
        return
    if keyword == "const" or (keyword in ("oneOf", "enum") and _options(schema)):
        yield (), _not_listed(keyword, schema, value)
        return
    if own:
        yield (), _("{message}；现为 {value}").format(message=_(own), value=brief(value))
        return
    yield (), _plain_sentence(keyword, error.validator_value, value)


def _plain_sentence(keyword: str, limit: Any, value: object) -> str:
    shown = brief(value)
    if keyword == "type":
        names = listed(_type_name(name) for name in ([limit] if isinstance(limit, str) else limit))
        return _("应为{types}，现为 {value}{hint}").format(types=names, value=shown, hint=_type_hint(limit, value))
    sentences = {
        "minimum": _("不得小于 {limit}，现为 {value}"),
        "maximum": _("不得大于 {limit}，现为 {value}"),
        "exclusiveMinimum": _("须大于 {limit}，现为 {value}"),
        "exclusiveMaximum": _("须小于 {limit}，现为 {value}"),
        "minLength": _("不能为空"),
        "minItems": _("至少要有 {limit} 项"),
        "minProperties": _("至少要有 {limit} 项"),
        "maxItems": _("最多 {limit} 项"),
        "uniqueItems": _("有重复的项：{value}"),
        "pattern": _("写法不符（{limit}），现为 {value}"),
    }
    sentence = sentences.get(keyword)
    if sentence is None:
        return _("不符合格式要求（{keyword}）：{value}").format(keyword=keyword, value=shown)
    return sentence.format(limit=limit, value=shown)


def _not_listed(keyword: str, schema: Mapping[str, Any], value: object) -> str:
    if keyword == "const":
        return _("应为 {wanted}，现为 {value}").format(wanted=brief(schema["const"]), value=brief(value))
    options = _options(schema)
    near = difflib.get_close_matches(str(value), [str(option) for option in options], 1, 0.5)
    return _("{value} 不在“{title}”的取值中；可用：{options}{hint}").format(
        value=brief(value),
        title=schema.get("title", ""),
        hint=_("；是否指 `{near}`？").format(near=near[0]) if near else "",
        options=listed(str(option) for option in options[:30]),
    )


def _options(schema: Mapping[str, Any]) -> list[Any]:
    return [item["const"] for item in schema.get("oneOf", ()) if "const" in item] or list(schema.get("enum", ()))


def unknown_name(name: str, known: Iterable[str], outside: str = "") -> str:
    """The sentence for a name that is not known, with the near one."""
    near = difflib.get_close_matches(name, list(known), 1, 0.6)
    if near:
        return _("没有名为 `{name}` 的项；是否指 `{near}`？").format(name=escape_controls(name), near=near[0])
    return _("没有名为 `{name}` 的项").format(name=escape_controls(name)) + outside


def brief(value: object) -> str:
    """A value as it was written, short enough for a sentence, control characters escaped."""
    if isinstance(value, str):
        text = f"“{value}”"
    elif value is None:
        text = "null"
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, Mapping):
        text = _("一个对象（{keys}）").format(keys=", ".join(str(key) for key in list(value)[:4]))
    elif isinstance(value, list):
        text = _("一个列表（{count} 项）").format(count=len(value))
    else:
        text = str(value)
    return escape_controls(text if len(text) <= 60 else text[:57] + "…")


def _type_name(name: str) -> str:
    return {
        "object": _("对象"),
        "array": _("列表"),
        "string": _("文字"),
        "number": _("数字"),
        "integer": _("整数"),
        "boolean": _("true 或 false"),
        "null": "null",
    }[name]


def _type_hint(limit: Any, value: object) -> str:
    wanted = [limit] if isinstance(limit, str) else list(limit)
    if isinstance(value, str) and "number" in wanted:
        return _("；数字不要加引号")
    if isinstance(value, int | float) and not isinstance(value, bool) and "string" in wanted:
        return _("；请加引号")
    return ""
