"""``gradeeval rules indicators``: the indicators that are there to be used, and which rulesets use them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click
from tabulate import tabulate

from gradeeval.cli import options
from gradeeval.cli.opening import opened
from gradeeval.cli.output import write_json
from gradeeval.language.nodes import Indicator
from gradeeval.language.plain import formula_plain, reach_plain
from gradeeval.language.scope import reach_title
from gradeeval.language.using import used_by
from gradeeval.messages import _, chosen, listed, mark
from gradeeval.workspace import Workspace

NOTHING_FOUND = 5
"""The exit code where the word is in no name and no title (design: nothing selected)."""


@click.command(
    "indicators",
    help=mark("列出指标，或名称、标题含 WORD 的指标：名称、标题、对象、单位、上报还是公式、哪些规则集用到。"),
)
@click.argument("word", required=False)
@options.rulesets
@click.option("--format", "form", type=click.Choice(("table", "json")), default="table", help=mark("输出格式"))
@options.plugins
@options.language
def indicators(word: str | None, rulesets: tuple[str, ...], form: str) -> int:
    """A line for each indicator, by name; with rulesets those that these use."""
    workspace = opened()
    users = dict(_users(workspace))
    wanted = {workspace.ruleset(id).document.id for id in rulesets}
    found = [
        indicator
        for name, indicator in sorted(workspace.scope.indicators.items())
        if _fits(indicator, word) and (not wanted or wanted.intersection(users.get(name, ())))
    ]
    if not found:
        click.echo(_("没有这样的指标；词要出现在名称或标题里，不写词则全部列出"), err=True)
        return NOTHING_FOUND
    if form == "json":
        plain = [_plain(indicator, users.get(indicator.name, [])) for indicator in found]
        write_json(plain)
        return 0
    rows = [
        (
            indicator.name,
            chosen(indicator.title, indicator.title_en),
            reach_title(indicator.reach),
            _type(indicator),
            _source(indicator),
            listed(users.get(indicator.name, [])) or "—",
        )
        for indicator in found
    ]
    head = (_("指标"), _("标题"), _("对象"), _("单位或类型"), _("由来"), _("用到的规则集"))
    click.echo(tabulate(rows, headers=head, tablefmt="simple", disable_numparse=True))
    return 0


def _users(workspace: Workspace) -> Iterator[tuple[str, list[str]]]:
    """Each indicator that is used, with the rulesets that use it."""
    users: dict[str, list[str]] = {}
    for id in workspace.rulesets:
        for name in used_by(workspace.load(id).requirements, workspace.scope.indicators):
            users.setdefault(name, []).append(id)
    yield from users.items()


def _fits(indicator: Indicator, word: str | None) -> bool:
    texts = (indicator.name, indicator.title, indicator.title_en or "")
    return word is None or any(word.casefold() in text.casefold() for text in texts)


def _type(indicator: Indicator) -> str:
    """As it is written in ``indicators.yaml``."""
    if indicator.unit is None:
        return f"order: {indicator.order}" if indicator.order is not None else f"list: {indicator.listed}"
    return _("{unit}，流量").format(unit=indicator.unit) if indicator.flow else indicator.unit


def _source(indicator: Indicator) -> str:
    if indicator.formula is None:
        return _("上报")
    return _("公式 {formula}").format(formula=next(iter(formula_plain(indicator.formula))))


def _plain(indicator: Indicator, users: list[str]) -> dict[str, Any]:
    return {
        "name": indicator.name,
        "title": indicator.title,
        "title_en": indicator.title_en,
        **reach_plain(indicator.reach),
        "unit": indicator.unit,
        "order": indicator.order,
        "list": indicator.listed,
        "measure": "flow" if indicator.flow else None,
        "formula": formula_plain(indicator.formula) if indicator.formula is not None else None,
        "rulesets": users,
    }
