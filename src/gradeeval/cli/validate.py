"""``gradeeval validate``: checks profiles, rosters and ruleset folders without judging anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from gradeeval.cli import options
from gradeeval.cli.output import problem_lines
from gradeeval.cli.preparing import candidate_notes, form_notes
from gradeeval.cli.ruleset_paths import ruleset_folder
from gradeeval.errors import InvalidContent, NotFound
from gradeeval.messages import _, mark
from gradeeval.problems import Problem
from gradeeval.profiles.datasets import Looking, read_manifest, sifting
from gradeeval.profiles.reading import ProfileReader
from gradeeval.profiles.regions import Regions
from gradeeval.profiles.sieve import Sieve
from gradeeval.rulesets.reading import check_candidates, place_of, read_equivalents, read_examples, read_ledger
from gradeeval.workspace import Workspace, build

MOST_TOLD = 200
_RULE_FILES = ("document.yaml", "clauses.yaml", "indicators.yaml")
_RULE_FOLDERS = ("requirements", "examples")


@click.command(help=mark("检查档案、名册或规则集文件夹是否合规；不评定。"))
@click.argument("paths", nargs=-1, required=True, type=options.PATH)
@options.language
def command(paths: tuple[Path, ...]) -> int:
    """Says what is wrong and where; 3 where anything is."""
    folders = list(dict.fromkeys(folder for path in paths if (folder := _ruleset_of(path)) is not None))
    workspace = build(extra=folders)
    problems: list[Problem] = []
    for path in folders:
        problems.extend(_ruleset(path, workspace))
        for line in candidate_notes([workspace.ruleset(path.resolve().name)]):
            click.echo(line, err=True)
    datasets = [
        path for path in paths if path.is_dir() and _ruleset_of(path) is None and read_manifest(path) is not None
    ]
    for path in datasets:
        problems.extend(_dataset(path, workspace))
    others = [path for path in paths if _ruleset_of(path) is None and path not in datasets]
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


def _dataset(path: Path, workspace: Workspace) -> list[Problem]:
    """Looks at every record of a dataset, of whatever size; what is written is at most ``MOST_TOLD`` problems."""
    found = sifting([path], workspace.scope)
    assert found.manifest is not None
    if found.manifest.layout is not None:
        from gradeeval.profiles.columns.stored import check_layout, parts_of, read_part

        check_layout(found.manifest, workspace.scope)
        parts = [read_part(path, found.manifest, part) for part in parts_of(found.manifest)]
        count = sum(frame.height for part in parts for frame in part.profiles.values())
        click.echo(_("{path}：编码列，{count} 份档案").format(path=path, count=count))
        return []
    found.find_rosters()
    regions = Regions((*workspace.rosters, *found.rosters))
    sieve = Sieve(regions)
    problems: list[Problem] = []
    left = 0
    for rejected in found.records(Looking(ProfileReader(workspace.scope), sieve)):
        if rejected is not None and len(problems) < MOST_TOLD:
            problems.extend(rejected.problems)
        elif rejected is not None:
            left += 1
    click.echo(
        _("{path}：读入 {read} 条 = 合规 {accepted} 条 + 不合规 {rejected} 条；名册 {rosters} 份").format(
            path=path, read=found.read, accepted=found.accepted, rejected=found.rejected, rosters=len(found.rosters)
        )
    )
    if left:
        click.echo(_("另有 {count} 条不合规，没有逐条列出").format(count=left))
    return [*found.problems, *regions.clashes(), *regions.ended(sorted(sieve.ends)), *problems]


def _ruleset_of(path: Path) -> Path | None:
    """The ruleset folder that a path is, or that it is a rule file of; profiles may lie anywhere."""
    folder = ruleset_folder(path)
    if folder is None or path.resolve() == folder.resolve():
        return folder
    parts = path.resolve().relative_to(folder.resolve()).parts
    of_rules = parts[0] in _RULE_FILES if len(parts) == 1 else parts[0] in _RULE_FOLDERS
    return folder if of_rules else None


def _ruleset(path: Path, workspace: Workspace) -> list[Problem]:
    problems: list[Problem] = []
    ruleset = workspace.ruleset(path.resolve().name)
    for read in (
        lambda: problems.extend(_links(ruleset.document.id, workspace)),
        lambda: read_ledger(ruleset),
        lambda: list(read_examples(ruleset)),
        lambda: list(read_equivalents(ruleset)),
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
