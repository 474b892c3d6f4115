"""Folders of rulesets that nobody vouches for: found, and looked over before anything in them is read.

Nothing in such a folder is run, and nothing outside of it is read: whoever names the folder is not asked to trust it.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from gradeeval.errors import InvalidContent, NotFound
from gradeeval.files.limits import MAX_RULESET_BYTES, MAX_RULESET_DEPTH, MAX_RULESET_FILES, MAX_RULESETS
from gradeeval.messages import _
from gradeeval.problems import Problem

SHARED = "shared"
"""The folder of indicators and rosters beside rulesets."""


def ruleset_folders(root: Path) -> list[Path]:
    """The rulesets in ``root``, and ``shared``; ``root`` itself where it is one.

    Raises ``NotFound`` where there is none, ``InvalidContent`` where there are too many.
    """
    if not root.is_dir():
        raise NotFound(_("文件夹 {path} 不存在").format(path=root))
    root = root.resolve()
    if (root / "document.yaml").is_file():
        return [root]
    try:
        with os.scandir(root) as entries:
            names = sorted(entry.name for entry in entries if not entry.name.startswith("."))
    except OSError as fault:
        raise NotFound(_("文件夹 {path} 无法读取（{reason}）").format(path=root, reason=fault.strerror)) from None
    found = [root / name for name in names if name == SHARED or os.path.lexists(root / name / "document.yaml")]
    if not found:
        raise NotFound(_("{path} 中没有规则集（含 document.yaml 的文件夹）").format(path=root))
    if len(found) > MAX_RULESETS:
        raise InvalidContent([Problem(_("规则集超过 {limit} 个").format(limit=MAX_RULESETS), str(root))])
    return found


def only_a_path(named: str) -> bool:
    """Whether what somebody named can be nothing but a path: it has a slash, or is a file of YAML.

    Any other word is the name of what is installed under it, and a folder of the working folder only where nothing is.
    """
    return "/" in named or "\\" in named or named in (".", "..") or named.endswith((".yaml", ".yml"))


def look_over(folder: Path) -> None:
    """Raises ``InvalidContent`` for links, for what is neither file nor folder, and for what is too much.

    Entries whose names begin with a dot are never read and not looked at.
    """
    if folder.is_symlink():
        raise _refused(folder, _("是链接；规则集文件夹里不接受链接"))
    size = files = 0
    waiting = [(folder, 1)]
    while waiting:
        inside, depth = waiting.pop()
        if depth > MAX_RULESET_DEPTH:
            raise _refused(inside, _("文件夹超过 {limit} 层").format(limit=MAX_RULESET_DEPTH))
        try:
            with os.scandir(inside) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    files += 1
                    if files > MAX_RULESET_FILES:
                        raise _refused(folder, _("文件超过 {limit} 个").format(limit=MAX_RULESET_FILES))
                    about = entry.stat(follow_symlinks=False)
                    path = Path(entry.path)
                    if stat.S_ISDIR(about.st_mode):
                        waiting.append((path, depth + 1))
                    elif stat.S_ISREG(about.st_mode):
                        size += about.st_size
                    elif stat.S_ISLNK(about.st_mode):
                        raise _refused(path, _("是链接；规则集文件夹里不接受链接"))
                    else:
                        raise _refused(path, _("不是普通文件；规则集文件夹里只接受文件和文件夹"))
        except OSError as fault:
            raise _refused(inside, _("无法读取（{reason}）").format(reason=fault.strerror)) from None
        if size > MAX_RULESET_BYTES:
            limit = MAX_RULESET_BYTES // (1024 * 1024)
            raise _refused(folder, _("文件合计超过 {limit} MiB").format(limit=limit))


def _refused(path: Path, sentence: str) -> InvalidContent:
    return InvalidContent([Problem(sentence, str(path))])
