"""Pages out of recorded results: a region or network with what stands behind its targets and its parts by name; gaps; a subject."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from gradeeval.engines.judgement import MET, UNKNOWN, UNMET
from gradeeval.language.nodes import FORCES, Reach
from gradeeval.messages import _, chosen, day, listed
from gradeeval.reports import naming, words
from gradeeval.reports.behind import sentences
from gradeeval.reports.fitting import Cell, Column
from gradeeval.reports.overview import SHOWN_OUTCOMES
from gradeeval.reports.page import BOLD, RED, Page
from gradeeval.reports.recorded import Recorded, Row, relations

_MOST_TITLES = 12
_MOST_PARTS = 20
_MOST_UNKNOWN = 3
MOST_NAMES = 8
"""How many names a list has on the page."""


def say_area(
    page: Page, answer: Mapping[str, Any], recorded: Recorded, documents: Mapping[str, str], as_of: str
) -> None:
    """The verdict first, then what to act on, then the rest. ``documents``: titles by id."""
    targets: list[Row] = answer["targets"]
    _say_head(page, answer, documents, as_of)
    by_outcome = {code: _by_weight([row for row in targets if row["outcome"] == code]) for code in SHOWN_OUTCOMES}
    _say_missed(page, by_outcome["unmet"], recorded, as_of)
    _say_behind(page, [row for code in ("unmet", "unknown", "met") for row in by_outcome[code]], recorded)
    _say_rows(page, _("数据不足：{count} 项"), by_outcome["unknown"], recorded, as_of)
    if by_outcome["needs_review"]:
        titles = naming.some([_title(row) for row in by_outcome["needs_review"]], _MOST_TITLES)
        page.heading(_("需人工评定：{count} 项").format(count=len(by_outcome["needs_review"])))
        page.say(titles, indent=2)
    _say_rows(page, _("达标：{count} 项"), by_outcome["met"], recorded, as_of)
    _say_parts(page, answer["parts"], answer["absent"])


def say_subject(
    page: Page, answer: Mapping[str, Any], recorded: Recorded, documents: Mapping[str, str], as_of: str
) -> None:
    """Who it is and all findings on it, in the order of the documents."""
    _say_head(page, {**answer, "targets": answer["findings"]}, documents, as_of)
    columns = [
        Column(_("要求"), 18),
        Column(_("结论"), 8),
        *_figure_columns(8),
    ]
    cells: list[list[Cell]] = [
        [
            (_title(row), row["requirement"], relations(row)),
            (words.outcome(row["outcome"]), words.reason(row["reason"]) if row["reason"] else ""),
            *_figures(row, recorded, as_of),
        ]
        for row in answer["findings"]
    ]
    page.table(columns, cells, lead=1)


def say_gaps(page: Page, rows: Sequence[Row], recorded: Recorded, as_of: str) -> None:
    """Gaps of several subjects, a line each."""
    columns = [
        Column(_("对象"), 16),
        Column(_("要求"), 16),
        *_figure_columns(8),
    ]
    cells: list[list[Cell]] = [
        [
            (row["name"] or row["id"], row["id"] if row["name"] else ""),
            (_title(row), row["requirement"]),
            *_figures(row, recorded, as_of),
        ]
        for row in rows
    ]
    page.table(columns, cells, lead=2)


def _figure_columns(wide: int) -> list[Column]:
    return [
        Column(_("现状"), wide),
        Column(_("目标"), 6),
        Column(_("差距"), wide - 2, tint=RED),
        Column(_("约束力/期限"), 14),
    ]


def _figures(row: Row, recorded: Recorded, as_of: str) -> list[Cell]:
    return [
        recorded.actual(row) or "—",
        recorded.target(row),
        recorded.to_do(row),
        _force_and_due(row, as_of),
    ]


def _say_head(page: Page, answer: Mapping[str, Any], documents: Mapping[str, str], as_of: str) -> None:
    who = answer["subject"]
    page.rule(heavy=True)
    page.say(f"{who['name']}  {who['id']}", tint=BOLD)
    page.labelled(
        [
            (_("类别"), naming.sort(Reach(who["kind"], who["tier"], who["type"]))),
            (_("数据时期"), naming.period(who["period"])),
            (_("评定日"), day(as_of)),
        ]
    )
    page.blank()
    page.say(_("总评：{verdict}").format(verdict=words.verdict(who["verdict"])), hanging=6)
    for id, verdict in answer["verdicts"].items():
        label, text = documents.get(id, id), words.verdict_short(verdict)
        page.say(_("{label}：{text}").format(label=label, text=text), indent=2, hanging=2)
    counts = Counter(row["outcome"] for row in answer["targets"])
    told = [
        _("{outcome} {count} 项").format(outcome=words.outcome(code), count=counts[code])
        for code in SHOWN_OUTCOMES
        if counts[code]
    ]
    page.say(_("约束本对象的要求 {count} 项：{counts}").format(count=sum(counts.values()), counts=listed(told)), 2, 2)
    page.rule(heavy=True)


def _by_weight(rows: Sequence[Row]) -> list[Row]:
    """By force; else in the order of the documents."""
    return sorted(rows, key=lambda row: FORCES.index(row["force"]))


def _say_missed(page: Page, rows: Sequence[Row], recorded: Recorded, as_of: str) -> None:
    if not rows:
        return
    page.heading(_("差距：未达标 {count} 项").format(count=len(rows)))
    columns = [
        Column(_("序号"), 4, right=True),
        Column(_("要求"), 18),
        *_figure_columns(10),
    ]
    cells: list[list[Cell]] = [
        [
            str(number),
            (_title(row), row["requirement"], relations(row)),
            *_figures(row, recorded, as_of),
        ]
        for number, row in enumerate(rows, 1)
    ]
    page.table(columns, cells, lead=2)


def _say_behind(page: Page, rows: Sequence[Row], recorded: Recorded) -> None:
    told = [(row, found) for row in rows if "pulling" in row and (found := [*sentences(recorded.behind(row))])]
    if not told:
        return
    page.heading(_("比例和数量从何而来：还差多少，谁拉低（供督促，不是对它们的结论）"))
    for row, found in told:
        figure = recorded.actual(row) or "—"
        page.say(
            _("{title}：{actual}，目标 {target}，{outcome}").format(
                title=_title(row), actual=figure, target=recorded.target(row), outcome=words.outcome(row["outcome"])
            ),
            indent=2,
            hanging=2,
        )
        for sentence in found:
            page.say(sentence.text, indent=4, hanging=2)


def _say_rows(page: Page, heading: str, rows: Sequence[Row], recorded: Recorded, as_of: str) -> None:
    if not rows:
        return
    page.heading(heading.format(count=len(rows)))
    columns = [
        Column(_("要求"), 24),
        Column(_("现状"), 12),
        Column(_("目标"), 8),
        Column(_("约束力/期限"), 14),
    ]
    cells: list[list[Cell]] = [
        [
            (_title(row), words.reason(row["reason"]) if row["reason"] else "", relations(row)),
            recorded.actual(row) or "—",
            recorded.target(row),
            _force_and_due(row, as_of),
        ]
        for row in rows
    ]
    page.table(columns, cells, lead=1)


def _title(row: Row) -> str:
    return chosen(row["title"], row["title_en"])


def _force_and_due(row: Row, as_of: str) -> Cell:
    strength = words.force(row["force"])
    if row["due"] is None:
        return strength, _("常年要求")
    if row["every_year"] is not None:
        return (_("{force}，每年").format(force=strength),)
    passed = as_of >= row["due"]
    text = _("{force}，已到期") if passed else _("{force}，未到期")
    return text.format(force=strength), day(row["due"])


def _say_parts(page: Page, rows: Sequence[Row], absent: Sequence[Row]) -> None:
    """The requirements that bind parts, those with most misses first, with names; then what has no profile."""
    if not rows:
        return
    page.heading(_("下属对象汇总：{count} 项约束下属对象的要求").format(count=len(rows)))
    shown = [row for row in rows if row["counts"].get(UNMET)][:_MOST_PARTS]
    for row in shown:
        counts = row["counts"]
        told = [
            _("{outcome} {count} 个").format(outcome=words.outcome(code), count=counts[code])
            for code in SHOWN_OUTCOMES
            if counts.get(code)
        ]
        page.say(
            _("{title}（{id}，{sort}）：{counts}").format(
                title=_title(row), id=row["requirement"], sort=_sort(row), counts=listed(told)
            ),
            indent=2,
            hanging=2,
        )
        for code, most in ((UNMET, MOST_NAMES), (UNKNOWN, _MOST_UNKNOWN)):
            if counts.get(code):
                names = _names(row["named"].get(code, ()), counts[code], most)
                page.say(_("{label}：{text}").format(label=words.outcome(code), text=names), indent=4, hanging=2)
    rest = rows[len(shown) :]
    if rest:
        missed = sum(bool(row["counts"].get(UNMET)) for row in rest)
        met = sum(set(row["counts"]) == {MET} for row in rest)
        page.say(
            _("其余 {count} 项：{missed} 项有下属对象未达标，{met} 项全部达标，{open} 项有待补数据或人工评定").format(
                count=len(rest), missed=missed, met=met, open=len(rest) - missed - met
            ),
            indent=2,
            hanging=2,
        )
    for row in absent:
        sort = naming.sort(Reach(row["part_kind"], row["part_tier"], row["part_type"]))
        names = _names(row["named"], row["count"])
        page.say(_("名册上有而没有档案的{sort}（计入分母，数据不足）：{names}").format(sort=sort, names=names), 2, 2)


def _sort(row: Row) -> str:
    return naming.sort(Reach(row["kind"], row["tier"], row["type"]))


def _names(named: Sequence[Row], count: int, most: int = MOST_NAMES) -> str:
    names = [one["name"] for one in named[:most]]
    return _("{items} 等 {count} 个").format(items=listed(names), count=count) if count > len(names) else listed(names)
