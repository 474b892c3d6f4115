"""``gradeeval examples``: runs the examples of rulesets."""

from __future__ import annotations

from dataclasses import replace

import click

from gradeeval.cli import options
from gradeeval.cli.engines import ENGINES, engine_factory
from gradeeval.cli.output import problem_lines
from gradeeval.examples import run_examples
from gradeeval.messages import _, mark
from gradeeval.reports import words
from gradeeval.rulesets.reading import place_of, read_examples
from gradeeval.workspace import build


@click.command(help=mark("运行规则集自带的例子，逐个比对预期结论。"))
@click.argument("rulesets", nargs=-1)
@click.option("--engine", type=click.Choice(ENGINES), default=None, help=mark("推理引擎"))
@options.language
def command(rulesets: tuple[str, ...], engine: str | None) -> int:
    """Runs all cases of the rulesets named, or of all; 1 where one differs or a requirement has none."""
    workspace = build()
    make_engine, name, note = engine_factory(engine)
    if note:
        click.echo(note, err=True)
    failed = False
    for id in rulesets or tuple(workspace.rulesets):
        ruleset = workspace.ruleset(id)
        requirements = workspace.load(id).requirements
        ran = list(run_examples(read_examples(ruleset), requirements, ruleset.document, workspace.scope, make_engine))
        problems = [
            replace(
                place_of(one.case.origin),
                path="",
                message=_("{id}「{case}」：预期{expected}，实际{actual}").format(
                    id=one.case.requirement,
                    case=one.case.title,
                    expected=words.outcome(one.case.expected),
                    actual=words.outcome(one.judgement.outcome),
                )
                + (f"（{one.judgement.message}）" if one.judgement.message else ""),
            )
            for one in ran
            if not one.passed
        ]
        covered = {one.case.requirement for one in ran}
        without = [requirement.id for requirement in requirements if requirement.id not in covered]
        for line in problem_lines(problems):
            click.echo(line)
        for missing in without:
            click.echo(_("{id}：没有例子").format(id=missing))
        click.echo(
            _("{id}：{count} 个例子，{failed} 个不符，{without} 条要求没有例子（{engine}）").format(
                id=id, count=len(ran), failed=len(problems), without=len(without), engine=name
            )
        )
        failed = failed or bool(problems) or bool(without)
    return 1 if failed else 0
