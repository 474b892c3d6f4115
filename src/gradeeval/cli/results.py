"""``gradeeval results``: answers questions about the results of ``batch``."""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from gradeeval.builtin import FORMS
from gradeeval.cli import options
from gradeeval.cli.opening import terminal_layout
from gradeeval.cli.output import write_out
from gradeeval.errors import GradeevalError, MissingExtra, Misuse
from gradeeval.files.writing import escape_controls
from gradeeval.language.nodes import Reach
from gradeeval.language.scope import Reference
from gradeeval.messages import _, chosen, listed, mark
from gradeeval.reports import naming, words
from gradeeval.reports.areas import MOST_NAMES, say_area, say_gaps, say_subject
from gradeeval.reports.csv import inert
from gradeeval.reports.figures import number
from gradeeval.reports.fitting import Column
from gradeeval.reports.page import Page
from gradeeval.reports.recorded import Recorded, Rule, Rules, exact, relations
from gradeeval.vocabulary import KINDS
from gradeeval.workspace import Workspace, build

QUESTIONS = ("area", "gaps", "ranking", "subject")
FORMATS = ("table", "json", "csv")
REPORTS = ("markdown", "html", "xlsx", "docx")
"""Forms of ``check`` that an area or a subject is told in as well; the module of that name in ``reports`` writes them."""

_BINARY = ("xlsx", "docx")
_SHOWN = 50
_FILED = 160
"""Columns of a table in a file."""

_NAMED = 100
"""How many parts a list of a file names, where nothing else is asked."""
Row = dict[str, Any]


