"""The fence around the C engine, row by row: what the engine does by itself, and what the fenced engine does instead.

Each raw hazard runs in a process of its own, where it crashes, hangs or gives the wrong answer on durable-rules 2.0.28.
Where a later version no longer does, the test says so: then the row of the fence can go.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from gradeeval.engines import reference
from gradeeval.engines.forward import fields, literals, session, sharding
from gradeeval.engines.forward.engine import Engine
from gradeeval.engines.views import World
from gradeeval.errors import EngineLimit, MissingExtra
from gradeeval.language.lowering import And, Key, Literal, Operand, Or
from gradeeval.language.nodes import (
    ALWAYS,
    Bounds,
    Condition,
    Includes,
    Indicator,
    Is,
    Reach,
    Requirement,
    Target,
    Test,
)
from gradeeval.language.scope import Scope, build_scope
from gradeeval.profiles.profile import Profile
from gradeeval.quantity import NO_VALUE, Interval
from gradeeval.timeline import read_period
from gradeeval.vocabulary import AROUND, Field, Values, ValueType, Vocabulary

SOURCE = Path(__file__).parents[2] / "src"
HUNG = "hung"
CRASHED = "crashed"
RAW = """
import durable_rules_engine as e
def fire(h, fact, most=50):
    code, state = e.assert_fact(h, fact)
    started = e.start_action_for_state(h, state) if code == 0 else None
    message, fired = (started[1] if started else None), []
    while message and len(fired) < most:
        fired.append(message.split('"')[1])
        message = e.complete_and_start_action(h, state)
    return fired
def one(pattern):
    return e.create_ruleset("r", '{"x":{"all":[{"m":%s}]}}' % pattern)
"""
HOST = """
from durable.engine import Host
class Quiet(Host):
    def _run(self): pass
