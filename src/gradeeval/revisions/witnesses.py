"""A subject on which two readings of a requirement come out differently, as the reference engine says.

Looked for among the examples of both revisions, then among examples moved onto the bounds that changed, then by the solver where
it is installed. The first are the easiest to read; the last also proves that there is none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gradeeval.engines.cases import CaseWorld
from gradeeval.engines.judgement import NOT_APPLICABLE, NOT_BOUND, UNKNOWN, UNMET, Judgement
from gradeeval.engines.solver import demand as wishes
from gradeeval.engines.solver.demand import Demand
from gradeeval.errors import GradeevalError
from gradeeval.language.nodes import Bounds, Condition, Equals, Includes, Is, NoneOf, OneOf, Test
from gradeeval.language.scope import Reference
from gradeeval.proving.prover import FOUND, UNDECIDED, Prover, Wish
from gradeeval.proving.replaying import outcomes_on
from gradeeval.revisions.version import Version
from gradeeval.rulesets.ruleset import Case

TIGHTENED, LOOSENED, NEWLY_BOUND, RELEASED, OTHERWISE = "tightened", "loosened", "newly_bound", "released", "otherwise"
DIRECTIONS = (TIGHTENED, LOOSENED, NEWLY_BOUND, RELEASED)
EXAMPLE, BOUNDARY, SOLVER = "example", "boundary", "solver"

_ASKED = {
    TIGHTENED: (wishes.MET, wishes.UNMET),
    LOOSENED: (wishes.UNMET, wishes.MET),
    NEWLY_BOUND: (wishes.NOT_BOUND, wishes.APPLIES),
    RELEASED: (wishes.APPLIES, wishes.NOT_BOUND),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A case and how it came out; None where that revision has no such requirement. ``source``: where it was found.

    ``as_of`` is the day on which it comes out so, where it is the deadline that changed.
    """

    case: Case
    old: str | None
    new: str | None
    source: str
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class Parting:
    """Where two readings part, by direction; ``proved``: there is no subject in any direction that is not in ``shown``."""

    shown: dict[str, Shown]
    proved: bool


def parting(id: str, old: Version, new: Version, prover: Prover | None) -> Parting:
    """Where a requirement that both revisions have comes out differently."""
    first, second = old.demand(id), new.demand(id)
    shown: dict[str, Shown] = {}
    cases = [*_dated(id, old), *_dated(id, new)]
    for case in cases:
        _judge(case, first, second, EXAMPLE, shown)
    for case in cases:
        for moved in _moved(case, first, second):
            _judge(moved, first, second, BOUNDARY, shown)
    proved = prover is not None
    for direction in DIRECTIONS if prover is not None else ():
        if direction not in shown:
            assert prover is not None
            wanted = [Wish(one, word) for one, word in zip((first, second), _ASKED[direction], strict=True)]
            places = {old.document.jurisdiction, new.document.jurisdiction}
            answer = prover.find(wanted, tuple(places) if len(places) == 1 else ())
            if answer.word == FOUND and answer.witness is not None:
                was, now = answer.witness.outcomes
                shown[direction] = Shown(answer.witness.case, was, now, SOLVER)
            elif answer.word == UNDECIDED:
                proved = False
    if len(shown) > 1:
        shown.pop(OTHERWISE, None)
    return Parting({word: shown[word] for word in (*DIRECTIONS, OTHERWISE) if word in shown}, proved)


def standing_case(id: str, version: Version, outcome: str = UNMET) -> Case | None:
    """An example of a requirement that comes out so, else any; None where there is none."""
    cases = _dated(id, version)
    return next((case for case in cases if case.expected == outcome), cases[0] if cases else None)


def _dated(id: str, version: Version) -> list[Case]:
    """The examples of a requirement, the shortest first, with the period that they are judged in written out."""
    found = []
    for case in version.cases.get(id, ()):
        try:
            world = CaseWorld(case, version.requirements[id], version.document, version.scope)
        except GradeevalError:
            continue
        found.append(replace(case, period=world.view.period.text))
    return sorted(found, key=lambda case: len(repr((case.fields, case.facts, case.earlier, case.parts, case.above))))


def _judge(case: Case, old: Demand, new: Demand, source: str, shown: dict[str, Shown]) -> None:
    judged = outcomes_on(case, (old, new))
    if judged is None:
        return
    direction = _direction(*judged)
    if direction is not None and direction not in shown:
        shown[direction] = Shown(case, judged[0].outcome, judged[1].outcome, source)


def _direction(old: Judgement, new: Judgement) -> str | None:
    before, after = old.reason == NOT_BOUND, new.reason == NOT_BOUND
    if before != after:
        if UNKNOWN in (old.outcome, new.outcome):
            return OTHERWISE
        return NEWLY_BOUND if before else RELEASED
    if old.outcome == new.outcome:
        return None
    if new.outcome == UNMET and old.outcome in (wishes.MET, NOT_APPLICABLE):
        return TIGHTENED
    if old.outcome == UNMET and new.outcome in (wishes.MET, NOT_APPLICABLE):
        return LOOSENED
    return OTHERWISE


def _moved(case: Case, old: Demand, new: Demand) -> Iterator[Case]:
    """The case with one value on, just below and just above a bound of either reading, or one code of either."""
    tests = [
        *((one.requirement.indicator, one.requirement.target.test, one) for one in (old, new)),
        *((name, test, one) for one in (old, new) for name, test in _tests(one.requirement.where)),
    ]
    for name, test, reader in tests:
        found = reader.scope.find(name, reader.requirement.binds)
        if test is not None and isinstance(found, Reference) and found.above is None:
            for value in _values(test, found):
                if found.indicator is None:
                    yield _titled(replace(case, fields={**case.fields, name: value}), name, value)
                elif case.parts is None:
                    yield _titled(replace(case, facts={**case.facts, name: value}), name, value)
    years = {year for one in (old, new) for year in _years(one)}
    for year in sorted(years):
        yield _titled(replace(case, period=str(year)), "period", year)


def _titled(case: Case, name: str, value: object) -> Case:
    return replace(case, title=f"{name} {value}")


def _years(demand: Demand) -> Iterator[int]:
    span = demand.requirement.within or demand.requirement.every_year
    if span is not None:
        yield from (end for end in (span.first, span.last) if end is not None)


def _tests(condition: Condition) -> Iterator[tuple[str, Test]]:
    yield from condition.tests
    for alternative in condition.alternatives:
        yield from _tests(alternative)


def _values(test: Test, found: Reference) -> Sequence[Any]:
    if isinstance(test, Is):
        return (True, False) if isinstance(test.value, bool) else (test.value,)
    if isinstance(test, OneOf | NoneOf):
        return test.values
    if isinstance(test, Includes):
        return [{code: False} for code in test.codes]
    if isinstance(test, Equals):
        return (test.number, test.number - 1, test.number + 1)
    assert isinstance(test, Bounds)
    if found.type.values is not None:
        return tuple(found.type.values.ranks)
    return [limit + step for _word, limit in test.stated() if not isinstance(limit, str) for step in (0, -1, 1)]