@click.command(
    help=mark(
        "查询 batch 的结果：area 讲一个区域或医联体的指标从何而来、谁拉低、下级如何，gaps 列出差距，"
        "ranking 按一条要求给各地排名，subject 列出一个对象的全部结论。"
    )
)
@click.argument("folder", type=options.PATH)
@click.argument("question", type=click.Choice(QUESTIONS))
@click.argument("id", required=False)
@click.option("--county", help=mark("gaps：只看这个县（代码或名称）"))
@click.option("--region", help=mark("gaps、ranking：只看这个区域及其内（代码或名称）"))
@click.option("--requirement", help=mark("gaps、ranking：要求编号"))
@click.option("--ruleset", help=mark("gaps：只看这个规则集"))
@click.option("--kind", type=click.Choice(KINDS), help=mark("gaps：只看这类对象"))
@click.option(
    "--outcome",
    type=click.Choice(("unmet", "unknown", "any")),
    default=None,
    help=mark("gaps：未达标（默认）、数据不足或两者"),
)
@click.option("--tier", type=click.Choice(("county", "prefecture", "province")), help=mark("ranking：只排这一级"))
@click.option(
    "--limit",
    type=click.IntRange(0),
    default=None,
    help=mark("gaps：最多几行（表格默认 50；0 为全部）；area：名单最多几个"),
)
@click.option(
    "--format",
    "form",
    type=click.Choice((*FORMATS, *REPORTS)),
    default=None,
    help=mark("输出格式：table、json、csv；area、subject 还有 markdown、html、xlsx、docx"),
)
@click.option("-o", "--output", type=options.PATH, help=mark("写入文件，按后缀定格式"))
@options.language
def command(
    folder: Path,
    question: str,
    id: str | None,
    county: str | None,
    region: str | None,
    requirement: str | None,
    ruleset: str | None,
    kind: str | None,
    outcome: str | None,
    tier: str | None,
    limit: int | None,
    form: str | None,
    output: Path | None,
) -> int:
    """Answers one question; 0, or 2 where something that is named does not exist."""
    _fitting(
        question,
        {
            "ID": id,
            "--county": county,
            "--region": region,
            "--requirement": requirement,
            "--ruleset": ruleset,
            "--kind": kind,
            "--outcome": outcome,
            "--tier": tier,
            "--limit": limit,
        },
    )
    form = _format(form, output, question)
    try:
        from gradeeval.batch.answers import Results, Sought
        from gradeeval.batch.areas import area
    except ImportError:
        raise MissingExtra(_("查询结果需要 polars 和 duckdb：pip install 'gradeeval[batch]'")) from None
    results, recorded = Results(folder), Recorded(_rules())
    note = ""
    answer: Any
    if question == "area":
        assert id is not None
        found_area = area(results, id, limit if limit is not None else MOST_NAMES if form == "table" else _NAMED)
        answer, rows, columns = found_area, found_area["targets"], AREA
    elif question == "subject":
        assert id is not None
        answer = results.subject(id)
        rows, columns = answer["findings"], FINDING
    elif question == "ranking":
        assert requirement is not None
        answer = rows = results.ranking(requirement, region, tier)
        columns = RANKING
        if not rows:
            click.echo(_("没有可排名的区域：这条要求没有下级，或结果中没有这些区域的档案"), err=True)
    else:
        if limit is None:
            limit = _SHOWN if form == "table" and output is None else 0
        wanted = None if outcome == "any" else outcome or "unmet"
        answer, total = results.gaps(Sought(county, region, requirement, ruleset, kind, wanted, limit))
        rows, columns = answer, GAP
        if total > len(rows):
            note = _("共 {total} 条，显示 {shown} 条；--limit 0 显示全部").format(total=total, shown=len(rows))
        elif not rows:
            note = _("没有这样的差距")
    content = _content(form, Asked(question, answer, rows, columns), recorded, results, limit, output)
    write_out(content, output, binary=form in _BINARY)
    if note:
        click.echo(note, err=True)
    return 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with its answer: all of it, and what of it stands in lines with which columns."""

    question: str
    answer: Any
    rows: Sequence[Row]
    columns: Sequence[tuple[str, Any]]


def _content(
    form: str, asked: Asked, recorded: Recorded, results: Any, limit: int | None, output: Path | None
) -> bytes:
    """The answer in a form."""
    if form == "json":
        return (json.dumps(_finite(asked.answer), ensure_ascii=False, indent=1) + "\n").encode()
    if form == "csv":
        return _csv(*_cells(asked.rows, asked.columns, recorded))
    if form in REPORTS:
        return _written(form, asked.answer, recorded, results, _NAMED if limit is None else limit)
    return _page(asked.question, asked.rows, asked.answer, recorded, results, output)


def _fitting(question: str, given: dict[str, Any]) -> None:
    """Raises ``Misuse`` where an option does not belong to the question, or one that it needs is absent."""
    takes = {
        "gaps": {"--county", "--region", "--requirement", "--ruleset", "--kind", "--outcome", "--limit"},
        "ranking": {"--requirement", "--region", "--tier"},
        "subject": {"ID"},
        "area": {"ID", "--limit"},
    }[question]
    for name, value in given.items():
        if value is not None and name not in takes:
            raise Misuse(_("{name} 不能用于 {question}").format(name=name, question=question))
    for name in {"ranking": ("--requirement",), "subject": ("ID",), "area": ("ID",)}.get(question, ()):
        if given[name] is None:
            raise Misuse(_("{question} 需要 {name}").format(name=name, question=question))


def _format(form: str | None, output: Path | None, question: str) -> str:
    known = FORMATS + (REPORTS if question in ("area", "subject") else ())
    if form is not None and form not in known:
        raise Misuse(_("{form} 只用于 area 和 subject").format(form=form))
    if output is None:
        if form in _BINARY and sys.stdout.isatty():
            raise Misuse(_("{form} 不是文本，不能显示在终端；请用 -o 写入文件").format(form=form))
        return form or "table"
    if form is not None:
        return form
    by_suffix = {suffix: name for name, _title, suffixes in FORMS if name in known for suffix in suffixes}
    if output.suffix.lower() not in by_suffix:
        raise Misuse(_("不知道 {path} 是何种格式；可用后缀：{known}").format(path=output, known="、".join(by_suffix)))
    return by_suffix[output.suffix.lower()]


def _written(form: str, answer: Any, recorded: Recorded, results: Any, limit: int) -> bytes:
    """The answer as a report in one of the forms of ``check``."""
    from gradeeval.reports.recomposing import Run, rebuild_report

    summary = results.summary
    run = Run(
        as_of=summary["as_of"],
        documents=results.documents(),
        dataset=summary["dataset"],
        rulesets=summary["rulesets"],
        rosters=dict(summary["rosters"]),
    )
    report = rebuild_report(answer, recorded, run, limit)
    content: bytes = import_module(f"gradeeval.reports.{form}").written(report)
    return content


def _rules() -> Rules:
    """The installed rules, opened when first asked."""
    opened: list[Workspace] = []

    def rule(id: str) -> Rule | None:
        if not opened:
            opened.append(build())
        try:
            item = opened[0].requirement(id)
        except GradeevalError:
            return None
        reference = opened[0].scope.find(item.indicator, item.binds)
        return Rule(item, reference, opened[0].scope) if isinstance(reference, Reference) else None

    return rule


def _text(name: str) -> Any:
    return lambda row, _recorded: escape_controls(str(row[name])) if row.get(name) not in (None, "") else ""


def _number(name: str) -> Any:
    return lambda row, _recorded: "" if row.get(name) is None else number(exact(row[name]) or 0, None)


def _figure(name: str) -> Any:
    return lambda row, recorded: recorded.figure(row, name) if f"{name}_lo" in row else ""


def _pulling(lacks: bool) -> Any:
    return lambda row, _recorded: listed(one["name"] for one in row.get("pulling", ()) if one["lacks"] is lacks)


def _title(row: Row, _recorded: Recorded) -> str:
    return escape_controls(chosen(row["title"], row["title_en"]))


def _outcome(row: Row, _recorded: Recorded) -> str:
    return words.outcome(row["outcome"]) if row.get("outcome") else ""


GAP: Sequence[tuple[str, Any]] = (
    (mark("对象"), _text("id")),
    (mark("名称"), _text("name")),
    (mark("县"), _text("county")),
    (mark("编号"), _text("requirement")),
    (mark("要求"), _title),
    (mark("约束力"), lambda row, _recorded: words.force(row["force"])),
    (mark("期限"), _text("due")),
    (mark("结论"), _outcome),
    (mark("现状"), lambda row, recorded: recorded.actual(row)),
    (mark("目标"), lambda row, recorded: recorded.target(row)),
    (mark("还差"), lambda row, recorded: recorded.to_do(row)),
)
FINDING: Sequence[tuple[str, Any]] = (
    *GAP[3:8],
    (mark("原因"), lambda row, _recorded: words.reason(row["reason"])),
    *GAP[8:],
    (mark("备注"), lambda row, _recorded: relations(row)),
)
AREA: Sequence[tuple[str, Any]] = (
    *FINDING,
    (mark("上报"), _figure("reported")),
    (mark("计算"), _figure("computed")),
    (mark("上年"), _figure("before")),
    (mark("年度变化"), _number("pace")),
    (mark("尚缺"), _pulling(True)),
    (mark("不明"), _pulling(False)),
)
RANKING: Sequence[tuple[str, Any]] = (
    (mark("上级"), _text("whole")),
    (mark("名次"), _number("rank")),
    (mark("代码"), _text("id")),
    (mark("名称"), _text("name")),
    (mark("级别"), lambda row, _recorded: naming.sort(Reach("region", row["tier"])) if row.get("tier") else ""),
    (mark("结论"), _outcome),
    (mark("现状"), _figure("actual")),
    (mark("拉低"), _number("effect")),
    (mark("具备"), _number("have")),
    (mark("缺少"), _number("lack")),
    (mark("不明"), _number("unsure")),
    (mark("年度变化"), _number("pace")),
    (mark("下级"), _number("parts")),
    (mark("达标"), _number("met")),
    (mark("未达标"), _number("unmet")),
    (mark("未能判定"), _number("unknown")),
    (mark("缺档案"), _number("absent")),
    (mark("达标%"), _number("share")),
)


def _cells(
    rows: Sequence[Row], columns: Sequence[tuple[str, Any]], recorded: Recorded
) -> tuple[list[str], list[list[str]]]:
    """Headings and lines; columns without a text are left out."""
    table = [[column(row, recorded) for _name, column in columns] for row in rows]
    used = [at for at in range(len(columns)) if any(line[at] for line in table)]
    return [_(columns[at][0]) for at in used], [[line[at] for at in used] for line in table]


def _page(
    question: str, rows: Sequence[Row], answer: Any, recorded: Recorded, results: Any, output: Path | None
) -> bytes:
    """The answer for reading, as wide as the terminal."""
    layout = terminal_layout()
    page = Page(layout if output is None else replace(layout, width=_FILED, colour=False))
    if question == "area":
        say_area(page, answer, recorded, results.documents(), results.summary["as_of"])
    elif question == "subject":
        say_subject(page, answer, recorded, results.documents(), results.summary["as_of"])
    elif question == "gaps":
        say_gaps(page, rows, recorded, results.summary["as_of"])
    else:
        head, lines = _cells(rows, RANKING, recorded)
        left = {_("上级"), _("代码"), _("名称"), _("级别"), _("结论"), _("现状")}
        page.table(
            [Column(title, 8 if title == _("名称") else 4, right=title not in left) for title in head], lines, lead=3
        )
    return page.content() if rows else b""


def _csv(head: Sequence[str], lines: Iterable[Sequence[str]]) -> bytes:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([inert(cell) for cell in line] for line in lines)
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _finite(value: Any) -> Any:
    """The same with null for what is open: JSON has no infinity."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
