"""Which encoding the bytes of a text are in: marked, given, declared, else found out; and it is said which was taken."""

from __future__ import annotations

import codecs
import re

from gradeeval.drafting.texts.text import Unreadable
from gradeeval.messages import _

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"""<meta[^>]{0,200}charset\s*=\s*["']?\s*([A-Za-z0-9_-]{2,20})|<\?xml[^>]{0,200}encoding=["']([A-Za-z0-9_-]{2,20})""",
    re.I,
)
_CHINESE = ("gb18030", "big5", "utf_16_le", "utf_16_be")
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "hz": "gb18030"}  # GB 18030 holds all of them


def decoded(raw: bytes, given: str | None = None, *, markup: bool = False) -> tuple[str, str]:
    """The text, and a sentence that says which encoding was taken and why.

    ``given`` is what the user says, ``markup`` looks for a declaration in the first 4 KiB. Raises ``Unreadable``.
    """
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return _strictly(raw[len(mark) :], name), _("编码：{name}（按字节序标记）").format(name=name)
    if given is not None:
        return _strictly(raw, _known(given)), _("编码：{name}（按 --encoding）").format(name=given)
    declared = _declaration(raw) if markup else None
    if declared is not None:
        try:
            return raw.decode(declared), _("编码：{name}（按网页声明）").format(name=declared)
        except UnicodeDecodeError:
            pass  # many pages declare what they are not; what they are is found out below
    try:
        return raw.decode("utf-8"), _("编码：utf-8（按内容判定）")
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes

    best = from_bytes(raw, cp_isolation=list(_CHINESE)).best()
    if best is None:
        raise Unreadable(_("认不出文字编码；请用 --encoding 写明，如 --encoding gb18030，或另存为 UTF-8"))
    return _strictly(raw, best.encoding), _("编码：{name}（按内容判定，请核对正文有无乱码）").format(name=best.encoding)


def _declaration(raw: bytes) -> str | None:
    match = _DECLARED.search(raw[:4096])
    if match is None:
        return None
    try:
        return _known((match[1] or match[2]).decode("ascii"))
    except Unreadable:
        return None


def _known(name: str) -> str:
    """The codec of a name; of the Chinese ones the widest. Raises ``Unreadable`` where there is none for text."""
    try:
        found = codecs.lookup(name)
    except LookupError:
        found = None
    if found is None or not getattr(found, "_is_text_encoding", True):
        raise Unreadable(_("没有名为 {name} 的文字编码；可写 utf-8、gb18030、big5").format(name=name))
    return _WIDER.get(found.name, found.name)


def _strictly(raw: bytes, name: str) -> str:
    try:
        return raw.decode(name)
    except (UnicodeDecodeError, UnicodeError) as error:
        at = getattr(error, "start", 0)
        raise Unreadable(
            _("文件不是 {name} 编码：第 {at} 个字节起读不出；请用 --encoding 写明真正的编码").format(
                name=name, at=at + 1
            )
        ) from None
