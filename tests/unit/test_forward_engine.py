"""What the forward engine does beyond judging: verdicts, faults, and the life of its handles."""

from __future__ import annotations

import gc
from itertools import chain, combinations, product
from typing import Any

import pytest

from gradeeval.engines import reference
from gradeeval.engines.forward import session
from gradeeval.engines.forward.engine import Engine
from gradeeval.engines.forward.outcomes import Outcomes, Verdicts
from gradeeval.engines.judgement import OUTCOMES
from gradeeval.engines.views import View, World
from gradeeval.evaluate.verdict import verdict
from gradeeval.language.nodes import ALWAYS, Bounds, Condition, Indicator, Is, Reach, Requirement, Target
from gradeeval.language.scope import build_scope
from gradeeval.profiles.profile import Profile
from gradeeval.timeline import read_period
from gradeeval.vocabulary import Vocabulary

pytestmark = pytest.mark.skipif(
    not session.available(), reason="durable-rules cannot be imported here: no forward engine"
)

INSTITUTION = Reach("institution")
SCOPE = build_scope(
    Vocabulary({"institution": {}, "network": {}, "region": {}}, {}),
    [Indicator(name, name, INSTITUTION, unit="yes_no") for name in ("a", "b", "done")]
    + [Indicator("number", "number", INSTITUTION, unit="count")],
    (),
)


def requirement(id: str, where: Condition = ALWAYS, indicator: str = "done", **more: Any) -> Requirement:
    target = Target(Bounds(at_least=1) if indicator == "number" else Is(value=True))
    return Requirement(id, "x", "一", "…", INSTITUTION, where, indicator, target, "none", "mandatory", **more)


def view_of(**facts: Any) -> View:
    period = read_period("2024")
    assert period is not None
    profile = Profile("institution", "h", "某院", period, "1", values=facts)
    return World(SCOPE, [profile], []).view(profile)


def test_verdict_is_that_of_plain_python() -> None:
    verdicts = Verdicts()
    kinds = list(product(("mandatory", "strive"), (True, False), OUTCOMES))
    for entries in chain.from_iterable(combinations(kinds, size) for size in range(3)):
        assert verdicts.of(entries) == verdict(entries), entries
    assert verdicts.of(kinds) == verdict(kinds) == "unmet"


def test_each_case_has_one_outcome() -> None:
    outcomes = Outcomes()
    for case in product(range(3), range(2), range(2), range(3), range(3), range(2)):
        assert outcomes.of(case)[0] in OUTCOMES  # type: ignore[arg-type]


def test_a_value_that_cannot_be_compared_is_an_error_of_its_requirement_only() -> None:
    bound = Condition((("a", Is(value=True)),))
    on_number = Condition((("number", Bounds(at_least=1)),))
    requirements = [
        requirement("r/1", indicator="number"),
        requirement("r/2"),
        requirement("r/3", bound, "number"),
        requirement("r/4", on_number),
        requirement("r/5", unless="p/1"),
    ]
    permits = {"p/1": requirement("p/1", on_number)}
    engines = [made(requirements, SCOPE, permits) for made in (reference.Engine, Engine)]
    for facts in ({"done": True, "a": False}, {"done": False, "a": True}, {"done": False, "a": False}):
        view = view_of(number="many", **facts)
        first, second = (engine.judge(view) for engine in engines)
        assert [(found.outcome, found.reason) for found in first] == [(found.outcome, found.reason) for found in second]
        assert [judgement.outcome for judgement in first].count("error") >= 2
    assert all(str(found[0].message).startswith("TypeError") for found in (first, second))


def test_same_rules_share_a_handle_and_give_it_back() -> None:
    made: list[Engine] = [
        Engine([requirement("r/1", Condition((("b", Is(value=True)),)))], SCOPE, {}) for _ in range(3)
    ]
    shards = {id(block.shard) for engine in made for block in engine._once.program._first}
    assert len(shards) == 1
    before = len(session._shards)
    made.clear()
    gc.collect()
    assert len(session._shards) < before


def test_engine_of_nothing() -> None:
    assert Engine([], SCOPE, {}).judge(view_of()) == []
    assert Engine([], SCOPE, {}).verdict([]) == "nothing_due"
