"""One sentence as the draft sees it: its phrases, and what date and what force each of them stands under."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from gradeeval.drafting.deadlines import deadline_of, deadlines, horizon_day
from gradeeval.drafting.heads import OWN, PLACE, REGION, head
from gradeeval.drafting.phrases import joints, phrases
from gradeeval.sources.quantities import quantities
from gradeeval.sources.strength import MANDATORY, strength_words

if TYPE_CHECKING:
    from gradeeval.drafting.deadlines import Deadline
    from gradeeval.drafting.heads import Head
    from gradeeval.drafting.phrases import Phrase
    from gradeeval.sources.quantities import Quantity
    from gradeeval.sources.segments import Segment
    from gradeeval.sources.strength import StrengthWord
    from gradeeval.timeline import Span

_CARRIED = {"strive"}  # 力争 rules what follows up to the semicolon; 鼓励, 探索 and 可 rule their own phrase
_NUMBERED = re.compile(r"(?:[一二三四五六七八九十百]+、|\([一二三四五六七八九十0-9]+\)|[0-9]{1,3}[.、])")
_DEMANDS = re.compile(
    "必须|应当|不得|不低于|不少于|不超过|不高于|至少|达到|力争|每个|每[年月季]|全部|[0-9](?:月底?|日)前|[0-9]%|到[0-9]{4}年"
)
_ELSEWHERE = re.compile(
    "(?:按照|根据)?(?:党中央|中央|国务院|国家|省委|省政府|省|市委|市政府|上级)[^,;。]{0,16}?"
    "(?:计划|方案|意见|规划|文件|政策|办法)(?:已|中|明确)?(?:提出|要求|明确|规定|确定)"
)


@dataclass(frozen=True, slots=True)
class When:
    """By when: the day, where it is from, and the deadline whose words have to be in the quote."""

    due: str | None
    due_from: str
    deadline: Deadline | None = None


@dataclass(frozen=True, slots=True)
class Force:
    """How strongly, and the word that says so."""

    force: str
    word: StrengthWord | None = None


@dataclass(frozen=True)
class Sentence:
    """A segment of a document whose horizon is known; ``issued`` is the date of the document."""

    segment: Segment
    horizon: Span | None
    issued: str | None = None

    @property
    def text(self) -> str:
        """The normalised text."""
        return self.segment.text

    @cached_property
    def phrases(self) -> list[Phrase]:
        """Its phrases, in order; the number that opens a paragraph is no part of them."""
        return phrases(self.text, after_number(self.text))

    @cached_property
    def quantities(self) -> list[Quantity]:
        """Its words of quantity, in order."""
        return quantities(self.text)

    @cached_property
    def deadlines(self) -> list[Deadline]:
        """Its deadlines, in order."""
        return deadlines(self.text, self.quantities)

    @cached_property
    def _joints(self) -> list[tuple[int, int]]:
        return joints(self.text)

    def joints(self, start: int, end: int) -> list[tuple[int, int]]:
        """The joints of an enumeration that lie between two places."""
        first = bisect_left(self._joints, (start, start))
        return self._joints[first : bisect_left(self._joints, (end, end), first)]

    @cached_property
    def strengths(self) -> list[StrengthWord]:
        """The words that decide how strongly something is asked, in order."""
        return [word for word in strength_words(self.text) if word.decides]

    @cached_property
    def _heads(self) -> dict[int, tuple[Head | None, Head | None]]:
        """The head of each phrase, by its first character, and the one that rules it from before."""
        found: dict[int, tuple[Head | None, Head | None]] = {}
        before: Head | None = None
        for phrase in self.phrases:
            own = head(self.text, phrase.start, phrase.end, self.quantities)
            found[phrase.start] = own, before
            if own is None or not own.carries:
                continue
            if own.kind != PLACE:
                before = own if own.acts or (before or own).kind != OWN else before
            elif before is not None and before.kind != REGION:
                before = None
        return found

    def head(self, phrase: Phrase) -> Head | None:
        """The subject that a phrase begins with."""
        return self._heads[phrase.start][0]

    def head_before(self, phrase: Phrase) -> Head | None:
        """The subject of the phrases before it, where they have one."""
        return self._heads[phrase.start][1]

    def phrase_at(self, at: int) -> Phrase:
        """The phrase that a character stands in."""
        return next((phrase for phrase in self.phrases if at < phrase.end), self.phrases[-1])

    def is_told(self, phrase: Phrase) -> bool:
        """Whether a phrase tells of what was, or of what another document asks, and asks for nothing itself."""
        text = self.text[phrase.start : phrase.end]
        if _ELSEWHERE.match(text):
            return True
        day = self.when(phrase)
        return day.due_from == "clause" and day.due is not None and self.issued is not None and day.due < self.issued

    def when(self, phrase: Phrase, at: int | None = None) -> When:
        """By when the phrase (its words from ``at`` on) is asked for."""
        found = deadline_of(self.deadlines, self.phrases, phrase, at)
        if found is not None:
            return When(found.due, "clause", found)
        day = horizon_day(self.horizon)
        return When(day, "none" if day is None else "document")

    def force(self, phrase: Phrase, start: int, end: int) -> Force:
        """How strongly the words from ``start`` to ``end`` of a phrase are asked for."""
        here = [word for word in self.strengths if phrase.start <= word.start < phrase.end]
        ruling = [word for word in here if word.start < end] or here
        if ruling:
            before = [word for word in ruling if word.start <= start]
            word = before[-1] if before else ruling[0]
            return Force(word.force, word)
        groups = {part.start: part.group for part in self.phrases}
        carried = [
            word
            for word in self.strengths
            if word.force in _CARRIED
            and word.start < phrase.start
            and groups[self.phrase_at(word.start).start] == phrase.group
        ]
        return Force(carried[-1].force, carried[-1]) if carried else Force(MANDATORY)

    def quote(self, start: int, end: int) -> str:
        """The passage, without the marks at its ends."""
        return self.text[start:end].strip(",;:。!?")


def after_number(text: str) -> int:
    """Where the words of a normalised segment begin: behind the number that opens it."""
    numbered = _NUMBERED.match(text)
    return numbered.end() if numbered is not None and numbered.end() < len(text) else 0


def is_heading(text: str) -> bool:
    """Whether a normalised segment is a heading, a bracket of who is responsible, or no sentence at all.

    A numbered sentence that says how much, by when or how strongly is a demand, however short.
    """
    if re.match(r"\((?:责任|牵头|配合)(?:单位|部门)", text):
        return True
    short = _NUMBERED.match(text) is not None and not re.search("[,;:]", text) and len(text) <= 40
    return short and not (text.endswith("。") and _DEMANDS.search(text))
