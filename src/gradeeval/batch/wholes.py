"""What regions and networks are made of, as frames of the results: figures, children, who pulls down, each part by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from gradeeval.batch.choosing import Choice
from gradeeval.engines.columnar import rollup
from gradeeval.engines.columnar.codes import OUTCOMES
from gradeeval.engines.columnar.engine import Run
from gradeeval.engines.columnar.numbers import Unheld
from gradeeval.engines.columnar.tables import ROW
from gradeeval.engines.conditions import found
from gradeeval.language.nodes import Requirement
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
    members = [pl.DataFrame(schema={**_FRAMES["members"], ROW: pl.UInt32, _ASKED: pl.UInt32})]
    for whole in (whole for whole in rollup.WHOLES if whole in rows):
        members.extend(_members(run, whole, rows[whole]))
    for requirement in choice.requirements:
        kind = requirement.binds.kind
        if kind in rollup.WHOLES and kind in rows:
            for name, frame in _behind(run, requirement, choice, rows[kind]):
                made[name].append(frame)
    every = pl.concat(members)
    parts = _parts(run, every)
    apart = _apart(run, choice, parts, every, rows)
    numbered = parts.select("part_kind", ROW, "part")
    made["members"].append(
        every.drop("part", _ASKED)
        .join(numbered, on=["part_kind", ROW])
        .sort(*_FRAMES["members"])
        .select(list(_FRAMES["members"]))
    )
    return {**{name: pl.concat(frames) for name, frames in made.items()}, "parts": parts.drop(ROW), "apart": apart}


def _members(run: Run, whole: str, keys: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Each part of each judged whole, by the sort that requirements bind; ``@row`` is that of the part."""
    wholes = keys.select(pl.col(ROW).alias("@whole"), pl.col("@id").alias("id"), _ASKED)
    for reach, edges in rollup.members(run, whole):
        yield edges.join(wholes, on="@whole").select(
            pl.lit(whole).alias("kind"),
            "id",
            pl.lit(reach.kind).alias("part_kind"),
            pl.lit(reach.tier, pl.String).alias("part_tier"),
            pl.lit(reach.type, pl.String).alias("part_type"),
            pl.lit(0, pl.UInt32).alias("part"),
            pl.col("@part").alias(ROW),
            _ASKED,
        )


def _parts(run: Run, members: pl.DataFrame) -> pl.DataFrame:
    """Who the parts are, with or without a profile in the period of their whole; numbered from 0."""
    made = []
    for kind in KINDS:
        rows = members.filter(pl.col("part_kind") == kind)[ROW].unique().sort()
        who = run.table(kind).frame.select(
            pl.lit(kind).alias("part_kind"),
            pl.col(ROW),
            pl.col("@id").alias("id"),
            pl.col("@name").alias("name"),
            pl.col("@region").alias("region"),
            (~pl.col("@present")).alias("absent"),
        )
        made.append(who.select(pl.all().gather(rows)))
    return pl.concat(made).sort("part_kind", "id", ROW).with_row_index("part")


def _apart(
    run: Run, choice: Choice, parts: pl.DataFrame, members: pl.DataFrame, rows: Mapping[str, pl.DataFrame]
) -> pl.DataFrame:
    """``part`` and codes of parts that have no results of their own, or that are not asked there what their whole asks them."""
    made = [pl.DataFrame(schema={"part": pl.UInt32})]
    for kind in KINDS:
        of_kind = members.filter(pl.col("part_kind") == kind).select(ROW, pl.col(_ASKED).alias("@by")).unique()
        asked = of_kind.join(rows[kind].select(ROW, _ASKED), on=ROW, how="left") if kind in rows else of_kind
        if _ASKED in asked.columns:
            pairs = asked.select("@by", _ASKED).unique().drop_nulls()
            same = [choice.covers(own, by) for by, own in pairs.iter_rows()]
            asked = asked.join(pairs.filter(pl.Series(same, dtype=pl.Boolean)), on=["@by", _ASKED], how="anti")
        own = parts.filter(pl.col("part_kind") == kind).join(asked.select(ROW).unique(), on=ROW, how="semi")
        ids = [item.id for item in choice.requirements if item.binds.kind == kind]
        if own.height and ids:
            made.append(own.select("part").hstack(run.codes[kind].select(pl.col(ids).gather(own[ROW]))))
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
