"""The report as tables, once for the forms that are made of tables: Excel, Markdown, Word. Each holds one sort of finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gradeeval.messages import _, listed
from gradeeval.reports import words
from gradeeval.reports.cells import DATE_WIDTH, Cell, Heading, Table, deadline, joined, of_subjects, outcome
from gradeeval.reports.content import Named, Origin, Rolled, SubjectReport


def acting(subjects: Sequence[SubjectReport]) -> tuple[Table, ...]:
    """What has to be acted on, in the order of all reports that are read from top to bottom."""
    return tuple(table(subjects) for table in (gaps, origins, offenders, ranking, wanting, unknown))


def gaps(subjects: Sequence[SubjectReport]) -> Table:
    """What is missed or could not be judged, the weightiest first, with blank columns for self-assessment and review."""
    return of_subjects(
        _("差距"),
        subjects,
        [
            Heading(_("序号"), 5),
            Heading(_("条款号"), 9),
            Heading(_("标准原文"), 30),
            Heading(_("要求"), 16),
            Heading(_("现状值"), 11),
            Heading(_("目标值"), 11),
            Heading(_("差距"), 18),
            Heading(_("判定"), 17),
            Heading(_("约束力"), 7),
            Heading(_("责任单位"), 14),
            Heading(_("责任科室"), 9),
            Heading(_("整改期限"), DATE_WIDTH),
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
                row.target_short,
                row.gap,
                outcome(row),
                row.force,
                row.offices,
                row.department,
                deadline(row.due_day),
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
    return of_subjects(
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


def origins(subjects: Sequence[SubjectReport]) -> Table:
    """Where the figures of regions and networks come from, one line for each: what is needed, who pulls down, what changed."""
    return of_subjects(
        _("比例和数量从何而来"),
        subjects,
        [
            Heading(_("条款号"), 11),
            Heading(_("要求"), 26),
            Heading(_("判定"), 17),
            Heading(_("现状值"), 14),
            Heading(_("目标值"), 12),
            Heading(_("还差多少"), 26),
            Heading(_("下级情况"), 56),
            Heading(_("上报与计算"), 26),
            Heading(_("比上年、每年"), 24),
            Heading(_("编号"), 24),
        ],
        lambda subject: (
            [
                row.clause,
                row.title,
                outcome(row),
                row.actual,
                row.target_short,
                origin.said("needed") or row.gap.text,
                origin.said("pulling", "ranking"),
                origin.said("differs"),
                origin.said("before", "pace"),
                row.id,
            ]
            for row, origin in subject.origins
            if origin.sentences
        ),
        outcome=2,
    )


def offenders(subjects: Sequence[SubjectReport]) -> Table:
    """One line for each part that pulls a share or count down, and for each of which it is unknown."""
    return of_subjects(
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
            [row.clause, row.title, row.actual, row.target_short, part.name, part.place, state, part.id, row.id]
            for row, origin in subject.origins
            for part, state in _parts(origin)
        ),
    )


def _parts(origin: Origin) -> Iterator[tuple[Named, str]]:
    for part in origin.lacking:
        yield part, _("尚缺")
    for part in origin.unsure:
        yield part, _("不明")


def ranking(subjects: Sequence[SubjectReport]) -> Table:
    """The regions right below a region by the same figure, the best first, and what each lacks for the target."""
    return of_subjects(
        _("下级排名"),
        subjects,
        [
            Heading(_("条款号"), 11),
            Heading(_("要求"), 30),
            Heading(_("目标值"), 12),
            Heading(_("名次"), 6),
            Heading(_("下级区域"), 20),
            Heading(_("现状值"), 18),
            Heading(_("拉低上级"), 12),
            Heading(_("区划代码"), 10),
            Heading(_("编号"), 24),
        ],
        lambda subject: (
            [
                row.clause,
                row.title,
                row.target_short,
                child.rank or "—",
                child.who.name,
                child.actual,
                child.effect,
                child.who.id,
                row.id,
            ]
            for row, origin in subject.origins
            for child in origin.children
        ),
    )


def rolled(subjects: Sequence[SubjectReport], most: int | None = None) -> Table:
    """One line for each requirement that binds parts: how many by outcome, and those that are not met by name.

    A cell names the first ``most`` of them, and how many there are.
    """
    return of_subjects(
        _("下级汇总"),
        subjects,
        [
            Heading(_("条款号"), 11),
            Heading(_("要求"), 28),
            Heading(_("约束对象"), 12),
            Heading(_("约束力"), 8),
            Heading(_("期限"), DATE_WIDTH),
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
        lambda subject: (_rolled(item, most) for item in subject.rolled),
    )


def _rolled(item: Rolled, most: int | None) -> list[Cell]:
    found = item.outcomes
    return [
        item.clause,
        item.title,
        item.sort,
        item.force,
        deadline(item.due_day),
        *(item.counts.get(code, 0) for code in ("met", "unmet", "unknown", "needs_review", "error")),
        *(_names(found.get(code, ()), item.counts.get(code, 0), most) for code in ("unmet", "unknown")),
        _names(
            (*found.get("needs_review", ()), *found.get("error", ())),
            item.counts.get("needs_review", 0) + item.counts.get("error", 0),
            most,
        ),
        _names(item.absent, item.absences, most),
        item.id,
    ]


def reviews(subjects: Sequence[SubjectReport]) -> Table:
    """What a person has to judge, with blank columns for the opinions."""
    return of_subjects(
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
            Heading(_("期限"), DATE_WIDTH),
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
                row.question,
                row.actual,
                row.force,
                row.offices,
                deadline(row.due_day),
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
    return of_subjects(
        _("数据不足的要求"),
        subjects,
        [
            Heading(_("条款号"), 11),
            Heading(_("要求"), 30),
            Heading(_("目标值"), 12),
            Heading(_("已知情况"), 14),
            Heading(_("约束力"), 8),
            Heading(_("期限"), DATE_WIDTH),
            Heading(_("缺少的数据"), 40),
            Heading(_("编号"), 24),
        ],
        lambda subject: (
            [row.clause, row.title, row.target_short, row.actual, row.force, deadline(row.due_day), row.why, row.id]
            for row in subject.of("unknown")
        ),
    )


def met(subjects: Sequence[SubjectReport]) -> Table:
    """What is met."""
    return of_subjects(
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
            [row.clause, row.title, row.actual, row.target_short, row.force, row.flags, row.id]
            for row in subject.of("met")
        ),
    )


def not_applicable(subjects: Sequence[SubjectReport]) -> Table:
    """What does not apply, with the reason."""
    return of_subjects(
        _("不适用"),
        subjects,
        [Heading(_("条款号"), 11), Heading(_("要求"), 36), Heading(_("原因"), 30), Heading(_("编号"), 24)],
        lambda subject: ([row.clause, row.title, row.why, row.id] for row in subject.of("not_applicable")),
    )


def _names(parts: Sequence[Named], count: int, most: int | None) -> str:
    """The names, and how many there are where not all are told."""
    told = parts[:most]
    names = listed(part.name for part in told)
    return _("{items} 等 {count} 个").format(items=names, count=count) if count > len(told) else names
