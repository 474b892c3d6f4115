"""The regions right below one that is bound, with the same figure: who ranks where, and who pulls the whole down how much."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gradeeval.engines.conditions import about_limits, found, limits_of
from gradeeval.engines.formulas import Computed, as_interval, candidates
from gradeeval.engines.views import View
from gradeeval.findings.finding import Finding
from gradeeval.language.nodes import Bounds, Count, Equals, Ratio, Reach, Share
from gradeeval.quantity import Bound, Interval
from gradeeval.vocabulary import TIERS


@dataclass(frozen=True, slots=True)
class ChildFigure:
    """A region right below with its ``value`` (scaled). ``rank`` is from the best, None where nothing is known.

    ``effect``: of a share or ratio what its numerator lacks for the target, unknown parts counted against it, so that the
    effects of all children add up to what the whole lacks, and below 0 where it pulls up; of a count the parts that lack it or
    may.
    """

    view: View
    value: Any
    rank: int | None
    effect: Fraction | None


def children(finding: Finding) -> tuple[ChildFigure, ...]:
    """The children, the best first, of an indicator that is declared for every region; none where nothing is known of any."""
    indicator, view, requirement = finding.reference.indicator, finding.view, finding.requirement
    tier = view.tier
    if view.kind != "region" or tier is None or indicator is None or indicator.reach.tier is not None:
        return ()
    if finding.reference.type.form != "number":
        return ()
    test = requirement.target.test
    least = isinstance(test, Bounds) and (test.at_most is not None or test.below is not None)
    rows = []
    for child in _right_below(view, tier):
        reference = found(view.world.scope, requirement.indicator, Reach("region", child.tier))
        value = child.look(reference)
        interval = as_interval(value, reference) if value is not None else None
        known = interval if isinstance(interval, Interval) else None
        key = None if known is None else known.hi if least else -known.lo
        rows.append((child, value if known is not None else None, key, _effect(finding, child)))
    if not any(value is not None or effect is not None for _child, value, _key, effect in rows):
        return ()
    keys = sorted(key for _child, _value, key, _effect in rows if key is not None)
    made = [
        ChildFigure(child, value, None if key is None else keys.index(key) + 1, effect)
        for child, value, key, effect in rows
    ]
    return tuple(sorted(made, key=lambda one: (one.rank is None, one.rank or 0, one.view.id)))


def _right_below(view: View, tier: str) -> list[View]:
    """All regions whose next region around is this one, of whichever tier."""
    below = []
    for lower in TIERS[TIERS.index(tier) + 1 :]:
        for part in view.world.parts(view, Reach("region", lower))[0]:
            chain = view.world.chain(part.id, view.period.end)
            if len(chain) > 1 and chain[1].id == view.id:
                below.append(part)
    return below


def _effect(finding: Finding, child: View) -> Fraction | None:
    formula = finding.reference.indicator.formula if finding.reference.indicator is not None else None
    computed = (child.computed or {}).get(finding.requirement.indicator)
    if isinstance(formula, Count):
        condition = candidates(formula, child.world.scope)
        if condition is None or computed is None:
            return None
        could = child.world.condition(condition, formula.of)
        lacking = sum(could(part) is True for part in (*computed.lack, *computed.unsure))
        return Fraction(lacking)
    limit = _limit(finding)
    if limit is None:
        return None
    part, sign = limit
    if isinstance(formula, Share):
        return _of_share(computed, part, sign)
    if isinstance(formula, Ratio):
        return _of_ratio(finding, formula, child, part, sign)
    return None


def _limit(finding: Finding) -> tuple[Fraction, int] | None:
    """The bound as a part of the denominator, and 1 where it is one from below, -1 where from above."""
    test, own = finding.requirement.target.test, finding.reference.type
    if not isinstance(test, Bounds | Equals):
        return None
    limits = limits_of(test, own)
    low, high = limits[0], limits[2]
    if finding.requirement.target.about:
        low, high = about_limits(finding.requirement, finding.reference)
    limit, sign = (high, -1) if isinstance(low, float) else (low, 1)
    if isinstance(limit, float):
        return None
    return Fraction(limit) / 10**own.decimals / (100 if own.unit == "percent" else 1), sign


def _of_share(computed: Computed | None, part: Fraction, sign: int) -> Fraction | None:
    if computed is None or not computed.listed:
        return None
    have, unsure = len(computed.have), len(computed.unsure)
    whole = have + len(computed.lack) + unsure
    return sign * (part * whole - (have if sign == 1 else have + unsure)) if whole else None


def _of_ratio(finding: Finding, formula: Ratio, child: View, part: Fraction, sign: int) -> Fraction | None:
    ends: list[Bound] = []
    assert finding.reference.indicator is not None
    for name, lower in ((formula.of, sign == 1), (formula.to, sign == -1)):
        reference = found(child.world.scope, name, finding.reference.indicator.reach)
        value = child.look(reference)
        interval = as_interval(value, reference)
        if value is None or not isinstance(interval, Interval):
            return None
        bound = interval.lo if lower else interval.hi
        if isinstance(bound, float):
            return None
        ends.append(Fraction(bound) / 10**reference.type.decimals)
    return sign * (part * Fraction(ends[1]) - Fraction(ends[0]))
