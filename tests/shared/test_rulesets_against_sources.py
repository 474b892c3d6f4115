"""Every shipped ruleset against the text that it encodes: ledger, quotes, numbers, dates, strength, quantities."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from gradeeval.builtin import shipped_rulesets
from gradeeval.language.nodes import Bounds, Target
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


@pytest.mark.parametrize("id", RULESETS)
def test_what_does_not_agree_is_noticed(id: str, sources: Path) -> None:
    """So that the tests above can fail: a text with other figures, targets with other numbers, an empty ruleset."""
    text = source(id, sources)
    changed = text.translate(str.maketrans("123456789", "234567891"))
    assert list(ledger(id, changed))
    requirements = workspace().load(id).requirements
    wrong = [replace(item, target=_raised(item.target)) for item in requirements if item.target != _raised(item.target)]
    assert wrong
    assert list(verify_numbers(id, wrong, text))
    entries = read_ledger(workspace().ruleset(id))
    assert list(verify_quantities(id, entries, (), workspace().scope.indicators, text))


def _raised(target: Target) -> Target:
    """A target with another number; the same where it has none."""
    if not isinstance(target.test, Bounds) or not isinstance(target.test.at_least, int | Decimal):
        return target
    return replace(target, test=replace(target.test, at_least=target.test.at_least * 7 + 3))


def test_some_text_is_at_hand(sources: Path) -> None:
    assert RULESETS
    assert any((sources / f"{id}.txt").is_file() for id in RULESETS)
