"""Families C and U: figures, dates and force against the words that a requirement quotes, without the source text.

The same judgement as ``verify``, of the kinds that need no more than the quote; what hangs on the words around it
(a number that is carried from before, a condition elsewhere in the clause) is left to ``verify``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gradeeval.lint.check import ERROR, Check, Encoded, Hit, Material
from gradeeval.messages import _
from gradeeval.sources.claims import SourceProblem
from gradeeval.sources.numbers import verify_numbers

_KEYS = {  # kind of problem: the key of the requirement that it is about
    "target_not_in_quote": "target",
    "about_missing": "target",
    "comparator_contradicts": "target",
    "comparator_not_in_quote": "target",
    "date_not_in_quote": "due",
    "force_contradicts": "force",
    "force_not_in_quote": "force",
}
_UNIT = {"unit_not_in_quote": "unit"}


def against_quotes(kinds: dict[str, str]) -> Callable[[Material], Iterator[Hit]]:
    """The finder of these kinds of problems."""

    def find(material: Material) -> Iterator[Hit]:
        for encoded, problem in material.once(_problems):
            key = kinds.get(problem.kind)
            if key is not None:
                cited = next(found for found in encoded.requirements if found.id == problem.requirement)
                message = _("{path}：{message}").format(path=cited.id, message=problem.message)
                yield Hit(cited.origin.at(key), message)

    return find


def _problems(material: Material) -> list[tuple[Encoded, SourceProblem]]:
    """What both checks look at."""
    return [
        (encoded, problem)
        for encoded in material.linted()
        for problem in verify_numbers(encoded.ruleset.document.id, encoded.requirements, "")
    ]


CHECKS = (
    Check(
        "C109", "引文没有目标、期限或约束力", "Quote without the figure, date or force", against_quotes(_KEYS), ERROR
    ),
    Check("U109", "单位与引文不符", "Unit that the quote contradicts", against_quotes(_UNIT), ERROR),
)
