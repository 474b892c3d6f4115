"""Which grades are certain, still possible or excluded for one hospital: three values, as everywhere in gradeeval.

What was not filled in, not recorded or not reported is open; it never counts as conforming and never as a miss.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gradeeval.engines.formulas import as_interval
from gradeeval.findings.finding import Finding
from gradeeval.quantity import NoValue
from gradeeval_tertiary_standard.editions import Edition, Grade, Least

CERTAIN, POSSIBLE, EXCLUDED, NOT_SOUGHT = "certain", "possible", "excluded", "not_sought"
MET, UNMET, NOT_APPLICABLE = "met", "unmet", "not_applicable"


@dataclass(frozen=True, slots=True)
class GradeDecision:
    """What can be said of one grade; ``against`` excludes it, ``open`` keeps it from being certain. Both are sentences."""

    grade: str
    status: str
    against: tuple[str, ...]
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What can be said of one hospital by one edition; ``vetoes`` are the preconditions that are surely breached."""

    edition: Edition
    vetoes: tuple[str, ...]
    grades: tuple[GradeDecision, ...]


def decide(edition: Edition, findings: Mapping[str, Finding]) -> Decision:
    """The decision from the findings on one hospital, by the id of the requirement."""
    vetoes = tuple(id for id in edition.veto if _outcome(id, findings) == UNMET)
    return Decision(edition, vetoes, tuple(_grade(edition, grade, vetoes, findings) for grade in edition.grades))


def _grade(edition: Edition, grade: Grade, vetoes: Sequence[str], findings: Mapping[str, Finding]) -> GradeDecision:
    against = [f"{id} {_title(id, findings)}：不符合，一票否决" for id in vetoes]
    open_ = [
        f"{id} {_title(id, findings)}：{_word(id, findings)}"
        for id in edition.veto
        if _outcome(id, findings) not in (MET, UNMET)
    ]
    not_sought = False
    for id in grade.requires:
        outcome = _outcome(id, findings)
        if outcome == UNMET:
            against.append(f"{id} {_title(id, findings)}：未达标")
        elif outcome == NOT_APPLICABLE:
            not_sought = True
        elif outcome != MET:
            open_.append(f"{id} {_title(id, findings)}：{_word(id, findings)}")
    for share in grade.shares:
        _weigh(*_share(edition, share, findings), share, against, open_)
    for score in grade.scores:
        _weigh(*_score(score, findings), score, against, open_)
    if edition.uncovered is None:
        open_.append("没有录入的条款数不明")
    elif edition.uncovered:
        open_.append(f"标准有 {edition.uncovered} 条没有录入")
    if against:
        status = EXCLUDED
    elif not_sought:
        status = NOT_SOUGHT
    else:
        status = POSSIBLE if open_ else CERTAIN
    return GradeDecision(grade.name, status, tuple(against), tuple(open_))


def _weigh(name: str, low: Fraction, high: Fraction, least: Least, against: list[str], open_: list[str]) -> None:
    """Adds what a percentage between ``low`` and ``high`` says of a grade."""
    span = percent(low, down=True) if low == high else f"{percent(low, down=True)}—{percent(high, down=True)}"
    if least.at_least is None:
        open_.append(f"{name}：{span}，没有填写应达到多少")
    elif high < least.at_least:
        against.append(f"{name}：{span}，低于 {percent(least.at_least)}")
    elif low < least.at_least:
        open_.append(f"{name}：{span}，应不低于 {percent(least.at_least)}")


def _share(edition: Edition, share: Least, findings: Mapping[str, Finding]) -> tuple[str, Fraction, Fraction]:
    """The least and the greatest share of items that conform; items that do not apply leave the denominator."""
    core = share.of == "core"
    name = "核心条款符合的比例" if core else "条款符合的比例"
    total, ids = (edition.core_items, edition.core) if core else (edition.items, edition.recorded)
    if total is None:
        return f"{name}（核心条款的名单和条数没有录入）", Fraction(0), Fraction(100)
    outcomes = [_outcome(id, findings) for id in ids]
    whole = total - outcomes.count(NOT_APPLICABLE)
    if whole <= 0:
        return f"{name}（没有适用的条款）", Fraction(0), Fraction(100)
    low = Fraction(100 * outcomes.count(MET), whole)
    return name, low, 100 - Fraction(100 * outcomes.count(UNMET), whole)


def _score(score: Least, findings: Mapping[str, Finding]) -> tuple[str, Fraction, Fraction]:
    """The figure of a requirement, in percent; 0 to 100 where it is not reported."""
    finding = findings.get(score.of)
    name = f"{score.of} {_title(score.of, findings)}".rstrip()
    if finding is None:
        return f"{name}（没有评定）", Fraction(0), Fraction(100)
    value = as_interval(finding.judgement.value, finding.reference)
    if isinstance(value, NoValue):
        return f"{name}（无可计量）", Fraction(0), Fraction(100)
    scale = 10**finding.reference.type.decimals
    return name, Fraction(value.lo) / scale, Fraction(value.hi) / scale


def percent(number: Fraction, *, down: bool = False) -> str:
    """A percentage with two decimals at most; ``down``: cut, so that 89.999 is not shown as 90."""
    hundredths = number * 100
    whole = hundredths.numerator // hundredths.denominator if down else round(hundredths)
    return f"{whole / 100:g}%"


def _outcome(id: str, findings: Mapping[str, Finding]) -> str | None:
    finding = findings.get(id)
    return None if finding is None else finding.outcome


def _title(id: str, findings: Mapping[str, Finding]) -> str:
    finding = findings.get(id)
    return "" if finding is None else finding.requirement.title or ""


def _word(id: str, findings: Mapping[str, Finding]) -> str:
    words = {
        "unknown": "数据不足",
        "needs_review": "需人工评定",
        "error": "无法判定",
        NOT_APPLICABLE: "不适用",
        None: "没有评定",
    }
    return words.get(_outcome(id, findings), "没有评定")
