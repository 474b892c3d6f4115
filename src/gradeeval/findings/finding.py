"""One finding: the judgement, the gap, what is still to do, whether it is due, and what is missing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Protocol

from gradeeval.engines.conditions import found
from gradeeval.engines.formulas import Computed, as_interval
from gradeeval.engines.judgement import MET, UNKNOWN, UNMET, Judgement
from gradeeval.engines.views import View
from gradeeval.findings.gap import Range, Shortfall, measure
from gradeeval.findings.missing import Missing, what_is_missing
from gradeeval.language.nodes import Requirement
from gradeeval.language.scope import Reference, Scope
from gradeeval.quantity import Interval


class Cited(Protocol):
    """A requirement as it is pointed at."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def clause(self) -> str:
        """Its clause."""


@dataclass(frozen=True, slots=True)
class Relation:
    """How a finding stands to another requirement on the same subject.

    ``kind``: ``replaces`` and ``replaced_by`` (with ``perhaps_`` before where it is unknown whether it binds), ``covers``
    and ``covered_by`` (the stricter one binds), ``stricter_than`` and ``milder_than`` (both bind, ``why`` says why),
    ``extends`` and ``extended_by``.
    """

    kind: str
    other: Cited
    basis: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What came out for one requirement and one subject.

    ``value`` is what was tested (scaled), ``gap`` signed and in natural numbers. ``due`` has passed if ``overdue``; a
    standing duty has neither (None). ``lacking`` are the parts that pull a share or count down, ``unsure`` those unknown.
    """

    requirement: Requirement
    judgement: Judgement
    view: View
    reference: Reference
    overdue: bool | None
    stale: bool
    late: bool
    gap: Range | None
    shortfall: Shortfall | None
    missing: tuple[Missing, ...]
    source: str | None
    reported: Any
    computed: Computed | None
    notes: tuple[str, ...]
    relations: tuple[Relation, ...] = ()

    @property
    def outcome(self) -> str:
        """The outcome."""
        return self.judgement.outcome

    @property
    def binding(self) -> bool:
        """Whether it is due or standing, so that a miss counts for the verdict."""
        return self.overdue is not False

    @property
    def lacking(self) -> tuple[View, ...]:
        """The parts that surely lack it or are not counted; see ``contributing`` for those that pull it down."""
        return self.computed.lack if self.computed is not None else ()

    @property
    def unsure(self) -> tuple[View, ...]:
        """The parts of which it is unknown."""
        return self.computed.unsure if self.computed is not None else ()


def make_finding(judgement: Judgement, view: View, scope: Scope, as_of: str, late: bool = False) -> Finding:
    """The finding of a judgement; ``view`` is the subject in its judged period."""
    requirement = judgement.requirement
    reference = found(scope, requirement.indicator, requirement.binds)
    judgement = _of_worst_year(judgement, reference, scope)
    at = judgement.view
    computed = (at.computed or {}).get(requirement.indicator)
    reported = at.values.get(requirement.indicator)
    gap, shortfall = (None, None)
    if judgement.outcome in (MET, UNMET, UNKNOWN) and judgement.reason is None:
        gap, shortfall = measure(requirement, reference, judgement, computed, scope)
    overdue = is_overdue(requirement, judgement, as_of)
    return Finding(
        requirement=requirement,
        judgement=judgement,
        view=view,
        reference=reference,
        overdue=overdue,
        stale=bool(overdue and requirement.due and requirement.every_year is None and at.period.end < requirement.due),
        late=late,
        gap=gap,
        shortfall=shortfall,
        missing=tuple(what_is_missing(judgement, scope)) if judgement.outcome == UNKNOWN else (),
        source=at.source_of(requirement.indicator),
        reported=reported,
        computed=computed,
        notes=tuple(_notes(requirement, judgement, reference, reported, computed)),
    )


def _of_worst_year(judgement: Judgement, reference: Reference, scope: Scope) -> Judgement:
    """The judgement with value and view of the year with the smallest gap among those of its outcome and reason."""
    said = judgement.outcome, judgement.reason
    same = [one for _year, one in judgement.years if (one.outcome, one.reason) == said]
    if len(same) < 2:
        return judgement

    def smallest(one: Judgement) -> Fraction | float:
        computed = (one.view.computed or {}).get(one.requirement.indicator)
        gap, _shortfall = measure(one.requirement, reference, one, computed, scope)
        return gap[0] if gap is not None else math.inf

    worst = min(reversed(same), key=smallest)
    return replace(judgement, view=worst.view, value=worst.value)


def is_overdue(requirement: Requirement, judgement: Judgement, as_of: str) -> bool | None:
    """Whether the day has come on which it is due; None for a standing duty. A year of ``every_year`` is due at its end."""
    return has_come(requirement, as_of, by_years=bool(judgement.years))


def has_come(requirement: Requirement, as_of: str, *, by_years: bool) -> bool | None:
    """The same of any outcome of the requirement; ``by_years``: it was judged on years that have ended."""
    if requirement.due is None:
        return None
    if requirement.every_year is not None and by_years:
        return True
    return as_of >= requirement.due


def _notes(
    requirement: Requirement, judgement: Judgement, reference: Reference, reported: Any, computed: Computed | None
) -> Iterable[str]:
    value = judgement.value
    if requirement.target.up_to is not None and judgement.outcome == MET and isinstance(value, int | Interval):
        end = requirement.target.up_to * 10**reference.type.decimals
        if (value.lo if isinstance(value, Interval) else value) > end:
            yield "beyond_range"
    if requirement.target.about:
        yield "about"
    if reported is not None and computed is not None and isinstance(computed.value, Interval):
        given = as_interval(reported, reference)
        if isinstance(given, Interval) and (given.hi < computed.value.lo or given.lo > computed.value.hi):
            yield "differs"
