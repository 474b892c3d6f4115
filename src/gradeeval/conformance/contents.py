"""The files of a ruleset folder: each where it belongs and as its schema wants it, and what the language makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from gradeeval.errors import GradeevalError, InvalidContent
from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.rulesets.folders import SHARED, look_over
from gradeeval.rulesets.reading import read_valid

_SINGLE = {
    "document.yaml": "document",
    "clauses.yaml": "ledger",
    "indicators.yaml": "indicators",
    "equivalents.yaml": "equivalents",
}
_FOLDERS = {"requirements": "requirements", "examples": "examples", "candidates": "candidates"}
_SHARED = {"indicators": "indicators", "rosters": "roster"}
_ANYTHING = frozenset({"samples", "source", "sources"})
_YAML = (".yaml", ".yml")


def problems_of(fault: GradeevalError, file: str = "") -> tuple[Problem, ...]:
    """The problems of a refusal; of any other failure its sentence, said of ``file``."""
    return fault.problems if isinstance(fault, InvalidContent) else (Problem(str(fault), file),)


def form_problems(folder: Path) -> Iterator[Problem]:
    """What is wrong with the form of the files in a ruleset folder, or in a folder ``shared``."""
    try:
        look_over(folder)
    except GradeevalError as fault:
        yield from problems_of(fault)
        return
    for path in sorted(folder.rglob("*")):
        steps = path.relative_to(folder).parts
        if path.suffix.lower() not in _YAML or not path.is_file() or any(step.startswith(".") for step in steps):
            continue
        kind = _kind(steps, shared=folder.name == SHARED)
        if kind is None:
            if steps[0] not in _ANYTHING:
                yield Problem(_("不在约定的位置，不会读入；请移走或改名"), str(path))
            continue
        try:
            read_valid(path, kind)
        except GradeevalError as fault:
            yield from problems_of(fault)


def _kind(steps: tuple[str, ...], *, shared: bool) -> str | None:
    """The kind of file that is read at this place; None where nothing is."""
    if len(steps) == 1:
        return None if shared else _SINGLE.get(steps[0])
    if len(steps) > 2 or not steps[1].endswith(".yaml"):
        return None
    if not shared and steps == ("candidates", "indicators.yaml"):
        return "indicators"
    return (_SHARED if shared else _FOLDERS).get(steps[0])
