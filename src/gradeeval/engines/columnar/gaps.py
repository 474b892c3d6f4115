"""What cells lack: those that are unmet, and those that are unknown although something is known of them (language §4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import polars as pl

from gradeeval.engines.columnar.codes import MISSED, UNSURE
from gradeeval.engines.columnar.engine import Run
from gradeeval.engines.columnar.measures import SPARSE, exact_of, half_known, listed_of, measures, narrowed, sparse
from gradeeval.engines.columnar.stacked import Stacked, figures_of, stackable
from gradeeval.engines.columnar.tables import ROW, Table, made_once
from gradeeval.language.nodes import Requirement

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

PIECE = 245_760
"""About how many rows are made at a time: twice what the database of ``results`` takes at a time."""
_FEW = 2_000
"""So many cells are made and dropped sooner than looked at."""
LACKING: dict[str, PolarsDataType] = {ROW: pl.UInt32, "place": pl.UInt32, "code": pl.UInt8, **SPARSE}
"""The columns of what is lacking: the row of the subject, the place of the requirement, the code and the figures."""
_Cells = dict[str, pl.Series]


@dataclass(frozen=True, slots=True)
class Lacking:
    """Cells of some requirements, in order, that lack something, by requirement: columns of ``LACKING``, those that there are.

    Most have few of these, so that the frame is larger by half and made when it is needed.
    """

    requirements: Sequence[Requirement]
    cells: Sequence[Mapping[str, pl.Series]]

    def frame(self) -> pl.DataFrame:
        """``LACKING``, one requirement after the other."""
        heights = [one[ROW].len() for one in self.cells]
        places = pl.Series(range(len(self.cells)), dtype=pl.UInt32)
        columns = []
        for name, dtype in LACKING.items():
            none = pl.Series([None], dtype=dtype)
            if name == "place":
                own = [places.new_from_index(at, height) for at, height in enumerate(heights)]
            elif any(name in one for one in self.cells):
                empty = none.new_from_index(0, max(heights))
                cells = zip(self.cells, heights, strict=True)
                own = [one[name] if name in one else empty.head(height) for one, height in cells]
            else:
                own = [none.new_from_index(0, sum(heights))]
            columns.append(pl.concat([none.clear(), *own]).alias(name))
        return pl.DataFrame(columns)


@dataclass(frozen=True, slots=True)
class _Found:
    """The cells of a requirement that lack something, with their figures or what these are made of.

    ``lengths``: how many there are up to each end. ``unsure``: whether some may be unknown.
    """

    requirement: Requirement
    cells: _Cells
    lengths: Sequence[int]
    unsure: bool
    stacked: Stacked | None = None


def lacking(
    run: Run, kind: str, among: Callable[[Requirement], pl.Series | None] | None = None, ends: Sequence[int] = ()
) -> Iterator[list[Lacking]]:
    """The cells of requirements on a kind that lack something, about ``PIECE`` at a time.

    Those of the rows up to each of ``ends``, which ascend; of all rows without them. ``among`` marks the rows that count.
    What is unknown is there only with figures: the rest is told by its code. What ``reference`` judged in the place of columns
    has none.
    """
    table, codes = run.table(kind), run.codes[kind]
    ends = ends or [codes.height]
    stretches = [end - start for start, end in pairwise((0, *ends))]
    every = table.frame[ROW].head(codes.height)
    missed = pl.Series([MISSED], dtype=pl.UInt8)
    held: list[_Found] = []
    count = 0
    own = [requirement for requirement in run.requirements if requirement.binds.kind == kind]
    unsure = _in_part(run, kind, own)
    for requirement in own:
        cells = codes[requirement.id]
        by_columns = requirement.id not in run.fallen_back
        some = requirement.id in unsure
        here = cells == MISSED
        if some:
            here |= unsure.pop(requirement.id)
        marked = among(requirement) if among is not None else None
        if marked is not None:
            here &= marked
        rows = every.filter(here)
        if rows.is_empty():
            continue
        found = {ROW: rows, "code": cells[rows] if some else missed.new_from_index(0, rows.len())}
        stacked = None
        if by_columns and requirement.every_year is None:
            target = exact_of(run, requirement) or listed_of(run, requirement)
            stacked = stackable(target, table, rows) if target is not None else None
        if by_columns and stacked is None:
            found |= _figures(run, requirement, table, rows)
        held.append(_Found(requirement, found, _sums(here, stretches), some, stacked))
        count += rows.len()
        if count >= PIECE:
            yield _together(held)
            held, count = [], 0
    if held:
        yield _together(held)


def _in_part(run: Run, kind: str, requirements: Sequence[Requirement]) -> dict[str, pl.Series]:
    """By requirement the unknown cells of which something is known, or all where these are few or their figures have to be seen.

    Requirements of which nothing in part can be known are not there. Where it is the exception that is unknown, all can be known.
    """
    codes, tested = run.codes[kind], run.outcomes.tested
    found: dict[str, pl.Series] = {}
    asked: dict[str, pl.Expr] = {}
    for requirement in requirements:
        id = requirement.id
        excused = requirement.unless is not None
        if id in run.fallen_back or not (excused or narrowed(tested[id])):
            continue
        found[id] = codes[id] == UNSURE
        simple = not excused and requirement.every_year is None and requirement.within is None
        known = half_known(tested[id]) if simple else None
        if known is not None and found[id].sum() >= _FEW:
            asked[id] = known
    if asked:
        # What is asked of one number is one expression.
        known_of = made_once(asked, lambda own: run.table(kind).evaluated(own, codes.height))
        found |= {id: found[id] & known for id, known in known_of.items()}
    return found


def _figures(run: Run, requirement: Requirement, table: Table, rows: pl.Series) -> _Cells:
    asked = measures(run, requirement)
    if not asked or (requirement.every_year is not None and "gap_lo" not in asked):
        return {}  # of grades there is no gap by which the worst year were found
    at = run.outcomes.worst_rows(requirement, rows, asked["gap_lo"]) if "gap_lo" in asked else rows
    return made_once(sparse(asked), lambda own: table.evaluated(own, at=at))


def _together(found: Sequence[_Found]) -> list[Lacking]:
    figures = iter(figures_of([one.stacked for one in found if one.stacked is not None]))
    told = [_told(one if one.stacked is None else replace(one, cells=one.cells | next(figures))) for one in found]
    requirements = [one.requirement for one in told]
    starts = [list(accumulate(one.lengths, initial=0)) for one in told]
    return [
        Lacking(
            requirements,
            [
                {name: column.slice(start[part], one.lengths[part]) for name, column in one.cells.items()}
                for one, start in zip(told, starts, strict=True)
            ],
        )
        for part in range(len(told[0].lengths))
    ]


def _told(found: _Found) -> _Found:
    """Without what is unknown, but for counts of which anything is known."""
    cells = found.cells
    if not found.unsure or not (cells["code"] != MISSED).any():
        return found
    known = [pl.col(name).is_finite() for name in ("actual", "actual_to") if name in cells]
    there = pl.DataFrame([cells[name].alias(name) for name in ("code", "actual", "actual_to") if name in cells])
    told = there.select(told=pl.any_horizontal(pl.col("code") == MISSED, *known))["told"]
    kept = {name: column.filter(told) for name, column in cells.items()}
    return replace(found, cells=kept, lengths=_sums(told, found.lengths))


def _sums(marks: pl.Series, stretches: Sequence[int]) -> list[int]:
    """How many marks there are in each of some stretches, one after the other."""
    starts = accumulate(stretches, initial=0)
    return [int(marks.slice(start, length).sum()) for start, length in zip(starts, stretches, strict=False)]
