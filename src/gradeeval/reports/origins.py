"""What stands behind the figure of a finding on a region or network, as ``behind`` puts it into words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gradeeval.engines.formulas import as_interval
from gradeeval.engines.judgement import MET, UNKNOWN, UNMET
from gradeeval.engines.views import View
from gradeeval.findings.children import ChildFigure, children
from gradeeval.findings.contributing import doubtful, pulling_down
from gradeeval.findings.earlier import year_before
from gradeeval.findings.finding import Finding
from gradeeval.findings.gap import UNITS, yearly
from gradeeval.findings.result import Result
from gradeeval.language.nodes import Count, Ratio, Share
from gradeeval.quantity import Interval
from gradeeval.reports import figures, naming
from gradeeval.reports.behind import Behind, Child, Sentence, effect, sentences
from gradeeval.reports.content import Figure, Named, Origin, Ranked
from gradeeval.reports.measured import figure, of_value
from gradeeval.reports.page import clean


@dataclass(frozen=True, slots=True)
class _Views:
    lacking: tuple[View, ...]
    doubtful: tuple[View, ...]
    children: tuple[ChildFigure, ...]


def behind(finding: Finding, result: Result) -> Behind:
    """What stands behind a finding; nothing behind one on an institution, or of which there is no figure."""
    return _behind(finding, result, _views(finding)) if _has_figure(finding) else Behind(finding.outcome)


def origin(finding: Finding, result: Result) -> Origin | None:
    """The same with all names; None where there is nothing to tell of it."""
    if not _has_figure(finding) or finding.outcome not in (UNMET, UNKNOWN, MET):
        return None
    views = _views(finding)
    found = _behind(finding, result, views)
    said = tuple(sentences(found))
    if not said and not views.children:
        return None
    missed = finding.outcome != MET
    return Origin(
        sentences=tuple(Sentence(one.about, clean(one.text)) for one in said),
        lacking=named(views.lacking) if missed else (),
        unsure=named(views.doubtful) if missed else (),
        children=tuple(
            Ranked(
                who,
                child.rank,
                of_value(child.actual or "—", one.value, finding.reference, figures.limit_beside(finding)),
                lacks(child, found.effect_unit),
            )
            for one, who, child in zip(
                views.children, named(one.view for one in views.children), found.children, strict=True
            )
        ),
    )


def lacks(child: Child, unit: str | None) -> Figure:
    """What a child lacks for the target."""
    text, amount = effect(child, unit)
    return Figure(text) if amount is None else figure(text, amount)


def named(views: Iterable[View]) -> tuple[Named, ...]:
    """Parts by id, name and place."""
    return tuple(Named(clean(view.id), clean(naming.subject(view)), clean(naming.place(view))) for view in views)


def _has_figure(finding: Finding) -> bool:
    return finding.view.kind != "institution" and finding.reference.type.form == "number"


def _views(finding: Finding) -> _Views:
    return _Views(pulling_down(finding), doubtful(finding), children(finding))


def _behind(finding: Finding, result: Result, views: _Views) -> Behind:
    reference, shortfall = finding.reference, finding.shortfall
    formula = reference.indicator.formula if reference.indicator is not None else None
    earlier, limit = year_before(finding), figures.limit_beside(finding)
    effect_unit = None
    if isinstance(formula, Ratio):
        effect_unit = result.scope.types[formula.of].unit
    elif isinstance(formula, Share | Count):
        effect_unit = "institutions" if formula.of.kind == "institution" else UNITS
    pace, needed = _paces(finding)
    computed = finding.computed.value if finding.computed is not None else None
    return Behind(
        outcome=finding.outcome,
        amount=shortfall.amount if shortfall is not None and finding.outcome in (UNMET, UNKNOWN) else None,
        unit=figures.unit_to_do(shortfall, reference, result.scope) if shortfall is not None else None,
        lack=len(views.lacking),
        unsure=len(views.doubtful),
        lacking=[naming.subject(view) for view in views.lacking],
        doubtful=[naming.subject(view) for view in views.doubtful],
        differs="differs" in finding.notes,
        reported=figures.value(finding.reported, reference),
        computed=figures.value(computed, reference),
        source=finding.source,
        before=_known(figures.value(earlier.value, reference)) if earlier is not None else "",
        change=earlier.change if earlier is not None else None,
        change_unit=reference.type.unit,
        pace=pace,
        pace_needed=needed,
        children=[
            Child(naming.subject(one.view), _known(figures.value(one.value, reference, limit)), one.rank, one.effect)
            for one in views.children
        ],
        effect_unit=effect_unit,
        counted=isinstance(formula, Count),
    )


def _paces(finding: Finding) -> tuple[str, str]:
    """What a year brought of a sum over years, and what each that is left has to bring."""
    reference, shortfall = finding.reference, finding.shortfall
    value = finding.judgement.value
    interval = as_interval(value, reference) if value is not None else None
    so_far = None
    if isinstance(interval, Interval):
        so_far = yearly(finding.requirement, reference, finding.judgement, interval)
    needed = shortfall.pace if shortfall is not None else None
    unit = reference.type.unit
    return (
        figures.number(so_far, unit) if so_far is not None else "",
        figures.number(needed, unit) if needed is not None else "",
    )


def _known(text: str) -> str:
    return "" if text == "—" else text
