"""The report as tables, once for the forms that are made of tables: Excel, CSV, Markdown, Word.

A cell is a text, a whole number, a figure or a date; each form shows them in its own way. Where a table is about several
subjects, the subject stands in front.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from gradeeval.messages import _, listed
from gradeeval.reports import figures, words
from gradeeval.reports.content import MARKS, Figure, Named, Offenders, Report, Rolled, Row, SubjectReport
from gradeeval.reports.lines import trace_lines

Cell = str | int | Figure | date
_Rows = Callable[[SubjectReport], Iterable[Sequence[Cell]]]


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column: its text and how wide it should be (columns of a terminal); ``blank`` is for filling in."""

    text: str
    width: int = 12
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table. ``rows`` can be gone through once; ``outcome`` is the number of the column that is coloured by outcome."""

    title: str
    headings: tuple[Heading, ...]
    rows: Iterable[Sequence[Cell]]
    outcome: int | None = None


def day(text: str | None) -> Cell:
    """A deadline as a date; of a standing duty the words."""
    return date.fromisoformat(text) if text is not None else _("常年要求")


def outcome(row: Row) -> str:
    """The outcome with its sign."""
    return f"{MARKS[row.code]} {row.outcome}"


def gaps(subjects: Sequence[SubjectReport]) -> Table:
    """What is missed or could not be judged, the weightiest first, with blank columns for self-assessment and review."""
    return _table(
        _("差距"),
        subjects,
        [
            Heading(_("序号"), 5),
            Heading(_("条款号"), 9),
            Heading(_("标准原文"), 30),
            Heading(_("要求"), 16),
            Heading(_("现状值"), 11),
            Heading(_("目标值"), 11),
            Heading(_("差距"), 12),
            Heading(_("判定"), 12),
            Heading(_("约束力"), 7),
            Heading(_("责任单位"), 14),
            Heading(_("责任科室"), 9),
            Heading(_("整改期限"), 11),
            Heading(_("佐证材料"), 14),
            Heading(_("自评"), 6, blank=True),
            Heading(_("复核"), 6, blank=True),
            Heading(_("备注"), 12, blank=True),
            Heading(_("编号"), 24),
        ],
        lambda subject: (
            [
                number,
                row.clause,
                row.quote,
                row.title,
                row.actual,
                row.target,
                row.gap,
                outcome(row),
                row.force,
                row.offices,
                row.department,
                day(row.due_day),
                row.evidence,
                "",
                "",
                joined(row.remarks, row.why),
                row.id,
            ]
            for number, row in enumerate(subject.of("error", "unmet"), 1)
        ),
        outcome=7,
    )


def wanting(subjects: Sequence[SubjectReport]) -> Table:
    """The facts that are missing, first those that decide most."""
    return _table(
        _("数据缺口"),
        subjects,
        [
            Heading(_("序号"), 5),
            Heading(_("缺少的数据"), 30),
            Heading(_("缺谁的"), 24),
            Heading(_("数据时期"), 12),
            Heading(_("责任科室"), 16),
            Heading(_("数据系统"), 16),
            Heading(_("涉及要求"), 8),
            Heading(_("其中必须"), 8),
            Heading(_("单凭它即可定"), 9),
            Heading(_("要求编号"), 40),
            Heading(_("填报值"), 12, blank=True),
        ],
        lambda subject: (
            [
                number,
                item.name,
                listed(item.of) or _("本对象"),
                item.periods,
                item.department,
                item.system,
                len(item.requirements),
                item.mandatory,
                item.alone,
                listed(item.requirements),
                "",
            ]
            for number, item in enumerate(subject.wanting, 1)
        ),
    )


def offenders(subjects: Sequence[SubjectReport]) -> Table:
    """One line for each part that pulls a share or count down, and for each of which it is unknown."""
    return _table(
        _("拉低单位"),
        subjects,
        [
            Heading(_("条款号"), 11),
            Heading(_("要求"), 30),
            Heading(_("现状值"), 14),
            Heading(_("目标值"), 12),
            Heading(_("单位"), 30),
            Heading(_("所在地"), 20),
            Heading(_("情况"), 10),
            Heading(_("单位编号"), 24),
            Heading(_("编号"), 24),
        ],
        lambda subject: (
            [
                item.row.clause,
                item.row.title,
                item.row.actual,
                item.row.target,
                part.name,
                part.place,
                state,
                part.id,
                item.row.id,
            ]
            for item in subject.offenders
            for part, state in _parts(item)
        ),
    )


def _parts(item: Offenders) -> Iterator[tuple[Named, str]]:
    for part in item.lacking:
        yield part, _("尚缺")
    for part in item.unsure:
        yield part, _("不明")


def rolled(subjects: Sequence[SubjectReport]) -> Table:
    """One line for each requirement that binds parts: how many by outcome, and those that are not met by name."""
    return _table(
        _("下级汇总"),
        subjects,
        [
            Heading(_("条款号"), 11),
            Heading(_("要求"), 28),
            Heading(_("约束对象"), 12),
            Heading(_("约束力"), 8),
            Heading(_("期限"), 12),
            Heading(words.outcome("met"), 7),
            Heading(words.outcome("unmet"), 7),
            Heading(words.outcome("unknown"), 8),
            Heading(words.outcome("needs_review"), 8),
            Heading(words.outcome("error"), 8),
            Heading(_("未达标者"), 36),
            Heading(_("数据不足者"), 36),
            Heading(_("需人工评定或无法判定者"), 24),
            Heading(_("没有档案者"), 36),
            Heading(_("编号"), 24),
        ],
        lambda subject: (_rolled(item) for item in subject.rolled),
    )


def _rolled(item: Rolled) -> list[Cell]:
    found = item.outcomes
    return [
        item.clause,
        item.title,
        item.sort,
        item.force,
        day(item.requirement.due),
        *(len(found.get(code, ())) for code in ("met", "unmet", "unknown", "needs_review", "error")),
        _names(found.get("unmet", ())),
        _names(found.get("unknown", ())),
        _names((*found.get("needs_review", ()), *found.get("error", ()))),
        _names(item.absent),
        item.id,
    ]


def reviews(subjects: Sequence[SubjectReport]) -> Table:
    """What a person has to judge, with blank columns for the opinions."""
    return _table(
        _("需人工评定"),
        subjects,
        [
            Heading(_("序号"), 5),
            Heading(_("条款号"), 11),
            Heading(_("标准原文"), 40),
            Heading(_("要求"), 24),
            Heading(_("请评定"), 36),
            Heading(_("现状值"), 14),
            Heading(_("约束力"), 8),
            Heading(_("责任单位"), 20),
            Heading(_("期限"), 12),
            Heading(_("佐证材料"), 20),
            Heading(_("评定意见"), 16, blank=True),
            Heading(_("评定人"), 10, blank=True),
            Heading(_("编号"), 24),
        ],
        lambda subject: (
            [
                number,
                row.clause,
                row.quote,
                row.title,
                row.finding.requirement.target.needs_review or "",
                row.actual,
                row.force,
                row.offices,
                day(row.due_day),
                row.evidence,
                "",
                "",
                row.id,
            ]
            for number, row in enumerate(subject.of("needs_review"), 1)
        ),
    )


def unknown(subjects: Sequence[SubjectReport]) -> Table:
    """The requirements that wait for facts."""
    return _table(
        _("数据不足的要求"),
        subjects,
        [
            Heading(_("条款号"), 11),
            Heading(_("要求"), 30),
            Heading(_("目标值"), 12),
            Heading(_("已知情况"), 14),
            Heading(_("约束力"), 8),
            Heading(_("期限"), 12),
            Heading(_("缺少的数据"), 40),
            Heading(_("编号"), 24),
        ],
        lambda subject: (
            [row.clause, row.title, row.target, row.actual, row.force, day(row.due_day), row.why, row.id]
            for row in subject.of("unknown")
        ),
    )


def met(subjects: Sequence[SubjectReport]) -> Table:
    """What is met."""
    return _table(
        _("达标"),
        subjects,
        [
            Heading(_("条款号"), 11),
            Heading(_("要求"), 30),
            Heading(_("现状值"), 16),
            Heading(_("目标值"), 14),
            Heading(_("约束力"), 8),
            Heading(_("备注"), 24),
            Heading(_("编号"), 24),
        ],
        lambda subject: (
            [row.clause, row.title, row.actual, row.target, row.force, _beside(row), row.id]
            for row in subject.of("met")
        ),
    )


def _beside(row: Row) -> str:
    return _("；").join(words.flags(row.finding))


def not_applicable(subjects: Sequence[SubjectReport]) -> Table:
    """What does not apply, with the reason."""
    return _table(
        _("不适用"),
        subjects,
        [Heading(_("条款号"), 11), Heading(_("要求"), 36), Heading(_("原因"), 30), Heading(_("编号"), 24)],
        lambda subject: ([row.clause, row.title, row.why, row.id] for row in subject.of("not_applicable")),
    )


def everything(report: Report, *, always_named: bool = False) -> Table:
    """Every finding, one line each, with all that is said of it; the columns are the same whatever was found."""
    return _table(
        _("全部结论"),
        report.subjects,
        [
            Heading(_("序号"), 5),
            Heading(_("编号"), 24),
            Heading(_("文件"), 24),
            Heading(_("条款号"), 11),
            Heading(_("标准原文"), 40),
            Heading(_("要求"), 24),
            Heading(_("判定"), 14),
            Heading(_("现状值"), 12),
            Heading(_("分子"), 9),
            Heading(_("分母"), 9),
            Heading(_("目标值"), 12),
            Heading(_("差距"), 16),
            Heading(_("约束力"), 8),
            Heading(_("期限"), 12),
            Heading(_("责任单位"), 20),
            Heading(_("责任科室"), 12),
            Heading(_("数据系统"), 12),
            Heading(_("佐证材料"), 20),
            Heading(_("原因或缺少的数据"), 30),
            Heading(_("备注"), 20),
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
                day(row.due_day),
                row.offices,
                row.department,
                row.system,
                row.evidence,
                row.why,
                row.remarks,
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
            for number, line in enumerate(trace_lines(row.finding, report.result), 1)
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
            Heading(_("数据时期"), 10),
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
                subject.period,
                subject.verdict_short,
                *(count.all for count in subject.counts),
                next(count.mandatory for count in subject.counts if count.code == "unmet"),
                _("；").join(subject.grounds),
            ]
            for subject in report.subjects
        ),
    )


def joined(*texts: str, between: str | None = None) -> str:
    """The texts that are not empty, one after the other."""
    return (_("；") if between is None else between).join(text for text in texts if text)


def _names(parts: Sequence[Named]) -> str:
    return listed(part.name for part in parts)


def _table(
    title: str,
    subjects: Sequence[SubjectReport],
    headings: Sequence[Heading],
    rows: _Rows,
    *,
    outcome: int | None = None,
    always_named: bool = False,
) -> Table:
    """The rows of all subjects; with the subject in front where there are several, or where it is ``always_named``."""
    if len(subjects) < 2 and not always_named:
        return Table(title, tuple(headings), (row for subject in subjects for row in rows(subject)), outcome)
    return Table(
        title,
        (Heading(_("对象"), 24), Heading(_("对象编号"), 20), Heading(_("数据时期"), 10), *headings),
        ([subject.name, subject.id, subject.period, *row] for subject in subjects for row in rows(subject)),
        None if outcome is None else outcome + 3,
    )
