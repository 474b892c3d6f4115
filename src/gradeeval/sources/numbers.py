"""Holds the figures, dates and force of each requirement against the passage that it quotes.

A number, a date, a unit, a comparator and a force are either in the quote or declared in ``derived``, and what is declared
has its ground in the words.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gradeeval.messages import _, listed
from gradeeval.sources.claims import SourceProblem
from gradeeval.sources.comparators import ABOVE, AT_LEAST, AT_MOST, BELOW, EQUALS, comparison, sides
from gradeeval.sources.figures import Figure, condition_figures, target_figures
from gradeeval.sources.passages import Clauses
from gradeeval.sources.quantities import quantities
from gradeeval.sources.segments import canonical_clause, normalise, segment
from gradeeval.sources.strength import MANDATORY, strength_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from gradeeval.language.nodes import Requirement
    from gradeeval.sources.quantities import Quantity

_UNITS = {  # of a requirement: the units in which its figure may be printed
    "percent": {"percent", "permille", "fraction"},
    "percentage_point": {"percentage_point"},
    "ratio": {"ratio", "fraction", "proportion"},
    "yuan": {"yuan"},
    "month": {"month"},
    "count": {"count", "year"},
    "rank": {"count"},
}
_GRADE = re.compile(r"[A-Z]\+{0,2}")
_MOVES = (  # a gap that narrows may be told by a ratio that rises: the words do not tell rise from fall
    "提高|提升|增|扩大|扩充|上升|加大|改善|壮大|拓展|延长|降|下降|减|缩小|缩短|压缩|遏制"
)
_GROUNDS = {  # of each way to derive a number: the words of which one must be in the quote
    "rise": _MOVES,
    "fall": _MOVES,
    "parity": "不低于|不少于|不高于|不超过|不大于|不多于|降至|降到|达到|持平|相当|高于|低于|优于|平均|不突破",
    "each": "每|各|均|全部|全|所有|一律|普遍|都|100%",
    "none": "不|零|无|严禁|禁止|杜绝|取消|消除|清零",
    "calendar": "年|月|季|周|日|天|半|五”|期间|底|末",
}
_VALUES = {"rise": {0}, "fall": {0}, "parity": {1, 100}, "each": {1, 100}, "exists": {1}, "none": {0}}

_DIRECTIONS = {
    "rise": {ABOVE},
    "fall": {BELOW},
    "each": {AT_LEAST, EQUALS},
    "exists": {AT_LEAST, EQUALS},
    "none": {AT_MOST, EQUALS},
}


def verify_numbers(document: str, requirements: Sequence[Requirement], text: str) -> list[SourceProblem]:
    """All points where target, date, unit, comparator or force of a requirement part from its quote."""
    clauses = Clauses(segment(text))
    problems: list[SourceProblem] = []
    for requirement in requirements:
        passage = _Passage(requirement, clauses)
        for kind, message in [*passage.target(), *passage.where(), *passage.date(), *passage.force()]:
            at, line = clauses.whereabouts(requirement.clause, requirement.quote)
            problems.append(
                SourceProblem(
                    kind=kind,
                    message=message,
                    document=document,
                    clause=canonical_clause(requirement.clause),
                    at=at,
                    line=line,
                    requirement=requirement.id,
                )
            )
    return problems


def prints(quantity: Quantity, value: Fraction) -> bool:
    """Whether a word of quantity prints this number: 三分之一 prints 1/3 and 100/3 percent, 1:2 also 2 and 1/2."""
    printed = set(quantity.values)
    if quantity.unit == "fraction":
        printed |= {number * 100 for number in quantity.values}
    elif quantity.unit == "permille":
        printed |= {number / 10 for number in quantity.values}
    elif quantity.unit == "proportion" and all(quantity.values):
        left, right = quantity.values
        printed |= {left / right, right / left}
    return quantity.kind == "number" and abs(value) in printed


_Found = tuple[str, str]


class _Passage:
    """One requirement beside its quote; each method yields the kind and the message of what is wrong."""

    def __init__(self, requirement: Requirement, clauses: Clauses) -> None:
        self._requirement = requirement
        self._quote = normalise(requirement.quote)
        self._quantities = quantities(self._quote)
        self._clause = clauses.text(requirement.clause)
        self._above = [clauses.text(step) for step in clauses.above(requirement.clause)]
        self._derived = {key.partition(".")[0]: way for key, way in requirement.derived}

    def target(self) -> Iterator[_Found]:
        """Numbers, units and comparators of the target."""
        way = self._derived.get("target")
        for figure in target_figures(self._requirement.target):
            printed = [quantity for quantity in self._quantities if prints(quantity, figure.value)]
            if printed:
                yield from self._printed(figure, printed)
            elif way is None:
                yield "target_not_in_quote", self._not_printed(figure)
            else:
                yield from self._grounds(way, figure)
        yield from self._grades()

    def where(self) -> Iterator[_Found]:
        """Numbers of the conditions in ``binds``, which may stand anywhere in the clause."""
        if self._derived.keys() & {"binds", "where"}:
            return
        around = quantities(self._clause or self._quote)
        for figure in condition_figures(self._requirement.where):
            if not any(prints(quantity, figure.value) for quantity in around):
                message = _("binds 中的数 {value} 不在该条款中；请改正，或在 derived 写明 binds 的由来").format(
                    value=_shown(figure.value)
                )
                yield "where_not_in_clause", message

    def date(self) -> Iterator[_Found]:
        """The date of a demand that says it takes its date from the clause."""
        requirement = self._requirement
        if requirement.due_from != "clause" or requirement.due is None:
            return
        year, month = int(requirement.due[:4]), int(requirement.due[5:7])
        way = self._derived.get("due")
        if way == "carried":
            around = quantities("。".join([self._clause, *self._above]))
            if not _dated(around, year, calendar=True):
                message = _("derived 写明 due 承前（carried），但该条款和上级标题都没有 {year} 年；请改正").format(
                    year=year
                )
                yield "derived_unfounded", message
        elif not _dated(self._quantities, year, calendar=way == "calendar"):
            message = _("截止日期 {due} 不在引文中；请延长引文，或在 derived 写明由来，如 {{due: calendar}}").format(
                due=requirement.due
            )
            yield "date_not_in_quote", message
        elif not _in_month(self._quantities, year, month):
            message = _("截止日期 {due} 的月份与引文不同；请改正").format(due=requirement.due)
            yield "date_not_in_quote", message

    def force(self) -> Iterator[_Found]:
        """Words that weaken the demand, against its force."""
        force, words = self._requirement.force, strength_words(self._quote)
        deciding = [word for word in words if word.decides]
        if self._derived.get("force") == "carried":
            if force != MANDATORY and all(word.force != force for word in strength_words(self._clause)):
                message = _("derived 写明约束力承前（carried），但该条款没有表示 {force} 的词；请改正").format(
                    force=force
                )
                yield "derived_unfounded", message
        elif force == MANDATORY or all(word.force != force for word in words):
            if deciding:
                message = _("引文有“{word}”，约束力却是 {force}；请改为 {right}，或缩短引文").format(
                    word=deciding[0].words, force=force, right=deciding[0].force
                )
                yield "force_contradicts", message
            elif force != MANDATORY:
                message = _("引文没有表示 {force} 的词；请延长引文把它包括进来，或改正约束力").format(force=force)
                yield "force_not_in_quote", message

    def _printed(self, figure: Figure, printed: list[Quantity]) -> Iterator[_Found]:
        """A number that the quote prints: whether it is printed in this unit and on this side."""
        if {"target", "unit"}.isdisjoint(self._derived):
            alike = [quantity for quantity in printed if self._unit_agrees(quantity)]
            if not alike:
                message = _("引文“{words}”的单位与 unit: {unit} 不符；请改正，或在 derived 写明 unit 的由来").format(
                    words=printed[0].words, unit=self._requirement.unit
                )
                yield "unit_not_in_quote", message
                return
            printed = alike
        faults = [self._side(figure, quantity) for quantity in printed]
        if all(fault is not None for fault in faults):
            yield from (fault for fault in faults[:1] if fault is not None)

    def _unit_agrees(self, quantity: Quantity) -> bool:
        unit = self._requirement.unit
        bare = quantity.words[-1].isdigit() and unit in ("ratio", "rank")
        return unit is None or bare or quantity.unit in _UNITS.get(unit, {quantity.unit})

    def _side(self, figure: Figure, quantity: Quantity) -> _Found | None:
        """What is wrong with the comparator of a printed number; None where nothing is."""
        if figure.value < 0:  # 下降5个百分点: the words turn it round
            return None
        said = comparison(self._quote, quantity)
        if said.about != self._requirement.target.about:
            if said.about:
                return "about_missing", _("引文有“{words}”，target 应写 about: true；请补上").format(words=said.words)
            return "comparator_not_in_quote", _("target 有 about，而引文“{words}”旁没有“左右”；请改正").format(
                words=quantity.words
            )
        if figure.comparator in said.fits or _ends_a_range(figure, quantity):
            return None
        right = listed(sorted(said.fits))
        if said.words:
            return "comparator_contradicts", _("引文是“{words}”，target 却写 {comparator}；请改为 {right}").format(
                words=_together(quantity, said.words), comparator=figure.comparator, right=right
            )
        return "comparator_not_in_quote", _(
            "引文“{words}”旁没有表示 {comparator} 的词；请改为 {right}，或延长引文"
        ).format(words=quantity.words, comparator=figure.comparator, right=right)

    def _not_printed(self, figure: Figure) -> str:
        there = listed(dict.fromkeys(quantity.words for quantity in self._quantities))
        if there:
            return _(
                "目标 {value} 不在引文中（引文有 {there}）；请改正，或在 derived 写明由来，如 {{target: calendar}}"
            ).format(value=_shown(figure.value), there=there)
        return _("目标 {value} 不在引文中；请延长引文，或在 derived 写明由来，如 {{target: each}}").format(
            value=_shown(figure.value)
        )

    def _grounds(self, way: str, figure: Figure) -> Iterator[_Found]:
        """Whether a number that was derived has its ground: the words, the value that they give, the direction."""
        fault = None
        if way == "carried":
            if not any(prints(quantity, figure.value) for quantity in quantities(self._clause)):
                fault = _("该条款没有这个数")
        elif way == "calendar":
            if not any(abs(figure.value) in quantity.by_calendar for quantity in self._quantities):
                fault = _("引文中的时间词得不出这个数")
        elif figure.value not in _VALUES.get(way, {figure.value}):
            fault = _("这样得出的数应是 {values}").format(values=listed(str(value) for value in sorted(_VALUES[way])))
        elif way in _GROUNDS and not re.search(_GROUNDS[way], self._quote):
            fault = _("引文没有相应的词")
        elif figure.comparator not in self._directions(way, figure):
            fault = _("方向不能是 {comparator}").format(comparator=figure.comparator)
        elif way == "each" and figure.value == 100 and self._requirement.unit != "percent":
            fault = _("100 的单位应是 percent")
        elif self._requirement.target.about and "左右" not in self._quote:
            fault = _("引文没有“左右”")
        if fault is not None:
            message = _("derived 写明目标 {value} 的由来是 {way}，但{fault}；请改正").format(
                value=_shown(figure.value), way=way, fault=fault
            )
            yield "derived_unfounded", message

    def _directions(self, way: str, figure: Figure) -> set[str]:
        """The comparators that a way to derive a number leaves open."""
        if way == "parity":
            return set(sides(self._quote)) or {figure.comparator}
        return _DIRECTIONS.get(way, {figure.comparator})

    def _grades(self) -> Iterator[_Found]:
        """Grades such as B or A+ that a target names."""
        test = self._requirement.target.test
        stated = getattr(test, "stated", None)
        if stated is None or "target" in self._derived:
            return
        for comparator, limit in stated():
            if not isinstance(limit, str) or not _GRADE.fullmatch(limit):
                continue
            found = re.search(rf"(?<![A-Z]){re.escape(limit)}(?![A-Z+])(级|类)?(及?以[上下])?", self._quote)
            if found is None:
                yield "target_not_in_quote", _("目标 {value} 不在引文中；请改正").format(value=limit)
            elif found[2] is not None and found[2].endswith("上") != (comparator in (AT_LEAST, ABOVE)):
                yield (
                    "comparator_contradicts",
                    _("引文是“{words}”，target 却写 {comparator}；请改正").format(
                        words=found[0], comparator=comparator
                    ),
                )


def _ends_a_range(figure: Figure, quantity: Quantity) -> bool:
    """Whether a figure bounds a printed range on its own side: 1—3 at least 1, up to or at most 3."""
    if len(quantity.values) != 2 or quantity.unit == "proportion":
        return False
    ends = {AT_LEAST: min(quantity.values), AT_MOST: max(quantity.values), "up_to": max(quantity.values)}
    return ends.get(figure.comparator) == figure.value


def _dated(found: Sequence[Quantity], year: int, *, calendar: bool) -> bool:
    """Whether the year is among the years that are printed or, with ``calendar``, that the calendar gives."""
    for quantity in found:
        years = [*quantity.values, *(quantity.by_calendar if calendar else ())]
        if quantity.kind in ("year", "span") and years and max(years) == year:
            return True
    return False


def _in_month(found: Sequence[Quantity], year: int, month: int) -> bool:
    """Whether no other month is printed with this year."""
    months = [
        int(match[1])
        for quantity in found
        if quantity.kind == "year" and year in quantity.values and (match := re.search(r"年([0-9]+)月", quantity.words))
    ]
    return not months or month in months


def _shown(value: Fraction) -> str:
    return str(value) if value.denominator == 1 else f"{float(value):g}"


def _together(quantity: Quantity, words: str) -> str:
    after = words.startswith(("以", "及以", "之", "内"))
    return quantity.words + words if after else f"{words}…{quantity.words}"
