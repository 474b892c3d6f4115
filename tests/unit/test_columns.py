"""Coded columns: what goes in comes out, and what does not fit is refused."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import polars as pl
import pytest
from tests.property.generated import draw_ruleset, draw_world, seeded

from gradeeval.errors import InvalidContent
from gradeeval.language.nodes import Indicator, Reach
from gradeeval.language.scope import build_scope
from gradeeval.profiles.columns.coding import to_columns, to_profiles
from gradeeval.profiles.columns.layout import layout_digest, listed_schema, members_schema, schema_for
from gradeeval.profiles.profile import Profile
from gradeeval.quantity import Interval
from gradeeval.timeline import read_period
from gradeeval.vocabulary import KINDS, Vocabulary

PERIOD = read_period("2024")


def test_profiles_and_rosters_come_back() -> None:
    for seed in range(40):
        random = seeded(seed)
        ruleset = draw_ruleset(random)
        world, _views = draw_world(random, ruleset)
        profiles = [profile for found in world.history.values() for profile in found]
        columns = to_columns(profiles, world.rosters, ruleset.scope)
        again, rosters = to_profiles(columns, ruleset.scope)
        assert {_known(profile) for profile in again} == {_known(profile) for profile in profiles}
        assert len(again) == len(profiles)
        assert [replace(roster, rows=()) for roster in rosters] == [
            replace(roster, rows=()) for roster in world.rosters
        ]
        for roster, other in zip(rosters, world.rosters, strict=True):
            assert sorted(map(repr, roster.rows)) == sorted(map(repr, other.rows))


def _known(profile: Profile) -> str:
    """What of a profile columns keep: a list of which each code is known is a complete one."""
    values = {}
    for name, value in sorted(profile.values.items()):
        if isinstance(value, dict):
            complete = len(value) == (2 if name == "roles" else 4)
            value = frozenset(code for code, has in value.items() if has) if complete else value
        if isinstance(value, Interval):
            value = tuple(Fraction(end) for end in (value.lo, value.hi, value.of or 0, value.to or 0))
        if value != {}:
            values[name] = sorted(value) if isinstance(value, frozenset) else value
            values[name] = sorted(value.items()) if isinstance(value, dict) else values[name]
    members = [(member, sorted(member.fields)) for member in profile.members or ()]
    return repr((profile.key, profile.period, profile.region, profile.tier, profile.type, values, members))


def test_frames_have_the_types_of_their_schema() -> None:
    random = seeded(3)
    ruleset = draw_ruleset(random)
    world, _views = draw_world(random, ruleset)
    profiles = [profile for found in world.history.values() for profile in found]
    columns = to_columns(profiles, world.rosters, ruleset.scope)
    for kind in KINDS:
        schema = schema_for(ruleset.scope, kind)
        frame = columns.profiles[kind]
        wide = {name: pl.Int64 for name, dtype in frame.schema.items() if dtype == pl.Int128}
        assert {name: schema[name] for name in frame.columns} == {**frame.schema, **wide}
        listed = listed_schema(ruleset.scope, kind)
        assert {name: listed[name] for name in columns.listed[kind].columns} == dict(columns.listed[kind].schema)
    assert dict(columns.members.schema).items() <= members_schema(ruleset.scope).items()


RATE = Indicator("rate", "占比", Reach("institution"), unit="percent")
SCOPE = build_scope(Vocabulary({kind: {} for kind in KINDS}, {}), [RATE], ())


def one(value: object) -> Profile:
    assert PERIOD is not None
    return Profile("institution", "a", "", PERIOD, "410000", values={"rate": value}, file="a.yaml", line=7)  # type: ignore[dict-item]


def test_a_quotient_is_cut_down_and_keeps_its_parts() -> None:
    exact = Fraction(100 * 10**6, 3)
    frame = to_columns([one(Interval(exact, exact, 1, 3))], [], SCOPE).profiles["institution"]
    assert frame.select("rate", "rate:of", "rate:to").row(0) == (33_333_333, 10**6, 3 * 10**6)


@pytest.mark.parametrize(
    "value",
    [2**127, -(2**128), Interval(Fraction(1), Fraction(1), 10**40, 10**42), Interval(1, 1, Fraction(1, 10**7), 1)],
)
def test_what_does_not_fit_is_refused_with_its_place(value: object) -> None:
    with pytest.raises(InvalidContent) as refused:
        to_columns([one(1), one(value)], [], SCOPE)
    (problem,) = refused.value.problems
    assert (problem.file, problem.line) == ("a.yaml", 7)
    assert "rate" in problem.message


def test_a_number_beyond_64_bits_widens_its_column() -> None:
    frame = to_columns([one(5), one(-(10**20))], [], SCOPE).profiles["institution"]
    assert frame.schema["rate"] == pl.Int128
    assert frame["rate"].to_list() == [5, -(10**20)]


def test_the_digest_tells_other_scales_apart() -> None:
    other = build_scope(SCOPE.vocabulary, [replace(RATE, decimals=2)], ())
    assert layout_digest(SCOPE) == layout_digest(build_scope(SCOPE.vocabulary, [replace(RATE, title="率")], ()))
    assert layout_digest(SCOPE) != layout_digest(other)
