"""Makes a candidate of each number that a sentence prints and asks for."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from gradeeval.drafting.binding import Bound, bound_by
from gradeeval.drafting.candidate import Candidate
from gradeeval.drafting.phrases import twins
from gradeeval.drafting.titles import title_of
from gradeeval.messages import _
from gradeeval.sources.comparators import ABOVE, AT_LEAST, AT_MOST, BELOW, EQUALS, comparison
from gradeeval.sources.quantities import numeral

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gradeeval.drafting.deadlines import Deadline
    from gradeeval.drafting.phrases import Phrase
    from gradeeval.drafting.sentence import Sentence
    from gradeeval.sources.quantities import Quantity

_MADE = "建成|建设|建好|建立|建|打造|培养|培育|新增|设置|达到|完成|配备|形成|创建"
_NO_DEMAND = re.compile(  # before a figure, where nothing is made or reached: it tells of something that is there
    f"(?:按照|围绕|聚焦|针对|对照|根据|依据|依托|贯彻|作为|属于|符合|优先考虑)(?:(?!{_MADE})[^,;。])*$"
)
_CONDITION = re.compile("(?:以上|以下|以内|左右)?[^,;。]{0,6}的$")
_FLOW = re.compile(
    "培养|培训|培育|评选|选拔|新增|新建|新创建|新\\(改\\)建|填补|引进|推出|开展|遴选|打造|制[定订]|认定|改造|转岗|招录|选派"
)
_PAID = re.compile("支付|预留|提取|缴纳|核定|计提|扣除|控制在|安排")
_REACHED = re.compile("达到?|不低于|以上|保持|至少|增至|提高到|提升到")
_NO_SUBJECT = "乡镇|镇街|行政村|村|社区|街道|乡"
_EACH_PLACE = re.compile(f"每(?:个|一)?(?:{_NO_SUBJECT})(?!镇|卫生院|卫生室|卫生服务)")
_HANGING = re.compile("[级类型甲乙等]$")
_UNITS = {"permille": "percent", "fraction": "percent", "proportion": "ratio", "year": "month"}
_TIMES_EACH = re.compile("“?(?P<many>[二两三四五六七八九十])(?:个|类|项)$")


def figure_candidates(sentence: Sentence, tier: str) -> Iterator[Candidate]:
    """The candidates of the printed numbers, in order; ``tier`` is that of the document's region."""
    wanted = [quantity for quantity in sentence.quantities if _asked(sentence.text, quantity)]
    for start, members in groupby(wanted, lambda quantity: sentence.phrase_at(quantity.start).start):
        phrase = sentence.phrase_at(start)
        inside = list(members)
        if sentence.is_told(phrase):
            continue
        hangs = _hangs(sentence, inside)
        for place, quantity in enumerate(inside):
            if not _is_condition(sentence, phrase, quantity):
                yield from _Figure(sentence, phrase, inside, place, hangs=hangs).candidates(tier)


def _is_condition(sentence: Sentence, phrase: Phrase, quantity: Quantity) -> bool:
    """Whether a number says who is meant: 达到6个月以上的,可不再预留."""
    ends = _CONDITION.match(sentence.text, quantity.end, phrase.end)
    return ends is not None and phrase != sentence.phrases[-1]


def _hangs(sentence: Sentence, inside: list[Quantity]) -> bool:
    """Whether the noun of an enumeration comes only at the end: 4个国家级、30个省级、70个市级临床重点专科."""
    for quantity, following in pairwise(inside):
        between = sentence.joints(quantity.end, following.start)
        if between and _HANGING.search(sentence.text[quantity.end : between[0][0]]):
            return True
    return False


def _asked(text: str, quantity: Quantity) -> bool:
    """Whether a word of quantity is a number that something is to reach."""
    if quantity.kind != "number" or not quantity.values:
        return False
    before, after = text[: quantity.start], text[quantity.end :]
    if re.match("[0-9]|季度", after) or _NO_DEMAND.search(before):  # “五个100”: the five tell how many hundreds
        return False
    if before.endswith("限期"):
        return False
    named = before.rfind("“") > before.rfind("”")
    if quantity.words[-1] in "大化级岁" or (named and not re.search("[所家]$|^[0-9]+$", quantity.words)):
        return False
    if re.search("(?:落实|执行)$", before) and re.match("[^,;。]{0,12}(?:制度|规定|规范)", after):
        return False
    return not (quantity.values == (Fraction(1),) and re.match("[^,;。]{0,6}(?:周期|年度)?内", after))


