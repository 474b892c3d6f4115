"""Which parts pull a share or count down. They are listed beside the finding, not blamed: the whole is bound, not they."""

from __future__ import annotations

from collections.abc import Iterable

from gradeeval.engines.formulas import candidates
from gradeeval.engines.views import View
from gradeeval.findings.finding import Finding
from gradeeval.language.nodes import Count, Share


def pulling_down(finding: Finding) -> tuple[View, ...]:
    """The parts that surely lack what is asked and could have it; empty where the figure was reported as a whole.

    Of a share all parts in the denominator that lack it. Of a count those that only a fact keeps out: a private hospital
    is not lacking where public ones are counted, but a public one below the grade is.
    """
    if finding.source != "computed":
        return ()
    indicator = finding.reference.indicator
    formula = indicator.formula if indicator is not None else None
    if isinstance(formula, Share):
        return finding.lacking
    return _candidates(finding, formula, finding.lacking) if isinstance(formula, Count) else ()


def doubtful(finding: Finding) -> tuple[View, ...]:
    """The parts of which it is unknown and that would help; empty where the figure was reported as a whole.

    Of a count those that only an unknown fact keeps out: the others could not be counted whatever it is.
    """
    formula = finding.reference.indicator.formula if finding.reference.indicator is not None else None
    if finding.source != "computed" or not isinstance(formula, Share | Count):
        return ()
    if isinstance(formula, Share):
        return finding.unsure
    return _candidates(finding, formula, finding.unsure)


def _candidates(finding: Finding, formula: Count, parts: Iterable[View]) -> tuple[View, ...]:
    """Those of the parts that a count could count."""
    world = finding.view.world
    condition = candidates(formula, world.scope)
    if condition is None:
        return ()
    could = world.condition(condition, formula.of)
    return tuple(part for part in parts if could(part) is True)
