"""``diff``: what changed in meaning between two revisions, each with a subject that comes out differently."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.conftest import Call
from tests.unit.invented import INDICATORS, institution, write, write_country, write_ruleset

from gradeeval.proving import prover

ID = "jia-2024-1"
BINDS = {"kind": "institution", "where": {"class": "hospital"}}
POINTS = {"binds": BINDS, "indicator": "grade_points", "target": {"at_least": 3}, "unit": "count"}
DATED = {**POINTS, "due": "2025-12-31", "due_from": "clause"}
CASES: list[dict[str, Any]] = [
    {"case": "差1", "facts": {"grade_points": 2}, "is": "unmet"},
    {"case": "恰好3", "facts": {"grade_points": 3}, "is": "met"},
    {"case": "基层", "fields": {"class": "primary"}, "facts": {"grade_points": 2}, "is": "not_applicable"},
]
EXAMPLES = {f"{ID}/1.1": {"given": {"class": "hospital"}, "cases": CASES}}
z3 = pytest.mark.skipif(not prover.importlib.util.find_spec("z3"), reason="the extra `prove` is not installed")


@pytest.fixture
def old(country: Path) -> Path:
    """The ruleset as it was: a folder of its own beside what is installed."""
    return write_ruleset(Path("old"), requirements=[DATED], examples=EXAMPLES)


@pytest.fixture
def without_solver(monkeypatch: pytest.MonkeyPatch) -> None:
    find = prover.importlib.util.find_spec
    monkeypatch.setattr("importlib.util.find_spec", lambda name, *rest: None if name == "z3" else find(name, *rest))


def changed(call: Call, old: Path, keys: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The one requirement that differs, as JSON tells it."""
    new = write_ruleset(Path("new"), requirements=[{**DATED, **keys}], examples=more.pop("examples", EXAMPLES), **more)
    said = call("diff", old, new, "--format", "json")
    told = json.loads(said.out)
    assert said.code == (1 if told["meaning"] else 0)
    assert len(told["requirements"]) == 1, told
    found: dict[str, Any] = told["requirements"][0]
    return found


def test_nothing_changed(call: Call, old: Path) -> None:
    said = call("diff", old, old)
    assert (said.code, said.out) == (0, f"{ID}：old/{ID} → old/{ID}\n\n含义没有改变\n")


@pytest.mark.parametrize(
    ("keys", "kinds", "example"),
    [
        ({"target": {"at_least": 4}}, ["tightened"], ("met", "unmet")),
        ({"target": {"at_least": 2}}, ["loosened"], ("unmet", "met")),
        ({"target": {"at_most": 2}}, ["tightened", "loosened"], ("met", "unmet")),
        ({"binds": {"kind": "institution"}}, ["newly_bound"], ("not_applicable", "unmet")),
        (
            {"binds": {"kind": "institution", "where": {"class": "hospital", "level": "tertiary"}}},
            ["released"],
            None,
        ),
    ],
)
def test_a_rule_that_changed_and_a_subject_that_shows_it(
    keys: dict[str, Any], kinds: list[str], example: tuple[str, str] | None, call: Call, old: Path
) -> None:
    found = changed(call, old, keys)
    assert found["kinds"] == kinds
    assert set(found["witnesses"]) == set(kinds)
    shown = found["witnesses"][kinds[0]]
    if example is not None:
        assert (shown["source"], shown["old"], shown["new"]) == ("example", *example)
    else:
        assert shown["new"] == "not_applicable"
    assert found["keys"].keys() <= {"target", "where"}


@pytest.mark.usefixtures("without_solver")
def test_an_example_is_moved_onto_a_bound_that_no_example_shows(call: Call, old: Path) -> None:
    found = changed(call, old, {"target": {"at_least": 40}})
    assert found["witnesses"]["tightened"]["source"] == "example"
    old_wide = write_ruleset(Path("wide"), requirements=[{**DATED, "target": {"at_least": 30}}], examples=EXAMPLES)
    found = changed(call, old_wide, {"target": {"at_least": 40}})
    shown = found["witnesses"]["tightened"]
    assert shown["source"] == "boundary"
    assert shown["case"]["facts"] == {"grade_points": 30}
    said = call("diff", old, "new/" + ID)
    assert "pip install 'gradeeval[prove]'" in said.err