h = Quiet()
h.register_rulesets({'r': {'x': {'all': [{'m': %s}], 'run': %s}}})
h.assert_fact('r', {'b': 2})
print('survived')
"""
INSTITUTION = Reach("institution")
GRADES = Values(
    "grade",
    "等级",
    {code: (code, code) for code in ("c", "b", "a", "unrated")},
    {"c": 0, "b": 1, "a": 2},
    frozenset({"unrated"}),
)
CODES = Values("codes", "代码", {f"code{at}": (f"{at}", f"{at}") for at in range(80)})

needs_engine = pytest.mark.skipif(not session.available(), reason="durable-rules cannot be imported here")


def raw(script: str, seconds: float = 120) -> str:
    """What the C engine does with a script: the last line that it prints, or that it crashed or hung."""
    try:
        ran = subprocess.run([sys.executable, "-c", RAW + script], capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        return HUNG
    if ran.returncode < 0:
        return CRASHED
    return (ran.stdout.strip() or ran.stderr.strip()).splitlines()[-1]


def scope_of(**types: Mapping[str, Any]) -> Scope:
    name = ValueType("name")
    named = {field: Field(field, field, field, name) for field in ("name", *AROUND)}
    vocabulary = Vocabulary(
        {"institution": named, "network": named, "region": named}, {"grade": GRADES, "codes": CODES}
    )
    indicators = [Indicator(key, key, INSTITUTION, **given) for key, given in types.items()]
    return build_scope(vocabulary, indicators, ())


def asking(id: str, indicator: str, test: Test, where: Condition = ALWAYS, **more: Any) -> Requirement:
    return Requirement(id, "x", "一", "…", INSTITUTION, where, indicator, Target(test), "none", "mandatory", **more)


def outcomes(scope: Scope, requirements: list[Requirement], facts: Mapping[str, Any]) -> list[str]:
    """What the fenced engine says, which is what the reference says."""
    period = read_period("2024")
    assert period is not None
    profile = Profile("institution", "h", "某院", period, "1", values=dict(facts))
    view = World(scope, [profile], []).view(profile)
    found = Engine(requirements, scope, {}).judge(view)
    assert found == reference.Engine(requirements, scope, {}).judge(view)
    return [judgement.outcome for judgement in found]


COUNT = {"unit": "count"}
YES = {"unit": "yes_no"}


# -- Host, actions, threads --------------------------------------------------------------------------------------------


@needs_engine
def test_host_swallows_what_an_action_raises() -> None:
    assert raw(HOST % ('{"b": 2}', "lambda c: exit(3)")) == "survived"
    assert "MessageNotHandled" in raw(HOST % ('{"b": 3}', "lambda c: None"))  # a fact that no rule wants


@needs_engine
def test_host_and_its_threads_are_not_used() -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(SOURCE)!r})\n"
        "import threading\nfrom gradeeval.engines.forward.outcomes import Verdicts\n"
        "assert Verdicts().of([('mandatory', True, 'met')]) == 'met'\n"
        "print(sorted(m for m in sys.modules if m.split('.')[0] == 'durable'), threading.active_count())"
    )
    assert raw(script) == "[] 1"


def test_only_the_session_imports_the_c_engine() -> None:
    importing = [path.name for path in SOURCE.rglob("*.py") if "import durable" in path.read_text("utf-8")]
    assert importing == ["session.py"]


# -- sessions and their end --------------------------------------------------------------------------------------------


@needs_engine
def test_deleting_a_session_in_which_nothing_ran() -> None:
    script = (
        'for _ in range(40):\n h = one(\'{"a":1}\'); e.assert_fact(h, \'{"id":"p","b":1}\'); e.delete_state(h, None)\n'
    )
    assert raw(script + "print('survived')") in (CRASHED, "survived")  # it frees what was never set: chance decides
    fenced = (
        f"import sys, gc; sys.path.insert(0, {str(SOURCE)!r})\n"
        "from gradeeval.engines.forward.session import shard\n"
        "for at in range(3000):\n"
        " s = shard({'t0': '{\"a\":%d}' % at}, 9)\n"
        " assert s.fire(',\"b\":1') == []; del s\n"
        "print('survived')"
    )
    assert raw(fenced) == "survived"


@needs_engine
def test_sessions_beyond_1024() -> None:
    script = (
        "h = one('{\"a\":1}')\n"
        "for at in range(1030):\n"
        " for fact in 'pq':\n"
        '  try: fire(h, \'{"id":"%s","a":1,"sid":"%d"}\' % (fact, at))\n'
        "  except MemoryError: pass\n"
        "print('survived')"
    )
    assert raw(script) == CRASHED
    shard = session.shard({"t0": '{"a":1}'}, 9)
    assert all(shard.fire(',"a":1') == ["t0"] for _ in range(1100))


@needs_engine
def test_an_error_leaves_no_trace() -> None:
    shard = session.shard({"t0": '{"a":1}'}, 9)
    with pytest.raises(EngineLimit):
        shard.fire(',"a":1' + "".join(f',"k{at}":1' for at in range(260)))
    assert shard.fire(',"a":1') == ["t0"]


# -- limits of a node --------------------------------------------------------------------------------------------------


@needs_engine
def test_65_tests_that_hold_at_once() -> None:
    script = (
        "h = e.create_ruleset('r', '{%s}' % ','.join('\"x%d\":{\"all\":[{\"m\":{\"a%d\":1}}]}' % (i, i) for i in range(65)))\n"
        "print(len(fire(h, '{\"id\":\"p\"%s}' % ''.join(',\"a%d\":1' % i for i in range(65)))))"
    )
    assert "303" in raw(script)
    scope = scope_of(**{f"x{at}": YES for at in range(300)})
    requirements = [asking(f"r/{at}", f"x{at}", Is(value=True)) for at in range(300)]
    assert outcomes(scope, requirements, {f"x{at}": True for at in range(300)}) == ["met"] * 300


@needs_engine
def test_513_tests_under_one_node() -> None:
    script = "e.create_ruleset('r', '{%s}' % ','.join('\"x%d\":{\"all\":[{\"m\":{\"a%d\":1}}]}' % (i, i) for i in range(513)))"
    assert raw(script, 2) == HUNG
    scope = scope_of(x=COUNT)
    requirements = [asking(f"r/{at}", "x", Bounds(at_least=at)) for at in range(600)]
    assert outcomes(scope, requirements, {"x": 299}) == ["met"] * 300 + ["unmet"] * 300


@needs_engine
def test_257_rules_on_one_test() -> None:
    script = (
        'rules = [\'"y":{"all":[{"m":{"b":1}}]}\'] + [\'"x%d":{"all":[{"m":{"a":1}}]}\' % i for i in range(257)]\n'
        "rules.insert(0, rules.pop(1))\n"
        "e.create_ruleset('r', '{%s}' % ','.join(rules))"
    )
    assert "108" in raw(script)  # 256 are taken, and written beyond the end of a list
    scope = scope_of(x=YES)
    requirements = [asking(f"r/{at}", "x", Is(value=True)) for at in range(300)]
    assert outcomes(scope, requirements, {"x": True}) == ["met"] * 300


@needs_engine
def test_16_groups_in_one_pattern() -> None:
    pattern = '{"a":1}'
    for at in range(16):
        pattern = '{"%s":[{"b%d":1},%s]}' % ("$and" if at % 2 else "$or", at, pattern)  # noqa: UP031
    assert "113" in raw(f"one('{pattern}')")
    scope = scope_of(done=YES, **{f"x{at}": YES for at in range(40)})
    deep = Condition((("x0", Is(value=True)),))
    for at in range(1, 20):
        alternatives = (Condition(((f"x{at}", Is(value=True)),)), deep)
        deep = Condition(((f"x{at + 20}", Is(value=True)),), alternatives)
    requirements = [asking("r/1", "done", Is(value=True), deep)]
    facts = {f"x{at}": True for at in range(40)}
    assert outcomes(scope, requirements, {**facts, "done": True}) == ["met"]
    facts |= {f"x{at}": False for at in range(20)}
    assert outcomes(scope, requirements, {**facts, "done": True}) == ["not_applicable"]
    assert outcomes(scope, requirements, {**facts, "x0": None, "done": True}) == ["unknown"]


@needs_engine
def test_253_fields_of_a_fact() -> None:
    script = "h = one('{\"a0\":1}')\nprint(fire(h, '{\"id\":\"p\"%s}' % ''.join(',\"a%d\":1' % i for i in range(260))))"
    assert "302" in raw(script)
    scope = scope_of(**{f"x{at}": YES for at in range(400)})
    requirements = [asking(f"r/{at}", f"x{at}", Is(value=True)) for at in range(400)]
    assert outcomes(scope, requirements, {f"x{at}": at % 2 == 0 for at in range(400)}) == ["met", "unmet"] * 200


@needs_engine
def test_a_list_of_80_codes_that_must_all_be_there() -> None:
    scope = scope_of(x={"listed": "codes"})
    requirements = [asking("r/1", "x", Includes(tuple(CODES.titles)))]
    assert outcomes(scope, requirements, {"x": frozenset(CODES.titles)}) == ["met"]
    assert outcomes(scope, requirements, {"x": frozenset(list(CODES.titles)[:-1])}) == ["unmet"]
    assert outcomes(scope, requirements, {"x": dict.fromkeys(list(CODES.titles)[1:], True)}) == ["unknown"]


@needs_engine
def test_branches_that_multiply() -> None:
    scope = scope_of(done=YES, **{f"x{at}": YES for at in range(32)})
    alternatives = tuple(
        Condition(tuple((f"x{at}", Is(value=True)) for at in range(first, first + 4))) for first in range(0, 32, 4)
    )
    requirements = [asking("r/1", "done", Is(value=True), Condition((), alternatives))]
    none = {f"x{at}": False for at in range(32)}
    assert outcomes(scope, requirements, {**none, "done": True}) == ["not_applicable"]  # 4 ** 8 ways to be false
    assert outcomes(scope, requirements, {**none, **{f"x{at}": True for at in range(28, 32)}, "done": True}) == ["met"]


def test_limits_are_looked_at_once_more_before_the_c_engine_gets_a_shard() -> None:
    flags = [Literal("eq", Key("truth", Operand(f"x{at}")), 1) for at in range(61)]
    for rules in ([Or(tuple(flags))], flags, [And((flags[0], *(Or((flags[at], flags[at + 1])) for at in range(15))))]):
        with pytest.raises(EngineLimit):
            sharding._within_limits(rules, 1)
    with pytest.raises(EngineLimit):
        sharding._within_limits(flags[:3], 253)


# -- rules that never end, or never begin ------------------------------------------------------------------------------


@needs_engine
def test_an_empty_group() -> None:
    assert raw(HOST % ('{"$and": []}', "lambda c: None"), 1.5) == HUNG
    with pytest.raises(EngineLimit):
        literals.group("$and", [])
    scope = scope_of(x=YES)
    assert outcomes(scope, [asking("r/1", "x", Is(value=True), Condition())], {"x": True}) == ["met"]


@needs_engine
def test_a_bare_negation_fires_for_ever() -> None:
    assert raw(HOST % ('{"$nex": {"a": 1}}', "lambda c: None"), 1.5) == HUNG
    scope = scope_of(x=YES)
    assert outcomes(scope, [asking("r/1", "x", Is(value=False))], {}) == ["unknown"]
    texts = [literals.comparison(op, "a", 1) for op in ("eq", "ge", "gt", "le", "lt")]
    assert not any(word in text for text in texts for word in ("$nex", "$neq", "$ex", "$m", "$div"))


@needs_engine
def test_a_leading_negation_never_fires() -> None:
    script = (
        'h = e.create_ruleset(\'r\', \'{"x":{"all":[{"a$not":{"b":1}},{"c":{"d":1}}]}}\')\n'
        'print(fire(h, \'{"id":"p","d":1}\'))'
    )
    assert raw(script) == "[]"  # although there is no b
    scope = scope_of(b=YES, d=YES)
    where = Condition((("b", Is(value=False)),))
    assert outcomes(scope, [asking("r/1", "d", Is(value=True), where)], {"b": False, "d": True}) == ["met"]


@needs_engine
def test_more_firings_than_rules_can_have() -> None:
    shard = session.shard({"t0": '{"a":1}', "t1": '{"b":1}'}, 1)
    with pytest.raises(EngineLimit):
        shard.fire(',"a":1,"b":1')
    assert shard.fire(',"a":1') == ["t0"]


# -- numbers and texts -------------------------------------------------------------------------------------------------


@needs_engine
def test_division_by_zero() -> None:
    script = 'h = one(\'{"$gte":{"a":{"$div":{"$l":{"$m":"b"},"$r":{"$m":"c"}}}}}\')\n'
    assert raw(script + 'print(fire(h, \'{"id":"p","a":1,"b":1,"c":0}\'))') == CRASHED
    scope = scope_of(x={"unit": "percent"})
    assert outcomes(scope, [asking("r/1", "x", Bounds(at_least=1))], {"x": NO_VALUE}) == ["not_applicable"]


@needs_engine
def test_a_text_is_no_number() -> None:
    assert raw('h = one(\'{"$gte":{"a":500}}\')\nprint(fire(h, \'{"id":"p","a":"90"}\'))') == "['x']"
    for wrong in ("90", 1.5, True, float("nan"), float("inf"), Decimal(1), Fraction(1, 2), 2**53 + 1):
        with pytest.raises(EngineLimit):
            literals.integer(wrong)  # type: ignore[arg-type]


@needs_engine
def test_grades_are_ranks_and_not_texts() -> None:
    assert raw('h = one(\'{"$gte":{"a":"b"}}\')\nprint(fire(h, \'{"id":"p","a":"unrated"}\'))') == "['x']"
    scope = scope_of(x={"order": "grade"})
    requirements = [asking("r/1", "x", Bounds(at_least="b")), asking("r/2", "x", Bounds(at_most="b"))]
    assert outcomes(scope, requirements, {"x": "unrated"}) == ["unmet", "unmet"]
    assert outcomes(scope, requirements, {"x": "a"}) == ["met", "unmet"]


@needs_engine
def test_whole_numbers_beyond_64_bit() -> None:
    script = 'h = one(\'{"a":%d}\' % 10**30)\nprint(fire(h, \'{"id":"p","a":%d}\' % 10**31))'
    assert raw(script) == "['x']"
    scope = scope_of(x={"unit": "yuan"})
    requirements = [asking("r/1", "x", Bounds(at_least=10**25)), asking("r/2", "x", Bounds(above=10**25))]
    assert outcomes(scope, requirements, {"x": 10**31}) == ["met", "unmet"]
    assert outcomes(scope, requirements, {"x": 10**31 - 1}) == ["unmet", "unmet"]
    assert outcomes(scope, requirements, {"x": 10**31 + 1}) == ["met", "met"]


@needs_engine
def test_a_share_beside_its_target() -> None:
    assert raw("h = one('{\"a\":1e-05}')\nprint('accepted')") != "accepted"
    scope = scope_of(x={"unit": "percent"})
    requirements = [asking("r/1", "x", Bounds(at_least=85)), asking("r/2", "x", Bounds(at_most=85))]
    for of, to, said in ((17, 20, ["met", "met"]), (18, 21, ["met", "unmet"]), (16, 19, ["unmet", "met"])):
        exact = Fraction(100 * 10**6 * of, to)
        assert outcomes(scope, requirements, {"x": Interval(exact, exact, of, to)}) == said
    hair = Fraction(85 * 10**6) - Fraction(1, 10**40)
    assert outcomes(scope, requirements, {"x": Interval(hair, hair)}) == ["unmet", "met"]


@needs_engine
def test_null_is_not_missing() -> None:
    script = 'h = one(\'{"$and":[{"b":1},{"$nex":{"a":1}}]}\')\nprint(fire(h, \'{"id":"p","b":1,"a":null}\'))'
    assert raw(script) == "[]"
    scope = scope_of(x=YES)
    assert outcomes(scope, [asking("r/1", "x", Is(value=True))], {"x": None}) == ["unknown"]


@needs_engine
def test_names_with_the_same_hash() -> None:
    colliding = ("医院339993", "医院1512410")
    assert literals.fnv(colliding[0]) == literals.fnv(colliding[1])
    script = 'h = one(\'{"%s":1}\')\nprint(fire(h, \'{"id":"p","%s":1}\'))' % colliding  # noqa: UP031
    assert raw(script) == "['x']"
    with pytest.raises(EngineLimit):
        literals.check_distinct(colliding)
    for reserved in ("id", "sid", "$and", "all"):
        with pytest.raises(EngineLimit):
            literals.check_distinct([reserved])
    assert (literals.fnv("$and"), literals.fnv("id")) == (3746487396, 926444256)  # as the C source has them
    scope = scope_of(**dict.fromkeys(colliding, YES))
    requirements = [asking("r/1", colliding[0], Is(value=True)), asking("r/2", colliding[1], Is(value=True))]
    assert outcomes(scope, requirements, {colliding[0]: True, colliding[1]: False}) == ["met", "unmet"]


@needs_engine
def test_an_or_fires_once_for_each_true_branch() -> None:
    script = 'h = one(\'{"$or":[{"a":1},{"b":1}]}\')\nprint(fire(h, \'{"id":"p","a":1,"b":1}\'))'
    assert raw(script) == "['x', 'x']"
    scope = scope_of(a=YES, b=YES, done=YES)
    where = Condition((), (Condition((("a", Is(value=True)),)), Condition((("b", Is(value=True)),))))
    assert outcomes(scope, [asking("r/1", "done", Is(value=True), where)], {"a": True, "b": True, "done": True}) == [
        "met"
    ]


@needs_engine
def test_a_fact_that_was_withdrawn_leaves_its_conclusions() -> None:
    script = (
        'h = one(\'{"a":1}\')\nfirst = fire(h, \'{"id":"p","a":1}\')\ne.retract_fact(h, \'{"id":"p"}\')\n'
        'print(first, fire(h, \'{"id":"p","a":0}\'))'
    )
    assert raw(script) == "['x'] []"  # it tells what became true, never what no longer is
    scope = scope_of(a=YES, done=YES)
    period = read_period("2024")
    assert period is not None
    engine = Engine([asking("r/1", "done", Is(value=True), Condition((("a", Is(value=True)),)))], scope, {})
    said = []
    for facts in ({"a": True, "done": True}, {"a": False, "done": True}, {"done": True}, {"a": True, "done": True}):
        profile = Profile("institution", "h", "某院", period, "1", values=facts)
        said.append(engine.judge(World(scope, [profile], []).view(profile))[0].outcome)
    assert said == ["met", "not_applicable", "unknown", "met"]


def test_where_it_does_not_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_engine", None)
    assert not session.available()
    with pytest.raises(MissingExtra):
        session.shard({"t0": '{"never seen":1}'}, 1)


def test_fields_hold_small_whole_numbers_only() -> None:
    operand = Operand("x")
    written = fields.Fields()
    written.operand(operand, ValueType("number", "yuan", 6, 0, None))
    limits = (5, 10**40, Fraction(1, 3))
    written.open([Literal("ge", Key("lo", operand), limit) for limit in limits])
    write = written.writers[0]
    assert write(None) == ',"n0l":0,"n0h":6'
    assert write(5) == ',"n0l":3,"n0h":3'
    assert write(10**50) == ',"n0l":6,"n0h":6'
    assert write(Interval(Fraction(1, 3), 10**40)) == ',"n0l":1,"n0h":5'
    assert write(NO_VALUE) == ',"n0e":1'
    assert [written.test(Literal("lt", Key("hi", operand), limit)) for limit in limits] == [
        '{"$lt":{"n0h":3}}',
        '{"$lt":{"n0h":5}}',
        '{"$lt":{"n0h":1}}',
    ]
