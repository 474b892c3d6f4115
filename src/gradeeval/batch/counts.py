"""What codes add up to: by subject, a row of them, and by requirement, a column; null is a requirement that was not asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import polars as pl

from gradeeval.batch.verdicts import binds_now
from gradeeval.engines.columnar.codes import OUTCOMES, Counts, literal
from gradeeval.engines.judgement import NOT_APPLICABLE
from gradeeval.language.nodes import Requirement

_MOST = 255
"""So many ones fit into a byte."""


def by_subject(codes: pl.DataFrame, counts: Counts) -> pl.DataFrame:
    """How many findings of each outcome each row has; a UInt32 column an outcome."""
    having: dict[str, list[pl.Expr]] = {outcome: [] for outcome in dict.fromkeys(OUTCOMES.values())}
    for name, found in counts.items():
        for code in found:
            having[OUTCOMES[code]].append(pl.col(name) == literal(code, pl.UInt8))
    # What does not apply are most cells: they are what is left.
    del having[NOT_APPLICABLE]
    gone = [name for name in counts if codes[name].null_count()]
    asked = pl.lit(len(counts) - len(gone), pl.UInt32) + _many(pl.col(name).is_not_null() for name in gone)
    made = codes.select(asked.alias("@asked"), **{outcome: _many(some) for outcome, some in having.items()})
    left = pl.col("@asked") - pl.sum_horizontal(list(having))
    return made.with_columns(left.cast(pl.UInt32).alias(NOT_APPLICABLE)).select(list(dict.fromkeys(OUTCOMES.values())))


def _many(truths: Iterable[pl.Expr]) -> pl.Expr:
    """How many are true in each row; added up as bytes, which takes half the time."""
    yes, no = literal(1, pl.UInt8), literal(0, pl.UInt8)
    bytes_of = [pl.when(truth).then(yes).otherwise(no) for truth in truths]
    blocks = [bytes_of[at : at + _MOST] for at in range(0, len(bytes_of), _MOST)]
    sums = [pl.sum_horizontal(block).cast(pl.UInt32) for block in blocks]
    return pl.sum_horizontal(sums).cast(pl.UInt32) if sums else pl.repeat(0, pl.len(), dtype=pl.UInt32)


def by_requirement(counts: Counts, requirements: Iterable[Requirement], as_of: str) -> Iterator[dict[str, Any]]:
    """How many findings each requirement has, by outcome and whether it is due or standing."""
    for item in requirements:
        found: dict[tuple[bool, str], int] = {}
        for code, count in counts[item.id].items():
            key = binds_now(item, code, as_of), OUTCOMES[code]
            found[key] = found.get(key, 0) + count
        for (due, outcome), count in sorted(found.items()):
            yield {"requirement": item.id, "force": item.force, "due": due, "outcome": outcome, "count": count}
