"""Rosters: official lists of regions, and lists of institutions or networks that a user keeps. Denominators come from them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from gradeeval.files.reading import PlainFile
from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.profiles.identifiers import institution_code, institution_code_fault
from gradeeval.profiles.profile import ListedPart, Roster, Value
from gradeeval.schemas import Checker, bundled, check_file, shipped
from gradeeval.timeline import is_date
from gradeeval.vocabulary import Vocabulary


@cache
def roster_checker() -> Checker:
    """The compiled schema of rosters."""
    return Checker(bundled(shipped("roster")))


def read_roster(
    plain: PlainFile, vocabulary: Vocabulary, *, checked: bool = False
) -> tuple[Roster | None, list[Problem]]:
    """The roster of a file and its faults; None where its shape is refused. ``checked``: its schema accepted it before."""
    if not checked:
        problems = check_file(plain, roster_checker())
        if problems:
            return None, problems
    data: Mapping[str, Any] = plain.data
    rows: list[ListedPart] = []
    faults: list[Problem] = []
    shared: _Shared = {}
    seen: dict[tuple[str, str | None], int] = {}
    for index, item in enumerate(data["rows"]):
        row = _row(item, vocabulary, shared)
        rows.append(row)
        if checked:
            continue
        for key, sentence in _row_faults(item, row):
            faults.append(plain.problem(sentence, ("rows", index, key)))
        first = seen.setdefault((row.id, row.first), index)
        if first != index:
            sentence = _("{id} 在名册中重复（第一次在第 {line} 行）").format(
                id=row.id, line=plain.place(("rows", first))[0]
            )
            faults.append(plain.problem(sentence, ("rows", index)))
    roster = Roster(
        id=plain.path.stem,
        title=data["title"],
        region=data["jurisdiction"],
        rows=tuple(rows),
        complete=frozenset(data["complete"]),
        digest=plain.content,
        file=str(plain.path),
    )
    return roster, faults


_Shared = dict[tuple[tuple[str, Any], ...], Mapping[str, Value]]
"""Classifications by what is written: most rows of a roster have one of a few, and hold it together."""


def _row(item: Mapping[str, Any], vocabulary: Vocabulary, shared: _Shared) -> ListedPart:
    kind = "region" if "code" in item else item["kind"]
    fields = vocabulary.fields[kind]
    written = tuple(
        [
            (name, tuple(value) if isinstance(value, list) else value)
            for name, value in item.items()
            if name in fields and name != "name"
        ]
    )
    values = shared.get(written)
    if values is None:
        values = {name: frozenset(value) if isinstance(value, tuple) else value for name, value in written}
        shared[written] = values
    id = item["code"] if kind == "region" else item["id"]
    known = item.get
    return ListedPart(
        kind,
        institution_code(id) if kind == "institution" else id,
        item["name"],
        known("parent" if kind == "region" else "region"),
        known("tier"),
        known("type"),
        values,
        known("from"),
        known("to"),
        tuple(known("aliases", ())),
    )


def _row_faults(item: Mapping[str, Any], row: ListedPart) -> list[tuple[str, str]]:
    faults = []
    for name, day in (("from", row.first), ("to", row.last)):
        if day is not None and not is_date(day):
            faults.append((name, _("“{date}”不是日历上的日期").format(date=item[name])))
    if row.kind == "institution":
        fault = institution_code_fault(row.id)
        if fault is not None:
            faults.append(("id", fault))
    return faults
