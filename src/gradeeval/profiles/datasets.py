"""Datasets: folders of profiles and rosters with a manifest, and the way of every record: taken, or set aside with its reasons.

The manifest (``dataset.json`` or ``dataset.yaml``) names the files; it may say how many records each has and its digest, so that a
file that was cut or changed on its way is noticed. A folder without manifest is read like any folder of profiles.
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from gradeeval.errors import InvalidContent, NotFound
from gradeeval.files.ndjson import Block, Line, about_lines
from gradeeval.files.reading import PlainFile, read_plain
from gradeeval.files.writing import escape_controls
from gradeeval.language.scope import Scope
from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.profiles.contents import (
    MANIFESTS,
    Batch,
    Content,
    Item,
    Lines,
    Listing,
    Note,
    Reader,
    Unread,
    by_suffix,
    contents,
    line_item,
    listing,
    profile_files,
)
from gradeeval.profiles.filled_form import FilledForm
from gradeeval.profiles.profile import Roster
from gradeeval.profiles.readers import READERS
from gradeeval.profiles.reading import ProfileReader, placed
from gradeeval.profiles.rosters import read_listing
from gradeeval.profiles.sieve import Sieve, Subject
from gradeeval.schemas import Checker, bundled, check_file, shipped

if TYPE_CHECKING:
    from gradeeval.profiles.columns.transposing import Transposer

FORMAT = "gradeeval-dataset/1"
_MANY = 32_768
_LARGE = 24 * 1024 * 1024
"""Records, and bytes of lines, that are looked at together."""


@contextmanager
def unswept() -> Iterator[None]:
    """Millions of small maps come and go and none refers to itself: looking for cycles would take a third of the time."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()


@dataclass(frozen=True, slots=True)
class Entry:
    """A file of a manifest, by its path inside the folder; ``records`` is -1 and ``sha256`` empty where they are not given."""

    path: str
    records: int = -1
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a dataset says of itself. ``layout``: version and digest of coded columns; None where it holds profiles."""

    path: Path
    title: str
    files: tuple[Entry, ...]
    layout: tuple[int, str] | None = None
    fictional: bool = False


@cache
def _checker() -> Checker:
    return Checker(bundled(shipped("dataset")))


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a folder; None where it has none. Raises ``InvalidContent``."""
    path = next((folder / name for name in MANIFESTS if (folder / name).is_file()), None)
    if path is None:
        return None
    return manifest_in(read_plain(path), lambda name: _inside(folder, name))


def manifest_in(plain: PlainFile, inside: Callable[[str], bool]) -> Manifest:
    """The manifest that a file holds; ``inside`` says whether its folder has a file. Raises ``InvalidContent``."""
    problems = check_file(plain, _checker())
    if problems:
        raise InvalidContent(problems)
    data: dict[str, Any] = plain.data
    entries = [Entry(item["path"], item.get("records", -1), item.get("sha256", "")) for item in data["files"]]
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        if entry.path in seen:
            problems.append(plain.problem(_("文件 {path} 写了两次").format(path=entry.path), ("files", index)))
        elif not inside(entry.path):
            sentence = _("文件 {path} 不存在，或不在这个文件夹里").format(path=escape_controls(entry.path))
            problems.append(plain.problem(sentence, ("files", index, "path")))
        seen.add(entry.path)
    if problems:
        raise InvalidContent(problems)
    columns = data.get("columns")
    layout = (columns["layout"], columns["digest"]) if columns else None
    return Manifest(plain.path, data["title"], tuple(entries), layout, data.get("fictional", False))


def _inside(folder: Path, name: str) -> bool:
    path = (folder / name).resolve()
    return path.is_file() and path.is_relative_to(folder.resolve())


class Stretch(Protocol):
    """What of some records is beyond doubt."""

    @property
    def subjects(self) -> Sequence[Subject | None]:
        """The subject of each, None in doubt."""
        ...

    def drop(self, number: int) -> None:
        """Takes a record out again."""
        ...


Quick = TypeVar("Quick", bound=Stretch)


