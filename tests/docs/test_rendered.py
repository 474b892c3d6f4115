"""The pages under docs/ that are rendered from the rulesets are current."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"


def _pages() -> dict[Path, str]:
    spec = importlib.util.spec_from_file_location("render", DOCS / "render.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    pages: dict[Path, str] = module.pages()
    return pages


def test_rendered_pages_are_current() -> None:
    for name, text in _pages().items():
        assert (DOCS / name).read_text(encoding="utf-8") == text, f"docs/{name} is stale: run `make docs`"


def test_no_page_of_a_ruleset_or_check_that_is_gone() -> None:
    kept = {path.relative_to(DOCS) for folder in ("documents", "checks") for path in (DOCS / folder).glob("*.md")}
    assert kept <= set(_pages())


@pytest.mark.parametrize("word", ["二（一）7", "85%", "henan-2023-31"])
def test_a_page_holds_clause_quote_and_document(word: str) -> None:
    assert word in _pages()[Path("documents") / "henan-2023-31.md"]
