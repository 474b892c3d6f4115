"""A dataset to coded columns: what is accepted is stored by province, what is not stands in ``rejected.ndjson`` with its reasons."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import polars as pl

from gradeeval.errors import InvalidContent
from gradeeval.files.canonical import exact_json
from gradeeval.files.writing import escape_controls
from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.profiles.columns.coding import roster_row
from gradeeval.profiles.columns.collecting import Collector
from gradeeval.profiles.columns.layout import LAYOUT_VERSION, ROSTER, layout_digest
from gradeeval.profiles.columns.neighbours import neighbours
from gradeeval.profiles.columns.rows import Rows
from gradeeval.profiles.columns.stored import BESIDE, Store
from gradeeval.profiles.contents import MANIFESTS, REJECTED
from gradeeval.profiles.datasets import FORMAT, Manifest, Rejected, Sifting, unswept
from gradeeval.profiles.profile import Roster
from gradeeval.profiles.reading import ProfileReader
from gradeeval.profiles.regions import Regions
from gradeeval.profiles.sieve import Sieve
from gradeeval.schemas import brief
from gradeeval.vocabulary import KINDS

_MOST_TOLD = 5


@dataclass(frozen=True, slots=True)
class Converted:
    """What became of a dataset: ``read`` = ``accepted`` + ``rejected``. ``problems`` are of whole files, ``told`` the first rejects."""

    read: int
    accepted: Mapping[str, int]
    rejected: int
    rosters: int
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    told: tuple[Problem, ...]


def convert(
    dataset: Sifting,
    reader: ProfileReader,
    installed: tuple[Roster, ...],
    folder: Path,
    watched: Callable[[Iterator[Rejected | int]], Iterator[Rejected | int]] = iter,
) -> Converted:
    """Fills an empty folder with the columns of a dataset, their manifest and the rejected records.

    Raises ``InvalidContent`` where a roster is faulty or rosters contradict each other: with them no record can be placed.
    """
    with unswept():
        return _convert(dataset, reader, installed, folder, watched)


def _convert(
    dataset: Sifting,
    reader: ProfileReader,
    installed: tuple[Roster, ...],
    folder: Path,
    watched: Callable[[Iterator[Rejected | int]], Iterator[Rejected | int]],
) -> Converted:
    dataset.find_rosters()
    regions = Regions((*installed, *dataset.rosters))
    refused = [*dataset.problems, *regions.clashes()]
    if refused:
        raise InvalidContent(refused)
    sieve = Sieve(regions)
    collector = Collector(reader, sieve)
    store = Store(folder)
    told = _sift(dataset, collector, store, folder, watched)
    for part, name, frame in _listed(dataset.rosters, sieve, collector):
        store.add(part, name, frame)
    store.flush()
    written = Manifest(folder / MANIFESTS[0], "", store.entries)
    for part, columns in neighbours(folder, written).items():
        for name, frame in columns.frames():
            if frame.height:
                store.add(part, f"{BESIDE}{name}", frame)
    store.flush()
    dataset.problems.extend(regions.ended(sorted(sieve.ends)))
    counts = dict(collector.counts)
    assert dataset.read == dataset.accepted + dataset.rejected
    assert dataset.accepted == sum(counts.values())
    manifest = _manifest(dataset, reader, store, counts)
    (folder / MANIFESTS[0]).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return Converted(
        dataset.read,
        counts,
        dataset.rejected,
        len(dataset.rosters),
        tuple(dataset.problems),
        tuple(dataset.notes),
        tuple(told),
    )


def _sift(
    dataset: Sifting,
    collector: Collector,
    store: Store,
    folder: Path,
    watched: Callable[[Iterator[Rejected | int]], Iterator[Rejected | int]],
) -> list[Problem]:
    """The way of all records; the first problems of the first that were rejected."""
    told: list[Problem] = []
    with (folder / REJECTED).open("wb") as stream:
        for record in watched(dataset.records(collector)):
            if isinstance(record, Rejected):
                _reject(record, dataset, stream)
                if len(told) < _MOST_TOLD:
                    told.extend(record.problems[:1])
            elif collector.full:
                _store(collector, store)
    _store(collector, store)
    return told


def _store(collector: Collector, store: Store) -> None:
    for part, name, frame in collector.frames():
        store.add(part, name, frame)


def _reject(rejected: Rejected, dataset: Sifting, stream: IO[bytes]) -> None:
    """A line of ``rejected.ndjson``: file, line, id as far as known, reasons, and the record or its text."""
    data = rejected.data
    row: dict[str, Any] = {"file": dataset.name_of(rejected.path), "line": rejected.line}
    if isinstance(data, dict) and isinstance(data.get("id"), str):
        row["id"] = brief(data["id"]).strip("“”")
    row["reasons"] = [
        {
            key: value
            for key, value in (("line", problem.line), ("column", problem.column), ("path", problem.path))
            if value
        }
        | {"reason": escape_controls(problem.message)}
        for problem in rejected.problems
    ]
    if data is not None:
        row["record"] = data
    elif rejected.text:
        row["text"] = escape_controls(rejected.text)
    try:
        line = exact_json(row)
    except (TypeError, ValueError):  # a table can hold what JSON cannot
        line = exact_json({**row, "record": escape_controls(str(data))})
    stream.write(line + b"\n")


def _listed(rosters: list[Roster], sieve: Sieve, collector: Collector) -> Iterator[tuple[str, str, pl.DataFrame]]:
    """The frames of rosters, in the province of the region that each covers; numbered from 0 in each province."""
    heads: dict[str, Rows] = defaultdict(lambda: Rows(ROSTER))
    found: dict[str, dict[int, Roster]] = defaultdict(dict)
    day = max(sieve.ends, default="9999-12-31")
    for roster in rosters:
        part = sieve.part(roster.region, day) or roster.region
        number = heads[part].count
        heads[part].put(roster_row(number, roster))
        found[part][number] = roster
    for part, own in heads.items():
        yield part, "rosters", own.frame(ROSTER, ())
    for part, numbered in found.items():
        for kind in KINDS:
            frame = collector.listed(kind, numbered)
            if frame is not None:
                yield part, f"listed_{kind}", frame


def _manifest(dataset: Sifting, reader: ProfileReader, store: Store, counts: Mapping[str, int]) -> dict[str, Any]:
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "title": dataset.manifest.title if dataset.manifest is not None else _("转换成编码列的数据集"),
        "columns": {"layout": LAYOUT_VERSION, "digest": layout_digest(reader.scope)},
        "counts": {"read": dataset.read, **counts, "rejected": dataset.rejected, "rosters": len(dataset.rosters)},
        "files": store.files,
    }
    if dataset.problems:
        manifest["counts"]["problems"] = len(dataset.problems)
    if dataset.manifest is not None and dataset.manifest.fictional:
        manifest["fictional"] = True
    return manifest
