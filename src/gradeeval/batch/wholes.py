"""What regions and networks are made of, as frames of the results: figures, children, who pulls down, each part by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from gradeeval.batch.choosing import Choice
from gradeeval.batch.writing import FEW, KIND
from gradeeval.engines.columnar import rollup
from gradeeval.engines.columnar.areas import AREA, areas, has_figures
from gradeeval.engines.columnar.codes import OUTCOMES
from gradeeval.engines.columnar.engine import Run
from gradeeval.engines.columnar.measures import filed, sparse
from gradeeval.engines.columnar.tables import ROW, in_order
from gradeeval.language.nodes import Reach, Requirement
from gradeeval.vocabulary import KINDS

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

_WHO = dict.fromkeys(("kind", "id", "requirement"), pl.String)
_NOT_FLOATS = {
    **dict.fromkeys(("unit", "source"), pl.String),
    **dict.fromkeys(("have", "lack", "unsure"), pl.Int64),
    "year": pl.Int32,
    "differs": pl.Boolean,
}
_FRAMES: dict[str, dict[str, PolarsDataType]] = {
    "figures": {**_WHO, "outcome": pl.String, **{name: _NOT_FLOATS.get(name, pl.Float64) for name in AREA}},
    "children": {
        **_WHO,
        "part": pl.String,
        **dict.fromkeys(("actual_lo", "actual_hi", "effect"), pl.Float64),
        **dict.fromkeys(("lack", "unsure"), pl.Int64),
        "rank": pl.UInt32,
    },
    "contributors": {**_WHO, "part_kind": pl.String, "part": pl.String, "lacks": pl.Boolean},
}
_MEMBERS: dict[str, PolarsDataType] = {
    "kind": KIND,
    "id": FEW,
    "part_kind": KIND,
    **dict.fromkeys(("part_tier", "part_type"), FEW),
    "part": pl.UInt32,
}
_PARTS: dict[str, PolarsDataType] = {
    "part_kind": KIND,
    **dict.fromkeys(("id", "name", "region"), pl.String),
    "absent": pl.Boolean,
}
"""The columns of each frame, beside ``part`` in ``parts``, and but for ``apart``: a code a requirement of the parts whose codes
are not those that they have in their own right."""

_ASKED = "@asked"


def behind(run: Run, choice: Choice, rows: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """``figures``, ``children``, ``contributors``, ``members``, ``parts``, ``apart``; ``rows`` are the judged ones by kind."""
    members = [one for whole in rollup.WHOLES if whole in rows for one in _members(run, whole, rows[whole])]
    numbers, parts = _parts(run, members)
    named = [pl.DataFrame(schema=_MEMBERS), *(one.frame(numbers[one.part.kind]) for one in members)]
    apart = _apart(run, choice, members, rows, numbers)
    return {**_targets(run, choice, rows), "members": pl.concat(named), "parts": parts, "apart": apart}


@dataclass(frozen=True, slots=True)
class _Members:
    """The parts of one sort of the wholes of a kind: ``wholes`` are judged rows; ``edges`` has ``at``, a place in these, and ``@row``."""

    whole: str
    part: Reach
    wholes: pl.DataFrame
    edges: pl.DataFrame

    def frame(self, numbers: pl.Series) -> pl.DataFrame:
        """As ``members``; ``numbers`` are those of the parts by row."""
        said = {
            "kind": self.whole,
            "part_kind": self.part.kind,
            "part_tier": self.part.tier,
            "part_type": self.part.type,
        }
        made = {name: pl.lit(text, _MEMBERS[name]) for name, text in said.items()}
        made["id"] = pl.lit(self.wholes["@id"].cast(FEW)[self.edges["at"]])
        made["part"] = pl.lit(numbers[self.edges[ROW]])
        return self.edges.select(**{name: made[name] for name in _MEMBERS})


def _members(run: Run, whole: str, keys: pl.DataFrame) -> Iterator[_Members]:
    """The parts of each judged whole of a kind, by the sort that requirements bind."""
    places = places_among(run, whole, keys)
    for reach, edges in rollup.members(run, whole):
        at = places.gather(edges["@whole"]).alias("at")
        own = pl.DataFrame([at, edges["@part"].alias(ROW)]).drop_nulls("at")
        yield _Members(whole, reach, keys, in_order(own, "at", ROW))


def _parts(run: Run, members: Sequence[_Members]) -> tuple[dict[str, pl.Series], pl.DataFrame]:
    """By kind the number of each row that is a part, from 0; and who the parts are, with or without a profile, in that order."""
    numbers: dict[str, pl.Series] = {}
    made = [pl.DataFrame(schema=_PARTS)]
    count = 0
    for kind in KINDS:
        own = [one.edges[ROW] for one in members if one.part.kind == kind]
        if own:
            frame = run.table(kind).frame
            here = pl.repeat(0, frame.height, dtype=pl.UInt32, eager=True).scatter(pl.concat(own), 1)
            rows = (here == 1).arg_true()
            numbers[kind] = here.scatter(rows, pl.int_range(count, count + rows.len(), dtype=pl.UInt32, eager=True))
            count += rows.len()
            who = [frame[f"@{name}"].gather(rows).alias(name) for name in ("id", "name", "region")]
            absent = ~frame["@present"].gather(rows)
            kinds = pl.Series("part_kind", [kind], dtype=KIND).new_from_index(0, rows.len())
            made.append(pl.DataFrame([kinds, *who, absent.alias("absent")]))
    return numbers, pl.concat(made).with_row_index("part")


def _apart(
    run: Run,
    choice: Choice,
    members: Sequence[_Members],
    rows: Mapping[str, pl.DataFrame],
    numbers: Mapping[str, pl.Series],
) -> pl.DataFrame:
    """``part`` and codes of parts that have no results of their own, or that are not asked there what their whole asks them."""
    made = [pl.DataFrame(schema={"part": pl.UInt32})]
    for kind in KINDS:
        own = [one for one in members if one.part.kind == kind]
        if not own:
            continue
        asked = pl.repeat(None, run.table(kind).height, dtype=pl.UInt32, eager=True)
        if kind in rows:
            asked = asked.scatter(rows[kind][ROW], rows[kind][_ASKED])
        those = pl.concat([_uncovered(one, choice, asked) for one in own]).unique().sort()
        ids = [item.id for item in choice.requirements if item.binds.kind == kind]
        if those.len() and ids:
            codes = run.codes[kind].select(ids)[those]
            made.append(codes.insert_column(0, numbers[kind].gather(those).alias("part")))
    return pl.concat(made, how="diagonal")


def _uncovered(members: _Members, choice: Choice, asked: pl.Series) -> pl.Series:
    """The rows of parts that are not asked in their own right, by ``asked``, all that their whole asks them."""
    rows, by = members.edges[ROW], members.wholes[_ASKED].gather(members.edges["at"])
    made = [rows.clear()]
    for theirs in by.unique():
        covered = [mine for mine in range(len(choice.sets)) if choice.covers(mine, theirs)]
        bare = ~asked.is_in(covered).fill_null(value=False)
        made.append(rows.filter(bare[rows] & (by == theirs)))
    return pl.concat(made)


@dataclass(frozen=True, slots=True)
class _Alike:
    """Requirements on one sort that the same wholes are asked, with their ``places`` among all, and the rows of these wholes."""

    rows: pl.Series
    requirements: list[Requirement] = field(default_factory=list)
    places: list[int] = field(default_factory=list)


def _alike(run: Run, choice: Choice, kind: str, keys: pl.DataFrame) -> list[_Alike]:
    """The requirements on a kind that have figures, and who is asked them."""
    made: dict[tuple[tuple[int, ...], Reach], _Alike] = {}
    for place, requirement in enumerate(choice.requirements):
        if requirement.binds.kind == kind and has_figures(run, requirement):
            asked = choice.places(requirement.id)
            one = made.get((asked, requirement.binds))
            if one is None:
                rows = keys[ROW].filter(keys[_ASKED].is_in(asked))
                one = made[asked, requirement.binds] = _Alike(rows)
            one.requirements.append(requirement)
            one.places.append(place)
    return [one for one in made.values() if one.rows.len()]


def _targets(run: Run, choice: Choice, rows: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The figures behind targets on areas, their children ranked, and the parts that pull them down."""
    alike = {kind: _alike(run, choice, kind, rows[kind]) for kind in rollup.WHOLES if kind in rows}
    every = (item for found in alike.values() for one in found for item in one.requirements)
    pulling = rollup.pulling_of(run, every)
    made: dict[str, list[pl.DataFrame]] = {name: [] for name in _ORDER}
    for kind, found in alike.items():
        at = places_among(run, kind, rows[kind])
        for one in found:
            asked = run, one.requirements, one.rows
            frames = [("figures", areas(*asked).rename({ROW: "@whole"}))]
            frames.append(("children", _with_parts(run, "region", rollup.children(*asked, pulling))))
            for part, frame in rollup.contributors(*asked, pulling):
                frames.append(("contributors", _with_parts(run, part, frame)))
            for name, frame in frames:
                if frame.height:
                    who = {"place": pl.Series(one.places, dtype=pl.UInt32)[frame["place"]], "@at": at[frame["@whole"]]}
                    id = rows[kind]["@id"][who["@at"]]
                    made[name].append(frame.with_columns(pl.lit(kind).alias("kind"), id.alias("id"), **who))
    return {name: _in_order(name, frames, choice) for name, frames in made.items()}


