"""What changed between two revisions of a ruleset: of its requirements, of what its indicators mean, of the document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from gradeeval.engines.judgement import UNMET
from gradeeval.engines.solver.demand import Demand, common_sort
from gradeeval.language.nodes import Indicator, Requirement
from gradeeval.language.plain import condition_plain, formula_plain, reach_plain, target_plain
from gradeeval.proving.prover import Prover
from gradeeval.revisions.version import Version
from gradeeval.revisions.witnesses import (
    EXAMPLE,
    NEWLY_BOUND,
    OTHERWISE,
    RELEASED,
    Shown,
    parting,
    standing_case,
)

ADDED, REMOVED, REDATED, REFORCED, REWORDED = "added", "removed", "redated", "reforced", "reworded"
EQUIVALENT, UNDECIDED = "equivalent", "undecided"
CHANGES = (ADDED, REMOVED, "tightened", "loosened", NEWLY_BOUND, RELEASED, OTHERWISE, UNDECIDED, REDATED, REFORCED)
"""Changes of meaning, in the order in which they are told."""

WORDING = (EQUIVALENT, REWORDED)
"""Changes without: written otherwise but proved to mean the same; words beside the rule."""

_LOGIC = ("binds", "where", "indicator", "target", "unit", "within", "every_year", "unless", "tolerance")
_DATES = ("due", "within", "every_year")
_NO_WORDS = {*_LOGIC, *_DATES, "force", "id", "document", "origin"}
_DOCUMENT = ("jurisdiction", "date", "supersedes")
_OF_INDICATOR = ("reach", "unit", "order", "listed", "formula", "flow", "decimals", "range")
_WORDS_OF_INDICATOR = ("title", "title_en", "note", "question", "evidence", "department", "data_system")

Pair = tuple[str, Any, Any]
"""A key, and how it was and is written; None where it is not."""


@dataclass(frozen=True, slots=True)
class Changed:
    """A requirement that is not the same: what kinds of change, which keys, and a subject for each kind that has one."""

    requirement: Requirement
    kinds: tuple[str, ...]
    keys: tuple[Pair, ...]
    shown: dict[str, Shown]


@dataclass(frozen=True, slots=True)
class Moved:
    """An indicator that means something else, or is only worded otherwise (``wording``), and the requirements that read it."""

    name: str
    title: str
    keys: tuple[Pair, ...]
    readers: tuple[str, ...]
    wording: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that differs. ``document`` are keys of the document on which selection depends."""

    old: Version
    new: Version
    requirements: tuple[Changed, ...]
    indicators: tuple[Moved, ...]
    document: tuple[Pair, ...]

    @property
    def meaning(self) -> bool:
        """Whether anything changed in meaning."""
        kinds = {kind for one in self.requirements for kind in one.kinds}
        return bool(self.document) or not kinds.isdisjoint(CHANGES)


Watch = Callable[[list[str]], Iterable[str]]


def compare(old: Version, new: Version, prover: Prover | None = None, watched: Watch = iter) -> Comparison:
    """Compares two revisions. Without a prover a rule that is written otherwise and parts on no example is undecided.

    ``watched`` goes over the requirements and may show how far it is.
    """
    ids = [*new.requirements, *(id for id in old.requirements if id not in new.requirements)]
    found = (_requirement(id, old, new, prover) for id in watched(ids))
    return Comparison(
        old,
        new,
        tuple(one for one in found if one is not None),
        tuple(_indicators(old, new)),
        tuple(
            (key, getattr(old.document, key), getattr(new.document, key))
            for key in _DOCUMENT
            if getattr(old.document, key) != getattr(new.document, key)
        ),
    )


