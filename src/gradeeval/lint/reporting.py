"""What lint found, for people and for machines: text, JSON, SARIF, JUnit XML, annotations of GitHub Actions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from gradeeval.files import junit, sarif
from gradeeval.files.writing import escape_controls
from gradeeval.lint.check import ERROR, WARNING, Check
from gradeeval.lint.running import Found, Report
from gradeeval.messages import _, chosen, counted
from gradeeval.problems import Problem


@dataclass(frozen=True, slots=True)
class Form:
    """A form of the report: the suffixes that choose it, and the function that writes it."""

    suffixes: tuple[str, ...]
    render: Callable[[Report], bytes]


def text(report: Report) -> bytes:
    """A line for each problem, ``file:line:column: code level: message``, its other places below, and a line of counts."""
    lines = []
    for found in report.found:
        level = _("错误") if found.level == ERROR else _("警告")
        lines.append(f"{_place(found.problem)}: {found.problem.code or found.check.code} {level}: {_message(found)}")
        lines.extend(f"    {_place(other)}: {escape_controls(other.message)}" for other in found.also)
    lines.append(summary(report))
    return ("\n".join(lines) + "\n").encode()


def summary(report: Report) -> str:
    """How many rulesets were checked and what was found, in one line."""
    fixable = sum(found.fix is not None for found in report.found)
    rulesets, errors, warnings = len(report.checked), report.count(ERROR), report.count(WARNING)
    return _("{rulesets}：{errors}，{warnings}，{ignored} 处已说明原因而忽略{fixable}").format(
        rulesets=counted("{count} 个规则集", rulesets).format(count=rulesets),
        errors=counted("{count} 个错误", errors).format(count=errors),
        warnings=counted("{count} 个警告", warnings).format(count=warnings),
        ignored=report.ignored,
        fixable=_("；{count} 处可用 --fix 改正").format(count=fixable) if fixable else "",
    )


def as_json(report: Report) -> bytes:
    """``problems`` (code, level, file, line, column, path, message, also, data, fixable) and the counts."""
    plain = {
        "rulesets": list(report.checked),
        "errors": report.count(ERROR),
        "warnings": report.count(WARNING),
        "ignored": report.ignored,
        "problems": [
            {
                "code": found.check.code,
                "level": found.level,
                **_where(found.problem),
                "message": found.problem.message,
                "fixable": found.fix is not None,
                "also": [{**_where(other), "message": other.message} for other in found.also],
                "data": found.data,
            }
            for found in report.found
        ],
    }
    return (json.dumps(plain, ensure_ascii=False, indent=1, default=str) + "\n").encode()


def as_sarif(report: Report) -> bytes:
    """SARIF 2.1.0: a rule for each check that found something, a result for each problem."""
    checks = list({found.check.code: found.check for found in report.found}.values())
    numbers = {check.code: number for number, check in enumerate(checks)}
    results = [
        {
            "ruleId": found.check.code,
            "ruleIndex": numbers[found.check.code],
            "level": found.level,
            "message": {"text": found.problem.message},
            "locations": [_location(found.problem)],
            "partialFingerprints": {
                "codeAndWords/v1": sarif.fingerprint(
                    found.check.code, PurePath(found.problem.file).name, found.problem.message
                )
            },
            **({"relatedLocations": [_related(other) for other in found.also]} if found.also else {}),
            **({"properties": found.data} if found.data else {}),
        }
        for found in report.found
    ]
    return sarif.log([_rule(check) for check in checks], results, properties={"rulesets": list(report.checked)})


def as_junit(report: Report) -> bytes:
    """JUnit XML: a suite of one case for each check; its problems are the failures, warnings among them."""
    cases = []
    for check in report.checks:
        own = [found for found in report.found if found.check.code == check.code]
        body = "\n".join(f"{_place(found.problem)}: {_message(found)}" for found in own)
        failure = junit.Trouble("failure", _("{count} 个问题").format(count=len(own)), check.code, body)
        cases.append(junit.Case(check.code, f"{check.code} {_title(check)}", failure if own else None))
    return junit.document("gradeeval lint", [junit.Suite("lint", tuple(cases))])


def as_github(report: Report) -> bytes:
    """Commands of GitHub Actions that put each problem beside its line, then the line of counts."""
    return ("\n".join([*(_annotation(found) for found in report.found), summary(report)]) + "\n").encode()


FORMS: Mapping[str, Form] = {
    "text": Form((".txt",), text),
    "json": Form((".json",), as_json),
    "sarif": Form((".sarif",), as_sarif),
    "junit": Form((".xml",), as_junit),
    "github": Form((), as_github),
}


def _annotation(found: Found) -> str:
    problem = found.problem
    places = {"file": _from_here(problem.file), "line": problem.line, "col": problem.column}
    named = {**places, "title": f"{found.check.code} {_title(found.check)}"}
    properties = ",".join(f"{name}={_escaped(str(value), ',:')}" for name, value in named.items() if value)
    return f"::{found.level} {properties}::{_escaped(_message(found))}"


def _escaped(text: str, more: str = "") -> str:
    """As GitHub Actions wants its commands: percent signs and line ends, and in properties also ``more``."""
    for character in "%\r\n" + more:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _from_here(file: str) -> str:
    """A path below the working folder, as servers want it that know nothing of this machine; else as it is."""
    path = Path(file).absolute()
    return path.relative_to(Path.cwd()).as_posix() if path.is_relative_to(Path.cwd()) else file


def _title(check: Check) -> str:
    return chosen(check.title, check.title_en)


def _message(found: Found) -> str:
    return escape_controls(found.problem.message)


def _place(problem: Problem) -> str:
    steps = [problem.file, *(str(step) for step in (problem.line, problem.column) if step is not None)]
    return escape_controls(":".join(steps))


def _where(problem: Problem) -> dict[str, Any]:
    return {"file": problem.file, "line": problem.line, "column": problem.column, "path": problem.path}


def _rule(check: Check) -> dict[str, Any]:
    return {
        "id": check.code,
        "name": _title(check),
        "shortDescription": {"text": _title(check)},
        "defaultConfiguration": {"level": check.level if check.level in (ERROR, WARNING) else "none"},
        "properties": {"tags": [check.family]},
    }


def _location(problem: Problem) -> dict[str, Any]:
    return {"physicalLocation": sarif.place(_from_here(problem.file), problem.line, problem.column)}


def _related(problem: Problem) -> dict[str, Any]:
    return {**_location(problem), "message": {"text": problem.message}}
