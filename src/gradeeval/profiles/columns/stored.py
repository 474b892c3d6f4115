"""Coded columns on disk: a folder a province, in it Parquet files a frame, and a manifest that says which layout they have.

``410000/institution-001.parquet``, ``…-002`` and so on are parts of one frame, in order; columns that a part lacks are unknown in
it. What lies above all provinces (the nation) has a folder too. The rosters of a dataset lie in the folder of their region.
``410000/beside_institution-001.parquet`` and its like repeat what other provinces have and this one needs (``neighbours``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Container, Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from gradeeval.errors import InvalidContent
from gradeeval.files.gathering import Gathering
from gradeeval.language.scope import Scope
from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.profiles.columns.layout import (
    LAYOUT_VERSION,
    LISTED,
    LISTED_MEMBERS,
    MEMBER,
    PROFILE,
    ROSTER,
    Columns,
    Schema,
    layout_digest,
    name_of,
)
from gradeeval.profiles.datasets import Entry, Manifest
from gradeeval.vocabulary import KINDS

BESIDE = "beside_"
_LARGE = 150_000
"""Rows that are held before they are written."""
_TOGETHER = 40_960
"""Rows of a group in a file: of larger ones a reader has more in memory at a time, of smaller ones the files grow."""


class Store:
    """Writes frames into an empty folder. Raises ``OSError`` where the disk refuses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: list[dict[str, Any]] = []
        self._held: dict[tuple[str, str], list[pl.DataFrame]] = {}
        self._parts: dict[tuple[str, str], int] = {}
        self._rows = 0

    def add(self, part: str, name: str, frame: pl.DataFrame) -> None:
        """More rows of a frame of a province."""
        self._held.setdefault((part, name), []).append(frame)
        self._rows += frame.height
        if self._rows >= _LARGE:
            self.flush()

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What has been written."""
        return tuple(Entry(one["path"], one["records"], one["sha256"]) for one in self.files)

    def flush(self) -> None:
        """Writes what is held."""
        for (part, name), frames in self._held.items():
            self._write(part, name, pl.concat(frames, how="diagonal_relaxed"))
        self._held.clear()
        self._rows = 0

    def _write(self, part: str, name: str, frame: pl.DataFrame) -> None:
        number = self._parts[part, name] = self._parts.get((part, name), 0) + 1
        path = f"{part}/{name}-{number:03}.parquet"
        (self.folder / part).mkdir(exist_ok=True)
        try:
            frame.write_parquet(
                self.folder / path,
                compression="zstd",
                compression_level=1,
                statistics=False,
                row_group_size=_TOGETHER,
            )
        except pl.exceptions.PolarsError as fault:
            raise OSError(None, str(fault).splitlines()[0]) from None
        with (self.folder / path).open("rb") as stream:
            sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        self.files.append({"path": path, "records": frame.height, "sha256": sha256})


def parts_of(manifest: Manifest) -> list[str]:
    """The provinces of a folder of columns, in order."""
    return sorted({entry.path.partition("/")[0] for entry in manifest.files})


def read_part(
    folder: Path,
    manifest: Manifest,
    part: str,
    *,
    beside: bool = False,
    names: Mapping[str, Container[str]] | None = None,
) -> Columns:
    """The columns of one province, or of what lies beside it. Raises ``InvalidContent`` where a file is damaged.

    ``names``, by kind, are those of which the values are wanted; without them all are.
    """
    held: dict[str, list[pl.DataFrame]] = {}
    for entry in manifest.files:
        own, _slash, name = entry.path.partition("/")
        if own == part and name.startswith(BESIDE) == beside:
            frame_name = name.rpartition("-")[0].removeprefix(BESIDE)
            held.setdefault(frame_name, []).append(
                _read(folder / entry.path, entry.records, _values_of(names and names.get(frame_name)))
            )
    return together(
        {name: pl.concat(frames, how="diagonal_relaxed") for name, frames in held.items()},
    )


def some_of(folder: Path, manifest: Manifest, part: str, name: str, schema: Schema) -> pl.DataFrame:
    """Some columns of one frame of a province. Raises ``InvalidContent`` where a file is damaged."""
    found = [
        _read(folder / entry.path, entry.records, schema.__contains__).select(list(schema))
        for entry in manifest.files
        if entry.path.rpartition("-")[0] == f"{part}/{name}"
    ]
    return pl.concat([pl.DataFrame(schema=schema), *found])


def together(frames: Mapping[str, pl.DataFrame]) -> Columns:
    """The columns of these frames, by the names of their files; frames that are absent are empty."""
    listed = {kind: frames.get(f"listed_{kind}", pl.DataFrame(schema=LISTED)) for kind in KINDS}
    empty = {kind: {**PROFILE, **(LISTED_MEMBERS if kind == "network" else {})} for kind in KINDS}
    return Columns(
        {kind: frames.get(kind, pl.DataFrame(schema=empty[kind])) for kind in KINDS},
        frames.get("members", pl.DataFrame(schema=MEMBER)),
        frames.get("rosters", pl.DataFrame(schema=ROSTER)),
        listed,
    )


def joined(columns: Iterable[Columns]) -> Columns:
    """Columns one after the other; their rosters are numbered anew."""
    frames: dict[str, list[pl.DataFrame]] = {}
    rosters = 0
    for one in columns:
        for name, frame in one.frames():
            if "@roster" in frame.columns:
                frame = frame.with_columns(pl.col("@roster") + rosters)
            frames.setdefault(name, []).append(frame)
        rosters += one.rosters.height
    return together({name: pl.concat(found, how="diagonal_relaxed") for name, found in frames.items()})


def check_layout(manifest: Manifest, scope: Scope) -> None:
    """Raises ``InvalidContent`` where the columns were written for other rules or by another version."""
    if manifest.layout is None:
        raise InvalidContent(
            [Problem(_("不是 convert 写出的数据集；请先用 gradeeval convert 转换"), str(manifest.path))]
        )
    version, digest = manifest.layout
    if version != LAYOUT_VERSION or digest != layout_digest(scope):
        sentence = _("这些列是按另一版本的程序或规则集编码的，代码的含义可能不同；请用 gradeeval convert 重新转换")
        raise InvalidContent([Problem(sentence, str(manifest.path))])


def _values_of(names: Container[str] | None) -> Callable[[str], bool] | None:
    """Which columns have the values of these names, or identify the rows; None: all."""
    return None if names is None else lambda column: column.startswith("@") or name_of(column) in names


def _read(path: Path, rows: int, wanted: Callable[[str], bool] | None) -> pl.DataFrame:
    found = Gathering(str(path))
    try:
        there = pl.scan_parquet(path, glob=False)
        frame = (
            there if wanted is None else there.select([name for name in there.collect_schema() if wanted(name)])
        ).collect()
    except (pl.exceptions.PolarsError, OSError) as fault:
        found.stop(_("Parquet 文件已损坏或不完整（{reason}）").format(reason=str(fault).splitlines()[0]))
    if frame.height != rows:
        found.stop(_("清单说有 {wanted} 条，实际 {found} 条；文件可能没有传完").format(wanted=rows, found=frame.height))
    return frame
