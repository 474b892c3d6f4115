"""What a draft says of one demand: a requirement as far as the text gives it, and what is left for a person to decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from gradeeval.drafting.binding import Bound


@dataclass(frozen=True, slots=True)
class Candidate:
    """One demand of segment ``at`` of ``clause``.

    ``quote`` is the passage from ``start`` to ``end`` of the normalised segment, ``own`` the characters that belong to this
    demand alone. ``target`` has the keys of a requirement's target, or ``needs_review`` with the reason, or is ``True``: done or not. ``derived`` has
    the ways of the language. ``open`` are the questions to a person.
    """

    clause: str
    at: int
    start: int
    end: int
    own: tuple[int, int]
    quote: str
    title: str
    bound: Bound
    target: Mapping[str, bool | str | Fraction] | Literal[True]
    unit: str
    due: str | None
    due_from: str
    force: str
    within: str | None = None
    every_year: str | None = None
    flow: bool = False
    derived: Mapping[str, str] = field(default_factory=dict)
    open: tuple[str, ...] = ()

    @property
    def numeric(self) -> bool:
        """Whether a number is asked for."""
        return self.target is not True and any(not isinstance(limit, bool | str) for limit in self.target.values())
