"""Words beside a figure that say which side of it is meant: 不低于, 以上, 不超过, 以内, 超过, 左右 and their like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradeeval.sources.quantities import Quantity

AT_LEAST, AT_MOST, ABOVE, BELOW, EQUALS = "at_least", "at_most", "above", "below", "equals"

_NOT = "不[得应能可宜]?"
_UNLESS_NOT = "(?<!不)(?<!不[得应能可宜])"
_BEFORE = (  # anywhere before the figure in its phrase, the nearest decides
    (AT_LEAST, f"{_NOT}(?:低于|少于|小于|短于|下于)|至少|起码|最少|≥"),
    (AT_MOST, f"{_NOT}(?:超过|高于|多于|大于|长于|突破)|至多|最多|≤"),
    (ABOVE, f"{_UNLESS_NOT}(?:超过|高于|多于|大于|长于|突破)|>"),
    (BELOW, f"{_UNLESS_NOT}(?:低于|少于|小于|短于)|不足|不到|未满|<"),
)
_CLOSE = (  # only where the figure follows at once; a suffix overrules them
    (AT_LEAST, "达到了?|达|增至|(?:增加|提高|提升|上升|增长|扩大)(?:到|至)|保持在?|稳定在"),
    (AT_MOST, "(?:降低?|下降|减少?|压减|压缩|缩短|缩减|控制)(?:到|至|在)"),
)
_AFTER = (
    (AT_LEAST, "及?以上|之上"),
    (AT_MOST, "及?以下|及?以内|之内|内(?![^,。;]{0,2}(?:部|容))"),
)
_ABOUT_AFTER = "左右|上下"
_ABOUT_BEFORE = "(?<![节合签预公条制特])约|大约|大致"
_BREAK = re.compile("[,。;:、“”()]")

_NEAREST = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _BEFORE))
_CLOSE_BY = re.compile("(?:" + "|".join(f"(?P<{name}>{words})" for name, words in _CLOSE) + ")$")
_ANY_CLOSE = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _CLOSE))
_SUFFIX = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _AFTER))


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the words beside a figure say: the comparators that fit them, whether 左右 is among them, the words.

    No words at all fit a stock or a flow to be reached and a figure to be kept: ``at_least`` and ``equals``.
    """

    fits: frozenset[str]
    about: bool
    words: str


def comparison(text: str, quantity: Quantity) -> Comparison:
    """The comparison that the normalised ``text`` makes with one of its figures."""
    before, after = _phrase_before(text, quantity), text[quantity.end :]
    about = re.match(_ABOUT_AFTER, after) or re.search(f"(?:{_ABOUT_BEFORE})$", before)
    nearest = next(reversed(list(_NEAREST.finditer(before))), None)
    if about is not None:
        side = nearest.lastgroup if nearest is not None else AT_MOST if "控制在" in before else AT_LEAST
        return Comparison(frozenset((side or "", EQUALS)), about=True, words=about[0])
    suffix = _SUFFIX.match(after)
    if suffix is not None:
        return Comparison(frozenset((suffix.lastgroup or "",)), about=False, words=suffix[0])
    if nearest is not None:
        return Comparison(frozenset((nearest.lastgroup or "",)), about=False, words=nearest[0])
    close = _CLOSE_BY.search(before)
    if close is not None:
        return Comparison(frozenset((close.lastgroup or "", EQUALS)), about=False, words=close[0])
    return Comparison(frozenset((AT_LEAST, EQUALS)), about=False, words="")


def sides(text: str) -> frozenset[str]:
    """The comparators that any words of a text speak for, where it compares without a figure: 不低于平均水平."""
    found = [match.lastgroup or "" for match in (*_NEAREST.finditer(text), *_ANY_CLOSE.finditer(text))]
    return frozenset(found)


def _phrase_before(text: str, quantity: Quantity) -> str:
    """The words before a figure, back to the last punctuation mark or the figure before it."""
    before = text[: quantity.start]
    breaks = [match.end() for match in _BREAK.finditer(before)]
    digits = [match.end() for match in re.finditer("[0-9%]", before)]
    return before[max([0, *breaks, *digits]) :]
