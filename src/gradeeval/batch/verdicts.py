"""Verdicts from codes, a row a subject: the meaning is that of ``evaluate.verdict``, asked once for each code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import polars as pl

from gradeeval.engines.columnar.codes import EARLY, FAILED, MEANING
from gradeeval.evaluate.verdict import NOTHING_DUE, verdict
from gradeeval.findings.finding import has_come
from gradeeval.language.nodes import Requirement

_WORST = (NOTHING_DUE, "met", "unknown", "unmet")
"""From nothing to the worst: the verdict on findings is the worst of the verdicts on each."""


def binds_now(requirement: Requirement, code: int, as_of: str) -> bool:
    """Whether a finding with this code counts: the requirement is due or standing."""
    return has_come(requirement, as_of, by_years=code not in (EARLY, FAILED)) is not False


def verdict_of(codes: pl.DataFrame, requirements: Sequence[Requirement], as_of: str) -> pl.Series:
    """The verdict on each row of codes, a column a requirement; null is a requirement that was not asked."""
    ranks = list(_ranked(requirements, as_of))
    if not ranks:
        return pl.Series("verdict", [NOTHING_DUE] * codes.height, dtype=pl.String)
    rank = codes.lazy().select(pl.max_horizontal(ranks).fill_null(0).alias("verdict")).collect()["verdict"]
    return pl.Series("verdict", _WORST).gather(rank)


def _ranked(requirements: Iterable[Requirement], as_of: str) -> Iterable[pl.Expr]:
    for requirement in requirements:
        by_rank: dict[int, list[int]] = {}
        for code, (outcome, _reason) in MEANING.items():
            said = verdict([(requirement.force, binds_now(requirement, code, as_of), outcome)])
            by_rank.setdefault(_WORST.index(said), []).append(code)
        by_rank.pop(0, None)
        if by_rank:
            expr = pl.lit(0, pl.UInt8)
            for rank, codes in by_rank.items():
                expr = pl.when(pl.col(requirement.id).is_in(codes)).then(pl.lit(rank, pl.UInt8)).otherwise(expr)
            yield expr
