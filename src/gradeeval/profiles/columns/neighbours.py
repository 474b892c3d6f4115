"""What crosses provinces: of each province the institutions elsewhere that its networks list, and the networks that list its own."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from gradeeval.profiles.columns.layout import Columns
from gradeeval.profiles.columns.stored import joined, parts_of, read_part, some_of
from gradeeval.profiles.datasets import Manifest

_PAIR = {"@id": pl.String, "@network": pl.String, "there": pl.String, "here": pl.String}


def neighbours(folder: Path, manifest: Manifest) -> dict[str, Columns]:
    """By province what it needs of others, of those that need anything.

    Institutions come with the rosters that list them, networks with all their members. Raises ``InvalidContent``.
    """
    pairs = _crossing(folder, manifest)
    found: dict[str, list[Columns]] = {}
    for there, of_part in sorted(pairs.partition_by("there", as_dict=True, include_key=False).items()):
        whole = read_part(folder, manifest, str(there[0]))
        for here, own in sorted(of_part.partition_by("here", as_dict=True, include_key=False).items()):
            found.setdefault(str(here[0]), []).append(_institutions(whole, own["@id"]))
    for here, of_part in sorted(pairs.partition_by("here", as_dict=True, include_key=False).items()):
        whole = read_part(folder, manifest, str(here[0]))
        for there, own in sorted(of_part.partition_by("there", as_dict=True, include_key=False).items()):
            found.setdefault(str(there[0]), []).append(_networks(whole, own["@network"]))
    return {part: joined(columns) for part, columns in found.items()}


def _crossing(folder: Path, manifest: Manifest) -> pl.DataFrame:
    """``@network`` of the province ``here`` and the institution ``@id`` of the province ``there``, which it lists."""
    found = pl.DataFrame(schema=_PAIR)
    parts = parts_of(manifest)
    if len(parts) < 2:
        return found
    missing = []
    for part in parts:
        members = some_of(folder, manifest, part, "members", {"@id": pl.String, "@network": pl.String}).unique()
        if members.height:
            own = some_of(folder, manifest, part, "institution", {"@id": pl.String})
            missing.append(members.join(own, on="@id", how="anti").with_columns(pl.lit(part).alias("here")))
    sought = pl.concat(missing) if missing else found
    if sought.is_empty():
        return found
    for part in parts:
        there = some_of(folder, manifest, part, "institution", {"@id": pl.String})
        pairs = sought.join(there, on="@id", how="semi").with_columns(pl.lit(part).alias("there"))
        found = found.vstack(pairs.select(list(_PAIR)))
    return found


def _institutions(whole: Columns, ids: pl.Series) -> Columns:
    """These institutions with what rosters say of them and of where they lie."""
    among = pl.col("@id").is_in(ids.unique().implode())
    return Columns(
        {
            kind: frame.filter(among) if kind == "institution" else frame.clear()
            for kind, frame in whole.profiles.items()
        },
        whole.members.clear(),
        whole.rosters,
        {
            kind: frame if kind == "region" else frame.filter(among) if kind == "institution" else frame.clear()
            for kind, frame in whole.listed.items()
        },
    )


def _networks(whole: Columns, ids: pl.Series) -> Columns:
    """These networks and all whom they list."""
    some = ids.unique().implode()
    return Columns(
        {
            kind: frame.filter(pl.col("@id").is_in(some)) if kind == "network" else frame.clear()
            for kind, frame in whole.profiles.items()
        },
        whole.members.filter(pl.col("@network").is_in(some)),
        whole.rosters.clear(),
        {kind: frame.clear() for kind, frame in whole.listed.items()},
    )
