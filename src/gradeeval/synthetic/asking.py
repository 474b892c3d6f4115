"""Which facts the rules ask of which subjects, so that an invented dataset holds what the requirements bite on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gradeeval.engines.conditions import OnView, compile_condition
from gradeeval.engines.views import View, World
from gradeeval.language.nodes import (
    Bounds,
    Change,
    Condition,
    Count,
    Equals,
    Includes,
    Indicator,
    Ratio,
    Reach,
    Requirement,
    Share,
    Sum,
)
from gradeeval.language.scope import Reference, Scope
from gradeeval.timeline import read_period

Chance = tuple[OnView, Reach, tuple[str, ...]]
"""A condition, the sort of subject it stands on, and the names that are looked at where it may hold."""


class Asking:
    """What some requirements, and the formulas of all indicators, look at."""

    def __init__(self, scope: Scope, requirements: Sequence[Requirement]) -> None:
        self.scope = scope
        self._world = World(scope, (), (), lenient=True)
        self._chances = list(self._read(requirements))
        self.anchors: dict[tuple[str, str | None], float] = {}
        self._complete: set[str] = set()
        for requirement in requirements:
            self._anchor(requirement)

    def names(self, reach: Reach, fields: Mapping[str, Any]) -> list[Indicator]:
        """The indicators that a subject with these fields is asked for, without formula, in the order of the scope."""
        period = read_period("2024")
        assert period is not None
        values = {name: frozenset(value) if isinstance(value, list) else value for name, value in fields.items()}
        view = View(self._world, reach.kind, "", "", period, values, reach.tier, reach.type)
        asked = {
            name
            for condition, reader, names in self._chances
            if _is(reader, reach) and condition(view) is not False
            for name in names
        }
        return [
            indicator
            for name, indicator in self.scope.indicators.items()
            if name in asked and indicator.formula is None and _is(indicator.reach, reach)
        ]

    def shares(self, tier: str) -> list[Indicator]:
        """Computed shares that regions of a tier also publish themselves."""
        return [
            indicator
            for indicator in self.scope.indicators.values()
            if isinstance(indicator.formula, Share) and _is(indicator.reach, Reach("region", tier))
        ]

    def anchor(self, indicator: Indicator, reach: Reach) -> float | None:
        """The number that is asked of it: values lie around it."""
        found = self.anchors.get((indicator.name, reach.tier or reach.type))
        return found if found is not None else self.anchors.get((indicator.name, None))

    def asks_whole(self, name: str) -> bool:
        """Whether a requirement wants every code of a list at once."""
        return name in self._complete

    def _read(self, requirements: Iterable[Requirement]) -> Iterator[Chance]:
        for requirement in requirements:
            names = (*requirement.where.names(), *self._inner(requirement.indicator))
            yield self._chance(requirement.where, requirement.binds, names)
        for indicator in self.scope.indicators.values():
            formula = indicator.formula
            if isinstance(formula, Count | Share | Sum):
                names = tuple(formula.where.names())
                if isinstance(formula, Share):
                    names = (*names, *formula.having.names())
                if isinstance(formula, Sum):
                    names = (*names, *self._inner(formula.value))
                yield self._chance(formula.where, formula.of, names)

    def _chance(self, condition: Condition, reader: Reach, names: tuple[str, ...]) -> Chance:
        flat = tuple(dict.fromkeys(inner for name in names for inner in self._inner(name)))
        return compile_condition(condition, reader, self.scope), reader, flat

    def _inner(self, name: str) -> Iterator[str]:
        """The name, and what its ratio or change is made of."""
        yield name
        indicator = self.scope.indicators.get(name)
        formula = indicator.formula if indicator is not None else None
        if isinstance(formula, Ratio):
            yield from self._inner(formula.of)
            yield from self._inner(formula.to)
        elif isinstance(formula, Change):
            yield from self._inner(formula.of)

    def _anchor(self, requirement: Requirement) -> None:
        test = requirement.target.test
        if isinstance(test, Includes):
            self._complete.add(requirement.indicator)
        limit: object = None
        if isinstance(test, Equals):
            limit = test.number
        elif isinstance(test, Bounds):
            limit = next((value for _name, value in test.stated()), None)
        if limit is None or isinstance(limit, str):
            return
        reference = self.scope.find(requirement.indicator, requirement.binds)
        if isinstance(reference, Reference):
            number = float(str(limit))
            self.anchors.setdefault((requirement.indicator, requirement.binds.tier or requirement.binds.type), number)
            self.anchors.setdefault((requirement.indicator, None), number)


def _is(reader: Reach, reach: Reach) -> bool:
    return reader.kind == reach.kind and reader.tier in (None, reach.tier) and reader.type in (None, reach.type)
