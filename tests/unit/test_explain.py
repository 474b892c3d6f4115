"""Traces agree with the engine, and explanations show the figures and a change that really changes the outcome."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from gradeeval.cli.main import run
from gradeeval.engines.cases import CaseWorld
from gradeeval.engines.judgement import Judgement, fold_years
from gradeeval.engines.reference import Engine
from gradeeval.engines.trace import ConditionStep, Trace, trace
from gradeeval.engines.views import View
from gradeeval.findings.finding import make_finding
from gradeeval.findings.result import Result
from gradeeval.language.nodes import Requirement
from gradeeval.quantity import NoValue
from gradeeval.reports.explanation import render
from gradeeval.reports.fitting import width
from gradeeval.reports.rendering import Layout
from gradeeval.reports.trace_json import render as render_json
from gradeeval.rulesets.reading import read_examples
from gradeeval.truth import all_of, any_of
from gradeeval.workspace import Workspace, build

AS_OF = ["--as-of", "2026-03-01"]


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return build(installed=False)


def judged(workspace: Workspace) -> Iterator[tuple[str, Judgement, View, Mapping[str, Requirement]]]:
    """Every example of every shipped ruleset, judged."""
    for id, ruleset in workspace.rulesets.items():
        requirements = workspace.load(id).requirements
        by_id = {item.id: item for item in requirements}
        permits = {item.id: item for item in requirements if item.force == "permit"}
        for case in read_examples(ruleset):
            requirement = by_id[case.requirement]
            view = CaseWorld(case, requirement, ruleset.document, workspace.scope).view
            judgement = Engine([requirement], workspace.scope, permits).judge(view)[0]
            yield f"{case.requirement} {case.title}", judgement, view, permits


def outcome_of(steps: Trace) -> str:
    """What follows from the steps alone: language §4."""
    requirement, reason = steps.judgement.requirement, steps.judgement.reason
    if steps.by_year or reason == "window_not_begun":
        return fold_years(
            requirement, steps.judgement.view, [(year, _with(one)) for year, one in steps.by_year]
        ).outcome
    if steps.binds.truth is not True:
        return "not_applicable" if steps.binds.truth is False else "unknown"
    assert steps.value is not None
    if requirement.target.needs_review is not None:
        return "needs_review"
    if isinstance(steps.value.value, NoValue):
        return "not_applicable"
    if steps.truth:
        return "met"
    if steps.excuse is not None and steps.excuse[1].truth is not False:
        return "not_applicable" if steps.excuse[1].truth else "unknown"
    if steps.truth is None:
        return "unknown"
    return "not_applicable" if requirement.force == "permit" else "unmet"


def _with(steps: Trace) -> Judgement:
    return Judgement(steps.judgement.requirement, outcome_of(steps), steps.judgement.view)


def holds(step: ConditionStep) -> bool | None:
    branches = [holds(item) for item in step.alternatives]
    return all_of([*(test.truth for test in step.tests), *([any_of(branches)] if branches else [])])


@pytest.mark.no_cover
def test_outcomes_follow_from_the_steps(workspace: Workspace) -> None:
    seen = set()
    for name, judgement, _view, permits in judged(workspace):
        steps = trace(judgement, workspace.scope, permits)
        assert outcome_of(steps) == judgement.outcome, name
        assert holds(steps.binds) is steps.binds.truth, name
        seen.add(judgement.outcome)
    assert seen >= {"met", "unmet", "unknown", "not_applicable", "needs_review"}


@pytest.mark.no_cover
def test_every_example_can_be_explained_at_every_width(workspace: Workspace) -> None:
    for name, judgement, view, permits in judged(workspace):
        requirement = judgement.requirement
        finding = make_finding(judgement, view, workspace.scope, "2026-03-01")
        documents = {requirement.document: workspace.ruleset(requirement.document).document}
        result = Result("2026-03-01", (), (), documents, (), (), workspace.scope, "reference")
        steps = trace(judgement, workspace.scope, permits)
        for columns in (40, 80):
            text = render(finding, steps, result, Layout(width=columns)).decode()
            assert requirement.clause in text
            assert all(width(line) <= columns for line in text.splitlines()), name
        assert json.loads(render_json(finding, steps, result))["trace"]["outcome"] == judgement.outcome


def explain(
    folder: Path, capsys: pytest.CaptureFixture[str], items: object, requirement: str, *more: str, code: int = 0
) -> str:
    path = folder / "profile.yaml"
    path.write_text(yaml.safe_dump(items, allow_unicode=True), encoding="utf-8")
    assert run(["explain", str(path), requirement, *AS_OF, *more]) == code
    said = capsys.readouterr()
    return said.err if code else said.out


def region(tier: str = "county", period: str = "2025", **facts: Any) -> dict[str, Any]:
    return {
        "id": {"county": "410122", "province": "410000", "nation": "100000"}[tier],
        "kind": "region",
        "tier": tier,
        "period": period,
        "facts": facts,
    }


SHARE = "townships_with_standardized_center_share"


def test_it_shows_the_clause_the_figures_and_the_nearest_change(tmp_path: Path, capsys: Any) -> None:
    fact: Any = {"numerator": 15, "denominator": 16, "source": "验收结果", "status": "verified"}
    item = region(**{SHARE: fact})
    text = explain(tmp_path, capsys, item, "henan-2023-31/2.1.5-d")
    for words in (
        "每个乡镇建好1所政府办标准化乡镇卫生院",
        "二（一）5",
        "15 ÷ 16 × 100 = 93.75%",
        "来源  验收结果",
        "已核实",
        "结论：未达标（已到期），约束力“必须”  差 1个",
        "再有 1个（15→16）即达标",
    ):
        assert words in text


@pytest.mark.parametrize(
    ("requirement", "before", "change", "after"),
    [
        (
            "2.1.5-d",
            {SHARE: {"numerator": 15, "denominator": 16}},
            "再有 1个",
            {SHARE: {"numerator": 16, "denominator": 16}},
        ),
        ("2.1.5-a", {"county_key_hospitals_built": 1}, "再增加 2 即达标", {"county_key_hospitals_built": 3}),
        (
            "3.1-c",
            {"in_government_goals": ["work"]},
            "补齐 考核目标 即达标",
            {"in_government_goals": ["work", "appraisal"]},
        ),
        ("2.2.3-c", {"qc_organization": False}, "做到即达标", {"qc_organization": True}),
    ],
)
def test_the_change_that_it_names_meets_the_requirement(
    requirement: str, before: dict[str, Any], change: str, after: dict[str, Any], tmp_path: Path, capsys: Any
) -> None:
    text = explain(tmp_path, capsys, region(**before), requirement)
    assert "结论：未达标" in text
    assert change in text
    assert "结论：达标" in explain(tmp_path, capsys, region(**after), requirement)


def test_the_units_that_a_reported_share_lacks_are_neither_too_few_nor_too_many(tmp_path: Path, capsys: Any) -> None:
    def share(have: int) -> dict[str, Any]:
        return region("province", geriatrics_department_share={"numerator": have, "denominator": 497})

    text = explain(tmp_path, capsys, share(412), "2.1.7-b")
    found = re.search(r"再有 (\d+)家（412→(\d+)）即达标", text)
    assert found is not None
    needed = int(found[2])
    assert needed == 412 + int(found[1])
    assert "结论：达标" in explain(tmp_path, capsys, share(needed), "2.1.7-b")
    assert "结论：未达标" in explain(tmp_path, capsys, share(needed - 1), "2.1.7-b")


def test_years_are_added_up_and_the_tolerance_is_shown(tmp_path: Path, capsys: Any) -> None:
    years = [
        region("province", str(year), community_hospitals_new=count)
        for year, count in ((2023, 55), (2024, 61), (2025, 70))
    ]
    text = explain(tmp_path, capsys, years, "2.1.4-f")
    assert "2023 年 55 + 2024 年 61 + 2025 年 70 = 186" in text
    assert "实际比较的界限：至少 190" in text
    assert "再增加 4 即达标" in text


def test_each_year_of_a_yearly_demand_is_told(tmp_path: Path, capsys: Any) -> None:
    shares = {2022: 50.3, 2023: 51.4, 2024: 51.0, 2025: 51.2}
    items = [region("province", str(year), primary_visit_share=share) for year, share in shares.items()]
    text = explain(tmp_path, capsys, items, "2.5.2-g")
    assert "2023 年：达标" in text
    assert "2024 年：未达标" in text
    assert "51% − 51.4% = -0.4个百分点" in text
    assert "未达标的年份：2024" in text


def test_a_value_read_up_says_whose_it_is(tmp_path: Path, capsys: Any) -> None:
    items = [region("province", amr_rate=31.2), region("nation", national_amr_rate=29.8)]
    text = explain(tmp_path, capsys, items, "2.2.3-e", "--subject", "410000")
    assert "31.2% ÷ 29.8%" in text
    assert "取自全国，上报" in text
    assert "再减少 1.4个百分点（31.2→29.8）即达标" in text


def test_what_is_missing_is_named(tmp_path: Path, capsys: Any) -> None:
    text = explain(tmp_path, capsys, region(), "2.1.5-a")
    assert "结论：数据不足" in text
    assert "补充 建好的县级“三所医院”数" in text


def test_json_has_the_same_steps(tmp_path: Path, capsys: Any) -> None:
    plain = json.loads(explain(tmp_path, capsys, region(county_key_hospitals_built=2), "2.1.5-a", "--format", "json"))
    assert plain["finding"]["outcome"] == plain["trace"]["outcome"] == "unmet"
    assert plain["trace"]["binds"]["tests"][0]["truth"] is True
    assert plain["trace"]["value"]["value"] == "2"
    assert plain["changes"]


@pytest.mark.parametrize(
    ("requirement", "message"),
    [
        ("2.1.7-b", "约束省级对象"),
        ("9.9.9-z", "没有要求 9.9.9-z"),
        ("henan-2023-31/2.1.5-dd", "是否指 henan-2023-31/2.1.5-d"),
    ],
)
def test_what_does_not_exist_is_said(requirement: str, message: str, tmp_path: Path, capsys: Any) -> None:
    assert message in explain(tmp_path, capsys, region(), requirement, code=2)


def test_with_several_subjects_one_must_be_named(tmp_path: Path, capsys: Any) -> None:
    items = [region(), {**region(), "id": "410181"}]
    assert "请用 --subject 指明一个：410122、410181" in explain(tmp_path, capsys, items, "2.1.5-a", code=2)
    assert "巩义市" in explain(tmp_path, capsys, items, "2.1.5-a", "--subject", "410181")
