"""Family I: ids outlive the text they stand for. Against a revision (``--base``): none goes without a word or moves on.

The code of a region is an id too: that of a place which some roster knows.
"""

from __future__ import annotations

from collections.abc import Iterator

from gradeeval.lint.check import ERROR, Check, Hit, Material
from gradeeval.messages import _
from gradeeval.profiles.regions import unlisted


def removed(material: Material) -> Iterator[Hit]:
    """Requirements of the base revision that are gone and neither retired nor replaced by another."""
    taken = {
        old
        for encoded in material.rulesets.values()
        for requirement in encoded.requirements
        for old in (requirement.supersedes, requirement.replaces)
        if old is not None
    }
    for encoded in material.linted():
        there = {requirement.id for requirement in encoded.requirements}
        retired = {id for id, _why in encoded.ruleset.document.retired}
        for old in material.before.get(encoded.ruleset.document.id, ()):
            if old.id not in there and old.id not in retired and old.id not in taken:
                yield Hit(
                    encoded.at("retired"),
                    _("要求 {id}（{title}）已删去而没有说明；请恢复，或在 document.yaml 的 retired 写明原因").format(
                        id=old.id, title=old.title or old.indicator
                    ),
                )


def reused(material: Material) -> Iterator[Hit]:
    """Ids that stood for another clause, another quote and another indicator at the base revision."""
    for encoded in material.linted():
        before = {old.id: old for old in material.before.get(encoded.ruleset.document.id, ())}
        for requirement in encoded.requirements:
            old = before.get(requirement.id)
            if old is None:
                continue
            if requirement.quote != old.quote and (requirement.clause, requirement.indicator) != (
                old.clause,
                old.indicator,
            ):
                yield Hit(
                    requirement.origin.at("id"),
                    _("编号 {id} 原指“{before}”，现指“{now}”；请用新的编号，并把原来的写进 retired").format(
                        id=requirement.id, before=old.quote, now=requirement.quote
                    ),
                )


def retired_in_use(material: Material) -> Iterator[Hit]:
    """Ids that were retired and stand for something again."""
    for encoded in material.linted():
        retired = dict(encoded.ruleset.document.retired)
        for requirement in encoded.requirements:
            if requirement.id in retired:
                yield Hit(
                    requirement.origin.at("id"),
                    _("编号 {id} 已停用（{why}）；请用新的编号").format(id=requirement.id, why=retired[requirement.id]),
                    also=((encoded.at("retired"), requirement.id),),
                )


def unlisted_regions(material: Material) -> Iterator[Hit]:
    """Jurisdictions that no roster at hand has: nobody is placed there, so nothing would ever be judged."""
    for encoded in material.linted():
        sentence = unlisted(encoded.ruleset.document.jurisdiction, material.rosters)
        if sentence is not None:
            yield Hit(encoded.at("jurisdiction"), sentence)


CHECKS = (
    Check("I104", "要求删去而没有说明", "Requirement removed without retirement", removed, ERROR),
    Check("I105", "编号改指别的内容", "Id that means something else than before", reused, ERROR),
    Check("I106", "停用的编号又在使用", "Retired id in use", retired_in_use, ERROR),
    Check("I108", "适用区域不在名册上", "Jurisdiction that no roster has", unlisted_regions, ERROR),
)
