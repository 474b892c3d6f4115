"""What a user may hand over by mistake or malice: a clear message with file, line and path, the right code, no traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from gradeeval.cli.main import run
from gradeeval.profiles.identifiers import credit_code_check, organisation_code_check

BODY = "12345678"
ID = f"{BODY}{organisation_code_check(BODY)}41010521A1001"
GOOD = {
    "id": ID,
    "kind": "institution",
    "name": "示例医院（虚构）",
    "region": "410105",
    "period": "2024",
    "class": "hospital",
    "category": "general_hospital",
    "level": "tertiary",
    "ownership": "public",
    "facts": {"nph_grade": "B+"},
}


def write(folder: Path, content: object, name: str = "profile.yaml") -> Path:
    path = folder / name
    if isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    else:
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def check(path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    code = run(["check", str(path), "--as-of", "2025-06-30", "--engine", "reference", "--format", "json", *more])
    err = capsys.readouterr().err
    assert "Traceback" not in err
    assert "内部错误" not in err
    return code, err


def changed(**fields: object) -> dict[str, object]:
    return {**GOOD, **fields}


def facts(**given: object) -> dict[str, object]:
    return changed(facts=given)


def test_a_good_profile_is_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _err = check(write(tmp_path, GOOD), capsys)
    assert code in (0, 1)


def test_a_missing_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, err = check(tmp_path / "nowhere.yaml", capsys)
    assert code == 2
    assert "nowhere.yaml 不存在" in err


def test_a_folder_without_profiles(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, err = check(tmp_path, capsys)
    assert code == 2
    assert "没有档案" in err


def test_an_empty_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, err = check(write(tmp_path, ""), capsys)
    assert code == 3
    assert "profile.yaml" in err


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("broken.json", '{\n "id": "x",\n "kind" "institution"\n}', "broken.json:3"),
        ("broken.yaml", "id: x\nkind: [institution\nname: y\n", "broken.yaml:"),
    ],
)
def test_broken_syntax_has_line_and_column(
    name: str, text: str, place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, err = check(write(tmp_path, text, name), capsys)
    assert code == 3
    assert place in err


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("id: a\nid: b\n", "重复"),
        ("a: &x 1\nb: *x\n", "锚点"),
        ("a: !!python/object:os.system x\n", "标签"),
        ("a: .nan\n", "NaN"),
        ("a: .inf\n", "无穷"),
    ],
)
def test_yaml_that_is_refused(text: str, word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, err = check(write(tmp_path, text), capsys)
    assert code == 3
    assert word in err


@pytest.mark.parametrize("text", ['{"a": 1, "a": 2}', '{"a": NaN}', '{"a": Infinity}', '{"a": 1e999}'])
def test_json_that_is_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, err = check(write(tmp_path, text, "p.json"), capsys)
    assert code == 3
    assert "p.json:1" in err


@pytest.mark.parametrize("name", ["deep.json", "deep.yaml"])
def test_deep_nesting_ends_in_a_message(name: str, tmp_path: Path) -> None:
    path = write(tmp_path, "[" * 200_000, name)
    done = subprocess.run(
        [sys.executable, "-m", "gradeeval", "check", str(path)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 3, done.stderr[-500:]
    assert name in done.stderr


def test_a_huge_file_is_refused_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    code, err = check(path, capsys)
    assert code == 3
    assert "huge.json" in err


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        (facts(outpatient_visits="500"), ("outpatient_visits",)),
        (facts(surgery_share="31.5"), ("facts.surgery_share",)),
        (facts(nph_grad="B"), ("`nph_grad`", "`nph_grade`")),
        (facts(nph_grade="B级"), ("facts.nph_grade",)),
        (facts(geriatrics_department=None), ("facts.geriatrics_department",)),
        (facts(geriatrics_department="是"), ("facts.geriatrics_department", "true 或 false")),
        (facts(geriatrics_department_share=85), ("geriatrics_department_share", "不是这类对象的指标")),
        (facts(public_health_staff_pay={"value": 90000, "unit": "percent"}), ("yuan",)),
        (facts(public_health_staff_pay=-1), ("public_health_staff_pay",)),
        (changed(level="三级"), ("level", "级别")),
        (changed(levle="tertiary"), ("`levle`", "`level`")),
        (changed(period=2024), ("period", "引号")),
        (changed(period="2024-02-30"), ("period", "2024-02-30")),
        (changed(region=410105), ("region",)),
        (changed(level="secondary", level_grade="tertiary_a"), ("level_grade", "不一致")),
        (changed(kind="hospital"), ("kind", "institution")),
    ],
)
def test_content_that_is_refused_says_where_and_what(
    profile: dict[str, object], words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, err = check(write(tmp_path, profile), capsys)
    assert code == 3
    assert "profile.yaml:" in err
    for word in words:
        assert word in err


def test_all_problems_of_a_file_come_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    profile = changed(level="x", ownership="y", facts={"nph_grade": 3, "no_such_fact": 1})
    code, err = check(write(tmp_path, profile), capsys)
    assert code == 3
    for word in ("level", "ownership", "nph_grade", "no_such_fact"):
        assert word in err


def test_check_characters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = BODY + ("0" if ID[8] != "0" else "1") + ID[9:]
    code, err = check(write(tmp_path, changed(id=wrong)), capsys)
    assert code == 3
    assert "校验位" in err
    first = "12410122XN0001015"
    right = credit_code_check(first + "0")
    code, err = check(write(tmp_path, changed(credit_code=first + ("0" if right != "0" else "1"))), capsys)
    assert code == 3
    assert right in err


def test_a_hyphen_in_the_institution_code_is_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _err = check(write(tmp_path, changed(id=f"{ID[:8]}-{ID[8:]}")), capsys)
    assert code in (0, 1)


def test_two_profiles_of_one_subject_and_period(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, err = check(write(tmp_path, json.dumps([GOOD, GOOD]), "p.json"), capsys)
    assert code == 3
    assert "只能有一份" in err


def test_skip_invalid_judges_the_rest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, json.dumps([GOOD, changed(level="x", period="2023")]), "p.json")
    code = run(["check", str(path), "--as-of", "2025-06-30", "--format", "json", "--skip-invalid"])
    out = capsys.readouterr().out
    assert code == 3
    assert json.loads(out)["subjects"][0]["id"] == ID


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--ruleset", "henan-2023-32"], "henan-2023-31"),
        (["--topic", "finanse"], "finance"),
        (["--subject", "nobody"], "nobody"),
        (["--format", "pdf"], "table"),
        (["-o", "report.xyz"], ".json"),
        (["--as-of", "2025-13-01"], "2025-13-01"),
    ],
)
def test_what_is_named_must_exist(
    arguments: list[str], word: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run(["check", str(write(tmp_path, GOOD)), *arguments])
    assert code == 2
    assert word in capsys.readouterr().err


def test_nothing_selected(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, err = check(write(tmp_path, changed(region="440103")), capsys)
    assert code == 5
    assert "没有适用的要求" in err


def test_control_and_direction_characters_are_shown_escaped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, changed(name="示例\u202e医院\u001b[31m\u200b"))
    code = run(["check", str(path), "--as-of", "2025-06-30", "--format", "table"])
    out = capsys.readouterr().out
    assert code in (0, 1, 3)
    assert "\u202e" not in out
    assert "\u001b" not in out
    assert "\u200b" not in out
    code, err = check(write(tmp_path, facts(**{"a\u202eb": 1})), capsys)
    assert code == 3
    assert "\u202e" not in err


def test_messages_speak_english(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, err = check(tmp_path / "nowhere.yaml", capsys, "--lang", "en")
    assert code == 2
    assert "does not exist" in err


def test_an_unknown_command_suggests_the_near_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["chek"]) == 2
    assert "check" in capsys.readouterr().err
