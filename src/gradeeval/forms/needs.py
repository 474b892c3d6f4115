"""Which fields and facts the requirements of some rulesets ask of one sort of subject."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gradeeval.language.nodes import Change, Condition, Count, Indicator, Ratio, Reach, Requirement, Share, Sum
from gradeeval.language.scope import Reference, Scope


@dataclass(slots=True)
class Need:
    """A name that is asked for, and by which requirements.

    ``own`` are those that bind the subject itself; ``wider`` bind a region or network around it and take its figure for a
    count, share or sum, or read it there.
    """

    reference: Reference
    own: list[Requirement] = field(default_factory=list)
    wider: list[Requirement] = field(default_factory=list)

    @property
    def indicator(self) -> Indicator | None:
        """The indicator; None for a field."""
        return self.reference.indicator


@dataclass(slots=True)
class Needs:
    """What is asked of a sort of subject, by name, in the order in which the requirements ask.

    ``above`` is what is read of the regions or networks around it, with their sort.
    """

    of: dict[str, Need] = field(default_factory=dict)
    above: dict[str, Reach] = field(default_factory=dict)


def needs_of(
    reach: Reach, requirements: Iterable[Requirement], scope: Scope, permits: Mapping[str, Requirement]
) -> Needs:
    """Everything that these requirements, taken with their exceptions and formulas, look at on a subject of that sort."""
    found = Needs()
    for requirement in requirements:
        walk = _Walk(reach, requirement, scope, found)
        walk.condition(requirement.where, requirement.binds)
        walk.name(requirement.indicator, requirement.binds)
        if requirement.unless is not None and requirement.unless in permits:
            walk.condition(permits[requirement.unless].where, requirement.binds)
    return found


def is_of(reader: Reach, reach: Reach) -> bool:
    """Whether what is said of ``reader`` concerns a subject of the sort ``reach``."""
    return reader.kind == reach.kind and reader.tier in (None, reach.tier) and reader.type in (None, reach.type)


class _Walk:
    """Down from one requirement through conditions and formulas, noting what stands on the wanted sort of subject."""

    def __init__(self, reach: Reach, requirement: Requirement, scope: Scope, found: Needs) -> None:
        self.reach = reach
        self.requirement = requirement
        self.scope = scope
        self.found = found
        self._seen: set[tuple[str, Reach]] = set()

    def condition(self, condition: Condition, reader: Reach) -> None:
        for name in condition.names():
            self.name(name, reader)

    def name(self, name: str, reader: Reach) -> None:
        if (name, reader) in self._seen:
            return
        self._seen.add((name, reader))
        reference = self.scope.find(name, reader)
        if not isinstance(reference, Reference):
            return
        if reference.above is not None:
            if is_of(reader, self.reach):
                self.found.above.setdefault(name, reference.above)
            self.name(name, reference.above)
            return
        if is_of(reader, self.reach):
            need = self.found.of.setdefault(name, Need(reference))
            bound = is_of(self.requirement.binds, self.reach)
            (need.own if bound else need.wider).append(self.requirement)
        formula = reference.indicator.formula if reference.indicator is not None else None
        if isinstance(formula, Ratio):
            self.name(formula.of, reader)
            self.name(formula.to, reader)
        elif isinstance(formula, Change):
            self.name(formula.of, reader)
        elif isinstance(formula, Count | Share | Sum):
            self.condition(formula.where, formula.of)
            if isinstance(formula, Share):
                self.condition(formula.having, formula.of)
            if isinstance(formula, Sum):
                self.name(formula.value, formula.of)
