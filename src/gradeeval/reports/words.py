"""Words of reports: outcomes, forces, reasons, notes, targets and titles, in the language in use."""

from __future__ import annotations

from fractions import Fraction

from gradeeval.findings.finding import Finding, Relation
from gradeeval.language.nodes import Equals, Includes, Is, NoneOf, OneOf, Target, Test
from gradeeval.language.scope import Reference, Scope
from gradeeval.messages import _, chosen, day, listed
from gradeeval.reports.figures import number, value


def outcome(code: str) -> str:
    """An outcome in words."""
    return {
        "met": _("达标"),
        "unmet": _("未达标"),
        "unknown": _("数据不足"),
        "not_applicable": _("不适用"),
        "needs_review": _("需人工评定"),
        "error": _("无法判定"),
    }[code]


def meaning(code: str) -> str:
    """What an outcome means, for whoever reads a report for the first time."""
    return {
        "met": _("现状达到目标值"),
        "unmet": _("现状没有达到目标值；未到期的也列出，但不计入总评"),
        "unknown": _("缺少能作出判定的数据；缺数据不等于没有做到"),
        "not_applicable": _("要求不约束该对象，或没有可计量的对象；原因见所列"),
        "needs_review": _("文件没有写出可核对的标准，由评定人判断"),
        "error": _("规则未能运行，请报告"),
    }[code]


def verdict(code: str) -> str:
    """A verdict in words."""
    return {
        "unmet": _("有必须达到的要求未达标"),
        "unknown": _("尚不能下结论：必须达到的要求中有数据不足或需人工评定的"),
        "met": _("必须达到且已到期的要求全部达标"),
        "nothing_due": _("目前没有已到期的必须达到的要求"),
    }[code]


def verdict_short(code: str) -> str:
    """A verdict in one word, for lists."""
    return {
        "unmet": _("未达标"),
        "unknown": _("未能下结论"),
        "met": _("达标"),
        "nothing_due": _("无到期要求"),
    }[code]


def force(code: str) -> str:
    """A force in words."""
    return {
        "mandatory": _("必须"),
        "in_principle": _("原则上"),
        "strive": _("力争"),
        "encourage": _("鼓励"),
        "explore": _("探索"),
        "permit": _("可"),
    }[code]


def outcome_flagged(finding: Finding) -> str:
    """The outcome with what stands beside it: not yet due, late, stale."""
    text = outcome_due(finding.outcome, finding.overdue)
    if finding.late:
        text += _("（逾期后达标）")
    if finding.stale:
        text += _("（数据早于期限）")
    return text


def outcome_due(code: str, overdue: bool | None) -> str:
    """The outcome and, of what is unmet, whether its day has come (None: it has none)."""
    text = outcome(code)
    if code == "unmet" and overdue is not None:
        text += _("（已到期）") if overdue else _("（未到期）")
    return text


def reason(code: str | None) -> str:
    """Why a requirement does not apply, or why that is not known."""
    return {
        None: "",
        "not_bound": _("不属于该要求约束的对象"),
        "no_value": _("没有可计量的对象（分母为零）"),
        "window_not_begun": _("起算年份未到"),
        "excused": _("符合例外条款"),
        "permission_not_used": _("未使用该项许可"),
        "binds_unknown": _("不知道是否适用"),
        "replaced": _("已由另一条要求替换，未评定"),
        "perhaps_replaced": _("不知道是否已由另一条要求替换"),
    }[code]


def force_and_due(finding: Finding) -> tuple[str, ...]:
    """The force with whether it is due, and the date; of a demand of every year the years that miss."""
    requirement = finding.requirement
    strength = force(requirement.force)
    if requirement.due is None:
        return (strength, _("常年要求"))
    if requirement.every_year is not None:
        years = [str(year) for year, one in finding.judgement.years if one.outcome == "unmet"]
        return (
            _("{force}，每年").format(force=strength),
            _("{years} 未达标").format(years=listed(years)) if years else "",
        )
    if finding.overdue:
        return (_("{force}，已到期").format(force=strength), day(requirement.due))
    return (_("{force}，未到期").format(force=strength), day(requirement.due))


def notes(finding: Finding) -> list[str]:
    """The notes of a finding, and how it stands to other requirements, in words."""
    return [*(note(code, finding) for code in finding.notes), *map(relation, finding.relations)]


