"""A table a kind: a row a view, that is a subject in a period, with what is reported, listed or said by where it lies.

Rows of profiles first, those to be judged before the others; then subjects in periods without profile (language §1, *Roster*):
they have the fields of the roster and no facts. Values are named as in the layout; ``@`` columns identify.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from gradeeval.engines.columnar.places import Places
from gradeeval.language.scope import Scope
from gradeeval.profiles.columns.layout import Columns, columns_of, field_types
from gradeeval.timeline import read_period
from gradeeval.vocabulary import AROUND

ROW = "@row"


@dataclass(slots=True)
class Table:
    """The rows of a kind. ``wanted`` rows, the first ones, get codes; ``judged`` marks those in their judged period."""

    kind: str
    frame: pl.DataFrame
    wanted: int
    made: dict[str, pl.Series] = field(default_factory=dict)
    slices: dict[str, pl.DataFrame] = field(default_factory=dict)
    years: dict[int, pl.Series] = field(default_factory=dict)

    @property
    def height(self) -> int:
        """How many rows."""
        return self.frame.height

    @property
    def keys(self) -> pl.DataFrame:
        """What identifies the rows."""
        return self.frame.select(pl.col("^@.*$"))

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return name in self.made or name in self.frame.columns

    def column(self, name: str) -> pl.Series:
        """A column, given or made."""
        return self.made[name] if name in self.made else self.frame[name]

    def evaluated(
        self, exprs: Mapping[str, pl.Expr], rows: int | None = None, *, at: pl.Series | None = None
    ) -> pl.DataFrame:
        """Expressions over the columns, those made included; of the first ``rows``, or of the rows ``at``.

        Only what they name is touched.
        """
        names = dict.fromkeys(name for expr in exprs.values() for name in expr.meta.root_names())
        needed = pl.DataFrame({ROW: self.frame[ROW], **{name: self.column(name) for name in names}})
        if at is not None:
            needed = needed.select(pl.all().gather(at))
        elif rows is not None:
            needed = needed.head(rows)
        return needed.lazy().select(pl.col(ROW).alias("@"), **exprs).drop("@").collect()

    def keep(self, **columns: pl.Expr | pl.Series) -> None:
        """Makes columns, which may not build on each other."""
        exprs = {name: column for name, column in columns.items() if isinstance(column, pl.Expr)}
        self.made.update((name, column) for name, column in columns.items() if isinstance(column, pl.Series))
        if exprs:
            self.made.update((column.name, column) for column in self.evaluated(exprs).get_columns())

    def in_period(self, text: str) -> pl.DataFrame:
        """``@id`` and ``@row`` of the latest view of each subject within the last year of a period, not after its end.

        A subject that has no profile there has the row that was made for its absence, if one was.
        """
        found = self.slices.get(text)
        if found is None:
            keys = self.keys
            present = in_period(keys.filter(pl.col("@present")), end_of(text))
            absent = keys.filter(~pl.col("@present") & (pl.col("@period") == text) & pl.col("@of").is_null())
            both = pl.concat([present.select("@id", ROW), absent.select("@id", ROW)])
            found = self.slices[text] = both.unique("@id", keep="first", maintain_order=True)
        return found

    def in_year(self, year: int) -> pl.Series:
        """For each row the row of the same subject in a whole year; null where there is none."""
        found = self.years.get(year)
        if found is None:
            end = f"{year}-12-31"
            whole = self.keys.filter((pl.col("@end") == end) & (pl.col("@first") == pl.col("@year")))
            present = whole.filter(pl.col("@present"))
            absent = whole.filter(~pl.col("@present") & (pl.col("@period") == str(year)) & pl.col("@of").is_null())
            by_id = pl.concat([present.select("@id", ROW), absent.select("@id", ROW)]).unique("@id", keep="first")
            own = (pl.col("@end") == end) & (pl.col("@first") == pl.col("@year"))
            joined = self.frame.select("@id", "@end", "@first", "@year", own=pl.col(ROW)).join(
                by_id, on="@id", how="left", maintain_order="left"
            )
            found = joined.select(pl.when(own).then("own").otherwise(ROW).alias(ROW)).to_series()
            self.years[year] = found
        return found


def end_of(text: str) -> str:
    """The last day of a period."""
    period = read_period(text)
    assert period is not None
    return period.end


def in_period(present: pl.DataFrame, end: str) -> pl.DataFrame:
    """The latest profile of each subject in the year of a day and not after it; figures for several years apart."""
    day = pl.col("@end")
    inside = present.select(pl.col("^@.*$")).filter(
        (day <= end) & day.str.starts_with(end[:4]) & (pl.col("@first") == pl.col("@year"))
    )
    return inside.sort("@end", maintain_order=True).unique("@id", keep="last", maintain_order=True)


class Maker:
    """Makes the tables from coded columns."""

    def __init__(self, columns: Columns, scope: Scope, places: Places, as_of: str) -> None:
        self.columns = columns
        self.scope = scope
        self.places = places
        self.as_of = as_of
        self._days: dict[tuple[str, str], pl.DataFrame] = {}

    def present(self, kind: str, names: Container[str]) -> pl.DataFrame:
        """The profiles up to the day of judgement, with these names; ``@judged`` marks the latest of each subject."""
        given = self.columns.profiles[kind]
        asked = [one for one in given.columns if one.startswith("@") or one.partition(":")[0] in names]
        frame = given.select(asked).filter(pl.col("@end") <= self.as_of)
        if "@listed" not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=pl.Boolean).alias("@listed"))
        frame = frame.with_row_index("@given")
        order = ["@end", pl.col("@first") == pl.col("@year"), "@given"]
        latest = (
            frame.select("@id", "@end", "@first", "@year", "@given")
            .sort(order)
            .unique("@id", keep="last")
            .select("@given", pl.lit(True).alias("@judged"))
        )
        return frame.join(latest, on="@given", how="left", maintain_order="left").with_columns(
            pl.col("@judged").fill_null(value=False),
            pl.lit(True).alias("@present"),
            pl.lit(None, pl.UInt32).alias("@of"),
        )

    def listed(self, kind: str, day: str) -> pl.DataFrame:
        """The rows of rosters that hold on a day, one a subject: the first roster's."""
        found = self._days.get((kind, day))
        if found is None:
            frame = self.columns.listed[kind]
            holds = (pl.col("@from").is_null() | (pl.col("@from") <= day)) & (
                pl.col("@to").is_null() | (pl.col("@to") >= day)
            )
            found = frame.filter(holds).unique("@id", keep="first", maintain_order=True)
            self._days[kind, day] = found
        return found

    def absent(self, kind: str, wanted: pl.DataFrame, present: pl.DataFrame) -> pl.DataFrame:
        """The views of subjects in periods without profile; ``wanted`` has ``@id``, ``@period`` and ``@near``, a region."""
        made = []
        present = present.select(pl.col("^(@.*|province|prefecture|county|division)$"))
        for (text,), group in wanted.group_by("@period", maintain_order=True):
            period = read_period(str(text))
            assert period is not None
            rows = group.unique("@id", keep="first", maintain_order=True)
            rows = rows.join(
                self.listed(kind, period.end).select("@id", LISTED_NAME, "@parent", LISTED_TIER, LISTED_TYPE),
                on="@id",
                how="left",
                maintain_order="left",
            )
            later = present.filter(pl.col("@end") > period.end).sort(
                "@end", pl.col("@first") == pl.col("@year"), maintain_order=True
            )
            around = [name for name in (*AROUND, "division") if name in present.columns]
            later = later.unique("@id", keep="first", maintain_order=True).select(
                "@id",
                pl.col("@name").alias("later_name"),
                pl.col("@region").alias("later_region"),
                pl.col("@tier").alias("later_tier"),
                pl.col("@type").alias("later_type"),
                *(pl.col(name).alias(f"later {name}") for name in around if kind == "region"),
            )
            rows = rows.join(later, on="@id", how="left", maintain_order="left")
            known = pl.col("listed_name").is_not_null()
            region = pl.coalesce("later_region", "@near")
            if kind != "region":
                region = pl.when(known).then(pl.col("@parent").fill_null("")).otherwise(region)
            made.append(
                rows.select(
                    "@id",
                    pl.coalesce("listed_name", "later_name").fill_null("").alias("@name"),
                    pl.lit(period.text).alias("@period"),
                    pl.lit(period.end).alias("@end"),
                    pl.lit(period.first, pl.Int16).alias("@first"),
                    pl.lit(period.year, pl.Int16).alias("@year"),
                    region.alias("@region"),
                    pl.coalesce("later_tier", "listed_tier").alias("@tier"),
                    pl.coalesce("later_type", "listed_type").alias("@type"),
                    *(pl.col(f"later {name}") for name in around if kind == "region"),
                )
            )
        if not made:
            return present.clear()
        frame = pl.concat(made)
        return frame.with_columns(
            pl.lit(value=False).alias("@judged"),
            pl.lit(value=False).alias("@present"),
            pl.lit(None, pl.UInt32).alias("@of"),
        )

    def finished(self, kind: str, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with the fields that rosters and places give where the profile does not."""
        types = field_types(self.scope, kind)
        rows = self._fields_of_rosters(kind, rows, types)
        for name in AROUND:
            if f"later {name}" in rows.columns:
                rows = _filled(rows, name, pl.col(f"later {name}")).drop(f"later {name}")
        if "later division" in rows.columns:
            rows = _filled(rows, "division", pl.col("later division")).drop("later division")
        rows = _filled(rows, "name", pl.col("@name"))
        if kind == "institution" and "roles" in types:
            rows = self._roles(rows)
        return rows

    def _fields_of_rosters(self, kind: str, rows: pl.DataFrame, types: object) -> pl.DataFrame:
        assert isinstance(types, dict)
        listed = self.columns.listed[kind]
        fields = [
            column
            for name in types
            if name != "name"
            for column in columns_of(name, types[name])
            if column in listed.columns
        ]
        pairs = rows.select("@region", "@end").unique()
        near = []
        for code, day in pairs.iter_rows():
            names: dict[str, str] = {}
            for row in self.places.chain(code or "", day):
                if row.tier is not None and row.tier in AROUND:
                    names.setdefault(row.tier, row.name)
            own = self.places.chain(code or "", day)[:1]
            near.append(
                (code, day, own[0].name if own and own[0].id == code else None, *(names.get(tier) for tier in AROUND))
            )
        schema = {
            "@region": pl.String,
            "@end": pl.String,
            "own": pl.String,
            **{f"@{tier}": pl.String for tier in AROUND},
        }
        around = pl.DataFrame(near, schema=schema, orient="row")
        rows = rows.join(around, on=["@region", "@end"], how="left", maintain_order="left", nulls_equal=True)
        for tier in AROUND:
            rows = _filled(rows, tier, pl.col(f"@{tier}"))
        if kind == "region":
            rows = _filled(rows, "name", pl.col("own"))
        rows = rows.drop("own", *(f"@{tier}" for tier in AROUND))
        if not fields or rows.is_empty():
            return rows
        given = pl.concat(
            [
                self.listed(kind, day).select(
                    "@id", pl.lit(day).alias("@end"), *(pl.col(one).alias(f"of {one}") for one in fields)
                )
                for (day,) in rows.select("@end").unique().iter_rows()
            ]
        )
        rows = rows.join(given, on=["@id", "@end"], how="left", maintain_order="left")
        lists = {name: list(columns_of(name, types[name])) for name in types if types[name].form == "list"}
        together = {column: name for name, columns in lists.items() for column in columns}
        unknown = {
            name: pl.all_horizontal(
                [pl.col(one).is_null() for one in columns if one in rows.columns] or [pl.lit(value=True)]
            )
            for name, columns in lists.items()
        }
        rows = rows.with_columns(
            pl.when(unknown[together[one]])
            .then(pl.col(f"of {one}"))
            .otherwise(pl.col(one) if one in rows.columns else None)
            .alias(one)
            if one in together
            else pl.coalesce(*([one] if one in rows.columns else []), f"of {one}").alias(one)
            for one in fields
        )
        return rows.drop(f"of {one}" for one in fields)

    def _roles(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Adds the roles that lists of members give; what the profile says of others stays."""
        codes = list(columns_of("roles", field_types(self.scope, "institution")["roles"]))
        present = [one for one in codes if one in self.columns.members.columns]
        if not present or rows.is_empty():
            return rows
        added = pl.concat(
            [
                members_on(self.columns.members, day)
                .group_by("@id")
                .agg(pl.col(one).fill_null(value=False).any().alias(f"of {one}") for one in present)
                .with_columns(pl.lit(day).alias("@end"))
                for (day,) in rows.select("@end").unique().iter_rows()
            ]
        )
        rows = rows.join(added, on=["@id", "@end"], how="left", maintain_order="left")
        rows = rows.with_columns(
            pl.when(pl.col(f"of {one}"))
            .then(pl.lit(value=True))
            .otherwise(pl.col(one) if one in rows.columns else None)
            .alias(one)
            for one in present
        )
        return rows.drop(f"of {one}" for one in present)

    def absent_members(self, networks: pl.DataFrame, institutions: pl.DataFrame) -> pl.DataFrame:
        """Members of networks that have no profile in its period, as its list gives them; ``@of`` is the row of the network."""
        types = field_types(self.scope, "institution")
        own = [
            column
            for name in types
            for column in columns_of(name, types[name])
            if column in self.columns.members.columns
        ]
        made = []
        listing = networks.select(pl.col("^@.*$")).filter(pl.col("@present") & pl.col("@listed").fill_null(value=False))
        for (text,), group in listing.group_by("@period", maintain_order=True):
            period = read_period(str(text))
            assert period is not None
            there = in_period(institutions, period.end).select("@id")
            rows = members_on(self.columns.members, period.end).join(
                group.select(pl.col("@id").alias("@network"), "@period", pl.col(ROW).alias("@of")),
                on=["@network", "@period"],
            )
            rows = rows.join(there, on="@id", how="anti")
            listed = self.listed("institution", period.end).select("@id", pl.col("@parent").fill_null(""))
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
            return institutions.clear()
        return pl.concat(made).with_columns(pl.lit(value=False).alias("@judged"), pl.lit(value=False).alias("@present"))


LISTED_NAME = pl.col("@name").alias("listed_name")
LISTED_TIER = pl.col("@tier").alias("listed_tier")
LISTED_TYPE = pl.col("@type").alias("listed_type")


def members_on(members: pl.DataFrame, day: str) -> pl.DataFrame:
    """The memberships that hold on a day."""
    return members.filter(
        (pl.col("@from").is_null() | (pl.col("@from") <= day)) & (pl.col("@to").is_null() | (pl.col("@to") >= day))
    )


def _filled(rows: pl.DataFrame, name: str, value: pl.Expr) -> pl.DataFrame:
    """The rows with a name where none is known."""
    return rows.with_columns((pl.coalesce(name, value) if name in rows.columns else value).alias(name))


def finish(kind: str, rows: Iterable[pl.DataFrame], maker: Maker, wanted: pl.Expr) -> Table:
    """The table of these rows: first those that are wanted, judged ones before others."""
    given = list(rows)
    frame = pl.concat([one for one in given if one.height] or given[:1], how="diagonal_relaxed")
    frame = maker.finished(kind, frame).with_columns(wanted.alias("@wanted"))
    weights = {"@judged": 4, "@wanted": 2, "@present": 1}
    later = frame.select(
        pl.sum_horizontal(*((~pl.col(one)).cast(pl.Int8) * n for one, n in weights.items()))
    ).to_series()
    if not later.is_sorted():
        frame = frame.select(pl.all().sort_by(later, maintain_order=True))
    frame = frame.drop([one for one in (ROW, "@given") if one in frame.columns]).with_row_index(ROW)
    return Table(kind, frame, int(frame["@wanted"].sum()))
