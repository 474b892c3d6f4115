"""What a form asks, row by row: the shape that the workbook, the table of many subjects and the CSV form share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gradeeval.forms.needs import Need
from gradeeval.forms.template import Asking, Subject, placeholder_id
from gradeeval.language.nodes import Change, Ratio
from gradeeval.messages import _, chosen, listed
from gradeeval.profiles.form_layout import REST, unit_title
from gradeeval.rulesets.ruleset import PolicyDocument
from gradeeval.schemas import shipped
from gradeeval.vocabulary import AROUND, ValueType

_MOST_QUOTES = 3
_MOST_CLAUSES = 4
_LEAST_ROWS = 5  # fewer than these share one sheet


@dataclass(frozen=True, slots=True)
class Source:
    """A document that a form was made from, and the digest of its rules."""

    document: PolicyDocument
    digest: str


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to fill in. ``key`` finds it again; ``type`` None is free text. ``filled`` is there before anyone types."""

    key: str
    title: str
    question: str
    type: ValueType | None
    clause: str
    note: str
    filled: str = ""
    evidence: str = ""

    @property
    def quotient(self) -> bool:
        """Whether numerator and denominator may be given instead."""
        return self.type is not None and self.type.unit in ("percent", "ratio")

    @property
    def unit(self) -> str:
        """The unit in words."""
        if self.type is None:
            return ""
        if self.type.form == "number" or self.type.form == "yes_no":
            return unit_title(self.type.unit)
        return _("选一项") if self.type.values is not None and self.type.form != "list" else ""

    def by_code(self) -> Iterator[Row]:
        """The rows of a list, one for each code and one for the rest; of anything else the row itself."""
        if self.type is None or self.type.form != "list" or self.type.values is None:
            yield self
            return
        own = ValueType("yes_no", "yes_no")
        for code in self.type.values.titles:
            title = _("{title}：{value}").format(title=self.title, value=self.type.values.label(code))
            yield Row(f"{self.key}={code}", title, self.question, own, self.clause, self.note, "", self.evidence)
        title = _("{title}：其余各项都没有").format(title=self.title)
        question = _("上面没有填的各项都没有时填“是”；有的不知道时留空。")
        yield Row(f"{self.key}={REST}", title, question, own, self.clause, self.note)


def identity_rows(subject: Subject, asking: Asking, *, many: bool = False) -> Iterator[Row]:
    """Identity and classification. ``many``: the rows of a table, in which nothing but the period is there beforehand."""
    kind = subject.reach.kind
    properties = shipped(kind)["properties"]

    def own(key: str, question: str, filled: str = "") -> Row:
        node = properties[key]
        title = chosen(node["title"], node.get("x-title-en") or _ENGLISH.get(key))
        return Row(key, title, question, None, "", "", filled)

    if kind == "institution":
        yield own("id", _("22 位卫生机构（组织）代码；第 9 位是校验位"), "" if many else placeholder_id(subject.region))
    elif kind == "network":
        yield own("id", _("名册上的编号；没有名册就自己定，以后不变"), "" if many else "NETWORK-001")
    else:
        yield own("id", _("6 位行政区划代码"), "" if many else subject.region)
    yield own(
        "name",
        _("登记的全称"),
        subject.region_name if kind == "region" and not many else "" if many else _("请填写名称"),
    )
    if kind != "region":
        yield own("region", _("所在县（市、区）的 6 位代码，取知道的最低一级"), subject.region)
    yield own("period", _("数据所属时期，如 2024、2024Q3、2024-12-31"), subject.period)
    wanted = [
        (field, need)
        for name, need in asking.needs.of.items()
        if need.indicator is None and name not in ("name", *AROUND) and kind != "region"
        if (field := asking.scope.field(name, kind)) is not None
    ]
    order = list(properties)
    for field, need in sorted(wanted, key=lambda pair: (pair[0].type.form == "list", order.index(pair[0].name))):
        title = chosen(field.title, field.title_en)
        yield Row(field.name, title, _("决定哪些要求适用"), field.type, _clauses(need), _note(need, asking))
    yield own("note", _("需要说明的情况"))


