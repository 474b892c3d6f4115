"""Family C: what a requirement cites, and what the ledger says of it. None of it needs the source text; ``verify`` does."""

from __future__ import annotations

from collections.abc import Iterator

from gradeeval.lint.check import ERROR, Check, Hit, Material
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


CHECKS = (Check("C102", "条款不在台账中", "Clause that the ledger does not have", dead_clauses, ERROR),)
