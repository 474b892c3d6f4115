"""``gradeeval new ruleset`` and ``new plugin``: a folder that passes its own checks, to write one's own document over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import click

from gradeeval.cli import options
from gradeeval.cli.opening import opened, tell_unlisted
from gradeeval.errors import Misuse
from gradeeval.files.folders import write_folder
from gradeeval.messages import _, mark
from gradeeval.scaffold.adopting import adopted
from gradeeval.scaffold.distribution import NewDistribution, distribution_files
from gradeeval.scaffold.naming import check_distribution, check_document, check_region, check_title
from gradeeval.scaffold.ruleset import (
    DEFAULT_TITLE,
    NewRuleset,
    ruleset_files,
    ruleset_readme,
    sample_profile,
    source_text,
)

_ANYWHERE = "410000"


def _shared(command: Callable[..., int]) -> Callable[..., int]:
    """The options of both commands."""
    for option in (
        options.language,
        options.plugins,
        click.option(
            "--into", type=options.PATH, default=Path(), help=mark("在哪个文件夹里新建，没有就建立（默认当前文件夹）")
        ),
        click.option("--title", default=None, help=mark("文件的标题")),
        click.option("--jurisdiction", default=None, help=mark("适用区域的区划代码，如 410100（默认 410000）")),
    ):
        command = option(command)
    return command


@click.command("ruleset", help=mark("新建规则集文件夹：一条示例要求，附指标、台账和例子；只有数据，无须安装。"))
@click.argument("id")
@_shared
def ruleset(id: str, jurisdiction: str | None, title: str | None, into: Path) -> int:
    """Writes the folder, whole or not at all, and says what to do next."""
    check_document(id)
    wish = NewRuleset(id, _title(title), _placed(jurisdiction), id)
    files = {
        **ruleset_files(wish),
        f"source/{id}.txt": source_text(wish),
        "samples/profile.yaml": sample_profile(wish),
        "README.md": ruleset_readme(wish),
    }
    _write(into / id, files)
    click.echo(
        _("接着：gradeeval plugins check {path} --sources {sources}").format(
            path=into / id, sources=into / id / "source"
        )
    )
    return 0


@click.command(
    "plugin", help=mark("新建可以单独安装的插件：规则集、入口、测试、持续集成和说明，装上即通过自己的测试。")
)
@click.argument("name")
@click.option("--document", "id", default=None, help=mark("文件编号（默认由插件名而来）"))
@click.option(
    "--ruleset", "folder", type=options.PATH, default=None, help=mark("不用示例，装入这个规则集文件夹，如 draft 写出的")
)
@_shared
def plugin(
    name: str, id: str | None, folder: Path | None, jurisdiction: str | None, title: str | None, into: Path
) -> int:
    """Writes the folder, whole or not at all, and says what to do next."""
    module = check_distribution(name)
    if folder is None:
        id = id if id is not None else f"{name.removeprefix('gradeeval-')}-1"
        check_document(id)
        wish = NewDistribution(name, module, NewRuleset(id, _title(title), _placed(jurisdiction), name))
    elif (id, jurisdiction, title) != (None, None, None):
        raise Misuse(_("--ruleset 的规则集已写明编号、标题和区域；不再另写"))
    else:
        ruleset, contents = adopted(folder, name)
        wish = NewDistribution(name, module, ruleset, contents)
    _write(into / name, distribution_files(wish))
    place = (into / name).as_posix()
    click.echo(
        _("接着：pip install {path}，然后 gradeeval plugins check {name}").format(
            path=place if "/" in place else f"./{place}", name=name
        )
    )
    return 0


def _title(title: str | None) -> str:
    if title is None:
        return DEFAULT_TITLE
    check_title(title)
    return title


def _placed(code: str | None) -> str:
    """The code, or the usual one; a region that no roster has is told, since nothing would be judged there."""
    code = _ANYWHERE if code is None else code
    check_region(code)
    tell_unlisted(code, opened().rosters)
    return code


def _write(target: Path, files: Mapping[str, str]) -> None:
    write_folder(target, files)
    click.echo(_("已写入 {path}：{count} 个文件").format(path=target, count=len(files)))
