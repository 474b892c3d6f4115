"""Every shipped sample comes out as was written by hand beside it, in each engine, and says that it is invented."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from gradeeval.cli.main import run
from gradeeval.files.reading import read_plain
from gradeeval.profiles.forms import read_form
from gradeeval.profiles.workbook import WorkbookFile
from gradeeval.workspace import build

SAMPLES = Path(__file__).parents[2] / "samples"
EXPECTATIONS = sorted(SAMPLES.rglob("*.expected.yaml"))
FORMS = sorted(SAMPLES.rglob("*.xlsx"))
PROFILES = sorted(path for path in SAMPLES.rglob("*.yaml") if path not in EXPECTATIONS)


def read(path: Path) -> Any:
    """The plain data of a file; numbers and dates as the program itself reads them."""
    return read_plain(path).data


def sample_of(expectation: Path) -> Path:
    """What an expectation is about: the folder that it lies in, or the file beside it."""
    if expectation.parent != SAMPLES:
        return expectation.parent
    typed = expectation.with_name(expectation.name.replace(".expected", ""))
    return typed if typed.exists() else typed.with_suffix(".xlsx")


def items(path: Path) -> Iterator[Mapping[str, Any]]:
    """The profiles of a file, or its roster."""
    data = read(path) if path.suffix == ".yaml" else read_form(WorkbookFile(path), build(installed=False).scope).data
    yield from data if isinstance(data, list) else [data]


def differences(expected: Mapping[str, Any], result: Mapping[str, Any]) -> Iterator[str]:
    """One line for each subject, verdict, outcome, detail and roll-up that is on one side only or differs."""
    verdicts = {subject["id"]: subject["verdict"] for subject in result["subjects"]}
    if verdicts.keys() != expected["subjects"].keys():
        yield f"subjects: {sorted(verdicts.keys() ^ expected['subjects'].keys())} are on one side only"
    for id, wanted in expected["subjects"].items():
        if verdicts.get(id) != wanted["verdict"]:
            yield f"{id}: verdict {wanted['verdict']} expected, {verdicts.get(id)} found"
        found = {finding["requirement"]: finding for finding in result["findings"] if finding["subject"] == id}
        for line in (*outcome_differences(wanted["outcomes"], found), *detail_differences(wanted, found)):
            yield f"{id} {line}"
    yield from roll_up_differences(expected.get("roll_up", {}), result["roll_up"])


def outcome_differences(wanted: Mapping[str, str], found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """One line for each requirement that is on one side only or comes out otherwise."""
    for requirement in sorted(found.keys() | wanted.keys()):
        outcome = found[requirement]["outcome"] if requirement in found else "nothing"
        if outcome != wanted.get(requirement, "nothing"):
            yield f"{requirement}: {wanted.get(requirement, 'nothing')} expected, {outcome} found"


def detail_differences(wanted: Mapping[str, Any], found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """One line for each key of a finding, such as its gap, that is not as expected."""
    for requirement, details in wanted.get("details", {}).items():
        for key, value in details.items():
            actual = found.get(requirement, {}).get(key)
            if actual != value:
                yield f"{requirement}: {key} {value!r} expected, {actual!r} found"


def roll_up_differences(wanted: Mapping[str, Any], found: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One line for each expected row whose parts are not under the same outcomes. Other rows are not looked at."""
    rows = {(row["subject"], row["requirement"]): row for row in found}
    for id, by_requirement in wanted.items():
        for requirement, expected in by_requirement.items():
            row = rows.get((id, requirement), {"outcomes": {}})
            listed = {**row["outcomes"], "absent": row.get("absent", [])}
            actual = {word: sorted(part["id"] for part in parts) for word, parts in listed.items() if parts}
            if actual != {word: sorted(ids) for word, ids in expected.items()}:
                yield f"{id} {requirement}: roll-up {expected} expected, {actual} found"


@pytest.mark.parametrize("engine", ["reference", "forward"])
@pytest.mark.parametrize("expectation", EXPECTATIONS, ids=lambda path: sample_of(path).stem)
def test_a_sample_comes_out_as_expected(expectation: Path, engine: str, capsys: pytest.CaptureFixture[str]) -> None:
    if engine == "forward":
        pytest.importorskip("durable_rules_engine")
    expected = read(expectation)
    rulesets = [word for id in expected["rulesets"] for word in ("--ruleset", id)]
    words = ["check", str(sample_of(expectation)), "--as-of", expected["as_of"], "--format", "json", "--engine", engine]
    code = run([*words, *rulesets])
    out, err = capsys.readouterr()
    assert code in (0, 1), err
    result = json.loads(out)
    assert result["as_of"] == expected["as_of"]
    assert "\n".join(differences(expected, result)) == ""
    assert code == any(subject["verdict"] == "unmet" for subject in expected["subjects"].values())


def test_every_sample_has_an_expectation() -> None:
    covered = {sample_of(expectation) for expectation in EXPECTATIONS}
    assert [path.name for path in (*PROFILES, *FORMS) if path not in covered and path.parent not in covered] == []


@pytest.mark.parametrize("path", [*PROFILES, *EXPECTATIONS], ids=lambda path: str(path.relative_to(SAMPLES)))
def test_a_sample_says_that_it_is_invented(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("# 虚构示例")
    for item in items(path):
        assert "虚构" in item["note"]
        if "rows" in item:
            assert "虚构" in item["title"] and "虚构" in item["source"]
            assert all("虚构" in row["name"] for row in item["rows"])
        else:
            assert item["fictional"] is True
            assert item.get("kind") not in ("institution", "network") or "虚构" in item["name"]
            assert all("虚构" in member["name"] for member in item.get("members", []))


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name)
def test_a_filled_form_says_that_it_is_invented(path: Path) -> None:
    for item in items(path):
        assert item["fictional"] is True
        assert "虚构" in item["note"]
        assert "虚构" in item["name"]


@pytest.mark.parametrize("expectation", EXPECTATIONS, ids=lambda path: sample_of(path).stem)
def test_an_expectation_covers_what_binds_each_subject(expectation: Path) -> None:
    """Against the requirement files themselves, so that a requirement left out by the program is missed here."""
    expected = read(expectation)
    requirements = [
        requirement
        for id in expected["rulesets"]
        for path in sorted((SAMPLES.parent / "rulesets" / id / "requirements").glob("*.yaml"))
        for requirement in read(path)
    ]
    sample = sample_of(expectation)
    files = [sample] if sample.is_file() else [path for path in PROFILES if path.parent == sample]
    seen = set()
    for profile in (item for file in files for item in items(file) if "kind" in item):
        sort = {"kind": profile["kind"], "tier": profile.get("tier"), "type": profile.get("type")}
        binding = {
            requirement["id"]
            for requirement in requirements
            if all(requirement["binds"].get(key) == value for key, value in sort.items())
        }
        assert expected["subjects"][profile["id"]]["outcomes"].keys() == binding
        seen.add(profile["id"])
    assert seen == expected["subjects"].keys()
