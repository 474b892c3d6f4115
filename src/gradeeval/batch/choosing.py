"""Which requirements are asked of which rows: what ``evaluate.selection`` says of one subject, once for all that lie alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from gradeeval.evaluate.selection import Wanted, documents_for, requirements_for
from gradeeval.language.nodes import Requirement
from gradeeval.profiles.profile import Profile
from gradeeval.profiles.regions import Regions
from gradeeval.rulesets.ruleset import PolicyDocument
from gradeeval.timeline import read_period

ALIKE = ("@region", "@period", "@tier", "@type")
"""Subjects of one kind that agree in these are asked the same."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What subjects that lie alike are asked: the documents in whose jurisdiction they lie, and the ids of requirements."""

    documents: tuple[str, ...]
    requirements: frozenset[str]


@dataclass(slots=True)
class Choice:
    """What is asked in one part of a dataset. ``alike`` has ``@asked``, a place in ``sets``, by kind and ``ALIKE``."""

    sets: list[Asked]
    alike: Mapping[str, pl.DataFrame]
    requirements: list[Requirement] = field(default_factory=list)
    permits: dict[str, Requirement] = field(default_factory=dict)

    def of(self, kind: str, rows: pl.DataFrame) -> pl.Series:
        """The place in ``sets`` of each row of a kind."""
        return rows.join(self.alike[kind], on=list(ALIKE), how="left", maintain_order="left", nulls_equal=True)[
            "@asked"
        ]

    def places(self, id: str) -> tuple[int, ...]:
        """The places in ``sets`` of those who are asked a requirement."""
        return tuple(place for place, one in enumerate(self.sets) if id in one.requirements)

    def covers(self, own: int, by: int) -> bool:
        """Whether those of the set ``own`` are asked all that documents of the set ``by`` ask of their sort."""
        documents = self.sets[own].documents
        later = any(item.supersedes is not None and item.document in documents for item in self.requirements)
        return not later and set(self.sets[by].documents) <= set(documents)


def choose(
    profiles: Mapping[str, pl.DataFrame],
    regions: Regions,
    documents: Mapping[str, PolicyDocument],
    load: Callable[[str], Sequence[Requirement]],
    as_of: str,
    wanted: Wanted,
) -> Choice:
    """What is asked of the subjects of these frames, a frame a kind."""
    sets: dict[Asked, int] = {}
    alike: dict[str, pl.DataFrame] = {}
    placed: dict[tuple[str, str], tuple[str, ...]] = {}
    bound: dict[tuple[object, ...], int] = {}
    for kind, frame in profiles.items():
        found = frame.select(ALIKE).unique(maintain_order=True)
        places = []
        for region, text, tier, type in found.iter_rows():
            if (region, text) not in placed:
                like = _like(kind, region, text, tier, type)
                holding = documents_for(like, documents.values(), regions, as_of, wanted)
                placed[region, text] = tuple(one.id for one in holding)
            chosen = placed[region, text]
            sort = chosen, kind, tier, type  # what requirements bind by
            if sort not in bound:
                loaded = {id: load(id) for id in chosen}
                asked = _asked(_like(kind, region, text, tier, type), loaded, wanted)
                bound[sort] = sets.setdefault(asked, len(sets))
            places.append(bound[sort])
        alike[kind] = found.with_columns(pl.Series("@asked", places, dtype=pl.UInt32))
    used = [id for id in documents if any(id in one.documents for one in sets)]
    return Choice(
        list(sets),
        alike,
        [item for id in used for item in load(id) if wanted.takes(item)],
        {item.id: item for id in used for item in load(id) if item.force == "permit"},
    )


def _like(kind: str, region: str, text: str, tier: str | None, type: str | None) -> Profile:
    period = read_period(text)
    assert period is not None
    return Profile(kind, "", "", period, region, tier, type)


def _asked(profile: Profile, loaded: Mapping[str, Sequence[Requirement]], wanted: Wanted) -> Asked:
    requirements, _gone = requirements_for(profile, loaded, wanted)
    return Asked(tuple(loaded), frozenset(item.id for item in requirements))
