"""What stands behind the targets of a region or network that are missed or unknown, on the page of a check."""

from __future__ import annotations

from collections.abc import Sequence

from gradeeval.engines.formulas import candidates
from gradeeval.engines.judgement import UNKNOWN, UNMET
from gradeeval.engines.views import View
from gradeeval.findings.children import children
from gradeeval.findings.contributing import pulling_down
from gradeeval.findings.earlier import year_before
from gradeeval.findings.finding import Finding
from gradeeval.findings.gap import UNITS
from gradeeval.findings.result import Result
from gradeeval.language.nodes import Count, Ratio, Share
from gradeeval.messages import _
from gradeeval.reports import figures, naming, words
from gradeeval.reports.behind import Behind, Child, sentences
from gradeeval.reports.clauses import one_line
from gradeeval.reports.page import Page
from gradeeval.reports.ranking import by_weight


def say_pulling_down(page: Page, findings: Sequence[Finding], result: Result) -> None:
    """Nothing where nothing stands behind a finding but its own figure."""
    told = [(finding, list(sentences(behind(finding, result)))) for finding in by_weight(findings)]
    told = [(finding, found) for finding, found in told if found]
    if not told:
        return
    page.heading(_("拖低上列占比或数量的对象（供督促，不是对它们的结论）"))
    for finding, found in told:
        page.say(f"{one_line(finding.requirement, result)} {words.title(finding, result.scope)}", indent=2, hanging=2)
        for sentence in found:
            page.say(sentence, indent=4, hanging=2)


def behind(finding: Finding, result: Result) -> Behind:
    """What stands behind a finding. What its row says already (a figure reported otherwise, the pace) is not said again."""
    reference, shortfall = finding.reference, finding.shortfall
    if finding.view.kind == "institution" or reference.type.form != "number":
        return Behind(finding.outcome)
    lacking, doubtful = pulling_down(finding), _doubtful(finding)
    formula = reference.indicator.formula if reference.indicator is not None else None
    earlier, limit = year_before(finding), figures.limit_beside(finding)
    effect_unit = None
    if isinstance(formula, Ratio):
        effect_unit = result.scope.types[formula.of].unit
    elif isinstance(formula, Share | Count):
        effect_unit = "institutions" if formula.of.kind == "institution" else UNITS
    before = figures.value(earlier.value, reference) if earlier is not None else ""
    return Behind(
        outcome=finding.outcome,
        amount=shortfall.amount if shortfall is not None and finding.outcome in (UNMET, UNKNOWN) else None,
        unit=figures.unit_to_do(shortfall, reference, result.scope) if shortfall is not None else None,
        lack=len(lacking),
        unsure=len(doubtful),
        lacking=[naming.subject(view) for view in lacking],
        doubtful=[naming.subject(view) for view in doubtful],
        before="" if before == "—" else before,
        change=earlier.change if earlier is not None else None,
        change_unit=reference.type.unit,
        children=[
            Child(naming.subject(one.view), _known(figures.value(one.value, reference, limit)), one.rank, one.effect)
            for one in children(finding)
        ],
        effect_unit=effect_unit,
        counted=isinstance(formula, Count),
    )


def _doubtful(finding: Finding) -> tuple[View, ...]:
    """The parts of which it is unknown, of a count those that could be counted."""
    formula = finding.reference.indicator.formula if finding.reference.indicator is not None else None
    if finding.source != "computed" or not isinstance(formula, Share | Count):
        return ()
    if isinstance(formula, Share):
        return finding.unsure
    world = finding.view.world
    condition = candidates(formula, world.scope)
    if condition is None:
        return ()
    could = world.condition(condition, formula.of)
    return tuple(part for part in finding.unsure if could(part) is True)


def _known(text: str) -> str:
    return "" if text == "—" else text
