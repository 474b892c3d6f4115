"""The values of one name, a column at a time: held against their part of the schema, and coded. Exact, or in doubt.

A part is cut from the schema that the exact way uses (``schema_part``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from operator import itemgetter
from typing import Any, Literal, NamedTuple, Union

import polars as pl

from gradeeval.files.ndjson import keys_in
from gradeeval.language.lowering import place_of
from gradeeval.language.nodes import Reach
from gradeeval.profiles.columns.given import Given, Pair, Where
from gradeeval.profiles.columns.layout import MOST, QUOTIENT_DECIMALS, code_column, of_column, to_column
from gradeeval.profiles.columns.notes import as_map
from gradeeval.profiles.columns.proofs import Proofs
from gradeeval.profiles.columns.rows import Rows
from gradeeval.profiles.columns.schema_part import QUOTIENT, Part
from gradeeval.quantity import scaled
from gradeeval.vocabulary import ValueType

_MANY = 10_000
"""Values of a closed list that are remembered as accepted."""
_SMALL = 10**18
"""Whole numbers below are within ``MOST`` in any steps."""


_NUMBERS = {int, float, Decimal}
_NOTHING = {None}
_INSIDE = (dict, list)
_SOME = 1_000
"""Texts of which the different ones are counted, to see whether most are."""
_PLAIN: Mapping[str, set[type]] = {"number": {int, float}, "yes_no": {bool}, "list": {list, tuple}}
"""The usual types of the values of a form; of others it is a text."""
_STORED: Mapping[str, Any] = {"yes_no": pl.Boolean, "name": pl.String}
_MILLION = 10**QUOTIENT_DECIMALS
_EXACT = 10**15
"""Steps below have at most 15 digits: numbers of different steps are different floats."""


class Usual(NamedTuple):
    """How msgspec is to decode usual values, and of which types they then are; None where that has to be looked at.

    ``noted``: each can also stand in a map that is noted.
    """

    form: Any
    forms: Collection[type] | None
    noted: bool = False


def _usual(own: ValueType | None, part: Part) -> Usual:
    if own is None:
        return Usual(part.form, None if part.form is Any else {part.form})
    if own.form == "number":
        return Usual(Any, None) if own.decimals else Usual(int, {int}, noted=True)
    if own.form == "yes_no":
        return Usual(bool, {bool}, noted=True)
    codes: Any = str
    if own.values is not None:
        codes = Literal[tuple(dict.fromkeys((*own.values.titles, *own.values.ranks, *own.values.outside)))]
    if own.form == "list":
        return Usual(Union[tuple[codes, ...], dict[str, Any]], {tuple, dict})  # noqa: UP007 - of texts and forms
    return Usual(codes, {str}, noted=True)


class ColumnReader:
    """Reads the values of one field or indicator; without a ``type`` they are only held against the schema."""

    def __init__(self, name: str, part: Part, type: ValueType | None, reach: Reach | None = None) -> None:
        """``part`` is for lists of such values; ``reach`` says which subjects of the kind can have them."""
        self.name = name
        self.reach = reach
        self._accepts = part.checker.accepts
        self._ranged = part.ranged and type is not None and type.form == "number"
        self._fine: set[Any] = set()
        self._range: tuple[float, float] | None = None
        self._of, self._to = of_column(name), to_column(name)
        self._type = type
        self._form = type.form if type is not None else "name"
        plain = _PLAIN.get(self._form, {str}) if type is not None else {str, bool}
        self._proofs = Proofs(part, plain, ranged=self._ranged)
        self.form, self.forms, self.noted = _usual(type, part)
        if type is None:
            return
        values = type.values
        codes = (*values.titles, *values.ranks, *values.outside) if values is not None else ()
        self._places = {code: place_of(code, values) for code in codes} if values is not None else {}
        self._codes = {place: code for code, place in self._places.items()}
        self._scale = 10**type.decimals
        self._hundred = 100 if type.unit == "percent" else 1
        self._capped = type.unit == "percent" and type.highest == 100

    def put(self, rows: Rows, given: Given, doubted: set[int]) -> int:
        """Puts what is given into ``rows``, and adds the rows in doubt to ``doubted``; gives how many values there are and keys in them."""
        plain = self._proofs.plainly(given)
        odd = list(plain.odd)
        keys = plain.keys + len(odd) + sum([keys_in(value) for _row, value in odd if value.__class__ in _INSIDE])
        if plain.forms:
            unsure, known = self._put_plain(rows, plain.given, plain.forms)
            keys += known
            if unsure and plain.proved:
                written = {given.where.rows[place]: as_map(told) for place, told in plain.proved}
                unsure = [(row, written.get(row, value)) for row, value in unsure]
            odd += unsure
        if odd:
            fine = self._checked(odd, doubted)
            if self._type is not None:
                self._code(rows, fine, doubted)
        return keys

    def code(self, rows: Rows, given: Given) -> None:
        """Puts values of the usual type that were read before, so that no schema need look at them; lists as tuples."""
        if self._form == "list":
            numbers: dict[tuple[Any, ...], int] = {}
            which = [None if value is None else numbers.setdefault(value, len(numbers)) for value in given.values]
            self._hold_lists(rows, given, which, numbers)
        elif self._form == "number":
            self._code(rows, given.pairs, set())
        else:
            self._hold(rows, given.where, self._series(given.values))

    def _put_plain(self, rows: Rows, given: Given, forms: set[type]) -> tuple[list[Pair], int]:
        """Puts values of the usual type; gives those that need a second look, and how many there are of all."""
        if self._form == "number":
            return self._put_numbers(rows, given, whole=forms == {int})
        if self._form == "list":
            return self._put_lists(rows, given)
        values = given.values
        if self._type is None:
            refused = set() if self._all_fine(values) else self._refused(set(values) - _NOTHING)
            return [pair for pair in given.pairs if pair[1] in refused] if refused else [], _known(values)
        series = self._series(values)
        if forms == {bool}:
            refused = self._refused({True, False})
        elif self._places and given.forms is not None:
            refused = self._refused({self._codes[place] for place in series.unique().to_list() if place is not None})
        else:
            refused = set() if self._all_fine(values) else self._refused(set(values) - _NOTHING)
        if refused:
            self._hold(rows, given.where, self._series([None if value in refused else value for value in values]))
            return [pair for pair in given.pairs if pair[1] in refused], _known(values)
        self._hold(rows, given.where, series)
        return [], len(series) - series.null_count()

    def _all_fine(self, values: Sequence[Any]) -> bool:
        """Whether the schema accepts all of many texts, of which most are different."""
        return len(set(values[:_SOME])) > _SOME // 2 and self._accepts(list(values))

    def _series(self, values: Sequence[Any]) -> pl.Series:
        """Texts, codes or answers as they are stored."""
        if self._places:
            return pl.Series(self.name, list(map(self._places.get, values)), dtype=pl.Int16)
        return pl.Series(self.name, values, dtype=_STORED[self._form])

    def _hold(self, rows: Rows, where: Where, series: pl.Series) -> None:
        if series.null_count() < len(series):
            rows[self.name].hold(where, series)

    def _put_lists(self, rows: Rows, given: Given) -> tuple[list[Pair], int]:
        numbers: dict[tuple[Any, ...], int] = {}
        try:
            which = [
                None if value is None else numbers.setdefault(tuple(value), len(numbers)) for value in given.values
            ]
        except TypeError:  # there are maps in them
            pairs = given.pairs
            return pairs, len(pairs) + sum([keys_in(value) for _row, value in pairs])
        known = _known(which)
        refused = self._refused(set(numbers))
        odd: list[Pair] = []
        if refused:
            out = {numbers[value] for value in refused}
            places = zip(given.where.rows, given.values, which, strict=True)
            odd = [(row, value) for row, value, number in places if number in out]
            which = [None if number in out else number for number in which]
        if self._type is not None and numbers:
            self._hold_lists(rows, given, which, numbers)
        return odd, known

    def _hold_lists(
        self, rows: Rows, given: Given, which: Sequence[int | None], numbers: Mapping[tuple[Any, ...], int]
    ) -> None:
        rows[self.name].hold(given.where, pl.Series(self.name, which, dtype=pl.UInt32), tuple(numbers))

    def _refused(self, different: set[Any]) -> set[Any]:
        """What of this the schema does not accept; some of what it accepts is remembered."""
        different -= self._fine
        if not different:
            return different
        refused = set() if self._accepts(list(different)) else {one for one in different if not self._accepts([one])}
        if self._type is not None and self._type.form != "name" and len(self._fine) < _MANY:
            self._fine |= different - refused
        return refused

    def _put_numbers(self, rows: Rows, given: Given, *, whole: bool) -> tuple[list[Pair], int]:
        """Floats are taken where a whole number of steps is read as the same float: of at most 15 digits only one is."""
        try:
            series = pl.Series(self.name, given.values, dtype=pl.Int64 if whole else pl.Float64)
        except (OverflowError, TypeError):  # beyond 64 bits
            return (pairs := given.pairs), len(pairs)
        known = len(series) - series.null_count()
        lowest: Any = series.min()
        highest: Any = series.max()
        if lowest is None:  # there is none after all
            return [], 0
        if not self._in_range(lowest, highest):
            return given.pairs, known
        column = rows[self.name]
        if whole:
            if not -_SMALL < lowest * self._scale <= highest * self._scale < _SMALL:
                return given.pairs, known
            column.hold(given.where, series if self._scale == 1 else series * self._scale)
            return [], known
        if not -_EXACT < lowest * self._scale <= highest * self._scale < _EXACT:
            return given.pairs, known
        steps = series * self._scale
        steps = (steps + 0.5 if lowest >= 0 else steps.round()).cast(pl.Int64)
        by = pl.Series([float(self._scale)]).new_from_index(0, len(series))  # Polars multiplies by a fraction otherwise
        doubtful = (steps / by) != series
        if not doubtful.any():
            column.hold(given.where, steps)
            return [], known
        column.hold(given.where, steps.set(doubtful.fill_null(value=False), None))
        at, values = given.where.rows, given.values
        return [(at[place], values[place]) for place in doubtful.fill_null(value=False).arg_true()], known

    def _in_range(self, lowest: Any, highest: Any) -> bool:
        """Whether the schema accepts these numbers and all between them."""
        if not self._ranged:
            return False
        low, high = self._range or (lowest, highest)
        if self._range is None or lowest < low or highest > high:
            if not self._accepts([lowest, highest]):
                return False
            self._range = min(low, lowest), max(high, highest)
        return True

    def _checked(self, odd: list[Pair], doubted: set[int]) -> list[Pair]:
        """What the schema accepts of single values."""
        if self._accepts(self._telling([value for _row, value in odd])):
            return odd
        fine = []
        for pair in odd:
            if self._accepts([pair[1]]):
                fine.append(pair)
            else:
                doubted.add(pair[0])
        return fine

    def _telling(self, values: list[Any]) -> list[Any]:
        """Values that are accepted if all are: of numbers, of which the schema only says how large they can be, the extremes."""
        if not self._ranged:
            return values
        told: list[Any] = []
        numbers: list[Any] = []
        quotients: list[dict[str, int]] = []
        for value in values:
            if value.__class__ in _NUMBERS:
                numbers.append(value)
            elif value.__class__ is dict and value.keys() == QUOTIENT and set(map(type, value.values())) <= _NUMBERS:
                quotients.append(value)
            else:
                told.append(value)
        if numbers:
            told += (min(numbers), max(numbers))
        for part in QUOTIENT if quotients else ():
            told += (min(quotients, key=itemgetter(part)), max(quotients, key=itemgetter(part)))
        return told

    def _code(self, rows: Rows, pairs: list[Pair], doubted: set[int]) -> None:
        """Puts single values that the schema has accepted."""
        if self._form == "number":
            self._code_numbers(rows, pairs, doubted)
            return
        for row, value in pairs:
            if value.__class__ is dict and "value" in value:
                value = value["value"]
            if self._form != "list":
                rows[self.name].put(row, self._places[value] if self._places else value)
            elif isinstance(value, list | tuple):
                rows[self.name].put(row, tuple(value))
            elif value.__class__ is not dict or "value" in value or "denominator" in value:
                doubted.add(row)  # a code that is called like a part of a fact
            else:
                for code, there in value.items():
                    rows[code_column(self.name, code)].put(row, there)

    def _code_numbers(self, rows: Rows, pairs: list[Pair], doubted: set[int]) -> None:
        """Puts numbers; in doubt is one with more digits than its steps have, or too many for a column."""
        assert self._type is not None
        column, decimals, scale = rows[self.name], self._type.decimals, self._scale
        for row, value in pairs:
            if value.__class__ is dict:
                if "value" not in value:
                    self._quotient(rows, row, value["numerator"], value["denominator"], doubted)
                    continue
                value = value["value"]
            whole = value * scale if value.__class__ is int else scaled(_decimal(value), decimals)
            if whole is None or not -MOST <= whole <= MOST:
                doubted.add(row)
            else:
                column.put(row, whole)

    def _quotient(self, rows: Rows, row: int, upper: Any, lower: Any, doubted: set[int]) -> None:
        """Puts numerator, denominator and the quotient, cut down to a whole number of steps."""
        of, to = _millionths(upper), _millionths(lower)
        if of is None or to is None or max(of, to) > MOST or (to == 0 and of != 0) or (self._capped and of > to):
            doubted.add(row)
            return
        number = of * self._hundred * self._scale // to if to else None
        if number is not None:
            if number > MOST:
                doubted.add(row)
                return
            rows[self.name].put(row, number)
        rows[self._of].put(row, of)
        rows[self._to].put(row, to)


def _known(values: Sequence[Any]) -> int:
    return len(values) - values.count(None)


def _millionths(number: Any) -> int | None:
    return number * _MILLION if number.__class__ is int else scaled(_decimal(number), QUOTIENT_DECIMALS)


def _decimal(number: Any) -> Any:
    """A float, which has no more digits than it can tell apart, as the decimal that it was written as."""
    return Decimal(repr(number)) if number.__class__ is float else number
