"""Words that weaken a demand: 力争, 原则上, 鼓励, 支持, 探索, 试点, 可; none of them: the demand is mandatory.

Some of them decide wherever they stand. Others do so only where they rule the sentence: 支持 at the head of a phrase, 试点
with a verb of doing, 可 before a verb. Elsewhere (决策支持系统, 试点医院, 可持续) they allow a weaker force and ask for none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MANDATORY = "mandatory"

_HEAD = r"(?:^|(?<=[,。;:、”》)]))(?:(?:积极|大力|重点|进一步|优先)*)"
_VERBS = (
    "以|将|从|向|按|由|用于|视|对|据|在|不再|通过|根据|依托|采取|采用|参照|适当|适度|控制|结合|优先|自主|实行|给予|单独|直接|"
    "纳入|作为|享受|设立|申请"
)
_NO_VERB = "持续|复制|推广|及性|能|行|靠|视化|转换|穿戴|追溯|比性|支付月|操作|控性|负担|支配|疑|观"

_WORDS: tuple[tuple[str, str, bool], ...] = (  # pattern, force, whether it decides
    ("力争", "strive", True),
    ("争取|力求|努力|争创", "strive", False),
    ("原则上", "in_principle", True),
    ("鼓励", "encourage", True),
    (f"{_HEAD}支持", "encourage", True),
    ("支持|倡导|提倡|引导", "encourage", False),
    ("探索", "explore", True),
    ("(?:开展|进行|组织|启动|先行)[^,。;:]{0,14}?试点|试点(?:开展|推进|推行|实施|实行)", "explore", True),
    ("试点|试行|先行先试", "explore", False),
    (f"(?<![许认不即均方才])可(?={_VERBS})(?!{_NO_VERB})", "permit", True),
    (f"(?<![许认不])可(?!{_NO_VERB})|允许", "permit", False),
)
_ANY = re.compile("|".join(f"(?P<w{number}>{pattern})" for number, (pattern, _f, _d) in enumerate(_WORDS)))


@dataclass(frozen=True, slots=True)
class StrengthWord:
    """A word at characters ``start`` to ``end`` that speaks for ``force``; ``decides`` where it leaves no choice."""

    start: int
    end: int
    words: str
    force: str
    decides: bool


def strength_words(text: str) -> list[StrengthWord]:
    """The words of a normalised text that weaken a demand, in order."""
    found = []
    for match in _ANY.finditer(text):
        _pattern, force, decides = _WORDS[int((match.lastgroup or "w0")[1:])]
        found.append(StrengthWord(match.start(), match.end(), match[0], force, decides))
    return found
