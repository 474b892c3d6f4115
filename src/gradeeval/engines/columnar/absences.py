"""Subjects in periods without profile: who is looked at, and as what (language §1, *Roster*).

An absence has the fields of the roster and no facts, so that those of a whole province differ in few ways: institutions that
are alike in all that is looked at share one row, and ``alike`` tells whose it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from gradeeval.engines.columnar.needs import Needs
from gradeeval.engines.columnar.rows import Maker, members_on
from gradeeval.engines.columnar.tables import ROW, end_of
from gradeeval.profiles.columns.layout import columns_of, field_types
from gradeeval.timeline import Period, read_period
from gradeeval.vocabulary import AROUND

ABSENCE = "@absence"
_ALIKE = {"@id": pl.String, "@period": pl.String, ABSENCE: pl.UInt32}
_NOBODY = pl.DataFrame(schema={"@id": pl.String, "@period": pl.String, "@near": pl.String})
_NONE = pl.DataFrame(schema=_ALIKE)
_LISTED = (
    pl.col("@name").alias("listed_name"),
    pl.col("@tier").alias("listed_tier"),
    pl.col("@type").alias("listed_type"),
)


@dataclass(frozen=True, slots=True)
class Absent:
    """``frame``: a row an absence, or for several that are alike, with ``@absence``; ``alike``: whose, with ``@id`` and ``@period``."""

    frame: pl.DataFrame
    alike: pl.DataFrame


def absences(
    kind: str,
    maker: Maker,
    needs: Needs,
    years: list[int],
    texts: list[str],
    members: pl.DataFrame | None,
) -> pl.DataFrame:
    """Subjects and periods that are looked at and have no profile: ``@id``, ``@period`` and ``@near``.

    ``members`` are absent members of networks, which have rows of their own in the periods of these.
    """
    back = needs.back.get(kind, 0)
    parts: dict[str, pl.DataFrame] = {}
    for text in texts:
        listed = maker.listed(kind, end_of(text))
        near = pl.col("@id") if kind == "region" else pl.col("@parent").fill_null("")
        there = maker.in_period(kind, end_of(text)).select("@id")
        missing = listed.select("@id", "@parent").join(there, on="@id", how="anti")
        parts[text] = missing.select("@id", pl.lit(text).alias("@period"), near.alias("@near"))
    found = pl.concat([_NOBODY, *parts.values()])
    if years or back:
        before = _years_before(maker.present(kind), years, back, parts, members)
        found = pl.concat([found, before.join(found, on=["@id", "@period"], how="anti", maintain_order="left")])
    return found


def _years_before(
    present: pl.DataFrame, years: list[int], back: int, parts: Mapping[str, pl.DataFrame], members: pl.DataFrame | None
) -> pl.DataFrame:
    """The same of whole years: those of windows, and ``back`` years before any row. ``parts`` are absent by period."""
    known = present.select("@id", "@year", pl.col("@region").alias("@near"))
    known = pl.concat(
        [
            *_before(members, present),
            known,
            *(
                one.select("@id", pl.lit(int(end_of(text)[:4]), pl.Int16).alias("@year"), "@near")
                for text, one in parts.items()
            ),
        ]
    )
    latest = known.group_by("@id", maintain_order=True).agg(pl.col("@year").max(), pl.col("@near").last())
    asked = [
        latest.filter(pl.col("@year") >= year).select("@id", pl.lit(year, pl.Int16).alias("@year"), "@near")
        for year in years
    ]
    if back:
        before = pl.concat([known, *asked])
        asked += [before.select("@id", (pl.col("@year") - one).alias("@year"), "@near") for one in range(1, back + 1)]
    years_asked = pl.concat(asked).unique(["@id", "@year"], keep="first", maintain_order=True)
    whole = present.filter(
        (pl.col("@first") == pl.col("@year")) & (pl.col("@end") == pl.col("@year").cast(pl.String) + "-12-31")
    ).select("@id", "@year")
    years_asked = years_asked.join(whole, on=["@id", "@year"], how="anti", maintain_order="left")
    return years_asked.select("@id", pl.col("@year").cast(pl.String).alias("@period"), "@near")


def absent(kind: str, maker: Maker, wanted: pl.DataFrame, apart: Collection[str] | None = None) -> Absent:
    """The views of subjects in periods without profile; ``wanted`` has ``@id``, ``@period`` and ``@near``, a region.

    ``apart``: periods in which each absence has a row of its own; None where all have. So have members of networks and subjects
    with an earlier profile, which they look back on.
    """
    present = maker.present(kind)
    if wanted.is_empty():
        return Absent(present.clear(), _NONE)
    around = [name for name in (*AROUND, "division") if name in present.columns and kind == "region"]
    known = present.select("@id", "@name", "@end", "@first", "@year", "@region", "@tier", "@type", *around)
    wanted_ids = wanted.select("@id")
    known = known.join(wanted_ids, on="@id", how="semi", maintain_order="left")
    frames, alike, count = [known.clear()], [_NONE], 0
    members = maker.columns.members.select("@id").join(wanted_ids, on="@id", how="semi")["@id"]
    before = pl.DataFrame(schema={"@id": pl.String, "@before": pl.UInt32})
    for period, rows in _by_period(kind, maker, wanted, known, around):
        if apart is None or period.text in apart:
            frames.append(rows.with_columns(pl.lit(None, pl.UInt32).alias(ABSENCE)))
            continue
        own = pl.col("@id").is_in(members.implode())
        earlier = known.filter(pl.col("@end") <= period.end).select(pl.col("@id").unique()).to_series()
        own = own | pl.col("@id").is_in(earlier.implode())
        rows = rows.join(before, on="@id", how="left", maintain_order="left").with_columns(own.alias("@own"))
        frames.append(rows.filter("@own").with_columns(pl.lit(None, pl.UInt32).alias(ABSENCE)).drop("@before", "@own"))
        shared = rows.filter(~pl.col("@own"))
        key = [one for one in shared.columns if one not in ("@id", "@name", "@own")]
        first = shared.unique(key, keep="first", maintain_order=True).drop("@own").with_row_index(ABSENCE, count)
        of = shared.join(first.select(*key, ABSENCE), on=key, nulls_equal=True, maintain_order="left")
        frames.append(first.drop("@before"))
        alike.append(of.select("@id", "@period", ABSENCE))
        both = [of.select("@id", pl.col(ABSENCE).alias("@before")), before]
        before = pl.concat(both).unique("@id", keep="first")
        count += first.height
    frame = pl.concat(frames, how="diagonal_relaxed")
    return Absent(
        frame.with_columns(
            pl.lit(value=False).alias("@judged"),
            pl.lit(value=False).alias("@present"),
            pl.lit(None, pl.UInt32).alias("@of"),
        ),
        pl.concat(alike),
    )


def _by_period(
    kind: str, maker: Maker, wanted: pl.DataFrame, known: pl.DataFrame, around: list[str]
) -> Iterator[tuple[Period, pl.DataFrame]]:
    """The absences period by period, the earliest first, with the fields that the roster gives."""
    groups = []
    for (text,), group in wanted.group_by("@period", maintain_order=True):
        period = read_period(str(text))
        assert period is not None
        groups.append((period, group))
    for period, group in sorted(groups, key=lambda one: (one[0].end, one[0].text)):
        listed = maker.listed(kind, period.end)
        fields = maker.fields(kind)
        own = listed.select("@id", *_LISTED, "@parent", *fields).join(group, on="@id", how="semi")
        rows = group.join(own, on="@id", how="left", maintain_order="left")
        later = known.filter(pl.col("@end") > period.end)
        said = [pl.col(name).alias(f"later {name}") for name in ("@name", "@region", "@tier", "@type", *around)]
        if later.is_empty():
            rows = rows.hstack(later.select(said).clear(rows.height))
        else:
            later = later.sort("@end", pl.col("@first") == pl.col("@year"), maintain_order=True)
            first = later.unique("@id", keep="first", maintain_order=True).select("@id", *said)
            rows = rows.join(first, on="@id", how="left", maintain_order="left")
        region = pl.coalesce("later @region", "@near")
        if kind != "region":
            on_list = pl.col("listed_name").is_not_null()
            region = pl.when(on_list).then(pl.col("@parent").fill_null("")).otherwise(region)
        yield (
            period,
            rows.select(
                "@id",
                pl.coalesce("listed_name", "later @name").fill_null("").alias("@name"),
                pl.lit(period.text).alias("@period"),
                pl.lit(period.end).alias("@end"),
                pl.lit(period.first, pl.Int16).alias("@first"),
                pl.lit(period.year, pl.Int16).alias("@year"),
                region.alias("@region"),
                pl.coalesce("later @tier", "listed_tier").alias("@tier"),
                pl.coalesce("later @type", "listed_type").alias("@type"),
                *fields,
                *(pl.col(f"later {name}") for name in around),
            ),
        )


def _before(members: pl.DataFrame | None, present: pl.DataFrame) -> list[pl.DataFrame]:
    """Absent members that never have a profile, with the last year in which they are looked at as nobody's member."""
    if members is None or members.is_empty():
        return []
    never = members.join(present.select("@id"), on="@id", how="anti")
    whole = (pl.col("@first") == pl.col("@year")) & (pl.col("@period") == pl.col("@year").cast(pl.String))
    year = pl.when(whole).then(pl.col("@year") - 1).otherwise(pl.col("@year"))
    return [never.select("@id", year.cast(pl.Int16).alias("@year"), pl.col("@region").alias("@near"))]


