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
        """The forms of the base install; each is imported when it is used."""
        return [
            Renderer("table", "终端表格", (".txt",), _table),
            Renderer("json", "JSON", (".json",), _json),
            Renderer("csv", "CSV", (".csv",), _csv),
            Renderer("markdown", "Markdown", (".md", ".markdown"), _markdown),
            Renderer("html", "网页", (".html", ".htm"), _html),
            Renderer("xlsx", "Excel", (".xlsx",), _xlsx, binary=True),
            Renderer("docx", "Word", (".docx",), _docx, binary=True),
            Renderer("junit", "JUnit XML", (".xml",), _junit),
            Renderer("sarif", "SARIF 2.1.0", (".sarif",), _sarif),
        ]


def _table(result: Result, layout: Layout) -> bytes:
    from gradeeval.reports.table import render

    return render(result, layout)


def _json(result: Result, layout: Layout) -> bytes:
    from gradeeval.reports.json import render

    return render(result, layout)


def _csv(result: Result, layout: Layout) -> bytes:
    from gradeeval.reports.csv import render

    return render(result, layout)


def _markdown(result: Result, layout: Layout) -> bytes:
    from gradeeval.reports.markdown import render

    return render(result, layout)


def _html(result: Result, layout: Layout) -> bytes:
    from gradeeval.reports.html import render

    return render(result, layout)


def _xlsx(result: Result, layout: Layout) -> bytes:
    from gradeeval.reports.xlsx import render

    return render(result, layout)


def _docx(result: Result, layout: Layout) -> bytes:
    from gradeeval.reports.docx import render

    return render(result, layout)


def _junit(result: Result, layout: Layout) -> bytes:
    from gradeeval.reports.junit import render

    return render(result, layout)


def _sarif(result: Result, layout: Layout) -> bytes:
    from gradeeval.reports.sarif import render

    return render(result, layout)
