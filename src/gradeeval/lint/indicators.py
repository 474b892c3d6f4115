"""Family N: indicators that nobody asks for, or that say the same as another."""

from __future__ import annotations

from collections.abc import Iterator

from gradeeval.lint.check import Check, Hit, Material
from gradeeval.messages import _


def unused(material: Material) -> Iterator[Hit]:
    """Indicators that no requirement looks at, tests or computes from, in any ruleset that was read."""
    indicators = material.scope.indicators
    waiting = [
        name
        for encoded in material.rulesets.values()
        for requirement in encoded.requirements
        for name in (requirement.indicator, *requirement.where.names())
    ]
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in indicators and name not in used:
            used.add(name)
            waiting.extend(indicators[name].names())
    for indicator in material.indicators():
        if indicator.name not in used:
            yield Hit(
                indicator.origin,
                _("没有要求用到指标 {name}；请删去，或写出用到它的要求").format(name=indicator.name),
            )


CHECKS = (Check("N101", "没有用到的指标", "Unused indicator", unused),)
