"""The figures of docs/draft.md are those that the drafter earns, on the published texts and on the invented ones."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from gradeeval.sources.numbers import verify_numbers
from gradeeval.sources.passages import Clauses
from gradeeval.sources.segments import segment
from gradeeval.workspace import build

ROOT = Path(__file__).parents[2]
INVENTED = ROOT / "plugins" / "gradeeval-shili" / "src" / "gradeeval_shili" / "rulesets" / "shili-2024-12"
KEYS = ROOT / "tests" / "drafting"
PAGE = ROOT / "docs" / "draft.md"
LEAST_RECALL, LEAST_PRECISION = 0.7, 0.6


def measuring() -> ModuleType:
    """The benchmark, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("measured_draft", ROOT / "benchmarks" / "draft.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.shared
def test_the_printed_figures_are_current_and_good_enough(sources: Path) -> None:
    workspace = build(installed=False)
    module = measuring()
    pairs = module.shipped(workspace, sources)
    if len(pairs) < len(workspace.rulesets):
        pytest.skip("not every source text is in ../shared/sources")
    results = [module.measure(path, id, workspace) for path, id in pairs]
    right = sum(item.right for item in results)
    assert right / sum(len(item.finals) for item in results) >= LEAST_RECALL
    assert right / sum(len(item.drafted) for item in results) >= LEAST_PRECISION
    assert module.table(results) in PAGE.read_text(encoding="utf-8")


def test_the_printed_figures_of_the_invented_document_are_current() -> None:
    assert table_of([INVENTED]) in PAGE.read_text(encoding="utf-8")


def test_the_printed_figures_of_the_documents_with_a_key_alone_are_current() -> None:
    assert table_of([KEYS / name for name in ("yunlan-2025-9", "nanting-2026-5")]) in PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["yunlan-2025-9", "nanting-2026-5"])
def test_a_key_holds_against_its_text(name: str) -> None:
    """Quotes, figures, dates and force of what people would have written, as ``verify`` checks them."""
    requirements = build(installed=False, extra=[KEYS / name]).load(name).requirements
    text = (KEYS / name / "source" / f"{name}.txt").read_text(encoding="utf-8")
    clauses = Clauses(segment(text))
    assert all(clauses.find(item.clause, item.quote) for item in requirements)
    assert verify_numbers(name, requirements, text) == []


def table_of(rulesets: Sequence[Path]) -> str:
    """The table of rulesets that have their documents beside them."""
    workspace = build(installed=False, extra=rulesets)
    module = measuring()
    measured = [module.measure(folder / "source" / f"{folder.name}.txt", folder.name, workspace) for folder in rulesets]
    return str(module.table(measured))
