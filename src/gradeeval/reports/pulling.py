"""What stands behind the targets of a region or network, on the page of a check."""

from __future__ import annotations

from collections.abc import Sequence

from gradeeval.findings.finding import Finding
from gradeeval.findings.result import Result
from gradeeval.messages import _
from gradeeval.reports import figures, words
from gradeeval.reports.behind import sentences
from gradeeval.reports.clauses import one_line
from gradeeval.reports.origins import behind
from gradeeval.reports.page import Page
from gradeeval.reports.ranking import by_weight

_SAID = {"unmet": ("differs", "pace"), "met": ("differs",)}
"""What the row of a finding says already, by outcome."""


def say_pulling_down(page: Page, groups: Sequence[Sequence[Finding]], result: Result) -> None:
    """Groups of findings, one after the other; nothing where nothing stands behind a finding but its own figure."""
    told = []
    for finding in (finding for group in groups for finding in by_weight(group)):
        said = _SAID.get(finding.outcome, ())
        found = [one.text for one in sentences(behind(finding, result)) if one.about not in said]
        if found:
            told.append((finding, found))
    if not told:
        return
    page.heading(_("比例和数量从何而来：还差多少，谁拉低（供督促，不是对它们的结论）"))
    for finding, found in told:
        lead = _("{title}：{actual}，目标 {target}，{outcome}").format(
            title=words.title(finding, result.scope),
            actual=figures.actual(finding),
            target=words.target(finding.requirement.target, finding.reference),
            outcome=words.outcome(finding.outcome),
        )
        page.say(f"{one_line(finding.requirement, result)} {lead}", indent=2, hanging=2)
        for sentence in found:
            page.say(sentence, indent=4, hanging=2)
