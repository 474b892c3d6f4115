"""Columnar and reference, cell by cell: on generated rulesets and worlds, and on all shipped requirements; planted faults."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from random import Random, SystemRandom
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.property.columned import differing, differing_from, run_of
from tests.property.generated import _value, draw_dated_world, draw_ruleset, seeded

from gradeeval.engines.columnar import codes, formulas, numbers, outcomes, places, relations, tables, tested, values
from gradeeval.engines.columnar.plan import Plan
from gradeeval.engines.columnar.values import Values
from gradeeval.engines.views import World
from gradeeval.language.nodes import Reach, Requirement
from gradeeval.language.scope import Scope
from gradeeval.profiles.profile import ListedPart, Member, Profile, Roster
from gradeeval.timeline import read_period
from gradeeval.workspace import build

SOAK = os.environ.get("GRADEEVAL_SOAK") == "1"
EXAMPLES = 20_000 if SOAK else 80
PROFILES = 100_000 if SOAK else 400
OUTCOMES = {"met", "unmet", "unknown", "needs_review", "not_applicable"}


def differences(random: Random) -> list[Any]:
    ruleset = draw_ruleset(random)
    world, views, as_of = draw_dated_world(random, ruleset)
    return list(differing(world, views, ruleset.requirements, ruleset.scope, ruleset.permits, as_of))


def test_columnar_agrees_with_reference() -> None:
    start = SystemRandom().randrange(2**40) if SOAK else 0
    for seed in range(start, start + EXAMPLES):
        found = differences(seeded(seed))
        assert not found, f"seed {seed}: {found[0]}"


def test_it_agrees_where_what_repeats_is_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """As of many rows."""
    monkeypatch.setattr(tables, "_FEW", 0)
    for seed in range(EXAMPLES // 2):
        found = differences(seeded(seed))
        assert not found, f"seed {seed}: {found[0]}"


@settings(max_examples=500 if SOAK else 20, suppress_health_check=list(HealthCheck), print_blob=True, deadline=None)
@given(st.randoms(use_true_random=False))
def test_it_agrees_on_what_hypothesis_draws(random: Random) -> None:
    """The same, slower, and shrunk where it fails."""
    assert differences(random) == []


def test_what_columns_cannot_hold_is_left_to_reference() -> None:
    """Amounts beyond 64 bits divided by each other, subtracted and added up: right all the same."""
    for seed in (20, 170, 205):
        random = seeded(seed)
        ruleset = draw_ruleset(random)
        world, views, as_of = draw_dated_world(random, ruleset)
        given = ruleset.requirements, ruleset.scope, ruleset.permits, as_of
        assert run_of(world, *given).fallen_back
        assert list(differing(world, views, *given)) == []


# -- all shipped requirements ------------------------------------------------------------------------------------------


@cache
def shipped() -> tuple[Scope, tuple[Requirement, ...], tuple[Roster, ...]]:
    workspace = build(installed=False)
    found = tuple(item for id in workspace.rulesets for item in workspace.load(id).requirements)
    return workspace.scope, found, workspace.rosters


def drawn(random: Random, institutions: int) -> tuple[World, str]:
    """A world on the shipped rosters: regions, networks and institutions with random facts in several years."""
    scope, _requirements, rosters = shipped()
    regions = {row.id: row for roster in rosters for row in roster.rows if row.kind == "region"}
    counties = [row.id for row in regions.values() if row.tier == "county"]
    homes = [random.choice(counties) for _ in range(institutions)]
    missing = random.choice((0.1, 0.4, 0.8))
    listed = [
        ListedPart("institution", f"h{at}", f"某院{at}", home, values={"class": random.choice(("hospital", "primary"))})
        for at, home in enumerate(homes)
        if random.random() < 0.9
    ]
    profiles = []
    for year in ("2022", "2023", "2024"):
        rate = 0.9 if year == "2024" else 0.3
        for at, home in enumerate(homes):
            if random.random() < rate:
                profiles.append(profile(random, scope, missing, "institution", f"h{at}", home, year))
        for row in regions.values():
            if random.random() < rate / 8:
                profiles.append(profile(random, scope, missing, "region", row.id, row.id, year, tier=row.tier))
        for at in range(institutions // 20 + 1):
            type = ("county_consortium", "urban_group", "tertiary_assistance")[at % 3]
            chosen = random.sample(range(institutions), min(institutions, 12))
            roles = {"roles": frozenset({"consortium_member"})}
            members = tuple(Member(f"h{one}", f"某院{one}", roles) for one in chosen)
            profiles.append(
                profile(
                    random, scope, missing, "network", f"w{at}", random.choice(counties), year, type, members=members
                )
            )
    own = Roster("own", "own", "410000", tuple(listed), frozenset({"institution"}))
    with_own = rosters if random.random() < 0.3 else (*rosters, own)
    return World(scope, profiles, with_own), "2024-12-31"


def profile(
    random: Random,
    scope: Scope,
    missing: float,
    kind: str,
    id: str,
    region: str,
    year: str,
    type: str | None = None,
    *,
    tier: str | None = None,
    members: tuple[Member, ...] | None = None,
) -> Profile:
    own: dict[str, Any] = {}
    for name, field in scope.vocabulary.fields[kind].items():
        if field.type.form != "name" and random.random() >= missing / 2:
            own[name] = _value(random, field.type)
    for name, indicator in scope.indicators.items():
        reach = indicator.reach
        fits = reach.kind == kind and reach.tier in (None, tier) and reach.type in (None, type)
        if fits and random.random() >= (missing if indicator.formula is None else 0.9):
            own[name] = _value(random, scope.types[name])
    period = read_period(year)
    assert period is not None
    return Profile(kind, id, f"某{id}", period, region, tier, type, own, members)


def test_every_shipped_requirement_agrees() -> None:
    scope, requirements, _rosters = shipped()
    permits = {item.id: item for item in requirements if item.force == "permit"}
    done, seen, fallen, round, plan = 0, Counter[str](), set[str](), 0, Plan(scope)
    while done < PROFILES:
        world, as_of = drawn(seeded(round), 120 if not SOAK else 1500)
        round += 1
        done += sum(map(len, world.history.values()))
        views = [world.view(judged) for key in world.history if (judged := world.judged(key, as_of)) is not None]
        run = run_of(world, requirements, scope, permits, as_of, roll_up=True, plan=plan)
        fallen.update(run.fallen_back)
        for frame in run.codes.values():
            cells = pl.concat([frame[name] for name in frame.columns]).drop_nulls()
            for code, count in cells.value_counts().iter_rows():
                seen[codes.MEANING[code][0]] += count
        found = next(differing_from(run, views), None)
        assert found is None, f"round {round}: {found}"
    assert set(seen) == OUTCOMES
    assert len(fallen) < len(requirements) / 50, f"reference judged instead: {fallen}"


def test_counts_made_together_are_those_made_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    scope, requirements, _rosters = shipped()
    permits = {item.id: item for item in requirements if item.force == "permit"}
    world, as_of = drawn(seeded(3), 120)
    together, sums = Counter[int](), formulas._sums

    def counted(values: Values, kind: str, part: Reach, given: Sequence[Mapping[str, pl.Expr]]) -> list[dict[str, str]]:
        together[len(given)] += 1
        return sums(values, kind, part, given)

    monkeypatch.setattr(formulas, "_sums", counted)
    at_once = run_of(world, requirements, scope, permits, as_of, roll_up=True)
    assert max(together) > 5
    together.clear()
    monkeypatch.setattr(Values, "expect", lambda self, requirements: None)
    apart = run_of(world, requirements, scope, permits, as_of, roll_up=True)
    assert max(together) == 1
    for kind in ("region", "network"):
        assert at_once.codes[kind].equals(apart.codes[kind])


# -- planted faults ----------------------------------------------------------------------------------------------------

Plant = Callable[[pytest.MonkeyPatch], None]


def swapped_comparator(patch: pytest.MonkeyPatch) -> None:
    compared = numbers.compared
    patch.setattr(numbers, "compared", lambda bound, op, limit: compared(bound, {"ge": "gt"}.get(op, op), limit))


def rank_off_by_one(patch: pytest.MonkeyPatch) -> None:
    place = tested.place_of
    patch.setattr(tested, "place_of", lambda value, given: place(value, given) + 1)


def unknown_is_unmet(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(outcomes, "UNSURE", codes.MISSED)


def years_mildest_first(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(outcomes, "severity", lambda code: 8 - codes.severity(code))


def members_for_ever(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(relations, "members_on", lambda members, day: members.clear())


def absent_parts_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(tables.Table, "in_period", lambda self, text: relations.in_period(self.keys.filter("@present"), text))


def every_list_complete(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(places.Places, "complete", lambda self, whole, reach, day: True)


def sum_of_lower_bounds(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(outcomes, "added", lambda first, second: second)


def floor_for_the_quotient(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(values, "to_column", lambda name: f"{name}:none")


FAULTS = {fault.__name__: fault for fault in (
    swapped_comparator, rank_off_by_one, unknown_is_unmet, years_mildest_first, members_for_ever, absent_parts_forgotten,
    every_list_complete, sum_of_lower_bounds, floor_for_the_quotient,
)}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant: Plant = FAULTS[name]
    plant(monkeypatch)
    for seed in range(400):
        if differences(seeded(seed)):
            return
    pytest.fail(f"400 examples did not notice: {name}")
