"""A working title for a candidate: the noun phrase that is left when verbs, numbers and comparators are taken away."""

from __future__ import annotations

import re

_MOST = 40
_LEADING = re.compile(
    r"^(?:(?:到|至|截至)?“?(?:[0-9]{4}|十[一二三四五六]五)”?年?(?:年?[底末]|期间|末)?前?|力争|争取|确保|全面|加快|推动|推进|持续|进一步|"
    r"重点|积极|大力|努力|逐步|逐年|实现|建设|建成|建好|建立|打造|培养|培育|培训|新增|新建|评选|选拔|引进|完成|开展|其中|鼓励|支持|"
    r"探索|原则上|至少|基本|高质量|高标准|统筹|再|和|以及|及|到|全省|全市|使|,)+"
)
_FIGURES = re.compile(
    r"(?:(?:不低于|不少于|不超过|不高于|至少|达到了?|达|保持在?|超过)?[0-9]++(?:\.[0-9]++)?+(?:[—–~-]+[0-9.]++)?+[万亿千百]*+(?![月日岁年])(?:个百分点|%|‰|个月|个|家|所|项|名|人次|人|张|辆|台|次|种|倍|元|支|处)?"
    r"(?:左右|(?:及)?以[上下内])?)"
)
_TRAILING = re.compile("(?:达到?|设置|不低于|至少|的|为|至|到|均|分别|建设|在)+$")


def title_of(own: str) -> str:
    """At most 40 characters of normalised text; the text itself where nothing would be left."""
    words = _FIGURES.sub("", _LEADING.sub("", own))
    words = _TRAILING.sub("", _LEADING.sub("", words.strip("、,;:。的")))
    words = words.strip("、,;:。“”的")
    return (words or own)[:_MOST]
