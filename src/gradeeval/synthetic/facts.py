"""Invented facts: what an able subject in a well-off county more probably has, a little more of it every year.

Facts of one subject hang together: its income follows its visits, its surgeries its visits and its level. Some are missing, more
so where a subject reports badly, and small institutions are not asked for everything.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from gradeeval.language.nodes import Indicator, Reach
from gradeeval.synthetic.asking import Asking
from gradeeval.synthetic.chance import SPREAD, fixed, spread
from gradeeval.vocabulary import ValueType

Draw = Callable[[float, float, Random], "list[Any]"]
"""From how able a subject is and how large, to the values of its periods; None is missing."""

Plan = list[tuple[str, float, float, Draw | None]]
"""Name, how often it is missing against others, and how it is drawn; of a yes/no, which most facts are, how hard it is."""

_MISSING = 0.04
_BADLY_REPORTING = 0.07
_ALSO_MISSING = 0.4
_EVERYBODY_HAS = frozenset(("visits", "fund_payment", "age_friendly", "village_clinics"))
_SELDOM_ASKED = {"village_clinic": 0.3, "outpatient_clinic": 0.35, "elderly_care_home": 0.4, "other": 0.3}
_YEARLY = 0.16
"""By how much everybody is more able each year."""

# Of an institution, as a multiple of its yearly visits: the factor, how much an able one has more, and how far it scatters.
_BY_VISITS: Mapping[str, tuple[float, float, float]] = {
    "visits": (1.0, 0.0, 0.0),
    "surgeries": (0.025, 0.1, 0.2),
    "level34_surgeries": (0.0095, 0.22, 0.25),
    "medical_income": (420.0, 0.12, 0.2),
    "service_income": (118.0, 0.2, 0.2),
    "fund_payment": (190.0, 0.05, 0.2),
    "business_income": (440.0, 0.12, 0.2),
    "research_investment": (1.9, 0.7, 0.5),
    "hospital_debt": (110.0, -0.3, 0.7),
    "total_posts": (0.0011, 0.05, 0.15),
    "professional_posts": (0.00093, 0.06, 0.15),
    "mid_senior_posts": (0.00042, 0.15, 0.2),
    "senior_posts": (0.00016, 0.2, 0.2),
    "largest_site_beds": (0.0011, 0.05, 0.25),
}
# Of one person's pay in yuan.
_PAY: Mapping[str, tuple[float, float, float]] = {
    "average_staff_pay": (98_000, 0.14, 0.05),
    "on_post_average_annual_pay": (98_000, 0.14, 0.04),
    "public_health_staff_pay": (97_000, 0.16, 0.08),
    "principal_target_salary": (265_000, 0.2, 0.2),
    "chief_accountant_target_salary": (205_000, 0.2, 0.2),
}
# Visits a year of an institution of a category, or of a level where it is a hospital.
_SIZE = {
    "village_clinic": 2_600.0,
    "outpatient_clinic": 7_500.0,
    "community_health_station": 15_000.0,
    "township_health_center": 42_000.0,
    "community_health_center": 78_000.0,
    "primary": 26_000.0,
    "unrated": 14_000.0,
    "secondary": 260_000.0,
    "tertiary": 1_150_000.0,
}


def size_of(fields: Mapping[str, Any], able: float, chance: Random) -> float:
    """How many visits an institution has in a year."""
    typical = _SIZE.get(fields["category"]) or _SIZE[fields["level"]]
    return float(typical * math.exp(0.25 * able + 0.45 * spread(chance)))


class Facts:
    """Draws the facts of subjects for periods ``years`` after the last one (0 and negative numbers)."""

    def __init__(self, asking: Asking, years: tuple[float, ...]) -> None:
        self.asking = asking
        self.years = years
        self._plans: dict[object, Plan] = {}

    def institution(self, fields: Mapping[str, Any], able: float, size: float, chance: Random) -> list[dict[str, Any]]:
        """The facts of an institution, a map for each period."""
        roles = tuple(fields["roles"])
        key = tuple(fields[name] for name in ("category", "level_grade", "ownership", "sponsor")) + roles
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._plan(Reach("institution"), fields, str(fields["category"]))
        return self._drawn(plan, able, size, chance)

    def other(
        self, reach: Reach, fields: Mapping[str, Any], able: float, chance: Random, known: Mapping[str, float]
    ) -> list[dict[str, Any]]:
        """The facts of a network or region; ``known`` are figures that other facts of the dataset already settle."""
        key = (reach, tuple(sorted(fields.items())))
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._plan(reach, fields, "")
        found = self._drawn(plan, able, 1.0, chance)
        for facts in found:
            facts.update((name, int(number)) for name, number in known.items() if name in facts)
        return found

    def published(self, tier: str, able: float, chance: Random) -> list[dict[str, Any]]:
        """Shares that a region publishes although they can be computed, with numerator and denominator."""
        found: list[dict[str, Any]] = [{} for _year in self.years]
        for indicator in self.asking.shares(tier):
            if chance.random() > 0.25:
                continue
            anchor = self.asking.anchor(indicator, Reach("region", tier)) or 60.0
            whole = 20 + int(chance.random() * 300)
            noise = spread(chance)
            for facts, year in zip(found, self.years, strict=True):
                part = min(100.0, max(0.0, anchor + 9.0 * (able + noise + _YEARLY * year)))
                facts[indicator.name] = {"numerator": round(whole * part / 100), "denominator": whole}
        return found

    def _drawn(self, plan: Plan, able: float, size: float, chance: Random) -> list[dict[str, Any]]:
        one = chance.random
        missing = _MISSING + (_ALSO_MISSING if one() < _BADLY_REPORTING else 0.0)
        found: list[dict[str, Any]] = [{} for _year in self.years]
        periods = [(facts, _YEARLY * year) for facts, year in zip(found, self.years, strict=True)]
        scatter = 1.3 * SPREAD
        for name, often, hard, draw in plan:
            if one() < missing * often:
                continue
            if draw is None:  # the bulk of the time goes here
                own = able - hard + scatter * (one() + one() - 1.0)
                for facts, later in periods:
                    facts[name] = own + later > 0
            else:
                for facts, value in zip(found, draw(able, size, chance), strict=True):
                    facts[name] = value
        return found

    def _plan(self, reach: Reach, fields: Mapping[str, Any], category: str) -> Plan:
        plan: Plan = []
        seldom = _SELDOM_ASKED.get(category, 1.0)
        for indicator in self.asking.names(reach, fields):
            usual = indicator.name in _EVERYBODY_HAS
            if usual or fixed("asked", category, indicator.name) < seldom:
                hard = 2.6 * fixed("hard", indicator.name) - 2.0
                plan.append((indicator.name, 1 / 3 if usual else 1.0, hard, self._draw(indicator, reach)))
        return plan

    def _draw(self, indicator: Indicator, reach: Reach) -> Draw | None:
        value_type = self.asking.scope.types[indicator.name]
        years = self.years
        if value_type.form == "yes_no":
            return None
        if value_type.form == "list":
            return _list(indicator.name, value_type, years, whole=self.asking.asks_whole(indicator.name))
        if value_type.form == "ordered":
            return _ordered(value_type, years)
        table = _BY_VISITS if indicator.name in _BY_VISITS else _PAY
        if reach.kind == "institution" and indicator.name in table:
            return _multiple(*table[indicator.name], years, of_size=table is _BY_VISITS)
        return _number(indicator, value_type, self.asking.anchor(indicator, reach), years)


def _list(name: str, value_type: ValueType, years: tuple[float, ...], *, whole: bool) -> Draw:
    assert value_type.values is not None
    codes = list(value_type.values.titles)
    ease = 1.1 if whole else 0.0
    hard = [2.0 * fixed("hard", name, code) - 1.4 - ease - 0.06 * len(codes) for code in codes]

    def draw(able: float, size: float, chance: Random) -> list[Any]:  # noqa: ARG001 - a draw like any other
        shared = able + 0.7 * spread(chance)
        own = [shared - limit + 0.8 * spread(chance) for limit in hard]
        partial = chance.random() < 0.06
        found: list[Any] = []
        for year in years:
            held = [code for code, margin in zip(codes, own, strict=True) if margin + _YEARLY * year > 0]
            found.append({code: code in held for code in codes[: max(1, len(codes) - 1)]} if partial else held)
        return found

    return draw


def _ordered(value_type: ValueType, years: tuple[float, ...]) -> Draw:
    assert value_type.values is not None
    codes = list(value_type.values.ranks)
    outside = sorted(value_type.values.outside)

    def draw(able: float, size: float, chance: Random) -> list[Any]:  # noqa: ARG001 - a draw like any other
        if outside and chance.random() < 0.08:
            return [outside[0] for _year in years]
        at = (len(codes) - 1) * (0.45 + 0.17 * (able + 0.8 * spread(chance)))
        return [codes[min(len(codes) - 1, max(0, round(at + year)))] for year in years]

    return draw


def _multiple(factor: float, slope: float, scatter: float, years: tuple[float, ...], *, of_size: bool) -> Draw:
    def draw(able: float, size: float, chance: Random) -> list[Any]:
        # Not all of a hospital's strength shows in every year, so that some figures fall.
        level = factor * (size if of_size else 1.0) * math.exp(slope * able + scatter * spread(chance))
        return [round(level * math.exp(0.035 * year + 0.012 * spread(chance))) for year in years]

    return draw


def _number(indicator: Indicator, value_type: ValueType, anchor: float | None, years: tuple[float, ...]) -> Draw:
    low = float(value_type.lowest) if value_type.lowest is not None else None
    high = float(value_type.highest) if value_type.highest is not None else None
    unit = value_type.unit
    middle = anchor if anchor is not None else _middle(unit, indicator.name)
    digits = 0 if unit in ("count", "rank", "month", "yuan") or value_type.decimals == 0 else 1

    def value(level: float) -> int | float:
        if low is not None:
            level = max(low, level)
        if high is not None:
            level = min(high, level)
        return round(level) if digits == 0 else round(level, digits)

    def draw(able: float, size: float, chance: Random) -> list[Any]:  # noqa: ARG001 - a draw like any other
        own = able + 0.9 * spread(chance)
        if unit in ("percent", "percentage_point"):
            width = 9.0 if 8 < middle < 95 else 0.5 * max(middle, 1.0) if middle <= 8 else 4.0
            shift = 0.6 * width if middle >= 95 else 0.2 * width
            return [value(middle + shift + width * (own + _YEARLY * year)) for year in years]
        if middle == 0:
            return [value(-0.4 - own - _YEARLY * year) for year in years]
        return [value(middle * math.exp(0.08 + 0.28 * own + 0.06 * year)) for year in years]

    return draw


def _middle(unit: str | None, name: str) -> float:
    if unit == "percent":
        return 35.0 + 50.0 * fixed("middle", name)
    if unit == "yuan":
        return math.pow(10.0, 6.0 + 2.0 * fixed("middle", name))
    usual = {"ratio": 1.0, "month": 6.0, "rank": 12.0, "percentage_point": 1.0}.get(unit or "")
    return usual if usual is not None else 4.0 + 40.0 * fixed("middle", name)
