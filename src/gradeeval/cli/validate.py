"""``gradeeval validate``: checks profiles, rosters and ruleset folders without judging anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click

from gradeeval.cli import options
from gradeeval.cli.opening import candidate_notes, opened, tell_unlisted
from gradeeval.cli.output import problem_lines
from gradeeval.cli.preparing import form_notes
from gradeeval.cli.progress import rated
from gradeeval.cli.ruleset_paths import ruleset_folder
from gradeeval.errors import InvalidContent, NotFound
from gradeeval.files.reading import read_plain
from gradeeval.messages import _, mark
from gradeeval.problems import Problem
from gradeeval.profiles.datasets import Looking, Rejected, read_manifest, sifting, unswept
from gradeeval.profiles.profile import Roster
from gradeeval.profiles.reading import ProfileReader
from gradeeval.profiles.regions import Regions
from gradeeval.profiles.sieve import Sieve
from gradeeval.rulesets.reading import check_candidates, placed_at, read_equivalents, read_examples, read_ledger
from gradeeval.schemas import Checker, FileKind, check_file
from gradeeval.workspace import Workspace

MOST_TOLD = 200
_RULE_FILES = ("document.yaml", "clauses.yaml", "indicators.yaml")
_RULE_FOLDERS = ("requirements", "examples")


@click.command(help=mark("检查档案、名册或规则集文件夹是否合规；不评定。"))
@click.argument("paths", nargs=-1, required=True, type=options.PATH)
@click.option("--kind", default=None, help=mark("只按这类文件的 schema 检查（类别见 gradeeval plugins list）"))
@options.plugins
@options.language
def command(paths: tuple[Path, ...], kind: str | None) -> int:
    """Says what is wrong and where; 3 where anything is."""
    folders = [folder for path in paths if kind is None and (folder := _ruleset_of(path)) is not None]
    folders = list(dict.fromkeys(folders))
    workspace = opened(folders)
    if kind is not None:
        return _of_kind(paths, workspace.kind(kind))
    problems: list[Problem] = []
    for path in folders:
        problems.extend(_ruleset(path, workspace))
        for line in candidate_notes([workspace.ruleset(path.resolve().name)]):
            click.echo(line, err=True)
    datasets = [
        path for path in paths if path.is_dir() and _ruleset_of(path) is None and read_manifest(path) is not None
    ]
    rosters = list(workspace.rosters)
    for path in datasets:
        faults, brought = _dataset(path, workspace)
        problems.extend(faults)
        rosters.extend(brought)
    others = [path for path in paths if _ruleset_of(path) is None and path not in datasets]
    if others:
        dataset = ProfileReader(workspace.scope, workspace.readers).read(others)
        problems.extend(dataset.problems)
        rosters.extend(dataset.rosters)
        for line in problem_lines(form_notes(dataset, workspace)):
            click.echo(line, err=True)
        click.echo(
            _("{profiles} 份档案、{rosters} 份名册合规").format(
                profiles=len(dataset.profiles), rosters=len(dataset.rosters)
            )
        )
    for path in folders:
        tell_unlisted(workspace.ruleset(path.resolve().name).document.jurisdiction, rosters)
    return _told(problems)


def _of_kind(paths: Iterable[Path], kind: FileKind) -> int:
    """Holds each file against the schema of a kind, and nothing more."""
    checker = Checker(kind.schema())
    problems: list[Problem] = []
    for path in paths:
        try:
            problems.extend(check_file(read_plain(path), checker))
        except InvalidContent as refused:
            problems.extend(refused.problems)
    return _told(problems)


def _told(problems: Sequence[Problem]) -> int:
    for line in problem_lines(problems):
        click.echo(line, err=True)
    click.echo(_("{count} 个问题").format(count=len(problems)))
    return 3 if problems else 0


def _dataset(path: Path, workspace: Workspace) -> tuple[list[Problem], Sequence[Roster]]:
    """Looks at every record of a dataset, of whatever size: at most ``MOST_TOLD`` problems, and its rosters."""
    found = sifting([path], workspace.scope, workspace.readers)
    assert found.manifest is not None
    if found.manifest.layout is not None:
        from gradeeval.profiles.columns.stored import check_layout, parts_of, read_part

        check_layout(found.manifest, workspace.scope)
        parts = [read_part(path, found.manifest, part) for part in parts_of(found.manifest)]
        for part in parts_of(found.manifest):
            read_part(path, found.manifest, part, beside=True)
        count = sum(frame.height for part in parts for frame in part.profiles.values())
        click.echo(_("{path}：编码列，{count} 份档案").format(path=path, count=count))
        return [], ()
    problems: list[Problem] = []
    left = 0
    with unswept():
        found.find_rosters()
        regions = Regions((*workspace.rosters, *found.rosters))
        sieve = Sieve(regions)
        looking = Looking(ProfileReader(workspace.scope), sieve)
        for record in rated(found.records(looking), _("检查"), found.expected):
            if not isinstance(record, Rejected):
                continue
            if len(problems) < MOST_TOLD:
                problems.extend(record.problems)
            else:
                left += 1
    click.echo(
        _("{path}：读入 {read} 条 = 合规 {accepted} 条 + 不合规 {rejected} 条；名册 {rosters} 份").format(
            path=path, read=found.read, accepted=found.accepted, rejected=found.rejected, rosters=len(found.rosters)
        )
    )
    if left:
        click.echo(_("另有 {count} 条不合规，没有逐条列出").format(count=left))
    faults = [*found.problems, *regions.clashes(), *regions.ended(sorted(sieve.ends)), *problems]
    return faults, found.rosters


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
        lambda: workspace.check_names(ruleset.document.id),
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
    """The ids that requirements of a document name and that no installed document has."""
    for requirement in workspace.load(id).requirements:
        named: list[tuple[str, str | None]] = [("related", other) for other in requirement.related]
        named.extend((key, getattr(requirement, key)) for key in ("supersedes", "extends", "stricter_than", "replaces"))
        for key, other in named:
            if other is None:
                continue
            try:
                workspace.requirement(other)
            except NotFound as fault:
                yield placed_at(f"{requirement.id}：{key}：{fault}", requirement.origin)
            except InvalidContent:  # the other document has faults of its own
                continue
