"""Family D: dates. Without ``--as-of`` they are only held against each other."""

from __future__ import annotations

from collections.abc import Iterator

from gradeeval.lint.check import Check, Hit, Material
from gradeeval.messages import _


def outside_horizon(material: Material) -> Iterator[Hit]:
    """Due dates outside the horizon of their document, where no ``reading`` says why."""
    for encoded, requirement in material.requirements():
        horizon = encoded.ruleset.document.horizon
        if requirement.due is None or horizon is None or requirement.reading is not None:
            continue
        year = int(requirement.due[:4])
        if (horizon.first is not None and year < horizon.first) or (horizon.last is not None and year > horizon.last):
            yield Hit(
                requirement.origin.at("due"),
                _("{id}：截止日期 {due} 在规划期 {horizon} 以外；请改正，或在 reading 写明原因").format(
                    id=requirement.id, due=requirement.due, horizon=horizon
                ),
            )


CHECKS = (
    Check("D104", "截止日期在规划期以外而没有说明", "Deadline outside the horizon without a note", outside_horizon),
)
