"""``gradeeval convert``: a dataset to validated, coded columns, which ``batch`` reads."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from gradeeval.cli import options
from gradeeval.cli.opening import opened
from gradeeval.cli.output import problem_lines
from gradeeval.cli.progress import rated
from gradeeval.errors import MissingExtra, Misuse
from gradeeval.files.folders import new_folder
from gradeeval.messages import _, mark
from gradeeval.profiles.contents import REJECTED
from gradeeval.profiles.datasets import sifting
from gradeeval.profiles.reading import ProfileReader


@click.command(help=mark("把数据集转换成校验过的编码列（Parquet），供 batch 评定；不合规的记录另存，并写明原因。"))
@click.argument("dataset", nargs=-1, required=True, type=options.PATH)
@click.option("-o", "--output", type=options.PATH, required=True, help=mark("新的文件夹"))
@options.plugins
@options.language
def command(dataset: tuple[Path, ...], output: Path) -> int:
    """Writes the folder, whole or not at all; 3 where records or files were set aside."""
    try:
        from gradeeval.profiles.columns.converting import convert
    except ImportError:
        raise MissingExtra(_("转换需要 polars：pip install 'gradeeval[batch]'")) from None
    workspace = opened()
    found = sifting(dataset, workspace.scope, workspace.readers)
    if found.manifest is not None and found.manifest.layout is not None:
        raise Misuse(_("{path} 已经是编码列，不用转换").format(path=found.manifest.path.parent))
    with new_folder(output) as folder:
        bar = partial(rated, label=_("转换"), total=found.expected)
        done = convert(found, ProfileReader(workspace.scope), workspace.rosters, folder, bar)
    for line in problem_lines((*done.problems, *done.notes, *done.told)):
        click.echo(line, err=True)
    if done.rejected > len(done.told):
        click.echo(
            _("……其余 {count} 条见 {path}").format(count=done.rejected - len(done.told), path=output / REJECTED),
            err=True,
        )
    accepted = sum(done.accepted.values())
    click.echo(
        _("读入 {read} 条 = 接受 {accepted} 条 + 拒绝 {rejected} 条；名册 {rosters} 份").format(
            read=done.read, accepted=accepted, rejected=done.rejected, rosters=done.rosters
        )
    )
    kinds = {"institution": _("机构"), "network": _("医联体"), "region": _("区域")}
    for kind, count in done.accepted.items():
        click.echo(f"  {kinds[kind]} {count}")
    if done.rejected:
        click.echo(_("被拒绝的记录及原因：{path}").format(path=output / REJECTED))
    click.echo(_("已写入 {path}").format(path=output))
    return 3 if done.rejected or done.problems else 0
