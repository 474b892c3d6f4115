"""Small parts judged at once: what a judging costs however little there is to judge is paid once for all of them.

Each gets the results that it has when it is judged alone; parts of which that is not plain are judged one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

import polars as pl

from gradeeval.batch.choosing import ALIKE, Choice
from gradeeval.batch.gaps import Pieces
from gradeeval.batch.part import OWNER, Judged, Rules, judged, of_kind, places_of, used
from gradeeval.batch.writing import FEW, Streamed
from gradeeval.engines.columnar import rollup
from gradeeval.engines.columnar.codes import counts_of
from gradeeval.engines.columnar.tables import end_of
from gradeeval.profiles.columns.layout import Columns
from gradeeval.profiles.columns.stored import joined
from gradeeval.vocabulary import KINDS

_MANY = 100
"""In fewer stretches than this rows of one part stand together, and are sliced instead of gathered."""


def judged_together(rosters: Columns, reads: Sequence[Callable[[], Columns]], rules: Rules) -> Iterator[Judged] | None:
    """The results of several parts, in order; None where they have to be judged one by one.

    ``rosters`` hold for all, and each of ``reads`` gives the columns of a part; none lies in another. Parts are judged one by one
    where a subject is in two of them, where they are asked different documents, and where a number goes beyond columns.
    """
    columns = [read() for read in reads]
    if not _apart(columns):
        return None
    sorts = [{kind: one.profiles[kind].select(ALIKE).unique() for kind in KINDS} for one in columns]
    count = len(columns)
    all_of_them = [joined([rosters, *map(_owned, columns, range(count))])]
    del columns
    made = judged(lambda: (all_of_them.pop(), None), rules, count)
    documents = [_documents(made.choice, sort) for sort in sorts]
    if made.fallen_back or any(own != made.documents for own in documents):
        return None
    return _cut(made, count, rules.as_of)


def _apart(columns: Sequence[Columns]) -> bool:
    """Whether no subject is in two of these, and no two subjects have one id."""
    every = [
        pl.concat([one.profiles[kind]["@id"], one.listed[kind]["@id"]]).unique() for one in columns for kind in KINDS
    ]
    return pl.concat(every).n_unique() == sum(ids.len() for ids in every)


def _owned(columns: Columns, place: int) -> Columns:
    own = pl.lit(place, pl.UInt32).alias(OWNER)
    return replace(columns, profiles={kind: frame.with_columns(own) for kind, frame in columns.profiles.items()})


def _documents(choice: Choice, sorts: Mapping[str, pl.DataFrame]) -> list[str]:
    """The documents that subjects of these sorts are asked."""
    places = {
        place
        for kind, found in sorts.items()
        for place in found.join(choice.alike[kind], on=list(ALIKE), nulls_equal=True)["@asked"]
    }
    return used(choice.sets[place] for place in places)


def _cut(made: Judged, count: int, as_of: str) -> Iterator[Judged]:
    """The results of each part, of what was judged at once."""
    gaps = _gaps(made, count)
    parts, apart = _taken(made, "parts"), _taken(made, "apart")
    del made.frames["places"]
    wholes = pl.concat(
        pl.DataFrame([_frame(made, kind)["id"].rename("@id"), made.whose[kind].alias("@part")])
        for kind in rollup.WHOLES
    )
    tallies = _by_part(made.tally, _runs(made.tally, wholes), count)
    runs = {name: _runs(_frame(made, name), wholes) for name in made.frames if name not in made.whose}
    runs |= {name: whose.rle().struct.unnest().rename({"value": "@part"}) for name, whose in made.whose.items()}
    cut = {name: _by_part(_taken(made, name), own, count) for name, own in runs.items()}
    for _part in range(count):
        one = Judged(made.choice, made.regions, documents=made.documents, tally=tallies.pop(0))
        own = {name: frames.pop(0) for name, frames in cut.items()}
        one.frames |= own | _numbered(own["members"], parts, apart, made.choice)
        one.frames["gaps"] = gaps.pop(0)
        where = own["subjects"].select("region", "period").unique().iter_rows()
        one.frames["places"] = places_of(((code, end_of(period)) for code, period in where), made.regions)
        one.sum_up({kind: counts_of(own[kind].drop("id"), made.there[kind]) for kind in KINDS}, as_of)
        yield one


def _frame(made: Judged, name: str) -> pl.DataFrame:
    frame = made.frames[name]
    assert isinstance(frame, pl.DataFrame)
    return frame


def _taken(made: Judged, name: str) -> pl.DataFrame:
    frame = _frame(made, name)
    del made.frames[name]
    return frame


def _gaps(made: Judged, count: int) -> list[Streamed]:
    """The gaps of each part; what they are made of is there, and what that was made from is let go."""
    whole = made.frames.pop("gaps")
    assert isinstance(whole, Streamed)
    pieces: list[Pieces] = [[] for _part in range(count)]
    for parts in made.gaps():
        for make, own in zip(parts, pieces, strict=True):
            own.append(make)
    del made.gaps
    return [Streamed(whole.schema, partial(_frames, own)) for own in pieces]


def _frames(pieces: Pieces) -> Iterator[pl.DataFrame]:
    return (make() for make in pieces)


def _by_part(frame: pl.DataFrame, runs: pl.DataFrame, count: int) -> list[pl.DataFrame]:
    """The rows of each part, in their order."""
    if runs.height > _MANY:
        places = pl.select(pl.lit(runs["@part"]).repeat_by(runs["len"]).explode()).to_series()
        split = frame.with_columns(places.alias("@part")).partition_by("@part", include_key=False, as_dict=True)
        return [split[place,] if (place,) in split else frame.clear() for place in range(count)]
    found: list[list[pl.DataFrame]] = [[frame.clear()] for _part in range(count)]
    start = 0
    for length, place in runs.iter_rows():
        found[place].append(frame.slice(start, length))
        start += length
    return [pl.concat(slices) for slices in found]


def _runs(frame: pl.DataFrame, wholes: pl.DataFrame) -> pl.DataFrame:
    """How many rows after each other (``len``) are of which ``@part``, of rows on regions and networks."""
    ids = frame["id"]
    runs = ids.rename("@id").to_frame().with_columns(pl.lit(1, pl.UInt32).alias("len"))
    if ids.dtype == FEW:  # of a whole there are many rows after each other
        lengths = ids.to_physical().rle().struct.field("len")
        starts = lengths.cum_sum() - lengths
        runs = pl.DataFrame([ids[starts].cast(pl.String).alias("@id"), lengths.alias("len")])
    whose = runs.join(wholes, on="@id", how="left", maintain_order="left")
    together = whose.group_by(pl.col("@part").rle_id().alias("run"), maintain_order=True)
    return together.agg(pl.col("len").sum(), pl.col("@part").first()).drop("run")


def _numbered(
    members: pl.DataFrame, parts: pl.DataFrame, apart: pl.DataFrame, choice: Choice
) -> dict[str, pl.DataFrame]:
    """``members``, ``parts`` and ``apart`` of one part, of which ``members`` are given: those that it has, numbered from 0."""
    there = pl.repeat(0, parts.height, dtype=pl.UInt8, eager=True).scatter(members["part"], 1)
    numbers = (there == 1).arg_true()
    anew = pl.repeat(None, parts.height, dtype=pl.UInt32, eager=True)
    anew = anew.scatter(numbers, pl.int_range(numbers.len(), dtype=pl.UInt32, eager=True))
    own = parts[numbers].with_columns(pl.int_range(pl.len(), dtype=pl.UInt32).alias("part"))
    those = apart.with_columns(anew[apart["part"]].alias("part")).drop_nulls("part")
    kinds = set(own["part_kind"][those["part"]])
    gone = [item.id for kind in KINDS if kind not in kinds for item in of_kind(choice, kind)]
    return {
        "members": members.with_columns(anew[members["part"]].alias("part")),
        "parts": own,
        "apart": those.drop(gone, strict=False),
    }
