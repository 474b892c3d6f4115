"""Each hook of the door for plugins is documented with its exact arguments, and the example there works."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.docs.markdown import ROOT, code, headings

from gradeeval.plugins import GROUP, Hooks, discover

PAGE = ROOT / "docs" / "plugins.md"
HOOKS: Mapping[str, Callable[..., Any]] = {
    name: function for name, function in vars(Hooks).items() if hasattr(function, f"{GROUP}_spec")
}


def signature(name: str) -> str:
    """As a plugin author writes it: ``name(first, second)``."""
    arguments = [argument for argument in inspect.signature(HOOKS[name]).parameters if argument != "self"]
    return f"{name}({', '.join(arguments)})"


def test_the_hooks_are_those_that_headings_name() -> None:
    documented = [text for _level, text in headings(PAGE) if text.startswith("gradeeval_")]
    assert sorted(documented) == sorted(map(signature, HOOKS))
    assert HOOKS


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_says_what_it_is_for(name: str) -> None:
    text = PAGE.read_text(encoding="utf-8").partition(f"## {signature(name)}\n")[2].partition("\n## ")[0]
    assert len(re.findall("[\u4e00-\u9fff]", text)) > 10, "in Chinese"
    assert re.search(r"\*[A-Z][^*]{20,}\*", text), "in English"
    assert inspect.getdoc(HOOKS[name])


def test_the_example_is_a_plugin_that_the_program_takes() -> None:
    (example,) = [content for language, content in code(PAGE) if language == "python"]
    module = {"__file__": "/site/gradeeval_testland/__init__.py", "__name__": "gradeeval_testland"}
    exec(compile(example, str(PAGE), "exec"), module)  # noqa: S102 - our own page
    found = discover([("testland", _Module(module))], installed=False)
    assert found.refused == []
    assert found.rulesets == [("testland", Path("/site/gradeeval_testland/rulesets/testland-2025-1"))]


def test_the_example_is_the_plugin_that_ships() -> None:
    (entry,) = [content for language, content in code(PAGE) if language == "ini"]
    shipped = (ROOT / "plugins" / "gradeeval-testland" / "setup.cfg").read_text(encoding="utf-8")
    assert entry.strip() in shipped


class _Module:
    """A namespace as an object, which is what an entry point loads."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.__dict__.update(names)
