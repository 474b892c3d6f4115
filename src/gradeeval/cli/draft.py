"""``gradeeval draft``: the first draft of a ruleset folder from the text of a document."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from gradeeval.cli import options
from gradeeval.cli.opening import opened, tell_unlisted
from gradeeval.drafting.demands import candidates
from gradeeval.drafting.folder import Draft, files
from gradeeval.drafting.front import read_front, tier_of
from gradeeval.drafting.texts.opening import open_document
from gradeeval.errors import Misuse
from gradeeval.files.folders import write_folder
from gradeeval.files.reading import read_bytes
from gradeeval.messages import _, mark
from gradeeval.scaffold.naming import check_document, check_region
from gradeeval.sources.segments import segment
from gradeeval.timeline import Span, read_span


@click.command(
    help=mark(
        "从一份文件（.txt .html .docx .pdf）起草规则集文件夹：文件信息、逐句的台账（全部待处理）、候选要求和指标毛坯。"
        "候选不参与评定，要人逐条定稿。"
    )
)
@click.argument("document", type=options.PATH)
@click.option(
    "-o", "--output", type=options.PATH, required=True, help=mark("新文件夹；它的名字就是文件编号，如 mycity-2025-1")
)
@click.option("--jurisdiction", default=None, help=mark("适用区域的区划代码（默认从文中的区域名推定）"))
@click.option("--horizon", default=None, help=mark("规划期，如 2023..2025（默认从标题和目标年推定）"))
@click.option("--encoding", default=None, help=mark("文字编码，如 gb18030（默认按标记、声明或内容判定）"))
@options.plugins
@options.language
def command(document: Path, output: Path, jurisdiction: str | None, horizon: str | None, encoding: str | None) -> int:
    """Writes the folder, which must be new or empty, with those around it, and says what was found."""
    id = output.absolute().name
    check_document(id)
    if jurisdiction is not None:
        check_region(jurisdiction)
    span = _horizon(horizon)
    found = open_document(document, encoding)
    segments = segment(found.text)
    workspace = opened()
    regions = {row.name: row.id for roster in workspace.rosters for row in roster.rows if row.kind == "region"}
    front = read_front(found.text, segments, regions, jurisdiction=jurisdiction, horizon=span)
    if front.jurisdiction is None:
        raise Misuse(_("判断不出适用区域：文中没有名册上的区域名；请用 --jurisdiction 写明区划代码"))
    draft = Draft(
        id=id,
        name=document.name,
        sha256=hashlib.sha256(read_bytes(document)).hexdigest(),
        text=found.text,
        front=front,
        segments=segments,
        candidates=candidates(segments, front.horizon, tier_of(front.jurisdiction), issued=front.date),
        notes=found.notes,
        known=sorted((item.name, item.title, item.unit) for item in workspace.scope.indicators.values()),
    )
    write_folder(output, files(draft))
    for note in (*found.notes, *front.guesses):
        click.echo(_("提示：{message}").format(message=note), err=True)
    tell_unlisted(front.jurisdiction, workspace.rosters)
    click.echo(
        _(
            "{path}：{title}，{segments} 句待处理，{candidates} 条候选要求（有数字的 {numeric} 条）；请先看 draft-notes.md"
        ).format(
            path=output,
            title=front.title,
            segments=len(segments),
            candidates=len(draft.candidates),
            numeric=sum(item.numeric for item in draft.candidates),
        )
    )
    return 0


def _horizon(text: str | None) -> Span | None:
    if text is None:
        return None
    span = read_span(text)
    if span is None or span.last is None:
        raise Misuse(_("规划期须写成 2023..2025 或 2025，并有终止年份"))
    return span
