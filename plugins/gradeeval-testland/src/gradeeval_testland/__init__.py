"""The ruleset of an invented document, brought to gradeeval through the entry point that every plugin uses."""

from __future__ import annotations

from pathlib import Path

from gradeeval.plugins import hookimpl


@hookimpl
def gradeeval_rulesets() -> list[Path]:
    """The folder of each ruleset, the one with its ``document.yaml``; here there is one."""
    return [Path(__file__).parent / "rulesets" / "testland-2025-1"]
