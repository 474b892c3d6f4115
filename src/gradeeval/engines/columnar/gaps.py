"""What cells lack: those that are unmet, and those that are unknown although something is known of them (language §4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import polars as pl

from gradeeval.engines.columnar.codes import MISSED, UNSURE
from gradeeval.engines.columnar.engine import Run
from gradeeval.engines.columnar.measures import MEASURED, measures, narrowed
from gradeeval.engines.columnar.tables import ROW, Table
from gradeeval.language.nodes import Requirement

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

LACKING: dict[str, PolarsDataType] = {ROW: pl.UInt32, "code": pl.UInt8, **MEASURED}
Cells = dict[str, pl.Series]
"""The columns of ``LACKING``: what has no figures names none."""


def lacking(
    run: Run, kind: str, among: Callable[[Requirement], pl.Series | None] | None = None
) -> Iterator[tuple[Requirement, Cells]]:
    """Each requirement on a kind with its cells that lack something, if there are any: a row a cell.

    ``among`` marks the rows that count. What is unknown is there only with figures: the rest is told by its code. What
    ``reference`` judged in the place of columns has none.
    """
    table, codes = run.table(kind), run.codes[kind]
    every = table.frame[ROW].head(codes.height)
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
        if by_columns:
            found |= _figures(run, requirement, table, rows)
        if some:
            ends = (found[name].is_finite().fill_null(value=False) for name in ("actual_lo", "actual_hi"))
            told = reduce(or_, ends, found["code"] == MISSED)
            found = {name: column.filter(told) for name, column in found.items()}
        yield requirement, found


def _figures(run: Run, requirement: Requirement, table: Table, rows: pl.Series) -> Cells:
    asked = measures(run, requirement)
    if not asked:
        return {}
    at = run.outcomes.worst_rows(requirement, rows, asked["gap_lo"]) if "gap_lo" in asked else rows
    # What is one expression is worked out once: both ends of an exact value are.
    once = {id(expr): name for name, expr in asked.items()}
    made = table.evaluated({name: asked[name] for name in once.values()}, at=at)
    return {name: made[once[id(expr)]] for name, expr in asked.items()}


def together(found: Sequence[Cells]) -> pl.DataFrame:
    """The cells of several requirements one after another, as ``LACKING``."""
    nothing = max((cells[ROW].len() for cells in found), default=0)
    columns = []
    for name, dtype in LACKING.items():
        none = pl.Series([None], dtype=dtype).new_from_index(0, nothing)
        own = [cells[name] if name in cells else none.head(cells[ROW].len()) for cells in found]
        columns.append(pl.concat([none.clear(), *own]).alias(name))
    return pl.DataFrame(columns)
