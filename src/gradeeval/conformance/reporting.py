"""Results to render: what came of a ruleset's own examples, each a subject, so that every outcome it can have is there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from gradeeval.engines.cases import CaseWorld
from gradeeval.engines.reference import Engine
from gradeeval.evaluate.verdict import verdict
from gradeeval.files.canonical import digest
from gradeeval.findings.finding import make_finding
from gradeeval.findings.result import Result, SubjectResult
from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.reports.rendering import Layout
from gradeeval.rulesets.reading import read_examples
from gradeeval.schemas import Checker, bundled, shipped
from gradeeval.workspace import Workspace

MOST_SUBJECTS = 60


def sample(workspace: Workspace, id: str) -> Result:
    """A result over the examples of a ruleset, at most 60 of them. Raises ``InvalidContent``."""
    ruleset, loaded = workspace.ruleset(id), workspace.load(id)
    by_id = {requirement.id: requirement for requirement in loaded.requirements}
    permits = {requirement.id: requirement for requirement in loaded.requirements if requirement.force == "permit"}
    subjects: list[SubjectResult] = []
    as_of = ""
    for case in read_examples(ruleset):
        requirement = by_id.get(case.requirement)
        if requirement is None or len(subjects) >= MOST_SUBJECTS:
            continue
        view = CaseWorld(case, requirement, ruleset.document, workspace.scope).view
        judgement = Engine([requirement], workspace.scope, permits).judge(view)[0]
        assert view.profile is not None
        view.region = ruleset.document.jurisdiction  # an example lies nowhere; a report says where its subject lies
        view.profile = replace(view.profile, region=view.region)
        finding = make_finding(judgement, view, workspace.scope, view.period.end)
        as_of = max(as_of, view.period.end)
        said = verdict([(requirement.force, finding.binding, finding.outcome)])
        subjects.append(SubjectResult(view, (finding,), said, {id: said}, digest({})))
    return Result(
        as_of=as_of or "2025-12-31",
        subjects=tuple(subjects),
        roll_up=(),
        documents={id: ruleset.document},
        rulesets=((id, loaded.digest),),
        rosters=(),
        scope=workspace.scope,
        engine="reference",
        permits=permits,
    )


def shipped_sample(workspace: Workspace) -> Result:
    """A result over the first ruleset that ships, for a plugin that brings none."""
    return sample(workspace, next(iter(workspace.rulesets)))


def unrendered(workspace: Workspace, id: str) -> Iterator[Problem]:
    """The built-in forms of reports in which the examples of a ruleset do not render."""
    result = sample(workspace, id)
    for renderer in workspace.renderers.values():
        try:
            content = renderer.render(result, Layout())
        except Exception as fault:  # whatever a renderer raises on foreign rules is what is looked for
            why = f"{type(fault).__name__}: {fault}"
            yield Problem(_("{id} 不能写成 {form}：{why}").format(id=id, form=renderer.name, why=why))
            continue
        if not content:
            yield Problem(_("{id} 写成 {form} 是空的").format(id=id, form=renderer.name))
        if renderer.name == "json":
            for path, sentence in _result_checker().problems(json.loads(content)):
                steps = ".".join(str(step) for step in path)
                yield Problem(_("{id} 的 JSON 结果 {path}：{why}").format(id=id, path=steps, why=sentence))


@cache
def _result_checker() -> Checker:
    return Checker(bundled(shipped("result")))
