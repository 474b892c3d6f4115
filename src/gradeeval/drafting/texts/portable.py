"""The text layer of a PDF: lines put together into paragraphs again; page numbers and running heads are left out."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradeeval.drafting.texts.radicals import whole
from gradeeval.drafting.texts.text import MAX_CHARACTERS, MAX_PAGES, DocumentText, Unreadable, cleaned
from gradeeval.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterable

_PAGE_NUMBER = re.compile(
    r"[\s—–\-－·_第]*[0-9]{1,4}[\s—–\-－·_页]*(?:/\s*[0-9]{1,4})?|第?\s*[0-9]{1,4}\s*页(?:\s*共\s*[0-9]{1,4}\s*页)?"
)
_HEADING = re.compile(
    r"\s*(?:[一二三四五六七八九十百]{1,4}、|[（(][一二三四五六七八九十0-9]{1,4}[）)]|[0-9]{1,3}[.．、](?![0-9]))"
)
_FEWEST_CHARACTERS = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A printed line: its page, its edges in points (``y`` upward), the height of its letters, its text."""

    page: int
    x0: float
    x1: float
    y: float
    size: float
    text: str


def read_portable(raw: bytes) -> DocumentText:
    """The text of a PDF with a text layer. Raises ``Unreadable`` for what is encrypted, damaged or only pictures."""
    if b"%PDF-" not in raw[:1024]:
        raise Unreadable(_("不是 PDF 文件；请核对文件"))
    logging.disable(logging.CRITICAL)  # pdfminer tells of each fault of a file; only the outcome counts here
    lines, pages = _printed_lines(raw)
    characters = sum(len(line.text.strip()) for line in lines)
    if characters < _FEWEST_CHARACTERS:
        raise Unreadable(
            _("PDF 的 {pages} 页没有文字层（只有图像）；请先做文字识别（OCR），或改用 .docx、网页").format(pages=pages)
        )
    unmapped = sum(line.text.count("(cid:") for line in lines)
    if unmapped * 10 > characters:
        raise Unreadable(_("PDF 的字体没有文字对照，读出的是乱码；请改用 .docx、网页，或做文字识别（OCR）"))
    kept, left_out = _without_margins(lines, pages)
    notes = [_("PDF 共 {pages} 页；段落由版面推定，请核对断句").format(pages=pages)]
    if left_out:
        notes.append(_("略去 {count} 行页码和页眉页脚").format(count=left_out))
    text, radicals = whole("\n".join(_paragraphs(kept)))
    if radicals:
        notes.append(_("{count} 个部首字形（如“⺠”）改成了汉字").format(count=radicals))
    return cleaned(text, tuple(notes))


def _printed_lines(raw: bytes) -> tuple[list[Line], int]:
    from pdfminer.high_level import extract_pages
    from pdfminer.layout import LAParams, LTTextContainer, LTTextLine
    from pdfminer.pdfdocument import PDFEncryptionError, PDFPasswordIncorrect
    from pdfminer.pdfexceptions import PDFException
    from pdfminer.psexceptions import PSException

    found: list[Line] = []
    pages = characters = 0
    try:
        for page in extract_pages(io.BytesIO(raw), laparams=LAParams(boxes_flow=None, detect_vertical=False)):
            pages += 1
            if pages > MAX_PAGES:
                break
            for container in page:
                for line in container if isinstance(container, LTTextContainer) else ():
                    if isinstance(line, LTTextLine) and line.get_text().strip():
                        text = line.get_text().strip("\n")
                        characters += len(text)
                        found.append(Line(pages, line.x0, line.x1, line.y0, line.height, text))
            if characters > MAX_CHARACTERS:
                break
    except (PDFPasswordIncorrect, PDFEncryptionError):
        raise Unreadable(_("PDF 已加密；请去掉打开密码后再试")) from None
    except (
        PDFException,
        PSException,
        ArithmeticError,
        AssertionError,
        AttributeError,
        LookupError,
        OSError,
        TypeError,
        ValueError,
        RecursionError,
        EOFError,
    ):
        raise Unreadable(_("PDF 已损坏或不完整，无法读取；请重新传送文件，或打开后另存")) from None
    if pages > MAX_PAGES:
        raise Unreadable(_("PDF 超过 {limit} 页；请只留需要的几页").format(limit=MAX_PAGES))
    if not pages:
        raise Unreadable(_("PDF 已损坏或不完整，无法读取；请重新传送文件，或打开后另存"))
    return _rows(found), pages


def _rows(lines: Iterable[Line]) -> list[Line]:
    """In reading order; pieces that stand beside each other on one row become one line."""
    rows: list[Line] = []
    for line in sorted(lines, key=lambda line: (line.page, -round(line.y), line.x0)):
        last = rows[-1] if rows else None
        if last is not None and last.page == line.page and abs(last.y - line.y) < 0.5 * min(last.size, line.size):
            left, right = (last, line) if last.x0 <= line.x0 else (line, last)
            rows[-1] = Line(
                line.page, left.x0, max(last.x1, line.x1), last.y, max(last.size, line.size), left.text + right.text
            )
        else:
            rows.append(line)
    return rows


def _without_margins(lines: list[Line], pages: int) -> tuple[list[Line], int]:
    """The lines without page numbers, and without what stands at the same height on most pages."""
    places = Counter((round(line.y), line.text.strip()) for line in lines)
    kept = [
        line
        for line in lines
        if not _PAGE_NUMBER.fullmatch(line.text.strip())
        and not (pages >= 3 and places[round(line.y), line.text.strip()] * 2 > pages)
    ]
    return kept, len(lines) - len(kept)


def _paragraphs(lines: list[Line]) -> list[str]:
    """Lines that run on to the right edge are joined with the next one, unless that is indented or opens a heading."""
    if not lines:
        return []
    left = Counter(round(line.x0) for line in lines).most_common(1)[0][0]
    full = sorted(line.x1 for line in lines)
    right = full[int(len(full) * 0.9)] if len(full) > 1 else full[0]
    left = min(left, *(round(line.x0) for line in lines if line.x1 > right - line.size))
    paragraphs: list[str] = []
    runs_on = False
    for line in lines:
        indented = line.x0 > left + 1.2 * line.size
        if runs_on and not indented and not _HEADING.match(line.text):
            paragraphs[-1] += line.text.strip()
        else:
            paragraphs.append(line.text.strip())
        runs_on = line.x1 > right - 1.5 * line.size
    return paragraphs
