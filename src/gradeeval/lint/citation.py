"""Family C: what a requirement cites, and what the ledger says of it. None of it needs the source text; ``verify`` does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gradeeval.language.nodes import Origin
from gradeeval.lint.check import ERROR, OFF, Check, Encoded, Hit, Material
from gradeeval.messages import _

LEDGER = "clauses.yaml"


def dead_clauses(material: Material) -> Iterator[Hit]:
    """Requirements that cite a clause which the ledger does not have."""
    for encoded in material.linted():
        known = {entry.clause for entry in encoded.ledger}
        for requirement in encoded.requirements:
            if known and requirement.clause not in known:
                yield Hit(
                    requirement.origin.at("clause"),
                    _("{id}：台账中没有条款 {clause}；请改正条款号，或在 clauses.yaml 补上该条款").format(
                        id=requirement.id, clause=requirement.clause
                    ),
                )


def dead_entries(material: Material) -> Iterator[Hit]:
    """Stretches of the ledger that name a requirement which does not exist."""
    for encoded in material.linted():
        known = {requirement.id for requirement in encoded.requirements}
        for id, _clause, origin in _named(encoded):
            if id not in known:
                yield Hit(origin, _("没有要求 {id}；请改正台账，或写出这条要求").format(id=id))


def outside_ledger(material: Material) -> Iterator[Hit]:
    """Requirements that no stretch of the ledger names, so that nobody knows which words they stand for."""
    for encoded in material.linted():
        named = {id for id, _clause, _origin in _named(encoded)}
        for requirement in encoded.requirements:
            if encoded.ledger and requirement.id not in named:
                yield Hit(
                    requirement.origin.at("id"),
                    _("{id}：台账没有提到；请在 clauses.yaml 相应的一段写上").format(id=requirement.id),
                )


def other_clause(material: Material) -> Iterator[Hit]:
    """Requirements that the ledger names only under other clauses than the one they cite."""
    for encoded in material.linted():
        known = {entry.clause for entry in encoded.ledger}
        clauses: dict[str, set[str]] = {}
        for id, clause, _origin in _named(encoded):
            clauses.setdefault(id, set()).add(clause)
        for requirement in encoded.requirements:
            found = clauses.get(requirement.id, {requirement.clause})
            if requirement.clause in known and requirement.clause not in found:
                yield Hit(
                    requirement.origin.at("clause"),
                    _("{id}：条款写 {clause}，台账却在 {found} 提到它；请改正其一").format(
                        id=requirement.id, clause=requirement.clause, found=", ".join(sorted(found))
                    ),
                )


def pending(material: Material) -> Iterator[Hit]:
    """Stretches of the ledger that nobody has decided on."""
    for encoded in material.linted():
        for at, entry in enumerate(encoded.ledger):
            for number, stretch in enumerate(entry.stretches):
                if stretch.status == "pending":
                    origin = encoded.at("segments", at, "stretches", number, file=LEDGER)
                    yield Hit(
                        origin,
                        _("{clause}“{opens}…”尚未处理；请写成要求，或写明为什么不是").format(
                            clause=entry.clause, opens=stretch.opens
                        ),
                    )


def unknown_documents(material: Material) -> Iterator[Hit]:
    """Documents that a document names and that are not installed; one that could not be read is."""
    for encoded in material.linted():
        document = encoded.ruleset.document
        for key, links in (("supersedes", document.supersedes), ("related", document.related)):
            for number, (other, _note) in enumerate(links):
                if other not in material.rulesets and other not in material.unread:
                    yield Hit(
                        encoded.at(key, number),
                        _("没有安装规则集 {id}；请改正编号，或安装它").format(id=other),
                    )


def unknown_requirements(material: Material) -> Iterator[Hit]:
    """Requirements that a requirement names and that no ruleset has, those that could not be read aside."""
    known = {requirement.id for encoded in material.rulesets.values() for requirement in encoded.requirements}
    for _encoded, requirement in material.requirements():
        places: list[tuple[Origin, str | None]] = [
            (requirement.origin.at("related", number), other) for number, other in enumerate(requirement.related)
        ]
        places += [
            (requirement.origin.at(key), getattr(requirement, key))
            for key in ("supersedes", "extends", "stricter_than", "replaces")
        ]
        for origin, other in places:
            if other is not None and other not in known and other.partition("/")[0] not in material.unread:
                yield Hit(origin, _("{id}：没有要求 {other}；请改正编号").format(id=requirement.id, other=other))


def no_ledger(material: Material) -> Iterator[Hit]:
    """Rulesets without a ledger, of which the other checks of it say nothing."""
    for encoded in material.linted():
        if encoded.requirements and not encoded.ledger:
            yield Hit(
                encoded.at(),
                _("没有台账 clauses.yaml，无从知道原文每一句如何交代；请补上"),
            )


def _named(encoded: Encoded) -> Iterable[tuple[str, str, Origin]]:
    """Each requirement id that the ledger names, the clause it is named under, and where."""
    for at, entry in enumerate(encoded.ledger):
        for number, stretch in enumerate(entry.stretches):
            for place, id in enumerate(stretch.requirements):
                path = ("segments", at, "stretches", number, "requirements", place)
                yield id, entry.clause, encoded.at(*path, file=LEDGER)


CHECKS = (
    Check("C102", "条款不在台账中", "Clause that the ledger does not have", dead_clauses, ERROR),
    Check("C103", "台账提到不存在的要求", "Ledger entry that names no requirement", dead_entries, ERROR),
    Check("C104", "台账没有提到的要求", "Requirement that the ledger does not name", outside_ledger, ERROR),
    Check("C105", "条款与台账不同", "Clause that differs from the ledger", other_clause, ERROR),
    Check("C106", "台账中尚未处理的段", "Stretch that is still pending", pending),
    Check("C110", "没有台账", "Ruleset without a ledger", no_ledger, OFF),
    Check("C107", "相关文件不存在", "Related document that is unknown", unknown_documents),
    Check("C108", "相关要求不存在", "Related requirement that is unknown", unknown_requirements, ERROR),
)
