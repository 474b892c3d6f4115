"""Makes the report of a result: the verdicts, rows and roll-ups that ``content`` describes, put into words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

from gradeeval.engines.judgement import OUTCOMES, UNKNOWN, UNMET
from gradeeval.engines.views import View
from gradeeval.findings.contributing import pulling_down
from gradeeval.findings.finding import Finding
from gradeeval.findings.result import Result, RollUp, SubjectResult
from gradeeval.language.nodes import Bounds, Change, Equals, Ratio, Requirement
from gradeeval.messages import _, chosen, day, listed
from gradeeval.profiles.profile import Proof
from gradeeval.quantity import Interval
from gradeeval.reports import figures, naming, words
from gradeeval.reports.content import (
    Basis,
    Count,
    DocumentVerdict,
    Figure,
    Named,
    Offenders,
    Report,
    Rolled,
    Row,
    SubjectReport,
    Wanting,
)
from gradeeval.reports.data_gaps import lacking
from gradeeval.reports.explanation import due
from gradeeval.reports.overview import SHOWN_OUTCOMES, grounds
from gradeeval.reports.page import clean
from gradeeval.reports.ranking import by_weight, needed_facts

_ONE_NUMBER = re.compile(r"([^0-9−-]*)(-?[0-9][0-9,]*(?:\.([0-9]+))?)([^0-9]*)")


def build_report(result: Result) -> Report:
    """The report of a result."""
    subjects = tuple(_subject(subject, result) for subject in result.subjects)
    title = _("政策文件对照评定报告")
    basis = [
        Basis(_("规则集"), id, clean(naming.document(result.documents[id])) if id in result.documents else "", digest)
        for id, digest in result.rulesets
    ]
    basis.extend(Basis(_("名册"), clean(id), "", digest) for id, digest in result.rosters)
    return Report(
        result=result,
        title=title,
        as_of=result.as_of,
        engine=result.engine,
        subjects=subjects,
        basis=tuple(basis),
        notes=tuple(map(clean, result.notes)),
        signatures=(_("自评人"), _("科室负责人"), _("复核人"), _("组长"), _("日期")),
    )


def _subject(subject: SubjectResult, result: Result) -> SubjectReport:
    view = subject.view
    rows = tuple(_row(number, finding, result) for number, finding in enumerate(subject.findings, 1))
    by_finding = {id(row.finding): row for row in rows}
    mandatory = Counter(finding.outcome for finding in subject.findings if finding.requirement.force == "mandatory")
    counts = subject.counts
    notes = subject.notes
    if not rows:
        notes = (_("没有适用的要求：请检查对象类别、所在区域、评定日和筛选条件"), *notes)
    open_findings = [finding for finding in subject.findings if finding.outcome in (UNMET, UNKNOWN)]
    return SubjectReport(
        subject=subject,
        id=clean(view.id),
        name=clean(naming.subject(view)),
        sort=naming.sort(view.reach),
        place=clean(naming.place(view)),
        period=view.period.text,
        code=subject.verdict,
        verdict=words.verdict(subject.verdict),
        verdict_short=words.verdict_short(subject.verdict),
        documents=tuple(_document(id, code, result) for id, code in subject.verdicts.items()),
        grounds=tuple(grounds(subject)),
        counts=tuple(Count(code, words.outcome(code), counts[code], mandatory[code]) for code in SHOWN_OUTCOMES),
        notes=tuple(map(clean, notes)),
        digest=subject.digest,
        rows=rows,
        offenders=tuple(
            Offenders(by_finding[id(finding)], _named(parts), _named(finding.unsure))
            for finding in by_weight(open_findings)
            if (parts := pulling_down(finding))
        ),
        wanting=_wanting(subject.findings, result),
        rolled=tuple(_rolled(item, result) for item in result.roll_up if item.subject is view),
    )


def _document(id: str, code: str, result: Result) -> DocumentVerdict:
    document = result.documents[id]
    return DocumentVerdict(
        clean(naming.document(document)),
        clean(document.number or ""),
        clean(document.issuer or ""),
        code,
        words.verdict_short(code),
    )


def _row(number: int, finding: Finding, result: Result) -> Row:
    requirement, indicator = finding.requirement, finding.reference.indicator
    return Row(
        number=number,
        finding=finding,
        id=requirement.id,
        document=clean(_document_title(requirement, result)),
        clause=clean(requirement.clause),
        quote=clean(requirement.quote),
        title=clean(words.title(finding, result.scope)),
        actual=_actual(finding),
        target=_target(finding),
        gap=_gap(finding, result),
        outcome=words.outcome_flagged(finding),
        force=words.force(requirement.force),
        due=clean(due(finding)),
        offices=clean(listed(requirement.responsible)),
        department=clean(indicator.department or "") if indicator is not None else "",
        system=clean(indicator.data_system or "") if indicator is not None else "",
        evidence=clean(_evidence(finding)),
        why=clean(_why(finding, result)),
        remarks=clean(_("；").join(words.notes(finding))),
        reading=clean(requirement.reading or ""),
    )


def _document_title(requirement: Requirement, result: Result) -> str:
    document = result.documents.get(requirement.document)
    return naming.document(document) if document is not None else requirement.document


def _actual(finding: Finding) -> Figure:
    text = clean(figures.actual(finding))
    value, reference = finding.judgement.value, finding.reference
    if isinstance(value, bool) or reference.type.form != "number":
        return Figure(text)
    scale = 10**reference.type.decimals
    if isinstance(value, int):
        return _figure(text, Fraction(value, scale))
    if not isinstance(value, Interval) or not value.known or isinstance(value.lo, float):
        return Figure(text)
    number = Fraction(value.lo) / scale
    if value.of is None or value.to is None:
        return _figure(text, number)
    alone = figures.number(number, reference.type.unit, figures.limit_beside(finding))
    return _figure(alone, number, text, (Fraction(value.of), Fraction(value.to)))


def _target(finding: Finding) -> Figure:
    wanted, reference = finding.requirement.target, finding.reference
    text = clean(words.target(wanted, reference))
    if isinstance(wanted.test, Equals):
        return _figure(text, Fraction(wanted.test.number))
    if isinstance(wanted.test, Bounds) and reference.type.form == "number" and wanted.up_to is None:
        limits = [limit for _word, limit in wanted.test.stated() if not isinstance(limit, str)]
        if len(limits) == 1:
            return _figure(text, Fraction(limits[0]))
    return Figure(text)


def _gap(finding: Finding, result: Result) -> Figure:
    text = clean(figures.gap(finding, result.scope))
    shortfall = finding.shortfall
    amount = shortfall.amount if shortfall is not None else None
    if amount is None or amount[0] != amount[1] or isinstance(amount[0], float):
        return Figure(text)
    return _figure(text, amount[0])


def _figure(
    shown: str, number: Fraction, text: str | None = None, quotient: tuple[Fraction, Fraction] | None = None
) -> Figure:
    """The figure where ``shown`` has one number in it, else its text alone."""
    part, whole = quotient if quotient is not None else (None, None)
    match = _ONE_NUMBER.fullmatch(shown)
    if match is None:
        return Figure(text or shown, part=part, whole=whole)
    before, digits, decimals, behind = match.groups()
    return Figure(text or shown, number, before, behind, len(decimals or ""), "," in digits, part, whole)


def _evidence(finding: Finding) -> str:
    """What the profile gives; else what the indicator asks for."""
    given = [
        text
        for proof in _proofs(finding)
        for text in (*proof.evidence, _("来源：{source}").format(source=proof.source) if proof.source else "")
        if text
    ]
    if given:
        return _("；").join(dict.fromkeys(given))
    indicator = finding.reference.indicator
    if indicator is None or not indicator.evidence:
        return ""
    return _("应备：{items}").format(items=listed(indicator.evidence))


def _proofs(finding: Finding) -> Iterable[Proof]:
    profile, indicator = finding.judgement.view.profile, finding.reference.indicator
    if profile is None:
        return
    formula = indicator.formula if indicator is not None else None
    names = [finding.requirement.indicator]
    if isinstance(formula, Ratio):
        names += [formula.of, formula.to]
    elif isinstance(formula, Change):
        names.append(formula.of)
    for name in names:
        proof = profile.proofs.get(name)
        if proof is not None:
            yield proof


def _why(finding: Finding, result: Result) -> str:
    if finding.judgement.message is not None:
        return _("规则未能运行：{message}").format(message=finding.judgement.message)
    if finding.outcome == UNKNOWN:
        return _("缺：{facts}").format(facts=lacking(finding, result))
    if finding.outcome == "needs_review":
        return _("请评定：{question}").format(question=finding.requirement.target.needs_review or "")
    return words.reason(finding.judgement.reason)


def _wanting(findings: Sequence[Finding], result: Result) -> tuple[Wanting, ...]:
    found = []
    for fact in needed_facts(finding for finding in findings if finding.outcome == UNKNOWN):
        indicator = result.scope.indicators.get(fact.name)
        found.append(
            Wanting(
                fact=fact.name,
                name=clean(naming.fact(fact.name, result.scope)),
                of=tuple(clean(name or id) for id, name in fact.of),
                periods=naming.periods(fact.periods),
                department=clean(indicator.department or "") if indicator else naming.holder(fact.name, result.scope),
                system=clean(indicator.data_system or "") if indicator else "",
                requirements=tuple(finding.requirement.id for finding in fact.findings),
                mandatory=fact.mandatory,
                alone=fact.alone,
            )
        )
    return tuple(found)


def _rolled(item: RollUp, result: Result) -> Rolled:
    requirement = item.requirement
    titles = requirement.title, requirement.title_en
    if requirement.title is None:
        titles = result.scope.title(requirement.indicator, requirement.binds.kind)
    return Rolled(
        requirement=requirement,
        id=requirement.id,
        document=clean(_document_title(requirement, result)),
        clause=clean(requirement.clause),
        quote=clean(requirement.quote),
        title=clean(chosen(titles[0] or requirement.indicator, titles[1])),
        sort=naming.sort(requirement.binds),
        force=words.force(requirement.force),
        due=day(requirement.due) if requirement.due is not None else _("常年要求"),
        outcomes={code: _named(item.outcomes[code]) for code in OUTCOMES if item.outcomes.get(code)},
        absent=_named(item.absent),
    )


def _named(views: Iterable[View]) -> tuple[Named, ...]:
    return tuple(Named(clean(view.id), clean(naming.subject(view)), clean(naming.place(view))) for view in views)
