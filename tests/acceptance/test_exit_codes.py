"""Each exit code on the smallest run that earns it, and which one wins where several would hold."""

from __future__ import annotations

import errno
import json
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from tests.acceptance.conftest import Call
from tests.unit.invented import institution, write, write_ruleset

from gradeeval.cli import check, main
from gradeeval.cli.failing import FAIL_ON
from gradeeval.engines import reference
from gradeeval.engines.forward import session
from gradeeval.engines.reference import Judge
from gradeeval.engines.views import View
from gradeeval.language.nodes import FORCES, Requirement
from gradeeval.language.scope import Scope

AS_OF = ("--as-of", "2025-06-30", "--engine", "reference")
DONE: dict[str, Any] = {"facts": {"done": True}}
NOT_DONE: dict[str, Any] = {"facts": {"done": False}}
UNKNOWN: dict[str, Any] = {"facts": {}}


def test_nothing_to_report_is_0(call: Call, country: Path) -> None:
    write_ruleset(country)
    assert call("check", write(Path("a.yaml"), institution(**DONE)), *AS_OF).code == 0


def test_a_mandatory_requirement_that_is_missed_is_1(call: Call, country: Path) -> None:
    write_ruleset(country)
    said = call("check", write(Path("a.yaml"), institution(**NOT_DONE)), *AS_OF)
    assert said.code == 1
    assert "要求1" in said.out
    assert said.err == ""


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["check"], "PATHS"),
        (["check", "a.yaml", "--nonsense"], "--nonsense"),
        (["check", "a.yaml", "--fail-on", "sometimes"], "sometimes"),
        (["check", "nowhere.yaml"], "nowhere.yaml 不存在"),
        (["check", "a.yaml", "--ruleset", "jia-2024-2"], "是否指 jia-2024-1？"),
        (["check", "a.yaml", "--topic", "elderly_car"], "是否指 elderly_care？"),
        (["check", "a.yaml", "--topic", "zzzzzzz"], "没有主题 zzzzzzz；可用："),
        (["check", "a.yaml", "--subject", "nobody"], "没有编号为 nobody 的对象"),
        (["check", "a.yaml", "--format", "pdf"], "没有格式 pdf；可用：table、json、csv"),
        (["check", "a.yaml", "-o", "a.pdf"], "不知道 a.pdf 是何种格式；可用后缀：.txt、.json、.csv"),
        (["check", "a.yaml", "-o", "nowhere/a.json"], "文件夹 nowhere 不存在"),
        (["check", "a.yaml", "--as-of", "2025-W01-1"], "“2025-W01-1”不是日期；请写成 2025-12-31"),
        (["chek"], "没有命令 chek；是否指 check？"),
        (["zzzz"], "没有命令 zzzz"),
        (["rules", "show", "jia-2024-1/9.9"], "没有要求 jia-2024-1/9.9"),
        (["verify", "--sources", "nowhere"], "文件夹 nowhere 不存在"),
        (["schema", "nonsense"], "nonsense"),
    ],
)
def test_what_cannot_be_meant_or_does_not_exist_is_2(words: list[str], told: str, call: Call, country: Path) -> None:
    write_ruleset(country)
    write(Path("a.yaml"), institution())
    said = call(*words)
    assert said.code == 2
    assert "错误：" in said.err  # after what is said where the forward engine is missing
    assert told in said.err
    assert said.out == ""
    assert not Path("a.pdf").exists()


def test_a_usage_error_says_where_to_look(call: Call, country: Path) -> None:
    write_ruleset(country)
    assert "用 gradeeval check --help 查看用法" in call("check").err


def test_refused_content_is_3_and_nothing_is_judged(call: Call, country: Path) -> None:
    write_ruleset(country)
    path = write(Path("a.yaml"), [institution(1, **NOT_DONE), institution(2, facts={"dome": 1})])
    said = call("check", path, *AS_OF, "-o", "report.json")
    assert (said.code, said.out) == (3, "")
    assert "a.yaml:14:5: [1].facts.dome：" in said.err
    assert not Path("report.json").exists()


def test_a_ruleset_that_is_refused_is_3(call: Call, country: Path) -> None:
    write_ruleset(country, requirements=[{"indicator": "dome"}])
    said = call("check", write(Path("a.yaml"), institution()), *AS_OF)
    assert said.code == 3
    assert "是否指 `done`？" in said.err


