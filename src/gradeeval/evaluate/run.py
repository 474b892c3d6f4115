"""The whole of a check: from a dataset and a workspace's rulesets to one result."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from gradeeval.engines.views import World
from gradeeval.evaluate.judging import EngineFactory, Evaluator
from gradeeval.evaluate.selection import Wanted, documents_for
from gradeeval.findings.result import Result, RollUp, SubjectResult
from gradeeval.language.scope import Scope
from gradeeval.messages import _, day
from gradeeval.profiles.profile import Profile, Roster
from gradeeval.rulesets.ruleset import Loaded, PolicyDocument

Watch = Callable[[Sequence[tuple[str, str]]], Iterable[tuple[str, str]]]
"""Goes over the keys of subjects, in their order."""


def check(
    profiles: Sequence[Profile],
    *,
    scope: Scope,
    rosters: Sequence[Roster],
    documents: Mapping[str, PolicyDocument],
    load: Callable[[str], Loaded],
    make_engine: EngineFactory,
    engine: str,
    as_of: str,
    wanted: Wanted,
    subjects: Iterable[str] = (),
    shared_digest: str = "",
    watched: Watch = iter,
) -> Result:
    """Judges every subject of ``profiles`` (or those with the ids ``subjects``) in its latest period up to ``as_of``.

    ``watched`` goes over the subjects and may show how far it is.
    """
    world = World(scope, profiles, rosters)
    evaluator = Evaluator(world, documents, lambda id: load(id).requirements, make_engine, as_of, wanted)
    asked = frozenset(subjects)
    results: list[SubjectResult] = []
    rolled: list[RollUp] = []
    used: dict[str, PolicyDocument] = {}
    notes = []
    for key in watched([key for key in world.history if not asked or key[1] in asked]):
        profile = world.judged(key, as_of)
        if profile is None:
            notes.append(_("{id}：所有时期都在评定日 {as_of} 之后，未评定").format(id=key[1], as_of=day(as_of)))
            continue
        results.append(evaluator.subject(profile))
        rolled.extend(evaluator.roll_up(profile))
        for document in documents_for(profile, documents.values(), world.regions, as_of, wanted):
            used[document.id] = document
    for profile in (profile for kind in ("institution", "network") for profile in world.unlisted(kind, as_of)):
        notes.append(_("{id}（{name}）不在名册上，未计入汇总").format(id=profile.id, name=profile.name))
    rulesets = [(id, load(id).digest) for id in used]
    return Result(
        as_of=as_of,
        subjects=tuple(results),
        roll_up=tuple(rolled),
        documents=used,
        rulesets=(*rulesets, ("shared", shared_digest)) if rulesets else (),
        rosters=tuple((roster.id, roster.digest) for roster in rosters),
        scope=scope,
        engine=engine,
        notes=tuple(notes),
        permits={item.id: item for id in used for item in load(id).requirements if item.force == "permit"},
    )
