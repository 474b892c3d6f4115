"""The figures behind targets on networks and regions: those of a gap, what was computed and reported, and what a year brought."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from gradeeval.engines.columnar.codes import BOUND, MISSED, UNSURE
from gradeeval.engines.columnar.engine import Run
from gradeeval.engines.columnar.floats import shown
from gradeeval.engines.columnar.gaps import PIECE
from gradeeval.engines.columnar.measures import FIGURES, MEASURED, formula_of, measures
from gradeeval.engines.columnar.numbers import Number, Unheld
from gradeeval.engines.columnar.tables import ROW, made_once
from gradeeval.engines.conditions import found
from gradeeval.language.nodes import Change, Requirement
from gradeeval.profiles.columns.layout import to_column

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

AREA = (
    *(*FIGURES, "unit", "source"),
    *(f"{name}_{end}" for name in ("computed", "reported", "before") for end in ("lo", "hi")),
    *("pace", "pace_needed", "year", "differs", "have", "lack", "unsure"),
)
"""The columns of ``areas`` beside the place, the row and the code."""

_NOW, _BEFORE = ("now_lo", "now_hi"), ("before_lo", "before_hi")
_MADE: dict[str, PolarsDataType] = {
    **MEASURED,
    **dict.fromkeys(("computed_lo", "computed_hi", "reported_lo", "reported_hi", *_NOW, *_BEFORE), pl.Float64),
    **dict.fromkeys(("have", "lack", "unsure"), pl.Int64),
    "complete": pl.Boolean,
}
"""What is made of the columns of a table for each requirement; null where it has none of it."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A requirement, its place, what is made for it, and the decimals of its pace, if each year has one of its own."""

    place: int
    requirement: Requirement
    exprs: Mapping[str, pl.Expr]
    now: Mapping[str, pl.Expr]
    decimals: int


