"""The package of a Word file without its body: styles, footer and properties, laid out as official documents are.

Only this module knows python-docx.
"""

from __future__ import annotations

from typing import IO, Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from gradeeval import __version__

_SONG, _FANG, _HEI, _KAI = "宋体", "仿宋_GB2312", "黑体", "楷体_GB2312"
_TITLE = "方正小标宋简体"
_LATIN = "Times New Roman"


def write_package(title: str, stream: IO[bytes]) -> None:
    """Writes the package of a document of that title to ``stream``."""
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
    properties.title, properties.author, properties.comments = title, "gradeeval", f"gradeeval {__version__}"
    properties.last_modified_by, properties.revision = "gradeeval", 1
    document.save(stream)


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
