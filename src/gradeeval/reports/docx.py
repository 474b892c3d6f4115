"""The Word form, laid out as official documents are: A4, 仿宋, headings in 黑体 and 楷体, page numbers, lines to sign on.

python-docx makes the package (styles, sections, footers); the body is written as text, line by line, because a tree of
five thousand findings would take hundreds of megabytes.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import IO, Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from gradeeval import __version__
from gradeeval.findings.result import Result
from gradeeval.messages import _
from gradeeval.reports import tables
from gradeeval.reports.content import MARKS, Figure, Report, SubjectReport, build_report, labelled
from gradeeval.reports.lines import trace_lines
from gradeeval.reports.packing import repacked, spool
from gradeeval.reports.rendering import Layout
from gradeeval.reports.tables import Heading, Table, joined

_SONG, _FANG, _HEI, _KAI = "宋体", "仿宋_GB2312", "黑体", "楷体_GB2312"
_TITLE = "方正小标宋简体"
_LATIN = "Times New Roman"
_BODY = "word/document.xml"
_MARGINS = (3.7, 3.5, 2.8, 2.6)
"""Top, bottom, left and right in cm: those of official documents."""

_LANDSCAPE_MARGINS = (2.8, 2.6, 2.0, 2.0)
_PORTRAIT, _LANDSCAPE = 21.0 - 2.8 - 2.6, 29.7 - 4.0
_FILLS = {
    "✗": "F7D4D4",
    "?": "FFF1C9",
    "✎": "E0E9FB",
    "!": "E4D7F5",
    "✓": "E3F4E6",
}
_LEAST, _CLAUSE, _WIDEST_WORD = 0.8, 1.9, 2.6
"""The narrowest column in cm, the narrowest of clauses, and up to where a column is made as wide as its longest word."""

_WORD = re.compile(r"[!-~]+")
_FOOTER_HERE = "THE-FOOTER"
_LONG = 900
"""A row with more characters in a cell than this may be torn over two pages; LibreOffice cuts off what does not fit."""

_FOOTER = re.compile(rb'<w:footerReference [^>]*r:id="([^"]+)"')


def render(result: Result, layout: Layout) -> bytes:  # noqa: ARG001 - the signature of all renderers
    """The document; the same bytes for the same result."""
    report = build_report(result)

    def write(old: bytes, stream: IO[bytes]) -> None:
        head, _body, tail = old.partition(b"<w:body>")
        _old, end, rest = tail.rpartition(b"</w:body>")
        footer = _FOOTER.search(old)
        assert footer is not None
        stream.write(head + b"<w:body>")
        for part in _body_of(report, footer[1].decode()):
            stream.write(part.encode())
        stream.write(end + rest)

    with spool() as stream:
        _package(report).save(stream)
        return repacked(stream, report.as_of, {_BODY: write})


def _package(report: Report) -> Any:
    """The document without its body: styles, the footer, the properties."""
    document = docx.Document()
    styles = document.styles
    for spoken in styles.element.iter(qn("w:lang")):
        spoken.set(qn("w:eastAsia"), "zh-CN")
    _styled(styles["Normal"], _FANG, 16, line=28)
    _styled(styles["Title"], _TITLE, 22, line=34, centred=True, after=14)
    for level, face in enumerate((_HEI, _KAI, _FANG), 1):
        _styled(styles[f"Heading {level}"], face, 16, line=28, before=6, bold=level == 3)
    for name, face, size, line in (
        ("Cell", _FANG, 9, 12),
        ("Cell Head", _HEI, 9, 12),
        ("Step", _FANG, 10.5, 16),
        ("Step Head", _HEI, 10.5, 16),
        ("Verdict", _HEI, 16, 28),
    ):
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        _styled(style, face, size, line=line, exact=False)
    section = document.sections[0]
    section.footer_distance = Cm(2)
    paragraph = section.footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for part in ("— ", "PAGE", " —"):
        run = paragraph.add_run("" if part == "PAGE" else part)
        run.font.size = Pt(14)
        _faces(run.font, _SONG)
        if part == "PAGE":
            for kind in ("begin", "separate", "end"):
                sign = OxmlElement("w:fldChar")
                sign.set(qn("w:fldCharType"), kind)
                if kind == "separate":
                    code = OxmlElement("w:instrText")
                    code.set(qn("xml:space"), "preserve")
                    code.text = " PAGE "
                    run._r.append(code)  # noqa: SLF001 - python-docx has no fields
                run._r.append(sign)  # noqa: SLF001
                if kind == "separate":
                    text = OxmlElement("w:t")
                    text.text = "1"
                    run._r.append(text)  # noqa: SLF001
    properties = document.core_properties
    properties.title, properties.author, properties.comments = report.title, "gradeeval", f"gradeeval {__version__}"
    properties.last_modified_by, properties.revision = "gradeeval", 1
    return document


def _styled(
    style: Any,
    face: str,
    size: float,
    *,
    line: float,
    bold: bool = False,
    centred: bool = False,
    before: float = 0,
    after: float = 0,
    exact: bool = True,
) -> None:
    font, layout = style.font, style.paragraph_format
    font.size, font.bold, font.italic = Pt(size), bold, False
    font.color.rgb = None
    _faces(font, face)
    layout.space_before, layout.space_after = Pt(before), Pt(after)
    layout.line_spacing_rule = WD_LINE_SPACING.EXACTLY if exact else WD_LINE_SPACING.AT_LEAST
    layout.line_spacing = Pt(line)
    layout.line_spacing_rule = WD_LINE_SPACING.EXACTLY if exact else WD_LINE_SPACING.AT_LEAST
    if centred:
        layout.alignment = WD_ALIGN_PARAGRAPH.CENTER
    borders = style.element.find(f"{qn('w:pPr')}/{qn('w:pBdr')}")
    if borders is not None:
        borders.getparent().remove(borders)


def _faces(font: Any, face: str) -> None:
    """The face for Chinese by ``w:eastAsia``, a Latin one for the rest; those of the theme go."""
    faces = font._element.get_or_add_rPr().get_or_add_rFonts()  # noqa: SLF001 - python-docx sets Latin faces only
    for name in list(faces.attrib):
        del faces.attrib[name]
    for name in ("ascii", "hAnsi", "cs"):
        faces.set(qn(f"w:{name}"), _LATIN)
    faces.set(qn("w:eastAsia"), face)


def _body_of(report: Report, footer: str) -> Iterator[str]:
    """All of the body; ``footer`` is the id that sections name the footer by."""
    for part in _parts(report):
        yield part.replace(_FOOTER_HERE, footer) if "<w:sectPr>" in part else part


def _parts(report: Report) -> Iterator[str]:
    yield _paragraph(report.title, "Title")
    if len(report.subjects) != 1:
        said = _("评定 {count} 个对象，评定日 {as_of}").format(count=len(report.subjects), as_of=report.as_of)
        yield _paragraph(said)
        yield from _section_end(landscape=False)
        yield from _table(tables.overview(report), 1, _LANDSCAPE)
        yield from _section_end(landscape=True)
    for number, subject in enumerate(report.subjects):
        if number:
            yield from _section_end(landscape=False)
        yield from _subject(report, subject)
    yield from _closing(report)
    yield _section(landscape=False)


def _subject(report: Report, subject: SubjectReport) -> Iterator[str]:
    """The parts in the order of all reports; wide tables on pages that are turned."""
    one = (subject,)
    yield _paragraph(subject.name, "Heading 1")
    yield from _verdict(report, subject)
    yield from _section_end(landscape=False)
    acting = tables.gaps(one), tables.offenders(one), tables.wanting(one), tables.unknown(one)
    yield from _own_pages((_table(_for_word(table), 2, _LANDSCAPE) for table in acting), landscape=True)
    yield from _own_pages([_steps(report, subject)], landscape=False)
    beyond = tables.rolled(one), tables.reviews(one)
    yield from _own_pages((_table(_for_word(table), 2, _LANDSCAPE) for table in beyond), landscape=True)
    for table in (tables.met(one), tables.not_applicable(one)):
        yield from _table(_for_word(table), 2, _PORTRAIT)


def _own_pages(parts: Iterable[Iterable[str]], *, landscape: bool) -> Iterator[str]:
    """The parts in a section of their own; no section where there is nothing in it."""
    filled = False
    for part in parts:
        for text in part:
            filled = True
            yield text
    if filled:
        yield from _section_end(landscape=landscape)


def _verdict(report: Report, subject: SubjectReport) -> Iterator[str]:
    fill = _FILLS.get({"unmet": "✗", "unknown": "?", "met": "✓"}.get(subject.code, ""), "F0F0F0")
    documents = [
        _("{title}（{verdict}）").format(title=joined(item.title, item.number, between=" "), verdict=item.verdict)
        for item in subject.documents
    ]
    pairs = [
        (_("对象"), subject.name),
        (_("对象编号"), subject.id),
        (_("类别"), subject.sort),
        (_("所在地"), subject.place),
        (_("数据时期"), subject.period),
        (_("评定日"), report.as_of),
        *((_("文件"), text) for text in documents),
        (_("总评"), subject.verdict),
        *((_("依据"), text) for text in subject.grounds),
        *((_("注意"), text) for text in subject.notes),
    ]
    rows = []
    for label, text in pairs:
        if text:
            main = label == _("总评")
            rows.append(
                _cell(label, 3.2, "Cell Head", size=12)
                + _cell(text, _PORTRAIT - 3.2, "Cell Head" if main else "Cell", fill if main else "", size=12)
            )
    yield _grid([3.2, _PORTRAIT - 3.2], [], rows)
    yield _paragraph("")
    counts = subject.counts
    first = 2.6
    width = (_PORTRAIT - first) / len(counts)
    head = _cell("", first, "Cell Head") + "".join(
        _cell(f"{MARKS[count.code]} {count.outcome}", width, "Cell Head") for count in counts
    )
    lines = [
        _cell(label, first, "Cell Head") + "".join(_cell(str(number), width, "Cell") for number in numbers)
        for label, numbers in (
            (_("全部要求"), [count.all for count in counts]),
            (_("其中必须"), [count.mandatory for count in counts]),
        )
    ]
    yield _grid([first] + [width] * len(counts), [head], lines)


def _for_word(table: Table) -> Table:
    """The table with the short id under the clause, instead of in a column of its own at the end."""
    clause = next((at for at, heading in enumerate(table.headings) if heading.text == _("条款号")), None)
    if clause is None or table.headings[-1].text != _("编号"):
        return table

    def rows() -> Iterator[Sequence[tables.Cell]]:
        for row in table.rows:
            changed = list(row[:-1])
            changed[clause] = f"{row[clause]}\n{str(row[-1]).partition('/')[2]}"
            yield changed

    return Table(table.title, table.headings[:-1], rows(), table.outcome)


def _steps(report: Report, subject: SubjectReport) -> Iterator[str]:
    rows = subject.of("error", "unmet", "met")
    if not rows:
        return
    yield _paragraph(_("推算过程"), "Heading 2")
    for row in rows:
        yield _paragraph(f"{row.clause} {row.title}（{row.short_id}）：{row.outcome}", "Step Head", keep=True, before=6)
        yield _paragraph(labelled(_("原文"), row.quote), "Step", indent=1)
        if row.reading:
            yield _paragraph(labelled(_("解读"), row.reading), "Step", indent=1)
        for line in trace_lines(row.finding, report.result):
            indent = 1 if line.heading else 1 + line.indent // 2
            yield _paragraph(line.text, "Step Head" if line.heading else "Step", keep=line.heading, indent=indent)


def _closing(report: Report) -> Iterator[str]:
    if report.notes:
        yield _paragraph(_("说明"), "Heading 1")
        for note in report.notes:
            yield _paragraph(note, "Step")
    yield _paragraph(_("依据"), "Heading 1")
    for basis in report.basis:
        parts = [basis.kind, basis.id, basis.title, _("摘要 {digest}").format(digest=basis.digest)]
        yield _paragraph(" ".join(part for part in parts if part), "Step")
    for subject in report.subjects:
        parts = [_("档案"), subject.name, subject.id, _("摘要 {digest}").format(digest=subject.digest)]
        yield _paragraph(" ".join(parts), "Step")
    yield _paragraph(_("签字"), "Heading 1", keep=True)
    half = _PORTRAIT / 2
    cells = [_cell(labelled(label, ""), half, "Cell", size=14, tall=True) for label in report.signatures]
    if len(cells) % 2:
        cells.append(_cell("", half, "Cell", size=14, tall=True))
    yield _grid([half, half], [], [cells[at] + cells[at + 1] for at in range(0, len(cells), 2)])


def _table(table: Table, level: int, room: float) -> Iterator[str]:
    """A heading and the table, its head on every page; nothing where there are no rows. Empty columns are left out."""
    rows = [list(row) for row in table.rows]
    if not rows:
        return
    kept = [at for at, heading in enumerate(table.headings) if heading.blank or any(_shown(row[at]) for row in rows)]
    widths = _widths([table.headings[at] for at in kept], [[_shown(row[at]) for at in kept] for row in rows], room)
    yield _paragraph(_("{title}（{count}）").format(title=table.title, count=len(rows)), f"Heading {level}", keep=True)
    head = "".join(_cell(table.headings[at].text, size, "Cell Head") for at, size in zip(kept, widths, strict=True))
    yield _grid_head(widths) + _row(head, head=True)
    for row in rows:
        cells = []
        for at, size in zip(kept, widths, strict=True):
            text = _shown(row[at])
            fill = _FILLS.get(text[:1], "") if at == table.outcome else ""
            cells.append(_cell(text, size, "Cell", fill))
        yield _row("".join(cells), loose=any(len(_shown(cell)) > _LONG for cell in row))
    yield "</w:tbl>"


def _widths(headings: Sequence[Heading], rows: Sequence[Sequence[str]], room: float) -> list[float]:
    """Centimetres for each column: what its longest word needs (up to a limit), and the rest by the headings' widths."""
    longest = [
        max(
            (len(word) for text in (heading.text, *(row[at] for row in rows)) for word in _WORD.findall(text)),
            default=0,
        )
        for at, heading in enumerate(headings)
    ]
    least = [
        max(_CLAUSE if heading.text == _("条款号") else _LEAST, min(_WIDEST_WORD, 0.17 * signs + 0.3))
        for heading, signs in zip(headings, longest, strict=True)
    ]
    total = sum(heading.width for heading in headings)
    more = [max(0.0, room * heading.width / total - size) for size, heading in zip(least, headings, strict=True)]
    rest = max(0.0, room - sum(least)) / (sum(more) or 1)
    widths = [size + rest * wish for size, wish in zip(least, more, strict=True)]
    return [size * room / sum(widths) for size in widths]


