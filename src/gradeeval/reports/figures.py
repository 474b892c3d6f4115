"""Figures in words: numbers with their units, values, and what is still to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gradeeval.findings.finding import Finding
from gradeeval.findings.gap import Range, Shortfall
from gradeeval.language.nodes import Bounds, Equals, Includes, Ratio, Share, Test
from gradeeval.language.scope import Reference, Scope
from gradeeval.messages import _, counted, listed
from gradeeval.quantity import Interval, NoValue, decimal_text, shown

MOST_CODES = 5
"""More codes than these are counted instead of named, where it has to be short."""


@dataclass(frozen=True, slots=True)
class Distance:
    """A value, from ``low`` to ``high`` where it is not known exactly, against what is asked; all in one unit.

    Asked is at least ``least`` or at most ``most``, or both; at least one of them is there.
    """

    low: float
    high: float
    least: float | None = None
    most: float | None = None


def unit(code: str | None, beside: Fraction | int = 2) -> str:
    """A unit as it stands behind the number ``beside``."""
    return {
        "percent": "%",
        "percentage_point": counted("个百分点", beside),
        "ratio": _("倍"),
        "month": counted("个月", beside),
        "yuan": _("元"),
        "rank": _("位"),
        "units": counted("个", beside),
        "institutions": counted("家", beside),
    }.get(code or "", "")


def number(value: Fraction | float, unit_code: str | None, beside: Fraction | int | None = None) -> str:
    """A natural number with its unit; an infinity as ∞."""
    if isinstance(value, float):
        return "∞" if value > 0 else "-∞"
    text = shown(value, beside)
    if unit_code in ("yuan", "count", "units", "institutions"):
        text = grouped(text)
    return text + unit(unit_code, value)


def natural(bound: int | Fraction, scale: int) -> Fraction:
    """The number that a scaled bound stands for."""
    return Fraction(bound) / scale


def grouped(text: str) -> str:
    """A decimal with commas between each three digits of its whole part: 35,000."""
    head, dot, tail = text.partition(".")
    return f"{int(head):,}{dot}{tail}" if len(head.lstrip("-")) > 3 else text


def span(pair: Range, unit_code: str | None, beside: Fraction | int | None = None) -> str:
    """An interval, or the one number that it is; a dash where it is open on both sides."""
    low, high = pair
    if low == high:
        return number(low, unit_code, beside)
    if isinstance(low, float) and isinstance(high, float):
        return "—"
    if isinstance(high, float):
        return _("至少 {number}").format(number=number(low, unit_code, beside))
    if isinstance(low, float):
        return _("至多 {number}").format(number=number(high, unit_code, beside))
    return f"{number(low, None, beside)}–{number(high, unit_code, beside)}"


def value(found: Any, reference: Reference, beside: Fraction | int | None = None) -> str:
    """A value that was tested, in words; a dash where it is unknown."""
    form, code = reference.type.form, reference.type.unit
    if found is None:
        return "—"
    if isinstance(found, NoValue):
        return _("无可计量")
    if isinstance(found, bool):
        return _("是") if found else _("否")
    if form == "number":
        scale = 10**reference.type.decimals
        if isinstance(found, Interval):
            if not found.known:
                if _says_nothing(found, reference):
                    return "—"
                low, high = (x if isinstance(x, float) else Fraction(x) / scale for x in (found.lo, found.hi))
                return span((low, high), code, beside)
            assert not isinstance(found.lo, float)
            text = number(Fraction(found.lo) / scale, code, beside)
            if found.of is not None and found.to is not None:
                text = _("{share}（{part}/{whole}）").format(
                    share=text, part=grouped(decimal_text(found.of)), whole=grouped(decimal_text(found.to))
                )
            return text
        return number(Fraction(found) / scale, code, beside)
    label = reference.type.values.label if reference.type.values is not None else str
    if isinstance(found, frozenset):
        return listed(label(code) for code in sorted(found)) or _("无")
    if isinstance(found, Mapping):
        return listed(f"{label(code)}{'✓' if has else '✗'}" for code, has in found.items())
    return label(str(found))


def share_of(found: Any, reference: Reference) -> str:
    """A value without the figures that it was divided from."""
    return value(Interval(found.lo, found.hi) if isinstance(found, Interval) else found, reference)


def _says_nothing(found: Interval, reference: Reference) -> bool:
    """Whether it is no more than the range that any value of the type has."""
    scale, own = 10**reference.type.decimals, reference.type
    low = own.lowest is None or found.lo <= own.lowest * scale
    high = isinstance(found.hi, float) or (own.highest is not None and found.hi >= own.highest * scale)
    return (low or isinstance(found.lo, float)) and high


def limit_beside(finding: Finding) -> Fraction | None:
    """The limit that a shown figure must stay on its side of."""
    test = finding.requirement.target.test
    if isinstance(test, Equals):
        return Fraction(test.number)
    if isinstance(test, Bounds) and finding.reference.type.form == "number":
        for _word, limit in test.stated():
            if not isinstance(limit, str):
                return Fraction(limit)
    return None


def distance(test: Test | None, low: float, high: float) -> Distance | None:
    """A value against the number that is asked; None where that is none."""
    least = most = None
    if isinstance(test, Equals):
        least = most = float(Fraction(test.number))
    elif isinstance(test, Bounds):
        for word, limit in test.stated():
            if isinstance(limit, str):
                return None
            if word in ("at_least", "above"):
                least = float(Fraction(limit))
            else:
                most = float(Fraction(limit))
    return None if least is None and most is None else Distance(low, high, least, most)


def actual(finding: Finding) -> str:
    """The actual value of a finding; of a long list how many of the wanted codes are there."""
    test, shortfall = finding.requirement.target.test, finding.shortfall
    if isinstance(test, Includes) and shortfall is not None and len(test.codes) > MOST_CODES:
        lacking, unknown = len(shortfall.codes), len(shortfall.unknown_codes)
        return _("{count} 项中有 {have} 项").format(count=len(test.codes), have=len(test.codes) - lacking - unknown)
    if isinstance(test, Includes) and finding.outcome == "met" and len(test.codes) > MOST_CODES:
        return _("{count} 项全部具备").format(count=len(test.codes))
    return value(finding.judgement.value, finding.reference, limit_beside(finding))


def gap(finding: Finding, scope: Scope) -> str:
    """How far it is from the target, and what is still to do; empty where there is nothing to say."""
    shortfall = finding.shortfall
    if finding.outcome == "met" or shortfall is None:
        return ""
    if finding.outcome != "unmet" and value(finding.judgement.value, finding.reference) == "—":
        return ""  # nothing is known that it could be measured from
    return to_do(shortfall, finding.reference, scope)


def unit_to_do(shortfall: Shortfall, reference: Reference, scope: Scope) -> str | None:
    """The unit that what is still to do is counted in: of a ratio that of its operands."""
    formula = reference.indicator.formula if reference.indicator is not None else None
    found = shortfall.unit
    if found == "operand" and isinstance(formula, Ratio):
        found = scope.types[formula.of].unit
    if found == "units" and isinstance(formula, Share) and formula.of.kind == "institution":
        return "institutions"
    return "percentage_point" if found == "percent" else found


def to_do(shortfall: Shortfall, reference: Reference, scope: Scope) -> str:
    """What is still to do."""
    label = reference.type.values.label if reference.type.values is not None else str
    if shortfall.state is not None:
        return _("尚未做到") if shortfall.state else _("须停止")
    if shortfall.grade is not None:
        return _("须达到{grade}").format(grade=label(shortfall.grade))
    if shortfall.codes or shortfall.unknown_codes:
        parts = []
        if shortfall.codes:
            parts.append(_("缺 {codes}").format(codes=listed(label(code) for code in shortfall.codes)))
        if shortfall.unknown_codes:
            unknown = [label(code) for code in shortfall.unknown_codes]
            few = len(unknown) <= MOST_CODES
            parts.append(
                _("不明 {codes}").format(codes=listed(unknown) if few else _("{count} 项").format(count=len(unknown)))
            )
        return _("；").join(parts)
    if shortfall.amount is None:
        return ""
    if not any(shortfall.amount):
        return _("须超过目标值")
    unit_code = unit_to_do(shortfall, reference, scope)
    text = _("差 {amount}").format(amount=span(shortfall.amount, unit_code, 0))
    if shortfall.pace is not None:
        text += _("；今后每年需 {pace}").format(pace=number(shortfall.pace, unit_code))
    if shortfall.pace is not None and shortfall.pace_so_far is not None:
        text += _("，以往每年 {pace}").format(pace=number(shortfall.pace_so_far, unit_code))
    return text