@pytest.mark.usefixtures("without_solver")
def test_without_the_solver_what_no_example_shows_is_not_decided(call: Call, old: Path) -> None:
    where = {"any": [{"class": "hospital"}, {"class": "hospital", "level": "tertiary"}]}
    found = changed(call, old, {"binds": {"kind": "institution", "where": where}})
    assert found["kinds"] == ["undecided"]


@z3
def test_a_rule_that_is_written_otherwise_and_means_the_same(call: Call, old: Path) -> None:
    where = {"any": [{"class": "hospital"}, {"class": "hospital", "level": "tertiary"}]}
    found = changed(call, old, {"binds": {"kind": "institution", "where": where}})
    assert found["kinds"] == ["equivalent"]
    assert found["witnesses"] == {}


@z3
def test_the_solver_finds_what_no_example_shows(call: Call, old: Path) -> None:
    found = changed(
        call,
        old,
        {"binds": {"kind": "institution", "where": {"class": "hospital", "category": "tcm_hospital"}}},
        examples=None,
    )
    shown = found["witnesses"]["released"]
    assert shown["new"] == "not_applicable"
    bare = write_ruleset(Path("bare"), requirements=[DATED])
    found = changed(call, bare, {"target": {"at_least": 40}}, examples=None)
    shown = found["witnesses"]["tightened"]
    assert (shown["source"], shown["old"], shown["new"]) == ("solver", "met", "unmet")
    assert 3 <= shown["case"]["facts"]["grade_points"] < 40


def test_a_deadline_a_force_and_words(call: Call, old: Path) -> None:
    found = changed(call, old, {"due": "2024-12-31", "force": "strive", "quote": "又"})
    assert found["kinds"] == ["redated", "reforced", "reworded"]
    assert found["witnesses"]["redated"]["as_of"] == "2024-12-31"
    assert found["keys"]["due"] == {"old": "2025-12-31", "new": "2024-12-31"}
    found = changed(call, old, {"quote": "又", "title_en": "Other"})
    assert found["kinds"] == ["reworded"]
    found = changed(call, old, {"force": "permit"})
    assert found["kinds"] == ["loosened", "reforced"]


def test_a_requirement_that_came_and_one_that_went(call: Call, old: Path) -> None:
    rows = [{**DATED, "id": f"{ID}/2.1"}]
    new = write_ruleset(Path("new"), requirements=rows, examples={f"{ID}/2.1": EXAMPLES[f"{ID}/1.1"]})
    said = call("diff", old, new)
    assert said.code == 1
    assert f"新增：{ID}/2.1 要求1" in said.out
    assert f"删去：{ID}/1.1 要求1" in said.out
    assert "没有这条要求 → 未达标" in said.out
    assert "未达标 → 没有这条要求" in said.out
    assert said.out.endswith("新增 1、删去 1\n")


def test_another_sort_of_subject(call: Call, old: Path) -> None:
    count = {"title": "数", "kind": "region", "tier": "county", "unit": "count"}
    keys = {"binds": {"kind": "region", "tier": "county"}, "indicator": "counted"}
    found = changed(call, old, keys, indicators={**INDICATORS, "counted": count}, examples=None)
    assert found["kinds"] == ["newly_bound", "released"]


