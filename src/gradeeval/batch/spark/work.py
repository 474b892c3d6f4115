"""What a worker does: from the Arrow batches of the files of a part to the files of its results, and what is to be summed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import polars as pl
import pyarrow as pa

from gradeeval import __version__, messages
from gradeeval.batch.part import ADDED_UP, COUNTED, rollup_of
from gradeeval.batch.running import PART, Installed, Job, judge_job, part_plain
from gradeeval.batch.writing import write, written
from gradeeval.errors import GradeevalError, InvalidContent, Misuse
from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.profiles.datasets import Manifest

_SUMMED = {"kind": "string", "id": "string", "place": "long", "requirement": "string", "outcome": "string"}
FILE = "file string, content binary"
ROW = ", ".join([FILE, *(f"{name} {_SUMMED.get(name, 'long')}" for name in (*ADDED_UP, *COUNTED))])
"""The columns of what comes back, in Spark's words: a row is a file, or has counts that are to be summed."""

FAILED = ".failed.json"
"""The name of what is no file of results, but the reason why there are none."""

ROLLUP = "rollup.parquet"
_FILE = pa.schema([("file", pa.string()), ("content", pa.binary())])
_SUMS = pa.schema(
    [(name, pa.string() if _SUMMED.get(name) == "string" else pa.int64()) for name in (*ADDED_UP, *COUNTED)]
)
_ROW = pa.schema([*_FILE, *_SUMS])


class Sent(Protocol):
    """Something that Spark sends to each worker once."""

    value: Installed


@dataclass(frozen=True, slots=True)
class Task:
    """A part to judge, as it goes to a worker: ``dataset`` is its place in the words of the user."""

    job: Job
    manifest: Manifest
    dataset: str
    language: str
    versions: Mapping[str, str]


def versions() -> dict[str, str]:
    """What has to be the same where a run begins and where it is worked on, for the same bytes to come out."""
    return {"gradeeval": __version__, "polars": pl.__version__}


def judge(batches: Iterable[pa.RecordBatch], task: Task, rules: Sent) -> Iterator[pa.RecordBatch]:
    """Judges a part. The batches have ``path`` and ``content``, a row a file of the dataset; what comes back see ``_ROW``."""
    messages.use(task.language)
    scratch = os.environ.get("SPARK_LOCAL_DIRS", "").split(",")[0] or None
    with TemporaryDirectory(prefix="gradeeval-", dir=scratch) as folder:
        try:
            made = list(_judged(batches, task, rules, Path(folder)))
        except (GradeevalError, OSError) as fault:
            made = [_file(FAILED, json.dumps(_plain(fault, folder, task)).encode())]
    yield from made


def _judged(batches: Iterable[pa.RecordBatch], task: Task, rules: Sent, folder: Path) -> Iterator[pa.RecordBatch]:
    _same_versions(task)
    for batch in batches:
        for path, content in zip(batch.column("path"), batch.column("content"), strict=True):
            part, name = path.as_py().rsplit("/", 2)[-2:]
            (folder / part).mkdir(exist_ok=True)
            (folder / part / name).write_bytes(content.as_buffer())
    job = replace(task.job, dataset=folder)
    made = judge_job(job, task.manifest, rules.value)
    results = folder / ".results"
    results.mkdir()
    files = written(made.frames, results)
    for entry in files:
        yield _file(entry["path"], (results / entry["path"]).read_bytes())
    yield _file(PART, part_plain(job.part, made, files))
    for counts in made.tally.to_arrow().to_batches():
        no_file = [pa.nulls(counts.num_rows, field.type) for field in _FILE]
        columns = [counts.column(field.name).cast(field.type) for field in _SUMS]
        yield pa.RecordBatch.from_arrays([*no_file, *columns], schema=_ROW)


def _same_versions(task: Task) -> None:
    own = versions()
    for name, wanted in task.versions.items():
        if own[name] != wanted:
            raise Misuse(
                _("Spark 工作节点上的 {name} 是 {found}，发起评定的机器上是 {wanted}；两处须一致").format(
                    name=name, found=own[name], wanted=wanted
                )
            )


def _file(name: str, content: bytes) -> pa.RecordBatch:
    row = {**dict.fromkeys(_ROW.names), "file": name, "content": content}
    return pa.RecordBatch.from_pylist([row], schema=_ROW)


def _plain(fault: GradeevalError | OSError, folder: str, task: Task) -> dict[str, Any]:
    """A failure as data, with the place of the dataset instead of the worker's folder."""
    if isinstance(fault, InvalidContent):
        return {"problems": [{**asdict(one), "file": one.file.replace(folder, task.dataset)} for one in fault.problems]}
    if isinstance(fault, OSError):
        return {"misuse": _("Spark 工作节点的临时文件夹无法写入（{reason}）").format(reason=fault.strerror or fault)}
    return {"misuse": str(fault)}


def fault_of(content: bytes) -> GradeevalError:
    """The failure that a worker gave back as data."""
    plain = json.loads(content)
    return (
        InvalidContent([Problem(**one) for one in plain["problems"]])
        if "problems" in plain
        else Misuse(plain["misuse"])
    )


def table(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The file ``rollup`` of sums."""
    yield pa.RecordBatch.from_pylist([{"file": ROLLUP, "content": rollup_bytes(batches)}], schema=_FILE)


def rollup_bytes(batches: Iterable[pa.RecordBatch]) -> bytes:
    """The bytes of the table of sums, in the same order and form as on one machine."""
    sums = pl.from_arrow(pa.Table.from_batches(batches, schema=_SUMS))
    assert isinstance(sums, pl.DataFrame)
    stream = BytesIO()
    write(rollup_of(sums), stream)
    return stream.getvalue()
