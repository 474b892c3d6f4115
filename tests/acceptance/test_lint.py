"""``gradeeval lint`` as its users meet it: places, levels, ignores, forms, exit codes."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from defusedxml.ElementTree import parse

from gradeeval import messages
from gradeeval.cli.main import run

DEMO = Path(__file__).parents[1] / "lint" / "demo-2025"
SHIPPED = ("baoding-2023", "henan-2023-31", "henan-2024-11", "henan-2025-23", "hunan-2023-44")


@pytest.fixture(autouse=True)
def _chinese_afterwards() -> Iterator[None]:
    yield
    messages.use("zh")


@pytest.fixture
def demo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the small ruleset of the pages, in the working folder."""
    shutil.copytree(DEMO, tmp_path / DEMO.name)
    monkeypatch.chdir(tmp_path)
    return Path(DEMO.name)


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_shipped_rulesets_are_clean(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", *SHIPPED]) == 0
    assert capsys.readouterr().out.startswith("5 个规则集：0 个错误，0 个警告")


def test_a_problem_has_code_level_file_line_and_column(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(demo / "requirements" / "1.yaml", "clause: 一（一）", "clause: 一（九）")
    assert run(["lint", str(demo)]) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("demo-2025/requirements/1.yaml:2:3: C102 错误: demo-2025/1.1-a：台账中没有条款 一（九）")
    assert last.startswith("1 个规则集：1 个错误，0 个警告")


def test_what_cannot_be_read_is_reported_with_its_code(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(demo / "requirements" / "1.yaml", "unit: percent", "unit: percentage_point")
    change(demo / "requirements" / "1.yaml", "target: true", "target: {at_least: 3}")
    assert run(["lint", str(demo), "--format", "json"]) == 3
    problems = json.loads(capsys.readouterr().out)["problems"]
    assert [(problem["code"], problem["level"], problem["line"]) for problem in problems] == [
        ("U102", "error", 1),
        ("U105", "error", 14),
    ]


def test_a_missing_quote_has_its_code(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(demo / "requirements" / "1.yaml", "  quote: 二级及以上公立医院全部建成胸痛中心\n", "")
    assert run(["lint", str(demo)]) == 3
    assert "requirements/1.yaml:14:3: C101 错误: 缺少 quote" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        ([], 1),
        (["--fail-on", "error"], 0),
        (["--level", "S101=off"], 0),
        (["--level", "S=off"], 0),
        (["--level", "S=off", "--level", "S101=error", "--fail-on", "error"], 1),
        (["--level", "S101=quiet"], 2),
        (["--level", "S1=off"], 2),
        (["--level", "S101"], 2),
        (["--level", "U102=off"], 2),
    ],
)
def test_levels_decide_the_exit_code(flags: list[str], code: int, demo: Path) -> None:
    change(demo / "requirements" / "1.yaml", "title: 胸痛中心建成比例", "title: Chest pain centers")
    assert run(["lint", str(demo), *flags]) == code


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("gradeeval.toml", '[gradeeval.lint]\nS101 = "off"\n', 0),
        ("gradeeval.toml", '[gradeeval.lint]\nS = "off"\n[gradeeval.lint.paths."demo-2025/*"]\nS101 = "error"\n', 1),
        ("gradeeval.toml", '[gradeeval.lint.paths."*/requirements/*"]\nS101 = "off"\n', 0),
        ("gradeeval.toml", '[gradeeval.lint.paths."other/*"]\nS101 = "off"\n', 1),
        ("gradeeval.toml", "[gradeeval]\nlint = 3\n", 2),
        ("gradeeval.toml", "[gradeeval.lint]\npaths = 3\n", 2),
        ("gradeeval.toml", "[gradeeval.lint]\nX999 = false\n", 2),
        ("setup.cfg", "[gradeeval.lint]\ns101 = off\n", 0),
        ("setup.cfg", "[gradeeval.lint:demo-2025/*]\nS101 = off\n", 0),
    ],
)
def test_levels_of_a_configuration(name: str, text: str, code: int, demo: Path) -> None:
    change(demo / "requirements" / "1.yaml", "title: 胸痛中心建成比例", "title: Chest pain centers")
    Path(name).write_text(text, encoding="utf-8")
    assert run(["lint", str(demo)]) == code


@pytest.mark.parametrize(
    ("comment", "code"),
    [
        ("title: Chest pain centers  # gradeeval: ignore=S101 原件只有英文", 0),
        ("# gradeeval: ignore=S101 原件只有英文\n\n  # 第二行说明\n  title: Chest pain centers", 0),
        ("title: Chest pain centers  # gradeeval: ignore=S101", 1),
        ("title: Chest pain centers  # gradeeval: ignore=S103 别的代码", 1),
        ('title: "Chest # gradeeval: ignore=S101 引号里面的不是注释"', 0),  # it has Chinese characters
        ('title: "Chest # gradeeval: ignore=S101 quoted"', 1),
    ],
)
def test_an_ignore_speaks_of_its_line(comment: str, code: int, demo: Path) -> None:
    change(demo / "requirements" / "1.yaml", "title: 胸痛中心建成比例", comment)
    assert run(["lint", str(demo)]) == code


