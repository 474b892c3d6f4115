"""``gradeeval new dataset``: an invented province that the rules of the installed rulesets bite on."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

import pytest
from tests.acceptance.conftest import Call

from gradeeval.cli.main import run


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_same_seed_gives_the_same_bytes(call: Call) -> None:
    made = ["--region", "990000", "--institutions", "40", "--period", "2024"]
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert call("new", "dataset", "-o", name, "--seed", str(seed), *made).code == 0
    assert contents(Path("a")) == contents(Path("b"))
    assert contents(Path("a")) != contents(Path("c"))


def test_what_the_manifest_says_is_there(call: Call) -> None:
    said = call("new", "dataset", "-o", "a", "--region", "990000", "--institutions", "500")
    assert said.code == 0
    manifest = json.loads(Path("a/dataset.json").read_text())
    assert manifest["fictional"] is True
    for entry in manifest["files"]:
        raw = (Path("a") / entry["path"]).read_bytes()
        assert raw.count(b"\n") == entry["records"]
        assert hashlib.sha256(raw).hexdigest() == entry["sha256"]
    listed = [json.loads(line) for line in Path("a/990000/roster.ndjson").read_text().splitlines()]
    ids = {row["id"] for row in listed if row.get("kind") == "institution"}
    profiles = [
        json.loads(line) for path in Path("a").rglob("institutions-*") for line in path.read_text().splitlines()
    ]
    assert len({item["id"] for item in profiles} | ids) == 500
    assert len({item["period"] for item in profiles}) == 2
    assert all(item["fictional"] and "虚构" in item["name"] for item in profiles)
    assert len(ids - {item["id"] for item in profiles}) < 20, "some send no profile"


def test_it_is_refused_where_it_cannot_be_made(call: Call) -> None:
    Path("there").mkdir()
    Path("there/x").write_text("")
    for words, told in (
        (["-o", "there", "--region", "990000"], "已经存在"),
        (["-o", "a", "--region", "123456"], "没有区域"),
        (["-o", "a", "--region", "990101", "--period", "2023..2025"], "不是一个年度"),
        (["-o", "a", "--region", "990000", "--period", "2024", "--period", "2024Q4"], "重复"),
        (["-o", "a", "--region", "990000", "--institutions", "1000000"], "最多"),
    ):
        said = call("new", "dataset", *words)
        assert (said.code, told in said.err) == (2, True), said.err
    assert not Path("a").exists()


@pytest.mark.no_cover
def test_the_shipped_requirements_bite(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "province"
    assert run(["new", "dataset", "-o", str(out), "--institutions", "420", "--region", "411500", "--seed", "3"]) == 0
    assert run(["validate", str(out)]) == 0
    capsys.readouterr()
    run(["check", str(out), "--as-of", "2026-06-30", "--format", "json", "--engine", "reference"])
    result = json.loads(capsys.readouterr().out)
    kinds = {item["id"]: item["kind"] for item in result["subjects"]}
    for kind in ("institution", "network", "region"):
        outcomes = Counter(item["outcome"] for item in result["findings"] if kinds[item["subject"]] == kind)
        total = sum(outcomes.values())
        assert set(outcomes) == {"met", "unmet", "unknown", "not_applicable", "needs_review"}, (kind, outcomes)
        assert outcomes["met"] > total * 0.03, (kind, outcomes)
        assert outcomes["unmet"] > total * 0.02, (kind, outcomes)


@pytest.mark.no_cover
def test_the_nation_has_every_province(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "nation"
    assert run(["new", "dataset", "--nation", "-o", str(out), "--institutions", "62", "--period", "2025"]) == 0
    assert run(["validate", str(out)]) == 0
    assert "名册 31 份" in capsys.readouterr().out
    regions = [json.loads(line) for path in out.rglob("regions.ndjson") for line in path.read_text().splitlines()]
    assert Counter(item["tier"] for item in regions)["province"] == 31
    assert 2_800 < Counter(item["tier"] for item in regions)["county"] < 2_900
