"""A requirement as the codes of its outcomes, on all rows of a table: language §2.4 to §2.8 as expressions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from gradeeval.engines.columnar.codes import (
    BOUND,
    EARLY,
    EMPTY,
    LET_OFF,
    MEANING,
    MISSED,
    REVIEW,
    UNSURE,
    UNUSED,
    literal,
    severity,
    target_code,
)
from gradeeval.engines.columnar.formulas import difference
from gradeeval.engines.columnar.numbers import Number, added, chosen, constant, same
from gradeeval.engines.columnar.plan import Code, target_key
from gradeeval.engines.columnar.tested import Value, number_test, or_false, test_of
from gradeeval.engines.columnar.values import Values
from gradeeval.engines.conditions import about_limits
from gradeeval.language.nodes import ALWAYS, Change, Requirement
from gradeeval.language.scope import Reference
from gradeeval.profiles.columns.layout import to_column
from gradeeval.quantity import INFINITY
from gradeeval.timeline import Span


@dataclass(slots=True)
class Outcomes:
    """Makes the codes of requirements from the values of a run, and keeps what figures are made from.

    ``tested`` is what each target looked at; ``yearly`` the column of the code of the single year, of a demand of every year.
    ``uses`` counts the requirements that share a condition or a target, of those that are to be judged together.
    """

    values: Values
    permits: Mapping[str, Requirement]
    tested: dict[str, Value] = field(default_factory=dict)
    yearly: dict[str, str] = field(default_factory=dict)
    uses: Counter[Hashable] = field(default_factory=Counter)
    _years_of: dict[tuple[str, int], pl.Series] = field(default_factory=dict)
    _whole_spans: dict[tuple[str, Span], pl.Series] = field(default_factory=dict)

    def expect(self, requirements: Sequence[Requirement]) -> None:
        """Says which requirements are to be judged together: bytes that one of them alone looks at need no column."""
        self.uses = Counter((one.where, one.binds) for one in requirements)
        self.uses.update(target_key(one) for one in requirements)
        self.values.expect(requirements)

    def code(self, requirement: Requirement) -> pl.Expr:
        """The code on each row of the table of the kind that is bound. Raises ``Unheld``."""
        values, codes = self.values, self.values.lasting[requirement.binds.kind].codes
        made_of = self.made_of(requirement)
        found = codes.get(requirement.id)
        if found is None or any(one is not other for one, other in zip(found.made_of, made_of, strict=True)):
            before = values.asked
            reference = values.found(requirement.indicator, requirement.binds)
            found = Code(made_of, self._made(requirement, reference), self._value(requirement, reference))
            if values.asked == before:
                codes[requirement.id] = found
        self.tested[requirement.id] = found.tested
        return found.expr

    def made_of(self, requirement: Requirement) -> tuple[Requirement, Requirement | None]:
        """What a code is made of: the requirement and the permission that excuses it."""
        return requirement, None if requirement.unless is None else self.permits[requirement.unless]

    def _made(self, requirement: Requirement, reference: Reference) -> pl.Expr:
        if requirement.unless is None and requirement.force != "permit":
            code = self._plain(requirement, reference)
        else:
            code = self._permitted(requirement, reference)
        if requirement.within is not None:
            first = requirement.within.first
            return code if first is None else pl.when(pl.col("@year") >= first).then(code).otherwise(_code(EARLY))
        if requirement.every_year is not None:
            return self._by_year(requirement, requirement.every_year, code)
        return code

    def _value(self, requirement: Requirement, reference: Reference) -> Value:
        """What the target tests."""
        kind, span, values = requirement.binds.kind, requirement.within, self.values
        if span is None:
            return values.value(kind, reference)
        key = reference.name, reference.above, span
        return values.once(kind, lambda built: built.totals, key, lambda: self._total(kind, span, reference))

    def _permitted(self, requirement: Requirement, reference: Reference) -> pl.Expr:
        kind, values = requirement.binds.kind, self.values
        target = self._target(requirement, reference)
        if requirement.where == ALWAYS:
            return target
        bound = values.truth(kind, requirement.where, requirement.binds)
        return pl.when(bound).then(target).otherwise(self._bound_code(requirement))

    def _plain(self, requirement: Requirement, reference: Reference) -> pl.Expr:
        """The code of a requirement without permission: by bits, which costs less than choices do."""
        kind, values, target = requirement.binds.kind, self.values, requirement.target
        value = self._value(requirement, reference)
        if target.needs_review is not None:
            code = _code(REVIEW)
        else:
            key: Hashable = reference.above, target_key(requirement)

            def coded() -> pl.Expr:
                truth = values.column(
                    kind, lambda built: built.targets, key, lambda: self._truth(requirement, reference)
                )
                return target_code(truth)

            often = self.uses[target_key(requirement)] > 1
            code = values.column(kind, lambda built: built.target_codes, key, coded, passing=True) if often else coded()
        empty = value.empty if isinstance(value, Number) and target.needs_review is None else None
        if requirement.where == ALWAYS:
            return code if empty is None else pl.when(empty).then(_code(EMPTY)).otherwise(code)
        coded_bound = self._bound_code(requirement)
        if empty is None:
            return coded_bound | code
        bound = values.truth(kind, requirement.where, requirement.binds)
        return pl.when(empty & bound).then(_code(EMPTY)).otherwise(coded_bound | code)

    def _bound_code(self, requirement: Requirement) -> pl.Expr:
        where, reader = requirement.where, requirement.binds
        return self.values.bound_code(reader.kind, where, reader, often=self.uses[where, reader] > 1)

    def _target(self, requirement: Requirement, reference: Reference) -> pl.Expr:
        """The code where the subject is bound, of a requirement that permits or is excused by a permission."""
        if requirement.target.needs_review is not None:
            return _code(REVIEW)
        truth = self._truth(requirement, reference)
        permitted = requirement.force == "permit"
        missed = pl.when(truth.is_null()).then(_code(UNSURE)).otherwise(_code(UNUSED if permitted else MISSED))
        if requirement.unless is not None:
            permit = self.permits[requirement.unless]
            excused = self.values.truth(requirement.binds.kind, permit.where, requirement.binds)
            unsure = pl.when(excused.is_null()).then(_code(UNSURE)).otherwise(missed)
            missed = pl.when(excused).then(_code(LET_OFF)).otherwise(unsure)
        code = pl.when(truth).then(_code(BOUND)).otherwise(missed)
        value = self._value(requirement, reference)
        if isinstance(value, Number) and value.empty is not None:
            return pl.when(value.empty).then(_code(EMPTY)).otherwise(code)
        return code

    def _truth(self, requirement: Requirement, reference: Reference) -> pl.Expr:
        """Whether the target is met; of *no value* anything true."""
        value, target = self._value(requirement, reference), requirement.target
        assert target.test is not None
        if not target.about:
            truth = test_of(value, target.test, reference.type)
        else:
            assert isinstance(value, Number)
            low, high = about_limits(requirement, reference)
            truth = number_test(value, (low, False, high, False), reference.type)
        return truth | value.empty if isinstance(value, Number) and value.empty is not None else truth

    # -- windows ---------------------------------------------------------------------------------------------------

    def _years(self, kind: str, span: Span) -> Sequence[int]:
        """All years that any row looks at, from the first to the last."""
        frame = self.values.relations.tables[kind].keys
        if frame.is_empty():
            return []
        first = span.first if span.first is not None else self._on_file(kind).min()
        last = frame["@year"].max()
        assert isinstance(first, int) and isinstance(last, int)
        return range(first, (last if span.last is None else min(last, span.last)) + 1)

    def _on_file(self, kind: str) -> pl.Series:
        """For each row the first year that profiles of the subject cover, up to the end of its own period."""
        table = self.values.relations.tables[kind]
        name = "@on_file"
        if not table.has(name):
            present = table.keys.filter(pl.col("@present")).sort("@end").select("@id", "@end", "@first")
            least = present.with_columns(pl.col("@first").cum_min().over("@id").alias("least")).drop("@first")
            least = least.with_columns(pl.col("@end").str.to_date().alias("day")).sort("day")
            rows = table.keys.select("@row", "@id", pl.col("@end").str.to_date().alias("day"), "@year").sort("day")
            joined = rows.join_asof(least, on="day", by="@id", check_sortedness=False).sort("@row")
            first = joined.select(pl.coalesce("least", "@year").cast(pl.Int64)).to_series()
            self.values.add(kind, **{name: first})
        return table.column(name)

    def _first(self, kind: str, span: Span) -> pl.Expr:
        if span.first is not None:
            return pl.lit(span.first, pl.Int64)
        self._on_file(kind)
        return pl.col("@on_file")

    def _by_year(self, requirement: Requirement, span: Span, once: pl.Expr) -> pl.Expr:
        """The worst of the years up to the judged one; a year that is not over is left out."""
        kind, values = requirement.binds.kind, self.values
        table = values.relations.tables[kind]
        name = self.yearly[requirement.id] = values.fresh()
        values.add(kind, **{name: once})
        codes = table.column(name)
        worst, rank = _code(EARLY), pl.lit(9, pl.UInt8)
        ranks = {code: severity(code) for code in MEANING}
        for year in reversed(self._years(kind, span)):
            column = values.fresh()
            values.add(kind, **{column: codes.gather(table.in_year(year))})
            judged = self._is_judged(kind, span, year) & pl.col(column).is_not_null()
            own = pl.col(column).replace_strict(ranks, return_dtype=pl.UInt8, default=None)
            worse = judged & (own < rank)
            worst = pl.when(worse).then(pl.col(column)).otherwise(worst)
            rank = pl.when(worse).then(own).otherwise(rank)
            kept = {one: values.fresh() for one in ("worst", "rank")}
            values.add(kind, **{kept["worst"]: worst, kept["rank"]: rank})
            worst, rank = (pl.col(one) for one in kept.values())
        return worst

    def _is_judged(self, kind: str, span: Span, year: int) -> pl.Expr:
        """Whether a year of a span is looked at: it is over and not before the span, or what is on file, begins."""
        over = pl.col("@end").str.ends_with("12-31")
        last = pl.when(over).then(pl.col("@year")).otherwise(pl.col("@year") - 1)
        return (self._first(kind, span) <= year) & (last >= year)

    def worst_rows(self, requirement: Requirement, rows: pl.Series, gap: pl.Expr) -> pl.Series:
        """For rows of a demand of every year those of the year with the smallest ``gap`` among the years of its code.

        Other rows, and those of which no year is judged, stay. Of years with equal gaps the latest.
        """
        kind, span = requirement.binds.kind, requirement.every_year
        if span is None:
            return rows
        table = self.values.relations.tables[kind]
        ranks = {code: severity(code) for code in MEANING}
        codes = table.column(self.yearly[requirement.id])
        years = []
        for year in reversed(self._years(kind, span)):
            there = table.in_year(year).gather(rows)
            judged = table.evaluated({"judged": self._is_judged(kind, span, year)}, at=rows)["judged"]
            far = table.evaluated({"gap": gap}, at=there)["gap"]
            frame = pl.DataFrame({"there": there, "judged": judged, "code": codes.gather(there), "gap": far})
            years.append(frame.with_row_index("at").filter(pl.col("judged") & pl.col("code").is_not_null()))
        if not years:
            return rows
        worst = (
            pl.concat(years)
            .with_columns(
                pl.col("gap").fill_null(INFINITY),
                pl.col("code").replace_strict(ranks, return_dtype=pl.UInt8).alias("rank"),
            )
            .filter(pl.col("rank") == pl.col("rank").min().over("at"))
            .filter(pl.col("code") == pl.col("code").first().over("at"))  # the latest of the worst leads
            .sort("gap", maintain_order=True)
            .unique("at", keep="first", maintain_order=True)
        )
        own = pl.DataFrame({"own": rows}).with_row_index("at").join(worst, on="at", how="left", maintain_order="left")
        return own.select(pl.coalesce("there", "own")).to_series()

    def _total(self, kind: str, span: Span, reference: Reference) -> Value:
        """What ``within`` tests: the years added up, of a yes/no whether it was done in one of them."""
        values = self.values
        value = values.value(kind, reference)
        first = self._first(kind, span)
        last = pl.col("@year") if span.last is None else pl.min_horizontal(pl.col("@year"), pl.lit(span.last))
        within: list[tuple[Value, pl.Expr]] = []
        for year in self._years(kind, span):
            rows = self._own_or_in(kind, year)
            within.append((values.gathered(value, kind, rows, kind, reference.type), (first <= year) & (last >= year)))
        if (kind, span) not in self._whole_spans:
            self._whole_spans[kind, span] = self._whole_span(kind, first, last)
        whole = self._whole_spans[kind, span]
        reported = values.gathered(
            values.reported(kind, reference.name, reference.type), kind, whole, kind, reference.type
        )
        if isinstance(reported, pl.Expr):
            before = [pl.lit(None, pl.Boolean)] if span.first is None else []
            years = [
                pl.when(inside).then(truth).otherwise(pl.lit(value=False))
                for truth, inside in within
                if isinstance(truth, pl.Expr)
            ]
            name = values.fresh()
            values.add(kind, **{name: pl.coalesce(reported, pl.any_horizontal([*years, *before, pl.lit(value=False)]))})
            return pl.col(name)
        assert isinstance(reported, Number)
        total = self._sum(kind, span, reference, within)
        given = ~or_false(reported.none)
        return values.kept(
            kind,
            Number(
                chosen(given, reported.lo, total.lo),
                chosen(given, reported.hi, total.hi),
                ~given & or_false(total.none),
                (given & or_false(reported.empty)) | (~given & or_false(total.empty)),
            ),
        )

    def _own_or_in(self, kind: str, year: int) -> pl.Series:
        """For each row the row of its subject in a year: itself where it is of that year alone."""
        found = self._years_of.get((kind, year))
        if found is None:
            table = self.values.relations.tables[kind]
            own = (table.frame["@year"] == year) & (table.frame["@first"] == year)
            frame = pl.DataFrame({"own": own, "row": table.frame["@row"], "there": table.in_year(year)})
            found = frame.select(pl.when("own").then("row").otherwise("there")).to_series()
            self._years_of[kind, year] = found
        return found

    def _sum(self, kind: str, span: Span, reference: Reference, within: Sequence[tuple[Value, pl.Expr]]) -> Number:
        """The years added up; of changes what the ends differ by, where the ends tell and a year does not or need not."""
        values, indicator = self.values, reference.indicator
        if span.first is None or indicator is None or not isinstance(indicator.formula, Change):
            total, _known = self._added(kind, within, pl.lit(value=True), exact=False)
            hi = constant(INFINITY) if span.first is None else total.hi
            return values.kept(kind, Number(total.lo, hi, total.none, total.empty), reference.type)
        change = self._across(kind, span, reference)
        instead = ~or_false(change.none)
        table = values.relations.tables[kind]
        reports = table.has(indicator.name) or table.has(to_column(indicator.name))
        # What is computed alone adds up to the difference of the ends: years are added only where these are not known.
        # Added one by one, changes of quotients would soon pass what columns hold.
        total, known = self._added(kind, within, pl.lit(value=True) if reports else ~instead, exact=reports)
        if reports:
            instead = instead & ~known
        total = values.kept(kind, total, reference.type)
        return values.kept(
            kind,
            Number(
                chosen(instead, change.lo, total.lo),
                chosen(instead, change.hi, total.hi),
                ~instead & or_false(total.none),
                (instead & or_false(change.empty)) | (~instead & or_false(total.empty)),
            ),
        )

    def _added(
        self, kind: str, within: Sequence[tuple[Value, pl.Expr]], among: pl.Expr, *, exact: bool
    ) -> tuple[Number, pl.Expr]:
        """The sum of these years on the rows ``among`` which it is asked for, and, where ``exact`` is asked, whether all are known."""
        values = self.values
        lo = hi = constant(0)
        none, empty, known = pl.lit(value=True), pl.lit(value=True), pl.lit(value=True)
        nothing = constant(0)
        for value, inside in within:
            assert isinstance(value, Number)
            counts = inside & ~or_false(value.empty) & among
            lo = added(lo, chosen(counts, value.lo, nothing))
            hi = added(hi, chosen(counts, value.hi, nothing))
            none = none & (or_false(value.none) | ~inside)
            empty = empty & (or_false(value.empty) | ~inside)
            if lo.lower is not None or hi.lower is not None:  # products of denominators would grow from year to year
                kept = values.kept(kind, Number(lo, hi, none, empty))
                lo, hi, none, empty = kept.lo, kept.hi, or_false(kept.none), or_false(kept.empty)
            if exact:
                own = same(value.lo, value.hi) & ~or_false(value.none) & ~or_false(value.empty)
                name = values.fresh()
                values.add(kind, **{name: known & (own | ~inside)})
                known = pl.col(name)
        return Number(lo, hi, none, empty & ~none), known

    def _across(self, kind: str, span: Span, reference: Reference) -> Number:
        """The value of the last year less that before the first."""
        values = self.values
        table = values.relations.tables[kind]
        assert span.first is not None and reference.indicator is not None
        year = table.frame["@year"]
        ends = year if span.last is None else year.clip(upper_bound=span.last)
        frame = pl.DataFrame({"year": ends, "row": table.frame["@row"]})
        own = (table.frame["@year"] == ends) & (table.frame["@first"] == ends)
        later = pl.lit(None, pl.UInt32)
        for one in ends.unique():
            frame = frame.with_columns(table.in_year(int(one)).alias(f"in {one}"))
            later = pl.when(pl.col("year") == one).then(pl.col(f"in {one}")).otherwise(later)
        frame = frame.with_columns(own.alias("own"))
        rows = frame.with_columns(pl.when("own").then("row").otherwise(later).alias("later"))["later"]
        change, _complete = difference(values, kind, reference.indicator, table.in_year(span.first - 1), rows)
        return change

    def _whole_span(self, kind: str, first: pl.Expr, last: pl.Expr) -> pl.Series:
        """The row of the profile that gives figures for exactly these years together."""
        frame = self.values.relations.tables[kind].keys
        spans = (
            frame.filter(pl.col("@present") & (pl.col("@first") != pl.col("@year")))
            .select(
                "@id",
                pl.col("@first").cast(pl.Int64).alias("a"),
                pl.col("@year").cast(pl.Int64).alias("b"),
                pl.col("@row").alias("there"),
                pl.col("@end").alias("until"),
            )
            .unique(["@id", "a", "b"], keep="first", maintain_order=True)
        )
        years = self.values.relations.tables[kind].evaluated({"a": first.cast(pl.Int64), "b": last.cast(pl.Int64)})
        rows = frame.select("@id", "@end").hstack(years)
        joined = rows.join(spans, on=["@id", "a", "b"], how="left", maintain_order="left")
        return joined.select(pl.when(pl.col("until") <= pl.col("@end")).then("there")).to_series()


def _code(code: int) -> pl.Expr:
    return literal(code, pl.UInt8)
