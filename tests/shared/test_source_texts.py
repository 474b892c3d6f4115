"""The five published texts, where they are at hand: every clause is found and nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradeeval.sources.segments import normalise, segment

pytestmark = pytest.mark.shared

CLAUSES = {  # number of clauses with a number, and some that have to be there
    "henan-2023-31": (34, ["二（一）7", "二（五）5", "三（三）"]),
    "baoding-2023": (34, ["三（一）1", "三（三）11", "三（六）24", "四"]),
    "henan-2024-11": (12, ["一", "六", "十二"]),
    "hunan-2023-44": (37, ["二（一）1", "二（二）4", "二（八）26", "三"]),
    "henan-2025-23": (21, ["一（一）", "三（六）", "三（十二）", "四（十七）"]),
}


@pytest.mark.parametrize("document", CLAUSES)
def test_a_source_is_cut_without_loss(sources: Path, document: str) -> None:
    text = (sources / f"{document}.txt").read_text(encoding="utf-8")
    parts = segment(text)
    assert "".join(part.text for part in parts) == normalise(text)
    clauses = {part.clause for part in parts} - {"首部"}
    count, some = CLAUSES[document]
    assert len(clauses) == count
    assert clauses >= set(some)


@pytest.mark.parametrize("document", CLAUSES)
def test_responsible_offices_are_segments_of_their_own(sources: Path, document: str) -> None:
    for part in segment((sources / f"{document}.txt").read_text(encoding="utf-8")):
        assert "责任单位:" not in part.text or (part.text[:5] == "(责任单位" and part.text[-1] == ")")