_ORDER: Mapping[str, tuple[pl.Expr, ...]] = {
    "figures": (),
    "children": (pl.col("rank"), pl.col("part")),
    "contributors": (~pl.col("lacks"), pl.col("part")),
}
"""What comes first of the rows of one requirement and whole; null comes last."""


def _in_order(name: str, frames: Sequence[pl.DataFrame], choice: Choice) -> pl.DataFrame:
    """By requirement, whole and what else there is, with the columns that the frame has."""
    schema = pl.Schema({filed(column): dtype for column, dtype in _FRAMES[name].items()})
    if not frames:
        return pl.DataFrame(schema=schema)
    frame = pl.concat(frames)
    frame = frame.sort(pl.col("place").cast(pl.UInt64) * 2**32 + pl.col("@at"), *_ORDER[name], nulls_last=True)
    ids = pl.Series([item.id for item in choice.requirements], dtype=pl.String)
    frame = frame.with_columns(ids[frame["place"]].alias("requirement"))
    if name == "figures":
        frame = frame.with_columns(pl.col("code").replace_strict(OUTCOMES, return_dtype=pl.String).alias("outcome"))
    return frame.select(**sparse({column: pl.col(column) for column in _FRAMES[name]})).cast(schema)


def _with_parts(run: Run, kind: str, frame: pl.DataFrame) -> pl.DataFrame:
    """With each part by its id."""
    part = run.table(kind).frame["@id"].gather(frame["@part"])
    return frame.with_columns(pl.lit(kind).alias("part_kind"), part.alias("part"))


def places_among(run: Run, kind: str, keys: pl.DataFrame) -> pl.Series:
    """For each row of a kind its place among the judged ones; null of those that are not."""
    none = pl.repeat(None, run.table(kind).height, dtype=pl.UInt32, eager=True)
    return none.scatter(keys[ROW], pl.int_range(keys.height, dtype=pl.UInt32, eager=True))