def test_an_indicator_that_means_something_else(call: Call, country: Path) -> None:
    share = {"title": "占比", "kind": "region", "tier": "county", "unit": "percent"}
    formula = {"of": "institution", "where": {"class": "hospital"}, "having": {"done": True}}
    rule = {"binds": {"kind": "region", "tier": "county"}, "indicator": "doing", "target": {"at_least": 50}}
    parts = [
        {"kind": "institution", "class": name, "facts": {"done": name == "hospital"}}
        for name in ("hospital", "primary", "primary")
    ]
    examples = {f"{ID}/1.1": {"cases": [{"case": "基层不计", "parts": parts, "is": "met"}]}}
    first = {**INDICATORS, "doing": {**share, "share": formula}}
    second = {**INDICATORS, "doing": {**share, "share": {"of": "institution", "having": {"done": True}}}}
    old = write_ruleset(Path("old"), requirements=[rule], indicators=first, examples=examples)
    new = write_ruleset(Path("new"), requirements=[rule], indicators=second)
    told = json.loads(call("diff", old, new, "--format", "json").out)
    assert told["indicators"][0]["name"] == "doing"
    assert told["indicators"][0]["requirements"] == [f"{ID}/1.1"]
    assert told["requirements"][0]["witnesses"]["tightened"]["title"] == "基层不计"
    asked = {**INDICATORS, "doing": {**share, "share": formula, "question": "多少？"}}
    new = write_ruleset(Path("new"), requirements=[rule], indicators=asked)
    said = call("diff", old, new)
    assert said.code == 0
    assert "指标改文字：doing 占比" in said.out


def test_the_jurisdiction_of_the_document(call: Call, old: Path) -> None:
    new = write_ruleset(Path("new"), requirements=[DATED], examples=EXAMPLES, jurisdiction="990100")
    said = call("diff", old, new)
    assert said.code == 1
    assert "jurisdiction：990000 → 990100" in said.out


def test_the_given_profiles_whose_findings_change(call: Call, old: Path) -> None:
    new = write_ruleset(Path("new"), requirements=[{**DATED, "target": {"at_least": 5}}], examples=EXAMPLES)
    rows = [institution(n, **{"class": "hospital"}, facts={"grade_points": points}) for n, points in ((1, 4), (2, 6))]
    said = call("diff", old, new, "--profiles", write(Path("p.yaml"), rows), "--as-of", "2025-06-30")
    assert said.code == 1
    assert "1 个对象的 1 条结论有变" in said.out
    assert f"示例1（虚构），{ID}/1.1：达标 → 未达标" in said.out
    told = json.loads(call("diff", old, new, "--profiles", "p.yaml", "--as-of", "2025-06-30", "--format", "json").out)
    assert [(one["old"], one["new"]) for one in told["profiles"]] == [
        ({"outcome": "met", "overdue": False}, {"outcome": "unmet", "overdue": False})
    ]
    broken = write(Path("q.yaml"), institution(1, facts={"grade_points": "many"}))
    assert call("diff", old, new, "--profiles", broken).code == 3


def test_markdown_and_a_file(call: Call, old: Path) -> None:
    new = write_ruleset(
        Path("new"), requirements=[{**DATED, "title": "*星*", "target": {"at_least": 4}}], examples=EXAMPLES
    )
    said = call("diff", old, new, "--format", "markdown", "-o", "d.md")
    assert (said.code, said.out) == (1, "")
    text = Path("d.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {ID}：old/{ID} → new/{ID}\n\n## 收紧、只改文字：{ID}/1.1 \\*星\\*\n")
    assert '  - `{"period":"2025"' in text


def test_two_documents_are_not_compared(call: Call, old: Path) -> None:
    other = write_ruleset(Path("new"), "yi-2024-1", requirements=[DATED])
    said = call("diff", old, other)
    assert said.code == 2
    assert "两份文件" in said.err


# -- git ---------------------------------------------------------------------------------------------------------------

Git = Callable[..., str]


