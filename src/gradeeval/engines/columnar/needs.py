"""What requirements make necessary: parts of which kinds, and subjects in which earlier years."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gradeeval.engines.conditions import found
from gradeeval.language.nodes import Change, Condition, Count, Ratio, Reach, Requirement, Share, Sum
from gradeeval.language.scope import Scope
from gradeeval.profiles.columns.layout import field_types
from gradeeval.timeline import Span
from gradeeval.vocabulary import KINDS


@dataclass(slots=True)
class Needs:
    """``names``: what is looked at, by kind. ``parts``: kinds over which formulas go. ``spans`` by kind.

    ``back``: how many years before a row changes reach, by kind.
    """

    names: dict[str, set[str]] = field(default_factory=dict)
    parts: set[str] = field(default_factory=set)
    back: dict[str, int] = field(default_factory=dict)
    spans: dict[str, set[Span]] = field(default_factory=dict)


def needs_of(requirements: Iterable[Requirement], permits: Mapping[str, Requirement], scope: Scope) -> Needs:
    """What judging these requirements needs beside the profiles themselves."""
    needs = Needs()
    walk = _Walk(scope, needs)
    for requirement in requirements:
        reader = requirement.binds
        extra = 0
        for span in (requirement.within, requirement.every_year):
            if span is not None:
                needs.spans.setdefault(reader.kind, set()).add(span)
        if requirement.within is not None:
            extra = 1
        walk.name(requirement.indicator, reader, extra)
        walk.condition(requirement.where, reader, 0)
        if requirement.unless is not None:
            walk.condition(permits[requirement.unless].where, reader, 0)
    return needs


def names_read(
    requirements: Iterable[Requirement], permits: Mapping[str, Requirement], scope: Scope
) -> dict[str, set[str]]:
    """By kind the names whose values have to be at hand: what is looked at, and all fields, which say who a subject is."""
    names = needs_of(requirements, permits, scope).names
    return {kind: names.get(kind, set()) | field_types(scope, kind).keys() for kind in KINDS}


class _Walk:
    """Goes down from names to the formulas behind them."""

    def __init__(self, scope: Scope, needs: Needs) -> None:
        self._scope = scope
        self._needs = needs
        self._seen: set[tuple[str, str, int]] = set()

    def condition(self, condition: Condition, reader: Reach, back: int) -> None:
        for name in condition.names():
            self.name(name, reader, back)

    def name(self, name: str, reader: Reach, back: int) -> None:
        reference = found(self._scope, name, reader)
        indicator = reference.indicator
        kind = indicator.reach.kind if indicator is not None else reader.kind
        self._needs.names.setdefault(kind, set()).add(name)
        if indicator is None or indicator.formula is None:
            return
        if (name, kind, back) in self._seen:
            return
        self._seen.add((name, kind, back))
        formula = indicator.formula
        if isinstance(formula, Change):
            self._needs.back[kind] = max(self._needs.back.get(kind, 0), back + 1)
            self.name(formula.of, indicator.reach, back + 1)
        elif isinstance(formula, Ratio):
            self.name(formula.of, indicator.reach, back)
            self.name(formula.to, indicator.reach, back)
        else:
            assert isinstance(formula, Count | Share | Sum)
            self._needs.parts.add(formula.of.kind)
            self.condition(formula.where, formula.of, back)
            if isinstance(formula, Share):
                self.condition(formula.having, formula.of, back)
            elif isinstance(formula, Sum):
                self.name(formula.value, formula.of, back)
