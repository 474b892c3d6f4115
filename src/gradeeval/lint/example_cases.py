"""Family T: whether the examples of a requirement show what it means."""

from __future__ import annotations

from collections.abc import Iterator

from gradeeval.engines.judgement import MET, NEEDS_REVIEW, NOT_APPLICABLE, UNKNOWN, UNMET
from gradeeval.language.nodes import ALWAYS, Requirement
from gradeeval.language.scope import Reference
from gradeeval.lint.boundaries import boundaries, not_shown
from gradeeval.lint.check import ERROR, Check, Encoded, Hit, Material
from gradeeval.messages import _, listed
from gradeeval.quantity import exact_text
from gradeeval.rulesets.ruleset import Case


def without_examples(material: Material) -> Iterator[Hit]:
    """Requirements without any example."""
    for encoded in material.linted():
        shown = _by_requirement(encoded)
        for requirement in encoded.requirements:
            if requirement.id not in shown:
                yield Hit(
                    requirement.origin.at("id"),
                    _("{id}：没有例子；请在 examples/ 写出达标、未达标和数据不足的例子").format(id=requirement.id),
                )


def missing_outcomes(material: Material) -> Iterator[Hit]:
    """Requirements whose examples lack an outcome that they can have."""
    for encoded in material.linted():
        shown = _by_requirement(encoded)
        for requirement in encoded.requirements:
            cases = shown.get(requirement.id)
            if cases is None:
                continue
            there = {case.expected for case in cases}
            lacking = [outcome for outcome in wanted_outcomes(requirement) if outcome not in there]
            if lacking:
                yield Hit(
                    cases[0].origin.parent(2),
                    _("{id}：没有结论为 {outcomes} 的例子；请补上").format(id=requirement.id, outcomes=listed(lacking)),
                )


def wanted_outcomes(requirement: Requirement) -> list[str]:
    """The outcomes that examples should show: a permission is never unmet, and only a condition leaves subjects out."""
    if requirement.target.needs_review is not None:
        wanted = [NEEDS_REVIEW]
    elif requirement.force == "permit":
        wanted = [MET, NOT_APPLICABLE, UNKNOWN]
    else:
        wanted = [MET, UNMET, UNKNOWN]
    if requirement.where != ALWAYS and NOT_APPLICABLE not in wanted:
        wanted.append(NOT_APPLICABLE)
    return wanted


def missing_boundaries(material: Material) -> Iterator[Hit]:
    """Requirements that no example tests exactly at a bound of their target."""
    for encoded in material.linted():
        shown = _by_requirement(encoded)
        permits = {requirement.id: requirement for requirement in encoded.requirements if requirement.force == "permit"}
        for requirement in encoded.requirements:
            cases = shown.get(requirement.id)
            reference = material.scope.find(requirement.indicator, requirement.binds)
            if cases is None or not isinstance(reference, Reference):
                continue
            left = not_shown(
                boundaries(requirement, reference),
                cases,
                requirement,
                reference,
                document=encoded.ruleset.document,
                scope=material.scope,
                permits=permits,
            )
            if left:
                values = listed(value if isinstance(value, str) else exact_text(value) for value in left)
                yield Hit(
                    cases[0].origin.parent(2),
                    _("{id}：没有恰好在界限 {values} 上的例子；请补上，以示界限本身算不算").format(
                        id=requirement.id, values=values
                    ),
                )


def dead_examples(material: Material) -> Iterator[Hit]:
    """Examples of requirements that do not exist."""
    for encoded in material.linted():
        known = {requirement.id for requirement in encoded.requirements}
        for id, cases in _by_requirement(encoded).items():
            if id not in known:
                sentence = _("没有要求 {id}；请改正编号，或删去这些例子").format(id=id)
                yield Hit(cases[0].origin.parent(2), sentence)


def same_example_twice(material: Material) -> Iterator[Hit]:
    """Examples of one requirement that give the same of the subject: they show nothing new, or contradict each other."""
    for encoded in material.linted():
        for id, cases in _by_requirement(encoded).items():
            seen: dict[str, Case] = {}
            for case in cases:
                given = repr((case.period, case.fields, case.facts, case.earlier, case.parts, case.above))
                first = seen.setdefault(given, case)
                if first is not case:
                    yield Hit(
                        case.origin,
                        _("{id}：例子“{second}”与“{first}”给出的数据相同；请删去其一，或改数据").format(
                            id=id, second=case.title, first=first.title
                        ),
                        also=((first.origin, first.title),),
                    )


def _by_requirement(encoded: Encoded) -> dict[str, list[Case]]:
    groups: dict[str, list[Case]] = {}
    for case in encoded.cases:
        groups.setdefault(case.requirement, []).append(case)
    return groups


CHECKS = (
    Check("T101", "要求没有例子", "Requirement without examples", without_examples, ERROR),
    Check("T102", "例子缺少一种结论", "Examples that lack an outcome", missing_outcomes),
    Check("T103", "没有恰好在界限上的例子", "No example at the boundary", missing_boundaries),
    Check("T104", "例子的要求不存在", "Examples of no requirement", dead_examples, ERROR),
    Check("T105", "例子重复", "One example twice", same_example_twice),
)
