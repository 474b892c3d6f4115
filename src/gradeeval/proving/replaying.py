"""The reference engine on a case: what it says of several demands, and which facts of the case it can do without."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gradeeval.engines.cases import CaseWorld
from gradeeval.engines.judgement import Judgement
from gradeeval.engines.reference import Engine
from gradeeval.engines.solver.demand import Demand, common_sort
from gradeeval.errors import GradeevalError
from gradeeval.rulesets.ruleset import Case


def outcomes_on(case: Case, demands: Sequence[Demand]) -> list[Judgement] | None:
    """What the reference engine says of each demand; None where the case cannot be written as a profile."""
    sort = common_sort(demands)
    if sort is None:
        return None
    found: list[Judgement] = []
    for demand in demands:
        subject = replace(demand.requirement, binds=sort)
        try:
            world = CaseWorld(case, subject, None, demand.scope)
        except (GradeevalError, LookupError, TypeError):
            return None
        found.extend(Engine([demand.requirement], demand.scope, demand.permits).judge(world.view))
    return found


def smallest(case: Case, holds: Callable[[Case], bool]) -> Case:
    """The case without every fact, field, year and part that ``holds`` can do without, tried one after the other."""
    again = True
    while again:
        again = False
        for shorter in _shorter(case):
            if holds(shorter):
                case, again = shorter, True
                break
    return case


def _shorter(case: Case) -> Iterator[Case]:
    yield from (replace(case, parts=parts) for parts in _fewer_parts(case.parts))
    yield from (replace(case, earlier=_without(case.earlier, year)) for year in case.earlier)
    yield from (replace(case, above=_without_index(case.above, index)) for index in range(len(case.above)))
    yield from (replace(case, facts=_without(case.facts, name)) for name in case.facts)
    yield from (replace(case, fields=_without(case.fields, name)) for name in case.fields)
    for year, given in case.earlier.items():
        yield from (replace(case, earlier={**case.earlier, year: less}) for less in _less(given))
    for index, around in enumerate(case.above):
        before, after = case.above[:index], case.above[index + 1 :]
        yield from (replace(case, above=(*before, less, *after)) for less in _less(around))


def _fewer_parts(parts: tuple[Mapping[str, Any], ...] | None) -> Iterator[tuple[Mapping[str, Any], ...] | None]:
    """No list of parts, half of them, all but one."""
    if parts is None:
        return
    yield None
    half = len(parts) // 2
    if half > 1:
        yield parts[:half]
        yield parts[half:]
    yield from (_without_index(parts, index) for index in range(len(parts)))


def _less(given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A year or an encloser with one fact or field less."""
    for key in ("facts", "fields"):
        inner: Mapping[str, Any] = given.get(key, {})
        for name in inner:
            yield {**given, key: _without(inner, name)} if len(inner) > 1 else _without(given, key)


def _without(mapping: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key != name}


def _without_index(items: tuple[Any, ...], index: int) -> tuple[Any, ...]:
    return (*items[:index], *items[index + 1 :])
