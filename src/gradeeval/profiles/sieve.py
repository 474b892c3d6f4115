"""What is asked of the records of a dataset together: that each lies in a known region, and that none is there twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gradeeval.messages import _
from gradeeval.profiles.profile import Profile
from gradeeval.profiles.reading import Faults
from gradeeval.profiles.regions import Regions
from gradeeval.timeline import Period

Subject = tuple[str, str, Period]
"""Kind, id and period of what a profile is about."""


class Sieve:
    """Remembers what went through it, a few bytes a record, so that it holds a nation.

    Of a subject and period only a hash of 64 bits is kept: among two million records two would be taken for one with a chance of
    one in ten million, and the second would then be told as such, not lost.
    """

    def __init__(self, regions: Regions) -> None:
        self.regions = regions
        self._parts: dict[tuple[str, str], str | None] = {}
        self._seen: dict[int, int] = {}
        self._files: dict[str, int] = {}

    def part(self, region: str, end: str) -> str | None:
        """The province that a region lies in on that day, or what is outermost of it; None where no roster has it."""
        key = (region, end)
        if key not in self._parts:
            chain = self.regions.chain(region, end)
            own = next((row.id for row in chain if row.tier == "province"), None)
            self._parts[key] = own or (chain[-1].id if chain else None)
        return self._parts[key]

    @property
    def ends(self) -> set[str]:
        """The last days of all periods that were met."""
        return {end for _region, end in self._parts}

    def fresh(self, kind: str, id: str, period: Period, file: str, line: int) -> bool:
        """Whether nothing was read before of this subject and period; from now on it was."""
        key = _key(kind, id, period)
        if key in self._seen:
            return False
        self._seen[key] = self._files.setdefault(file, len(self._files)) << 40 | line
        return True

    def all_fresh(self, subjects: Sequence[Subject], file: str, lines: Iterable[int]) -> bool:
        """The same for many that were read one after the other; where any is not fresh, nothing is remembered of them."""
        kinds, ids, periods = zip(*subjects, strict=True)
        which = list(map(id, periods))
        known = dict(zip(which, periods, strict=True))
        ends = {one: period.end for one, period in known.items()}
        years = {one: period.several_years for one, period in known.items()}
        spans = map(ends.__getitem__, which), map(years.__getitem__, which)
        keys = list(map(hash, zip(kinds, ids, *spans, strict=True)))  # each is _key of its subject
        if len(set(keys)) < len(keys) or not self._seen.keys().isdisjoint(keys):
            return False
        number = self._files.setdefault(file, len(self._files)) << 40
        self._seen.update(zip(keys, [number | line for line in lines], strict=True))
        return True

    def faults(self, profile: Profile) -> Faults:
        """Why the profile cannot be taken; where there is nothing, it counts as read from now on."""
        found: Faults = []
        day = profile.period.end
        fault = self.regions.fault(profile.region, day)
        if fault is not None:
            found.append((("id" if profile.kind == "region" else "region",), fault))
        members = profile.plain.get("members")
        for index, row in enumerate(members if isinstance(members, list) else ()):
            fault = self.regions.fault(row["region"], day) if "region" in row else None
            if fault is not None:
                found.append((("members", index, "region"), fault))
        if not found and not self.fresh(profile.kind, profile.id, profile.period, profile.file, profile.line or 0):
            packed = self._seen[_key(profile.kind, profile.id, profile.period)]
            file = list(self._files)[packed >> 40]
            sentence = _("{id} 在时期 {period} 已有档案（{file} 第 {line} 行）；同一对象同一时期只能有一份").format(
                id=profile.id, period=profile.period.text, file=file, line=packed & (1 << 40) - 1
            )
            found.append((("id",), sentence))
        return found


def _key(kind: str, id: str, period: Period) -> int:
    return hash((kind, id, period.end, period.several_years))
