"""Whose a name is: indicators and types of a third party carry its namespace, shared ones are bare.

The namespace of a distribution is its name; a document of a folder of data states its own, or else it is the document's id.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from gradeeval.errors import InvalidContent, Misuse
from gradeeval.language.nodes import Origin, Reach
from gradeeval.language.scope import reach_title
from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.profiles.profile import ListedPart, Roster
from gradeeval.rulesets.reading import placed_at
from gradeeval.rulesets.ruleset import Library, Ruleset
from gradeeval.vocabulary import TIERS


def namespace_of_document(ruleset: Ruleset, distribution: str, others: Collection[str]) -> str:
    """The namespace of a ruleset's names.

    ``distribution`` is empty for a folder of data; ``others`` are the namespaces of installed distributions, which no
    folder may take. Raises ``Misuse``.
    """
    stated = ruleset.document.namespace
    if distribution:
        if stated not in (None, distribution):
            raise Misuse(
                _("{id} 写明的命名空间 {namespace} 不是发行包的名字 {own}").format(
                    id=ruleset.document.id, namespace=stated, own=distribution
                )
            )
        return distribution
    namespace = stated or ruleset.document.id
    if namespace in others:
        raise Misuse(_("命名空间 {namespace} 属于已安装的发行包").format(namespace=namespace))
    return namespace


def check_namespaces(found: Ruleset | Library, namespaces: Sequence[str]) -> None:
    """Raises ``InvalidContent`` with every name that does not begin with one of these namespaces."""
    problems = [
        placed_at(
            _(
                "外部规则集的名称须带命名空间：请把 {name} 写成 {namespace}.{bare}（document.yaml 可写明 namespace）"
            ).format(name=name, namespace=namespaces[0] if namespaces else "…", bare=name.rpartition(".")[2]),
            origin,
        )
        for name, origin in _names(found)
        if name.rpartition(".")[0] not in namespaces
    ]
    if problems:
        raise InvalidContent(problems)


def check_rosters(library: Library, rosters: Collection[Roster]) -> None:
    """Raises ``InvalidContent`` where a third party's rosters change what is official.

    A roster has an id of its own; it lists no region that is listed already, none where an official roster lists all of that tier,
    and each of its regions lies in a wider one.
    """
    listed = {row.id: row for roster in rosters for row in roster.rows if row.kind == "region"}
    ids = {roster.id for roster in rosters}
    problems = []
    for roster in library.rosters:
        if roster.id in ids:
            problems.append(Problem(_("已有编号为 {id} 的名册").format(id=roster.id), roster.file))
        own = {row.id: row for row in roster.rows if row.kind == "region"}
        known = {**own, **listed}
        for row in own.values():
            if row.id in listed:
                sentence = _("区域 {code} 已在官方名册上").format(code=row.id)
            elif not _in_wider(row, known):
                sentence = _("区域 {code} 的上级须是更高一级的区域").format(code=row.id)
            elif (full := _listing_all(row, known, rosters)) is not None:
                sentence = _("区域 {code} 不能加入：官方名册 {id} 已列全 {region} 的{tier}区域").format(
                    code=row.id, id=full.id, region=full.region, tier=reach_title(Reach("region", row.tier))
                )
            else:
                continue
            problems.append(Problem(sentence, roster.file))
    if problems:
        raise InvalidContent(problems)


def _in_wider(row: ListedPart, known: Mapping[str, ListedPart]) -> bool:
    above = known.get(row.parent or "")
    if above is None or above.tier is None or row.tier is None:
        return True
    return TIERS.index(above.tier) < TIERS.index(row.tier)


def _listing_all(row: ListedPart, known: Mapping[str, ListedPart], rosters: Collection[Roster]) -> Roster | None:
    """The roster that lists every region of that tier where this one lies."""
    around: dict[str, ListedPart] = {}
    above = known.get(row.parent or "")
    while above is not None and above.id not in around:
        around[above.id] = above
        above = known.get(above.parent or "")
    return next((one for one in rosters if row.tier in one.complete and one.region in around), None)


def _names(found: Ruleset | Library) -> Iterator[tuple[str, Origin]]:
    for indicator in found.indicators:
        yield indicator.name, indicator.origin
    for values in found.types:
        yield values.name, Origin()
