"""Settings: flags before the environment before the nearest file, whose path is told."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from tests.acceptance.conftest import Call
from tests.unit.invented import institution, write, write_ruleset


@pytest.fixture(autouse=True)
def _rules(country: Path) -> None:
    write_ruleset(country, requirements=[{"topics": ["tcm"]}, {"topics": ["finance"]}])
    write_ruleset(country, "yi-2024-1", indicators={}, requirements=[{"topics": ["finance"]}])
    write(Path("a.yaml"), institution(facts={"done": False}))


CHECK = ("check", "a.yaml", "--as-of", "2025-06-30", "--format", "json", "--engine", "reference")


def judged(out: str) -> list[str]:
    return [row["requirement"] for row in json.loads(out)["findings"]]


def test_without_settings_nothing_is_told(call: Call) -> None:
    said = call(*CHECK)
    assert (said.code, said.err) == (1, "")
    assert len(judged(said.out)) == 3


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("gradeeval.toml", '[gradeeval]\nfail-on = "never"\nruleset = ["jia-2024-1"]\n'),
        ("gradeeval.toml", '[gradeeval]\nfail_on = "never"\nruleset = "jia-2024-1"\n'),
        ("setup.cfg", "[gradeeval]\nfail_on = never\nruleset = jia-2024-1\n"),
        ("setup.cfg", "[metadata]\nname = %(x)s\n[gradeeval]\nfail-on = never\nruleset = jia-2024-1,\n"),
    ],
)
def test_a_file_is_found_and_told(name: str, text: str, call: Call) -> None:
    write(Path(name), text)
    said = call(*CHECK)
    assert said.code == 0
    assert judged(said.out) == ["jia-2024-1/1.1", "jia-2024-1/1.2"]
    assert said.err == f"配置：{Path(name).resolve()}\n"


def test_the_nearest_file_upward_counts_alone(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    write(Path("gradeeval.toml"), '[gradeeval]\nfail_on = "never"\n')
    write(Path("inner/gradeeval.toml"), '[gradeeval]\ntopic = ["tcm"]\n')
    write(Path("inner/deep/setup.cfg"), "[metadata]\nname = other\n")
    monkeypatch.chdir("inner/deep")
    said = call("check", "../../a.yaml", *CHECK[2:])
    assert said.code == 1
    assert judged(said.out) == ["jia-2024-1/1.1"]


def test_the_environment_wins_over_the_file_and_a_flag_over_both(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    write(Path("gradeeval.toml"), '[gradeeval]\nfail_on = "never"\nruleset = ["yi-2024-1"]\n')
    monkeypatch.setenv("GRADEEVAL_FAIL_ON", "any")
    said = call(*CHECK)
    assert (said.code, judged(said.out)) == (1, ["yi-2024-1/1.1"])
    monkeypatch.setenv("GRADEEVAL_RULESET", "jia-2024-1 yi-2024-1")
    said = call(*CHECK, "--fail-on", "never")
    assert (said.code, len(judged(said.out))) == (0, 3)
    said = call(*CHECK, "--ruleset", "yi-2024-1")
    assert judged(said.out) == ["yi-2024-1/1.1"]


def test_a_subcommand_takes_settings_too(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    write(Path("gradeeval.toml"), '[gradeeval]\nruleset = ["yi-2024-1"]\n')
    assert [row["id"] for row in json.loads(call("rules", "export").out)] == ["yi-2024-1/1.1"]
    monkeypatch.setenv("GRADEEVAL_RULESET", "jia-2024-1")
    assert len(json.loads(call("rules", "export").out)) == 2


def test_a_switch_from_the_environment(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    write(Path("a.yaml"), [institution(1), institution(2, facts={"dome": 1})])
    assert call(*CHECK).out == ""
    monkeypatch.setenv("GRADEEVAL_SKIP_INVALID", "1")
    said = call(*CHECK)
    assert (said.code, len(judged(said.out))) == (3, 3)
    monkeypatch.setenv("GRADEEVAL_SKIP_INVALID", "0")
    assert call(*CHECK).out == ""


@pytest.mark.parametrize("setting", ["environment", "toml", "toml list", "cfg"])
def test_folders_of_rulesets_may_be_set(setting: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("my rules, 1", "more"):
        write_ruleset(Path(name), "bing-2024-1" if name == "more" else "ding-2024-1", indicators={})
    here = Path.cwd()
    if setting == "environment":
        monkeypatch.setenv("GRADEEVAL_RULESET_DIR", f"my rules, 1{os.pathsep}more")
    else:
        lists = {"toml": '"my rules, 1\\nmore"', "toml list": '["my rules, 1", "more"]'}
        text = f"[gradeeval]\nruleset_dir = {lists.get(setting, '')}\n"
        if setting == "cfg":
            write(Path("setup.cfg"), "[gradeeval]\nruleset_dir =\n    my rules, 1\n    more\n")
        else:
            write(Path("gradeeval.toml"), text)
        Path("deep").mkdir()
        monkeypatch.chdir("deep")
    out = call("rules", "list").out
    for id in ("jia-2024-1", "ding-2024-1", "bing-2024-1"):
        assert id in out
    assert str(here / "more" / "bing-2024-1") in out


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("gradeeval.toml", "[gradeeval\n", "gradeeval.toml 无法读取"),
        ("gradeeval.toml", '[gradeeval]\nfail_on = "sometimes"\n', "sometimes"),
        ("gradeeval.toml", "[gradeeval]\nambiguous_width = 7\n", "7"),
    ],
)
def test_a_file_that_cannot_be_meant(name: str, text: str, told: str, call: Call) -> None:
    write(Path(name), text)
    said = call(*CHECK)
    assert said.code == 2
    assert told in said.err


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("setup.cfg", "no section at all"),
        ("setup.cfg", "[metadata]\nname = x\n"),
        ("gradeeval.toml", "[other]\nx = 1\n"),
        ("gradeeval.toml", "gradeeval = 3\n"),
        ("gradeeval.toml", '[gradeeval]\nunknown = "x"\n'),
    ],
)
def test_a_file_that_is_not_for_us_changes_nothing(name: str, text: str, call: Call) -> None:
    write(Path(name), text)
    said = call(*CHECK)
    assert (said.code, len(judged(said.out))) == (1, 3)


@pytest.mark.parametrize("setting", ["environment", "toml", "cfg"])
def test_the_language_may_be_set(setting: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    if setting == "environment":
        monkeypatch.setenv("GRADEEVAL_LANG", "en")
    elif setting == "toml":
        write(Path("gradeeval.toml"), '[gradeeval]\nlang = "en"\n')
    else:
        write(Path("setup.cfg"), "[gradeeval]\nlang = en\n")
    assert "Document jia-2024-1" in call("rules", "list").out
    assert "文件jia-2024-1" in call("rules", "list", "--lang", "zh").out


def test_a_language_that_is_not_spoken_is_told_in_chinese(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADEEVAL_LANG", "fr")
    said = call("rules", "list")
    assert said.code == 2
    assert said.err.startswith("错误：")
    assert "fr" in said.err


def test_a_broken_file_is_told_in_chinese(call: Call) -> None:
    write(Path("gradeeval.toml"), "lang = \n")
    said = call("rules", "list")
    assert said.code == 2
    assert said.err.startswith("错误：配置文件")
