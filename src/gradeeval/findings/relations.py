"""How requirements of different documents on the same subject stand to each other: which one binds, and why.

``replaces`` (with a basis) takes a requirement's place where it binds the subject. ``stricter_than`` covers the other one,
but only where that hides nothing: it is decided, due, at least as binding, and not met where the other is missed.
``extends`` adds to it. A verdict is the same with and without ``stricter_than`` and ``extends``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gradeeval.engines.judgement import (
    BINDS_UNKNOWN,
    MET,
    NOT_APPLICABLE,
    NOT_BEGUN,
    NOT_BOUND,
    UNKNOWN,
    UNMET,
    Judgement,
)
from gradeeval.findings.finding import Finding, Relation
from gradeeval.language.nodes import FORCES, Requirement

REPLACED = "replaced"
PERHAPS_REPLACED = "perhaps_replaced"
"""Reasons why a requirement does not apply, or why that is not known."""

UNDECIDED, NOT_DUE, WEAKER, NOT_STRICTER = "undecided", "not_due", "weaker_force", "not_stricter"
"""Why a requirement that is said to be stricter does not cover the other one."""


@dataclass(frozen=True, slots=True)
class Override:
    """What a replacement does to a judgement: the replacing requirement, and whether it is known to bind."""

    by: Requirement
    certain: bool


def related_ids(requirement: Requirement) -> Iterable[str]:
    """The requirements that one names as replaced, less strict or extended."""
    return [id for id in (requirement.replaces, requirement.stricter_than, requirement.extends) if id is not None]


def replacement(by: Judgement) -> Override | None:
    """What a replacing requirement does on a subject; None where it does not bind it, or not yet."""
    if by.outcome == NOT_APPLICABLE and by.reason in (NOT_BOUND, NOT_BEGUN):
        return None
    return Override(by.requirement, certain=by.reason != BINDS_UNKNOWN)


def overridden(judgement: Judgement, override: Override | None) -> Judgement:
    """The judgement of a requirement that another one takes the place of."""
    if override is None or (not override.certain and judgement.outcome == NOT_APPLICABLE):
        return judgement
    outcome, reason = (NOT_APPLICABLE, REPLACED) if override.certain else (UNKNOWN, PERHAPS_REPLACED)
    return Judgement(judgement.requirement, outcome, judgement.view, judgement.value, reason)


def relate(findings: Sequence[Finding]) -> list[Finding]:
    """The findings on one subject, each with how it stands to the others, and those that are replaced as such."""
    by_id = {finding.requirement.id: finding for finding in findings}
    found: dict[str, list[Relation]] = {id: [] for id in by_id}
    for finding in findings:
        for id in related_ids(finding.requirement):
            other = by_id.get(id)
            if other is None or other is finding:
                continue
            if finding.requirement.replaces == id:
                _replace(finding, other, by_id, found)
            elif finding.requirement.stricter_than == id:
                _cover(finding, other, found)
            elif finding.judgement.reason != NOT_BOUND:
                found[finding.requirement.id].append(Relation("extends", other.requirement, finding.requirement.basis))
                found[id].append(Relation("extended_by", finding.requirement, finding.requirement.basis))
    return [
        replace(by_id[id], relations=tuple(relations)) if relations else by_id[id] for id, relations in found.items()
    ]


def _replace(finding: Finding, other: Finding, by_id: dict[str, Finding], found: Mapping[str, list[Relation]]) -> None:
    requirement, replaced = finding.requirement, other.requirement
    override = replacement(finding.judgement)
    if override is None or _in_circle(replaced, by_id):
        return
    sure = "" if override.certain else "perhaps_"
    found[requirement.id].append(Relation(f"{sure}replaces", replaced, requirement.basis))
    found[replaced.id].append(Relation(f"{sure}replaced_by", requirement, requirement.basis))
    judgement = overridden(other.judgement, override)
    if judgement is not other.judgement:
        missing = () if override.certain else finding.missing
        by_id[replaced.id] = replace(
            other, judgement=judgement, gap=None, shortfall=None, missing=missing, late=False, stale=False, notes=()
        )


def _in_circle(requirement: Requirement, by_id: Mapping[str, Finding]) -> bool:
    """Whether replacements lead from it back to itself: then none of them holds."""
    seen = {requirement.id}
    step = requirement.replaces
    while step is not None and step in by_id and step not in seen:
        seen.add(step)
        step = by_id[step].requirement.replaces
    return step == requirement.id


def _cover(finding: Finding, other: Finding, found: Mapping[str, list[Relation]]) -> None:
    requirement, milder = finding.requirement, other.requirement
    if NOT_APPLICABLE in (finding.outcome, other.outcome):
        return
    why = _why_not(finding, other)
    if why is None:
        found[requirement.id].append(Relation("covers", milder, requirement.basis))
        found[milder.id].append(Relation("covered_by", requirement, requirement.basis))
    else:
        found[requirement.id].append(Relation("stricter_than", milder, requirement.basis, why))
        found[milder.id].append(Relation("milder_than", requirement, requirement.basis, why))


def _why_not(finding: Finding, other: Finding) -> str | None:
    """Why a stricter finding does not stand for the other one; None where it does."""
    if finding.outcome not in (MET, UNMET):
        return UNDECIDED
    if other.binding and not finding.binding:
        return NOT_DUE
    if FORCES.index(finding.requirement.force) > FORCES.index(other.requirement.force):
        return WEAKER
    if finding.outcome == MET and other.outcome == UNMET:
        return NOT_STRICTER
    return None
