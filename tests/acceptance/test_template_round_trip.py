"""A template is judged as it stands, and with every line filled in: nothing that it offers is refused, nothing is left open."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gradeeval.cli.main import run
from gradeeval.language.scope import Scope
from gradeeval.workspace import build

SUBJECTS = {
    "institution": ["institution", "--region", "410105"],
    "county consortium": ["network", "--type", "county_consortium", "--region", "410122"],
    "urban group": ["network", "--type", "urban_group", "--region", "410105"],
    "county": ["region", "--region", "410122"],
    "prefecture": ["region", "--region", "410100"],
    "province": ["region", "--region", "410000"],
    "nation": ["region", "--tier", "nation"],
}
LINE = re.compile(r"^( *)# ([a-z][a-z0-9_.-]*):( .*)$")
JUDGED = ["--engine", "reference", "--as-of", "2026-03-01", "--fail-on", "never"]


def templated(name: str, path: Path) -> str:
    assert run(["template", *SUBJECTS[name], "--period", "2025", "-o", str(path)]) == 0
    return path.read_text(encoding="utf-8")


def findings(path: Path) -> list[dict[str, object]]:
    result = path.parent / "result.json"
    code = run(["check", str(path), *JUDGED, "-o", str(result)])
    assert code in (0, 5)
    found: list[dict[str, object]] = json.loads(result.read_bytes())["findings"]
    return found


def some_value(name: str, scope: Scope) -> str:
    """A value that the type of a field or indicator allows."""
    type_ = scope.types.get(name)
    if type_ is None:
        type_ = next(
            found.type for kind in ("institution", "network") if (found := scope.field(name, kind)) is not None
        )
    if type_.form == "yes_no":
        return "true"
    if type_.values is not None:
        codes = list(type_.values.titles)
        return f"[{', '.join(codes)}]" if type_.form == "list" else f'"{codes[0]}"'
    return "{value: 7, source: 年报}" if type_.unit != "percent" else "{numerator: 17, denominator: 20}"


def filled(text: str, scope: Scope) -> str:
    """Every line filled in as the opening sentences of the template say."""
    lines = []
    for line in text.splitlines():
        found = LINE.match(line)
        if found is not None and not found[2].startswith("members"):
            line = f"{found[1]}{found[2]}: {some_value(found[2], scope)}{found[3]}"
        lines.append(line)
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_template_is_judged_as_it_stands_and_all_is_unknown(name: str, tmp_path: Path) -> None:
    path = tmp_path / "my.yaml"
    templated(name, path)
    outcomes = {found["outcome"] for found in findings(path)}
    assert outcomes <= {"unknown", "needs_review", "not_applicable"} or name in ("county", "prefecture", "province")


@pytest.mark.parametrize("name", SUBJECTS)
def test_all_that_it_offers_is_accepted_and_leaves_only_other_years_and_other_subjects_open(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / "my.yaml"
    workspace = build(installed=False)
    text = filled(templated(name, path), workspace.scope)
    path.write_text(text, encoding="utf-8")
    offered = {written[2] for line in text.splitlines() if (written := re.match(r"^( *)([a-z][a-z0-9_.-]*):", line))}
    for found in findings(path):
        requirement = workspace.requirement(str(found["requirement"]))
        if found["outcome"] != "unknown" or requirement.within is not None or requirement.every_year is not None:
            continue
        missing = found["missing"]
        assert isinstance(missing, list)
        assert {item["fact"] for item in missing if not item.get("of")} - offered, found


def test_a_network_is_filled_in_with_its_members(tmp_path: Path) -> None:
    path = tmp_path / "my.yaml"
    text = templated("county consortium", path)
    text = text.replace("# members:", "members:").replace("# - {id", "- {id")
    path.write_text(text, encoding="utf-8")
    assert findings(path)


def test_what_stays_commented_out_stays_unknown(tmp_path: Path) -> None:
    path = tmp_path / "my.yaml"
    text = templated("institution", path)
    for line in ("class: hospital", "level: tertiary", "ownership: public"):
        name = line.partition(":")[0]
        text = re.sub(rf"^# {name}:.*$", line, text, flags=re.M)
    text = text.replace("  # nph_grade:", "  nph_grade: A")
    path.write_text(text, encoding="utf-8")
    outcomes = {str(found["requirement"]): found["outcome"] for found in findings(path)}
    assert outcomes["henan-2023-31/2.3.2-d"] == "met"
    assert outcomes["henan-2023-31/2.3.1-a"] == "unknown"
