"""The pair of a test, evaluated plainly, against the reference; and truths in stages against plain evaluation."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest

from gradeeval.engines.conditions import compile_test, unknown_range
from gradeeval.engines.forward import sharding
from gradeeval.engines.forward.fields import Fields
from gradeeval.engines.forward.session import available
from gradeeval.language.lowering import (
    FALSE,
    TRUE,
    And,
    Key,
    Literal,
    Operand,
    Or,
    Tree,
    both,
    either,
    groups,
    literals,
    lower_test,
    place_of,
)
from gradeeval.language.nodes import Bounds, Equals, Includes, Is, NoneOf, OneOf, Test
from gradeeval.quantity import INFINITY, NO_VALUE, Interval, NoValue
from gradeeval.vocabulary import Values, ValueType

X = Operand("x")
ORDER = Values(
    "o",
    "o",
    {c: (c, c) for c in ("c", "b", "a", "unrated", "exempt")},
    {"c": 0, "b": 1, "a": 2},
    frozenset({"unrated", "exempt"}),
)
LIST = Values("l", "l", {c: (c, c) for c in ("p", "q", "r", "s", "t")})
NUMBER, ORDERED, CODE = (
    ValueType("number", "count", 0, 0, None),
    ValueType("ordered", values=ORDER),
    ValueType("code", values=LIST),
)
NUMBERS: list[Any] = [
    None,
    NO_VALUE,
    0,
    1,
    2,
    3,
    Interval(0, 2),
    Interval(2, INFINITY),
    Interval(Fraction(5, 2), Fraction(5, 2)),
    Interval(2, 2),
]
GRADES: list[Any] = [None, *ORDER.titles]


def holds(tree: Tree, known: dict[Key, Any]) -> bool:
    """Plain evaluation; what is not known makes a literal false."""
    if isinstance(tree, Literal):
        value = known.get(tree.key)
        if value is None:
            return False
        return {
            "eq": value == tree.number,
            "ge": value >= tree.number,
            "gt": value > tree.number,
            "le": value <= tree.number,
            "lt": value < tree.number,
        }[tree.op]
    return (all if isinstance(tree, And) else any)(holds(part, known) for part in tree.parts)


def facts_of(value: Any, value_type: ValueType, test: Test) -> dict[Key, Any]:
    """The aspects of a value, as ``Key`` describes them."""
    if value_type.form == "number":
        if isinstance(value, NoValue):
            return {Key("empty", X): 1}
        interval = (
            unknown_range(value_type)
            if value is None
            else value
            if isinstance(value, Interval)
            else Interval(value, value)
        )
        return {Key("lo", X): interval.lo, Key("hi", X): interval.hi}
    if value is None:
        return {}
    if value_type.form == "yes_no":
        return {Key("truth", X): int(value)}
    if value_type.form == "list":
        codes = value if isinstance(value, dict) else {code: code in value for code in LIST.titles}
        return {Key("has", X, (code,)): int(there) for code, there in codes.items()}
    if value_type.form == "name":
        among = test.values if isinstance(test, OneOf | NoneOf) else (getattr(test, "value", ""),)
        return {Key("named", X, tuple(sorted(among))): int(value in among)}
    assert value_type.values is not None
    return {Key("rank" if value_type.values.ordered else "code", X): place_of(value, value_type.values)}


CASES: list[tuple[ValueType, Test, list[Any]]] = [
    *((NUMBER, test, NUMBERS) for test in (Bounds(at_least=2), Bounds(above=2), Bounds(at_most=2), Bounds(below=2))),
    *((NUMBER, test, NUMBERS) for test in (Bounds(at_least=1, at_most=2), Bounds(above=1, below=3), Equals(2))),
    *(
        (ORDERED, test, GRADES)
        for test in (Bounds(at_least="b"), Bounds(above="b"), Bounds(at_most="b"), Bounds(below="b"))
    ),
    *((ORDERED, test, GRADES) for test in (Bounds(below="c"), Bounds(above="c", below="a"), Is("unrated"), Is("b"))),
    *((ORDERED, test, GRADES) for test in (OneOf(("c", "a")), NoneOf(("exempt", "b")))),
    *(
        (CODE, test, [None, *LIST.titles, "elsewhere"])
        for test in (Is("q"), OneOf(("p", "q", "s")), NoneOf(("q", "r")))
    ),
    *((ValueType("name"), test, [None, "甲", "乙"]) for test in (Is("甲"), OneOf(("甲", "丙")), NoneOf(("甲",)))),
    *((ValueType("yes_no"), test, [None, True, False]) for test in (Is(value=True), Is(value=False))),
    (
        ValueType("list", values=LIST),
        Includes(("p", "q")),
        [None, frozenset("pqr"), frozenset("p"), {"p": True}, {"q": False}, {}],
    ),
]


@pytest.mark.parametrize(("value_type", "test", "values"), CASES)
def test_pair_is_the_truth_of_the_reference(value_type: ValueType, test: Test, values: list[Any]) -> None:
    pair = lower_test(test, value_type, X, empty_is_false=True)
    judge = compile_test(test, value_type, no_value=False)
    for value in values:
        known = facts_of(value, value_type, test)
        true, false = holds(pair.true, known), holds(pair.false, known)
        assert not (true and false)
        assert (True if true else False if false else None) is judge(value), value


def test_tolerance_moves_limits_outward() -> None:
    part = Fraction(5, 100)
    assert lower_test(Bounds(at_least=33), NUMBER, X, tolerance=part).true == Literal(
        "ge", Key("lo", X), Fraction(627, 20)
    )
    assert lower_test(Bounds(at_most=200), NUMBER, X, tolerance=part).true == Literal("le", Key("hi", X), 210)
    assert lower_test(Bounds(at_least=-20), NUMBER, X, tolerance=part).true == Literal("ge", Key("lo", X), -21)


def test_trees_are_flat() -> None:
    a, b, c = (Literal("eq", Key("truth", Operand(name)), 1) for name in "abc")
    assert both([a, And((b, c)), a, TRUE]) == And((a, b, c))
    assert both([a, FALSE]) == FALSE
    assert both([]) == TRUE
    assert either([a, Or((b, c))]) == Or((a, b, c))
    assert either([a, TRUE]) == TRUE
    assert either([b]) == b
    assert groups(both([a, either([b, c])])) == 2


def _tree(random: Random, depth: int, word: bool) -> Tree:
    if not depth or random.random() < 0.2:
        return Literal("eq", Key("truth", Operand(f"x{random.randrange(12)}")), random.randrange(2))
    parts = [_tree(random, depth - 1, not word) for _ in range(random.randint(1, 7))]
    return both(parts) if word else either(parts)


@pytest.mark.no_cover
@pytest.mark.skipif(not available(), reason="durable-rules cannot be imported here: no forward engine")
def test_truths_in_stages() -> None:
    """Trees far beyond what one rule can hold, cut into rules that can."""
    staged = 0
    for seed in range(60):
        random = Random(seed)  # noqa: S311
        trees = [_tree(random, 4, random.random() < 0.5) for _ in range(6)]
        truths, fields = sharding.Truths("t"), Fields()
        names = [truths.name(tree) for tree in trees]
        used = sorted({literal.key.operand for tree in trees for literal in literals(tree)})
        for operand in used:
            fields.operand(operand, ValueType("yes_no"))
        fields.open(truths.literals())
        blocks = truths.blocks(fields)
        staged += any(block.earlier for block in blocks)
        for _ in range(4):
            values = {operand: random.choice((None, True, False)) for operand in used}
            known = {Key("truth", operand): int(value) for operand, value in values.items() if value is not None}
            texts = [
                write(values[fields.operands[owner]])
                for write, owner in zip(fields.writers, fields.owners, strict=True)
            ]
            fired = {sharding.HOLDS}
            for block in blocks:
                block.fire(texts, fired)
            assert [name in fired for name in names] == [holds(tree, known) for tree in trees]
    assert staged > 20
