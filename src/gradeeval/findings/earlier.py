"""The figure of the year before, and what came since."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gradeeval.engines.formulas import as_interval
from gradeeval.findings.finding import Finding
from gradeeval.language.nodes import Change
from gradeeval.quantity import Interval


@dataclass(frozen=True, slots=True)
class Earlier:
    """The ``value`` (scaled) of the whole year before and the natural ``change`` since; None where one is no one number."""

    value: Any
    change: Fraction | None


def year_before(finding: Finding) -> Earlier | None:
    """None where that year is not on file, and for sums over years and changes, which tell of years themselves."""
    view, reference = finding.judgement.view, finding.reference
    formula = reference.indicator.formula if reference.indicator is not None else None
    if finding.requirement.within is not None or isinstance(formula, Change) or reference.type.form != "number":
        return None
    before = view.at_year(view.period.year - 1)
    if before.profile is None:
        return None
    ends = [as_interval(one, reference) for one in (before.look(reference), view.look(reference)) if one is not None]
    if len(ends) < 2 or not all(isinstance(end, Interval) for end in ends):
        value = before.look(reference)
        return Earlier(value, None) if value is not None else None
    first, second = (end for end in ends if isinstance(end, Interval))
    change = None
    if first.known and second.known and not isinstance(first.lo, float) and not isinstance(second.lo, float):
        change = (Fraction(second.lo) - Fraction(first.lo)) / 10**reference.type.decimals
    return Earlier(before.look(reference), change)
