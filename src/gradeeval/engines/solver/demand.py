"""What can be asked of requirements: a demand is a requirement with all that it is read with. Nothing here knows z3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gradeeval.language.nodes import Reach, Requirement
from gradeeval.language.scope import Scope

MET = "met"
UNMET = "unmet"
APPLIES = "applies"
NOT_BOUND = "not_bound"
NOT_MISSED = "not_missed"
"""How a demand can be wished to come out. ``applies``: in some year it binds the subject, and there is something to measure;
``not_bound``: it does in no year, or its window has not begun; ``not_missed``: it is met or not applicable.
"""


@dataclass(frozen=True, slots=True)
class Demand:
    """A requirement with what it is read with: the scope of its names, and the permits that ``unless`` may name."""

    requirement: Requirement
    scope: Scope
    permits: Mapping[str, Requirement]

    def names(self) -> frozenset[str]:
        """All names that the outcome depends on, those of formulas included."""
        requirement = self.requirement
        permit = self.permits.get(requirement.unless) if requirement.unless is not None else None
        found: set[str] = set()
        left = [requirement.indicator, *requirement.where.names(), *(permit.where.names() if permit else ())]
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                indicator = self.scope.indicators.get(name)
                left.extend(indicator.names() if indicator is not None else ())
        return frozenset(found)

    def reads_like(self, other: Demand) -> bool:
        """Whether both scopes mean the same by all names of both demands."""
        names = self.names() | other.names()
        return all(_meaning(name, self.scope) == _meaning(name, other.scope) for name in names)


def _meaning(name: str, scope: Scope) -> object:
    """What a name says that an outcome can depend on: its type, and of an indicator whose it is and its formula."""
    indicator = scope.indicators.get(name)
    own = None if indicator is None else (indicator.reach, indicator.formula, indicator.flow)
    return own, scope.types.get(name)


def common_sort(demands: Sequence[Demand]) -> Reach | None:
    """The sort of subject that all demands bind; None where there is none."""
    reaches = [demand.requirement.binds for demand in demands]
    kinds = {reach.kind for reach in reaches}
    tiers = {reach.tier for reach in reaches} - {None}
    types = {reach.type for reach in reaches} - {None}
    if len(kinds) != 1 or len(tiers) > 1 or len(types) > 1:
        return None
    return Reach(kinds.pop(), next(iter(tiers), None), next(iter(types), None))
