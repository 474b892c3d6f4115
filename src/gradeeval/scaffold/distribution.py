"""A new distribution around a ruleset: metadata, entry point, tests, a pipeline and a page that says what to do next."""

from __future__ import annotations

from dataclasses import dataclass

from gradeeval.scaffold.filling import filled
from gradeeval.scaffold.ruleset import NewRuleset, ruleset_files, sample_profile, source_text


@dataclass(frozen=True, slots=True)
class NewDistribution:
    """What a distribution is to be: its name, the module that it installs, and its first ruleset."""

    name: str
    module: str
    ruleset: NewRuleset


def distribution_files(wish: NewDistribution) -> dict[str, str]:
    """All files of the distribution by their paths in it."""
    ruleset = wish.ruleset
    values = {
        "name": wish.name,
        "module": wish.module,
        "id": ruleset.id,
        "title": ruleset.title,
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
    files[f"src/{wish.module}/py.typed"] = ""
    files[f"tests/sources/{ruleset.id}.txt"] = source_text(ruleset)
    files["samples/profile.yaml"] = sample_profile(ruleset)
    inside = f"src/{wish.module}/rulesets/{ruleset.id}"
    return {**files, **{f"{inside}/{path}": text for path, text in ruleset_files(ruleset).items()}}