class _Figure:
    """One number, the phrase it stands in, and the other numbers of that phrase."""

    def __init__(self, sentence: Sentence, phrase: Phrase, inside: list[Quantity], place: int, *, hangs: bool) -> None:
        self.sentence = sentence
        self.phrase = phrase
        self.quantity = inside[place]
        self.place = place
        self.inside = inside
        self.hangs = hangs
        self.start, self.end = self._item()

    def candidates(self, tier: str) -> Iterator[Candidate]:
        text = self.sentence.text
        own = text[self.start : self.end]
        when = self.sentence.when(self.phrase, self.quantity.start)
        force = self.sentence.force(self.phrase, self.start, self.end)
        unit, target, derived, questions = self._target()
        start = self._quote_start(when.deadline, force.word.start if force.word is not None else None)
        end = self._quote_end(when.deadline)
        bounds = bound_by(
            self.sentence,
            self.phrase,
            tier,
            item=(self.start, self.end) if self.place else None,
            quantity=self.quantity,
            share=self._of_units(),
        )
        each = _EACH_PLACE.search(text[self.phrase.start : self.quantity.start])
        if each is not None and derived.get("target") == "each":
            bounds = (Bound("region", tier="county", words=each[0]),)
        share = unit == "percent"
        flow = not share and _FLOW.search(text[self.phrase.start : self.quantity.start]) is not None
        yearly = any(item.kind == "frequency" and item.words == "每年" for item in self._in_phrase())
        within = every = None
        span = self._span(when.deadline)
        if span is not None and yearly:
            every = span
        elif span is not None and flow and unit == "count":
            within = span
        if when.due_from == "clause":
            derived["due"] = "calendar"
            if when.deadline is not None and when.deadline.first_year is not None and (within or every):
                derived["within" if within else "every_year"] = "calendar"
            if when.deadline is not None and not when.deadline.sure:
                questions.append(_("“前”是否含当年"))
        if re.search("分别", own) and len(self.inside) > 1:
            questions.append(_("“分别”：每个数各约束谁"))
        if not share and not flow and unit == "count" and not _REACHED.search(own):
            questions.append(_("是期末应有的总数，还是计划期内新增的数"))
        for bound in bounds * self._alike(own):
            yield Candidate(
                clause=self.sentence.segment.clause,
                at=self.sentence.segment.at,
                start=start,
                end=end,
                own=(self.start, self.end),
                quote=self.sentence.quote(start, end),
                title=title_of(own),
                bound=bound,
                target=dict(target),
                unit=unit,
                due=when.due,
                due_from=when.due_from,
                force=force.force,
                within=within,
                every_year=every,
                flow=flow and unit == "count",
                derived=dict(derived),
                open=tuple(questions),
            )

    def _alike(self, own: str) -> int:
        """Of how many things the number is asked: “五个100” of five, 1个卒中中心和胸痛中心 of two."""
        many = _TIMES_EACH.search(self.sentence.text[self.phrase.start : self.quantity.start])
        if many is not None:
            return int(numeral(many["many"]) or 1)
        return twins(own)

    def _in_phrase(self) -> list[Quantity]:
        return [item for item in self.sentence.quantities if self.phrase.start <= item.start < self.phrase.end]

    def _of_units(self) -> bool:
        """Whether a share counts the units themselves: 50%的县."""
        return (
            self.quantity.unit in ("percent", "fraction")
            and re.match("(?:以上)?的?(?:县|市|乡镇|村|社区)", self.sentence.text[self.quantity.end :]) is not None
        )

    def _item(self) -> tuple[int, int]:
        """The part of an enumeration that belongs to this number."""
        start, end = self.phrase.start, self.phrase.end
        if self.place:
            before = self.inside[self.place - 1].end
            between = self.sentence.joints(before, self.quantity.start)
            start = between[-1][1] if between else before
            if len(between) > 1:  # the first joint ends the item before; what follows leads to this number
                start = between[0][1]
        if self.place + 1 < len(self.inside):
            following = self.sentence.joints(self.quantity.end, self.inside[self.place + 1].start)
            if following:
                end = following[0][0]
        return start, end

    def _quote_start(self, deadline: Deadline | None, word: int | None) -> int:
        text, start = self.sentence.text, self.start
        leading = text[self.phrase.start : self.start]
        if self.place and re.search("每[年月季]|不少于|不低于|不超过|至少|分别|均", leading):
            start = self.phrase.start
        if self.place and (self.hangs or "分别" in text[self.phrase.start : self.phrase.end]):
            start = self.phrase.start
        if deadline is not None:
            start = min(start, deadline.start)
        if word is not None:
            start = min(start, self.sentence.phrase_at(word).start if self.start != word else word)
        return start

    def _quote_end(self, deadline: Deadline | None) -> int:
        end = self.phrase.end if self.hangs or "分别" in self.sentence.text[self.phrase.start : self.end] else self.end
        return max(end, deadline.end) if deadline is not None else end

    def _span(self, deadline: Deadline | None) -> str | None:
        """The years over which a flow adds up or a yearly demand is made."""
        horizon = self.sentence.horizon
        if deadline is not None:
            last = int(deadline.due[:4])
            first = deadline.first_year or (horizon.first if horizon is not None else None)
            return f"{first}..{last}" if first is not None and first < last else str(last)
        return str(horizon) if horizon is not None else None

    def _target(self) -> tuple[str, dict[str, bool | str | Fraction], dict[str, str], list[str]]:
        quantity, text = self.quantity, self.sentence.text
        unit = _UNITS.get(quantity.unit or "count", quantity.unit or "count")
        values = [self._value(value) for value in quantity.values]
        derived: dict[str, str] = {}
        questions: list[str] = []
        if quantity.unit == "year":
            values = [value * 12 for value in values]
            derived["target"] = "calendar"
        elif quantity.by_calendar and quantity.unit == "month":
            values, derived["target"] = list(quantity.by_calendar), "calendar"
        if re.search("半年", quantity.words):
            unit, values, derived["target"] = "month", [Fraction(6)], "calendar"
        if quantity.unit == "proportion":
            values = [values[0] / values[1]] if len(values) == 2 and values[1] else values[:1]
            questions.append(_("比例的分子和分母各是什么"))
        each = _EACH_PLACE.search(text[self.phrase.start : quantity.start])
        if each is not None and values == [1] and unit == "count":
            return "percent", {AT_LEAST: Fraction(100)}, {**derived, "target": "each"}, questions
        said = comparison(text, quantity)
        if len(values) == 2 and quantity.unit != "proportion":
            low, high = sorted(values)
            if unit == "ratio" or _PAID.search(text[self.phrase.start : quantity.start]):
                return unit, {AT_LEAST: low, AT_MOST: high}, derived, questions
            questions.append(_("区间的上端是限度还是多了更好"))
            return unit, {AT_LEAST: low, "up_to": high}, derived, questions
        comparator = self._comparator(said.fits, unit, about=said.about)
        target: dict[str, bool | str | Fraction] = {comparator: values[0]}
        if said.about:
            target["about"] = True
        return unit, target, derived, questions

    def _value(self, value: Fraction) -> Fraction:
        unit = self.quantity.unit
        return value / 10 if unit == "permille" else value * 100 if unit == "fraction" else value

    def _comparator(self, fits: frozenset[str], unit: str, *, about: bool) -> str:
        """The one that is meant where the words leave two: a sum that is paid is exact, anything else is to be reached."""
        clear = fits - {EQUALS}
        paid = unit in ("percent", "ratio", "yuan") and _PAID.search(
            self.sentence.text[self.phrase.start : self.phrase.end]
        )
        if EQUALS in fits and paid and (about or not _REACHED.search(self.sentence.text[self.start : self.end])):
            return EQUALS
        for choice in (AT_MOST, BELOW, ABOVE, AT_LEAST):
            if choice in clear:
                return choice
        return EQUALS
