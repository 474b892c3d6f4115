"""The built-in checks, family by family."""

from __future__ import annotations

from gradeeval.lint import citation, dates, example_cases, ignores, indicators, logic, refused, style, units
from gradeeval.lint.check import Check

CHECKS: tuple[Check, ...] = tuple(
    sorted(
        (
            *refused.CHECKS,
            *citation.CHECKS,
            *dates.CHECKS,
            *example_cases.CHECKS,
            *indicators.CHECKS,
            *units.CHECKS,
            *logic.CHECKS,
            *style.CHECKS,
            *ignores.CHECKS,
        ),
        key=lambda check: check.code,
    )
)
