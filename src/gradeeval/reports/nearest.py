"""What would change an outcome: the nearest change, the facts that are missing, or the field that decides whether it applies."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from gradeeval.engines.judgement import (
    EXCUSED,
    MET,
    NEEDS_REVIEW,
    NOT_APPLICABLE,
    NOT_BOUND,
    NOT_USED,
    UNKNOWN,
    UNMET,
)
from gradeeval.engines.trace import ConditionStep, TestStep, Trace
from gradeeval.findings.finding import Finding
from gradeeval.language.nodes import Bounds, Change, Count, Includes, Is, Ratio, Share
from gradeeval.language.scope import Scope
from gradeeval.messages import _, listed
from gradeeval.quantity import Interval, decimal_text
from gradeeval.reports import figures, naming, words
from gradeeval.reports.conditions import tested
from gradeeval.reports.ranking import direct

_MOST_NAMES = 8


def nearest_changes(finding: Finding, trace: Trace, scope: Scope) -> list[str]:
    """Sentences, the nearest change first."""
    found: Iterator[str]
    if finding.outcome == UNMET:
        found = _to_be_met(finding, trace, scope)
    elif finding.outcome == UNKNOWN:
        found = _to_be_known(finding, scope)
    elif finding.outcome == NEEDS_REVIEW:
        found = iter([_("由评定人判断：{question}").format(question=finding.requirement.target.needs_review)])
    elif finding.outcome == NOT_APPLICABLE:
        found = _to_apply(finding, trace, scope)
    elif finding.outcome == MET:
        found = _to_be_missed(finding)
    else:
        found = iter(())
    return [*found, *_not_to_apply(finding, trace, scope)]


def _to_be_met(finding: Finding, trace: Trace, scope: Scope) -> Iterator[str]:
    shortfall, reference = finding.shortfall, finding.reference
    name = naming.fact(reference.name, scope)
    if trace.by_year:
        years = [str(year) for year, one in finding.judgement.years if one.outcome == UNMET]
        yield _("须逐年达到；未达标的年份：{years}").format(years=naming.periods(years))
        unknown = [str(year) for year, one in finding.judgement.years if one.outcome == UNKNOWN]
        if unknown:
            yield _("数据不足的年份也要补齐：{years}").format(years=naming.periods(unknown))
    if shortfall is None:
        return
    if shortfall.state is not None:
        yield (_("“{name}”做到即达标") if shortfall.state else _("“{name}”停止即达标")).format(name=name)
    elif shortfall.grade is not None:
        assert reference.type.values is not None
        yield _("达到{grade}即达标").format(grade=reference.type.values.label(shortfall.grade))
    elif shortfall.codes or shortfall.unknown_codes:
        assert reference.type.values is not None
        label = reference.type.values.label
        yield _("补齐 {codes} 即达标").format(codes=listed(label(code) for code in shortfall.codes))
        if shortfall.unknown_codes:
            codes = listed(label(code) for code in shortfall.unknown_codes)
            yield _("还要确认 {codes} 也已具备").format(codes=codes)
    else:
        yield _by_amount(finding, scope)
    if finding.lacking and isinstance(getattr(reference.indicator, "formula", None), Share):
        yield _("可以补上的：{names}").format(names=naming.parts(finding.lacking, _MOST_NAMES))
    if trace.excuse is not None:
        yield _("或符合例外条款 {id}，则不适用").format(id=trace.excuse[0].id)


def _by_amount(finding: Finding, scope: Scope) -> str:
    """The sentence for a number that has to grow or shrink."""
    shortfall, reference, value = finding.shortfall, finding.reference, finding.judgement.value
    assert shortfall is not None and shortfall.amount is not None
    if not any(shortfall.amount):
        return _("超过 {target} 即达标").format(target=words.target(finding.requirement.target, reference))
    unit = figures.unit_to_do(shortfall, reference, scope)
    amount = figures.span(shortfall.amount, unit, 0)
    formula = reference.indicator.formula if reference.indicator is not None else None
    test = finding.requirement.target.test
    down = isinstance(test, Bounds) and test.at_least is None and test.above is None
    if isinstance(value, Interval) and value.of is not None and value.to is not None:
        after = value.of - shortfall.amount[0] if down else value.of + shortfall.amount[0]
        move = f"{figures.grouped(decimal_text(value.of))}→{figures.grouped(_rounded(after, down))}"
        if isinstance(formula, Ratio):
            of = naming.fact(formula.of, scope)
            sentence = (
                _("{name}再减少 {amount}（{move}）即达标") if down else _("{name}再增加 {amount}（{move}）即达标")
            )
            return sentence.format(name=of, amount=amount, move=move)
        return (_("减少 {amount}（{move}）即达标") if down else _("再有 {amount}（{move}）即达标")).format(
            amount=amount, move=move
        )
    if isinstance(formula, Change):
        name = naming.fact(formula.of, scope)
        return _("今年的{name}再高 {amount} 以上即达标").format(name=name, amount=amount)
    if isinstance(formula, Share) and finding.source == "computed":
        return _("再有 {amount} 具备即达标（取决于情况不明的 {count} 个）").format(
            amount=amount, count=len(finding.unsure)
        )
    if isinstance(formula, Count) and isinstance(value, Interval) and not isinstance(value.lo, float) and value.known:
        move = f"{decimal_text(value.lo)}→{_rounded(value.lo + shortfall.amount[0], down)}"
        return _("再有 {amount}（{move}）即达标").format(amount=_("{count} 个").format(count=amount), move=move)
    return (_("再减少 {amount} 即达标") if down else _("再增加 {amount} 即达标")).format(amount=amount)


def _rounded(number: Fraction | float, down: bool) -> str:
    """A figure to reach with two digits, on the side that reaches it."""
    if isinstance(number, float):
        return "∞"
    moved = math.floor(number * 100) if down else math.ceil(number * 100)
    return decimal_text(Fraction(moved, 100))


def _to_be_known(finding: Finding, scope: Scope) -> Iterator[str]:
    computed, shortfall = finding.computed, finding.shortfall
    facts = listed(naming.missing(direct(finding), scope, finding.view.period.text))
    if finding.judgement.reason is not None:
        yield _("补充 {facts}，才知道是否适用").format(facts=facts)
        return
    formula = finding.reference.indicator.formula if finding.reference.indicator is not None else None
    if isinstance(formula, Share | Count) and computed is not None and shortfall is not None and shortfall.amount:
        most = shortfall.amount[1]
        if computed.unsure and isinstance(most, Fraction) and most <= len(computed.unsure):
            yield _("情况不明的 {count} 个中有 {need} 个具备即达标：{names}").format(
                count=len(computed.unsure), need=most, names=naming.parts(computed.unsure, _MOST_NAMES)
            )
    yield _("补充 {facts}").format(facts=facts)


def _to_apply(finding: Finding, trace: Trace, scope: Scope) -> Iterator[str]:
    reason = finding.judgement.reason
    if reason == NOT_BOUND:
        texts = [_words(step, scope) for step in _failing(trace.binds)]
        if texts:
            yield _("只有{tests}的对象才适用").format(tests=_("，且").join(texts))
        for alternative in trace.binds.alternatives if not texts else ():
            tests = _("，且").join(_words(step, scope) for step in alternative.tests)
            yield _("或者：{tests}").format(tests=tests)
    elif reason == NOT_USED:
        yield _("用了这项许可即记为达标；不用也不算未达标")
    elif reason == EXCUSED and trace.excuse is not None:
        yield _("不再符合例外条款 {id} 时，按原要求判定").format(id=trace.excuse[0].id)


def _to_be_missed(finding: Finding) -> Iterator[str]:
    test, value, gap = finding.requirement.target.test, finding.judgement.value, finding.gap
    if isinstance(test, Is) and isinstance(test.value, bool):
        yield _("改变现状即不再达标")
    elif isinstance(test, Includes):
        yield _("缺少其中任何一项即不再达标")
    elif gap is not None and isinstance(gap[0], Fraction) and finding.reference.type.form == "number":
        unit = finding.reference.type.unit
        room = figures.span(gap, "percentage_point" if unit == "percent" else unit, 0)
        yield _("余量 {room}").format(room=room) if any(gap) else _("恰好在目标值上，没有余量")
        limit = figures.limit_beside(finding)
        if (
            isinstance(value, Interval)
            and value.of is not None
            and value.to is not None
            and unit == "percent"
            and limit
        ):
            spare = math.floor(value.of - limit * value.to / 100)
            if spare >= 0 and value.of == int(value.of) and isinstance(test, Bounds) and test.at_least is not None:
                yield _("最多再少 {count} 个（{move}）仍达标").format(
                    count=spare, move=f"{decimal_text(value.of)}→{decimal_text(value.of - spare)}"
                )


def _not_to_apply(finding: Finding, trace: Trace, scope: Scope) -> Iterator[str]:
    """Which fields it hangs on that the requirement applies at all."""
    if finding.outcome not in (UNMET, MET, NEEDS_REVIEW) or not trace.binds.tests:
        return
    texts = listed(_words(step, scope) for step in trace.binds.tests)
    yield _("以下任何一条不再成立时，本要求不适用：{tests}").format(tests=texts)


def _failing(condition: ConditionStep) -> list[TestStep]:
    return [step for step in condition.tests if step.truth is False]


def _words(step: TestStep, scope: Scope) -> str:
    return tested(naming.fact(step.name, scope), step.test, step.value.reference)
