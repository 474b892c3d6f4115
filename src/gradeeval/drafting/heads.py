"""Finds the subject at the head of a phrase: 各县级综合医院要…, 乡镇卫生院全部…, 市、县财政每年….

A head is a noun with what narrows it, at the beginning of a phrase and followed by what it does or has. 推动, 支持 and
their like make the noun behind them the head of their own phrase; the others rule what follows, up to the next head.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gradeeval.sources.quantities import Quantity

INSTITUTION, REGION, NETWORK, OWN, PLACE = "institution", "region", "network", "own", "place"

_EVERY = "(?:各|每[个所家]?|所有|全部|其他|其余)"
_NOUN = (
    "(?:社区卫生服务(?:中心|机构)|卫生院|妇幼保健(?:计划生育服务)?(?:院|机构|中心)|保健院|中?医院|"
    "(?:专业)?(?:医疗卫生|公共卫生|医疗|卫生|医养结合|养老|助产|急救|疾控|采供血|预防接种|康复|护理|托育)机构|医疗卫生单位|医疗单位|"
    "疾病预防控制(?:中心|机构)|疾控中心|急救中心|(?:中心)?血站|护理院|接种单位|(?:牵头|成员|帮扶|受援)单位)"
)
_NARROWS = (  # possessive: a long row of such words that ends in no noun is given up at once
    "(?:区域|县域|[省市县区乡](?:[、和]?[市县区乡镇村])*+(?:两级|级|属|直|办)?|各级|各类|所有|全部|其他|其余|各|每[所家个]|全[省市县区]|辖区内?|"
    "[一二三](?:[、和][一二三])*+级(?:[甲乙]等)?|[二三][甲乙]|及?以[上下]|公立|民营|社会办|政府办|乡镇|社区|基层|中心|国家|紧密型|医共体|医联体|医疗集团|"
    "城市|城区|农村|成员|牵头|第[一二三四五六七八九十]|综合性?|专科|中西医结合|中医药?|民族医?|人民|儿童|妇产|妇女儿童|肿瘤|传染病|精神卫生|精神|康复|老年|口腔|"
    "眼科|护理|附属|教学|定点|接诊|助产|产科)"
)
_BRACKET = r"(?:\([^()]{1,12}\))?"
_ONE = f"(?:(?!{_NOUN}){_NARROWS})*+{_NOUN}{_BRACKET}"
_INSTITUTIONS = re.compile(f"{_ONE}(?:(?:、|和|及|以及|与){_ONE})*+(?:急诊科|(?:主要)?负责人|工作人员|医务人员)?")
_WHICH = re.compile(f"(?P<which>[^,;:。的]{{2,20}})的(?={_ONE})")
_COUNTIES = r"(?:县\(市、?区?\)|县\(区\)|县、?市、?区|县市区?|县区|区县|市区|县)"
_CITIES = r"(?:省辖市|设区的?市|地级市|市州|市\(州\)|州市|地市)"
_OFFICE = "(?:级|人民政府|党委|政府|、|和|财政|卫生健康|卫健|医保|医疗保障|疾控(?!中心|机构)|人社|(?:行政)?部门|委员会|委|局|有关|相关)*"
_REGIONS = (  # the words, the tiers that they bind
    (re.compile(f"{_EVERY}(?:{_CITIES}|市)[、和及]{_COUNTIES}{_OFFICE}|市[、和]?县(?=两级|级|财政|政府|人民政府|均|都|要|应){_OFFICE}(?:两级)?{_OFFICE}"), ("prefecture", "county")),
    (re.compile(rf"{_EVERY}{_COUNTIES}{_OFFICE}|县\((?:市、?区?|区)\)(?!域){_OFFICE}|{_COUNTIES}(?=级?(?:人民政府|党委|政府|财政|卫生健康|卫健|医保|医疗保障|均|都|要|应|须|可|至少|每年))(?:级)?{_OFFICE}"), ("county",)),
    (re.compile(f"{_EVERY}(?:{_CITIES}|市(?![级直属]))(?:级)?{_OFFICE}|{_CITIES}(?:级)?{_OFFICE}"), ("prefecture",)),
)  # fmt: skip
_CONSORTIUM = f"{_EVERY}?(?:紧密型)?(?:县域)?(?:紧密型)?(?:医共体|医疗卫生共同体)"
_GROUP = f"{_EVERY}?(?:紧密型)?(?:城市)?医疗集团"
_NETWORKS = re.compile(f"(?:{_CONSORTIUM}|{_GROUP})(?:[和、及](?:{_CONSORTIUM}|{_GROUP}))?")
_TYPES = (("county_consortium", "共同?体"), ("urban_group", "集团"))
_OWN = re.compile(
    "全[省市县区州国]|我[省市县区]|[省市](?:级|本级|财政|委|政府|人民政府|卫生健康|卫健|医保|医疗保障|有关|直)|医保基金|医保经办"
)
_PLACE = re.compile(f"{_EVERY}?(?:村卫生室|社区卫生服务站|行政村|建制村|乡镇(?!卫生院)|街道|乡村医生|家庭医生)")
_SOME = re.compile(
    "(?:推动|支持|鼓励|确保|实现|其中|力争|至少|不少于|有|约|全[省市县])*(?:[0-9一二两三四五六七八九十百]+(?:%|[个家所批])|半数|部分|多数)(?:左右|以上)?的?"
    f"(?=[^,;。]{{0,14}}{_NOUN}|达|[^,;。]{{0,4}}(?:建成|通过))"
)
_CAUSE = re.compile(
    "(?:稳步|积极|加快|大力|全面|有序|重点|持续)?(?:推动|推进|支持|鼓励|引导|指导|督促|促进|组织|要求|允许|确保)(?:有条件的|符合条件的|具备条件的)?"
)
_TOWARDS = re.compile("(?:在|对|为)(?=[^,;。]{2,30}(?:推行|实行|实施|全部|均|一律|统一))")
_BEFORE = re.compile(
    "(?:力争|争取|确保|原则上|其中|同时|并且?|此外|由|进一步|到|至(?!少)|截至|截止|[于在](?=[0-9“每])|[底末初前内起止]|年[底末]?前?|期间|时期|[“”])+"
)
_DOES = re.compile(
    "要(?![素求])|应(?![急用对])|须|需(?!求)|可(?![用持及])|将|均(?![衡等质])|都|全部|一律|统一|普遍|至少|不得|不再|不低于|不少于|不超过|不高于|严禁|原则上|力争|争取|确保|"
    "每[年月季周半]|逐步|逐年|全面|按|依法|依托|依据|[并和](?!.{0,6}[管改])|与|向|对|为|于|在(?![编岗])|由|通过|牵头|负责|承担|落实|建立|建成|建好|建设(?!标准|项目|工程)|设立|"
    "设置|配备|配齐|配置|达到|开展|完成|实现|实行|实施|推行|推广|提供|制[定订]|成为|参与|参加|加入|纳入|接入|选派|派|组织|组建|加强|完善|健全|做好|能(?!力)|"
    "基本(?!建设|公共|医|药)|执行|使用|公开|公示|探索|创建|转型|延伸|成立|安排|接受|报送|严格|定期|根据|结合|围绕|指导|协助|优先|持续|进一步|积极|主动|有效|发现|逐一|收治|开设|"
    "[0-9]{4}年|“?十[四五六]五"
)
_NOT_ITSELF = re.compile(
    "间|之间|内部?|外|改革|管理|考核|评审|评价|等级|能力|体系|网络|布局|规划|标准|章程|文化|医共体|建设(?:标准|项目|工程)|数(?![字据])|总数|床位规模|新增|资源|人才|用药"
)
_HAS = re.compile("[0-9]|逐年|逐步")
_COMMONLY = re.compile("普遍[^0-9]*$")
_OF_UNITS = re.compile(
    "的?(?:数量)?(?:比例|占比|比重|覆盖面)|[^,;]{0,24}(?:(?:设置|建成|达标|创建|覆盖|签约|接入|通过|联通)(?:率|面)|"
    "(?:(?:设置|设有|设立|开设|建有|建立|建成|配备|成立|具备)[^,;]{1,20}|设置|建成|建设|达标|达到[^,;]{0,24}|创建|覆盖|签约|开展|接入|配备|通过|完成|设立|建立|纳入[^,;]{0,16}|联通|参与|认定)(?:标准)?的?(?:比例|占比|比重))"
)
_MUST = re.compile("要(?![素求])|应(?![急用对])|须|均(?![衡等质])|全部|一律|都|原则上|不得")
_COUNTS = re.compile(
    "(?:的)?(?:总数|数量|总量)?(?:力争|争取)?(?:应|要)?(?:达到?|增至|增加到|增加|扩大到|发展到|保持在?|稳定在|不少于|不低于|至少|超过){0,3}了?"
)


@dataclass(frozen=True, slots=True)
class Head:
    """The subject at the head of a phrase: characters ``start`` to ``end`` of the sentence, as printed in ``words``.

    ``kind`` is that of a subject, ``own`` (the document's own region: 全市, 市财政) or ``place`` (what is counted in the
    region around it: villages and townships, 85%的医院, 达标的比例). ``tiers`` are those of regions, ``types`` those of networks; an
    institution of 各县… has the ``tiers`` around it. ``carries``: it rules the phrases behind it.
    ``own`` is an institution of 全市. ``acts`` is false where it only has something: 基层医疗卫生机构诊疗量占比.
    """

    kind: str
    start: int
    end: int
    words: str
    tiers: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    carries: bool = True
    own: bool = False
    acts: bool = True


def head(text: str, start: int, end: int, quantities: Iterable[Quantity]) -> Head | None:
    """The head of the phrase from ``start`` to ``end`` of a normalised sentence with these words of quantity."""
    at = _first_word(text, start, end, quantities)
    some = _SOME.match(text, at, end)
    if some is not None:
        return Head(PLACE, at, some.end(), some[0], carries=False)
    cause = _CAUSE.match(text, at, end)
    towards = None if cause is not None else _TOWARDS.match(text, at, end)
    led = cause or towards
    if led is not None:
        at = led.end()
    return _named(text, at, end, carries=led is None, acts=cause is not None)


def speaks_of_units(found: Head, text: str, quantity: Quantity) -> bool:
    """Whether a number counts the very things that the head names, or tells what share of them: 三级医院达到300家."""
    between = text[found.end : quantity.start]
    if quantity.unit in ("percent", "fraction", "permille"):
        share = _OF_UNITS.match(between)
        return share is not None and not is_told_to(found, text)
    return quantity.words[-1] in "家所个" and _COUNTS.fullmatch(between) is not None


def is_told_to(found: Head, text: str) -> bool:
    """Whether what the head names has to act itself: 要, 应, 均."""
    return _MUST.match(text, found.end) is not None


def _first_word(text: str, start: int, end: int, quantities: Iterable[Quantity]) -> int:
    """Where a phrase begins behind its dates: 到2025年底前, 每年12月底前."""
    starts = {item.start: item.end for item in quantities if item.kind in ("year", "span", "day", "frequency")}
    at = start
    while at < end:
        before = _BEFORE.match(text, at, end)
        step = starts.get(at) or (before.end() if before is not None else at)
        if step == at:
            break
        at = step
    return at


def _named(text: str, at: int, end: int, *, carries: bool, acts: bool) -> Head | None:
    """The noun at a place; the last of several that narrow each other: 各县(市)的县级医院."""
    own = _OWN.match(text, at, end)
    region = _region(text, at, end)
    inner = at
    if region is not None:
        inner = region.end + (text.startswith("的", region.end))
    which = None if region is not None else _WHICH.match(text, at, end)
    if which is not None and not re.search(
        r"^(?:建[成设立好]|打造|新增|培[养育])|[0-9%](?:以上|左右)?$", which["which"]
    ):
        inner = which.end()
    for place in dict.fromkeys((at, inner)):
        units = _INSTITUTIONS.match(text, place, end)
        if units is not None and _is_subject(text, units.end(), end, acts=acts):
            tiers = region.tiers if region is not None else ()
            if re.fullmatch(_OF_UNITS, text[units.end() : end]):  # 达到标准的比例, and its numbers come behind
                return Head(PLACE, at, end, text[at:end], carries=carries)
            does = _DOES.match(text, units.end(), end) is not None
            words, carries = text[at : units.end()], carries and (does or own is None)
            return Head(INSTITUTION, at, units.end(), words, tiers, carries=carries, own=own is not None, acts=does)
    if region is not None:
        return Head(REGION, at, region.end, region.words, region.tiers, carries=carries)
    network = _NETWORKS.match(text, at, end)
    if network is not None and _DOES.match(text, network.end(), end):
        types = [type for type, word in _TYPES if re.search(word, network[0])]
        return Head(NETWORK, at, network.end(), network[0], types=tuple(types), carries=carries)
    if own is not None:
        return Head(OWN, at, own.end(), own[0], carries=carries)
    place_found = _PLACE.match(text, at, end)
    return None if place_found is None else Head(PLACE, at, place_found.end(), place_found[0], carries=carries)


def _region(text: str, at: int, end: int) -> Head | None:
    for pattern, tiers in _REGIONS:
        found = pattern.match(text, at, end)
        if found is not None:
            return Head(REGION, at, found.end(), found[0], tiers)
    return None


def _is_subject(text: str, at: int, end: int, *, acts: bool) -> bool:
    """Whether what follows a noun is what it does or, where it need not act, what it has; 普遍 is not each of them."""
    if at >= end or _NOT_ITSELF.match(text, at, end) or _COMMONLY.match(text, at, end):
        return False
    return _DOES.match(text, at, end) is not None or (not acts and _HAS.search(text, at, end) is not None)
