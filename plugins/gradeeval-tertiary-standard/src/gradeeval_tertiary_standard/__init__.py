"""The structure of the accreditation standard of tertiary hospitals: rulesets as data, and a report that decides grades.

The language says of each item whether a hospital meets it; which grade follows is no requirement of a document but a
conclusion from the findings. It is therefore a renderer: it reads a result and changes none.
"""

from __future__ import annotations

from pathlib import Path

from gradeeval.plugins import hookimpl
from gradeeval.reports.rendering import Renderer
from gradeeval.schemas import FileKind
from gradeeval_tertiary_standard.editions import KIND, folders, schema
from gradeeval_tertiary_standard.report import render_json, render_text

gradeeval_hook_version = 1


@hookimpl
def gradeeval_rulesets() -> list[Path]:
    """The editions: those of the package, or a copy that was filled in. Raises ``NotFound`` where the copy is not there."""
    return folders()


@hookimpl
def gradeeval_schemas() -> list[FileKind]:
    """What a file of the folder ``grading`` may say."""
    return [FileKind(KIND, "评审等次的判断", schema)]


@hookimpl
def gradeeval_renderers() -> list[Renderer]:
    """The grades that are certain and those still possible, in words and as JSON."""
    return [
        Renderer("grade", "评审等次（确定的和仍有可能的）", (".grade",), render_text),
        Renderer("grade-json", "评审等次（JSON）", (".gradejson",), render_json),
    ]
