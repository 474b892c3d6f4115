"""Rulesets and worlds drawn at random: every node, every formula, every window, and all that can be missing.

Everything takes a ``random.Random``: hypothesis gives one that it can shrink, the planted faults a seeded one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import islice
from random import Random
from typing import Any

from gradeeval.engines.views import View, World
from gradeeval.language.checking import check_condition, check_indicators, check_requirement
from gradeeval.language.nodes import (
    ALWAYS,
    Bounds,
    Change,
    Condition,
    Count,
    Equals,
    Formula,
    Includes,
    Indicator,
    Is,
    NoneOf,
    OneOf,
    Ratio,
    Reach,
    Requirement,
    Share,
    Sum,
    Target,
    Test,
)
from gradeeval.language.scope import Scope, Unreachable, build_scope, has_parts
from gradeeval.profiles.profile import ListedPart, Member, Profile, Roster
from gradeeval.quantity import NO_VALUE, Interval, scaled
from gradeeval.timeline import read_period, read_span
from gradeeval.vocabulary import AROUND, Field, Values, ValueType, Vocabulary

INSTITUTION = Reach("institution")
NETWORK = Reach("network", type="county_consortium")
COUNTY, PREFECTURE, PROVINCE = (Reach("region", tier) for tier in ("county", "prefecture", "province"))
SORTS = {"i": INSTITUTION, "n": NETWORK, "c": COUNTY, "p": PREFECTURE, "v": PROVINCE}


def _values(name: str, codes: str, ordered: int = 0) -> Values:
    listed = codes.split()
    ranks = {code: rank for rank, code in enumerate(listed[:ordered])}
    outside = frozenset(listed[ordered:]) if ordered else frozenset()
    return Values(name, name, {code: (code, code) for code in listed}, ranks, outside)


LEVEL = _values("level", "primary secondary tertiary unrated", 3)
GRADE = _values("grade", "c c_plus b a a_plus unrated exempt", 5)
CATEGORY = _values("category", "general tcm specialist mch other")
DIVISION = _values("division", "prefecture county district")
ASPECT = _values("aspect", "finance personnel medicines information")
ROLES = _values("roles", "lead member")


def _fields(**types: ValueType) -> dict[str, Field]:
    types |= dict.fromkeys(("name", *AROUND), ValueType("name"))
    return {name: Field(name, name, name, value_type) for name, value_type in types.items()}


VOCABULARY = Vocabulary(
    {
        "institution": _fields(
            level=ValueType("ordered", values=LEVEL),
            category=ValueType("code", values=CATEGORY),
            government_run=ValueType("yes_no", "yes_no"),
            roles=ValueType("list", values=ROLES),
        ),
        "network": _fields(),
        "region": _fields(division=ValueType("code", values=DIVISION)),
    },
    {"grade": GRADE, "aspect": ASPECT},
)
NAMES = ("甲市", "乙市", "丙县", "丁县", "某院0")


def _reported() -> list[Indicator]:
    found = []
    for letter, reach in SORTS.items():
        for name in ("done", "done2"):
            found.append(Indicator(f"{letter}_{name}", name, reach, unit="yes_no"))
        found += [
            Indicator(f"{letter}_beds", "beds", reach, unit="count"),
            Indicator(f"{letter}_staff", "staff", reach, unit="count"),
            Indicator(f"{letter}_rate", "rate", reach, unit="percent"),
            Indicator(f"{letter}_money", "money", reach, unit="yuan"),
            Indicator(f"{letter}_trained", "trained", reach, unit="count", flow=True),
            Indicator(f"{letter}_months", "months", reach, unit="month", decimals=1, range=Bounds(at_most=12)),
            Indicator(f"{letter}_grade", "grade", reach, order="grade"),
            Indicator(f"{letter}_aspects", "aspects", reach, listed="aspect"),
        ]
    return found


REPORTED = _reported()
NUMBERS: dict[str, tuple[int | Decimal, ...]] = {
    "count": (0, 1, 2, 3, 5, 100, 96),
    "rank": (1, 2, 3),
    "percent": (0, 20, 50, 82, Decimal("84.5"), 85, 100),
    "percentage_point": (-30, 0, 1, Decimal("34.5"), 50),
    "ratio": (0, Decimal("0.5"), 1, 2),
    "month": (0, Decimal("0.5"), 6, 12),
    "yuan": (0, Decimal("1000.25"), 9_007_199_255, Decimal("9007199255.000001"), 10**14),
}
SPANS = ("2023..2025", "2023..2025", "2024", "..2024", "2024..", "2022..2024", "2027..2028")
FORCES = ("mandatory", "mandatory", "in_principle", "strive", "encourage", "explore", "permit")


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Requirements of one sort of subject, checked, with their scope and permits."""

    scope: Scope
    reach: Reach
    requirements: tuple[Requirement, ...]
    permits: dict[str, Requirement]
    formulas: tuple[Indicator, ...]


