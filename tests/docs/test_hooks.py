"""Each hook of the door for plugins is documented with its exact arguments, and the examples there work."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Mapping
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.acceptance.conftest import Call, call, country
from tests.docs.markdown import ROOT, code, headings
from tests.unit.invented import institution, institution_id, write, write_ruleset

from gradeeval.files import limits
from gradeeval.plugins import GROUP, HOOK_VERSION, Hooks

__all__ = ["call", "country"]

PAGE = ROOT / "docs" / "plugins.md"
TEXT = PAGE.read_text(encoding="utf-8")
HOOKS: Mapping[str, Callable[..., Any]] = {
    name: function for name, function in vars(Hooks).items() if hasattr(function, f"{GROUP}_spec")
}


def signature(name: str) -> str:
    """As a plugin author writes it: ``name(first, second)``."""
    arguments = [argument for argument in inspect.signature(HOOKS[name]).parameters if argument != "self"]
    return f"{name}({', '.join(arguments)})"


def section(name: str) -> str:
    return TEXT.partition(f"## {signature(name)}\n")[2].partition("\n## ")[0]


def test_the_hooks_are_those_that_headings_name() -> None:
    documented = [text for _level, text in headings(PAGE) if text.startswith("gradeeval_")]
    assert sorted(documented) == sorted(map(signature, HOOKS))
    assert HOOKS


@pytest.mark.parametrize("name", HOOKS)
def test_a_hook_says_what_it_is_for(name: str) -> None:
    text = section(name)
    assert len(re.findall("[\u4e00-\u9fff]", text)) > 10, "in Chinese"
    assert re.search(r"\*[A-Z][^*]{20,}\*", text), "in English"
    assert inspect.getdoc(HOOKS[name])


def test_the_version_is_the_one_of_the_program() -> None:
    assert set(re.findall(r"gradeeval_hook_version = (\d+)", TEXT)) == {str(HOOK_VERSION)}
    assert f"目前是 {HOOK_VERSION}；" in TEXT


Install = Callable[[str], None]


@pytest.fixture
def install(country: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Installs the example of a section as the distribution ``gradeeval-shili``."""

    def installed(text: str) -> None:
        example = re.findall(r"```python\n(.*?)```", text, re.DOTALL)[-1]
        module = {"__file__": str(tmp_path / "site" / "__init__.py"), "__name__": "gradeeval_shili"}
        exec(compile(example, str(PAGE), "exec"), module)  # noqa: S102 - our own page
        dist = SimpleNamespace(name="gradeeval-shili", version="0.1.0")
        point = SimpleNamespace(name="shili", dist=dist, load=lambda: _Module(module))
        monkeypatch.setattr(metadata, "entry_points", lambda *, group: [point])

    write_ruleset(country, requirements=[{}])
    return installed


def listed(call: Call) -> dict[str, Any]:
    said = call("plugins", "list", "--format", "json")
    assert (said.code, said.err) == (0, "")
    plugin: dict[str, Any] = json.loads(said.out)["plugins"][1]
    assert (plugin["name"], plugin["version"], plugin["refused"]) == ("shili", "0.1.0", [])
    return plugin


def test_the_example_of_rulesets(install: Install, tmp_path: Path, call: Call) -> None:
    install(section("gradeeval_rulesets"))
    folder = tmp_path / "site" / "rulesets"
    own = {"gradeeval-shili.shared_talks": {"title": "讲座", "kind": "institution", "unit": "count"}}
    write(folder / "shared" / "indicators" / "own.yaml", {"indicators": own})
    write_ruleset(folder, "zhongzhou-2025-7", indicators={})
    assert listed(call)["brings"] == {
        "indicators": ["gradeeval-shili.shared_talks"],
        "rulesets": ["zhongzhou-2025-7"],
    }


def test_the_example_of_schemas(install: Install, call: Call) -> None:
    install(section("gradeeval_schemas"))
    assert listed(call)["brings"] == {"schemas": ["gradeeval-shili.talk"]}
    assert json.loads(call("schema", "gradeeval-shili.talk").out)["required"] == ["place", "listeners"]
    write(Path("talk.yaml"), {"place": "甲村", "listeners": 0})
    said = call("validate", "--kind", "gradeeval-shili.talk", "talk.yaml")
    assert said.code == 3
    assert "talk.yaml:2:1: listeners：不得小于 1" in said.err
    write(Path("talk.yaml"), {"place": "甲村", "listeners": 30})
    assert call("validate", "--kind", "gradeeval-shili.talk", "talk.yaml").code == 0


