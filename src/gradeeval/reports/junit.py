"""JUnit XML, for the test reports of build servers: a suite for each subject, a test case for each finding.

Failed is what makes ``check`` exit with 1 by default: a mandatory requirement that is due or standing and unmet. What
could not be run is an error; what is unmet otherwise, unknown, to be judged by a person or not applicable is skipped.
"""

from __future__ import annotations

from gradeeval.files import junit
from gradeeval.findings.result import Result
from gradeeval.messages import _
from gradeeval.reports.composing import build_report
from gradeeval.reports.content import Report, Row, SubjectReport, labelled
from gradeeval.reports.rendering import Layout


def render(result: Result, layout: Layout) -> bytes:  # noqa: ARG001 - the signature of all renderers
    """The XML in UTF-8."""
    report = build_report(result)
    return junit.document("gradeeval", [_suite(report, subject) for subject in report.subjects])


def _suite(report: Report, subject: SubjectReport) -> junit.Suite:
    return junit.Suite(
        name=f"{subject.name} {subject.id} {subject.period}",
        cases=tuple(
            junit.Case(
                classname=f"{subject.id}.{row.ruleset}",
                name=f"{row.clause} {row.title} [{row.short_id}]",
                trouble=_trouble(row),
                note=row.relations if state(row) == "passed" else "",
            )
            for row in subject.rows
        ),
        timestamp=f"{report.as_of}T00:00:00",
        properties={"verdict": subject.code, "as_of": report.as_of, "digest": subject.digest},
    )


def _trouble(row: Row) -> junit.Trouble | None:
    kind = state(row)
    if kind == "passed":
        return None
    if kind == "skipped":
        return junit.Trouble(kind, _message(row))
    body = "\n".join(
        labelled(label, text)
        for label, text in (
            (_("条款号"), row.clause),
            (_("标准原文"), row.quote),
            (_("现状值"), row.actual.text),
            (_("目标值"), row.target.text),
            (_("差距"), row.gap.text),
            (_("从何而来"), row.origin.said() if row.origin is not None else ""),
            (_("约束力"), row.force),
            (_("期限"), row.due_iso),
            (_("责任单位"), row.offices),
            (_("原因或缺少的数据"), row.why),
            (_("与其他要求的关系"), row.relations),
        )
        if text
    )
    return junit.Trouble(kind, _message(row), row.code, body)


def state(row: Row) -> str:
    """``passed``, ``failure``, ``error`` or ``skipped``."""
    if row.code == "unmet" and row.force_code == "mandatory" and row.binding:
        return "failure"
    return {"met": "passed", "error": "error"}.get(row.code, "skipped")


def _message(row: Row) -> str:
    parts = [row.outcome, row.force, row.gap.text, row.why, row.relations]
    return _("；").join(part for part in parts if part)