def absent_members(maker: Maker, networks: pl.DataFrame) -> pl.DataFrame:
    """Members of networks that have no profile in its period, as its list gives them; ``@of`` is the row of the network."""
    if networks.is_empty():
        return maker.present("institution").clear()
    types = field_types(maker.scope, "institution")
    own = [
        column for name in types for column in columns_of(name, types[name]) if column in maker.columns.members.columns
    ]
    made = []
    listing = networks.select(pl.col("^@.*$")).filter(pl.col("@present") & pl.col("@listed").fill_null(value=False))
    for (text,), group in listing.group_by("@period", maintain_order=True):
        period = read_period(str(text))
        assert period is not None
        rows = members_on(maker.columns.members, period.end).join(
            group.select(pl.col("@id").alias("@network"), "@period", pl.col(ROW).alias("@of")),
            on=["@network", "@period"],
        )
        # The many are looked up among the few: what a join hashes are its right-hand rows.
        there = maker.in_period("institution", period.end).select("@id").join(rows, on="@id", how="semi")
        rows = rows.join(there, on="@id", how="anti")
        listed = maker.listed("institution", period.end).select("@id", "@parent").join(rows, on="@id", how="semi")
        rows = rows.join(listed, on="@id", how="left", maintain_order="left")
        made.append(
            rows.select(
                "@id",
                "@name",
                pl.lit(period.text).alias("@period"),
                pl.lit(period.end).alias("@end"),
                pl.lit(period.first, pl.Int16).alias("@first"),
                pl.lit(period.year, pl.Int16).alias("@year"),
                pl.col("@parent").fill_null("").alias("@region"),
                pl.col("@of").cast(pl.UInt32),
                *own,
            )
        )
    if not made:
        return maker.present("institution").clear()
    return pl.concat(made).with_columns(pl.lit(value=False).alias("@judged"), pl.lit(value=False).alias("@present"))
