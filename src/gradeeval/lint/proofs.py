"""What the solver says of the requirements that are linted, asked once and told by the checks of ``logic``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import compress

from gradeeval.engines.solver.demand import MET, NOT_MISSED, UNMET, Demand
from gradeeval.language.nodes import Requirement
from gradeeval.lint.check import Encoded, Material
from gradeeval.proving.prover import UNDECIDED, Answer, Prover, Wish
from gradeeval.proving.relations import (
    Alone,
    Between,
    Excluded,
    Stricter,
    alone,
    as_strict,
    between,
    excluded,
    interact,
)
from gradeeval.proving.years import checkpoints


@dataclass(frozen=True, slots=True)
class Asked:
    """A requirement with its ruleset and as a demand."""

    encoded: Encoded
    demand: Demand

    @property
    def requirement(self) -> Requirement:
        """The requirement."""
        return self.demand.requirement

    @property
    def place(self) -> str:
        """The region in which it binds."""
        return self.encoded.ruleset.document.jurisdiction


@dataclass(slots=True)
class Proofs:
    """All answers. ``excluded`` with a subject that meets the demand, as near as there is one."""

    alone: list[tuple[Asked, Alone]] = field(default_factory=list)
    pairs: list[tuple[Asked, Asked, Between]] = field(default_factory=list)
    claims: list[tuple[Asked, Asked, Answer]] = field(default_factory=list)
    excluded: list[tuple[Asked, Excluded, Answer]] = field(default_factory=list)


def proofs(material: Material) -> Proofs:
    """Asks all that concerns the chosen rulesets: each requirement, each pair that can interact, each ruleset as a whole."""
    prover = prover_of(material)
    asked = demands(material)
    chosen = set(material.chosen)
    found = Proofs()
    work: list[Callable[[], None]] = []
    for one in asked:
        if one.encoded.ruleset.document.id in chosen:
            work.append(partial(_one, prover, one, found))
    for first, second in _pairs(asked, chosen, prover):
        work.append(partial(_two, prover, first, second, found))
    by_id = {one.requirement.id: one for one in asked}
    for one in asked:
        other = by_id.get(one.requirement.stricter_than or "")
        if other is not None and one.encoded.ruleset.document.id in chosen:
            work.append(partial(_claim, prover, one, other, found))
    for group in _sorts(asked, chosen):
        work.append(partial(_together, prover, group, found))
    for step in material.watched(work):
        step()
    return found


def strictness(material: Material) -> list[Stricter]:
    """Whether the first of the two rulesets that are compared asks at least what the second does, demand by demand."""
    assert material.compared is not None
    prover = prover_of(material)
    first, second = (
        [one.demand for one in demands(material) if one.encoded.ruleset.document.id == id] for id in material.compared
    )
    return [stricter for demand in material.watched(second) for stricter in as_strict(prover, first, [demand])]


def prover_of(material: Material) -> Prover:
    """The prover of a run. Raises ``MissingExtra``."""
    return Prover(material.scope.vocabulary, material.rosters, int(material.seconds * 1000))


def demands(material: Material) -> list[Asked]:
    """The requirements of all rulesets, the chosen ones and those that they are held against."""
    permits: Mapping[str, Requirement] = {
        requirement.id: requirement
        for encoded in material.rulesets.values()
        for requirement in encoded.requirements
        if requirement.force == "permit"
    }
    return [
        Asked(encoded, Demand(requirement, material.scope, permits))
        for encoded in material.rulesets.values()
        for requirement in encoded.requirements
    ]


def _pairs(asked: list[Asked], chosen: set[str], prover: Prover) -> Iterator[tuple[Asked, Asked]]:
    """Those that can bind one subject at the same time, are not the one in place of the other, and can interact."""
    own = [one.encoded.ruleset.document.id in chosen for one in asked]
    for at, first in enumerate(asked):
        rest = range(at + 1, len(asked))
        for second in (asked[other] for other in (rest if own[at] else compress(rest, own[at + 1 :]))):
            if not interact(first.demand, second.demand):
                continue
            year = max(checkpoints([first.demand, second.demand]))
            if not _replaced(first, second) and prover.overlapping(first.place, second.place, year):
                yield first, second


def _replaced(first: Asked, second: Asked) -> bool:
    """Whether one stands in the place of the other, by document or by requirement."""
    for new, old in ((first, second), (second, first)):
        gone = {id for id, _note in new.encoded.ruleset.document.supersedes}
        named = (new.requirement.supersedes, new.requirement.replaces)
        if old.encoded.ruleset.document.id in gone or old.requirement.id in named:
            return True
    return False


def _sorts(asked: list[Asked], chosen: set[str]) -> Iterator[list[Asked]]:
    """The mandatory requirements of each chosen ruleset, by sort of subject."""
    groups: dict[tuple[str, object], list[Asked]] = {}
    for one in asked:
        requirement = one.requirement
        document = one.encoded.ruleset.document.id
        if document in chosen and requirement.force == "mandatory" and requirement.target.test is not None:
            groups.setdefault((document, requirement.binds), []).append(one)
    yield from (group for group in groups.values() if len(group) > 1)


def _one(prover: Prover, one: Asked, found: Proofs) -> None:
    found.alone.append((one, alone(prover, one.demand, (one.place,))))


def _two(prover: Prover, first: Asked, second: Asked, found: Proofs) -> None:
    places = tuple(sorted({first.place, second.place}))
    found.pairs.append((first, second, between(prover, first.demand, second.demand, places)))


def _claim(prover: Prover, one: Asked, other: Asked, found: Proofs) -> None:
    escapes = prover.find([Wish(other.demand, UNMET), Wish(one.demand, NOT_MISSED)], (one.place,))
    found.claims.append((one, other, escapes))


def _together(prover: Prover, group: list[Asked], found: Proofs) -> None:
    by_demand = {one.requirement.id: one for one in group}
    places = (group[0].place,)
    year = max(max(checkpoints([one.demand])) for one in group)
    for item in excluded(prover, [one.demand for one in group], places, year):
        shown = Answer(UNDECIDED)
        if item.others:
            shown = prover.find([Wish(item.demand, MET)], places, [year])
        found.excluded.append((by_demand[item.demand.requirement.id], item, shown))
