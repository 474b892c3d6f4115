"""A view is one subject in one period, with the values of all names: reported, computed, or read up from an encloser.

The world holds all profiles and rosters of a run and makes the views. Every engine gets its values here: a formula is
computed once, and what engines differ in is how they test.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradeeval.engines.conditions import OnView, compile_condition
from gradeeval.engines.formulas import Computed, compute
from gradeeval.language.nodes import Condition, Reach
from gradeeval.language.scope import Reference, Scope
from gradeeval.profiles.profile import ListedPart, Member, Profile, Roster, Value
from gradeeval.profiles.regions import Regions
from gradeeval.timeline import Period, read_period
from gradeeval.vocabulary import AROUND


@dataclass(slots=True)
class View:
    """One subject in one period. ``values`` holds what is reported and the fields; ``look`` computes and reads up.

    ``profile`` is None where there is none for that period: then only fields of a roster are known. ``region`` is the code
    of the region that it lies in, of a region its own; empty where that is not known.
    """

    world: World
    kind: str
    id: str
    name: str
    period: Period
    values: dict[str, Any]
    tier: str | None = None
    type: str | None = None
    profile: Profile | None = None
    region: str = ""
    computed: dict[str, Computed] | None = None
    _looked: dict[str, Any] | None = None

    @property
    def reach(self) -> Reach:
        """The sort of subject."""
        return Reach(self.kind, self.tier, self.type)

    def look(self, reference: Reference) -> Any:
        """The value of a name; None where it is unknown."""
        if self._looked is None:
            self._looked = {}
        elif reference.name in self._looked:
            return self._looked[reference.name]
        value = self._find(reference)
        self._looked[reference.name] = value
        return value

    def _find(self, reference: Reference) -> Any:
        if reference.above is not None:
            above = self.world.above(self, reference.above)
            return None if above is None else above.look(Reference(reference.name, reference.type, reference.indicator))
        indicator = reference.indicator
        if indicator is None or indicator.formula is None:
            return self.values.get(reference.name)
        result = compute(indicator, self, self.world.scope)
        if self.computed is None:
            self.computed = {}
        self.computed[reference.name] = result
        reported = self.values.get(reference.name)
        return result.value if result.complete or reported is None else reported

    def source_of(self, name: str) -> str | None:
        """Whether a value was ``reported`` or ``computed``; None where it is unknown."""
        result = (self.computed or {}).get(name)
        if result is not None and (result.complete or name not in self.values):
            return "computed"
        return "reported" if name in self.values else None

    def at_year(self, year: int) -> View:
        """The same subject in another whole year; without facts where no profile covers it."""
        return self.world.in_year(self, year)


class World:
    """All profiles and rosters of one run, indexed. Nothing in it changes but what it remembers."""

    def __init__(
        self,
        scope: Scope,
        profiles: Iterable[Profile],
        rosters: Sequence[Roster],
        lenient: bool = False,
    ) -> None:
        """``lenient``: a subject without roster has the fields that its profile gives (examples, generated cases)."""
        self.scope = scope
        self.rosters = rosters
        self.lenient = lenient
        self.history: dict[tuple[str, str], list[Profile]] = defaultdict(list)
        for profile in profiles:
            self.history[profile.key].append(profile)
        for found in self.history.values():
            found.sort(key=lambda profile: (profile.period.end, not profile.period.several_years))
        self.regions = Regions(rosters)
        self._listed: dict[str, list[ListedPart]] = defaultdict(list)
        for roster in rosters:
            for row in roster.rows:
                if row.kind != "region":
                    self._listed[row.id].append(row)
        self._views: dict[tuple[str, str, str], View] = {}
        self._parts: dict[tuple[str, str, str, Reach], tuple[list[View], bool]] = {}
        self._conditions: dict[tuple[Condition, Reach], OnView] = {}
        self._memberships: dict[str, list[Profile]] | None = None

    # -- subjects in time ------------------------------------------------------------------------------------------

    def judged(self, key: tuple[str, str], as_of: str) -> Profile | None:
        """The profile of the latest period that ends on or before ``as_of``."""
        found = self.history.get(key, ())
        index = bisect_right(found, as_of, key=lambda profile: profile.period.end)
        return found[index - 1] if index else None

    def view(self, profile: Profile) -> View:
        """The view of a profile."""
        key = (profile.kind, profile.id, profile.period.text)
        view = self._views.get(key)
        if view is None or view.profile is not profile:
            values = dict(profile.values)
            self._around(values, profile.region, profile.period.end, own=profile.kind == "region")
            values.setdefault("name", profile.name)
            row = self.listed_row(profile.kind, profile.id, profile.period.end)
            for name, value in row.values.items() if row is not None else ():
                values.setdefault(name, value)
            if profile.kind == "institution":
                self._roles(values, profile.id, profile.period.end)
            view = View(
                self,
                profile.kind,
                profile.id,
                profile.name,
                profile.period,
                values,
                profile.tier,
                profile.type,
                profile,
                profile.region,
            )
            self._views[key] = view
        return view

    def in_year(self, view: View, year: int) -> View:
        """The subject of ``view`` in the whole of another year."""
        end = f"{year}-12-31"
        if view.period.end == end and not view.period.several_years:
            return view
        for profile in reversed(self.history.get((view.kind, view.id), ())):
            if profile.period.end == end and not profile.period.several_years:
                return self.view(profile)
        period = read_period(str(year))
        assert period is not None
        return self.absent(view, period)

    def absent(self, like: View, period: Period) -> View:
        """A subject in a period without profile: what a roster says of it then, and where it lies; no facts.

        What no roster knows is taken from the next profile after that period, else from ``like``.
        """
        key = (like.kind, like.id, f"?{period.text}")
        absent = self._views.get(key)
        if absent is None:
            row = self.listed_row(like.kind, like.id, period.end)
            history = self.history.get((like.kind, like.id), ())
            later = next((profile for profile in history if profile.period.end > period.end), None)
            region = later.region if later is not None else like.region
            if row is not None and row.kind != "region":
                region = row.parent or ""
            own = like.kind == "region"
            values: dict[str, Any] = {} if row is None or own else {"name": row.name, **row.values}
            self._around(values, region, period.end, own=own)
            if later is not None:
                values.setdefault("name", later.name)
                for name in (*AROUND, "division") if own else ():
                    if name in later.values:
                        values.setdefault(name, later.values[name])
            values.setdefault("name", like.name)
            if like.kind == "institution":
                self._roles(values, like.id, period.end)
            absent = View(self, like.kind, like.id, like.name, period, values, like.tier, like.type, None, region)
            self._views[key] = absent
        return absent

    def whole_span(self, view: View, first: int, last: int) -> View | None:
        """The profile that gives figures for exactly these years together, if there is one."""
        for profile in self.history.get((view.kind, view.id), ()):
            period = profile.period
            if period.several_years and (period.first, period.year) == (first, last) and period.end <= view.period.end:
                return self.view(profile)
        return None

    # -- regions around --------------------------------------------------------------------------------------------

    def row(self, code: str, day: str) -> ListedPart | None:
        """The row of a region that holds on a day."""
        return self.regions.row(code, day)

    def listed_row(self, kind: str, id: str, day: str) -> ListedPart | None:
        """The row of a subject of any kind that holds on a day."""
        if kind == "region":
            return self.row(id, day)
        return next((row for row in self._listed.get(id, ()) if row.kind == kind and row.holds_on(day)), None)

    def chain(self, code: str, day: str) -> Sequence[ListedPart]:
        """The region and all around it, from the narrowest to the widest; empty where no roster has it."""
        return self.regions.chain(code, day)

    def _around(self, values: dict[str, Any], code: str, day: str, *, own: bool) -> None:
        for row in self.chain(code, day):
            if row.tier in AROUND:
                values.setdefault(row.tier, row.name)
            if own and row.id == code:
                for name, value in row.values.items():
                    values.setdefault(name, value)
                values.setdefault("name", row.name)

    def above(self, view: View, reach: Reach) -> View | None:
        """The one subject of that sort around this one, in the same year; None where there is none or more than one."""
        if reach.kind == "network":
            around = self._networks_of(view.id, view.period.end)
            ids = {profile.id for profile in around if profile.type == reach.type}
            return self._same_year("network", ids.pop(), view) if len(ids) == 1 else None
        if self.lenient:
            ids = {key[1] for key, found in self.history.items() if key[0] == "region" and found[0].tier == reach.tier}
            return self._same_year("region", ids.pop(), view) if len(ids) == 1 else None
        for row in self.chain(view.region, view.period.end):
            if row.tier == reach.tier:
                return self._same_year("region", row.id, view)
        return None

    def _same_year(self, kind: str, id: str, view: View) -> View | None:
        profile = self._in_period(kind, id, view.period)
        return self.view(profile) if profile is not None else None

    def _in_period(self, kind: str, id: str, period: Period) -> Profile | None:
        """The latest profile of a subject that ends within the last year of ``period`` and not after it."""
        for profile in reversed(self.history.get((kind, id), ())):
            if profile.period.end <= period.end and not profile.period.several_years:
                return profile if profile.period.end[:4] == period.end[:4] else None
        return None

    def _networks_of(self, id: str, day: str) -> list[Profile]:
        """The profiles of networks that list an institution as a member on a day."""
        if self._memberships is None:
            self._memberships = defaultdict(list)
            for (kind, _id), found in self.history.items():
                if kind == "network":
                    for profile in found:
                        for member in profile.members or ():
                            self._memberships[member.id].append(profile)
        return [
            profile
            for profile in self._memberships.get(id, ())
            if any(member.id == id and _member_on(member, day) for member in profile.members or ())
        ]

    # -- parts -----------------------------------------------------------------------------------------------------

    def parts(self, view: View, reach: Reach) -> tuple[list[View], bool]:
        """The parts of that sort at the end of the period, and whether the list of them is complete."""
        key = (view.kind, view.id, view.period.text, reach)
        found = self._parts.get(key)
        if found is None:
            members = view.kind == "network" and not (self.lenient and view.profile and view.profile.members is None)
            found = self._members(view) if members else self._inside(view, reach)
            self._parts[key] = found
        return found

    def _members(self, view: View) -> tuple[list[View], bool]:
        if view.profile is None or view.profile.members is None:
            return [], False
        day = view.period.end
        return [self._member(member, view) for member in view.profile.members if _member_on(member, day)], True

    def _member(self, member: Member, network: View) -> View:
        profile = self._in_period("institution", member.id, network.period)
        if profile is not None:
            return self.view(profile)
        values: dict[str, Any] = {"name": member.name, **member.fields}
        place = ""
        row = self.listed_row("institution", member.id, network.period.end)
        if row is not None:
            values = {"name": row.name, **row.values, **values}
            place = row.parent or ""
            self._around(values, place, network.period.end, own=False)
        self._roles(values, member.id, network.period.end)
        return View(self, "institution", member.id, member.name, network.period, values, region=place)

    def _roles(self, values: dict[str, Any], id: str, day: str) -> None:
        """Adds the roles that lists of members give; where the profile gives none, others stay unknown."""
        added = {
            role
            for profile in self._networks_of(id, day)
            for member in profile.members or ()
            if member.id == id and _member_on(member, day)
            for role in _codes(member.fields.get("roles"))
        }
        if not added:
            return
        own = values.get("roles")
        given = own if isinstance(own, Mapping) else {}
        values["roles"] = own | added if isinstance(own, frozenset) else {**given, **dict.fromkeys(added, True)}

    def _inside(self, view: View, reach: Reach) -> tuple[list[View], bool]:
        day = view.period.end
        listed: dict[str, ListedPart] = {}
        complete = False
        for roster in self.rosters:
            covers = self.lenient or roster.region == view.id or self._within(roster.region, view.id, day)
            inside = covers or self._within(view.id, roster.region, day)
            listed_whole = not roster.complete.isdisjoint(
                {reach.tier if reach.kind == "region" else reach.kind, reach.type}
            )
            if inside and listed_whole and (self.lenient or self._within(view.id, roster.region, day)):
                complete = True
            if inside:
                for row in roster.rows:
                    fits = _is(row, reach) and row.holds_on(day) and row.id != view.id
                    fits = fits and row is self.listed_row(row.kind, row.id, day)
                    if fits and self._within(row.parent or "", view.id, day):
                        listed.setdefault(row.id, row)
        if complete:
            return [self._part(row, view) for row in listed.values()], True
        views = [self._part(row, view) for row in listed.values()]
        for (kind, id), found in self.history.items():
            if kind == reach.kind and id not in listed and id != view.id and _is(found[0], reach):
                profile = self._in_period(kind, id, view.period)
                if profile is not None and (self.lenient or self._within(profile.region, view.id, day)):
                    views.append(self.view(profile))
        return views, False

    def listed(self, reach: Reach, region: str, day: str) -> list[ListedPart]:
        """What rosters list of a sort of subject in a region on a day, each once, in their order."""
        found: dict[str, ListedPart] = {}
        for row in (row for roster in self.rosters for row in roster.rows):
            if (
                _is(row, reach)
                and row.holds_on(day)
                and row.id != region
                and self._within(row.parent or "", region, day)
            ):
                found.setdefault(row.id, row)
        return list(found.values())

    def unlisted(self, kind: str, day: str) -> list[Profile]:
        """Profiles of a kind that a complete roster of their region does not list: never counted, to be reported."""
        found = []
        for (found_kind, id), history in self.history.items():
            profile = history[-1]
            rosters = [
                roster
                for roster in self.rosters
                if not roster.complete.isdisjoint({kind, profile.type})
                and self._within(profile.region, roster.region, day)
            ]
            rows = (row for roster in rosters for row in roster.rows)
            if found_kind == kind and rosters and not any(row.id == id and row.holds_on(day) for row in rows):
                found.append(profile)
        return found

    def _part(self, row: ListedPart, whole: View) -> View:
        profile = self._in_period(row.kind, row.id, whole.period)
        if profile is not None:
            return self.view(profile)
        place = row.id if row.kind == "region" else row.parent or ""
        like = View(self, row.kind, row.id, row.name, whole.period, {}, row.tier, row.type, None, place)
        return self.absent(like, whole.period)

    def _within(self, inner: str, outer: str, day: str) -> bool:
        """Whether a region is another or lies in it; the outer one may have no row itself (examples)."""
        return inner == outer or any(outer in (row.id, row.parent) for row in self.chain(inner, day))

    def condition(self, condition: Condition, reader: Reach) -> OnView:
        """The compiled form of a condition of a formula."""
        key = (condition, reader)
        compiled = self._conditions.get(key)
        if compiled is None:
            compiled = self._conditions[key] = compile_condition(condition, reader, self.scope)
        return compiled


def _member_on(member: Member, day: str) -> bool:
    return (member.first is None or member.first <= day) and (member.last is None or day <= member.last)


def _codes(value: Value | None) -> frozenset[str]:
    return value if isinstance(value, frozenset) else frozenset()


def _is(part: ListedPart | Profile, reach: Reach) -> bool:
    return part.kind == reach.kind and reach.tier in (None, part.tier) and reach.type in (None, part.type)
