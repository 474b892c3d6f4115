"""``gradeeval rules``: lists, shows, exports and counts requirements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from tabulate import tabulate

from gradeeval.cli import options
from gradeeval.cli.indicators import indicators
from gradeeval.cli.opening import check_topics, opened
from gradeeval.cli.output import in_json, write_json
from gradeeval.evaluate.selection import Wanted
from gradeeval.language.nodes import Requirement
from gradeeval.language.plain import binds_plain, comparator, target_plain
from gradeeval.language.scope import Reference, Scope, reach_title
from gradeeval.messages import _, chosen, day, listed, mark
from gradeeval.reports import words
from gradeeval.rulesets.coverage import coverage
from gradeeval.rulesets.reading import read_ledger
from gradeeval.rulesets.ruleset import PolicyDocument
from gradeeval.workspace import Workspace


@click.group(help=mark("列出、查看、导出、统计规则，列出指标。"))
@options.language
def command() -> None:
    """``list``, ``show``, ``export``, ``coverage``, ``indicators``."""


command.add_command(indicators)


@command.command("list", help=mark("列出规则集；加 --ruleset、--topic 或 --only 则列出要求。"))
@options.rulesets
@click.option("--topic", "topics", multiple=True, help=mark("只看这些主题"))
@click.option("--only", multiple=True, help=mark("只看编号符合通配符的要求"))
@options.plugins
@options.language
def list_rules(rulesets: tuple[str, ...], topics: tuple[str, ...], only: tuple[str, ...]) -> int:
    """A line for each ruleset or requirement."""
    workspace = opened()
    if not (rulesets or topics or only):
        rows = [
            (
                id,
                found.document.number or "—",
                _title(found.document),
                len(workspace.load(id).requirements),
                found.origin,
            )
            for id, found in workspace.rulesets.items()
        ]
        head = (_("规则集"), _("文号"), _("标题"), _("要求数"), _("来源"))
        click.echo(tabulate(rows, headers=head, tablefmt="simple", disable_numparse=True))
        return 0
    rows_ = [
        (
            item.id,
            item.clause,
            reach_title(item.binds),
            words.force(item.force),
            day(item.due) if item.due is not None else "—",
            _name(item, workspace),
        )
        for item in _chosen(workspace, Wanted(rulesets, topics, only))
    ]
    head_ = (_("编号"), _("条款"), _("对象"), _("约束力"), _("期限"), _("要求"))
    click.echo(tabulate(rows_, headers=head_, tablefmt="simple", disable_numparse=True))
    return 0


@command.command("show", help=mark("查看一条要求的全部内容。"))
@click.argument("requirement")
@options.plugins
@options.language
def show(requirement: str) -> int:
    """Everything that the ruleset says of one requirement."""
    workspace = opened()
    found = workspace.requirement(requirement)
    document = workspace.ruleset(found.document).document
    reference = workspace.scope.find(found.indicator, found.binds)
    assert isinstance(reference, Reference)
    lines = [
        (_("编号"), found.id),
        (_("文件"), f"{_title(document)}（{document.number}）" if document.number else _title(document)),
        (_("条款"), found.clause),
        (_("原文"), found.quote),
        (_("要求"), _name(found, workspace)),
        (_("约束对象"), in_json(binds_plain(found))),
        (_("指标"), f"{found.indicator}（{chosen(*workspace.scope.title(found.indicator, found.binds.kind))}）"),
        (_("目标"), words.target(found.target, reference)),
        (_("期限"), day(found.due) if found.due is not None else _("无期限（长期有效）")),
        (_("年度"), str(found.within or found.every_year or "—")),
        (_("约束力"), words.force(found.force)),
        (_("责任单位"), listed(found.responsible) or "—"),
        (_("读法"), found.reading or "—"),
    ]
    for label, text in lines:
        click.echo(_("{label}：{text}").format(label=label, text=text))
    return 0


@command.command("export", help=mark("把要求导出为 JSON 列表。"))
@options.rulesets
@click.option("--topic", "topics", multiple=True, help=mark("只看这些主题"))
@click.option("--only", multiple=True, help=mark("只看编号符合通配符的要求"))
@click.option("-o", "--output", type=options.PATH, help=mark("写入文件"))
@options.plugins
@options.language
def export(rulesets: tuple[str, ...], topics: tuple[str, ...], only: tuple[str, ...], output: Path | None) -> int:
    """A JSON list: id, document, clause, quote, binds, indicator, comparator, value, unit, due, force, topics, title."""
    workspace = opened()
    rows = [_row(item, workspace) for item in _chosen(workspace, Wanted(rulesets, topics, only))]
    write_json(rows, output)
    return 0


@command.command(
    "coverage", help=mark("统计每个文件编了多少：台账各状态的段数，要求按种类、对象、约束力、主题和期限年份。")
)
@click.argument("rulesets", nargs=-1)
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", help=mark("输出格式"))
@options.plugins
@options.language
def show_coverage(rulesets: tuple[str, ...], form: str) -> int:
    """Counts of each document, a column each."""
    workspace = opened()
    found = {
        id: coverage(read_ledger(workspace.ruleset(id)), workspace.load(id).requirements, workspace.scope.indicators)
        for id in rulesets or tuple(workspace.rulesets)
    }
    if form == "json":
        write_json({id: asdict(one) for id, one in found.items()})
        return 0
    rows: list[tuple[str, ...]] = [
        (_("句"), *(str(one.segments) for one in found.values())),
        (_("要求数"), *(str(one.requirements) for one in found.values())),
    ]
    for heading, name in (
        (_("台账（段）"), "stretches"),
        (_("要求的种类"), "demands"),
        (_("约束的对象"), "subjects"),
        (_("约束力"), "forces"),
        (_("主题"), "topics"),
        (_("期限年份"), "due_years"),
        (_("由来"), "derivations"),
    ):
        rows.append((f"{heading}", *("" for _id in found)))
        keys = dict.fromkeys(key for one in found.values() for key in getattr(one, name))
        rows.extend((f"  {key}", *(str(getattr(one, name).get(key, 0)) for one in found.values())) for key in keys)
    click.echo(tabulate(rows, headers=("", *found), tablefmt="simple", disable_numparse=True))
    return 0


def _row(item: Requirement, workspace: Workspace) -> dict[str, Any]:
    word, value = comparator(item.target)
    return {
        "id": item.id,
        "document": item.document,
        "clause": item.clause,
        "quote": item.quote,
        "binds": binds_plain(item),
        "indicator": item.indicator,
        "comparator": word,
        "value": value,
        "target": target_plain(item.target),
        "unit": workspace.scope.types[item.indicator].unit if item.indicator in workspace.scope.types else None,
        "within": str(item.within) if item.within else None,
        "every_year": str(item.every_year) if item.every_year else None,
        "due": item.due,
        "due_from": item.due_from,
        "force": item.force,
        "topics": list(item.topics),
        "title": item.title,
        "title_en": item.title_en,
    }


def _chosen(workspace: Workspace, wanted: Wanted) -> Iterator[Requirement]:
    check_topics(wanted.topics)
    for id in wanted.rulesets or tuple(workspace.rulesets):
        for item in workspace.load(workspace.ruleset(id).document.id).requirements:
            if wanted.takes(item):
                yield item


def _name(item: Requirement, workspace: Workspace) -> str:
    scope: Scope = workspace.scope
    if item.title is not None:
        return chosen(item.title, item.title_en)
    return chosen(*scope.title(item.indicator, item.binds.kind))


def _title(document: PolicyDocument) -> str:
    return chosen(document.title, document.title_en)
