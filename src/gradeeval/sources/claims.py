"""What the check against the source needs to know of a ruleset, by shape: a ruleset's own ledger and requirements fit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


class Stretch(Protocol):
    """A piece of a segment: ``chars`` normalised characters that begin with ``opens``, with one status."""

    @property
    def opens(self) -> str:
        """Its first words, in either width."""

    @property
    def chars(self) -> int:
        """Its length in normalised characters."""

    @property
    def status(self) -> str:
        """encoded, informative, organisational, exhortation or pending."""

    @property
    def requirements(self) -> Sequence[str]:
        """The ids of the requirements that encode it."""

    @property
    def accounts(self) -> Sequence[tuple[str, str]]:
        """Quantity words of it that are no demand, each with the reason."""


class LedgerSegment(Protocol):
    """One entry of the ledger: segment ``at`` (from 1) of a clause, its opening words and the digest of its text."""

    @property
    def clause(self) -> str:
        """The clause path, in either width."""

    @property
    def at(self) -> int:
        """The position of the segment in its clause, from 1."""

    @property
    def opens(self) -> str:
        """The first words of the segment, in either width."""

    @property
    def sha256(self) -> str:
        """The digest of its normalised text."""

    @property
    def stretches(self) -> Sequence[Stretch]:
        """The pieces that cover it, in order."""


class Cited(Protocol):
    """A requirement as far as it cites: its id, its clause and the passage it quotes."""

    @property
    def id(self) -> str:
        """The id of the requirement."""

    @property
    def clause(self) -> str:
        """The clause that it cites, in either width."""

    @property
    def quote(self) -> str:
        """The passage, word for word but for white space and width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceProblem:
    """One point where a ruleset and the text of its document part.

    ``kind`` is a stable word for it, ``message`` a sentence that says what to do. ``at`` is the segment within the
    clause, ``line`` the line of the source text; both count from 1 and are None where the text has no such place.
    """

    kind: str
    message: str
    document: str
    clause: str
    at: int | None = None
    line: int | None = None
    requirement: str = ""
