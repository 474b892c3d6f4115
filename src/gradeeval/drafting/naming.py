"""The ids of candidates, the names of their indicators, and the files that they stand in."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gradeeval.sources.segments import clause_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gradeeval.drafting.candidate import Candidate

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def named(document: str, found: Iterable[Candidate]) -> Iterator[tuple[str, str, Candidate]]:
    """Each candidate with its id (``my-2025-1/2.1.4-a``) and the name of its indicator (``my-2025-1.c2_1_4_a``)."""
    counts: Counter[str] = Counter()
    for candidate in found:
        number = clause_number(candidate.clause)
        letters = _lettered(counts[number])
        counts[number] += 1
        stub = number.replace(".", "_")
        yield f"{document}/{number}-{letters}", f"{document}.c{stub}_{letters}", candidate


def chapter(clause: str) -> str:
    """The name of the file of a clause, as rulesets are filed: chapter and section, ``2.1``."""
    return ".".join(clause_number(clause).split(".")[:2]) if "（" in clause else clause_number(clause).split(".")[0]


def _lettered(count: int) -> str:
    """Letters from a to z, then aa."""
    text = ""
    count += 1
    while count:
        count, rest = divmod(count - 1, 26)
        text = _LETTERS[rest] + text
    return text
