"""A run on Spark, as it is led from the machine where it was begun: a Spark job a part, its files put into place when they are all there.

``OUT`` has the same files as after a run on one machine, with the same bytes. A part is finished when all the files are there
that its ``part.json`` names.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import Any

import polars as pl
from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as spark

from gradeeval.batch.part import ADDED_UP, COUNTED
from gradeeval.batch.running import (
    ASKED,
    PART,
    SUMMARY,
    Installed,
    Job,
    asked_plain,
    check_question,
    digest_of,
    folder_of,
    held,
    jobs_of,
    plain_json,
    sizes_of,
)
from gradeeval.batch.spark.files import Files, local_path
from gradeeval.batch.spark.session import FAULTS, reason_of
from gradeeval.batch.spark.work import FAILED, FILE, ROLLUP, ROW, Task, fault_of, judge, rollup_bytes, table, versions
from gradeeval.batch.summary import REQUIREMENTS, summary_of
from gradeeval.errors import InvalidContent, Misuse, NotFound
from gradeeval.evaluate.selection import Wanted
from gradeeval.files.reading import read_text_plain
from gradeeval.messages import _, language
from gradeeval.problems import Problem
from gradeeval.profiles.contents import REJECTED
from gradeeval.profiles.datasets import Manifest, manifest_in

_MANIFEST = "dataset.json"
_COLUMN_FILE = re.compile(r"(?!\.)[^/\\\x00-\x1f]+/(?!\.)[^/\\\x00-\x1f]+\.parquet")


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A run whose dataset and results lie where Spark reads: ``dataset`` and ``out`` are places, ``counts`` the dataset's."""

    session: SparkSession
    files: Files
    dataset: str
    out: str
    manifest: Manifest
    counts: Mapping[str, int]
    asked: Mapping[str, Any]
    jobs: Sequence[Job]
    sizes: Mapping[str, int]

    def unfinished(self) -> list[Job]:
        """Those of which not all results are in place."""
        return [job for job in self.jobs if self._said(job) is None]

    def run(self, jobs: Sequence[Job], installed: Installed, at_once: int | None) -> Iterator[str]:
        """Judges these parts, ``at_once`` at a time (as many as Spark has processors); gives each when it stands.

        Raises ``InvalidContent``, and ``Misuse`` where Spark or a file system fails; what is finished stays.
        """
        context = self.session.sparkContext
        requirements = {id: installed.load(id) for id in installed.documents}
        rules = context.broadcast(replace(installed, load=requirements.__getitem__))
        pool = ThreadPoolExecutor(max(1, at_once or context.defaultParallelism))
        try:
            for done in as_completed([pool.submit(self._run, job, rules) for job in jobs]):
                yield done.result()
        except FAULTS as fault:
            raise Misuse(
                _(
                    "Spark 任务失败（{reason}）；已完成的省份保留着，排除原因后用同一命令继续。每个工作节点须装有 gradeeval[spark]，内存须容得下一个省"
                ).format(reason=reason_of(fault))
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)

    def finish(self, installed: Installed, by: Mapping[str, str]) -> dict[str, Any]:
        """The summary of all parts, written last."""
        said = [found for job in self.jobs if (found := self._said(job)) is not None]
        summary, requirements = summary_of(said, installed, self.asked, self.counts, by)
        self.files.write(f"{self.out}/{REJECTED}", self.files.read(f"{self.dataset}/{REJECTED}") or b"")
        self.files.write(f"{self.out}/{REQUIREMENTS}", requirements)
        self.files.write(f"{self.out}/{SUMMARY}", plain_json(summary))
        self.files.clear(f"{self.out}/{folder_of(Path(), 'x').parent}")
        self.files.clear(self.out)
        return summary

    def _folder(self, job: Job) -> str:
        return f"{self.out}/{folder_of(Path(), job.part).as_posix()}"

    def _said(self, job: Job) -> dict[str, Any] | None:
        """What is said beside the results of a part; None where they are not all there."""
        folder = self._folder(job)
        found = self.files.read(f"{folder}/{PART}")
        if found is None:
            return None
        said: dict[str, Any] = json.loads(found)
        return said if {entry["path"] for entry in said["files"]} <= self.files.names(folder) else None

    def _run(self, job: Job, rules: Any) -> str:
        made = self._judged(job, rules)
        try:
            files = {row["file"]: bytes(row["content"]) for row in made.where("file IS NOT NULL").collect()}
            if FAILED in files:
                raise fault_of(files[FAILED])
            files[ROLLUP] = _rolled_up(made)
        finally:
            made.unpersist()
        said = json.loads(files.pop(PART))
        said["files"].append(_entry(files[ROLLUP]))
        said["files"].sort(key=lambda entry: entry["path"])
        self.files.write_folder(self._folder(job), {**files, PART: plain_json(said, indent=None)})
        return job.part

    def _judged(self, job: Job, rules: Any) -> DataFrame:
        """The rows of what a worker makes of the files of a part and of those around and inside it, all by one worker."""
        parts = (job.part, *job.around, *job.inside)
        own = tuple(entry for entry in self.manifest.files if entry.path.partition("/")[0] in parts)
        task = Task(job, replace(self.manifest, files=own), self.dataset, language(), versions())
        paths = [_escaped(f"{self.dataset}/{entry.path}") for entry in own]
        files = self.session.read.format("binaryFile").load(paths).select("path", "content").coalesce(1)
        return files.mapInArrow(lambda batches: judge(batches, task, rules), ROW).persist(StorageLevel.MEMORY_AND_DISK)


