"""A ruleset for a region that no roster has applies to nobody: every command that a newcomer runs on it says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.acceptance.conftest import Call
from tests.unit.invented import write, write_ruleset

NOWHERE = "999999"
SAYS = "名册上没有区域 999999"
ROSTER = {
    "title": "戊省",
    "source": "编造",
    "jurisdiction": NOWHERE,
    "complete": ["province"],
    "rows": [{"code": NOWHERE, "name": "戊省", "tier": "province", "division": "province", "parent": "000000"}],
}


@pytest.fixture
def folder(call: Call, country: Path) -> Path:
    assert call("new", "ruleset", "far-1", "--into", ".", "--jurisdiction", NOWHERE).code == 0
    return Path("far-1")


def test_lint_finds_an_error_where_the_code_stands(call: Call, folder: Path) -> None:
    said = call("lint", folder, "--fail-on", "error")
    assert said.code == 1
    assert "far-1/document.yaml:" in said.out
    assert "I108" in said.out
    assert SAYS in said.out
    assert "--ruleset-dir" in said.out


def test_a_draft_says_it_at_once(call: Call, country: Path) -> None:
    Path("通知.txt").write_text("关于某事的通知\n一、甲。\n到2025年，建成3所医院。\n", encoding="utf-8")
    said = call("draft", "通知.txt", "-o", "far-2", "--jurisdiction", NOWHERE)
    assert said.code == 0
    assert SAYS in said.err
    assert SAYS not in call("draft", "通知.txt", "-o", "near-2", "--jurisdiction", "990000").err


def test_validate_says_it(call: Call, folder: Path) -> None:
    said = call("validate", folder)
    assert said.code == 0
    assert SAYS in said.err


def test_validate_knows_the_roster_that_stands_beside_it_on_the_line(call: Call, folder: Path) -> None:
    write(Path("rosters/wu.yaml"), ROSTER)
    said = call("validate", folder, "rosters/wu.yaml")
    assert (said.code, said.err) == (0, "")


def test_the_conformance_kit_fails_on_it(call: Call, folder: Path) -> None:
    said = call("plugins", "check", folder, "--format", "json")
    assert said.code == 1
    lint = next(step for step in json.loads(said.out)["steps"] if step["step"] == "lint")
    assert [problem["code"] for problem in lint["problems"]] == ["I108"]
    assert lint["problems"][0]["path"] == "jurisdiction"


def test_a_roster_that_comes_with_the_rulesets_is_known(call: Call, country: Path) -> None:
    write_ruleset(Path("mine"), "wu-1", indicators={}, requirements=[], jurisdiction=NOWHERE)
    assert SAYS in call("lint", "mine/wu-1").out
    write(Path("mine/shared/rosters/wu.yaml"), ROSTER)
    assert SAYS not in call("lint", "mine/wu-1", "--ruleset-dir", "mine").out
    assert SAYS not in call("validate", "mine/wu-1", "--ruleset-dir", "mine").err
    assert SAYS not in call("plugins", "check", "mine").out


def test_a_roster_that_only_profiles_bring_is_a_reason_to_ignore(call: Call, folder: Path) -> None:
    document = folder / "document.yaml"
    text = document.read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("jurisdiction"))
    document.write_text(text.replace(line, f"{line}  # gradeeval: ignore=I108 名册随档案给出"), encoding="utf-8")
    assert "I108" not in call("lint", folder).out
