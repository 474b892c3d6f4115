"""Where a region lies on a day, as the rosters have it: the regions around it, and what is wrong with the rosters together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.profiles.profile import ListedPart, Roster
from gradeeval.profiles.unit_rows import UnitRows


class Regions:
    """The regions of some rosters. ``rows`` are those of a code, in the order of the rosters."""

    def __init__(self, rosters: Sequence[Roster]) -> None:
        self.rosters = rosters
        self.rows: dict[str, list[ListedPart]] = defaultdict(list)
        self._chains: dict[tuple[str, str], Sequence[ListedPart]] = {}
        for roster in rosters:
            for row in _regions(roster):
                self.rows[row.id].append(row)

    def row(self, code: str, day: str) -> ListedPart | None:
        """The row of a region that holds on a day."""
        for row in self.rows.get(code, ()):
            if row.holds_on(day):
                return row
        return None

    def chain(self, code: str, day: str) -> Sequence[ListedPart]:
        """The region and all around it, from the narrowest to the widest; empty where no roster has it."""
        known = self._chains.get((code, day))
        if known is None:
            found: list[ListedPart] = []
            row = self.row(code, day)
            while row is not None and row not in found:
                found.append(row)
                row = self.row(row.parent, day) if row.parent else None
            known = self._chains[code, day] = tuple(found)
        return known

    def fault(self, code: str, day: str) -> str | None:
        """Why a region cannot be placed on that day; None where it can."""
        if self.row(code, day) is not None:
            return None
        rows = self.rows.get(code)
        if not rows:
            return _("名册中没有区域 {region}").format(region=code)
        return _("名册上的 {region}（{name}）不含 {day}：起止日期为 {first} 至 {last}").format(
            region=code, name=rows[0].name, day=day, first=rows[0].first or "…", last=rows[0].last or "…"
        )

    def clashes(self) -> Iterator[Problem]:
        """Regions that lie in two others on the same day."""
        for roster in self.rosters:
            for row in _regions(roster):
                other = next((first for first in self.rows[row.id] if first is row or _clash(first, row)), row)
                if other is not row:
                    yield Problem(
                        _("{region}（{name}）在名册上同时属于 {first} 和 {second}；请更正其中一份名册").format(
                            region=row.id, name=row.name, first=other.parent, second=row.parent
                        ),
                        roster.file,
                    )

    def ended(self, ends: Sequence[str]) -> Iterator[Problem]:
        """Rosters that list institutions or networks, but none on the last day of a period: every denominator would be 0."""
        for roster in self.rosters:
            rows = roster.rows
            parts = rows if isinstance(rows, UnitRows) else [row for row in rows if row.kind != "region"]
            for day in ends if parts else ():
                if not (parts.any_on(day) if isinstance(parts, UnitRows) else any(row.holds_on(day) for row in parts)):
                    yield Problem(
                        _("名册“{title}”上没有一家机构或网络在 {day} 有效，名册不含这个时期的期末").format(
                            title=roster.title, day=day
                        ),
                        roster.file,
                    )


def _regions(roster: Roster) -> Iterable[ListedPart]:
    """The rows of regions."""
    return () if isinstance(roster.rows, UnitRows) else (row for row in roster.rows if row.kind == "region")


def unlisted(code: str, rosters: Iterable[Roster]) -> str | None:
    """What to do about a ruleset's region that none of these rosters has; None where one has it.

    The rosters place every subject in a jurisdiction: without that region the ruleset applies to nobody.
    """
    if any(row.kind == "region" and row.id == code for roster in rosters for row in roster.rows):
        return None
    return _(
        "名册上没有区域 {code}，规则集因此不适用于任何对象；请核对区划代码；没有写错的，须另备列有它的名册：随档案给出，或放进规则集旁边的 shared/rosters，用 --ruleset-dir 一并给出"
    ).format(code=code)


def _clash(first: ListedPart, second: ListedPart) -> bool:
    """Whether two rows of a region hold on one day and say different things of where it lies."""
    return (
        first.parent != second.parent
        and (first.first or "") <= (second.last or "9")
        and (second.first or "") <= (first.last or "9")
    )
