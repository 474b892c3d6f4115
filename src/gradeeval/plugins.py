"""The door for rulesets and renderers, the built-in ones included. The only module that uses a pluggy manager.

Installing a plugin is trusting its code. One that fails is named and set aside; the rest works.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pluggy

from gradeeval.messages import _
from gradeeval.reports.rendering import Renderer

GROUP = "gradeeval"
hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


class Hooks:
    """What a plugin may bring. Each hook is called once a run, with no arguments."""

    @hookspec
    def gradeeval_rulesets(self) -> Sequence[Path]:  # type: ignore[empty-body]
        """Ruleset folders (each with a ``document.yaml``); a folder named ``shared`` holds indicators and rosters."""

    @hookspec
    def gradeeval_renderers(self) -> Sequence[Renderer]:  # type: ignore[empty-body]
        """Forms of a report: a name, the suffixes of files that it is chosen for, and the function that renders."""


@dataclass(slots=True)
class Found:
    """What the plugins brought, each with the name of its plugin, and which were refused and why."""

    rulesets: list[tuple[str, Path]] = field(default_factory=list)
    renderers: list[tuple[str, Renderer]] = field(default_factory=list)
    plugins: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def discover(builtin: Iterable[tuple[str, object]], *, installed: bool = True) -> Found:
    """Asks the built-in plugins and, if wanted, those of installed distributions (entry points ``gradeeval``)."""
    result = Found()
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(Hooks)
    candidates: list[tuple[str, str, Callable[[], object]]] = []
    for name, plugin in builtin:
        candidates.append((name, "", partial(_itself, plugin)))
    if installed:
        from importlib.metadata import entry_points

        for point in entry_points(group=GROUP):
            version = point.dist.version if point.dist is not None else ""
            candidates.append((point.name, version, point.load))
    for name, version, load in candidates:
        _register(manager, name, version, load, result)
    return result


def _itself(plugin: object) -> object:
    return plugin


def _register(
    manager: pluggy.PluginManager, name: str, version: str, load: Callable[[], object], result: Found
) -> None:
    if manager.get_plugin(name) is not None:
        result.refused.append((name, _("已有同名插件")))
        return
    try:
        plugin = load()
        manager.register(plugin, name)
        manager.check_pending()
        rulesets = _ask(manager, plugin, "gradeeval_rulesets")
        renderers = _ask(manager, plugin, "gradeeval_renderers")
        rulesets = [(name, Path(path)) for path in rulesets]
    except Exception as fault:  # a plugin is foreign code: whatever it raises must not take the run down
        if manager.get_plugin(name) is not None:
            manager.unregister(name=name)
        result.refused.append((name, f"{type(fault).__name__}: {fault}"))
        return
    result.plugins.append((name, version))
    result.rulesets.extend(rulesets)
    result.renderers.extend((name, renderer) for renderer in renderers)


def _ask(manager: pluggy.PluginManager, plugin: object, hook: str) -> list[Any]:
    """What this one plugin answers to a hook."""
    others = [other for other in manager.get_plugins() if other is not plugin]
    answers = manager.subset_hook_caller(hook, others)()
    return [item for answer in answers for item in answer]
