"""Family T: whether the examples of a requirement show what it means."""

from __future__ import annotations

from collections.abc import Iterator

from gradeeval.lint.check import ERROR, Check, Hit, Material
from gradeeval.messages import _


def without_examples(material: Material) -> Iterator[Hit]:
    """Requirements without any example."""
    for encoded in material.linted():
        shown = {case.requirement for case in encoded.cases}
        for requirement in encoded.requirements:
            if requirement.id not in shown:
                yield Hit(
                    requirement.origin.at("id"),
                    _("{id}：没有例子；请在 examples/ 写出达标、未达标和数据不足的例子").format(id=requirement.id),
                )


CHECKS = (Check("T101", "要求没有例子", "Requirement without examples", without_examples, ERROR),)
