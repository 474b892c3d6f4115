"""One revision of a ruleset with all that its requirements are read with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gradeeval.engines.solver.demand import Demand
from gradeeval.language.nodes import Requirement
from gradeeval.language.scope import Scope
from gradeeval.rulesets.reading import read_examples
from gradeeval.rulesets.ruleset import Case, Loaded, PolicyDocument, Ruleset


@dataclass(frozen=True, slots=True)
class Version:
    """``label`` is how the user named it; ``cases`` are the examples by requirement."""

    label: str
    document: PolicyDocument
    requirements: Mapping[str, Requirement]
    scope: Scope
    cases: Mapping[str, Sequence[Case]]

    @property
    def permits(self) -> dict[str, Requirement]:
        """The permits by id."""
        return {id: item for id, item in self.requirements.items() if item.force == "permit"}

    def demand(self, id: str) -> Demand:
        """A requirement with what it is read with."""
        return Demand(self.requirements[id], self.scope, self.permits)


def version_of(label: str, ruleset: Ruleset, loaded: Loaded, scope: Scope) -> Version:
    """The revision of a ruleset that has been read."""
    cases: dict[str, list[Case]] = {}
    for case in read_examples(ruleset):
        cases.setdefault(case.requirement, []).append(case)
    return Version(label, ruleset.document, {item.id: item for item in loaded.requirements}, scope, cases)
