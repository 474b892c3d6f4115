"""SARIF 2.1.0, for code review and dashboards: a rule for each requirement, a result for each finding."""

from __future__ import annotations

from typing import Any

from gradeeval.files import sarif
from gradeeval.findings.result import Result
from gradeeval.messages import _
from gradeeval.reports.composing import build_report
from gradeeval.reports.content import Row, SubjectReport, labelled
from gradeeval.reports.rendering import Layout

Plain = dict[str, Any]

_KINDS = {
    "met": "pass",
    "unmet": "fail",
    "unknown": "open",
    "needs_review": "review",
    "not_applicable": "notApplicable",
    "error": "open",
}


def render(result: Result, layout: Layout) -> bytes:  # noqa: ARG001 - the signature of all renderers
    """One run as indented JSON in UTF-8. Only what is unmet has a level: the standard gives none to the other kinds."""
    report = build_report(result)
    rows = [(subject, row) for subject in report.subjects for row in subject.rows]
    rules: dict[str, Row] = {}
    for _subject, row in rows:
        rules.setdefault(row.id, row)
    numbers = {id: number for number, id in enumerate(rules)}
    return sarif.log(
        [_rule(row) for row in rules.values()],
        [_result(subject, row, numbers[row.id]) for subject, row in rows],
        notifications=[
            {"level": "error", "message": {"text": f"{row.id} {row.why}"}}
            for _subject, row in rows
            if row.code == "error"
        ],
        properties={
            "asOf": report.as_of,
            "engine": report.engine,
            "verdicts": {subject.id: subject.code for subject in report.subjects},
            "digests": {basis.id: basis.digest for basis in report.basis},
            "notes": list(report.notes),
        },
    )


def _rule(row: Row) -> Plain:
    return {
        "id": row.id,
        "name": row.title,
        "shortDescription": {"text": row.title},
        "fullDescription": {"text": row.quote},
        "help": {
            "text": _("{document} {clause}：{quote}").format(document=row.document, clause=row.clause, quote=row.quote)
        },
        "defaultConfiguration": {"level": _strength(row.force_code)},
        "properties": {
            "clause": row.clause,
            "force": row.force_code,
            "due": row.due_day,
            "tags": list(row.topics),
            "responsible": list(row.responsible),
        },
    }


def _result(subject: SubjectReport, row: Row, place: int) -> Plain:
    kind = _KINDS[row.code]
    return {
        "ruleId": row.id,
        "ruleIndex": place,
        "kind": kind,
        "level": level(row) if kind == "fail" else "none",
        "message": {"text": _message(subject, row)},
        "locations": [_location(subject)],
        "partialFingerprints": {"subjectAndRequirement/v1": _fingerprint(subject, row)},
        "properties": {
            "outcome": row.code,
            "overdue": row.overdue,
            "actual": row.actual.text,
            "target": row.target.text,
            "gap": row.gap.text,
            **({"behind": [one.text for one in row.origin.sentences]} if row.origin is not None else {}),
        },
    }


def level(row: Row) -> str:
    """Of what is unmet: by force where it is due or standing, else a note."""
    return _strength(row.force_code) if row.binding else "note"


def _strength(force: str) -> str:
    return {"mandatory": "error", "in_principle": "warning", "strive": "warning"}.get(force, "note")


def _message(subject: SubjectReport, row: Row) -> str:
    pairs = (
        (_("现状值"), row.actual.text),
        (_("目标值"), row.target.text),
        (_("差距"), row.gap.text),
        ("", row.why),
        ("", row.relations),
    )
    parts = [labelled(label, text) if label else text for label, text in pairs if text]
    return _("{subject}：{title}：{outcome}").format(
        subject=subject.name, title=row.title, outcome=_("；").join([row.outcome, *parts])
    )


def _location(subject: SubjectReport) -> Plain:
    found: Plain = {
        "logicalLocations": [
            {"name": subject.name, "fullyQualifiedName": f"{subject.kind}/{subject.id}", "kind": "object"}
        ]
    }
    if subject.file:
        found["physicalLocation"] = sarif.place(subject.file, subject.line)
    return found


def _fingerprint(subject: SubjectReport, row: Row) -> str:
    return sarif.fingerprint(subject.kind, subject.id, row.id)
