"""Settings besides the flags: ``GRADEEVAL_`` + option, then ``[gradeeval]`` in ``gradeeval.toml`` or ``setup.cfg``.

The file is the nearest one upward from the working folder, and its path is printed. Flags win over all of it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from gradeeval.errors import Misuse
from gradeeval.messages import _

SECTION = "gradeeval"
PREFIX = "GRADEEVAL_"
_LINES = "\n"


def settings_for(command: click.Command) -> dict[str, Any]:
    """What environment and configuration say of the options of ``command``, by parameter name.

    Those of a subcommand are a map of their own under its name, as ``click.Context.default_map`` has them.
    """
    file, configured = configuration()
    if configured and file is not None:
        click.echo(_("配置：{file}").format(file=file), err=True)
    return _settings(command, configured, file.parent if file is not None else Path())


def _settings(command: click.Command, configured: Mapping[str, Any], home: Path) -> dict[str, Any]:
    options = {name: parameter for parameter in command.params for name in _names(parameter)}
    found: dict[str, Any] = {}
    if isinstance(command, click.Group):
        found.update((name, _settings(inner, configured, home)) for name, inner in command.commands.items())
    for name, value in configured.items():
        parameter = options.get(name.replace("_", "-"))
        if parameter is not None and parameter.name is not None:
            found[parameter.name] = _placed(_value(value, parameter, _LINES), parameter, home)
    for name, parameter in options.items():
        given = os.environ.get(PREFIX + name.upper().replace("-", "_"))
        if given and parameter.name is not None:
            found[parameter.name] = _value(given, parameter, os.pathsep)
    return found


def configuration() -> tuple[Path | None, Mapping[str, Any]]:
    """The nearest configuration file that has the section, and the section. Raises ``Misuse`` where it cannot be read."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        for name, read in (("gradeeval.toml", _toml), ("setup.cfg", _cfg)):
            file = folder / name
            if file.is_file():
                section = read(file)
                if section is not None:
                    return file, section
    return None, {}


def _toml(file: Path) -> Mapping[str, Any] | None:
    import tomllib

    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise Misuse(_("配置文件 {file} 无法读取：{fault}").format(file=file, fault=fault)) from None
    section = data.get(SECTION)
    return section if isinstance(section, dict) else None


def _cfg(file: Path) -> Mapping[str, Any] | None:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    if f"[{SECTION}" not in text:
        return None
    import configparser

    section: dict[str, Any] | None
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None  # somebody else's setup.cfg is none of our business unless it has the section
    section = dict(parser[SECTION]) if parser.has_section(SECTION) else None
    for name in parser.sections():
        inner, colon, pattern = name.removeprefix(f"{SECTION}.").partition(":")
        if name.startswith(f"{SECTION}."):  # [gradeeval.lint] and [gradeeval.lint:pattern], as the tables of TOML
            section = section if section is not None else {}
            table = section.setdefault(inner, {})
            if colon:
                table = table.setdefault("paths", {}).setdefault(pattern, {})
            table.update(parser[name])
    return section


def _names(parameter: click.Parameter) -> list[str]:
    if not isinstance(parameter, click.Option):
        return []
    return [name.removeprefix("--") for name in (*parameter.opts, *parameter.secondary_opts) if name.startswith("--")]


def _value(value: Any, parameter: click.Parameter, between: str) -> Any:
    """The value as click takes it; ``between`` stands between several paths, which may have spaces and commas."""
    if isinstance(parameter, click.Option) and parameter.multiple:
        if isinstance(value, list):
            return value
        if isinstance(parameter.type, click.Path):
            return [part.strip() for part in str(value).split(between) if part.strip()]
        return str(value).replace(",", " ").split()
    return value if isinstance(value, bool | int) else str(value)


def _placed(value: Any, parameter: click.Parameter, home: Path) -> Any:
    """Paths of a configuration file start from its folder."""
    if not isinstance(parameter.type, click.Path):
        return value
    return [str(home / str(part)) for part in value] if isinstance(value, list) else str(home / str(value))