def seeded(seed: int) -> Random:
    """A source of choices that can be had again."""
    return Random(seed)  # noqa: S311


def draw_ruleset(random: Random, most: int = 6) -> Ruleset:
    """Up to ``most`` requirements; what the checker refuses is drawn again."""
    formulas: list[Indicator] = []
    scope = build_scope(VOCABULARY, REPORTED, ())
    for number in range(random.randint(0, 5)):
        drawn = _indicator(random, f"f{number}", random.choice(list(SORTS.values())), scope)
        if drawn is not None:
            wider = build_scope(VOCABULARY, [*REPORTED, *formulas, drawn], ())
            if not list(check_indicators([drawn], wider)):
                formulas.append(drawn)
                scope = wider
    sorts = [indicator.reach for indicator in formulas if indicator.reach.tier or indicator.reach.kind != "region"]
    reach = random.choice([*SORTS.values(), *sorts, *sorts])
    permits = {f"x/{number}": _requirement(random, f"x/{number}", reach, scope, permit=True) for number in range(2)}
    drawn_requirements = [
        _requirement(random, f"r/{number}", reach, scope) for number in range(random.randint(1, most))
    ]
    requirements = []
    for requirement in drawn_requirements:
        if requirement.force != "permit" and random.random() < 0.4:
            requirement = replace(requirement, unless=random.choice(list(permits)))
        if not list(check_requirement(requirement, scope, permits)):
            requirements.append(requirement)
    return Ruleset(scope, reach, tuple(requirements), permits, tuple(formulas))


def _found(names: Iterable[str], reach: Reach, scope: Scope) -> tuple[list[str], list[str]]:
    """Those of the names that a subject of a sort has itself, and those that it reads from around it."""
    own: list[str] = []
    up: list[str] = []
    for name in names:
        found = scope.find(name, reach)
        if not isinstance(found, Unreachable):
            (own if found.above is None else up).append(name)
    return own, up


@cache
def _reported_in_reach(reach: Reach) -> tuple[list[str], list[str]]:
    """What is the same in every scope."""
    scope = build_scope(VOCABULARY, REPORTED, ())
    return _found([*VOCABULARY.fields[reach.kind], *scope.indicators], reach, scope)


def _own_and_up(reach: Reach, scope: Scope) -> tuple[list[str], list[str]]:
    own, up = _reported_in_reach(reach)
    more, more_up = _found(islice(scope.indicators, len(REPORTED), None), reach, scope)
    return [*own, *more], [*up, *more_up]


def _in_reach(reach: Reach, scope: Scope) -> list[str]:
    own, up = _own_and_up(reach, scope)
    return [*own, *own, *up]


def _numbers(reach: Reach, scope: Scope) -> list[str]:
    return [name for name in _in_reach(reach, scope) if _type(name, reach, scope).form == "number"]


def _type(name: str, reach: Reach, scope: Scope) -> ValueType:
    found = scope.find(name, reach)
    assert not isinstance(found, Unreachable)
    return found.type


def _indicator(random: Random, name: str, reach: Reach, scope: Scope) -> Indicator | None:
    kinds = ["ratio", "change"] if reach == INSTITUTION else ["count", "share", "share", "sum", "ratio", "change"]
    kind = random.choice(kinds)
    decimals = random.choice((None, None, 2))
    made = Indicator(name, name, reach, unit="count", decimals=None)
    if kind in ("ratio", "change"):
        of = random.choice(_numbers(reach, scope))
        unit = _type(of, reach, scope).unit
        if kind == "change":
            return replace(made, unit="percentage_point" if unit == "percent" else unit, formula=Change(of))
        same = [other for other in _numbers(reach, scope) if _type(other, reach, scope).unit == unit]
        unit = random.choice(("percent", "ratio"))
        return replace(made, unit=unit, decimals=decimals, formula=Ratio(of, random.choice(same)))
    part = random.choice([sort for sort in SORTS.values() if has_parts(reach, sort) and sort != reach])
    where = ALWAYS if random.random() < 0.3 else _condition(random, part, scope)
    formula: Formula
    if kind == "count":
        formula = Count(part, where)
    elif kind == "share":
        formula = Share(part, where, _condition(random, part, scope))
        made = replace(made, unit="percent", decimals=decimals)
    else:
        value = random.choice(_numbers(part, scope))
        found = scope.find(value, part)
        assert not isinstance(found, Unreachable) and found.indicator is not None
        formula = Sum(part, where, value)
        made = replace(made, unit=found.type.unit, flow=found.indicator.flow)
    return replace(made, formula=formula)


