"""What is examined: a folder of data, the source folder of a distribution, or a distribution that is installed.

Nothing of it is run here; metadata are read from ``setup.cfg`` and ``pyproject.toml`` as data.
"""

from __future__ import annotations

import configparser
import hashlib
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradeeval.errors import Misuse, NotFound
from gradeeval.files.reading import decode, read_bytes
from gradeeval.messages import _, listed, nearest
from gradeeval.plugins import GROUP, namespace_of
from gradeeval.rulesets.folders import only_a_path, ruleset_folders

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

FOLDER, DISTRIBUTION = "folder", "distribution"
MOST_FILES = 5_000
_PASSED_OVER = ("__pycache__",)
_NOT_A_VERSION = ("attr:", "file:")


@dataclass(frozen=True, slots=True)
class Package:
    """What is examined.

    ``entries`` are its entry points, name and module; ``imported_from`` the folders to import them from where it is not
    installed; ``homes`` the folders that hold its modules, or the folder of data itself. ``namespace`` is empty for a folder of data.
    """

    name: str
    version: str
    kind: str
    namespace: str
    entries: tuple[tuple[str, str], ...]
    imported_from: tuple[Path, ...]
    homes: tuple[Path, ...]


def find_package(named: str | Path) -> Package:
    """What is meant by a path, or by a word: what is installed under that name, else the folder. Raises ``NotFound`` or ``Misuse``."""
    path = Path(named)
    if isinstance(named, Path) or only_a_path(named) or (path.exists() and not is_installed(named)):
        if not path.is_dir():
            raise NotFound(_("文件夹 {path} 不存在").format(path=named))
        return _of_folder(path.resolve())
    return _installed(named)


def is_installed(named: str) -> bool:
    """Whether a distribution of this name, or one with a plugin of this name, is installed."""
    return bool(_points(named))


def files_of(package: Package, rulesets: Iterable[Path] = ()) -> dict[str, str]:
    """Each file of the modules and of ``rulesets`` with its SHA-256, by path.

    What begins with a dot is left out, and links are not followed. Raises ``Misuse`` where there are more than 5,000.
    """
    homes = package.homes if package.kind == DISTRIBUTION else ()
    elsewhere = [path for path in rulesets if not any(path.is_relative_to(home) for home in homes)]
    found: dict[str, str] = {}
    for home in (*homes, *elsewhere):
        base = package.homes[0] if package.kind == FOLDER else home.parent
        for path in _walked(home):
            if len(found) >= MOST_FILES:
                raise Misuse(_("{path} 中的文件超过 {limit} 个").format(path=home, limit=MOST_FILES))
            with path.open("rb") as stream:
                found[path.relative_to(base).as_posix()] = hashlib.file_digest(stream, "sha256").hexdigest()
    return dict(sorted(found.items()))


def _walked(folder: Path) -> Iterator[Path]:
    waiting = [folder]
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            if path.name.startswith(".") or path.name in _PASSED_OVER or path.is_symlink():
                continue
            if path.is_dir():
                waiting.append(path)
            elif path.is_file():
                yield path


def _of_folder(path: Path) -> Package:
    metadata = _metadata(path)
    if metadata is None:
        ruleset_folders(path)
        return Package(path.name, "", FOLDER, "", (), (), (path,))
    name, version, entries, source = metadata
    if not name or not entries:
        raise Misuse(
            _("{path} 没有写明 name 或入口组 gradeeval；用 setup.py 生成的，请安装以后按名称检查").format(path=path)
        )
    return Package(
        name, version, DISTRIBUTION, namespace_of(name), entries, (source,), tuple(_homes(entries, (source,)))
    )


def _metadata(path: Path) -> tuple[str, str, tuple[tuple[str, str], ...], Path] | None:
    """Name, version, entries and where modules lie, from ``setup.cfg`` and ``pyproject.toml``; None where there is neither."""
    config, project = path / "setup.cfg", path / "pyproject.toml"
    if not config.is_file() and not project.is_file():
        return None
    name = version = ""
    entries: list[tuple[str, str]] = []
    try:
        if project.is_file():
            table = tomllib.loads(decode(read_bytes(project), str(project))).get("project", {})
            name, version = str(table.get("name", "")), str(table.get("version", ""))
            points: Any = table.get("entry-points", {}).get(GROUP, {})
            entries.extend((str(key), str(value)) for key, value in points.items())
        if config.is_file():
            parser = configparser.RawConfigParser()
            parser.read_string(decode(read_bytes(config), str(config)))
            name = name or parser.get("metadata", "name", fallback="").strip()
            version = version or parser.get("metadata", "version", fallback="").strip()
            for line in parser.get("options.entry_points", GROUP, fallback="").splitlines():
                key, found, value = line.partition("=")
                if found:
                    entries.append((key.strip(), value.strip()))
    except (ValueError, AttributeError, RecursionError, configparser.Error) as fault:
        raise Misuse(_("{path} 的 setup.cfg 或 pyproject.toml 读不懂：{why}").format(path=path, why=fault)) from None
    if version.startswith(_NOT_A_VERSION):  # it is known once it is installed
        version = ""
    source = path / "src"
    return name, version, tuple(entries), source if source.is_dir() else path


def _homes(entries: tuple[tuple[str, str], ...], folders: tuple[Path, ...]) -> Iterator[Path]:
    """The folders of the top modules that the entries name."""
    for top in dict.fromkeys(value.partition(":")[0].strip().partition(".")[0] for _name, value in entries):
        for folder in folders:
            if top.isidentifier() and (folder / top).is_dir():
                yield (folder / top).resolve()
                break
        else:
            raise Misuse(_("没有找到模块 {module} 的文件夹；请做成带 __init__.py 的包").format(module=top))


def _points(named: str) -> list[EntryPoint]:
    """The entries of the distribution that a name means, be it its own or that of one of its plugins."""
    from importlib.metadata import entry_points

    points = list(entry_points(group=GROUP))
    wanted = namespace_of(named)
    chosen = [point for point in points if point.dist is not None and namespace_of(point.dist.name) == wanted]
    if chosen:
        return chosen
    distributions = {point.dist.name for point in points if point.dist is not None and point.name == named}
    return [point for point in points if point.dist is not None and point.dist.name in distributions]


def _installed(named: str) -> Package:
    from importlib.metadata import entry_points
    from importlib.util import find_spec

    chosen = _points(named)
    if not chosen or chosen[0].dist is None:
        names = sorted({point.dist.name for point in entry_points(group=GROUP) if point.dist is not None})
        hint = nearest(named, names)
        raise NotFound(
            _("没有安装插件 {name}；已安装：{known}{hint}").format(name=named, hint=hint, known=listed(names))
        )
    entries = tuple(sorted((point.name, point.value) for point in chosen))
    folders: list[Path] = []
    for top in dict.fromkeys(value.partition(":")[0].strip().partition(".")[0] for _name, value in entries):
        spec = find_spec(top)  # of a top module: nothing is imported
        locations = spec.submodule_search_locations if spec is not None else None
        folders.extend(Path(location).parent for location in locations or ())
    about = chosen[0].dist
    return Package(
        about.name,
        about.version,
        DISTRIBUTION,
        namespace_of(about.name),
        entries,
        (),
        tuple(_homes(entries, tuple(folders))),
    )
