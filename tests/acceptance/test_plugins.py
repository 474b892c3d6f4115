"""Plugins and folders of rulesets through the command line: listed, required, left out, and set aside where they fail."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.acceptance.conftest import Call
from tests.unit.invented import institution, write, write_ruleset

from gradeeval import __version__, plugins
from gradeeval.cli.main import COMMANDS
from gradeeval.lint.check import Check
from gradeeval.plugins import HOOK_VERSION, hookimpl
from gradeeval.reports.rendering import Renderer

CHECK = ("check", "a.yaml", "--as-of", "2025-06-30", "--fail-on", "never")


def failing(*_arguments: Any) -> Any:
    raise ZeroDivisionError("its own")


class Plugin:
    """One that brings folders, and a form of report that fails."""

    gradeeval_hook_version = HOOK_VERSION

    def __init__(self, *folders: Path) -> None:
        self.folders = folders

    @hookimpl
    def gradeeval_rulesets(self) -> Sequence[Path]:
        return self.folders

    @hookimpl
    def gradeeval_renderers(self) -> Sequence[Renderer]:
        return [Renderer("bad", "坏", (".bad",), failing)]

    @hookimpl
    def gradeeval_checks(self) -> Sequence[Check]:
        return [Check("BAD101", "坏", "bad", failing)]


@pytest.fixture(autouse=True)
def _rules(country: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plugin ``city`` with one ruleset, a plugin ``broken``, and a folder ``more`` with one ruleset."""
    write_ruleset(country)
    city = write_ruleset(tmp_path / "site", "yi-2024-1", indicators={})
    write_ruleset(Path("more"), "ding-2024-1", indicators={})
    write(Path("a.yaml"), institution())
    write(Path("notice.txt"), "关于开展工作的通知\n一、到2025年，床位达到100张。\n")

    def broken() -> object:
        raise SystemExit(7)

    dist = SimpleNamespace(name="gradeeval-city", version="1.2")
    points = [
        SimpleNamespace(name="city", dist=dist, load=lambda: Plugin(city)),
        SimpleNamespace(name="broken", dist=None, load=broken),
    ]
    monkeypatch.setattr(metadata, "entry_points", lambda *, group: points)


NAMED = "插件 broken 未能使用：SystemExit: 7\n"


def test_the_list_says_what_each_brings_and_what_was_refused(call: Call) -> None:
    said = call("plugins", "list", "--ruleset-dir", "more")
    assert (said.code, said.err) == (0, NAMED)
    lines = said.out.splitlines()
    start = lines.index("city 1.2")
    assert lines[start:] == [
        "city 1.2",
        "  来源：gradeeval-city",
        "  报告格式：bad",
        "  规则检查：BAD101",
        "  规则集：yi-2024-1",
        "broken",
        "  来源：broken",
        "  已拒绝：SystemExit: 7",
        "ding-2024-1",
        f"  来源：{Path('more').resolve() / 'ding-2024-1'}",
        "  规则集：ding-2024-1",
    ]
    assert lines[0] == f"gradeeval {__version__}"


def test_the_list_as_json(call: Call) -> None:
    listed = json.loads(call("plugins", "list", "--format", "json").out)
    assert listed["hook_version"] == HOOK_VERSION
    assert [plugin["name"] for plugin in listed["plugins"]] == ["gradeeval", "city", "broken"]
    assert listed["plugins"][1] == {
        "name": "city",
        "version": "1.2",
        "origin": "gradeeval-city",
        "namespace": "gradeeval-city",
        "brings": {"renderers": ["bad"], "checks": ["BAD101"], "rulesets": ["yi-2024-1"]},
        "refused": [],
        "folder": False,
    }
    assert listed["plugins"][0]["version"] == __version__
    assert listed["plugins"][2]["refused"] == ["SystemExit: 7"]


def judged(out: str) -> list[str]:
    return [row["requirement"] for row in json.loads(out)["findings"]]


def test_a_plugin_that_fails_is_named_and_the_rest_works(call: Call) -> None:
    said = call(*CHECK, "--format", "json")
    assert (said.code, said.err) == (0, NAMED)
    assert judged(said.out) == ["jia-2024-1/1.1", "yi-2024-1/1.1"]


def test_without_plugins(call: Call) -> None:
    said = call(*CHECK, "--format", "json", "--no-plugins")
    assert (said.err, judged(said.out)) == ("", ["jia-2024-1/1.1"])


def test_a_folder_of_data(call: Call) -> None:
    said = call(*CHECK, "--format", "json", "--no-plugins", "--ruleset-dir", "more")
    assert (said.err, judged(said.out)) == ("", ["jia-2024-1/1.1", "ding-2024-1/1.1"])


def test_a_folder_that_is_refused_is_named_and_the_rest_works(call: Call) -> None:
    (Path("more") / "ding-2024-1" / "examples").symlink_to("/etc")
    said = call(*CHECK, "--format", "json", "--no-plugins", "--ruleset-dir", "more")
    assert said.code == 0
    place = Path("more/ding-2024-1").resolve()
    assert said.err == f"规则集文件夹 {place} 未能使用：是链接；规则集文件夹里不接受链接\n"
    assert judged(said.out) == ["jia-2024-1/1.1"]


