"""Examines a folder of data or a distribution, step by step, and puts down what was found.

For a plugin's own tests as much as for ``gradeeval plugins check``::

    @pytest.mark.parametrize("step", STEPS)
    def test_conforms(record, step):
        record.demand(step)

where ``record`` is a fixture that returns ``examine("gradeeval-mycity")``.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from gradeeval import __version__
from gradeeval.conformance import steps as looks
from gradeeval.conformance.contents import form_problems, problems_of
from gradeeval.conformance.loading import Heard, load
from gradeeval.conformance.package import DISTRIBUTION, Package, files_of, find_package
from gradeeval.conformance.record import (
    EXAMPLES,
    FAILED,
    FORM,
    LANGUAGE,
    LEDGER,
    LINT,
    LOADING,
    MOST_PROBLEMS,
    MUTANTS,
    NAMES,
    NOT_RUN,
    PASSED,
    REPORTS,
    SKIPPED,
    SOURCE,
    TITLES,
    WEAKENING,
    Record,
    Step,
)
from gradeeval.conformance.reporting import unrendered
from gradeeval.conformance.steps import Found
from gradeeval.errors import GradeevalError, NotFound
from gradeeval.messages import _
from gradeeval.plugins import Plugin
from gradeeval.problems import Problem
from gradeeval.rulesets.folders import SHARED, ruleset_folders
from gradeeval.rulesets.namespaces import check_namespaces, check_rosters, namespace_of_document
from gradeeval.rulesets.reading import read_library, read_ruleset
from gradeeval.workspace import OWN, Workspace, build

STEPS = tuple(TITLES)
"""The names of all steps, in their order."""

SECONDS = 10.0
"""How long a plugin may take to load."""


def examine(
    named: str | Path, *, sources: Path | None = None, beside: Iterable[Path] = (), seconds: float = SECONDS
) -> Record:
    """The record of a folder (of one ruleset, of several, or the source folder of a distribution) or of what is installed.

    A ``Path`` is a folder; a word is what is installed under that name, else the folder of that name.

    ``sources`` holds the texts of the documents; without it they are not compared. ``beside`` are folders of rulesets that
    the examined ones refer to. ``seconds`` is how long a plugin may take to load, in a process of its own.
    Raises ``NotFound`` and ``Misuse`` where nothing of that name can be examined.
    """
    if sources is not None and not sources.is_dir():
        raise NotFound(_("文件夹 {path} 不存在").format(path=sources))
    package = find_package(named)
    heard = load(package, seconds) if package.kind == DISTRIBUTION else Heard(tuple(ruleset_folders(package.homes[0])))
    examination = _Examination(package, heard, tuple(beside))
    examination.run(sources)
    return examination.record()


@dataclass(slots=True)
class _Examination:
    """An examination on its way: the steps so far."""

    package: Package
    heard: Heard
    beside: tuple[Path, ...]
    steps: dict[str, Step] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    def run(self, sources: Path | None) -> None:
        """All steps, each as far as those before it allow."""
        faults = [*self.heard.faults, *self.heard.noted]
        self._note(LOADING, [Problem(sentence) for sentence in faults])
        if self.package.kind != DISTRIBUTION:
            self.steps[LOADING] = Step(LOADING, SKIPPED, why=_("只有数据，没有要装入的代码"))
        folders = self.heard.rulesets
        self._note(FORM, [problem for folder in folders for problem in form_problems(folder)])
        if not self._sound():
            return
        workspace = self._opened()
        if workspace is None or not self._sound():
            return
        self._look(workspace, [folder.name for folder in folders if folder.name != SHARED], sources)

    def _sound(self) -> bool:
        return all(step.outcome != FAILED for step in self.steps.values())

    def _opened(self) -> Workspace | None:
        """What is shipped and what is examined; None where the language refuses it."""
        rulesets = [folder for folder in self.heard.rulesets if folder.name != SHARED]
        about = Plugin(self.package.name, origin=self.package.name, namespace=self.package.namespace)
        try:
            plain = build(installed=False, folders=self.beside)
            self._note(NAMES, self._name_problems(plain))
            shared = [(about, folder) for folder in self.heard.rulesets if folder.name == SHARED]
            workspace = build(installed=False, folders=self.beside, brought=shared, extra=rulesets, checks=True)
            problems = [Problem(why) for why in about.refused] if not self._failed(NAMES) else []
            for folder in rulesets:
                try:
                    self.digests[folder.name] = workspace.load(folder.name).digest
                except GradeevalError as fault:
                    problems.extend(problems_of(fault))
        except GradeevalError as fault:
            self._note(LANGUAGE, problems_of(fault))
            return None
        count = sum(len(workspace.load(folder.name).requirements) for folder in rulesets) if not problems else 0
        self._note(LANGUAGE, problems, {"requirements": count})
        return workspace

    def _failed(self, step: str) -> bool:
        return step in self.steps and self.steps[step].outcome == FAILED

    def _name_problems(self, plain: Workspace) -> list[Problem]:
        """Ids that are taken, and names outside the namespace."""
        problems: list[Problem] = []
        namespaces = [self.package.namespace] if self.package.namespace else []
        for folder in sorted(self.heard.rulesets, key=lambda path: path.name == SHARED):
            try:
                if folder.name == SHARED:
                    library = read_library(folder, plain.scope.vocabulary)
                    check_namespaces(library, namespaces)
                    check_rosters(library, plain.rosters)
                    continue
                ruleset = read_ruleset(folder, self.package.name)
                namespace = namespace_of_document(ruleset, self.package.namespace, (OWN,))
                namespaces.append(namespace)
                if ruleset.document.id in plain.rulesets:
                    problems.append(
                        Problem(_("规则集 {id} 已经安装").format(id=ruleset.document.id), str(folder / "document.yaml"))
                    )
                check_namespaces(ruleset, [namespace])
            except GradeevalError as fault:
                problems.extend(problems_of(fault, str(folder / "document.yaml")))
        return problems

    def _look(self, workspace: Workspace, ids: list[str], sources: Path | None) -> None:
        """The steps that look at rulesets which could be read."""
        if not ids:
            for name in (LEDGER, SOURCE, EXAMPLES, MUTANTS, LINT, WEAKENING):
                self.steps[name] = Step(name, SKIPPED, why=_("没有规则集"))
        else:
            self._look_at_rulesets(workspace, ids, sources)
        problems = [Problem(sentence) for sentence in self.heard.unrendered]
        problems.extend(problem for id in ids for problem in unrendered(workspace, id))
        self._note(REPORTS, problems, {"formats": len(workspace.renderers) * bool(ids) + len(self.heard.rendered)})

    def _look_at_rulesets(self, workspace: Workspace, ids: list[str], sources: Path | None) -> None:
        try:
            found, ignored = looks.checks(workspace, ids)
        except GradeevalError as fault:  # a ledger or an example that cannot be used
            found, ignored = {LINT: list(problems_of(fault))}, 0
        self._each(LEDGER, ids, lambda id: looks.ledger(workspace, id), found.get(LEDGER, ()))
        if sources is None:
            self.steps[SOURCE] = Step(SOURCE, SKIPPED, why=_("没有给出原文（--sources）"))
        else:
            self._each(SOURCE, ids, lambda id: looks.source(workspace, id, sources))
        if self._each(EXAMPLES, ids, lambda id: looks.examples(workspace, id), found.get(EXAMPLES, ())):
            self._each(MUTANTS, ids, lambda id: looks.mutants(workspace, id))
        else:
            self.steps[MUTANTS] = Step(MUTANTS, NOT_RUN, why=_("例子没有全部得出预期结论"))
        self._note(LINT, found.get(LINT, ()), {"ignored": ignored})
        self._note(WEAKENING, found.get(WEAKENING, ()))

    def _each(self, name: str, ids: Iterable[str], look: Callable[[str], Found], more: Iterable[Problem] = ()) -> bool:
        """A step over all rulesets, with what was found elsewhere; whether the looking itself found nothing."""
        problems: list[Problem] = []
        counts: dict[str, int] = {}
        for id in ids:
            try:
                found, figures = look(id)
            except GradeevalError as fault:
                problems.extend(problems_of(fault))
                continue
            problems.extend(found)
            for key, count in figures.items():
                counts[key] = counts.get(key, 0) + count
        self._note(name, [*problems, *more], counts)
        return not problems

    def _note(self, name: str, problems: Iterable[Problem], counts: Mapping[str, int] | None = None) -> None:
        known = [replace(problem, file=self._short(problem.file)) for problem in problems]
        if len(known) > MOST_PROBLEMS:
            left = len(known) - MOST_PROBLEMS
            known = [*known[:MOST_PROBLEMS], Problem(_("另有 {count} 个问题，没有逐个列出").format(count=left))]
        self.steps[name] = Step(name, FAILED if known else PASSED, tuple(known), counts or {})

    def _short(self, file: str) -> str:
        """A path without what is only of this machine, where it lies in what is examined."""
        for home in self.package.homes:
            base = home.parent if self.package.kind == DISTRIBUTION else home
            if file and Path(file).is_relative_to(base):
                return Path(file).relative_to(base).as_posix()
        return file

    def record(self) -> Record:
        """What was found; steps that were never reached are there too."""
        files = files_of(self.package, self.heard.rulesets)
        listing = "".join(f"{digest}  {path}\n" for path, digest in files.items())
        ids = [folder.name for folder in self.heard.rulesets if folder.name != SHARED]
        brings = {**self.heard.brings, **({"rulesets": ids} if ids else {})}
        because = _("前面的步骤有问题")
        return Record(
            name=self.package.name,
            version=self.package.version,
            kind=self.package.kind,
            namespace=self.package.namespace,
            brings=brings,
            files=files,
            digest=hashlib.sha256(listing.encode()).hexdigest(),
            rulesets=self.digests,
            steps=tuple(self.steps.get(name, Step(name, NOT_RUN, why=because)) for name in STEPS),
            produced_by={"gradeeval": __version__, "python": platform.python_version()},
        )
