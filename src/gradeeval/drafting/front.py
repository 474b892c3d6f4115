"""What a document says of itself: title, number, issuer, dates, the years it plans for and the region it is for."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradeeval.drafting.binding import TIERS
from gradeeval.messages import _
from gradeeval.sources.segments import FRONT, normalise
from gradeeval.timeline import Span, is_date

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gradeeval.sources.segments import Segment

_SORTS = "通知|方案|计划|规划|意见|要点|办法|措施|细则|规定|决定|公告|通告|指南|标准|条例|规则|纲要|清单|批复|函|报告"
_TITLE_ENDS = re.compile(rf"(?:{_SORTS})(?:\([^()]{{1,30}}\))?$")
_NUMBER = re.compile(
    r"^(?:发文字号|文号|文件编号)?:?([\u4e00-\u9fffA-Za-z]{1,16}[〔\[(][0-9]{4}[〕\])]第?[0-9]{1,5}号)(?:\([^()]{1,12}\))?$"
)
_DATE_LINE = re.compile(
    r"^(?:成文日期|发文日期|印发日期|发布日期)?:?(?:[0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2})(?:印发)?$"
)
_DATE = re.compile(r"([0-9]{4})[年-]([0-9]{1,2})[月-]([0-9]{1,2})日?")
_CHINESE_DATE = re.compile(
    "([〇零○O一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日"
)
_IN_FORCE = re.compile("自([0-9]{4}年[0-9]{1,2}月[0-9]{1,2}日|(?:印发|发布|公布)之日)起(?:施行|实施|执行|生效)")
_ISSUER = re.compile(
    r"^[\u4e00-\u9fff、,]{2,60}(?:人民政府|办公厅|办公室|委员会|委|局|厅|部|院|党委|领导小组)(?:\([^()]{1,12}\))?$"
)
_INNER = re.compile(r"^(?P<by>.*?)(?:关于)?印发《?(?P<what>.+?)》?的?通知$")
_PLAN_YEARS = re.compile(r"((?:19|20)[0-9]{2})年?(?:[—–―−~〜-]+|至)((?:19|20)[0-9]{2})年?")
_ONE_YEAR = re.compile(r"((?:19|20)[0-9]{2})年度?(?![0-9]*月|版|第)")
_GOAL_YEAR = re.compile(r"到((?:19|20)[0-9]{2})年")
_ALL_TASKS = re.compile(
    r"(?:本(?:意见|方案|计划|规划|办法|措施|通知|要点)|各项|所列|上述)[^。]{0,20}(?:任务|工作|目标|要求)[^。]{0,30}?((?:19|20)[0-9]{2})年(?:年?[底末]|12月底?)前?[^。]{0,6}(?:完成|实现|达到)"
)
_GOALS = re.compile("目标|总体要求|总体思路|主要任务")
_FRONT_LINES = 60
_LATE_LINES = 12


@dataclass(frozen=True, slots=True)
class Front:
    """What was found; an empty text or None where the document does not say. ``in_force`` is as printed.

    ``guesses`` say what was concluded from little, for a person to look at.
    """

    title: str
    number: str
    issuer: str
    date: str | None
    in_force: str
    horizon: Span | None
    jurisdiction: str | None
    guesses: tuple[str, ...] = ()


def read_front(
    text: str,
    segments: Sequence[Segment],
    regions: Mapping[str, str],
    *,
    jurisdiction: str | None = None,
    horizon: Span | None = None,
) -> Front:
    """Reads a text that has been cut into ``segments``. ``regions`` are names with their codes.

    ``jurisdiction`` and ``horizon`` are what a person says of them; they are looked for where they are None.
    """
    lines = [line for raw in text.splitlines() if (line := _plain(raw))]
    first = next((segment.line for segment in segments if segment.clause != FRONT), None)
    before = [line for raw in text.splitlines()[: first - 1 if first else None] if (line := _plain(raw))]
    front = (before or lines)[:_FRONT_LINES]
    guesses: list[str] = []
    block, after = _block(front)
    by, title = _inner(block)
    if not title:
        title = front[0][:200] if front else _("（未找到标题）")
        guesses.append(_("没有认出标题，取了第一行；请改正"))
    title = _widened(title)
    number = next((match[1] for line in front if (match := _NUMBER.match(line))), "")
    tail = lines[-_LATE_LINES:]
    dated = [(place, line) for place, line in enumerate(front) if _DATE_LINE.match(line)]
    dated = dated or [(place, line) for place, line in enumerate(tail) if _DATE_LINE.match(line)]
    source = front if dated and dated[0][1] in front else tail
    date = _iso(dated[0][1]) if dated else None
    signed = source[dated[0][0] - 1] if dated and dated[0][0] else ""
    near = [by, signed, *front[: after or 4]]
    issuer = _widened(next((line for line in near if _ISSUER.match(line)), ""))
    in_force = next((match[0] for line in lines if (match := _IN_FORCE.search(line))), "")
    if horizon is None:
        horizon = _horizon(title, segments, date, guesses)
    if jurisdiction is None:
        jurisdiction = _region(regions, [issuer, title, *front], normalise(text), guesses)
    if not date:
        guesses.append(_("没有找到成文日期；date 留空"))
    return Front(title, number, issuer, date, in_force, horizon, jurisdiction, tuple(guesses))


def tier_of(code: str) -> str:
    """The tier of a region code of GB/T 2260; a place without a code of its own (``410100-hkg``) is one below it."""
    digits, dash, _name = code.partition("-")
    tier = 3 - digits.endswith("00") - digits.endswith("0000") - (digits == "100000")
    return TIERS[min(tier + bool(dash), len(TIERS) - 1)]


def _plain(raw: str) -> str:
    """A line, normalised, with dates in digits."""
    return _CHINESE_DATE.sub(_in_digits, normalise(raw))


def _in_digits(match: re.Match[str]) -> str:
    import cn2an

    year = "".join(str("〇一二三四五六七八九".index(digit)) for digit in re.sub("[零○O]", "〇", match[1]))
    try:
        month, day = (int(cn2an.cn2an(match[part], "strict")) for part in (2, 3))
    except ValueError:
        return match[0]
    return f"{year}年{month}月{day}日"


def _block(front: Sequence[str]) -> tuple[str, int]:
    """The lines of the title as one, and how many lines were read up to its end."""
    for at, line in enumerate(front):
        if re.search("[。;:]", line) or len(line) > 80 or not _TITLE_ENDS.search(line) or _labelled(line):
            continue
        start = at
        while start > 0 and at - start < 4 and _goes_on(front[start - 1], front[start]):
            start -= 1
        end = at + 1
        if end < len(front) and re.match(r"\([^()]{2,30}\)(?:的通知)?$", front[end]):
            end += 1
        return "".join(front[start:end]), end
    return "", 0


def _labelled(line: str) -> bool:
    return re.match("索引号|主题|分类|名称|标题|信息来源|当前位置|首页|来源", line) is not None


def _goes_on(line: str, following: str) -> bool:
    """Whether a line before belongs to the title: it breaks off, or it is the issuer of 关于印发…."""
    if (
        re.search("[。;:!?]", line)
        or _NUMBER.match(line)
        or _DATE_LINE.match(line)
        or _labelled(line)
        or len(line) > 60
    ):
        return False
    if following.startswith(("关于", "印发")) or _ISSUER.match(following):
        return _ISSUER.match(line) is not None
    return "关于" in line or "印发" in line or not _TITLE_ENDS.search(line)


def _inner(block: str) -> tuple[str, str]:
    """Who issues, and what: of 甲关于印发《乙》的通知 these are 甲 and 乙."""
    match = _INNER.match(block)
    if match is not None:
        return match["by"].removesuffix("关于"), match["what"].replace("》(", "(")
    by, about, rest = block.partition("关于")
    if about and _ISSUER.match(by):
        return by, about + rest
    return "", block


def _widened(title: str) -> str:
    """Brackets of full width, as titles print them."""
    return title.replace("(", "（").replace(")", "）")


def _iso(line: str) -> str | None:
    match = _DATE.search(line)
    if match is None:
        return None
    found = f"{match[1]}-{int(match[2]):02}-{int(match[3]):02}"
    return found if is_date(found) else None


def _horizon(title: str, segments: Sequence[Segment], date: str | None, guesses: list[str]) -> Span | None:
    """The years of the title, else the nearest goal year of the chapter that states the goals."""
    words = normalise(title)
    span = _PLAN_YEARS.search(words)
    if span is not None and int(span[1]) <= int(span[2]):
        return Span(int(span[1]), int(span[2]))
    year = _ONE_YEAR.search(words)
    if year is not None:
        return Span(int(year[1]), int(year[1]))
    whole = next((match for segment in segments if (match := _ALL_TASKS.search(segment.text))), None)
    if whole is not None:
        last = int(whole[1])
        return Span(min(int(date[:4]), last) if date is not None else last, last)
    goals: list[int] = []
    chapter, stated = "", False
    for segment in segments:
        if segment.clause != chapter and segment.at == 1 and segment.clause != FRONT:
            chapter, stated = segment.clause, _GOALS.search(segment.text[:20]) is not None
        if stated:
            goals.extend(int(found) for found in _GOAL_YEAR.findall(segment.text))
    if not goals:
        guesses.append(_("没有找到文件的目标年；没有自己期限的要求写成长期有效（due_from: none）"))
        return None
    last = min(goals)
    first = int(date[:4]) if date is not None else _earliest(segments, last)
    guesses.append(_("规划期 {span} 由文中的目标年推出，起始年请核对").format(span=Span(min(first, last), last)))
    return Span(min(first, last), last)


def _earliest(segments: Sequence[Segment], last: int) -> int:
    """The first deadline that is printed; else the goal year itself."""
    years = [
        int(found)
        for segment in segments
        if segment.clause != FRONT
        for found in re.findall("到?((?:19|20)[0-9]{2})年底", segment.text)
    ]
    return min([*years, last])


def _region(regions: Mapping[str, str], near: Iterable[str], text: str, guesses: list[str]) -> str | None:
    """The region named by issuer, title or the lines around them; else the one that the text names most on its own tier."""
    named = sorted(regions, key=lambda name: (-len(name), name))
    for line in list(near)[:6]:
        found = next((name for name in named if line.startswith(name)), None)
        if found is not None:
            return regions[found]
    ours = Counter(re.findall("[我全本]([省市县区])", text)).most_common(1)
    tiers = {"省": "province", "市": "prefecture", "县": "county", "区": "county"}
    if not ours:
        return None
    tier = tiers[ours[0][0]]
    counted = [(text.count(name), name) for name in named if tier_of(regions[name]) == tier and name in text]
    if not counted:
        return None
    _many, name = max(counted)
    guesses.append(_("适用区域按文中提到最多的“{name}”推定").format(name=name))
    return regions[name]
