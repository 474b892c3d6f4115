"""The command ``gradeeval``: commands are loaded when they are used, and every failure becomes a message and a code."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import IO, Any

import click

from gradeeval import __version__, messages
from gradeeval.cli import options, sweeping
from gradeeval.messages import _, mark, nearest

INTERNAL, INTERRUPTED, USAGE, INVALID = 70, 130, 2, 3
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO}
"""What a disk says that takes no more. Files that are named have their own message; what is left is standard output."""

COMMANDS = {
    "check": ("gradeeval.cli.check", mark("评定档案，列出差距")),
    "explain": ("gradeeval.cli.explain", mark("解释一条要求在一个对象上的结论")),
    "rules": ("gradeeval.cli.rules", mark("列出、查看、导出规则")),
    "validate": ("gradeeval.cli.validate", mark("检查档案或规则集文件是否合规")),
    "schema": ("gradeeval.cli.schema", mark("输出某类文件的 JSON Schema")),
    "template": ("gradeeval.cli.template", mark("生成待填写的档案")),
    "convert": ("gradeeval.cli.convert", mark("把数据集转换成编码列")),
    "batch": ("gradeeval.cli.batch", mark("一次评定整个数据集，按省写出结果")),
    "results": ("gradeeval.cli.results", mark("查询 batch 的结果：差距、排名、一个对象")),
    "new": ("gradeeval.cli.new", mark("新建规则集、插件或数据集")),
    "examples": ("gradeeval.cli.examples", mark("运行规则集自带的例子")),
    "lint": ("gradeeval.cli.lint", mark("检查规则集有无问题")),
    "verify": ("gradeeval.cli.verify", mark("对照原文核对规则集")),
    "diff": ("gradeeval.cli.diff", mark("比较规则集的两个版本")),
    "draft": ("gradeeval.cli.draft", mark("从文件起草规则集")),
    "plugins": ("gradeeval.cli.plugins", mark("列出插件和规则集文件夹，各带来什么")),
    "samples": ("gradeeval.cli.samples", mark("把示例档案复制到文件夹")),
}


class Commands(click.Group):
    """Finds a command by name and imports its module only then."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """The names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, its module imported now and its settings at hand; None where there is none."""
        found = COMMANDS.get(cmd_name)
        if found is None:
            return None
        from gradeeval.cli.configuration import settings_for
        from gradeeval.cli.language import spoken

        command = spoken(import_module(found[0]).command)
        settings = settings_for(command)
        if settings:
            ctx.default_map = {**(ctx.default_map or {}), cmd_name: settings}
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """The list of commands, without importing them."""
        with formatter.section(_("命令")):
            formatter.write_dl([(name, _(summary)) for name, (_module, summary) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command that is meant; a near name is suggested."""
        if args and args[0] not in COMMANDS:
            hint = nearest(args[0], COMMANDS)
            raise click.UsageError(_("没有命令 {name}{hint}").format(name=args[0], hint=hint), ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=mark("对照政策文件逐条评定医院、县域医共体和市县：哪些达标、差多少、缺什么数据。"),
)
@click.version_option(__version__, message="gradeeval %(version)s", help=mark("显示版本号后退出"))
@options.language
def group() -> None:
    """The command group; see ``COMMANDS``."""


def main(arguments: list[str] | None = None) -> None:
    """Runs the command line and exits. A stream that was closed from outside takes everything and keeps nothing."""
    sweeping.seldom()
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))
    given = sys.argv[1:] if arguments is None else arguments
    code = run(given)
    sweeping.no_more()
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Runs the command line; the exit code of design §7."""
    from gradeeval.cli.language import chosen_language, speak_click, spoken
    from gradeeval.errors import GradeevalError, InvalidContent

    messages.use(chosen_language(arguments))
    speak_click(messages.language())
    try:
        code: Any = spoken(group).main(args=arguments, prog_name="gradeeval", standalone_mode=False)
        return int(code or 0)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as asked:
        click.echo(asked.ctx.get_help(), err=True)
        return USAGE
    except click.ClickException as refused:
        _say(_("错误：{message}").format(message=refused.format_message()))
        if isinstance(refused, click.UsageError) and refused.ctx is not None:
            _say(_("用 {command} --help 查看用法").format(command=refused.ctx.command_path))
        return USAGE
    except InvalidContent as refused:
        from gradeeval.cli.output import problem_lines

        for line in problem_lines(refused.problems):
            _say(line)
        return INVALID
    except GradeevalError as failed:
        _say(_("错误：{message}").format(message=failed))
        return USAGE
    except SystemExit:  # so click leaves where the reader of a pipe has gone; that is no finding and no failure
        return 0
    except Exception as fault:
        if isinstance(fault, OSError) and fault.filename is None and fault.errno in NO_ROOM:
            _silence(sys.stdout)
            _say(_("错误：标准输出无法写入（{reason}）").format(reason=fault.strerror))
            return USAGE
        if os.environ.get("GRADEEVAL_DEBUG"):
            raise
        _say(
            _("内部错误：{kind}: {fault}。这是程序的问题；设 GRADEEVAL_DEBUG=1 重跑可得到详情").format(
                kind=type(fault).__name__, fault=fault
            )
        )
        return INTERNAL


def _silence(stream: IO[str]) -> None:
    """What a full disk did not take is let go, so that Python does not try again when it ends and fail then."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _say(text: str) -> None:
    from gradeeval.files.writing import escape_controls

    try:
        click.echo(escape_controls(text), err=True)
    except OSError:  # nobody can be told; the code still says it
        _silence(sys.stderr)
