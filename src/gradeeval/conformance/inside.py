"""The process in which a plugin is loaded: ``python -m gradeeval.conformance.inside ANSWER``, the question on its input."""

from __future__ import annotations

import json
import sys
from functools import partial
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

from gradeeval import messages
from gradeeval.builtin import Builtin
from gradeeval.conformance.reporting import sample, shipped_sample
from gradeeval.conformance.watching import Watch
from gradeeval.errors import GradeevalError
from gradeeval.plugins import GROUP, Found, Plugin, discover, namespace_of
from gradeeval.reports.rendering import Layout
from gradeeval.workspace import OWN, build


def main() -> None:
    """Reads the question, loads under watch, and writes the answer."""
    asked = json.load(sys.stdin)
    messages.use(asked["language"])
    answer = Path(sys.argv[1])
    watch = Watch(asked["allowed"])
    watch.begin()
    said = _answer(asked)
    said["noted"] = watch.noted
    answer.write_text(json.dumps(said), encoding="utf-8")


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    sys.path[:0] = asked["path"]
    plugins = []
    for name, value in asked["entries"]:
        about = Plugin(name, asked["version"], asked["name"], namespace_of(asked["name"]))
        plugins.append((about, EntryPoint(name, value, GROUP).load))
    found = discover([(OWN, Builtin())], installed=False, checks=True, more=plugins)
    own = [about for about, _load in plugins]
    rulesets = [(about, path) for about, path in found.rulesets if about in own]
    rendered, unrendered = _rendered(found, own, rulesets)
    brings: dict[str, list[str]] = {}
    for about in own:
        for sort, names in about.brings.items():
            brings.setdefault(sort, []).extend(names)
    return {
        "rulesets": [str(path.absolute()) for _about, path in rulesets],
        "brings": brings,
        "rendered": rendered,
        "unrendered": unrendered,
        "faults": [why for about in own for why in about.refused],
    }


def _rendered(found: Found, own: list[Plugin], rulesets: list[tuple[Plugin, Path]]) -> tuple[list[str], list[str]]:
    """The forms of its own in which a result renders, and what was wrong with others."""
    renderers = [renderer for about, renderer in found.renderers if about in own]
    if not renderers:
        return [], []
    try:
        workspace = build(installed=False, brought=rulesets)
        ids = [id for about in own for id in about.brings.get("rulesets", ())]
        result = sample(workspace, ids[0]) if ids else shipped_sample(workspace)
    except GradeevalError as fault:
        return [], [str(fault)]
    done, faults = [], []
    for renderer in renderers:
        try:
            partial(renderer.render, result, Layout())()
            done.append(renderer.name)
        except GradeevalError as fault:  # discovery has put a fence around it
            faults.append(str(fault))
    return done, faults


if __name__ == "__main__":
    main()
