"""What ``lint`` does before it checks: which rulesets are meant, all of them read as far as they can be."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from gradeeval.cli.progress import watched
from gradeeval.errors import InvalidContent, NotFound
from gradeeval.language.scope import build_scope
from gradeeval.lint.check import Encoded, Material
from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.rulesets.reading import read_examples, read_ledger
from gradeeval.schemas import shipped
from gradeeval.vocabulary import KINDS, read_vocabulary
from gradeeval.workspace import SHARED, Workspace, build


def gathered(
    names: Iterable[str],
    *,
    as_of: str | None = None,
    compared: tuple[str, str] | None = None,
    seconds: float = 2,
) -> tuple[Material, list[Problem]]:
    """The material of the rulesets named (ids, folders, files in them; none: all), and what keeps them from being read.

    Where the indicators themselves are refused nothing can be checked and the material is empty.
    """
    ids, folders, shared = _meant((*names, *(compared or ())))
    try:
        workspace = build(extra=folders)
    except InvalidContent as refused:
        return _nothing(), list(refused.problems)
    everything = not ids and not folders and not shared
    chosen = [workspace.ruleset(id).document.id for id in ids]
    chosen += [id for id, ruleset in workspace.rulesets.items() if everything or ruleset.folder in folders]
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
        chosen=tuple(id for id in dict.fromkeys(chosen) if id in read),
        rosters=workspace.rosters,
        shared=everything or shared,
        as_of=as_of,
        watched=partial(watched, label=_("证明")),
        compared=_compared(compared, workspace),
        seconds=seconds,
    )
    return material, problems


def _compared(names: tuple[str, str] | None, workspace: Workspace) -> tuple[str, str] | None:
    """The ids of two rulesets that are named by id or by folder."""
    if names is None:
        return None
    own = {ruleset.folder.absolute(): id for id, ruleset in workspace.rulesets.items()}
    first, second = (own.get(Path(name).absolute(), name) for name in names)
    return workspace.ruleset(first).document.id, workspace.ruleset(second).document.id


def _meant(names: Iterable[str]) -> tuple[list[str], list[Path], bool]:
    """Ids, ruleset folders, and whether shared indicators are among what is named."""
    ids: list[str] = []
    folders: list[Path] = []
    shared = False
    for name in names:
        path = Path(name)
        if not path.exists():
            if "/" in name or "\\" in name or path.suffix in (".yaml", ".yml"):
                raise NotFound(_("文件 {path} 不存在；请检查路径").format(path=path))
            ids.append(name)
            continue
        own = next(
            (folder for folder in (path, *path.absolute().parents) if (folder / "document.yaml").is_file()), None
        )
        below = sorted(file.parent for file in path.glob("*/document.yaml")) if own is None else []
        if own is not None:
            folders.append(own)
        elif below:
            folders.extend(below)
            shared = shared or (path / SHARED).is_dir()
        elif SHARED in path.absolute().parts:
            shared = True
        else:
            raise NotFound(_("{path} 不是规则集文件夹：缺少 document.yaml").format(path=path))
    return ids, list(dict.fromkeys(folders)), shared


def _read(id: str, workspace: Workspace) -> tuple[Encoded | None, list[Problem]]:
    """A ruleset with its ledger and examples, or what is wrong with any of them."""
    ruleset = workspace.ruleset(id)
    problems: list[Problem] = []
    parts: list[tuple[object, ...]] = []
    for read in (lambda: workspace.load(id).requirements, lambda: read_ledger(ruleset), lambda: read_examples(ruleset)):
        try:
            parts.append(tuple(read()))
        except InvalidContent as refused:
            problems.extend(refused.problems)
    if problems:
        return None, problems
    requirements, ledger, cases = parts
    return Encoded(ruleset, requirements, ledger, cases), []  # type: ignore[arg-type]


def _nothing() -> Material:
    vocabulary = read_vocabulary({name: shipped(name) for name in ("vocabulary", *KINDS)})
    return Material(build_scope(vocabulary, (), ()), {}, ())