class Taker(Protocol[Quick]):
    """Where accepted records go."""

    sieve: Sieve

    def quick(self, batch: Batch) -> Quick | None:
        """What of some records is beyond doubt; None where it is not worth its while."""
        ...

    def keep(self, stretch: Quick) -> None:
        """Takes what is left of the records that were beyond doubt."""
        ...

    def take(self, item: Item) -> list[Problem]:
        """Takes any other record; what is wrong with it where it is not taken."""
        ...


FEW = 500
"""Records that are read before what reads them by the thousand is loaded."""


class Looking:
    """Looks at records without keeping them."""

    def __init__(self, reader: ProfileReader, sieve: Sieve) -> None:
        self.reader = reader
        self.sieve = sieve

    def quick(self, batch: Batch) -> Stretch | None:
        """What of some records is beyond doubt."""
        if len(batch) < FEW or self._transposer is None:
            return None
        return self._transposer.read(batch)

    @cached_property
    def _transposer(self) -> Transposer | None:
        try:
            from gradeeval.profiles.columns.transposing import Transposer
        except ImportError:  # without polars all is the same, slower
            return None
        return Transposer(self.reader, self.sieve)

    def keep(self, stretch: Stretch) -> None:
        """Nothing is kept."""

    def take(self, item: Item) -> list[Problem]:
        """What is wrong with a record."""
        profile, faults = self.reader.profile(item)
        if profile is not None and not faults and not item.problems:
            faults = self.sieve.faults(profile)
        return [*item.problems, *placed(item, faults)]


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that was set aside: where it stands, why, and what it is, as far as it could be read."""

    path: Path
    line: int
    problems: tuple[Problem, ...]
    data: Any = None
    text: str = ""


@dataclass(slots=True)
class Sifting:
    """The way of all records of some files: ``read`` is always ``accepted`` and ``rejected`` together.

    ``problems`` are those of whole files, which are not records: rosters, manifests, digests.
    """

    scope: Scope
    files: Sequence[Path]
    readers: Mapping[str, Reader]
    manifest: Manifest | None = None
    rosters: list[Roster] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    _listings: set[Path] = field(default_factory=set)

    def name_of(self, path: Path) -> str:
        """What a file is called in messages: by its path in the dataset, if it has a manifest."""
        return str(path.relative_to(self.manifest.path.parent) if self.manifest is not None else path)

    def find_rosters(self) -> None:
        """Reads the rosters first, since every record is placed by them; a faulty one is a problem and not used."""
        for path in self.files:
            content = listing(path)
            if content is not None:
                self._listings.add(path)
            if isinstance(content, Listing):
                self._roster(content)
            elif content is not None:
                self.problems.extend(content.problems)

    def _roster(self, listed: Listing) -> None:
        roster, problems = read_listing(listed, self.scope.vocabulary)
        self.problems.extend(problems)
        if roster is not None and not problems:
            self.rosters.append(roster)
            self._counted(listed.path, len(roster.rows) + 1)

    def records(self, taker: Taker[Quick]) -> Iterator[Rejected | int]:
        """Hands every record to ``taker``; gives each that was rejected, and how many were taken one after the other."""
        for path in self.files:
            if path in self._listings:
                continue
            before = self.read
            for content in _batched(contents(path, self.scope, self.readers, alone=self.manifest is not None)):
                if isinstance(content, list | Block):
                    yield from self._sifted(content, path, taker)
                elif isinstance(content, Note):
                    self.notes.append(content.problem)
                elif isinstance(content, FilledForm):
                    self.problems.extend(content.problems)
                    self.notes.extend(content.notes)
                elif isinstance(content, Unread):
                    self.read += 1
                    yield self._unread(content)
            self._counted(path, self.read - before)

    def _sifted(self, batch: Batch, path: Path, taker: Taker[Quick]) -> Iterator[Rejected | int]:
        """The way of some records, each in its turn: of two of one subject and period the first is taken."""
        stretch = taker.quick(batch) if batch else None
        subjects = stretch.subjects if stretch is not None else [None] * len(batch)
        file, sieve = str(path), taker.sieve
        at = 0
        while at < len(batch):
            known = [one for one in subjects[at : _first_in_doubt(subjects, at)] if one is not None]
            run = batch[at : at + max(len(known), 1)]
            at += len(run)
            numbers = run.numbers if isinstance(run, Block) else map(_line, run)
            if known and sieve.all_fresh(known, file, numbers):
                yield self._taken(len(run))
                continue
            each: Sequence[Item | Line] = run
            for number, content in enumerate(each, at - len(run)):
                subject = subjects[number]
                if subject is not None and stretch is not None:
                    if sieve.fresh(*subject, file, _line(content)):
                        yield self._taken(1)
                        continue
                    stretch.drop(number)
                yield self._exact(content, path, taker)
        if stretch is not None:
            taker.keep(stretch)

    def _exact(self, content: Item | Line, path: Path, taker: Taker[Quick]) -> Rejected | int:
        """The way of a record that leaves a doubt."""
        item = line_item(content) if isinstance(content, Line) else content
        if isinstance(item, Unread):
            self.read += 1
            return self._unread(item)
        problems = taker.take(item)
        if not problems:
            return self._taken(1)
        self.read += 1
        self.rejected += 1
        return Rejected(path, item.line, tuple(problems), item.data)

    def _taken(self, count: int) -> int:
        self.read += count
        self.accepted += count
        return count

    def _unread(self, unread: Unread) -> Rejected:
        self.rejected += 1
        return Rejected(unread.path, unread.problems[0].line or 1, unread.problems, None, unread.text)

    def expected(self) -> int:
        """About how many records there are, where rosters were found: as the manifest says, or the first lines of files."""
        told: dict[Path, int] = {}
        if self.manifest is not None:
            told = {self.manifest.path.parent / entry.path: entry.records for entry in self.manifest.files}
        counts = [(path, told.get(path, -1)) for path in self.files if path not in self._listings]
        return sum(count if count >= 0 else about_lines(path) for path, count in counts)

    def _counted(self, path: Path, found: int) -> None:
        """Compares a file with what the manifest says of it."""
        if self.manifest is None:
            return
        folder = self.manifest.path.parent
        entry = next(entry for entry in self.manifest.files if folder / entry.path == path)
        if entry.records not in (-1, found):
            sentence = _("清单说有 {wanted} 条，实际 {found} 条；文件可能没有传完")
            self.problems.append(Problem(sentence.format(wanted=entry.records, found=found), str(path)))
        elif entry.sha256 and _sha256(path) != entry.sha256:
            self.problems.append(Problem(_("内容与清单上的摘要不符，文件在清单写成以后有改动"), str(path)))


def _batched(given: Iterable[Content]) -> Iterator[Batch | Content]:
    """Items and lines by as many as are looked at together, in their turn with what could not be read; all else as it comes."""
    waiting: Batch = []
    size = 0
    for content in given:
        if isinstance(content, Lines):
            size += sum(map(len, content.lines.raws))
            if isinstance(waiting, Block):
                waiting.extend(content.lines)
            else:
                yield waiting
                waiting = content.lines
        elif isinstance(content, Item):
            if isinstance(waiting, Block):
                yield waiting
                waiting = []
            waiting.append(content)
        else:
            if isinstance(content, Unread):
                yield waiting
                waiting = []
            yield content
        while len(waiting) >= _MANY or size > _LARGE:
            yield waiting[:_MANY]
            waiting, size = waiting[_MANY:], 0
    yield waiting


def _first_in_doubt(subjects: Sequence[Subject | None], at: int) -> int:
    """Where from there on the first in doubt is, or the end."""
    try:
        return subjects.index(None, at)
    except ValueError:
        return len(subjects)


def _line(content: Item | Line) -> int:
    return content.number if isinstance(content, Line) else content.line


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sifting(paths: Iterable[Path], scope: Scope, readers: Iterable[Reader] = READERS) -> Sifting:
    """The files of these datasets, folders and files, each read by the reader of its suffix. Raises ``NotFound``, ``InvalidContent``."""
    given = list(paths)
    known = by_suffix(readers)
    manifest = read_manifest(given[0]) if len(given) == 1 and given[0].is_dir() else None
    if manifest is not None:
        folder = manifest.path.parent
        return Sifting(scope, [folder / entry.path for entry in manifest.files], known, manifest)
    files = [file for path in given for file in profile_files(path, known)]
    if not files:
        raise NotFound(_("{path} 中没有档案").format(path=given[0]))
    return Sifting(scope, files, known)
