"""Parts that are judged at once come out byte by byte as those that are judged alone, and what cannot be is not."""

from __future__ import annotations

import gc
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from gradeeval.batch import running, together
from gradeeval.batch.running import PARTS, Installed, Job, grouped, jobs_of, manifest_of, run_together, sizes_of
from gradeeval.cli.batch import _installed
from gradeeval.cli.main import run
from gradeeval.evaluate.selection import Wanted
from gradeeval.workspace import build

DAY = "2026-01-01"
PROVINCES = ("310000", "630000", "640000")
NATION = "100000"
WANTED = Wanted(("henan-2024-11", "henan-2025-23"))


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three provinces of two years; one of them has figures of the first year only."""
    folder = tmp_path_factory.mktemp("data")
    assert run(["new", "dataset", "-o", str(folder / "whole"), "--institutions", "3000", "--nation"]) == 0
    (folder / "some").mkdir()
    for province in PROVINCES:
        (folder / "whole" / province).rename(folder / "some" / province)
    for late in (folder / "some" / PROVINCES[0]).glob("institutions-2025.ndjson"):
        late.unlink()
    return folder / "some"


@pytest.fixture(scope="module")
def columns(dataset: Path) -> Path:
    out = dataset.parent / "columns"
    assert run(["convert", str(dataset), "-o", str(out)]) == 0
    return out


@pytest.fixture(scope="module")
def everywhere() -> Installed:
    """The shipped rulesets as if they bound the whole country."""
    installed = _installed(build())
    documents = {id: replace(one, jurisdiction=NATION) for id, one in installed.documents.items()}
    return replace(installed, documents=documents)


def jobs(columns: Path, out: Path, installed: Installed) -> list[Job]:
    (out / PARTS).mkdir(parents=True)
    return jobs_of(manifest_of(columns), columns, out, installed, DAY, WANTED)


def files(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*.*") if path.is_file()}


def alone(columns: Path, out: Path, installed: Installed) -> dict[str, bytes]:
    for job in jobs(columns, out, installed):
        assert list(run_together([job], manifest_of(columns), installed)) == [job.part]
    return files(out)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many parts were judged at once, each time; 0 where it was tried and could not be."""
    seen: list[int] = []
    real = together.judged_together

    def watched(*args: object) -> object:
        made = real(*args)  # type: ignore[arg-type]
        seen.append(len(args[1]) if made is not None else 0)  # type: ignore[arg-type]
        return made

    monkeypatch.setattr(running, "judged_together", watched)
    return seen


@pytest.mark.no_cover
def test_same_bytes_as_alone(columns: Path, everywhere: Installed, at_once: list[int], tmp_path: Path) -> None:
    expected = alone(columns, tmp_path / "alone", everywhere)
    every = jobs(columns, tmp_path / "together", everywhere)
    assert list(run_together(every, manifest_of(columns), everywhere)) == [job.part for job in every]
    assert at_once == [len(PROVINCES)]
    assert files(tmp_path / "together") == expected
    some = jobs(columns, tmp_path / "two", everywhere)
    for group in (some[:1], some[1:]):
        list(run_together(group, manifest_of(columns), everywhere))
    assert files(tmp_path / "two") == expected
    told = json.loads(expected[f"{PARTS}/{PROVINCES[1]}/part.json"])
    rows = {file["path"]: file["rows"] for file in told["files"]}
    assert (
        min(rows[f"{name}.parquet"] for name in ("gaps", "rollup", "figures", "members", "parts", "contributors")) > 0
    )


@pytest.mark.no_cover
def test_documents_of_some_only(
    dataset: Path, columns: Path, everywhere: Installed, at_once: list[int], tmp_path: Path
) -> None:
    """Where one of them is asked by a document that the others are not, each is judged alone."""
    regions = [json.loads(line) for line in (dataset / PROVINCES[0] / "regions.ndjson").read_text().splitlines()]
    county = next(row["id"] for row in regions if row["tier"] == "county")
    for jurisdiction, tried in ((PROVINCES[0], []), (county, [0])):
        documents = dict(everywhere.documents)
        documents["henan-2024-11"] = replace(documents["henan-2024-11"], jurisdiction=jurisdiction)
        installed = replace(everywhere, documents=documents)
        every = jobs(columns, tmp_path / jurisdiction, installed)
        groups = grouped(every, manifest_of(columns), installed, 1)
        assert sorted(map(len, groups)) == ([len(PROVINCES)] if tried else [1, len(PROVINCES) - 1])
        if tried:
            expected = alone(columns, tmp_path / "alone", installed)
            list(run_together(every, manifest_of(columns), installed))
            assert at_once == tried
            assert files(tmp_path / jurisdiction) == expected


def test_nothing_of_a_part_stays(columns: Path, everywhere: Installed, tmp_path: Path) -> None:
    """No frame hangs in a circle: memory is free when a part is done, however seldom Python looks for circles."""
    first, *others = jobs(columns, tmp_path / "out", everywhere)
    list(run_together([first], manifest_of(columns), everywhere))
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        list(run_together(others, manifest_of(columns), everywhere))
        gc.collect()
        stayed = [type(found).__name__ for found in gc.garbage if isinstance(found, pl.DataFrame | pl.Series)]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
    assert stayed == []


def test_groups(columns: Path, everywhere: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    every, manifest = jobs(columns, tmp_path / "out", everywhere), manifest_of(columns)
    sizes = sizes_of(manifest)
    monkeypatch.setattr(running, "TOGETHER", sizes[every[0].part] + sizes[every[-1].part])

    def parts(groups: Sequence[Sequence[Job]]) -> list[list[str]]:
        return [[job.part for job in group] for group in groups]

    for processes in (1, 2, 9):
        groups = grouped(every, manifest, everywhere, processes)
        assert sorted(job.part for group in groups for job in group) == sorted(PROVINCES)
        most = min(running.TOGETHER, sum(sizes.values()) // processes)
        assert all(len(group) == 1 or sum(sizes[part] for part in group) <= most for group in parts(groups))
        assert parts(groups) == parts(grouped(every, manifest, everywhere, processes))
    assert len(grouped(every, manifest, everywhere, 9)) == len(PROVINCES)
    inside = [replace(job, around=("100000",)) for job in every]
    assert all(len(group) == 1 for group in grouped(inside, manifest, everywhere, 1))


@pytest.mark.no_cover
def test_who_moved_is_in_both(dataset: Path, everywhere: Installed, at_once: list[int], tmp_path: Path) -> None:
    """A subject that was in one province and is in another has results in both, as when these are judged alone."""
    shutil.copytree(dataset, tmp_path / "in")
    home, away = PROVINCES[1:]
    moved, there = (
        json.loads((dataset / province / "institutions-2025.ndjson").read_text().splitlines()[0])
        for province in (home, away)
    )
    before = {**moved, "period": "2023", "region": there["region"]}
    (tmp_path / "in" / away / "moved.ndjson").write_text(json.dumps(before) + "\n")
    assert run(["convert", str(tmp_path / "in"), "-o", str(tmp_path / "columns")]) == 0
    expected = alone(tmp_path / "columns", tmp_path / "alone", everywhere)
    every = jobs(tmp_path / "columns", tmp_path / "together", everywhere)
    list(run_together(every, manifest_of(tmp_path / "columns"), everywhere))
    assert at_once == [0]
    assert files(tmp_path / "together") == expected
    for province in (home, away):
        subjects = pl.read_parquet(tmp_path / "alone" / PARTS / province / "subjects.parquet")
        assert moved["id"] in subjects["id"]
