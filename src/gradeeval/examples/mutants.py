"""Small changes of a requirement or of a formula, each of which an example ought to notice. Pure: nodes in, nodes out.

A mutant changes one thing: a limit by one step of its last digit or of its order, a comparator, a date or an end of a span by a
year, a unit, yes to no, a map of conditions to ``any`` or back; or it leaves one thing out: a condition, a bound, a
code of a list, ``about``, ``unless``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Generic, TypeVar

from gradeeval.language.nodes import (
    Bounds,
    Condition,
    Count,
    Equals,
    Includes,
    Indicator,
    Is,
    Limit,
    NoneOf,
    Number,
    OneOf,
    Ratio,
    Reach,
    Requirement,
    Share,
    Sum,
    Target,
    Test,
)
from gradeeval.language.scope import Reference, Scope
from gradeeval.timeline import Span, is_date
from gradeeval.vocabulary import ValueType

Rule = TypeVar("Rule", Requirement, Indicator, covariant=True)
Piece = TypeVar("Piece")
Changed = tuple[str, Piece]
"""What was changed, in words of the language, and the changed piece."""

_OPPOSITE = {"at_least": "at_most", "above": "below", "at_most": "at_least", "below": "above"}
_OTHER_UNIT = {
    "yes_no": "count",
    "count": "percent",
    "percent": "percentage_point",
    "percentage_point": "percent",
    "ratio": "percent",
    "month": "count",
    "yuan": "count",
    "rank": "count",
}
"""For each unit the one that it is most easily taken for."""

_STRICTNESS = {"at_least": "above", "above": "at_least", "at_most": "below", "below": "at_most"}


@dataclass(frozen=True, slots=True)
class Mutant(Generic[Rule]):
    """A changed rule. ``subject`` is the id of the requirement or the name of the indicator, ``change`` what was changed."""

    subject: str
    change: str
    rule: Rule

    @property
    def id(self) -> str:
        """The same for the same change in every run: ``henan-2023-31/2.1.7-b: target.at_least → 84``."""
        return f"{self.subject}: {self.change}"


def requirement_mutants(requirement: Requirement, scope: Scope) -> Iterator[Mutant[Requirement]]:
    """The mutants of a requirement, in a fixed order; none equals it."""
    for change, rule in _of_requirement(requirement, scope):
        yield Mutant(requirement.id, change, rule)


def indicator_mutants(indicator: Indicator, scope: Scope) -> Iterator[Mutant[Indicator]]:
    """The mutants of an indicator's formula and unit, in a fixed order; none where it has no formula."""
    for change, rule in _of_indicator(indicator, scope):
        yield Mutant(indicator.name, change, rule)


def _of_requirement(requirement: Requirement, scope: Scope) -> Iterator[Changed[Requirement]]:
    for change, where in _of_condition(requirement.where, requirement.binds, scope):
        yield f"binds.where{change}", replace(requirement, where=where)
    found = scope.find(requirement.indicator, requirement.binds)
    assert isinstance(found, Reference), found
    for change, target in _of_target(requirement.target, found.type, requirement.tolerance):
        yield f"target{change}", replace(requirement, target=target)
    if requirement.unit is not None:
        unit = _OTHER_UNIT[requirement.unit]
        yield f"unit → {unit}", replace(requirement, unit=unit)
    for span in _moved_span(requirement.within):
        yield f"within → {span}", replace(requirement, within=span)
    for span in _moved_span(requirement.every_year):
        yield f"every_year → {span}", replace(requirement, every_year=span)
    for due in _moved_date(requirement.due):
        yield f"due → {due}", replace(requirement, due=due)
    if requirement.unless is not None:
        yield "unless −", replace(requirement, unless=None)


def _of_indicator(indicator: Indicator, scope: Scope) -> Iterator[Changed[Indicator]]:
    formula = indicator.formula
    if formula is None:
        return
    if isinstance(formula, Count | Share | Sum):
        name = type(formula).__name__.lower()
        for change, where in _of_condition(formula.where, formula.of, scope):
            yield f"{name}.where{change}", replace(indicator, formula=replace(formula, where=where))
    if isinstance(formula, Share):
        for change, having in _of_condition(formula.having, formula.of, scope):
            yield f"share.having{change}", replace(indicator, formula=replace(formula, having=having))
    if isinstance(formula, Ratio):
        yield "ratio ⇄", replace(indicator, formula=Ratio(formula.to, formula.of))
    if indicator.unit is not None:
        unit = _OTHER_UNIT[indicator.unit]
        yield f"unit → {unit}", replace(indicator, unit=unit)


def _of_condition(condition: Condition, reader: Reach, scope: Scope) -> Iterator[Changed[Condition]]:
    tests, alternatives = condition.tests, condition.alternatives
    for index, (name, test) in enumerate(tests):
        before, after = tests[:index], tests[index + 1 :]
        yield f".{name} −", replace(condition, tests=before + after)
        found = scope.find(name, reader)
        assert isinstance(found, Reference), found
        for change, changed in _of_test(test, found.type):
            yield f".{name}{change}", replace(condition, tests=(*before, (name, changed), *after))
    if len(tests) + bool(alternatives) > 1:
        loose = tuple(Condition(tests=(pair,)) for pair in tests)
        whole = (Condition(alternatives=alternatives),) if alternatives else ()
        yield " → any", Condition(alternatives=loose + whole)
    if alternatives:
        yield ".any −", replace(condition, alternatives=())
        yield (
            ".any → all",
            Condition(
                tests=tests + tuple(pair for branch in alternatives for pair in branch.tests),
                alternatives=tuple(inner for branch in alternatives for inner in branch.alternatives),
            ),
        )
        for index, branch in enumerate(alternatives):
            others = alternatives[:index], alternatives[index + 1 :]
            yield f".any.{index} −", replace(condition, alternatives=others[0] + others[1])
            for change, within in _of_condition(branch, reader, scope):
                yield f".any.{index}{change}", replace(condition, alternatives=(*others[0], within, *others[1]))


