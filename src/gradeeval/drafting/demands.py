"""All candidates of a document, sentence by sentence."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gradeeval.drafting.figures import figure_candidates
from gradeeval.drafting.sentence import Sentence, is_heading
from gradeeval.drafting.unnumbered import unnumbered_candidates
from gradeeval.drafting.words import word_candidates
from gradeeval.sources.segments import FRONT

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gradeeval.drafting.candidate import Candidate
    from gradeeval.sources.segments import Segment
    from gradeeval.timeline import Span

_GENERAL = re.compile("总体要求|总体思路|指导思想|基本原则|组织实施|组织保障|组织领导|保障措施|督促落实|宣传引导|附则")

MAX_SENTENCE = 1_000
"""Characters of a sentence that is looked at; a longer one is no sentence of an office, and would take long."""


def candidates(
    segments: Iterable[Segment], horizon: Span | None, tier: str, *, issued: str | None = None
) -> list[Candidate]:
    """In the order of the text; what comes before the first heading asks for nothing.

    ``tier`` is that of the document's region, ``issued`` its date: what was to be reached before it is history. Chapters
    of principles and of organisation are searched for printed numbers, and for who has to do what by when.
    """
    found: list[Candidate] = []
    general = ""
    for segment in segments:
        if segment.clause == FRONT:
            continue
        if segment.at == 1:
            if general and not segment.clause.startswith(general):
                general = ""
            if not general and _GENERAL.search(segment.text[:16]):
                general = segment.clause
        if is_heading(segment.text) or len(segment.text) > MAX_SENTENCE:
            continue
        sentence = Sentence(segment, horizon, issued)
        here = list(figure_candidates(sentence, tier))
        if not general:
            here.extend(word_candidates(sentence, tier))
        here.extend(unnumbered_candidates(sentence, tier, [item.own for item in here], dated=bool(general)))
        found.extend(sorted(here, key=lambda item: item.own))
    return found