def _rolled_up(made: DataFrame) -> bytes:
    """The file of the roll-up: what workers have counted by lying alike, summed by Spark."""
    counts = made.where("file IS NULL").groupBy(*ADDED_UP)
    sums = counts.agg(*(spark.sum(name).alias(name) for name in COUNTED))
    found = sums.coalesce(1).mapInArrow(table, FILE).collect()
    return bytes(found[0]["content"]) if found else rollup_bytes([])


def _entry(rollup: bytes) -> dict[str, Any]:
    rows = pl.read_parquet(BytesIO(rollup)).height
    return {"path": ROLLUP, "rows": rows, "sha256": hashlib.sha256(rollup).hexdigest()}


def _escaped(path: str) -> str:
    """The path as a pattern that only it fits."""
    return re.sub(r"([{}\[\]*?\\])", r"\\\1", path)


@contextmanager
def begun(
    session: SparkSession, dataset: str, out: str, installed: Installed, as_of: str, wanted: Wanted
) -> Iterator[Elsewhere]:
    """A run that writes to ``out``. Raises ``InvalidContent``, ``NotFound``, and ``Misuse`` where there is something else.

    On the disk of this machine another run into the folder is refused; elsewhere nothing can be held, and runs of the same
    question do each other's parts again, with the same bytes.
    """
    files = Files(session)
    manifest, counts = _manifest(files, dataset)
    asked = asked_plain(digest_of(manifest, []), installed, as_of, wanted)
    jobs = jobs_of(manifest, Path(), Path(), installed, as_of, wanted)
    sizes = sizes_of(manifest)
    # What holds others takes longest.
    jobs.sort(key=lambda job: -sum(sizes[part] for part in (job.part, *job.inside)))
    with _held(out):
        said = files.read(f"{out}/{ASKED}")
        if said is not None:
            check_question(said, asked, f"{out}/{ASKED}")
        elif any(not name.startswith(".") for name in files.names(out)):
            raise Misuse(_("{path} 已经存在，又不是 batch 的结果；请换一个文件夹").format(path=out))
        else:
            files.write(f"{out}/{ASKED}", plain_json(asked))
        yield Elsewhere(session, files, dataset, out, manifest, counts, asked, jobs, sizes)


@contextmanager
def _held(out: str) -> Iterator[None]:
    """Holds the folder where it is on the disk of this machine."""
    folder = local_path(out)
    if folder is None:
        yield
        return
    if not folder.parent.is_dir():
        raise NotFound(_("文件夹 {folder} 不存在；请先建立").format(folder=folder.parent))
    with held(folder):
        yield


def _manifest(files: Files, dataset: str) -> tuple[Manifest, Mapping[str, int]]:
    """The manifest of coded columns and the counts in it."""
    place = f"{dataset}/{_MANIFEST}"
    found = files.read(place)
    if found is None:
        raise NotFound(_("{path} 不是 convert 写出的数据集；请先用 gradeeval convert 转换").format(path=dataset))
    there: dict[str, set[str]] = {}

    def inside(name: str) -> bool:
        if not _COLUMN_FILE.fullmatch(name):
            return False
        folder, _slash, own = name.partition("/")
        if folder not in there:
            there[folder] = files.names(f"{dataset}/{folder}")
        return own in there[folder]

    plain = read_text_plain(found, place, ".json")
    if not isinstance(plain.data, dict) or "columns" not in plain.data:
        raise InvalidContent([Problem(_("不是 convert 写出的数据集；请先用 gradeeval convert 转换"), place)])
    return manifest_in(plain, inside), plain.data.get("counts", {})
