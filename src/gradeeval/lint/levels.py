"""How loud each check is: its own level, what the configuration says of a code or a family, and of files."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gradeeval.errors import Misuse
from gradeeval.lint.check import LEVELS, Check, family_of
from gradeeval.messages import _, nearest

PATHS = "paths"


@dataclass(frozen=True, slots=True)
class Setting:
    """Of the codes that begin with ``code`` (a whole code or a family): the level, in files that fit ``pattern``.

    ``pattern`` is a shell pattern of the path from ``folder``, in which ``*`` goes over slashes; empty: everywhere.
    """

    code: str
    level: str
    pattern: str = ""
    folder: Path | None = None

    def fits(self, code: str, file: str) -> bool:
        """Whether it speaks of this code in this file."""
        return self.code in (code, family_of(code)) and (
            not self.pattern or fnmatch.fnmatchcase(self._path(file), self.pattern)
        )

    def _path(self, file: str) -> str:
        path = Path(file).resolve()
        if self.folder is not None and path.is_relative_to(self.folder.resolve()):
            return path.relative_to(self.folder.resolve()).as_posix()
        return path.as_posix()


@dataclass(frozen=True, slots=True)
class Levels:
    """The level of each code in each file: the last setting that fits counts, of the flags before the configuration."""

    settings: tuple[Setting, ...] = ()

    def of(self, check: Check, file: str) -> str:
        """The level of a check in a file."""
        if check.refuses:
            return check.level
        level = check.level
        for setting in self.settings:
            if setting.fits(check.code, file):
                level = setting.level
        return level


def read_levels(
    configured: Mapping[str, Any], flags: Iterable[str], checks: Sequence[Check], folder: Path | None = None
) -> Levels:
    """The levels that a configuration and the flags ``CODE=LEVEL`` set. Raises ``Misuse`` with what cannot be meant.

    ``configured`` maps codes or families to levels; its ``paths`` map shell patterns, relative to ``folder``, to such
    maps. A family is weaker than a code, everywhere weaker than a path, the configuration weaker than a flag.
    """
    everywhere = [_setting(str(code), level, checks) for code, level in configured.items() if code != PATHS]
    in_files = []
    patterns = configured.get(PATHS, {})
    if not isinstance(patterns, Mapping):
        raise Misuse(_("配置 lint.paths 须是“通配符 = 代码表”"))
    for pattern, levels in patterns.items():
        if not isinstance(levels, Mapping):
            raise Misuse(_("配置 lint.paths 须是“通配符 = 代码表”"))
        in_files += [_setting(str(code), level, checks, str(pattern), folder) for code, level in levels.items()]
    given = []
    for flag in flags:
        code, equals, level = flag.partition("=")
        if not equals:
            raise Misuse(_("级别须写成 代码=级别，如 T103=off，而不是“{given}”").format(given=flag))
        given.append(_setting(code.strip(), level.strip(), checks))
    return Levels((*_by_width(everywhere), *_by_width(in_files), *_by_width(given)))


def _by_width(settings: list[Setting]) -> list[Setting]:
    """Families before codes, else as written."""
    return sorted(settings, key=lambda setting: len(setting.code))


def _setting(
    code: str, level: object, checks: Sequence[Check], pattern: str = "", folder: Path | None = None
) -> Setting:
    code = code.upper()
    known = {check.code: check for check in checks}
    if code not in known and code not in {check.family for check in checks}:
        hint = nearest(code, known)
        raise Misuse(_("没有检查 {code}{hint}").format(code=code, hint=hint))
    if level is False:  # TOML and YAML hands write off that way
        level = "off"
    if level not in LEVELS:
        raise Misuse(_("{code} 的级别须是 error、warning 或 off，而不是“{level}”").format(code=code, level=level))
    if code in known and known[code].refuses and level != known[code].level:
        raise Misuse(_("{code} 使规则集无法读取，级别只能是 error").format(code=code))
    return Setting(code, str(level), pattern, folder)
