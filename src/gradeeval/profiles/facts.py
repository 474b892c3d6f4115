"""Facts of profiles: the schema composed from the indicators of the installed rulesets, and plain data to exact values."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gradeeval.language.nodes import Indicator
from gradeeval.messages import _
from gradeeval.profiles.profile import Proof, Value
from gradeeval.quantity import NO_VALUE, Interval, scaled
from gradeeval.schemas import Schema, bundled, shipped
from gradeeval.vocabulary import ValueType

_PROOF = ("source", "evidence", "note", "status")


def profile_schema(kind: str, facts: Iterable[tuple[Indicator, ValueType]]) -> Schema:
    """The schema of profiles of a kind, whole: its ``facts`` are those of the given indicators and no others.

    Each fact refers to the building block of its type, which stands once in ``$defs``.
    """
    blocks: dict[str, Schema] = {}
    properties: dict[str, Schema] = {}
    for indicator, value_type in facts:
        key = _block_name(value_type)
        if key not in blocks:
            blocks[key] = _block(value_type)
        properties[indicator.name] = {
            "title": indicator.title,
            "description": indicator.title_en or indicator.title,
            "$ref": f"#/$defs/{key}",
        }
    schema = bundled({**shipped(kind), "x-blocks": blocks})
    schema["$defs"] = {**schema["$defs"], **schema.pop("x-blocks")}
    own = schema["properties"]["facts"]
    schema["properties"]["facts"] = {
        "title": own["title"],
        "description": own["description"],
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }
    return schema


def _block_name(value_type: ValueType) -> str:
    kind = value_type.values.name if value_type.values is not None else value_type.unit
    name = f"facts.{value_type.form}.{kind}"
    return f"{name}.{value_type.lowest}.{value_type.highest}" if value_type.form == "number" else name


def _block(value_type: ValueType) -> Schema:
    """The schema of all facts of one type."""
    form = value_type.form
    schema = dict(shipped("fact")["$defs"]["share" if value_type.unit in ("percent", "ratio") else form])
    codes = list(value_type.values.titles) if value_type.values is not None else []
    title = value_type.values.title if value_type.values is not None else schema["title"]
    if form == "list":
        return _with_home(schema, _codes_schema(title, codes))
    schema["properties"] = dict(schema["properties"])
    value = dict(schema["properties"]["value"])
    if form == "number":
        limits: Schema = {}
        if value_type.lowest is not None:
            limits["minimum"] = _json_number(value_type.lowest)
        if value_type.highest is not None:
            limits["maximum"] = _json_number(value_type.highest)
        schema.update(limits)
        value.update(limits)
        schema["x-unit"] = value_type.unit
        schema["properties"]["unit"] = {
            "title": "单位",
            "description": "Unit of the value, where it is stated; it must be that of the indicator.",
            "const": value_type.unit,
        }
    elif form == "ordered":
        value["enum"] = codes
        schema["if"] = {"type": "string"}
        schema["then"] = {"title": title, "enum": codes}
    schema["properties"]["value"] = value
    return _with_home(schema)


def _codes_schema(title: str, codes: list[str]) -> Schema:
    """A complete list of codes, or a map of codes to true and false."""
    return {
        "title": title,
        "description": "Codes of the list.",
        "type": ["array", "object"],
        "items": {"title": title, "enum": codes},
        "uniqueItems": True,
        "minProperties": 1,
        "properties": {code: {"title": code, "description": code, "type": "boolean"} for code in codes},
        "additionalProperties": False,
    }


def _with_home(schema: Schema, codes: Schema | None = None) -> Schema:
    """The building block with its references made absolute, since it leaves its own file, and ``codes`` in its place."""

    def moved(node: Any) -> Any:
        if isinstance(node, dict):
            if codes is not None and node.get("$ref") == "#/$defs/codes":
                return codes
            return {
                key: f"urn:gradeeval:schema:fact{value}"
                if key == "$ref" and isinstance(value, str) and value.startswith("#/")
                else moved(value)
                for key, value in node.items()
            }
        return [moved(item) for item in node] if isinstance(node, list) else node

    result: Schema = moved(schema)
    return result


def _json_number(number: int | Decimal) -> int | float:
    return number if isinstance(number, int) else float(number)


def near_fact(name: str, indicators: Mapping[str, Indicator], kind: str) -> str:
    """What to say of a fact that no installed ruleset knows for this kind of subject."""
    other = indicators.get(name)
    if other is not None:
        return _("`{name}` 不是这类对象的指标（它属于 {kind}{tier}）").format(
            name=name, kind=other.reach.kind, tier=f"/{other.reach.tier or other.reach.type or ''}".rstrip("/")
        )
    own = [known for known, indicator in indicators.items() if indicator.reach.kind == kind]
    near = difflib.get_close_matches(name, own, 1, 0.6)
    if near:
        return _("已安装的规则集中没有指标 `{name}`；是否指 `{near}`（{title}）？").format(
            name=name, near=near[0], title=indicators[near[0]].title
        )
    return _("已安装的规则集中没有指标 `{name}`；`gradeeval template` 列出全部可填的指标").format(name=name)


def read_fact(plain: object, value_type: ValueType) -> tuple[Value | None, Proof | None, str | None]:
    """The value, the proof and the fault of a fact that its schema accepts."""
    proof = None
    if isinstance(plain, Mapping) and ("value" in plain or "denominator" in plain):
        proof = _proof(plain)
        if "denominator" in plain:
            value, fault = _quotient(plain["numerator"], plain["denominator"], value_type)
            return value, proof, fault
        plain = plain["value"]
    if value_type.form == "number":
        assert isinstance(plain, int | Decimal)
        exact = scaled(plain, value_type.decimals)
        if exact is None:
            return (
                None,
                proof,
                _("小数位数多于 {decimals} 位：{value}").format(decimals=value_type.decimals, value=plain),
            )
        return exact, proof, None
    if value_type.form == "list":
        if isinstance(plain, Mapping):
            return dict(plain), proof, None
        assert isinstance(plain, list)
        return frozenset(plain), proof, None
    assert isinstance(plain, bool | str)
    return plain, proof, None


def _quotient(upper: int | Decimal, lower: int | Decimal, value_type: ValueType) -> tuple[Value | None, str | None]:
    if lower == 0:
        if upper == 0:
            return NO_VALUE, None
        return None, _("分母为 0 而分子为 {upper}").format(upper=upper)
    if value_type.unit == "percent" and value_type.highest == 100 and upper > lower:
        return None, _("分子 {upper} 大于分母 {lower}").format(upper=upper, lower=lower)
    of, to = Fraction(upper), Fraction(lower)
    exact = of / to * (100 if value_type.unit == "percent" else 1) * 10**value_type.decimals
    return Interval(exact, exact, of, to), None


def _proof(plain: Mapping[str, Any]) -> Proof | None:
    if not any(key in plain for key in _PROOF):
        return None
    evidence = plain.get("evidence", ())
    return Proof(
        plain.get("source"),
        (evidence,) if isinstance(evidence, str) else tuple(evidence),
        plain.get("note"),
        plain.get("status"),
    )


def fact_kinds(indicators: Iterable[Indicator], kind: str) -> Iterator[Indicator]:
    """The indicators that a profile of this kind may report."""
    return (indicator for indicator in indicators if indicator.reach.kind == kind)
