"""Family L, without a solver: requirements that ask for less than one of a document above them, with no basis stated.

Compared is only what can be: the same indicator and window, a set of subjects that the other requirement binds whole,
bounds on numbers or on one order. What is left open here, ``--prove`` may find.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from gradeeval.language.nodes import FORCES, Bounds, Equals, Includes, Is, Requirement
from gradeeval.language.scope import Reference, Scope
from gradeeval.lint.check import ERROR, Check, Hit, Material
from gradeeval.messages import _, listed
from gradeeval.rulesets.ruleset import PolicyDocument
from gradeeval.vocabulary import ValueType


def weakened(material: Material) -> Iterator[Hit]:
    """Requirements weaker than one of a wider jurisdiction, or than the one that they claim to be stricter than."""
    by_indicator: dict[str, list[Requirement]] = defaultdict(list)
    for encoded in material.rulesets.values():
        for requirement in encoded.requirements:
            by_indicator[requirement.indicator].append(requirement)
    around = {id: _around(encoded.ruleset.document, material) for id, encoded in material.rulesets.items()}
    for encoded, requirement in material.requirements():
        document = encoded.ruleset.document
        for other in by_indicator[requirement.indicator]:
            theirs = material.rulesets[other.document].ruleset.document
            if other.id in (requirement.replaces, requirement.supersedes) or _apart(document, theirs):
                continue
            claims = requirement.stricter_than == other.id
            above = theirs.jurisdiction in around[document.id]
            if not claims and (requirement.basis is not None or not above):
                continue
            less = list(asks_less(requirement, other, material.scope))
            if less:
                yield Hit(
                    requirement.origin,
                    _("{id} 比 {other}（{clause}）宽：{less}；请收紧，或写明 replaces 和 basis（依据）").format(
                        id=requirement.id, other=other.id, clause=other.clause, less=listed(less)
                    ),
                    also=((other.origin, _("较严的要求 {id}").format(id=other.id)),),
                )


def _apart(one: PolicyDocument, other: PolicyDocument) -> bool:
    """Whether it is one document, or one is in force in the place of the other."""
    return (
        one.id == other.id
        or any(id == other.id for id, _note in one.supersedes)
        or any(id == one.id for id, _note in other.supersedes)
    )


def _around(document: PolicyDocument, material: Material) -> frozenset[str]:
    """The regions around a document's jurisdiction, without it; the rows of the rosters as they stand."""
    parents = {
        row.id: row.parent
        for roster in material.rosters
        for row in roster.rows
        if row.kind == "region" and (material.as_of is None or row.holds_on(material.as_of))
    }
    found: set[str] = set()
    step = parents.get(document.jurisdiction)
    while step is not None and step not in found:
        found.add(step)
        step = parents.get(step)
    return frozenset(found)


def asks_less(one: Requirement, other: Requirement, scope: Scope) -> Iterator[str]:
    """In what ``one`` asks for less than ``other``, in words; nothing where they cannot be compared."""
    if not _comparable(one, other):
        return
    reference = scope.find(one.indicator, one.binds)
    if isinstance(reference, Reference) and _target_is_less(one, other, reference.type):
        yield _("目标较低")
    if FORCES.index(one.force) > FORCES.index(other.force):
        yield _("约束力较弱")
    if one.due is not None and one.every_year is None and (other.due is None or one.due > other.due):
        yield _("期限较晚")


def _comparable(one: Requirement, other: Requirement) -> bool:
    """Whether they look at the same, and ``other`` binds every subject that ``one`` binds."""
    return (
        (one.indicator, one.binds, one.within, one.every_year)
        == (other.indicator, other.binds, other.within, other.every_year)
        and set(other.where.tests) <= set(one.where.tests)
        and set(other.where.alternatives) <= set(one.where.alternatives)
        and one.target.needs_review is None
        and other.target.needs_review is None
        and type(one.target.test) is type(other.target.test)
        and other.unless is None
        and _same_sense(one, other)
    )


def _same_sense(one: Requirement, other: Requirement) -> bool:
    """Whether the one forbids what the other forbids; 严禁 and 支持 of the same thing are not a matter of more or less."""
    return one.target.test == other.target.test if isinstance(one.target.test, Is) else True


def _target_is_less(one: Requirement, other: Requirement, type: ValueType) -> bool:
    first, second = one.target.test, other.target.test
    if isinstance(first, Includes) and isinstance(second, Includes):
        return not set(second.codes) <= set(first.codes)
    if not isinstance(first, Bounds | Equals) or not isinstance(second, Bounds | Equals):
        return False
    own, theirs = _range(one, type), _range(other, type)
    if own is None or theirs is None or not any(mine and its for mine, its in zip(own, theirs, strict=True)):
        return False  # a floor against a ceiling is no matter of more or less
    return _below(own[0], theirs[0]) or _below(_turned(own[1]), _turned(theirs[1]))


Limit = tuple[Fraction, bool] | None
"""A bound and whether it is left out of what passes; None: open."""


def _range(requirement: Requirement, type: ValueType) -> tuple[Limit, Limit] | None:
    """What passes, from and to, moved by 左右; None for values that are on no order."""
    test = requirement.target.test
    if isinstance(test, Equals):
        number = Fraction(test.number)
        slack = abs(number) * Fraction(requirement.tolerance) / 100 if requirement.target.about else Fraction()
        return (number - slack, False), (number + slack, False)
    assert isinstance(test, Bounds)
    low: Limit = None
    high: Limit = None
    for name, limit in test.stated():
        if isinstance(limit, str):
            if type.values is None or limit not in type.values.ranks:
                return None
            number = Fraction(type.values.ranks[limit])
        else:
            number = Fraction(limit)
        slack = abs(number) * Fraction(requirement.tolerance) / 100 if requirement.target.about else Fraction()
        if name in ("at_least", "above"):
            low = (number - slack, name == "above")
        else:
            high = (number + slack, name == "below")
    return low, high


def _below(one: Limit, other: Limit) -> bool:
    """Whether a lower bound lets through what the other one does not."""
    if other is None:
        return False
    return one is None or one < other


def _turned(limit: Limit) -> Limit:
    return None if limit is None else (-limit[0], limit[1])


CHECKS = (Check("L501", "没有依据而放宽", "Weakened without a basis", weakened, ERROR),)
