"""What docs/ci.md tells to copy works: the commands of each snippet run, and the hooks run by pre-commit."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.docs.markdown import ROOT

from gradeeval import messages
from gradeeval.cli.main import run

PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")
HOOKS = ROOT / ".pre-commit-hooks.yaml"
DEMO = ROOT / "tests" / "lint" / "demo-2025"
BROKEN = ("clause: 一（一）", "clause: 一（九）")


def snippet(heading: str) -> Any:
    """The first YAML block under a heading."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.search(r"```yaml\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return yaml.safe_load(found[1])


def steps(node: Any) -> Iterator[str]:
    """All shell lines of a pipeline."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("run", "script"):
                yield from [value] if isinstance(value, str) else value
            else:
                yield from steps(value)
    elif isinstance(node, list):
        for item in node:
            yield from steps(item)


def commands(heading: str) -> list[list[str]]:
    """The commands of gradeeval in a snippet, with the name of the base branch filled in."""
    lines = [re.sub(r"\$\{\{.*?\}\}|\$CI_DEFAULT_BRANCH", "main", line) for line in steps(snippet(heading))]
    return [shlex.split(line)[1:] for line in lines if line.startswith("gradeeval ")]


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false")
    clean = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True, env=clean)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A repository with a folder of rulesets, a commit and a remote branch of it; the working folder."""
    folder = tmp_path / "repository"
    shutil.copytree(DEMO, folder / "rulesets" / DEMO.name)
    git(folder, "init", "-q", "-b", "main")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    git(folder, "update-ref", "refs/remotes/origin/main", "HEAD")
    monkeypatch.chdir(folder)
    yield folder
    messages.use("zh")


def spoil(repository: Path) -> None:
    file = repository / "rulesets" / "demo-2025" / "requirements" / "1.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace(*BROKEN), encoding="utf-8")


@pytest.mark.parametrize("heading", ["GitHub Actions", "GitLab"])
def test_the_commands_of_a_pipeline_run(heading: str, repository: Path) -> None:
    found = commands(heading)
    assert {words[0] for words in found} == {"lint", "examples"}
    assert [run(words) for words in found] == [0] * len(found)
    spoil(repository)
    codes = {tuple(words): run(words) for words in found}
    assert all(code == (1 if words[0] == "lint" else 0) for words, code in codes.items())


def test_a_pipeline_keeps_what_it_writes(repository: Path) -> None:
    assert repository == Path.cwd()
    for heading in ("GitHub Actions", "GitLab"):
        for words in commands(heading):
            run(words)
    github = snippet("GitHub Actions")["jobs"]["lint"]["steps"]
    assert Path(next(step["with"]["sarif_file"] for step in github if "with" in step and "sarif_file" in step["with"])).is_file()
    gitlab = snippet("GitLab")["rulesets"]["artifacts"]
    assert all(Path(name).is_file() for name in (*gitlab["paths"], gitlab["reports"]["junit"]))


@pytest.mark.parametrize("line", re.findall(r"^\| `gradeeval (.*?)`", PAGE, re.MULTILINE))
def test_the_commands_of_the_table_run(line: str, repository: Path) -> None:
    assert repository == Path.cwd()
    assert run(shlex.split(line)) == 0


def test_the_page_shows_every_hook() -> None:
    (shown,) = snippet("pre-commit")["repos"]
    assert [hook["id"] for hook in shown["hooks"]] == [hook["id"] for hook in yaml.safe_load(HOOKS.read_bytes())]


def hooked(repository: Path, hooks: Path, monkeypatch: pytest.MonkeyPatch) -> subprocess.CompletedProcess[str]:
    """Runs the hooks of a repository of hooks, as docs/ci.md has them, on all files."""
    configuration = snippet("pre-commit")
    configuration["repos"][0]["repo"] = str(hooks)
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(configuration), encoding="utf-8")
    git(repository, "add", ".")
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PRE_COMMIT_HOME", str(repository.parent / "home"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    words = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--verbose"]
    return subprocess.run(words, cwd=repository, check=False, capture_output=True, text=True, encoding="utf-8")


def hook_repository(folder: Path, hooks: str) -> Path:
    folder.mkdir()
    (folder / HOOKS.name).write_text(hooks, encoding="utf-8")
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "hooks")
    git(folder, "tag", "v0.1.0")
    return folder


def test_the_hooks_run_by_pre_commit(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what is installed here in the place of an environment of their own, which would be made from the index."""
    pytest.importorskip("pre_commit", reason="pre-commit is not installed (extra dev)")
    text = HOOKS.read_text(encoding="utf-8")
    assert text.count("language: python") == 3
    hooks = hook_repository(tmp_path / "hooks", text.replace("language: python", "language: system"))
    done = hooked(repository, hooks, monkeypatch)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Passed") == 3
    spoil(repository)
    done = hooked(repository, hooks, monkeypatch)
    assert done.returncode == 1
    assert "rulesets/demo-2025/requirements/1.yaml:2:3: C102" in done.stdout
    assert done.stdout.count("Failed") == 1


@pytest.mark.slow
def test_the_hooks_run_in_an_environment_of_their_own(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As users have them: pre-commit clones this repository and installs it with what it needs from the index."""
    pytest.importorskip("pre_commit", reason="pre-commit is not installed (extra dev)")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", str(ROOT), str(clone))
    shutil.copy(HOOKS, clone)
    git(clone, "add", ".")
    git(clone, "commit", "-q", "--allow-empty", "-m", "hooks")
    git(clone, "tag", "-f", "v0.1.0")
    done = hooked(repository, clone, monkeypatch)
    assert done.returncode == 0, done.stdout + done.stderr
