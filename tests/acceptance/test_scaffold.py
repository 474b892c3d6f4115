"""``new ruleset``, ``new plugin`` and ``plugins check`` as a user meets them, in an invented country."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.acceptance.conftest import Call

from gradeeval.conformance.kit import STEPS, examine

HERE = "990000"


def steps(text: str) -> dict[str, str]:
    return {step["step"]: step["outcome"] for step in json.loads(text)["steps"]}


@pytest.fixture
def folder(call: Call, country: Path) -> Path:
    said = call("new", "ruleset", "mycity-2025-1", "--jurisdiction", HERE, "--title", "子市健康行动")
    assert said.code == 0, said.err
    return Path("mycity-2025-1")


@pytest.fixture
def plugin(call: Call, country: Path) -> Path:
    said = call("new", "plugin", "gradeeval-mycity", "--jurisdiction", HERE)
    assert said.code == 0, said.err
    assert "pip install ./gradeeval-mycity" in said.out
    return Path("gradeeval-mycity")


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_new_ruleset_conforms_and_judges(call: Call, folder: Path) -> None:
    said = call("plugins", "check", folder, "--sources", folder / "source")
    assert said.code == 0, said.out
    assert "合格；8 个文件" in said.out
    judged = call("check", folder / "samples" / "profile.yaml", "--ruleset-dir", folder, "--as-of", "2026-01-01")
    assert judged.code == 1, judged.err
    assert "健康讲师人数" in judged.out and "子市健康行动" in judged.out


def test_the_commands_of_a_report_find_the_same_rules(
    call: Call, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("my data").mkdir()
    profile, place = Path("my data/profile.yaml"), Path("my data/rules")
    profile.write_bytes((folder / "samples" / "profile.yaml").read_bytes())
    place.mkdir()
    folder.rename(place / folder)

    def proposed(*words: str | Path) -> list[list[str]]:
        said = call("check", profile, "--as-of", "2026-01-01", *words)
        assert said.code == 1, said.err
        return [shlex.split(line)[1:] for line in said.out.splitlines() if line.startswith("  gradeeval ")]

    explain, check = proposed(
        "--ruleset-dir", place, "--no-plugins", "--ruleset", "mycity-2025-1", "--force", "mandatory"
    )
    assert call(*explain).code == 0
    assert "--no-plugins" in explain
    assert call(*check).code == 1
    saved = json.loads(Path("report.json").read_text(encoding="utf-8"))
    assert [row["requirement"] for row in saved["findings"]] == ["mycity-2025-1/1.1-a"]
    monkeypatch.setenv("GRADEEVAL_RULESET_DIR", str(place))
    assert all("--ruleset-dir" not in command for command in proposed("--ruleset", "mycity-2025-1"))


def test_what_was_examined_is_told_in_english(call: Call, folder: Path) -> None:
    said = call("plugins", "check", folder, "--lang", "en")
    assert "passed; 1 requirement; 6 examples\n" in said.out
    assert "Conforms; 8 files, digest" in said.out
    assert "，" not in said.out


def test_a_new_plugin_conforms_without_being_installed(call: Call, plugin: Path) -> None:
    said = call("plugins", "check", plugin, "--sources", plugin / "tests" / "sources", "--format", "json")
    assert said.code == 0, said.out
    assert set(steps(said.out).values()) == {"passed"}
    assert tuple(steps(said.out)) == STEPS
    record = json.loads(said.out)
    assert record["namespace"] == "gradeeval-mycity" and record["brings"] == {"rulesets": ["mycity-1"]}


def test_the_record_is_the_same_for_the_same_files_and_another_for_others(call: Call, folder: Path) -> None:
    call("plugins", "check", folder, "-o", "one.json", "-o", "one.txt")
    call("plugins", "check", folder, "-o", "two.json")
    assert Path("one.json").read_bytes() == Path("two.json").read_bytes()
    assert "合格" in Path("one.txt").read_text(encoding="utf-8")
    change(folder / "README.md", "台账", "总账")
    call("plugins", "check", folder, "-o", "three.json")
    one, three = (json.loads(Path(name).read_bytes()) for name in ("one.json", "three.json"))
    assert one["digest"] != three["digest"] and one["rulesets"] == three["rulesets"]


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "step"),
    [
        ("document.yaml", "title:", "titel:", 3, "form"),
        ("requirements/1.yaml", "unit: count", "unit: percent", 3, "language"),
        ("indicators.yaml", "mycity-2025-1.", "", 3, "names"),
        ("document.yaml", "namespace: mycity-2025-1", "namespace: gradeeval", 3, "names"),
        ("source/mycity-2025-1.txt", "2名", "3名", 1, "source"),
        ("examples/1.yaml", "is: unmet", "is: met", 1, "examples"),
        (
            "examples/1.yaml",
            "  - {case: 正好2名, facts: {mycity-2025-1.health_lecturers: 2}, is: met}\n",
            "",
            1,
            "mutants",
        ),
        ("requirements/1.yaml", "title: 健康讲师人数", "title: Lecturers", 1, "lint"),
    ],
)
def test_each_step_finds_what_it_is_for(
    file: str, old: str, new: str, code: int, step: str, call: Call, folder: Path
) -> None:
    if step == "names" and file == "indicators.yaml":
        for other in ("requirements/1.yaml", "examples/1.yaml"):
            change(folder / other, "mycity-2025-1.health", "health")
    change(folder / file, old, new)
    said = call("plugins", "check", folder, "--sources", folder / "source", "--format", "json")
    assert said.code == code, said.out
    assert steps(said.out)[step] == "failed", said.out
    record = examine(folder, sources=folder / "source")
    with pytest.raises(AssertionError, match=r"\.(yaml|txt)"):
        record.demand(step)


def test_a_draft_does_not_conform_until_it_is_encoded(call: Call, folder: Path) -> None:
    change(folder / "clauses.yaml", "chars: 6, status: informative", "chars: 6, status: pending")
    said = call("plugins", "check", folder, "--format", "json")
    assert said.code == 1
    assert steps(said.out)["ledger"] == "failed"
    (folder / "clauses.yaml").unlink()
    assert "没有台账" in call("plugins", "check", folder).out


def test_yaml_that_nothing_reads_is_told(call: Call, folder: Path) -> None:
    (folder / "requirement").mkdir()
    (folder / "requirement" / "2.yaml").write_text("[]\n", encoding="utf-8")
    said = call("plugins", "check", folder)
    assert said.code == 3
    assert "requirement/2.yaml: 不在约定的位置" in said.out


def test_weakening_what_binds_from_above_is_found(call: Call, plugin: Path, country: Path) -> None:
    call("new", "ruleset", "strict-1", "--jurisdiction", "000000")
    call("new", "ruleset", "weak-1", "--jurisdiction", HERE)
    for file in ("requirements/1.yaml", "examples/1.yaml"):
        change(Path("weak-1") / file, "weak-1.health_lecturers", "strict-1.health_lecturers")
    Path("weak-1/indicators.yaml").unlink()
    change(Path("weak-1/requirements/1.yaml"), "at_least: 2", "at_least: 1")
    change(Path("weak-1/requirements/1.yaml"), "不少于2名", "不少于1名")
    change(Path("weak-1/requirements/1.yaml"), "- id:", "- stricter_than: strict-1/1.1-a\n  id:")
    said = call("plugins", "check", "weak-1", "--ruleset-dir", "strict-1", "--format", "json")
    assert said.code == 1, said.out
    assert steps(said.out)["weakening"] == "failed", said.out


def module(plugin: Path, text: str) -> None:
    file = plugin / "src" / "gradeeval_mycity" / "__init__.py"
    file.write_text(file.read_text(encoding="utf-8") + "\n" + text, encoding="utf-8")


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "联网"),
        ("import os; os.system('true')", "启动别的进程"),
        ("import subprocess, sys; subprocess.run([sys.executable, '-V'])", "启动别的进程"),
        ("open('{outside}', 'w')", "写自己文件夹以外的文件"),
        ("import os; os.close(os.open('{outside}', os.O_CREAT | os.O_WRONLY))", "写自己文件夹以外的文件"),
        ("import os; os.mkdir('{outside}')", "写自己文件夹以外的文件"),
        ("try:\n    open('{outside}', 'w')\nexcept OSError:\n    pass", "写自己文件夹以外的文件"),
        ("raise ValueError('坏了')", "坏了"),
        ("raise SystemExit", "SystemExit"),
        ("import os; os._exit(7)", "退出码 7"),
        ("gradeeval_hook_version = 99", "99"),
        ("gradeeval_rulesets = hookimpl(lambda: 1 / 0, specname='gradeeval_rulesets')", "ZeroDivisionError"),
    ],
)
def test_what_a_plugin_does_while_it_loads_is_noted(
    code: str, sentence: str, call: Call, plugin: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    module(plugin, code.replace("{outside}", outside.as_posix()))
    said = call("plugins", "check", plugin)
    assert said.code == 3, said.out
    assert sentence in said.out
    assert not outside.exists()


def test_a_plugin_may_write_in_its_own_folder_and_where_it_is_told_to_put_what_is_temporary(
    call: Call, plugin: Path
) -> None:
    module(plugin, "import tempfile\ntempfile.TemporaryFile().close()\n(Path(__file__).parent / 'own').write_text('x')")
    assert call("plugins", "check", plugin).code == 0


def test_a_plugin_that_does_not_end_loading_is_stopped(call: Call, plugin: Path) -> None:
    module(plugin, "while True: pass")
    said = call("plugins", "check", plugin, "--timeout", "3")
    assert said.code == 3
    assert "3 秒内没有装入" in said.out


RENDERER = """
from gradeeval.reports.rendering import Renderer