@pytest.mark.parametrize(
    ("id", "says"),
    [
        ("jia-2024-1", "规则集 jia-2024-1 随程序发布；请改用另一个编号"),
        (
            "yi-2024-1",
            "规则集 yi-2024-1 已由插件 city 安装；请加 --no-plugins、卸载它（pip uninstall gradeeval-city），",
        ),
        ("ding-2024-1", "规则集 ding-2024-1 已由文件夹 {more} 提供；请只给出其中一个"),
    ],
)
def test_a_copy_of_what_is_there_is_named_as_a_folder_with_what_to_do(id: str, says: str, call: Call) -> None:
    copy = write_ruleset(Path("copies"), id, indicators={}).resolve()
    said = call(*CHECK, "--ruleset-dir", "more", "--ruleset-dir", "copies")
    line = next(line for line in said.err.splitlines() if str(copy) in line)
    assert line.startswith(f"规则集文件夹 {copy} 未能使用：{says.format(more=Path('more', id).resolve())}")


def test_without_the_plugin_the_copy_of_its_ruleset_serves(call: Call) -> None:
    write_ruleset(Path("copies"), "yi-2024-1", indicators={})
    said = call(*CHECK, "--format", "json", "--no-plugins", "--ruleset-dir", "copies")
    assert (said.err, judged(said.out)) == ("", ["jia-2024-1/1.1", "yi-2024-1/1.1"])


def test_a_folder_that_is_not_there(call: Call) -> None:
    said = call(*CHECK, "--ruleset-dir", "nowhere")
    assert (said.code, "文件夹 nowhere 不存在" in said.err) == (2, True)


@pytest.mark.parametrize("name", ["gradeeval", "city", "gradeeval-city", "yi-2024-1", "ding-2024-1", "jia-2024-1"])
def test_what_is_required_is_there(name: str, call: Call) -> None:
    assert call(*CHECK, "--ruleset-dir", "more", "--require-plugin", name).code == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--require-plugin", "broken"), "插件 broken 的内容被拒绝"),
        (("--require-plugin", "county"), "没有插件 county；现有：gradeeval、city、broken"),
        (("--require-plugin", "city", "--no-plugins"), "没有插件 city"),
        (("--require-plugin", "city", "--require-plugin", "ding-2024-1"), "没有插件 ding-2024-1"),
    ],
)
def test_what_is_required_is_missing(words: Sequence[str], sentence: str, call: Call) -> None:
    said = call(*CHECK, *words)
    assert (said.code, said.out) == (2, "")
    assert sentence in said.err


def test_required_and_refused_in_part(call: Call) -> None:
    (Path("more") / "ding-2024-1" / "examples").symlink_to("/etc")
    assert call(*CHECK, "--ruleset-dir", "more", "--require-plugin", "ding-2024-1").code == 2


def test_a_form_of_report_that_fails_is_named_and_the_others_are_written(call: Call) -> None:
    said = call(*CHECK, "-o", "a.bad", "-o", "a.json")
    assert said.code == 2
    assert "插件 city 的 bad 出错：ZeroDivisionError: its own" in said.err
    assert not Path("a.bad").exists()
    assert judged(Path("a.json").read_text(encoding="utf-8"))


def test_a_check_that_fails_is_named_and_the_others_run(call: Call) -> None:
    said = call("lint", "jia-2024-1", "--format", "json")
    assert said.code == 2
    assert "插件 city 的 BAD101 出错：ZeroDivisionError: its own" in said.err
    assert json.loads(said.out)


def test_one_that_is_long_in_loading_is_named(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    class Timer:
        daemon = False

        def __init__(self, seconds: float, call: Callable[..., None], arguments: Sequence[str]) -> None:
            self.start = lambda: call(*arguments) if seconds == plugins.SLOW else None

        def cancel(self) -> None:
            pass

    monkeypatch.setattr("threading.Timer", Timer)
    assert "插件 city 仍在装入" in call("plugins", "list").err


ALL = [
    ("check", "a.yaml"),
    ("explain", "a.yaml", "jia-2024-1/1.1"),
    ("rules", "list"),
    ("rules", "show", "jia-2024-1/1.1"),
    ("rules", "export"),
    ("rules", "coverage"),
    ("rules", "indicators"),
    ("validate", "a.yaml"),
    ("schema", "institution"),
    ("template", "institution"),
    ("examples",),
    ("verify", "--sources", "more"),
    ("plugins", "list"),
    ("lint", "jia-2024-1"),
    ("new", "dataset", "-o", "invented"),
    ("convert", "a.yaml", "-o", "columns"),
    ("batch", "a.yaml", "-o", "results"),
    ("diff", "more/ding-2024-1", "more/ding-2024-1"),
    ("draft", "notice.txt", "-o", "wu-2024-1", "--jurisdiction", "990000"),
]


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_that_uses_rules_takes_the_same_options(words: Sequence[str], call: Call) -> None:
    said = call(*words, "--require-plugin", "ding-2024-1")
    assert (said.code, "没有插件 ding-2024-1" in said.err) == (2, True)
    said = call(*words, "--require-plugin", "ding-2024-1", "--ruleset-dir", "more", "--no-plugins")
    assert "插件" not in said.err


def test_no_command_was_forgotten() -> None:
    without = {"samples", "results"}
    assert {words[0] for words in ALL} == set(COMMANDS) - without


def test_a_kind_of_file_that_is_not_there(call: Call) -> None:
    said = call("validate", "--kind", "institutio", "a.yaml")
    assert (said.code, "是否指 institution" in said.err) == (2, True)


def test_files_of_a_kind_that_ships(call: Call) -> None:
    assert call("validate", "--kind", "document", "more/ding-2024-1/document.yaml").code == 0
    said = call("validate", "--kind", "document", "a.yaml", "more/ding-2024-1/document.yaml")
    assert said.code == 3
    assert "a.yaml" in said.err
