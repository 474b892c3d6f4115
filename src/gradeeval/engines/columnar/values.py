"""The value of every name on every row of a table: reported, computed by a formula, or read from the subject around.

Computed numbers become columns of the table once, and are shared by all that tests them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import reduce
from math import gcd
from operator import and_, or_

import polars as pl

from gradeeval.engines.columnar.codes import bound_code, literal
from gradeeval.engines.columnar.numbers import (
    WIDE,
    Bound,
    Number,
    Unheld,
    added,
    between,
    chosen,
    constant,
    divided,
    negated,
    same,
    times,
    type_for,
)
from gradeeval.engines.columnar.relations import Relations, fits
from gradeeval.engines.columnar.tables import Table
from gradeeval.engines.conditions import accepted_codes, found, limits_of, unknown_range
from gradeeval.language.lowering import place_of
from gradeeval.language.nodes import (
    Change,
    Condition,
    Count,
    Includes,
    Indicator,
    NoneOf,
    Ratio,
    Reach,
    Share,
    Sum,
    Test,
)
from gradeeval.language.scope import Reference, Scope
from gradeeval.profiles.columns.layout import code_column, hi_column, of_column, to_column
from gradeeval.quantity import INFINITY, Interval
from gradeeval.vocabulary import ValueType

_LARGE = 2**31
"""From such a magnitude on a quotient is reduced before it is multiplied with another."""

_OPEN = Interval(0, INFINITY)
"""What a number without bounds of its own can be that is not negative."""

Codes = Mapping[str, pl.Expr]
Value = Number | pl.Expr | Codes
"""Of a number; of a yes/no, order, code or name (null is unknown); of a list, by code."""


@dataclass(slots=True)
class Parts:
    """What a formula over parts counted, on each row of the whole: columns of its table.

    ``decides``: whether the computed value is the one that is tested, not the reported one.
    """

    have: str
    lack: str
    unsure: str
    listed: str
    decides: str


@dataclass(slots=True)
class Values:
    """The values of one run."""

    relations: Relations
    scope: Scope
    parts: dict[str, Parts] = field(default_factory=dict)
    computed: dict[str, tuple[Number, pl.Expr]] = field(default_factory=dict)
    _known: dict[tuple[str, str, Reach | None], Value] = field(default_factory=dict)
    _links: dict[tuple[str, Reach], pl.Series] = field(default_factory=dict)
    _truths: dict[tuple[str, Condition, Reach], pl.Expr] = field(default_factory=dict)
    _bound_codes: dict[tuple[str, Condition, Reach], pl.Expr] = field(default_factory=dict)
    _tests: dict[tuple[str, str, Reach | None, Test], pl.Expr] = field(default_factory=dict)
    _tops: dict[tuple[str, str], int] = field(default_factory=dict)
    _years: dict[tuple[str, int], pl.Series] = field(default_factory=dict)
    _count: int = 0

    # -- names -----------------------------------------------------------------------------------------------------

    def value(self, kind: str, reference: Reference) -> Value:
        """The value of a name on the rows of a kind. Raises ``Unheld``."""
        key = kind, reference.name, reference.above
        if key not in self._known:
            self._known[key] = self._find(kind, reference)
        return self._known[key]

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
        number, complete = self._compute(kind, indicator)
        self.computed[reference.name] = number, complete
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
        table, frame = self.relations.tables[kind], self.relations.tables[kind].frame
        whole = unknown_range(value_type)
        if not table.has(name) and not table.has(to_column(name)):
            return Number(constant(whole.lo), constant(whole.hi), pl.lit(value=True), pl.lit(value=False))
        column = _column(table, name, pl.Int64())
        plain = Bound(column, self._top(kind, name))
        has_quotients = table.has(to_column(name)) and frame[to_column(name)].null_count() < frame.height
        has_ranges = table.has(hi_column(name)) and frame[hi_column(name)].null_count() < frame.height
        if not has_quotients and not has_ranges:
            return Number(plain, plain, column.is_null(), None, column)
        lo = hi = plain
        empty = None
        if has_ranges:
            upper = pl.coalesce(hi_column(name), column)
            hi = Bound(upper, max(plain.top, self._top(kind, hi_column(name))))
        none = column.is_null()
        if has_quotients:
            of, to = pl.col(of_column(name)), pl.col(to_column(name))
            scale = Fraction((100 if value_type.unit == "percent" else 1) * 10**value_type.decimals)
            quotient = Bound(of, self._top(kind, of_column(name)), to, self._top(kind, to_column(name)), scale)
            given = to.is_not_null() & (to != 0)
            whole_range = lo is hi
            lo = chosen(given, quotient, lo)
            hi = lo if whole_range else chosen(given, quotient, hi)
            empty = (to == 0).fill_null(value=False)
            none = none & to.is_null()
        return self.kept(kind, Number(lo, hi, none, empty), value_type)

    def _top(self, kind: str, column: str) -> int:
        """The largest magnitude in a column, at least 1: a product with it is never less than the other factor."""
        key = kind, column
        if key not in self._tops:
            table = self.relations.tables[kind]
            self._tops[key] = max([1, *map(abs, _ends(table.column(column)))]) if table.has(column) else 1
        return self._tops[key]

    # -- columns of computed numbers -------------------------------------------------------------------------------

    def add(self, kind: str, **columns: pl.Expr | pl.Series) -> None:
        """Adds columns to the table of a kind."""
        self.relations.tables[kind].keep(**columns)

    def fresh(self) -> str:
        """A name for a new column."""
        self._count += 1
        return f"#{self._count}"

    def kept(self, kind: str, number: Number, value_type: ValueType | None = None) -> Number:
        """The same number as columns of the table, with magnitudes that were looked at and *unknown* as the range."""
        none, empty = or_false(number.none), or_false(number.empty)
        lo, hi = number.lo, number.hi
        exact = lo is hi
        if value_type is not None:
            whole = unknown_range(value_type)
            exact = False
            unknown = none | empty
            lo, hi = chosen(unknown, constant(whole.lo), lo), chosen(unknown, constant(whole.hi), hi)
        name = self.fresh()
        columns = {f"{name}none": none.fill_null(value=False), f"{name}empty": empty.fill_null(value=False)}
        ends = {"lo": lo} if exact else {"lo": lo, "hi": hi}
        for end, bound in ends.items():
            columns[f"{name}{end}"] = bound.upper.cast(type_for(bound.top))
            if bound.lower is not None:
                columns[f"{name}{end}/"] = bound.lower.cast(type_for(bound.bottom))
        self.add(kind, **columns)
        table = self.relations.tables[kind]
        some = {end: table.column(f"{name}{end}").any() for end in ("none", "empty")}
        kept = {end: self._column_bound(kind, f"{name}{end}", bound) for end, bound in ends.items()}
        return Number(
            kept["lo"],
            kept.get("hi", kept["lo"]),
            pl.col(f"{name}none") if some["none"] else None,
            pl.col(f"{name}empty") if some["empty"] else None,
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
        tops = (self._top(kind, f"{name}{end}") for end in pairs.columns)
        upper, lower = (pl.col(f"{name}{end}") for end in pairs.columns)
        return Bound(upper, next(tops), lower, next(tops), bound.factor)

    def _column_bound(self, kind: str, name: str, bound: Bound) -> Bound:
        lower = None if bound.lower is None else pl.col(f"{name}/")
        bottom = 1 if bound.lower is None else self._narrowed(kind, f"{name}/")
        return Bound(pl.col(name), self._narrowed(kind, name), lower, bottom, bound.factor)

    def _narrowed(self, kind: str, column: str) -> int:
        """The largest magnitude in a made column, which takes the type for it."""
        made, top = self.relations.tables[kind].made, self._top(kind, column)
        made[column] = made[column].cast(type_for(top))
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
            none, empty = taken(or_false(value.none)), taken(or_false(value.empty))
            made = Number(lo, hi, none.fill_null(value=True), empty.fill_null(value=False))
        found = self.relations.tables[source].evaluated(exprs).select_seq(pl.all().gather(rows))
        self.add(kind, **dict(zip(exprs, found.get_columns(), strict=True)))
        return self.kept(kind, made, value_type) if isinstance(made, Number) else made

    # -- formulas --------------------------------------------------------------------------------------------------

    def _compute(self, kind: str, indicator: Indicator) -> tuple[Number, pl.Expr]:
        """The value of a formula and whether every part of it is known."""
        formula = indicator.formula
        if isinstance(formula, Count):
            return self._counted(kind, indicator, formula)
        if isinstance(formula, Share):
            return self._shared(kind, indicator, formula)
        if isinstance(formula, Sum):
            return self._summed(kind, indicator, formula)
        if isinstance(formula, Ratio):
            return self._ratio(kind, indicator, formula)
        assert isinstance(formula, Change)
        return self.difference(kind, indicator, self._rows_of_years(kind, -1), None)

    def _members(self, part: Reach, where: Condition) -> pl.Expr:
        """Kleene: whether rows are parts of that sort that satisfy the condition."""
        return fits(part) & self.truth(part.kind, where, part)

    def _sums(self, kind: str, part: Reach, sums: Mapping[str, pl.Expr]) -> dict[str, str]:
        """Sums over parts as new columns of the whole, by the names given."""
        prefix = self.fresh()
        names = {name: f"{prefix}{name}" for name in sums}
        found = self.relations.sums(kind, part, {names[name]: expr for name, expr in sums.items()})
        listed = self.relations.listed(kind, part).alias(f"{prefix}listed")
        self.add(kind, **{name: found[name] for name in found.columns}, **{f"{prefix}listed": listed})
        return {**names, "listed": f"{prefix}listed"}

    def _counted(self, kind: str, indicator: Indicator, formula: Count) -> tuple[Number, pl.Expr]:
        member = self._members(formula.of, formula.where)
        own = fits(formula.of)
        sums = {"have": _ones(member), "unsure": _ones(own & member.is_null()), "lack": _ones(own & ~member)}
        names = self._sums(kind, formula.of, sums)
        self.parts[indicator.name] = Parts(
            names["have"], names["lack"], names["unsure"], names["listed"], names["listed"]
        )
        have, unsure, listed = (pl.col(names[name]) for name in ("have", "unsure", "listed"))
        open_end = listed.cast(pl.Int64)
        most = pl.when(listed).then(have + unsure).otherwise(pl.lit(1, pl.Int64))
        number = Number(Bound(have, 2**40), Bound(most, 2**40, open_end, 1))
        return self.kept(kind, number), listed & (unsure == 0)

    def _shared(self, kind: str, indicator: Indicator, formula: Share) -> tuple[Number, pl.Expr]:
        member = self._members(formula.of, formula.where)
        has = self.truth(formula.of.kind, formula.having, formula.of)
        maybe = member.is_null()
        sums = {
            "have": _ones(member & has),
            "lack": _ones(member & ~has),
            "unknown": _ones(member & has.is_null()),
            "may_have": _ones(maybe & has),
            "may_lack": _ones(maybe & ~has),
            "may": _ones(maybe & has.is_null()),
        }
        names = self._sums(kind, formula.of, sums)
        have, lack, unknown, may_have, may_lack, may, listed = (pl.col(name).cast(pl.Int64) for name in names.values())
        listed = listed == 1
        sure = have + lack + unknown
        unsure = unknown + may_have + may_lack + may
        unsure_name = self.fresh()
        self.add(kind, **{unsure_name: unsure})
        self.parts[indicator.name] = Parts(names["have"], names["lack"], unsure_name, names["listed"], names["listed"])
        scale = Fraction(100 * 10 ** self.scope.types[indicator.name].decimals)
        none = ~listed
        empty = listed & (sure + unsure == 0)
        open_ended = sure == 0
        # Unsure members are in the lower bound unless they surely have it, in the upper one unless they surely lack it.
        least_of = sure + may_lack + may
        most = have + unknown + may_have + may
        most_of = sure + may_have + may
        one, zero = pl.lit(1, pl.Int64), pl.lit(0, pl.Int64)
        lo = Bound(
            pl.when(open_ended).then(zero).otherwise(have),
            2**40,
            pl.when(open_ended).then(one).otherwise(least_of),
            2**40,
            scale,
        )
        hi = Bound(
            pl.when(open_ended).then(one).otherwise(most),
            2**40,
            pl.when(open_ended).then(one).otherwise(most_of),
            2**40,
            scale,
        )
        number = self.kept(kind, Number(lo, hi, none, empty), self.scope.types[indicator.name])
        return number, listed & (unsure == 0)

    def _summed(self, kind: str, indicator: Indicator, formula: Sum) -> tuple[Number, pl.Expr]:
        reference = found(self.scope, formula.value, formula.of)
        number = self.value(formula.of.kind, reference)
        assert isinstance(number, Number)
        member = self._members(formula.of, formula.where)
        number = self.whole(number, reference.type)
        counts = ~or_false(number.empty)
        sure, maybe = member & counts, fits(formula.of) & member.is_null() & counts
        lo, hi = number.lo, number.hi
        if lo.factor != hi.factor:
            raise Unheld
        sums: dict[str, pl.Expr] = {}
        for end, bound, least in (("lo", lo, True), ("hi", hi, False)):
            open_end = (bound.lower == 0) if bound.lower is not None else pl.lit(value=False)
            if bound.lower is not None and self._top_of_finite(formula.of.kind, bound) > 1:
                raise Unheld
            upper = bound.upper.cast(WIDE)
            within = (
                pl.when(upper < 0).then(upper).otherwise(0) if least else pl.when(upper > 0).then(upper).otherwise(0)
            )
            part = pl.when(sure).then(upper).when(maybe).then(within).otherwise(pl.lit(0, WIDE))
            sums[end] = pl.when(open_end).then(pl.lit(0, WIDE)).otherwise(part)
            sums[f"{end}_open"] = _ones(open_end & (part != 0))
        known = same(lo, hi) & ~or_false(number.none)
        own = fits(formula.of)
        sums["have"] = _ones(sure & known)
        sums["unsure"] = _ones((sure & ~known) | maybe)
        sums["lack"] = _ones(own & (~member | ((member.is_null() | member) & ~counts)))
        if max(lo.top, hi.top) * max(self.relations.tables[formula.of.kind].height, 1) >= 2**126:
            raise Unheld
        names = self._sums(kind, formula.of, sums)
        self.parts[indicator.name] = Parts(
            names["have"], names["lack"], names["unsure"], names["listed"], names["listed"]
        )
        listed = pl.col(names["listed"])
        ends = []
        negative = reference.type.lowest is None or reference.type.lowest < 0
        for end, sign in (("lo", -1), ("hi", 1)):
            infinite = pl.col(names[f"{end}_open"]) > 0
            if end == "hi" or negative:
                infinite = infinite | ~listed
            upper = pl.when(infinite).then(pl.lit(sign, WIDE)).otherwise(pl.col(names[end]))
            ends.append(
                Bound(
                    upper, 2**126 - 1, pl.when(infinite).then(pl.lit(0, WIDE)).otherwise(pl.lit(1, WIDE)), 1, lo.factor
                )
            )
        shift = Fraction(10 ** self.scope.types[indicator.name].decimals, 10**reference.type.decimals)
        made = Number(times(ends[0], shift), times(ends[1], shift))
        return self.kept(kind, made), listed & (pl.col(names["unsure"]) == 0)

    def _top_of_finite(self, kind: str, bound: Bound) -> int:
        assert bound.lower is not None
        lower = self.relations.tables[kind].evaluated({"lower": bound.lower})["lower"]
        return max(map(abs, _ends(lower)), default=0)

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

    def _ratio(self, kind: str, indicator: Indicator, formula: Ratio) -> tuple[Number, pl.Expr]:
        upper, lower = (found(self.scope, name, indicator.reach) for name in (formula.of, formula.to))
        of, to = (self.value(kind, reference) for reference in (upper, lower))
        assert isinstance(of, Number) and isinstance(to, Number)
        own = self.scope.types[indicator.name]
        shift = Fraction(10**own.decimals, 10**upper.type.decimals)
        scale = (100 if own.unit == "percent" else 1) * 10**lower.type.decimals * shift
        ranges = {unknown_range(one) for one in (upper.type, lower.type, own)}
        if of.plain is not None and to.plain is not None and of.lo.lower is to.lo.lower is None and ranges == {_OPEN}:
            # Of which anything is unknown, that can be whatever its type can: no range need be made before it is tested.
            empty = (to.plain == 0).fill_null(value=False)
            given = of.plain.is_not_null() & to.plain.is_not_null() & ~empty
            bound = Bound(of.lo.upper, of.lo.top, to.lo.upper, to.lo.top, Fraction(scale))
            plain = pl.when(given).then(pl.lit(value=True))
            half = (of.plain.is_not_null() != to.plain.is_not_null()) & ~empty
            return Number(bound, bound, ~given & ~empty, empty, plain, half), given | empty
        if of.plain is not None and to.plain is not None:
            both = of.plain.is_null() & to.plain.is_null()
        else:
            both = or_false(of.none) & or_false(to.none)
        of, to = self.whole(of, upper.type), self.whole(to, lower.type)
        nothing = (to.lo.upper == 0) & (to.hi.upper == 0)
        empty = or_false(of.empty) | or_false(to.empty) | nothing
        complete = same(of.lo, of.hi) & same(to.lo, to.hi)
        if of.plain is not None:
            complete = complete & of.plain.is_not_null()
        known = times(_quotient(of.lo, to.lo), scale)
        lo = chosen(complete, known, times(divided(of.lo, to.hi), scale))
        hi = chosen(complete, known, times(divided(of.hi, to.lo), scale))
        none = both & ~empty
        made = self.kept(kind, Number(lo, hi, none, empty), own)
        return made, complete | empty

    def _rows_of_years(self, kind: str, offset: int) -> pl.Series:
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

    def difference(
        self, kind: str, indicator: Indicator, earlier: pl.Series, later: pl.Series | None
    ) -> tuple[Number, pl.Expr]:
        """The value of a change between two rows of one subject; without ``later`` the row itself."""
        assert isinstance(indicator.formula, Change)
        reference = found(self.scope, indicator.formula.of, indicator.reach)
        value = self.value(kind, reference)
        before = self.gathered(value, kind, earlier, kind, reference.type)
        now = value if later is None else self.gathered(value, kind, later, kind, reference.type)
        assert isinstance(now, Number) and isinstance(before, Number)
        before, now = self.reduced(kind, before), self.reduced(kind, self.whole(now, reference.type))
        shift = Fraction(10 ** self.scope.types[indicator.name].decimals, 10**reference.type.decimals)
        empty = or_false(now.empty) | or_false(before.empty)
        none = (or_false(now.none) | or_false(before.none)) & ~empty
        lo = times(added(now.lo, negated(before.hi)), shift)
        hi = times(added(now.hi, negated(before.lo)), shift)
        known = same(now.lo, now.hi) & same(before.lo, before.hi)
        made = self.kept(kind, Number(lo, hi, none, empty), self.scope.types[indicator.name])
        return made, empty | (known & ~none)

    def years_before(self, kind: str) -> pl.Series:
        """For each row the row of the same subject in the whole year before; null where it has none."""
        table = self.relations.tables[kind]
        rows = self._rows_of_years(kind, -1)
        present = table.frame["@present"].gather(rows)
        return pl.DataFrame({"row": rows, "there": present}).select(pl.when("there").then("row")).to_series()

    # -- conditions ------------------------------------------------------------------------------------------------

    def truth(self, kind: str, condition: Condition, reader: Reach) -> pl.Expr:
        """The condition as a column of the table: true, false or null. *No value* counts as false."""
        key = kind, condition, reader
        if key not in self._truths:
            if not condition.tests and not condition.alternatives:
                return pl.lit(value=True)
            name = self.fresh()
            self.add(kind, **{name: self._truth(kind, condition, reader)})
            self._truths[key] = pl.col(name)
        return self._truths[key]

    def bound_code(self, kind: str, condition: Condition, reader: Reach) -> pl.Expr:
        """0 where the condition holds, else why the subject is not bound, as a column of the table."""
        key = kind, condition, reader
        if key not in self._bound_codes:
            name = self.fresh()
            self.add(kind, **{name: bound_code(self._truth(kind, condition, reader))})
            self._bound_codes[key] = pl.col(name)
        return self._bound_codes[key]

    def _truth(self, kind: str, condition: Condition, reader: Reach) -> pl.Expr:
        parts = [self._test(kind, found(self.scope, name, reader), test) for name, test in condition.tests]
        if condition.alternatives:
            parts.append(reduce(or_, (self._truth(kind, item, reader) for item in condition.alternatives)))
        return reduce(and_, parts)

    def _test(self, kind: str, reference: Reference, test: Test) -> pl.Expr:
        key = kind, reference.name, reference.above, test
        result = self._tests.get(key)
        if result is None:
            value = self.value(kind, reference)
            result = test_of(value, test, reference.type)
            if isinstance(value, Number) and value.empty is not None:
                result = result & ~value.empty
            self._tests[key] = result
        return result


def test_of(value: Value, test: Test, value_type: ValueType) -> pl.Expr:
    """Kleene: the test of a value; of *no value* anything."""
    if isinstance(value, Number):
        low, low_open, high, high_open = limits_of(test, value_type)
        return number_test(value, (low, low_open, high, high_open), value_type)
    if isinstance(value, Mapping):
        assert isinstance(test, Includes)
        return pl.all_horizontal([value[code] for code in test.codes]) if len(test.codes) > 1 else value[test.codes[0]]
    accepted = accepted_codes(test, value_type)
    if isinstance(test, NoneOf):
        return ~_among(value, list(test.values), value_type)
    assert isinstance(accepted, frozenset)
    if value_type.form == "yes_no":
        return value if True in accepted else ~value
    return _among(value, [str(code) for code in accepted], value_type)


def number_test(value: Number, limits: tuple[object, bool, object, bool], value_type: ValueType) -> pl.Expr:
    """Whether a number lies between limits; unknown as its range would."""
    from gradeeval.engines.conditions import between as reference_between

    low, low_open, high, high_open = limits
    if value.plain is not None:
        whole = unknown_range(value_type)
        unknown = reference_between(whole.lo, whole.hi, low, low_open, high, high_open)  # type: ignore[arg-type]
        plain = between(Number(value.lo, value.lo), low, low_open, high, high_open)  # type: ignore[arg-type]
        return plain if unknown is None else plain.fill_null(value=unknown)
    return between(value, low, low_open, high, high_open)  # type: ignore[arg-type]


def _among(value: pl.Expr, codes: list[str], value_type: ValueType) -> pl.Expr:
    if value_type.values is None:
        return value.is_in(codes) if len(codes) != 1 else value == codes[0]
    places = sorted({place_of(code, value_type.values) for code in codes})
    if not places:
        return pl.when(value.is_not_null()).then(pl.lit(value=False))
    return reduce(or_, (_between_places(value, low, high) for low, high in _spans(places)))


def _between_places(value: pl.Expr, low: int, high: int) -> pl.Expr:
    least = literal(low, pl.Int16)
    return value == least if low == high else value.is_between(least, literal(high, pl.Int16))


def _spans(places: Iterable[int]) -> list[tuple[int, int]]:
    """Neighbouring places together."""
    found: list[tuple[int, int]] = []
    for place in places:
        if found and found[-1][1] == place - 1:
            found[-1] = found[-1][0], place
        else:
            found.append((place, place))
    return found


def _is_given(number: Number) -> pl.Expr:
    if number.plain is not None:
        return number.plain.is_not_null()
    return ~or_false(number.none)


def _quotient(upper: Bound, lower: Bound) -> Bound:
    """The quotient of known numbers that are not 0 below; either may be negative."""
    return divided(upper, lower)


def or_false(expr: pl.Expr | None) -> pl.Expr:
    """The expression; of none, false everywhere."""
    return pl.lit(value=False) if expr is None else expr


def _ones(truth: pl.Expr) -> pl.Expr:
    """1 where it is true."""
    return truth.fill_null(value=False).cast(pl.Int64)


def _column(table: Table, name: str, dtype: pl.DataType) -> pl.Expr:
    return pl.col(name) if table.has(name) else pl.lit(None, dtype)


def _ends(column: pl.Series) -> list[int]:
    """The least and the most of whole numbers, where there are any."""
    return [end for end in (column.min(), column.max()) if isinstance(end, int)]
