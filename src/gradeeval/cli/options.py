"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from gradeeval.messages import LANGUAGES, mark
from gradeeval.timeline import is_date, today

Command = TypeVar("Command", bound=Callable[..., Any])

PATH = click.Path(path_type=Path)


class Day(click.ParamType[str]):
    """A date, as text."""

    name = "YYYY-MM-DD"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text itself where it is a day of the calendar."""
        from gradeeval.messages import _

        if not is_date(str(value)):
            self.fail(_("“{value}”不是日期；请写成 2025-12-31").format(value=value), param, ctx)
        return str(value)


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
