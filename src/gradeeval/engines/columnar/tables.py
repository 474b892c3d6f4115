"""A table a kind: a row a view, that is a subject in a period, with what is reported, listed or said by where it lies.

Rows of profiles first, those to be judged before the others; then subjects in periods without profile (language §1, *Roster*):
they have the fields of the roster and no facts. Values are named as in the layout; ``@`` columns identify.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

import polars as pl

from gradeeval.engines.columnar.needs import Needs
from gradeeval.engines.columnar.places import Places
from gradeeval.language.scope import Scope
from gradeeval.profiles.columns.layout import Columns, columns_of, field_types, name_of
from gradeeval.timeline import read_period
from gradeeval.vocabulary import AROUND, ValueType

ROW = "@row"
_ALIKE_ONCE = pl.QueryOptFlags.none(comm_subexpr_elim=True)
"""What repeats among expressions is worked out once, which an eager select does not do."""


@dataclass(slots=True)
class Table:
    """The rows of a kind. ``wanted`` rows, the first ones, get codes; ``judged`` marks those in their judged period.

    ``alike``: ``@id`` and ``@period`` of absences that share a row, and that ``@row``. ``due`` are columns to be made, step by step:
    each looks at given or made ones or those of earlier steps.
    """

    kind: str
    frame: pl.DataFrame
    wanted: int
    alike: pl.DataFrame
    made: dict[str, pl.Series] = field(default_factory=dict)
    due: list[dict[str, pl.Expr]] = field(default_factory=list)
    slices: dict[str, pl.DataFrame] = field(default_factory=dict)
    years: dict[int, pl.Series] = field(default_factory=dict)
    _given: frozenset[str] = frozenset()
    _steps: dict[str, int] = field(default_factory=dict)
    _keys: pl.DataFrame | None = None

    def __post_init__(self) -> None:
        self._given = frozenset(self.frame.columns)

    @property
    def height(self) -> int:
        """How many rows."""
        return self.frame.height

    @property
    def keys(self) -> pl.DataFrame:
        """What identifies the rows."""
        if self._keys is None:
            self._keys = self.frame.select(pl.col("^@.*$"))
        return self._keys

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return name in self._given or name in self.made or name in self._steps

    def column(self, name: str) -> pl.Series:
        """A column, given or made."""
        if name in self._steps:
            self._make()
        return self.made[name] if name in self.made else self.frame[name]

    def evaluated(
        self, exprs: Mapping[str, pl.Expr], rows: int | None = None, *, at: pl.Series | None = None
    ) -> pl.DataFrame:
        """Expressions over the columns, those made included; of the first ``rows``, or of the rows ``at``.

        Only what they name is touched.
        """
        names = dict.fromkeys(name for expr in exprs.values() for name in expr.meta.root_names())
        needed = pl.DataFrame([self.frame[ROW].alias("@"), *(self.column(name) for name in names)])
        if at is not None:
            needed = needed[at]
        elif rows is not None:
            needed = needed.head(rows)
        made = needed.lazy().select("@", **exprs).collect(optimizations=_ALIKE_ONCE)
        return pl.DataFrame(made.get_columns()[1:])

    def keep(self, **columns: pl.Expr | pl.Series) -> None:
        """Makes columns; expressions when one of them is asked for, all that are due in few steps."""
        for name, column in columns.items():
            if isinstance(column, pl.Series):
                self.made[name] = column.alias(name)
                continue
            step = max((self._steps.get(root, -1) for root in column.meta.root_names()), default=-1) + 1
            if step == len(self.due):
                self.due.append({})
            self.due[step][name] = column
            self._steps[name] = step

    def _make(self) -> None:
        due, self.due = self.due, []
        self._steps.clear()
        for step in due:
            self.made.update((column.name, column) for column in self.evaluated(step).get_columns())

    def in_period(self, text: str) -> pl.DataFrame:
        """``@id`` and ``@row`` of the latest view of each subject within the last year of a period, not after its end.

        A subject that has no profile there has the row that was made for its absence, if one was.
        """
        found = self.slices.get(text)
        if found is None:
            keys = self.keys
            present = in_period(keys.filter(pl.col("@present")), end_of(text))
            both = pl.concat([present.select("@id", ROW), self.absent_in(text)])
            found = self.slices[text] = both.unique("@id", keep="first", maintain_order=True)
        return found

    def absent_in(self, text: str) -> pl.DataFrame:
        """``@id`` and ``@row`` of the subjects that have a row for their absence in a period."""
        own = (pl.col("@period") == text) & ~pl.col("@present") & pl.col("@of").is_null() & pl.col("@absence").is_null()
        shared = self.alike.filter(pl.col("@period") == text)
        return pl.concat([self.frame.filter(own).select("@id", ROW), shared.select("@id", ROW)])

    def in_year(self, year: int) -> pl.Series:
        """For each row the row of the same subject in a whole year; null where there is none."""
        found = self.years.get(year)
        if found is None:
            end = f"{year}-12-31"
            present = self.keys.filter(
                pl.col("@present") & (pl.col("@end") == end) & (pl.col("@first") == pl.col("@year"))
            )
            both = pl.concat([present.select("@id", ROW), self.absent_in(str(year))])
            by_id = both.unique("@id", keep="first")
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

    def __init__(self, columns: Columns, scope: Scope, places: Places, as_of: str, needs: Needs) -> None:
        self.columns = columns
        self.scope = scope
        self.places = places
        self.as_of = as_of
        self.needs = needs
        self._days: dict[tuple[str, str], pl.DataFrame] = {}

    def names(self, kind: str) -> Set[str]:
        """What is looked at in a kind; of regions also what places and rosters say of them, which others look up."""
        own = self.needs.names.get(kind, set())
        return own | {"name", "division", *AROUND} if kind == "region" else own

    def fields(self, kind: str) -> list[str]:
        """The columns of rosters that are looked at."""
        names, types = self.names(kind), field_types(self.scope, kind)
        asked = [
            column for name in types if name in names and name != "name" for column in columns_of(name, types[name])
        ]
        return [column for column in asked if column in self.columns.listed[kind].columns]

    def present(self, kind: str) -> pl.DataFrame:
        """The profiles up to the day of judgement, with what is looked at; ``@judged`` marks the latest of each subject."""
        given, names = self.columns.profiles[kind], self.names(kind)
        asked = [one for one in given.columns if one.startswith("@") or name_of(one) in names]
        frame = given.select(asked).with_columns(
            pl.lit(value=True).alias("@present"), pl.lit(None, pl.UInt32).alias("@of")
        )
        if not (frame["@end"] <= self.as_of).all():
            frame = frame.filter(pl.col("@end") <= self.as_of)
        if "@listed" not in frame.columns:
            frame = frame.with_columns(pl.lit(None, dtype=pl.Boolean).alias("@listed"))
        periods = frame["@period"]
        if frame.is_empty() or (periods == periods[0]).all():
            return frame.with_columns(pl.lit(value=True).alias("@judged"))
        order = ["@end", pl.col("@first") == pl.col("@year"), "@given"]
        given_order = frame.select("@id", "@end", "@first", "@year").with_row_index("@given")
        latest = given_order.sort(order).unique("@id", keep="last")["@given"]
        judged = pl.int_range(pl.len(), dtype=pl.UInt32).is_in(latest.implode())
        return frame.with_columns(judged.alias("@judged"))

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

    def finished(self, kind: str, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with the fields that rosters and places give where the profile does not."""
        types = field_types(self.scope, kind)
        rows = self._fields_of_rosters(kind, rows, types)
        names = self.names(kind)
        for name in AROUND:
            if f"later {name}" in rows.columns:
                rows = _filled(rows, name, pl.col(f"later {name}")).drop(f"later {name}")
        if "later division" in rows.columns:
            rows = _filled(rows, "division", pl.col("later division")).drop("later division")
        if "name" in names:
            rows = _filled(rows, "name", pl.col("@name"))
        if "roles" in types and "roles" in names:
            rows = self._roles(rows)
        return rows

    def _places_around(self, kind: str, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows with the names of the regions around where the profile gives none."""
        tiers = [tier for tier in AROUND if tier in self.names(kind)]
        if not tiers:
            return rows
        pairs = rows.select("@region", "@end").unique()
        near = []
        for code, day in pairs.iter_rows():
            names: dict[str, str] = {}
            for row in self.places.chain(code or "", day):
                if row.tier is not None and row.tier in AROUND:
                    names.setdefault(row.tier, row.name)
            own = self.places.chain(code or "", day)[:1]
            near.append(
                (code, day, own[0].name if own and own[0].id == code else None, *(names.get(tier) for tier in tiers))
            )
        schema = {
            "@region": pl.String,
            "@end": pl.String,
            "own": pl.String,
            **{f"@{tier}": pl.String for tier in tiers},
        }
        around = pl.DataFrame(near, schema=schema, orient="row")
        rows = _beside(rows, around, ("@region", "@end"))
        for tier in tiers:
            rows = _filled(rows, tier, pl.col(f"@{tier}"))
        if kind == "region":
            rows = _filled(rows, "name", pl.col("own"))
        return rows.drop("own", *(f"@{tier}" for tier in tiers))

    def _fields_of_rosters(self, kind: str, rows: pl.DataFrame, types: Mapping[str, ValueType]) -> pl.DataFrame:
        rows, fields, names = self._places_around(kind, rows), self.fields(kind), self.names(kind)
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
        rows = _beside(rows, given, ("@id", "@end"))
        lists = {
            name: list(columns_of(name, types[name])) for name in types if types[name].form == "list" and name in names
        }
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
        rows = _beside(rows, added, ("@id", "@end"))
        rows = rows.with_columns(
            pl.when(pl.col(f"of {one}"))
            .then(pl.lit(value=True))
            .otherwise(pl.col(one) if one in rows.columns else None)
            .alias(one)
            for one in present
        )
        return rows.drop(f"of {one}" for one in present)


def members_on(members: pl.DataFrame, day: str) -> pl.DataFrame:
    """The memberships that hold on a day."""
    return members.filter(
        (pl.col("@from").is_null() | (pl.col("@from") <= day)) & (pl.col("@to").is_null() | (pl.col("@to") >= day))
    )


def _beside(rows: pl.DataFrame, more: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    """The rows with what ``more`` has of them, at most a row each; only the keys are joined, the rest stays where it is."""
    found = rows.select(by).join(more, on=by, how="left", maintain_order="left", nulls_equal=True)
    return rows.hstack(found.drop(by))


def _filled(rows: pl.DataFrame, name: str, value: pl.Expr) -> pl.DataFrame:
    """The rows with a name where none is known."""
    return rows.with_columns((pl.coalesce(name, value) if name in rows.columns else value).alias(name))


def finish(kind: str, rows: Iterable[pl.DataFrame], alike: pl.DataFrame, maker: Maker, wanted: pl.Expr) -> Table:
    """The table of these rows: first those that are wanted, judged ones before others."""
    given = list(rows)
    frame = pl.concat([one for one in given if one.height] or given[:1], how="diagonal_relaxed")
    frame = maker.finished(kind, frame).with_columns(wanted.alias("@wanted"))
    if not frame["@judged"].all():
        weights = {"@judged": 4, "@wanted": 2, "@present": 1}
        later = frame.select(
            pl.sum_horizontal(*((~pl.col(one)).cast(pl.Int8) * n for one, n in weights.items()))
        ).to_series()
        if not later.is_sorted():
            frame = frame.select(pl.all().sort_by(later, maintain_order=True))
    if "@absence" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, pl.UInt32).alias("@absence"))
    frame = frame.drop([one for one in (ROW,) if one in frame.columns]).with_row_index(ROW)
    rows_of = pl.DataFrame(schema={"@id": pl.String, "@period": pl.String, ROW: pl.UInt32})
    if alike.height:
        shared = frame.filter(pl.col("@absence").is_not_null()).select("@absence", ROW)
        rows_of = alike.join(shared, on="@absence", maintain_order="left").select("@id", "@period", ROW)
    return Table(kind, frame, int(frame["@wanted"].sum()), rows_of)
