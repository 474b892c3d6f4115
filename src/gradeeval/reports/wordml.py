"""The parts of the body of a Word file as WordprocessingML text: paragraphs, tables, sections. Text is escaped here.

The body is written as text, because a tree of five thousand findings would take hundreds of megabytes.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence

_MARGINS = (3.7, 3.5, 2.8, 2.6)
"""Top, bottom, left and right in cm: those of official documents."""

_LANDSCAPE_MARGINS = (2.8, 2.6, 2.0, 2.0)
PORTRAIT, LANDSCAPE = 21.0 - 2.8 - 2.6, 29.7 - 4.0
FOOTER_HERE = "THE-FOOTER"
"""Stands in a section for the id of the footer."""


def grid(widths: Sequence[float], heads: Iterable[str], rows: Iterable[str]) -> str:
    """A whole table of the cells of its head and body rows; ``widths`` of the columns in cm."""
    parts = [grid_head(widths), *(row(cells, head=True) for cells in heads), *(row(cells) for cells in rows)]
    return "".join(parts) + "</w:tbl>"


def grid_head(widths: Sequence[float]) -> str:
    """The beginning of a table, up to its first row."""
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


def row(cells: str, *, head: bool = False, loose: bool = False) -> str:
    """A row; ``head`` repeats it on every page, ``loose`` lets it be torn over two."""
    whole = "" if loose else "<w:cantSplit/>"
    return f"<w:tr><w:trPr>{whole}{'<w:tblHeader/>' if head else ''}</w:trPr>{cells}</w:tr>"


def cell(text: str, wide: float, style: str, fill: str = "", size: float = 0, tall: bool = False) -> str:
    """A cell ``wide`` cm wide, a paragraph for each line of the text; ``tall`` leaves room to sign."""
    if not fill and style == "Cell Head":
        fill = "E8EDF2"
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    paragraphs = "".join(paragraph(line, style, size=size, before=8 if tall else 0) for line in text.split("\n"))
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{_twips(wide)}" w:type="dxa"/>{shade}<w:vAlign w:val="center"/></w:tcPr>'
        f"{paragraphs}</w:tc>"
    )


def paragraph(
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


def section_end(*, landscape: bool) -> Iterator[str]:
    """Ends a section, and with it the page."""
    yield f'<w:p><w:pPr><w:pStyle w:val="Cell"/>{section(landscape=landscape)}</w:pPr></w:p>'


def section(*, landscape: bool) -> str:
    """The properties of a section: A4 upright or turned, margins, footer."""
    wide, high = (29.7, 21.0) if landscape else (21.0, 29.7)
    top, bottom, left, right = _LANDSCAPE_MARGINS if landscape else _MARGINS
    turned = ' w:orient="landscape"' if landscape else ""
    return (
        f'<w:sectPr><w:footerReference w:type="default" r:id="{FOOTER_HERE}"/>'
        f'<w:pgSz w:w="{_twips(wide)}" w:h="{_twips(high)}"{turned}/>'
        f'<w:pgMar w:top="{_twips(top)}" w:right="{_twips(right)}" w:bottom="{_twips(bottom)}" '
        f'w:left="{_twips(left)}" w:header="850" w:footer="{_twips(1.5)}" w:gutter="0"/></w:sectPr>'
    )


def _twips(size: float) -> int:
    """Centimetres in twentieths of a point."""
    return round(size * 567)
