"""One plan for many worlds: what it keeps from one says nothing false of the next."""

from __future__ import annotations

import os
from dataclasses import replace
from random import Random

import polars as pl
import pytest
from tests.property.columned import differing_from, run_of
from tests.property.generated import Ruleset, draw_dated_world, draw_ruleset, seeded

from gradeeval.engines.columnar import tables, values
from gradeeval.engines.columnar.plan import Plan
from gradeeval.engines.views import World
from gradeeval.language.nodes import Requirement
from gradeeval.language.scope import Scope
from gradeeval.profiles.profile import Profile

SEEDS = 5_000 if os.environ.get("GRADEEVAL_SOAK") == "1" else 40


def turned(ruleset: Ruleset) -> list[Requirement]:
    """The same requirements in another order, each under the id of another."""
    ids = [item.id for item in ruleset.requirements]
    return [replace(item, id=id) for item, id in zip(ruleset.requirements, [*ids[1:], *ids[:1]], strict=True)][::-1]


def exchanged(random: Random, world: World, scope: Scope) -> World:
    """The same subjects with each other's facts: tables of the same columns, and mostly of the same magnitudes."""
    profiles = [profile for found in world.history.values() for profile in found]
    alike: dict[tuple[str, str | None, str | None], list[Profile]] = {}
    for profile in profiles:
        alike.setdefault((profile.kind, profile.tier, profile.type), []).append(profile)
    made = []
    for group in alike.values():
        others = random.sample(group, len(group))
        made += [replace(one, values=other.values) for one, other in zip(group, others, strict=True)]
    return World(scope, made, world.rosters)


def agrees(seed: int) -> bool:
    """Whether all worlds of a seed come out as by ``reference``, one after the other on one plan."""
    random = seeded(seed)
    ruleset = draw_ruleset(random)
    plan = Plan(ruleset.scope)
    first, _views, as_of = draw_dated_world(random, ruleset)
    second, _views, _as_of = draw_dated_world(random, ruleset)
    worlds = [first, second, *(exchanged(random, first, ruleset.scope) for _ in range(3))]
    for at, world in enumerate(worlds):
        requirements = turned(ruleset) if at == 3 else ruleset.requirements
        judged = [world.judged(key, as_of) for key in world.history if key[0] == ruleset.reach.kind]
        views = [world.view(found) for found in judged if found is not None]
        run = run_of(world, requirements, ruleset.scope, ruleset.permits, as_of, roll_up=True, plan=plan)
        if next(differing_from(run, views), None) is not None:
            return False
    return True


def test_worlds_on_one_plan_agree_with_reference() -> None:
    for seed in range(SEEDS):
        assert agrees(seed), f"seed {seed}"


def test_what_was_built_for_a_shape_is_taken_again() -> None:
    random = seeded(1)
    ruleset = draw_ruleset(random)
    world, _views, as_of = draw_dated_world(random, ruleset)
    plan = Plan(ruleset.scope)
    given = world, ruleset.requirements, ruleset.scope, ruleset.permits, as_of
    first = run_of(*given, plan=plan)
    joints = {kind: built.joint for kind, built in first.outcomes.values.lasting.items()}
    assert any(joints.values())
    second = run_of(*given, plan=plan)
    for kind, built in first.outcomes.values.lasting.items():
        assert second.outcomes.values.lasting[kind] is built
        assert built.joint is joints[kind]
        assert first.codes[kind].equals(second.codes[kind])
    assert any(built.codes for built in first.outcomes.values.lasting.values())


def caught() -> bool:
    """Whether a fault shows: as another outcome, or as an expression that does not go with the columns."""
    for seed in range(SEEDS):
        try:
            if not agrees(seed):
                return True
        except (AssertionError, pl.exceptions.PolarsError):
            return True
    return False


def test_what_is_built_on_rows_must_not_last(monkeypatch: pytest.MonkeyPatch) -> None:
    add = values.Values.add

    def unnoticed(self: values.Values, kind: str, **columns: pl.Expr | pl.Series) -> None:
        add(self, kind, **columns)
        self.asked -= 1

    monkeypatch.setattr(values.Values, "add", unnoticed)
    assert caught()


def test_tables_of_other_columns_are_of_another_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    shape = tables.Table.shape.fget

    def same(self: tables.Table) -> tables.Shape:
        assert shape is not None
        shape(self)
        return frozenset()

    monkeypatch.setattr(tables.Table, "shape", property(same))
    assert caught()
