"""What a table of a form asks, column by column: of many subjects, a row each, or of the members of a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gradeeval.forms.rows import Row, fact_rows, identity_rows
from gradeeval.forms.template import Asking, Subject
from gradeeval.messages import _, chosen, listed
from gradeeval.profiles.form_layout import EMPTY_LIST, column_title, unit_title
from gradeeval.profiles.profile import ListedPart
from gradeeval.schemas import shipped
from gradeeval.vocabulary import ValueType

_PART = ValueType("number", "yuan", 6, 0, None)
_MEMBER_FIELDS = (
    *("id", "name", "region", "from", "to", "roles", "class", "category", "level", "level_grade", "ownership"),
    *("sponsor", "government_run"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: ``group`` stands above its title, ``hint`` in the note on it; ``type`` None is free text.

    ``partial``: of a list it may be said that some codes are not known.
    """

    key: str
    group: str
    title: str
    type: ValueType | None
    hint: str = ""
    partial: bool = False

    @property
    def several(self) -> bool:
        """Whether a cell takes several codes."""
        return self.type is not None and self.type.form == "list"

    @property
    def textual(self) -> bool:
        """Whether a cell takes text: what looks like a number or a date stays as it is typed."""
        return self.type is None or self.type.form in ("list", "name")

    @property
    def note(self) -> str:
        """What the note on the heading says."""
        lines = [self.hint]
        if self.type is not None and self.type.values is not None and self.several:
            labels = (self.type.values.label(code) for code in self.type.values.titles)
            lines.append(_("取值：{codes}").format(codes=listed(labels)))
        if self.partial and self.several:
            lines.append(
                _("只知道一部分时：有：甲、乙；无：丙；其余不详（或 其余都没有）。只写名称，就是列全了，其余都没有")
            )
        return "\n".join(line for line in lines if line)

    @property
    def allowed(self) -> str:
        """What a cell takes, in a few words."""
        if self.type is None:
            return _("文字")
        if self.several:
            return _("写名称，用、分开")
        return _("选一项") if self.type.values is not None else unit_title(self.type.unit)

    @property
    def width(self) -> int:
        """In characters."""
        if self.key in ("id", "name", "evidence", "note", "source"):
            return 26
        return 22 if self.several else 15


def subject_columns(subject: Subject, asking: Asking) -> Iterator[Column]:
    """Identity and classification, then the facts by department, then what holds for the whole row."""
    *identity, _note = identity_rows(subject, asking, many=True)
    for row in identity:
        yield Column(row.key, _("基本信息"), row.title, row.type, row.question)
    for group, rows in fact_rows(asking).items():
        for row in rows:
            yield from _fact_columns(row, group or _("汇总数据"))
    whole = _("全行")
    for key in ("source", "evidence"):
        yield Column(key, whole, column_title(key), None, _("对这一行的全部数据有效"))
    status = asking.scope.vocabulary.lists["data_status"]
    yield Column("status", whole, column_title("status"), ValueType("code", values=status), _("对这一行的全部数据有效"))
    yield Column("note", whole, column_title("note"), None)


def _fact_columns(row: Row, group: str) -> Iterator[Column]:
    yield Column(row.key, group, row.title, row.type, row.question or row.note, partial=True)
    if row.quotient:
        for key in ("numerator", "denominator"):
            title = _("{title}：{value}").format(title=row.title, value=column_title(key))
            yield Column(f"{row.key}/{key}", group, title, _PART)


def member_columns(asking: Asking, *, many: bool) -> Iterator[Column]:
    """The members of a network; ``many``: of several networks, which each row names."""
    group = _("成员名单")
    properties = shipped("network")["$defs"]["member"]["properties"]
    if many:
        yield Column("network", group, _("网络编号"), None, _("与“数据”表里的编号相同"))
    hints = {"from": _("2024-01-31 的样子"), "to": _("仍是成员的不填"), "id": _("22 位卫生机构（组织）代码")}
    for name in _MEMBER_FIELDS:
        field = asking.scope.field(name, "institution") if name not in ("id", "name", "region") else None
        title = chosen(properties[name]["title"], properties[name].get("x-title-en"))
        yield Column(name, group, title, field.type if field is not None else None, hints.get(name, ""))


def listed_cells(part: ListedPart, columns: Sequence[Column]) -> dict[str, str]:
    """What a roster says of a subject, by the keys of the columns."""
    cells = {"id": part.id, "name": part.name}
    if part.kind != "region" and part.parent is not None:
        cells["region"] = part.parent
    for column in columns:
        value = part.values.get(column.key)
        if isinstance(value, bool):
            cells[column.key] = _("是") if value else _("否")
        elif value is not None and column.type is not None and column.type.values is not None:
            codes = sorted(value) if isinstance(value, frozenset) else [str(value)]
            cells[column.key] = listed(map(column.type.values.label, codes)) or EMPTY_LIST
    return cells
