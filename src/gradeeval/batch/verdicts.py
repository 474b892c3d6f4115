"""Verdicts from codes, a row a subject: the meaning is that of ``evaluate.verdict``, asked once for each code."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import cache

import polars as pl

from gradeeval.engines.columnar.codes import EARLY, FAILED, OUTCOMES, literal
from gradeeval.evaluate.verdict import NOTHING_DUE, verdict
from gradeeval.findings.finding import has_come
from gradeeval.language.nodes import Requirement

_WORST = (NOTHING_DUE, "met", "unknown", "unmet")
"""From nothing to the worst: the verdict on findings is the worst of the verdicts on each."""
VERDICT = pl.Enum(sorted(_WORST))
"""Verdicts, in the order of their words."""


def binds_now(requirement: Requirement, code: int, as_of: str) -> bool:
    """Whether a finding with this code counts: the requirement is due or standing."""
    return has_come(requirement, as_of, by_years=code not in (EARLY, FAILED)) is not False


def verdict_of(
    codes: pl.DataFrame, requirements: Sequence[Requirement], as_of: str, there: Mapping[str, Container[int]]
) -> pl.Series:
    """The verdict on each row of codes, a column a requirement; null is a requirement that was not asked.

    ``there`` tells which codes each column has.
    """
    tests = _tests(requirements, as_of, there)
    rank = pl.repeat(0, pl.len(), dtype=pl.UInt8)
    for place in sorted(tests):  # the worst is asked first; null, which was not asked, is none of them
        rank = pl.when(pl.any_horizontal(tests[place])).then(pl.lit(place, pl.UInt8)).otherwise(rank)
    return pl.Series("verdict", _WORST, VERDICT)[codes.select(rank).to_series()]


def _tests(
    requirements: Iterable[Requirement], as_of: str, there: Mapping[str, Container[int]]
) -> dict[int, list[pl.Expr]]:
    """By rank, what makes a verdict at least that bad."""
    alike: dict[tuple[int, int], list[str]] = {}
    for requirement in requirements:
        for code, outcome in OUTCOMES.items():
            if code in there[requirement.id]:
                rank = _rank(requirement.force, binds_now(requirement, code, as_of), outcome)
                alike.setdefault((rank, code), []).append(requirement.id)
    tests: dict[int, list[pl.Expr]] = {}
    for (rank, code), ids in alike.items():
        if rank:
            tests.setdefault(rank, []).append(pl.col(ids) == literal(code, pl.UInt8))
    return tests


@cache
def _rank(force: str, binding: bool, outcome: str) -> int:
    return _WORST.index(verdict([(force, binding, outcome)]))
