"""Profiles from files and folders: read, checked against the composed schemas, and made into exact values.

Every fault of every file is gathered. A folder may hold profiles of several kinds and periods, and rosters.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradeeval.errors import NotFound
from gradeeval.language.scope import Scope
from gradeeval.messages import _, listed
from gradeeval.problems import Problem
from gradeeval.profiles.contents import (
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
    profile_files,
)
from gradeeval.profiles.facts import fact_kinds, near_fact, profile_schema, read_fact
from gradeeval.profiles.identifiers import credit_code_fault, institution_code, institution_code_fault
from gradeeval.profiles.profile import Member, Profile, Proof, Roster, Value
from gradeeval.profiles.readers import READERS
from gradeeval.profiles.rosters import read_listing
from gradeeval.schemas import Checker
from gradeeval.timeline import is_date, read_period
from gradeeval.vocabulary import KINDS

if TYPE_CHECKING:
    from gradeeval.profiles.filled_form import FilledForm

Faults = list[tuple[tuple[str | int, ...], str]]
"""Paths inside an item, and sentences."""


@dataclass(slots=True)
class Dataset:
    """What was read: the profiles, the rosters among the files, and the faults of what was refused.

    ``notes`` are no faults: what was left unread, and why. ``forms`` are the filled forms among the files.
    """

    profiles: list[Profile] = field(default_factory=list)
    rosters: list[Roster] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    forms: list[FilledForm] = field(default_factory=list)


class ProfileReader:
    """Reads profiles against the indicators of a scope; the schema of a kind is composed when one is first met.

    ``readers`` are asked by the suffix of a file; the first of a suffix is taken.
    """

    def __init__(self, scope: Scope, readers: Iterable[Reader] = READERS) -> None:
        self.scope = scope
        self._readers = by_suffix(readers)
        self._checkers: dict[str, Checker] = {}

    def checker(self, kind: str) -> Checker:
        """The compiled schema of profiles of a kind."""
        if kind not in self._checkers:
            own = fact_kinds(self.scope.indicators.values(), kind)
            schema = profile_schema(kind, [(indicator, self.scope.types[indicator.name]) for indicator in own])
            self._checkers[kind] = Checker(schema)
        return self._checkers[kind]

    def read(self, paths: Iterable[Path]) -> Dataset:
        """All profiles of these files and folders. Raises ``NotFound`` where a path or every profile is missing."""
        dataset = Dataset()
        seen: dict[tuple[str, str, str], Profile] = {}
        for path in paths:
            files = profile_files(path, self._readers)
            if not files:
                raise NotFound(
                    _("文件夹 {path} 中没有档案（{suffixes}）").format(path=path, suffixes=listed(self._readers))
                )
            for file in files:
                for content in contents(file, self.scope, self._readers, alone=file == path):
                    self._take(content, dataset, seen)
        return dataset

    def _take(self, content: Content, dataset: Dataset, seen: dict[tuple[str, str, str], Profile]) -> None:
        if isinstance(content, Lines):
            for line in content.lines:
                self._take(line_item(line), dataset, seen)
        elif isinstance(content, Item):
            self._item(content, dataset, seen)
        elif isinstance(content, Listing):
            roster, problems = read_listing(content, self.scope.vocabulary)
            dataset.problems.extend(problems)
            if roster is not None:
                dataset.rosters.append(roster)
        elif isinstance(content, Unread):
            dataset.problems.extend(content.problems)
        elif isinstance(content, Note):
            dataset.notes.append(content.problem)
        else:
            dataset.problems.extend(content.problems)
            dataset.notes.extend(content.notes)
            dataset.forms.append(content)

    def _item(self, item: Item, dataset: Dataset, seen: dict[tuple[str, str, str], Profile]) -> None:
        """Checks one profile and takes it, unless one of its cells was refused; what it lacks is then not told again."""
        profile, faults = self.profile(item)
        if profile is not None and not faults:
            faults = _clash(profile, seen)
            if not faults and not item.problems:
                dataset.profiles.append(profile)
        dataset.problems.extend((*item.problems, *placed(item, faults)))

    def profile(self, item: Item) -> tuple[Profile | None, Faults]:
        """The profile that an item is, and its faults; without the question whether there is another one of the same period."""
        data = _as_meant(item.data)
        faults = self.problems(data)
        if faults:
            return None, faults
        assert isinstance(data, dict)
        return self._profile(data, item)

    def problems(self, item: object) -> Faults:
        """What the schemas refuse in one profile: paths and sentences."""
        if not isinstance(item, dict):
            return [((), _("档案应是一个对象（id、kind、period、facts …）"))]
        kind = item.get("kind")
        if kind not in KINDS:
            known = listed(KINDS)
            if kind is None:
                return [((), _("缺少 kind（对象类别）：{known}").format(known=known))]
            return [(("kind",), _("kind 须是 {known} 之一").format(known=known))]
        checker = self.checker(str(kind))
        if checker.accepts(item):
            return []
        found = []
        for path, sentence in checker.problems(item):
            indicator = self.scope.indicators.get(str(path[1])) if len(path) == 2 and path[0] == "facts" else None
            if len(path) == 2 and path[0] == "facts" and (indicator is None or indicator.reach.kind != kind):
                sentence = near_fact(str(path[1]), self.scope.indicators, str(kind))
            found.append((path, sentence))
        return found

    def _profile(self, data: Mapping[str, Any], item: Item) -> tuple[Profile | None, Faults]:
        problems: Faults = []
        period = read_period(data["period"])
        if period is None:
            return None, [(("period",), _("“{period}”不是日历上的时期").format(period=data["period"]))]
        kind = data["kind"]
        tier, network = data.get("tier"), data.get("type")
        values: dict[str, Value] = self.fields(data, kind)
        problems.extend(_field_faults(data, kind))
        proofs: dict[str, Proof] = {}
        for name, written in data.get("facts", {}).items():
            indicator = self.scope.indicators[name]
            reach = indicator.reach
            if reach.tier not in (None, tier) or reach.type not in (None, network):
                problems.append((("facts", name), near_fact(name, self.scope.indicators, kind)))
                continue
            value, proof, fault = read_fact(written, self.scope.types[name])
            if fault is not None:
                problems.append((("facts", name), fault))
            if value is not None:
                values[name] = value
            if proof is not None:
                proofs[name] = proof
        members, faults = self._members(data)
        problems.extend(faults)
        profile = Profile(
            kind=kind,
            id=data["id"],
            name=data.get("name", ""),
            period=period,
            region=data["id"] if kind == "region" else data["region"],
            tier=tier,
            type=network,
            values=values,
            members=members,
            proofs=proofs,
            file=str(item.placed.path),
            line=item.line,
            plain=data,
        )
        return profile, problems

    def fields(self, item: Mapping[str, Any], kind: str) -> dict[str, Value]:
        """The fields that an item of plain data gives; lists as complete sets."""
        values: dict[str, Value] = {}
        for name in self.scope.vocabulary.fields[kind]:
            if name in item:
                value = item[name]
                values[name] = frozenset(value) if isinstance(value, list) else value
        return values

    def _members(self, item: Mapping[str, Any]) -> tuple[tuple[Member, ...] | None, Faults]:
        if item["kind"] != "network" or "members" not in item:
            return None, []
        members, faults = [], []
        for index, row in enumerate(item["members"]):
            for name in ("from", "to"):
                if name in row and not is_date(row[name]):
                    faults.append((("members", index, name), _("“{date}”不是日历上的日期").format(date=row[name])))
            fault = institution_code_fault(row["id"])
            if fault is not None:
                faults.append((("members", index, "id"), fault))
            fields = self.fields(row, "institution")
            members.append(Member(row["id"], row.get("name", row["id"]), fields, row.get("from"), row.get("to")))
        return tuple(members), [(tuple(path), sentence) for path, sentence in faults]


def _as_meant(item: object) -> object:
    """The profile with institution codes of 23 characters in their usual form of 22, and without an empty ``facts:``.

    Nothing stands under ``facts:`` in a template of which no fact has been filled in: no fact is known.
    """
    if not isinstance(item, dict):
        return item
    if item.get("facts", item) is None:
        item = {key: value for key, value in item.items() if key != "facts"}
    if item.get("kind") == "institution":
        return _without_hyphen(item)
    if item.get("kind") == "network" and isinstance(item.get("members"), list):
        return {**item, "members": [_without_hyphen(row) for row in item["members"]]}
    return item


def _without_hyphen(item: object) -> object:
    if isinstance(item, dict) and isinstance(item.get("id"), str):
        return {**item, "id": institution_code(item["id"])}
    return item


def placed(item: Item, faults: Faults) -> list[Problem]:
    """The faults with their places; of an item with refused cells those that are about one of its values."""
    told = (fault for fault in faults if not item.problems or fault[0])
    return [item.placed.problem(sentence, (*item.where, *path)) for path, sentence in told]


def _field_faults(item: Mapping[str, Any], kind: str) -> Faults:
    faults: Faults = []
    if kind != "institution":
        return faults
    fault = institution_code_fault(item["id"])
    if fault is not None:
        faults.append((("id",), fault))
    if "credit_code" in item:
        fault = credit_code_fault(item["credit_code"])
        if fault is not None:
            faults.append((("credit_code",), fault))
    level, both = item.get("level"), item.get("level_grade")
    if level is not None and both is not None and not str(both).startswith(str(level)):
        faults.append((("level_grade",), _("级别等次 {both} 与级别 {level} 不一致").format(both=both, level=level)))
    return faults


def _clash(profile: Profile, seen: dict[tuple[str, str, str], Profile]) -> Faults:
    end = profile.period.end + (".." if profile.period.several_years else "")
    first = seen.setdefault((profile.kind, profile.id, end), profile)
    if first is profile:
        return []
    return [
        (
            ("id",),
            _("{id} 在时期 {period} 已有档案（{file} 第 {line} 行）；同一对象同一时期只能有一份").format(
                id=profile.id, period=first.period.text, file=first.file, line=first.line
            ),
        )
    ]
