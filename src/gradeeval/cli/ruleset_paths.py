"""Which rulesets are meant by what stands on the command line: ids, ruleset folders, files in them, folders of them.

A word that is the id of an installed ruleset means that one; the folder of the same name beside it is written ``./word``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from gradeeval.cli.opening import tell_once
from gradeeval.errors import NotFound
from gradeeval.messages import _
from gradeeval.rulesets.folders import SHARED, only_a_path
from gradeeval.workspace import Workspace

_DOCUMENT = "document.yaml"


@dataclass(frozen=True, slots=True)
class Meant:
    """What was named: ids, folders that take the place of installed rulesets, and folders ``shared`` of indicators."""

    ids: tuple[str, ...] = ()
    folders: tuple[Path, ...] = ()
    shared: tuple[Path, ...] = ()

    @property
    def everything(self) -> bool:
        """Whether nothing was named."""
        return not self.ids and not self.folders and not self.shared

    @property
    def written(self) -> bool:
        """Whether paths were named and nothing else: what lies there is somebody's to change."""
        return not self.everything and not self.ids

    def unused(self, workspace: Workspace) -> tuple[Path, ...]:
        """The folders ``shared`` that are named while the indicators in use are those of another one."""
        used = {Path(found.origin.file).resolve().parent for found in workspace.scope.indicators.values()}
        return tuple(folder for folder in self.shared if (folder / "indicators").resolve() not in used)

    def chosen(self, workspace: Workspace) -> tuple[str, ...]:
        """The ids of the rulesets that are meant. Raises ``NotFound`` where one is not installed."""
        if self.everything:
            return tuple(workspace.rulesets)
        named = {folder.resolve() for folder in self.folders}
        ids = [workspace.ruleset(id).document.id for id in self.ids]
        ids += [id for id, found in workspace.rulesets.items() if found.folder.resolve() in named]
        return tuple(dict.fromkeys(ids))


def meant(names: Iterable[str], opened: Callable[[], Workspace]) -> Meant:
    """What the names mean, beside the rulesets of the workspace that ``opened`` gives where one of them may be an id or a folder.

    Raises ``NotFound`` for a path that does not exist or lies in no ruleset folder.
    """
    ids: list[str] = []
    folders: list[Path] = []
    shared: list[Path] = []
    for name in names:
        path = Path(name)
        if not path.exists():
            if only_a_path(name):
                raise NotFound(_("文件 {path} 不存在；请检查路径").format(path=path))
            ids.append(name)
            continue
        if not only_a_path(name) and (installed := opened().rulesets.get(name)) is not None:
            if installed.folder.resolve() != path.resolve():
                tell_two(name)
            ids.append(name)
            continue
        own = ruleset_folder(path)
        below = sorted(file.parent for file in path.glob(f"*/{_DOCUMENT}")) if own is None else []
        if own is not None:
            folders.append(own)
        elif below:
            folders.extend(below)
            shared += [path / SHARED] if (path / SHARED / "indicators").is_dir() else []
        elif (around := _shared_folder(path)) is not None:
            shared.append(around)
        else:
            raise NotFound(_("{path} 不是规则集文件夹：缺少 document.yaml").format(path=path))
    return Meant(tuple(dict.fromkeys(ids)), tuple(dict.fromkeys(folders)), tuple(dict.fromkeys(shared)))


def tell_two(name: str) -> None:
    """Says that what is installed was taken although a folder has its name."""
    tell_once(
        _("提示：已安装的 {name} 与当前文件夹里的 {name} 同名；用的是已安装的，要用文件夹请写 ./{name}").format(
            name=name
        )
    )


def ruleset_folder(path: Path) -> Path | None:
    """The ruleset folder that a path is or lies in, as it was written where it then has a name; None where there is none."""
    for folder in (path, *path.parents, *path.absolute().parents):
        if (folder / _DOCUMENT).is_file():
            return folder if folder.name else folder.absolute()
    return None


def _shared_folder(path: Path) -> Path | None:
    around = (path, *path.absolute().parents)
    return next((folder for folder in around if folder.name == SHARED and (folder / "indicators").is_dir()), None)
