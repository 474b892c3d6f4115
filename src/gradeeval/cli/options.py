"""Options that several commands share."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from gradeeval.messages import LANGUAGES, mark
from gradeeval.timeline import is_date, today

Command = TypeVar("Command", bound=Callable[..., Any])

PATH = click.Path(path_type=Path)


_ELSEWHERE = re.compile("[A-Za-z][A-Za-z0-9+.-]+:/")


class Location(click.Path):
    """A path on the disk, as ``Path``; or a place elsewhere (``hdfs://…``), as the text itself."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Of one letter and a colon a disk begins."""
        if isinstance(value, str) and _ELSEWHERE.match(value):
            return value
        return super().convert(value, param, ctx)


LOCATION = Location(path_type=Path)


class Day(click.ParamType[str]):
    """A date, as text."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text itself where it is a day of the calendar."""
        from gradeeval.messages import _

        if not is_date(str(value)):
            self.fail(_("“{value}”不是日期；请写成 2025-12-31").format(value=value), param, ctx)
        return str(value)


class Seconds(click.FloatRange):
    """A length of time that ends: ``nan`` is within no bound and ``inf`` within all."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number of seconds."""
        from gradeeval.messages import _

        found = float(super().convert(value, param, ctx))
        if not math.isfinite(found):
            self.fail(_("“{value}”不是秒数；请写成 10 或 0.5").format(value=value), param, ctx)
        return found


def language(command: Command) -> Command:
    """``--lang``; it has taken effect before the line is parsed."""
    return click.option("--lang", type=click.Choice(LANGUAGES), expose_value=False, help=mark("语言：zh 或 en"))(
        command
    )


def as_of(command: Command) -> Command:
    """``--as-of``."""
    return click.option("--as-of", type=Day(), default=today, help=mark("评定日（默认今天）"))(command)


def rulesets(command: Command) -> Command:
    """``--ruleset``, several times."""
    return click.option("--ruleset", "rulesets", multiple=True, help=mark("只用这些规则集（可重复）"))(command)


FOLDERS, BARE, REQUIRED = "gradeeval.ruleset_dirs", "gradeeval.no_plugins", "gradeeval.require_plugins"
"""Where ``plugins`` keeps what it was given, in ``click.Context.meta``."""

_KEPT = {"ruleset_dir": FOLDERS, "no_plugins": BARE, "require_plugin": REQUIRED}


def plugins(command: Command) -> Command:
    """``--ruleset-dir``, ``--no-plugins`` and ``--require-plugin``; ``cli.opening.opened`` takes heed of them."""

    def kept(key: str) -> Callable[[click.Context, click.Parameter, Any], None]:
        def keep(ctx: click.Context, _param: click.Parameter, value: Any) -> None:
            ctx.meta[key] = value

        return keep

    for option in (
        click.option(
            "--require-plugin",
            multiple=True,
            expose_value=False,
            callback=kept(REQUIRED),
            help=mark("缺少该插件或规则集，或其内容被拒绝时，不运行（可重复）"),
        ),
        click.option(
            "--no-plugins", is_flag=True, expose_value=False, callback=kept(BARE), help=mark("不使用已安装的插件")
        ),
        click.option(
            "--ruleset-dir",
            multiple=True,
            type=PATH,
            expose_value=False,
            callback=kept(FOLDERS),
            help=mark("另用这个文件夹里的规则集：只读数据，无须安装（可重复）"),
        ),
    ):
        command = option(command)
    return command


RULES = tuple(_KEPT)
"""The parameters of ``plugins``."""

WANTED = ("rulesets", "topics", "only", "forces", "subjects")
"""The parameters that choose what is judged."""


def repeated(names: Iterable[str]) -> tuple[str, ...]:
    """Those of these options that the command line gave, as words: what a command to copy has to repeat.

    What the environment or a configuration gave is there for the next command too.
    """
    ctx = click.get_current_context()
    words: list[str] = []
    for param in ctx.command.params:
        if param.name in names and ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE:
            given = ctx.meta[_KEPT[param.name]] if param.name in _KEPT else ctx.params[param.name]
            for value in (given,) if isinstance(given, bool) else given:
                words.extend([param.opts[0]] if isinstance(value, bool) else [param.opts[0], str(value)])
    return tuple(words)
