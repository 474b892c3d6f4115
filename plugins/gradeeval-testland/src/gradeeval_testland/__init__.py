"""The ruleset of an invented document, brought to gradeeval through the entry point that every plugin uses."""

from __future__ import annotations

from pathlib import Path

from gradeeval.plugins import hookimpl

gradeeval_hook_version = 1
"""The hooks that it is written for; gradeeval refuses a plugin that was written for others."""


@hookimpl
def gradeeval_rulesets() -> list[Path]:
    """The folder of each ruleset, the one with its ``document.yaml``; here there is one."""
    return [Path(__file__).parent / "rulesets" / "testland-2025-1"]
