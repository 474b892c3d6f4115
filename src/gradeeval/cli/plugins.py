"""``gradeeval plugins``: what is installed, what each brings, and what was refused and why."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict

import click

from gradeeval.cli import options
from gradeeval.cli.output import write_out
from gradeeval.cli.preparing import opened
from gradeeval.files.writing import escape_controls
from gradeeval.messages import _, listed, mark
from gradeeval.plugins import HOOK_VERSION, Plugin


@click.group(help=mark("查看已安装的插件和规则集文件夹。"))
@options.language
def command() -> None:
    """``list``."""


@command.command("list", help=mark("列出插件：名称、版本、来源、各自带来什么，以及被拒绝的内容和原因。"))
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", help=mark("输出格式：text、json")
)
@options.plugins
@options.language
def list_plugins(form: str) -> int:
    """A paragraph for each plugin, or a JSON object with all of them."""
    plugins = opened(checks=True).plugins
    if form == "json":
        plain = {"hook_version": HOOK_VERSION, "plugins": [asdict(plugin) for plugin in plugins]}
        write_out((json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode())
    else:
        for line in _lines(plugins):
            click.echo(escape_controls(line))
    return 0


def _lines(plugins: Iterable[Plugin]) -> Iterator[str]:
    sorts = {
        "rulesets": _("规则集"),
        "indicators": _("共用指标"),
        "rosters": _("名册"),
        "schemas": _("文件类别"),
        "readers": _("读取器"),
        "renderers": _("报告格式"),
        "checks": _("规则检查"),
    }
    for plugin in plugins:
        yield " ".join(part for part in (plugin.name, plugin.version) if part)
        yield _("  来源：{origin}").format(origin=plugin.origin)
        for sort, names in plugin.brings.items():
            if names:
                yield f"  {sorts[sort]}{_('：')}{listed(names)}"
        for why in plugin.refused:
            yield from _("  已拒绝：{why}").format(why=why).splitlines()
