"""Which years a window covers when it is judged, and the total over them: language §2.6. Shared by all engines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradeeval.engines.formulas import as_interval, difference
from gradeeval.engines.views import View
from gradeeval.language.nodes import Change
from gradeeval.language.scope import Reference
from gradeeval.quantity import INFINITY, NO_VALUE, Bound, Interval, NoValue
from gradeeval.timeline import Span
from gradeeval.truth import any_of


def first_year(span: Span, view: View) -> int:
    """The first year of the span; of an open one the first year on file."""
    if span.first is not None:
        return span.first
    history = view.world.history.get((view.kind, view.id), ())
    on_file = (profile.period.first for profile in history if profile.period.end <= view.period.end)
    return min(on_file, default=view.period.year)


def years_to_judge(span: Span, view: View) -> list[int]:
    """The years of ``every_year`` up to the judged one; a judged year that is not over is left out."""
    last = view.period.year if view.period.whole_year else view.period.year - 1
    if span.last is not None:
        last = min(last, span.last)
    return list(range(first_year(span, view), last + 1))


def begun(span: Span, view: View) -> bool:
    """Whether the judged year lies in the span or after it."""
    return span.first is None or view.period.year >= span.first


def total(span: Span, view: View, reference: Reference, get: Callable[[View], Any]) -> Any:
    """What ``within`` tests: the years up to the judged one added up; of a yes/no whether it was done in one of them."""
    first = first_year(span, view)
    last = view.period.year if span.last is None else min(view.period.year, span.last)
    whole = view.world.whole_span(view, first, last)
    if whole is not None and reference.name in whole.values:
        return whole.values[reference.name]
    values = [get(_in(view, year)) for year in range(first, last + 1)]
    if reference.type.form == "yes_no":
        before = [None] if span.first is None else []
        return any_of([*(value if isinstance(value, bool) else None for value in values), *before])
    if span.first is not None and any(not _known(value) for value in values):
        across = _across(reference, view, first, last)
        if across is not None:
            return across
    if all(value is None for value in values):
        return None
    if all(isinstance(value, NoValue) for value in values):
        return NO_VALUE
    lo: Bound = 0
    hi: Bound = 0
    for value in values:
        interval = as_interval(value, reference)
        if not isinstance(interval, NoValue):
            lo, hi = lo + interval.lo, hi + interval.hi
    return Interval(lo, INFINITY if span.first is None else hi)


def _in(view: View, year: int) -> View:
    """The subject in a year; a view that covers several years stands for none of them."""
    return view if year == view.period.year and not view.period.several_years else view.at_year(year)


def _known(value: Any) -> bool:
    return value.known if isinstance(value, Interval) else value is not None and not isinstance(value, NoValue)


def _across(reference: Reference, view: View, first: int, last: int) -> Any:
    """Changes add up to the value of the last year less that before the first, whatever is known of those between."""
    indicator = reference.indicator
    if indicator is None or not isinstance(indicator.formula, Change):
        return None
    return difference(indicator, _in(view, last), view.at_year(first - 1), view.world.scope).value
