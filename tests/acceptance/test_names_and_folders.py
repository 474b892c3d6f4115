"""A word that is an installed name and a folder of the working folder: one rule in all commands, and it is said."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.acceptance.conftest import Call
from tests.unit.invented import write_ruleset

ID = "jia-2024-1"
EXAMPLES = {f"{ID}/1.1": {"cases": [{"case": "做到", "facts": {"done": True}, "is": "met"}]}}
SAYS = f"已安装的 {ID} 与当前文件夹里的 {ID} 同名"
COMMANDS = (("examples",), ("lint",), ("verify", "--sources", "texts"))


@pytest.fixture(autouse=True)
def _two(country: Path) -> None:
    """One is installed with an example; a folder of the same name holds a draft without any."""
    write_ruleset(country, ID, examples=EXAMPLES)
    write_ruleset(Path(), ID, requirements=[])
    Path("texts").mkdir()
    Path("texts", f"{ID}.txt").write_text("甲。\n", encoding="utf-8")


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_the_installed_one_is_taken_and_it_is_said(words: Sequence[str], call: Call, country: Path) -> None:
    both = call(*words, ID)
    alone = call(*words, country / ID)
    assert (both.code, both.out) == (alone.code, alone.out)
    assert both.err.count(SAYS) == 1
    assert f"./{ID}" in both.err


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
@pytest.mark.parametrize("written", [f"./{ID}", f"{ID}/", f"{ID}/document.yaml"])
def test_a_path_is_a_path(written: str, words: Sequence[str], call: Call, country: Path) -> None:
    said = call(*words, written)
    assert SAYS not in said.err
    assert str(country) not in said.out
    assert said.out != call(*words, country / ID).out


def test_examples_of_the_installed_one_run(call: Call) -> None:
    assert f"{ID}：1 个例子" in call("examples", ID).out
    assert f"{ID}：0 个例子" in call("examples", f"./{ID}").out


def test_both_sides_of_a_comparison_follow_the_rule(call: Call) -> None:
    pytest.importorskip("z3", reason="the extra `prove` is not installed")
    assert call("lint", "--implies", ID, ID).err.count(SAYS) == 1


def test_what_is_installed_is_not_mended(call: Call) -> None:
    said = call("lint", "--fix", ID)
    assert said.code == 2
    assert SAYS in said.err
    assert call("lint", "--fix", f"./{ID}").code != 2


def test_any_folder_of_the_name_stands_back(call: Call, country: Path) -> None:
    write_ruleset(country, "yi-2024-1", indicators={}, requirements=[])
    Path("yi-2024-1").mkdir()
    said = call("examples", "yi-2024-1")
    assert "yi-2024-1：0 个例子" in said.out


def test_the_folder_that_is_installed_is_no_second_one(
    call: Call, country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(country)
    said = call("examples", ID)
    assert (said.err, f"{ID}：1 个例子" in said.out) == ("", True)


def test_a_folder_alone_needs_no_slash(call: Call) -> None:
    write_ruleset(Path(), "bing-2024-1", indicators={}, requirements=[])
    said = call("examples", "bing-2024-1")
    assert (said.code, said.err) == (0, "")


def test_the_conformance_kit_follows_the_rule(call: Call, country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call("new", "plugin", "gradeeval-mycity", "--jurisdiction", "990000").code == 0
    alone = call("plugins", "check", "gradeeval-mycity")
    assert (alone.code, alone.err) == (0, "")
    monkeypatch.syspath_prepend(str(Path("gradeeval-mycity/src").resolve()))
    dist = SimpleNamespace(name="gradeeval-mycity", version="9.9.9")
    point = SimpleNamespace(name="mycity", value="gradeeval_mycity", dist=dist, load=lambda: None)
    monkeypatch.setattr(metadata, "entry_points", lambda *, group: [point])
    both = call("plugins", "check", "gradeeval-mycity")
    assert "gradeeval-mycity 9.9.9" in both.out
    assert "已安装的 gradeeval-mycity 与当前文件夹里的 gradeeval-mycity 同名" in both.err
    folder = call("plugins", "check", "./gradeeval-mycity")
    assert "9.9.9" not in folder.out
    assert folder.err == ""
