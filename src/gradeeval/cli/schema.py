"""``gradeeval schema``: prints a schema that stands alone; profiles with the facts of the installed rulesets."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gradeeval.cli import options
from gradeeval.cli.opening import opened
from gradeeval.cli.output import write_out
from gradeeval.messages import mark
from gradeeval.profiles.reading import ProfileReader
from gradeeval.schemas import KINDS
from gradeeval.vocabulary import KINDS as PROFILE_KINDS


def _kinds(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """What completes the argument: the kinds that ship."""
    return [kind for kind in KINDS if kind.startswith(incomplete)]


@click.command(help=mark("输出某类文件的 JSON Schema；档案的 schema 含已安装规则集的全部指标，编辑器据此补全。"))
@click.argument("kind", metavar=f"[{'|'.join(KINDS)}|…]", shell_complete=_kinds)
@click.option("-o", "--output", type=options.PATH, help=mark("写入文件"))
@options.plugins
@options.language
def command(kind: str, output: Path | None) -> int:
    """Prints or writes the schema."""
    workspace = opened()
    found = workspace.kind(kind).schema
    schema = ProfileReader(workspace.scope).checker(kind).schema if kind in PROFILE_KINDS else found()
    write_out((json.dumps(schema, ensure_ascii=False, indent=1) + "\n").encode(), output)
    return 0
