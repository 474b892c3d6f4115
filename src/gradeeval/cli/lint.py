"""``gradeeval lint``: what is wrong with rulesets, in their files, by code and level."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from gradeeval.cli import options
from gradeeval.cli.configuration import configuration
from gradeeval.cli.linting import gathered
from gradeeval.cli.opening import opened
from gradeeval.cli.output import write_out
from gradeeval.cli.ruleset_paths import meant
from gradeeval.errors import Misuse, NotFound, PluginFault
from gradeeval.lint.check import ERROR, WARNING, Check
from gradeeval.lint.checks import CHECKS
from gradeeval.lint.explaining import page
from gradeeval.lint.fixing import fix
from gradeeval.lint.levels import read_levels
from gradeeval.lint.reporting import FORMS
from gradeeval.lint.running import Report, run
from gradeeval.messages import _, listed, mark, nearest
from gradeeval.workspace import Workspace


@click.command(
    help=mark("检查规则集（编号，或规则集文件夹及其中的文件；默认全部）：引用、日期、例子、编号、单位、指标、文风。")
)
@click.argument("rulesets", nargs=-1)
@click.option("--as-of", type=options.Day(), default=None, help=mark("也按这一天判断日期（默认不看时钟）"))
@click.option("--base", default=None, help=mark("同 git 的这个版本比较：编号有无删去或改指别的内容"))
@click.option("--fix", "mend", is_flag=True, help=mark("改正有把握的问题（只改以路径指明的规则集；注释和版式不变）"))
@click.option("--prove", is_flag=True, help=mark("也证明（需要 z3-solver）：矛盾、多余、不可能的要求，各附一份档案"))
@click.option(
    "--implies", nargs=2, metavar="A B", default=None, help=mark("证明规则集 A 的要求不比 B 的相应要求宽，否则给出档案")
)
@click.option(
    "--timeout", type=options.Seconds(min=0), default=2, show_default=True, help=mark("每个问题的求解时间（秒）")
)
@click.option("--level", "levels", multiple=True, help=mark("改一个代码或类别的级别，如 T103=off（可重复）"))
@click.option(
    "--fail-on", type=click.Choice((ERROR, WARNING)), default=WARNING, help=mark("何种级别使退出码为 1（默认 warning）")
)
@click.option("--format", "form", type=click.Choice(tuple(FORMS)), default=None, help=mark("输出格式（默认 text）"))
@click.option(
    "-o", "--output", "outputs", multiple=True, type=options.PATH, help=mark("写入文件，按后缀定格式（可重复）")
)
@click.option("--explain", "code", default=None, help=mark("说明一个检查：查什么、正反例、为什么、怎样设置"))
@options.plugins
@options.language
def command(
    rulesets: tuple[str, ...],
    as_of: str | None,
    base: str | None,
    mend: bool,
    prove: bool,
    implies: tuple[str, str] | None,
    timeout: float,
    levels: tuple[str, ...],
    fail_on: str,
    form: str | None,
    outputs: tuple[Path, ...],
    code: str | None,
) -> int:
    """Checks and reports; 3 where a ruleset cannot be read, else 1 where a problem was found."""
    workspaces: list[Workspace] = []

    def with_folders(folders: Iterable[Path]) -> Workspace:
        workspaces.append(opened(folders, checks=True))
        return workspaces[-1]

    if code is not None:
        write_out(page(_known(code, with_folders(()).checks)).encode())
        return 0
    chosen = [(_form(path, form), path) for path in outputs]
    file, configured = configuration()
    lint = configured.get("lint", {})
    if not isinstance(lint, dict):
        raise Misuse(_("配置 lint 须是一张表：[gradeeval.lint]"))
    if implies and rulesets:
        raise Misuse(_("--implies 已写明两个规则集，不再另写"))
    if mend and not meant(rulesets, lambda: with_folders(())).written:
        raise Misuse(_("--fix 要求写出规则集文件夹或文件的路径"))

    def found() -> tuple[Report, bool]:
        material, refused = gathered(
            rulesets, as_of=as_of, base=base, compared=implies, seconds=timeout, opened=with_folders
        )
        checks = workspaces[-1].checks if workspaces else CHECKS
        settings = read_levels(lint, levels, checks, file.parent if file is not None else None)
        proves = prove or implies is not None
        return run(material, checks, settings, prove=proves, refused=refused), bool(refused)

    report, refused = found()
    if mend:
        mended = fix(report.found)
        click.echo(_("改正了 {count} 处").format(count=mended), err=True)
        if mended:
            report, refused = found()
    for name, path in chosen:
        write_out(FORMS[name].render(report), path)
    if not chosen:
        write_out(FORMS[form or "text"].render(report))
    if report.failed and not refused:
        raise PluginFault(_("；").join(report.failed))
    return 3 if refused else _exit_code(report, fail_on)


def _exit_code(report: Report, fail_on: str) -> int:
    levels = (ERROR,) if fail_on == ERROR else (ERROR, WARNING)
    return 1 if any(found.level in levels for found in report.found) else 0


def _known(code: str, checks: tuple[Check, ...]) -> Check:
    codes = {check.code: check for check in checks}
    found = codes.get(code.upper())
    if found is None:
        hint = nearest(code.upper(), codes)
        raise NotFound(_("没有检查 {code}{hint}").format(code=code, hint=hint))
    return found


def _form(path: Path, form: str | None) -> str:
    if form is not None:
        return form
    for name, known in FORMS.items():
        if path.suffix.lower() in known.suffixes:
            return name
    suffixes = listed(suffix for known in FORMS.values() for suffix in known.suffixes)
    raise NotFound(_("不知道 {path} 是何种格式；可用后缀：{known}").format(path=path, known=suffixes))
