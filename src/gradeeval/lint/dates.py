"""Family D: the dates of requirements, against their document and against each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from gradeeval.language.nodes import Requirement
from gradeeval.lint.check import ERROR, Check, Fix, Hit, Material
from gradeeval.messages import _
from gradeeval.timeline import Span


def outside_horizon(material: Material) -> Iterator[Hit]:
    """Due dates outside the horizon of their document, where no ``reading`` says why."""
    for encoded, requirement in material.requirements():
        horizon = encoded.ruleset.document.horizon
        if requirement.due is None or horizon is None or requirement.reading is not None:
            continue
        if int(requirement.due[:4]) not in horizon:
            yield Hit(
                requirement.origin.at("due"),
                _("{id}：截止日期 {due} 在规划期 {horizon} 以外；请改正，或在 reading 写明原因").format(
                    id=requirement.id, due=requirement.due, horizon=horizon
                ),
            )


def not_the_documents(material: Material) -> Iterator[Hit]:
    """Due dates that are said to be the document's and are not, and standing duties that have one."""
    for encoded, requirement in material.requirements():
        last = encoded.ruleset.document.last_day
        due = requirement.due
        if requirement.due_from == "document" and due != last:
            certain = last is not None and due is not None
            sentence = (
                _("{id}：期限取自文件（due_from: document），应为规划期末 {last}；请改正").format(
                    id=requirement.id, last=last
                )
                if last is not None
                else _("{id}：期限取自文件，而文件没有规划期；请写 due_from: none，或补上 horizon").format(
                    id=requirement.id
                )
            )
            yield Hit(
                requirement.origin.at("due" if due is not None else "due_from"),
                sentence,
                Fix(str(due), str(last)) if certain else None,
            )
        elif requirement.due_from == "none" and due is not None:
            sentence = _("{id}：常年有效（due_from: none）的要求没有期限；请删去 due，或写明期限的来源")
            yield Hit(requirement.origin.at("due"), sentence.format(id=requirement.id))
        elif requirement.due_from == "clause" and due is None:
            sentence = _("{id}：期限取自条款，却没有写 due；请写出期限，或写 due_from: none")
            yield Hit(requirement.origin.at("due_from"), sentence.format(id=requirement.id))


def same_demand_twice(material: Material) -> Iterator[Hit]:
    """Two requirements of one document that ask the same subjects for the same indicator, with force and years alike."""
    for encoded in material.linted():
        groups: dict[object, list[Requirement]] = {}
        for found in encoded.requirements:
            groups.setdefault((found.binds, found.where, found.indicator, found.force), []).append(found)
        for group in groups.values():
            for first, second in combinations(group, 2):
                if _linked(first, second) or _linked(second, first):
                    continue
                if _sort(first) == _sort(second) and _years(first).overlaps(_years(second)):
                    yield Hit(
                        second.origin.at("id"),
                        _(
                            "{second} 与 {first} 对同样的对象、同样的年份要求同一指标；请合并，或把年份、对象分开"
                        ).format(second=second.id, first=first.id),
                        also=((first.origin, first.id),),
                    )


def _linked(one: Requirement, other: Requirement) -> bool:
    """Whether one says how it stands to the other."""
    return other.id in (one.supersedes, one.extends, one.stricter_than, one.replaces)


def _sort(requirement: Requirement) -> tuple[str, tuple[str, ...]]:
    """What kind of test over what kind of window: a lower and an upper bound are two demands, not one twice."""
    test = requirement.target.test
    stated = getattr(test, "stated", None)
    words = tuple(word for word, _limit in stated()) if stated is not None else (type(test).__name__,)
    return ("within" if requirement.within else "every_year" if requirement.every_year else "", words)


def _years(requirement: Requirement) -> Span:
    year = int(requirement.due[:4]) if requirement.due is not None else None
    return requirement.within or requirement.every_year or Span(year, year)


CHECKS = (
    Check("D104", "截止日期在规划期以外而没有说明", "Deadline outside the horizon without a note", outside_horizon),
    Check("D105", "期限与其来源不符", "Deadline that is not where it is said to come from", not_the_documents, ERROR),
    Check("D107", "同一要求在重叠的年份写了两次", "One demand twice in overlapping years", same_demand_twice),
)
