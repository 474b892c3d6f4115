"""Installed beside gradeeval: its editions, the grades that follow from findings, and a copy that an evaluator filled in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from gradeeval.conformance.kit import STEPS, examine
from gradeeval.conformance.record import Record

EDITIONS = ("tertiary-standard-2022", "tertiary-standard-2025")
SAMPLE = Path(__file__).parents[1] / "samples" / "hospitals.yaml"
FIRST, SECOND, THIRD = "XN000911341010211A1001", "XN000912141010311A1001", "XN000913X41010417A1002"


def gradeeval(folder: Path, *arguments: str | Path, filled: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the installed command in ``folder``; ``filled`` is a copy of the editions that takes their place."""
    command = Path(sysconfig.get_path("scripts"), "gradeeval")
    environment = {**os.environ, "GRADEEVAL_TERTIARY_STANDARD": str(filled or "")}
    return subprocess.run(
        [command, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        env=environment,
    )


def grades(
    folder: Path, edition: str, *, filled: Path | None = None, as_of: str = "2026-03-31"
) -> dict[str, dict[str, str]]:
    """The status of each grade by hospital, as JSON tells it."""
    arguments = ("check", SAMPLE, "--ruleset", edition, "--as-of", as_of, "--format", "grade-json")
    run = gradeeval(folder, *arguments, filled=filled)
    assert run.returncode <= 1, run.stdout + run.stderr
    told = json.loads(run.stdout)["decisions"]
    return {one["subject"]: {grade["grade"]: grade["status"] for grade in one["grades"]} for one in told}


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the editions to fill in, made as an evaluator would."""
    run = subprocess.run(
        [sys.executable, "-m", "gradeeval_tertiary_standard", "mine"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return tmp_path / "mine"


def put(file: Path, old: str, new: str) -> None:
    """Fills in one thing that is there exactly once."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_installs_into_the_group_of_every_plugin() -> None:
    assert "gradeeval_tertiary_standard" in {point.value for point in entry_points(group="gradeeval")}


def test_its_files_are_installed_with_it() -> None:
    from gradeeval_tertiary_standard.editions import OWN

    checkout = Path(__file__).parents[1] / "src" / "gradeeval_tertiary_standard" / "rulesets"
    written = {path.relative_to(checkout): path.read_bytes() for path in checkout.rglob("*.*")}
    assert {path.relative_to(OWN): path.read_bytes() for path in OWN.rglob("*.*")} == written


@pytest.fixture(scope="module")
def record() -> Record:
    """What the conformance kit found of the distribution, both editions together."""
    return examine("gradeeval-tertiary-standard")


@pytest.mark.parametrize("step", STEPS)
def test_conforms(record: Record, step: str) -> None:
    record.demand(step)


@pytest.mark.parametrize("edition", EDITIONS)
def test_an_edition_agrees_with_its_note_and_its_grades_are_valid(tmp_path: Path, edition: str) -> None:
    from gradeeval_tertiary_standard.editions import OWN, read_edition

    assert read_edition(OWN / edition).id == edition
    for arguments in (
        ("validate", "--kind", "gradeeval-tertiary-standard.grading", OWN / "grading" / f"{edition}.yaml"),
        ("verify", edition, "--sources", OWN / edition / "source"),
    ):
        run = gradeeval(tmp_path, *arguments)
        assert run.returncode == 0, run.stdout + run.stderr


def test_a_precondition_bars_every_grade_and_a_department_the_highest(tmp_path: Path) -> None:
    assert grades(tmp_path, "tertiary-standard-2025") == {
        FIRST: {"甲等": "excluded", "乙等": "possible"},
        SECOND: {"甲等": "excluded", "乙等": "excluded"},
        THIRD: {"甲等": "possible", "乙等": "possible"},
    }


def test_what_was_left_out_is_counted_and_printed(tmp_path: Path) -> None:
    arguments = ("check", SAMPLE, "--ruleset", "tertiary-standard-2025", "--as-of", "2026-03-31", "--format", "grade")
    run = gradeeval(tmp_path, *arguments)
    assert run.returncode == 1, run.stdout + run.stderr
    assert "标准共 232 条，逐条录入 5 条，没有逐条录入 227 条" in run.stdout
    assert "未定：标准有 198 条没有录入" in run.stdout
    assert "一票否决" in run.stdout


def test_no_monitored_indicator_has_an_invented_threshold(tmp_path: Path) -> None:
    arguments = ("check", SAMPLE, "--ruleset", "tertiary-standard-2025", "--as-of", "2026-03-31", "--format", "json")
    findings = json.loads(gradeeval(tmp_path, *arguments).stdout)["findings"]
    monitored = {
        item["outcome"]
        for item in findings
        if item["requirement"].startswith("tertiary-standard-2025/4-") and item["subject"] == FIRST
    }
    assert monitored == {"needs_review"}


@pytest.mark.parametrize(
    ("as_of", "edition"), [("2025-05-28", "tertiary-standard-2022"), ("2026-03-31", "tertiary-standard-2025")]
)
def test_the_edition_in_force_is_taken(tmp_path: Path, as_of: str, edition: str) -> None:
    profile = tmp_path / "profile.yaml"
    profile.write_text(SAMPLE.read_text(encoding="utf-8").replace('"2025"', '"2024"'), encoding="utf-8")
    arguments = ("check", profile, "--as-of", as_of, "--fail-on", "never", "--format", "grade-json")
    told = json.loads(gradeeval(tmp_path, *arguments).stdout)
    assert [item["id"] for item in told["editions"]] == [edition]


def test_an_older_edition_can_be_named_and_the_report_says_that_it_has_ended(tmp_path: Path) -> None:
    arguments = ("check", SAMPLE, "--ruleset", "tertiary-standard-2022", "--as-of", "2026-03-31", "--format", "grade")
    assert "判定日这一版已经废止" in gradeeval(tmp_path, *arguments).stdout


def test_cut_offs_that_are_filled_in_make_a_grade_certain(tmp_path: Path, copied: Path) -> None:
    grading = copied / "grading" / "tertiary-standard-2022.yaml"
    scores = "scores: [{requirement: tertiary-standard-2022/3-a}, {requirement: tertiary-standard-2022/4-a}]"
    head, first, second = grading.read_text(encoding="utf-8").partition(f"- grade: 乙等\n  {scores}")
    assert first
    grading.write_text(
        head.replace("/3-a}, {", "/3-a, at_least: 80}, {").replace("/4-a}]", "/4-a, at_least: 90}]")
        + first.replace("/3-a}, {", "/3-a, at_least: 82}, {").replace("/4-a}]", "/4-a, at_least: 85}]")
        + second,
        encoding="utf-8",
    )
    found = grades(tmp_path, "tertiary-standard-2022", filled=copied)
    assert found[FIRST] == {"甲等": "excluded", "乙等": "certain"}
    assert found[SECOND] == {"甲等": "possible", "乙等": "possible"}


@pytest.mark.parametrize(("least", "status"), [(50, "possible"), (51, "excluded")])
def test_core_items_are_a_share_that_counts_open_ones_both_ways(
    tmp_path: Path, copied: Path, least: int, status: str
) -> None:
    """Two core items: the third hospital misses one, and nothing is known of the other: 0 to 50 percent."""
    grading = copied / "grading" / "tertiary-standard-2025.yaml"
    put(
        grading,
        "grades:\n",
        "core: {items: 2, requirements: [tertiary-standard-2025/3-c, tertiary-standard-2025/3-d]}\ngrades:\n",
    )
    put(grading, "乙等, shares: [{of: core}]", f"乙等, shares: [{{of: core, at_least: {least}}}]")
    assert grades(tmp_path, "tertiary-standard-2025", filled=copied)[THIRD]["乙等"] == status


def test_a_threshold_that_is_filled_in_decides_the_indicator(tmp_path: Path, copied: Path) -> None:
    requirements = copied / "tertiary-standard-2025" / "requirements" / "1.yaml"
    text = requirements.read_text(encoding="utf-8")
    head, found, tail = text.partition("- id: tertiary-standard-2025/4-e")
    target = "target: {needs_review: 公开资料没有给出标准值，由持有原文的评审人填写}"
    assert target in tail
    filled = tail.replace(target, "target: {at_least: 1.05}\n  unit: ratio", 1)
    requirements.write_text(head + found + filled, encoding="utf-8")
    arguments = ("check", SAMPLE, "--ruleset", "tertiary-standard-2025", "--as-of", "2026-03-31", "--format", "json")
    findings = json.loads(gradeeval(tmp_path, *arguments, filled=copied).stdout)["findings"]
    outcomes = {(item["subject"], item["requirement"]): item["outcome"] for item in findings}
    assert outcomes[FIRST, "tertiary-standard-2025/4-e"] == "unmet"
    assert outcomes[FIRST, "tertiary-standard-2025/4-d"] == "needs_review"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("items: 232", "items: many", "tertiary-standard-2025.yaml"),
        ("veto: [tertiary-standard-2025/2-a]", "veto: [henan-2023-31/2.1.7-b]", "henan-2023-31/2.1.7-b"),
        ("items: 232", "items: 100", "各部分的条数之和"),
    ],
)
def test_a_copy_that_is_wrong_is_refused_with_its_place(
    tmp_path: Path, copied: Path, old: str, new: str, told: str
) -> None:
    put(copied / "grading" / "tertiary-standard-2025.yaml", old, new)
    arguments = ("check", SAMPLE, "--ruleset", "tertiary-standard-2025", "--as-of", "2026-03-31", "--format", "grade")
    run = gradeeval(tmp_path, *arguments, filled=copied)
    assert run.returncode == 3, run.stdout + run.stderr
    assert told in run.stderr
    assert "Traceback" not in run.stderr


def test_a_copy_that_is_not_there_is_told_and_the_rest_works(tmp_path: Path) -> None:
    run = gradeeval(tmp_path, "plugins", "list", filled=tmp_path / "nowhere")
    assert "GRADEEVAL_TERTIARY_STANDARD" in run.stdout + run.stderr
    assert "henan-2023-31" in run.stdout


def test_a_folder_with_something_in_it_is_never_written_to(copied: Path) -> None:
    before = sorted(copied.rglob("*"))
    run = subprocess.run(
        [sys.executable, "-m", "gradeeval_tertiary_standard", copied],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert run.returncode == 2
    assert sorted(copied.rglob("*")) == before