def render(result, layout):
    {body}

@hookimpl
def gradeeval_renderers():
    return [Renderer("mine", "我的", (".mine",), render)]
"""


def test_reports_of_a_plugin_are_rendered(call: Call, plugin: Path) -> None:
    module(plugin, RENDERER.format(body="return str(len(result.findings)).encode()"))
    said = call("plugins", "check", plugin)
    assert said.code == 0, said.out
    assert "报告：通过；10 种格式" in said.out


def test_a_report_that_does_not_render_is_told(call: Call, plugin: Path) -> None:
    module(plugin, RENDERER.format(body="return result.nothing"))
    said = call("plugins", "check", plugin)
    assert said.code == 1, said.out
    assert "AttributeError" in said.out


@pytest.mark.parametrize(
    "words",
    [
        ("ruleset", "My City"),
        ("ruleset", "../away"),
        ("ruleset", "a" * 65),
        ("ruleset", "con"),
        ("ruleset", "shared"),
        ("ruleset", "ok-1", "--title", "一行\n两行"),
        ("ruleset", "ok-1", "--title", " "),
        ("ruleset", "ok-1", "--jurisdiction", "henan"),
        ("plugin", "gradeeval"),
        ("plugin", "json"),
        ("plugin", "class"),
        ("plugin", "_x"),
        ("plugin", "my-plugin", "--document", "A/B"),
        ("plugin", "my-plugin", "--document", "shared"),
    ],
    ids=" ".join,
)
def test_names_that_cannot_be_are_refused_before_anything_is_written(words: tuple[str, ...], call: Call) -> None:
    said = call("new", *words)
    assert said.code == 2
    assert list(Path().iterdir()) == []


def test_folders_that_are_missing_are_made(call: Call, country: Path) -> None:
    said = call("new", "ruleset", "mycity-2025-1", "--jurisdiction", HERE, "--into", "a/b")
    assert (said.code, said.err) == (0, "")
    assert Path("a/b/mycity-2025-1/document.yaml").is_file()
    Path("afile").write_text("", encoding="utf-8")
    said = call("new", "ruleset", "mycity-2025-1", "--jurisdiction", HERE, "--into", "afile/b")
    assert (said.code, "afile" in said.err) == (2, True)


def test_nothing_is_overwritten(call: Call, folder: Path, plugin: Path) -> None:
    change(folder / "README.md", "台账", "我的台账")
    for words in (("ruleset", "mycity-2025-1"), ("plugin", "gradeeval-mycity")):
        said = call("new", *words)
        assert said.code == 2
        assert "已经存在" in said.err
    assert "我的台账" in (folder / "README.md").read_text(encoding="utf-8")


def test_titles_are_filled_in_as_they_are(call: Call, country: Path) -> None:
    title = '关于"健康": «id» %(name)s ${HOME} {x} # 行动'
    assert call("new", "plugin", "odd-plugin", "--jurisdiction", HERE, "--title", title).code == 0
    said = call("plugins", "check", "odd-plugin", "--sources", "odd-plugin/tests/sources")
    assert said.code == 0, said.out


def test_a_region_that_no_roster_has_is_told(call: Call, country: Path) -> None:
    said = call("new", "ruleset", "far-1", "--jurisdiction", "123456")
    assert said.code == 0
    assert "名册上没有区域 123456" in said.err


@pytest.mark.parametrize("named", ["nowhere/at-all", "gradeeval-nothing"])
def test_what_is_not_there_cannot_be_examined(named: str, call: Call) -> None:
    assert call("plugins", "check", named).code == 2


def test_a_folder_of_nothing_is_refused(call: Call, country: Path) -> None:
    Path("empty").mkdir()
    assert call("plugins", "check", "empty").code == 2
    Path("empty/setup.cfg").write_text("[metadata]\nname = x\n", encoding="utf-8")
    assert call("plugins", "check", "empty").code == 2
    Path("empty/pyproject.toml").write_text("[project\n", encoding="utf-8")
    assert "读不懂" in call("plugins", "check", "empty").err


def test_help_speaks_english(call: Call) -> None:
    said = call("plugins", "check", "--help", "--lang", "en")
    assert said.code == 0 and "sandbox" in said.out


@pytest.fixture(scope="module")
def install(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path], dict[str, str]]:
    """Installs a folder beside everything else, in a folder of its own; the environment that sees it."""

    def installed(folder: Path) -> dict[str, str]:
        target = tmp_path_factory.mktemp("site")
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
        subprocess.run([*command, "--target", str(target), str(folder)], check=True, capture_output=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GRADEEVAL_")}
        return {**kept, "PYTHONPATH": str(target), "GRADEEVAL_CACHE_DIR": "", "PYTHONUTF8": "1"}

    return installed


def test_a_new_plugin_installs_and_passes_its_own_tests(
    tmp_path: Path, install: Callable[[Path], dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    from gradeeval.cli.main import run

    assert run(["new", "plugin", "gradeeval-mycity", "--into", str(tmp_path), "--no-plugins"]) == 0
    capsys.readouterr()
    folder = tmp_path / "gradeeval-mycity"
    environment = install(folder)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", str(folder / "setup.cfg")]
    tested = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert tested.returncode == 0, tested.stdout
    assert f"{len(STEPS)} passed" in tested.stdout
    command = [sys.executable, "-m", "gradeeval", "plugins", "check", "gradeeval-mycity", "--format", "json"]
    checked = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    record = json.loads(checked.stdout)
    assert record["kind"] == "distribution" and record["version"] == "0.1.0"
    from_folder = examine(folder)
    assert record["digest"] == from_folder.digest


def test_a_draft_becomes_a_plugin_with_names_of_its_own(call: Call, folder: Path) -> None:
    candidates = folder / "candidates"
    candidates.mkdir()
    (candidates / "indicators.yaml").write_text(
        "indicators:\n  mycity-2025-1.more: {title: 更多, kind: institution, unit: count}\n", encoding="utf-8"
    )
    said = call("new", "plugin", "gradeeval-mycity", "--ruleset", folder)
    assert said.code == 0, said.err
    checked = call("plugins", "check", "gradeeval-mycity", "--sources", "gradeeval-mycity/tests/sources")
    assert checked.code == 0, checked.out
    inside = Path("gradeeval-mycity/src/gradeeval_mycity/rulesets/mycity-2025-1")
    assert "namespace: gradeeval-mycity\n" in (inside / "document.yaml").read_text(encoding="utf-8")
    assert "source: mycity-2025-1.txt" in (inside / "document.yaml").read_text(encoding="utf-8")
    assert "gradeeval-mycity.more:" in (inside / "candidates" / "indicators.yaml").read_text(encoding="utf-8")
    sample = Path("gradeeval-mycity/samples/profile.yaml").read_text(encoding="utf-8")
    assert "gradeeval-mycity.health_lecturers: 1" in sample
    assert "mycity-2025-1.health" in (folder / "indicators.yaml").read_text(encoding="utf-8"), "the folder is untouched"


def test_a_plugin_is_made_only_of_a_ruleset_and_says_everything_once(call: Call, folder: Path) -> None:
    assert call("new", "plugin", "a-plugin", "--ruleset", "nowhere").code == 2
    assert call("new", "plugin", "a-plugin", "--ruleset", folder, "--title", "另一个").code == 2
    (folder / "data.bin").write_bytes(b"\0")
    assert "不是规则集的文件" in call("new", "plugin", "a-plugin", "--ruleset", folder).err
    (folder / "data.bin").unlink()
    (folder / "link.yaml").symlink_to("document.yaml")
    assert call("new", "plugin", "a-plugin", "--ruleset", folder).code == 3
    assert not Path("a-plugin").exists()


def test_a_ruleset_without_its_text_becomes_a_plugin_that_does_not_ask_for_it(call: Call, folder: Path) -> None:
    (folder / "source" / "mycity-2025-1.txt").unlink()
    assert call("new", "plugin", "gradeeval-mycity", "--ruleset", folder).code == 0
    for file in ("README.md", ".github/workflows/check.yml"):
        assert "--sources" not in Path("gradeeval-mycity", file).read_text(encoding="utf-8").partition("## ")[0]
    assert steps(call("plugins", "check", "gradeeval-mycity", "--format", "json").out)["source"] == "skipped"


def test_only_rulesets_are_looked_at_where_other_things_lie_beside_them(call: Call, folder: Path) -> None:
    call("new", "ruleset", "other-1", "--jurisdiction", HERE)
    Path("letter.txt").write_text("…", encoding="utf-8")
    said = call("plugins", "check", ".", "--format", "json")
    assert said.code == 0, said.out
    record = json.loads(said.out)
    assert {path.partition("/")[0] for path in record["files"]} == {"mycity-2025-1", "other-1"}
    assert list(record["rulesets"]) == ["mycity-2025-1", "other-1"]


def test_long_lists_of_problems_say_what_is_left_out(call: Call, folder: Path) -> None:
    file = folder / "examples" / "1.yaml"
    wrong = "  - {case: 错, facts: {mycity-2025-1.health_lecturers: 1}, is: met}\n"
    file.write_text(file.read_text(encoding="utf-8") + wrong * 250, encoding="utf-8")
    said = call("plugins", "check", folder)
    assert said.code == 1
    assert "个问题，没有逐个列出" in said.out


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("setup.cfg", "[metadata]\nname = x-y\n[options.entry_points]\ngradeeval =\n    x = ../../etc\n"),
        ("setup.cfg", "[metadata]\nname = x-y\n[options.entry_points]\ngradeeval =\n    x = nowhere.at:all\n"),
        ("setup.cfg", "no section\n"),
        ("pyproject.toml", "project = 1\n"),
        ("pyproject.toml", f"a = {'[' * 5000}\n"),
    ],
)
def test_metadata_that_make_no_sense_are_refused(file: str, text: str, call: Call, country: Path) -> None:
    Path("odd").mkdir()
    Path("odd", file).write_text(text, encoding="utf-8")
    assert call("plugins", "check", "odd").code == 2
