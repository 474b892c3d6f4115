"""A new distribution around a ruleset: metadata, entry point, tests, a pipeline and a page that says what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gradeeval.scaffold.adopting import placed
from gradeeval.scaffold.filling import filled
from gradeeval.scaffold.ruleset import NewRuleset, ruleset_files, sample_profile, source_text


@dataclass(frozen=True, slots=True)
class NewDistribution:
    """What a distribution is to be: its name, the module that it installs, and its first ruleset.

    ``contents`` are the files of the ruleset, its ``source`` and ``samples`` included, where it is not the example.
    """

    name: str
    module: str
    ruleset: NewRuleset
    contents: Mapping[str, str] | None = None


def distribution_files(wish: NewDistribution) -> dict[str, str]:
    """All files of the distribution by their paths in it."""
    ruleset, contents = wish.ruleset, wish.contents
    if contents is None:
        contents = {
            **ruleset_files(ruleset),
            f"source/{ruleset.id}.txt": source_text(ruleset),
            "samples/profile.yaml": sample_profile(ruleset),
        }
    placed_there = placed(contents, f"src/{wish.module}/rulesets/{ruleset.id}")
    values = {
        "name": wish.name,
        "module": wish.module,
        "id": ruleset.id,
        "title": ruleset.title,
        "sources": " --sources tests/sources"
        if any(path.startswith("tests/sources/") for path in placed_there)
        else "",
        "sample": "samples/profile.yaml" if "samples/profile.yaml" in placed_there else "档案.yaml",
    }
    files = {
        target: filled(template, values)
        for template, target in (
            ("setup.cfg", "setup.cfg"),
            ("pyproject.toml", "pyproject.toml"),
            ("plugin-readme.md", "README.md"),
            ("gitignore", ".gitignore"),
            ("workflow.yml", ".github/workflows/check.yml"),
            ("module.py", f"src/{wish.module}/__init__.py"),
            ("test_conformance.py", "tests/test_conformance.py"),
        )
    }
    return {**files, f"src/{wish.module}/py.typed": "", **placed_there}
