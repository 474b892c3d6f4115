"""What cells lack: those that are unmet, and those that are unknown although something is known of them (language §4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import polars as pl

from gradeeval.engines.columnar.codes import MISSED, UNSURE
from gradeeval.engines.columnar.engine import Run
from gradeeval.engines.columnar.measures import MEASURED, exact_of, listed_of, measures, narrowed
from gradeeval.engines.columnar.stacked import Stacked, figures_of, stackable
from gradeeval.engines.columnar.tables import ROW, Table
from gradeeval.language.nodes import Requirement

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

PIECE = 245_760
"""About how many rows are made at a time: twice what the database of ``results`` takes at a time."""
LACKING: dict[str, PolarsDataType] = {ROW: pl.UInt32, "code": pl.UInt8, **MEASURED}
Cells = dict[str, pl.Series]
"""The columns of ``LACKING``: what has no figures names none."""


@dataclass(frozen=True, slots=True)
class _Found:
    """The cells of a requirement that lack something, with their figures or what these are made of; ``some``: of unknown ones too."""

    requirement: Requirement
    cells: Cells
    some: bool
    stacked: Stacked | None = None


def lacking(
    run: Run, kind: str, among: Callable[[Requirement], pl.Series | None] | None = None
) -> Iterator[Sequence[tuple[Requirement, Cells]]]:
    """The requirements on a kind, in order, each with its cells that lack something, about ``PIECE`` rows at a time.

    ``among`` marks the rows that count. What is unknown is there only with figures: the rest is told by its code. What
    ``reference`` judged in the place of columns has none.
    """
    table, codes = run.table(kind), run.codes[kind]
    every = table.frame[ROW].head(codes.height)
    held: list[_Found] = []
    count = 0
    for requirement in run.requirements:
        if requirement.binds.kind != kind:
            continue
        cells = codes[requirement.id]
        by_columns = requirement.id not in run.fallen_back
        some = by_columns and narrowed(run.outcomes.tested[requirement.id])
        here = (cells >= MISSED) & (cells <= UNSURE) if some else cells == MISSED
        marked = among(requirement) if among is not None else None
        rows = every.filter(here if marked is None else here & marked)
        if rows.is_empty():
            continue
        found = {ROW: rows, "code": cells.gather(rows)}
        stacked = None
        if by_columns and requirement.every_year is None:
            target = exact_of(run, requirement) or listed_of(run, requirement)
            stacked = stackable(target, table, rows) if target is not None else None
        if by_columns and stacked is None:
            found |= _figures(run, requirement, table, rows)
        held.append(_Found(requirement, found, some, stacked))
        count += rows.len()
        if count >= PIECE:
            yield _finished(held)
            held, count = [], 0
    if held:
        yield _finished(held)


def _figures(run: Run, requirement: Requirement, table: Table, rows: pl.Series) -> Cells:
    asked = measures(run, requirement)
    if not asked:
        return {}
    at = run.outcomes.worst_rows(requirement, rows, asked["gap_lo"]) if "gap_lo" in asked else rows
    # What is one expression is worked out once: both ends of an exact value are.
    once = {id(expr): name for name, expr in asked.items()}
    made = table.evaluated({name: asked[name] for name in once.values()}, at=at)
    return {name: made[once[id(expr)]] for name, expr in asked.items()}


def _finished(found: Sequence[_Found]) -> list[tuple[Requirement, Cells]]:
    figures = iter(figures_of([one.stacked for one in found if one.stacked is not None]))
    made = []
    for one in found:
        cells = one.cells if one.stacked is None else one.cells | next(figures)
        if one.some:  # of what is unknown only that counts of which anything is known
            ends = (cells[name].is_finite().fill_null(value=False) for name in ("actual_lo", "actual_hi"))
            told = reduce(or_, ends, cells["code"] == MISSED)
            if not told.all():
                cells = {name: column.filter(told) for name, column in cells.items()}
        made.append((one.requirement, cells))
    return made


def together(found: Sequence[Cells]) -> pl.DataFrame:
    """The cells of several requirements one after another, as ``LACKING``."""
    nothing = max((cells[ROW].len() for cells in found), default=0)
    columns = []
    for name, dtype in LACKING.items():
        none = pl.Series([None], dtype=dtype).new_from_index(0, nothing)
        own = [cells[name] if name in cells else none.head(cells[ROW].len()) for cells in found]
        columns.append(pl.concat([none.clear(), *own]).alias(name))
    return pl.DataFrame(columns)
