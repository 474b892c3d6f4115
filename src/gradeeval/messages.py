"""Messages go through gettext; the Chinese sentence is the key, so Chinese needs no catalogue and costs nothing.

``use`` chooses the language of a process. Catalogues stand in ``locale/<language>/LC_MESSAGES``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import SupportsAbs

LANGUAGES = ("zh", "en")
CATALOGUES = Path(__file__).parent / "locale"

_translate: Callable[[str], str] | None = None
_translate_counted: Callable[[str, str, int], str] | None = None
_language = "zh"


def use(language: str) -> None:
    """Speak ``language`` from now on; ``zh`` is what the sentences are written in."""
    global _translate, _translate_counted, _language
    _language = language
    if language == "zh":
        _translate = _translate_counted = None
        return
    import gettext

    catalogue = gettext.translation("gradeeval", CATALOGUES, languages=[language], fallback=True)
    _translate, _translate_counted = catalogue.gettext, catalogue.ngettext


def language() -> str:
    """The language in use."""
    return _language


def _(sentence: str) -> str:
    """``sentence`` in the language in use; itself where the catalogue lacks it."""
    return sentence if _translate is None else _translate(sentence)


def listed(items: Iterable[str]) -> str:
    """Items one after the other, as the language in use writes it."""
    return _("、").join(items)


def nearest(word: str, known: Iterable[str]) -> str:
    """What to add to a sentence about an unknown word: the known one that is near; empty where none is."""
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), 1)
    return _("；是否指 {near}？").format(near=near[0]) if near else ""


def counted(sentence: str, count: SupportsAbs[object]) -> str:
    """``sentence`` in the form that the language in use has beside that number: one unit, two units."""
    if _translate_counted is None:
        return sentence
    return _translate_counted(sentence, sentence, 1 if abs(count) == 1 else 2)


def day(iso: str) -> str:
    """A date as people of the language in use write it: 2025年12月31日, 31 December 2025."""
    year, month, number = (int(part) for part in iso.split("-"))
    return _("{year}年{month}{day}日").format(year=year, month=_(_MONTHS[month - 1]), day=number)


def mark(sentence: str) -> str:
    """Marks a sentence for the catalogue that is translated later, where it is shown."""
    return sentence


def chosen(chinese: str, english: str | None) -> str:
    """Of a title given in two languages, the one in use; the Chinese one where there is no other."""
    return english if _language == "en" and english else chinese


_MONTHS = (
    *(mark("1月"), mark("2月"), mark("3月"), mark("4月"), mark("5月"), mark("6月")),
    *(mark("7月"), mark("8月"), mark("9月"), mark("10月"), mark("11月"), mark("12月")),
)
