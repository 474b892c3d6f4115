"""How tables hang together: the parts of each whole, the region or network around a subject, a subject in another year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import polars as pl

from gradeeval.engines.columnar.absences import absences, absent, absent_members
from gradeeval.engines.columnar.needs import Needs
from gradeeval.engines.columnar.places import Places
from gradeeval.engines.columnar.rows import Maker, finish, members_on
from gradeeval.engines.columnar.tables import ROW, Table, end_of, in_period
from gradeeval.language.nodes import Reach
from gradeeval.language.scope import Scope
from gradeeval.profiles.columns.layout import Columns
from gradeeval.vocabulary import KINDS

_NO_ROW = pl.UInt32
_AT_ONCE = 4_000_000
"""About so many numbers are added up at a time."""
Sums = Mapping[str, pl.Expr]


@dataclass(slots=True)
class Relations:
    """The tables of a run and the ways between them. ``lenient`` as in ``World``: the small worlds of examples."""

    tables: Mapping[str, Table]
    places: Places
    columns: Columns
    maker: Maker
    lenient: bool
    _groups: dict[tuple[str, str], tuple[pl.DataFrame, pl.DataFrame]] = field(default_factory=dict)
    _taken: dict[tuple[str, Reach], pl.DataFrame] = field(default_factory=dict)
    _complete: dict[tuple[str, Reach], pl.Series] = field(default_factory=dict)
    _fitting: dict[Reach, pl.Series | None] = field(default_factory=dict)
    _members: pl.DataFrame | None = None
    _networks: dict[str | None, pl.DataFrame] = field(default_factory=dict)

    def forget(self) -> None:
        """Lets go of the values of profiles, which the tables have in their turn."""
        profiles = {kind: frame.select(pl.col("^@.*$")) for kind, frame in self.columns.profiles.items()}
        self.columns = self.maker.columns = replace(self.columns, profiles=profiles)

    # -- up --------------------------------------------------------------------------------------------------------

    def above(self, kind: str, reach: Reach) -> pl.Series:
        """For each row of a kind the row of the one subject of that sort around it, in the same year; else null."""
        rows = self.tables[kind].keys.select("@id", "@region", "@end", "@period")
        if reach.kind == "network":
            codes = self._network_around(rows, reach)
        elif self.lenient:
            found = (
                self.tables["region"].keys.filter(pl.col("@present") & (pl.col("@tier") == reach.tier))["@id"].unique()
            )
            codes = rows.select(pl.lit(found[0] if len(found) == 1 else None, pl.String).alias("@code"), "@period")
        else:
            pairs = rows.select("@region", "@end").unique()
            known = [
                (
                    code,
                    day,
                    next((row.id for row in self.places.chain(code or "", day) if row.tier == reach.tier), None),
                )
                for code, day in pairs.iter_rows()
            ]
            schema = {"@region": pl.String, "@end": pl.String, "@code": pl.String}
            codes = rows.join(
                pl.DataFrame(known, schema=schema, orient="row"),
                on=["@region", "@end"],
                how="left",
                maintain_order="left",
                nulls_equal=True,
            )
        return self._same_year(reach.kind, codes)

    def _same_year(self, kind: str, codes: pl.DataFrame) -> pl.Series:
        """The rows of the subjects ``@code`` in the year of ``@period``, where they have a profile then."""
        table = self.tables[kind]
        present = table.keys.filter(pl.col("@present"))
        found = [
            in_period(present, end_of(text)).select(pl.col("@id").alias("@code"), ROW, pl.lit(text).alias("@period"))
            for text in codes["@period"].unique()
        ]
        if not found:
            return pl.Series(ROW, [None] * codes.height, dtype=_NO_ROW)
        return codes.join(pl.concat(found), on=["@code", "@period"], how="left", maintain_order="left")[ROW]

    def _network_around(self, rows: pl.DataFrame, reach: Reach) -> pl.DataFrame:
        found = self._networks.get(reach.type)
        if found is None:
            types = self.columns.profiles["network"].select(pl.col("@id").alias("@network"), "@period", "@type")
            members = self.columns.members.join(types, on=["@network", "@period"]).filter(pl.col("@type") == reach.type)
            found = self._networks[reach.type] = pl.concat(
                [
                    members_on(members, day)
                    .group_by("@id")
                    .agg(pl.col("@network").n_unique().alias("@many"), pl.col("@network").first().alias("@code"))
                    .filter(pl.col("@many") == 1)
                    .select("@id", "@code", pl.lit(day).alias("@end"))
                    for day in rows["@end"].unique()
                ]
                or [pl.DataFrame(schema={"@id": pl.String, "@code": pl.String, "@end": pl.String})]
            )
        return rows.join(found, on=["@id", "@end"], how="left", maintain_order="left")

    # -- down ------------------------------------------------------------------------------------------------------

    def sums(self, whole: str, part: Reach, sums: Sums) -> pl.DataFrame:
        """The sums of these expressions over the parts of each row of a kind; of no parts 0. Columns as named."""
        every, step = list(sums.items()), max(1, _AT_ONCE // max(1, self.tables[part.kind].height))
        some = (dict(every[at : at + step]) for at in range(0, len(every), step))
        return pl.concat([self._sums(whole, part, own) for own in some], how="horizontal")

    def _sums(self, whole: str, part: Reach, sums: Sums) -> pl.DataFrame:
        values, names = self.tables[part.kind].evaluated(sums), list(sums)
        found = []
        if whole == "network":
            edges = self.member_edges()
            found.append(values[edges["@part"]].hstack([edges["@whole"]]))
        if whole == "region" or self.lenient:
            groups, closure = self.groups(whole, part.kind)
            times, parts = groups["@times"], values[groups[ROW]].hstack([groups["@group"]])
            if not (times == 1).all():
                parts = parts.with_columns(pl.col(names) * times)
            if (whole, part) not in self._taken:
                self._taken[whole, part] = self.taken(whole, part, closure)
            by_group = parts.group_by("@group").agg(pl.col(names).sum())
            found.append(self._taken[whole, part].join(by_group, on="@group").select(*names, "@whole"))
        by_whole = pl.concat(found).group_by("@whole").agg(pl.col(names).sum())
        rows = self.tables[whole].frame.select(pl.col(ROW).alias("@whole"))
        return rows.join(by_whole, on="@whole", how="left", maintain_order="left").select(pl.col(names).fill_null(0))

    def taken(self, whole: str, part: Reach, closure: pl.DataFrame) -> pl.DataFrame:
        """The ways from groups to wholes that count: by a list, or where the list of that sort is not complete."""
        complete = self.complete(whole, part).gather(closure["@whole"])
        return closure.with_columns(complete.alias("@complete")).filter(pl.col("@by_list") | ~pl.col("@complete"))

    def edges(self, whole: str, part: Reach, wholes: pl.Series, marked: pl.Series | None = None) -> pl.DataFrame:
        """``@whole`` and ``@part``: the parts of that sort of the rows ``wholes`` of a kind, one by one, in any order.

        ``marked`` tells of each row of the parts whether it is asked for.
        """
        found = []
        if whole == "network":
            found.append(self.member_edges().filter(pl.col("@whole").is_in(wholes.implode())).select("@whole", "@part"))
        if whole == "region" or self.lenient:
            groups, closure = self.groups(whole, part.kind)
            closure = closure.filter(pl.col("@whole").is_in(wholes.implode()))
            taken = self.taken(whole, part, closure)
            asked = groups if marked is None else groups.filter(marked.gather(groups[ROW]))
            found.append(taken.join(asked, on="@group").select("@whole", pl.col(ROW).alias("@part")))
        both = pl.concat(found).drop_nulls("@part")
        if marked is not None:
            both = both.filter(marked.gather(both["@part"]))
        own = self.fitting(part)
        return both if own is None else both.filter(own[both["@part"]])

    def fitting(self, part: Reach) -> pl.Series | None:
        """For each row of a kind whether it is of that sort; None where all are."""
        if part not in self._fitting:
            every = part.tier is None and part.type is None
            self._fitting[part] = None if every else self.tables[part.kind].frame.select(fits(part)).to_series()
        return self._fitting[part]

    def listed(self, whole: str, part: Reach) -> pl.Series:
        """Whether the list of the parts of that sort is complete, for each row of a kind."""
        frame = self.tables[whole].frame
        complete = self.complete(whole, part)
        if whole == "region":
            return complete
        by_list = frame.select(pl.col("@present") & pl.col("@listed").fill_null(value=False)).to_series()
        if not self.lenient:
            return by_list
        open_ended = frame.select(pl.col("@present") & ~pl.col("@listed").fill_null(value=False)).to_series()
        return by_list | (open_ended & complete)

    def complete(self, whole: str, part: Reach) -> pl.Series:
        """Whether a roster lists all parts of that sort of each region."""
        found = self._complete.get((whole, part))
        if found is None:
            frame = self.tables[whole].frame.select("@id", "@end")
            listing = self.places.listing(part)
            values = [self.places.complete(id, listing, end) for id, end in frame.iter_rows()]
            found = self._complete[whole, part] = pl.Series("@complete", values, dtype=pl.Boolean)
        return found

    def member_edges(self) -> pl.DataFrame:
        """Networks and their members on the last day of the period; ``@part`` is the row of the institution."""
        if self._members is None:
            networks, institutions = self.tables["network"].keys, self.tables["institution"].keys
            found = []
            listing = networks.filter(pl.col("@present") & pl.col("@listed").fill_null(value=False))
            none = (
                institutions.filter(pl.col("@of").is_not_null())
                .select("@id", pl.col("@of").alias("@whole"), pl.col(ROW).alias("@absent"))
                .unique(["@id", "@whole"], keep="first")
            )
            present = institutions.filter(pl.col("@present"))
            for (text,), group in listing.group_by("@period", maintain_order=True):
                day = end_of(str(text))
                members = members_on(self.columns.members, day).join(
                    group.select(pl.col("@id").alias("@network"), "@period", pl.col(ROW).alias("@whole")),
                    on=["@network", "@period"],
                )
                there = in_period(present, day).select("@id", ROW).join(members, on="@id", how="semi")
                members = members.join(there, on="@id", how="left")
                members = members.join(none, on=["@id", "@whole"], how="left")
                found.append(members.select("@whole", pl.coalesce(ROW, "@absent").alias("@part")))
            empty = pl.DataFrame(schema={"@whole": pl.UInt32, "@part": pl.UInt32})
            self._members = pl.concat(found) if found else empty
        return self._members

    def groups(self, whole: str, part: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Parts that lie alike: ``@row``, ``@group`` and how many share the row; and the rows ``@whole`` that each group is part of.

        ``@by_list`` tells those that a roster lists there from those that only say so themselves; these count where the list is
        not complete.
        """
        found = self._groups.get((whole, part))
        if found is None:
            found = self._groups[whole, part] = self._grouped(whole, part)
        return found

    def _grouped(self, whole: str, part: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        wholes, parts = self.tables[whole].keys, self.tables[part]
        if whole == "network":
            wholes = wholes.filter(pl.col("@present") & ~pl.col("@listed").fill_null(value=False))
        groups: list[pl.DataFrame] = []
        closure: list[tuple[int, int, bool]] = []
        count = 0
        for (text,), own in wholes.group_by("@period", maintain_order=True):
            day = end_of(str(text))
            # Twice where a subject has figures for several years and is absent in the last of them.
            rows_of: dict[str, list[int]] = {}
            for id, row in own.select("@id", ROW).iter_rows():
                rows_of.setdefault(id, []).append(row)
            rows = parts.in_period(str(text))
            rows = rows.with_columns(parts.frame[name].gather(rows[ROW]) for name in ("@region", "@present"))
            listed = self.maker.listed(part, day).select("@id", "@roster", "@parent")
            rows = rows.join(listed, on="@id", how="left")
            key = ["@roster", "@parent", "@region", "@present"]
            alike = rows.group_by(key, maintain_order=True).agg(ROW).with_row_index("@group", offset=count)
            of = alike.select("@group", ROW).explode(ROW)
            once = of[ROW].n_unique() == of.height
            times = of.with_columns(pl.lit(1, pl.Int64).alias("@times")) if once else _times(of)
            groups.append(times.select(ROW, "@group", "@times"))
            for number, roster, parent, region, present in alike.drop(ROW).iter_rows():
                by_list = set() if roster is None else set(self.places.wholes_of_listed(roster, parent or "", day))
                told = set()
                if present:
                    told = set(rows_of) if self.lenient else set(self.places.inside(region, day))
                    told -= by_list | ({region} if part == "region" else set())
                closure += [(number, row, True) for code in by_list for row in rows_of.get(code, ())]
                closure += [(number, row, False) for code in told for row in rows_of.get(code, ())]
            count += alike.height
        schema = {"@group": pl.UInt32, "@whole": pl.UInt32, "@by_list": pl.Boolean}
        empty = pl.DataFrame(schema={ROW: pl.UInt32, "@group": pl.UInt32, "@times": pl.Int64})
        ways = list(zip(*closure, strict=True)) or [(), (), ()]
        return pl.concat(groups) if groups else empty, pl.DataFrame(ways, schema=schema, orient="col")


def _times(of: pl.DataFrame) -> pl.DataFrame:
    """How many share a row in a group."""
    return of.group_by(ROW, "@group", maintain_order=True).agg(pl.len().cast(pl.Int64).alias("@times"))


def fits(reach: Reach) -> pl.Expr:
    """Whether a row is of that sort."""
    found = pl.lit(value=True)
    if reach.tier is not None:
        found = found & (pl.col("@tier") == reach.tier).fill_null(value=False)
    if reach.type is not None:
        found = found & (pl.col("@type") == reach.type).fill_null(value=False)
    return found


def relate(
    columns: Columns, places: Places, scope: Scope, as_of: str, needs: Needs, *, roll_up: bool = False
) -> Relations:
    """The tables of these columns, with a row for each subject and period that the requirements look at.

    ``roll_up``: parts of what is judged get codes too, in the period of their whole.
    """
    maker = Maker(columns, scope, places, as_of, needs)
    present = {kind: maker.present(kind) for kind in KINDS}
    years = {kind: _years(kind, present[kind], needs) for kind in KINDS}
    wide = sorted({year for found in years.values() for year in found})
    texts: set[str] = set()
    if needs.parts or roll_up:
        texts = {text for kind in ("region", "network") for text in present[kind]["@period"].unique()}
        texts |= {str(year) for year in wide}
        texts |= {
            str(int(text[:4]) - one)
            for text in list(texts)
            for one in range(1, 1 + max(needs.back.values(), default=0))
        }
    judged_texts: list[str] = []
    if roll_up:
        judged = (present[kind].filter("@judged")["@period"] for kind in ("region", "network"))
        judged_texts = sorted({text for found in judged for text in found.unique()})
    tables: dict[str, Table] = {}
    for kind in ("region", "network", "institution"):
        rows = [present[kind]]
        parts = sorted(texts) if kind in needs.parts or roll_up else []
        members, apart = None, None
        if kind == "institution":
            members, apart = absent_members(maker, tables["network"].frame), judged_texts
        wanted = absences(kind, maker, needs, years[kind], parts, members)
        made = absent(kind, maker, wanted, apart)
        rows.append(made.frame)
        if members is not None:
            rows.append(members)
        tables[kind] = finish(kind, rows, made.alike, maker, _wanted(kind, maker, judged_texts))
    maker.forget()
    return Relations(tables, places, columns, maker, places.lenient)


def _years(kind: str, present: pl.DataFrame, needs: Needs) -> list[int]:
    """The whole years that windows of a kind look at."""
    if present.is_empty() or kind not in needs.spans:
        return []
    earliest, latest = present.select(pl.col("@first").min(), pl.col("@year").max().alias("latest")).row(0)
    found: set[int] = set()
    for span in needs.spans[kind]:
        first = span.first if span.first is not None else earliest
        last = latest if span.last is None else min(latest, span.last)
        found.update(range(first, last + 1))
    return sorted(found)


def _wanted(kind: str, maker: Maker, texts: Iterable[str]) -> pl.Expr:
    """Rows that get codes: the judged ones, and those that stand for a part in a judged period of its whole."""
    wanted = pl.col("@judged")
    all_judged = maker.present(kind)["@judged"].all()
    for text in texts:
        wanted = wanted | (~pl.col("@present") & (pl.col("@period") == text))
        if not all_judged:
            own = maker.in_period(kind, end_of(text)).select(pl.struct("@id", "@period"))
            wanted = wanted | (pl.col("@present") & pl.struct("@id", "@period").is_in(own.to_series().implode()))
    return wanted
