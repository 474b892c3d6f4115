"""Folders as they stood at a git revision: taken out with ``git archive``, without a checkout and without links.

git is asked for nothing but names and content: no hook, no pager, no prompt, no fetch, and no program that a repository's
configuration names for the format.
"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
from pathlib import Path, PurePosixPath

from gradeeval.errors import Misuse, NotFound
from gradeeval.messages import _

LARGEST = 64 * 2**20
"""Bytes of an archive that are accepted."""

_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
"""What git tells a hook of the repository that runs it, which may be another one."""


class Absent(NotFound):
    """The revision is there, but has no such ruleset folder."""


def inside(folder: Path) -> tuple[Path, str]:
    """The repository that holds a folder, and the folder's path in it. Raises ``NotFound`` where there is none."""
    top = _git(folder, "rev-parse", "--show-toplevel").decode().rstrip("\n")
    prefix = _git(folder, "rev-parse", "--show-prefix").decode().rstrip("\n")
    return Path(top), prefix.rstrip("/")


def unpacked(repository: Path, revision: str, folder: str, into: Path) -> Path:
    """The parent of ``folder`` at a revision, unpacked below ``into``; the path of the folder there.

    What stands beside a ruleset (shared indicators, other rulesets) is unpacked with it. Raises ``NotFound`` where the
    repository has no such revision, ``Absent`` where the revision has no such folder, ``Misuse`` where it is too large.
    """
    inner = PurePosixPath(folder)
    if inner.is_absolute() or ".." in inner.parts:
        raise NotFound(_("“{path}”不是仓库内的路径").format(path=folder))
    try:
        commit = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except NotFound:
        raise NotFound(_("仓库 {path} 没有版本 {revision}").format(path=repository, revision=revision)) from None
    parent = inner.parent
    tree = commit.decode().strip() + ("" if parent == PurePosixPath() else f":{parent}")
    if not inner.parts:  # the repository is the ruleset
        inner = PurePosixPath(repository.name)
        into = into / inner
    if parent != PurePosixPath() and not _git(repository, "ls-tree", "-d", commit.decode().strip(), str(parent)):
        raise Absent(_("{revision} 的 {path} 不是规则集文件夹").format(revision=revision, path=folder))
    packed = _git(repository, "archive", "--format=tar", tree)
    if len(packed) > LARGEST:
        raise Misuse(_("{revision} 的 {path} 过大").format(revision=revision, path=parent))
    into.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r:") as archive:
        for member in archive:
            path = PurePosixPath(member.name)
            if not member.isfile() or path.is_absolute() or ".." in path.parts:
                continue  # a link could lead out of the folder
            content = archive.extractfile(member)
            assert content is not None
            target = into / path
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as file:
                shutil.copyfileobj(content, file)
    found = into / inner.name if folder else into
    if not (found / "document.yaml").is_file():
        raise Absent(_("{revision} 的 {path} 不是规则集文件夹").format(revision=revision, path=folder))
    return found


def _git(folder: Path, *words: str) -> bytes:
    program = shutil.which("git")
    if program is None:
        raise NotFound(_("没有找到 git；请改写为两个文件夹"))
    quiet = {
        **{name: value for name, value in os.environ.items() if name not in _OF_A_HOOK},
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_PAGER": "cat",
        "LC_ALL": "C",
    }
    line = [program, "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", *words]
    try:
        done = subprocess.run(  # noqa: S603 - a list, no shell; a revision cannot be taken for an option
            line, cwd=folder, env=quiet, capture_output=True, check=False, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired) as fault:
        raise NotFound(_("git 未能运行：{fault}").format(fault=fault)) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise NotFound(_("git {words}：{said}").format(words=words[0], said=said))
    return done.stdout
