"""What cells lack: those that are unmet, and those that are unknown although something is known of them (language §4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from gradeeval.engines.columnar.codes import MISSED, UNSURE
from gradeeval.engines.columnar.engine import Run
from gradeeval.engines.columnar.measures import MEASURED, exact_of, half_known, listed_of, measures, narrowed
from gradeeval.engines.columnar.stacked import Stacked, figures_of, stackable
from gradeeval.engines.columnar.tables import ROW, Table, made_once
from gradeeval.engines.columnar.tested import Value
from gradeeval.language.nodes import Requirement

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

PIECE = 245_760
"""About how many rows are made at a time: twice what the database of ``results`` takes at a time."""
_FEW = 2_000
"""So many cells are made and dropped sooner than looked at."""
LACKING: dict[str, PolarsDataType] = {ROW: pl.UInt32, "place": pl.UInt32, "code": pl.UInt8, **MEASURED}
"""The columns of what is lacking: the row of the subject, the place of the requirement, the code and the figures."""
_Cells = dict[str, pl.Series]


@dataclass(frozen=True, slots=True)
class _Found:
    """The cells of a requirement that lack something, with their figures or what these are made of."""

    requirement: Requirement
    cells: _Cells
    stacked: Stacked | None = None


def lacking(
    run: Run, kind: str, among: Callable[[Requirement], pl.Series | None] | None = None, ends: Sequence[int] = ()
) -> Iterator[tuple[list[Requirement], list[pl.DataFrame]]]:
    """Requirements on a kind, in order, and the cells that lack something of these: ``LACKING``, about ``PIECE`` rows at a time.

    A frame for the rows up to each of ``ends``, which ascend; one of all rows without them. ``among`` marks the rows that count.
    What is unknown is there only with figures: the rest is told by its code. What ``reference`` judged in the place of columns
    has none.
    """
    table, codes = run.table(kind), run.codes[kind]
    every = table.frame[ROW].head(codes.height)
    missed = pl.Series([MISSED], dtype=pl.UInt8)
    held: list[_Found] = []
    count = 0
    for requirement in run.requirements:
        if requirement.binds.kind != kind:
            continue
        cells = codes[requirement.id]
        by_columns = requirement.id not in run.fallen_back
        some = by_columns and narrowed(run.outcomes.tested[requirement.id])
        here = cells == MISSED
        if some:
            here |= _in_part(table, requirement, run.outcomes.tested[requirement.id], cells == UNSURE)
        marked = among(requirement) if among is not None else None
        rows = every.filter(here if marked is None else here & marked)
        if rows.is_empty():
            continue
        found = {ROW: rows, "code": cells[rows] if some else missed.new_from_index(0, rows.len())}
        stacked = None
        if by_columns and requirement.every_year is None:
            target = exact_of(run, requirement) or listed_of(run, requirement)
            stacked = stackable(target, table, rows) if target is not None else None
        if by_columns and stacked is None:
            found |= _figures(run, requirement, table, rows)
        held.append(_Found(requirement, found, stacked))
        count += rows.len()
        if count >= PIECE:
            yield [one.requirement for one in held], _together(held, ends)
            held, count = [], 0
    if held:
        yield [one.requirement for one in held], _together(held, ends)


def _in_part(table: Table, requirement: Requirement, value: Value, unsure: pl.Series) -> pl.Series:
    """The unknown cells of which something is known; or all, where these are few or their figures have to be seen."""
    known = half_known(value) if requirement.every_year is None and requirement.within is None else None
    if known is None or unsure.sum() < _FEW:
        return unsure
    return unsure & table.evaluated({"known": known}, unsure.len())["known"]


def _figures(run: Run, requirement: Requirement, table: Table, rows: pl.Series) -> _Cells:
    asked = measures(run, requirement)
    if not asked:
        return {}
    at = run.outcomes.worst_rows(requirement, rows, asked["gap_lo"]) if "gap_lo" in asked else rows
    return made_once(asked, lambda own: table.evaluated(own, at=at))


def _together(found: Sequence[_Found], ends: Sequence[int]) -> list[pl.DataFrame]:
    figures = iter(figures_of([one.stacked for one in found if one.stacked is not None]))
    cells = [one.cells if one.stacked is None else one.cells | next(figures) for one in found]
    if len(ends) < 2:
        return [_frame(cells)]
    starts = [[0, *one[ROW].search_sorted(pl.Series(ends, dtype=pl.UInt32))] for one in cells]
    return [
        _frame(
            [
                {name: column.slice(cut[place], cut[place + 1] - cut[place]) for name, column in one.items()}
                for one, cut in zip(cells, starts, strict=True)
            ]
        )
        for place in range(len(ends))
    ]


def _frame(cells: Sequence[_Cells]) -> pl.DataFrame:
    heights = [one[ROW].len() for one in cells]
    places = pl.Series(range(len(cells)), dtype=pl.UInt32)
    columns = []
    for name, dtype in LACKING.items():
        none = pl.Series([None], dtype=dtype).new_from_index(0, max(heights))
        own = [one[name] if name in one else none.head(height) for one, height in zip(cells, heights, strict=True)]
        if name == "place":
            own = [places.new_from_index(at, height) for at, height in enumerate(heights)]
        columns.append(pl.concat([none.clear(), *own]).alias(name))
    # Of what is unknown only that counts of which anything is known.
    known = pl.col("actual_lo").is_finite() | pl.col("actual_hi").is_finite()
    told = (pl.col("code") == MISSED) | known.fill_null(value=False)
    return pl.DataFrame(columns).filter(told)
