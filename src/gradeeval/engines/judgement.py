"""What an engine says of one requirement and one subject, before it is dressed as a finding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradeeval.engines.views import View
    from gradeeval.language.nodes import Requirement

MET = "met"
UNMET = "unmet"
UNKNOWN = "unknown"
NOT_APPLICABLE = "not_applicable"
NEEDS_REVIEW = "needs_review"
ERROR = "error"
OUTCOMES = (UNMET, UNKNOWN, NEEDS_REVIEW, ERROR, MET, NOT_APPLICABLE)

NOT_BOUND = "not_bound"
NO_VALUE = "no_value"
NOT_BEGUN = "window_not_begun"
EXCUSED = "excused"
NOT_USED = "permission_not_used"
BINDS_UNKNOWN = "binds_unknown"
REPLACED = "replaced"
PERHAPS_REPLACED = "perhaps_replaced"
"""Reasons why a requirement does not apply, or why it is not known whether it does."""


@dataclass(slots=True)
class Judgement:
    """The outcome, the value that was tested (None is unknown), why it does not apply, and each year of ``every_year``.

    ``view`` is where the value was looked at; of a judgement by years that of the worst year.
    """

    requirement: Requirement
    outcome: str
    view: View
    value: Any = None
    reason: str | None = None
    years: tuple[tuple[int, Judgement], ...] = ()
    message: str | None = None


_WORST = {UNMET: 0, ERROR: 1, UNKNOWN: 2, NEEDS_REVIEW: 3, MET: 4, NOT_APPLICABLE: 5}


def fold_years(requirement: Requirement, view: View, years: Iterable[tuple[int, Judgement]]) -> Judgement:
    """Unmet if any year is; else unknown if any is; else met if any is; else not applicable. The latest of the worst leads."""
    judged = tuple(years)
    if not judged:
        return Judgement(requirement, NOT_APPLICABLE, view, reason=NOT_BEGUN)
    worst = min(reversed(judged), key=lambda pair: _WORST[pair[1].outcome])[1]
    return Judgement(requirement, worst.outcome, worst.view, worst.value, worst.reason, judged, worst.message)
