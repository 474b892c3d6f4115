"""Where a target turns from missed to met, and which of these values the examples of a requirement show."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gradeeval.engines.cases import CaseWorld
from gradeeval.engines.conditions import about_limits, limits_of
from gradeeval.engines.judgement import Judgement
from gradeeval.engines.reference import Engine
from gradeeval.errors import InvalidContent
from gradeeval.language.nodes import Bounds, Equals, Requirement
from gradeeval.language.scope import Reference, Scope
from gradeeval.quantity import Interval, natural
from gradeeval.rulesets.ruleset import Case, PolicyDocument

Boundary = Fraction | str
"""A natural number, or a value of an order."""


def boundaries(requirement: Requirement, reference: Reference) -> tuple[Boundary, ...]:
    """The bounds of the target, those of 左右 moved by the tolerance to the nearest value that is still inside."""
    test = requirement.target.test
    if not isinstance(test, Bounds | Equals):
        return ()
    kind = reference.type
    if kind.form == "ordered":
        assert isinstance(test, Bounds)
        return tuple(str(limit) for _word, limit in test.stated())
    if requirement.target.about:
        low, high = about_limits(requirement, reference)
        ends = [Fraction(math.ceil(low)) if not math.isinf(low) else None]
        ends.append(Fraction(math.floor(high)) if not math.isinf(high) else None)
    else:
        first, _left_out, last, _right_out = limits_of(test, kind)
        ends = [None if math.isinf(end) else Fraction(end) for end in (first, last)]
    return tuple(dict.fromkeys(natural(end, kind.decimals) for end in ends if end is not None))


def not_shown(
    wanted: Iterable[Boundary],
    cases: Iterable[Case],
    requirement: Requirement,
    reference: Reference,
    *,
    document: PolicyDocument,
    scope: Scope,
    permits: Mapping[str, Requirement],
) -> list[Boundary]:
    """The boundaries at which no case puts the value that is tested.

    Figures that a case reports are looked at first; only where they do not suffice the cases are run.
    """
    left = dict.fromkeys(wanted)
    given = list(cases)
    if requirement.within is None and requirement.every_year is None:
        for case in given:
            value = _reported(case.facts.get(requirement.indicator))
            if value is not None:
                left.pop(value, None)
    if not left:
        return []
    engine = Engine([requirement], scope, permits)
    for case in given:
        if not left:
            break
        if case.facts or case.parts or case.earlier:
            try:
                judged = engine.judge(CaseWorld(case, requirement, document, scope).view)[0]
            except InvalidContent:  # `gradeeval examples` says so
                continue
            for value in _tested(judged, reference):
                left.pop(value, None)
    return list(left)


def _reported(fact: object) -> Boundary | None:
    """A fact that is a plain figure or grade; None for every other."""
    if isinstance(fact, Mapping) and "value" in fact:
        fact = fact["value"]
    if isinstance(fact, bool):
        return None
    return Fraction(fact) if isinstance(fact, int | Decimal) else fact if isinstance(fact, str) else None


def _tested(judged: Judgement, reference: Reference) -> Iterator[Boundary]:
    """The known values that were tested, of each year."""
    for each in (judged, *(year for _number, year in judged.years)):
        value: Any = each.value
        if isinstance(value, Interval) and value.known and not isinstance(value.lo, float):
            yield natural(value.lo, reference.type.decimals)
        elif isinstance(value, str):
            yield value
        elif isinstance(value, int) and not isinstance(value, bool):
            yield natural(value, reference.type.decimals)
