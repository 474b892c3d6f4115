"""What a profile is once it has been read and checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gradeeval.quantity import Interval, NoValue
from gradeeval.timeline import Period

Partial = Mapping[str, bool]
"""A list fact of which only some codes are known."""

Value = bool | str | int | Interval | NoValue | frozenset[str] | Partial
"""A known value: yes/no, code or name, scaled whole number, quotient, complete or partial list. Unknown is absence."""


_NOTHING: Mapping[str, Value] = {}


@dataclass(frozen=True, slots=True)
class Proof:
    """Where a fact comes from, as far as the profile says."""

    source: str | None = None
    evidence: tuple[str, ...] = ()
    note: str | None = None
    status: str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A membership of a network: who, and from when to when. ``fields`` are those that the list gives for it."""

    id: str
    name: str
    fields: Mapping[str, Value]
    first: str | None = None
    last: str | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """One subject in one period. ``values`` holds fields and facts under their names; what is absent is unknown.

    ``tier`` belongs to regions and ``type`` to networks. ``region`` is the code of the region that it lies in (of a region,
    its own). ``members`` is None where no list of members is given. ``file`` and ``line`` tell where it was read.
    """

    kind: str
    id: str
    name: str
    period: Period
    region: str
    tier: str | None = None
    type: str | None = None
    values: Mapping[str, Value] = field(default_factory=dict)
    members: tuple[Member, ...] | None = None
    proofs: Mapping[str, Proof] = field(default_factory=dict)
    file: str = ""
    line: int | None = None
    plain: Mapping[str, object] = field(default_factory=dict, repr=False)

    @property
    def key(self) -> tuple[str, str]:
        """What identifies the subject: its kind and id."""
        return self.kind, self.id


class ListedPart(NamedTuple):
    """A row of a roster: a subject that exists, whether or not there is a profile of it.

    ``parent`` is the code of the next region around it; ``first`` and ``last`` are the days between which the row holds.
    """

    kind: str
    id: str
    name: str
    parent: str | None = None
    tier: str | None = None
    type: str | None = None
    values: Mapping[str, Value] = _NOTHING
    first: str | None = None
    last: str | None = None
    aliases: tuple[str, ...] = ()

    def holds_on(self, day: str) -> bool:
        """Whether the row is in force on that day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Roster:
    """An official list of parts. ``complete`` names the tiers (of regions) and kinds that it lists without a gap.

    ``region`` is the region that it covers.
    """

    id: str
    title: str
    region: str
    rows: Sequence[ListedPart]
    complete: frozenset[str]
    digest: str = ""
    file: str = ""
