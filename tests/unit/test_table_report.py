"""The terminal report on profiles against the shipped ruleset: order, completeness, width at every size."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from gradeeval.cli.engines import engine_factory
from gradeeval.cli.preparing import Prepared
from gradeeval.evaluate.selection import Wanted
from gradeeval.findings.result import Result
from gradeeval.profiles.identifiers import organisation_code_check
from gradeeval.profiles.reading import ProfileReader
from gradeeval.reports.fitting import width
from gradeeval.reports.naming import periods, short_id
from gradeeval.reports.ranking import by_weight, needed_facts
from gradeeval.reports.rendering import Layout
from gradeeval.reports.table import render
from gradeeval.workspace import Workspace, build

AS_OF = "2026-03-01"
HENAN = Wanted(("henan-2023-31",))
ANSI = re.compile("\x1b\\[[0-9;]*m")


def institution(number: int, **more: object) -> dict[str, object]:
    body = f"{90000000 + number}"
    return {
        "id": f"{body}{organisation_code_check(body)}41010511A1001",
        "kind": "institution",
        "name": f"示例第{number}医院（虚构）",
        "region": "410105",
        "period": "2025",
        "class": "hospital",
        "category": "general_hospital",
        "level": "secondary",
        "ownership": "public",
        **more,
    }


HOSPITAL = institution(
    1,
    level="tertiary",
    roles=[],
    facts={
        "nph_grade": "C++",
        "party_led_presidency": True,
        "indoor_navigation": False,
        "public_health_department": True,
        "public_health_staff_pay": 91600,
        "average_staff_pay": 100000,
        "core_systems": {"first_visit": True, "consultation": False},
        "self_set_pay_items": False,
    },
)
COUNTY = {
    "id": "410122",
    "kind": "region",
    "tier": "county",
    "period": "2025",
    "facts": {
        "county_key_hospitals_built": 2,
        "townships_with_standardized_center_share": {"numerator": 15, "denominator": 16},
        "villages_with_standardized_clinic_share": 99.999,
    },
}
PROVINCE = {
    "id": "410000",
    "kind": "region",
    "tier": "province",
    "period": "2025",
    "facts": {"provincial_medical_centers": 17, "tertiary_a_hospitals": 81, "age_friendly_share": 84.996},
}


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return build(installed=False)


@pytest.fixture
def judged(workspace: Workspace, tmp_path: Path):  # type: ignore[no-untyped-def]
    def judge(*items: object, as_of: str = AS_OF) -> Result:
        for number, item in enumerate(items):
            (tmp_path / f"{number}.yaml").write_text(yaml.safe_dump(item, allow_unicode=True), encoding="utf-8")
        dataset = ProfileReader(workspace.scope).read([tmp_path])
        assert not dataset.problems
        make_engine, name, _note = engine_factory("reference")
        return Prepared(workspace, dataset, make_engine, name).judge(as_of, HENAN)

    return judge


def shown(result: Result, columns: int = 80, **layout: object) -> str:
    return render(result, Layout(width=columns, **layout)).decode()  # type: ignore[arg-type]


@pytest.mark.parametrize("ambiguous", [1, 2])
@pytest.mark.parametrize("columns", [40, 60, 80, 100, 140])
def test_no_line_is_wider_than_the_terminal_but_commands(judged, columns: int, ambiguous: int) -> None:  # type: ignore[no-untyped-def]
    text = shown(judged(HOSPITAL, COUNTY, PROVINCE), columns, ambiguous=ambiguous)
    for line in text.splitlines():
        assert line.startswith("  gradeeval ") or width(line, ambiguous) <= columns, line


@pytest.mark.parametrize("columns", [40, 80, 140])
def test_every_requirement_is_found(judged, columns: int) -> None:  # type: ignore[no-untyped-def]
    for item in (HOSPITAL, COUNTY, PROVINCE):
        result = judged(item)
        text = shown(result, columns)
        ids = {short_id(finding.requirement.id) for finding in result.findings}
        assert len(ids) == len(result.findings)
        assert {id for id in ids if id not in text} == set()


def test_the_verdict_leads_and_the_counts_add_up(judged) -> None:  # type: ignore[no-untyped-def]
    result = judged(COUNTY)
    text = shown(result)
    assert text.index("总评：有必须达到的要求未达标") < text.index("差距：未达标 3 项") < text.index("数据不足的要求")
    assert "河南省 郑州市" in text
    assert "豫政办〔2023〕31号" in text
    row = re.search(r"全部要求 +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+)", text)
    assert row is not None
    *parts, whole = map(int, row.groups())
    assert sum(parts) == whole == len(result.findings)


def test_gaps_stand_by_force_then_due_then_size(judged) -> None:  # type: ignore[no-untyped-def]
    result = judged(PROVINCE)
    unmet = by_weight(finding for finding in result.findings if finding.outcome == "unmet")
    assert [short_id(finding.requirement.id) for finding in unmet] == ["2.1.3-c", "2.4.2-a", "2.3.2-f"]
    text = shown(result)
    places = [text.index(short_id(finding.requirement.id)) for finding in unmet]
    assert places == sorted(places)


def test_a_figure_stays_on_its_side_and_its_gap_is_not_nought(judged) -> None:  # type: ignore[no-untyped-def]
    text = shown(judged(PROVINCE), 140)
    assert "84.996%" in text
    assert "差 0.004个百分点" in text
    assert "99.999%" in shown(judged(COUNTY))


def test_before_the_deadline_a_gap_is_told_and_does_not_count(judged) -> None:  # type: ignore[no-untyped-def]
    text = shown(judged({**COUNTY, "period": "2024"}, as_of="2025-06-30"))
    assert "尚未到期（最近的期限 2025年12月31日），不影响总评" in "".join(line.strip() for line in text.split("\n"))
    assert "必须，未到期" in text


def test_facts_that_decide_most_come_first(judged) -> None:  # type: ignore[no-untyped-def]
    bare = {key: value for key, value in HOSPITAL.items() if key not in ("class", "facts", "level", "ownership")}
    result = judged(bare)
    facts = needed_facts(finding for finding in result.findings if finding.outcome == "unknown")
    assert facts[0].name == "class"
    assert [fact.mandatory for fact in facts] == sorted((fact.mandatory for fact in facts), reverse=True)
    assert re.search(r"1  机构大类 +\d+ +\d+  档案的分类字段", shown(result))


def test_parts_are_rolled_up_and_those_that_pull_a_share_down_are_named(judged, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    hospitals = [
        institution(n, facts={"geriatrics_department": n > 2, "party_led_presidency": n > 1}) for n in range(1, 6)
    ]
    rows = [{key: value for key, value in item.items() if key not in ("facts", "period")} for item in hospitals]
    absent = institution(9)
    rows.append({key: value for key, value in absent.items() if key != "period"})
    roster = {"title": "名册", "source": "虚构", "jurisdiction": "410000", "complete": ["institution"], "rows": rows}
    province = {**PROVINCE, "facts": {}}
    text = shown(judged(province, roster, *hospitals), 140)
    own = text[text.index("河南省  410000") :]
    lines = [line.strip() for line in own[own.index("比例和数量从何而来") :].splitlines()]
    at = next(at for at, line in enumerate(lines) if "老年医学科设置比例：" in line)
    assert lines[at + 1 : at + 4] == [
        "还差 2–3家，名单中 2家尚缺、1家不明",
        "尚缺：示例第1医院（虚构）、示例第2医院（虚构）",
        "不明：示例第9医院（虚构）",
    ]
    assert re.search(r"党委领导下的院长负责制 +机构 +4 +1 +1 +0", own)
    assert "未达标：示例第1医院（虚构）" in own
    assert "名册上有而没有档案的机构（计入分母，数据不足）：示例第9医院（虚构）" in own


def test_several_subjects_get_one_line_each_first(judged) -> None:  # type: ignore[no-untyped-def]
    text = shown(judged(HOSPITAL, COUNTY))
    assert text.startswith("评定 2 个对象，评定日 2026年3月1日\n")
    head = text[: text.index("═")]
    assert "示例第1医院（虚构）" in head
    assert "中牟县" in head


def test_the_closing_lines_are_a_command_that_works(judged) -> None:  # type: ignore[no-untyped-def]
    text = shown(judged(COUNTY))
    command = next(line for line in text.splitlines() if line.startswith("  gradeeval explain"))
    assert re.fullmatch(r"  gradeeval explain \S+0\.yaml henan-2023-31/\S+ --as-of 2026-03-01", command)


def test_colour_adds_nothing_but_colour(judged) -> None:  # type: ignore[no-untyped-def]
    result = judged(HOSPITAL)
    coloured = shown(result, colour=True)
    assert "\x1b[" in coloured
    assert ANSI.sub("", coloured) == shown(result)


def test_a_name_cannot_take_over_the_terminal(judged) -> None:  # type: ignore[no-untyped-def]
    text = shown(judged({**HOSPITAL, "name": "甲\u202e医院"}))
    assert "甲\\u202e医院" in text
    assert "\u202e" not in text


def test_periods_that_follow_each_other_are_one_span() -> None:
    assert periods(["2025", "2023", "2024", "2021"]) == "2021、2023–2025"
    assert periods(["2024Q3", "2024"]) == "2024、2024Q3"


def test_the_command_reads_all_that_was_read(judged, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    few = shown(judged(COUNTY, PROVINCE))
    assert f"{tmp_path}/0.yaml {tmp_path}/1.yaml henan-2023-31/" in few
    many = shown(judged(COUNTY, PROVINCE, HOSPITAL, institution(2)))
    assert f"gradeeval explain {tmp_path} henan-2023-31/" in many
