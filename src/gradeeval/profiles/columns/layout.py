"""The layout of coded columns: which frames there are, which columns, of which types. The file form of it is Parquet.

One frame a kind (``institution``, ``network``, ``region``), a row a profile: one subject in one period. Beside them ``members``
(a row a member of a network's list), ``rosters`` (a row a roster) and ``listed_institution``, ``listed_network``,
``listed_region`` (a row a row of a roster). Names of fields and indicators are their columns; what identifies a row begins
with ``@``, and a second column of one name has its part after ``:``, so that nothing can collide.

======= ============================ ===============================================================================
form    column                       holds
======= ============================ ===============================================================================
number  ``x`` Int64                  the number times 10 ** decimals; of a quotient that, cut down to a whole number
number  ``x:of``, ``x:to`` Int64     numerator and denominator in millionths, where the figure was given so;
                                     0 and 0 is *no value*, and ``x`` is then null
number  ``x:hi`` Int64               the upper end, where the figure is itself a range; ``x`` is then the lower
yes_no  ``x`` Boolean                whether it is so
ordered ``x`` Int16                  the place in the order (``lowering.place_of``): below 0 outside of it
code    ``x`` Int16                  the place on the list
name    ``x`` String                 the name
list    ``x:code`` Boolean, a code   whether the list has it; a complete list has no null
======= ============================ ===============================================================================

A number column of which a value goes beyond 64 bits is Int128 instead; beyond ``MOST`` a number is refused.
Null is unknown. A column that is absent is unknown throughout, so files need hold only what somebody reported. Days are
``2025-12-31``; regions are codes. Places depend on the installed lists and scales on the decimals: ``layout_digest`` says which.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from gradeeval.files.canonical import digest
from gradeeval.language.scope import Scope
from gradeeval.vocabulary import KINDS, ValueType

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

LAYOUT_VERSION = 2
QUOTIENT_DECIMALS = 6
"""Numerators and denominators are whole millionths."""
MOST = 2**126

Schema = dict[str, "PolarsDataType"]

_SUBJECT: Schema = {"@id": pl.String, "@name": pl.String}
_PERIOD: Schema = {"@period": pl.String, "@end": pl.String, "@first": pl.Int16, "@year": pl.Int16}
_HELD: Schema = {"@from": pl.String, "@to": pl.String}
PROFILE: Schema = {**_SUBJECT, **_PERIOD, "@region": pl.String, "@tier": pl.String, "@type": pl.String}
"""What identifies a profile: ``@end`` is the last day of the period, ``@first`` and ``@year`` its first and last year."""
LISTED_MEMBERS: Schema = {"@listed": pl.Boolean}
"""Of networks: whether a list of members is given, which may be empty."""
MEMBER: Schema = {"@network": pl.String, "@period": pl.String, **_SUBJECT, **_HELD}
"""``@network`` and ``@period`` name the profile that lists the member ``@id``."""
ROSTER: Schema = {
    "@roster": pl.Int32,
    "@id": pl.String,
    "@title": pl.String,
    "@region": pl.String,
    "@complete": pl.List(pl.String),
    "@digest": pl.String,
}
"""``@roster`` counts from 0: two rosters may have one id."""
LISTED: Schema = {
    "@roster": pl.Int32,
    **_SUBJECT,
    "@parent": pl.String,
    "@tier": pl.String,
    "@type": pl.String,
    **_HELD,
}
"""``@parent`` is the code of the next region around; ``@from`` and ``@to`` the days between which the row holds."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Profiles and rosters as frames; ``profiles`` and ``listed`` are by kind. Raises nothing: frames may lack columns."""

    profiles: Mapping[str, pl.DataFrame]
    members: pl.DataFrame
    rosters: pl.DataFrame
    listed: Mapping[str, pl.DataFrame]

    def frames(self) -> Iterator[tuple[str, pl.DataFrame]]:
        """All frames with the names of their files."""
        yield from self.profiles.items()
        yield "members", self.members
        yield "rosters", self.rosters
        for kind, frame in self.listed.items():
            yield f"listed_{kind}", frame


def field_types(scope: Scope, kind: str) -> dict[str, ValueType]:
    """The fields of a kind of subject."""
    return {name: own.type for name, own in scope.vocabulary.fields[kind].items()}


def value_types(scope: Scope, kind: str) -> dict[str, ValueType]:
    """The fields and indicators of a kind of subject."""
    facts = {name: scope.types[name] for name, item in scope.indicators.items() if item.reach.kind == kind}
    return field_types(scope, kind) | facts


def columns_of(name: str, value_type: ValueType) -> Schema:
    """The columns of one field or indicator; of a number with those that are there only where they are needed."""
    if value_type.form == "number":
        return dict.fromkeys((name, of_column(name), to_column(name), hi_column(name)), pl.Int64)
    if value_type.form == "yes_no":
        return {name: pl.Boolean}
    if value_type.form == "name":
        return {name: pl.String}
    assert value_type.values is not None
    if value_type.form == "list":
        return {code_column(name, code): pl.Boolean for code in value_type.values.titles}
    return {name: pl.Int16}


def schema_for(scope: Scope, kind: str) -> Schema:
    """All columns that the frame of a kind can have, with their types."""
    own = {**PROFILE, **(LISTED_MEMBERS if kind == "network" else {})}
    return own | _valued(value_types(scope, kind))


def members_schema(scope: Scope) -> Schema:
    """All columns that the frame of members can have: a list may give fields of its institutions."""
    return MEMBER | _valued(field_types(scope, "institution"))


def listed_schema(scope: Scope, kind: str) -> Schema:
    """All columns that the frame of listed parts of a kind can have."""
    return LISTED | _valued(field_types(scope, kind))


def _valued(types: Mapping[str, ValueType]) -> Schema:
    made: Schema = {}
    for name, value_type in types.items():
        made |= columns_of(name, value_type)
    return made


def name_of(column: str) -> str:
    """The field or indicator whose values a column has."""
    return column.partition(":")[0]


def of_column(name: str) -> str:
    """The column of numerators."""
    return f"{name}:of"


def to_column(name: str) -> str:
    """The column of denominators."""
    return f"{name}:to"


def hi_column(name: str) -> str:
    """The column of upper ends."""
    return f"{name}:hi"


def code_column(name: str, code: str) -> str:
    """The column of one code of a list."""
    return f"{name}:{code}"


def layout_digest(scope: Scope) -> str:
    """What the columns of this scope mean: equal where every place and every scale is."""
    said = {
        kind: {
            name: [own.form, own.decimals, *(own.values.titles if own.values is not None else ())]
            + ([*own.values.ranks, "|", *sorted(own.values.outside)] if own.values is not None else [])
            for name, own in value_types(scope, kind).items()
        }
        for kind in KINDS
    }
    return digest({"version": LAYOUT_VERSION, "quotients": QUOTIENT_DECIMALS, "types": said})
