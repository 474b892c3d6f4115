"""What the language refuses, each with the sentence that says what to write instead. All faults of a rule come together."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal

from gradeeval.language.nodes import (
    Bounds,
    Change,
    Condition,
    Count,
    Equals,
    Includes,
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
from gradeeval.language.scope import Reference, Scope, Unreachable, has_parts, reach_title
from gradeeval.messages import _
from gradeeval.quantity import scaled
from gradeeval.timeline import is_date
from gradeeval.vocabulary import AROUND, TIERS, ValueType

Fault = tuple[Origin, str]
"""Where, and the sentence."""

Names = Callable[[str], str | None]
"""Given the name of a region, None if a roster has it, else the near name or an empty text."""


def check_indicators(indicators: Iterable[Indicator], scope: Scope, names: Names | None = None) -> Iterator[Fault]:
    """Faults of indicators: unknown types, formulas out of reach or of mixed units, circles."""
    chosen = list(indicators)
    for indicator in chosen:
        for sentence in _indicator(indicator, scope, names):
            yield indicator.origin, sentence
    yield from _circles(chosen, scope)


def check_requirement(
    requirement: Requirement, scope: Scope, others: Mapping[str, Requirement], names: Names | None = None
) -> Iterator[Fault]:
    """Faults of one requirement; ``others`` are those that ``unless`` may name."""
    for sentence in _requirement(requirement, scope, others, names):
        yield requirement.origin, sentence


def _indicator(indicator: Indicator, scope: Scope, names: Names | None) -> Iterator[str]:
    lists = scope.vocabulary.lists
    for wanted, ordered in ((indicator.order, True), (indicator.listed, False)):
        if wanted is None:
            continue
        if ordered and wanted in lists and not lists[wanted].ordered:
            yield _("`{name}` 是代码表，没有高低之分；请写 list 而不是 order").format(name=wanted)
        elif wanted not in lists:
            near = difflib.get_close_matches(wanted, lists, 1)
            yield _("没有名为 `{name}` 的等级序列或代码表{hint}").format(
                name=wanted, hint=_("；是否指 `{near}`？").format(near=near[0]) if near else ""
            )
    if indicator.range is not None:
        yield from _bounds_order(indicator.range)
    formula = indicator.formula
    if isinstance(formula, Count | Share | Sum):
        yield from _over_parts(indicator, formula, scope, names)
    elif isinstance(formula, Ratio):
        yield from _ratio(indicator, formula, scope)
    elif isinstance(formula, Change):
        yield from _change(indicator, formula, scope)


def _over_parts(indicator: Indicator, formula: Count | Share | Sum, scope: Scope, names: Names | None) -> Iterator[str]:
    if not has_parts(indicator.reach, formula.of):
        yield _("{whole}对象没有下级 {part}").format(
            whole=reach_title(indicator.reach), part=formula.of.tier or formula.of.type or formula.of.kind
        )
        return
    if formula.of.kind == "network" and formula.of.type is None:
        yield _("对医联体汇总时请写明 type")
    yield from check_condition(formula.where, formula.of, scope, names)
    if isinstance(formula, Share):
        yield from check_condition(formula.having, formula.of, scope, names)
    if isinstance(formula, Sum):
        yield from _summed(indicator, formula, scope)
    wanted = "percent" if isinstance(formula, Share) else "count" if isinstance(formula, Count) else None
    if wanted is not None and indicator.unit != wanted:
        yield _("`{name}` 的单位应为 {wanted}，而不是 {unit}").format(
            name=indicator.name, wanted=wanted, unit=indicator.unit
        )


def _summed(indicator: Indicator, formula: Sum, scope: Scope) -> Iterator[str]:
    found = scope.find(formula.value, formula.of)
    if isinstance(found, Unreachable):
        yield found.reason
    elif found.type.form != "number":
        yield _("`{name}` 不是数值，不能求和").format(name=formula.value)
    else:
        if found.type.unit != indicator.unit:
            yield _units_differ(indicator.name, indicator.unit, formula.value, found.type.unit)
        if found.indicator is not None and found.indicator.flow != indicator.flow:
            yield _("流量的合计也是流量：`{name}` 与 `{value}` 的 measure 须一致").format(
                name=indicator.name, value=formula.value
            )


def _ratio(indicator: Indicator, formula: Ratio, scope: Scope) -> Iterator[str]:
    units = []
    for name in (formula.of, formula.to):
        found = scope.find(name, indicator.reach)
        if isinstance(found, Unreachable):
            yield found.reason
        elif found.type.form != "number":
            yield _("`{name}` 不是数值，不能作比").format(name=name)
        elif found.type.lowest is None or found.type.lowest < 0:
            yield _("`{name}` 可能为负，不能作比").format(name=name)
        else:
            units.append(found.type.unit)
    if len(units) == 2 and units[0] != units[1]:
        yield _("ratio 的两项单位不同：{first} 与 {second}").format(first=units[0], second=units[1])
    if indicator.unit not in ("percent", "ratio"):
        yield _("ratio 的结果单位须是 percent 或 ratio，而不是 {unit}").format(unit=indicator.unit)


def _change(indicator: Indicator, formula: Change, scope: Scope) -> Iterator[str]:
    found = scope.find(formula.of, indicator.reach)
    if isinstance(found, Unreachable):
        yield found.reason
        return
    if found.type.form != "number":
        yield _("`{name}` 不是数值，没有变化量").format(name=formula.of)
        return
    wanted = "percentage_point" if found.type.unit == "percent" else found.type.unit
    if wanted != indicator.unit:
        yield _("`{name}` 是 {unit} 的变化，单位应为 {wanted}{hint}").format(
            name=indicator.name,
            unit=found.type.unit,
            wanted=wanted,
            hint=_("（百分点不是百分比）") if wanted == "percentage_point" else "",
        )


def _circles(indicators: list[Indicator], scope: Scope) -> Iterator[Fault]:
    state: dict[str, int] = {}

    def visit(name: str, trail: tuple[str, ...]) -> tuple[str, ...] | None:
        if state.get(name) == 2:
            return None
        if name in trail:
            return (*trail[trail.index(name) :], name)
        indicator = scope.indicators.get(name)
        for used in indicator.names() if indicator is not None else ():
            circle = visit(used, (*trail, name))
            if circle is not None:
                return circle
        state[name] = 2
        return None

    for indicator in indicators:
        circle = visit(indicator.name, ())
        if circle is not None and state.get(indicator.name) != 2:
            for name in circle:
                state[name] = 2
            yield indicator.origin, _("指标循环引用：{circle}").format(circle=" → ".join(circle))


def check_condition(condition: Condition, reader: Reach, scope: Scope, names: Names | None = None) -> Iterator[str]:
    """Faults of a condition on subjects of the sort ``reader``."""
    for name, test in condition.tests:
        found = scope.find(name, reader)
        if isinstance(found, Unreachable):
            yield found.reason
        else:
            yield from check_test(name, test, found.type)
            if names is not None and (name in AROUND or (name == "name" and reader.kind == "region")):
                yield from _region_names(test, names)
    for alternative in condition.alternatives:
        yield from check_condition(alternative, reader, scope, names)


def _region_names(test: Test, names: Names) -> Iterator[str]:
    written = test.values if isinstance(test, OneOf | NoneOf) else (test.value,) if isinstance(test, Is) else ()
    for name in written:
        near = names(str(name))
        if near is not None:
            hint = _("；是否指“{near}”？").format(near=near) if near else ""
            yield _("名册中没有“{name}”{hint}").format(name=name, hint=hint)


def check_test(name: str, test: Test, value_type: ValueType) -> Iterator[str]:
    """Faults of a test of a value of this type."""
    if isinstance(test, Bounds):
        yield from _bounds_test(name, test, value_type)
    elif isinstance(test, Equals):
        if value_type.form != "number":
            yield _("equals 只用于数值，`{name}` 不是数值").format(name=name)
        else:
            yield from _number(name, "equals", test.number, value_type)
    elif isinstance(test, Includes):
        if value_type.form != "list":
            yield _("includes 只用于列表，`{name}` 不是列表").format(name=name)
        else:
            yield from _codes(test.codes, value_type)
    elif isinstance(test, Is):
        yield from _plain_test(name, test, value_type)
    elif value_type.form in ("number", "list", "yes_no"):
        yield _("one_of 和 none_of 不能用于 `{name}`").format(name=name)
    else:
        yield from _codes(test.values, value_type)


def _bounds_test(name: str, test: Bounds, value_type: ValueType) -> Iterator[str]:
    values = value_type.values
    if value_type.form == "number":
        for word, limit in test.stated():
            yield from _number(name, word, limit, value_type)
        yield from _bounds_order(test)
    elif value_type.form != "ordered" or values is None:
        yield _("`{name}` 不能比较大小；请写值本身、one_of 或 none_of").format(name=name)
    else:
        for _word, limit in test.stated():
            if not isinstance(limit, str):
                yield _("`{name}` 是有序等级，不能与数字 {number} 比较；请写等级，如 {{at_least: {example}}}").format(
                    name=name, number=limit, example=list(values.ranks)[-1] if values.ranks else "…"
                )
            elif limit not in values.ranks:
                yield _("“{value}”不在等级序列 {order}（{extent}）中").format(
                    value=limit, order=values.name, extent=values.extent()
                )
        yield from _bounds_order(test, values.ranks)


def _plain_test(name: str, test: Is, value_type: ValueType) -> Iterator[str]:
    if value_type.form == "yes_no":
        if not isinstance(test.value, bool):
            yield _("`{name}` 是是非项，请写 true 或 false").format(name=name)
    elif value_type.form in ("number", "list"):
        yield _("`{name}` 不能写单个值；数值请写 {{equals: …}} 或上下限，列表请写 {{includes: […]}}").format(name=name)
    elif isinstance(test.value, bool):
        yield _("`{name}` 不是是非项，不能写 true 或 false").format(name=name)
    else:
        yield from _codes((test.value,), value_type)


def _codes(codes: Iterable[str], value_type: ValueType) -> Iterator[str]:
    values = value_type.values
    if values is None:
        return
    for code in codes:
        if code not in values.titles:
            near = difflib.get_close_matches(code, values.titles, 1, 0.5)
            hint = _("；是否指 `{near}`？").format(near=near[0]) if near else ""
            yield _("“{code}”不在代码表 {name} 中{hint}").format(code=code, name=values.name, hint=hint)


def _number(name: str, word: str, limit: object, value_type: ValueType) -> Iterator[str]:
    if isinstance(limit, str) or not isinstance(limit, int | Decimal):
        yield _("`{name}` 是数值，{word} 须写数字，而不是“{value}”").format(name=name, word=word, value=limit)
        return
    low, high = value_type.lowest, value_type.highest
    if (low is not None and limit < low) or (high is not None and limit > high):
        yield _("{number} 超出 {unit} 的范围 {low}..{high}").format(
            number=limit,
            unit=value_type.unit,
            low="" if low is None else low,
            high="" if high is None else high,
        )
    if scaled(limit, value_type.decimals) is None:
        yield _("{number} 的小数位数多于 `{name}` 的 {decimals} 位").format(
            number=limit, name=name, decimals=value_type.decimals
        )


def _bounds_order(test: Bounds, ranks: Mapping[str, int] | None = None) -> Iterator[str]:
    low = test.at_least if test.at_least is not None else test.above
    high = test.at_most if test.at_most is not None else test.below
    if low is None or high is None:
        return
    if ranks is not None:
        first, last = ranks.get(str(low)), ranks.get(str(high))
        crossed = first is not None and last is not None and first > last
    else:
        crossed = not isinstance(low, str) and not isinstance(high, str) and low > high
    if crossed:
        yield _("{low_word} {low} 大于 {high_word} {high}").format(
            low_word="at_least" if test.at_least is not None else "above",
            low=low,
            high_word="at_most" if test.at_most is not None else "below",
            high=high,
        )


def _units_differ(name: str, unit: str | None, other: str, other_unit: str | None) -> str:
    sentence = (
        _("目标单位是 {unit}，而 `{other}` 的单位是 {other_unit}")
        if name == "target"
        else _("`{name}` 的单位是 {unit}，而 `{other}` 的单位是 {other_unit}")
    )
    hint = _("（百分点不是百分比）") if {unit, other_unit} == {"percent", "percentage_point"} else ""
    return sentence.format(name=name, unit=unit, other=other, other_unit=other_unit) + hint


def _requirement(
    requirement: Requirement, scope: Scope, others: Mapping[str, Requirement], names: Names | None
) -> Iterator[str]:
    bound = requirement.binds
    if bound.kind == "region" and bound.tier is None:
        yield _("binds 须写明 tier（{tiers}）").format(tiers=", ".join(TIERS))
        return
    if bound.kind == "network" and bound.type is None:
        yield _("binds 须写明 type")
        return
    yield from check_condition(requirement.where, bound, scope, names)
    found = scope.find(requirement.indicator, bound)
    if isinstance(found, Unreachable):
        yield found.reason
    elif found.above is not None:
        yield _("`{name}` 属于{declared}，要求约束的却是{reader}；请约束其所属对象").format(
            name=requirement.indicator, declared=reach_title(found.above), reader=reach_title(bound)
        )
    else:
        yield from _target(requirement, found)
        yield from _window(requirement, found)
    yield from _dates(requirement)
    yield from _exception(requirement, others)


def _target(requirement: Requirement, found: Reference) -> Iterator[str]:
    target = requirement.target
    if requirement.unit is not None and requirement.unit != found.type.unit:
        yield _units_differ("target", requirement.unit, requirement.indicator, found.type.unit)
    if target.test is None:
        return
    if isinstance(target.test, OneOf | NoneOf):
        yield _("目标不能写 one_of 或 none_of；请写界限或值")
    yield from check_test(requirement.indicator, target.test, found.type)
    if target.up_to is not None and isinstance(target.test, Bounds):
        start = target.test.at_least
        if not isinstance(start, str) and start is not None and target.up_to < start:
            yield _("up_to 小于 at_least")


def _window(requirement: Requirement, found: Reference) -> Iterator[str]:
    indicator = found.indicator
    flow = indicator is not None and indicator.flow
    change = indicator is not None and isinstance(indicator.formula, Change)
    if flow and requirement.within is None and requirement.every_year is None:
        yield _("`{name}` 是流量，须写 within（累计）或 every_year（每年）").format(name=requirement.indicator)
    if requirement.within is not None and not (flow or change or found.type.form == "yes_no"):
        yield _("within 只能用于流量、change 或是非指标（yes_no）；存量请写 every_year，或不写")


def _dates(requirement: Requirement) -> Iterator[str]:
    due = requirement.due
    if due is not None and not is_date(due):
        yield _("“{date}”不是日历上的日期").format(date=due)
        return
    span = requirement.within or requirement.every_year
    if span is not None and span.last is not None and due is not None and int(due[:4]) != span.last:
        yield _("截止日期 {due} 与区间 {span} 不一致").format(due=due, span=span)


def _exception(requirement: Requirement, others: Mapping[str, Requirement]) -> Iterator[str]:
    if requirement.unless is None:
        return
    permit = others.get(requirement.unless)
    if permit is None:
        yield _("unless 所指要求 {id} 不存在").format(id=requirement.unless)
    elif permit.force != "permit":
        yield _("unless 所指要求的约束力不是 permit")
    elif permit.binds != requirement.binds:
        yield _("unless 所指要求约束的对象类别不同")
