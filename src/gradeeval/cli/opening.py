"""What every command begins with: the workspace that its options ask for, and what is said of it once."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypedDict

import click

from gradeeval.cli import options
from gradeeval.errors import Misuse, NotFound
from gradeeval.files.writing import escape_controls
from gradeeval.messages import _, listed, nearest
from gradeeval.plugins import Plugin
from gradeeval.profiles.profile import Roster
from gradeeval.profiles.regions import unlisted
from gradeeval.reports.rendering import Layout
from gradeeval.rulesets.reading import candidate_files
from gradeeval.rulesets.ruleset import Ruleset
from gradeeval.schemas import shipped
from gradeeval.workspace import Workspace, build

_TOLD = "gradeeval.told"
"""Where ``tell_once`` keeps what it has said: a command may open several workspaces."""


def opened(extra: Iterable[Path] = (), *, checks: bool = False, shipped_from: Path | None = None) -> Workspace:
    """The workspace that ``options.plugins`` asks for; what could not be used is named on standard error.

    ``extra`` are rulesets being written, ``checks`` whether lint checks are wanted, ``shipped_from`` see ``build``.
    Raises ``NotFound`` where a plugin that is required is missing, ``Misuse`` where something of it was refused.
    """
    meta = click.get_current_context().meta
    workspace = build(
        **asked_rules(),
        extra=extra,
        checks=checks,
        slow=_still_loading,
        shipped_from=shipped_from,
    )
    for line in (*_refusals(workspace), *candidate_notes(workspace.rulesets.values())):
        tell_once(line)
    for name in meta.get(options.REQUIRED) or ():
        _require(name, workspace.plugins)
    return workspace


def _refusals(workspace: Workspace) -> Iterator[str]:
    """A sentence for each plugin and folder of which something was refused."""
    for plugin, why in workspace.refused:
        if plugin.folder:
            yield _("规则集文件夹 {path} 未能使用：{why}").format(path=plugin.origin, why=why)
        else:
            yield _("插件 {plugin} 未能使用：{why}").format(plugin=plugin.name, why=why)


def tell_once(line: str) -> None:
    """Says it on standard error, unless this run has said it."""
    told = click.get_current_context().meta.setdefault(_TOLD, set())
    if line not in told:
        told.add(line)
        click.echo(escape_controls(line), err=True)


class AskedRules(TypedDict):
    """Where ``options.plugins`` says that rules come from, as ``workspace.build`` takes it."""

    installed: bool
    folders: tuple[Path, ...]


def asked_rules() -> AskedRules:
    """What the command at hand was given."""
    meta = click.get_current_context().meta
    return {"installed": not meta.get(options.BARE), "folders": tuple(meta.get(options.FOLDERS) or ())}


def _still_loading(plugin: str) -> None:
    click.echo(escape_controls(_("插件 {plugin} 仍在装入……").format(plugin=plugin)), err=True)


def _require(name: str, plugins: Iterable[Plugin]) -> None:
    known = [plugin for plugin in plugins if name in (plugin.name, plugin.origin, *plugin.brings.get("rulesets", ()))]
    if not known:
        raise NotFound(
            _("没有插件 {name}；现有：{known}").format(name=name, known=listed(plugin.name for plugin in plugins))
        )
    if any(plugin.refused for plugin in known):
        raise Misuse(_("插件 {name} 的内容被拒绝，不再继续").format(name=name))


def candidate_notes(rulesets: Iterable[Ruleset]) -> Iterator[str]:
    """A sentence for each ruleset of which a part is only a draft, so that nobody takes its findings for the whole."""
    for ruleset in rulesets:
        if candidate_files(ruleset):
            yield _("提示：规则集 {id} 还有候选要求（candidates），未定稿，不参与评定").format(id=ruleset.document.id)


def tell_unlisted(code: str, rosters: Iterable[Roster]) -> None:
    """Says on standard error that no roster has the region which a ruleset is for, so that it applies to nobody."""
    sentence = unlisted(code, rosters)
    if sentence is not None:
        click.echo(_("提示：{message}").format(message=sentence), err=True)


def check_topics(topics: Iterable[str]) -> None:
    """Raises ``NotFound`` for a topic that is not on the list, with the near one."""
    known = [item["const"] for item in shipped("vocabulary")["$defs"]["topic"]["oneOf"]]
    for topic in topics:
        if topic not in known:
            hint = nearest(topic, known)
            raise NotFound(
                _("没有主题 {topic}；可用：{known}{hint}").format(topic=topic, hint=hint, known=listed(known))
            )


def terminal_layout(ambiguous: int = 1) -> Layout:
    """The width of the terminal (at least 40 columns), whether it wants colours, and what a further command repeats."""
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    columns = max(40, shutil.get_terminal_size((80, 24)).columns)
    return Layout(columns, colour, ambiguous, options.repeated(options.RULES), options.repeated(options.WANTED))
