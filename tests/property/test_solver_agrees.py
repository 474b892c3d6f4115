"""The solver against brute force: pairs of small generated rulesets, each question answered over all worlds of a small domain.

Every fact there has a handful of values, so all worlds can be judged by the reference engine. What the solver holds possible
must be so in one of them, and what it excludes in none. Of formulas over parts only worlds with few parts can be tried; what
the solver finds beyond them it must show, and the reference engine must confirm it.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations_with_replacement, product
from random import Random, SystemRandom
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.property.generated import GRADE, INSTITUTION, LEVEL, VOCABULARY, seeded

pytest.importorskip("z3", reason="the extra `prove` is not installed")

from gradeeval.engines.reference import Engine
from gradeeval.engines.solver.demand import APPLIES, MET, NOT_BOUND, NOT_MISSED, UNMET, Demand
from gradeeval.engines.views import World
from gradeeval.language.checking import check_indicators, check_requirement
from gradeeval.language.nodes import (
    ALWAYS,
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
    Ratio,
    Reach,
    Requirement,
    Share,
    Sum,
    Target,
    Test,
)
from gradeeval.language.scope import Scope, build_scope
from gradeeval.profiles.profile import ListedPart, Profile, Roster
from gradeeval.proving.prover import FOUND, NONE, Asked, Prover, Wish, comes_out
from gradeeval.timeline import Span, read_period

SOAK = os.environ.get("GRADEEVAL_SOAK") == "1"
PAIRS = 2_000 if SOAK else 120
WORDS = (MET, UNMET, APPLIES, NOT_BOUND, NOT_MISSED)
COUNTY = Reach("region", "county")
YEAR = 2024
MOST_WORLDS = 3_000
SMALL = Bounds(at_most=2)

OWN = (
    Indicator("a", "a", INSTITUTION, unit="yes_no"),
    Indicator("b", "b", INSTITUTION, unit="yes_no"),
    Indicator("n", "n", INSTITUTION, unit="count", range=SMALL),
    Indicator("m", "m", INSTITUTION, unit="count", range=SMALL),
    Indicator("flow", "flow", INSTITUTION, unit="count", flow=True, range=SMALL),
    Indicator("grade", "grade", INSTITUTION, order="grade"),
    Indicator("aspects", "aspects", INSTITUTION, listed="pair"),
    Indicator("ratio", "ratio", INSTITUTION, unit="percent", formula=Ratio("n", "m")),
    Indicator("change", "change", INSTITUTION, unit="count", formula=Change("n")),
)
PAIR = replace(LEVEL, name="pair", titles={"x": ("x", "x"), "y": ("y", "y")}, ranks={}, outside=frozenset())
FEW = replace(
    GRADE,
    titles={code: (code, code) for code in ("c", "b", "unrated")},
    ranks={"c": 0, "b": 1},
    outside=frozenset(("unrated",)),
)
KNOWN = replace(VOCABULARY, lists={"grade": FEW, "pair": PAIR})


@dataclass(frozen=True)
class Drawn:
    """Two demands in one scope."""

    scope: Scope
    demands: tuple[Demand, Demand]


def draw_pair(random: Random) -> Drawn:
    """Two requirements on institutions, each with a condition, a target, sometimes a window, force, or an excuse."""
    scope = build_scope(KNOWN, OWN, ())
    permit = _requirement(random, "x/p", INSTITUTION, scope, list(scope.indicators))
    permits = {"x/p": replace(permit, force="permit")}
    return Drawn(scope, (_demand(random, "x/1", scope, permits), _demand(random, "x/2", scope, permits)))


def draw_pair_over_parts(random: Random) -> Drawn:
    """Two requirements on a county, on what is counted of its institutions."""
    formulas = []
    for at in range(3):
        where = _condition(random, INSTITUTION, build_scope(KNOWN, OWN, ()), ["level", "a"])
        having = _condition(random, INSTITUTION, build_scope(KNOWN, OWN, ()), ["level", "a"])
        formula = random.choice(
            (Count(INSTITUTION, where), Share(INSTITUTION, where, having), Sum(INSTITUTION, where, "n"))
        )
        unit = "percent" if isinstance(formula, Share) else "count"
        formulas.append(Indicator(f"f{at}", "f", COUNTY, unit=unit, formula=formula))
    if not any(isinstance(item.formula, Share) for item in formulas[:2]):
        # A ratio of shares is not tied to the parts exactly (docs/decisions/016): it may stay undecided.
        formulas.append(Indicator("of", "of", COUNTY, unit="percent", formula=Ratio("f0", "f1")))
    formulas = [
        item for item in formulas if not list(check_indicators([item], build_scope(KNOWN, [*OWN, *formulas], ())))
    ]
    scope = build_scope(KNOWN, [*OWN, *formulas], ())
    names = [item.name for item in formulas]
    found = [_requirement(random, f"x/{at}", COUNTY, scope, names, where=False) for at in (1, 2)]
    return Drawn(scope, (Demand(found[0], scope, {}), Demand(found[1], scope, {})))


def _demand(random: Random, id: str, scope: Scope, permits: dict[str, Requirement]) -> Demand:
    while True:
        drawn = _requirement(random, id, INSTITUTION, scope, list(scope.indicators))
        if random.random() < 0.2:
            drawn = replace(drawn, unless="x/p")
        elif random.random() < 0.1:
            drawn = replace(drawn, force="permit")
        if not list(check_requirement(drawn, scope, permits)):
            return Demand(drawn, scope, permits)


def _requirement(
    random: Random, id: str, reach: Reach, scope: Scope, names: list[str], where: bool = True
) -> Requirement:
    name = random.choice(names)
    indicator = scope.indicators[name]
    target = Target(_test(random, scope, name, reach))
    if isinstance(target.test, Bounds) and indicator.unit == "count" and random.random() < 0.1:
        target = Target(Bounds(at_least=2), about=True)
    if random.random() < 0.03:
        target = Target(needs_review="“普遍”没有比例")
    condition = ALWAYS
    if where and random.random() < 0.7:
        condition = _condition(random, reach, scope, ["level", "a", "b", "n", "grade", "aspects", "ratio"])
    made = Requirement(id, "x", "一", "…", reach, condition, name, target, "none", "mandatory")
    span = random.choice((Span(2023, 2024), Span(2024, 2024), Span(2023, None), Span(2024, None), Span(2025, 2025)))
    if indicator.flow or (where and random.random() < 0.25):
        summable = indicator.flow or indicator.unit == "yes_no" or isinstance(indicator.formula, Change)
        made = replace(made, within=span) if summable and random.random() < 0.7 else replace(made, every_year=span)
    return made


def _condition(random: Random, reach: Reach, scope: Scope, names: list[str]) -> Condition:
    def tests(most: int) -> tuple[tuple[str, Test], ...]:
        chosen = random.sample(names, random.randint(1, most))
        return tuple((name, _test(random, scope, name, reach)) for name in chosen)

    if random.random() < 0.25:
        return Condition(tests(1) if random.random() < 0.5 else (), (Condition(tests(1)), Condition(tests(2))))
    return Condition(tests(min(2, len(names))))


def _test(random: Random, scope: Scope, name: str, reach: Reach) -> Test:
    found = scope.find(name, reach)
    value_type = found.type  # type: ignore[union-attr]
    if value_type.form == "yes_no":
        return Is(random.random() < 0.7)
    if value_type.form == "list":
        return Includes(tuple(random.sample(["x", "y"], random.randint(1, 2))))
    if value_type.form == "ordered":
        assert value_type.values is not None
        codes = list(value_type.values.titles)
        low, high = sorted(random.choices(list(value_type.values.ranks), k=2), key=value_type.values.ranks.__getitem__)
        bounds = [Bounds(at_least=low), Bounds(at_most=high), Bounds(at_least=low, at_most=high), Bounds(above=low)]
        if reach == INSTITUTION and name != "grade":
            bounds += [OneOf(tuple(random.sample(codes, 2))), NoneOf(tuple(random.sample(codes, 2)))]
        return random.choice([*bounds, Is(random.choice(codes))])
    numbers = (0, 50, 100) if value_type.unit == "percent" else (-1, 0, 1, 2) if name == "change" else (0, 1, 2)
    low, high = sorted(random.choices(numbers, k=2))
    return random.choice(
        (
            Bounds(at_least=low),
            Bounds(above=low),
            Bounds(at_most=high),
            Bounds(below=high),
            Bounds(at_least=low, at_most=high),
            Equals(low),
        )
    )


# -- worlds ------------------------------------------------------------------------------------------------------------


def _years(demands: tuple[Demand, ...], name: str) -> list[int]:
    """The years of a fact that an outcome can depend on."""
    windows = any(demand.requirement.within or demand.requirement.every_year for demand in demands)
    changes = any("change" in demand.names() for demand in demands) and name == "n"
    first = 2023 if windows else YEAR
    return list(range(first - changes, YEAR + 1))


def _domain(scope: Scope, name: str, reach: Reach) -> list[Any]:
    value_type = scope.find(name, reach).type  # type: ignore[union-attr]
    if value_type.form == "yes_no":
        return [True, False]
    if value_type.form == "number":
        return [0, 1, 2]
    if value_type.form == "list":
        return [frozenset(), frozenset("x"), frozenset("y"), frozenset("xy")]
    assert value_type.values is not None
    return list(value_type.values.titles)


def worlds(drawn: Drawn) -> Iterator[World] | None:
    """All worlds of one institution over the facts that matter; None where they are too many."""
    names = sorted({name for demand in drawn.demands for name in demand.names()} - {"ratio", "change"})
    axes = [(name, year) for name in names for year in _years(drawn.demands, name)]
    domains = [_domain(drawn.scope, name, INSTITUTION) for name, _year in axes]
    many = 1
    for domain in domains:
        many *= len(domain)
    return _all_worlds(drawn.scope, axes, domains) if many <= MOST_WORLDS else None


def _all_worlds(scope: Scope, axes: list[tuple[str, int]], domains: list[list[Any]]) -> Iterator[World]:
    for values in product(*domains):
        by_year: dict[int, dict[str, Any]] = {YEAR: {}}
        for (name, year), value in zip(axes, values, strict=True):
            by_year.setdefault(year, {})[name] = value
        yield World(
            scope, [_profile("institution", "s", year, facts) for year, facts in by_year.items()], (), lenient=True
        )


def _profile(
    kind: str, id: str, year: int, values: dict[str, Any], tier: str | None = None, region: str = "s"
) -> Profile:
    period = read_period(str(year))
    assert period is not None
    return Profile(kind, id, id, period, region, tier, None, values)


def worlds_of_parts(scope: Scope, most: int = 3) -> Iterator[World]:
    """All counties with up to ``most`` institutions."""
    sorts = [
        dict(zip(("level", "a", "n"), values, strict=True))
        for values in product(("primary", "tertiary", "unrated", "secondary"), (True, False), (0, 2))
    ]
    for many in range(most + 1):
        for chosen in combinations_with_replacement(sorts, many):
            rows = tuple(ListedPart("institution", f"h{at}", "h", "s") for at in range(many))
            profiles = [_profile("institution", f"h{at}", YEAR, values) for at, values in enumerate(chosen)]
            roster = Roster("r", "r", "s", rows, frozenset({"institution"}))
            yield World(scope, [_profile("region", "s", YEAR, {}, "county"), *profiles], [roster], lenient=True)


def occurring(drawn: Drawn, found: Iterator[World], kind: str) -> set[tuple[str, str]]:
    """The pairs of words that come out together in one of the worlds."""
    engines = [Engine([demand.requirement], drawn.scope, demand.permits) for demand in drawn.demands]
    pairs: set[tuple[str, str]] = set()
    for world in found:
        view = world.view(world.history[kind, "s"][-1])
        said = [[word for word in WORDS if comes_out(engine.judge(view)[0], word)] for engine in engines]
        pairs.update(product(*said))
    return pairs


# -- agreement ---------------------------------------------------------------------------------------------------------


def disagreements(random: Random, tally: Counter[str]) -> Iterator[str]:
    """What solver and brute force see differently of one pair."""
    drawn = draw_pair(random)
    found = worlds(drawn)
    if found is None:
        return
    tally["pairs"] += 1
    truth = occurring(drawn, found, "institution")
    asked = Asked(Prover(KNOWN), drawn.demands, (), YEAR)
    for pair in product(WORDS, WORDS):
        answer = asked.possible((0, pair[0]), (1, pair[1]))
        tally[str(answer)] += 1
        if answer is not (pair in truth):
            yield f"{pair}: solver {answer}, brute force {pair in truth}\n{_said(drawn)}"
        elif answer and random.random() < 0.1:
            shown = asked.find([(0, pair[0]), (1, pair[1])])
            tally[shown.word] += 1
            if shown.word != FOUND:
                yield f"{pair}: {shown}\n{_said(drawn)}"


def disagreements_over_parts(random: Random, tally: Counter[str]) -> Iterator[str]:
    """The same of a county; what few parts do not show must be shown by the solver."""
    drawn = draw_pair_over_parts(random)
    tally["pairs over parts"] += 1
    truth = occurring(drawn, worlds_of_parts(drawn.scope), "region")
    asked = Asked(Prover(KNOWN), drawn.demands, (), YEAR)
    for pair in product(WORDS, WORDS):
        answer = asked.possible((0, pair[0]), (1, pair[1]))
        tally[f"{answer} over parts"] += 1
        if answer is None or (pair in truth and not answer):
            yield f"{pair}: solver {answer}, brute force {pair in truth}\n{_said(drawn)}"
        elif answer and pair not in truth:
            shown = asked.find([(0, pair[0]), (1, pair[1])])
            tally[f"{shown.word} beyond brute force"] += 1
            if shown.word != FOUND:
                yield f"{pair}: {shown}\n{_said(drawn)}"


def _said(drawn: Drawn) -> str:
    lines = [
        f"{demand.requirement.where} → {demand.requirement.indicator} {demand.requirement}" for demand in drawn.demands
    ]
    return "\n".join(
        [*lines, *(f"{item.name} = {item.formula}" for item in drawn.scope.indicators.values() if item.formula)]
    )


@pytest.mark.parametrize("differences", [disagreements, disagreements_over_parts])
def test_solver_and_brute_force_agree(differences: Any, capsys: pytest.CaptureFixture[str]) -> None:
    tally: Counter[str] = Counter()
    seed = SystemRandom().randrange(2**40) if SOAK else 0
    share = PAIRS if differences is disagreements else PAIRS // 4
    while max(tally["pairs"], tally["pairs over parts"]) < share:
        for difference in differences(seeded(seed), tally):
            pytest.fail(f"seed {seed}: {difference}")
        seed += 1
    with capsys.disabled():
        print(f"\n{dict(tally)}")  # noqa: T201
    assert tally["None"] == 0


def test_sums_of_one_value_hang_together() -> None:
    """Over tertiary institutions a sum is no larger than over secondary and tertiary ones: a seed on which soak saw them apart."""
    assert list(disagreements_over_parts(seeded(593456730736), Counter())) == []


@settings(max_examples=500 if SOAK else 25, suppress_health_check=list(HealthCheck), print_blob=True, deadline=None)
@given(st.randoms(use_true_random=False))
def test_they_agree_on_what_hypothesis_draws(random: Random) -> None:
    """The same, shrunk where it fails."""
    for difference in disagreements(random, Counter()):
        raise AssertionError(difference)


def test_a_question_about_no_common_subject_has_no_answer() -> None:
    scope = build_scope(KNOWN, OWN, ())
    one = Requirement("x/1", "x", "一", "…", INSTITUTION, ALWAYS, "a", Target(Is(True)), "none", "mandatory")
    other = replace(one, id="x/2", binds=COUNTY)
    assert Prover(KNOWN).find([Wish(Demand(one, scope, {}), MET), Wish(Demand(other, scope, {}), MET)]).word == NONE
