"""The years in which to look at demands: a question is about one judged year, and between these years nothing changes."""

from __future__ import annotations

from collections.abc import Sequence

from gradeeval.engines.solver.demand import Demand

YEAR = 2025
"""The judged year of demands that name none; any would do."""


def checkpoints(demands: Sequence[Demand]) -> list[int]:
    """The years between which the windows of the demands do not change, in order; one year where there is no window.

    An open end lasts a year longer than its start, so that two years are seen.
    """
    years: set[int] = set()
    begins: list[int] = []
    for demand in demands:
        span = demand.requirement.within or demand.requirement.every_year
        if span is not None:
            first, last = span.first, span.last
            years.update(year for year in (first, last) if year is not None)
            if first is not None:
                begins.append(first)
                if last is None:
                    years.add(first + 1)
    if not years:
        dues = [int(demand.requirement.due[:4]) for demand in demands if demand.requirement.due is not None]
        return [max(dues, default=YEAR)]
    return sorted(years)
