"""What stands behind a target on a region or network, in words: the same for ``check`` and for the results of ``batch``."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gradeeval.engines.judgement import UNKNOWN, UNMET
from gradeeval.findings.gap import UNITS, Range
from gradeeval.messages import _, listed
from gradeeval.reports.figures import number, span
from gradeeval.reports.naming import some

_MOST_NAMES = 8
_MOST_CHILDREN = 5


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said, and about what.

    That is ``needed``, ``lacking``, ``doubtful``, ``pulling``, ``ranking``, ``differs``, ``before`` or ``pace``.
    """

    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Child:
    """A region right below: its rank by the same figure, and by how much it pulls the whole down (None: not known)."""

    name: str
    actual: str
    rank: int | None
    effect: Fraction | None


@dataclass(frozen=True, slots=True)
class Behind:
    """The figures and names behind a target; what is empty or None is not told.

    ``amount`` is what is still to do, in ``unit``: ``institutions``, ``units`` (other parts), or that of a number. ``lack`` and
    ``unsure`` count the parts that pull a share or count down, ``lacking`` and ``doubtful`` name them. ``reported`` and
    ``computed`` are told where they differ. ``before`` is last year's figure and ``change`` what came since; of a sum over
    years ``pace`` is what a year brought and ``pace_needed`` what each that is left has to bring. ``counted``: the target is a
    number of parts, of which no child has a share of its own.
    """

    outcome: str
    amount: Range | None = None
    unit: str | None = None
    lack: int = 0
    unsure: int = 0
    lacking: Sequence[str] = ()
    doubtful: Sequence[str] = ()
    differs: bool = False
    reported: str = ""
    computed: str = ""
    source: str | None = None
    before: str = ""
    change: Fraction | None = None
    change_unit: str | None = None
    pace: str = ""
    pace_needed: str = ""
    children: Sequence[Child] = ()
    effect_unit: str | None = None
    counted: bool = False


def sentences(behind: Behind) -> Iterator[Sentence]:
    """What there is to say, in a fixed order: how many more of whom, who pulls it down, what was reported, what changed.

    Of a target that is met nobody is named.
    """
    if behind.outcome in (UNMET, UNKNOWN):
        yield from _needed(behind)
        if behind.lacking:
            yield Sentence("lacking", _("尚缺：{names}").format(names=_named(behind.lacking, behind.lack)))
        if behind.doubtful:
            yield Sentence("doubtful", _("不明：{names}").format(names=_named(behind.doubtful, behind.unsure)))
        yield from _children(behind)
    if behind.differs:
        yield Sentence("differs", differs(behind.reported, behind.computed, behind.source))
    if behind.before and behind.change is not None:
        text = _("上年 {before}，一年 {change}").format(before=behind.before, change=_signed(behind))
        yield Sentence("before", text)
    if behind.pace or behind.pace_needed:
        parts = [
            _("以往每年 {pace}").format(pace=behind.pace) if behind.pace else "",
            _("今后每年需 {pace}").format(pace=behind.pace_needed) if behind.pace_needed else "",
        ]
        yield Sentence("pace", _("，").join(part for part in parts if part))


def effect(child: Child, unit: str | None) -> tuple[str, Fraction | None]:
    """What a child lacks for the target, below 0 what it has beyond it, in words and as a number; parts are whole."""
    if child.effect is None:
        return "", None
    amount = Fraction(math.ceil(child.effect)) if unit in (UNITS, "institutions") else child.effect
    return number(amount, unit), amount


def differs(reported: str, computed: str, source: str | None) -> str:
    """A reported figure that the computed one excludes, and which of both was judged."""
    if source is None:
        return _("上报 {reported}，按名册计算 {computed}，请核对").format(reported=reported, computed=computed)
    taken = {"computed": _("计算"), "reported": _("上报")}[source]
    return _("上报 {reported}，按名册计算 {computed}，以{taken}为准，请核对").format(
        reported=reported, computed=computed, taken=taken
    )


def _needed(behind: Behind) -> Iterator[Sentence]:
    parts = behind.unit in (UNITS, "institutions", "count")
    if behind.amount is None or not parts or not behind.lack + behind.unsure or not behind.amount[1]:
        return
    unit = UNITS if behind.unit == "count" else behind.unit
    amount, could = span(behind.amount, unit, 0), number(Fraction(behind.lack), unit)
    if behind.outcome == UNKNOWN and not behind.amount[0]:
        doubtful = number(Fraction(behind.unsure), unit)
        most = behind.amount[1]
        if isinstance(most, Fraction) and most <= behind.unsure:
            text = _("情况不明的 {count}中有 {need}具备即达标").format(count=doubtful, need=number(most, unit))
            yield Sentence("needed", text)
    elif not behind.unsure:
        yield Sentence("needed", _("还差 {amount}，名单中 {count}可选").format(amount=amount, count=could))
    else:
        text = _("还差 {amount}，名单中 {count}尚缺、{doubtful}不明").format(
            amount=amount, count=could, doubtful=number(Fraction(behind.unsure), unit)
        )
        yield Sentence("needed", text)


def _named(names: Sequence[str], count: int) -> str:
    """The first names, and how many there are; ``names`` may be the first ones only."""
    if count <= _MOST_NAMES:
        return some(names, _MOST_NAMES)
    return _("{items} 等 {count} 个").format(items=listed(names[:_MOST_NAMES]), count=count)


def _children(behind: Behind) -> Iterator[Sentence]:
    pulling = sorted(
        (child for child in behind.children if child.actual and child.effect is not None and child.effect > 0),
        key=lambda child: -(child.effect or 0),
    )
    if pulling:
        shown = [
            _("{name}（{actual}，{effect}）").format(
                name=child.name, actual=child.actual, effect=effect(child, behind.effect_unit)[0]
            )
            for child in pulling[:_MOST_CHILDREN]
        ]
        sentence = (
            _("尚缺最多的下级（现状，尚缺）：{names}")
            if behind.counted
            else _("拉低最多的下级（现状，比目标少）：{names}")
        )
        yield Sentence("pulling", sentence.format(names=_more(shown, len(pulling))))
    ranked = [child for child in behind.children if child.rank is not None and child.actual]
    if ranked and ranked[0].rank != ranked[-1].rank:
        ends = [ranked[0], ranked[-1]]
        shown = [
            _("第 {rank} {name} {actual}").format(rank=child.rank, name=child.name, actual=child.actual)
            for child in ends
        ]
        text = _("{count} 个下级排名：{names}").format(count=len(ranked), names=" … ".join(shown))
        yield Sentence("ranking", text)


def _more(shown: Sequence[str], count: int) -> str:
    text = listed(shown)
    return text if count <= len(shown) else _("{items} 等 {count} 个").format(items=text, count=count)


def _signed(behind: Behind) -> str:
    assert behind.change is not None
    unit = "percentage_point" if behind.change_unit == "percent" else behind.change_unit
    text = number(behind.change, unit)
    return f"+{text}" if behind.change > 0 else text
