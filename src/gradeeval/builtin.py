"""The built-in plugin: the shipped rulesets and the renderers of the base install, through the door that all use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gradeeval.plugins import hookimpl
from gradeeval.reports.rendering import Layout, Renderer

if TYPE_CHECKING:
    from gradeeval.findings.result import Result


def shipped_rulesets() -> Path:
    """The folder of the shipped rulesets."""
    import gradeeval.shipped_rulesets as shipped

    assert shipped.__file__ is not None
    return Path(shipped.__file__).parent


class Builtin:
    """What comes with the distribution."""

    @hookimpl
    def gradeeval_rulesets(self) -> Sequence[Path]:
        """Every folder of the shipped rulesets."""
        root = shipped_rulesets()
        return [path for path in sorted(root.iterdir()) if path.name == "shared" or (path / "document.yaml").is_file()]

    @hookimpl
    def gradeeval_renderers(self) -> Sequence[Renderer]:
        """The table for the terminal and JSON; each is imported when it is used."""
        return [
            Renderer("table", "终端表格", (".txt",), _table),
            Renderer("json", "JSON", (".json",), _json),
        ]


def _table(result: Result, layout: Layout) -> bytes:
    from gradeeval.reports.table import render

    return render(result, layout)


def _json(result: Result, layout: Layout) -> bytes:
    from gradeeval.reports.json import render

    return render(result, layout)
