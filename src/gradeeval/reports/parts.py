"""Roll-up: how the parts of a region or network stand on each requirement that binds them. No second requirement."""

from __future__ import annotations

from collections.abc import Sequence

from gradeeval.engines.judgement import MET, NEEDS_REVIEW, UNKNOWN, UNMET
from gradeeval.engines.views import View
from gradeeval.findings.result import Result, RollUp
from gradeeval.messages import _, chosen
from gradeeval.reports import naming
from gradeeval.reports.clauses import clause, one_line
from gradeeval.reports.fitting import Cell, Column
from gradeeval.reports.page import Page

_MOST_NAMES = 8


def say_parts(page: Page, items: Sequence[RollUp], result: Result) -> None:
    """Nothing where no requirement binds a part."""
    if not items:
        return
    page.heading(_("下属对象汇总：{count} 项约束下属对象的要求").format(count=len(items)))
    known = [item for item in items if set(item.outcomes) != {UNKNOWN}]
    columns = [
        Column(_("条款"), 9),
        Column(_("要求和未达标者"), 20),
        Column(_("约束对象"), 8),
        Column(_("达标"), 4, right=True),
        Column(_("未达标"), 6, right=True),
        Column(_("数据不足"), 8, right=True),
        Column(_("需人工评定"), 6, right=True),
    ]
    rows: list[list[Cell]] = []
    for item in sorted(known, key=lambda item: -len(item.outcomes.get(UNMET, ()))):
        failing = item.outcomes.get(UNMET, ())
        rows.append(
            [
                clause(item.requirement, result, page),
                (
                    _title(item),
                    _("未达标：{names}").format(names=naming.parts(failing, _MOST_NAMES)) if failing else "",
                ),
                naming.sort(item.requirement.binds),
                *(str(len(item.outcomes.get(code, ()))) for code in (MET, UNMET, UNKNOWN, NEEDS_REVIEW)),
            ]
        )
    page.table(columns, rows, lead=2)
    _say_unknown(page, [item for item in items if set(item.outcomes) == {UNKNOWN}], result)
    _say_absent(page, items)


def _say_unknown(page: Page, items: Sequence[RollUp], result: Result) -> None:
    if not items:
        return
    leads = _("；").join(
        _("{clause} {title}（{sort} {count} 个）").format(
            clause=one_line(item.requirement, result),
            title=_title(item),
            sort=naming.sort(item.requirement.binds),
            count=len(item.outcomes[UNKNOWN]),
        )
        for item in items
    )
    page.say(_("下属对象全部数据不足（{count} 项）：{leads}").format(count=len(items), leads=leads), 2, 2)


def _title(item: RollUp) -> str:
    return chosen(item.requirement.title or item.requirement.indicator, item.requirement.title_en)


def _say_absent(page: Page, items: Sequence[RollUp]) -> None:
    absent: dict[str, dict[str, View]] = {}
    for item in items:
        for view in item.absent:
            absent.setdefault(naming.sort(view.reach), {})[view.id] = view
    for sort, views in absent.items():
        page.say(
            _("名册上有而没有档案的{sort}（计入分母，数据不足）：{names}").format(
                sort=sort, names=naming.parts(list(views.values()), _MOST_NAMES)
            ),
            indent=2,
            hanging=2,
        )
