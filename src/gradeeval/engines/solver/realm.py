"""What all questions about one sort of subject share: who there is, and the limits within which Z3 is asked."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gradeeval.engines.solver.identity import Places, Row
from gradeeval.language.nodes import Reach
from gradeeval.vocabulary import Values


@dataclass
class Realm:
    """The jurisdictions that a subject lies in all of, with the regions on the rosters.

    ``timeout`` is in milliseconds, for one question. ``own`` is the sort of the region that is the jurisdiction itself.
    ``cells`` remembers the sorts of parts of formulas, which many questions share.
    """

    places: Places
    divisions: Values | None
    jurisdictions: tuple[str, ...] = ()
    own: Reach | None = None
    timeout: int = 2_000
    fields: Mapping[str, Container[str]] = field(default_factory=dict)
    cells: dict[Any, Any] = field(default_factory=dict)

    def is_field(self, name: str, kind: str) -> bool:
        """Whether a name is identity or classification and no fact."""
        return name in self.fields[kind]

    def rows(self, reach: Reach, year: int) -> Sequence[Row] | None:
        """The identities of subjects of a sort in a year."""
        return self.places.rows_for(reach, self.jurisdictions, f"{year}-12-31")

    def rows_inside(self, part: Reach, year: int) -> Sequence[Row] | None:
        """The regions of a tier inside the jurisdiction, where a roster lists them all."""
        day = f"{year}-12-31"
        if part.kind != "region" or part.tier is None or not self.jurisdictions:
            return None
        if not all(self.places.complete(code, part.tier, day) for code in self.jurisdictions):
            return None
        return self.places.rows_for(part, self.jurisdictions, day)
