"""The outcome of a cell as one byte, with its reason. What does not apply is 8 or more, what is unknown 2, 5 or 7.

The numbers are chosen so that the byte of *who is bound* and that of a plain target join by a bitwise or: all bits of a
target's codes 0 to 3 are set in 7 (unknown whether bound) and in 15 (not bound).
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from functools import cache

import polars as pl

from gradeeval.engines.judgement import (
    BINDS_UNKNOWN,
    ERROR,
    EXCUSED,
    MET,
    NEEDS_REVIEW,
    NO_VALUE,
    NOT_APPLICABLE,
    NOT_BEGUN,
    NOT_BOUND,
    NOT_USED,
    PERHAPS_REPLACED,
    REPLACED,
    UNKNOWN,
    UNMET,
)

CODES: dict[tuple[str, str | None], int] = {
    (MET, None): 0,
    (UNMET, None): 1,
    (UNKNOWN, None): 2,
    (NEEDS_REVIEW, None): 3,
    (ERROR, None): 4,
    (UNKNOWN, PERHAPS_REPLACED): 5,
    (UNKNOWN, BINDS_UNKNOWN): 7,
    (NOT_APPLICABLE, NO_VALUE): 8,
    (NOT_APPLICABLE, NOT_BEGUN): 9,
    (NOT_APPLICABLE, EXCUSED): 10,
    (NOT_APPLICABLE, NOT_USED): 11,
    (NOT_APPLICABLE, REPLACED): 12,
    (NOT_APPLICABLE, NOT_BOUND): 15,
}
"""From an outcome and its reason to the byte of a cell. What is replaced comes out of two requirements, after these are judged."""

MEANING: dict[int, tuple[str, str | None]] = {code: said for said, code in CODES.items()}
"""From the byte to the outcome and its reason."""
OUTCOMES: dict[int, str] = {code: outcome for code, (outcome, _reason) in MEANING.items()}
"""From the byte to the outcome."""

BOUND, MISSED, UNSURE, REVIEW, FAILED, BINDS = 0, 1, 2, 3, 4, 7
EMPTY, EARLY, LET_OFF, UNUSED, UNBOUND = 8, 9, 10, 11, 15
_RANKS = {UNMET: 0, ERROR: 1, UNKNOWN: 2, NEEDS_REVIEW: 3, MET: 4, NOT_APPLICABLE: 5}


def severity(code: int) -> int:
    """Smaller is worse; what has one outcome has one severity, whatever the reason."""
    return _RANKS[MEANING[code][0]]


@cache
def literal(value: int, of: type[pl.DataType]) -> pl.Expr:
    """A whole number as an expression; made once, since making it costs more than using it."""
    return pl.lit(value, of)


def bound_code(truth: pl.Expr) -> pl.Expr:
    """0 where the subject is bound, else why it is not."""
    return _coded(truth, UNBOUND, BINDS)


def target_code(truth: pl.Expr) -> pl.Expr:
    """The outcome of a plain target: met, unmet or unknown."""
    return _coded(truth, MISSED, UNSURE)


def _coded(truth: pl.Expr, no: int, unsure: int) -> pl.Expr:
    """0 where it is true; a choice is quicker than a cast from bits to bytes."""
    decided = pl.when(truth).then(literal(BOUND, pl.UInt8)).otherwise(literal(no, pl.UInt8))
    return pl.when(truth.is_not_null()).then(decided).otherwise(literal(unsure, pl.UInt8))


Counts = Mapping[str, Mapping[int, int]]
"""By column how many cells have which code, of the codes that there are."""


_OFTEN = (UNBOUND, BOUND, MISSED, UNSURE, BINDS)
"""What most columns have and nothing else."""


def counts_of(codes: pl.DataFrame, there: Mapping[str, Container[int]] | None = None) -> Counts:
    """The codes of all columns; ``there`` has some columns and those that there can be, where that is known."""
    if there is not None:
        few = _counted(codes, {code: [name for name, own in there.items() if code in own] for code in MEANING})
        return {name: few.get(name, {}) for name in there}
    found = _counted(codes, dict.fromkeys(_OFTEN, codes.columns))
    rest = [name for name, own in found.items() if sum(own.values()) + codes[name].null_count() < codes.height]
    more = _counted(codes, {code: rest for code in MEANING if code not in _OFTEN})
    return {name: {**own, **more.get(name, {})} for name, own in found.items()}


def _counted(codes: pl.DataFrame, among: Mapping[int, Sequence[str]]) -> dict[str, dict[int, int]]:
    """How many cells of which column have which code, of the columns ``among`` which it is looked for."""
    found: dict[str, dict[int, int]] = {name: {} for names in among.values() for name in names}
    sums = [
        (pl.col(names) == literal(code, pl.UInt8)).sum().name.prefix(f"{code} ")
        for code, names in among.items()
        if names
    ]
    for key, count in codes.select(sums).row(0, named=True).items() if sums else ():
        code, _space, name = key.partition(" ")
        if count:
            found[name][int(code)] = count
    return found
