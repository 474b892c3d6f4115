"""The value of every name on every row of a table: reported, computed by a formula, or read from the subject around.

Computed numbers become columns of the table once, and are shared by all that tests them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import reduce
from math import gcd
from operator import and_, or_
from typing import TypeVar

import polars as pl

from gradeeval.engines.columnar.codes import bound_code
from gradeeval.engines.columnar.formulas import Parts, computed
from gradeeval.engines.columnar.numbers import WIDE, Bound, Number, chosen, constant, type_for
from gradeeval.engines.columnar.plan import Built, Plan
from gradeeval.engines.columnar.relations import Relations
from gradeeval.engines.columnar.tables import Table, due
from gradeeval.engines.columnar.tested import Value, or_false, test_of
from gradeeval.engines.conditions import found, unknown_range
from gradeeval.language.nodes import Condition, Indicator, Reach, Requirement, Test
from gradeeval.language.scope import Reference, Scope
from gradeeval.profiles.columns.layout import code_column, hi_column, of_column, to_column
from gradeeval.vocabulary import ValueType

_LARGE = 2**31
"""From such a magnitude on a quotient is reduced before it is multiplied with another."""


K = TypeVar("K")
V = TypeVar("V")


class Values:
    """The values of one run.

    ``lasting`` is what the plan has for the shapes of its tables, ``own`` what is built on their rows: both by kind. ``computed`` has
    what formulas gave, by name, and ``parts`` what those over parts counted. ``expected``, by kind, are looked at sooner or later;
    ``counts`` has the columns of the sums of those that count parts.
    """

    def __init__(self, relations: Relations, plan: Plan) -> None:
        self.relations = relations
        self.plan = plan
        self.scope: Scope = plan.scope
        self.lasting = {kind: plan.built(table) for kind, table in relations.tables.items()}
        self.own = {kind: Built() for kind in relations.tables}
        self.parts: dict[str, Parts] = {}
        self.expected: dict[str, list[Indicator]] = {}
        self.counts: dict[tuple[str, str], dict[str, str]] = {}
        self.computed = {name: found for built in self.lasting.values() for name, found in built.computed.items()}
        self._links: dict[tuple[str, Reach], pl.Series] = {}
        self._years: dict[tuple[str, int], pl.Series] = {}
        self._count = 0
        self.asked = 0
        for kind, table in relations.tables.items():
            table.lasting = self.lasting[kind].columns

    # -- what lasts ------------------------------------------------------------------------------------------------

    def once(self, kind: str, among: Callable[[Built], dict[K, V]], key: K, make: Callable[[], V]) -> V:
        """What was made of a key before; else what ``make`` gives, which lasts if it asked nothing of the rows."""
        lasting, own = among(self.lasting[kind]), among(self.own[kind])
        found = lasting.get(key)
        if found is not None:
            return found
        found = own.get(key)
        if found is not None:
            self.asked += 1
            return found
        before = self.asked
        found = make()
        if self.asked == before:
            lasting[key] = found
        else:
            own[key] = found
        return found

    def column(
        self,
        kind: str,
        among: Callable[[Built], dict[K, pl.Expr]],
        key: K,
        make: Callable[[], pl.Expr],
        *,
        passing: bool = False,
    ) -> pl.Expr:
        """The same as a column of the table, for what several look at."""

        def made() -> pl.Expr:
            before = self.asked
            expr = make()
            columns = self.lasting[kind].columns
            name = f"%{len(columns)}"
            if self.asked == before:
                columns[name] = due(expr, passing=passing)
            else:
                name = self.fresh()
                self.add(kind, **{name: expr})
            return pl.col(name)

        return self.once(kind, among, key, made)

    def expect(self, requirements: Sequence[Requirement]) -> None:
        """Says whose values will be asked for, so that what is alike in them can be made at once."""
        for one in requirements:
            reference = self.found(one.indicator, one.binds)
            if reference.above is None and reference.indicator is not None:
                self.expected.setdefault(one.binds.kind, []).append(reference.indicator)

    # -- names -----------------------------------------------------------------------------------------------------

    def found(self, name: str, reader: Reach) -> Reference:
        """What a name means to a sort of subject."""
        key = name, reader
        known = self.plan.found
        if key not in known:
            known[key] = found(self.scope, name, reader)
        return known[key]

    def value(self, kind: str, reference: Reference) -> Value:
        """The value of a name on the rows of a kind. Raises ``Unheld``."""
        key = reference.name, reference.above
        return self.once(kind, lambda built: built.values, key, lambda: self._find(kind, reference))

    def _find(self, kind: str, reference: Reference) -> Value:
        if reference.above is not None:
            own = self.value(reference.above.kind, replace(reference, above=None))
            if (kind, reference.above) not in self._links:
                self._links[kind, reference.above] = self.relations.above(kind, reference.above)
            rows = self._links[kind, reference.above]
            return self.gathered(own, reference.above.kind, rows, kind, reference.type)
        indicator = reference.indicator
        reported = self.reported(kind, reference.name, reference.type)
        if indicator is None or indicator.formula is None:
            return reported
        number, complete = self.computed[reference.name] = self.once(
            kind, lambda built: built.computed, reference.name, lambda: computed(self, kind, indicator)
        )
        assert isinstance(reported, Number)
        table = self.relations.tables[kind]
        mine = pl.lit(value=True)
        if table.has(reference.name) or table.has(to_column(reference.name)):
            mine = complete | ~_is_given(reported)
        if reference.name in self.parts:
            decides = self.fresh()
            self.add(kind, **{decides: mine})
            self.parts[reference.name] = replace(self.parts[reference.name], decides=decides)
        if not mine.meta.root_names():
            return number
        number = self.whole(number, reference.type)
        return self.kept(
            kind,
            Number(
                chosen(mine, number.lo, reported.lo),
                chosen(mine, number.hi, reported.hi),
                mine & number.none if number.none is not None else pl.lit(value=False),
                (mine & or_false(number.empty)) | (~mine & or_false(reported.empty)),
            ),
        )

    def reported(self, kind: str, name: str, value_type: ValueType) -> Value:
        """What profiles report; a column that is not there is unknown."""
        table = self.relations.tables[kind]
        if value_type.form == "number":
            return self._reported_number(kind, name, value_type)
        if value_type.form == "list":
            assert value_type.values is not None
            columns = {code: code_column(name, code) for code in value_type.values.titles}
            return {code: _column(table, column, pl.Boolean()) for code, column in columns.items()}
        dtype = {"yes_no": pl.Boolean(), "name": pl.String()}.get(value_type.form, pl.Int16())
        return _column(table, name, dtype)

    def _reported_number(self, kind: str, name: str, value_type: ValueType) -> Number:
        """Exact; *unknown* is a null of the plain column, or the range where bounds are asked for."""
        table = self.relations.tables[kind]
        whole = unknown_range(value_type)
        if not table.has(name) and not table.has(to_column(name)):
            return Number(constant(whole.lo), constant(whole.hi), pl.lit(value=True), pl.lit(value=False))
        column = _column(table, name, pl.Int64())
        plain = Bound(column, table.top(name))
        has_quotients, has_ranges = table.filled(to_column(name)), table.filled(hi_column(name))
        if not has_quotients and not has_ranges:
            return Number(plain, plain, column.is_null(), None, column)
        lo = hi = plain
        empty = None
        if has_ranges:
            upper = pl.coalesce(hi_column(name), column)
            hi = Bound(upper, max(plain.top, table.top(hi_column(name))))
        none = column.is_null()
        if has_quotients:
            of, to = pl.col(of_column(name)), pl.col(to_column(name))
            scale = Fraction((100 if value_type.unit == "percent" else 1) * 10**value_type.decimals)
            quotient = Bound(of, table.top(of_column(name)), to, table.top(to_column(name)), scale)
            given = to.is_not_null() & (to != 0)
            whole_range = lo is hi
            lo = chosen(given, quotient, lo)
            hi = lo if whole_range else chosen(given, quotient, hi)
            empty = to.eq_missing(0)
            none = none & to.is_null()
        return self.kept(kind, Number(lo, hi, none, empty), value_type)

    # -- columns of computed numbers -------------------------------------------------------------------------------

    def add(self, kind: str, **columns: pl.Expr | pl.Series) -> None:
        """Adds columns to the table of a kind. What is built on them does not last: all that asks of the rows ends here."""
        self.asked += 1
        self.relations.tables[kind].keep(**columns)

    def fresh(self) -> str:
        """A name for a new column."""
        self._count += 1
        return f"#{self._count}"

    def kept(self, kind: str, number: Number, value_type: ValueType | None = None) -> Number:
        """The same number as columns of the table, with magnitudes that were looked at and *unknown* as the range."""
        lo, hi = number.lo, number.hi
        exact = lo is hi
        marks = {end: mark for end, mark in (("none", number.none), ("empty", number.empty)) if mark is not None}
        if value_type is not None and marks:
            whole = unknown_range(value_type)
            exact = False
            unknown = reduce(or_, marks.values())
            lo, hi = chosen(unknown, constant(whole.lo), lo), chosen(unknown, constant(whole.hi), hi)
        name = self.fresh()
        columns = {f"{name}{end}": mark.fill_null(value=False) for end, mark in marks.items()}
        ends = {"lo": lo} if exact else {"lo": lo, "hi": hi}
        for end, bound in ends.items():
            columns[f"{name}{end}"] = bound.upper.cast(type_for(bound.top))
            if bound.lower is not None:
                columns[f"{name}{end}/"] = bound.lower.cast(type_for(bound.bottom))
        self.add(kind, **columns)
        table = self.relations.tables[kind]
        table.make(columns)
        some = {end for end in marks if table.column(f"{name}{end}").any()}
        kept = {end: self._column_bound(kind, f"{name}{end}", bound) for end, bound in ends.items()}
        return Number(
            kept["lo"],
            kept.get("hi", kept["lo"]),
            pl.col(f"{name}none") if "none" in some else None,
            pl.col(f"{name}empty") if "empty" in some else None,
        )

    def reduced(self, kind: str, number: Number) -> Number:
        """The same number in lowest terms where its columns are large: sums of money share many factors of ten."""
        lo = self._lowest_terms(kind, number.lo)
        return replace(number, lo=lo, hi=lo if number.hi is number.lo else self._lowest_terms(kind, number.hi))

    def _lowest_terms(self, kind: str, bound: Bound) -> Bound:
        if bound.lower is None or max(bound.top, bound.bottom) < _LARGE:
            return bound
        table = self.relations.tables[kind]
        pairs = table.evaluated({"upper": bound.upper, "lower": bound.lower}).select("upper", "lower")
        shared = [gcd(*pair) or 1 for pair in pairs.iter_rows()]
        name = self.fresh()
        for end in pairs.columns:
            whole = [number // by for number, by in zip(pairs[end], shared, strict=True)]
            self.add(kind, **{f"{name}{end}": pl.Series(f"{name}{end}", whole, dtype=WIDE)})
        tops = (table.top(f"{name}{end}") for end in pairs.columns)
        upper, lower = (pl.col(f"{name}{end}") for end in pairs.columns)
        return Bound(upper, next(tops), lower, next(tops), bound.factor)

    def _column_bound(self, kind: str, name: str, bound: Bound) -> Bound:
        lower = None if bound.lower is None else pl.col(f"{name}/")
        bottom = 1 if bound.lower is None else self._narrowed(kind, f"{name}/")
        return Bound(pl.col(name), self._narrowed(kind, name), lower, bottom, bound.factor)

    def _narrowed(self, kind: str, column: str) -> int:
        """The largest magnitude in a made column, which takes the type for it."""
        table = self.relations.tables[kind]
        top = table.top(column)
        table.made[column] = table.made[column].cast(type_for(top))
        return top

    def gathered(self, value: Value, source: str, rows: pl.Series, kind: str, value_type: ValueType) -> Value:
        """A value of the rows ``rows`` of one table as a value of those of another; where there is no row, unknown."""
        exprs: dict[str, pl.Expr] = {}
        if isinstance(value, Number) and value.half is not None:
            value = self.whole(value, value_type)

        def taken(expr: pl.Expr) -> pl.Expr:
            name = self.fresh()
            exprs[name] = expr
            return pl.col(name)

        made: Value
        if isinstance(value, Mapping):
            made = {code: taken(expr) for code, expr in value.items()}
        elif isinstance(value, pl.Expr):
            made = taken(value)
        else:
            lo = replace(
                value.lo, upper=taken(value.lo.upper), lower=None if value.lo.lower is None else taken(value.lo.lower)
            )
            hi = lo
            if value.hi is not value.lo:
                lower = None if value.hi.lower is None else taken(value.hi.lower)
                hi = replace(value.hi, upper=taken(value.hi.upper), lower=lower)
            none = taken(or_false(value.none)).fill_null(value=True)
            made = Number(lo, hi, none, None if value.empty is None else taken(value.empty).fill_null(value=False))
        found = self.relations.tables[source].evaluated(exprs).select_seq(pl.all().gather(rows))
        self.add(kind, **dict(zip(exprs, found.get_columns(), strict=True)))
        return self.kept(kind, made, value_type) if isinstance(made, Number) else made

    # -- formulas --------------------------------------------------------------------------------------------------

    def whole(self, number: Number, value_type: ValueType) -> Number:
        """The number with the range of its type where it is unknown."""
        if number.plain is None:
            return number
        span = unknown_range(value_type)
        none = number.plain.is_null()
        unknown = none if number.half is None else none & ~number.half
        return Number(
            chosen(none, constant(span.lo), number.lo),
            chosen(none, constant(span.hi), number.hi),
            unknown,
            number.empty,
        )

    def rows_of_years(self, kind: str, offset: int) -> pl.Series:
        """For each row the row of the same subject in the whole year that many years after its own."""
        found = self._years.get((kind, offset))
        if found is None:
            table = self.relations.tables[kind]
            years = table.keys.select((pl.col("@year") + offset).alias("year"))
            taken = pl.lit(None, pl.UInt32)
            for year in years["year"].unique():
                name = f"in {year}"
                years = years.with_columns(table.in_year(int(year)).alias(name))
                taken = pl.when(pl.col("year") == year).then(pl.col(name)).otherwise(taken)
            found = self._years[kind, offset] = years.with_columns(taken.alias("taken"))["taken"]
        return found

    def years_before(self, kind: str) -> pl.Series:
        """For each row the row of the same subject in the whole year before; null where it has none."""
        table = self.relations.tables[kind]
        rows = self.rows_of_years(kind, -1)
        present = table.frame["@present"].gather(rows)
        return pl.DataFrame({"row": rows, "there": present}).select(pl.when("there").then("row")).to_series()

    # -- conditions ------------------------------------------------------------------------------------------------

    def truth(self, kind: str, condition: Condition, reader: Reach) -> pl.Expr:
        """The condition as a column of the table: true, false or null. *No value* counts as false."""
        if not condition.tests and not condition.alternatives:
            return pl.lit(value=True)
        key = condition, reader
        return self.column(kind, lambda built: built.truths, key, lambda: self._truth(kind, condition, reader))

    def bound_code(self, kind: str, condition: Condition, reader: Reach, *, often: bool) -> pl.Expr:
        """0 where the condition holds, else why the subject is not bound; what is ``often`` asked is a column of the table."""

        def coded() -> pl.Expr:
            return bound_code(self.truth(kind, condition, reader))

        key = condition, reader
        return self.column(kind, lambda built: built.bound_codes, key, coded, passing=True) if often else coded()

    def _truth(self, kind: str, condition: Condition, reader: Reach) -> pl.Expr:
        parts = [self._test(kind, self.found(name, reader), test) for name, test in condition.tests]
        if condition.alternatives:
            parts.append(reduce(or_, (self._truth(kind, item, reader) for item in condition.alternatives)))
        return reduce(and_, parts)

    def _test(self, kind: str, reference: Reference, test: Test) -> pl.Expr:
        def made() -> pl.Expr:
            value = self.value(kind, reference)
            result = test_of(value, test, reference.type)
            if isinstance(value, Number) and value.empty is not None:
                result = result & ~value.empty
            return result

        return self.once(kind, lambda built: built.tests, (reference.name, reference.above, test), made)


def _is_given(number: Number) -> pl.Expr:
    if number.plain is not None:
        return number.plain.is_not_null()
    return ~or_false(number.none)


def _column(table: Table, name: str, dtype: pl.DataType) -> pl.Expr:
    return pl.col(name) if table.has(name) else pl.lit(None, dtype)
