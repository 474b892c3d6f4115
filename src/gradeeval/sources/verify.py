"""Holds the ledger and the quotes of a ruleset against the text of its document, word by word.

Nothing may be left out and nothing may have been made up: each segment is in the ledger with the text it had when it
was read, its stretches cover it without a gap, each quote stands in its clause, and encoded text and requirements lead
to each other.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from gradeeval.messages import _, listed
from gradeeval.sources.claims import SourceProblem
from gradeeval.sources.passages import Clauses, Span
from gradeeval.sources.segments import canonical_clause, normalise, segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gradeeval.sources.claims import Cited, LedgerSegment, Stretch
    from gradeeval.sources.segments import Segment

ENCODED = "encoded"
_SHOWN = 14


def verify_ledger(
    document: str, ledger: Sequence[LedgerSegment], requirements: Sequence[Cited], text: str
) -> list[SourceProblem]:
    """All points where ledger and quotes of ``document`` part from ``text``, in the order of the text."""
    check = _Check(document, ledger, requirements, text)
    return [*check.segments(), *check.quotes(), *check.links()]


def shown(text: str) -> str:
    """The opening words of a passage, for a message."""
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


class _Check:
    """One ruleset beside the text of its document; each method yields the problems of one question."""

    def __init__(
        self, document: str, ledger: Sequence[LedgerSegment], requirements: Sequence[Cited], text: str
    ) -> None:
        self._document = document
        self._ledger = ledger
        self._requirements = requirements
        self._source = segment(text)
        self._clauses = Clauses(self._source)
        self._cited_clause = {cited.id: canonical_clause(cited.clause) for cited in requirements}
        self._quotes = {cited.id: self._clauses.find(cited.clause, cited.quote) for cited in requirements}

    def segments(self) -> Iterator[SourceProblem]:
        """Segments that are missing from the ledger, were changed, are entered twice or are not in the text."""
        entries: dict[tuple[str, int], LedgerSegment] = {}
        for entry in self._ledger:
            key = (canonical_clause(entry.clause), entry.at)
            if key in entries:
                message = _("台账重复登记了同一句；请只保留一处")
                yield self._problem("segment_twice", message, entry.clause, entry.at)
            entries.setdefault(key, entry)
        for part in self._source:
            found = entries.pop((part.clause, part.at), None)
            yield from self._missing(part) if found is None else self._entry(part, found)
        for entry in entries.values():
            yield self._surplus(entry)

    def quotes(self) -> Iterator[SourceProblem]:
        """Quotes that are not, word for word, in the clause that they cite."""
        for cited in self._requirements:
            if self._quotes[cited.id]:
                continue
            if not normalise(cited.quote):
                kind, message = "quote_empty", _("引文为空；请逐字摘录原文")
            elif cited.clause not in self._clauses:
                kind, message = (
                    "clause_unknown",
                    _("原文没有条款“{clause}”；{advice}").format(clause=cited.clause, advice=self._advice(cited)),
                )
            else:
                kind, message = (
                    "quote_not_in_clause",
                    _("引文“{quote}”不在条款“{clause}”中；{advice}").format(
                        quote=shown(normalise(cited.quote)), clause=cited.clause, advice=self._advice(cited)
                    ),
                )
            yield self._problem(kind, message, cited.clause, requirement=cited.id)

    def links(self) -> Iterator[SourceProblem]:
        """Encoded stretches outside the quotes of their requirements, and requirements of no encoded stretch."""
        linked: set[str] = set()
        for entry in self._ledger:
            for stretch, span in self._placed(entry):
                if stretch.status == ENCODED:
                    linked.update(stretch.requirements)
                    yield from self._link(entry, stretch, span)
        for cited in self._requirements:
            if cited.id not in linked:
                message = _("台账中没有一段以 encoded 登记要求 {id}；请在 clauses.yaml 对应的段中列出").format(
                    id=cited.id
                )
                yield self._problem("requirement_not_in_ledger", message, cited.clause, requirement=cited.id)

    def _missing(self, part: Segment) -> Iterator[SourceProblem]:
        moved = next((entry for entry in self._displaced() if entry.sha256 == part.sha256), None)
        if moved is None:
            message = _("“{opens}”未列入台账；请在 clauses.yaml 补上这一句（{chars} 字，sha256 {sha}）").format(
                opens=shown(part.text), chars=len(part.text), sha=part.sha256
            )
        else:
            message = _("“{opens}”在台账中登记为 {clause} 第 {at} 句；请改正 clause 与 at").format(
                opens=shown(part.text), clause=moved.clause, at=moved.at
            )
        yield self._problem("segment_missing", message, part.clause, part.at)

    def _displaced(self) -> Iterator[LedgerSegment]:
        """Entries whose text is not that of their place; many sentences, such as 责任单位, stand in several places."""
        digests = {(part.clause, part.at): part.sha256 for part in self._source}
        for entry in self._ledger:
            if digests.get((canonical_clause(entry.clause), entry.at)) != entry.sha256:
                yield entry

    def _surplus(self, entry: LedgerSegment) -> SourceProblem:
        opens = shown(normalise(entry.opens))
        if entry.clause in self._clauses:
            message = _("原文没有台账所列的这一句“{opens}”；请删去，或改正 clause 与 at").format(opens=opens)
            return self._problem("segment_not_in_source", message, entry.clause, entry.at)
        message = _("原文没有台账所列的条款“{clause}”；请改正条款号").format(clause=entry.clause)
        return self._problem("clause_unknown", message, entry.clause, entry.at)

    def _entry(self, part: Segment, entry: LedgerSegment) -> Iterator[SourceProblem]:
        if entry.sha256 != part.sha256:
            message = _("原文这一句“{opens}”与登记时不同；请重新核对各段，再把 sha256 改为 {sha}").format(
                opens=shown(part.text), sha=part.sha256
            )
            yield self._problem("segment_changed", message, part.clause, part.at)
        opens = normalise(entry.opens)
        if not opens or not part.text.startswith(opens):
            message = _("opens 写的是“{written}”，原文这一句以“{opens}”开头；请改正").format(
                written=shown(opens), opens=shown(part.text)
            )
            yield self._problem("segment_opens", message, part.clause, part.at)
        yield from self._stretches(part, entry)

    def _stretches(self, part: Segment, entry: LedgerSegment) -> Iterator[SourceProblem]:
        start = 0
        for number, stretch in enumerate(entry.stretches, start=1):
            opens = normalise(stretch.opens)
            here = part.text[start : start + max(stretch.chars, 0)]
            if not opens or not here.startswith(opens):
                message = _("第 {number} 段的 opens 是“{written}”，而此处原文是“{text}”；{advice}").format(
                    number=number,
                    written=shown(opens),
                    text=shown(part.text[start:]),
                    advice=_respacing(part.text, start, opens, number),
                )
                yield self._problem("stretch_opens", message, part.clause, part.at)
            start += max(stretch.chars, 0)
        if start != len(part.text):
            left = part.text[start:]
            message = (
                _("各段合计 {chars} 字，原文有 {length} 字，“{left}”没有覆盖；请补上一段或改正 chars").format(
                    chars=start, length=len(part.text), left=shown(left)
                )
                if left
                else _("各段合计 {chars} 字，多于原文的 {length} 字；请改正 chars").format(
                    chars=start, length=len(part.text)
                )
            )
            yield self._problem("stretches_do_not_cover", message, part.clause, part.at)

    def _placed(self, entry: LedgerSegment) -> Iterator[tuple[Stretch, Span]]:
        """The stretches of an entry with their places in the text of the clause."""
        start = self._clauses.offset(entry.clause, entry.at)
        for stretch in entry.stretches:
            end = start + max(stretch.chars, 0)
            yield stretch, Span(start, end)
            start = end

    def _link(self, entry: LedgerSegment, stretch: Stretch, span: Span) -> Iterator[SourceProblem]:
        opens = shown(normalise(stretch.opens))
        if not stretch.requirements:
            message = _("“{opens}”一段标为 encoded，却没有列出要求；请在 requirements 中写明").format(opens=opens)
            yield self._problem("encoded_without_requirement", message, entry.clause, entry.at)
            return
        unknown = [name for name in stretch.requirements if name not in self._quotes]
        for name in unknown:
            near = difflib.get_close_matches(name, self._quotes, n=1)
            advice = _("是否指 {near}？").format(near=near[0]) if near else _("请改正，或补写这条要求")
            message = _("“{opens}”一段所列的要求 {id} 不存在；{advice}").format(opens=opens, id=name, advice=advice)
            yield self._problem("requirement_unknown", message, entry.clause, entry.at, requirement=name)
        here = canonical_clause(entry.clause)
        inside = any(
            self._cited_clause[name] == here and quote.overlaps(span)
            for name in stretch.requirements
            if name in self._quotes
            for quote in self._quotes[name]
        )
        if not inside and len(unknown) < len(stretch.requirements):
            message = _(
                "“{opens}”一段不在其要求（{ids}）的引文之内；请延长引文、改列要求，或改变这一段的 status"
            ).format(opens=opens, ids=listed(name for name in stretch.requirements if name in self._quotes))
            yield self._problem("stretch_outside_quotes", message, entry.clause, entry.at)

    def _advice(self, cited: Cited) -> str:
        """Where the quote stands instead, or where it first departs from the text."""
        clauses = self._clauses.elsewhere(cited.quote)
        if clauses:
            return _("它在条款“{clauses}”中，请改正 clause").format(clauses=listed(clauses))
        words, length, near = normalise(cited.quote), 0, ""
        for part in self._clauses.segments(cited.clause):
            match = difflib.SequenceMatcher(None, words, part.text, autojunk=False).find_longest_match()
            length, near = max((length, near), (match.size, part.text[match.b : match.b + match.size]))
        if length >= 4:
            return _("原文与之相同的只有“{near}”，请逐字核对").format(near=near)
        return _("请逐字摘录原文")

    def _problem(
        self, kind: str, message: str, clause: str, at: int | None = None, *, requirement: str = ""
    ) -> SourceProblem:
        parts = self._clauses.segments(clause)
        line = parts[(at or 1) - 1].line if 0 < (at or 1) <= len(parts) else None
        return SourceProblem(
            kind=kind,
            message=message,
            document=self._document,
            clause=canonical_clause(clause),
            at=at,
            line=line,
            requirement=requirement,
        )


def _respacing(text: str, start: int, opens: str, number: int) -> str:
    """What to change so that a stretch begins where its opening words are."""
    at = text.find(opens) if opens else -1
    if at < 0:
        return _("请把 opens 改为原文的开头几字")
    if number == 1 or at <= 0:
        return _("请检查各段的次序")
    return _("请把前面各段的 chars 合计改为 {chars}（现在是 {now}）").format(chars=at, now=start)
