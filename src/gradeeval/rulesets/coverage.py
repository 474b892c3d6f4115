"""How much of a document is encoded, and what kinds of demands it makes: counts over its ledger and requirements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gradeeval.language.nodes import Bounds, Change, Count, Equals, Includes, Indicator, Ratio, Requirement, Share, Sum
from gradeeval.rulesets.ruleset import LedgerEntry

STATUSES = ("encoded", "informative", "organisational", "exhortation", "pending")


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts of one document, each by its own key; ``characters`` are those of the stretches by status."""

    segments: int
    stretches: Mapping[str, int]
    characters: Mapping[str, int]
    requirements: int
    demands: Mapping[str, int]
    subjects: Mapping[str, int]
    forces: Mapping[str, int]
    topics: Mapping[str, int]
    due_years: Mapping[str, int]
    derivations: Mapping[str, int]


def coverage(
    ledger: Sequence[LedgerEntry], requirements: Sequence[Requirement], indicators: Mapping[str, Indicator]
) -> Coverage:
    """The counts of one document; a requirement with several topics counts in each."""
    stretches: Counter[str] = Counter()
    characters: Counter[str] = Counter()
    for entry in ledger:
        for stretch in entry.stretches:
            stretches[stretch.status] += 1
            characters[stretch.status] += stretch.chars
    return Coverage(
        segments=len(ledger),
        stretches={status: stretches[status] for status in STATUSES},
        characters={status: characters[status] for status in STATUSES},
        requirements=len(requirements),
        demands=_counted(demand(requirement, indicators) for requirement in requirements),
        subjects=_counted(subject(requirement) for requirement in requirements),
        forces=_counted(requirement.force for requirement in requirements),
        topics=_counted(topic for requirement in requirements for topic in requirement.topics),
        due_years=_counted(requirement.due[:4] if requirement.due else "none" for requirement in requirements),
        derivations=_counted(word for requirement in requirements for _key, word in requirement.derived),
    )


def subject(requirement: Requirement) -> str:
    """The sort of subject that is bound, in one word: the kind, the tier of a region or the type of a network."""
    return requirement.binds.tier or requirement.binds.type or requirement.binds.kind


def demand(requirement: Requirement, indicators: Mapping[str, Indicator]) -> str:
    """The kind of demand: ``yes_no``, ``list``, ``grade``, ``needs_review``, or what sort of number is asked for."""
    target = requirement.target
    if target.needs_review is not None:
        return "needs_review"
    if isinstance(target.test, Includes):
        return "list"
    if not isinstance(target.test, Bounds | Equals):
        return "yes_no"
    indicator = indicators.get(requirement.indicator)
    if indicator is None or indicator.order is not None:
        return "grade"
    formula = indicator.formula
    if isinstance(formula, Change):
        return "change"
    if isinstance(formula, Ratio):
        return "ratio"
    if isinstance(formula, Share) or indicator.unit == "percent":
        return "share"
    if indicator.flow:
        return "flow"
    return "count" if isinstance(formula, Count | Sum) or indicator.unit == "count" else str(indicator.unit)


def _counted(words: Iterable[str]) -> Mapping[str, int]:
    return dict(sorted(Counter(words).items(), key=lambda pair: (-pair[1], pair[0])))
