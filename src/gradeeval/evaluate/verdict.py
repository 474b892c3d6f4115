"""The verdict: a profile over a ruleset (design §1)."""

from __future__ import annotations

from collections.abc import Iterable

from gradeeval.engines.judgement import ERROR, MET, NEEDS_REVIEW, UNKNOWN, UNMET

NOTHING_DUE = "nothing_due"

Entry = tuple[str, bool, str]
"""Force, whether it is due or standing, and the outcome of one finding."""


def verdict(entries: Iterable[Entry]) -> str:
    """``unmet`` if a mandatory requirement that is due or standing is unmet.

    Else ``unknown`` if one is unknown, needs review or could not be run; else ``met``; ``nothing_due`` if there is none
    that applies.
    """
    found = {outcome for force, binding, outcome in entries if force == "mandatory" and binding}
    if UNMET in found:
        return "unmet"
    if found & {UNKNOWN, NEEDS_REVIEW, ERROR}:
        return "unknown"
    return "met" if MET in found else NOTHING_DUE
