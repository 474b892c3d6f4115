"""The report for the terminal: for each subject the verdict first, then what to act on, then all the rest."""

from __future__ import annotations

import os
import shlex
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from gradeeval.engines.judgement import OUTCOMES
from gradeeval.findings.finding import Finding
from gradeeval.findings.result import Result, SubjectResult
from gradeeval.messages import _, listed
from gradeeval.reports import figures, words
from gradeeval.reports.clauses import clause, one_line
from gradeeval.reports.data_gaps import say_data_gaps
from gradeeval.reports.fitting import Cell, Column
from gradeeval.reports.overview import say_overview, say_verdict
from gradeeval.reports.page import DIM, RED, Page
from gradeeval.reports.parts import say_parts
from gradeeval.reports.pulling import say_pulling_down
from gradeeval.reports.ranking import by_weight
from gradeeval.reports.rendering import Layout

_MOST_FILES = 3
_MOST_CODES = 1


def render(result: Result, layout: Layout) -> bytes:
    """The result as lines of text in UTF-8, none wider than the layout but where a command has to be copied."""
    page = Page(layout)
    if len(result.subjects) != 1:
        say_overview(page, result)
    for subject in result.subjects:
        _say_subject(page, subject, result)
    if result.notes:
        page.heading(_("说明"))
        for note in result.notes:
            page.say(note, hanging=2)
    _say_closing(page, result, layout)
    return page.content()


def _say_subject(page: Page, subject: SubjectResult, result: Result) -> None:
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in subject.findings:
        found[finding.outcome].append(finding)
    page.blank()
    say_verdict(page, subject, result)
    if not subject.findings:
        page.say(_("没有适用的要求：请检查对象类别、所在区域、评定日和筛选条件"))
    _say_gaps(page, found["unmet"], result)
    _say_errors(page, found["error"], result)
    say_pulling_down(page, [found[code] for code in ("unmet", "unknown", "met")], result)
    say_data_gaps(page, found["unknown"], result)
    _say_reviews(page, found["needs_review"], result)
    say_parts(page, [item for item in result.roll_up if item.subject is subject.view], result)
    _say_met(page, found["met"], result)
    _say_not_applicable(page, found["not_applicable"], result)


def _say_gaps(page: Page, findings: Sequence[Finding], result: Result) -> None:
    if not findings:
        return
    page.heading(_("差距：未达标 {count} 项").format(count=len(findings)))
    columns = [
        Column(_("序号"), 4, right=True),
        Column(_("条款"), 9),
        Column(_("要求"), 14),
        Column(_("现状"), 12),
        Column(_("目标"), 6),
        Column(_("差距"), 8, tint=RED),
        Column(_("约束力/期限"), 14),
        Column(_("责任单位"), 20, spare=1),
    ]
    rows: list[list[Cell]] = [
        [
            str(number),
            clause(finding.requirement, result, page),
            (words.title(finding, result.scope), *words.flags(finding)),
            figures.actual(finding),
            words.target(finding.requirement.target, finding.reference, _MOST_CODES),
            figures.gap(finding, result.scope),
            words.force_and_due(finding),
            listed(finding.requirement.responsible),
        ]
        for number, finding in enumerate(by_weight(findings), 1)
    ]
    page.table(columns, rows, lead=3)


def _say_errors(page: Page, findings: Sequence[Finding], result: Result) -> None:
    if not findings:
        return
    page.heading(_("无法判定：{count} 项（规则未能运行，请报告）").format(count=len(findings)))
    for finding in findings:
        page.say(f"{_lead(finding, result)}  {finding.judgement.message or ''}", indent=2, hanging=2)


def _say_reviews(page: Page, findings: Sequence[Finding], result: Result) -> None:
    if not findings:
        return
    page.heading(_("需人工评定：{count} 项（文件没有写出可核对的标准）").format(count=len(findings)))
    rows: list[list[Cell]] = [
        [
            clause(finding.requirement, result, page),
            words.title(finding, result.scope),
            finding.requirement.target.needs_review or "",
            figures.actual(finding),
            words.force(finding.requirement.force),
        ]
        for finding in by_weight(findings)
    ]
    columns = [
        Column(_("条款"), 9),
        Column(_("要求"), 14),
        Column(_("请评定"), 18),
        Column(_("已知情况"), 8),
        Column(_("约束力"), 6),
    ]
    page.table(columns, rows, lead=2)


def _say_met(page: Page, findings: Sequence[Finding], result: Result) -> None:
    if not findings:
        return
    page.heading(_("达标：{count} 项").format(count=len(findings)))
    rows: list[list[Cell]] = [
        [
            one_line(finding.requirement, result),
            (words.title(finding, result.scope), *words.flags(finding)),
            figures.actual(finding),
            words.target(finding.requirement.target, finding.reference, _MOST_CODES),
            words.force(finding.requirement.force),
        ]
        for finding in findings
    ]
    columns = [
        Column(_("条款"), 17),
        Column(_("要求"), 16),
        Column(_("现状"), 8),
        Column(_("目标"), 6),
        Column(_("约束力"), 6),
    ]
    page.table(columns, rows, lead=2)


def _say_not_applicable(page: Page, findings: Sequence[Finding], result: Result) -> None:
    if not findings:
        return
    page.heading(_("不适用：{count} 项").format(count=len(findings)))
    reasons: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        reasons[words.reason(finding.judgement.reason)].append(finding)
    for reason, those in reasons.items():
        leads = _("；").join(_lead(finding, result) for finding in those)
        page.say(_("{reason}（{count} 项）：{leads}").format(reason=reason, count=len(those), leads=leads), 2, 2, DIM)


def _say_closing(page: Page, result: Result, layout: Layout) -> None:
    if not result.findings:
        return
    page.blank()
    page.rule()
    finding = _most_telling(result)
    file = _inputs(finding)
    subject = f" --subject {shlex.quote(finding.view.id)}" if len(result.subjects) > 1 else ""
    page.say(_("查看任一条结论的依据和推算（换成上面的编号即可）："))
    rules = "".join(f" {shlex.quote(word)}" for word in layout.rules)
    page.verbatim(f"  gradeeval explain {file} {finding.requirement.id}{subject} --as-of {result.as_of}{rules}")
    page.say(_("保存全部结论供汇总和复核："))
    wanted = "".join(f" {shlex.quote(word)}" for word in (*layout.wanted, *layout.rules))
    page.verbatim(f"  gradeeval check {file} --as-of {result.as_of}{wanted} -o report.json")


def _inputs(finding: Finding) -> str:
    """What was read, for a command that judges alike: the files, or their folder where there are more than a few."""
    world = finding.view.world
    files = {profile.file for found in world.history.values() for profile in found if profile.file}
    folders = {str(Path(file).parent) for file in files}
    files |= {roster.file for roster in world.rosters if str(Path(roster.file).parent) in folders}
    if not files:
        return "PROFILE"
    if len(files) <= _MOST_FILES:
        return " ".join(shlex.quote(file) for file in sorted(files))
    return shlex.quote(os.path.commonpath(sorted(folders)) or ".")


def _most_telling(result: Result) -> Finding:
    """The finding that one would look into first."""
    for outcome in OUTCOMES:
        found = by_weight(finding for finding in result.findings if finding.outcome == outcome)
        if found:
            return found[0]
    return result.findings[0]


def _lead(finding: Finding, result: Result) -> str:
    return f"{one_line(finding.requirement, result)} {words.title(finding, result.scope)}"
