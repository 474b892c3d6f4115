"""Records to coded columns, thousands at a time: quick where they are beyond doubt (``transposing``), else one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from gradeeval.problems import Problem
from gradeeval.profiles.columns.coding import member_row, profile_row
from gradeeval.profiles.columns.layout import (
    LISTED_MEMBERS,
    MEMBER,
    PROFILE,
    members_schema,
    schema_for,
    value_types,
)
from gradeeval.profiles.columns.listed import Listed
from gradeeval.profiles.columns.rows import Rows
from gradeeval.profiles.columns.transposing import Stretch, Transposer
from gradeeval.profiles.contents import Batch, Item
from gradeeval.profiles.profile import Roster
from gradeeval.profiles.reading import ProfileReader, placed
from gradeeval.profiles.sieve import Sieve
from gradeeval.vocabulary import KINDS

_MANY = 20_000
"""Rows that wait before they are given as frames."""
_PART = "@part"


class Collector:
    """Takes records and gives frames, by province and name of frame (see ``layout``). ``counts`` are accepted records by kind."""

    def __init__(self, reader: ProfileReader, sieve: Sieve) -> None:
        self.reader = reader
        self.sieve = sieve
        self.counts = dict.fromkeys(KINDS, 0)
        scope = reader.scope
        self._types = {kind: value_types(scope, kind) for kind in KINDS}
        self._schemas = {kind: schema_for(scope, kind) for kind in KINDS} | {"members": members_schema(scope)}
        self._heads = dict.fromkeys(KINDS, PROFILE) | {"network": {**PROFILE, **LISTED_MEMBERS}, "members": MEMBER}
        self._lists = {
            name: frozenset(own for own, type in self._types[kind].items() if type.form == "list")
            for name, kind in (*zip(KINDS, KINDS, strict=True), ("members", "institution"))
        }
        self._transposer = Transposer(reader, sieve)
        self._rows: dict[tuple[str, str], Rows] = {}
        self._frames: dict[str, dict[str, list[pl.DataFrame]]] = {}
        self._waiting = 0

    @property
    def full(self) -> bool:
        """Whether it is time to ask for ``frames``."""
        return self._waiting >= _MANY

    def quick(self, batch: Batch) -> Stretch:
        """What of these records is beyond doubt."""
        return self._transposer.read(batch)

    def keep(self, stretch: Stretch) -> None:
        """Takes what is left of the records that were beyond doubt."""
        for kind, table in stretch.tables.items():
            taken = [part is not None for part in table.parts]
            if any(taken):
                self._keep(kind, table.rows, table.parts, taken)
                owners = [table.parts[row] for row in table.owners]
                if any(owners):
                    self._keep("members", table.members, owners, [part is not None for part in owners])
            self.counts[kind] += sum(taken)
            self._waiting += sum(taken)

    def _keep(self, name: str, rows: Rows, parts: list[str | None], taken: list[bool]) -> None:
        frame = rows.frame(self._schemas[name], self._lists[name])
        held = self._frames.setdefault(name, {})
        different = set(parts)
        if len(different) == 1:
            held.setdefault(str(different.pop()), []).append(frame)
            return
        frame = frame.with_columns(pl.Series(_PART, parts, dtype=pl.String)).filter(pl.Series(taken))
        for (part,), own in frame.partition_by(_PART, maintain_order=True, as_dict=True, include_key=False).items():
            held.setdefault(str(part), []).append(own)

    def take(self, item: Item) -> list[Problem]:
        """Takes a record the exact way; what is wrong with it where it is not taken."""
        profile, faults = self.reader.profile(item)
        if profile is None or faults or item.problems:
            return [*item.problems, *placed(item, faults)]
        try:
            row = profile_row(profile, self._types[profile.kind])
            members = [member_row(profile, member, self._types["institution"]) for member in profile.members or ()]
        except OverflowError as fault:
            return placed(item, [((), str(fault))])
        faults = self.sieve.faults(profile)
        if faults:
            return placed(item, faults)
        part = self.sieve.part(profile.region, profile.period.end)
        assert part is not None
        self._put(part, profile.kind, row)
        for member in members:
            self._put(part, "members", member)
        self.counts[profile.kind] += 1
        self._waiting += 1
        return []

    def _put(self, part: str, name: str, row: dict[str, Any]) -> None:
        key = (part, name)
        if key not in self._rows:
            self._rows[key] = Rows(self._heads[name])
        self._rows[key].put(row)

    def listed(self, kind: str, rosters: Mapping[int, Roster]) -> pl.DataFrame | None:
        """The frame of the rows of a kind in rosters by their numbers; None where there are none."""
        return Listed(self.reader.scope, kind, self._transposer.fields(kind), self._lists[kind]).frame(rosters)

    def frames(self) -> Iterator[tuple[str, str, pl.DataFrame]]:
        """Province, name and frame of all that waits, which then is no longer held."""
        for name, held in self._frames.items():
            for part, frames in held.items():
                yield part, name, pl.concat(frames, how="diagonal_relaxed")
        for (part, name), rows in self._rows.items():
            yield part, name, rows.frame(self._schemas[name], self._lists[name])
        self._frames.clear()
        self._rows.clear()
        self._waiting = 0
