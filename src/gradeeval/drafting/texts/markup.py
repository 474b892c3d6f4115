"""The text of a web page, block by block; scripts, menus and what is hidden are left out, nothing is fetched."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lxml import etree
from lxml import html as lxml_html

from gradeeval.drafting.texts.encodings import decoded
from gradeeval.drafting.texts.text import DocumentText, Unreadable, cleaned
from gradeeval.messages import _

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_LEFT_OUT = {
    "script", "style", "noscript", "template", "head", "nav", "footer", "aside", "form", "button", "select", "option",
    "textarea", "input", "iframe", "object", "embed", "svg", "canvas", "audio", "video", "map",
}  # fmt: skip
_BLOCKS = {
    "address", "article", "blockquote", "body", "br", "center", "dd", "div", "dl", "dt", "fieldset", "figure",
    "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "tbody",
    "thead", "tr", "ul", "caption",
}  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
# A document type with declarations of its own, which libxml2 would take for text from their end on.
_SUBSET = re.compile(r"\A\s*+(?:(?><!--.*?-->)\s*+)*+<!DOCTYPE[^\[>]*\[.*?\]\s*+>", re.I | re.S)
_MENU = {"ul", "ol", "div", "table", "section", "header"}
_DEEPEST = 200


def read_markup(raw: bytes, encoding: str | None) -> DocumentText:
    """The text of a page. Raises ``Unreadable`` for what is empty, too large or nested too deeply."""
    text, note = decoded(raw, encoding, markup=True)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)  # lxml refuses text that declares an encoding
    text = _SUBSET.sub("", text, 1)
    parser = lxml_html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = lxml_html.document_fromstring(text, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise Unreadable(_("网页里没有可读的内容；请打开它，另存为网页后再试")) from None
    lines, menus = _lines(root)
    notes = (note, _("略去 {count} 处导航链接").format(count=menus)) if menus else (note,)
    return cleaned("\n".join(lines), notes)


def _lines(root: HtmlElement) -> tuple[list[str], int]:
    """The text by block, and how many menus were left out."""
    lines = [""]
    skipping: HtmlElement | None = None
    menus = depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            depth += 1
            if depth > _DEEPEST:
                raise Unreadable(_("网页嵌套超过 {limit} 层，不予读取").format(limit=_DEEPEST))
            if skipping is not None:
                continue
            menu = _is_menu(element, tag)
            if menu or tag in _LEFT_OUT or "hidden" in element.attrib or _HIDDEN.search(element.get("style") or ""):
                skipping = element
                menus += menu
                continue
            if tag in _BLOCKS:
                lines.append("")
            lines[-1] += _flat(element.text)
        else:
            depth -= 1
            if skipping is element:
                skipping = None
            elif skipping is None and tag in _BLOCKS:
                lines.append("")
            elif skipping is None and tag in ("td", "th"):
                lines[-1] += " "
            if skipping is None:
                lines[-1] += _flat(element.tail)
    return [line.strip() for line in lines if line.strip()], menus


def _flat(text: str | None) -> str:
    return re.sub(r"[ \t\r\n]+", " ", text) if text else ""


def _is_menu(element: HtmlElement, tag: str) -> bool:
    """Whether nearly all of a block is links, and there are several of them."""
    if tag not in _MENU:
        return False
    links = element.findall(".//a")
    if len(links) < 3:
        return False
    linked = sum(len("".join(link.itertext()).strip()) for link in links)
    return linked * 10 >= 8 * len("".join("".join(element.itertext()).split()))
