"""The READMEs tell the truth: their commands run as printed, their links lead somewhere, both say the same."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from tests.docs.markdown import DOCS, READMES, ROOT, code, headings, links, runnable

LINKING = [*READMES, ROOT / "CONTRIBUTING.md", *DOCS, *sorted((ROOT / "docs" / "decisions").glob("*.md"))]
BLOCKS = [(path, number) for path in READMES for number in range(len(runnable(path)))]
WRITING = ("-o", "--output")


def ran(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The line as a user types it, with the ``gradeeval`` of the environment that the tests run in."""
    words = shlex.split(line)
    assert words[0] == "gradeeval", line
    settings = {key: value for key, value in os.environ.items() if not key.startswith("GRADEEVAL_")}
    program = Path(sys.executable).parent / "gradeeval"
    assert program.exists(), "gradeeval is not installed here: pip install -e ."
    return subprocess.run(
        [str(program), *words[1:]],
        cwd=folder,
        env={**settings, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )


def written(line: str) -> list[str]:
    """The files and folders that the line says it writes."""
    words = shlex.split(line)
    files = [after for word, after in pairwise(words) if word in WRITING]
    return [*files, words[2]] if words[1] == "samples" else files


@pytest.mark.parametrize(("path", "number"), BLOCKS, ids=lambda item: item.name if isinstance(item, Path) else item)
def test_a_block_runs_line_by_line(path: Path, number: int, tmp_path: Path) -> None:
    for line in runnable(path)[number].splitlines():
        done = ran(line, tmp_path)
        allowed = (0, 1) if line.startswith("gradeeval check ") else (0,)
        assert done.returncode in allowed, f"{line}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        files = written(line)
        assert done.stdout.strip() or files, f"{line}: says nothing and writes nothing"
        for name in files:
            made = tmp_path / name
            assert any(made.iterdir()) if made.is_dir() else made.stat().st_size > 0, f"{line}: {name}"


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_there_are_blocks_and_each_is_gradeevals(path: Path) -> None:
    assert len(runnable(path)) >= 3
    untested = [content for language, content in code(path) if language == "sh" and content not in runnable(path)]
    assert [content for content in untested if content.startswith("gradeeval ")] == []


@pytest.mark.parametrize("path", LINKING, ids=lambda path: path.name)
def test_relative_links_lead_to_something(path: Path) -> None:
    for link in links(path):
        if "://" not in link and not link.startswith(("#", "mailto:")):
            assert (path.parent / link.partition("#")[0]).exists(), link


def test_both_languages_have_the_same_outline() -> None:
    chinese, english = READMES
    assert [level for level, _text in headings(chinese)] == [level for level, _text in headings(english)]
    assert [language for language, _content in code(chinese)] == [language for language, _content in code(english)]
    assert len(runnable(chinese)) == len(runnable(english))
    assert sorted(set(links(chinese)) - {"README.en.md"}) == sorted(set(links(english)) - {"README.md"})
    assert len(links(chinese)) == len(links(english))


def test_both_languages_run_the_same_commands() -> None:
    chinese, english = (
        [[shlex.split(line)[1] for line in block.splitlines()] for block in runnable(path)] for path in READMES
    )
    assert chinese == english


def test_the_makefile_has_what_the_readmes_say_of_it() -> None:
    targets = (ROOT / "Makefile").read_text(encoding="utf-8").splitlines()
    for path in READMES:
        for language, content in code(path):
            for line in content.splitlines():
                if language == "sh" and line.startswith("make "):
                    assert any(target.startswith(f"{line.split()[1]}:") for target in targets), line
