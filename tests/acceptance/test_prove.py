"""``gradeeval lint --prove`` and ``--implies``: what is planted is found, with a profile that shows it."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("z3", reason="the extra `prove` is not installed")

from gradeeval import messages
from gradeeval.cli.linting import gathered
from gradeeval.cli.main import run
from gradeeval.engines.solver.demand import Demand
from gradeeval.proving.replaying import outcomes_on
from gradeeval.rulesets.ruleset import Case

DEMO = Path(__file__).parents[1] / "lint" / "demo-2025"
SHIPPED = ("baoding-2023", "henan-2023-31", "henan-2024-11", "henan-2025-23", "hunan-2023-44")
CITY = """
id: city-2025
title: 示例市方案（虚构）
jurisdiction: "410100"
horizon: 2025..2026
note: 虚构的文件
"""
RULE = """
- id: city-2025/1-a
  clause: 一
  quote: 胸痛中心建成比例达到要求
  binds: {{kind: region, tier: county}}
  indicator: demo.center_share
  target: {target}
  unit: percent
  due: 2026-12-31
  due_from: document
  force: {force}
"""


@pytest.fixture(autouse=True)
def _chinese_afterwards() -> Iterator[None]:
    yield
    messages.use("zh")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small ruleset of the pages, binding 中牟县, in the working folder."""
    shutil.copytree(DEMO, tmp_path / DEMO.name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def plant(folder: Path, target: str, force: str = "mandatory", more: str = "") -> None:
    """A second ruleset, of 郑州市, with one requirement."""
    (folder / "city-2025" / "requirements").mkdir(parents=True)
    (folder / "city-2025" / "document.yaml").write_text(CITY, encoding="utf-8")
    text = RULE.format(target=target, force=force) + more
    (folder / "city-2025" / "requirements" / "1.yaml").write_text(text, encoding="utf-8")


def problems(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    run(["lint", *arguments, "--format", "json"])
    found = json.loads(capsys.readouterr().out, parse_float=Decimal)["problems"]
    return [item for item in found if item["code"].startswith("L")]


def replayed(folder: Path, problem: dict[str, Any]) -> dict[str, str]:
    """What the reference engine says of the profile that a problem shows."""
    material, refused = gathered([str(folder)])
    assert not refused
    by_id = {rule.id: rule for encoded in material.rulesets.values() for rule in encoded.requirements}
    demands = [Demand(by_id[id], material.scope, {}) for id in problem["data"]["outcomes"]]
    judged = outcomes_on(Case("", "", "", **problem["data"]["case"]), demands)
    assert judged is not None
    return {item.requirement.id: item.outcome for item in judged}


@pytest.mark.no_cover
def test_the_shipped_rulesets_end_clean_and_what_is_true_of_the_texts_is_ignored_with_a_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["lint", "--prove", "--timeout", "60", *SHIPPED]) == 0
    assert capsys.readouterr().out == "5 个规则集：0 个错误，0 个警告，10 处已说明原因而忽略\n"


@pytest.mark.parametrize(
    ("target", "force", "code", "facts"),
    [
        ("{at_most: 80}", "mandatory", "L201", {"numerator": 0, "denominator": 1}),
        ("{at_least: 80}", "mandatory", "L202", {"numerator": 4, "denominator": 5}),
        ("{at_least: 85}", "strive", "L203", {"numerator": 17, "denominator": 20}),
    ],
)
def test_two_rulesets_of_nested_regions(
    target: str, force: str, code: str, facts: object, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plant(folder, target, force)
    (found,) = problems(capsys, str(folder), "--prove")
    assert found["code"] == code
    assert found["data"]["case"]["facts"] == {"demo.center_share": facts}
    assert replayed(folder, found) == found["data"]["outcomes"]
    assert "胸痛中心建成比例达到要求" in found["message"]
    assert "到2026年底，全县二级及以上公立医院胸痛中心建成比例达到85%以上。" in found["message"]


def test_rulesets_of_regions_apart_do_not_meet(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(folder, "{at_most: 80}")
    document = folder / "city-2025" / "document.yaml"
    document.write_text(CITY.replace("410100", "410200"), encoding="utf-8")
    assert problems(capsys, str(folder), "--prove") == []


def test_a_ruleset_in_place_of_another_does_not_contradict_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(folder, "{at_most: 80}")
    gone = "supersedes:\n- {document: demo-2025, note: 虚构}\n"
    (folder / "city-2025" / "document.yaml").write_text(CITY + gone, encoding="utf-8")
    assert problems(capsys, str(folder), "--prove") == []


def test_a_city_that_weakens_its_province_and_says_that_it_is_stricter(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Percent written as a part of one, as happens: 0.85 for 85 %."""
    plant(folder, "{at_least: 0.85}", more="  stricter_than: demo-2025/1.1-a\n")
    found = {item["code"]: item for item in problems(capsys, str(folder), "--prove")}
    assert set(found) == {"L202", "L204", "L501"}
    assert replayed(folder, found["L204"]) == {"demo-2025/1.1-a": "unmet", "city-2025/1-a": "met"}


def test_whether_one_ruleset_asks_as_much_as_another(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(folder, "{at_least: 80}")
    (found,) = problems(capsys, "--implies", "city-2025", "demo-2025")
    assert found["code"] == "L401"
    assert replayed(folder, found) == {"demo-2025/1.1-a": "unmet", "city-2025/1-a": "met"}
    assert problems(capsys, "--implies", "demo-2025", "city-2025") == []
    assert run(["lint", "--implies", "city-2025", "demo-2025"]) == 1
    assert run(["lint", "--implies", "demo-2025", "city-2025"]) == 0


def test_weaker_in_force_is_weaker(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(folder, "{at_least: 90}", "strive")
    (found,) = problems(capsys, "--implies", "city-2025", "demo-2025")
    assert "约束力较弱（力争、必须）" in found["message"]


def test_what_is_not_decided_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = problems(capsys, str(folder), "--prove", "--timeout", "0")
    assert {item["code"] for item in found} == {"L901"}
    assert len(found) == 2


def test_without_the_extra_the_pip_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "z3" else find(name, *more))
    assert run(["lint", "--prove", "henan-2024-11"]) == 2
    assert "pip install 'gradeeval[prove]'" in capsys.readouterr().err
    assert run(["lint", "henan-2024-11"]) == 0


def test_a_solver_that_cannot_be_loaded(tmp_path: Path) -> None:
    """Its library is missing, or is of another system."""
    (tmp_path / "z3.py").write_text("class Z3Exception(Exception): ...\nraise Z3Exception('libz3.so not found.')\n")
    ran = subprocess.run(
        [sys.executable, "-m", "gradeeval", "lint", "--prove", "henan-2024-11"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "z3-solver 无法载入（libz3.so not found.）" in ran.stderr
    assert "pip install --force-reinstall 'gradeeval[prove]'" in ran.stderr


def test_implies_names_its_rulesets_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "henan-2024-11", "--implies", "henan-2024-11", "henan-2023-31"]) == 2
    assert run(["lint", "--implies", "henan-2024-11", "nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err


def test_english(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plant(folder, "{at_most: 80}")
    assert run(["--lang", "en", "lint", str(folder), "--prove"]) == 1
    assert "contradict each other" in capsys.readouterr().out
