"""JUnit XML, for the test reports of build servers: a suite for each subject, a test case for each finding.

Failed is what makes ``check`` exit with 1 by default: a mandatory requirement that is due or standing and unmet. What
could not be run is an error; what is unmet otherwise, unknown, to be judged by a person or not applicable is skipped.
"""

from __future__ import annotations

import html
from collections.abc import Iterator

from gradeeval.findings.result import Result
from gradeeval.messages import _
from gradeeval.reports import words
from gradeeval.reports.composing import build_report
from gradeeval.reports.content import Report, Row, SubjectReport, labelled
from gradeeval.reports.explanation import due
from gradeeval.reports.rendering import Layout


def render(result: Result, layout: Layout) -> bytes:  # noqa: ARG001 - the signature of all renderers
    """The XML in UTF-8."""
    return "\n".join([*_lines(build_report(result)), ""]).encode()


def _lines(report: Report) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    rows = [row for subject in report.subjects for row in subject.rows]
    yield f"<testsuites {_attributes(name='gradeeval', **_totals(rows))}>"
    for subject in report.subjects:
        yield from _suite(report, subject)
    yield "</testsuites>"


def _suite(report: Report, subject: SubjectReport) -> Iterator[str]:
    name = f"{subject.name} {subject.id} {subject.period}"
    yield f"  <testsuite {_attributes(name=name, timestamp=f'{report.as_of}T00:00:00', time='0', **_totals(subject.rows))}>"
    yield "    <properties>"
    for key, value in (("verdict", subject.code), ("as_of", report.as_of), ("digest", subject.digest)):
        yield f"      <property {_attributes(name=key, value=value)}/>"
    yield "    </properties>"
    for row in subject.rows:
        case = _attributes(
            classname=f"{subject.id}.{row.finding.requirement.document}",
            name=f"{row.clause} {row.title} [{row.short_id}]",
            time="0",
        )
        inner = _inner(row)
        if inner is None:
            yield f"    <testcase {case}/>"
            continue
        yield f"    <testcase {case}>"
        yield f"      {inner}"
        yield "    </testcase>"
    yield "  </testsuite>"


def _inner(row: Row) -> str | None:
    kind = state(row)
    if kind == "passed":
        related = words.relations(row.finding)
        return f"<system-out>{html.escape(related)}</system-out>" if related else None
    if kind == "skipped":
        return f"<skipped {_attributes(message=_message(row))}/>"
    body = "\n".join(
        labelled(label, text)
        for label, text in (
            (_("条款号"), row.clause),
            (_("标准原文"), row.quote),
            (_("现状值"), row.actual.text),
            (_("目标值"), row.target.text),
            (_("差距"), row.gap.text),
            (_("约束力"), row.force),
            (_("期限"), due(row.finding, str)),
            (_("责任单位"), row.offices),
            (_("原因或缺少的数据"), row.why),
            (_("与其他要求的关系"), words.relations(row.finding)),
        )
        if text
    )
    return f"<{kind} {_attributes(message=_message(row), type=row.code)}>{html.escape(body)}</{kind}>"


def state(row: Row) -> str:
    """``passed``, ``failure``, ``error`` or ``skipped``."""
    if row.code == "unmet" and row.finding.requirement.force == "mandatory" and row.finding.binding:
        return "failure"
    return {"met": "passed", "error": "error"}.get(row.code, "skipped")


def _message(row: Row) -> str:
    parts = [row.outcome, row.force, row.gap.text, row.why, words.relations(row.finding)]
    return _("；").join(part for part in parts if part)


def _totals(rows: tuple[Row, ...] | list[Row]) -> dict[str, str]:
    states = [state(row) for row in rows]
    return {
        "tests": str(len(states)),
        "failures": str(states.count("failure")),
        "errors": str(states.count("error")),
        "skipped": str(states.count("skipped")),
    }


def _attributes(**named: str) -> str:
    return " ".join(f'{name}="{html.escape(value)}"' for name, value in named.items())
