"""A command line in an invented country: nothing installed but what a test writes, no cache, no settings of the machine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest
from tests.unit.invented import write_country

from gradeeval import builtin, messages
from gradeeval.cli.main import run


@dataclass(frozen=True, slots=True)
class Said:
    """What a run left behind."""

    code: int
    out: str
    err: str


Call = Callable[..., Said]


@pytest.fixture
def country(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of the installed rulesets; the working folder is an empty one beside it."""
    for name in [name for name in os.environ if name.startswith("GRADEEVAL_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GRADEEVAL_CACHE_DIR", "")
    root = write_country(tmp_path / "rulesets")
    monkeypatch.setattr(builtin, "shipped_rulesets", lambda: root)
    monkeypatch.setattr(metadata, "entry_points", lambda *, group: [])
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    yield root
    messages.use("zh")


@pytest.fixture
def call(country: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs a command line in the country."""

    def called(*words: str | Path) -> Said:
        code = run([str(word) for word in words])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Said(code, out, err)

    return called
