"""JUnit XML, for the test reports of build servers: suites of cases, each passed, failed, in error or skipped."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from gradeeval.files.writing import escape_controls


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a case did not pass: ``failure``, ``error`` or ``skipped``, a line, a word for it, and more in ``body``."""

    kind: str
    message: str
    type: str = ""
    body: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One test case; passed where there is no trouble. ``note`` is what it printed."""

    classname: str
    name: str
    trouble: Trouble | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases with a name; ``timestamp`` is an ISO date and time."""

    name: str
    cases: tuple[Case, ...]
    timestamp: str = ""
    properties: dict[str, str] = field(default_factory=dict)


def document(name: str, suites: Sequence[Suite]) -> bytes:
    """The XML in UTF-8."""
    return "\n".join([*_lines(name, suites), ""]).encode()


def _lines(name: str, suites: Sequence[Suite]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield f"<testsuites {_attributes(name=name, **_totals(case for suite in suites for case in suite.cases))}>"
    for suite in suites:
        yield from _suite(suite)
    yield "</testsuites>"


def _suite(suite: Suite) -> Iterator[str]:
    stamp = {"timestamp": suite.timestamp} if suite.timestamp else {}
    yield f"  <testsuite {_attributes(name=suite.name, **stamp, time='0', **_totals(suite.cases))}>"
    if suite.properties:
        yield "    <properties>"
        for key, value in suite.properties.items():
            yield f"      <property {_attributes(name=key, value=value)}/>"
        yield "    </properties>"
    for case in suite.cases:
        shown = _attributes(classname=case.classname, name=case.name, time="0")
        inner = [_trouble(case.trouble)] if case.trouble is not None else []
        if case.note:
            inner.append(f"<system-out>{html.escape(escape_controls(case.note))}</system-out>")
        if not inner:
            yield f"    <testcase {shown}/>"
            continue
        yield f"    <testcase {shown}>"
        yield from (f"      {line}" for line in inner)
        yield "    </testcase>"
    yield "  </testsuite>"


def _trouble(trouble: Trouble) -> str:
    if trouble.kind == "skipped":
        return f"<skipped {_attributes(message=trouble.message)}/>"
    body = html.escape(escape_controls(trouble.body))
    return f"<{trouble.kind} {_attributes(message=trouble.message, type=trouble.type)}>{body}</{trouble.kind}>"


def _totals(cases: Iterable[Case]) -> dict[str, str]:
    kinds = [case.trouble.kind if case.trouble is not None else "passed" for case in cases]
    return {
        "tests": str(len(kinds)),
        "failures": str(kinds.count("failure")),
        "errors": str(kinds.count("error")),
        "skipped": str(kinds.count("skipped")),
    }


def _attributes(**named: str) -> str:
    return " ".join(f'{name}="{html.escape(escape_controls(value))}"' for name, value in named.items())
