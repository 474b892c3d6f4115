"""The text of a Word document (.docx), paragraph by paragraph, with the numbers that Word makes itself."""

from __future__ import annotations

import io
import zipfile
import zlib
from typing import TYPE_CHECKING

from lxml import etree

from gradeeval.drafting.texts.numbering import Numbering
from gradeeval.drafting.texts.text import DocumentText, Unreadable, cleaned
from gradeeval.files.archives import MAX_RATIO, MAX_UNPACKED, weigh
from gradeeval.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element as Element

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_BROKEN = (
    EOFError, KeyError, NotImplementedError, OSError, OverflowError, RuntimeError, ValueError,
    etree.XMLSyntaxError, zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error,
)  # fmt: skip


def read_word(raw: bytes) -> DocumentText:
    """The text of the body; headers, footers, notes and deleted text are left out. Raises ``Unreadable``.

    Entities are not expanded and nothing outside the file is opened.
    """
    if raw.startswith(_OLE):
        raise Unreadable(_("文档已加密，或是旧的 .doc 格式；请去掉打开密码，另存为 .docx 后再试"))
    if not raw.startswith(b"PK"):
        raise Unreadable(_("不是 .docx 文档；请用 Word 或 WPS 另存为 .docx"))
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            _refuse(archive)
            return _text(raw, archive)
    except _BROKEN:
        raise Unreadable(_("文档已损坏或不完整，无法读取；请重新传送文件，或打开修复后另存为 .docx")) from None


def _refuse(archive: zipfile.ZipFile) -> None:
    weight = weigh(archive)
    if weight.too_much:
        raise Unreadable(
            _("文档解压后过大（{size} MiB，上限 {limit} MiB，压缩比上限 {ratio}），可能是压缩炸弹，不予打开").format(
                size=f"{weight.unpacked / (1 << 20):.0f}", limit=MAX_UNPACKED >> 20, ratio=MAX_RATIO
            )
        )
    if weight.encrypted:
        raise Unreadable(_("文档已加密，或是旧的 .doc 格式；请去掉打开密码，另存为 .docx 后再试"))
    if weight.macros:
        raise Unreadable(_("文档含有宏，不予读取；请另存为不含宏的 .docx"))
    for part in archive.infolist():
        if part.filename.lower().endswith((".xml", ".rels")):
            with archive.open(part) as stream:
                head = stream.read(65_536).replace(b"\x00", b"")
            if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                raise Unreadable(_("文档中含有 XML 实体或 DTD，不予读取；请在 Word 中另存一份"))


def _text(raw: bytes, archive: zipfile.ZipFile) -> DocumentText:
    import docx
    from docx.opc.exceptions import OpcError

    try:
        document = docx.Document(io.BytesIO(raw))
    except (OpcError, AttributeError, etree.LxmlError):
        raise Unreadable(_("文档已损坏或不完整，无法读取；请重新传送文件，或打开修复后另存为 .docx")) from None
    numbering = Numbering(_part(archive, "word/numbering.xml"), _part(archive, "word/styles.xml"))
    body = document.element.body
    lines = list(_lines(body, numbering))
    notes = []
    if any("/footnotes" in name or "/endnotes" in name for name in archive.namelist()):
        notes.append(_("脚注、尾注没有读入"))
    if numbering.used:
        notes.append(_("{count} 段的编号是 Word 自动编号，已按其定义写出，请核对").format(count=numbering.used))
    if body.find(f".//{_W}del") is not None or body.find(f".//{_W}ins") is not None:
        notes.append(_("文档有修订记录：按接受全部修订读取"))
    return cleaned("\n".join(lines), tuple(notes))


def _part(archive: zipfile.ZipFile, name: str) -> Element | None:
    if name not in archive.namelist():
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    return etree.fromstring(archive.read(name), parser)


def _lines(body: Element, numbering: Numbering) -> Iterator[str]:
    """A line a paragraph; a row of a table is one line, its cells parted by a space."""
    for block in body.iter(f"{_W}p", f"{_W}tr"):
        if block.tag == f"{_W}tr":
            if not _inside(block, f"{_W}tr"):
                yield " ".join(filter(None, (_words(cell).strip() for cell in block.findall(f"{_W}tc"))))
        elif not _inside(block, f"{_W}tr", f"{_MC}Fallback") and not _inside(block, f"{_W}p"):
            text = _words(block)
            yield numbering.of(block) + text if text.strip() else ""


def _inside(element: Element, *tags: str) -> bool:
    return next(element.iterancestors(*tags), None) is not None


def _words(element: Element) -> str:
    """The text of what is not deleted; of two forms of the same drawing the first."""
    found: list[str] = []
    for node in element.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}noBreakHyphen"):
        if _inside(node, f"{_W}del", f"{_W}moveFrom", f"{_MC}Fallback"):
            continue
        if node.tag == f"{_W}t":
            found.append(node.text or "")
        elif node.tag == f"{_W}noBreakHyphen":
            found.append("-")
        elif not _inside(node, f"{_W}pPr"):
            found.append(" " if node.tag == f"{_W}tab" else "\n")
    return "".join(found)
