"""Whom a phrase binds, as far as its words say: 每个县（市、区）, 市州, 三级医院, 县域医共体; else the document's own region."""

from __future__ import annotations

import re
from dataclasses import dataclass

TIERS = ("nation", "province", "prefecture", "county")


@dataclass(frozen=True, slots=True)
class Bound:
    """A kind of subject; ``tier`` of regions, ``type`` of networks. ``words`` are those that say so, empty: none do."""

    kind: str
    tier: str | None = None
    type: str | None = None
    words: str = ""


_EACH = "(?:每个|每|各|其他|所有|全部)"
_COUNTY = r"(?:县市区|县\(市、?区?\)|县市|县域|县级|县)"
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


def bound_by(phrase: str, tier: str, *, share: bool = False) -> tuple[Bound, ...]:
    """Who is bound by a normalised phrase of a document for a region of ``tier``; several where it names two tiers.

    A ``share`` (50%的县) binds the whole, whatever its denominator is.
    """
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
    if match is not None:
        return (Bound("network", type="county_consortium", words=match[0]),)
    return (Bound("region", tier=tier),)
