"""Every shipped ruleset against the text that it encodes: ledger, quotes, numbers, dates, strength, quantities."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

from gradeeval.builtin import shipped_rulesets
from gradeeval.rulesets.reading import read_ledger
from gradeeval.sources.accounting import verify_quantities
from gradeeval.sources.claims import SourceProblem
from gradeeval.sources.numbers import verify_numbers
from gradeeval.sources.verify import verify_ledger
from gradeeval.workspace import Workspace, build

pytestmark = pytest.mark.shared

RULESETS = sorted(path.parent.name for path in shipped_rulesets().glob("*/document.yaml"))


@cache
def workspace() -> Workspace:
    return build(installed=False)


def ledger(id: str, text: str) -> Iterable[SourceProblem]:
    return verify_ledger(id, read_ledger(workspace().ruleset(id)), workspace().load(id).requirements, text)


def numbers(id: str, text: str) -> Iterable[SourceProblem]:
    return verify_numbers(id, workspace().load(id).requirements, text)


def quantities(id: str, text: str) -> Iterable[SourceProblem]:
    found = workspace()
    requirements = found.load(id).requirements
    return verify_quantities(id, read_ledger(found.ruleset(id)), requirements, found.scope.indicators, text)


def source(id: str, folder: Path) -> str:
    """The text of a document; the test is skipped where it is not at hand."""
    file = folder / (workspace().ruleset(id).document.source or f"{id}.txt")
    if not file.is_file():
        pytest.skip(f"no source text {file.name} in ../shared/sources")
    return file.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("verify", [ledger, numbers, quantities], ids=lambda function: function.__name__)
@pytest.mark.parametrize("id", RULESETS)
def test_a_shipped_ruleset_agrees_with_its_source(
    id: str, verify: Callable[[str, str], Iterable[SourceProblem]], sources: Path
) -> None:
    found = verify(id, source(id, sources))
    assert [f"{problem.clause} {problem.requirement or ''} {problem.message}" for problem in found] == []


@pytest.mark.parametrize("id", RULESETS)
def test_a_shipped_ruleset_leaves_nothing_pending(id: str) -> None:
    entries = read_ledger(workspace().ruleset(id))
    assert entries
    assert [entry.opens for entry in entries for stretch in entry.stretches if stretch.status == "pending"] == []


@pytest.mark.parametrize("verify", [ledger, numbers], ids=lambda function: function.__name__)
@pytest.mark.parametrize("id", RULESETS)
def test_a_source_that_was_changed_is_noticed(
    id: str, verify: Callable[[str, str], Iterable[SourceProblem]], sources: Path
) -> None:
    """So that the tests above can fail: each figure of the text made another."""
    changed = source(id, sources).translate(str.maketrans("123456789", "234567891"))
    assert list(verify(id, changed))


def test_some_text_is_at_hand(sources: Path) -> None:
    assert RULESETS
    assert any((sources / f"{id}.txt").is_file() for id in RULESETS)
