"""``gradeeval examples``: runs the examples of rulesets, and tries them on changed rules."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

import click

from gradeeval.cli import options
from gradeeval.cli.engines import ENGINES, engine_factory
from gradeeval.cli.opening import opened
from gradeeval.cli.output import problem_lines
from gradeeval.cli.progress import watched
from gradeeval.cli.ruleset_paths import meant
from gradeeval.evaluate.judging import EngineFactory
from gradeeval.examples.mutation import NOTICED, REFUSED, SURVIVED, Trials, Tried, tried
from gradeeval.examples.running import run_examples
from gradeeval.examples.telling import differing, unnoticed
from gradeeval.messages import _, mark
from gradeeval.rulesets.reading import read_equivalents, read_examples
from gradeeval.rulesets.ruleset import Equivalent
from gradeeval.workspace import Workspace


@click.command(help=mark("运行规则集自带的例子，逐个比对预期结论。"))
@click.argument("rulesets", nargs=-1)
@click.option("--engine", type=click.Choice(ENGINES), default=None, help=mark("推理引擎"))
@click.option("--mutate", is_flag=True, help=mark("再逐处改动规则，列出没有例子发现的改动"))
@click.option("-j", "--jobs", type=click.IntRange(1), default=1, help=mark("--mutate 所用的进程数"))
@options.plugins
@options.language
def command(rulesets: tuple[str, ...], engine: str | None, mutate: bool, jobs: int) -> int:
    """Runs all cases of the rulesets named (by id or path), or of all; 1 where one differs, a requirement has none, or a mutant survives."""
    named = meant(rulesets, opened)
    workspace = opened(named.folders)
    make_engine, name, note = engine_factory(engine)
    if note:
        click.echo(note, err=True)
    chosen = named.chosen(workspace)
    passed = [_run(workspace, id, make_engine, name) for id in chosen]
    if not all(passed):
        if mutate:
            click.echo(_("例子没有全部得出预期结论，未作变异"), err=True)
        return 1
    return 0 if not mutate or _mutate(workspace, chosen, jobs) else 1


def _run(workspace: Workspace, id: str, make_engine: EngineFactory, name: str) -> bool:
    """Whether all examples of a ruleset come out as expected and each requirement has one."""
    ruleset = workspace.ruleset(id)
    requirements = workspace.load(id).requirements
    ran = list(run_examples(read_examples(ruleset), requirements, ruleset.document, workspace.scope, make_engine))
    problems = differing(ran, workspace.scope)
    covered = {one.case.requirement for one in ran}
    without = [requirement.id for requirement in requirements if requirement.id not in covered]
    for line in problem_lines(problems):
        click.echo(line)
    for missing in without:
        click.echo(_("{id}：没有例子").format(id=missing))
    click.echo(
        _("{id}：{count} 个例子，{failed} 个不符，{without} 条要求没有例子（{engine}）").format(
            id=id, count=len(ran), failed=sum(not one.passed for one in ran), without=len(without), engine=name
        )
    )
    return not problems and not without


def _mutate(workspace: Workspace, ids: Sequence[str], jobs: int) -> bool:
    """Tries all mutants and reports; whether there were any, none survived undeclared and each declaration is used."""
    trials = [Trials.of_ruleset(workspace.ruleset(id), workspace.load(id), workspace.scope) for id in ids]
    count = sum(len(one.subjects()) for one in trials)
    begun = time.perf_counter()
    found: dict[str, list[Tried]] = {id: [] for id in ids}
    for index, mutants in watched(tried(trials, jobs), _("变异"), count):
        found[ids[index]].extend(mutants)
    seconds = time.perf_counter() - begun
    clean = True
    for id in ids:
        declared = {one.mutant: one for one in read_equivalents(workspace.ruleset(id))}
        clean = _report(id, found[id], declared) and clean
    total = sum(len(mutants) for mutants in found.values())
    click.echo(_("{count} 个变异体，每秒 {speed:.0f} 个").format(count=total, speed=total / seconds))
    if not total:
        click.echo(_("没有一个变异体可试，例子因此什么也没有证明"))
    return clean and total > 0


def _report(id: str, mutants: Sequence[Tried], declared: dict[str, Equivalent]) -> bool:
    problems = unnoticed(mutants, declared)
    for line in problem_lines(problems):
        click.echo(line)
    fates = Counter(one.fate for one in mutants)
    equivalent = sum(one.fate == SURVIVED and one.mutant in declared for one in mutants)
    click.echo(
        _(
            "{id}：{count} 个变异体，例子发现 {noticed} 个，语言拒绝 {refused} 个，声明等价 {declared} 个，没有例子发现 {survived} 个"
        ).format(
            id=id,
            count=len(mutants),
            noticed=fates[NOTICED],
            refused=fates[REFUSED],
            declared=equivalent,
            survived=fates[SURVIVED] - equivalent,
        )
    )
    return not problems
