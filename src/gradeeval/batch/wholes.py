"""What regions and networks are made of, as frames of the results: figures, children, who pulls down, each part by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from gradeeval.batch.choosing import Choice
from gradeeval.engines.columnar import rollup
from gradeeval.engines.columnar.codes import OUTCOMES
from gradeeval.engines.columnar.engine import Run
from gradeeval.engines.columnar.numbers import Unheld
from gradeeval.engines.columnar.tables import ROW, in_order
from gradeeval.engines.conditions import found
from gradeeval.language.nodes import Reach, Requirement
from gradeeval.vocabulary import KINDS

_WHO = dict.fromkeys(("kind", "id", "requirement"), pl.String)
_NOT_FLOATS = {
    **dict.fromkeys(("unit", "source"), pl.String),
    **dict.fromkeys(("have", "lack", "unsure"), pl.Int64),
    "year": pl.Int32,
    "differs": pl.Boolean,
}
_FRAMES = {
    "figures": {**_WHO, "outcome": pl.String, **{name: _NOT_FLOATS.get(name, pl.Float64) for name in rollup.AREA}},
    "children": {
        **_WHO,
        "part": pl.String,
        **dict.fromkeys(("actual_lo", "actual_hi", "effect"), pl.Float64),
        **dict.fromkeys(("lack", "unsure"), pl.Int64),
        "rank": pl.UInt32,
    },
    "contributors": {**_WHO, "part_kind": pl.String, "part": pl.String, "lacks": pl.Boolean},
    "members": {
        **dict.fromkeys(("kind", "id", "part_kind", "part_tier", "part_type"), pl.String),
        "part": pl.UInt32,
    },
}
"""The columns of each frame beside ``parts``, which has ``part`` and who that is, and ``apart``: a code a requirement of the
parts whose codes are not those that they have in their own right."""

_ASKED = "@asked"


def behind(run: Run, choice: Choice, rows: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """``figures``, ``children``, ``contributors``, ``members``, ``parts``, ``apart``; ``rows`` are the judged ones by kind."""
    made: dict[str, list[pl.DataFrame]] = {name: [pl.DataFrame(schema=schema)] for name, schema in _FRAMES.items()}
    for requirement in choice.requirements:
        kind = requirement.binds.kind
        if kind in rollup.WHOLES and kind in rows:
            for name, frame in _behind(run, requirement, choice, rows[kind]):
                made[name].append(frame)
    members = [one for whole in rollup.WHOLES if whole in rows for one in _members(run, whole, rows[whole])]
    numbers, parts = _parts(run, members)
    made["members"] += [one.frame(numbers[one.part.kind]) for one in members]
    apart = _apart(run, choice, members, rows, numbers)
    return {**{name: pl.concat(frames) for name, frames in made.items()}, "parts": parts, "apart": apart}


@dataclass(frozen=True, slots=True)
class _Members:
    """The parts of one sort of the wholes of a kind: ``wholes`` are judged rows; ``edges`` has ``at``, a place in these, and ``@row``."""

    whole: str
    part: Reach
    wholes: pl.DataFrame
    edges: pl.DataFrame

    def frame(self, numbers: pl.Series) -> pl.DataFrame:
        """As ``members``; ``numbers`` are those of the parts by row."""
        sort = {"part_kind": self.part.kind, "part_tier": self.part.tier, "part_type": self.part.type}
        return self.edges.select(
            pl.lit(self.whole).alias("kind"),
            pl.lit(self.wholes["@id"].gather(self.edges["at"])).alias("id"),
            *(pl.lit(text, pl.String).alias(name) for name, text in sort.items()),
            pl.lit(numbers.gather(self.edges[ROW])).alias("part"),
        )


def _members(run: Run, whole: str, keys: pl.DataFrame) -> Iterator[_Members]:
    """The parts of each judged whole of a kind, by the sort that requirements bind."""
    places = pl.repeat(None, run.table(whole).height, dtype=pl.UInt32, eager=True)
    places = places.scatter(keys[ROW], pl.int_range(keys.height, dtype=pl.UInt32, eager=True))
    for reach, edges in rollup.members(run, whole):
        at = places.gather(edges["@whole"]).alias("at")
        own = pl.DataFrame([at, edges["@part"].alias(ROW)]).drop_nulls("at")
        yield _Members(whole, reach, keys, in_order(own, "at", ROW))


def _parts(run: Run, members: Sequence[_Members]) -> tuple[dict[str, pl.Series], pl.DataFrame]:
    """By kind the number of each row that is a part, from 0; and who the parts are, with or without a profile, in that order."""
    numbers: dict[str, pl.Series] = {}
    made: list[pl.DataFrame] = []
    count = 0
    for kind in KINDS:
        table = run.table(kind)
        here = pl.repeat(0, table.height, dtype=pl.UInt32, eager=True)
        for one in members:
            if one.part.kind == kind:
                here = here.scatter(one.edges[ROW], 1)
        rows = (here == 1).arg_true()
        numbers[kind] = here.scatter(rows, pl.int_range(count, count + rows.len(), dtype=pl.UInt32, eager=True))
        count += rows.len()
        who = {"id": "@id", "name": "@name", "region": "@region"}
        made.append(
            pl.DataFrame({name: table.frame[column].gather(rows) for name, column in who.items()}).select(
                pl.lit(kind).alias("part_kind"), *who, pl.lit(~table.frame["@present"].gather(rows)).alias("absent")
            )
        )
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
        ids = [item.id for item in choice.requirements if item.binds.kind == kind]
        height = run.table(kind).height
        asked = pl.repeat(None, height, dtype=pl.UInt32, eager=True)
        if kind in rows:
            asked = asked.scatter(rows[kind][ROW], rows[kind][_ASKED])
        there = pl.repeat(value=False, n=height, dtype=pl.Boolean, eager=True)
        for one in members:
            by = one.wholes[_ASKED].gather(one.edges["at"])
            for theirs in by.unique() if one.part.kind == kind else ():
                covered = [mine for mine in range(len(choice.sets)) if choice.covers(mine, theirs)]
                own = pl.repeat(value=False, n=height, dtype=pl.Boolean, eager=True)
                own = own.scatter(one.edges[ROW].filter(by == theirs), values=True)
                there |= own & ~asked.is_in(covered).fill_null(value=False)
        those = there.arg_true()
        if those.len() and ids:
            codes = run.codes[kind].select(pl.col(ids).gather(those))
            made.append(pl.DataFrame([numbers[kind].gather(those).alias("part")]).hstack(codes))
    return pl.concat(made, how="diagonal")


def _behind(
    run: Run, requirement: Requirement, choice: Choice, keys: pl.DataFrame
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The figures behind a target on areas, their children ranked, and the parts that pull them down."""
    own = keys.filter(pl.col("@asked").is_in(choice.places(requirement.id))).select(ROW, pl.col("@id").alias("id"))
    kind, id = pl.lit(requirement.binds.kind).alias("kind"), pl.lit(requirement.id).alias("requirement")
    wholes = own.select(pl.col(ROW).alias("@whole"), "id")
    scope = run.outcomes.values.scope
    if requirement.id in run.fallen_back or own.is_empty():
        return
    if found(scope, requirement.indicator, requirement.binds).type.form == "number":
        try:
            figures = rollup.areas(run, requirement)
        except Unheld:
            return
        outcomes = pl.col("code").replace_strict(OUTCOMES, return_dtype=pl.String).alias("outcome")
        figures = figures.join(own, on=ROW).sort("id")
        yield "figures", figures.select(kind, "id", id, outcomes, *rollup.AREA).cast(pl.Schema(_FRAMES["figures"]))
    parts = _named(run, requirement.binds.kind)
    children = rollup.children(run, requirement).join(wholes, on="@whole").join(parts, on="@part")
    children = children.sort("id", "rank", "part", nulls_last=True)
    yield "children", children.select(kind, "id", id, *list(_FRAMES["children"])[3:])
    indicator = scope.indicators.get(requirement.indicator)
    of = getattr(indicator.formula, "of", None) if indicator is not None else None
    pulling = rollup.contributors(run, requirement)
    if not isinstance(of, str) and of is not None and pulling.height:
        named = pulling.join(wholes, on="@whole").join(_named(run, of.kind), on="@part")
        named = named.sort("id", ~pl.col("lacks"), "part")
        yield "contributors", named.select(kind, "id", id, pl.lit(of.kind).alias("part_kind"), "part", "lacks")


def _named(run: Run, kind: str) -> pl.DataFrame:
    return run.table(kind).keys.select(pl.col(ROW).alias("@part"), pl.col("@id").alias("part"))
