"""Finds passages in a segmented text: which characters of a clause a quote or a stretch covers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradeeval.sources.segments import canonical_clause, normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gradeeval.sources.segments import Segment


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``start`` to ``end`` (not included) of the normalised text of a clause."""

    start: int
    end: int

    def overlaps(self, other: Span) -> bool:
        """Whether at least one character is in both."""
        return self.start < other.end and other.start < self.end

    def holds(self, other: Span) -> bool:
        """Whether all of ``other`` is inside."""
        return self.start <= other.start and other.end <= self.end


class Clauses:
    """The clauses of a document, each as one normalised text."""

    def __init__(self, segments: Iterable[Segment]) -> None:
        self._segments: dict[str, list[Segment]] = {}
        for segment in segments:
            self._segments.setdefault(segment.clause, []).append(segment)
        self._texts = {clause: "".join(segment.text for segment in parts) for clause, parts in self._segments.items()}

    def __contains__(self, clause: str) -> bool:
        return canonical_clause(clause) in self._segments

    def segments(self, clause: str) -> Sequence[Segment]:
        """The segments of a clause in order; none where there is no such clause."""
        return self._segments.get(canonical_clause(clause), [])

    def text(self, clause: str) -> str:
        """The normalised text of a clause, without what stands in its subclauses; empty where there is no such clause."""
        return self._texts.get(canonical_clause(clause), "")

    def above(self, clause: str) -> list[str]:
        """The clauses that a clause is part of, the nearest last."""
        wanted = canonical_clause(clause)
        return [name for name in self._texts if name != wanted and wanted.startswith(name) and _ends(name, wanted)]

    def whereabouts(self, clause: str, quote: str) -> tuple[int | None, int | None]:
        """The segment of the clause and the line in which a quote begins; None where it is not there."""
        spans = self.find(clause, quote)
        start = 0
        for part in self.segments(clause):
            if spans and spans[0].start < start + len(part.text):
                return part.at, part.line
            start += len(part.text)
        return None, None

    def offset(self, clause: str, at: int) -> int:
        """Where segment ``at`` begins in the text of its clause."""
        return sum(len(segment.text) for segment in self.segments(clause)[: at - 1])

    def find(self, clause: str, quote: str) -> list[Span]:
        """All places of a quote in a clause, overlapping ones included."""
        text, wanted = self._texts.get(canonical_clause(clause), ""), normalise(quote)
        spans = []
        start = text.find(wanted) if wanted else -1
        while start >= 0:
            spans.append(Span(start, start + len(wanted)))
            start = text.find(wanted, start + 1)
        return spans

    def elsewhere(self, quote: str) -> list[str]:
        """The clauses that hold a quote."""
        return [clause for clause in self._texts if self.find(clause, quote)]


def _ends(name: str, longer: str) -> bool:
    """Whether ``name`` ends where a step of ``longer`` ends: 十 is not above 十一, nor 二（一）1 above 二（一）12."""
    last, following = name[-1], longer[len(name)]
    return (
        following == "（"
        or last == "）"
        or (last.isdigit() and last.isascii()) != (following.isdigit() and following.isascii())
    )
