"""A run over a dataset: part by part, each whole or not at all, so that a run that was killed goes on where it was.

``OUT/batch.json`` says what was asked of which bytes; a part is finished when its folder stands in ``OUT/provinces``;
``OUT/summary.json`` is written last. Whoever asks the same again gets what is there, whoever asks something else is refused.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import polars as pl
from msgspec.json import encode
from msgspec.json import format as pretty

from gradeeval.batch.part import ROLLUP, Judged, Rules, judged, names_of
from gradeeval.batch.together import judged_together
from gradeeval.batch.writing import written
from gradeeval.engines.columnar.plan import Plan
from gradeeval.errors import InvalidContent, Misuse
from gradeeval.evaluate.selection import Wanted, in_force
from gradeeval.files.canonical import digest
from gradeeval.files.folders import hold, new_folder
from gradeeval.files.writing import write_whole
from gradeeval.language.scope import Scope
from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.profiles.columns.coding import to_columns
from gradeeval.profiles.columns.layout import Columns
from gradeeval.profiles.columns.stored import BESIDE, check_layout, joined, parts_of, read_part
from gradeeval.profiles.contents import REJECTED
from gradeeval.profiles.datasets import Manifest, read_manifest
from gradeeval.profiles.profile import Roster
from gradeeval.profiles.regions import Regions
from gradeeval.rulesets.ruleset import Loaded, PolicyDocument

if TYPE_CHECKING:
    from gradeeval.batch.processes import Others

FORMAT = "gradeeval-batch/4"
ASKED, SUMMARY, PARTS, COLUMNS, PART = "batch.json", "summary.json", "provinces", "columns", "part.json"
_LOCK = ".lock"
TOGETHER = 115_000
"""So many profiles of several parts are judged at once: more of them would take more memory than a process should."""


@dataclass(frozen=True, slots=True)
class Installed:
    """What is installed: the scope, documents, their requirements, the rosters and the digest of shared indicators.

    ``plan`` has the scope, and what one part's judging leaves to the next.
    """

    plan: Plan
    documents: Mapping[str, PolicyDocument]
    load: Callable[[str], Loaded]
    rosters: tuple[Roster, ...]
    shared_digest: str
    _listed: list[Columns] = field(default_factory=list, repr=False, compare=False)

    @property
    def listed(self) -> Columns:
        """The rosters as columns, made once."""
        if not self._listed:
            self._listed.append(to_columns([], self.rosters, self.scope))
        return self._listed[0]

    @property
    def scope(self) -> Scope:
        """All names and their meanings."""
        return self.plan.scope

    def rules(self, as_of: str, wanted: Wanted) -> Rules:
        """The rules as of a day."""
        return Rules(self.plan, self.documents, lambda id: self.load(id).requirements, as_of, wanted)


@dataclass(frozen=True, slots=True)
class Job:
    """One part to judge, as it goes to a process. ``around`` and ``inside``: the parts that it lies in and that lie in it."""

    dataset: Path
    out: Path
    part: str
    around: tuple[str, ...]
    inside: tuple[str, ...]
    as_of: str
    wanted: Wanted


def asked_plain(dataset_digest: str, installed: Installed, as_of: str, wanted: Wanted) -> dict[str, Any]:
    """What a run was asked, in digests: equal where the results are."""
    rulesets = {
        id: installed.load(id).digest for id in installed.documents if not wanted.rulesets or id in wanted.rulesets
    }
    return {
        "format": FORMAT,
        "as_of": as_of,
        "wanted": {name: list(value) for name, value in asdict(wanted).items()},
        "dataset": dataset_digest,
        "rulesets": {**rulesets, "shared": installed.shared_digest},
        "rosters": [[roster.id, roster.digest] for roster in installed.rosters],
    }


def digest_of(manifest: Manifest | None, files: Sequence[Path]) -> str:
    """What a dataset holds: of columns by their manifest, whose digests are checked when they are read; else by the bytes."""
    if manifest is not None and manifest.layout is not None:
        return digest(
            {"layout": list(manifest.layout), "files": [[one.path, one.records, one.sha256] for one in manifest.files]}
        )
    folder = Path(os.path.commonpath([path.absolute().parent for path in files]))
    found = {}
    for path in files:
        with path.open("rb") as stream:
            found[path.absolute().relative_to(folder).as_posix()] = hashlib.file_digest(stream, "sha256").hexdigest()
    return digest({"files": found})


@contextmanager
def results_folder(out: Path, asked: Mapping[str, Any]) -> Iterator[None]:
    """Holds the folder for this run. Raises ``Misuse`` where another run has it, or it holds something else."""
    with held(out):
        try:
            _same_question(out, asked)
            yield
        except OSError as error:
            raise Misuse(
                _("{path} 无法写入（{reason}）；已完成的省份保留着，腾出空间后用同一命令继续").format(
                    path=out, reason=error.strerror or error
                )
            ) from None


@contextmanager
def held(out: Path) -> Iterator[None]:
    """Holds a folder, which is made where it is not there. Raises ``Misuse`` where that fails or another run has it."""
    try:
        out.mkdir(exist_ok=True)
        lock = hold(out / _LOCK)
    except OSError as error:
        raise Misuse(_("{path} 无法写入（{reason}）").format(path=out, reason=error.strerror)) from None
    if lock is None:
        raise Misuse(_("另一个进程正在写 {path}；请等它结束").format(path=out))
    with lock:
        yield


def _same_question(out: Path, asked: Mapping[str, Any]) -> None:
    path = out / ASKED
    if not path.exists():
        if any(found.name != _LOCK and not found.name.endswith(".tmp") for found in out.iterdir()):
            raise Misuse(_("{path} 已经存在，又不是 batch 的结果；请换一个文件夹").format(path=out))
        write_whole(path, plain_json(asked))
        return
    check_question(path.read_bytes(), asked, path)


def check_question(said: bytes, asked: Mapping[str, Any], path: Path | str) -> None:
    """Raises ``Misuse`` where ``said``, what ``path`` tells of a run before, is another question than ``asked``."""
    try:
        before = json.loads(said)
    except ValueError:
        raise Misuse(_("{path} 已损坏；请换一个文件夹").format(path=path)) from None
    names = {
        "dataset": _("数据集"),
        "rulesets": _("规则集"),
        "rosters": _("名册"),
        "as_of": _("评定日"),
        "wanted": _("筛选条件"),
        "format": _("格式"),
    }
    if not isinstance(before, dict) or before != asked:
        folder = str(path).rpartition("/")[0]
        changed = [
            title for name, title in names.items() if not isinstance(before, dict) or before.get(name) != asked[name]
        ]
        raise Misuse(
            _("{path} 是另一次评定的结果（{changed}不同），不能接着写；请换一个文件夹").format(
                path=folder, changed="、".join(changed)
            )
        )


def plain_json(data: Any, *, indent: int | None = 1) -> bytes:
    """The bytes of a file of results that is no table."""
    # Python's own way takes several times as long.
    plain = encode(data)
    return (plain if indent is None else pretty(plain, indent=indent)) + b"\n"


def jobs_of(
    manifest: Manifest, dataset: Path, out: Path, installed: Installed, as_of: str, wanted: Wanted
) -> list[Job]:
    """A job for each part, largest first. Raises ``InvalidContent`` where the columns are not those of these rules."""
    check_layout(manifest, installed.scope)
    parts = parts_of(manifest)
    if not parts:
        sentence = _("数据集里没有一份被接受的档案，无可评定；被拒绝的记录见同一文件夹的 {rejected}")
        raise InvalidContent([Problem(sentence.format(rejected=REJECTED), str(manifest.path))])
    regions = Regions(installed.rosters)
    chains = {part: {row.id for row in regions.chain(part, as_of)} - {part} for part in parts}
    sizes = sizes_of(manifest)
    made = [
        Job(
            *(dataset, out, part),
            tuple(one for one in parts if one in chains[part]),
            tuple(one for one in parts if part in chains[one]),
            *(as_of, wanted),
        )
        for part in parts
    ]
    return sorted(made, key=lambda job: (-sizes[job.part], job.part))


def grouped(jobs: Sequence[Job], manifest: Manifest, installed: Installed, processes: int) -> list[list[Job]]:
    """Parts that can be judged at once, not more than ``TOGETHER`` profiles and so that each process has some; largest first."""
    sizes, regions = sizes_of(manifest), Regions(installed.rosters)
    some = {one.path.partition("/")[0] for one in manifest.files if one.path.partition("/")[2].startswith(BESIDE)}
    for document in installed.documents.values():
        if in_force(document, jobs[0].as_of, jobs[0].wanted):
            chain = regions.chain(document.jurisdiction, jobs[0].as_of)
            some |= {document.jurisdiction, *(row.id for row in chain)}
    most = min(TOGETHER, sum(sizes[job.part] for job in jobs) // processes)
    groups: list[list[Job]] = []
    rest: dict[int, int] = {}
    for job in jobs:
        size = sizes[job.part]
        alone = bool(job.around or job.inside or job.part in some)
        place = next((at for at, free in rest.items() if free >= size), None) if not alone else None
        if place is None:
            place = len(groups)
            groups.append([])
            if not alone:
                rest[place] = most
        groups[place].append(job)
        if not alone:
            rest[place] -= size
    return groups


def sizes_of(manifest: Manifest) -> dict[str, int]:
    """How many profiles each part has."""
    sizes = dict.fromkeys(parts_of(manifest), 0)
    for entry in manifest.files:
        part, _slash, name = entry.path.partition("/")
        if name.rpartition("-")[0] in ("institution", "network", "region"):
            sizes[part] += max(entry.records, 0)
    return sizes


def manifest_of(dataset: Path) -> Manifest:
    """The manifest of coded columns. Raises ``InvalidContent`` for any other folder."""
    manifest = read_manifest(dataset)
    if manifest is None or manifest.layout is None:
        raise InvalidContent([Problem(_("不是 convert 写出的数据集；请先用 gradeeval convert 转换"), str(dataset))])
    return manifest


def folder_of(out: Path, part: str) -> Path:
    """The folder of the results of a part: a code never becomes a path as it is."""
    return out / PARTS / quote(part, safe="").replace(".", "%2E")


def run_together(jobs: Sequence[Job], manifest: Manifest, installed: Installed) -> Iterator[str]:
    """Judges parts, at once where that can be, and puts their folders into place; gives each that stands.

    Raises ``InvalidContent``, ``Misuse``.
    """
    made = None
    if len(jobs) > 1:
        for job in jobs:
            _verify(job, manifest)
        rules = installed.rules(jobs[0].as_of, jobs[0].wanted)
        names = names_of(rules)
        reads = [partial(read_part, job.dataset, manifest, job.part, names=names) for job in jobs]
        made = judged_together(installed.listed, reads, rules)
    for job, one in zip(jobs, made or (judge_job(job, manifest, installed) for job in jobs), strict=True):
        _stands(job, one)
        yield job.part


def _stands(job: Job, made: Judged) -> None:
    made.frames["rollup"] = made.tally.select(ROLLUP)
    with new_folder(folder_of(job.out, job.part)) as folder:
        (folder / PART).write_bytes(part_plain(job.part, made, written(made.frames, folder)))


def judge_job(job: Job, manifest: Manifest, installed: Installed) -> Judged:
    """Judges a part of a dataset, whose folder holds the files of the parts that the job names. Raises ``InvalidContent``."""
    _verify(job, manifest)
    rules = installed.rules(job.as_of, job.wanted)
    return judged(partial(_columns, job, manifest, installed, names_of(rules)), rules)


def part_plain(part: str, made: Judged, files: Sequence[Mapping[str, Any]]) -> bytes:
    """What the file beside the results of a part says of them."""
    said = {
        "part": part,
        "subjects": made.subjects,
        "verdicts": made.verdicts,
        "documents": made.documents,
        "fallen_back": made.fallen_back,
        "findings": made.findings,
        "files": list(files),
    }
    return plain_json(said, indent=None)


def _columns(
    job: Job, manifest: Manifest, installed: Installed, names: Mapping[str, Container[str]]
) -> tuple[Columns, dict[str, pl.Series] | None]:
    """The columns of a part, with the regions around it and their rosters, and of the parts inside it or neighbours.

    Of profiles there are the values of these ``names``, by kind. Beside them the ids of the part's own subjects by kind; None where there are no others.
    """
    read = partial(read_part, job.dataset, manifest, names=names)
    around = []
    for part in job.around:
        whole = read(part)
        regions = {kind: frame if kind == "region" else frame.clear() for kind, frame in whole.profiles.items()}
        around.append(Columns(regions, whole.members.clear(), whole.rosters, whole.listed))
    alone = read(job.part)
    inside = [read(part) for part in job.inside]
    if not inside:  # else neighbours are among those inside
        neighbours = read(job.part, beside=True)
        inside += [neighbours] if any(frame.height for frame in neighbours.profiles.values()) else []
    own = None
    if around or inside:
        own = {kind: frame["@id"].unique(maintain_order=True) for kind, frame in alone.profiles.items()}
    return joined([installed.listed, *around, alone, *inside]), own


def _verify(job: Job, manifest: Manifest) -> None:
    """Raises ``InvalidContent`` where a file is not the one that the manifest tells of."""
    problems = []
    for entry in manifest.files:
        if entry.path.partition("/")[0] in (job.part, *job.around, *job.inside) and entry.sha256:
            path = job.dataset / entry.path
            with path.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != entry.sha256:
                    problems.append(Problem(_("内容与清单上的摘要不符，文件在清单写成以后有改动"), str(path)))
    if problems:
        raise InvalidContent(problems)


def run_jobs(
    jobs: Sequence[Job],
    manifest: Manifest,
    installed: Installed,
    others: Others | None,
    work: Callable[[Sequence[Job]], Sequence[str]],
) -> Iterator[str]:
    """Judges the parts that are not finished yet; gives each when it stands. ``work`` is called in ``others``, where there are any.

    Raises ``Misuse`` where a process is killed; what is finished stays.
    """
    groups: list[list[Job]] = []
    if jobs:
        (jobs[0].out / PARTS).mkdir(exist_ok=True)
        groups = grouped(jobs, manifest, installed, others.count if others is not None else 1)
    here = partial(run_together, manifest=manifest, installed=installed)
    if others is not None and len(groups) > 1:
        yield from others.share(groups, here, work)
    else:
        for group in groups:
            yield from here(group)


def unfinished(jobs: Iterable[Job]) -> list[Job]:
    """Those whose results are not in place."""
    return [job for job in jobs if not folder_of(job.out, job.part).is_dir()]
