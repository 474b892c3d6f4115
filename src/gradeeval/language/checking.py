"""What the language refuses, each with the sentence that says what to write instead. All faults of a rule come together."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping

from gradeeval.files.limits import FIRST_YEAR, LAST_YEAR, MAX_FORMULAS
from gradeeval.language.comparing import check_order, check_test
from gradeeval.language.nodes import (
    Bounds,
    Change,
    Condition,
    Count,
    Indicator,
    Is,
    NoneOf,
    OneOf,
    Origin,
    Ratio,
    Reach,
    Requirement,
    Share,
    Sum,
    Test,
)
from gradeeval.language.scope import Reference, Refusal, Scope, Unreachable, has_parts, reach_title
from gradeeval.messages import _
from gradeeval.timeline import is_date
from gradeeval.vocabulary import AROUND, TIERS

Fault = tuple[Origin, Refusal]
"""Where, and what is refused."""

Names = Callable[[str], str | None]
"""Given the name of a region, None if a roster has it, else the near name or an empty text."""


def check_indicators(indicators: Iterable[Indicator], scope: Scope, names: Names | None = None) -> Iterator[Fault]:
    """Faults of indicators: unknown types, formulas out of reach or of mixed units, circles."""
    chosen = list(indicators)
    for indicator in chosen:
        for refusal in _indicator(indicator, scope, names):
            yield indicator.origin, refusal
    yield from _circles(chosen, scope)


def check_requirement(
    requirement: Requirement, scope: Scope, others: Mapping[str, Requirement], names: Names | None = None
) -> Iterator[Fault]:
    """Faults of one requirement; ``others`` are those that ``unless`` may name."""
    for refusal in _requirement(requirement, scope, others, names):
        yield requirement.origin, refusal


def _indicator(indicator: Indicator, scope: Scope, names: Names | None) -> Iterator[Refusal]:
    lists = scope.vocabulary.lists
    for wanted, ordered in ((indicator.order, True), (indicator.listed, False)):
        if wanted is None:
            continue
        if ordered and wanted in lists and not lists[wanted].ordered:
            yield Refusal("U105", _("`{name}` 是代码表，没有高低之分；请写 list 而不是 order").format(name=wanted))
        elif wanted not in lists:
            near = difflib.get_close_matches(wanted, lists, 1)
            yield Refusal(
                "U107",
                _("没有名为 `{name}` 的等级序列或代码表{hint}").format(
                    name=wanted, hint=_("；是否指 `{near}`？").format(near=near[0]) if near else ""
                ),
            )
    if indicator.range is not None:
        yield from check_order(indicator.range)
    formula = indicator.formula
    if isinstance(formula, Count | Share | Sum):
        yield from _over_parts(indicator, formula, scope, names)
    elif isinstance(formula, Ratio):
        yield from _ratio(indicator, formula, scope)
    elif isinstance(formula, Change):
        yield from _change(indicator, formula, scope)


def _over_parts(
    indicator: Indicator, formula: Count | Share | Sum, scope: Scope, names: Names | None
) -> Iterator[Refusal]:
    if not has_parts(indicator.reach, formula.of):
        yield Refusal(
            "N106",
            _("{whole}对象没有下级 {part}").format(
                whole=reach_title(indicator.reach), part=formula.of.tier or formula.of.type or formula.of.kind
            ),
        )
        return
    if formula.of.kind == "network" and formula.of.type is None:
        yield Refusal("N106", _("对医联体汇总时请写明 type"))
    yield from check_condition(formula.where, formula.of, scope, names)
    if isinstance(formula, Share):
        yield from check_condition(formula.having, formula.of, scope, names)
    if isinstance(formula, Sum):
        yield from _summed(indicator, formula, scope)
    wanted = "percent" if isinstance(formula, Share) else "count" if isinstance(formula, Count) else None
    if wanted is not None and indicator.unit != wanted:
        yield Refusal(
            "U103",
            _("`{name}` 的单位应为 {wanted}，而不是 {unit}").format(
                name=indicator.name, wanted=wanted, unit=indicator.unit
            ),
        )


def _summed(indicator: Indicator, formula: Sum, scope: Scope) -> Iterator[Refusal]:
    found = scope.find(formula.value, formula.of)
    if isinstance(found, Unreachable):
        yield found.refusal
    elif found.type.form != "number":
        yield Refusal("U106", _("`{name}` 不是数值，不能求和").format(name=formula.value))
    else:
        if found.type.unit != indicator.unit:
            yield _units_differ(indicator.name, indicator.unit, formula.value, found.type.unit)
        if found.indicator is not None and found.indicator.flow != indicator.flow:
            yield Refusal(
                "D103",
                _("流量的合计也是流量：`{name}` 与 `{value}` 的 measure 须一致").format(
                    name=indicator.name, value=formula.value
                ),
            )


def _ratio(indicator: Indicator, formula: Ratio, scope: Scope) -> Iterator[Refusal]:
    units = []
    for name in (formula.of, formula.to):
        found = scope.find(name, indicator.reach)
        if isinstance(found, Unreachable):
            yield found.refusal
        elif found.type.form != "number":
            yield Refusal("U106", _("`{name}` 不是数值，不能作比").format(name=name))
        elif found.type.lowest is None or found.type.lowest < 0:
            yield Refusal("U106", _("`{name}` 可能为负，不能作比").format(name=name))
        else:
            units.append(found.type.unit)
    if len(units) == 2 and units[0] != units[1]:
        yield Refusal("U101", _("ratio 的两项单位不同：{first} 与 {second}").format(first=units[0], second=units[1]))
    if indicator.unit not in ("percent", "ratio"):
        yield Refusal("U101", _("ratio 的结果单位须是 percent 或 ratio，而不是 {unit}").format(unit=indicator.unit))


def _change(indicator: Indicator, formula: Change, scope: Scope) -> Iterator[Refusal]:
    found = scope.find(formula.of, indicator.reach)
    if isinstance(found, Unreachable):
        yield found.refusal
        return
    if found.type.form != "number":
        yield Refusal("U106", _("`{name}` 不是数值，没有变化量").format(name=formula.of))
        return
    wanted = "percentage_point" if found.type.unit == "percent" else found.type.unit
    if wanted != indicator.unit:
        yield Refusal(
            "U102" if wanted == "percentage_point" else "U101",
            _("`{name}` 是 {unit} 的变化，单位应为 {wanted}{hint}").format(
                name=indicator.name,
                unit=found.type.unit,
                wanted=wanted,
                hint=_("（百分点不是百分比）") if wanted == "percentage_point" else "",
            ),
        )


def _circles(indicators: list[Indicator], scope: Scope) -> Iterator[Fault]:
    """Circles of formulas, and formulas over too many others; without recursion, for a chain may be as long as a file."""
    heights = {indicator.name: 0 for indicator in indicators if indicator.formula is None}
    for indicator in indicators:
        if indicator.name in heights:
            continue
        trail: dict[str, Iterator[str]] = {indicator.name: _operands(indicator.name, scope)}
        while trail:
            name, operands = next(reversed(trail.items()))
            used = next(operands, None)
            if used is None:
                trail.popitem()
                inner = (heights.get(other, 0) for other in _operands(name, scope))
                heights[name] = 1 + max(inner, default=-1)
                if heights[name] == MAX_FORMULAS + 1:
                    own = scope.indicators.get(name, indicator)
                    sentence = _("`{name}` 的公式层层相套，超过 {limit} 层").format(name=name, limit=MAX_FORMULAS)
                    yield own.origin, Refusal("F101", sentence)
            elif used in trail:
                names = list(trail)
                circle = [*names[names.index(used) :], used]
                heights.update(dict.fromkeys(circle, 0))
                yield indicator.origin, Refusal("N104", _("指标循环引用：{circle}").format(circle=" → ".join(circle)))
            elif used not in heights:
                trail[used] = _operands(used, scope)


def _operands(name: str, scope: Scope) -> Iterator[str]:
    indicator = scope.indicators.get(name)
    return iter(dict.fromkeys(indicator.names())) if indicator is not None else iter(())


def check_condition(condition: Condition, reader: Reach, scope: Scope, names: Names | None = None) -> Iterator[Refusal]:
    """Faults of a condition on subjects of the sort ``reader``."""
    for name, test in condition.tests:
        found = scope.find(name, reader)
        if isinstance(found, Unreachable):
            yield found.refusal
        else:
            yield from check_test(name, test, found.type)
            if names is not None and (name in AROUND or (name == "name" and reader.kind == "region")):
                yield from _region_names(test, names)
    for alternative in condition.alternatives:
        yield from check_condition(alternative, reader, scope, names)


def _region_names(test: Test, names: Names) -> Iterator[Refusal]:
    written = test.values if isinstance(test, OneOf | NoneOf) else (test.value,) if isinstance(test, Is) else ()
    for name in written:
        near = names(str(name))
        if near is not None:
            hint = _("；是否指“{near}”？").format(near=near) if near else ""
            yield Refusal("U107", _("名册中没有“{name}”{hint}").format(name=name, hint=hint))


def _units_differ(name: str, unit: str | None, other: str, other_unit: str | None) -> Refusal:
    sentence = (
        _("目标单位是 {unit}，而 `{other}` 的单位是 {other_unit}")
        if name == "target"
        else _("`{name}` 的单位是 {unit}，而 `{other}` 的单位是 {other_unit}")
    )
    pair = {unit, other_unit}
    code = "U102" if pair == {"percent", "percentage_point"} else "U103" if pair == {"count", "percent"} else "U101"
    hint = _("（百分点不是百分比）") if code == "U102" else ""
    return Refusal(code, sentence.format(name=name, unit=unit, other=other, other_unit=other_unit) + hint)


def _requirement(
    requirement: Requirement, scope: Scope, others: Mapping[str, Requirement], names: Names | None
) -> Iterator[Refusal]:
    bound = requirement.binds
    if bound.kind == "region" and bound.tier is None:
        yield Refusal("N106", _("binds 须写明 tier（{tiers}）").format(tiers=", ".join(TIERS)))
        return
    if bound.kind == "network" and bound.type is None:
        yield Refusal("N106", _("binds 须写明 type"))
        return
    yield from check_condition(requirement.where, bound, scope, names)
    found = scope.find(requirement.indicator, bound)
    if isinstance(found, Unreachable):
        yield found.refusal
    elif found.above is not None:
        yield Refusal(
            "N106",
            _("`{name}` 属于{declared}，要求约束的却是{reader}；请约束其所属对象").format(
                name=requirement.indicator, declared=reach_title(found.above), reader=reach_title(bound)
            ),
        )
    else:
        yield from _target(requirement, found)
        yield from _window(requirement, found)
    yield from _dates(requirement)
    yield from _exception(requirement, others)


def _target(requirement: Requirement, found: Reference) -> Iterator[Refusal]:
    target = requirement.target
    if requirement.unit is not None and requirement.unit != found.type.unit:
        yield _units_differ("target", requirement.unit, requirement.indicator, found.type.unit)
    if target.test is None:
        return
    if isinstance(target.test, OneOf | NoneOf):
        yield Refusal("U106", _("目标不能写 one_of 或 none_of；请写界限或值"))
    yield from check_test(requirement.indicator, target.test, found.type)
    if target.up_to is not None and isinstance(target.test, Bounds):
        start = target.test.at_least
        if not isinstance(start, str) and start is not None and target.up_to < start:
            yield Refusal("U108", _("up_to 小于 at_least"))


def _window(requirement: Requirement, found: Reference) -> Iterator[Refusal]:
    indicator = found.indicator
    flow = indicator is not None and indicator.flow
    change = indicator is not None and isinstance(indicator.formula, Change)
    if flow and requirement.within is None and requirement.every_year is None:
        yield Refusal(
            "D103", _("`{name}` 是流量，须写 within（累计）或 every_year（每年）").format(name=requirement.indicator)
        )
    if requirement.within is not None and not (flow or change or found.type.form == "yes_no"):
        yield Refusal("D103", _("within 只能用于流量、change 或是非指标（yes_no）；存量请写 every_year，或不写"))


def _dates(requirement: Requirement) -> Iterator[Refusal]:
    due = requirement.due
    if due is not None and not is_date(due):
        yield Refusal("D101", _("“{date}”不是日历上的日期").format(date=due))
        return
    span = requirement.within or requirement.every_year
    if span is not None and any(
        year is not None and not FIRST_YEAR <= year <= LAST_YEAR for year in (span.first, span.last)
    ):
        sentence = _("年份区间 {span} 须在 {first} 至 {last} 年之间")
        yield Refusal("D101", sentence.format(span=span, first=FIRST_YEAR, last=LAST_YEAR))
    if span is not None and span.last is not None and due is not None and int(due[:4]) != span.last:
        yield Refusal("D102", _("截止日期 {due} 与区间 {span} 不一致").format(due=due, span=span))


def _exception(requirement: Requirement, others: Mapping[str, Requirement]) -> Iterator[Refusal]:
    if requirement.unless is None:
        return
    permit = others.get(requirement.unless)
    if permit is None:
        yield Refusal("I107", _("unless 所指要求 {id} 不存在").format(id=requirement.unless))
    elif permit.force != "permit":
        yield Refusal("I107", _("unless 所指要求的约束力不是 permit"))
    elif permit.binds != requirement.binds:
        yield Refusal("I107", _("unless 所指要求约束的对象类别不同"))
