"""What ``lint`` does before it checks: which rulesets are meant, all of them read as far as they can be."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from gradeeval.cli.progress import watched
from gradeeval.cli.ruleset_paths import meant
from gradeeval.errors import InvalidContent, Misuse
from gradeeval.language.nodes import Requirement
from gradeeval.language.scope import build_scope
from gradeeval.lint.check import Encoded, Material
from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.revisions.archive import Absent, inside, unpacked
from gradeeval.rulesets.reading import read_examples, read_ledger, read_requirements, read_ruleset
from gradeeval.schemas import shipped
from gradeeval.vocabulary import KINDS, read_vocabulary
from gradeeval.workspace import Workspace, build


def build_with(folders: Iterable[Path]) -> Workspace:
    """What is installed, with these folders being written."""
    return build(extra=folders)


def gathered(
    names: Iterable[str],
    *,
    as_of: str | None = None,
    base: str | None = None,
    compared: tuple[str, str] | None = None,
    seconds: float = 2,
    opened: Callable[[Iterable[Path]], Workspace] = build_with,
) -> tuple[Material, list[Problem]]:
    """The material of the rulesets named (ids, folders, files in them; none: all), and what keeps them from being read.

    ``base`` is the git revision that ids are compared with. Where the indicators themselves are refused nothing can be
    checked and the material is empty.
    """
    named = meant((*names, *(compared or ())), lambda: opened(()))
    try:
        workspace = opened(named.folders)
    except InvalidContent as refused:
        return _nothing(), list(refused.problems)
    chosen = named.chosen(workspace)
    for folder in named.unused(workspace):
        sentence = _(
            "没有检查 {folder}：所用的是已安装的共用指标，不是这个文件夹的；外部规则集的指标写在各自的 indicators.yaml"
        )
        click.echo(sentence.format(folder=folder), err=True)
    problems: list[Problem] = []
    read: dict[str, Encoded] = {}
    for id in workspace.rulesets:
        encoded, faults = _read(id, workspace)
        if encoded is not None:
            read[id] = encoded
        if id in chosen:
            problems.extend(faults)
    material = Material(
        scope=workspace.scope,
        rulesets=read,
        chosen=tuple(id for id in chosen if id in read),
        rosters=workspace.rosters,
        shared=named.everything or bool(named.shared),
        as_of=as_of,
        before={id: _before(read[id], base) for id in chosen if id in read} if base is not None else {},
        watched=partial(watched, label=_("证明")),
        compared=_compared(compared, workspace, lambda: opened(())),
        seconds=seconds,
        unread=frozenset(workspace.rulesets).difference(read),
    )
    return material, problems


def _compared(
    names: tuple[str, str] | None, workspace: Workspace, installed: Callable[[], Workspace]
) -> tuple[str, str] | None:
    """The ids of two rulesets that are named by id or by folder."""
    if names is None:
        return None
    first, second = (meant([name], installed).chosen(workspace) for name in names)
    if len(first) != 1 or len(second) != 1:
        raise Misuse(_("--implies 的两项须各是一个规则集"))
    return first[0], second[0]


def _read(id: str, workspace: Workspace) -> tuple[Encoded | None, list[Problem]]:
    """A ruleset with its ledger and examples, or what is wrong with any of them."""
    ruleset = workspace.ruleset(id)
    problems: list[Problem] = []
    parts: list[tuple[object, ...]] = []
    try:
        workspace.check_names(id)
    except InvalidContent as refused:
        problems.extend(refused.problems)
    for read in (lambda: workspace.load(id).requirements, lambda: read_ledger(ruleset), lambda: read_examples(ruleset)):
        try:
            parts.append(tuple(read()))
        except InvalidContent as refused:
            problems.extend(refused.problems)
    if problems:
        return None, problems
    requirements, ledger, cases = parts
    return Encoded(ruleset, requirements, ledger, cases), []  # type: ignore[arg-type]


def _before(encoded: Encoded, base: str) -> tuple[Requirement, ...]:
    """The requirements that a ruleset had at a revision; none where it was not there."""
    repository, path = inside(encoded.ruleset.folder)
    with TemporaryDirectory(prefix="gradeeval-") as room:
        try:
            folder = unpacked(repository, base, path, Path(room))
        except Absent:
            return ()
        try:
            return read_requirements(read_ruleset(folder, base)).requirements
        except InvalidContent as refused:
            raise Misuse(
                _("版本 {base} 中的规则集 {id} 无法读取：{why}").format(
                    base=base, id=encoded.ruleset.document.id, why=refused.problems[0].message
                )
            ) from None


def _nothing() -> Material:
    vocabulary = read_vocabulary({name: shipped(name) for name in ("vocabulary", *KINDS)})
    return Material(build_scope(vocabulary, (), ()), {}, ())
