"""What the terminal or pipe at the other end is like: colours, width, encoding, a reader that goes away."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from gradeeval.cli.opening import terminal_layout
from gradeeval.cli.output import write_out

SAMPLE = Path(__file__).parents[2] / "samples" / "secondary-hospital.yaml"
CHECK = ["check", str(SAMPLE), "--as-of", "2025-06-30", "--engine", "reference"]


def environment(**settings: str) -> dict[str, str]:
    """The environment without what would set up the program, and with ``settings``."""
    own = ("GRADEEVAL_", "PYTHON", "LC_", "LANG", "NO_COLOR")
    return {**{key: value for key, value in os.environ.items() if not key.startswith(own)}, **settings}


def started(words: list[str], stdout: int, folder: Path, **settings: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "gradeeval", *words],
        stdout=stdout,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment(**settings),
        timeout=240,
        check=False,
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("settings", "colour"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_a_terminal_has_colours_unless_it_is_told_not_to(
    settings: dict[str, str], colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", Terminal())
    with click.Context(click.Command("check")):
        assert terminal_layout().colour is colour
        monkeypatch.setattr(sys, "stdout", io.StringIO())
        assert terminal_layout().colour is False


@pytest.mark.parametrize(("columns", "width"), [("120", 120), ("20", 40)])
def test_the_width_is_that_of_the_terminal_but_never_less_than_forty(
    columns: str, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    with click.Context(click.Command("check")):
        assert terminal_layout(2).width == width
        assert terminal_layout(2).ambiguous == 2


def seen(folder: Path, **settings: str) -> str:
    """What a terminal is sent."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "gradeeval", *CHECK],
        stdout=theirs,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment(PYTHONIOENCODING="utf-8", TERM="xterm", **settings),
    )
    os.close(theirs)
    content = b""
    with os.fdopen(ours, "rb", buffering=0) as reader:
        try:
            while chunk := reader.read(65536):
                content += chunk
        except OSError:  # how Linux says that the other end has been closed
            pass
    process.communicate(timeout=240)
    assert process.returncode == 1
    return content.decode("utf-8")


def test_colours_reach_a_terminal_and_say_nothing_that_is_not_in_the_words(tmp_path: Path) -> None:
    coloured, plain = seen(tmp_path), seen(tmp_path, NO_COLOR="1")
    assert "\x1b[31m" in coloured
    assert "\x1b" not in plain
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == plain


def test_the_reader_of_a_pipe_may_go_away(tmp_path: Path) -> None:
    for words in (CHECK, [*CHECK, "--format", "json"], ["rules", "list"], ["--help"]):
        reader, writer = os.pipe()
        os.close(reader)
        done = started(words, writer, tmp_path)
        os.close(writer)
        assert (done.returncode, done.stderr) == (0, b""), words


FULL = Path("/dev/full")


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("words", [CHECK, [*CHECK, "--format", "json"], ["rules", "list"], ["--help"]])
def test_a_full_disk_is_said_and_is_no_fault_of_the_program(words: list[str], tmp_path: Path) -> None:
    with FULL.open("wb") as full:
        done = started(words, full.fileno(), tmp_path, PYTHONIOENCODING="utf-8")
    assert done.returncode == 2
    assert done.stderr.decode().startswith("错误：标准输出无法写入（")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full on this system")
def test_what_nobody_can_be_told_is_still_in_the_code(tmp_path: Path) -> None:
    with FULL.open("wb") as full:
        words = [sys.executable, "-m", "gradeeval", "rules", "show", "nowhere/1"]
        done = subprocess.run(
            words, stdout=full, stderr=full, cwd=tmp_path, env=environment(), timeout=240, check=False
        )
    assert done.returncode == 2


@pytest.mark.parametrize("words", [CHECK, [*CHECK, "--format", "json"]])
def test_a_closed_standard_output_takes_everything(words: list[str], tmp_path: Path) -> None:
    shell = ["sh", "-c", 'exec "$@" >&-', "sh", sys.executable, "-m", "gradeeval", *words]
    done = subprocess.run(shell, stderr=subprocess.PIPE, cwd=tmp_path, env=environment(), timeout=240, check=False)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize(
    ("encoding", "read_as"), [("gbk", "gbk"), ("gb18030", "gb18030"), ("ascii", "utf-8"), ("utf-8", "utf-8")]
)
def test_a_terminal_of_another_encoding(encoding: str, read_as: str, tmp_path: Path) -> None:
    done = started(CHECK, subprocess.PIPE, tmp_path, PYTHONIOENCODING=encoding)
    assert done.returncode == 1
    assert done.stderr == b""
    assert "示例县人民医院" in done.stdout.decode(read_as)
    for words in (["rules", "list"], ["check", "--help"], ["check", "nowhere.yaml"]):
        other = started(words, subprocess.PIPE, tmp_path, PYTHONIOENCODING=encoding)
        assert other.returncode in (0, 2)
        assert "Traceback" not in other.stderr.decode(read_as)


def test_what_an_encoding_lacks_is_replaced_and_not_a_failure(tmp_path: Path) -> None:
    done = started(CHECK, subprocess.PIPE, tmp_path, PYTHONIOENCODING="latin-1")
    assert done.returncode == 1
    assert "2025-06-30" in done.stdout.decode("latin-1")


def test_json_for_ascii_stays_json(tmp_path: Path) -> None:
    done = started([*CHECK, "--format", "json"], subprocess.PIPE, tmp_path, PYTHONIOENCODING="ascii")
    assert json.loads(done.stdout)["subjects"][0]["name"].startswith("示例县人民医院")


def test_a_stream_without_bytes_gets_text(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stdout", stream)
    write_out("达标\n".encode())
    assert stream.getvalue() == "达标\n"
