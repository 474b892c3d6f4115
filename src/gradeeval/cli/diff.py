"""``gradeeval diff``: what changed in meaning between two revisions of a ruleset."""

from __future__ import annotations

import importlib.util
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

from gradeeval.cli import options
from gradeeval.cli.opening import opened
from gradeeval.cli.output import write_out
from gradeeval.cli.preparing import prepare
from gradeeval.cli.progress import watched
from gradeeval.errors import Misuse, NotFound
from gradeeval.evaluate.selection import Wanted
from gradeeval.findings.result import Result
from gradeeval.messages import _, mark
from gradeeval.proving.prover import Prover
from gradeeval.revisions import telling
from gradeeval.revisions.archive import inside, unpacked
from gradeeval.revisions.comparing import Comparison, compare
from gradeeval.revisions.judging import Differing, differing
from gradeeval.revisions.version import Version, version_of
from gradeeval.rulesets.folders import SHARED
from gradeeval.workspace import Workspace

FORMATS = ("text", "json", "markdown")


@click.command(
    help=mark(
        "比较一个规则集的两个版本：哪些要求新增、删去、收紧、放宽、改期限，各举一个结论因此不同的档案。"
        "OLD、NEW 是规则集文件夹，或 git 版本（版本:路径；另一个是文件夹时只写版本）。"
    )
)
@click.argument("old")
@click.argument("new")
@click.option("--profiles", type=options.PATH, default=None, help=mark("再列出这些档案（文件夹或文件）的哪些结论有变"))
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", help=mark("输出形式"))
@click.option("-o", "--output", type=options.PATH, default=None, help=mark("写入文件，而不是标准输出"))
@options.as_of
@options.plugins
@options.language
def command(old: str, new: str, profiles: Path | None, form: str, output: Path | None, as_of: str) -> int:
    """0 where the meaning is the same, 1 where it changed."""
    with tempfile.TemporaryDirectory(prefix="gradeeval-") as temporary:
        folders = _folders(old, new, Path(temporary))
        before, after = (_opened(label, folder) for label, folder in zip((old, new), folders, strict=True))
        if before.version.document.id != after.version.document.id:
            raise Misuse(
                _("{old} 和 {new} 是两份文件的规则集，不能比较").format(
                    old=before.version.document.id, new=after.version.document.id
                )
            )
        prover = None
        if importlib.util.find_spec("z3") is not None:
            workspace = after.workspace
            prover = Prover(workspace.scope.vocabulary, workspace.rosters)
        else:
            click.echo(_("没有安装 z3-solver，只用例子比较；可安装：pip install 'gradeeval[prove]'"), err=True)
        comparison = compare(before.version, after.version, prover, lambda ids: watched(ids, _("比较")))
        subjects = None
        if profiles is not None:
            first, second = (_judged(one, profiles, as_of) for one in (before, after))
            if first is None or second is None:
                return 3
            subjects = list(differing(first, second))
    write_out(_rendered(comparison, subjects, form), output)
    return 1 if comparison.meaning or subjects else 0


@dataclass(frozen=True, slots=True)
class _Opened:
    """A revision, and everything that is installed with that revision in its place."""

    version: Version
    workspace: Workspace


def _folders(old: str, new: str, temporary: Path) -> tuple[Path, Path]:
    """The folders of both; what is named as a git revision is unpacked below ``temporary``."""
    paths = [Path(one) if (Path(one) / "document.yaml").is_file() else None for one in (old, new)]
    found = []
    for index, (named, path) in enumerate(zip((old, new), paths, strict=True)):
        if path is not None:
            found.append(path)
            continue
        revision, colon, inner = named.partition(":")
        other_name, other = (old, new)[1 - index], paths[1 - index]
        if not colon and other is not None:
            repository, inner = inside(other)
        elif not colon and ":" in other_name and other is None:
            repository, inner = inside(Path.cwd())[0], other_name.partition(":")[2]
        elif colon:
            repository = inside(Path.cwd() if other is None else other)[0]
        else:
            raise NotFound(
                _("{name} 不是规则集文件夹；git 版本请写成 {name}:路径，或让另一个参数是文件夹").format(name=named)
            )
        found.append(unpacked(repository, revision, inner, temporary / str(index)))
    return found[0], found[1]


def _opened(label: str, folder: Path) -> _Opened:
    """Reads a revision with the shared indicators that stand beside it, else with the installed ones."""
    folder = folder.resolve()
    beside = (folder.parent / SHARED).is_dir()
    workspace = opened(shipped_from=folder.parent) if beside else opened([folder])
    ruleset = workspace.ruleset(folder.name)
    return _Opened(version_of(label, ruleset, workspace.load(folder.name), workspace.scope), workspace)


def _judged(one: _Opened, profiles: Path, as_of: str) -> Result | None:
    """The result under one revision; None where the profiles are refused, as has been said."""
    prepared = prepare(one.workspace, [profiles], "reference")
    if prepared.dataset.problems:
        return None
    return prepared.judge(as_of, Wanted(rulesets=(one.version.document.id,)))


def _rendered(comparison: Comparison, subjects: list[Differing] | None, form: str) -> bytes:
    if form == "json":
        return telling.json(comparison, subjects)
    render = telling.markdown if form == "markdown" else telling.text
    return render(comparison, subjects).encode()
