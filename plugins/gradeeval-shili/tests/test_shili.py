"""Installed beside gradeeval, the distribution adds its ruleset through the command line's own commands."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from gradeeval.conformance.kit import STEPS, examine
from gradeeval.conformance.record import Record

ID = "shili-2024-12"
SAMPLES = Path(__file__).parents[1] / "samples"
# Written by hand from the document and the samples, before the first run.
EXPECTED = {
    "419900": {
        "2.1.1-a": "met",
        "2.1.1-b": "met",
        "2.1.1-c": "unmet",
        "2.1.1-d": "met",
        "2.1.2-a": "met",
        "2.1.2-d": "met",
        "2.1.3-a": "unmet",
        "2.1.3-c": "needs_review",
        "2.2.1-a": "met",
        "2.2.1-b": "met",
        "2.2.1-c": "met",
        "2.2.2-a": "met",
        "2.3.1-a": "met",
        "2.3.1-b": "unmet",
        "2.3.2-a": "met",
        "2.4.1-a": "needs_review",
        "2.4.1-b": "needs_review",
        "2.4.2-a": "met",
    },
    "419902": {"2.1.2-b": "not_applicable", "2.1.2-c": "not_applicable", "2.1.3-b": "unmet", "3.1-a": "met"},
    "419921": {"2.1.2-b": "unmet", "2.1.2-c": "met", "2.1.3-b": "met", "3.1-a": "unknown"},
    "XN000901741990211A1001": {
        "2.2.1-d": "not_applicable",
        "2.2.2-b": "not_applicable",
        "2.2.2-c": "not_applicable",
        "2.2.2-d": "met",
        "2.3.2-b": "met",
        "2.3.2-c": "not_applicable",
        "2.4.1-c": "met",
        "2.4.1-d": "unmet",
        "2.4.1-e": "not_applicable",
    },
    "XN000902541992111A1001": {
        "2.2.1-d": "not_applicable",
        "2.2.2-b": "unmet",
        "2.2.2-c": "needs_review",
        "2.2.2-d": "met",
        "2.3.2-b": "not_applicable",
        "2.3.2-c": "unknown",
        "2.4.1-c": "not_applicable",
        "2.4.1-d": "not_applicable",
        "2.4.1-e": "not_applicable",
    },
    "XN000903341992111C2201": {
        "2.2.1-d": "met",
        "2.2.2-b": "not_applicable",
        "2.2.2-c": "not_applicable",
        "2.2.2-d": "not_applicable",
        "2.3.2-b": "not_applicable",
        "2.3.2-c": "not_applicable",
        "2.4.1-c": "not_applicable",
        "2.4.1-d": "not_applicable",
        "2.4.1-e": "unmet",
    },
}


def gradeeval(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the installed command in ``folder``, so that nothing of a checkout is found by chance."""
    command = Path(sysconfig.get_path("scripts"), "gradeeval")
    return subprocess.run(
        [command, *arguments], cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False
    )


def ruleset() -> Path:
    """The installed folder of the ruleset."""
    from gradeeval_shili import gradeeval_rulesets

    (folder,) = gradeeval_rulesets()
    return folder


def test_installs_into_the_group_of_every_plugin() -> None:
    assert "gradeeval_shili" in {point.value for point in entry_points(group="gradeeval")}


def test_its_files_are_installed_with_it() -> None:
    checkout = Path(__file__).parents[1] / "src" / "gradeeval_shili" / "rulesets" / ID
    written = {path.relative_to(checkout): path.read_bytes() for path in checkout.rglob("*.*")}
    installed = {path.relative_to(ruleset()): path.read_bytes() for path in ruleset().rglob("*.*")}
    assert installed == written
    assert Path("source", f"{ID}.txt") in installed


@pytest.fixture(scope="module")
def record() -> Record:
    """What the conformance kit found: formats, language, ledger against the text, examples, mutants, lint, reports."""
    return examine("gradeeval-shili", sources=ruleset() / "source")


@pytest.mark.parametrize("step", STEPS)
def test_conforms(record: Record, step: str) -> None:
    record.demand(step)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """The samples, judged on the document alone."""
    folder = tmp_path_factory.mktemp("judged")
    run = gradeeval(folder, "check", SAMPLES, "--ruleset", ID, "--as-of", "2026-03-31", "-o", "result.json")
    assert run.returncode == 1, run.stdout + run.stderr
    result: dict[str, object] = json.loads((folder / "result.json").read_text(encoding="utf-8"))
    return result


@pytest.mark.parametrize("subject", EXPECTED)
def test_its_samples_come_out_as_written(judged: dict[str, object], subject: str) -> None:
    findings = judged["findings"]
    assert isinstance(findings, list)
    found = {
        finding["requirement"].removeprefix(f"{ID}/"): finding["outcome"]
        for finding in findings
        if finding["subject"] == subject
    }
    assert found == EXPECTED[subject]


def test_henan_itself_gets_no_region_from_it(tmp_path: Path) -> None:
    """The invented city is on the roster of the samples alone: installing it changes no denominator of the province."""
    profile = tmp_path / "province.yaml"
    profile.write_text(
        '{id: "410000", kind: region, tier: province, name: 河南省, period: "2025", facts: {}}\n', encoding="utf-8"
    )
    arguments = ("check", profile, "--as-of", "2026-03-31", "--fail-on", "never", "--format", "json")
    run = gradeeval(tmp_path, *arguments)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "河南省" in run.stdout
    assert "示例市" not in run.stdout


def test_the_province_s_requirement_is_judged_beside_the_one_that_extends_it(tmp_path: Path) -> None:
    run = gradeeval(tmp_path, "check", SAMPLES, "--as-of", "2026-03-31", "-o", tmp_path / "result.json")
    assert run.returncode == 1, run.stdout + run.stderr
    result = json.loads((tmp_path / "result.json").read_text(encoding="utf-8"))
    outcomes = {(finding["subject"], finding["requirement"]): finding["outcome"] for finding in result["findings"]}
    assert outcomes["419921", f"{ID}/2.1.3-b"] == outcomes["419921", "henan-2023-31/2.1.7-e"] == "met"
    assert outcomes["419902", f"{ID}/2.1.3-b"] == "unmet"
    assert outcomes["419902", "henan-2023-31/2.1.7-e"] == "not_applicable"
    said = [
        (finding["requirement"], relation["relation"], relation["requirement"])
        for finding in result["findings"]
        if finding["subject"] == "419921"
        for relation in finding.get("relations", ())
    ]
    assert (f"{ID}/2.1.3-b", "extends", "henan-2023-31/2.1.7-e") in said
    assert ("henan-2023-31/2.1.7-e", "extended_by", f"{ID}/2.1.3-b") in said


def test_the_folder_serves_without_installation_too(tmp_path: Path) -> None:
    arguments = ("check", SAMPLES, "--ruleset", ID, "--as-of", "2026-03-31", "--format", "csv")
    folder = gradeeval(tmp_path, *arguments, "--no-plugins", "--ruleset-dir", ruleset())
    assert folder.returncode == 1, folder.stdout + folder.stderr
    assert folder.stdout == gradeeval(tmp_path, *arguments).stdout
