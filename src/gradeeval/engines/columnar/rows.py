"""Makes the rows of tables from coded columns: profiles, and what rosters, lists of members and places say beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set

import polars as pl

from gradeeval.engines.columnar.needs import Needs
from gradeeval.engines.columnar.places import Places
from gradeeval.engines.columnar.tables import ROW, Table, in_period
from gradeeval.language.scope import Scope
from gradeeval.profiles.columns.layout import Columns, columns_of, field_types, name_of
from gradeeval.vocabulary import AROUND, ValueType

_SAID = (pl.lit(value=True).alias("@present"), pl.lit(None, pl.UInt32).alias("@of"))
_UNLISTED = pl.lit(None, dtype=pl.Boolean).alias("@listed")
_EVERYBODY = pl.lit(value=True)
_JUDGED = pl.lit(value=True).alias("@judged")
_SHARED = pl.DataFrame(schema={"@id": pl.String, "@period": pl.String, ROW: pl.UInt32})


class Maker:
    """Makes the tables from coded columns."""

    def __init__(self, columns: Columns, scope: Scope, places: Places, as_of: str, needs: Needs) -> None:
        self.columns = columns
        self.scope = scope
        self.places = places
        self.as_of = as_of
        self.needs = needs
        self._days: dict[tuple[str, str], pl.DataFrame] = {}
        self._present: dict[str, pl.DataFrame] = {}
        self._periods: dict[tuple[str, str], pl.DataFrame] = {}

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
        if kind not in self._present:
            self._present[kind] = self._marked(kind)
        return self._present[kind]

    def in_period(self, kind: str, end: str) -> pl.DataFrame:
        """What identifies the latest profile of each subject in the year of a day and not after it."""
        if (kind, end) not in self._periods:
            self._periods[kind, end] = in_period(self.present(kind), end)
        return self._periods[kind, end]

    def forget(self) -> None:
        """Lets go of the profiles, of which tables have been made."""
        self._present.clear()
        self._periods.clear()

    def _marked(self, kind: str) -> pl.DataFrame:
        given, names = self.columns.profiles[kind], self.names(kind)
        asked = [one for one in given.columns if one.startswith("@") or name_of(one) in names]
        frame = given if len(asked) == given.width else given.select(asked)
        said = _SAID if "@listed" in asked else (*_SAID, _UNLISTED)
        if not _of_one(frame["@period"]):
            frame = frame.filter(pl.col("@end") <= self.as_of).with_columns_seq(said)
        elif frame["@end"].head(1).le(self.as_of).all():
            return frame.with_columns_seq(*said, _JUDGED)
        else:
            frame = frame.clear().with_columns_seq(said)
        if _of_one(frame["@period"]):
            return frame.with_columns_seq(_JUDGED)
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
            found = frame.filter(holds)
            if found["@id"].n_unique() < found.height:
                found = found.unique("@id", keep="first", maintain_order=True)
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
        lists = {
            name: list(columns_of(name, types[name])) for name in types if types[name].form == "list" and name in names
        }
        together = {column: columns for columns in lists.values() for column in columns}
        unknown = {
            one: pl.all_horizontal(
                [pl.col(other).is_null() for other in together.get(one, [one]) if other in rows.columns] or [_EVERYBODY]
            )
            for one in fields
        }
        asked = _lacking(rows, unknown.values())
        if not fields or not asked.any():
            return rows
        pairs = rows.select("@id", "@end").filter(asked)
        said = [pl.col(one).alias(f"of {one}") for one in fields]
        days = {day: self.listed(kind, day) for (day,) in pairs.select("@end").unique().iter_rows()}
        given = pl.concat(
            _few(listed, pairs).select("@id", pl.lit(day).alias("@end"), *said) for day, listed in days.items()
        )
        found = _beside(pairs, given, ("@id", "@end")).drop("@id", "@end")
        if pairs.height < rows.height:
            found = found.select(pl.all().gather(pl.select(pl.when(asked).then(asked.cum_sum() - 1)).to_series()))
        rows = rows.hstack(found).with_columns(
            pl.when(unknown[one]).then(f"of {one}").otherwise(one if one in rows.columns else None).alias(one)
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


def _lacking(rows: pl.DataFrame, unknown: Iterable[pl.Expr]) -> pl.Series:
    """Who might have more from a roster; what rosters say of the absent these have already, but for members of networks."""
    own = pl.col("@present") | pl.col("@of").is_not_null()
    return rows.select(own & pl.any_horizontal(*unknown, ~_EVERYBODY)).to_series()


def _few(listed: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """The rows of a roster that can be meant: a few are looked for among the many, and not the other way round."""
    return listed if pairs.height * 4 > listed.height else listed.join(pairs, on="@id", how="semi")


def _beside(rows: pl.DataFrame, more: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    """The rows with what ``more`` has of them, at most a row each; only the keys are joined, the rest stays where it is."""
    # By the id alone where all is of one day: a hash of two texts costs twice as much.
    alike = _of_one(rows["@end"]) and _of_one(more["@end"]) and rows["@end"].head(1).equals(more["@end"].head(1))
    on = [one for one in by if one != "@end"] if alike else list(by)
    found = rows.select(on).join(more, on=on, how="left", maintain_order="left", nulls_equal=True)
    return rows.hstack(found.drop(by))


def _of_one(days: pl.Series) -> bool:
    """Whether all are the same."""
    return days.is_empty() or bool((days == days[0]).all())


def _filled(rows: pl.DataFrame, name: str, value: pl.Expr) -> pl.DataFrame:
    """The rows with a name where none is known."""
    return rows.with_columns((pl.coalesce(name, value) if name in rows.columns else value).alias(name))


def in_front(frame: pl.DataFrame, weights: pl.Series) -> pl.DataFrame:
    """The rows with smaller weights, of which there are few different ones, before others; what stays in front is not taken out."""
    order: pl.Series = pl.concat([(weights == one).arg_true() for one in weights.unique().sort()])
    front = (order != pl.int_range(order.len(), dtype=pl.UInt32, eager=True)).arg_max() or 0
    if front < frame.height // 2:
        return frame[order]
    return pl.concat([frame.head(front), frame.slice(front)[order.slice(front) - front]], rechunk=True)


def finish(kind: str, rows: Iterable[pl.DataFrame], alike: pl.DataFrame, maker: Maker, wanted: pl.Expr) -> Table:
    """The table of these rows: first those that are wanted, judged ones before others."""
    given = list(rows)
    # What is put together is of one piece: what chooses between columns of several pieces copies them each time.
    some = [one for one in given if one.height] or given[:1]
    frame = some[0] if len(some) == 1 else pl.concat(some, how="diagonal_relaxed", rechunk=True)
    more = [wanted.alias("@wanted")]
    if "@absence" not in frame.columns:
        more.append(pl.lit(None, pl.UInt32).alias("@absence"))
    # Nobody looks at what rosters and places say of nobody.
    frame = (maker.finished(kind, frame) if frame.height else frame).with_columns_seq(more)
    if not frame["@judged"].all():
        weights = {"@judged": 4, "@wanted": 2, "@present": 1}
        later = frame.select(
            pl.sum_horizontal(*((~pl.col(one)).cast(pl.Int8) * n for one, n in weights.items()))
        ).to_series()
        if not later.is_sorted():
            frame = in_front(frame, later)
    frame = (frame.drop(ROW) if ROW in frame.columns else frame).with_row_index(ROW)
    rows_of = _SHARED
    if alike.height:
        shared = frame.filter(pl.col("@absence").is_not_null()).select("@absence", ROW)
        rows_of = alike.join(shared, on="@absence", maintain_order="left").select("@id", "@period", ROW)
    return Table(kind, frame, int(frame["@wanted"].sum()), rows_of)
