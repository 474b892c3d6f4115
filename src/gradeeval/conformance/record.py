"""What an examination found: a step after the other, each with its problems, and digests of what was looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gradeeval.files.writing import escape_controls
from gradeeval.messages import _, counted, mark
from gradeeval.problems import Problem

PASSED, FAILED, NOT_RUN, SKIPPED = "passed", "failed", "not_run", "skipped"
LOADING, FORM, LANGUAGE, NAMES = "loading", "form", "language", "names"
LEDGER, SOURCE, EXAMPLES, MUTANTS, LINT, WEAKENING, REPORTS = (
    "ledger",
    "source",
    "examples",
    "mutants",
    "lint",
    "weakening",
    "reports",
)
TITLES: Mapping[str, str] = {
    LOADING: mark("装入"),
    FORM: mark("文件格式"),
    LANGUAGE: mark("规则语言"),
    NAMES: mark("编号和命名空间"),
    LEDGER: mark("台账"),
    SOURCE: mark("对照原文"),
    EXAMPLES: mark("例子和边界"),
    MUTANTS: mark("变异"),
    LINT: mark("规则检查"),
    WEAKENING: mark("没有依据的放宽"),
    REPORTS: mark("报告"),
}
"""The steps in their order, with their titles."""

INVALID = frozenset({LOADING, FORM, LANGUAGE, NAMES})
"""The steps that find content which cannot be used at all."""

MOST_PROBLEMS = 200


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its outcome, the problems, figures of what was done, and why it was not run."""

    name: str
    outcome: str
    problems: tuple[Problem, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """The result of an examination.

    ``kind`` is ``folder`` or ``distribution``. ``files`` maps each file by its path to its SHA-256, ``digest`` is that of all
    of them; ``rulesets`` maps document ids to the digests that results carry. ``produced_by`` says what examined.
    """

    name: str
    version: str
    kind: str
    namespace: str
    brings: Mapping[str, Sequence[str]]
    files: Mapping[str, str]
    digest: str
    rulesets: Mapping[str, str]
    steps: tuple[Step, ...]
    produced_by: Mapping[str, str]

    @property
    def passed(self) -> bool:
        """Whether no step failed and none was left out because of another."""
        return all(step.outcome in (PASSED, SKIPPED) for step in self.steps)

    @property
    def invalid(self) -> bool:
        """Whether something of it cannot be used at all."""
        return any(step.outcome == FAILED and step.name in INVALID for step in self.steps)

    def demand(self, step: str) -> None:
        """Raises ``AssertionError`` with the problems unless a step passed or had nothing to look at.

        For a plugin's own tests, a test for each of ``kit.STEPS``.
        """
        found = next(item for item in self.steps if item.name == step)
        if found.outcome not in (PASSED, SKIPPED):
            raise AssertionError("\n".join([_title(found), *_lines(found)]))

    def plain(self) -> dict[str, Any]:
        """The record as plain data; all but ``produced_by`` is the same for the same files."""
        return {
            "conformance": 1,
            "name": self.name,
            "version": self.version,
            "kind": self.kind,
            "namespace": self.namespace,
            "passed": self.passed,
            "digest": self.digest,
            "brings": {sort: list(names) for sort, names in self.brings.items()},
            "rulesets": dict(self.rulesets),
            "steps": [_plain_step(step) for step in self.steps],
            "files": dict(self.files),
            "produced_by": dict(self.produced_by),
        }

    def as_json(self) -> bytes:
        """``plain`` as indented JSON."""
        return (json.dumps(self.plain(), ensure_ascii=False, indent=1) + "\n").encode()

    def as_text(self) -> bytes:
        """A line for each step, its problems below, and a line that says how it ended."""
        lines = [" ".join(part for part in (self.name, self.version) if part)]
        for step in self.steps:
            lines.append(f"  {_title(step)}")
            lines.extend(f"    {line}" for line in _lines(step))
        failed = [step for step in self.steps if step.outcome == FAILED]
        if self.passed:
            files = _counted("files", len(self.files))
            lines.append(_("合格；{files}，摘要 {digest}").format(files=files, digest=self.digest))
        else:
            lines.append(counted("不合格：{count} 步有问题", len(failed)).format(count=len(failed)))
        return ("\n".join(escape_controls(line) for line in lines) + "\n").encode()


def _title(step: Step) -> str:
    words = {PASSED: _("通过"), FAILED: _("有问题"), NOT_RUN: _("未做"), SKIPPED: _("略过")}
    counts = (_counted(name, count) for name, count in step.counts.items())
    return f"{_(TITLES[step.name])}{_('：')}{_('；').join([words[step.outcome], *counts])}"


def _counted(name: str, count: int) -> str:
    sentences = {
        "files": counted("{count} 个文件", count),
        "requirements": counted("{count} 条要求", count),
        "stretches": counted("{count} 段", count),
        "examples": counted("{count} 个例子", count),
        "mutants": counted("{count} 个变异体", count),
        "equivalent": counted("{count} 个声明等价", count),
        "formats": counted("{count} 种格式", count),
        "ignored": counted("{count} 处说明原因而忽略", count),
    }
    return sentences[name].format(count=count)


def _lines(step: Step) -> Iterator[str]:
    if step.why:
        yield step.why
    for problem in step.problems:
        place = ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part not in ("", None))
        message = (
            _("{path}：{message}").format(path=problem.path, message=problem.message)
            if problem.path
            else problem.message
        )
        yield " ".join(part for part in (f"{place}:" if place else "", problem.code, message) if part)


def _plain_step(step: Step) -> dict[str, Any]:
    return {
        "step": step.name,
        "outcome": step.outcome,
        "why": step.why,
        "counts": dict(step.counts),
        "problems": [
            {
                "code": problem.code,
                "file": problem.file,
                "line": problem.line,
                "column": problem.column,
                "path": problem.path,
                "message": problem.message,
            }
            for problem in step.problems
        ],
    }
