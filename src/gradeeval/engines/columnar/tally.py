"""How many parts of each whole have which outcome of each requirement that binds parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import polars as pl

from gradeeval.engines.columnar.codes import OUTCOMES, Counts, counts_of, literal
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
            made.append(_counted(run, reach, _asked(bound, known), *edges))
    return pl.concat(made)


_Alike = Mapping[tuple[str, tuple[int, ...]], Sequence[str]]
"""By outcome and the codes that mean it the requirements that have these codes."""


def _asked(bound: Sequence[Requirement], there: Counts) -> _Alike:
    """What is to be counted: requirements that are alike are one expression."""
    made: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    for item in bound:
        codes: dict[str, list[int]] = {}
        for code in sorted(there[item.id]):
            codes.setdefault(OUTCOMES[code], []).append(code)
        for outcome, own in codes.items():
            if outcome != NOT_APPLICABLE:
                made.setdefault((outcome, tuple(own)), []).append(item.id)
    return made


def _counted(run: Run, reach: Reach, asked: _Alike, parts: pl.DataFrame, ways: pl.DataFrame) -> pl.DataFrame:
    """The tally of the parts of one sort, by group, of wholes that have these groups (``ways``)."""
    if not asked:
        return pl.DataFrame(schema=_TALLIED)
    absent = ~run.table(reach.kind).frame["@present"][parts[ROW]]
    # What lies alike stands together, so that each count is one pass over neighbours.
    ordered = parts.with_columns(absent.alias("absent")).sort("@group", "absent")
    slot = pl.struct("@group", "absent").rle_id().alias("@slot")
    slots = ordered.select("@group", "absent", slot)
    things = [(outcome, id) for (outcome, _codes), ids in asked.items() for id in ids]
    cells = run.codes[reach.kind].select(pl.col(list(dict.fromkeys(id for _, id in things))).gather(ordered[ROW]))
    sums = [
        reduce(or_, (pl.col(ids) == literal(code, pl.UInt8) for code in codes)).sum().name.suffix(f" {outcome}")
        for (outcome, codes), ids in asked.items()
    ]
    by_slot = cells.hstack([slots["@slot"].set_sorted()]).group_by("@slot", maintain_order=True).agg(sums)
    who = slots.unique("@slot", keep="first", maintain_order=True)
    names = [f"{id} {outcome}" for outcome, id in things]
    joined = ways.join(by_slot.drop("@slot").hstack(who.select("@group", "absent")), on="@group")
    of_wholes = joined.group_by("@whole", maintain_order=True).agg(pl.col(names).sum())
    gone = joined.filter("absent").group_by("@whole").agg(pl.col(names).sum())
    gone = of_wholes.select("@whole").join(gone, on="@whole", how="left", maintain_order="left")
    # From here on a row a whole and thing asked, the wholes of one thing after those of another.
    parts_of, absent_of = (pl.concat(frame.select(names).get_columns()) for frame in (of_wholes, gone))
    some = (parts_of > 0).arg_true()
    thing = some // of_wholes.height
    places = {item.id: place for place, item in enumerate(run.requirements)}
    found = {
        ROW: of_wholes["@whole"].gather(some % of_wholes.height),
        "place": pl.Series([places[id] for _, id in things], dtype=pl.UInt32).gather(thing),
        "outcome": pl.Series([outcome for outcome, _ in things], dtype=TOLD).gather(thing),
        "parts": parts_of.gather(some),
        "absent": absent_of.gather(some).fill_null(0),
    }
    return pl.DataFrame(found).cast(pl.Schema(_TALLIED))


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
