"""Messages go through gettext; the Chinese sentence is the key, so Chinese needs no catalogue and costs nothing.

``use`` chooses the language of a process. Catalogues stand in ``locale/<language>/LC_MESSAGES``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

LANGUAGES = ("zh", "en")
CATALOGUES = Path(__file__).parent / "locale"

_translate: Callable[[str], str] | None = None
_language = "zh"


def use(language: str) -> None:
    """Speak ``language`` from now on; ``zh`` is what the sentences are written in."""
    global _translate, _language
    _language = language
    if language == "zh":
        _translate = None
        return
    import gettext

    _translate = gettext.translation("gradeeval", CATALOGUES, languages=[language], fallback=True).gettext


def language() -> str:
    """The language in use."""
    return _language


def _(sentence: str) -> str:
    """``sentence`` in the language in use; itself where the catalogue lacks it."""
    return sentence if _translate is None else _translate(sentence)


def listed(items: Iterable[str]) -> str:
    """Items one after the other, as the language in use writes it."""
    return _("、").join(items)


def mark(sentence: str) -> str:
    """Marks a sentence for the catalogue that is translated later, where it is shown."""
    return sentence


def chosen(chinese: str, english: str | None) -> str:
    """Of a title given in two languages, the one in use; the Chinese one where there is no other."""
    return english if _language == "en" and english else chinese
