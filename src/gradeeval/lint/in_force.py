"""Family D: which documents are in force beside each other, and on the day of ``--as-of`` if that is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gradeeval.language.nodes import Requirement
from gradeeval.lint.check import Check, Encoded, Hit, Material
from gradeeval.messages import _
from gradeeval.rulesets.ruleset import PolicyDocument
from gradeeval.timeline import Span


def superseded(material: Material) -> Iterator[Hit]:
    """What is still in force by its own dates although a later document takes its place, and does not say so."""
    for encoded in material.linted():
        document = encoded.ruleset.document
        named = {other for other, _note in document.related}
        for newer in material.rulesets.values():
            later = newer.ruleset.document
            takes_over = document.id in {old for old, _note in later.supersedes} and later.id not in named
            if takes_over and _runs_on(document.last_day, later.date, material.as_of):
                yield Hit(
                    encoded.at("horizon"),
                    _(
                        "{id} 已由 {later} 取代，规划期却到 {last}；请改正，或在 related 写明 {later} 和取代的范围"
                    ).format(id=document.id, later=later.id, last=document.last_day),
                    also=((newer.at("supersedes"), later.title),),
                )
            yield from _superseded_requirements(encoded, newer, material.as_of)


def _superseded_requirements(encoded: Encoded, newer: Encoded, as_of: str | None) -> Iterator[Hit]:
    by_id = {requirement.id: requirement for requirement in encoded.requirements}
    for requirement in newer.requirements:
        old = by_id.get(requirement.supersedes or "")
        if old is None or requirement.id in old.related:
            continue
        if _runs_on(old.due, newer.ruleset.document.date, as_of):
            yield Hit(
                old.origin.at("due"),
                _("{id} 已由 {later} 取代，期限却到 {due}；请在 related 写明 {later}").format(
                    id=old.id, later=requirement.id, due=old.due
                ),
                also=((requirement.origin.at("supersedes"), requirement.id),),
            )


def _runs_on(last: str | None, since: str | None, as_of: str | None) -> bool:
    """Whether what ends on ``last`` outlives the day since which it is superseded; on ``as_of``, if that is given."""
    if last is None or (since is not None and last < since):
        return False
    return as_of is None or ((since or "") <= as_of <= last)


def overlapping_documents(material: Material) -> Iterator[Hit]:
    """Documents in force at the same time and place with different targets for one indicator, neither naming the other."""
    parents = {row.id: row.parent for roster in material.rosters for row in roster.rows if row.kind == "region"}
    for encoded in material.linted():
        document = encoded.ruleset.document
        for other in material.rulesets.values():
            second = other.ruleset.document
            both_chosen = second.id in material.chosen
            if second.id == document.id or (both_chosen and _rank(document) < _rank(second)):
                continue
            if _linked(document, second) or not _same_place(document, second, parents):
                continue
            if not _in_force(document).overlaps(_in_force(second)):
                continue
            pair = _different_targets(encoded.requirements, other.requirements)
            if pair is not None:
                mine, theirs = pair
                yield Hit(
                    encoded.at("id"),
                    _(
                        "{id} 与 {other} 同时有效，对指标 {indicator} 的目标不同，而没有写明关系；请在 related 或 supersedes 写明"
                    ).format(id=document.id, other=second.id, indicator=mine.indicator),
                    also=((mine.origin.at("target"), mine.id), (theirs.origin.at("target"), theirs.id)),
                )


def _rank(document: PolicyDocument) -> tuple[str, str]:
    return document.date or "", document.id


def _linked(first: PolicyDocument, second: PolicyDocument) -> bool:
    return any(
        one.id in {id for id, _note in (*other.related, *other.supersedes)}
        for one, other in ((first, second), (second, first))
    )


def _same_place(first: PolicyDocument, second: PolicyDocument, parents: Mapping[str, str | None]) -> bool:
    """Whether one jurisdiction lies in the other, by the rosters."""

    def above(code: str) -> set[str]:
        found = set()
        step: str | None = code
        while step is not None and step not in found:
            found.add(step)
            step = parents.get(step)
        return found

    return first.jurisdiction in above(second.jurisdiction) or second.jurisdiction in above(first.jurisdiction)


def _in_force(document: PolicyDocument) -> Span:
    if document.horizon is not None:
        return document.horizon
    return Span(int(document.date[:4]) if document.date is not None else None, None)


def _different_targets(
    mine: tuple[Requirement, ...], theirs: tuple[Requirement, ...]
) -> tuple[Requirement, Requirement] | None:
    """The first two requirements that ask the same subjects for something else of one indicator and do not name each other."""
    by_demand: dict[object, Requirement] = {}
    for found in theirs:
        by_demand.setdefault((found.binds, found.where, found.indicator), found)
    for found in mine:
        other = by_demand.get((found.binds, found.where, found.indicator))
        if other is not None and other.target != found.target and not (_names(found, other) or _names(other, found)):
            return found, other
    return None


def _names(one: Requirement, other: Requirement) -> bool:
    """Whether a requirement says how it stands to the other."""
    return other.id in (*one.related, one.supersedes, one.extends, one.stricter_than, one.replaces)


def out_of_date(material: Material) -> Iterator[Hit]:
    """On the day of ``--as-of``: documents that are not yet in force, or over without one that takes their place."""
    day = material.as_of
    if day is None:
        return
    replaced = {old for encoded in material.rulesets.values() for old, _note in encoded.ruleset.document.supersedes}
    for encoded in material.linted():
        document = encoded.ruleset.document
        if document.date is not None and document.date > day:
            sentence = _("{id} 的日期 {date} 在 {day} 以后，尚未生效").format(
                id=document.id, date=document.date, day=day
            )
            yield Hit(encoded.at("date"), sentence)
        elif document.last_day is not None and document.last_day < day and document.id not in replaced:
            sentence = _("{id} 的规划期到 {last} 为止，{day} 已经结束；请查有无接替的文件").format(
                id=document.id, last=document.last_day, day=day
            )
            yield Hit(encoded.at("horizon"), sentence)


CHECKS = (
    Check("D106", "已被取代而按日期仍有效", "In force by its dates but superseded", superseded),
    Check("D108", "文件重叠而没有写明关系", "Documents that overlap and do not name each other", overlapping_documents),
    Check("D109", "在给定的日期未生效或已结束", "Not yet or no longer in force on the given day", out_of_date),
)
