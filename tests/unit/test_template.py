"""What a template lists: everything that the requirements look at on that sort of subject, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from gradeeval.cli.main import run
from gradeeval.files.reading import read_plain
from gradeeval.forms.needs import needs_of
from gradeeval.forms.template import Subject, placeholder_id, template
from gradeeval.language.nodes import Reach
from gradeeval.language.reading import read_indicator, read_requirement
from gradeeval.language.scope import Scope, build_scope
from gradeeval.profiles.identifiers import institution_code_fault
from gradeeval.schemas import shipped
from gradeeval.vocabulary import KINDS, read_vocabulary

INDICATORS: dict[str, dict[str, Any]] = {
    "beds": {"title": "床位", "kind": "institution", "unit": "count", "department": "医务部", "question": "多少张？"},
    "has_ward": {"title": "有病区", "kind": "institution", "unit": "yes_no", "department": "护理部"},
    "income": {"title": "收入", "kind": "institution", "unit": "yuan"},
    "cost": {"title": "支出", "kind": "institution", "unit": "yuan"},
    "cost_share": {"title": "支出占比", "kind": "institution", "unit": "percent", "ratio": {"of": "cost", "to": "income"}},
    "ward_share": {
        "title": "病区比例",
        "kind": "region",
        "unit": "percent",
        "share": {"of": "institution", "where": {"level": "tertiary"}, "having": {"has_ward": True}},
    },
    "national_rate": {"title": "全国率", "kind": "region", "tier": "nation", "unit": "percent"},
    "rate": {"title": "本省率", "kind": "region", "unit": "percent"},
    "rate_to_nation": {"title": "与全国之比", "kind": "region", "tier": "province", "unit": "ratio",
                       "ratio": {"of": "rate", "to": "national_rate"}},
    "rate_change": {"title": "率的变化", "kind": "region", "unit": "percentage_point", "change": "rate"},
    "unasked": {"title": "无人问", "kind": "institution", "unit": "count"},
}  # fmt: skip


def requirement(
    number: str, binds: dict[str, object], indicator: str, target: object, **more: object
) -> dict[str, Any]:
    return {
        "id": f"testland/{number}",
        "clause": f"一（{number}）",
        "quote": "…",
        "binds": binds,
        "indicator": indicator,
        "target": target,
        "due_from": "none",
        "force": "mandatory",
        **more,
    }


REQUIREMENTS = [
    requirement(
        "1.1",
        {"kind": "institution", "where": {"ownership": "public"}},
        "beds",
        {"at_least": 500},
        unless="testland/1.3",
    ),
    requirement("1.2", {"kind": "institution"}, "cost_share", {"at_most": 40}),
    requirement(
        "1.3", {"kind": "institution", "where": {"government_run": True}}, "beds", {"at_least": 1}, force="permit"
    ),
    requirement("2.1", {"kind": "region", "tier": "province"}, "ward_share", {"at_least": 85}),
    requirement("2.2", {"kind": "region", "tier": "province"}, "rate_to_nation", {"at_most": 1}),
    requirement("2.3", {"kind": "region", "tier": "province"}, "rate_change", {"above": 0}),
]


@pytest.fixture(scope="module")
def scope() -> Scope:
    vocabulary = read_vocabulary({name: shipped(name) for name in ("vocabulary", *KINDS)})
    return build_scope(vocabulary, [read_indicator(name, item) for name, item in INDICATORS.items()], ())


def needed(scope: Scope, reach: Reach) -> Any:
    items = [read_requirement(item, "testland", 5) for item in REQUIREMENTS]
    return needs_of(reach, items, scope, {item.id: item for item in items if item.force == "permit"})


def test_an_institution_is_asked_for_its_own_and_for_what_others_sum_up(scope: Scope) -> None:
    needs = needed(scope, Reach("institution"))
    assert set(needs.of) == {
        *("ownership", "government_run", "level"),
        *("beds", "cost_share", "cost", "income", "has_ward"),
    }
    assert [item.id for item in needs.of["has_ward"].wider] == ["testland/2.1"]
    assert not needs.of["has_ward"].own
    assert "testland/1.1" in [item.id for item in needs.of["government_run"].own]


def test_a_region_is_asked_for_operands_and_told_what_is_read_above(scope: Scope) -> None:
    needs = needed(scope, Reach("region", tier="province"))
    assert set(needs.of) == {"ward_share", "rate_to_nation", "rate", "rate_change"}
    assert needs.above == {"national_rate": Reach("region", tier="nation")}
    assert set(needed(scope, Reach("region", tier="nation")).of) == {"national_rate"}


def test_the_text_has_question_hint_and_clause_and_leaves_changes_to_their_figure(scope: Scope) -> None:
    needs = needed(scope, Reach("institution"))
    text = template(Subject(Reach("institution"), "410000", "", "2025"), needs, (), scope)
    assert "  # 床位\n  #   问：多少张？\n  #   用于：一（1.1） 1.1、一（1.3） 1.3\n  # beds:    # 个数\n" in text
    assert "# level:    # 填一个取值" in text
    assert "tertiary 三级" in text
    assert text.index("── 医务部 ──") < text.index("── 护理部 ──") < text.index("── 汇总数据 ──")
    region = template(
        Subject(Reach("region", tier="province"), "410000", "河南省", "2025"),
        needed(scope, Reach("region", tier="province")),
        (),
        scope,
    )
    assert "# rate:" in region
    assert "# rate_change:" not in region
    assert "全国：全国率（national_rate）" in region


def test_the_placeholder_code_is_well_formed() -> None:
    code = placeholder_id("410105")
    assert len(code) == 22
    assert institution_code_fault(code) is None


def test_an_existing_file_stays_unless_forced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "my.yaml"
    path.write_text("mine", encoding="utf-8")
    asked = ["template", "institution", "-o", str(path)]
    assert run(asked) == 2
    assert "--force" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == "mine"
    assert run([*asked, "--force"]) == 0
    assert read_plain(path).data["kind"] == "institution"


def test_to_standard_output_and_only_what_may_apply_to_the_region(capsys: pytest.CaptureFixture[str]) -> None:
    def told(*arguments: str) -> str:
        assert run(["template", *arguments]) == 0
        return capsys.readouterr().out

    zhoukou, zhengzhou = told("region", "--region", "411600"), told("region", "--region", "410100")
    assert 'id: "411600"   # 周口市' in zhoukou
    assert "tier: prefecture" in zhoukou
    assert "hospital_reform_demonstration" in zhoukou
    assert "hospital_reform_demonstration" not in zhengzhou
    assert "urban_grid_coverage" in zhengzhou
    assert re.search(r'^period: "20[0-9]{2}"', zhengzhou, re.M)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["region"], "--tier"),
        (["region", "--region", "410100", "--tier", "county"], "郑州市在名册上是 prefecture"),
        (["region", "--region", "999999"], "名册中没有区域 999999"),
        (["network"], "--type"),
        (["network", "--type", "club"], "county_consortium"),
        (["institution", "--period", "2025-13-01"], "不是日历上的时期"),
        (["institution", "--ruleset", "henan-2023-13"], "是否指 henan-2023-31"),
        (["institution", "-o", "form.docx"], ".xlsx"),
        (["institution", "--many", "5", "-o", "form.csv"], "--many"),
        (["institution", "--many", "5"], "--many"),
    ],
)
def test_what_is_missing_or_contradicts_is_said(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["template", *arguments]) == 2
    assert message in capsys.readouterr().err
