"""The decision on grades as text and as JSON, for every hospital of a result that an edition was judged on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from gradeeval.findings.result import Result, SubjectResult
from gradeeval.reports.rendering import Layout
from gradeeval_tertiary_standard.decision import (
    CERTAIN,
    EXCLUDED,
    NOT_SOUGHT,
    POSSIBLE,
    Decision,
    GradeDecision,
    decide,
)
from gradeeval_tertiary_standard.editions import Edition, folders, read_edition

STATUS = {CERTAIN: "确定", POSSIBLE: "仍有可能", EXCLUDED: "已不可能", NOT_SOUGHT: "没有申请"}


def render_text(result: Result, _layout: Layout) -> bytes:
    """The report in words; lines are sentences and are not fitted to a terminal."""
    lines: list[str] = []
    judged = decisions(result)
    for edition in dict.fromkeys(decision.edition for _subject, decision in judged):
        lines += [*_edition_lines(edition, result.as_of), ""]
    for subject, decision in judged:
        lines += [*_decision_lines(subject, decision), ""]
    if not judged:
        lines.append("没有按三级医院评审标准评定的医院")
    return ("\n".join(lines).rstrip("\n") + "\n").encode()


def render_json(result: Result, _layout: Layout) -> bytes:
    """The same as JSON: ``editions`` with what was left out (``uncovered``: not even by one figure), ``decisions`` one a hospital and edition."""
    judged = decisions(result)
    editions = dict.fromkeys(decision.edition for _subject, decision in judged)
    data = {
        "as_of": result.as_of,
        "editions": [_edition_data(edition) for edition in editions],
        "decisions": [_decision_data(subject, decision) for subject, decision in judged],
    }
    return (json.dumps(data, ensure_ascii=False, indent=2) + "\n").encode()


def decisions(result: Result) -> list[tuple[SubjectResult, Decision]]:
    """One decision for each hospital and edition that it was judged by. Raises as ``read_edition`` does."""
    editions = {folder.name: folder for folder in folders() if folder.name in result.documents}
    read = {id: read_edition(folder) for id, folder in editions.items()}
    found = []
    for subject in result.subjects:
        if subject.view.kind != "institution":
            continue
        for id, edition in read.items():
            findings = {item.requirement.id: item for item in subject.findings if item.requirement.document == id}
            applied = [item for item in findings.values() if item.outcome != "not_applicable"]
            if applied:
                found.append((subject, decide(edition, findings)))
    return found


def _edition_lines(edition: Edition, as_of: str) -> Iterator[str]:
    yield f"三级医院评审标准（{edition.name}），{edition.number}"
    yield f"有效期间：{edition.first} 至 {edition.last or '今'}；判定日 {as_of}"
    if edition.last is not None and as_of > edition.last:
        yield "注意：判定日这一版已经废止"
    if as_of < edition.first:
        yield "注意：判定日这一版尚未施行"
    total = f"标准共 {edition.items} 条，逐条录入 {len(edition.recorded)} 条，没有逐条录入 {edition.left_out} 条"
    yield f"{total}（名单须由持有原文的评审人补，程序不编造）"
    for part in edition.parts:
        count = "条数不明" if part.items is None else f"{part.items} 条"
        one = f"；整个部分由 {part.one_figure} 的一个合计数判断" if part.one_figure else ""
        yield f"  {part.name}：{count}，逐条录入 {len(part.requirements)} 条{one}"
    if edition.unplaced:
        yield f"  另录入 {len(edition.unplaced)} 条，所引资料没有说明在哪一部分，不计入"
    if edition.note:
        yield f"说明：{edition.note}"


def _decision_lines(subject: SubjectResult, decision: Decision) -> Iterator[str]:
    yield f"{subject.view.name}（{subject.view.id}，{subject.view.period.text}），{decision.edition.name}"
    if decision.vetoes:
        yield f"  前置要求：不符合（{'、'.join(decision.vetoes)}），一票否决"
    for grade in decision.grades:
        yield f"  {grade.grade}：{STATUS[grade.status]}"
        yield from (f"    排除：{sentence}" for sentence in grade.against)
        if grade.status in (CERTAIN, POSSIBLE):
            yield from (f"    未定：{sentence}" for sentence in grade.open)
    missed = [
        item
        for item in subject.findings
        if item.outcome == "unmet"
        and item.requirement.document == decision.edition.id
        and item.requirement.id not in decision.vetoes
    ]
    for item in missed:
        yield f"  未达标：{item.requirement.id} {item.requirement.title or ''}（{item.requirement.clause}）"


def _edition_data(edition: Edition) -> dict[str, Any]:
    return {
        "id": edition.id,
        "edition": edition.name,
        "number": edition.number,
        "effective": {"from": edition.first, "to": edition.last},
        "items": edition.items,
        "recorded": len(edition.recorded),
        "left_out": edition.left_out,
        "uncovered": edition.uncovered,
    }


def _decision_data(subject: SubjectResult, decision: Decision) -> dict[str, Any]:
    return {
        "subject": subject.view.id,
        "name": subject.view.name,
        "period": subject.view.period.text,
        "edition": decision.edition.id,
        "vetoes": list(decision.vetoes),
        "grades": [_grade_data(grade) for grade in decision.grades],
    }


def _grade_data(grade: GradeDecision) -> dict[str, Any]:
    return {"grade": grade.grade, "status": grade.status, "against": list(grade.against), "open": list(grade.open)}
