"""Runs checks and puts what they find in order: by file, line and code, less what is off or ignored with a reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from gradeeval.errors import PluginFault
from gradeeval.lint.check import ERROR, OFF, Check, Fix, Material
from gradeeval.lint.ignores import Ignores, read_ignores
from gradeeval.lint.levels import Levels
from gradeeval.lint.places import Places
from gradeeval.lint.refused import UNREADABLE
from gradeeval.problems import Problem


@dataclass(frozen=True, slots=True)
class Found:
    """A hit with its place: ``problem`` has code, file, line, column and message; ``also`` are the other places.

    ``path`` is the place inside the data of the file, as steps; empty where the hit is about a comment.
    """

    check: Check
    level: str
    problem: Problem
    fix: Fix | None = None
    also: tuple[Problem, ...] = ()
    data: dict[str, object] = field(default_factory=dict)
    path: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """All that was found, in order; ``checked`` names the rulesets, ``ignored`` counts what is ignored with a reason.

    ``failed`` says which checks of plugins could not be run, and why.
    """

    found: tuple[Found, ...]
    checks: tuple[Check, ...]
    checked: tuple[str, ...] = ()
    ignored: int = 0
    failed: tuple[str, ...] = ()

    def count(self, level: str) -> int:
        """How many are of this level."""
        return Counter(found.level for found in self.found)[level]


def run(
    material: Material,
    checks: Sequence[Check],
    levels: Levels,
    *,
    prove: bool = False,
    refused: Iterable[Problem] = (),
) -> Report:
    """What the checks find in the chosen rulesets. ``refused`` are the faults of rulesets that could not be read."""
    places = Places()
    compares = material.compared is not None
    ran = [
        check
        for check in checks
        if check.find is not None and check.compares == compares and (prove or not check.proves)
    ]
    ignores = read_ignores(material)
    found = list(_refused(refused, checks))
    failed: list[str] = []
    ignored = 0
    for check in ran:
        assert check.find is not None
        try:
            hits = check.find(material)
        except PluginFault as fault:
            failed.append(str(fault))
            continue
        for hit in hits:
            level = levels.of(check, hit.origin.file)
            problem = places.problem(hit.origin, hit.message, check.code)
            if ignores.cover(problem):
                ignored += 1
            elif level != OFF:
                also = tuple(places.problem(origin, words) for origin, words in hit.also)
                found.append(Found(check, level, problem, hit.fix, also, dict(hit.data), hit.origin.path))
    searched = set() if material.unread else {check.code for check in ran}
    found.extend(_of_ignores(ignores, searched, checks, levels))
    return Report(tuple(sorted(found, key=_order)), tuple(checks), material.chosen, ignored, tuple(failed))


def _refused(problems: Iterable[Problem], checks: Sequence[Check]) -> Iterator[Found]:
    known = {check.code: check for check in checks}
    for problem in problems:
        check = known.get(problem.code) or known[UNREADABLE]
        yield Found(check, ERROR, problem)


def _of_ignores(ignores: Ignores, ran: set[str], checks: Sequence[Check], levels: Levels) -> Iterator[Found]:
    """What is wrong with the ignores themselves; one of a check that did not run, or not on all, may be needed when it does."""
    known = {check.code: check for check in checks}
    for code, problem, fix in ignores.faults(ran, set(known)):
        check = known[code]
        level = levels.of(check, problem.file)
        if level != OFF:
            yield Found(check, level, replace(problem, code=code), fix)


def _order(found: Found) -> tuple[str, int, int, str, str]:
    problem = found.problem
    return problem.file, problem.line or 0, problem.column or 0, problem.code or UNREADABLE, problem.message
