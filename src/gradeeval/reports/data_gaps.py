"""What is not known: the facts that would decide most, then each requirement that waits for facts."""

from __future__ import annotations

from collections.abc import Sequence

from gradeeval.findings.finding import Finding
from gradeeval.findings.result import Result
from gradeeval.messages import _, listed
from gradeeval.reports import figures, naming, words
from gradeeval.reports.clauses import clause
from gradeeval.reports.fitting import Cell, Column, without
from gradeeval.reports.page import Page
from gradeeval.reports.ranking import NeededFact, by_weight, direct, needed_facts

_MOST_FACTS = 15
_MOST_NAMES = 3


def say_data_gaps(page: Page, findings: Sequence[Finding], result: Result) -> None:
    """Nothing where nothing is unknown."""
    if not findings:
        return
    _say_facts(page, findings, result)
    page.heading(_("数据不足的要求：{count} 项").format(count=len(findings)))
    known = [figures.actual(finding) for finding in findings]
    columns = [
        Column(_("条款"), 9),
        Column(_("要求"), 16),
        Column(_("约束力"), 6),
        Column(_("已知情况"), 8),
        Column(_("缺少的数据"), 20),
    ]
    rows: list[list[Cell]] = [
        [
            clause(finding.requirement, result, page),
            words.title(finding, result.scope),
            words.force(finding.requirement.force),
            figures.actual(finding),
            lacking(finding, result),
        ]
        for finding in by_weight(findings)
    ]
    if set(known) == {"—"}:
        columns, rows = without(3, columns, rows)
    page.table(columns, rows, lead=2)


def _say_facts(page: Page, findings: Sequence[Finding], result: Result) -> None:
    facts = needed_facts(findings)
    if not facts:
        return
    page.heading(_("先补这些数据：按能推动的要求多少排列"))
    columns = [
        Column(_("序号"), 4, right=True),
        Column(_("数据"), 18),
        Column(_("涉及要求"), 8, right=True),
        Column(_("其中必须"), 8, right=True),
        Column(_("由谁提供"), 12),
        Column(_("缺谁的"), 10),
        Column(_("要求编号"), 18, spare=1),
    ]
    rows: list[list[Cell]] = [
        [
            str(number),
            naming.fact(fact.name, result.scope),
            str(len(fact.findings)),
            str(fact.mandatory),
            naming.holder(fact.name, result.scope),
            _of_whom(fact),
            naming.some([naming.short_id(finding.requirement.id) for finding in fact.findings], 4),
        ]
        for number, fact in enumerate(facts[:_MOST_FACTS], 1)
    ]
    if not any(fact.of or fact.periods != (fact.findings[0].view.period.text,) for fact in facts):
        columns, rows = without(5, columns, rows)
    page.table(columns, rows, lead=2)
    if len(facts) > _MOST_FACTS:
        page.say(_("另有 {count} 项数据，见下表").format(count=len(facts) - _MOST_FACTS), indent=2)


def _of_whom(fact: NeededFact) -> Cell:
    own = fact.findings[0].view.period.text
    who = naming.some([name for _id, name in fact.of], _MOST_NAMES) if fact.of else _("本对象")
    return who if fact.periods == (own,) else (who, naming.periods(fact.periods))


def lacking(finding: Finding, result: Result) -> str:
    """The facts that a finding waits for, in one sentence."""
    text = listed(naming.missing(direct(finding), result.scope, finding.view.period.text))
    if finding.judgement.reason is None:
        return text
    return _("{reason}：{facts}").format(reason=words.reason(finding.judgement.reason), facts=text)
