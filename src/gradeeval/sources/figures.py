"""The numbers, years and words that a requirement holds, by which it explains what its document prints."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from gradeeval.language.nodes import Bounds, Change, Condition, Equals, Includes, NoneOf, OneOf, Ratio, Share, Sum
from gradeeval.sources.segments import normalise

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gradeeval.language.nodes import Indicator, Requirement, Target, Test


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a target or condition, and which side of it is meant: a bound by name, ``equals`` or ``up_to``."""

    comparator: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Held:
    """All that a requirement holds: numbers (how many codes or names it lists, too), years, and its indicators' titles."""

    numbers: frozenset[Fraction]
    years: frozenset[Fraction]
    titles: tuple[str, ...]


def target_figures(target: Target) -> list[Figure]:
    """The numbers of a target; none where it asks for a grade, a yes, a list or a review."""
    figures = [] if target.test is None else list(_test_figures(target.test))
    if target.up_to is not None:
        figures.append(Figure("up_to", Fraction(target.up_to)))
    return figures


def condition_figures(condition: Condition) -> Iterator[Figure]:
    """The numbers of a condition and its alternatives."""
    for _name, test in condition.tests:
        yield from _test_figures(test)
    for alternative in condition.alternatives:
        yield from condition_figures(alternative)


def held(requirement: Requirement, indicators: Mapping[str, Indicator]) -> Held:
    """What ``requirement`` holds, the definitions of its indicators included; unknown indicators hold nothing."""
    numbers = {figure.value for figure in target_figures(requirement.target)}
    numbers.update(_listed(requirement.target.test))
    numbers.update(_condition_numbers(requirement.where))
    titles = [normalise(requirement.title or "")]
    for indicator in _defined(requirement.indicator, indicators):
        titles.append(normalise(indicator.title))
        for condition in _conditions(indicator):
            numbers.update(_condition_numbers(condition))
    spans = [span for span in (requirement.within, requirement.every_year) if span is not None]
    years = {Fraction(year) for span in spans for year in (span.first, span.last) if year is not None}
    if requirement.due is not None:
        years.add(Fraction(requirement.due[:4]))
    return Held(
        frozenset(abs(number) for number in numbers), frozenset(years), tuple(title for title in titles if title)
    )


def _test_figures(test: Test) -> Iterator[Figure]:
    if isinstance(test, Equals):
        yield Figure("equals", Fraction(test.number))
    elif isinstance(test, Bounds):
        for name, limit in test.stated():
            if not isinstance(limit, str):
                yield Figure(name, Fraction(limit))


def _listed(test: Test | None) -> Iterator[Fraction]:
    """How many codes or values a test lists: it explains “七项” and “三市”."""
    if isinstance(test, Includes):
        yield Fraction(len(test.codes))
    elif isinstance(test, OneOf | NoneOf):
        yield Fraction(len(test.values))


def _condition_numbers(condition: Condition) -> Iterator[Fraction]:
    yield from (figure.value for figure in condition_figures(condition))
    for _name, test in condition.tests:
        yield from _listed(test)
    for alternative in condition.alternatives:
        yield from _condition_numbers(alternative)


def _defined(name: str, indicators: Mapping[str, Indicator]) -> list[Indicator]:
    """The indicator and all that its formula is made of."""
    found: dict[str, Indicator] = {}
    waiting = [name]
    while waiting:
        name = waiting.pop()
        if name in indicators and name not in found:
            found[name] = indicators[name]
            waiting.extend(_operands(indicators[name]))
    return list(found.values())


def _operands(indicator: Indicator) -> tuple[str, ...]:
    formula = indicator.formula
    if isinstance(formula, Ratio):
        return (formula.of, formula.to)
    if isinstance(formula, Change):
        return (formula.of,)
    return (formula.value,) if isinstance(formula, Sum) else ()


def _conditions(indicator: Indicator) -> tuple[Condition, ...]:
    formula = indicator.formula
    if formula is None or isinstance(formula, Ratio | Change):
        return ()
    return (formula.where, formula.having) if isinstance(formula, Share) else (formula.where,)
