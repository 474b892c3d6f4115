"""The figures of docs/draft.md are those that the drafter earns, on the published texts and on the invented one."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from gradeeval.workspace import build

ROOT = Path(__file__).parents[2]
INVENTED = ROOT / "plugins" / "gradeeval-shili" / "src" / "gradeeval_shili" / "rulesets" / "shili-2024-12"
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
    assert module.table(results) in (ROOT / "docs" / "draft.md").read_text(encoding="utf-8")


def test_the_printed_figures_of_the_invented_document_are_current() -> None:
    workspace = build(installed=False, extra=[INVENTED])
    source = INVENTED / "source" / f"{INVENTED.name}.txt"
    module = measuring()
    measured = module.measure(source, INVENTED.name, workspace)
    assert module.table([measured]) in (ROOT / "docs" / "draft.md").read_text(encoding="utf-8")
