"""Finds the words of quantity in a sentence: what a reader of a document would have to account for.

A number in digits is always a quantity. A Chinese numeral is one where a measure word or a unit follows it; 两, 半 and the
words for *each* and *all* are quantities by themselves. What looks like one and is none stands in ``FIXED``, each with
its reason. That list is short on purpose: a quantity that is missed is worse than one that is reported for nothing, for
which the ledger has ``accounts``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CN = "零〇一二两三四五六七八九十百千万亿"
_NUMERAL = f"[一二两三四五六七八九十][{_CN}]*"
_DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?"
_BIG = "[十百千]?[万亿]|[百千](?!米|克|瓦)"
_TO = "(?:[—–―−~〜-]+|至)"

UNITS = {  # what follows a number: the unit, and what one of it is worth there
    "个百分点": ("percentage_point", 1), "百分点": ("percentage_point", 1), "%": ("percent", 1), "‰": ("permille", 1),
    "成": ("percent", 10), "倍": ("ratio", 1), "个月": ("month", 1), "元": ("yuan", 1), "周年": ("year", 1),
    "年": ("year", 1),
}  # fmt: skip
MEASURES = ["平方米", "人次", "人份", "例次", "台次", "床日", "学时", "课时", "小时", "分钟", "公里", "千米", "季度", "个", "家", "所", "项", "名", "人", "张", "辆", "台", "次", "种", "类", "月", "日", "天", "周", "季", "支", "位", "条", "间", "处", "座", "户", "床", "例", "件", "份", "岁", "轮", "届", "套", "组", "对", "片", "站", "门", "款", "批", "队", "块", "期", "场", "节", "本", "篇", "部", "番", "市", "县", "省", "州", "乡", "镇", "村", "区", "大", "级"]  # fmt: skip
_UNIT = "|".join(
    word + ("(?![为立员效果功分本绩就长熟品])" if word == "成" else "")  # 建成, 一成立: no tenths
    for word in sorted([*UNITS, *MEASURES], key=len, reverse=True)
)

_LEVEL = "[一二三四五六](?:[、和及至—~-]?[一二三四五六])*级"
_COUNTED = re.compile("(?:电子病历|智慧服务|智慧管理|智慧医院|互联互通|成熟度)[^。;]{0,20}$")
_LEVEL_ITSELF = re.compile("(?:及?以[上下])?(?:水平|标准|[,。;、)]|$)")

FIXED: tuple[tuple[str, str], ...] = (
    (r"《[^》]*》", "文件或标准的名称，其中的数字是名称的一部分"),
    (r"[〔\[(][0-9]{4}[〕\])]第?[0-9]+号", "文号"),
    (r"^(?:[0-9]{1,3}[.、](?![0-9])|\([0-9]{1,3}\))", "条款序号"),
    (r"[0-9]{4}年?版", "版本"),
    (rf"第(?:[{_CN}]+|[0-9]+)(?!名|位)", "序数：第一人民医院、第五批"),
    (r"[A-Za-z]+[+-]?[0-9]+(?:\.[0-9]+)?[A-Za-z]*|[0-9]+(?:\.[0-9]+)?[A-Za-z]+", "字母与数字合成的名称：5G、PM2.5"),
    (r"[0-9]+(?=计划|工程|行动)", "计划的名称：“521计划”"),
    (r"“(?:110|119|120|122|12320|12345|12356)”", "电话号码"),
    (_LEVEL, "机构、手术、组织的等级或层级，由分类字段表达：二级、三、四级手术、省市县三级"),
    (r"公益[一二]类", "事业单位的类别"),
    (rf"党的[{_CN}]+大|[十二]+[一二三四五六七八九]大(?=精神|报告|以来|、|和)", "党的代表大会"),
    (rf"(?:[{_CN}]+届)?[{_CN}]+中全会", "中央全会"),
    (r"四个意识|四个自信|四个全面|两个维护|两个确立", "固定的政治表述"),
    (rf"[{_CN}]+位一体", "“几者合一”的说法"),
    (r"(?:三|五|十|[0-9]+)年(?:提升|攻坚|提质)?(?:行动)?(?:计划|规划)", "计划的名称：三年行动计划"),
    (r"(?:统|唯|单|同|逐|万|专|之)一|进一步|新一(?:轮|代|届|批)", "“一”是词的一部分"),
    (
        r"一(?:批|大批|些|定|般|体|流|线|系列|揽子|站式|次性|致|旦|方面|并|同|直|起|贯|部分|条龙|门式|把手|卡通|类事业)",
        "“一”是词的一部分，不表示确定的数量",
    ),
    (r"一(?![个所家名])[^,。;:、]一[策议评档码网老小人户院县品方案体]", "四字格：一事一议、一人一策、一老一小"),
    (
        r"[上下前后同][一两](?:年度?|季度?|个?月|个?周期)(?!内|之?后|以[上内])|近[一二两三四五0-9]年",
        "说的是哪一年，不是几年：上一年度、近三年",
    ),
    (r"十分(?!之)", "程度副词"),
    (r"两(?:岸|会|癌|手|者|委|翼|用|病|慢病|卡|费|票制|定点|学一做)", "“两”是词的一部分：两癌、两委、两票制"),
    (r"三门峡|三门县|七台河|九台区|三台县|五台县|五台山|三明市?|三亚市?", "地名"),
    (r"半(?=失能|自理|自动|开放|定量)", "“半”是词的一部分"),
    (r"每(?:十万|百万|[百千万])(?=名|人|常住|参保|服务)", "比率的基数：每千人口"),
    (r"[平人次户床日月]均|(?<![0-9]{4})年均|均[衡等质值匀势]", "平均、均衡、均质"),
    (r"所有[制权者]", "所有制"),
)
"""What looks like a quantity and is none: a pattern on normalised text, and the reason."""

_MONTHS = 12
_FREQUENCY = {"半年": 2, "季度": 4, "季": 4, "月": 12, "周": 52, "天": 365, "日": 365, "年": 0}


@dataclass(frozen=True, slots=True)
class Quantity:
    """One word of quantity: characters ``start`` to ``end`` (not included) of the text, as printed in ``words``.

    ``kind`` is ``number``, ``year`` (of the calendar), ``span`` (of years), ``day`` (a month, day or quarter without its
    year: 12月底前, 1月15日前, 一季度末, 上半年; its value is the month, of several the last, none where there is none),
    ``each``, ``all``, ``coverage`` (全覆盖) or ``frequency`` (每年). ``values`` are the numbers as printed, counted in ``unit`` (of the language, or ``count``,
    ``year``, ``permille``, ``fraction``, ``proportion``); a range and a proportion a:b have two, what cannot be read has
    none. ``by_calendar`` is what the calendar makes of it: 半年 6 (months), 每季度 4, “十四五” 2021 and 2025.
    """

    start: int
    end: int
    words: str
    kind: str
    values: tuple[Fraction, ...] = ()
    unit: str | None = None
    by_calendar: tuple[Fraction, ...] = ()


def quantities(text: str) -> list[Quantity]:
    """The words of quantity of a normalised text, in order; they do not overlap."""
    return list(_scan(text))


def numeral(text: str) -> Fraction | None:
    """The number that a numeral in digits or in Chinese stands for; None for 三五 (three to five) and the like."""
    if text[0].isdigit():
        return Fraction(text.replace(",", ""))
    if len(text) == 1 and text in "一二三四五六七八九":
        return Fraction("一二三四五六七八九".index(text) + 1)
    import cn2an

    try:
        return Fraction(cn2an.cn2an(text.replace("两", "二").replace("〇", "零"), "strict"))
    except ValueError:
        return None


def _scan(text: str) -> Iterator[Quantity]:
    at = 0
    while match := _ANY.search(text, at):
        at = match.end()
        if match.lastgroup != "fixed":
            yield _READERS[match.lastgroup or ""](match)
        elif _IS_LEVEL.fullmatch(match[0]) and _is_counted(text, match):
            value = numeral(match[0][0]) if len(match[0]) == 2 else None
            yield _quantity(match, "number", (value,), "count")


def _is_counted(text: str, level: re.Match[str]) -> bool:
    """Whether a level is a figure to be reached, as 电子病历达到四级, and no class of institutions or operations."""
    return bool(_COUNTED.search(text, 0, level.start()) and _LEVEL_ITSELF.match(text, level.end()))


def _quantity(
    match: re.Match[str],
    kind: str,
    values: tuple[Fraction | None, ...] = (),
    unit: str | None = None,
    by_calendar: tuple[Fraction | int, ...] = (),
) -> Quantity:
    known = tuple(value for value in values if value is not None)
    return Quantity(
        start=match.start(),
        end=match.end(),
        words=match[0],
        kind=kind,
        values=known if len(known) == len(values) else (),
        unit=unit,
        by_calendar=tuple(Fraction(number) for number in by_calendar),
    )


def _plan(match: re.Match[str]) -> Quantity:
    """The five years of a plan: the tenth began in 2001."""
    tenth = numeral(match["fifth"])
    first = 2001 + 5 * (int(tenth or 10) - 10)
    return _quantity(match, "span", by_calendar=(first, first + 4))


def _years(match: re.Match[str]) -> Quantity:
    return _quantity(match, "span", (Fraction(match["from"]), Fraction(match["until"])))


def _year(match: re.Match[str]) -> Quantity:
    return _quantity(match, "year", (Fraction(match["year"]),))


def _day(match: re.Match[str]) -> Quantity:
    """A date without its year; 31月 has no value."""
    month = numeral(match["month"]) if match["month"] else None
    return _quantity(match, "day", (month,) if month is not None and month <= _MONTHS else ())


def _frequency(match: re.Match[str]) -> Quantity:
    times = _FREQUENCY[match["often"]]
    return _quantity(match, "frequency", by_calendar=(times,) if times else ())


def _half(match: re.Match[str]) -> Quantity:
    of = match["half_of"]
    unit = {"年": "year", "个月": "month", None: "fraction"}.get(of, "count")
    return _quantity(match, "number", (Fraction(1, 2),), unit, (6,) if of == "年" else ())


def _percent(match: re.Match[str]) -> Quantity:
    return _quantity(match, "number", (numeral(match["hundredths"]),), "percent")


def _fraction(match: re.Match[str]) -> Quantity:
    below, above = numeral(match["below"]), numeral(match["above"])
    return _quantity(match, "number", (above / below if above and below else None,), "fraction")


def _per_many(match: re.Match[str]) -> Quantity:
    """So many of a hundred thousand, as deaths of mothers are told: the number itself."""
    return _quantity(match, "number", (Fraction(match["cases"].replace(",", "")),), "count")


def _slashed(match: re.Match[str]) -> Quantity:
    below, above = Fraction(match["under"]), Fraction(match["over"])
    return _quantity(match, "number", (above / below if below else None,), "fraction")


def _proportion(match: re.Match[str]) -> Quantity:
    return _quantity(match, "number", (numeral(match["left"]), numeral(match["right"])), "proportion")


def _digits(match: re.Match[str]) -> Quantity:
    low_times, high_times = _times(match["low_big"]), _times(match["high_big"])
    if match["high_big"] and not match["low_big"]:
        low_times = high_times  # 3—5万 is 3万—5万
    numbers = [_times_numeral(match["low"], low_times)]
    if match["high"]:
        numbers.append(_times_numeral(match["high"], high_times))
    return _counted(match, numbers, match["unit"] or match["low_mark"])


def _chinese(match: re.Match[str]) -> Quantity:
    if match["two"]:
        return _quantity(match, "number", (Fraction(2),), "count")
    numbers = [numeral(match["cn"])]
    if match["cn_high"]:
        numbers.append(numeral(match["cn_high"]))
    return _counted(match, numbers, match["cn_unit"])


def _counted(match: re.Match[str], numbers: list[Fraction | None], word: str | None) -> Quantity:
    unit, worth = UNITS.get(word or "", ("count", 1))
    values = tuple(None if number is None else number * worth for number in numbers)
    months = tuple(value * 12 for value in values if value is not None) if unit == "year" else ()
    return _quantity(match, "number", values, unit, months)


def _times(word: str | None) -> int:
    return (
        1
        if word is None
        else {"十": 10, "百": 100, "千": 1000}.get(word[0], 1) * {"万": 10**4, "亿": 10**8}.get(word[-1], 1)
    )


def _times_numeral(text: str, times: int) -> Fraction | None:
    value = numeral(text)
    return None if value is None else value * times


def _sign(kind: str) -> Callable[[re.Match[str]], Quantity]:
    return lambda match: _quantity(match, kind)


_FIGURE = (
    f"(?P<low>{_DIGITS})(?P<low_big>{_BIG})?(?P<low_mark>[%‰])?"
    f"(?:{_TO}(?P<high>{_DIGITS})(?P<high_big>{_BIG})?)?[余多]?(?P<unit>(?<![%‰])(?:{_UNIT}))?"
)
_YEAR = "(?:19|20)[0-9]{2}"
_NTH = "(?:[0-9]{1,2}|[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])"  # of a month or day
_BY = "(?:[底末初])?(?:[以之]?前)?"
_DAY = (
    f"(?:{_NTH}(?:月份?(?:{_NTH}[日号])?)?{_TO})?(?P<month>{_NTH})月(?![龄内经嫂子])份?(?:{_NTH}[日号]|[上中下]旬)?(?:24[时点])?{_BY}"
    f"|(?<=每月){_NTH}[日号](?:{_TO}{_NTH}[日号])?{_BY}"
    f"|{_NTH}[日号](?:24[时点])?(?:[以之]?前|起)"
    f"|前?[1-4一二三四]季度{_BY}|[上下]半年{_BY}|(?<!每)半年度"
)
_PATTERNS: tuple[tuple[str, str, Callable[[re.Match[str]], Quantity]], ...] = (
    ("plan", "(?P<fifth>十[一二三四五六七八九])五(?=”|期间|末|时期|规划|以来|中后期)", _plan),
    ("frequency", f"每(?P<often>{'|'.join(_FREQUENCY)})", _frequency),
    ("each", "每个?|均", _sign("each")),
    ("all", "全部|所有|一律", _sign("all")),
    ("coverage", "全(?:面)?覆盖", _sign("coverage")),
    ("years", f"(?P<from>{_YEAR})年?{_TO}(?P<until>{_YEAR})(?:年(?:年?[底末])?)?", _years),
    ("date", f"(?P<year>{_YEAR})年(?:年?[底末初内前]|[0-9]{{1,2}}月(?:[0-9]{{1,2}}日)?[底末前]?)?", _year),
    ("day", _DAY, _day),
    ("percent", f"百分之(?P<hundredths>{_DIGITS}|[{_CN}]+)", _percent),
    ("fraction", f"(?P<below>[0-9]+|{_NUMERAL})分之(?P<above>[0-9]+|{_NUMERAL})", _fraction),
    ("per_many", f"(?P<cases>{_DIGITS})/10?万", _per_many),
    ("slashed", "(?P<over>[0-9]+)/(?P<under>[0-9]+)(?![0-9])", _slashed),
    ("proportion", f"(?P<left>{_DIGITS}):(?P<right>{_DIGITS})", _proportion),
    ("half", "一半|过半|半数|半(?P<half_of>年|个月|天|日|小时)", _half),
    ("digits", _FIGURE, _digits),
    (
        "chinese",
        f"(?P<cn>{_NUMERAL})(?:{_TO}(?P<cn_high>{_NUMERAL}))?[余多]?(?P<cn_unit>{_UNIT})|(?P<two>两)",
        _chinese,
    ),
)
_READERS = {name: reader for name, _pattern, reader in _PATTERNS}
_IS_LEVEL = re.compile(_LEVEL)
_ANY = re.compile(
    "|".join(
        [f"(?P<fixed>{'|'.join(f'(?:{pattern})' for pattern, _why in FIXED)})"]
        + [f"(?P<{name}>{pattern})" for name, pattern, _reader in _PATTERNS]
    )
)
