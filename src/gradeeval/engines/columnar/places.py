"""Regions around regions, from the rosters: few thousand rows, walked in Python and remembered, for the joins of the rest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set

from gradeeval.engines.views import World
from gradeeval.language.nodes import Reach
from gradeeval.language.scope import Scope
from gradeeval.profiles.columns.coding import to_profiles
from gradeeval.profiles.columns.layout import Columns
from gradeeval.profiles.profile import ListedPart, Roster
from gradeeval.profiles.regions import Regions


class Places:
    """Which region lies in which, on which day, and whose list of parts is complete."""

    def __init__(self, columns: Columns, scope: Scope, *, lenient: bool) -> None:
        self.rosters: Sequence[Roster] = ()
        if columns.rosters.height:
            self.rosters = _rosters(columns, scope)
        self.lenient = lenient
        self._world = World(scope, [], self.rosters)
        self._closures: dict[tuple[str, str], frozenset[str]] = {}

    @property
    def regions(self) -> Regions:
        """Where regions lie, as the rosters have it."""
        return self._world.regions

    def chain(self, code: str, day: str) -> Sequence[ListedPart]:
        """The region and all around it, from the narrowest to the widest."""
        return self._world.chain(code, day)

    def inside(self, code: str, day: str) -> frozenset[str]:
        """All codes that a region is or lies in; those around it need no row of their own."""
        found = self._closures.get((code, day))
        if found is None:
            around = {one for row in self.chain(code, day) for one in (row.id, row.parent) if one}
            found = self._closures[code, day] = frozenset(around | {code})
        return found

    def listing(self, reach: Reach) -> frozenset[str]:
        """The regions of which a roster lists all parts of that sort."""
        wanted = {reach.tier if reach.kind == "region" else reach.kind, reach.type}
        return frozenset(roster.region for roster in self.rosters if not roster.complete.isdisjoint(wanted))

    def complete(self, whole: str, listing: Set[str], day: str) -> bool:
        """Whether a region is or lies in one of those of which a roster lists all parts."""
        return bool(listing) and (self.lenient or not listing.isdisjoint(self.inside(whole, day)))

    def wholes_of_listed(self, roster: int, place: str, day: str) -> Iterator[str]:
        """The regions of which a row of a roster, with the parent ``place``, is a part."""
        own = self.rosters[roster].region
        around = self.inside(own, day)
        for whole in self.inside(place, day):
            if self.lenient or whole in around or own in self.inside(whole, day):
                yield whole


def _rosters(columns: Columns, scope: Scope) -> Sequence[Roster]:
    regions = {kind: frame if kind == "region" else frame.clear() for kind, frame in columns.listed.items()}
    none = {kind: frame.clear() for kind, frame in columns.profiles.items()}
    _none, rosters = to_profiles(Columns(none, columns.members.clear(), columns.rosters, regions), scope)
    return rosters
