"""``gradeeval validate``: checks profiles, rosters and ruleset folders without judging anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from gradeeval.cli import options
from gradeeval.cli.output import problem_lines
from gradeeval.cli.preparing import candidate_notes, form_notes
from gradeeval.errors import InvalidContent, NotFound
from gradeeval.messages import _, mark
from gradeeval.problems import Problem
from gradeeval.profiles.reading import ProfileReader
from gradeeval.rulesets.reading import check_candidates, place_of, read_examples, read_ledger
from gradeeval.workspace import Workspace, build


@click.command(help=mark("检查档案、名册或规则集文件夹是否合规；不评定。"))
@click.argument("paths", nargs=-1, required=True, type=options.PATH)
@options.language
def command(paths: tuple[Path, ...]) -> int:
    """Says what is wrong and where; 3 where anything is."""
    folders = [path for path in paths if (path / "document.yaml").is_file()]
    workspace = build(extra=folders)
    problems: list[Problem] = []
    for path in folders:
        problems.extend(_ruleset(path, workspace))
        for line in candidate_notes([workspace.ruleset(path.resolve().name)]):
            click.echo(line, err=True)
    others = [path for path in paths if path not in folders]
    if others:
        dataset = ProfileReader(workspace.scope).read(others)
        problems.extend(dataset.problems)
        for line in problem_lines(form_notes(dataset, workspace)):
            click.echo(line, err=True)
        click.echo(
            _("{profiles} 份档案、{rosters} 份名册合规").format(
                profiles=len(dataset.profiles), rosters=len(dataset.rosters)
            )
        )
    for line in problem_lines(problems):
        click.echo(line, err=True)
    click.echo(_("{count} 个问题").format(count=len(problems)))
    return 3 if problems else 0


def _ruleset(path: Path, workspace: Workspace) -> list[Problem]:
    problems: list[Problem] = []
    ruleset = workspace.ruleset(path.resolve().name)
    for read in (
        lambda: problems.extend(_links(ruleset.document.id, workspace)),
        lambda: read_ledger(ruleset),
        lambda: list(read_examples(ruleset)),
        lambda: problems.extend(check_candidates(ruleset)),
    ):
        try:
            read()
        except InvalidContent as refused:
            problems.extend(refused.problems)
    return problems


def _links(id: str, workspace: Workspace) -> Iterator[Problem]:
    """The ids that requirements of a document name as ``related`` and that no installed document has."""
    for requirement in workspace.load(id).requirements:
        for other in requirement.related:
            try:
                workspace.requirement(other)
            except NotFound as fault:
                yield replace(place_of(requirement.origin), message=f"{requirement.id}：related：{fault}")
            except InvalidContent:  # the other document has faults of its own
                continue
