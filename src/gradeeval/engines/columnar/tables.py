"""A table a kind: a row a view, that is a subject in a period, with what is reported, listed or said by where it lies.

Rows of profiles first, those to be judged before the others; then subjects in periods without profile (language §1, *Roster*):
they have the fields of the roster and no facts. Values are named as in the layout; ``@`` columns identify.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from gradeeval.engines.columnar.numbers import largest, largest_of, rounded
from gradeeval.timeline import read_period

ROW = "@row"
_ALIKE_ONCE = pl.QueryOptFlags.none(comm_subexpr_elim=True)
"""What repeats among expressions is worked out once, which an eager select does not do."""
_FEW = 20_000
"""Of so many rows looking for what repeats takes longer than working it out again."""


Shape = frozenset[tuple[str, str, int]]
"""What expressions over a table depend on, by column: its type and how large its numbers are."""


@dataclass(frozen=True, slots=True)
class Due:
    """A column that is made when it is looked at, and the columns that it looks at itself.

    ``passing`` ones repeat nothing in each other and are made to be joined: whoever has joined them lets them go.
    """

    expr: pl.Expr
    roots: tuple[str, ...]
    passing: bool = False


def due(expr: pl.Expr, *, passing: bool = False) -> Due:
    """A column to be made."""
    return Due(expr, tuple(dict.fromkeys(expr.meta.root_names())), passing)


@dataclass(frozen=True, slots=True)
class Step:
    """Columns that are made at once, and those that they look at; ``kept`` are the ones that are not passing."""

    names: tuple[str, ...]
    roots: tuple[str, ...]
    exprs: tuple[pl.Expr, ...]
    kept: tuple[str, ...]


def _step(columns: Mapping[str, Due]) -> Step:
    return Step(
        tuple(columns),
        tuple(dict.fromkeys(root for column in columns.values() for root in column.roots)),
        tuple(column.expr.alias(name) for name, column in columns.items()),
        tuple(name for name, column in columns.items() if not column.passing),
    )


@dataclass(slots=True)
class Table:
    """The rows of a kind. ``wanted`` rows, the first ones, get codes; ``judged`` marks those in their judged period.

    ``alike``: ``@id`` and ``@period`` of absences that share a row, and that ``@row``. ``made`` are columns beside the given ones,
    ``due`` and ``lasting`` those that are made of others when they are looked at: in this run, and on each table of this shape.
    """

    kind: str
    frame: pl.DataFrame
    wanted: int
    alike: pl.DataFrame
    made: dict[str, pl.Series] = field(default_factory=dict)
    due: dict[str, Due] = field(default_factory=dict)
    lasting: Mapping[str, Due] = field(default_factory=dict)
    slices: dict[str, pl.DataFrame] = field(default_factory=dict)
    years: dict[int, pl.Series] = field(default_factory=dict)
    _tops: dict[str, int] = field(default_factory=dict)
    _shape: Shape | None = None
    _given: frozenset[str] = frozenset()
    _keys: pl.DataFrame | None = None
    _numbered: pl.DataFrame | None = None

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

    @property
    def shape(self) -> Shape:
        """The given columns: names, types, and of numbers how large they are, -1 where there are none."""
        if self._shape is None:
            given = {name: dtype for name, dtype in self.frame.schema.items() if not name.startswith("@")}
            # Of 16 bits are places in orders and on lists.
            numbers = {name: dtype for name, dtype in given.items() if dtype.is_integer() and dtype != pl.Int16}
            self._tops.update((name, rounded(top)) for name, top in largest_of(self.frame, numbers).items())
            self._shape = frozenset((name, str(dtype), self._tops.get(name, 0)) for name, dtype in given.items())
        return self._shape

    def top(self, name: str) -> int:
        """The largest magnitude of the whole numbers in a column or some more, at least 1, so that no product is less than a factor.

        Of given columns the one that all tables of this shape have. 1 of a column that is not there.
        """
        found = self._tops.get(name)
        if found is None and name in self._given and self.shape:
            found = self._tops.get(name)
        if found is None:
            found = self._tops[name] = largest(self.column(name)) if self.has(name) else 0
        return max(1, found)

    def filled(self, name: str) -> bool:
        """Whether there is such a column of numbers and anything in it."""
        return name in self._given and bool(self.shape) and self._tops[name] >= 0

    def has(self, name: str) -> bool:
        """Whether there is such a column."""
        return name in self._given or name in self.made or name in self.due

    def column(self, name: str) -> pl.Series:
        """A column, given or made."""
        if name not in self._given and name not in self.made:
            self.make((name,))
        return self.made[name] if name in self.made else self.frame[name]

    def evaluated(
        self, exprs: Mapping[str, pl.Expr], rows: int | None = None, *, at: pl.Series | None = None
    ) -> pl.DataFrame:
        """Expressions over the columns, those made included; of the first ``rows``, or of the rows ``at``.

        Only what they name is touched.
        """
        names = dict.fromkeys(name for expr in exprs.values() for name in expr.meta.root_names())
        self.make(names)
        if at is not None:
            columns = (self.column(name) for name in names)
            taken = (column.gather(at) if at.null_count() else column[at] for column in columns)
            made = pl.DataFrame({"@": at}).hstack(list(taken)).select_seq("@", **exprs)
            made.drop_in_place("@")
            return made
        needed = self._only(names)
        made = _selected(
            needed if rows is None else needed.head(rows), [one.alias(name) for name, one in exprs.items()]
        )
        made.drop_in_place(ROW)
        return made

    def _only(self, names: Iterable[str]) -> pl.DataFrame:
        """``@row`` and these columns."""
        if self._numbered is None:
            self._numbered = self.frame.select(ROW)
        return self._numbered.hstack([self.column(name) for name in names if name != ROW])

    def way(self, exprs: Mapping[str, pl.Expr]) -> tuple[Step, ...]:
        """How passing columns are made: what is due of those that they look at, and they themselves.

        Of tables of one shape it is the same for all that have the same lasting columns made already.
        """
        last = {name: due(expr, passing=True) for name, expr in exprs.items()}
        return *self._steps(root for column in last.values() for root in column.roots), _step(last)

    def gone(self, way: Sequence[Step], rows: int) -> pl.DataFrame:
        """What the last step of a way makes, of the first ``rows``; of the steps before it all but passing columns stay."""
        made: dict[str, pl.DataFrame] = {}
        base = self.frame
        for step in way[:-1]:
            base = _taken(step, self._beside(base, step, made))
            made.update(dict.fromkeys(step.names, base))
            if step.kept:
                columns = dict(zip(step.names, base.get_columns()[1:], strict=True))
                self.made.update({name: columns[name] for name in step.kept})
        needed = self._beside(base, way[-1], made)
        codes = _taken(way[-1], needed if rows == self.height else needed.head(rows))
        codes.drop_in_place(ROW)
        return codes

    def _beside(self, base: pl.DataFrame, step: Step, made: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
        """The frame with all that a step looks at."""
        there = frozenset(base.columns)
        more = [name for name in step.roots if name not in there]
        return base.hstack([made[name][name] if name in made else self.column(name) for name in more]) if more else base

    def keep(self, **columns: pl.Expr | pl.Series) -> None:
        """Makes columns; expressions when they are looked at."""
        for name, column in columns.items():
            if isinstance(column, pl.Series):
                self.made[name] = column.alias(name)
            else:
                self.due[name] = due(column)

    def make(self, names: Iterable[str]) -> None:
        """Makes what is due of these and of what they look at, in as few steps as can be."""
        for step in self._steps(names):
            made = _taken(step, self._only(step.roots))
            self.made.update(zip(step.names, made.get_columns()[1:], strict=True))

    def _steps(self, names: Iterable[str]) -> list[Step]:
        steps: list[dict[str, Due]] = []
        places: dict[str, int] = {}
        for name in names:
            self._place(name, places, steps)
        return [_step(columns) for columns in steps]

    def _place(self, name: str, places: dict[str, int], steps: list[dict[str, Due]]) -> int:
        """The step after which a column is there, which is put into ``steps``; -1 of what is there already."""
        found = places.get(name)
        if found is None:
            column = None if name in self.made else self.due.get(name) or self.lasting.get(name)
            if column is None:
                return -1
            found = max((self._place(root, places, steps) for root in column.roots), default=-1) + 1
            places[name] = found
            while found >= len(steps):
                steps.append({})
            steps[found][name] = column
        return found

    def made_before(self) -> frozenset[str]:
        """The lasting columns that are made already."""
        return frozenset(name for name in self.made if name in self.lasting)

    def forget_passing(self) -> None:
        """Lets go of passing columns that somebody looked at; whoever looks at them again has them made again."""
        for name in [name for name in self.made if name in self.lasting and self.lasting[name].passing]:
            del self.made[name]

    def in_period(self, text: str) -> pl.DataFrame:
        """``@id`` and ``@row`` of the latest view of each subject within the last year of a period, not after its end.

        A subject that has no profile there has the row that was made for its absence, if one was.
        """
        found = self.slices.get(text)
        if found is None:
            keys = self.keys
            present = in_period(keys.filter(pl.col("@present")), end_of(text))
            found = self.slices[text] = with_absent(present.select("@id", ROW), self.absent_in(text))
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
            by_id = with_absent(present.select("@id", ROW).unique("@id", keep="first"), self.absent_in(str(year)))
            own = (pl.col("@end") == end) & (pl.col("@first") == pl.col("@year"))
            joined = self.frame.select("@id", "@end", "@first", "@year", own=pl.col(ROW)).join(
                by_id, on="@id", how="left", maintain_order="left"
            )
            found = joined.select(pl.when(own).then("own").otherwise(ROW).alias(ROW)).to_series()
            self.years[year] = found
        return found


def made_once(
    exprs: Mapping[str, pl.Expr], make: Callable[[Mapping[str, pl.Expr]], pl.DataFrame]
) -> dict[str, pl.Series]:
    """What ``make`` makes of these, by name; what is one expression under several names is worked out once."""
    once = {id(expr): name for name, expr in exprs.items()}
    made = make({name: exprs[name] for name in once.values()})
    return {name: made[once[id(expr)]].alias(name) for name, expr in exprs.items()}


def at_rows(frame: pl.DataFrame, rows: pl.Series) -> pl.DataFrame:
    """These rows, none of them twice; where they follow each other nothing is copied."""
    if rows.len() and rows.is_sorted() and rows[-1] - rows[0] == rows.len() - 1:
        return frame.slice(rows[0], rows.len())
    return frame[rows]


def in_order(frame: pl.DataFrame, first: str, second: str) -> pl.DataFrame:
    """Sorted by two columns of row numbers or places; as one key in a quarter of the time."""
    return frame.sort(pl.col(first).cast(pl.UInt64) * 2**32 + pl.col(second))


def end_of(text: str) -> str:
    """The last day of a period."""
    period = read_period(text)
    assert period is not None
    return period.end


def _taken(step: Step, needed: pl.DataFrame) -> pl.DataFrame:
    """``@row`` and the columns of a step."""
    return _selected(needed, step.exprs) if step.kept else needed.select_seq(ROW, *step.exprs)


def _selected(needed: pl.DataFrame, exprs: Sequence[pl.Expr]) -> pl.DataFrame:
    """``@row`` and the expressions."""
    if needed.height < _FEW:
        return needed.select_seq(ROW, *exprs)
    return needed.lazy().select(ROW, *exprs).collect(optimizations=_ALIKE_ONCE)


def with_absent(present: pl.DataFrame, absent: pl.DataFrame) -> pl.DataFrame:
    """Rows of subjects, and of those that are absent the ones that are not among them; these are few."""
    if absent.is_empty():
        return present
    both = present.join(absent, on="@id", how="semi")
    return pl.concat([present, absent.join(both, on="@id", how="anti", maintain_order="left")])


def in_period(present: pl.DataFrame, end: str) -> pl.DataFrame:
    """The latest profile of each subject in the year of a day and not after it; figures for several years apart."""
    day = pl.col("@end")
    asked = (day <= end) & day.str.starts_with(end[:4]) & (pl.col("@first") == pl.col("@year"))
    keys = present.select(pl.col("^@.*$"))
    periods = keys["@period"]
    if keys.is_empty() or (periods == periods[0]).all():
        # Of one period each has one profile, and all or none of them are inside.
        return keys if keys.head(1).filter(asked).height else keys.clear()
    inside = keys.filter(asked)
    return inside.sort("@end", maintain_order=True).unique("@id", keep="last", maintain_order=True)