def fact_rows(asking: Asking) -> dict[str, list[Row]]:
    """The facts by department, or by data system where no department holds them; what few ask stands together at the end."""
    groups: dict[str, list[Row]] = {}
    for name, need in asking.needs.of.items():
        indicator = need.indicator
        if indicator is None or (isinstance(indicator.formula, Change) and indicator.formula.of in asking.needs.of):
            continue
        question = [indicator.question] if indicator.question else []
        if isinstance(indicator.formula, Ratio):
            question.append(
                _("由“{of}”除以“{to}”算出，填那两项即可；没有时才直接填").format(
                    of=asking.title(indicator.formula.of), to=asking.title(indicator.formula.to)
                )
            )
        elif indicator.formula is not None:
            question.append(_("由名册和下属对象的档案汇总；没有那些档案时直接填总的数"))
        if indicator.flow:
            question.append(_("只填本时期新增的，不含以前的"))
        row = Row(
            name,
            chosen(indicator.title, indicator.title_en),
            "\n".join(question),
            asking.scope.types[name],
            _clauses(need),
            _note(need, asking),
            "",
            listed(indicator.evidence),
        )
        groups.setdefault(indicator.department or indicator.data_system or "", []).append(row)
    return dict(sorted(groups.items(), key=lambda pair: (not pair[0], -len(pair[1]))))


def sheets_of(groups: dict[str, list[Row]]) -> list[tuple[str, list[tuple[str, list[Row]]]]]:
    """Sheets, each with its groups: a department with a few rows shares a sheet with others of that sort."""
    small = {name: rows for name, rows in groups.items() if len(rows) < _LEAST_ROWS and name}
    if len(small) < 2:
        small = {}
    found = [(name, [("", rows)]) for name, rows in groups.items() if name not in small and name]
    if small:
        found.append((_("其他科室") if any(groups) else "", list(small.items())))
    if "" in groups:
        found.append((_("汇总数据"), [("", groups[""])]))
    return found


def _clauses(need: Need) -> str:
    several = len({item.document for item in (*need.own, *need.wider)}) > 1
    shown = [f"{item.document} {item.clause}" if several else item.clause for item in (*need.own, *need.wider)]
    found = list(dict.fromkeys(shown))
    shown_first = ("\n" if several else "、").join(found[:_MOST_CLAUSES])
    more = _("等 {count} 处").format(count=len(found)) if len(found) > _MOST_CLAUSES else ""
    return shown_first + more


def _note(need: Need, asking: Asking) -> str:
    """What the comment of a row says: who asks, in which words, and what proves it."""
    lines = [_("用于：{ids}").format(ids=asking.ids(need))]
    for item in list({item.quote: item for item in (*need.own, *need.wider)}.values())[:_MOST_QUOTES]:
        lines.append(_("{clause}：“{quote}”").format(clause=item.clause, quote=item.quote[:160]))
    indicator = need.indicator
    if indicator is not None:
        if indicator.evidence:
            lines.append(_("佐证：{evidence}").format(evidence=listed(indicator.evidence)))
        if indicator.data_system:
            lines.append(_("数据系统：{system}").format(system=indicator.data_system))
        if indicator.note:
            lines.append(_("说明：{note}").format(note=indicator.note))
    return "\n".join(lines)


_ENGLISH = {"id": "Code", "region": "Region", "period": "Period", "note": "Note"}


def document_lines(sources: Sequence[Source]) -> Iterator[str]:
    """Title and number of each document, as a form shows them."""
    for source in sources:
        document = source.document
        number = f"（{document.number}）" if document.number else ""
        yield f"{document.id}  {chosen(document.title, document.title_en)}{number}"