def relations(finding: Finding) -> str:
    """How a finding stands to all other requirements; empty where it stands alone."""
    return _("；").join(map(relation, finding.relations))


def flags(finding: Finding) -> list[str]:
    """What stands beside an outcome: the notes, late, stale."""
    found = notes(finding)
    if finding.late:
        found.append(_("逾期后达标"))
    if finding.stale:
        found.append(_("数据早于期限"))
    return found


def data_status(code: str) -> str:
    """How far a fact has been checked."""
    return {
        "self_reported": _("自报"),
        "verified": _("已核实"),
        "published": _("已公布"),
        "estimated": _("估计"),
    }.get(code, code)


def note(code: str, finding: Finding) -> str:
    """A note of a finding in words."""
    return {
        "beyond_range": _("高于文件所给区间，仍属达标，请核对数据"),
        "about": _("“左右”按 ±{percent}% 掌握（参数）").format(percent=finding.requirement.tolerance),
        "differs": _("上报 {reported}，按名册计算 {computed}，请核对").format(
            reported=value(finding.reported, finding.reference),
            computed=value(finding.computed.value if finding.computed else None, finding.reference),
        ),
    }[code]


def relation(found: Relation) -> str:
    """How a finding stands to another requirement: which of them binds, and why."""
    why = {
        None: "",
        "undecided": _("尚无结论"),
        "not_due": _("尚未到期"),
        "weaker_force": _("约束力较弱"),
        "not_stricter": _("实际并不更严"),
    }[found.why]
    sentence = {
        "replaces": _("替换 {other}"),
        "replaced_by": _("已由 {other}替换"),
        "perhaps_replaces": _("若适用，则替换 {other}"),
        "perhaps_replaced_by": _("若 {other}适用，则由其替换"),
        "covers": _("严于 {other}，以本条为准"),
        "covered_by": _("{other}更严，以其为准"),
        "stricter_than": _("严于 {other}，但本条{why}，两条都适用"),
        "milder_than": _("{other}更严，但其{why}，两条都适用"),
        "extends": _("在 {other}之外增加"),
        "extended_by": _("{other}在本条之外另有要求"),
    }[found.kind].format(other=_("{id}（{clause}）").format(id=found.other.id, clause=found.other.clause), why=why)
    return _("{sentence}（依据：{basis}）").format(sentence=sentence, basis=found.basis) if found.basis else sentence


def target(wanted: Target, reference: Reference, most: int | None = None) -> str:
    """What is asked, in words; a list of more than ``most`` codes as their number."""
    if wanted.needs_review is not None:
        return _("需人工评定")
    assert wanted.test is not None
    if isinstance(wanted.test, Includes) and most is not None and len(wanted.test.codes) > most:
        return _("{count} 项全部具备").format(count=len(wanted.test.codes))
    text = test(wanted.test, reference)
    if wanted.about:
        text += _("左右")
    if wanted.up_to is not None:
        text = _("{from_}～{to}").format(
            from_=test(wanted.test, reference), to=number(Fraction(wanted.up_to), reference.type.unit)
        )
    return text


def test(node: Test, reference: Reference) -> str:
    """A test in words."""
    label = reference.type.values.label if reference.type.values is not None else str
    code = reference.type.unit
    if isinstance(node, Is):
        if isinstance(node.value, bool):
            return _("是") if node.value else _("否")
        return label(node.value)
    if isinstance(node, Equals):
        return number(Fraction(node.number), code)
    if isinstance(node, Includes):
        return _("含 {codes}").format(codes=listed(label(item) for item in node.codes))
    if isinstance(node, OneOf):
        return "/".join(label(item) for item in node.values)
    if isinstance(node, NoneOf):
        return _("不是 {values}").format(values=listed(label(item) for item in node.values))
    signs = {"at_least": "≥", "above": ">", "at_most": "≤", "below": "<"}
    parts = []
    for word, limit in node.stated():
        text = label(limit) if isinstance(limit, str) else number(Fraction(limit), code)
        parts.append(f"{signs[word]}{text}")
    return " ".join(parts)


def title(finding: Finding, scope: Scope) -> str:
    """The title of a requirement; that of its indicator where it has none."""
    requirement = finding.requirement
    if requirement.title is not None:
        return chosen(requirement.title, requirement.title_en)
    return chosen(*scope.title(requirement.indicator, requirement.binds.kind))
