"""Completion in the three shells that click knows, and the bar that long work shows on a terminal only."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.acceptance.conftest import Call
from tests.unit.invented import institution

from gradeeval.cli.main import run
from gradeeval.cli.progress import LONG, watched

SHELLS = ("bash", "zsh", "fish")


def completed(shell: str, words: str, position: int) -> str:
    variables = {"COMP_WORDS": words, "COMP_CWORD": str(position), "_GRADEEVAL_COMPLETE": f"{shell}_complete"}
    if shell == "fish":
        variables["COMP_CWORD"] = words.split(" ")[-1]
    done = subprocess.run(
        [sys.executable, "-m", "gradeeval"],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.stdout


@pytest.mark.parametrize("shell", SHELLS)
def test_commands_and_options_are_completed(shell: str) -> None:
    assert "check" in completed(shell, "gradeeval che", 1)
    assert "--as-of" in completed(shell, "gradeeval check --as", 2)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_for_the_shell_is_printed(shell: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gradeeval"],
        env={**os.environ, "_GRADEEVAL_COMPLETE": f"{shell}_source"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if shell == "bash" and "bash" in done.stderr.lower() and not done.stdout:
        pytest.fail(done.stderr)
    assert "_GRADEEVAL_COMPLETE" in done.stdout


class Terminal(io.StringIO):
    """Standard error that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_long_work_shows_a_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    assert list(watched(range(LONG))) == list(range(LONG))
    assert "评定" in screen.getvalue()
    assert f"{LONG}/{LONG}" in screen.getvalue()


def test_short_work_and_pipes_show_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen, pipe = Terminal(), io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    assert len(list(watched(range(LONG - 1)))) == LONG - 1
    monkeypatch.setattr(sys, "stderr", pipe)
    assert len(list(watched(range(LONG)))) == LONG
    assert screen.getvalue() == pipe.getvalue() == ""


def test_many_records_show_their_rate_on_a_terminal_only(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("in.ndjson").write_text(
        "".join(json.dumps(institution(number, facts={})) + "\n" for number in range(1, LONG + 2)), encoding="utf-8"
    )
    screen = Terminal()
    with monkeypatch.context() as context:
        context.setattr(sys, "stderr", screen)
        assert run(["convert", "in.ndjson", "-o", "out"]) == 0
    assert "转换" in screen.getvalue()
    assert "每秒" in screen.getvalue()
    assert f"{LONG + 1}/{LONG + 1}" in screen.getvalue()
    assert call("convert", "in.ndjson", "-o", "again").err == ""