@pytest.fixture
def git(tmp_path: Path, country: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """git in a repository of its own, two revisions of a country: 3 points, then 4."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    root = tmp_path / "repository"
    write_country(root / "rules")

    def run(*words: str) -> str:
        named = ("-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
        done = subprocess.run(["git", *named, *words], cwd=root, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    run("init", "-q", "-b", "main")
    for points in (3, 4):
        write_ruleset(root / "rules", requirements=[{**DATED, "target": {"at_least": points}}], examples=EXAMPLES)
        run("add", "-A")
        run("commit", "-q", "-m", f"{points}")
    monkeypatch.chdir(root)
    return run


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (f"HEAD~1:rules/{ID}", f"HEAD:rules/{ID}"),
        ("HEAD~1", f"rules/{ID}"),
        ("HEAD~1", f"HEAD:rules/{ID}"),
        (f"main~1:rules/{ID}", f"rules/{ID}"),
    ],
)
def test_git_revisions(first: str, second: str, call: Call, git: Git) -> None:
    said = call("diff", first, second)
    assert said.code == 1, said.err
    assert f"收紧：{ID}/1.1" in said.out
    assert re.search(r"target：\{.at_least.:3\} → \{.at_least.:4\}", said.out)
    assert git("status", "--porcelain") == ""


def test_shared_indicators_are_those_of_the_revision(call: Call, git: Git) -> None:
    rule = {"binds": {"kind": "institution"}, "indicator": "shared_beds", "target": {"at_least": 3}}
    write_ruleset(Path("rules"), requirements=[rule])
    git("add", "-A")
    git("commit", "-q", "-m", "beds")
    shared = {"indicators": {"shared_beds": {"title": "床位", "kind": "institution", "unit": "count", "decimals": 1}}}
    write(Path("rules/shared/indicators/all.yaml"), shared)
    said = call("diff", "HEAD", f"rules/{ID}")
    assert "指标改含义：shared_beds 床位" in said.out
    assert "decimals：— → 1" in said.out


def test_a_repository_that_is_the_ruleset(call: Call, git: Git, tmp_path: Path) -> None:
    alone = write_ruleset(tmp_path / "alone", requirements=[DATED], examples=EXAMPLES)
    named = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for words in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "one")):
        subprocess.run(["git", *named, *words], cwd=alone, check=True, capture_output=True)
    write_ruleset(tmp_path / "alone", requirements=[{**DATED, "target": {"at_least": 4}}], examples=EXAMPLES)
    said = call("diff", "HEAD", alone)
    assert said.code == 1, said.err
    assert f"收紧：{ID}/1.1" in said.out


def test_links_in_a_revision_are_not_followed(call: Call, git: Git, tmp_path: Path) -> None:
    secret = write(tmp_path / "elsewhere.yaml", {"id": ID, "title": "秘密", "jurisdiction": "990000"})
    link = Path("rules") / ID / "document.yaml"
    link.unlink()
    link.symlink_to(secret)
    git("add", "-A")
    git("commit", "-q", "-m", "link")
    said = call("diff", f"HEAD~1:rules/{ID}", f"HEAD:rules/{ID}")
    assert said.code == 2
    assert "不是规则集文件夹" in said.err
    assert "秘密" not in said.out + said.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("nix:rules/jia-2024-1", f"rules/{ID}"), "没有版本 nix"),
        (("--output=x:rules", f"rules/{ID}"), "没有版本 --output=x"),
        ((f"HEAD:../{ID}", f"rules/{ID}"), "不是仓库内的路径"),
        ((f"HEAD:/{ID}", f"rules/{ID}"), "不是仓库内的路径"),
        (("HEAD:nowhere/at-all", f"rules/{ID}"), "nowhere"),
        (("HEAD:rules/nothing", f"rules/{ID}"), "不是规则集文件夹"),
        (("HEAD", "HEAD~1"), "不是规则集文件夹"),
        (("HEAD", "nowhere"), "不是规则集文件夹"),
    ],
)
def test_what_is_not_there(words: tuple[str, str], told: str, call: Call, git: Git) -> None:
    said = call("diff", "--", *words)
    assert said.code == 2
    assert told in said.err
    assert git("status", "--porcelain") == ""


def test_a_folder_outside_any_repository(call: Call, git: Git, old: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # fmt: skip
    lonely = write_ruleset(tmp_path / "lonely", requirements=[DATED])
    monkeypatch.chdir(tmp_path)
    said = call("diff", "HEAD", lonely)
    assert said.code == 2
    assert "git" in said.err
    monkeypatch.setenv("PATH", "")
    said = call("diff", "HEAD", lonely)
    assert (said.code, "没有找到 git" in said.err) == (2, True)


def test_a_revision_that_the_language_refuses(call: Call, git: Git) -> None:
    write_ruleset(Path("rules"), requirements=[{**DATED, "unit": "percent"}])
    said = call("diff", "HEAD", f"rules/{ID}")
    assert said.code == 3
    assert "percent" in said.err