def _condition(random: Random, reach: Reach, scope: Scope, depth: int = 2) -> Condition:
    names = dict.fromkeys(random.choice(_in_reach(reach, scope)) for _ in range(random.choice((1, 1, 2, 3))))
    tests = tuple((name, _test(random, _type(name, reach, scope))) for name in names)
    alternatives: tuple[Condition, ...] = ()
    if depth and random.random() < 0.3:
        alternatives = tuple(_condition(random, reach, scope, depth - 1) for _ in range(random.choice((2, 2, 3))))
        tests = tests[: random.randint(0, len(tests))]
    condition = Condition(tests, alternatives)
    return _condition(random, reach, scope, depth) if list(check_condition(condition, reach, scope)) else condition


def _test(random: Random, value_type: ValueType, target: bool = False) -> Test:
    form, values = value_type.form, value_type.values
    if form == "yes_no":
        return Is(random.random() < 0.7)
    if form == "number":
        numbers = NUMBERS[value_type.unit or ""]
        if random.random() < 0.15:
            return Equals(random.choice(numbers))
        return _bounds(random, sorted(random.sample(numbers, 2)))
    if form == "list":
        assert values is not None
        return Includes(tuple(random.sample(list(values.titles), random.randint(1, len(values.titles)))))
    if form == "ordered" and values is not None and random.random() < 0.6:
        first, last = sorted(random.sample(list(values.ranks.values()), 2))
        return _bounds(random, [list(values.ranks)[first], list(values.ranks)[last]])
    codes = list(NAMES if values is None else values.titles)
    if target or random.random() < 0.3:
        return Is(random.choice(codes))
    chosen = tuple(random.sample(codes, random.randint(1, len(codes) - 1)))
    return OneOf(chosen) if random.random() < 0.5 else NoneOf(chosen)


def _bounds(random: Random, pair: list[Any]) -> Bounds:
    low, high = pair
    kind = random.choice(("at_least", "at_least", "above", "at_most", "below", "range", "open"))
    if kind == "range":
        return Bounds(at_least=low, at_most=high)
    if kind == "open":
        return Bounds(above=low, below=high)
    return Bounds(**{kind: random.choice(pair)})


def _requirement(random: Random, id: str, reach: Reach, scope: Scope, permit: bool = False) -> Requirement:
    own, _up = _own_and_up(reach, scope)
    named = [*own, *own]
    formulas = [name for name in named if name in scope.indicators and scope.indicators[name].formula is not None]
    indicator = random.choice(formulas if formulas and random.random() < 0.5 else named)
    value_type = _type(indicator, reach, scope)
    test = _test(random, value_type, target=True)
    target = Target(test)
    dice = random.random()
    if dice < 0.08:
        target = Target(needs_review="“普遍”没有比例")
    elif value_type.form == "number" and dice < 0.3:
        number = random.choice(NUMBERS[value_type.unit or ""])
        target = random.choice(
            (
                Target(Bounds(at_least=number), about=True),
                Target(Bounds(at_most=number), about=True),
                Target(Equals(number), about=True),
                Target(Bounds(at_least=number), up_to=number + 1),
            )
        )
    force = "permit" if permit else random.choice(FORCES)
    requirement = Requirement(
        id,
        "x",
        "一",
        "…",
        reach,
        ALWAYS,
        indicator,
        target,
        "none",
        force,
        tolerance=random.choice((5, Decimal("7.5"))),
    )
    if random.random() < 0.6:
        requirement = replace(requirement, where=_condition(random, reach, scope))
    found = scope.indicators.get(indicator)
    span = read_span(random.choice(SPANS))
    summable = (found is not None and (found.flow or isinstance(found.formula, Change))) or value_type.form == "yes_no"
    if summable and random.random() < 0.5:
        return replace(requirement, within=span)
    if (found is not None and found.flow) or random.random() < 0.3:
        return replace(requirement, every_year=span)
    return requirement


# -- worlds ------------------------------------------------------------------------------------------------------------


def draw_world(random: Random, ruleset: Ruleset) -> tuple[World, list[View]]:
    """A province of two prefectures, with institutions and networks, over several years; and the views to judge."""
    world, views, _as_of = draw_dated_world(random, ruleset)
    return world, views


