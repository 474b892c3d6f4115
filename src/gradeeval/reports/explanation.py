"""The explanation of one finding as text: what the document says, whether it applies, the figures put in, what would change it."""

from __future__ import annotations

from collections.abc import Callable

from gradeeval.engines.trace import Trace
from gradeeval.findings.finding import Finding
from gradeeval.findings.result import Result
from gradeeval.language.nodes import Requirement
from gradeeval.messages import _, chosen, day, listed
from gradeeval.quantity import Bound
from gradeeval.reports import figures, naming, words
from gradeeval.reports.nearest import nearest_changes
from gradeeval.reports.page import BOLD, GREEN, RED, YELLOW, Page
from gradeeval.reports.rendering import Layout
from gradeeval.reports.steps import say_condition, say_value

_TINTS = {"met": GREEN, "unmet": RED, "unknown": YELLOW, "needs_review": YELLOW}


def render(finding: Finding, trace: Trace, result: Result, layout: Layout) -> bytes:
    """The explanation in UTF-8, no line wider than the layout."""
    page = Page(layout)
    _say_head(page, finding, result)
    _say_demand(page, finding, result)
    say_judging(page, finding, trace, result)
    changes = nearest_changes(finding, trace, result.scope)
    if changes:
        page.heading(_("怎样会改变结论"))
        for change in changes:
            page.say(_("- {change}").format(change=change), indent=2, hanging=2)
    return page.content()


def _say_head(page: Page, finding: Finding, result: Result) -> None:
    view = finding.view
    page.rule(heavy=True)
    page.say(f"{words.title(finding, result.scope)}  {finding.requirement.id}", tint=BOLD)
    page.labelled(
        [
            (_("对象"), f"{naming.subject(view)}  {view.id}"),
            (_("所在地"), naming.place(view)),
            (_("数据时期"), naming.period(view.period.text)),
            (_("评定日"), day(result.as_of)),
        ]
    )
    page.blank()
    text = _("结论：{outcome}，约束力“{force}”").format(
        outcome=words.outcome_flagged(finding), force=words.force(finding.requirement.force)
    )
    gap = figures.gap(finding, result.scope)
    page.say(f"{text}  {gap}" if gap else text, hanging=6, tint=_TINTS.get(finding.outcome, ""))
    if finding.judgement.reason is not None:
        page.say(_("原因：{reason}").format(reason=words.reason(finding.judgement.reason)), hanging=6)
    if finding.judgement.message is not None:
        page.say(_("规则未能运行：{message}").format(message=finding.judgement.message), hanging=6)
    for note in words.flags(finding):
        page.say(_("注意：{note}").format(note=note), hanging=6)
    page.rule(heavy=True)


def _say_demand(page: Page, finding: Finding, result: Result) -> None:
    requirement = finding.requirement
    document = result.documents[requirement.document]
    page.heading(_("文件怎么说"))
    page.labelled(
        [
            (_("文件"), naming.document(document)),
            (_("文号"), document.number or ""),
            (_("条款"), requirement.clause),
            (_("原文"), requirement.quote),
            (_("解读"), requirement.reading or ""),
            (_("约束对象"), naming.sort(requirement.binds)),
            (_("约束力"), words.force(requirement.force)),
            (_("期限"), due(requirement)),
            (_("责任单位"), listed(requirement.responsible)),
        ],
        indent=2,
    )


def due(requirement: Requirement, written: Callable[[str], str] = day) -> str:
    """The deadline, ``written`` for people unless said otherwise, and where it was taken from."""
    if requirement.due is None:
        return _("常年要求，没有期限")
    source = {"clause": _("条款写明"), "document": _("取自文件的规划期")}.get(requirement.due_from, "")
    text = _("{due}（{source}）").format(due=written(requirement.due), source=source)
    if requirement.every_year is not None:
        return _("{span} 每年；{due}").format(span=str(requirement.every_year).replace("..", "–"), due=text)
    if requirement.within is not None:
        return _("{span} 累计；{due}").format(span=str(requirement.within).replace("..", "–"), due=text)
    return text


def say_judging(page: Page, finding: Finding, trace: Trace, result: Result) -> None:
    """The steps: whether it applies, the value with the figures put in, the comparison; year by year where that is asked."""
    if not trace.by_year:
        _say_once(page, finding, trace, result, indent=2)
        return
    for year, one in trace.by_year:
        page.heading(_("{year} 年：{outcome}").format(year=year, outcome=words.outcome(one.judgement.outcome)))
        _say_once(page, finding, one, result, indent=2, headings=False)
    page.heading(_("各年合起来"))
    worst = listed(
        _("{year} {outcome}").format(year=year, outcome=words.outcome(one.judgement.outcome))
        for year, one in trace.by_year
    )
    page.say(_("逐年要求以最差的一年为准：{years}").format(years=worst), indent=2, hanging=2)


def _say_once(page: Page, finding: Finding, trace: Trace, result: Result, indent: int, headings: bool = True) -> None:
    """One judgement: who is bound, the value, the comparison, the exception."""
    scope = result.scope
    if headings:
        page.heading(_("是否适用"))
    if trace.binds.tests or trace.binds.alternatives:
        say_condition(page, trace.binds, scope, indent)
    else:
        page.say(_("适用于每个{sort}对象").format(sort=naming.sort(finding.requirement.binds)), indent)
    if trace.value is None:
        return
    if headings:
        page.heading(_("现状"))
    say_value(page, trace.value, trace.years, scope, indent)
    if trace.judgement.reason == "binds_unknown":
        return
    if headings:
        page.heading(_("与目标比较"))
    _say_target(page, finding, trace, indent)
    if trace.excuse is not None and trace.truth is not True:
        permit, condition = trace.excuse
        title = chosen(permit.title or permit.id, permit.title_en)
        page.say(_("例外 {id} {title}：").format(id=permit.id, title=title), indent)
        say_condition(page, condition, scope, indent + 2)


def _say_target(page: Page, finding: Finding, trace: Trace, indent: int) -> None:
    requirement, reference = finding.requirement, finding.reference
    if requirement.target.needs_review is not None:
        page.say(_("没有可核对的标准：{why}").format(why=requirement.target.needs_review), indent, 2)
        return
    value = trace.value.value if trace.value is not None else None
    page.say(
        _("目标 {target}；现状 {value}；{truth}").format(
            target=words.target(requirement.target, reference),
            value=figures.value(value, reference, figures.limit_beside(finding)),
            truth={True: _("达到"), False: _("没有达到"), None: _("还不能比较")}[trace.truth],
        ),
        indent,
        2,
    )
    if requirement.target.about and trace.limits is not None:
        page.say(
            _("“左右”按 ±{percent}% 掌握（参数），实际比较的界限：{limits}").format(
                percent=requirement.tolerance, limits=_limits(trace.limits, finding)
            ),
            indent,
            2,
        )


def _limits(limits: tuple[Bound, Bound], finding: Finding) -> str:
    scale = 10**finding.reference.type.decimals
    low, high = (bound if isinstance(bound, float) else figures.natural(bound, scale) for bound in limits)
    return figures.span((low, high), finding.reference.type.unit)
