"""Family N: indicators that nobody asks for, or that say the same as another."""

from __future__ import annotations

from collections.abc import Iterator

from gradeeval.language.nodes import Condition, Count, Formula, Includes, Indicator, NoneOf, OneOf, Share, Sum, Test
from gradeeval.language.using import used_by
from gradeeval.lint.check import Check, Hit, Material
from gradeeval.messages import _


def unused(material: Material) -> Iterator[Hit]:
    """Indicators that no requirement of any ruleset looks at, tests or computes from; none where one was not read."""
    if material.unread:
        return
    everything = (requirement for encoded in material.rulesets.values() for requirement in encoded.requirements)
    used = used_by(everything, material.scope.indicators)
    for indicator in material.indicators():
        if indicator.name not in used:
            yield Hit(
                indicator.origin,
                _("没有要求用到指标 {name}；请删去，或写出用到它的要求").format(name=indicator.name),
            )


def same_formula(material: Material) -> Iterator[Hit]:
    """Indicators of one sort of subject that are computed in the same way, in any rulesets that were read."""
    groups: dict[object, list[Indicator]] = {}
    for indicator in material.scope.indicators.values():
        if indicator.formula is not None:
            key = (indicator.reach, indicator.unit, indicator.flow, _ordered(indicator.formula))
            groups.setdefault(key, []).append(indicator)
    linted = {indicator.name for indicator in material.indicators()}
    for group in groups.values():
        first, *others = group
        for second in others:
            if first.name in linted or second.name in linted:
                here, there = (second, first) if second.name in linted else (first, second)
                yield Hit(
                    here.origin,
                    _("指标 {name} 与 {other} 的公式相同；请只留一个（共用的放在 shared/indicators/）").format(
                        name=here.name, other=there.name
                    ),
                    also=((there.origin, there.name),),
                )


def _ordered(formula: Formula) -> object:
    """The formula with its tests and alternatives in one order, so that the order of writing does not tell two apart."""
    if isinstance(formula, Count):
        return ("count", formula.of, _condition(formula.where))
    if isinstance(formula, Share):
        return ("share", formula.of, _condition(formula.where), _condition(formula.having))
    if isinstance(formula, Sum):
        return ("sum", formula.of, _condition(formula.where), formula.value)
    return formula


def _condition(condition: Condition) -> object:
    return (
        frozenset((name, _test(test)) for name, test in condition.tests),
        frozenset(_condition(alternative) for alternative in condition.alternatives),
    )


def _test(test: Test) -> object:
    if isinstance(test, OneOf | NoneOf):
        return (type(test).__name__, frozenset(test.values))
    return ("includes", frozenset(test.codes)) if isinstance(test, Includes) else test


CHECKS = (
    Check("N101", "没有用到的指标", "Unused indicator", unused),
    Check("N102", "公式相同的指标", "Indicators of one formula", same_formula),
)
