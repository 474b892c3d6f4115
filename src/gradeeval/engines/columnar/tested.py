"""Tests of values as expressions, three-valued."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import reduce
from operator import or_

import polars as pl

from gradeeval.engines.columnar.codes import literal
from gradeeval.engines.columnar.numbers import Number, between
from gradeeval.engines.conditions import accepted_codes, limits_of, unknown_range
from gradeeval.language.lowering import place_of
from gradeeval.language.nodes import Includes, NoneOf, Test
from gradeeval.vocabulary import ValueType

Codes = Mapping[str, pl.Expr]
Value = Number | pl.Expr | Codes
"""Of a number; of a yes/no, order, code or name (null is unknown); of a list, by code."""


def test_of(value: Value, test: Test, value_type: ValueType) -> pl.Expr:
    """Kleene: the test of a value; of *no value* anything."""
    if isinstance(value, Number):
        low, low_open, high, high_open = limits_of(test, value_type)
        return number_test(value, (low, low_open, high, high_open), value_type)
    if isinstance(value, Mapping):
        assert isinstance(test, Includes)
        return pl.all_horizontal([value[code] for code in test.codes]) if len(test.codes) > 1 else value[test.codes[0]]
    accepted = accepted_codes(test, value_type)
    if isinstance(test, NoneOf):
        return ~_among(value, list(test.values), value_type)
    assert isinstance(accepted, frozenset)
    if value_type.form == "yes_no":
        return value if True in accepted else ~value
    return _among(value, [str(code) for code in accepted], value_type)


def number_test(value: Number, limits: tuple[object, bool, object, bool], value_type: ValueType) -> pl.Expr:
    """Whether a number lies between limits; unknown as its range would."""
    from gradeeval.engines.conditions import between as reference_between

    low, low_open, high, high_open = limits
    if value.plain is not None:
        whole = unknown_range(value_type)
        unknown = reference_between(whole.lo, whole.hi, low, low_open, high, high_open)  # type: ignore[arg-type]
        plain = between(Number(value.lo, value.lo), low, low_open, high, high_open)  # type: ignore[arg-type]
        return plain if unknown is None else plain.fill_null(value=unknown)
    return between(value, low, low_open, high, high_open)  # type: ignore[arg-type]


def _among(value: pl.Expr, codes: list[str], value_type: ValueType) -> pl.Expr:
    if value_type.values is None:
        return value.is_in(codes) if len(codes) != 1 else value == codes[0]
    places = sorted({place_of(code, value_type.values) for code in codes})
    if not places:
        return pl.when(value.is_not_null()).then(pl.lit(value=False))
    return reduce(or_, (_between_places(value, low, high) for low, high in _spans(places)))


def _between_places(value: pl.Expr, low: int, high: int) -> pl.Expr:
    least = literal(low, pl.Int16)
    return value == least if low == high else value.is_between(least, literal(high, pl.Int16))


def _spans(places: Iterable[int]) -> list[tuple[int, int]]:
    """Neighbouring places together."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place - 1:
            found[-1] = found[-1][0], place
        else:
            found.append((place, place))
    return found


def or_false(expr: pl.Expr | None) -> pl.Expr:
    """The expression; of none, false everywhere."""
    return pl.lit(value=False) if expr is None else expr
