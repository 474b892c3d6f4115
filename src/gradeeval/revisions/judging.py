"""Which findings on given profiles come out differently under two revisions of a ruleset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gradeeval.findings.finding import Finding
from gradeeval.findings.result import Result


@dataclass(frozen=True, slots=True)
class Differing:
    """One requirement on one subject: the outcome and whether it is due in each revision; None where it has no finding."""

    subject: str
    name: str
    requirement: str
    old: str | None
    new: str | None
    old_due: bool | None
    new_due: bool | None


def differing(old: Result, new: Result) -> Iterator[Differing]:
    """The findings that are not the same, subject by subject in the order of the new result."""
    before, after = _findings(old), _findings(new)
    for key in (*after, *(key for key in before if key not in after)):
        first, second = before.get(key), after.get(key)
        was, now = (_said(one) for one in (first, second))
        if was != now:
            one = second or first
            assert one is not None
            yield Differing(key[0], one.view.name, key[1], was[0], now[0], was[1], now[1])


def _findings(result: Result) -> dict[tuple[str, str], Finding]:
    return {
        (subject.view.id, finding.requirement.id): finding
        for subject in result.subjects
        for finding in subject.findings
    }


def _said(finding: Finding | None) -> tuple[str | None, bool | None]:
    return (None, None) if finding is None else (finding.outcome, finding.overdue)