def test_only_unknowns_are_4_where_that_was_asked_for(call: Call, country: Path) -> None:
    write_ruleset(country)
    path = write(Path("a.yaml"), institution(**UNKNOWN))
    assert call("check", path, *AS_OF).code == 0
    assert call("check", path, *AS_OF, "--fail-on", "unknown").code == 4
    known = write(Path("b.yaml"), institution(**DONE))
    assert call("check", known, *AS_OF, "--fail-on", "unknown").code == 0


def test_nothing_selected_is_5(call: Call, country: Path) -> None:
    write_ruleset(country)
    said = call("check", write(Path("a.yaml"), institution(region="440103")), *AS_OF)
    assert said.code == 5
    assert "没有适用的要求" in said.err
    filtered = call("check", write(Path("b.yaml"), institution()), *AS_OF, "--only", "nothing*")
    assert filtered.code == 5


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requirements whose number ends in 9 cannot be run."""
    sound = reference.compile_requirement

    def compiled(requirement: Requirement, scope: Scope, permits: Any) -> Judge:
        def judge(view: View) -> Any:
            raise ArithmeticError("beyond measure")

        return judge if requirement.id.endswith("9") else sound(requirement, scope, permits)

    monkeypatch.setattr(reference, "compile_requirement", compiled)


@pytest.mark.usefixtures("broken")
def test_a_rule_that_could_not_be_run_is_6_and_a_row(call: Call, country: Path) -> None:
    write_ruleset(country, requirements=[{"id": "jia-2024-1/1.9"}, {}])
    said = call("check", write(Path("a.yaml"), institution(**DONE)), *AS_OF)
    assert said.code == 6
    assert "无法判定" in said.out
    assert "beyond measure" in said.out
    assert "要求2" in said.out


def fails(with_: Exception) -> Callable[..., Any]:
    def failing(*_words: Any, **_options: Any) -> Any:
        raise with_

    return failing


def test_a_fault_of_the_program_is_70_without_traceback(
    call: Call, country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "opened", fails(ZeroDivisionError("own bug")))
    said = call("check", "a.yaml")
    assert said.code == 70
    assert "内部错误：ZeroDivisionError: own bug" in said.err
    assert "GRADEEVAL_DEBUG=1" in said.err
    monkeypatch.setenv("GRADEEVAL_DEBUG", "1")
    with pytest.raises(ZeroDivisionError, match="own bug"):
        main.run(["check", "a.yaml"])


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt(), EOFError(), click.Abort()])
def test_an_interruption_is_130(
    interrupt: Exception, call: Call, country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "opened", fails(interrupt))
    assert call("check", "a.yaml").code == 130


@pytest.mark.parametrize(
    ("profiles", "requirements", "options", "code"),
    [
        ([NOT_DONE, {"facts": {"dome": 1}}], [{}], ("--skip-invalid",), 3),
        ([{"region": "440103"}, {"facts": {"dome": 1}}], [{}], ("--skip-invalid",), 3),
        ([{"facts": {"dome": 1}}], [{}], ("--ruleset", "nonsense"), 2),
        ([NOT_DONE], [{}, {"id": "jia-2024-1/1.9"}], (), 6),
        ([DONE, {"facts": {"dome": 1}}], [{"id": "jia-2024-1/1.9"}], ("--skip-invalid",), 3),
        ([UNKNOWN], [{}, {"id": "jia-2024-1/1.9"}], ("--fail-on", "unknown"), 6),
        ([NOT_DONE, UNKNOWN], [{}], ("--fail-on", "unknown"), 1),
        ([{"region": "440103"}, NOT_DONE], [{}], (), 1),
    ],
    ids=[
        "3 before 1",
        "3 before 5",
        "2 before 3",
        "6 before 1",
        "3 before 6",
        "6 before 4",
        "1 before 4",
        "1 of another",
    ],
)
@pytest.mark.usefixtures("broken")
def test_the_first_that_holds_wins(
    profiles: list[dict[str, Any]],
    requirements: list[dict[str, Any]],
    options: tuple[str, ...],
    code: int,
    call: Call,
    country: Path,
) -> None:
    write_ruleset(country, requirements=requirements)
    path = write(Path("a.yaml"), [institution(number, **keys) for number, keys in enumerate(profiles, 1)])
    assert call("check", path, *AS_OF, *options).code == code


FAILS = {
    "never": (),
    "mandatory": ("mandatory",),
    "in_principle": ("mandatory", "in_principle"),
    "strive": ("mandatory", "in_principle", "strive"),
    "any": ("mandatory", "in_principle", "strive", "encourage", "explore"),
    "unknown": ("mandatory",),
}


@pytest.mark.parametrize("level", FAIL_ON)
def test_the_levels_of_fail_on(level: str, call: Call, country: Path) -> None:
    for force in FORCES:
        write_ruleset(
            country,
            f"{force.replace('_', '-')}-1",
            requirements=[{"force": force}],
            indicators=None if force == "mandatory" else {},
        )
    path = write(Path("a.yaml"), institution(**NOT_DONE))
    for force in FORCES:
        said = call("check", path, *AS_OF, "--fail-on", level, "--ruleset", f"{force.replace('_', '-')}-1")
        assert said.code == (1 if force in FAILS[level] else 0), force


@pytest.mark.parametrize(("due", "code"), [("2024-12-31", 1), ("2025-06-30", 1), ("2025-07-01", 0)])
def test_before_its_deadline_a_miss_fails_nothing(due: str, code: int, call: Call, country: Path) -> None:
    write_ruleset(country, requirements=[{"due": due, "due_from": "clause"}])
    assert call("check", write(Path("a.yaml"), institution(**NOT_DONE)), *AS_OF, "--fail-on", "any").code == code


@pytest.mark.parametrize(("words", "code"), [(["--version"], 0), (["chek"], 2)])
def test_the_module_runs_like_the_command(words: list[str], code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["gradeeval", *words])
    with pytest.raises(SystemExit) as left:
        runpy.run_module("gradeeval", run_name="__main__")
    assert left.value.code == code


def test_a_refusal_that_is_no_usage_error_points_to_no_usage(
    call: Call, country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "opened", fails(click.ClickException("no room")))
    said = call("check", "a.yaml")
    assert (said.code, said.err) == (2, "错误：no room\n")


@pytest.mark.parametrize("name", ["requirements/2.yaml", "examples/2.yaml"])
def test_a_folder_in_the_place_of_a_file_of_a_ruleset_is_3(name: str, call: Call, country: Path) -> None:
    folder = write_ruleset(country, examples={"jia-2024-1/1.1": {"cases": [{"case": "甲", "is": "unknown"}]}})
    (folder / name).mkdir()
    path = write(Path("a.yaml"), institution(**DONE))
    said = call("check", path, *AS_OF) if name.startswith("requirements") else call("examples")
    assert (said.code, f"{name}: " in said.err, "不是文件" in said.err) == (3, True, True)
    linted = call("lint", folder)
    assert (linted.code, f"{name}" in linted.out) == (3, True)


def test_a_reader_that_goes_away_is_no_finding(call: Call, country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "opened", fails(BrokenPipeError(errno.EPIPE, "gone")))
    assert call("check", "a.yaml").code == 0


def test_without_durable_rules_reference_judges_and_says_so(
    call: Call, country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "available", lambda: False)
    write_ruleset(country, examples={"jia-2024-1/1.1": {"cases": [{"case": "甲", "is": "unknown"}]}})
    path = write(Path("a.yaml"), institution(**NOT_DONE))
    said = call("check", path, "--as-of", "2025-06-30", "--format", "json")
    assert said.code == 1
    assert said.err == "未安装 durable-rules，改用 reference 引擎（结论相同）\n"
    assert json.loads(said.out)["produced_by"]["engine"] == "reference"
    assert call("examples").err == said.err
    asked = call("check", path, "--engine", "forward")
    assert asked.code == 2
    assert "pip install 'gradeeval[forward]'" in asked.err


def test_what_is_no_command_is_not_found() -> None:
    context = click.Context(main.group)
    assert main.group.list_commands(context) == list(main.COMMANDS)
    assert main.group.get_command(context, "chek") is None


def test_main_leaves_with_the_code_of_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["gradeeval", "chek"])
    monkeypatch.setattr("gc.set_threshold", lambda *_one: None)  # these tests are one process, which goes on
    monkeypatch.setattr("gc.freeze", lambda: None)
    with pytest.raises(SystemExit) as left:
        main.main()
    assert left.value.code == 2
    with pytest.raises(SystemExit) as left:
        main.main(["--help"])
    assert left.value.code == 0


@pytest.mark.parametrize("library", ["click", "polars", "duckdb"])
def test_no_library_complains_when_a_command_ends(library: str) -> None:
    code = f"import {library}; from gradeeval.cli.main import main; main(['--version'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert not done.stderr
