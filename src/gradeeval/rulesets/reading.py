"""Ruleset folders into checked values. Documents and indicators are read at once, the rest when it is asked for.

Files that passed their schema before are taken from the cache by the digest of their bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from gradeeval.errors import InvalidContent, NotFound
from gradeeval.files.cache import read_cached
from gradeeval.files.canonical import digest
from gradeeval.files.limits import FIRST_YEAR, LAST_YEAR, MAX_INDICATORS, MAX_REQUIREMENTS, VALUE_LIMITS, beyond_ruleset
from gradeeval.files.reading import PlainFile
from gradeeval.language.nodes import Indicator, Origin, Requirement
from gradeeval.language.reading import read_indicator, read_requirement, read_values
from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.profiles.profile import Roster
from gradeeval.profiles.rosters import read_roster
from gradeeval.rulesets.ruleset import Case, Equivalent, LedgerEntry, Library, Loaded, PolicyDocument, Ruleset, Stretch
from gradeeval.schemas import Checker, bundled, check_file, folder, shipped
from gradeeval.timeline import is_date, read_span
from gradeeval.vocabulary import Values, Vocabulary

_STUBS = "indicators.yaml"  # of candidates: read by people alone


def cache_folder() -> Path | None:
    """Where parsed files are kept between runs: ``GRADEEVAL_CACHE_DIR`` (empty: nowhere), else the user's cache."""
    chosen = os.environ.get("GRADEEVAL_CACHE_DIR")
    if chosen is not None:
        return Path(chosen) if chosen else None
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        return Path(home) / "gradeeval" if home else Path.home() / ".cache" / "gradeeval"
    except RuntimeError:
        return None


def read_valid(path: Path, kind: str) -> PlainFile:
    """A file of a ruleset that its schema accepts and that is within the bounds of ``files.limits``.

    Raises ``InvalidContent``, also for a folder or pipe of that name and for what may not be read: the ruleset is what is broken.
    """

    def validate(plain: PlainFile) -> None:
        beyond = beyond_ruleset(plain.data)
        if beyond is not None:
            path, sentence = beyond
            raise InvalidContent([plain.problem(sentence, path)])
        problems = check_file(plain, _checker(kind))
        if problems:
            raise InvalidContent(problems)

    try:
        return read_cached(path, cache_folder(), _schema_digest(kind), validate)
    except NotFound as unreadable:
        raise InvalidContent([Problem(str(unreadable), str(path))]) from None


def read_ruleset(path: Path, origin: str) -> Ruleset:
    """The document and the indicators of a ruleset folder."""
    file = path / "document.yaml"
    if not file.is_file():
        raise NotFound(_("{path} 不是规则集文件夹：缺少 document.yaml").format(path=path))
    plain = read_valid(file, "document")
    document = _document(plain)
    indicators: tuple[Indicator, ...] = ()
    types: tuple[Values, ...] = ()
    own = path / "indicators.yaml"
    if own.is_file():
        indicators, types = _indicators(read_valid(own, "indicators"))
    return Ruleset(document, path, origin, indicators, types)


def read_library(path: Path, vocabulary: Vocabulary, *, proved: bool = False) -> Library:
    """The shared indicators and the rosters of a folder ``shared``; ``proved``: the rows of its rosters are known to be sound."""
    indicators: list[Indicator] = []
    types: list[Values] = []
    for file in sorted(path.glob("indicators/*.yaml")):
        found, added = _indicators(read_valid(file, "indicators"))
        indicators.extend(found)
        types.extend(added)
    rosters = [_roster(file, vocabulary, proved=proved) for file in sorted(path.glob("rosters/*.yaml"))]
    return Library(tuple(indicators), tuple(types), tuple(rosters))


