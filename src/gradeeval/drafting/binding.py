"""Whom a phrase binds: the subject at its head, whom it says for each, the subject of the phrases before it, the own region."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gradeeval.drafting.heads import INSTITUTION, NETWORK, OWN, PLACE, REGION, head, is_told_to, speaks_of_units

if TYPE_CHECKING:
    from gradeeval.drafting.heads import Head
    from gradeeval.drafting.phrases import Phrase
    from gradeeval.drafting.sentence import Sentence
    from gradeeval.sources.quantities import Quantity

TIERS = ("nation", "province", "prefecture", "county")


@dataclass(frozen=True, slots=True)
class Bound:
    """A kind of subject; ``tier`` of regions, ``type`` of networks.

    ``words`` are those that say so, empty: none do; ``carried`` where they stand in an earlier phrase.
    """

    kind: str
    tier: str | None = None
    type: str | None = None
    words: str = ""
    carried: bool = False


_LETTERS = {"省": ("province",), "市": ("prefecture",), "县": ("county",)}
_EACH = "(?:每个|每|各|其他|所有|全部)"
_COUNTY = r"(?:县市区|县\(市、?区?\)|县\(区\)|县、市、区|县区|区县|县市|县域|县级|县)"
_CITY = "(?:省辖市|设区的?市|地级市|市州|地市|州市|市级|市)"
_UNITS = (  # a phrase that opens so binds each of these
    (re.compile("各级(?:党委)?(?:、|和)?(?:人民)?政府"), TIERS[1:]),
    (re.compile(f"{_EACH}{_CITY}(?:、|和|及){_COUNTY}|市、县级?均|市、县(?:级)?(?:都|各)"), ("prefecture", "county")),
    (re.compile(f"{_EACH}?(?:{_COUNTY})(?:(?:、|和)[^,。;]{{0,8}})?(?:均|至少|都)|{_EACH}{_COUNTY}"), ("county",)),
    (re.compile(f"{_EACH}{_CITY}|{_CITY}(?:均|至少|都)|(?:市州|省辖市)(?:级)?至少"), ("prefecture",)),
)
_INSTITUTION = re.compile(
    r"每(?:所|家|个)[^,;。、建设办有至]{0,16}(?:医院|卫生院|卫生室|服务中心|服务站|机构)|"
    r"(?:[一二三]级|公立|[三二]甲|综合|专科|中医|牵头|各类|县级|市级|省级|基层)[^,。;、]{0,14}(?:医院|医疗机构|卫生机构)(?:均|全部|都|每年|应|要|须|将)"
    r"|(?:医疗卫生机构|医疗机构|医院|疾控机构)[^,。;、]{0,12}(?:不低于所在|占单位)|本单位"
)
_CONSORTIUM = re.compile("每个医共体|各医共体|医共体内|向医共体")


def bound_by(
    sentence: Sentence,
    phrase: Phrase,
    tier: str,
    *,
    item: tuple[int, int] | None = None,
    quantity: Quantity | None = None,
    share: bool = False,
) -> tuple[Bound, ...]:
    """Who is bound by a phrase of a document for a region of ``tier``; several where it names two tiers.

    ``item`` is where an item of an enumeration stands, ``quantity`` its number: what counts things binds the whole. So
    does a ``share`` (50%的县), whatever its denominator is.
    """
    text = sentence.text
    start, end = item or (phrase.start, phrase.end)
    found, before = sentence.head(phrase), sentence.head_before(phrase)
    if item is not None:
        found = head(text, start, end, sentence.quantities) or found
    if found is not None and found.kind == INSTITUTION and not share:
        if quantity is not None and _is_of_the_whole(found, before, text, quantity):
            return _around(found, before, tier)
        return (Bound("institution", words=found.words),)
    said = _said(text[start:end], tier, share=share)
    if said:
        return said
    if share or (found is not None and found.kind == PLACE):
        return _around(None, before, tier)
    if found is not None:
        return _bounds(found, tier)
    return _bounds(before, tier, carried=True) if before is not None else (Bound("region", tier=tier),)


def _is_of_the_whole(found: Head, before: Head | None, text: str, quantity: Quantity) -> bool:
    """Whether a number beside institutions tells of their region: how many there are, or a share within 全市."""
    if speaks_of_units(found, text, quantity):
        return True
    within = found.own or (before is not None and before.kind == OWN)
    return within and quantity.unit in ("percent", "percentage_point") and not is_told_to(found, text)


def _around(found: Head | None, before: Head | None, tier: str) -> tuple[Bound, ...]:
    """The regions whose parts are counted: those around the head, those of the subject before it, else the own one."""
    if found is not None and found.tiers:
        return _bounds(replace(found, kind=REGION), tier)
    if before is not None and before.kind == REGION:
        return _bounds(before, tier, carried=True)
    return (Bound("region", tier=tier),)


def _bounds(found: Head, tier: str, *, carried: bool = False) -> tuple[Bound, ...]:
    if found.kind == INSTITUTION:
        return (Bound(INSTITUTION, words=found.words, carried=carried),)
    if found.kind == NETWORK:
        return tuple(Bound(NETWORK, type=type, words=found.words, carried=carried) for type in found.types)
    tiers = _LETTERS.get(found.words[:2].strip("我全")[:1], ()) if found.kind == OWN else found.tiers
    lower = [name for name in tiers if TIERS.index(name) >= TIERS.index(tier)] or [tier]
    return tuple(Bound("region", tier=name, words=found.words, carried=carried) for name in lower)


def _said(phrase: str, tier: str, *, share: bool) -> tuple[Bound, ...]:
    """Whom the words of a phrase name for each, wherever they stand; empty where they name none."""
    if not share:
        for pattern, tiers in _UNITS:
            match = pattern.search(phrase)
            lower = [found for found in tiers if TIERS.index(found) >= TIERS.index(tier)]
            if match is not None and lower:
                return tuple(Bound("region", tier=found, words=match[0]) for found in lower)
    match = _INSTITUTION.search(phrase)
    if match is not None:
        return (Bound("institution", words=match[0]),)
    match = None if share else _CONSORTIUM.search(phrase)
    return () if match is None else (Bound("network", type="county_consortium", words=match[0]),)
