"""The text of a document as it was read, and the bounds of what is read."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from gradeeval.messages import _

MAX_CHARACTERS = 500_000
MAX_LINES = 15_000
MAX_PAGES = 500
MAX_SECONDS = 60
MAX_MEMORY = 1 << 30
"""Bytes that a reader of web pages, Word or PDF may take, where the system can hold it to that."""

_NEW_LINES = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_UNSEEN = {"Cc", "Cf", "Cs", "Cn", "Co"}


class Unreadable(Exception):
    """A document that cannot be read; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class DocumentText:
    """Lines of text, and what a person should know of how they were got (the encoding taken, what was left out)."""

    text: str
    notes: tuple[str, ...] = ()


def cleaned(text: str, notes: tuple[str, ...] = ()) -> DocumentText:
    """The text with plain line ends and without control, direction and other unseen characters.

    Raises ``Unreadable`` where it is empty, or beyond ``MAX_CHARACTERS`` or ``MAX_LINES``.
    """
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(
            _("正文有 {count} 个字符，超过 {limit} 的上限；请只留正文").format(count=len(text), limit=MAX_CHARACTERS)
        )
    lined = _NEW_LINES.sub("\n", text)
    unseen = {
        character for character in set(lined) if character not in "\n\t" and unicodedata.category(character) in _UNSEEN
    }
    left = lined.translate(dict.fromkeys(map(ord, unseen)))
    dropped = len(lined) - len(left)
    if not left.strip():
        raise Unreadable(_("文件里没有文字；请给出有正文的文件"))
    if left.count("\n") > MAX_LINES:
        raise Unreadable(_("正文超过 {limit} 行；请只留正文").format(limit=MAX_LINES))
    if dropped:
        notes = (*notes, _("略去 {count} 个不可见的控制字符").format(count=dropped))
    return DocumentText(left.strip("\n") + "\n", notes)
