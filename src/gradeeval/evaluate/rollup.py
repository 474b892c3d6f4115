"""Roll-up: requirements that bind the parts of a region or network, shown on the roster of the whole.

Never a second requirement: the parts' own findings, gathered, with absent parts by name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from gradeeval.engines.judgement import NOT_APPLICABLE, Judgement
from gradeeval.engines.views import View
from gradeeval.findings.result import RollUp
from gradeeval.language.nodes import Reach, Requirement
from gradeeval.language.scope import has_parts

Judge = Callable[[Sequence[Requirement], View], list[Judgement]]
"""Requirements that bind one sort of subject, judged on a subject of that sort."""


def roll_up(whole: View, requirements: Iterable[Requirement], judge: Judge) -> list[RollUp]:
    """One entry for each requirement that binds at least one part; parts that it does not apply to are left out."""
    by_reach: dict[Reach, list[Requirement]] = defaultdict(list)
    order: dict[str, int] = {}
    for requirement in requirements:
        if has_parts(whole.reach, requirement.binds):
            order[requirement.id] = len(order)
            by_reach[requirement.binds].append(requirement)
    found = []
    for reach, bound in by_reach.items():
        parts, _listed = whole.world.parts(whole, reach)
        judged = [judge(bound, part) for part in parts]
        for index, requirement in enumerate(bound):
            entry = _entry(requirement, whole, parts, [judgements[index] for judgements in judged])
            if entry is not None:
                found.append(entry)
    return sorted(found, key=lambda entry: order[entry.requirement.id])


def _entry(
    requirement: Requirement, whole: View, parts: Sequence[View], judgements: Sequence[Judgement]
) -> RollUp | None:
    outcomes: dict[str, list[View]] = defaultdict(list)
    absent = []
    for part, judgement in zip(parts, judgements, strict=True):
        if judgement.outcome == NOT_APPLICABLE:
            continue
        outcomes[judgement.outcome].append(part)
        if part.profile is None:
            absent.append(part)
    if not outcomes:
        return None
    return RollUp(requirement, whole, {key: tuple(views) for key, views in outcomes.items()}, tuple(absent))