def rows(*beds: str) -> str:
    return "".join(f"{institution_id(n)}|示例{n}|990101|2024|{count}\n" for n, count in enumerate(beds, 1))


def test_the_example_of_readers(install: Install, country: Path, call: Call) -> None:
    beds = {"beds": {"title": "床位", "kind": "institution", "unit": "count"}}
    asked = {"indicator": "beds", "target": {"at_least": 100}}
    write_ruleset(country, "yi-2024-1", indicators=beds, requirements=[asked])
    install(section("gradeeval_readers"))
    assert listed(call)["brings"] == {"readers": ["bars"]}
    write(Path("a.bars"), rows("99", "100.5"))
    assert "a.bars:2:1: facts.beds" in call("validate", "a.bars").err
    write(Path("a.bars"), rows("99", "100"))
    said = call("check", ".", "--as-of", "2025-06-30", "--ruleset", "yi-2024-1", "--format", "json")
    assert [row["outcome"] for row in json.loads(said.out)["findings"]] == ["unmet", "met"]


def test_the_example_of_renderers(install: Install, call: Call) -> None:
    install(section("gradeeval_renderers"))
    assert listed(call)["brings"] == {"renderers": ["lines"]}
    id = institution_id(1)
    write(Path("a.yaml"), institution(facts={}))
    call("check", "a.yaml", "--as-of", "2025-06-30", "-o", "out.lines")
    assert Path("out.lines").read_text(encoding="utf-8") == f"{id} jia-2024-1/1.1 unknown\n"


def test_the_example_of_checks(install: Install, call: Call) -> None:
    install(section("gradeeval_checks"))
    assert listed(call)["brings"] == {"checks": ["TEST101"]}
    said = call("lint", "jia-2024-1", "--format", "json")
    assert said.code == 1
    assert "TEST101" in said.out
    assert "jia-2024-1/1.1：没有写责任单位" in said.out
    assert "TEST101" not in call("lint", "jia-2024-1", "--level", "TEST=off").out
    assert "TEST101 没有责任单位" in call("lint", "--explain", "TEST101").out


def test_the_first_example_is_the_plugin_that_ships() -> None:
    first, *_others = [content for language, content in code(PAGE) if language == "python"]
    source = (ROOT / "plugins" / "gradeeval-shili" / "src" / "gradeeval_shili" / "__init__.py").read_text()
    for line in first.splitlines():
        if not line.startswith("def "):
            assert line in source
    (entry,) = [content for language, content in code(PAGE) if language == "ini"]
    shipped = (ROOT / "plugins" / "gradeeval-shili" / "setup.cfg").read_text(encoding="utf-8")
    assert entry.strip() in shipped


def test_the_bounds_are_those_of_the_program() -> None:
    table = TEXT.partition("\n| 上限 | 值 |\n")[2].partition("\n\n")[0]
    documented = [row.split("|")[2].strip() for row in table.splitlines()[1:]]
    assert documented == [
        str(limits.MAX_RULESETS),
        str(limits.MAX_RULESET_FILES),
        f"{limits.MAX_RULESET_BYTES // (1024 * 1024)} MiB",
        str(limits.MAX_RULESET_DEPTH),
        str(limits.MAX_REQUIREMENTS),
        str(limits.MAX_INDICATORS),
        str(limits.MAX_RULESET_VALUES),
        str(limits.MAX_ITEMS),
        str(limits.MAX_INNER_ITEMS),
        str(limits.MAX_TEXT),
        str(limits.MAX_DEPTH),
        str(limits.MAX_DIGITS),
        f"±{limits.MAX_EXPONENT}",
        str(limits.MAX_FORMULAS),
        f"{limits.FIRST_YEAR}—{limits.LAST_YEAR}",
    ]


class _Module:
    """A namespace as an object, which is what an entry point loads."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.__dict__.update(names)