def _shown(cell: tables.Cell) -> str:
    if isinstance(cell, date):
        return cell.isoformat()
    return cell.text if isinstance(cell, Figure) else str(cell)


def _grid(widths: Sequence[float], heads: Iterable[str], rows: Iterable[str]) -> str:
    parts = [_grid_head(widths), *(_row(cells, head=True) for cells in heads), *(_row(cells) for cells in rows)]
    return "".join(parts) + "</w:tbl>"


def _grid_head(widths: Sequence[float]) -> str:
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="808080"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    columns = "".join(f'<w:gridCol w:w="{_twips(size)}"/>' for size in widths)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{_twips(sum(widths))}" w:type="dxa"/><w:tblBorders>{sides}</w:tblBorders>'
        '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="30" w:type="dxa"/><w:left w:w="60" w:type="dxa"/><w:bottom w:w="30" w:type="dxa"/><w:right w:w="60" w:type="dxa"/>'
        f"</w:tblCellMar></w:tblPr><w:tblGrid>{columns}</w:tblGrid>"
    )


def _row(cells: str, *, head: bool = False, loose: bool = False) -> str:
    """A row; ``head`` repeats it on every page, ``loose`` lets it be torn over two."""
    whole = "" if loose else "<w:cantSplit/>"
    return f"<w:tr><w:trPr>{whole}{'<w:tblHeader/>' if head else ''}</w:trPr>{cells}</w:tr>"


