"""``gradeeval verify``: holds ledgers, quotes and numbers of rulesets against the source texts."""

from __future__ import annotations

from pathlib import Path

import click

from gradeeval.cli import options
from gradeeval.cli.opening import opened
from gradeeval.cli.ruleset_paths import meant
from gradeeval.errors import NotFound
from gradeeval.messages import _, mark
from gradeeval.rulesets.reading import read_ledger
from gradeeval.sources.accounting import verify_quantities
from gradeeval.sources.claims import SourceProblem
from gradeeval.sources.numbers import verify_numbers
from gradeeval.sources.verify import verify_ledger


@click.command(help=mark("对照原文核对规则集：台账是否逐句交代，引文是否一字不差，数字、日期、强度词是否与原文相符。"))
@click.argument("rulesets", nargs=-1)
@click.option("--sources", type=options.PATH, required=True, help=mark("存放原文（document.yaml 的 source）的文件夹"))
@options.plugins
@options.language
def command(rulesets: tuple[str, ...], sources: Path) -> int:
    """Verifies the rulesets named (by id or by folder), or all that have their source in the folder; 1 where a problem was found."""
    if not sources.is_dir():
        raise NotFound(_("文件夹 {path} 不存在").format(path=sources))
    named = meant(rulesets, opened)
    workspace = opened(named.folders)
    found = verified = 0
    for id in named.chosen(workspace):
        ruleset = workspace.ruleset(id)
        file = sources / (ruleset.document.source or f"{id}.txt")
        if not file.is_file():
            if not named.everything:
                raise NotFound(_("{folder} 中没有 {id} 的原文 {file}").format(folder=sources, id=id, file=file.name))
            click.echo(_("{id}：没有原文 {file}，跳过").format(id=id, file=file.name))
            continue
        ledger = read_ledger(ruleset)
        requirements = workspace.load(id).requirements
        text = file.read_text(encoding="utf-8-sig")
        problems = [
            *verify_ledger(id, ledger, requirements, text),
            *verify_numbers(id, requirements, text),
            *verify_quantities(id, ledger, requirements, workspace.scope.indicators, text),
        ]
        for problem in problems:
            click.echo(_line(problem))
        pending = sum(stretch.status == "pending" for entry in ledger for stretch in entry.stretches)
        click.echo(
            _(
                "{id}：{segments} 句、{stretches} 段、{requirements} 条要求，{problems} 个问题，{pending} 段待处理"
            ).format(
                id=id,
                segments=len(ledger),
                stretches=sum(len(entry.stretches) for entry in ledger),
                requirements=len(requirements),
                problems=len(problems),
                pending=pending,
            )
        )
        if pending:
            click.echo(_pending(id, pending, sum(len(entry.stretches) for entry in ledger)), err=True)
        found += len(problems)
        verified += 1
    if not verified:
        raise NotFound(_("{folder} 中没有任何已安装规则集的原文").format(folder=sources))
    return 1 if found else 0


def _pending(id: str, pending: int, stretches: int) -> str:
    """What has not been verified: a ledger that is complete says nothing of stretches that nobody has decided on."""
    if pending == stretches:
        return _(
            "提示：{id} 的 {stretches} 段全部待处理：只核对了台账与原文一致，没有一段已编成要求；要让待处理使流水线失败，请用 gradeeval lint（C106）"
        ).format(id=id, stretches=stretches)
    return _(
        "提示：{id} 有 {pending} 段待处理（共 {stretches} 段），其中有没有要求还不知道；要让待处理使流水线失败，请用 gradeeval lint（C106）"
    ).format(id=id, pending=pending, stretches=stretches)


def _line(problem: SourceProblem) -> str:
    """Document, clause, segment and line, then what is wrong and what to do."""
    place = f"{problem.document} {problem.clause}"
    if problem.at is not None:
        place += _(" 第 {at} 句").format(at=problem.at)
    if problem.line is not None:
        place += _("（原文第 {line} 行）").format(line=problem.line)
    of = f"{place} {problem.requirement}" if problem.requirement else place
    return _("{path}：{message}").format(path=of, message=problem.message)