def draw_dated_world(random: Random, ruleset: Ruleset) -> tuple[World, list[View], str]:
    """The same, with the day of judgement."""
    missing = random.choice((0.0, 0.1, 0.4, 0.8))
    regions = [("10", "甲省", PROVINCE, None), ("11", "甲市", PREFECTURE, "10"), ("12", "乙市", PREFECTURE, "10")]
    regions += [("111", "丙县", COUNTY, "11"), ("112", "丁县", COUNTY, "11"), ("121", "戊区", COUNTY, "12")]
    divisions = {"11": "prefecture", "12": "prefecture", "111": "county", "112": "county", "121": "district"}
    rows = [
        ListedPart(
            "region", id, name, parent, reach.tier, values={"division": divisions[id]} if id in divisions else {}
        )
        for id, name, reach, parent in regions
    ]
    subjects = [(id, name, reach, id) for id, name, reach, _parent in regions]
    homes = [random.choice(("111", "112", "121")) for _ in range(random.randint(1, 5))]
    subjects += [(f"h{at}", f"某院{at}", INSTITUTION, home) for at, home in enumerate(homes)]
    subjects += [
        (f"w{at}", f"医共体{at}", NETWORK, random.choice(("111", "121"))) for at in range(random.randint(1, 2))
    ]
    listed = [ListedPart("institution", f"h{at}", f"某院{at}", home) for at, home in enumerate(homes)]
    complete = {"prefecture", "county"}
    if random.random() < 0.6:
        complete.add("institution")
        rows += [*listed, ListedPart("institution", "h9", "无档案医院", "111", values={"level": "tertiary"})]
    roster = Roster("x", "x", "10", tuple(rows), frozenset(complete))
    profiles = [
        _profile(random, subject, year, ruleset.scope, missing, len(homes))
        for subject in subjects
        for year in _periods(random, missing)
    ]
    world = World(ruleset.scope, profiles, [roster])
    as_of = random.choice(("2023-12-31", "2024-12-31", "2025-06-30", "2025-12-31", "2025-12-31"))
    views = []
    for id, _name, reach, _home in subjects:
        if reach == ruleset.reach:
            judged = world.judged((reach.kind, id), as_of)
            if judged is not None:
                views.append(world.view(judged))
    province = world.judged(("region", "10"), as_of)
    if province is not None and ruleset.reach == INSTITUTION:
        views += [part for part in world.parts(world.view(province), INSTITUTION)[0] if part.profile is None]
    return world, views, as_of


def _periods(random: Random, missing: float) -> list[str]:
    years = [year for year in ("2022", "2023", "2024", "2025") if random.random() >= missing / 2]
    if random.random() < 0.15:
        years.append("2023..2025")
    if random.random() < 0.1:
        years.append("2025-06-30")
    return years


def _profile(
    random: Random, subject: tuple[str, str, Reach, str], year: str, scope: Scope, missing: float, institutions: int
) -> Profile:
    id, name, reach, region = subject
    values: dict[str, Any] = {}
    for field in ("level", "category", "government_run", "roles"):
        if reach == INSTITUTION and random.random() >= missing / 2:
            values[field] = _value(random, VOCABULARY.fields["institution"][field].type)
    for indicator in scope.indicators.values():
        own = indicator.reach == reach
        likely = missing if indicator.formula is None else 0.9
        if own and random.random() >= likely:
            values[indicator.name] = _value(random, scope.types[indicator.name])
    period = read_period(year)
    assert period is not None
    members = None
    if reach == NETWORK and random.random() < 0.8:
        chosen = [at for at in range(institutions) if random.random() < 0.6]
        members = tuple(Member(f"h{at}", f"某院{at}", {"roles": frozenset({"member"})}) for at in chosen)
    return Profile(reach.kind, id, name, period, region, reach.tier, reach.type, values, members)


def _value(random: Random, value_type: ValueType) -> Any:
    values = value_type.values
    if value_type.form == "yes_no":
        return random.random() < 0.6
    if value_type.form == "list":
        assert values is not None
        codes = list(values.titles)
        if random.random() < 0.4:
            return {code: random.random() < 0.6 for code in codes if random.random() < 0.6}
        return frozenset(code for code in codes if random.random() < 0.6)
    if value_type.form != "number":
        assert values is not None
        return random.choice(list(values.titles))
    if value_type.unit in ("percent", "ratio") and random.random() < 0.3:
        return _quotient(random, value_type)
    number = scaled(random.choice(NUMBERS[value_type.unit or ""]), value_type.decimals)
    return 0 if number is None else number


def _quotient(random: Random, value_type: ValueType) -> Any:
    to = random.choice((0, 1, 20, 3, 7))
    of = random.randint(0, to)
    if to == 0:
        return NO_VALUE
    exact = Fraction(of, to) * (100 if value_type.unit == "percent" else 1) * 10**value_type.decimals
    return Interval(exact, exact, of, to)
