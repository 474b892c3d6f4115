"""Values of profiles to and from coded columns, one by one and exactly: the slow way, which the fast one must equal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from gradeeval.errors import InvalidContent
from gradeeval.language.lowering import place_of
from gradeeval.language.scope import Scope
from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.profiles.columns.layout import (
    MOST,
    QUOTIENT_DECIMALS,
    ROSTER,
    Columns,
    Schema,
    code_column,
    columns_of,
    field_types,
    hi_column,
    listed_schema,
    members_schema,
    of_column,
    schema_for,
    to_column,
    value_types,
)
from gradeeval.profiles.profile import ListedPart, Member, Profile, Roster, Value
from gradeeval.quantity import NO_VALUE, Interval, NoValue
from gradeeval.timeline import read_period
from gradeeval.vocabulary import KINDS, Values, ValueType

Row = dict[str, Any]


def to_columns(profiles: Iterable[Profile], rosters: Sequence[Roster], scope: Scope) -> Columns:
    """The coded columns of these profiles and rosters. Raises ``InvalidContent`` where a number does not fit a column."""
    rows: dict[str, list[Row]] = {kind: [] for kind in KINDS}
    members: list[Row] = []
    problems: list[Problem] = []
    types = {kind: value_types(scope, kind) for kind in KINDS}
    for profile in profiles:
        try:
            rows[profile.kind].append(profile_row(profile, types[profile.kind]))
            members.extend(member_row(profile, member, types["institution"]) for member in profile.members or ())
        except OverflowError as fault:
            problems.append(Problem(str(fault), profile.file, profile.line))
    if problems:
        raise InvalidContent(problems)
    listed: dict[str, list[Row]] = {kind: [] for kind in KINDS}
    for number, roster in enumerate(rosters):
        for part in roster.rows:
            listed[part.kind].append(_listed_row(number, part, types[part.kind]))
    return Columns(
        {kind: _frame(rows[kind], schema_for(scope, kind)) for kind in KINDS},
        _frame(members, members_schema(scope)),
        _frame([roster_row(*numbered) for numbered in enumerate(rosters)], ROSTER),
        {kind: _frame(listed[kind], listed_schema(scope, kind)) for kind in KINDS},
    )


def to_profiles(columns: Columns, scope: Scope) -> tuple[list[Profile], list[Roster]]:
    """The profiles and rosters that these columns hold; without proofs and places in files, which columns do not have."""
    fields = _held(columns.members, field_types(scope, "institution"))
    members: dict[tuple[str, str], list[Member]] = {}
    for row in columns.members.iter_rows(named=True):
        own = Member(row["@id"], row["@name"], _read_row(row, fields), row["@from"], row["@to"])
        members.setdefault((row["@network"], row["@period"]), []).append(own)
    profiles = []
    for kind, frame in columns.profiles.items():
        types = _held(frame, value_types(scope, kind))
        for row in frame.iter_rows(named=True):
            period = read_period(row["@period"])
            assert period is not None
            listed = tuple(members.get((row["@id"], row["@period"]), ())) if row.get("@listed") else None
            profiles.append(
                Profile(
                    *(kind, row["@id"], row["@name"], period, row["@region"], row["@tier"], row["@type"]),
                    values=_read_row(row, types),
                    members=listed,
                )
            )
    parts: dict[int, list[ListedPart]] = {}
    for kind, frame in columns.listed.items():
        own_types = _held(frame, field_types(scope, kind))
        for row in frame.iter_rows(named=True):
            place = row["@parent"], row["@tier"], row["@type"]
            part = ListedPart(
                kind, row["@id"], row["@name"], *place, _read_row(row, own_types), row["@from"], row["@to"]
            )
            parts.setdefault(row["@roster"], []).append(part)
    rosters = [
        Roster(
            *(row["@id"], row["@title"], row["@region"], tuple(parts.get(row["@roster"], ()))),
            *(frozenset(row["@complete"]), row["@digest"]),
        )
        for row in columns.rosters.iter_rows(named=True)
    ]
    return profiles, rosters


def coded(name: str, value: Value, value_type: ValueType) -> Row:
    """The columns of one known value. Raises ``OverflowError`` where it does not fit."""
    if value_type.form == "number":
        return _number(name, value)
    if value_type.form == "list":
        assert value_type.values is not None
        if isinstance(value, frozenset):
            return {code_column(name, code): code in value for code in value_type.values.titles}
        assert isinstance(value, Mapping)
        return {code_column(name, code): value.get(code) for code in value_type.values.titles}
    if value_type.values is not None:
        return {name: place_of(str(value), value_type.values)}
    return {name: value}


def _number(name: str, value: Value) -> Row:
    if isinstance(value, NoValue):
        return {of_column(name): 0, to_column(name): 0}
    if not isinstance(value, Interval):
        assert isinstance(value, int)
        return {name: _fit(name, value)}
    if value.of is None or value.to is None:
        assert isinstance(value.lo, int) and isinstance(value.hi, int)
        return {name: _fit(name, value.lo), hi_column(name): _fit(name, value.hi)}
    whole = Fraction(value.lo)
    parts = [Fraction(part) * 10**QUOTIENT_DECIMALS for part in (value.of, value.to)]
    if any(part.denominator != 1 for part in parts):
        raise OverflowError(
            _("{name}：分子、分母的小数不能多于 {digits} 位").format(name=name, digits=QUOTIENT_DECIMALS)
        )
    of, to = (_fit(name, int(part)) for part in parts)
    return {name: _fit(name, whole.numerator // whole.denominator), of_column(name): of, to_column(name): to}


def _fit(name: str, number: int) -> int:
    if abs(number) > MOST:
        raise OverflowError(_("{name}：数值过大，无法精确计算").format(name=name))
    return number


_Held = Mapping[str, tuple[ValueType, Mapping[int, str]]]
"""What a frame has any value of: its type, and the code at each place of its order or list."""


def _held(frame: pl.DataFrame, types: Mapping[str, ValueType]) -> _Held:
    some = {name for name, nulls in frame.null_count().row(0, named=True).items() if nulls < frame.height}
    return {
        name: (own, {} if own.values is None else codes_by_place(own.values))
        for name, own in types.items()
        if not columns_of(name, own).keys().isdisjoint(some)
    }


def _read_row(row: Mapping[str, Any], held: _Held) -> dict[str, Value]:
    """The known values of a row."""
    values: dict[str, Value] = {}
    for name, (value_type, codes) in held.items():
        value = _read(row, name, value_type, codes)
        if value is not None:
            values[name] = value
    return values


def _read(row: Mapping[str, Any], name: str, value_type: ValueType, codes: Mapping[int, str]) -> Value | None:
    if value_type.form == "number":
        return _read_number(row, name, value_type)
    if value_type.form == "list":
        has = {code: row.get(column) for code, column in _code_columns(name, value_type)}
        known = {code: bool(there) for code, there in has.items() if there is not None}
        if len(known) == len(has):
            return frozenset(code for code, there in known.items() if there)
        return known or None
    value: Value | None = row.get(name)
    if value is None or value_type.values is None:
        return value
    assert isinstance(value, int)
    return codes.get(value)


def _read_number(row: Mapping[str, Any], name: str, value_type: ValueType) -> Value | None:
    to = row.get(to_column(name))
    if to is None:
        lo: int | None = row.get(name)
        hi = row.get(hi_column(name))
        return lo if lo is None or hi is None else Interval(lo, hi)
    if to == 0:
        return NO_VALUE
    of = Fraction(row[of_column(name)], 10**QUOTIENT_DECIMALS)
    below = Fraction(to, 10**QUOTIENT_DECIMALS)
    exact = of / below * (100 if value_type.unit == "percent" else 1) * 10**value_type.decimals
    return Interval(exact, exact, of, below)


def codes_by_place(values: Values) -> dict[int, str]:
    """The value at each place of an order or a list."""
    return {place_of(code, values): code for code in (*values.titles, *values.ranks, *values.outside)}


def _code_columns(name: str, value_type: ValueType) -> Iterable[tuple[str, str]]:
    assert value_type.values is not None
    return ((code, code_column(name, code)) for code in value_type.values.titles)


def _valued(values: Mapping[str, Value], types: Mapping[str, ValueType]) -> Row:
    row: Row = {}
    for name, value in values.items():
        if name in types:
            row |= coded(name, value, types[name])
    return row


def profile_row(profile: Profile, types: Mapping[str, ValueType]) -> Row:
    """The row of a profile; ``types`` are those of its kind. Raises ``OverflowError`` where a number does not fit."""
    return {
        "@id": profile.id,
        "@name": profile.name,
        "@period": profile.period.text,
        "@end": profile.period.end,
        "@first": profile.period.first,
        "@year": profile.period.year,
        "@region": profile.region,
        "@tier": profile.tier,
        "@type": profile.type,
        "@listed": profile.members is not None,
        **_valued(profile.values, types),
    }


def member_row(profile: Profile, member: Member, types: Mapping[str, ValueType]) -> Row:
    """The row of a member of a network; ``types`` are those of institutions."""
    return {
        "@network": profile.id,
        "@period": profile.period.text,
        "@id": member.id,
        "@name": member.name,
        "@from": member.first,
        "@to": member.last,
        **_valued(member.fields, types),
    }


def _listed_row(number: int, part: ListedPart, types: Mapping[str, ValueType]) -> Row:
    return {
        "@roster": number,
        "@id": part.id,
        "@name": part.name,
        "@parent": part.parent,
        "@tier": part.tier,
        "@type": part.type,
        "@from": part.first,
        "@to": part.last,
        **_valued(part.values, types),
    }


def roster_row(number: int, roster: Roster) -> Row:
    """The row of a roster."""
    return {
        "@roster": number,
        "@id": roster.id,
        "@title": roster.title,
        "@region": roster.region,
        "@complete": sorted(roster.complete),
        "@digest": roster.digest,
    }


def _frame(rows: Sequence[Row], schema: Schema) -> pl.DataFrame:
    """The rows as a frame, with those columns of values that a row knows."""
    used = {name for row in rows for name, value in row.items() if value is not None}
    kept = {name: dtype for name, dtype in schema.items() if name in used or name.startswith("@")}
    columns = {name: [row.get(name) for row in rows] for name in kept}
    for name, dtype in kept.items():
        if dtype == pl.Int64 and any(value is not None and abs(value) >= 2**63 for value in columns[name]):
            kept[name] = pl.Int128
    return pl.DataFrame(columns, schema=kept)
