"""The JSON report: of the form that its schema states, the same bytes for the same input, and exact figures."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gradeeval.cli.main import run
from gradeeval.schemas import bundled, shipped

SAMPLES = Path(__file__).parents[2] / "samples"
ALL = sorted(
    path
    for path in SAMPLES.iterdir()
    if (path.is_dir() and list(path.glob("*.yaml"))) or (path.suffix == ".yaml" and ".expected" not in path.name)
)


@cache
def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(bundled(shipped("result")))


def checked(path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> bytes:
    assert run(["check", str(path), "--as-of", "2025-06-30", "--format", "json", *more]) in (0, 1)
    return capsys.readouterr().out.encode()


def test_there_are_samples_of_every_kind() -> None:
    assert len(ALL) >= 5


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.stem)
def test_a_report_is_of_its_form_and_comes_out_the_same_again(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = checked(path, capsys, "--engine", "reference")
    result = json.loads(first)
    assert [error.message for error in validator().iter_errors(result)] == []
    assert checked(path, capsys, "--engine", "reference") == first
    other = json.loads(checked(path, capsys))
    assert {**other, "produced_by": None} == {**result, "produced_by": None}


def test_a_gap_without_an_exact_decimal_is_a_fraction(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (SAMPLES / "county.yaml").read_text(encoding="utf-8")
    county = tmp_path / "county.yaml"
    county.write_text(text.replace("{numerator: 489, denominator: 489}", "{numerator: 29, denominator: 30}"), "utf-8")
    result = json.loads(checked(county, capsys, "--as-of", "2026-06-30"))
    assert [error.message for error in validator().iter_errors(result)] == []
    share = "villages_with_standardized_clinic_share"
    assert "-10/3" in [one.get("gap") for one in result["findings"] if one.get("indicator") == share]


def test_the_schema_refuses_what_is_no_report(capsys: pytest.CaptureFixture[str]) -> None:
    result: dict[str, Any] = json.loads(checked(SAMPLES / "county.yaml", capsys))
    result["findings"][0]["outcome"] = "passed"
    result["scores"] = 3
    assert len(list(validator().iter_errors(result))) == 2


def test_every_finding_leads_back_to_its_clause(capsys: pytest.CaptureFixture[str]) -> None:
    for finding in json.loads(checked(SAMPLES / "secondary-hospital.yaml", capsys))["findings"]:
        assert finding["requirement"].startswith(f"{finding['document']}/")
        assert finding["clause"]
        assert finding["quote"]
        assert finding["force"]
        assert finding["outcome"] != "unknown" or finding["missing"]


def test_the_order_of_the_files_given_does_not_change_who_is_judged(capsys: pytest.CaptureFixture[str]) -> None:
    files = [
        str(path) for path in sorted((SAMPLES / "county-consortium").glob("*.yaml")) if ".expected" not in path.name
    ]
    results = []
    for order in (files, files[::-1]):
        assert run(["check", *order, "--as-of", "2025-06-30", "--format", "json"]) in (0, 1)
        results.append(json.loads(capsys.readouterr().out))
    first, second = (
        {(finding["subject"], finding["requirement"]): finding for finding in result["findings"]} for result in results
    )
    assert first == second
    assert len(first) > 20
