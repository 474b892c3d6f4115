"""The steps to a finding as single lines, for forms of report that break lines themselves."""

from __future__ import annotations

from collections.abc import Iterable

from gradeeval.engines.trace import trace
from gradeeval.findings.finding import Finding
from gradeeval.findings.result import Result
from gradeeval.messages import _
from gradeeval.reports.content import Line
from gradeeval.reports.explanation import say_judging
from gradeeval.reports.nearest import nearest_changes
from gradeeval.reports.page import BOLD, Page, clean
from gradeeval.reports.rendering import Layout


class Unbroken(Page):
    """A page of any width: each paragraph is one line of ``lines``, tables are not for it."""

    def __init__(self) -> None:
        super().__init__(Layout())
        self.lines: list[Line] = []

    def say(self, text: str, indent: int = 0, hanging: int = 0, tint: str = "") -> None:  # noqa: ARG002 - nothing hangs
        """A paragraph."""
        self.lines.append(Line(clean(text), indent, tint == BOLD))

    def labelled(self, pairs: Iterable[tuple[str, str]], indent: int = 0) -> None:
        """``label：text``, a line each; pairs without text are left out."""
        for label, text in pairs:
            if text:
                self.lines.append(Line(clean(_("{label}：{text}").format(label=label, text=text)), indent))


def trace_lines(finding: Finding, result: Result) -> tuple[Line, ...]:
    """How the finding came about, with the figures put in, and what would change it. Made when asked: it is long."""
    if finding.judgement.message is not None:
        return (Line(clean(_("规则未能运行：{message}").format(message=finding.judgement.message))),)
    steps = trace(finding.judgement, result.scope, result.permits)
    page = Unbroken()
    say_judging(page, finding, steps, result)
    changes = nearest_changes(finding, steps, result.scope)
    if changes:
        page.heading(_("怎样会改变结论"))
        for change in changes:
            page.say(change, indent=2)
    return tuple(page.lines)
