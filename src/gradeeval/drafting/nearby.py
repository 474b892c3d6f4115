"""Installed indicators whose title is like that of a candidate: a person may use them instead of defining a new one."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from gradeeval.messages import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gradeeval.drafting.candidate import Candidate

_ALIKE = 0.62
_MOST = 2


def nearest(candidate: Candidate, known: Sequence[tuple[str, str, str | None]]) -> list[str]:
    """Sentences that name the indicators of the same unit with the nearest titles, the nearest first."""
    matcher = difflib.SequenceMatcher(autojunk=False)
    matcher.set_seq2(candidate.title)
    found = []
    for name, title, unit in known:
        if unit != candidate.unit:
            continue
        matcher.set_seq1(title)
        if matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE:
            found.append((-matcher.ratio(), name, title))
    return [
        _("也许就是已有的指标 {name}（{title}）").format(name=name, title=title)
        for _r, name, title in sorted(found)[:_MOST]
    ]