def areas(run: Run, requirements: Sequence[Requirement], rows: pl.Series) -> pl.DataFrame:
    """The figures behind requirements on one kind that have figures, on these judged rows; those with a code.

    ``place`` of the requirement, ``@row``, ``code`` and ``measures`` of what was tested, of a demand of every year those of
    ``year``, its worst; ``computed`` and ``reported``, each with ``_lo`` and ``_hi``, of the year itself, and ``differs`` where
    they exclude each other; ``source`` of the two that decides; ``have``, ``lack`` and ``unsure`` parts. ``before_lo`` and
    ``before_hi`` are of the year before, and ``pace`` is what the year brought, where both are known; of a sum over years
    ``pace`` is what a year brought on average and ``pace_needed`` what each year that is left has to bring. In order of places
    and ``rows``.
    """
    asked = list(_asked(run, requirements))
    alike = [one for one in asked if one.requirement.every_year is None]
    most = max(1, PIECE // max(1, rows.len()))
    made = [frame for at in range(0, len(alike), most) for frame in _evaluated(run, alike[at : at + most], rows, rows)]
    for one in asked:
        if one.requirement.every_year is not None:
            gap = one.exprs.get("gap_lo", pl.lit(None, pl.Float64))
            made += _evaluated(run, [one], rows, run.outcomes.worst_rows(one.requirement, rows, gap))
    schema = {"place": pl.UInt32, ROW: pl.UInt32, "code": pl.UInt8, "year": pl.Int32, **_MADE}
    frame = pl.concat([pl.DataFrame(schema=schema), *made])
    if len(alike) < len(asked):
        frame = frame.sort("place", maintain_order=True)
    return _told(run, frame.filter(pl.col("code").is_not_null()), requirements, asked)


def has_figures(run: Run, requirement: Requirement) -> bool:
    """Whether there are figures behind a target: on a number that columns hold."""
    values = run.outcomes.values
    reference = found(values.scope, requirement.indicator, requirement.binds)
    if reference.type.form != "number" or requirement.id in run.fallen_back:
        return False
    try:
        values.value(requirement.binds.kind, reference)
        measures(run, requirement)
    except Unheld:
        return False
    return True


def _asked(run: Run, requirements: Sequence[Requirement]) -> Iterator[_Asked]:
    values = run.outcomes.values
    for place, requirement in enumerate(requirements):
        kind, name = requirement.binds.kind, requirement.indicator
        reference = found(values.scope, name, requirement.binds)
        value, exprs = values.value(kind, reference), dict(measures(run, requirement))
        assert isinstance(value, Number)
        table, decimals = run.table(kind), reference.type.decimals
        own = shown(values.whole(value, reference.type), decimals)
        if name in values.computed:
            number, complete = values.computed[name]
            ends = own if number is value else shown(values.whole(number, reference.type), decimals)
            exprs["computed_lo"], exprs["computed_hi"] = ends
            exprs["complete"] = complete.fill_null(value=False)
        if table.has(name) or table.has(to_column(name)):
            # What no formula gives is the value itself.
            reported = values.reported(kind, name, reference.type) if name in values.computed else value
            assert isinstance(reported, Number)
            ends = own if reported is value else shown(values.whole(reported, reference.type), decimals)
            exprs["reported_lo"], exprs["reported_hi"] = ends
        if name in values.parts:
            parts = values.parts[name]
            exprs |= {end: pl.col(getattr(parts, end)).cast(pl.Int64) for end in ("have", "lack", "unsure")}
        now: Mapping[str, pl.Expr] = {}
        # Of a sum over years a year's own figure is no pace, and a change is itself what a year brought.
        if requirement.within is None and not isinstance(formula_of(run, requirement), Change):
            now = dict(zip(_NOW, own, strict=True))
        yield _Asked(place, requirement, exprs, now, decimals if value.lo.lower is None else 9)


def _evaluated(run: Run, asked: Sequence[_Asked], rows: pl.Series, at: pl.Series) -> Iterator[pl.DataFrame]:
    """What is made for each of some requirements of the rows ``at``, which stand for ``rows``; all of them in one step."""
    if not asked or rows.is_empty():
        return
    kind = asked[0].requirement.binds.kind
    table, codes = run.table(kind), run.codes[kind]
    years = table.frame["@year"]
    earlier = None
    if years.min() != years.max():
        rows_before = run.outcomes.values.years_before(kind).gather(at)
        earlier = rows_before if rows_before.null_count() < rows_before.len() else None
    ends = [{} if earlier is None else one.now for one in asked]
    exprs = [{**one.exprs, **now} for one, now in zip(asked, ends, strict=True)]
    made = _each(exprs, lambda own: table.evaluated(own, at=at))
    gone: list[dict[str, pl.Series]] = [{} for _one in asked]
    if earlier is not None:
        before = earlier
        gone = _each(ends, lambda own: table.evaluated(own, at=before))
    year = years.gather(at).cast(pl.Int32).alias("year")
    none = {name: pl.Series(name, [None], dtype=dtype).new_from_index(0, rows.len()) for name, dtype in _MADE.items()}
    for one, own, past in zip(asked, made, gone, strict=True):
        place = pl.Series("place", [one.place], dtype=pl.UInt32).new_from_index(0, rows.len())
        known = {**own, **{end: past[name] for end, name in zip(_BEFORE, _NOW, strict=True) if name in past}}
        cells = [known[name].alias(name) if name in known else none[name] for name in _MADE]
        code = codes[one.requirement.id].gather(rows).alias("code")
        yield pl.DataFrame([place, rows.alias(ROW), code, year, *cells])


def _each(
    exprs: Sequence[Mapping[str, pl.Expr]], make: Callable[[Mapping[str, pl.Expr]], pl.DataFrame]
) -> list[dict[str, pl.Series]]:
    """What is made of the expressions of each, all in one step."""
    made = made_once({f"{at} {name}": expr for at, one in enumerate(exprs) for name, expr in one.items()}, make)
    return [{name: made[f"{at} {name}"] for name in one} for at, one in enumerate(exprs)]


def _told(run: Run, frame: pl.DataFrame, requirements: Sequence[Requirement], asked: Sequence[_Asked]) -> pl.DataFrame:
    """What the figures say together."""
    judged, missed = (pl.col("code").is_in(codes) for codes in ((BOUND, MISSED, UNSURE), (MISSED, UNSURE)))
    apart = (pl.col("reported_hi") < pl.col("computed_lo")) | (pl.col("reported_lo") > pl.col("computed_hi"))
    given = pl.col("reported_lo").is_not_null()
    decides = pl.col("computed_lo").is_not_null() & (pl.col("complete").fill_null(value=False) | ~given)
    pace, needed = _paces(run, frame["place"], requirements, asked)
    frame = frame.with_columns(
        *(pl.when(judged).then(pl.col(name)).alias(name) for name in ("gap_lo", "gap_hi")),
        *(pl.when(missed).then(pl.col(name)).alias(name) for name in ("shortfall_lo", "shortfall_hi", "unit")),
    )
    made = {
        "differs": apart.fill_null(value=False),
        "source": pl.when(decides).then(pl.lit("computed")).when(given).then(pl.lit("reported")),
        "pace": pace,
        "pace_needed": needed,
    }
    return frame.select("place", ROW, "code", *(made[name].alias(name) if name in made else name for name in AREA))


def _paces(
    run: Run, places: pl.Series, requirements: Sequence[Requirement], asked: Sequence[_Asked]
) -> tuple[pl.Expr, pl.Expr]:
    """What a year brought, of a sum over years on average, and what each that is left has to bring."""
    known = (pl.col("now_lo") == pl.col("now_hi")) & (pl.col("before_lo") == pl.col("before_hi"))
    brought, pace = pl.when(known).then(pl.col("now_lo") - pl.col("before_lo")), pl.lit(None, pl.Float64)
    for decimals in {one.decimals for one in asked}:
        alike = [one.place for one in asked if one.decimals == decimals]
        pace = pl.when(pl.col("place").is_in(alike)).then(brought.round(decimals)).otherwise(pace)
    spans = [None if isinstance(formula_of(run, one), Change) else one.within for one in requirements]
    if not any(spans):
        return pace, pl.lit(None, pl.Float64)
    ends = ([span and getattr(span, end) for span in spans] for end in ("first", "last"))
    first, last = (pl.lit(pl.Series(years, dtype=pl.Int32).gather(places)) for years in ends)
    years, left = pl.col("year") - first + 1, last - pl.col("year")
    average = pl.when((pl.col("actual_lo") == pl.col("actual_hi")) & (years > 0)).then(pl.col("actual_lo") / years)
    open_years = pl.col("shortfall_hi").is_finite() & (left > 0)
    return pl.coalesce(pace, average), pl.when(open_years).then(pl.col("shortfall_hi") / left)
