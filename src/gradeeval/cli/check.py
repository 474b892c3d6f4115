"""``gradeeval check``: judges profiles and reports the gaps."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click

from gradeeval.cli import options
from gradeeval.cli.engines import ENGINES
from gradeeval.cli.failing import FAIL_ON, exit_code
from gradeeval.cli.opening import check_topics, opened, terminal_layout
from gradeeval.cli.output import write_out
from gradeeval.cli.preparing import prepare
from gradeeval.errors import Misuse, NotFound, PluginFault
from gradeeval.evaluate.selection import Wanted
from gradeeval.findings.result import Result
from gradeeval.language.nodes import FORCES
from gradeeval.messages import _, listed, mark
from gradeeval.profiles.reading import Dataset
from gradeeval.reports.rendering import Layout, Renderer
from gradeeval.workspace import Workspace


@click.command(help=mark("评定档案（文件或文件夹：JSON、YAML 或填好的 Excel、CSV 表单），给出总评、差距和缺少的数据。"))
@click.argument("paths", nargs=-1, required=True, type=options.PATH)
@options.as_of
@options.rulesets
@click.option("--topic", "topics", multiple=True, help=mark("只看这些主题（可重复）"))
@click.option("--only", multiple=True, help=mark("只看编号符合通配符的要求，如 'henan-2023-31/2.3*'"))
@click.option("--force", "forces", multiple=True, type=click.Choice(FORCES), help=mark("只看这些约束力"))
@click.option("--subject", "subjects", multiple=True, help=mark("只评定这些编号的对象"))
@click.option(
    "--format", "form", default=None, help=mark("输出格式：table、json、csv、markdown、html、xlsx、docx、junit、sarif")
)
@click.option(
    "-o", "--output", "outputs", multiple=True, type=options.PATH, help=mark("写入文件，按后缀定格式（可重复）")
)
@click.option("--fail-on", type=click.Choice(FAIL_ON), default="mandatory", help=mark("何种未达标使退出码为 1"))
@click.option("--engine", type=click.Choice(ENGINES), default=None, help=mark("推理引擎"))
@click.option("--skip-invalid", is_flag=True, help=mark("跳过有错误的档案，评定其余的"))
@click.option("--ambiguous-width", type=click.IntRange(1, 2), default=1, help=mark("终端把歧义宽度字符显示为几列"))
@options.plugins
@options.language
def command(
    paths: tuple[Path, ...],
    as_of: str,
    rulesets: tuple[str, ...],
    topics: tuple[str, ...],
    only: tuple[str, ...],
    forces: tuple[str, ...],
    subjects: tuple[str, ...],
    form: str | None,
    outputs: tuple[Path, ...],
    fail_on: str,
    engine: str | None,
    skip_invalid: bool,
    ambiguous_width: int,
) -> int:
    """Reads, judges, reports; the exit code of design §7."""
    workspace = opened()
    for id in rulesets:
        workspace.ruleset(id)
    check_topics(topics)
    chosen = _renderers(workspace, form, outputs)
    prepared = prepare(workspace, paths, engine)
    if prepared.dataset.problems and not skip_invalid:
        return 3
    result = prepared.judge(as_of, Wanted(rulesets, topics, only, forces), subjects)
    _report(result, chosen, terminal_layout(ambiguous_width))
    return _exit_code(result, prepared.dataset, fail_on)


def _report(result: Result, chosen: Iterable[tuple[Renderer, Path | None]], layout: Layout) -> None:
    """Writes every report; raises ``PluginFault`` where one that a plugin makes has failed, when all others are written."""
    failed = None
    for renderer, path in chosen:
        try:
            content = renderer.render(result, layout if path is None else replace(layout, colour=False))
        except PluginFault as fault:
            failed = fault
            continue
        write_out(content, path, binary=renderer.binary)
    if failed is not None:
        raise failed


def _renderers(workspace: Workspace, form: str | None, outputs: tuple[Path, ...]) -> list[tuple[Renderer, Path | None]]:
    """The reports to make: by suffix of the files, or one to standard output."""
    if form is not None and not outputs:
        renderer = workspace.renderer(form)
        if renderer.binary and sys.stdout.isatty():
            raise Misuse(_("{form} 不是文本，不能显示在终端；请用 -o 写入文件").format(form=form))
        return [(renderer, None)]
    if not outputs:
        return [(workspace.renderer("table"), None)]
    chosen: list[tuple[Renderer, Path | None]] = []
    for path in outputs:
        if form is not None:
            chosen.append((workspace.renderer(form), path))
            continue
        for renderer in workspace.renderers.values():
            if path.suffix.lower() in renderer.suffixes:
                chosen.append((renderer, path))
                break
        else:
            known = listed(suffix for renderer in workspace.renderers.values() for suffix in renderer.suffixes)
            raise NotFound(_("不知道 {path} 是何种格式；可用后缀：{known}").format(path=path, known=known))
    return chosen


def _exit_code(result: Result, dataset: Dataset, fail_on: str) -> int:
    if dataset.problems:
        return 3
    findings = ((finding.requirement.force, finding.binding, finding.outcome) for finding in result.findings)
    return exit_code(findings, fail_on)
