"""What cells that are unmet or unknown lack: actual value, distance and what is still to do, a row a cell (language §4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from gradeeval.engines.columnar.codes import MISSED, UNSURE
from gradeeval.engines.columnar.engine import Run
from gradeeval.engines.columnar.measures import FIGURES, measures
from gradeeval.engines.columnar.tables import ROW
from gradeeval.language.nodes import Requirement

_MEASURED = {**dict.fromkeys(FIGURES, pl.Float64), "unit": pl.String}


def by_requirement(
    run: Run, kind: str, among: Callable[[Requirement], pl.Series] | None = None
) -> Iterator[tuple[Requirement, pl.DataFrame]]:
    """Each requirement on a kind with its unmet and unknown cells, if there are any: ``@row``, ``code`` and ``measures``.

    ``among`` marks the rows that count. What ``reference`` judged in the place of columns has no figures.
    """
    table = run.table(kind)
    for requirement in run.requirements:
        if requirement.binds.kind != kind:
            continue
        cells = run.codes[kind][requirement.id]
        lacking = (cells >= MISSED) & (cells <= UNSURE)
        rows = (lacking if among is None else lacking & among(requirement)).arg_true()
        if rows.is_empty():
            continue
        asked = {name: pl.lit(None, dtype) for name, dtype in _MEASURED.items()}
        at = rows
        if requirement.id not in run.fallen_back:
            asked = measures(run, requirement)
            at = run.outcomes.worst_rows(requirement, rows, asked["gap_lo"])
        # What is one expression is worked out once: both ends of an exact value are.
        once = {id(expr): name for name, expr in asked.items()}
        made = table.evaluated({name: asked[name].cast(_MEASURED[name]) for name in once.values()}, at=at)
        figures = [made[once[id(asked[name])]].alias(name) for name in _MEASURED]
        yield requirement, pl.DataFrame([rows.alias(ROW), cells.gather(rows).alias("code"), *figures])
