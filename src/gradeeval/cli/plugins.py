"""``gradeeval plugins``: what is installed, what each brings, what was refused and why; and whether one conforms."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import click

from gradeeval.cli import options
from gradeeval.cli.opening import opened
from gradeeval.cli.output import write_out
from gradeeval.cli.ruleset_paths import tell_two
from gradeeval.conformance.kit import SECONDS, examine
from gradeeval.conformance.package import is_installed
from gradeeval.errors import NotFound
from gradeeval.files.writing import escape_controls
from gradeeval.messages import _, listed, mark
from gradeeval.plugins import HOOK_VERSION, Plugin
from gradeeval.rulesets.folders import only_a_path


@click.group(help=mark("查看已安装的插件和规则集文件夹；检查一个是否合格。"))
@options.language
def command() -> None:
    """``list``, ``check``."""


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


@command.command(
    "check",
    help=mark(
        "检查规则集文件夹、插件的源文件夹或已安装的插件是否合格：格式、语言、命名空间、台账、例子、变异、规则检查、放宽、报告。"
        "插件在单独的进程里装入，限时，留意联网和写别处的文件；这是检查，不是隔离，不可信的代码不要检查。"
    ),
)
@click.argument("named", metavar="PATH|NAME")
@click.option("--sources", type=options.PATH, default=None, help=mark("存放原文（document.yaml 的 source）的文件夹"))
@click.option(
    "--timeout", type=options.Seconds(min=0.1), default=SECONDS, show_default=True, help=mark("装入插件的时限（秒）")
)
@click.option("--format", "form", type=click.Choice(("text", "json")), default=None, help=mark("输出格式：text、json"))
@click.option(
    "-o", "--output", "outputs", multiple=True, type=options.PATH, help=mark("写入文件，按后缀定格式（可重复）")
)
@click.option(
    "--ruleset-dir",
    "beside",
    multiple=True,
    type=options.PATH,
    help=mark("所检查的规则集提到的别的规则集在这个文件夹里（可重复）"),
)
@options.language
def check_plugin(
    named: str,
    sources: Path | None,
    timeout: float,
    form: str | None,
    outputs: tuple[Path, ...],
    beside: tuple[Path, ...],
) -> int:
    """Writes the record; 3 where something cannot be used at all, else 1 where a step has problems."""
    chosen = [(path, form or _form(path)) for path in outputs]
    if not only_a_path(named) and Path(named).is_dir() and is_installed(named):
        tell_two(named)
    record = examine(named, sources=sources, beside=beside, seconds=timeout)
    written = {"text": record.as_text, "json": record.as_json}
    for path, name in chosen:
        write_out(written[name](), path)
    if not chosen:
        write_out(written[form or "text"]())
    if record.passed:
        return 0
    return 3 if record.invalid else 1


def _form(path: Path) -> str:
    forms = {".json": "json", ".txt": "text"}
    if path.suffix.lower() not in forms:
        raise NotFound(_("不知道 {path} 是何种格式；可用后缀：{known}").format(path=path, known=listed(forms)))
    return forms[path.suffix.lower()]


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
