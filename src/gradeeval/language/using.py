"""Which indicators requirements look at: those they name, and those that these are computed from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gradeeval.language.nodes import Indicator, Requirement


def used_by(requirements: Iterable[Requirement], indicators: Mapping[str, Indicator]) -> set[str]:
    """The names of the indicators that these requirements judge, test or compute from, however many formulas down."""
    waiting = [name for one in requirements for name in (one.indicator, *one.where.names())]
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in indicators and name not in used:
            used.add(name)
            waiting.extend(indicators[name].names())
    return used