def _cell(text: str, wide: float, style: str, fill: str = "", size: float = 0, tall: bool = False) -> str:
    if not fill and style == "Cell Head":
        fill = "E8EDF2"
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    paragraphs = "".join(_paragraph(line, style, size=size, before=8 if tall else 0) for line in text.split("\n"))
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{_twips(wide)}" w:type="dxa"/>{shade}<w:vAlign w:val="center"/></w:tcPr>'
        f"{paragraphs}</w:tc>"
    )


def _paragraph(
    text: str, style: str = "Normal", *, keep: bool = False, indent: int = 0, before: int = 0, size: float = 0
) -> str:
    """A paragraph; ``indent`` in characters, ``before`` and ``size`` in points."""
    parts = [f'<w:pStyle w:val="{style.replace(" ", "")}"/>']
    if keep:
        parts.append("<w:keepNext/>")
    if before:
        parts.append(f'<w:spacing w:before="{before * 20}" w:after="{before * 20}"/>')
    if indent:
        parts.append(f'<w:ind w:left="{indent * 210}"/>')
    letters = f'<w:rPr><w:sz w:val="{round(size * 2)}"/></w:rPr>' if size else ""
    run = f'<w:r>{letters}<w:t xml:space="preserve">{html.escape(text)}</w:t></w:r>' if text else ""
    return f"<w:p><w:pPr>{''.join(parts)}</w:pPr>{run}</w:p>"


def _section_end(*, landscape: bool) -> Iterator[str]:
    """Ends a section, and with it the page."""
    yield f'<w:p><w:pPr><w:pStyle w:val="Cell"/>{_section(landscape=landscape)}</w:pPr></w:p>'


def _section(*, landscape: bool) -> str:
    wide, high = (29.7, 21.0) if landscape else (21.0, 29.7)
    top, bottom, left, right = _LANDSCAPE_MARGINS if landscape else _MARGINS
    turned = ' w:orient="landscape"' if landscape else ""
    return (
        f'<w:sectPr><w:footerReference w:type="default" r:id="{_FOOTER_HERE}"/>'
        f'<w:pgSz w:w="{_twips(wide)}" w:h="{_twips(high)}"{turned}/>'
        f'<w:pgMar w:top="{_twips(top)}" w:right="{_twips(right)}" w:bottom="{_twips(bottom)}" '
        f'w:left="{_twips(left)}" w:header="850" w:footer="{_twips(1.5)}" w:gutter="0"/></w:sectPr>'
    )


def _twips(size: float) -> int:
    """Centimetres in twentieths of a point."""
    return round(size * 567)
