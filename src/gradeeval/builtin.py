"""The built-in plugin: rulesets, kinds of files, readers and renderers of the base install, through the door that all use."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from gradeeval.plugins import hookimpl
from gradeeval.profiles.contents import Reader
from gradeeval.profiles.readers import READERS
from gradeeval.reports.rendering import Layout, Renderer
from gradeeval.schemas import FileKind, file_kinds

if TYPE_CHECKING:
    from gradeeval.findings.result import Result
    from gradeeval.lint.check import Check


FORMS = (
    ("table", "终端表格", (".txt",)),
    ("json", "JSON", (".json",)),
    ("csv", "CSV", (".csv",)),
    ("markdown", "Markdown", (".md", ".markdown")),
    ("html", "网页", (".html", ".htm")),
    ("xlsx", "Excel", (".xlsx",)),
    ("docx", "Word", (".docx",)),
    ("junit", "JUnit XML", (".xml",)),
    ("sarif", "SARIF 2.1.0", (".sarif",)),
)
"""Name, title and suffixes of each form; the module of that name in ``reports`` renders it."""


def shipped_rulesets() -> Path:
    """The folder of the shipped rulesets."""
    import gradeeval.shipped_rulesets as shipped

    assert shipped.__file__ is not None
    return Path(shipped.__file__).parent


class Builtin:
    """What comes with the distribution. ``rulesets`` is a folder that takes the place of the shipped rulesets."""

    def __init__(self, rulesets: Path | None = None) -> None:
        self._rulesets = rulesets

    @hookimpl
    def gradeeval_rulesets(self) -> Sequence[Path]:
        """Every folder of the shipped rulesets."""
        root = self._rulesets or shipped_rulesets()
        return [path for path in sorted(root.iterdir()) if path.name == "shared" or (path / "document.yaml").is_file()]

    @hookimpl
    def gradeeval_schemas(self) -> Sequence[FileKind]:
        """The kinds of files of the design."""
        return file_kinds()

    @hookimpl
    def gradeeval_readers(self) -> Sequence[Reader]:
        """JSON, YAML and forms."""
        return READERS

    @hookimpl
    def gradeeval_renderers(self) -> Sequence[Renderer]:
        """The forms of the base install; each is imported when it is used."""
        return [
            Renderer(name, title, suffixes, partial(_render, name), binary=name in ("xlsx", "docx"))
            for name, title, suffixes in FORMS
        ]

    @hookimpl
    def gradeeval_checks(self) -> Sequence[Check]:
        """The checks of ``lint``; imported only where they are asked for."""
        from gradeeval.lint.checks import CHECKS

        return CHECKS


def _render(form: str, result: Result, layout: Layout) -> bytes:
    """The report in a form; the module of that name is imported only now."""
    content: bytes = import_module(f"gradeeval.reports.{form}").render(result, layout)
    return content