def _requirement(id: str, old: Version, new: Version, prover: Prover | None) -> Changed | None:
    before, after = old.requirements.get(id), new.requirements.get(id)
    if before is None or after is None:
        version, kind = (new, ADDED) if before is None else (old, REMOVED)
        case = standing_case(id, version)
        alone: dict[str, Shown] = {}
        if case is not None:
            old_outcome, new_outcome = (None, case.expected) if before is None else (case.expected, None)
            alone[kind] = Shown(case, old_outcome, new_outcome, EXAMPLE)
        return Changed(version.requirements[id], (kind,), (), alone)
    first, second = old.demand(id), new.demand(id)
    keys = tuple(_keys(before, after))
    names = {key for key, _old, _new in keys}
    kinds: list[str] = []
    shown: dict[str, Shown] = {}
    if not names.isdisjoint(_LOGIC) or _permission(first) != _permission(second) or not first.reads_like(second):
        kinds, shown = _logic(id, first, second, old, new, prover)
    elif "force" in names and "permit" in (before.force, after.force):
        kinds, shown = _logic(id, first, second, old, new, None)
        kinds = [kind for kind in kinds if kind != UNDECIDED]
    if not names.isdisjoint(_DATES):
        kinds.append(REDATED)
        shown.update(_redated(id, before, after, new))
    if "force" in names:
        kinds.append(REFORCED)
        case = standing_case(id, new)
        if case is not None:
            shown[REFORCED] = Shown(case, case.expected, case.expected, EXAMPLE)
    if not names <= _NO_WORDS:
        kinds.append(REWORDED)
    if not kinds:
        return None
    return Changed(after, tuple(dict.fromkeys(kinds)), keys, shown)


def _logic(
    id: str, first: Demand, second: Demand, old: Version, new: Version, prover: Prover | None
) -> tuple[list[str], dict[str, Shown]]:
    if common_sort((first, second)) is None:
        return [NEWLY_BOUND, RELEASED], {}
    parts = parting(id, old, new, prover)
    if parts.shown:
        return list(parts.shown), dict(parts.shown)
    return [EQUIVALENT if parts.proved else UNDECIDED], {}


def _redated(id: str, before: Requirement, after: Requirement, new: Version) -> dict[str, Shown]:
    """A miss on the earlier of the two days: there it is due in one revision and not yet in the other."""
    case = standing_case(id, new)
    if case is None or case.expected != UNMET or before.due == after.due:
        return {}
    days = [day for day in (before.due, after.due) if day is not None]
    return {REDATED: Shown(case, UNMET, UNMET, EXAMPLE, min(days))}


def _permission(demand: Demand) -> object:
    permit = demand.permits.get(demand.requirement.unless or "")
    return permit and (permit.binds, permit.where)


def _keys(before: Requirement, after: Requirement) -> Iterator[Pair]:
    for item in fields(Requirement):
        old, new = getattr(before, item.name), getattr(after, item.name)
        if item.name not in ("id", "document", "origin") and old != new:
            yield item.name, _written(item.name, old), _written(item.name, new)


def _written(key: str, value: Any) -> Any:
    if value is None or value == ():
        return None
    if key == "where":
        return condition_plain(value) or None
    if key in ("binds", "reach"):
        return reach_plain(value)
    if key == "target":
        return target_plain(value)
    if key == "formula":
        return formula_plain(value)
    if key == "range":
        return dict(value.stated())
    if key in ("within", "every_year"):
        return str(value)
    if key == "derived":
        return dict(value)
    return list(value) if isinstance(value, tuple) else value


def _indicators(old: Version, new: Version) -> Iterator[Moved]:
    """The indicators that requirements of both revisions read, directly or in a formula, and that are not the same."""
    readers: dict[str, list[str]] = {}
    for id in new.requirements:
        if id in old.requirements:
            for name in sorted(new.demand(id).names() & old.demand(id).names()):
                readers.setdefault(name, []).append(id)
    for name in sorted(readers):
        before, after = old.scope.indicators.get(name), new.scope.indicators.get(name)
        if before is None or after is None:
            continue
        keys = [*_differing(before, after, _OF_INDICATOR)]
        first, second = old.scope.types[name].values, new.scope.types[name].values
        if first != second:
            keys.append(("values", first and list(first.titles), second and list(second.titles)))
        worded = [*_differing(before, after, _WORDS_OF_INDICATOR)]
        if keys or worded:
            yield Moved(name, after.title, tuple(keys + worded), tuple(readers[name]), not keys)


def _differing(before: Indicator, after: Indicator, names: Iterable[str]) -> Iterator[Pair]:
    for name in names:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield name, _written(name, old), _written(name, new)
