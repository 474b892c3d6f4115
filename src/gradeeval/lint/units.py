"""Family U: units. That they fit is the language's own check (``refused``); here is what it has to go by."""

from __future__ import annotations

from collections.abc import Iterator

from gradeeval.language.nodes import Bounds, Equals
from gradeeval.lint.check import Check, Hit, Material
from gradeeval.messages import _


def unstated_units(material: Material) -> Iterator[Hit]:
    """Numbers asked for without their unit: a unit that is not written cannot be held against the indicator's."""
    for _encoded, requirement in material.requirements():
        test = requirement.target.test
        asks_number = isinstance(test, Equals) or (
            isinstance(test, Bounds) and any(not isinstance(limit, str) for _word, limit in test.stated())
        )
        if asks_number and requirement.unit is None:
            yield Hit(
                requirement.origin.at("target"),
                _("{id}：目标是数字而没有写单位；请写 unit: {unit}（若与原文不符，请改用单位相符的指标）").format(
                    id=requirement.id, unit=material.scope.types[requirement.indicator].unit
                ),
            )


CHECKS = (Check("U110", "数字目标没有写单位", "Number without its unit", unstated_units),)
