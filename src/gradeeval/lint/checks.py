"""The built-in checks, family by family."""

from __future__ import annotations

from gradeeval.lint import (
    citation,
    dates,
    example_cases,
    ids,
    ignores,
    in_force,
    indicators,
    logic,
    quotes,
    refused,
    style,
    units,
    weakening,
)
from gradeeval.lint.check import Check

CHECKS: tuple[Check, ...] = tuple(
    sorted(
        (
            *refused.CHECKS,
            *citation.CHECKS,
            *quotes.CHECKS,
            *dates.CHECKS,
            *in_force.CHECKS,
            *ids.CHECKS,
            *example_cases.CHECKS,
            *indicators.CHECKS,
            *units.CHECKS,
            *logic.CHECKS,
            *style.CHECKS,
            *weakening.CHECKS,
            *ignores.CHECKS,
        ),
        key=lambda check: check.code,
    )
)
