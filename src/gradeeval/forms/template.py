"""A profile to be filled in: YAML with every field and fact that the rulesets ask for, commented out, with its question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gradeeval.files.writing import escape_controls
from gradeeval.forms.needs import Need, Needs
from gradeeval.language.nodes import Change, Ratio, Reach, Requirement
from gradeeval.language.scope import Scope
from gradeeval.messages import _, chosen
from gradeeval.profiles.identifiers import organisation_code_check
from gradeeval.rulesets.ruleset import PolicyDocument
from gradeeval.vocabulary import AROUND, ValueType

_UNASKED = ("name", *AROUND)
_MOST_IDS = 5


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a template is for: its sort, the code of its region, the names of that region and the period."""

    reach: Reach
    region: str
    region_name: str
    period: str


def template(subject: Subject, needs: Needs, documents: Sequence[PolicyDocument], scope: Scope) -> str:
    """The text of the file. It is YAML as it stands; each line that is filled in is first uncommented."""
    sheet = Asking(needs, scope, len(documents) > 1)
    lines = [
        *_opening(subject, documents),
        "",
        *_identity(subject),
        "",
        *_fields(subject, sheet),
        *_members(subject),
        *_facts(sheet),
        *_above(sheet),
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def placeholder_id(region: str) -> str:
    """An invented institution code whose check character is right; the place is that of ``region``."""
    first = "00000000"
    return f"{first}{organisation_code_check(first)}{region[:6]}11A1001"


def _opening(subject: Subject, documents: Iterable[PolicyDocument]) -> Iterator[str]:
    yield _comment(_("gradeeval 档案模板：{sort}").format(sort=sort_title(subject.reach)))
    for document in documents:
        number = f"（{document.number}）" if document.number else ""
        yield _comment(
            _("规则集 {id}：{title}").format(id=document.id, title=chosen(document.title, document.title_en) + number)
        )
    yield "#"
    for sentence in (
        _("填法：在要填的那一行去掉行首的“# ”，在冒号后面填值（冒号后留一个空格）。"),
        _("没有数据的行不要动：留着注释就是“不知道”，不会当作 0 或“否”。"),
        _("数字不加引号、不带单位；比例可写成 {numerator: 17, denominator: 20}，差几家就能算出来。"),
        _("要注明出处时写成 {value: 31.5, source: 病案首页, evidence: [文件名], status: verified}。"),
        _("要看几年变化的，每个时期一份档案（同一文件夹）。填好后用 gradeeval check 评定。"),
    ):
        yield _comment(sentence)


def _identity(subject: Subject) -> Iterator[str]:
    kind = subject.reach.kind
    if kind == "institution":
        id, hint = placeholder_id(subject.region), _("请改成本机构的 22 位卫生机构（组织）代码")
    elif kind == "network":
        id, hint = "NETWORK-001", _("请改成名册上的编号；没有名册就自己定，以后不变")
    else:
        id, hint = f'"{subject.region}"', subject.region_name or _("请改成本区域的行政区划代码")
    yield f"id: {id}{_behind(hint)}"
    yield f"kind: {kind}"
    if kind == "region":
        yield f"tier: {subject.reach.tier}"
    else:
        name = _("请填写名称")
        yield f"name: {name}"
        if kind == "network":
            yield f"type: {subject.reach.type}"
        hint = subject.region_name or _("请改成所在县（市、区）的代码")
        yield f'region: "{subject.region}"{_behind(hint)}'
    hint = _("数据所属时期，如 2024、2024Q3、2024-12-31；年份要加引号")
    yield f'period: "{subject.period}"{_behind(hint)}'


def _fields(subject: Subject, sheet: Asking) -> Iterator[str]:
    kind = subject.reach.kind
    if kind == "region":
        yield _comment(_("名称、区划类型和上级由名册给出，不必填写。"))
        yield ""
        return
    wanted = [need for name, need in sheet.needs.of.items() if need.indicator is None and name not in _UNASKED]
    if not wanted:
        return
    yield _comment(_("── 分类字段：决定哪些要求适用，请尽量填全 ──"))
    for need in wanted:
        own = sheet.scope.field(need.reference.name, kind)
        assert own is not None
        yield ""
        yield _comment(chosen(own.title, own.title_en))
        yield _comment(_("  用于：{ids}").format(ids=sheet.ids(need)))
        yield from _value_lines(need.reference.name, own.type, partial=False)
    yield ""


def _members(subject: Subject) -> Iterator[str]:
    if subject.reach.kind != "network":
        return
    yield _comment(_("── 成员名单：汇总和占比的分母由它来，写全才能下结论 ──"))
    yield _comment(_("每个成员一行；另有档案的只写 id、name、roles 即可，没有档案的请带上分类字段。"))
    code, lead, member = placeholder_id(subject.region), _("牵头医院名称"), _("成员单位名称")
    yield "# members:"
    yield f"# - {{id: {code}, name: {lead}, roles: [consortium_lead], class: hospital, level: secondary, ownership: public}}"
    yield f"# - {{id: {code}, name: {member}, roles: [consortium_member], class: primary, from: 2023-01-01}}"
    yield ""


def _facts(sheet: Asking) -> Iterator[str]:
    needs = sheet.needs
    groups: dict[str, list[Need]] = {}
    for need in needs.of.values():
        indicator = need.indicator
        if indicator is not None and not (isinstance(indicator.formula, Change) and indicator.formula.of in needs.of):
            groups.setdefault(indicator.department or indicator.data_system or "", []).append(need)
    yield "facts:"
    for holder in sorted(groups, key=lambda name: not name):
        yield ""
        yield "  " + _comment(_("── {holder} ──").format(holder=holder or _("汇总数据")))
        for need in groups[holder]:
            yield ""
            for line in _fact(need, sheet):
                yield "  " + line
    yield ""


def _fact(need: Need, sheet: Asking) -> Iterator[str]:
    """One fact: title, question, evidence, who asks, and the line to fill in."""
    indicator = need.indicator
    assert indicator is not None
    yield _comment(chosen(indicator.title, indicator.title_en))
    if indicator.question:
        yield _comment(_("  问：{question}").format(question=indicator.question))
    if isinstance(indicator.formula, Ratio):
        yield _comment(
            _("  由“{of}”除以“{to}”算出，填那两项即可；没有时才直接填").format(
                of=sheet.title(indicator.formula.of), to=sheet.title(indicator.formula.to)
            )
        )
    elif indicator.formula is not None:
        yield _comment(_("  由名册和下属对象的档案汇总；没有那些档案时直接填总的数"))
    if indicator.note:
        yield _comment(_("  说明：{note}").format(note=indicator.note))
    if indicator.evidence:
        yield _comment(_("  佐证：{evidence}").format(evidence=_("、").join(indicator.evidence)))
    if indicator.data_system:
        yield _comment(_("  数据系统：{system}").format(system=indicator.data_system))
    yield _comment(_("  用于：{ids}").format(ids=sheet.ids(need)))
    if indicator.flow:
        yield _comment(_("  只填本时期新增的，不含以前的"))
    yield from _value_lines(indicator.name, sheet.scope.types[indicator.name], partial=True)


def _above(sheet: Asking) -> Iterator[str]:
    if not sheet.needs.above:
        return
    yield _comment(_("── 以下由上级区域或所在网络的档案给出，请和本文件放在同一文件夹 ──"))
    for name, reach in sheet.needs.above.items():
        yield _comment(
            _("{sort}：{title}（{name}）").format(sort=sort_title(reach), title=sheet.title(name), name=name)
        )


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked, and how requirements are pointed at: with their document where there are ``several``."""

    needs: Needs
    scope: Scope
    several: bool

    def title(self, name: str) -> str:
        """The title of an indicator."""
        indicator = self.scope.indicators.get(name)
        return chosen(indicator.title, indicator.title_en) if indicator is not None else name

    def ids(self, need: Need) -> str:
        """Clauses and ids of the requirements that ask for it."""
        parts = [self._some(need.own)] if need.own else []
        if need.wider:
            parts.append(_("上级汇总 {ids}").format(ids=self._some(need.wider)))
        return _("；").join(parts)

    def _some(self, requirements: Sequence[Requirement]) -> str:
        ids = list(dict.fromkeys(f"{item.clause} {self._short(item)}" for item in requirements))
        text = _("、").join(ids[:_MOST_IDS])
        return text if len(ids) <= _MOST_IDS else _("{ids} 等 {count} 项").format(ids=text, count=len(ids))

    def _short(self, requirement: Requirement) -> str:
        return requirement.id if self.several else requirement.id.partition("/")[2]


def _value_lines(name: str, type_: ValueType, *, partial: bool) -> Iterator[str]:
    """The line to fill in; what may stand there behind it, or before it where that is long."""
    if type_.values is not None:
        codes = _("、").join(f"{code} {type_.values.label(code)}" for code in type_.values.titles)
        yield _comment(_("  取值：{codes}").format(codes=codes))
    yield f"# {name}: {_behind(_allowed(type_, partial))}"


def _allowed(type_: ValueType, partial: bool) -> str:
    """What may stand behind the colon; ``partial``: of a list some codes may stay unknown."""
    if type_.form == "yes_no":
        return _("true（是）或 false（否）")
    if type_.form == "list":
        if partial:
            return _("已有的全部列出 [a, b]；只知道一部分时 {a: true, b: false}")
        return _("全部列出 [a, b]；一个也没有写 []")
    if type_.values is not None:
        return _("填一个取值")
    return _number(type_) if type_.form == "number" else _("文字")


def _number(type_: ValueType) -> str:
    return {
        "count": _("个数"),
        "percent": _("百分数，如 85.5；或 {numerator: , denominator: }"),
        "percentage_point": _("百分点"),
        "ratio": _("倍数；或 {numerator: , denominator: }"),
        "month": _("月数"),
        "yuan": _("金额，元"),
        "rank": _("位次"),
    }.get(type_.unit or "", _("数字"))


def sort_title(reach: Reach) -> str:
    """A sort of subject in words."""
    titles = {
        "institution": _("机构"),
        "county_consortium": _("县域医共体"),
        "urban_group": _("城市医疗集团"),
        "tertiary_assistance": _("对口帮扶关系"),
        "specialty_alliance": _("专科联盟"),
        "telemedicine_network": _("远程医疗协作网"),
        "nation": _("全国"),
        "province": _("省级区域"),
        "prefecture": _("市级区域"),
        "county": _("县级区域"),
    }
    word = reach.tier or reach.type or reach.kind
    return titles.get(word, word)


def _comment(text: str) -> str:
    return "# " + escape_controls(text).replace("\n", " ")


def _behind(text: str) -> str:
    return "   # " + escape_controls(text).replace("\n", " ") if text else ""
