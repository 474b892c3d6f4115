"""The tables of a whole report: every finding, every step, one line for each subject."""

from __future__ import annotations

from gradeeval.messages import _
from gradeeval.reports import figures
from gradeeval.reports.cells import DATE_WIDTH, Cell, Heading, Table, deadline, of_subjects, outcome, period
from gradeeval.reports.content import Figure, Report


def everything(report: Report, *, always_named: bool = False) -> Table:
    """Every finding, one line each, with all that is said of it; the columns are the same whatever was found."""
    return of_subjects(
        _("全部结论"),
        report.subjects,
        [
            Heading(_("序号"), 5),
            Heading(_("编号"), 24),
            Heading(_("文件"), 24),
            Heading(_("条款号"), 11),
            Heading(_("标准原文"), 40),
            Heading(_("要求"), 24),
            Heading(_("判定"), 17),
            Heading(_("现状值"), 12),
            Heading(_("分子"), 9),
            Heading(_("分母"), 9),
            Heading(_("目标值"), 12),
            Heading(_("差距"), 16),
            Heading(_("约束力"), 8),
            Heading(_("期限"), DATE_WIDTH),
            Heading(_("责任单位"), 20),
            Heading(_("责任科室"), 12),
            Heading(_("数据系统"), 12),
            Heading(_("佐证材料"), 20),
            Heading(_("原因或缺少的数据"), 30),
            Heading(_("备注"), 20),
            Heading(_("从何而来"), 30),
            Heading(_("解读"), 24),
            Heading(_("自评"), 8, blank=True),
            Heading(_("复核"), 8, blank=True),
        ],
        lambda subject: (
            [
                row.number,
                row.id,
                row.document,
                row.clause,
                row.quote,
                row.title,
                outcome(row),
                row.actual,
                _operand(row.actual, "part"),
                _operand(row.actual, "whole"),
                row.target,
                row.gap,
                row.force,
                deadline(row.due_day),
                row.offices,
                row.department,
                row.system,
                row.evidence,
                row.why,
                row.remarks,
                row.origin.said() if row.origin is not None else "",
                row.reading,
                "",
                "",
            ]
            for row in subject.rows
        ),
        outcome=6,
        always_named=always_named,
    )


def _operand(figure: Figure, which: str) -> Cell:
    number = figure.part if which == "part" else figure.whole
    if number is None:
        return ""
    return Figure(figures.number(number, None), number, digits=0 if number.denominator == 1 else 2)


def steps(report: Report) -> Table:
    """How each finding came about, one step a line; made line by line."""
    headings = [Heading(_("编号"), 26), Heading(_("要求"), 30), Heading(_("步骤"), 5), Heading(_("推算"), 100)]
    several = len(report.subjects) > 1
    return Table(
        _("推算过程"),
        (Heading(_("对象"), 24), *headings) if several else tuple(headings),
        (
            [*([subject.name] if several else ()), row.id, row.title, number, "　" * (line.indent // 2) + line.text]
            for subject in report.subjects
            for row in subject.rows
            for number, line in enumerate(row.trace(), 1)
        ),
    )


def overview(report: Report) -> Table:
    """One line for each subject."""
    codes = report.subjects[0].counts if report.subjects else ()
    return Table(
        _("总评"),
        (
            Heading(_("对象"), 28),
            Heading(_("对象编号"), 24),
            Heading(_("类别"), 12),
            Heading(_("所在地"), 20),
            Heading(_("数据时期"), DATE_WIDTH),
            Heading(_("总评"), 14),
            *(Heading(count.outcome, 9) for count in codes),
            Heading(_("其中必须而未达标"), 10),
            Heading(_("依据"), 60),
        ),
        (
            [
                subject.name,
                subject.id,
                subject.sort,
                subject.place,
                period(subject.period),
                subject.verdict_short,
                *(count.all for count in subject.counts),
                next(count.mandatory for count in subject.counts if count.code == "unmet"),
                _("；").join(subject.grounds),
            ]
            for subject in report.subjects
        ),
    )