def _of_target(target: Target, value_type: ValueType, tolerance: Number) -> Iterator[Changed[Target]]:
    if target.test is None:
        return
    for change, test in _of_test(target.test, value_type):
        bounds = dict(test.stated()) if isinstance(test, Bounds) else {}
        if target.about and not bounds.keys().isdisjoint(("above", "below")):
            continue  # a moved bound is never left out
        yield change, replace(target, test=test, up_to=target.up_to if "at_least" in bounds else None)
    if target.up_to is not None:
        for number in _shifted(target.up_to):
            yield f".up_to → {number}", replace(target, up_to=number)
    if target.about:
        yield ".about −", replace(target, about=False)
    elif target.up_to is None and _moved_by_about(target.test, value_type, tolerance):
        yield ".about +", replace(target, about=True)


def _moved_by_about(test: Test, value_type: ValueType, tolerance: Number) -> bool:
    """Whether 左右 would let another value of the type pass, and a target may say it."""
    if value_type.form != "number":
        return False
    limit: Limit | None = test.number if isinstance(test, Equals) else None
    if isinstance(test, Bounds):
        stated = dict(test.stated())
        limit = stated.get("at_least", stated.get("at_most")) if len(stated) == 1 else None
    if limit is None or isinstance(limit, str):
        return False
    return bool(abs(Fraction(limit)) * Fraction(tolerance) / 100 * 10**value_type.decimals >= 1)


def _of_test(test: Test, value_type: ValueType) -> Iterator[Changed[Test]]:
    if isinstance(test, Bounds):
        yield from _of_bounds(test, value_type)
    elif isinstance(test, Equals):
        for number in _shifted(test.number):
            yield f".equals → {number}", Equals(number)
        yield ".equals → at_least", Bounds(at_least=test.number)
        yield ".equals → at_most", Bounds(at_most=test.number)
    elif isinstance(test, Is):
        if isinstance(test.value, bool):
            yield f" → {str(not test.value).lower()}", Is(not test.value)
        else:
            for step in _shifted_limit(test.value, value_type):
                yield f" → {step}", Is(str(step))
    elif isinstance(test, Includes):
        for codes, code in _each_left_out(test.codes):
            yield f".includes − {code}", Includes(codes)
    elif isinstance(test, OneOf):
        for codes, code in _each_left_out(test.values):
            yield f".one_of − {code}", OneOf(codes)
    else:
        for codes, code in _each_left_out(test.values):
            yield f".none_of − {code}", NoneOf(codes)


def _of_bounds(test: Bounds, value_type: ValueType) -> Iterator[Changed[Test]]:
    stated = dict(test.stated())
    for word, limit in stated.items():
        rest = {other: value for other, value in stated.items() if other != word}
        for moved in _shifted_limit(limit, value_type):
            yield f".{word} → {moved}", Bounds(**{**rest, word: moved})
        yield f".{word} → {_STRICTNESS[word]}", Bounds(**{**rest, _STRICTNESS[word]: limit})
        if rest:
            yield f".{word} −", Bounds(**rest)
        else:
            yield f".{word} → {_OPPOSITE[word]}", Bounds(**{_OPPOSITE[word]: limit})


def _shifted_limit(limit: Limit, value_type: ValueType) -> Iterator[Limit]:
    """One step down and up: of the last digit of a number, of the order of a grade."""
    if not isinstance(limit, str):
        yield from _shifted(limit)
        return
    ranked = list(value_type.values.ranks) if value_type.values is not None else []
    if limit in ranked:
        at = ranked.index(limit)
        yield from ranked[max(0, at - 1) : at]
        yield from ranked[at + 1 : at + 2]


def _shifted(number: Number) -> tuple[Number, Number]:
    if isinstance(number, int):
        return number - 1, number + 1
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int)
    step = Decimal(1).scaleb(exponent)
    return number - step, number + step


def _each_left_out(codes: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    for index, code in enumerate(codes):
        yield codes[:index] + codes[index + 1 :], code


def _moved_span(span: Span | None) -> Iterator[Span]:
    if span is None:
        return
    ends = [(step, 0) for step in (-1, 1) if span.first is not None]
    ends += [(0, step) for step in (-1, 1) if span.last is not None]
    for at_first, at_last in ends:
        first = span.first + at_first if span.first is not None else None
        last = span.last + at_last if span.last is not None else None
        if first is None or last is None or first <= last:
            yield Span(first, last)


def _moved_date(day: str | None) -> Iterator[str]:
    if day is None:
        return
    for step in (-1, 1):
        moved = f"{int(day[:4]) + step:04}{day[4:]}"
        yield moved if is_date(moved) else f"{moved[:8]}28"
