"""Makes the report of a result: the verdicts, rows and roll-ups that ``content`` describes, put into words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial

from gradeeval.engines.judgement import OUTCOMES, UNKNOWN
from gradeeval.findings.finding import Finding
from gradeeval.findings.result import Result, RollUp, SubjectResult
from gradeeval.language.nodes import Change, Ratio, Requirement
from gradeeval.messages import _, chosen, listed
from gradeeval.profiles.profile import Proof
from gradeeval.quantity import Interval
from gradeeval.reports import figures, naming, words
from gradeeval.reports.content import (
    Basis,
    Count,
    DocumentVerdict,
    Figure,
    Report,
    Rolled,
    Row,
    SubjectReport,
    Wanting,
)
from gradeeval.reports.data_gaps import lacking
from gradeeval.reports.explanation import due
from gradeeval.reports.lines import trace_lines
from gradeeval.reports.measured import figure, of_target, of_value
from gradeeval.reports.origins import named, origin
from gradeeval.reports.overview import SHOWN_OUTCOMES, grounds
from gradeeval.reports.page import clean
from gradeeval.reports.ranking import needed_facts, relative_size


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
        title=title,
        as_of=result.as_of,
        engine=result.engine,
        traced=True,
        subjects=subjects,
        basis=tuple(basis),
        notes=tuple(map(clean, result.notes)),
        signatures=signatures(),
    )


def signatures() -> tuple[str, ...]:
    """The labels of the lines to sign on."""
    return _("自评人"), _("科室负责人"), _("复核人"), _("组长"), _("日期")


def tally(rows: Sequence[Row]) -> tuple[Count, ...]:
    """How many findings have each outcome, and how many of them are mandatory."""
    all_of = Counter(row.code for row in rows)
    mandatory = Counter(row.code for row in rows if row.force_code == "mandatory")
    return tuple(Count(code, words.outcome(code), all_of[code], mandatory[code]) for code in SHOWN_OUTCOMES)


def _subject(subject: SubjectResult, result: Result) -> SubjectReport:
    view = subject.view
    rows = tuple(_row(number, finding, result) for number, finding in enumerate(subject.findings, 1))
    notes = subject.notes
    if not rows:
        notes = (_("没有适用的要求：请检查对象类别、所在区域、评定日和筛选条件"), *notes)
    profile = view.profile
    return SubjectReport(
        kind=view.kind,
        file=profile.file if profile is not None else "",
        line=profile.line if profile is not None else None,
        id=clean(view.id),
        name=clean(naming.subject(view)),
        sort=naming.sort(view.reach),
        place=clean(naming.place(view)),
        period=view.period.text,
        code=subject.verdict,
        verdict=words.verdict(subject.verdict),
        verdict_short=words.verdict_short(subject.verdict),
        documents=tuple(_document(id, code, result) for id, code in subject.verdicts.items()),
        grounds=tuple(grounds((row.force_code, row.code, row.binding, row.due_day) for row in rows)),
        counts=tally(rows),
        notes=tuple(map(clean, notes)),
        digest=subject.digest,
        rows=rows,
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
    target, target_short = of_target(requirement.target, finding.reference)
    return Row(
        number=number,
        code=finding.outcome,
        id=requirement.id,
        ruleset=requirement.document,
        document=clean(_document_title(requirement, result)),
        clause=clean(requirement.clause),
        quote=clean(requirement.quote),
        title=clean(words.title(finding, result.scope)),
        actual=_actual(finding),
        target=target,
        target_short=target_short,
        gap=_gap(finding, result),
        outcome=words.outcome_flagged(finding),
        force=words.force(requirement.force),
        force_code=requirement.force,
        due=clean(due(requirement)),
        due_iso=clean(due(requirement, str)),
        due_day=requirement.due,
        overdue=finding.overdue,
        responsible=tuple(map(clean, requirement.responsible)),
        offices=clean(listed(requirement.responsible)),
        department=clean(indicator.department or "") if indicator is not None else "",
        system=clean(indicator.data_system or "") if indicator is not None else "",
        topics=requirement.topics,
        binds=naming.sort(requirement.binds),
        evidence=clean(_evidence(finding)),
        why=clean(_why(finding, result)),
        question=clean(requirement.target.needs_review or ""),
        remarks=clean(_("；").join(words.notes(finding))),
        flags=clean(_("；").join(words.flags(finding))),
        relations=clean(words.relations(finding)),
        reading=clean(requirement.reading or ""),
        size=relative_size(finding),
        distance=_distance(finding),
        origin=origin(finding, result),
        steps=partial(trace_lines, finding, result),
    )


def _document_title(requirement: Requirement, result: Result) -> str:
    document = result.documents.get(requirement.document)
    return naming.document(document) if document is not None else requirement.document


def _actual(finding: Finding) -> Figure:
    value, reference = finding.judgement.value, finding.reference
    return of_value(clean(figures.actual(finding)), value, reference, figures.limit_beside(finding))


def _distance(finding: Finding) -> figures.Distance | None:
    """A value against a number, where there is one of both."""
    value, scale = finding.judgement.value, 10**finding.reference.type.decimals
    if finding.reference.type.form != "number" or isinstance(value, bool) or not isinstance(value, int | Interval):
        return None
    low, high = (value.lo, value.hi) if isinstance(value, Interval) else (value, value)
    return figures.distance(finding.requirement.target.test, float(low) / scale, float(high) / scale)


def _gap(finding: Finding, result: Result) -> Figure:
    text = clean(figures.gap(finding, result.scope))
    shortfall = finding.shortfall
    amount = shortfall.amount if shortfall is not None else None
    if amount is None or amount[0] != amount[1] or isinstance(amount[0], float):
        return Figure(text)
    return figure(text, amount[0])


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
        id=requirement.id,
        clause=clean(requirement.clause),
        title=clean(chosen(titles[0] or requirement.indicator, titles[1])),
        sort=naming.sort(requirement.binds),
        force=words.force(requirement.force),
        force_code=requirement.force,
        due_day=requirement.due,
        counts={code: len(parts) for code, parts in item.outcomes.items()},
        outcomes={code: named(item.outcomes[code]) for code in OUTCOMES if item.outcomes.get(code)},
        absent=named(item.absent),
        absences=len(item.absent),
    )
