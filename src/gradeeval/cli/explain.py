"""``gradeeval explain``: how one finding came about, from the clause to the figures."""

from __future__ import annotations

from pathlib import Path

import click

from gradeeval.cli import options
from gradeeval.cli.opening import opened, terminal_layout
from gradeeval.cli.output import write_out
from gradeeval.cli.preparing import prepare
from gradeeval.engines.trace import trace
from gradeeval.errors import Misuse, NotFound
from gradeeval.evaluate.selection import Wanted
from gradeeval.findings.finding import Finding
from gradeeval.findings.result import Result
from gradeeval.language.nodes import Requirement
from gradeeval.messages import _, listed, mark
from gradeeval.reports import naming
from gradeeval.workspace import Workspace

_MOST_SUBJECTS = 10


@click.command(help=mark("解释一条要求在一个对象上的结论：原文、是否适用、现状怎么算出来、差多少、怎样会改变。"))
@click.argument("paths", nargs=-1, required=True, type=options.PATH)
@click.argument("requirement")
@click.option("--subject", default=None, help=mark("哪个对象（编号）；档案中只有一个对象适用时可省略"))
@options.as_of
@click.option(
    "--format", "form", type=click.Choice(("text", "json")), default="text", help=mark("输出格式：text、json")
)
@click.option("--ambiguous-width", type=click.IntRange(1, 2), default=1, help=mark("终端把歧义宽度字符显示为几列"))
@options.plugins
@options.language
def command(
    paths: tuple[Path, ...],
    requirement: str,
    subject: str | None,
    as_of: str,
    form: str,
    ambiguous_width: int,
) -> int:
    """Judges one requirement as ``check`` does and shows the steps; the exit code is 0 whatever the outcome."""
    workspace = opened()
    wanted = _requirement(workspace, requirement)
    prepared = prepare(workspace, paths, "reference")
    if prepared.dataset.problems:
        return 3
    asked = (subject,) if subject is not None else ()
    result = prepared.judge(as_of, Wanted(only=(wanted.id,)), asked)
    finding = _only(result, wanted)
    permits = {item.id: item for item in workspace.load(wanted.document).requirements if item.force == "permit"}
    steps = trace(finding.judgement, result.scope, permits)
    if form == "json":
        from gradeeval.reports.trace_json import render as render_json

        write_out(render_json(finding, steps, result))
    else:
        from gradeeval.reports.explanation import render

        write_out(render(finding, steps, result, terminal_layout(ambiguous_width)))
    return 0


def _requirement(workspace: Workspace, id: str) -> Requirement:
    """The requirement of that id, or of that short id (``2.1.7-b``) where only one document has it."""
    if "/" in id:
        return workspace.requirement(id)
    found = [
        item
        for document in workspace.rulesets
        for item in workspace.load(document).requirements
        if naming.short_id(item.id) == id
    ]
    if len(found) > 1:
        ids = listed(item.id for item in found)
        raise Misuse(_("{id} 在几个文件中都有，请写全：{ids}").format(id=id, ids=ids))
    if not found:
        raise NotFound(_("没有要求 {id}；`gradeeval rules list` 列出全部要求").format(id=id))
    return found[0]


def _only(result: Result, wanted: Requirement) -> Finding:
    """The one finding there is. Raises ``NotFound`` or ``Misuse`` where there is none, or more than one."""
    if not result.findings:
        sorts = listed(dict.fromkeys(naming.sort(subject.view.reach) for subject in result.subjects))
        raise NotFound(
            _("{id} 约束{bound}对象，而所给档案中没有适用的（有：{sorts}）").format(
                id=wanted.id, bound=naming.sort(wanted.binds), sorts=sorts or _("无")
            )
        )
    if len(result.findings) > 1:
        ids = naming.some([finding.view.id for finding in result.findings], _MOST_SUBJECTS)
        raise Misuse(_("有几个对象适用这条要求，请用 --subject 指明一个：{ids}").format(ids=ids))
    return result.findings[0]
