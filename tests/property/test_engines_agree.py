"""Reference and forward, judgement by judgement, on generated rulesets and worlds; and planted faults, each caught."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random, SystemRandom

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.property.generated import Ruleset, draw_ruleset, draw_world, seeded
from tests.property.planted import FAULTS, Plant

from gradeeval.engines import reference
from gradeeval.engines.forward.engine import Engine
from gradeeval.engines.forward.session import available
from gradeeval.engines.judgement import Judgement
from gradeeval.engines.views import View
from gradeeval.language.nodes import (
    Bounds,
    Change,
    Condition,
    Count,
    Equals,
    Includes,
    Is,
    NoneOf,
    OneOf,
    Ratio,
    Share,
    Sum,
)
from gradeeval.quantity import Interval, NoValue

pytestmark = pytest.mark.skipif(not available(), reason="durable-rules cannot be imported here: no forward engine")

SOAK = os.environ.get("GRADEEVAL_SOAK") == "1"
EXAMPLES = 20_000 if SOAK else 600
NODES = {kind.__name__ for kind in (Is, Bounds, Equals, Includes, OneOf, NoneOf, Count, Share, Sum, Ratio, Change)}
FORCES = {"mandatory", "in_principle", "strive", "encourage", "explore", "permit"}
OTHERS = {"any", "about", "up_to", "within", "every_year", "unless"}
VALUES = {"no value", "unknown value", "known value", "interval", "quotient"}
OUTCOMES = {
    *("met", "unmet", "unknown", "needs_review"),
    *("unknown (binds_unknown)", "not_applicable (not_bound)", "not_applicable (no_value)"),
    *("not_applicable (window_not_begun)", "not_applicable (excused)", "not_applicable (permission_not_used)"),
}
EXPECTED = NODES | FORCES | OTHERS | VALUES | OUTCOMES


@dataclass
class Tally:
    """In how many examples each kind of node, value and outcome occurred."""

    examples: int = 0
    judgements: int = 0
    found: Counter[str] = field(default_factory=Counter)

    def table(self) -> str:
        rows = [
            f"{name:40} {self.found[name]:7} {100 * self.found[name] / self.examples:6.1f} %"
            for name in sorted(EXPECTED)
        ]
        return "\n".join([f"{self.examples} examples, {self.judgements} judgements", *rows])


def differences(random: Random, tally: Tally) -> Iterator[tuple[Judgement, Judgement]]:
    """Judgements on which the engines do not agree, on one generated ruleset and world."""
    ruleset = draw_ruleset(random)
    _world, views = draw_world(random, ruleset)
    first = reference.Engine(ruleset.requirements, ruleset.scope, ruleset.permits)
    second = Engine(ruleset.requirements, ruleset.scope, ruleset.permits)
    seen = set(_kinds(ruleset))
    for view in views:
        for judgement, other in zip(first.judge(view), second.judge(view), strict=True):
            tally.judgements += 1
            seen |= _said(judgement)
            if judgement != other:
                yield judgement, other
    tally.examples += 1
    tally.found.update(seen)


def _kinds(ruleset: Ruleset) -> Iterator[str]:
    for indicator in ruleset.formulas:
        yield type(indicator.formula).__name__
        for name in ("where", "having"):
            yield from _nodes(getattr(indicator.formula, name, Condition()))
    for requirement in ruleset.requirements:
        yield from _nodes(requirement.where)
        yield requirement.force
        yield type(requirement.target.test).__name__
        shape = {
            "about": requirement.target.about,
            "up_to": requirement.target.up_to is not None,
            "within": requirement.within is not None,
            "every_year": requirement.every_year is not None,
            "unless": requirement.unless is not None,
        }
        yield from (name for name, there in shape.items() if there)


def _nodes(condition: Condition) -> Iterator[str]:
    yield from (type(test).__name__ for _name, test in condition.tests)
    if condition.alternatives:
        yield "any"
        for alternative in condition.alternatives:
            yield from _nodes(alternative)


def _said(judgement: Judgement) -> set[str]:
    value = judgement.value
    kind = "unknown value" if value is None else "no value" if isinstance(value, NoValue) else "known value"
    if isinstance(value, Interval):
        kind = "quotient" if value.to is not None else "known value" if value.known else "interval"
    reason = f" ({judgement.reason})" if judgement.reason else ""
    return {kind, judgement.outcome + reason}


def described(pair: tuple[Judgement, Judgement]) -> str:
    """A difference, for the message of a failure."""
    one, other = pair
    return (
        f"{one.requirement}\non {one.view.kind} {one.view.id} {one.view.period.text} {one.view.values}\n"
        f"reference: {one.outcome} {one.reason} {one.value} {one.message}\n"
        f"forward:   {other.outcome} {other.reason} {other.value} {other.message}"
    )


def test_reference_and_forward_agree(capsys: pytest.CaptureFixture[str]) -> None:
    tally = Tally()
    start = SystemRandom().randrange(2**40) if SOAK else 0
    for seed in range(start, start + EXAMPLES):
        for pair in differences(seeded(seed), tally):
            pytest.fail(f"seed {seed}: {described(pair)}")
    with capsys.disabled():
        sys.stdout.write(f"\n{tally.table()}\n")
    rare = sorted(name for name in EXPECTED if tally.found[name] < tally.examples / 100)
    assert not rare, f"in less than 1 % of the examples: {rare}"


@settings(max_examples=1_000 if SOAK else 60, suppress_health_check=list(HealthCheck), print_blob=True)
@given(st.randoms(use_true_random=False))
def test_they_agree_on_what_hypothesis_draws(random: Random) -> None:
    """The same, slower, and shrunk where it fails."""
    for pair in differences(random, Tally()):
        raise AssertionError(described(pair))


def test_judging_again_is_judging_anew() -> None:
    changed = 0
    for seed in range(300 if SOAK else 60):
        random = seeded(seed)
        ruleset = draw_ruleset(random)
        world, views = draw_world(random, ruleset)
        engine = Engine(ruleset.requirements, ruleset.scope, ruleset.permits)
        for view in views:
            if view.profile is None:
                continue
            before = engine.judge(view)
            other = random.choice(views)
            names = random.sample(sorted(view.values), (len(view.values) + 1) // 2)
            facts = {name: other.values[name] for name in names if name in other.values}
            what_if = View(
                *(world, view.kind, view.id, view.name, view.period, {**view.values, **facts}),
                *(view.tier, view.type, view.profile, view.region),
            )
            again, anew = engine.judge_again(what_if, before, names), engine.judge(what_if)
            assert [_plain(item) for item in again] == [_plain(item) for item in anew]
            changed += [item.outcome for item in again] != [item.outcome for item in before]
    assert changed > 10


def _plain(judgement: Judgement) -> tuple[object, ...]:
    years = [(year, _plain(item)) for year, item in judgement.years]
    return judgement.requirement.id, judgement.outcome, judgement.reason, judgement.value, judgement.message, years


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_caught(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plant: Plant = FAULTS[name]
    plant(monkeypatch)
    tally = Tally()
    for seed in range(300):
        try:
            found = next(differences(seeded(seed), tally), None)
        except (ValueError, KeyError, AssertionError) as fault:
            pytest.fail(f"the fault breaks the engine instead of bending it: {fault!r}")
        if found is not None:
            return
    pytest.fail(f"300 examples did not notice: {name}")
