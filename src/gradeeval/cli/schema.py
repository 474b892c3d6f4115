"""``gradeeval schema``: prints a schema that stands alone; profiles with the facts of the installed rulesets."""

from __future__ import annotations

import json
from pathlib import Path

import click

from gradeeval.cli import options
from gradeeval.cli.output import write_out
from gradeeval.messages import mark
from gradeeval.profiles.reading import ProfileReader
from gradeeval.schemas import KINDS, bundled, shipped
from gradeeval.vocabulary import KINDS as PROFILE_KINDS
from gradeeval.workspace import build


@click.command(help=mark("输出某类文件的 JSON Schema；档案的 schema 含已安装规则集的全部指标，编辑器据此补全。"))
@click.argument("kind", type=click.Choice(KINDS))
@click.option("-o", "--output", type=options.PATH, help=mark("写入文件"))
@options.language
def command(kind: str, output: Path | None) -> int:
    """Prints or writes the schema."""
    schema = ProfileReader(build().scope).checker(kind).schema if kind in PROFILE_KINDS else bundled(shipped(kind))
    write_out((json.dumps(schema, ensure_ascii=False, indent=1) + "\n").encode(), output)
    return 0
