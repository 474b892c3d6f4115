"""Rosters: official lists of regions, and lists of institutions or networks that a user keeps. Denominators come from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
    items: Sequence[Mapping[str, Any]] = data["rows"]
    rows = list(map(_Rows(vocabulary).row, items))
    faults = [] if checked else [*_faulty(plain, items, rows), *_repeated(plain, rows)]
    faults.sort(key=lambda problem: problem.line or 0)
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


class _Rows:
    """Makes rows from what is written; most have one of a few classifications, and hold it together."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._names: dict[tuple[str, tuple[str, ...]], tuple[str, ...]] = {}
        self._shared: dict[tuple[tuple[str, ...], tuple[Any, ...]], Mapping[str, Value]] = {}

    def row(self, item: Mapping[str, Any]) -> ListedPart:
        """The row that an item is."""
        known = item.get
        kind = "region" if "code" in item else item["kind"]
        id = item["code"] if kind == "region" else item["id"]
        return ListedPart(
            kind,
            institution_code(id) if kind == "institution" else id,
            item["name"],
            known("parent" if kind == "region" else "region"),
            known("tier"),
            known("type"),
            self._classification(kind, item),
            known("from"),
            known("to"),
            tuple(item["aliases"]) if "aliases" in item else (),
        )

    def _classification(self, kind: str, item: Mapping[str, Any]) -> Mapping[str, Value]:
        asked = (kind, tuple(item))
        names = self._names.get(asked)
        if names is None:
            fields = self._vocabulary.fields[kind]
            names = self._names[asked] = tuple([name for name in item if name in fields and name != "name"])
        written = tuple([item[name] for name in names])
        try:
            values = self._shared.get((names, written))
        except TypeError:  # a list
            written = tuple([tuple(value) if isinstance(value, list) else value for value in written])
            values = self._shared.get((names, written))
        if values is None:
            values = {
                name: frozenset(value) if isinstance(value, tuple) else value
                for name, value in zip(names, written, strict=True)
            }
            self._shared[names, written] = values
        return values


def _faulty(plain: PlainFile, items: Sequence[Mapping[str, Any]], rows: Sequence[ListedPart]) -> Iterator[Problem]:
    """What is wrong with single rows that the schema accepts."""
    for index, row in enumerate(rows):
        if row.first is not None or row.last is not None:
            for name, day in (("from", row.first), ("to", row.last)):
                if day is not None and not is_date(day):
                    sentence = _("“{date}”不是日历上的日期").format(date=items[index][name])
                    yield plain.problem(sentence, ("rows", index, name))
        fault = institution_code_fault(row.id) if row.kind == "institution" else None
        if fault is not None:
            yield plain.problem(fault, ("rows", index, "id"))


def _repeated(plain: PlainFile, rows: Sequence[ListedPart]) -> Iterator[Problem]:
    """Rows of which there is another that begins on the same day."""
    keys = [(row.id, row.first) for row in rows]
    if len(set(keys)) == len(keys):
        return
    seen: dict[tuple[str, str | None], int] = {}
    for index, key in enumerate(keys):
        first = seen.setdefault(key, index)
        if first != index:
            sentence = _("{id} 在名册中重复（第一次在第 {line} 行）").format(
                id=key[0], line=plain.place(("rows", first))[0]
            )
            yield plain.problem(sentence, ("rows", index))
