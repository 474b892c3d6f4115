"""The parts that formulas go over, counted by sort: how many parts satisfy just these conditions and no others.

The sorts of parts that can exist are found first, by asking Z3 about one part. Each has a number of parts in the subject, a
variable of its own; a count is a sum of those. That is exact for one level of parts. Where there are too many sorts,
each count is a number of its own, with what follows from one condition being among another's.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import z3

from gradeeval.engines.solver.identity import Row
from gradeeval.engines.solver.numbers import exact
from gradeeval.engines.solver.realm import Realm
from gradeeval.language.lowering import lower_condition
from gradeeval.language.nodes import Condition, Reach
from gradeeval.language.scope import Scope, Unreachable

if TYPE_CHECKING:
    from gradeeval.engines.solver.subject import Subject

MOST_CELLS = 64
"""With more sorts of parts than this, counts are no longer tied to them."""

MOST_CONDITIONS = 10


@dataclass(frozen=True)
class Cell:
    """A sort of part: which conditions it satisfies, its identity on the roster, and one part of the sort."""

    holds: tuple[bool, ...]
    identity: tuple[bool, ...]
    part: Subject
    model: z3.ModelRef


@dataclass
class Total:
    """A sum of a value over the parts with a condition."""

    term: z3.ArithRef
    inside: int
    value: str
    scope: Scope

    @property
    def key(self) -> tuple[str, int]:
        """What is summed: the value as the scope has it."""
        return self.value, id(self.scope.types.get(self.value))


class Parts:
    """The parts of one sort of a symbolic subject in one year; ``rows`` are those on the roster, if it lists them all."""

    def __init__(self, realm: Realm, of: Reach, year: int, label: str, rows: Sequence[Row] | None) -> None:
        self._realm = realm
        self.of = of
        self.year = year
        self._label = label
        self._rows = rows
        self._conditions: dict[tuple[Condition, int], tuple[int, Condition, Scope]] = {}
        self._counts: dict[tuple[int, ...], z3.ArithRef] = {}
        self.totals: list[Total] = []
        self.cells: list[Cell] | None = None
        self.numbers: list[z3.ArithRef] = []
        self._sums: dict[tuple[str, int], list[z3.ArithRef]] = {}

    def condition(self, condition: Condition, scope: Scope) -> int:
        """The index of a condition."""
        key = (condition, id(scope))
        if key not in self._conditions:
            self._conditions[key] = (len(self._conditions), condition, scope)
        return self._conditions[key][0]

    def count(self, holding: tuple[int, ...]) -> z3.ArithRef:
        """How many parts satisfy all of these conditions."""
        holding = tuple(sorted(set(holding)))
        if holding not in self._counts:
            self._counts[holding] = z3.Int(f"{self._label}{holding}")
        return self._counts[holding]

    def sum(self, inside: int, value: str, scope: Scope) -> z3.ArithRef:
        """The sum of ``value`` over the parts that satisfy a condition."""
        for total in self.totals:
            if (total.inside, total.value, id(total.scope)) == (inside, value, id(scope)):
                return total.term
        self.count((inside,))
        term = z3.Real(f"{self._label}{value}.{inside}#{len(self.totals)}")
        self.totals.append(Total(term, inside, value, scope))
        return term

    # -- axioms ----------------------------------------------------------------------------------------------------

    def axioms(self) -> Iterator[z3.BoolRef]:
        """What the counts and sums can be."""
        self.cells = self._found()
        if self.cells is None:
            yield from self._loose()
            return
        self.numbers = [z3.Int(f"{self._label}cell{at}") for at in range(len(self.cells))]
        yield from (number >= 0 for number in self.numbers)
        for holding, count in self._counts.items():
            yield count == z3.Sum(
                0, *(number for cell, number in self._each() if all(cell.holds[at] for at in holding))
            )
        for total in self.totals:
            yield from self._summed(total)
        yield from self._roster()

    def _summed(self, total: Total) -> Iterator[z3.BoolRef]:
        """A sum is that over the sorts that satisfy the condition; sums of one value over one sort are the same."""
        assert self.cells is not None
        if total.key not in self._sums:
            label = f"{self._label}sum{len(self._sums)}."
            terms = self._sums[total.key] = [self._step(total, f"{label}{cell}") for cell in range(len(self.cells))]
            for number, term in zip(self.numbers, terms, strict=True):
                yield from self._span(total, term, number)
        terms = self._sums[total.key]
        inside = [term for cell, term in zip(self.cells, terms, strict=True) if cell.holds[total.inside]]
        yield total.term == z3.Sum(exact(0), *inside)

    def _each(self) -> Iterator[tuple[Cell, z3.ArithRef]]:
        assert self.cells is not None
        return zip(self.cells, self.numbers, strict=True)

    def _step(self, total: Total, label: str) -> z3.ArithRef:
        """A number of whole steps of the value that is summed."""
        found = total.scope.find(total.value, self.of)
        assert not isinstance(found, Unreachable)
        return z3.ToReal(z3.Int(label)) / exact(10**found.type.decimals)

    def _span(self, total: Total, term: z3.ArithRef, number: z3.ArithRef) -> Iterator[z3.BoolRef]:
        """A sum over so many parts lies between so many times the lowest and the highest value."""
        found = total.scope.find(total.value, self.of)
        assert not isinstance(found, Unreachable)
        low, high = found.type.lowest, found.type.highest
        many = z3.ToReal(number)
        if low is not None:
            yield term >= exact(Fraction(low)) * many
        if high is not None:
            yield term <= exact(Fraction(high)) * many
        yield z3.Implies(number == 0, term == 0)

    def _roster(self) -> Iterator[z3.BoolRef]:
        """As many parts of each identity as the roster has."""
        if self._rows is None or not self.cells:
            return
        who = self.cells[0].part.who
        listed = Counter(who.vector(row) for row in self._rows)
        for vector, many in listed.items():
            yield z3.Sum(0, *(number for cell, number in self._each() if cell.identity == vector)) == many

    def _loose(self) -> Iterator[z3.BoolRef]:
        """Without sorts of parts: a narrower set is not larger, and of nothing the sum is nothing."""
        yield from (count >= 0 for count in self._counts.values())
        for wide, whole in self._counts.items():
            for narrow, count in self._counts.items():
                if wide != narrow and set(wide) < set(narrow):
                    yield count <= whole
            if self._rows is not None:
                yield whole <= len(self._rows)
        for total in self.totals:
            yield from self._span(total, total.term, self._counts[total.inside,])

    # -- sorts of parts --------------------------------------------------------------------------------------------

    def _found(self) -> list[Cell] | None:
        """The sorts of parts that can exist; None where they are too many or Z3 cannot tell in its time."""
        if len(self._conditions) > MOST_CONDITIONS:
            return None
        key = (
            self.of,
            tuple(self._conditions),
            tuple((total.value, id(total.scope)) for total in self.totals),
            self._realm.jurisdictions,
            self.year if self.of.kind == "region" else None,
            self._rows is None,
        )
        if key not in self._realm.cells:
            self._realm.cells[key] = self._enumerated()
        found: list[Cell] | None = self._realm.cells[key]
        return found

    def _enumerated(self) -> list[Cell] | None:
        from gradeeval.engines.solver.subject import Subject

        rows = self._rows if self._rows is not None else self._realm.rows(self.of, self.year)
        part = Subject(self._realm, self.of, self.year, rows, f"{self._label}part/")
        truths = []
        for _at, condition, scope in self._conditions.values():
            truths.append(part.holds(lower_condition(condition, self.of, scope).true, scope, self.year))
        for total in self.totals:
            part.number(None, total.value, total.scope, self.year)
        solver = z3.Solver()
        solver.set("timeout", self._realm.timeout)
        solver.add(*part.axioms())
        marks = [*truths, *(part.who.truths() if self._rows is not None else ())]
        cells: list[Cell] = []
        while True:
            answer = solver.check()
            if answer == z3.unknown or len(cells) > MOST_CELLS:
                return None
            if answer == z3.unsat:
                return cells
            model = solver.model()
            vector = tuple(z3.is_true(model.eval(mark, model_completion=True)) for mark in marks)
            cells.append(Cell(vector[: len(truths)], vector[len(truths) :], part, model))
            solver.add(z3.Or(*(mark != value for mark, value in zip(marks, vector, strict=True))))

    def members(self, model: z3.ModelRef) -> Iterator[tuple[Cell, int, dict[str, Fraction]]]:
        """The sorts of parts that there are in a model, how many, and the sums over each."""
        if self.cells is None:
            return
        for at, (cell, number) in enumerate(self._each()):
            many = model.eval(number, model_completion=True).as_long()
            if many:
                sums: dict[str, Any] = {
                    total.value: model.eval(self._sums[total.key][at], model_completion=True).as_fraction()
                    for total in self.totals
                    if cell.holds[total.inside]
                }
                yield cell, many, sums
