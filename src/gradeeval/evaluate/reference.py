"""The reference engine as an evaluator wants one: with the plain verdict beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gradeeval.engines.judgement import Judgement
from gradeeval.engines.reference import Engine
from gradeeval.engines.views import View
from gradeeval.evaluate.verdict import Entry, verdict
from gradeeval.language.nodes import Requirement
from gradeeval.language.scope import Scope


class Reference:
    """The reference engine with the plain verdict beside it."""

    name = "reference"

    def __init__(self, requirements: Sequence[Requirement], scope: Scope, permits: Mapping[str, Requirement]) -> None:
        self._engine = Engine(requirements, scope, permits)

    def judge(self, view: View) -> list[Judgement]:
        """One judgement for each requirement."""
        return self._engine.judge(view)

    def verdict(self, entries: Iterable[Entry]) -> str:
        """The verdict of these findings."""
        return verdict(entries)
