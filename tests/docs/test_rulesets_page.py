"""The small ruleset and the roster of docs/rulesets.md are true: as they stand they pass every check."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path

import pytest
from tests.docs.markdown import ROOT
from tests.unit.invented import institution_id, write

from gradeeval.cli.main import run
from gradeeval.files.yaml import parse_yaml
from gradeeval.profiles.identifiers import organisation_code_check
from gradeeval.sources.segments import segment

TEXT = (ROOT / "docs" / "rulesets.md").read_text(encoding="utf-8")
ID = "mycity-2025-1"
FILES: Mapping[str, str] = dict(re.findall(r"^```yaml (\S+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))
ROSTER = "shared/rosters/guangdong.yaml"
SOURCE = "我市护理通知\n一、护理门诊\n到2027年底，全市设有护理门诊的医院占比达到50%。\n二、护理星级\n各乡镇卫生院护理星级达到二星以上。\n"
ASKED = {"一": f"{ID}/1.1-a", "二": f"{ID}/2.1-a"}


@pytest.fixture
def rules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder ``myrules`` with the files of the page, a document and the ledger that goes with the invented text."""
    monkeypatch.chdir(tmp_path)
    home = Path("myrules")
    for name, text in FILES.items():
        file = home / name if name == ROSTER else home / ID / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    write(
        home / ID / "document.yaml",
        {"id": ID, "title": "我市护理通知（虚构）", "jurisdiction": "441900", "date": "2025-03-05", "horizon": "2025..2027"},
    )
    segments = []
    for part in segment(SOURCE):
        stretch = {"opens": part.text[:6], "chars": len(part.text), "status": "informative"}
        if part.at == 2:
            stretch |= {"status": "encoded", "requirements": [ASKED[part.clause]]}
        segments.append(
            {"clause": part.clause, "at": part.at, "opens": part.text[:6], "sha256": part.sha256, "stretches": [stretch]}
        )
    write(home / ID / "clauses.yaml", {"segments": segments})
    write(home / "texts" / f"{ID}.txt", SOURCE)
    return home


def test_the_page_shows_each_sort_of_indicator() -> None:
    assert set(FILES) == {"indicators.yaml", "requirements/1.yaml", "examples/1.yaml", ROSTER}
    found = parse_yaml(FILES["indicators.yaml"], "indicators.yaml")["indicators"].values()
    assert {next(key for key in ("share", "order", "unit") if key in one) for one in found} == {"share", "order", "unit"}


def test_the_small_ruleset_passes_every_check(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = run(["plugins", "check", str(rules), "--sources", str(rules / "texts")])
    assert code == 0, capsys.readouterr().out


def test_without_the_case_of_parts_the_formula_is_untried(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = rules / ID / "examples" / "1.yaml"
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if "parts:" not in line), encoding="utf-8")
    assert run(["examples", "--mutate", str(rules / ID), "--ruleset-dir", str(rules)]) == 1
    assert f"没有例子发现变异体 {ID}.nursing_clinic_share: share" in capsys.readouterr().out


@pytest.mark.parametrize("line", re.findall(r"^(gradeeval \S+ .*myrules.*)$", TEXT, re.MULTILINE))
def test_a_command_with_one_s_own_roster_runs(line: str, rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rules.is_dir()
    code = run(shlex.split(line)[1:])
    said = capsys.readouterr()
    assert code == 0, said.out + said.err


def test_without_the_roster_the_ruleset_is_for_nobody(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["lint", str(rules / ID), "--fail-on", "error"]) == 1
    assert "I108" in capsys.readouterr().out


def test_an_invented_id_is_told_its_check_digit(rules: Path, capsys: pytest.CaptureFixture[str]) -> None:
    right = institution_id(1)
    wrong = right[:8] + ("0" if right[8] != "0" else "1") + right[9:]
    profile = {"kind": "institution", "name": "甲（虚构）", "region": "441900", "period": "2025", "facts": {}}
    write(rules / "a.yaml", {"id": wrong, **profile})
    assert run(["validate", str(rules / "a.yaml")]) == 3
    assert f"第 9 位应为 {organisation_code_check(wrong)}" in capsys.readouterr().err
