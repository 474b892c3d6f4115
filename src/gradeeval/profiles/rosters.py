"""Rosters: official lists of regions, and lists of institutions or networks that a user keeps. Denominators come from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import repeat
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gradeeval.files.reading import PlainFile
from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.profiles.identifiers import institution_code, institution_code_fault, right_codes
from gradeeval.profiles.profile import ListedPart, Roster, Value
from gradeeval.profiles.unit_rows import UnitRows
from gradeeval.schemas import Checker, bundled, check_file, shipped
from gradeeval.timeline import is_date
from gradeeval.vocabulary import Vocabulary

if TYPE_CHECKING:
    from gradeeval.profiles.contents import Listing


@cache
def roster_checker() -> Checker:
    """The compiled schema of rosters."""
    return Checker(bundled(shipped("roster")))


def read_listing(listing: Listing, vocabulary: Vocabulary) -> tuple[Roster | None, list[Problem]]:
    """The roster that was found in a file, and its faults; None where its shape is refused."""
    head, units = listing.head, listing.units
    if units is None or not roster_checker().accepts({**head, "rows": []}) or not units.right():
        return read_roster(listing.whole(), vocabulary)
    rows = UnitRows(units.kinds, units.order, _Rows(vocabulary).of)
    return _roster(listing.path, head, rows, units.content), []


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
    rows = _Rows(vocabulary).of(items)
    faults = [] if checked else [*_faulty(plain, items, rows), *_repeated(plain, rows)]
    faults.sort(key=lambda problem: problem.line or 0)
    return _roster(plain.path, data, tuple(rows), plain.content), faults


def _roster(path: Path, data: Mapping[str, Any], rows: Sequence[ListedPart], content: str) -> Roster:
    return Roster(
        id=path.stem,
        title=data["title"],
        region=data["jurisdiction"],
        rows=rows,
        complete=frozenset(data["complete"]),
        digest=content,
        file=str(path),
    )


_OWN = ("name", "tier", "type", "from", "to", "aliases")
_PART: Callable[[Iterable[Any]], ListedPart] = partial(tuple.__new__, ListedPart)


class _Rows:
    """Makes rows from what is written, those of one sort at once; most have one of a few classifications, and hold it together."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def of(self, items: Sequence[Mapping[str, Any]]) -> list[ListedPart]:
        """The rows that items are."""
        sorts: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for place, item in enumerate(items):
            sorts[("region" if "code" in item else item["kind"], *item)].append(place)
        if len(sorts) == 1:
            return self._sort(*next(iter(sorts)), items=items)
        found: dict[int, ListedPart] = {}
        for sort, places in sorts.items():
            found.update(zip(places, self._sort(*sort, items=[items[place] for place in places]), strict=True))
        return [found[place] for place in range(len(items))]

    def _sort(self, kind: str, *names: str, items: Sequence[Mapping[str, Any]]) -> list[ListedPart]:
        """The rows that items of one kind with these names are."""

        def values(name: str) -> Iterable[Any]:
            return map(itemgetter(name), items) if name in names else repeat(None, len(items))

        ids = values("code" if kind == "region" else "id")
        parents = values("parent" if kind == "region" else "region")
        title, tier, type, first, last, aliases = map(values, _OWN)
        return list(
            map(
                _PART,
                zip(
                    repeat(kind, len(items)),
                    map(institution_code, ids) if kind == "institution" else ids,
                    *(title, parents, tier, type, self._classifications(kind, names, items), first, last),
                    map(tuple, aliases) if "aliases" in names else repeat((), len(items)),
                    strict=True,
                ),
            )
        )

    def _classifications(
        self, kind: str, names: Sequence[str], items: Sequence[Mapping[str, Any]]
    ) -> Iterable[Mapping[str, Value]]:
        """What items say in the fields of their kind; equal ones are one map."""
        fields = [name for name in names if name in self._vocabulary.fields[kind] and name != "name"]
        columns: list[Iterable[Any]] = []
        for name in fields:
            column = [item[name] for item in items]
            lists = list in set(map(type, column))
            columns.append([tuple(one) if one.__class__ is list else one for one in column] if lists else column)
        written = list(zip(*columns, strict=True)) if columns else [()] * len(items)
        shared = {
            values: {
                name: frozenset(value) if isinstance(value, tuple) else value
                for name, value in zip(fields, values, strict=True)
            }
            for values in set(written)
        }
        return map(shared.__getitem__, written)


def _faulty(plain: PlainFile, items: Sequence[Mapping[str, Any]], rows: Sequence[ListedPart]) -> Iterator[Problem]:
    """What is wrong with single rows that the schema accepts."""
    dated = [index for index, row in enumerate(rows) if row.first is not None or row.last is not None]
    for index in dated:
        for name, day in (("from", rows[index].first), ("to", rows[index].last)):
            if day is not None and not is_date(day):
                sentence = _("“{date}”不是日历上的日期").format(date=items[index][name])
                yield plain.problem(sentence, ("rows", index, name))
    coded = [index for index, row in enumerate(rows) if row.kind == "institution"]
    if right_codes([rows[index].id for index in coded]):
        return
    for index in coded:
        fault = institution_code_fault(rows[index].id)
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
