"""docs/batch.md tells the truth: its commands run, its SQL answers, its codes and files are those of the program."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from tests.docs.markdown import ROOT, code, runnable
from tests.docs.test_readme import ran

from gradeeval.batch.answers import FILES
from gradeeval.engines.columnar.codes import MEANING
from gradeeval.reports import words

PAGE = ROOT / "docs" / "batch.md"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands of the page were run."""
    made = tmp_path_factory.mktemp("page")
    for line in runnable(PAGE)[0].splitlines():
        done = ran(line, made)
        assert done.returncode in ((0, 1) if line.startswith("gradeeval batch ") else (0,)), f"{line}\n{done.stderr}"
        assert done.stdout.strip(), line
    return made


def test_the_sql_answers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    asked = [content for language, content in code(PAGE) if language == "sql"]
    assert len(asked) >= 3
    for sql in asked:
        assert duckdb.sql(sql).fetchall(), sql


def test_all_files_are_told(folder: Path) -> None:
    made = {path.stem for path in folder.glob("结果/provinces/*/*.parquet")}
    assert made == {*FILES, "apart", "institution", "network", "region"}
    text = PAGE.read_text(encoding="utf-8")
    assert all(f"`{name}.parquet`" in text for name in made)


def test_the_codes_are_those_of_the_engine() -> None:
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    said = {int(number): text for number, text in rows}
    assert set(said) == set(MEANING)
    for number, (outcome, reason) in MEANING.items():
        assert said[number].startswith(words.outcome(outcome)), (number, reason)
