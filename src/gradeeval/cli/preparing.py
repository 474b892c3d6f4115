"""What ``check`` and ``explain`` do before they report: the workspace, the profiles, the engine, the judging."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import click

from gradeeval.cli.engines import engine_factory
from gradeeval.cli.output import problem_lines
from gradeeval.cli.progress import watched
from gradeeval.errors import NotFound
from gradeeval.evaluate.judging import EngineFactory
from gradeeval.evaluate.run import check
from gradeeval.evaluate.selection import Wanted
from gradeeval.findings.result import Result
from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.profiles.reading import Dataset, ProfileReader
from gradeeval.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Prepared:
    """All that judging needs. ``dataset.problems`` have been printed; whoever goes on in spite of them says so."""

    workspace: Workspace
    dataset: Dataset
    make_engine: EngineFactory
    engine: str

    def judge(self, as_of: str, wanted: Wanted, subjects: Iterable[str] = ()) -> Result:
        """The result on these subjects (or all) for what is wanted. Raises ``NotFound`` for a subject without profile."""
        known = {profile.id for profile in self.dataset.profiles}
        asked = tuple(subjects)
        for id in asked:
            if id not in known:
                raise NotFound(_("档案中没有编号为 {id} 的对象").format(id=id))
        workspace = self.workspace
        return check(
            self.dataset.profiles,
            scope=workspace.scope,
            rosters=(*workspace.rosters, *self.dataset.rosters),
            documents={id: ruleset.document for id, ruleset in workspace.rulesets.items()},
            load=workspace.load,
            make_engine=self.make_engine,
            engine=self.engine,
            as_of=as_of,
            wanted=wanted,
            subjects=asked,
            shared_digest=workspace.shared_digest,
            watched=watched,
        )


def prepare(workspace: Workspace, paths: Iterable[Path], engine: str | None) -> Prepared:
    """Reads the profiles and chooses the engine; what is wrong with the files goes to standard error."""
    dataset = ProfileReader(workspace.scope, workspace.readers).read(paths)
    for line in problem_lines((*dataset.problems, *form_notes(dataset, workspace))):
        click.echo(line, err=True)
    make_engine, name, note = engine_factory(engine)
    if note:
        click.echo(note, err=True)
    return Prepared(workspace, dataset, make_engine, name)


def form_notes(dataset: Dataset, workspace: Workspace) -> Iterator[Problem]:
    """What is worth knowing of filled forms: what was left unread, and rules that have changed since a form was made."""
    for note in dataset.notes:
        yield replace(note, message=_("提示：{message}").format(message=note.message))
    for form in dataset.forms:
        for id, digest in form.rulesets.items():
            if id not in workspace.rulesets:
                message = _("提示：表单依据的规则集 {id} 没有安装").format(id=id)
                yield Problem(message, str(form.path))
            elif workspace.load(id).digest != digest:
                message = _("提示：规则集 {id} 在表单生成以后有改动；新增的数据按“不知道”处理，可重新生成表单").format(
                    id=id
                )
                yield Problem(message, str(form.path))
