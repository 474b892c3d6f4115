"""Nodes back into the plain data that a rule file would hold: for results, exports and explanations."""

from __future__ import annotations

from typing import Any

from gradeeval.language.nodes import (
    Bounds,
    Change,
    Condition,
    Equals,
    Formula,
    Includes,
    Is,
    OneOf,
    Ratio,
    Reach,
    Requirement,
    Share,
    Sum,
    Target,
    Test,
)

Plain = dict[str, Any]


def test_plain(test: Test) -> Any:
    """A test as it would be written."""
    if isinstance(test, Is):
        return test.value
    if isinstance(test, Equals):
        return {"equals": test.number}
    if isinstance(test, Includes):
        return {"includes": list(test.codes)}
    if isinstance(test, OneOf):
        return {"one_of": list(test.values)}
    if isinstance(test, Bounds):
        return dict(test.stated())
    return {"none_of": list(test.values)}


def target_plain(target: Target) -> Any:
    """A target as it would be written."""
    if target.test is None:
        return {"needs_review": target.needs_review}
    plain = test_plain(target.test)
    if target.about:
        return {**plain, "about": True}
    if target.up_to is not None:
        return {**plain, "up_to": target.up_to}
    return plain


def condition_plain(condition: Condition) -> Plain:
    """A condition as it would be written."""
    plain: Plain = {name: test_plain(test) for name, test in condition.tests}
    if condition.alternatives:
        plain["any"] = [condition_plain(item) for item in condition.alternatives]
    return plain


def reach_plain(reach: Reach) -> Plain:
    """A sort of subject as it would be written."""
    plain: Plain = {"kind": reach.kind}
    if reach.tier is not None:
        plain["tier"] = reach.tier
    if reach.type is not None:
        plain["type"] = reach.type
    return plain


def binds_plain(requirement: Requirement) -> Plain:
    """Who is bound, as it would be written."""
    plain = reach_plain(requirement.binds)
    where = condition_plain(requirement.where)
    return {**plain, "where": where} if where else plain


def comparator(target: Target) -> tuple[str, Any]:
    """The word and the value of a target, for lists: ``("at_least", 85)``; both bounds of a range together."""
    if target.test is None:
        return "needs_review", target.needs_review
    plain = test_plain(target.test)
    if not isinstance(plain, dict):
        return "is", plain
    if len(plain) == 1:
        return next(iter(plain.items()))
    return "+".join(plain), list(plain.values())


def formula_plain(formula: Formula) -> Plain:
    """A formula as it would be written."""
    if isinstance(formula, Change):
        return {"change": formula.of}
    if isinstance(formula, Ratio):
        return {"ratio": {"of": formula.of, "to": formula.to}}
    reach = reach_plain(formula.of)
    plain = {"of": reach.pop("kind"), **reach}
    where = condition_plain(formula.where)
    if where:
        plain["where"] = where
    if isinstance(formula, Share):
        plain["having"] = condition_plain(formula.having)
    if isinstance(formula, Sum):
        plain["value"] = formula.value
    return {type(formula).__name__.lower(): plain}
