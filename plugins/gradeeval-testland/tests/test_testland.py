"""Installed beside gradeeval, the distribution adds its ruleset through the command line's own commands."""

from __future__ import annotations

import subprocess
import sysconfig
from importlib.metadata import entry_points
from pathlib import Path

REQUIREMENTS = ("testland-2025-1/1.1-a", "testland-2025-1/1.2-a", "testland-2025-1/1.3-a")
SOURCES = Path(__file__).parent / "sources"


def gradeeval(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the installed command in ``folder``, so that nothing of a checkout is found by chance."""
    command = Path(sysconfig.get_path("scripts"), "gradeeval")
    return subprocess.run(
        [command, *arguments], cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False
    )


def test_installs_into_the_group_of_every_plugin() -> None:
    assert "gradeeval_testland" in {point.value for point in entry_points(group="gradeeval")}


def test_its_files_are_installed_with_it() -> None:
    from gradeeval_testland import gradeeval_rulesets

    (folder,) = gradeeval_rulesets()
    installed = {path.relative_to(folder).as_posix() for path in folder.rglob("*.yaml")}
    assert installed == {"document.yaml", "clauses.yaml", "indicators.yaml", "requirements/1.yaml", "examples/1.yaml"}


def test_its_requirements_are_listed(tmp_path: Path) -> None:
    listing = gradeeval(tmp_path, "rules", "list", "--ruleset", "testland-2025-1")
    assert listing.returncode == 0, listing.stderr
    for requirement in REQUIREMENTS:
        assert requirement in listing.stdout


def test_its_examples_come_out_as_written(tmp_path: Path) -> None:
    run = gradeeval(tmp_path, "examples", "testland-2025-1")
    assert run.returncode == 0, run.stdout + run.stderr


def test_its_ledger_and_quotes_agree_with_the_source(tmp_path: Path) -> None:
    run = gradeeval(tmp_path, "verify", "testland-2025-1", "--sources", SOURCES)
    assert run.returncode == 0, run.stdout + run.stderr
