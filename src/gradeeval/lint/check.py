"""A check of rulesets: its code, its level, and the function that finds what it is about.

To add one: write a function that takes the ``Material`` and yields a ``Hit`` for each fault, make a ``Check`` of it, put
it into the tuple ``CHECKS`` of its family's module, and write its page ``pages/CODE.md`` (see ``pages``). The first
letter of the code is the family: C citation, D dates, L logic, T examples, I ids, U units and types, N indicators, S style,
F files; the codes of plugins begin with two letters or more. A check looks only at ``material.chosen``, and at the others for comparison. It has no clock: dates are judged
against ``material.as_of``, and only where that is given. One that needs a solver says ``proves`` and runs on ``--prove``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar, cast

from gradeeval.language.nodes import Indicator, Origin, Requirement
from gradeeval.language.scope import Scope
from gradeeval.profiles.profile import Roster
from gradeeval.rulesets.ruleset import Case, LedgerEntry, Ruleset

ERROR, WARNING, OFF = "error", "warning", "off"
LEVELS = (ERROR, WARNING, OFF)

Item = TypeVar("Item")


class Watch(Protocol):
    """Hands the items on, and shows how far it is."""

    def __call__(self, items: Sequence[Item], /) -> Iterator[Item]:
        """The items, in order."""


def _unwatched(items: Sequence[Item], /) -> Iterator[Item]:
    yield from items


@dataclass(frozen=True, slots=True)
class Encoded:
    """A ruleset read whole: its requirements have passed the language's own checks."""

    ruleset: Ruleset
    requirements: tuple[Requirement, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    cases: tuple[Case, ...] = ()

    def at(self, *path: str | int, file: str = "document.yaml") -> Origin:
        """A place in one of its files."""
        return Origin(str(self.ruleset.folder / file), path)


@dataclass(frozen=True, slots=True)
class Material:
    """All that checks may look at.

    ``rulesets`` are all that could be read, by document id; ``chosen`` the ids of those that are linted; ``unread`` the ids
    of those that could not be read: nobody knows what stands in them, so nothing is said to be missing for want of them.
    ``before`` holds
    the requirements that a chosen ruleset had at the revision of ``--base``, where that is given. ``shared`` is whether
    the indicators that several rulesets use are linted as well. ``compared`` are two rulesets of which the first is to ask as
    much as the second (``--implies``). ``seconds`` is the time of the solver for one question.
    """

    scope: Scope
    rulesets: Mapping[str, Encoded]
    chosen: tuple[str, ...]
    rosters: tuple[Roster, ...] = ()
    shared: bool = True
    as_of: str | None = None
    before: Mapping[str, tuple[Requirement, ...]] = field(default_factory=dict)
    watched: Watch = _unwatched
    compared: tuple[str, str] | None = None
    seconds: float = 2
    unread: frozenset[str] = frozenset()
    _made: dict[object, object] = field(default_factory=dict)

    def once(self, make: Callable[[Material], Item]) -> Item:
        """What ``make`` makes of the material, made when it is first asked for: several checks may tell of one search."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast("Item", self._made[make])

    def linted(self) -> Iterator[Encoded]:
        """The chosen rulesets, in their order."""
        return (self.rulesets[id] for id in self.chosen)

    def requirements(self) -> Iterator[tuple[Encoded, Requirement]]:
        """Each requirement of the chosen rulesets."""
        for encoded in self.linted():
            for requirement in encoded.requirements:
                yield encoded, requirement

    def indicators(self) -> Iterator[Indicator]:
        """The indicators of the chosen rulesets and, with ``shared``, those of no ruleset."""
        for encoded in self.linted():
            yield from encoded.ruleset.indicators
        if self.shared:
            owned = {indicator.name for encoded in self.rulesets.values() for indicator in encoded.ruleset.indicators}
            yield from (found for name, found in self.scope.indicators.items() if name not in owned)


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that is certain: on the line of the hit, from its column on, ``old`` becomes ``new``.

    It is made only where the file then reads as before but for the value at the place of the hit.
    """

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One fault: where, and a whole sentence that says what to do.

    ``also`` are other places that it is about, each with a few words. ``data`` is plain data for the machine-readable
    formats, such as a profile that shows the fault.
    """

    origin: Origin
    message: str
    fix: Fix | None = None
    also: tuple[tuple[Origin, str], ...] = ()
    data: Mapping[str, object] = field(default_factory=dict)


Finder = Callable[[Material], Iterable[Hit]]


def family_of(code: str) -> str:
    """The letters that a code begins with."""
    return code.rstrip("0123456789")


@dataclass(frozen=True, slots=True)
class Check:
    """A check with a stable code.

    ``title`` and ``title_en`` are noun phrases. ``find`` is None where the fault is found elsewhere: it ``refuses`` the file
    before anything is checked (reader, schema, language), so that its level is always ``error``, or it is one of the
    comments that ignore. ``proves``: needs the solver, so it runs only where proofs are asked for. ``compares``: holds two
    rulesets against each other; such checks run where that is asked for, and then no others. ``pages`` is the folder of
    its page; None for the built-in ones.
    """

    code: str
    title: str
    title_en: str
    find: Finder | None = None
    level: str = WARNING
    proves: bool = False
    compares: bool = False
    refuses: bool = False
    pages: Path | None = None

    @property
    def family(self) -> str:
        """The letters that the code begins with: one of the built-in checks, more of those of plugins."""
        return family_of(self.code)
