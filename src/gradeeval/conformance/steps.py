"""The steps of an examination that look at one ruleset which could be read: ledger, source, examples, mutants, checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from gradeeval.conformance.record import EXAMPLES, LEDGER, LINT, WEAKENING
from gradeeval.errors import GradeevalError, NotFound
from gradeeval.evaluate.reference import Reference
from gradeeval.examples.mutation import SURVIVED, Trials, tried
from gradeeval.examples.running import run_examples
from gradeeval.examples.telling import differing, unnoticed
from gradeeval.files.reading import decode, read_bytes
from gradeeval.lint.check import Encoded, Material
from gradeeval.lint.levels import Levels
from gradeeval.lint.running import run
from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.rulesets.reading import candidate_files, read_equivalents, read_examples, read_ledger
from gradeeval.sources.accounting import verify_quantities
from gradeeval.sources.numbers import verify_numbers
from gradeeval.sources.verify import verify_ledger
from gradeeval.workspace import Workspace

_STEP_OF_FAMILY = {"C": LEDGER, "T": EXAMPLES}
_WEAKENED = frozenset({"L204", "L401", "L501"})

Found = tuple[list[Problem], dict[str, int]]
"""Problems, and figures of what was done."""


def ledger(workspace: Workspace, id: str) -> Found:
    """Whether there is a ledger and nothing is left of a draft; the checks of family C find the rest."""
    ruleset = workspace.ruleset(id)
    entries = read_ledger(ruleset)
    problems = [] if entries else [Problem(_("没有台账 clauses.yaml"), str(ruleset.folder))]
    problems.extend(Problem(_("候选要求没有定稿"), str(path)) for path in candidate_files(ruleset))
    return problems, {"stretches": sum(len(entry.stretches) for entry in entries)}


def source(workspace: Workspace, id: str, folder: Path) -> Found:
    """What ``verify`` finds against the text of the document. Raises ``NotFound`` where the folder does not have it."""
    ruleset = workspace.ruleset(id)
    file = folder / (ruleset.document.source or f"{id}.txt")
    if not file.is_file():
        raise NotFound(_("{folder} 中没有 {id} 的原文 {file}").format(folder=folder, id=id, file=file.name))
    text = decode(read_bytes(file), str(file))
    entries, requirements = read_ledger(ruleset), workspace.load(id).requirements
    found = [
        *verify_ledger(id, entries, requirements, text),
        *verify_numbers(id, requirements, text),
        *verify_quantities(id, entries, requirements, workspace.scope.indicators, text),
    ]
    return [
        Problem(" ".join(part for part in (one.clause, one.requirement, one.message) if part), str(file), one.line)
        for one in found
    ], {}


def examples(workspace: Workspace, id: str) -> Found:
    """The examples that do not come out as expected; the checks of family T find what they leave out."""
    ruleset = workspace.ruleset(id)
    requirements = workspace.load(id).requirements
    ran = list(run_examples(read_examples(ruleset), requirements, ruleset.document, workspace.scope, Reference))
    problems = differing(ran, workspace.scope)
    return problems, {"requirements": len(requirements), "examples": len(ran)}


def mutants(workspace: Workspace, id: str) -> Found:
    """The changed rules that no example notices and nobody declared equivalent, and declarations that are not needed."""
    ruleset = workspace.ruleset(id)
    found = [
        one
        for _index, some in tried([Trials.of_ruleset(ruleset, workspace.load(id), workspace.scope)], 1)
        for one in some
    ]
    declared = {one.mutant: one for one in read_equivalents(ruleset)}
    problems = unnoticed(found, declared)
    if not found:
        problems.append(Problem(_("没有一个变异体可试，例子因此什么也没有证明"), str(ruleset.folder)))
    return problems, {
        "mutants": len(found),
        "equivalent": sum(one.fate == SURVIVED and one.mutant in declared for one in found),
    }


def checks(workspace: Workspace, ids: Sequence[str]) -> tuple[dict[str, list[Problem]], int]:
    """What ``lint`` finds at its usual levels, by the step that it belongs to; how much is ignored with a reason."""
    report = run(material(workspace, ids), workspace.checks, Levels())
    found: dict[str, list[Problem]] = {}
    for one in report.found:
        step = WEAKENING if one.check.code in _WEAKENED else _STEP_OF_FAMILY.get(one.check.family, LINT)
        found.setdefault(step, []).append(one.problem)
    return found, report.ignored


def material(workspace: Workspace, ids: Iterable[str]) -> Material:
    """What checks look at: these rulesets, and for comparison all others that can be read."""
    read = {}
    chosen = tuple(ids)
    for id, ruleset in workspace.rulesets.items():
        try:
            read[id] = Encoded(
                ruleset, workspace.load(id).requirements, read_ledger(ruleset), tuple(read_examples(ruleset))
            )
        except GradeevalError:
            if id in chosen:
                raise
    return Material(workspace.scope, read, chosen, workspace.rosters, shared=False)