def test_every_form_tells_of_the_same_problem(demo: Path) -> None:
    change(demo / "requirements" / "1.yaml", "clause: 一（一）", "clause: 一（九）")
    outputs = [word for name in ("a.txt", "a.json", "a.sarif", "a.xml") for word in ("-o", name)]
    assert run(["lint", str(demo), *outputs]) == 1
    assert ":2:3: C102" in Path("a.txt").read_text(encoding="utf-8")
    assert json.loads(Path("a.json").read_text(encoding="utf-8"))["errors"] == 1
    (sarif,) = json.loads(Path("a.sarif").read_text(encoding="utf-8"))["runs"]
    (result,) = sarif["results"]
    assert (result["ruleId"], result["level"]) == ("C102", "error")
    (location,) = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "demo-2025/requirements/1.yaml"},
        "region": {"startLine": 2, "startColumn": 3},
    }
    suite = parse("a.xml").getroot()[0]
    assert suite.attrib["failures"] == "1"
    assert "C102" in [case.attrib["classname"] for case in suite if len(case)]


def test_annotations_of_github_escape_what_would_end_them(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(demo / "requirements" / "1.yaml", "clause: 一（一）", "clause: 一%,:（九）")
    assert run(["lint", str(demo), "--format", "github"]) == 1
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("::error file=demo-2025/requirements/1.yaml,line=2,col=3,title=C102 条款不在台账中::")
    assert "一%25,:（九）" in first


def test_a_file_of_a_ruleset_stands_for_it(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(demo / "requirements" / "1.yaml", "clause: 一（一）", "clause: 一（九）")
    assert run(["lint", str(demo / "examples" / "1.yaml"), str(demo / "document.yaml")]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 个规则集：1 个错误")


@pytest.mark.parametrize("name", ["demo-2026", "demo-2025/none.yaml", "elsewhere"])
def test_what_does_not_exist_is_named(name: str, demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (demo.parent / "elsewhere").mkdir()
    assert run(["lint", name]) == 2
    assert name in capsys.readouterr().err


@pytest.mark.parametrize(("code", "words"), [("C102", "# C102 条款不在台账中"), ("u102", "# U102 百分点与百分比混用")])
def test_a_check_is_explained(code: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--explain", code]) == 0
    assert capsys.readouterr().out.startswith(words)


def test_a_check_that_does_not_exist_is_not_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--explain", "C12"]) == 2
    assert "是否指 C102" in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["nan", "inf", "-1", "soon"])
@pytest.mark.parametrize("command", [("lint", "--prove"), ("plugins", "check", "gradeeval")], ids=" ".join)
def test_a_time_that_is_none_is_refused(
    command: tuple[str, ...], seconds: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, "--timeout", seconds]) == 2
    assert "--timeout" in capsys.readouterr().err


def test_lint_in_english(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(demo / "requirements" / "1.yaml", "clause: 一（一）", "clause: 一（九）")
    assert run(["lint", str(demo), "--lang", "en"]) == 1
    assert "C102 error: demo-2025/1.1-a: the ledger has no clause" in capsys.readouterr().out


def git(*words: str) -> None:
    who = ("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], check=True, capture_output=True)


@pytest.fixture
def committed(demo: Path) -> Path:
    """The ruleset in a repository, with one commit and a tag."""
    git("init", "-q")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    git("tag", "v1")
    return demo


def without_the_second(demo: Path) -> None:
    """Takes the second requirement away everywhere."""
    for name in ("requirements/1.yaml", "examples/1.yaml"):
        file = demo / name
        text = file.read_text(encoding="utf-8")
        at = text.index("- id: demo-2025/1.2-a" if "requirements" in name else "demo-2025/1.2-a:")
        file.write_text(text[:at], encoding="utf-8")
    change(demo / "clauses.yaml", "status: encoded, requirements: [demo-2025/1.2-a]", "status: informative")


def test_a_removed_requirement_is_told_against_the_base(committed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    without_the_second(committed)
    assert run(["lint", str(committed)]) == 0
    capsys.readouterr()
    assert run(["lint", str(committed), "--base", "v1"]) == 1
    assert "document.yaml:2:1: I104 错误: 要求 demo-2025/1.2-a（建成胸痛中心）已删去" in capsys.readouterr().out
    with (committed / "document.yaml").open("a", encoding="utf-8") as stream:
        stream.write("retired: [{id: demo-2025/1.2-a, why: 并入1.1-a}]\n")
    assert run(["lint", str(committed), "--base", "v1"]) == 0


def test_a_ruleset_that_the_base_does_not_have_is_new(committed: Path) -> None:
    shutil.copytree(committed, "demo-2026")
    for name in ("document.yaml", "clauses.yaml", "requirements/1.yaml", "examples/1.yaml"):
        file = Path("demo-2026") / name
        file.write_text(file.read_text(encoding="utf-8").replace("demo-2025", "demo-2026"), encoding="utf-8")
    change(Path("demo-2026/document.yaml"), "note:", "related: [{document: demo-2025}]\nnote:")
    Path("demo-2026/indicators.yaml").unlink()
    assert run(["lint", ".", "--base", "v1"]) == 0


@pytest.mark.parametrize("base", ["--output=x", "v2", "", "v1:demo-2025"])
def test_a_base_that_is_no_revision(base: str, committed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", str(committed), f"--base={base}"]) == 2
    assert capsys.readouterr().err
    assert not Path("x").exists()


def test_without_a_repository_there_is_no_base(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(demo.absolute().parents[1]))
    assert run(["lint", str(demo), "--base", "HEAD"]) == 2


def test_a_base_that_cannot_be_read_is_named(committed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = committed / "requirements" / "1.yaml"
    good = file.read_text(encoding="utf-8")
    file.write_text("- 1\n", encoding="utf-8")
    git("commit", "-q", "-a", "-m", "broken")
    file.write_text(good, encoding="utf-8")
    assert run(["lint", str(committed), "--base", "HEAD"]) == 2
    assert "HEAD" in capsys.readouterr().err


FIXABLE = """# 注释一
- id: demo-2025/1.1-a   # 注释二
  clause: 一（一）
  quote: 到2026年底，全县二级及以上公立医院胸痛中心建成比例达到85%以上。
  title: "胸痛中心(含筹建)建成比例"   # 注释三
  title_en: Share
  topics: [emergency]
  binds:   {kind: region, tier: county}
  indicator: demo.center_share
  target: {at_least: 85}
  unit: percent   # gradeeval: ignore=U110 早先没有写单位
  due: 2025-12-31
  due_from: document
  force: mandatory
"""


def test_what_is_certain_is_mended_and_all_else_stays(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    without_the_second(demo)
    file = demo / "requirements" / "1.yaml"
    file.write_bytes(FIXABLE.replace("\n", "\r\n").encode("utf-8-sig"))
    assert run(["lint", str(demo)]) == 1
    assert "3 处可用 --fix 改正" in capsys.readouterr().out
    assert run(["lint", str(demo), "--fix"]) == 0
    assert "改正了 3 处" in capsys.readouterr().err
    wanted = (
        FIXABLE.replace("(含筹建)", "（含筹建）")
        .replace("2025-12-31", "2026-12-31")
        .replace("   # gradeeval: ignore=U110 早先没有写单位", "")
    )
    assert file.read_bytes() == wanted.replace("\n", "\r\n").encode("utf-8-sig")


@pytest.mark.parametrize(
    "title",
    [
        "|-\n    胸痛中心(含筹建)\n    建成比例",
        "胸痛中心(含筹建)\n    建成比例",
        '"胸痛中心\\u0028含筹建\\u0029建成比例"',
    ],
)
def test_what_does_not_stand_on_its_line_is_left(title: str, demo: Path) -> None:
    file = demo / "requirements" / "1.yaml"
    change(file, "title: 胸痛中心建成比例", f"title: {title}")
    before = file.read_bytes()
    assert run(["lint", str(demo), "--fix"]) == 1
    assert file.read_bytes() == before


@pytest.mark.parametrize("names", [[], ["henan-2023-31"]])
def test_only_what_is_named_by_its_path_is_mended(names: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", "--fix", *names]) == 2
    assert "--fix" in capsys.readouterr().err


def test_a_folder_of_rulesets_stands_for_all_of_them(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(demo, "many/demo-2025")
    change(Path("many/demo-2025/requirements/1.yaml"), "clause: 一（一）", "clause: 一（九）")
    assert run(["lint", "many"]) == 1
    assert "many/demo-2025/requirements/1.yaml:2:3: C102" in capsys.readouterr().out


def test_shared_indicators_are_linted_where_they_are_meant(capsys: pytest.CaptureFixture[str]) -> None:
    shared = Path(__file__).parents[2] / "rulesets" / "shared" / "indicators" / "centers.yaml"
    assert run(["lint", str(shared)]) == 0
    assert capsys.readouterr().out.startswith("0 个规则集")


def test_a_ruleset_is_linted_in_its_own_folder(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(demo / "requirements" / "1.yaml", "clause: 一（一）", "clause: 一（九）")
    monkeypatch.chdir(demo)
    assert run(["lint", "."]) == run(["lint", "requirements/1.yaml"]) == 1
    assert run(["validate", "requirements/1.yaml"]) == run(["examples", "."]) == 0


def test_every_kind_of_broken_file_has_a_place(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Several rulesets that cannot be read are all reported, each at its own place."""
    for name in ("a-1", "b-1"):
        shutil.copytree(demo, name)
        (Path(name) / "indicators.yaml").unlink()
        for file in Path(name).rglob("*.yaml"):
            text = file.read_text(encoding="utf-8").replace("demo-2025", name)
            file.write_text(text, encoding="utf-8")
    change(Path("a-1/requirements/1.yaml"), "force: mandatory", "force: must")
    Path("b-1/examples/1.yaml").write_text("b-1/1.1-a: [\n", encoding="utf-8")
    Path("b-1/clauses.yaml").write_bytes(b"\xff\xfe")
    assert run(["lint", "demo-2025", "a-1", "b-1"]) == 3
    lines = capsys.readouterr().out.splitlines()[:-1]
    assert [line.partition(" F101")[0] for line in lines] == [
        "a-1/requirements/1.yaml:13:3:",
        "b-1/clauses.yaml:1:1:",
        "b-1/examples/1.yaml:2:1:",
    ]


def test_one_fault_of_one_ruleset_is_all_that_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What other rulesets say of it, and what only it uses, is not missing because it could not be read."""
    for id in ("henan-2023-31", "henan-2024-11"):
        shutil.copytree(Path(__file__).parents[2] / "rulesets" / id, tmp_path / id)
    monkeypatch.chdir(tmp_path)
    change(tmp_path / "henan-2024-11" / "requirements" / "1.yaml", "unit: count", "unit: percent")
    assert run(["lint", "henan-2023-31", "./henan-2024-11", "--format", "json"]) == 3
    assert [problem["code"] for problem in json.loads(capsys.readouterr().out)["problems"]] == ["U103"]
    assert run(["lint", "./henan-2023-31"]) == 0  # the other one is not what was asked for


def test_an_ignore_stays_while_another_ruleset_cannot_be_read(
    demo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = demo / "requirements" / "1.yaml"
    change(file, "title: 胸痛中心建成比例", "title: 胸痛中心建成比例  # gradeeval: ignore=S101 原件")
    shutil.copytree(demo, tmp_path / "other" / "demo-2026")
    broken = tmp_path / "other" / "demo-2026" / "document.yaml"
    change(broken, "id: demo-2025", "id: demo-2026")
    text = file.read_text(encoding="utf-8")
    assert run(["lint", "--fix", str(demo), str(broken.parent)]) == 3
    assert file.read_text(encoding="utf-8") == text
    assert "S901" not in capsys.readouterr().out
    assert run(["lint", "--fix", str(demo)]) == 0
    assert file.read_text(encoding="utf-8") != text


@pytest.mark.parametrize(
    "comment", ["gradeeval: ignore S101 原件", "gradeeval：ignore=S101 原件", "gradeeval: ignored=S101"]
)
def test_a_comment_that_means_to_ignore_and_does_not(
    comment: str, demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(demo / "requirements" / "1.yaml", "title: 胸痛中心建成比例", f"title: 胸痛中心建成比例  # {comment}")
    assert run(["lint", str(demo)]) == 1
    (first, _last) = capsys.readouterr().out.splitlines()
    assert first.startswith("demo-2025/requirements/1.yaml:4:20: S904 错误: ")


def test_a_ledger_may_be_demanded(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (demo / "clauses.yaml").unlink()
    assert run(["lint", str(demo)]) == 0
    capsys.readouterr()
    assert run(["lint", str(demo), "--level", "C110=error"]) == 1
    assert capsys.readouterr().out.startswith("demo-2025/document.yaml:")


def test_one_is_not_many_in_english(demo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(demo / "requirements" / "1.yaml", "clause: 一（一）", "clause: 一（九）")
    assert run(["--lang", "en", "lint", str(demo)]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("1 ruleset: 1 error, 0 warnings, 0 ignored")


def test_shared_indicators_that_are_not_in_use_are_said_to_be_unchecked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shipped = Path(__file__).parents[2] / "rulesets"
    for name in ("henan-2024-11", "shared"):
        shutil.copytree(shipped / name, tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert run(["lint", str(tmp_path)]) == 0
    assert f"没有检查 {tmp_path / 'shared'}" in capsys.readouterr().err
    assert run(["lint", str(shipped / "shared")]) == 0
    assert capsys.readouterr().err == ""
