"""How many parts of each whole have which outcome of each requirement that binds parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from operator import and_
from typing import TYPE_CHECKING

import polars as pl

from gradeeval.engines.columnar.codes import EMPTY, OUTCOMES, Counts, counts_of
from gradeeval.engines.columnar.engine import Run
from gradeeval.engines.columnar.rollup import by_reach, judged_wholes
from gradeeval.engines.columnar.tables import ROW
from gradeeval.engines.judgement import NOT_APPLICABLE
from gradeeval.language.nodes import Reach, Requirement

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

TOLD = pl.Enum(sorted(set(OUTCOMES.values())))
"""Outcomes, in the order of their words."""
_TALLIED: dict[str, PolarsDataType] = {
    ROW: pl.UInt32,
    "place": pl.UInt32,
    "outcome": TOLD,
    "parts": pl.Int64,
    "absent": pl.Int64,
}


def tally(run: Run, whole: str, there: Mapping[str, Counts] | None = None) -> pl.DataFrame:
    """How many parts of each judged whole have which outcome of each requirement that binds them.

    ``@row`` of the whole, ``place`` of the requirement among those of the run, ``outcome``, ``parts`` and ``absent``, those of
    them without profile. Parts that a requirement does not apply to are left out, and requirements that apply to no part.
    ``there`` tells by kind which codes each column has, where that is known already.
    """
    made = [pl.DataFrame(schema=_TALLIED)]
    for reach, bound in by_reach(run, whole).items():
        edges = _groups(run, whole, reach)
        if edges is not None:
            codes = run.codes[reach.kind]
            known = there[reach.kind] if there is not None else counts_of(codes)
            made.append(_counted(run, reach.kind, bound, known, *edges))
    return pl.concat(made)


_BITS = 21
_FEW = 2**_BITS
"""Fewer parts than this are counted in a third of 64 bits: one sum counts three outcomes."""
_RARE = 20
"""A requirement is rare that applies to fewer than one in so many."""
_APPLIES = [code for code in OUTCOMES if code < EMPTY]
_AT_ONCE = 2_000_000
"""About so many numbers of 64 bits are there at a time."""
_Outcomes = tuple[tuple[str, tuple[int, ...]], ...]
"""Outcomes and the codes that mean them."""


@dataclass(frozen=True, slots=True)
class _Sum:
    """Outcomes of a requirement that are counted in one sum, each in its own bits."""

    id: str
    outcomes: _Outcomes


def _asked(bound: Sequence[Requirement], there: Counts, together: int) -> list[_Sum]:
    """What is to be counted, so many outcomes in a sum."""
    made = []
    for item in bound:
        codes: dict[str, tuple[int, ...]] = {}
        for code in sorted(there[item.id]):
            codes[OUTCOMES[code]] = (*codes.get(OUTCOMES[code], ()), code)
        codes.pop(NOT_APPLICABLE, None)
        every = tuple(codes.items())
        made += [_Sum(item.id, every[at : at + together]) for at in range(0, len(every), together)]
    return made


@cache
def _ones(outcomes: _Outcomes) -> pl.Series:
    """What each code adds to a sum."""
    places = {code: at for at, (_outcome, codes) in enumerate(outcomes) for code in codes}
    added = [_FEW ** places[code] if code in places else 0 for code in range(max(OUTCOMES) + 1)]
    return pl.Series(added, dtype=pl.UInt64)


def _counted(
    run: Run, kind: str, bound: Sequence[Requirement], there: Counts, parts: pl.DataFrame, ways: pl.DataFrame
) -> pl.DataFrame:
    """The tally of parts of a kind, by group, of wholes that have these groups (``ways``)."""
    together = 64 // _BITS if parts.height < _FEW else 1
    asked = _asked(bound, there, together)
    if not asked:
        return pl.DataFrame(schema=_TALLIED)
    absent = ~run.table(kind).frame["@present"][parts[ROW]]
    # What lies alike stands together, so that each sum is one pass over neighbours.
    ordered = parts.with_columns(absent.alias("absent")).sort("@group", "absent")
    slots = ordered.select("@group", "absent", pl.struct("@group", "absent").rle_id().alias("slot"))
    sums = _sums(run.codes[kind], asked, there, ordered[ROW], slots["slot"].set_sorted())
    joined = ways.join(slots.unique("slot", keep="first", maintain_order=True).hstack(sums), on="@group")
    of_wholes = joined.group_by("@whole", maintain_order=True).agg(pl.col(sums.columns).sum())
    gone = joined.filter("absent").group_by("@whole").agg(pl.col(sums.columns).sum())
    gone = of_wholes.select("@whole").join(gone, on="@whole", how="left", maintain_order="left")
    places = {item.id: place for place, item in enumerate(run.requirements)}
    return _told(asked, pl.Series([places[one.id] for one in asked], dtype=pl.UInt32), together, of_wholes, gone)


def _sums(codes: pl.DataFrame, asked: Sequence[_Sum], there: Counts, rows: pl.Series, slot: pl.Series) -> pl.DataFrame:
    """The sums over these rows by slot, in their order; ``slot`` ascends by ones.

    Most requirements bind few, and mostly the same: of these only the rows that any of them applies to are added up.
    """
    most = codes.height // _RARE
    often = {one.id: sum(there[one.id].get(code, 0) for code in _APPLIES) > most for one in asked}
    made: dict[int, pl.Series] = {}
    for many in (True, False):
        places = [at for at, one in enumerate(asked) if often[one.id] == many]
        if not many and places:
            # The bit of ``EMPTY`` is set in all codes of what does not apply; none is null, as all rows are of the sort that is bound.
            common = reduce(and_, (codes[id] for id, by_many in often.items() if not by_many))
            # The first row of a slot adds nothing where none applies: so each slot is there.
            kept = (common[rows] < EMPTY) | (slot != slot.shift(1)).fill_null(value=True)
            rows, slot = rows.filter(kept), slot.filter(kept)
        step = max(1, _AT_ONCE // max(1, rows.len()))
        for start in range(0, len(places), step):
            some = places[start : start + step]
            cells = codes.select(list(dict.fromkeys(asked[at].id for at in some)))[rows]
            ones = (_ones(asked[at].outcomes)[cells[asked[at].id]].alias(f"{at}") for at in some)
            by_slot = pl.DataFrame([*ones, slot]).group_by("slot", maintain_order=True)
            made.update(zip(some, by_slot.agg(pl.exclude("slot").sum()).get_columns()[1:], strict=True))
    return pl.DataFrame([made[at] for at in range(len(asked))])


def _told(
    asked: Sequence[_Sum], places: pl.Series, together: int, wholes: pl.DataFrame, gone: pl.DataFrame
) -> pl.DataFrame:
    """The sums by whole, of all parts and of those that are gone, as a tally."""
    # The wholes of one sum after those of another.
    parts, absent = (pl.concat(frame.drop("@whole").get_columns()) for frame in (wholes, gone))
    made = []
    for at in range(together):
        outcomes = [one.outcomes[at][0] if at < len(one.outcomes) else None for one in asked]
        counts, without = (sums if together == 1 else sums // _FEW**at % _FEW for sums in (parts, absent))
        there = (counts > 0).arg_true()
        of = there // wholes.height
        found = {
            ROW: wholes["@whole"][there % wholes.height],
            "place": places[of],
            "outcome": pl.Series(outcomes, dtype=TOLD)[of],
            "parts": counts[there],
            "absent": without[there].fill_null(0),
        }
        made.append(pl.DataFrame(found).cast(pl.Schema(_TALLIED)))
    return pl.concat(made)


def _groups(run: Run, whole: str, part: Reach) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """Parts by group (``@row``, ``@group``) and the judged wholes of each group (``@group``, ``@whole``)."""
    wholes = judged_wholes(run, whole, part)
    if wholes.is_empty():
        return None
    if whole == "region" and not run.relations.lenient:
        groups, ways = run.relations.groups(whole, part.kind)
        ways = run.relations.taken(whole, part, ways.filter(pl.col("@whole").is_in(wholes.implode())))
        groups = groups.filter(pl.col("@group").is_in(ways["@group"].unique().implode()))
        own = run.relations.fitting(part)
        if own is not None:
            groups = groups.filter(own[groups[ROW]])
        return groups.select(ROW, "@group"), ways.select("@group", "@whole")
    edges = run.relations.edges(whole, part, wholes)
    parts = edges.select(pl.col("@part").alias(ROW), pl.col("@whole").alias("@group"))
    return parts, wholes.to_frame().select(pl.col(ROW).alias("@group"), pl.col(ROW).alias("@whole"))
