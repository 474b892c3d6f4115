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
    PERHAPS_REPLACED,
    REPLACED,
    UNKNOWN,
    UNMET,
    Judgement,
)
from gradeeval.findings.finding import Finding, Relation
from gradeeval.language.nodes import FORCES, Requirement

UNDECIDED, NOT_DUE, WEAKER, NOT_STRICTER = "undecided", "not_due", "weaker_force", "not_stricter"
"""Why a requirement that is said to be stricter does not cover the other one."""


@dataclass(frozen=True, slots=True)
class Override:
    """What a replacement does to a judgement: the replacing requirement, and whether it is known to bind."""

    by: Requirement
    certain: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What a relation hangs on: the outcome with its reason, the force, and whether it is due or standing."""

    outcome: str
    reason: str | None
    force: str
    binding: bool


@dataclass(frozen=True, slots=True)
class Told:
    """The kinds of ``Relation`` that a requirement and the one that it names have, and why not another one."""

    own: str
    other: str
    why: str | None = None


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
            how = "extends"
            if finding.requirement.replaces == id:
                how = "replaces"
            elif finding.requirement.stricter_than == id:
                how = "stricter_than"
            if how == "replaces" and _in_circle(other.requirement, by_id):
                continue
            said = told(how, _standing(finding), _standing(other))
            if said is None:
                continue
            basis = finding.requirement.basis
            found[finding.requirement.id].append(Relation(said.own, other.requirement, basis, said.why))
            found[id].append(Relation(said.other, finding.requirement, basis, said.why))
            if how == "replaces":
                _replace(finding, other, by_id)
    return [
        replace(by_id[id], relations=tuple(relations)) if relations else by_id[id] for id, relations in found.items()
    ]


def told(how: str, own: Standing, other: Standing) -> Told | None:
    """What is said of a requirement that ``replaces``, is ``stricter_than`` or ``extends`` another one, and of that.

    None where there is nothing to say: it does not bind, or not yet.
    """
    if how == "replaces":
        if own.outcome == NOT_APPLICABLE and own.reason in (NOT_BOUND, NOT_BEGUN):
            return None
        sure = "perhaps_" if own.reason == BINDS_UNKNOWN else ""
        return Told(f"{sure}replaces", f"{sure}replaced_by")
    if how == "stricter_than":
        if NOT_APPLICABLE in (own.outcome, other.outcome):
            return None
        why = _why_not(own, other)
        return Told("covers", "covered_by") if why is None else Told("stricter_than", "milder_than", why)
    return Told("extends", "extended_by") if own.reason != NOT_BOUND else None


def _standing(finding: Finding) -> Standing:
    return Standing(finding.outcome, finding.judgement.reason, finding.requirement.force, finding.binding)


def _replace(finding: Finding, other: Finding, by_id: dict[str, Finding]) -> None:
    override = replacement(finding.judgement)
    judgement = overridden(other.judgement, override)
    if override is not None and judgement is not other.judgement:
        missing = () if override.certain else finding.missing
        by_id[other.requirement.id] = replace(
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


def _why_not(own: Standing, other: Standing) -> str | None:
    """Why a stricter finding does not stand for the other one; None where it does."""
    if own.outcome not in (MET, UNMET):
        return UNDECIDED
    if other.binding and not own.binding:
        return NOT_DUE
    if FORCES.index(own.force) > FORCES.index(other.force):
        return WEAKER
    if own.outcome == MET and other.outcome == UNMET:
        return NOT_STRICTER
    return None
