"""The explanation of one finding as JSON: the finding as in a result, with the steps that led to it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gradeeval.engines.trace import ConditionStep, Trace, ValueStep
from gradeeval.engines.views import View
from gradeeval.findings.finding import Finding
from gradeeval.findings.result import Result
from gradeeval.language.plain import test_plain
from gradeeval.reports import naming
from gradeeval.reports.json import decimal_plain, finding_plain, value_plain
from gradeeval.reports.nearest import nearest_changes

Plain = dict[str, Any]


def render(finding: Finding, trace: Trace, result: Result) -> bytes:
    """Indented JSON in UTF-8; figures are exact, as in a result."""
    plain = {
        "as_of": result.as_of,
        "finding": finding_plain(finding, result),
        "trace": trace_plain(trace),
        "changes": nearest_changes(finding, trace, result.scope),
    }
    return (json.dumps(plain, ensure_ascii=False, indent=1, default=decimal_plain) + "\n").encode()


def trace_plain(trace: Trace) -> Plain:
    """A trace as plain data; what was not looked at is left out."""
    plain: Plain = {"outcome": trace.judgement.outcome, "binds": _condition(trace.binds)}
    if trace.value is not None:
        plain["value"] = _step(trace.value)
        plain["target"] = trace.truth
    if trace.excuse is not None:
        plain["unless"] = {"requirement": trace.excuse[0].id, "condition": _condition(trace.excuse[1])}
    if trace.years:
        plain["within"] = [{"year": str(year), **_step(step)} for year, step in trace.years]
    if trace.by_year:
        plain["years"] = [{"year": str(year), **trace_plain(one)} for year, one in trace.by_year]
    return plain


def _condition(step: ConditionStep) -> Plain:
    plain: Plain = {
        "truth": step.truth,
        "tests": [
            {"name": test.name, "test": test_plain(test.test), "truth": test.truth, **_step(test.value)}
            for test in step.tests
        ],
    }
    if step.alternatives:
        plain["any"] = [_condition(alternative) for alternative in step.alternatives]
    return plain


def _step(step: ValueStep) -> Plain:
    plain: Plain = {
        "fact": step.reference.name,
        "value": value_plain(step.value, step.reference),
        "source": step.source,
        "of": step.view.id if step.view is not None else None,
        "period": step.view.period.text if step.view is not None else None,
    }
    if step.reported is not None and step.source == "computed":
        plain["reported"] = value_plain(step.reported, step.reference)
    computed = step.computed
    if computed is not None and (computed.have or computed.lack or computed.unsure):
        plain["parts"] = {
            "have": _named(computed.have),
            "lack": _named(computed.lack),
            "unsure": _named(computed.unsure),
            "listed": computed.listed,
        }
    if step.operands:
        plain["operands"] = [_step(operand) for operand in step.operands]
    return plain


def _named(views: tuple[View, ...]) -> list[Mapping[str, str]]:
    return [{"id": view.id, "name": naming.subject(view)} for view in views]
