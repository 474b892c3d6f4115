"""Follows every word of quantity in the text to the requirement that demands it or to the account of why none does."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from gradeeval.messages import _, listed
from gradeeval.sources.claims import SourceProblem
from gradeeval.sources.figures import held, target_figures
from gradeeval.sources.numbers import prints
from gradeeval.sources.passages import Clauses, Span
from gradeeval.sources.quantities import quantities
from gradeeval.sources.segments import FRONT, canonical_clause, normalise, segment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gradeeval.language.nodes import Indicator, Requirement
    from gradeeval.sources.claims import LedgerSegment, Stretch
    from gradeeval.sources.figures import Held
    from gradeeval.sources.quantities import Quantity
    from gradeeval.sources.segments import Segment

PENDING = "pending"


def verify_quantities(
    document: str,
    ledger: Sequence[LedgerSegment],
    requirements: Sequence[Requirement],
    indicators: Mapping[str, Indicator],
    text: str,
) -> list[SourceProblem]:
    """Words of quantity that neither a requirement explains nor an account declares, and accounts of no such words.

    Segments that the ledger lacks and stretches that are pending are left to ``verify_ledger`` and to those who are
    still reading; in what comes before the first heading dates need no account.
    """
    parts = segment(text)
    books = _Books(document, requirements, indicators, Clauses(parts))
    entries = {(canonical_clause(entry.clause), entry.at): entry for entry in ledger}
    problems: list[SourceProblem] = []
    for part in parts:
        entry = entries.get((part.clause, part.at))
        if entry is not None:
            problems.extend(books.segment(part, entry))
    return problems


def explains(requirement: Requirement, holds: Held, quantity: Quantity, text: str) -> bool:
    """Whether a requirement that quotes ``quantity``, a word of the normalised ``text``, accounts for it."""
    after = text[quantity.end :]
    if any(quantity.words in title for title in holds.titles):
        return True
    if quantity.kind in ("year", "span"):
        return _explains_years(requirement, holds, quantity, after)
    if quantity.kind == "day":
        return requirement.every_year is not None or _falls_in(requirement.due, quantity)
    if quantity.kind == "number":
        return _explains_number(holds, quantity) or _is_one_of_each(requirement, quantity, text)
    if quantity.kind == "each" or not target_figures(requirement.target):
        return True
    if quantity.kind == "frequency":
        return requirement.every_year is not None or "calendar" in dict(requirement.derived).values()
    derived = "each" in dict(requirement.derived).values()
    return derived or (quantity.kind == "all" and bool(re.match("[^,;。0-9]{0,6}[0-9]", after)))


def _explains_years(requirement: Requirement, holds: Held, quantity: Quantity, after: str) -> bool:
    years = set(quantity.values or quantity.by_calendar)
    if quantity.kind == "span" and re.match("”?[末底]", after):
        years = {max(years)}
    declared = dict(requirement.derived).values()
    return years <= holds.years or (max(years) in holds.years and "calendar" in declared)


def _falls_in(due: str | None, quantity: Quantity) -> bool:
    """Whether a date lies in the month that is printed without its year."""
    return due is not None and quantity.values == (Fraction(int(due[5:7])),)


def _explains_number(holds: Held, quantity: Quantity) -> bool:
    if quantity.by_calendar and all(number in holds.numbers for number in quantity.by_calendar):
        return True
    if quantity.unit == "proportion":
        return any(prints(quantity, number) for number in holds.numbers)
    if len(quantity.values) == 1:
        return any(prints(quantity, number) for number in holds.numbers)
    return bool(quantity.values) and all(number in holds.numbers for number in quantity.values)


def _is_one_of_each(requirement: Requirement, quantity: Quantity, text: str) -> bool:
    """每个乡镇1所, told by the share of townships that have it, 100 percent."""
    phrase = re.split("[,。;:]", text[: quantity.start])[-1]
    declared = "each" in dict(requirement.derived).values()
    return declared and quantity.values == (Fraction(1),) and re.search("每|均|各", phrase) is not None


class _Books:
    """Requirements by the passages they quote."""

    def __init__(
        self,
        document: str,
        requirements: Sequence[Requirement],
        indicators: Mapping[str, Indicator],
        clauses: Clauses,
    ) -> None:
        self._document = document
        self._clauses = clauses
        self._quoting: dict[str, list[tuple[Span, Requirement, Held]]] = {}
        for requirement in requirements:
            holds = held(requirement, indicators)
            for span in clauses.find(requirement.clause, requirement.quote):
                clause = canonical_clause(requirement.clause)
                self._quoting.setdefault(clause, []).append((span, requirement, holds))

    def segment(self, part: Segment, entry: LedgerSegment) -> Iterator[SourceProblem]:
        """The problems of one segment, stretch by stretch."""
        found = quantities(part.text)
        start = 0
        for stretch in entry.stretches:
            end = start + max(stretch.chars, 0)
            accounted = list(self._accounts(part, stretch, start, end))
            for words, spans in accounted:
                if not spans:
                    message = _("accounts 中的“{words}”不在“{opens}”一段中；请改正或删去").format(
                        words=words, opens=stretch.opens
                    )
                    yield self._problem("account_not_in_stretch", message, part)
            if stretch.status != PENDING:
                inside = [quantity for quantity in found if start <= quantity.start < end]
                covered = [span for _words, spans in accounted for span in spans]
                yield from self._unexplained(part, inside, covered)
            start = end

    def _accounts(self, part: Segment, stretch: Stretch, start: int, end: int) -> Iterator[tuple[str, list[Span]]]:
        for words, _why in stretch.accounts:
            wanted = re.escape(normalise(words))
            spans = [
                Span(match.start(), match.end())
                for match in re.finditer(wanted, part.text)
                if start <= match.start() < end
            ]
            yield words, spans if wanted else []

    def _unexplained(self, part: Segment, found: list[Quantity], covered: list[Span]) -> Iterator[SourceProblem]:
        offset = self._clauses.offset(part.clause, part.at)
        for quantity in found:
            if any(span.start <= quantity.start < span.end for span in covered):
                continue
            if part.clause == FRONT and quantity.kind in ("year", "span", "day"):
                continue
            place = Span(offset + quantity.start, offset + quantity.end)
            quoting = [entry for entry in self._quoting.get(part.clause, []) if entry[0].holds(place)]
            if not any(explains(requirement, holds, quantity, part.text) for _span, requirement, holds in quoting):
                yield self._problem("quantity_unaccounted", _unaccounted(part, quantity, quoting), part)

    def _problem(self, kind: str, message: str, part: Segment) -> SourceProblem:
        return SourceProblem(
            kind=kind, message=message, document=self._document, clause=part.clause, at=part.at, line=part.line
        )


def _unaccounted(part: Segment, quantity: Quantity, quoting: list[tuple[Span, Requirement, Held]]) -> str:
    around = part.text[max(0, quantity.start - 8) : quantity.end + 6]
    if quoting:
        names = listed(requirement.id for _span, requirement, _holds in quoting)
        return _(
            "“{around}”中的“{words}”在 {ids} 的引文内，却不是其目标、日期或条件；请改正，或写入该段的 accounts"
        ).format(around=around, words=quantity.words, ids=names)
    return _("“{around}”中的“{words}”没有要求引用；请立一条要求，或在该段的 accounts 写明 {{words, why}}").format(
        around=around, words=quantity.words
    )
