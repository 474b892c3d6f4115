"""The door for plugins: all come in the same way, and one that fails is named and set aside while the rest works."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest

from gradeeval.builtin import Builtin, shipped_rulesets
from gradeeval.plugins import GROUP, discover, hookimpl
from gradeeval.reports.rendering import Layout, Renderer


def renderer(name: str) -> Renderer:
    return Renderer(name, name, (f".{name}",), lambda result, layout: b"")


class Good:
    @hookimpl
    def gradeeval_rulesets(self) -> Sequence[Path]:
        return [Path("/rules/a"), Path("/rules/b")]

    @hookimpl
    def gradeeval_renderers(self) -> Sequence[Renderer]:
        return [renderer("html")]


class OnlyRenderers:
    @hookimpl
    def gradeeval_renderers(self) -> Sequence[Renderer]:
        return [renderer("pdf")]


class Raising:
    @hookimpl
    def gradeeval_rulesets(self) -> Sequence[Path]:
        raise KeyError("its own bug")


class RaisingLater:
    @hookimpl
    def gradeeval_rulesets(self) -> Sequence[Path]:
        return [Path("/rules/c")]

    @hookimpl
    def gradeeval_renderers(self) -> Sequence[Renderer]:
        raise OSError("no disk")


class WrongName:
    @hookimpl
    def gradeeval_rulesetz(self) -> Sequence[Path]:
        return []


class WrongArguments:
    @hookimpl
    def gradeeval_rulesets(self, folder: Path) -> Sequence[Path]:
        return [folder]


class NoList:
    @hookimpl
    def gradeeval_rulesets(self) -> int:
        return 3


class Nothing:
    pass


def test_what_a_plugin_brings_has_its_name() -> None:
    found = discover([("good", Good())], installed=False)
    assert found.rulesets == [("good", Path("/rules/a")), ("good", Path("/rules/b"))]
    assert [(name, item.name) for name, item in found.renderers] == [("good", "html")]
    assert found.plugins == [("good", "")]
    assert found.refused == []


def test_each_plugin_answers_for_itself() -> None:
    found = discover([("good", Good()), ("more", OnlyRenderers()), ("nothing", Nothing())], installed=False)
    assert [name for name, _path in found.rulesets] == ["good", "good"]
    assert [(name, item.name) for name, item in found.renderers] == [("good", "html"), ("more", "pdf")]
    assert [name for name, _version in found.plugins] == ["good", "more", "nothing"]


@pytest.mark.parametrize(
    ("plugin", "why"),
    [
        (Raising, "KeyError: 'its own bug'"),
        (RaisingLater, "OSError: no disk"),
        (WrongName, "gradeeval_rulesetz"),
        (WrongArguments, "folder"),
        (NoList, "TypeError"),
    ],
)
def test_a_plugin_that_fails_is_named_and_the_rest_works(plugin: Callable[[], object], why: str) -> None:
    found = discover([("good", Good()), ("bad", plugin()), ("more", OnlyRenderers())], installed=False)
    ((name, told),) = found.refused
    assert name == "bad"
    assert why in told
    assert [name for name, _path in found.rulesets] == ["good", "good"]
    assert [item.name for _name, item in found.renderers] == ["html", "pdf"]
    assert [name for name, _version in found.plugins] == ["good", "more"]


def test_two_plugins_of_one_name() -> None:
    found = discover([("good", Good()), ("good", OnlyRenderers())], installed=False)
    assert found.refused == [("good", "已有同名插件")]
    assert [item.name for _name, item in found.renderers] == ["html"]


@dataclass
class Point:
    """As much of an entry point as is asked of it."""

    name: str
    plugin: object
    dist: SimpleNamespace | None = None

    def load(self) -> object:
        if isinstance(self.plugin, Exception):
            raise self.plugin
        return self.plugin


def test_installed_plugins_come_from_the_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        Point("good", Good(), SimpleNamespace(version="1.2")),
        Point("gone", ImportError("no module named gone")),
        Point("more", OnlyRenderers()),
    ]
    asked = []

    def entry_points(*, group: str) -> list[Point]:
        asked.append(group)
        return points

    monkeypatch.setattr(metadata, "entry_points", entry_points)
    found = discover([], installed=True)
    assert asked == [GROUP]
    assert found.plugins == [("good", "1.2"), ("more", "")]
    assert found.refused == [("gone", "ImportError: no module named gone")]


def test_the_builtin_plugin_brings_what_is_shipped() -> None:
    found = discover([("gradeeval", Builtin())], installed=False)
    assert found.refused == []
    folders = [path for _name, path in found.rulesets]
    assert shipped_rulesets() / "shared" in folders
    assert len(folders) > 1
    for folder in folders:
        assert folder.name == "shared" or (folder / "document.yaml").is_file()
    assert {path.parent for path in shipped_rulesets().glob("*/document.yaml")} <= set(folders)
    suffixes = {item.name: item.suffixes for _name, item in found.renderers}
    assert suffixes["table"] == (".txt",)
    assert len({suffix for those in suffixes.values() for suffix in those}) == sum(map(len, suffixes.values()))
    assert {item.name for _name, item in found.renderers if item.binary} == {"xlsx", "docx"}


def test_the_layout_of_a_terminal_is_plain_unless_it_is_told() -> None:
    assert (Layout().width, Layout().colour, Layout().ambiguous) == (80, False, 1)
