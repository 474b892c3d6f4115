"""Figures of exact numbers and of lists, of many requirements at once: their cells stand in one frame, and their limits are columns of it.

What an expression costs to make and to plan is paid once for all requirements that are alike, not once for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import polars as pl

from gradeeval.engines.columnar.distances import Aim, Limit, Quotient, bases_of, equal, of_anything, of_exact
from gradeeval.engines.columnar.measures import Exact, Listed, of_list, sparse
from gradeeval.engines.columnar.numbers import Bound, Number, rounded
from gradeeval.engines.columnar.tables import Table, made_once

_HELD = 2**62
"""Limits and values that stay below it, multiplied, need no wider columns than those of one requirement alone."""


@dataclass(frozen=True, slots=True)
class _Likeness:
    """What requirements agree in whose cells can stand in one frame; of lists only what they are made from."""

    aim: Aim | None
    factor: Fraction
    columns: tuple[str, ...]
    ends: tuple[bool, bool, bool]
    scales: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Stacked:
    """The cells of one requirement, to stand in a frame with those of others: ``columns`` of what was tested."""

    like: _Likeness
    target: Exact | Listed
    columns: Mapping[str, pl.Series]
    rows: int


def stackable(target: Exact | Listed, table: Table, rows: pl.Series) -> Stacked | None:
    """These rows of a requirement; None where its limits are no whole numbers or too large for one frame."""
    if isinstance(target, Listed):
        exprs = {"has": target.has, "lacks": target.lacks}
        return Stacked(_LISTS, target, table.evaluated(exprs, at=rows).to_dict(), rows.len())
    return _stackable(target, table, rows)


_LISTS = _Likeness(None, Fraction(1), ("has", "lacks"), (False, False, False), None)


def _stackable(exact: Exact, table: Table, rows: pl.Series) -> Stacked | None:
    limits = [limit for limit in exact.limits if not isinstance(limit, float)]
    value, quotient = exact.value, exact.quotient
    largest = max((abs(Fraction(limit)) for limit in limits), default=Fraction(0))
    most = largest * value.lo.factor.denominator * value.lo.bottom + value.lo.top * value.lo.factor.numerator
    if most >= _HELD or any(Fraction(limit).denominator != 1 for limit in limits):
        return None
    asked = {
        "value": value.lo.upper,
        "lower": value.lo.lower,
        "empty": value.empty,
        "half": value.half,
        **({"known": quotient.known, "of": quotient.of, "to": quotient.to} if quotient is not None else {}),
    }
    exprs = {name: expr for name, expr in asked.items() if expr is not None}
    low, high = exact.limits
    like = _Likeness(
        exact.aim,
        value.lo.factor,
        tuple(exprs),
        (isinstance(low, float), isinstance(high, float), equal(low, high)),
        (quotient.of_scale, quotient.to_scale) if quotient is not None else None,
    )
    bare = {name: table.column(expr.meta.output_name())[rows] for name, expr in exprs.items() if expr.meta.is_column()}
    rest = {name: expr for name, expr in exprs.items() if name not in bare}
    made = table.evaluated(rest, at=rows) if rest else pl.DataFrame()
    return Stacked(like, exact, {name: bare[name] if name in bare else made[name] for name in exprs}, rows.len())


def figures_of(found: Sequence[Stacked]) -> Iterator[dict[str, pl.Series]]:
    """The figures of each, in order."""
    alike: dict[_Likeness, list[int]] = {}
    for place, one in enumerate(found):
        alike.setdefault(one.like, []).append(place)
    made: dict[int, dict[str, pl.Series]] = {}
    for places in alike.values():
        own = [found[place] for place in places]
        frame = _figures(own)
        start = 0
        for place, one in zip(places, own, strict=True):
            made[place] = {column.name: column.slice(start, one.rows) for column in frame.get_columns()}
            start += one.rows
    for place in range(len(found)):
        yield made[place]


def _figures(found: Sequence[Stacked]) -> pl.DataFrame:
    """The figures of requirements that are alike, one after the other."""
    like = found[0].like
    columns = {name: pl.concat([one.columns[name] for one in found]) for name in like.columns}
    return _of_lists(found, columns) if like is _LISTS else _of_numbers(found, columns)


def _of_lists(found: Sequence[Stacked], columns: dict[str, pl.Series]) -> pl.DataFrame:
    most = [one.target.most for one in found if isinstance(one.target, Listed)]
    columns["most"] = _repeated(pl.Series(most, dtype=pl.Int32), found)
    return pl.DataFrame(columns).select_seq(**sparse(of_list(Listed(pl.col("has"), pl.col("lacks"), pl.col("most")))))


def _of_numbers(found: Sequence[Stacked], columns: dict[str, pl.Series]) -> pl.DataFrame:
    like, exact = found[0].like, [one.target for one in found if isinstance(one.target, Exact)]
    assert like.aim is not None
    limits: list[float | int] = []
    for side, name in enumerate(_SIDES):
        own = [one.limits[side] for one in exact]
        if isinstance(own[0], float):
            limits.append(own[0])
        elif side == 0 or not like.ends[2]:
            whole = [int(limit) for limit in own]
            columns[name] = _repeated(pl.Series(whole, dtype=pl.Int64), found)
            limits.append(rounded(max(map(abs, whole))))
    if "half" in like.columns:
        ends = zip(*(of_anything(one.limits, like.aim) for one in exact), strict=True)
        columns |= {
            name: _repeated(pl.Series(end, dtype=pl.Float64), found) for name, end in zip(_ANYTHING, ends, strict=True)
        }
    values = [one.value.lo for one in exact]
    top, bottom = rounded(max(one.top for one in values)), rounded(max(one.bottom for one in values))
    most = rounded(max((one.quotient.most for one in exact if one.quotient is not None), default=0))
    bases, made = _asked(like, tuple(limits), top, bottom, most)
    frame = pl.DataFrame(columns)
    frame = frame.hstack(frame.select_seq(**bases))
    return pl.DataFrame(list(made_once(made, lambda own: frame.select_seq(**own)).values()))


_SIDES = ("low", "high")
_ANYTHING = tuple(f"any {at}" for at in range(4))


@lru_cache(1024)
def _asked(
    like: _Likeness, limits: Sequence[float | int], top: int, bottom: int, most: int
) -> tuple[Mapping[str, pl.Expr], Mapping[str, pl.Expr]]:
    """What figures are put together from, and they themselves, of values and limits up to these magnitudes.

    ``limits`` that are no float are columns; one that is both has no second.
    """
    assert like.aim is not None
    sides: list[Limit] = [
        limit if isinstance(limit, float) else Bound(pl.col(name), limit)
        for name, limit in zip(_SIDES, limits, strict=False)
    ]
    low, high = sides[0], sides[-1]

    def column(name: str) -> pl.Expr | None:
        return pl.col(name) if name in like.columns else None

    bound = Bound(pl.col("value"), top, column("lower"), bottom, like.factor)
    value = Number(bound, bound, None, column("empty"), pl.col("value"), column("half"))
    quotient = None
    if like.scales is not None:
        quotient = Quotient(pl.col("known"), pl.col("of"), pl.col("to"), *like.scales, most)
    bases = bases_of(value, quotient, (low, high), like.aim)
    there = {name: pl.col(name) for name in bases}
    return bases, sparse(of_exact(there, value, (low, high), like.aim, [pl.col(name) for name in _ANYTHING]))


def _repeated(values: pl.Series, found: Sequence[Stacked]) -> pl.Series:
    """A value a requirement, on each of its rows."""
    return pl.concat([values[at : at + 1].new_from_index(0, one.rows) for at, one in enumerate(found)])
