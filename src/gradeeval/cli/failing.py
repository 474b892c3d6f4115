"""The exit code that findings give (design of the command line): what ``check`` and ``batch`` share."""

from __future__ import annotations

from collections.abc import Iterable

import click

from gradeeval.language.nodes import FORCES
from gradeeval.messages import _

FAIL_ON = ("never", "mandatory", "in_principle", "strive", "any", "unknown")
_WEAKEST = {"mandatory": 1, "in_principle": 2, "strive": 3, "any": 5, "unknown": 1, "never": 0}


def exit_code(findings: Iterable[tuple[str, bool, str]], fail_on: str) -> int:
    """5 of no findings, 6 where a rule could not be run, 1 at or above ``fail_on``, 4 of only unknowns, else 0.

    A finding is its force, whether it is due or standing, and its outcome.
    """
    found = set(findings)
    if not found:
        click.echo(_("没有适用的要求：请检查对象类别、所在区域、评定日和筛选条件"), err=True)
        return 5
    if any(outcome == "error" for _force, _binding, outcome in found):
        return 6
    weakest = _WEAKEST[fail_on]
    if any(outcome == "unmet" and binding and FORCES.index(force) < weakest for force, binding, outcome in found):
        return 1
    if fail_on == "unknown" and any(outcome == "unknown" for _force, _binding, outcome in found):
        return 4
    return 0