def read_requirements(ruleset: Ruleset) -> Loaded:
    """All requirements of a ruleset, and the digest of its document, indicators and requirements."""
    requirements: list[Requirement] = []
    content: dict[str, str] = {}
    for file in _requirement_files(ruleset):
        plain = read_valid(file, "requirements")
        content[file.name] = plain.content
        if len(requirements) + len(plain.data) > MAX_REQUIREMENTS:
            raise InvalidContent([plain.problem(_("要求超过 {limit} 条").format(limit=MAX_REQUIREMENTS))])
        backwards = [
            plain.problem(_("年份区间 {span} 前后颠倒").format(span=item[key]), (index, key))
            for index, item in enumerate(plain.data)
            for key in ("within", "every_year")
            if key in item and read_span(item[key]) is None
        ]
        if backwards:
            raise InvalidContent(backwards)
        for index, item in enumerate(plain.data):
            requirements.append(
                read_requirement(item, ruleset.document.id, ruleset.document.tolerance, Origin(str(file), (index,)))
            )
    for name in ("document.yaml", "indicators.yaml"):
        file = ruleset.folder / name
        if file.is_file():
            content[name] = read_valid(file, name.removesuffix(".yaml")).content
    return Loaded(tuple(requirements), digest(content))


def candidate_files(ruleset: Ruleset) -> list[Path]:
    """The files of candidate requirements, which are never judged; none where the folder has no ``candidates``."""
    return sorted(path for path in ruleset.folder.glob("candidates/*.yaml") if path.name != _STUBS)


def check_candidates(ruleset: Ruleset) -> list[Problem]:
    """What is wrong with the candidates of a ruleset: their shape, ids of another document, ids that are requirements by now."""
    problems: list[Problem] = []
    settled = {item["id"] for file in _requirement_files(ruleset) for item in read_valid(file, "requirements").data}
    for file in candidate_files(ruleset):
        try:
            plain = read_valid(file, "candidates")
        except InvalidContent as refused:
            problems.extend(refused.problems)
            continue
        for index, item in enumerate(plain.data):
            id = item["id"]
            if id.partition("/")[0] != ruleset.document.id:
                message = _("编号 {id} 须以 {document}/ 开头").format(id=id, document=ruleset.document.id)
                problems.append(plain.problem(message, (index, "id")))
            elif id in settled:
                message = _("{id} 已是要求；请从 candidates 删去").format(id=id)
                problems.append(plain.problem(message, (index, "id")))
    stubs = ruleset.folder / "candidates" / _STUBS
    if stubs.is_file():
        try:
            read_valid(stubs, "indicators")
        except InvalidContent as refused:
            problems.extend(refused.problems)
    return problems


def read_ledger(ruleset: Ruleset) -> tuple[LedgerEntry, ...]:
    """The ledger of a ruleset; empty where it has none."""
    file = ruleset.folder / "clauses.yaml"
    if not file.is_file():
        return ()
    return tuple(_entry(item) for item in read_valid(file, "ledger").data["segments"])


def read_examples(ruleset: Ruleset) -> Iterator[Case]:
    """The examples of a ruleset, in the order of its files."""
    for file in sorted(ruleset.folder.glob("examples/*.yaml")):
        plain = read_valid(file, "examples")
        for requirement, group in plain.data.items():
            if not is_date(group.get("due", "2000-01-01")):
                sentence = _("“{date}”不是日历上的日期").format(date=group["due"])
                raise InvalidContent([plain.problem(sentence, (requirement, "due"))])
            given = group.get("given", {})
            for index, item in enumerate(group["cases"]):
                fields = {**given, **item.get("fields", {})}
                yield Case(
                    requirement=requirement,
                    title=item["case"],
                    expected=item["is"],
                    period=item.get("period"),
                    fields={name: value for name, value in fields.items() if value is not None},
                    facts=item.get("facts", {}),
                    earlier=item.get("earlier", {}),
                    parts=tuple(item["parts"]) if "parts" in item else None,
                    above=tuple(item.get("above", ())),
                    value=item.get("value"),
                    due=group.get("due"),
                    beyond_range=item.get("beyond_range"),
                    origin=Origin(str(file), (requirement, "cases", index)),
                )


def read_equivalents(ruleset: Ruleset) -> Iterator[Equivalent]:
    """The mutants that a ruleset declares to change no outcome; none where it has no such file."""
    file = ruleset.folder / "equivalents.yaml"
    if not file.is_file():
        return
    plain = read_valid(file, "equivalents")
    for group_index, group in enumerate(plain.data):
        for index, mutant in enumerate(group["mutants"]):
            yield Equivalent(mutant, group["why"], Origin(str(file), (group_index, "mutants", index)))


def place_of(origin: Origin) -> Problem:
    """A problem without words at the place where a rule was written; without place where it was written nowhere."""
    if not origin.file:
        return Problem("")
    path = Path(origin.file)
    changed = path.stat().st_mtime_ns if path.is_file() else 0
    return _read_once(path, changed).problem("", origin.path)


