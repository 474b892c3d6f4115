"""The entries of a filled form, put together into profiles as plain data; each refused cell is a problem with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gradeeval.language.scope import Scope
from gradeeval.messages import _, listed
from gradeeval.problems import Problem
from gradeeval.profiles.facts import near_fact
from gradeeval.profiles.filled_form import FilledForm, Place, cell_problem
from gradeeval.profiles.form_layout import REST, Stamp
from gradeeval.profiles.form_values import code_of, identity, number, read_cell, refusal, text, yes_no
from gradeeval.profiles.workbook import Cell
from gradeeval.schemas import shipped
from gradeeval.vocabulary import ValueType

_PROOF = ("source", "evidence", "note", "status")
_WHOLE_ROW = ("source", "evidence", "status")
_TEXTS = ("name", "note", "source")


@dataclass(frozen=True, slots=True)
class Entry:
    """The filled cells of one row of a form by column key, and their places; ``value`` always has a place."""

    cells: Mapping[str, Cell]
    places: Mapping[str, Place]


class Items:
    """The profiles of one form while it is read. ``typed``: see ``form_values.read_cell``; ``several``: they stand in a table."""

    def __init__(self, form: FilledForm, scope: Scope, stamp: Stamp, *, typed: bool) -> None:
        self.form = form
        self.scope = scope
        self.stamp = stamp
        self.typed = typed
        self.several = False
        self.single: dict[str, Entry] = {}
        self.asked: dict[str, Place] = {}
        self.members: list[tuple[dict[str, Entry], dict[str, Place]]] = []
        self.subjects: list[tuple[dict[str, Entry], dict[str, Place]]] = []

    def row(self, key: str, entry: Entry) -> None:
        """A row of a form that has one subject."""
        first = self.single.setdefault(key, entry)
        self.asked.setdefault(key, entry.places["value"])
        if first is not entry:
            sheet, row, _column, _title = first.places["value"]
            where = f"{sheet} " if sheet else ""
            self._fault(
                entry.places["value"],
                _("这一项在{place}已经填过；请只留一处").format(
                    place=_("{sheet}第 {row} 行").format(sheet=where, row=row)
                ),
            )

    def empty_row(self, key: str, place: Place) -> None:
        """A row of which nothing is filled in."""
        self.asked.setdefault(key, place)

    def subject(self, entries: dict[str, Entry], places: dict[str, Place]) -> None:
        """A row of a table of subjects."""
        self.subjects.append((entries, places))

    def member(self, entries: dict[str, Entry], places: dict[str, Place]) -> None:
        """A row of a table of members."""
        self.members.append((entries, places))

    def finish(self) -> None:
        """Makes the profiles, once all sheets were read."""
        properties = (
            shipped(self.stamp.kind)["properties"] if self.stamp.kind in ("institution", "network", "region") else None
        )
        if properties is None:
            self._fault(("", 1, 1, ""), _("表单没有写明对象类别（kind）：institution、network 或 region"))
            return
        if self.single or not self.several:
            self._item(self.single, self.asked, properties)
        for entries, places in self.subjects:
            self._item(entries, places, properties)
        self._take_members()
        if not self.form.data:
            self._fault(("", 1, 1, ""), _("表单中一个对象也没有填"))

    def _item(self, entries: Mapping[str, Entry], places: Mapping[str, Place], properties: Mapping[str, Any]) -> None:
        index = len(self.form.data)
        item: dict[str, Any] = {"kind": self.stamp.kind}
        if self.stamp.sort:
            item["tier" if self.stamp.kind == "region" else "type"] = self.stamp.sort
        self.form.data.append(item)
        anywhere = next(iter(places.values()), ("", 1, 1, ""))
        self.form.places[index,] = places.get("id", anywhere)
        before = len(self.form.problems)
        facts: dict[str, Any] = {}
        for name, group in _grouped(entries):
            if name in properties and name not in ("kind", "tier", "type", "facts", "members"):
                value = self._field(name, group, properties[name])
                if value is not None:
                    item[name] = value
                    self.form.places[index, name] = next(iter(group.values())).places["value"]
            elif name not in _WHOLE_ROW:
                fact = self._fact(name, group, index)
                if fact is not None:
                    facts[name] = fact
        self._whole_row_proof(entries, facts)
        if facts:
            item["facts"] = facts
        if len(self.form.problems) > before:
            self.form.faulty.add(index)
        for name in shipped(self.stamp.kind)["required"]:
            if name not in item and index not in self.form.faulty:
                self._fault(places.get(name, anywhere), _("必须填写{title}").format(title=properties[name]["title"]))
                self.form.faulty.add(index)

    def _field(self, name: str, group: Mapping[str, Entry], node: Mapping[str, Any]) -> object:
        """The value of a field of the profile; None where nothing was given or it was refused."""
        own = self.scope.field(name, self.stamp.kind)
        if own is not None and own.type.form == "list":
            return self._list(group, own.type, complete=True)
        entry = group.get("")
        if entry is None or "value" not in entry.cells:
            return None
        cell = entry.cells["value"]
        if name in _TEXTS:
            refused = refusal(cell)
            value, fault = (None, refused) if refused else text(cell)
        elif own is not None:
            value, fault = read_cell(cell, own.type, typed=self.typed)
        elif node.get("const") is True:
            value, fault = yes_no(cell)
            value = value or None
        else:
            value, fault = identity(cell)
        self._note_faults(entry, fault)
        return value

    def _fact(self, name: str, group: Mapping[str, Entry], index: int) -> object:
        """One fact as plain data; None where it is unknown or refused."""
        first = next(iter(group.values()))
        place = first.places["value"]
        indicator = self.scope.indicators.get(name)
        if indicator is None or indicator.reach.kind != self.stamp.kind:
            self._fault(place, near_fact(name, self.scope.indicators, self.stamp.kind))
            return None
        self.form.places[index, "facts", name] = place
        type_ = self.scope.types[name]
        if type_.form == "list":
            value = self._list(group, type_, complete=False)
        else:
            strange = [part for part in group if part not in ("", "numerator", "denominator")]
            for part in strange:
                self._fault(group[part].places["value"], _("没有名为 `{name}` 的项").format(name=part))
            value = self._quotient(group, type_) or self._single(group, type_)
        proof = self._proof(group)
        if value is None:
            if proof:
                self._note(place, _("只填了来源、佐证或备注，没有填报值；按“不知道”处理"))
            return None
        if isinstance(value, dict) and "denominator" in value:
            return {**value, **proof}
        return {"value": value, **proof} if proof else value

    def _single(self, group: Mapping[str, Entry], type_: ValueType, *, partial: bool = False) -> object:
        entry = group.get("")
        if entry is None or "value" not in entry.cells:
            return None
        value, fault = read_cell(entry.cells["value"], type_, typed=self.typed, partial=partial)
        self._note_faults(entry, fault)
        return value

    def _quotient(self, group: Mapping[str, Entry], type_: ValueType) -> dict[str, Any] | None:
        """Numerator and denominator, of a row that has columns for them or of a table with a column each."""
        found: dict[str, tuple[Cell, Place]] = {}
        for part in ("numerator", "denominator"):
            own = group.get("")
            if own is not None and part in own.cells:
                found[part] = own.cells[part], own.places[part]
            elif part in group and "value" in group[part].cells:
                found[part] = group[part].cells["value"], group[part].places["value"]
        if not found:
            return None
        place = next(iter(found.values()))[1]
        if type_.unit not in ("percent", "ratio"):
            self._fault(place, _("这一项没有分子、分母；请填在“填报值”一栏"))
            return {}
        if len(found) == 1:
            self._fault(place, _("分子、分母要一起填"))
            return {}
        own = group.get("")
        if own is not None and "value" in own.cells:
            self._fault(own.places["value"], _("已填分子、分母时不要再填报值；请删去一种"))
            return {}
        parts: dict[str, Any] = {}
        for part, (cell, at) in found.items():
            refused = refusal(cell)
            value, fault = (None, refused) if refused else number(cell, typed=self.typed)
            if fault is not None:
                self._fault(at, fault)
            parts[part] = value
        return {} if None in parts.values() else parts

    def _list(self, group: Mapping[str, Entry], type_: ValueType, *, complete: bool) -> object:
        """The codes that hold: all of them in one cell, or a yes or no each. ``complete``: what is left open is a fault."""
        assert type_.values is not None
        whole = group.get("")
        if whole is not None and "value" in whole.cells:
            return self._single(group, type_, partial=not complete)
        known: dict[str, bool] = {}
        rest = False
        place = next(iter(group.values())).places["value"]
        for part, entry in group.items():
            if "value" not in entry.cells or not part:
                continue
            refused = refusal(entry.cells["value"])
            value, fault = (None, refused) if refused else yes_no(entry.cells["value"])
            self._note_faults(entry, fault)
            code = part if part == REST else code_of(part, type_.values)
            if code is None:
                self._fault(entry.places["value"], _("没有名为 `{name}` 的项").format(name=part))
            elif code == REST:
                rest = value is True
            elif isinstance(value, bool):
                known[code] = value
        if rest:
            known = {code: known.get(code, False) for code in type_.values.titles}
        if not known:
            return None
        if len(known) == len(type_.values.titles):
            return [code for code in type_.values.titles if known[code]]
        if complete:
            open_ = [type_.values.label(code) for code in type_.values.titles if code not in known]
            self._fault(
                place,
                _("要么各项都填，要么在“其余各项都没有”一行填“是”；还没有填：{titles}").format(
                    titles=listed(open_[:8])
                ),
            )
            return None
        return known

    def _proof(self, group: Mapping[str, Entry]) -> dict[str, Any]:
        """Source, evidence, note and status; of a list, those of all its rows together."""
        found: dict[str, list[str]] = {}
        for entry in group.values():
            for name in _PROOF:
                if name in entry.cells:
                    cell = entry.cells[name]
                    fault = refusal(cell)
                    if fault is not None:
                        self._fault(entry.places[name], fault)
                    else:
                        found.setdefault(name, []).append(cell.text.strip())
        proof: dict[str, Any] = {}
        for name, texts in found.items():
            at = next(entry.places[name] for entry in group.values() if name in entry.cells)
            proof[name] = self._proof_value(name, texts, at)
        return proof

    def _proof_value(self, name: str, texts: list[str], at: Place) -> object:
        if name == "evidence":
            return _evidence(texts)
        if name == "status":
            values = self.scope.vocabulary.lists["data_status"]
            code = code_of(texts[0], values)
            if code is None:
                self._fault(
                    at,
                    _("“{value}”不在“{title}”的取值中；可填：{options}{hint}").format(
                        value=texts[0][:60],
                        title=values.title,
                        hint="",
                        options=listed(values.label(known) for known in values.titles),
                    ),
                )
            return code
        return _("；").join(dict.fromkeys(texts))

    def _whole_row_proof(self, entries: Mapping[str, Entry], facts: dict[str, Any]) -> None:
        """Source, evidence and status that a table gives once for the whole row go to each of its facts."""
        proof: dict[str, Any] = {}
        for name in _WHOLE_ROW:
            if name not in entries or "value" not in entries[name].cells:
                continue
            cell = entries[name].cells["value"]
            fault = refusal(cell)
            if fault is not None:
                self._fault(entries[name].places["value"], fault)
                continue
            known = self._proof_value(name, [cell.text.strip()], entries[name].places["value"])
            if known is not None:
                proof[name] = known
        if proof and not facts:
            self._note(
                next(iter(entries.values())).places["value"], _("只填了来源、佐证或备注，没有填报值；按“不知道”处理")
            )
        for name, fact in facts.items():
            if proof:
                facts[name] = (
                    {**fact, **proof} if isinstance(fact, dict) and "denominator" in fact else {"value": fact, **proof}
                )

    def _take_members(self) -> None:
        """Members go to the one network of the form, or to the one whose number they name."""
        networks = {item.get("id"): index for index, item in enumerate(self.form.data)}
        for entries, places in self.members:
            first = next(iter(entries.values())).places["value"]
            index: int | None = 0
            if len(self.form.data) != 1 or "network" in places:
                named = entries.pop("network", None)
                index = networks.get(named.cells["value"].text.strip()) if named is not None else None
            if index is None:
                self._fault(first, _("成员没有写明属于哪个网络，或没有这个编号；请填“网络编号”"))
                continue
            rows = self.form.data[index].setdefault("members", [])
            self._member(entries, places, index, rows)

    def _member(
        self, entries: Mapping[str, Entry], places: Mapping[str, Place], index: int, rows: list[dict[str, Any]]
    ) -> None:
        properties = shipped("network")["$defs"]["member"]["properties"]
        at = len(rows)
        row: dict[str, Any] = {}
        rows.append(row)
        self.form.places[index, "members", at] = places.get("id", next(iter(places.values())))
        before = len(self.form.problems)
        for name, entry in entries.items():
            place = entry.places["value"]
            if name not in properties:
                self._fault(place, _("没有名为 `{name}` 的项").format(name=name))
                continue
            own = self.scope.field(name, "institution")
            cell = entry.cells["value"]
            if own is not None and name not in _TEXTS:
                value, fault = read_cell(cell, own.type, typed=self.typed)
            elif name in _TEXTS:
                refused = refusal(cell)
                value, fault = (None, refused) if refused else text(cell)
            else:
                value, fault = identity(cell)
            self._note_faults(entry, fault)
            if value is not None:
                row[name] = value
                self.form.places[index, "members", at, name] = place
        if "id" not in row and len(self.form.problems) == before:
            self._fault(
                places.get("id", next(iter(places.values()))),
                _("必须填写{title}").format(title=properties["id"]["title"]),
            )
        if len(self.form.problems) > before:
            self.form.faulty.add(index)

    def _note_faults(self, entry: Entry, fault: str | None) -> None:
        if fault is not None:
            self._fault(entry.places["value"], fault)

    def _fault(self, place: Place, message: str) -> None:
        self.form.problems.append(self._at(place, message))

    def _note(self, place: Place, message: str) -> None:
        self.form.notes.append(self._at(place, message))

    def _at(self, place: Place, message: str) -> Problem:
        sheet, row, column, title = place
        if title:
            message = _("“{title}”：{message}").format(title=title, message=message)
        return cell_problem(self.form.path, sheet, row, column, message)


def _grouped(entries: Mapping[str, Entry]) -> Iterator[tuple[str, dict[str, Entry]]]:
    """Entries by name of field or indicator; inside by ``""``, ``numerator``, ``denominator`` or the code of a list."""
    groups: dict[str, dict[str, Entry]] = {}
    for key, entry in entries.items():
        name, mark, part = key.partition("=")
        if not mark:
            name, mark, part = key.partition("/")
        groups.setdefault(name, {})[part] = entry
    yield from groups.items()


def _evidence(texts: list[str]) -> list[str]:
    parts = [part.strip() for text_ in texts for part in re.split(r"[\n；;]", text_)]
    return list(dict.fromkeys(part for part in parts if part))
