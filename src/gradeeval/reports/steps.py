"""Steps of a trace in words: conditions test by test, values with their formula and the figures put in."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gradeeval.engines.formulas import Computed
from gradeeval.engines.trace import ConditionStep, ValueStep
from gradeeval.language.nodes import Change, Count, Ratio, Share, Sum
from gradeeval.language.scope import Scope
from gradeeval.messages import _, listed
from gradeeval.quantity import Interval
from gradeeval.reports import figures, naming, words
from gradeeval.reports.conditions import condition
from gradeeval.reports.page import Page

_MOST_NAMES = 8


def truth_words(truth: bool | None) -> str:
    """A truth value, in words of one width."""
    return {True: _("[满足]"), False: _("[不满足]"), None: _("[不明]")}[truth]


def say_condition(page: Page, step: ConditionStep, scope: Scope, indent: int) -> None:
    """Each test with its truth, what was wanted, and what is the case."""
    for test in step.tests:
        page.say(
            _("{truth} {name}：须 {wanted}，现为 {value}{whence}").format(
                truth=truth_words(test.truth),
                name=naming.fact(test.name, scope),
                wanted=words.test(test.test, test.value.reference),
                value=figures.value(test.value.value, test.value.reference),
                whence=_whence(test.value),
            ),
            indent,
            2,
        )
    if step.alternatives:
        page.say(_("以下满足一组即可："), indent)
        for number, alternative in enumerate(step.alternatives, 1):
            page.say(f"{number}. {truth_words(alternative.truth)}", indent + 2)
            say_condition(page, alternative, scope, indent + 4)
    page.say(_("合起来：{truth}").format(truth=truth_words(step.truth)), indent)


def say_value(page: Page, step: ValueStep, years: Sequence[tuple[int, ValueStep]], scope: Scope, indent: int) -> None:
    """A value with its source, the formula with the figures put in, and the parts that count."""
    name = naming.fact(step.reference.name, scope)
    if len(years) > 1:
        page.say(
            _("{name} 累计 = {addends} = {total}").format(
                name=name,
                addends=" + ".join(
                    _("{year} 年 {value}").format(year=year, value=figures.value(one.value, one.reference))
                    for year, one in years
                ),
                total=figures.value(step.value, step.reference),
            ),
            indent,
            2,
        )
        return
    page.say(
        _("{name}：{value}{whence}").format(
            name=name, value=figures.value(step.value, step.reference), whence=_whence(step)
        ),
        indent,
        2,
    )
    _say_proof(page, step, indent + 2)
    _say_formula(page, step, scope, indent + 2)
    if step.source == "reported" and step.computed is not None and step.computed.value is not None:
        page.say(
            _("按名册计算为 {value}，但名册中有情况不明的对象，因此采用上报值").format(
                value=figures.value(step.computed.value, step.reference)
            ),
            indent + 2,
            2,
        )
    elif step.source == "computed" and step.reported is not None:
        page.say(
            _("上报值 {value} 未采用：名册中的对象情况都已清楚，以计算为准").format(
                value=figures.value(step.reported, step.reference)
            ),
            indent + 2,
            2,
        )


def _whence(step: ValueStep) -> str:
    """Where a value was read, in brackets; empty for a field of the subject itself."""
    source = {"reported": _("上报"), "computed": _("计算"), "field": ""}.get(step.source or "", _("没有数据"))
    if step.reference.above is not None:
        holder = naming.subject(step.view) if step.view is not None else naming.sort(step.reference.above)
        return _("（取自{holder}，{source}）").format(holder=holder, source=source or _("分类字段"))
    return _("（{source}）").format(source=source) if source else ""


def _say_proof(page: Page, step: ValueStep, indent: int) -> None:
    proof = step.proof
    if proof is None:
        return
    page.labelled(
        [
            (_("来源"), proof.source or ""),
            (_("佐证"), listed(proof.evidence)),
            (_("说明"), proof.note or ""),
            (_("状态"), words.data_status(proof.status) if proof.status is not None else ""),
        ],
        indent,
    )


def _say_formula(page: Page, step: ValueStep, scope: Scope, indent: int) -> None:
    indicator = step.reference.indicator
    formula = indicator.formula if indicator is not None else None
    value, unit = step.value, step.reference.type.unit
    if isinstance(value, Interval) and value.of is not None and value.to is not None and not isinstance(formula, Ratio):
        times = " × 100" if unit == "percent" else ""
        of, to = (figures.number(Fraction(one), "count") for one in (value.of, value.to))
        page.say(f"{of} ÷ {to}{times} = {figures.share_of(value, step.reference)}", indent)
    if isinstance(formula, Ratio | Change) and step.operands:
        _say_operands(page, step, formula, scope, indent)
    if isinstance(formula, Count | Share | Sum) and step.computed is not None:
        _say_parts(page, formula, step.computed, scope, indent)


def _say_operands(page: Page, step: ValueStep, formula: Ratio | Change, scope: Scope, indent: int) -> None:
    first, second = step.operands
    shown = [figures.value(one.value, one.reference) for one in step.operands]
    result = figures.share_of(step.value, step.reference)
    if isinstance(formula, Ratio):
        times = " × 100" if step.reference.type.unit == "percent" else ""
        names = naming.fact(formula.of, scope), naming.fact(formula.to, scope)
        page.say(f"{names[0]} ÷ {names[1]}{times} = {shown[0]} ÷ {shown[1]}{times} = {result}", indent, 2)
    else:
        periods = [naming.period(one.view.period.text) if one.view is not None else "" for one in (first, second)]
        page.say(
            _("{name} {now} 年减 {before} 年 = {first} − {second} = {result}").format(
                name=naming.fact(formula.of, scope),
                now=periods[0],
                before=periods[1],
                first=shown[0],
                second=shown[1],
                result=result,
            ),
            indent,
            2,
        )
    for one in step.operands:
        say_value(page, one, (), scope, indent)


def _say_parts(page: Page, formula: Count | Share | Sum, computed: Computed, scope: Scope, indent: int) -> None:
    """The parts that count, that do not, and those that nobody knows of."""
    sort = naming.sort(formula.of)
    if not computed.have and not computed.lack and not computed.unsure:
        text = _("名册上没有这类{sort}") if computed.listed else _("没有{sort}的名册，手头也没有它们的档案")
        page.say(text.format(sort=sort), indent)
        return
    where = condition(formula.where, formula.of, scope)
    page.say(_("计入的{sort}：{where}").format(sort=sort, where=where or _("全部")), indent, 2)
    if isinstance(formula, Share):
        having = condition(formula.having, formula.of, scope)
        page.say(_("其中要求：{having}").format(having=having), indent, 2)
    if isinstance(formula, Sum):
        page.say(_("相加的是：{name}").format(name=naming.fact(formula.value, scope)), indent, 2)
    lack = computed.lack if isinstance(formula, Share) else ()
    for label, views in ((_("具备"), computed.have), (_("尚缺"), lack), (_("不明"), computed.unsure)):
        if views:
            page.say(
                _("{label} {count} 个：{names}").format(
                    label=label, count=len(views), names=naming.parts(views, _MOST_NAMES)
                ),
                indent,
                2,
            )
    if not computed.listed:
        page.say(_("没有完整的名册，只能作为下限"), indent)
