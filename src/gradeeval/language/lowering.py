"""Each test lowered once to a pair of trees: when it is *definitely true*, and when it is *definitely false* (language §2.9).

Neither holding is unknown, so an engine that reads the pair needs no negation, no null and no third value. A tree is a
literal, or an and/or of trees; literals compare one aspect of one value with a number. Nothing here knows an engine.

Literals are named tuples because they are hashed a thousand times when rules are compiled, which tuples do in C.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from gradeeval.language.nodes import (
    Bounds,
    Condition,
    Equals,
    Includes,
    Is,
    NoneOf,
    OneOf,
    Reach,
    Requirement,
    Test,
)
from gradeeval.language.scope import Reference, Scope, Unreachable
from gradeeval.timeline import Span
from gradeeval.vocabulary import Values, ValueType


class Operand(NamedTuple):
    """A value that is tested: a name, where it is read from if not on the subject itself, and the window it is summed over."""

    name: str
    above: Reach | None = None
    within: Span | None = None


class Key(NamedTuple):
    """One aspect of a value, a number or unknown.

    ``lo`` and ``hi``: the scaled bounds of a number. ``empty``: 1 where there is *no value*. ``truth``: a yes/no as 1 or 0.
    ``rank``, ``code``: the place of a value (``place_of``). ``has``: 1 or 0, whether a list has the code ``detail``.
    ``named``: 1 or 0, whether the name is one of ``detail``.
    """

    aspect: str
    operand: Operand
    detail: tuple[str, ...] = ()


class Literal(NamedTuple):
    """``key op number``; ``op`` is ``eq``, ``ge``, ``gt``, ``le`` or ``lt``. False where the aspect is unknown.

    ``number`` is whole, but for limits that 左右 moved.
    """

    op: str
    key: Key
    number: int | Fraction


@dataclass(frozen=True, slots=True)
class And:
    """All parts hold; of no parts, always. Parts are never ``And`` and never one alone."""

    parts: tuple[Tree, ...] = ()


@dataclass(frozen=True, slots=True)
class Or:
    """One of the parts holds; of no parts, never. Parts are never ``Or`` and never one alone."""

    parts: tuple[Tree, ...] = ()


Tree = Literal | And | Or
TRUE = And()
FALSE = Or()


@dataclass(frozen=True, slots=True)
class Pair:
    """When something is definitely true, and when it is definitely false; never both."""

    true: Tree
    false: Tree


def both(trees: Iterable[Tree]) -> Tree:
    """The flat conjunction, without repetitions."""
    parts: dict[Tree, None] = {}
    for tree in trees:
        if isinstance(tree, Or) and not tree.parts:
            return FALSE
        parts.update(dict.fromkeys(tree.parts if isinstance(tree, And) else (tree,)))
    return next(iter(parts)) if len(parts) == 1 else And(tuple(parts))


def either(trees: Iterable[Tree]) -> Tree:
    """The flat disjunction, without repetitions."""
    parts: dict[Tree, None] = {}
    for tree in trees:
        if isinstance(tree, And) and not tree.parts:
            return TRUE
        parts.update(dict.fromkeys(tree.parts if isinstance(tree, Or) else (tree,)))
    return next(iter(parts)) if len(parts) == 1 else Or(tuple(parts))


def literals(tree: Tree) -> Iterator[Literal]:
    """The literals of a tree, from left to right."""
    if isinstance(tree, Literal):
        yield tree
    else:
        for part in tree.parts:
            yield from literals(part)


def groups(tree: Tree) -> int:
    """How many and/or groups a tree has."""
    return 0 if isinstance(tree, Literal) else 1 + sum(map(groups, tree.parts))


def lower_condition(condition: Condition, reader: Reach, scope: Scope) -> Pair:
    """A condition on subjects of the sort ``reader``; *no value* counts as false."""
    pairs = []
    for name, test in condition.tests:
        reference = scope.find(name, reader)
        assert not isinstance(reference, Unreachable), reference.refusal.sentence
        pairs.append(lower_test(test, reference.type, Operand(name, reference.above), empty_is_false=True))
    if condition.alternatives:
        branches = [lower_condition(item, reader, scope) for item in condition.alternatives]
        pairs.append(Pair(either(pair.true for pair in branches), both(pair.false for pair in branches)))
    return Pair(both(pair.true for pair in pairs), either(pair.false for pair in pairs))


def lower_target(requirement: Requirement, reference: Reference) -> Pair:
    """The test of a target, with the limits that 左右 moves outward; *no value* is for the caller to look at first."""
    target = requirement.target
    assert target.test is not None
    operand = Operand(reference.name, reference.above, requirement.within)
    tolerance = Fraction(requirement.tolerance) / 100 if target.about else Fraction(0)
    return lower_test(target.test, reference.type, operand, tolerance=tolerance)


def lower_test(
    test: Test,
    value_type: ValueType,
    operand: Operand,
    *,
    empty_is_false: bool = False,
    tolerance: Fraction = Fraction(0),
) -> Pair:
    """A test of a value of this type. ``tolerance`` moves limits outward by that part of their number."""
    if value_type.form == "number":
        return _of_number(test, value_type, operand, empty_is_false, tolerance)
    if value_type.form == "yes_no":
        assert isinstance(test, Is)
        return _truth(Key("truth", operand), test.value is True)
    if isinstance(test, Includes):
        has = [_truth(Key("has", operand, (code,)), True) for code in test.codes]
        return Pair(both(pair.true for pair in has), either(pair.false for pair in has))
    if value_type.form == "name":
        return _truth(Key("named", operand, tuple(sorted(_written(test)))), not isinstance(test, NoneOf))
    assert value_type.values is not None
    key = Key("rank" if value_type.values.ordered else "code", operand)
    pair = _among(key, _satisfying(test, value_type.values))
    return Pair(pair.false, pair.true) if isinstance(test, NoneOf) else pair


def place_of(value: str, values: Values) -> int:
    """The rank of a value of an order, or the place of a code on its list, from 0. Values outside the order are below 0.

    They are told apart, so that each can be tested for itself. What is on no list shares the lowest number of all.
    """
    if values.ordered:
        rank = values.ranks.get(value)
        if rank is not None:
            return rank
        beside = sorted(values.outside)
    else:
        beside = []
        if value in values.titles:
            return list(values.titles).index(value)
    return -1 - (beside.index(value) if value in beside else len(beside))


def _of_number(test: Test, value_type: ValueType, operand: Operand, empty_is_false: bool, tolerance: Fraction) -> Pair:
    lo, hi = Key("lo", operand), Key("hi", operand)
    true: list[Tree] = []
    false: list[Tree] = []
    if isinstance(test, Equals):
        test = Bounds(at_least=test.number, at_most=test.number)
    assert isinstance(test, Bounds)
    for word, written in test.stated():
        assert isinstance(written, int | Decimal)
        exact = Fraction(written) * 10**value_type.decimals
        if word in ("at_least", "above"):
            exact -= abs(exact) * tolerance
            meets, misses = ("ge", "lt") if word == "at_least" else ("gt", "le")
            true.append(Literal(meets, lo, _whole(exact)))
            false.append(Literal(misses, hi, _whole(exact)))
        else:
            exact += abs(exact) * tolerance
            meets, misses = ("le", "gt") if word == "at_most" else ("lt", "ge")
            true.append(Literal(meets, hi, _whole(exact)))
            false.append(Literal(misses, lo, _whole(exact)))
    if empty_is_false:
        false.append(Literal("eq", Key("empty", operand), 1))
    return Pair(both(true), either(false))


def _whole(exact: Fraction) -> int | Fraction:
    return exact.numerator if exact.denominator == 1 else exact


def _truth(key: Key, wanted: bool) -> Pair:
    return Pair(Literal("eq", key, int(wanted)), Literal("eq", key, int(not wanted)))


def _written(test: Test) -> tuple[str, ...]:
    if isinstance(test, OneOf | NoneOf):
        return test.values
    assert isinstance(test, Is)
    return (str(test.value),)


def _satisfying(test: Test, values: Values) -> set[int]:
    """The places that a test names, or that bounds let pass: never one outside the order."""
    if isinstance(test, Bounds):
        within = set(values.ranks.values())
        for word, limit in test.stated():
            rank = values.ranks[str(limit)]
            within &= set(
                range(rank, len(values.ranks))
                if word == "at_least"
                else range(rank + 1, len(values.ranks))
                if word == "above"
                else range(rank + 1)
                if word == "at_most"
                else range(rank)
            )
        return within
    return {place_of(code, values) for code in _written(test)}


def _among(key: Key, places: set[int]) -> Pair:
    """That a place is, or is not, among these: the runs of neighbours, and the gaps between and around them."""
    runs = list(_runs(sorted(places)))
    if not runs:
        return Pair(FALSE, either((Literal("ge", key, 0), Literal("lt", key, 0))))
    inside = [
        Literal("eq", key, first) if first == last else both((Literal("ge", key, first), Literal("le", key, last)))
        for first, last in runs
    ]
    gaps: list[Tree] = [Literal("lt", key, runs[0][0]), Literal("gt", key, runs[-1][1])]
    gaps += [both((Literal("gt", key, last), Literal("lt", key, first))) for (_, last), (first, _) in pairwise(runs)]
    return Pair(either(inside), either(gaps))


def _runs(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = previous = None
    for place in places:
        if start is None or previous is None:
            start = place
        elif place != previous + 1:
            yield start, previous
            start = place
        previous = place
    if start is not None and previous is not None:
        yield start, previous
