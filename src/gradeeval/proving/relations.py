"""What one demand is by itself, what two are to each other, and whether a whole ruleset can be conformed to.

Two demands can only have to do with each other where the outcome of one depends on an indicator that the outcome of the
other depends on (formulas included), or where both count the same sort of parts by their fields; others are not asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gradeeval.engines.solver.demand import APPLIES, MET, NOT_MISSED, UNMET, Demand, common_sort
from gradeeval.language.nodes import Count
from gradeeval.proving.prover import FOUND, NONE, UNDECIDED, Answer, Asked, Prover, Wish
from gradeeval.proving.years import checkpoints


@dataclass(frozen=True, slots=True)
class Alone:
    """Of one demand: whether it can apply, be met, be missed. None: not decided. ``shown`` is a subject that it binds."""

    applies: bool | None
    met: bool | None
    missed: bool | None
    shown: Answer


@dataclass(frozen=True, slots=True)
class Between:
    """What two demands are to each other; None: not decided.

    ``contradict``: no subject that both bind meets both, though each can be met there. ``first_follows``: whoever misses the first
    misses the second, so that the first adds nothing; ``second_follows`` the other way round. ``shown`` is a subject that both bind: it meets
    the first and misses the second where they contradict; where one follows, it meets that one and misses the
    other if a subject of both can, else it meets both.
    """

    contradict: bool | None
    first_follows: bool | None
    second_follows: bool | None
    shown: Answer

    @property
    def undecided(self) -> bool:
        """Whether one of the three was not decided."""
        return None in (self.contradict, self.first_follows, self.second_follows)


def alone(prover: Prover, demand: Demand, places: tuple[str, ...]) -> Alone:
    """Asks of one demand in each year in which its window begins or ends; what can be met, in the last."""
    asked = [Asked(prover, [demand], places, year) for year in checkpoints([demand])]
    applies = _any(one.possible((0, APPLIES)) for one in asked)
    met = _any([asked[-1].possible((0, MET))])
    missed = _any(one.possible((0, UNMET)) for one in asked)
    requirement = demand.requirement
    wrong = met is False or (missed is False and requirement.force != "permit")
    shown = Answer(NONE)
    if applies and wrong and requirement.target.test is not None:
        words = (UNMET, APPLIES) if met is False else (MET,)
        shown = _first_found(prover.find([Wish(demand, word)], places) for word in words)
    return Alone(applies, met, missed, shown)


def interact(first: Demand, second: Demand) -> bool:
    """Whether two demands can have to do with each other: the same sort of subject, and something that both look at."""
    if common_sort([first, second]) is None:
        return False
    if first.requirement.target.test is None or second.requirement.target.test is None:
        return False
    return not _facts(first).isdisjoint(_facts(second))


def _facts(demand: Demand) -> set[object]:
    """The indicators that the outcome depends on, and the sorts of parts that are counted by their fields alone."""
    indicators = demand.scope.indicators
    found: set[object] = {name for name in demand.names() if name in indicators}
    for name in list(found):
        formula = indicators[str(name)].formula
        if isinstance(formula, Count) and not any(used in indicators for used in formula.where.names()):
            found.add(formula.of)
    return found


def between(prover: Prover, first: Demand, second: Demand, places: tuple[str, ...]) -> Between:
    """Asks of two demands in each year in which a window of either begins or ends."""
    pair = [first, second]
    asked = [Asked(prover, pair, places, year) for year in checkpoints(pair)]
    contradict: bool | None = False
    permits = any(demand.requirement.force == "permit" for demand in pair)
    for one in asked:
        found = False if permits else _contradict(one)
        if found is not False:
            contradict = found
        if found:
            return Between(True, False, False, one.find([(0, MET), (1, UNMET)]))
    together = _any(one.possible((0, MET), (1, MET)) for one in asked)
    if not together:
        return Between(contradict, together, together, Answer(NONE))
    follows = [_follows(asked, this, other) for this, other in ((0, 1), (1, 0))]
    shown = Answer(NONE)
    if follows[0] or follows[1]:
        both = [(0, MET), (1, MET)]
        apart = both if all(follows) else [(0, MET), (1, UNMET)] if follows[0] else [(0, UNMET), (1, MET)]
        shown = _first_found(one.find(wishes) for wishes in (apart, both) for one in asked)
    return Between(contradict, follows[0], follows[1], shown)


def _contradict(asked: Asked) -> bool | None:
    """Each can be met where both apply, but not both."""
    apart = [
        asked.possible((0, APPLIES), (1, APPLIES)),
        asked.possible((0, MET), (1, APPLIES)),
        asked.possible((1, MET), (0, APPLIES)),
    ]
    if False in apart:
        return False
    both = asked.possible((0, MET), (1, MET))
    if both is not False:
        return None if both is None else False
    return None if None in apart else True


def _follows(asked: Sequence[Asked], this: int, other: int) -> bool | None:
    """Whether whoever misses this misses the other as well, in every year, and somebody can."""
    escapes = _any(one.possible((this, UNMET), (other, NOT_MISSED)) for one in asked)
    if escapes is not False:
        return None if escapes is None else False
    return _any(one.possible((this, UNMET)) for one in asked)


def _first_found(answers: Iterable[Answer]) -> Answer:
    """The first answer that shows a subject; else one that was not decided, if any."""
    best = Answer(NONE)
    for answer in answers:
        if answer.word == FOUND:
            return answer
        best = answer if answer.word == UNDECIDED else best
    return best


def _any(answers: Iterable[bool | None]) -> bool | None:
    """True if any is; else None if any was not decided."""
    open_ = False
    for answer in answers:
        if answer:
            return True
        open_ = open_ or answer is None
    return None if open_ else False


@dataclass(frozen=True, slots=True)
class Excluded:
    """A demand that no subject can meet without missing another; ``others`` are enough to see it. Empty: not decided."""

    demand: Demand
    others: tuple[Demand, ...]


def excluded(prover: Prover, demands: Sequence[Demand], places: tuple[str, ...], year: int) -> Iterator[Excluded]:
    """Of demands on one sort of subject those that no subject meets that misses none of the others.

    Each model shows many at once, so that few questions suffice. A demand that cannot be met at all is not named, nor one that binds only
    those who miss another: it speaks of a case that the others forbid.
    """
    asked = Asked(prover, demands, places, year)
    kept = [(index, NOT_MISSED) for index in range(len(demands))]
    left = [index for index in range(len(demands)) if asked.possible((index, MET)) is not False]
    while left:
        met = asked.met_by_one(kept, left)
        if not met:
            break
        left = [index for index in left if index not in met]
    for index in left:
        others = [wish for wish in kept if wish[0] != index]
        if asked.possible(*others, (index, APPLIES)) is False:
            continue
        answer = asked.possible(*others, (index, MET))
        if answer:
            continue
        core = asked.core(others, (index, MET)) if answer is False else []
        yield Excluded(demands[index], tuple(demands[other] for other in core))


@dataclass(frozen=True, slots=True)
class Stricter:
    """Whether one ruleset asks at least as much as a demand of another.

    ``matching`` are the demands of the first that look at the same indicator of the same sort of subject; ``escapes`` is a subject
    that misses the demand and none of them, ``none`` where there is no such subject, ``undecided`` else.
    """

    demand: Demand
    matching: tuple[Demand, ...]
    escapes: Answer


def as_strict(prover: Prover, first: Sequence[Demand], second: Iterable[Demand]) -> Iterator[Stricter]:
    """For each demand of the second that can be missed, whether whoever misses it misses one of the first as well."""
    for demand in second:
        requirement = demand.requirement
        if requirement.target.test is None or requirement.force == "permit":
            continue
        matching = tuple(
            other
            for other in first
            if other.requirement.indicator == requirement.indicator
            and other.requirement.target.test is not None
            and other.requirement.force != "permit"
            and common_sort([demand, other]) is not None
        )
        escapes = Answer(UNDECIDED)
        if matching:
            escapes = prover.find([Wish(demand, UNMET), *(Wish(other, NOT_MISSED) for other in matching)])
        yield Stricter(demand, matching, escapes)
