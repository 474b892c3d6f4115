"""Plain data that satisfies the JSON Schemas of rulesets, into nodes. Meaning is checked later, in ``checking``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gradeeval.language.nodes import (
    ALWAYS,
    NOWHERE,
    Bounds,
    Change,
    Condition,
    Count,
    Equals,
    Formula,
    Includes,
    Indicator,
    Is,
    NoneOf,
    Number,
    OneOf,
    Origin,
    Ratio,
    Reach,
    Requirement,
    Share,
    Sum,
    Target,
    Test,
)
from gradeeval.timeline import Span, read_span
from gradeeval.vocabulary import Values

Plain = Mapping[str, Any]


def read_test(plain: object) -> Test:
    """A test as written: a plain value, bounds, or one keyword."""
    if not isinstance(plain, Mapping):
        assert isinstance(plain, bool | str)
        return Is(plain)
    if "equals" in plain:
        return Equals(plain["equals"])
    if "includes" in plain:
        return Includes(tuple(plain["includes"]))
    if "one_of" in plain:
        return OneOf(tuple(plain["one_of"]))
    if "none_of" in plain:
        return NoneOf(tuple(plain["none_of"]))
    return Bounds(plain.get("at_least"), plain.get("above"), plain.get("at_most"), plain.get("below"))


def read_condition(plain: Plain | None) -> Condition:
    """A map of names to tests, with ``any`` for alternatives."""
    if not plain:
        return ALWAYS
    tests = tuple((name, read_test(test)) for name, test in plain.items() if name != "any")
    return Condition(tests, tuple(read_condition(item) for item in plain.get("any", ())))


def read_target(plain: object) -> Target:
    """What is asked: a test, or one of the three forms that only a target has."""
    if isinstance(plain, Mapping):
        if "needs_review" in plain:
            return Target(needs_review=plain["needs_review"])
        if "about" in plain:
            rest = {key: value for key, value in plain.items() if key != "about"}
            return Target(read_test(rest), about=True)
        if "up_to" in plain:
            return Target(Bounds(at_least=plain["at_least"]), up_to=plain["up_to"])
    return Target(read_test(plain))


def read_indicator(name: str, plain: Plain, origin: Origin = NOWHERE) -> Indicator:
    """An indicator of ``indicators.yaml``."""
    span = plain.get("range")
    return Indicator(
        name=name,
        title=plain["title"],
        reach=Reach(plain["kind"], plain.get("tier"), plain.get("type")),
        unit=plain.get("unit"),
        order=plain.get("order"),
        listed=plain.get("list"),
        formula=_formula(plain),
        flow=plain.get("measure") == "flow",
        decimals=plain.get("decimals"),
        range=Bounds(span.get("at_least"), span.get("above"), span.get("at_most"), span.get("below")) if span else None,
        title_en=plain.get("title_en"),
        note=plain.get("note"),
        question=plain.get("question"),
        evidence=tuple(plain.get("evidence", ())),
        department=plain.get("department"),
        data_system=plain.get("data_system"),
        origin=origin,
    )


def read_requirement(plain: Plain, document: str, tolerance: Number, origin: Origin = NOWHERE) -> Requirement:
    """A requirement of ``requirements/*.yaml``."""
    binds = plain["binds"]
    return Requirement(
        id=plain["id"],
        document=document,
        clause=plain["clause"],
        quote=plain["quote"],
        binds=_reach(binds, "kind"),
        where=read_condition(binds.get("where")),
        indicator=plain["indicator"],
        target=read_target(plain["target"]),
        due_from=plain["due_from"],
        force=plain["force"],
        due=plain.get("due"),
        unit=plain.get("unit"),
        within=_span(plain.get("within")),
        every_year=_span(plain.get("every_year")),
        unless=plain.get("unless"),
        title=plain.get("title"),
        title_en=plain.get("title_en"),
        topics=tuple(plain.get("topics", ())),
        responsible=tuple(plain.get("responsible", ())),
        reading=plain.get("reading"),
        derived=tuple((plain.get("derived") or {}).items()),
        related=tuple(plain.get("related", ())),
        supersedes=plain.get("supersedes"),
        extends=plain.get("extends"),
        stricter_than=plain.get("stricter_than"),
        replaces=plain.get("replaces"),
        basis=plain.get("basis"),
        tolerance=tolerance,
        origin=origin,
    )


def read_values(name: str, plain: Plain) -> Values:
    """An order or a code list of ``types``: each value with its Chinese and its English title."""
    listed = plain.get("order") or plain.get("list") or {}
    outside = plain.get("outside", {})
    titles = {code: (pair[0], pair[1]) for code, pair in (*listed.items(), *outside.items())}
    ranks = {code: rank for rank, code in enumerate(plain.get("order", ()))}
    return Values(name, plain.get("title", name), titles, ranks, frozenset(outside))


def _span(text: str | None) -> Span | None:
    return read_span(text) if text is not None else None


def _reach(plain: Plain, key: str) -> Reach:
    return Reach(plain[key], plain.get("tier"), plain.get("type"))


def _formula(plain: Plain) -> Formula | None:
    if "count" in plain:
        inner = plain["count"]
        return Count(_reach(inner, "of"), read_condition(inner.get("where")))
    if "share" in plain:
        inner = plain["share"]
        return Share(_reach(inner, "of"), read_condition(inner.get("where")), read_condition(inner["having"]))
    if "sum" in plain:
        inner = plain["sum"]
        return Sum(_reach(inner, "of"), read_condition(inner.get("where")), inner["value"])
    if "ratio" in plain:
        return Ratio(plain["ratio"]["of"], plain["ratio"]["to"])
    if "change" in plain:
        return Change(plain["change"])
    return None
