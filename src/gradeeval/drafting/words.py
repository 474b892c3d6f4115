"""Makes candidates of demands whose number is in their words: 全覆盖, 逐步提高…占比, 不低于平均水平, 每月, 不发生."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from gradeeval.drafting.binding import Bound, bound_by
from gradeeval.drafting.candidate import Candidate
from gradeeval.drafting.phrases import twins
from gradeeval.drafting.titles import title_of
from gradeeval.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gradeeval.drafting.phrases import Phrase
    from gradeeval.drafting.sentence import Sentence

_RATE = "比例|占比|(?<!效)率|覆盖面|覆盖范围|比重|健康素养水平|床位规模"
_RISE = re.compile(
    rf"(?:(?:逐步|逐年|适当|合理|持续|稳步|不断|有效|着力)?(?:提高|提升|扩大|增加)(?!到|至))(?P<what>[^,;。]*?(?:{_RATE}))(?![a-z]|先|领)"
)
_FALL = re.compile(rf"(?:逐步|逐年|持续|有效)?(?:降低|减少|下降)(?!到|至)(?P<what>[^,;。]*?(?:{_RATE}))(?!先|领)")
_PARITY = re.compile("(?P<side>不低于|不高于|不超过|降至|降到|达到)(?=[^,;。0-9]{0,20}平均)")
_COVERED = re.compile(
    "(?<!基本)实现(?P<what>[^,;。]*?)全(?:面)?覆盖|(?P<named>[^,;。]{2,}?)(?:建设)?(?<!基本)实现全(?:面)?覆盖"
)
_ALL = re.compile(
    "(?P<what>(?:村卫生室|乡镇(?!卫生院)|行政村|社区卫生服务站|街道|建制村|村)[^,;。]{0,6})(?:全部|均|一律)"
)
_DONE = re.compile(
    "(?:全部|均|一律|都)(?:应|要|须|需|已|能够?|按要求|按标准|规范|独立|普遍)?(?:设立|设置|设有|建立|建成|建好|组建|成立|配备|配齐|配置|开设|开展|达到(?![A-D])|完成|实现|实行|实施|"
    "接入|联通|纳入|通过|落实|执行|推行|使用|制[定订]|公开|提供|参加|加入|覆盖|取得)"
)
_RANK = re.compile("(?:提升|提高|前移)[^,;。]*(?:位次|排名)")
_FUNDS = re.compile("(?:加大|增加)[^;。]*?(?:财政|资金|经费)?投入(?:保障)?(?:力度)?$")
_PILOT = re.compile(
    "(?:开展|推动|推进|启动|实施)[^,;。]*试点(?:工作|建设)?$|在[^,;。]{2,20}(?:试点|先行)(?:推进|推行|开展|实施)"
)
_NONE = re.compile("(?:确保|坚决)?不(?:再)?发生|零发生|杜绝发生")
_MONTHLY = re.compile("每(?P<often>月|季度|季|半年)(?!均|度)")
_TIMES = {"月": 12, "季度": 4, "季": 4, "半年": 2}
_COUNTY_UNIT = re.compile("县(?:级|域)?[^,;。]{0,12}(?:医院|机构|中心)$")


def word_candidates(sentence: Sentence, tier: str) -> Iterator[Candidate]:
    """The candidates of phrases that print no number of their own, in order."""
    for phrase in sentence.phrases:
        text = sentence.text[phrase.start : phrase.end]
        if sentence.is_told(phrase):
            continue
        if any(item.kind == "number" and phrase.start <= item.start < phrase.end for item in sentence.quantities):
            found = _COVERED.search(text)
            if found is None or re.search("[0-9]", text):
                continue
        yield from _phrase(sentence, phrase, text, tier)


def _phrase(sentence: Sentence, phrase: Phrase, text: str, tier: str) -> Iterator[Candidate]:
    """The candidates of the first reading that fits."""
    for reading in (_of_all, _of_rates, _of_events):
        found = list(reading(sentence, phrase, text, tier))
        if found:
            yield from found
            return


def _of_all(sentence: Sentence, phrase: Phrase, text: str, tier: str) -> Iterator[Candidate]:
    """全覆盖; 全部, 均 of what is no subject, a share of 100; of subjects, each of them: done or not."""
    covered = _COVERED.search(text)
    everything = None if covered is not None else _ALL.search(text)
    if covered is not None:
        what = covered["what"] or covered["named"] or ""
        if _COUNTY_UNIT.search(what) and tier != "county":
            bound = Bound("region", tier="county")
            yield from _made(sentence, phrase, {"at_least": Fraction(1)}, "count", "each", (bound,))
        else:
            bounds = bound_by(sentence, phrase, tier)
            yield from _made(sentence, phrase, {"at_least": Fraction(100)}, "percent", "each", bounds)
    elif everything is not None:
        bound = Bound("region", tier="county", words=everything["what"])
        yield from _made(sentence, phrase, {"at_least": Fraction(100)}, "percent", "each", (bound,))
    elif _DONE.search(text):
        several = [bound for bound in bound_by(sentence, phrase, tier) if _is_one_of_several(bound, tier)]
        yield from _made(sentence, phrase, True, "yes_no", "done", tuple(several))


def _of_rates(sentence: Sentence, phrase: Phrase, text: str, tier: str) -> Iterator[Candidate]:
    """不低于平均水平, 提高…占比, 提升…位次, 加大投入."""
    bounds = bound_by(sentence, phrase, tier)
    parity = _PARITY.search(text)
    if parity is not None:
        side = "at_most" if parity["side"] in ("不高于", "不超过", "降至", "降到") else "at_least"
        yield from _made(sentence, phrase, {side: Fraction(1)}, "ratio", "parity", bounds)
        return
    for pattern, side, way in ((_RISE, "above", "rise"), (_FALL, "below", "fall")):
        moved = pattern.search(text)
        if moved is not None:
            unit = "count" if moved["what"].endswith("规模") else "percentage_point"
            bounds *= twins(moved["what"])
            yield from _made(sentence, phrase, {side: Fraction(0)}, unit, way, bounds, yearly=True)
            return
    if _RANK.search(text):
        yield from _made(sentence, phrase, {"below": Fraction(0)}, "rank", "fall", bounds, yearly=True)
    elif _FUNDS.search(text):
        yield from _made(sentence, phrase, {"above": Fraction(0)}, "yuan", "rise", bounds, yearly=True)


def _of_events(sentence: Sentence, phrase: Phrase, text: str, tier: str) -> Iterator[Candidate]:
    """开展试点, 不发生, 每月."""
    monthly = _MONTHLY.search(text)
    if _PILOT.search(text):
        whole = bound_by(sentence, phrase, tier, share=True)
        yield from _made(sentence, phrase, {"at_least": Fraction(1)}, "count", "exists", whole)
    elif _NONE.search(text):
        bounds = bound_by(sentence, phrase, tier)
        yield from _made(sentence, phrase, {"at_most": Fraction(0)}, "count", "none", bounds, flow=True)
    elif monthly is not None and not _has_day(sentence, phrase):  # 每月5日前 is by when, not how often
        times = Fraction(_TIMES[monthly["often"]])
        bounds = bound_by(sentence, phrase, tier)
        yield from _made(sentence, phrase, {"at_least": times}, "count", "calendar", bounds, yearly=True, flow=True)


def _is_one_of_several(bound: Bound, tier: str) -> bool:
    """Whether it is named, and no single region: 均 of the own region speaks of something else."""
    return bool(bound.words) and (bound.kind, bound.tier) != ("region", tier)


def _has_day(sentence: Sentence, phrase: Phrase) -> bool:
    return any(item.kind == "day" and phrase.start <= item.start < phrase.end for item in sentence.quantities)


def _made(
    sentence: Sentence,
    phrase: Phrase,
    target: dict[str, bool | str | Fraction] | Literal[True],
    unit: str,
    way: str,
    bounds: tuple[Bound, ...],
    *,
    yearly: bool = False,
    flow: bool = False,
) -> list[Candidate]:
    when = sentence.when(phrase)
    force = sentence.force(phrase, phrase.start, phrase.end)
    start = min(
        phrase.start,
        when.deadline.start if when.deadline is not None else phrase.start,
        sentence.phrase_at(force.word.start).start if force.word is not None else phrase.start,
    )
    end = max(phrase.end, when.deadline.end if when.deadline is not None else 0)
    derived = {
        **({} if target is True else {"target": way}),
        **({"due": "calendar"} if when.due_from == "clause" else {}),
    }
    span = str(sentence.horizon) if sentence.horizon is not None else None
    questions = [_QUESTIONS[way]()]
    return [
        Candidate(
            clause=sentence.segment.clause,
            at=sentence.segment.at,
            start=start,
            end=end,
            own=(phrase.start, phrase.end),
            quote=sentence.quote(start, end),
            title=title_of(sentence.text[phrase.start : phrase.end]),
            bound=bound,
            target=target,
            unit=unit,
            due=when.due,
            due_from=when.due_from,
            force=force.force,
            within=span if flow and not yearly else None,
            every_year=span if yearly else None,
            flow=flow,
            derived=derived,
            open=tuple(questions),
        )
        for bound in bounds
    ]


_QUESTIONS = {
    "done": lambda: _("“全部”“均”约束的是哪些对象，做到什么程度算完成"),
    "each": lambda: _("全部、全覆盖约束谁，分母是什么"),
    "rise": lambda: _("同哪一年比，变化以什么单位计"),
    "fall": lambda: _("同哪一年比，变化以什么单位计"),
    "parity": lambda: _("同谁的平均数比，用哪两项数据"),
    "exists": lambda: _("建立或试点到什么程度算完成，要几个"),
    "none": lambda: _("“不发生”的是什么，以谁的记录为准"),
    "calendar": lambda: _("次数以什么记录为准"),
}
