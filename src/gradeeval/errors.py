"""What can go wrong, named by what the caller has to do about it. Exit codes are the command line's business."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradeeval.problems import Problem


class GradeevalError(Exception):
    """Any failure that has a message for the user."""


class NotFound(GradeevalError):
    """Something that was named does not exist: a file, a folder, a ruleset, a requirement, a format."""


class Misuse(GradeevalError):
    """Options or configuration that contradict each other or cannot be read."""


class MissingExtra(GradeevalError):
    """A part of the distribution that was not installed is needed; the message holds the pip line."""


class InvalidContent(GradeevalError):
    """A file was read and its content is refused; ``problems`` holds every fault that was found, never only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return "\n".join(problem.message for problem in self.problems)


class RuleFault(GradeevalError):
    """A requirement that cannot be run on this subject; it becomes a finding ``error`` and the rest goes on."""


class EngineLimit(GradeevalError):
    """An engine refuses rules that lie beyond what its library can bear."""


class PluginFault(GradeevalError):
    """What a plugin brought failed when it was used; the message names the plugin, and everything else goes on."""
