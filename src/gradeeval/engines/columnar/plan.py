"""Expressions that outlive a run: what is made of reported facts alone depends on the shape of a table, not on its rows.

A nation is judged province by province, and building the expressions of a few hundred requirements costs more than a small
province. What asked of the rows more than their shape says, and all that is built on it, is made anew in each run.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from gradeeval.engines.columnar.needs import Needs, needs_of
from gradeeval.engines.columnar.numbers import Number
from gradeeval.engines.columnar.tables import Due, Shape, Step, Table
from gradeeval.engines.columnar.tested import Value
from gradeeval.language.nodes import Condition, Reach, Requirement, Test
from gradeeval.language.scope import Reference, Scope
from gradeeval.timeline import Span

_SHAPES = 8
"""So many shapes of a kind are remembered: provinces report alike, but not all the same."""


@dataclass(frozen=True, slots=True)
class Code:
    """The code of a requirement and what its target tests; ``made_of``: the requirement and the permission it is excused by."""

    made_of: tuple[Requirement, Requirement | None]
    expr: pl.Expr
    tested: Value


@dataclass(frozen=True, slots=True)
class Joint:
    """How the codes of some requirements are made together, from a table that has these lasting columns made.

    ``made_of``: each requirement and the permission it is excused by; ``tested`` what the targets test, by requirement.
    """

    made_of: Sequence[Requirement | None]
    made: frozenset[str]
    way: Sequence[Step]
    tested: Mapping[str, Value]

    def fits(self, made_of: Sequence[Requirement | None], table: Table) -> bool:
        """Whether it is how the codes of these requirements are made from a table."""
        return _are(made_of, self.made_of) and table.made_before() == self.made


@dataclass(slots=True)
class Built:
    """What is made of the names of one table. ``columns`` are to be made of it, where the expressions of others look at them.

    ``joint`` is how the codes that were asked for last are made.
    """

    values: dict[tuple[str, Reach | None], Value] = field(default_factory=dict)
    computed: dict[str, tuple[Number, pl.Expr]] = field(default_factory=dict)
    tests: dict[tuple[str, Reach | None, Test], pl.Expr] = field(default_factory=dict)
    truths: dict[tuple[Condition, Reach], pl.Expr] = field(default_factory=dict)
    bound_codes: dict[tuple[Condition, Reach], pl.Expr] = field(default_factory=dict)
    targets: dict[Hashable, pl.Expr] = field(default_factory=dict)
    target_codes: dict[Hashable, pl.Expr] = field(default_factory=dict)
    totals: dict[tuple[str, Reach | None, Span], Value] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    joint: Joint | None = None
    columns: dict[str, Due] = field(default_factory=dict)


class Plan:
    """The expressions of requirements on facts as they are reported, by the shape of the table that has them.

    Made once by whoever judges, for one or many runs: cells come out the same with a plan that was used before.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.found: dict[tuple[str, Reach], Reference] = {}
        self._built: dict[str, dict[Shape, Built]] = {}
        self._needs: tuple[list[Requirement], list[Requirement], Needs] | None = None

    def needs(self, requirements: Sequence[Requirement], permits: Mapping[str, Requirement]) -> Needs:
        """What judging these requirements needs; of those that were asked last remembered."""
        asked, permitted = list(requirements), list(permits.values())
        if self._needs is None or not (_are(asked, self._needs[0]) and _are(permitted, self._needs[1])):
            self._needs = asked, permitted, needs_of(asked, permits, self.scope)
        return self._needs[2]

    def built(self, table: Table) -> Built:
        """What was made on tables of this shape."""
        of_kind = self._built.setdefault(table.kind, {})
        found = of_kind.pop(table.shape, None)
        if found is None:
            found = Built()
            while len(of_kind) >= _SHAPES:
                del of_kind[next(iter(of_kind))]
        of_kind[table.shape] = found
        return found


def target_key(requirement: Requirement) -> Hashable:
    """What the truth of a plain target depends on beside the subjects whose value it is."""
    return requirement.indicator, requirement.target, requirement.tolerance, requirement.within


def _are(some: Sequence[Requirement | None], others: Sequence[Requirement | None]) -> bool:
    """Whether these are the same objects; to compare what they say would take longer than what it spares."""
    return len(some) == len(others) and all(one is other for one, other in zip(some, others, strict=True))