@lru_cache(maxsize=4)
def _read_once(path: Path, _changed: int) -> PlainFile:
    """Kept, for a file with one fault often has many."""
    from gradeeval.files.reading import read_plain

    return read_plain(path)


def placed_at(sentence: str, origin: Origin, code: str = "") -> Problem:
    """A problem at the place where something was written."""
    return replace(place_of(origin), message=sentence, code=code)


def _document(plain: PlainFile) -> PolicyDocument:
    data = plain.data
    problems = []
    if data["id"] != plain.path.parent.name:
        problems.append(
            plain.problem(
                _("id {id} 与文件夹名 {name} 不同").format(id=data["id"], name=plain.path.parent.name), ("id",)
            )
        )
    if "date" in data and not is_date(data["date"]):
        problems.append(plain.problem(_("“{date}”不是日历上的日期").format(date=data["date"]), ("date",)))
    horizon = read_span(data["horizon"]) if "horizon" in data else None
    if "horizon" in data and horizon is None:
        problems.append(plain.problem(_("年份区间 {span} 前后颠倒").format(span=data["horizon"]), ("horizon",)))
    elif horizon is not None and not all(
        FIRST_YEAR <= year <= LAST_YEAR for year in (horizon.first, horizon.last) if year is not None
    ):
        sentence = _("年份区间 {span} 须在 {first} 至 {last} 年之间")
        problems.append(
            plain.problem(sentence.format(span=data["horizon"], first=FIRST_YEAR, last=LAST_YEAR), ("horizon",))
        )
    if problems:
        raise InvalidContent(problems)
    return PolicyDocument(
        id=data["id"],
        title=data["title"],
        jurisdiction=data["jurisdiction"],
        title_en=data.get("title_en"),
        number=data.get("number"),
        issuer=data.get("issuer"),
        date=data.get("date"),
        horizon=horizon,
        tolerance=data.get("about_tolerance", 5),
        source=data.get("source"),
        supersedes=_links(data.get("supersedes", ())),
        related=_links(data.get("related", ())),
        retired=tuple((item["id"], item["why"]) for item in data.get("retired", ())),
        note=data.get("note"),
        namespace=data.get("namespace"),
    )


def _links(items: Iterable[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((item["document"], item.get("note", "")) for item in items)


def _indicators(plain: PlainFile) -> tuple[tuple[Indicator, ...], tuple[Values, ...]]:
    file = str(plain.path)
    if len(plain.data.get("indicators", ())) > MAX_INDICATORS:
        raise InvalidContent([plain.problem(_("指标超过 {limit} 个").format(limit=MAX_INDICATORS), ("indicators",))])
    indicators = tuple(
        read_indicator(name, item, Origin(file, ("indicators", name)))
        for name, item in plain.data.get("indicators", {}).items()
    )
    return indicators, tuple(read_values(name, item) for name, item in plain.data.get("types", {}).items())


def _roster(path: Path, vocabulary: Vocabulary, *, proved: bool) -> Roster:
    roster, problems = read_roster(read_valid(path, "roster"), vocabulary, checked=proved)
    if problems or roster is None:
        raise InvalidContent(problems)
    return roster


def _entry(item: Mapping[str, Any]) -> LedgerEntry:
    stretches = tuple(
        Stretch(
            opens=stretch["opens"],
            chars=stretch["chars"],
            status=stretch["status"],
            requirements=tuple(stretch.get("requirements", ())),
            why=stretch.get("why"),
            accounts=tuple((account["words"], account["why"]) for account in stretch.get("accounts", ())),
        )
        for stretch in item["stretches"]
    )
    return LedgerEntry(item["clause"], item["at"], item["opens"], item["sha256"], stretches)


def _requirement_files(ruleset: Ruleset) -> list[Path]:
    return sorted(ruleset.folder.glob("requirements/*.yaml"))


@cache
def _checker(kind: str) -> Checker:
    return Checker(bundled(shipped(kind)))


@cache
def _schema_digest(kind: str) -> str:
    import hashlib

    files = (folder() / f"{kind}.schema.json", folder() / "vocabulary.schema.json")
    return hashlib.sha256(b"".join([*(file.read_bytes() for file in files), repr(VALUE_LIMITS).encode()])).hexdigest()
