"""What comes first in a report: gaps by force, then what is due, then size; missing facts by how much they would decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from gradeeval.findings.finding import Finding
from gradeeval.findings.gap import Range
from gradeeval.findings.missing import Missing
from gradeeval.language.nodes import FORCES, Bounds, Change, Equals, Includes, Ratio, Test
from gradeeval.language.scope import Reference


@dataclass(frozen=True, slots=True)
class NeededFact:
    """A fact that is missing, and the findings that wait for it.

    ``of`` are the subjects of which it is missing, as id and name; empty for the subject of the report. ``alone`` counts the
    findings that it would decide by itself.
    """

    name: str
    kind: str
    findings: tuple[Finding, ...]
    of: tuple[tuple[str, str], ...]
    periods: tuple[str, ...]
    alone: int

    @property
    def mandatory(self) -> int:
        """How many of the findings are on mandatory requirements."""
        return sum(finding.requirement.force == "mandatory" for finding in self.findings)


def by_weight(findings: Iterable[Finding]) -> list[Finding]:
    """By force, then due or standing before not yet due, then the larger relative gap; else in the order of the document."""
    return sorted(
        findings,
        key=lambda finding: (FORCES.index(finding.requirement.force), not finding.binding, -relative_size(finding)),
    )


def relative_size(finding: Finding) -> Fraction:
    """How much of the target is missing, from 0 to 1 as a rule; 1 where nothing can be measured."""
    shortfall = finding.shortfall
    lacking = len(shortfall.codes) + len(shortfall.unknown_codes) if shortfall is not None else None
    return size(finding.requirement.target.test, finding.gap, lacking, finding.reference)


def size(test: Test | None, gap: Range | None, lacking: int | None, reference: Reference) -> Fraction:
    """The same from the gap, or from how many codes of a list are not surely there."""
    if isinstance(test, Includes) and lacking is not None:
        return Fraction(lacking, len(test.codes))
    if gap is None or isinstance(gap[1], float):
        return Fraction(1)
    values = reference.type.values
    if values is not None and values.ranks:
        return abs(gap[1]) / len(values.ranks)
    limits: list[Fraction] = []
    if isinstance(test, Equals):
        limits = [Fraction(test.number)]
    elif isinstance(test, Bounds):
        limits = [Fraction(limit) for _word, limit in test.stated() if not isinstance(limit, str)]
    limit = next((abs(limit) for limit in limits if limit), None)
    return abs(gap[1]) / limit if limit is not None else Fraction(1)


def needed_facts(findings: Iterable[Finding]) -> list[NeededFact]:
    """The facts that the findings wait for: first those that most mandatory requirements, then most others wait for."""
    waiting: dict[tuple[str, str], list[tuple[Finding, Missing]]] = {}
    for finding in findings:
        for missing in direct(finding):
            waiting.setdefault((missing.name, missing.kind), []).append((finding, missing))
    found = [
        NeededFact(
            name=name,
            kind=kind,
            findings=_once(pairs),
            of=tuple(dict.fromkeys(part for _finding, missing in pairs for part in missing.of)),
            periods=tuple(sorted({missing.period for _finding, missing in pairs})),
            alone=sum(_decides_alone(finding, name) for finding in _once(pairs)),
        )
        for (name, kind), pairs in waiting.items()
    ]
    return sorted(found, key=lambda fact: (-fact.mandatory, -len(fact.findings), -fact.alone))


def _once(pairs: Iterable[tuple[Finding, Missing]]) -> tuple[Finding, ...]:
    return tuple({id(finding): finding for finding, _missing in pairs}.values())


def direct(finding: Finding) -> list[Missing]:
    """The missing facts of a finding without a ratio or change whose operands are missing too: those are what one has."""
    indicator = finding.reference.indicator
    derived = indicator is not None and isinstance(indicator.formula, Ratio | Change)
    others = [missing for missing in finding.missing if missing.name != finding.requirement.indicator]
    return others if derived and others else list(finding.missing)


def _decides_alone(finding: Finding, name: str) -> bool:
    if len({missing.name for missing in direct(finding)}) == 1:
        return True
    return finding.judgement.reason is None and name == finding.requirement.indicator
