"""What codes add up to: by subject, a row of them, and by requirement, a column; null is a requirement that was not asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
    having: dict[str, list[_Cell]] = {outcome: [] for outcome in OUTCOMES.values()}
    for code, outcome in OUTCOMES.items():
        having[outcome] += [(name, code) for name, found in counts.items() if code in found]
    # What does not apply are most cells: they are what is left.
    del having[NOT_APPLICABLE]
    nulls = codes.null_count().row(0, named=True)
    gone: list[_Cell] = [(name, None) for name in counts if nulls[name]]
    asked = pl.lit(len(counts) - len(gone), pl.UInt32) + _many(gone)
    made = codes.select(asked.alias("@asked"), **{outcome: _many(cells) for outcome, cells in having.items()})
    left = pl.col("@asked") - pl.sum_horizontal(list(having))
    return made.with_columns(left.cast(pl.UInt32).alias(NOT_APPLICABLE)).select(list(dict.fromkeys(OUTCOMES.values())))


_Cell = tuple[str, int | None]
"""A column, and the code that counts in it; None is any."""


def _many(cells: Sequence[_Cell]) -> pl.Expr:
    """How many count in each row; added up as bytes, which takes half the time. Cells of one code are one expression."""
    yes, no = literal(1, pl.UInt8), literal(0, pl.UInt8)
    sums = []
    for at in range(0, len(cells), _MOST):
        alike: dict[int | None, list[str]] = {}
        for name, code in cells[at : at + _MOST]:
            alike.setdefault(code, []).append(name)
        truths = (
            pl.col(names).is_not_null() if code is None else pl.col(names) == literal(code, pl.UInt8)
            for code, names in alike.items()
        )
        sums.append(pl.sum_horizontal([pl.when(truth).then(yes).otherwise(no) for truth in truths]).cast(pl.UInt32))
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
