"""Makes a candidate of each phrase that asks for something without a number; what it asks for a person has to decide."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gradeeval.drafting.binding import bound_by
from gradeeval.drafting.candidate import Candidate
from gradeeval.drafting.titles import title_of
from gradeeval.messages import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gradeeval.drafting.sentence import Sentence

_FORBIDDEN = re.compile("严禁|不得|禁止|不准|不再")
_ASKED = re.compile(
    "建立|建成|建设|设立|设置|组建|配备|配置|配齐|落实|实现|实行|实施|推行|推进|推动|推广|开展|完善|健全|纳入|取消|执行|达到|完成|覆盖|统一|"
    "创建|争创|争取|改革|制定|制订|出台|公开|公示|培训|轮训|派驻|延伸|支付|预留|报销|提供|鼓励|支持|探索|原则上|力争|应当|须|要"
)
_GUIDING = re.compile("^(?:以|按照|坚持|围绕|聚焦|为|根据|结合|贯彻)|指导思想|习近平")
_SHORTEST = 6


def unnumbered_candidates(
    sentence: Sentence, tier: str, taken: Sequence[tuple[int, int]], *, dated: bool = False
) -> Iterator[Candidate]:
    """The candidates of the phrases that none of the places ``taken`` touches, in order; of ``dated`` ones alone."""
    for phrase in sentence.phrases:
        text = sentence.text[phrase.start : phrase.end]
        if sentence.is_told(phrase):
            continue
        if any(start < phrase.end and phrase.start < end for start, end in taken) or len(text) < _SHORTEST:
            continue
        days = [item.kind for item in sentence.quantities if phrase.start <= item.start < phrase.end]
        if dated and not ({"day", "year"} & set(days) and sentence.head(phrase) is not None):
            continue
        forbidden = _FORBIDDEN.search(text)
        if _GUIDING.search(text) or not (dated or forbidden or _ASKED.search(text)):
            continue
        when = sentence.when(phrase)
        force = sentence.force(phrase, phrase.start, phrase.end)
        start = phrase.start if when.deadline is None else min(phrase.start, when.deadline.start)
        if force.word is not None:
            start = min(start, sentence.phrase_at(force.word.start).start)
        end = phrase.end if when.deadline is None else max(phrase.end, when.deadline.end)
        questions = [_("是不是一项可以判断的要求；不是的，台账改记倡导性、组织性或说明性")]
        if "day" in days and "frequency" not in days:
            questions.append(_("月日前没有年份：是哪一年，还是每年"))
        why = _("原文没有数字：什么算做到，由人定")
        yearly = sentence.horizon is not None and "frequency" in days
        for bound in bound_by(sentence, phrase, tier):
            yield Candidate(
                clause=sentence.segment.clause,
                at=sentence.segment.at,
                start=start,
                end=end,
                own=(phrase.start, phrase.end),
                quote=sentence.quote(start, end),
                title=title_of(text),
                bound=bound,
                target={"needs_review": _("禁止性要求：多半写 target: false，由人定") if forbidden else why},
                unit="yes_no",
                due=when.due,
                due_from=when.due_from,
                force=force.force,
                every_year=str(sentence.horizon) if yearly else None,
                derived={"due": "calendar"} if when.due_from == "clause" else {},
                open=tuple(questions),
            )
