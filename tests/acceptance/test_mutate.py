"""``examples --mutate``: which changes of the rules the examples leave unnoticed, and what is declared equivalent."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.conftest import Call
from tests.unit.invented import INDICATORS, write, write_ruleset

from gradeeval.examples.mutation import NOTICED, SURVIVED, Trials, tried
from gradeeval.rulesets.reading import read_equivalents
from gradeeval.workspace import build

BINDS = {"kind": "institution", "where": {"class": "hospital"}}
AT_LEAST = {"binds": BINDS, "indicator": "grade_points", "target": {"at_least": 3}, "unit": "count"}
GIVEN = {"class": "hospital"}
BOUNDARY: list[dict[str, Any]] = [
    {"case": "差1", "facts": {"grade_points": 2}, "is": "unmet"},
    {"case": "恰好3", "facts": {"grade_points": 3}, "is": "met"},
]
OTHER = {"case": "不是医院", "fields": {"class": "primary"}, "is": "not_applicable"}


def examples(*cases: dict[str, Any], **group: Any) -> dict[str, Any]:
    return {"jia-2024-1/1.1": {"given": GIVEN, **group, "cases": list(cases)}}


def survivors(out: str) -> list[str]:
    return re.findall(r"没有例子发现变异体 (.+)", out)


def test_examples_that_leave_nothing_untested(call: Call, country: Path) -> None:
    write_ruleset(country, requirements=[AT_LEAST], examples=examples(*BOUNDARY, OTHER))
    said = call("examples", "--mutate", "--engine", "reference")
    assert (said.code, survivors(said.out)) == (0, [])
    assert "6 个变异体，例子发现 5 个，语言拒绝 1 个，声明等价 0 个，没有例子发现 0 个" in said.out
    assert re.search(r"^6 个变异体，每秒 [0-9]+ 个$", said.out, re.MULTILINE)


@pytest.mark.parametrize(
    ("cases", "left"),
    [
        ([BOUNDARY[1], OTHER], ["target.at_least → 2", "target.at_least → at_most"]),
        ([{**BOUNDARY[1], "facts": {"grade_points": 4}}, BOUNDARY[0], OTHER], ["target.at_least → 4", "target.at_least → above"]),
        (BOUNDARY, ["binds.where.class −"]),
    ],
)  # fmt: skip
def test_a_missing_boundary_is_named_at_the_rule(
    cases: list[dict[str, Any]], left: list[str], call: Call, country: Path
) -> None:
    write_ruleset(country, requirements=[AT_LEAST], examples=examples(*cases))
    said = call("examples", "--mutate")
    assert said.code == 1
    assert survivors(said.out) == [f"jia-2024-1/1.1: {change}" for change in left]
    assert re.search(r"requirements/1\.yaml:[0-9]+:[0-9]+: 没有例子发现", said.out)


def test_the_same_comes_out_whatever_the_number_of_processes(call: Call, country: Path) -> None:
    write_ruleset(country, requirements=[AT_LEAST], examples=examples(*BOUNDARY))
    one, two = (re.sub("每秒.*", "", call("examples", "--mutate", "-j", jobs).out) for jobs in ("1", "2"))
    assert one == two
    assert "binds.where.class" in one


def test_a_deadline_is_noticed_by_the_day_from_which_a_miss_is_overdue(call: Call, country: Path) -> None:
    dated = {**AT_LEAST, "due": "2025-12-31", "due_from": "clause"}
    write_ruleset(country, requirements=[dated], examples=examples(*BOUNDARY, OTHER))
    said = call("examples", "--mutate")
    assert survivors(said.out) == [f"jia-2024-1/1.1: due → {year}-12-31" for year in (2024, 2026)]
    write_ruleset(country, requirements=[dated], examples=examples(*BOUNDARY, OTHER, due="2025-12-31"))
    assert call("examples", "--mutate").code == 0


@pytest.mark.parametrize(
    ("keys", "due", "actual"),
    [
        ({"due": "2025-12-31", "due_from": "clause"}, "2025-12-30", "2025-12-31"),
        ({"due": "2025-12-31", "due_from": "clause"}, "2026-01-01", "2025-12-31"),
        ({}, "2025-12-31", "没有期限"),
    ],
)
def test_another_deadline_than_the_expected_one_is_told(
    keys: dict[str, Any], due: str, actual: str, call: Call, country: Path
) -> None:
    write_ruleset(country, requirements=[{**AT_LEAST, **keys}], examples=examples(BOUNDARY[0], due=due))
    said = call("examples")
    assert said.code == 1
    assert f"「差1」：预期自 {due} 起算到期，实际{actual}" in said.out


def test_a_deadline_that_is_no_day_is_refused(call: Call, country: Path) -> None:
    write_ruleset(country, requirements=[AT_LEAST], examples=examples(*BOUNDARY, due="2025-02-30"))
    said = call("examples")
    assert said.code == 3
    assert "“2025-02-30”不是日历上的日期" in said.err


def test_the_end_of_a_printed_range_is_noticed_by_the_note(call: Call, country: Path) -> None:
    ranged = {**AT_LEAST, "target": {"at_least": 3, "up_to": 5}}
    write_ruleset(country, requirements=[ranged], examples=examples(*BOUNDARY, OTHER))
    said = call("examples", "--mutate")
    assert survivors(said.out) == [f"jia-2024-1/1.1: target.up_to → {number}" for number in (4, 6)]
    ends = [
        {"case": "恰好5", "facts": {"grade_points": 5}, "is": "met", "beyond_range": False},
        {"case": "6，更多", "facts": {"grade_points": 6}, "is": "met", "beyond_range": True},
    ]
    write_ruleset(country, requirements=[ranged], examples=examples(*BOUNDARY, *ends, OTHER))
    assert call("examples", "--mutate").code == 0
    ends[0]["beyond_range"] = True
    write_ruleset(country, requirements=[ranged], examples=examples(*ends))
    said = call("examples")
    assert "「恰好5」：预期超出所印区间，实际没有" in said.out
    ends[0]["beyond_range"] = ends[1]["beyond_range"] = False
    write_ruleset(country, requirements=[ranged], examples=examples(*ends))
    assert "「6，更多」：预期没有超出所印区间，实际超出" in call("examples").out


SHARE = {
    "title": "占比",
    "kind": "region",
    "tier": "county",
    "unit": "percent",
    "share": {"of": "institution", "where": {"class": "hospital"}, "having": {"done": True}},
}
COUNTY = {"binds": {"kind": "region", "tier": "county"}, "indicator": "doing", "target": {"at_least": 50}}
HAS = {"kind": "institution", "class": "hospital", "facts": {"done": True}}
LACKS = {**HAS, "facts": {"done": False}}


def test_the_formula_of_a_used_indicator_is_changed_as_well(call: Call, country: Path) -> None:
    half = {"case": "两所中一所", "parts": [HAS, LACKS], "is": "met"}
    third = {"case": "三所中一所", "parts": [HAS, LACKS, LACKS], "is": "unmet"}
    near = {"case": "49.9%", "facts": {"doing": 49.9}, "is": "unmet"}
    indicators = {**INDICATORS, "doing": SHARE}
    parts = {"jia-2024-1/1.1": {"cases": [half, third, near]}}
    write_ruleset(country, indicators=indicators, requirements=[COUNTY], examples=parts)
    said = call("examples", "--mutate")
    assert survivors(said.out) == ["doing: share.where.class −"]
    assert re.search(r"indicators\.yaml:[0-9]+:[0-9]+: 没有例子发现", said.out)
    clinic = {"kind": "institution", "class": "primary", "facts": {"done": False}}
    parts["jia-2024-1/1.1"]["cases"].append({"case": "基层不计入", "parts": [HAS, LACKS, clinic], "is": "met"})
    write_ruleset(country, indicators=indicators, requirements=[COUNTY], examples=parts)
    assert call("examples", "--mutate").code == 0


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ({"share": SHARE["share"]}, "用 parts 写汇总的例子"),
        ({"ratio": {"of": "one", "to": "two"}}, "写出公式的两项（facts）的例子"),
    ],
)
def test_the_formula_of_a_shared_indicator_says_what_using_it_asks(
    formula: dict[str, Any], told: str, call: Call, country: Path
) -> None:
    county = {"kind": "region", "tier": "county"}
    shared = {
        "doing": {"title": "共用", **county, "unit": "percent", **formula},
        **{name: {"title": name, **county, "unit": "count"} for name in ("one", "two")},
    }
    write(country / "shared" / "indicators" / "doing.yaml", {"indicators": shared})
    near = {"case": "差一点", "facts": {"doing": 49}, "is": "unmet"}
    exact = {"case": "正好", "facts": {"doing": 50}, "is": "met"}
    write_ruleset(country, requirements=[COUNTY], examples={"jia-2024-1/1.1": {"cases": [exact, near]}})
    said = call("examples", "--mutate")
    assert said.code == 1
    lines = [line for line in said.out.splitlines() if "没有例子发现变异体 doing: " in line]
    assert lines
    assert all(f"：共用指标的公式，用到就要试；请为 jia-2024-1/1.1 {told}" in line for line in lines)


@pytest.mark.parametrize(
    ("case", "value", "told"),
    [
        ({"parts": [HAS, LACKS]}, 50, ""),
        ({"parts": [HAS, LACKS]}, 60, "预期数值为 60，实际为 50"),
        ({"parts": [HAS, LACKS, LACKS]}, 33, "预期数值为 33，实际为 100/3"),
        ({"facts": {"doing": 49.9}}, 49.9, ""),
        ({"facts": {"doing": {"numerator": 1, "denominator": 4}}}, 25, ""),
        ({}, 0, "预期数值为 0，实际为 未知"),
        ({"parts": [HAS, {**HAS, "facts": {}}]}, 50, "预期数值为 50，实际为 未知"),
    ],
)
def test_a_figure_that_no_outcome_depends_on_is_noticed_by_its_value(
    case: dict[str, Any], value: float, told: str, call: Call, country: Path
) -> None:
    review = {**COUNTY, "target": {"needs_review": "没有比例"}}
    cases = {"jia-2024-1/1.1": {"cases": [{"case": "甲", **case, "is": "needs_review", "value": value}]}}
    write_ruleset(country, indicators={**INDICATORS, "doing": SHARE}, requirements=[review], examples=cases)
    said = call("examples")
    assert said.code == (1 if told else 0)
    assert told in said.out


def test_a_permission_is_noticed_by_what_it_excuses(call: Call, country: Path) -> None:
    permit = {"binds": {"kind": "institution", "where": {"done": True}}, "force": "permit", "indicator": "grade_points"}
    rows = [
        {**AT_LEAST, "binds": {"kind": "institution"}, "unless": "jia-2024-1/1.2"},
        {**permit, "target": {"needs_review": "没有标准"}},
    ]
    excused = [
        {"case": "有许可", "facts": {"grade_points": 2, "done": True}, "is": "not_applicable"},
        {"case": "没有许可", "facts": {"grade_points": 2, "done": False}, "is": "unmet"},
        BOUNDARY[1],
    ]
    given = {"jia-2024-1/1.1": {"cases": excused}, "jia-2024-1/1.2": {"cases": [{"case": "有", "facts": {"done": True}, "is": "needs_review"}]}}  # fmt: skip
    write_ruleset(country, requirements=rows, examples=given)
    said = call("examples", "--mutate")
    assert (said.code, survivors(said.out)) == (0, [])


def test_declared_equivalents(call: Call, country: Path) -> None:
    folder = write_ruleset(country, requirements=[AT_LEAST], examples=examples(*BOUNDARY))
    mutant = "jia-2024-1/1.1: binds.where.class −"
    write(folder / "equivalents.yaml", [{"why": "全部机构都是医院", "mutants": [mutant]}])
    said = call("examples", "--mutate")
    assert (said.code, survivors(said.out)) == (0, [])
    assert "声明等价 1 个，没有例子发现 0 个" in said.out
    gone = ["jia-2024-1/1.1: target.at_least → 4", "jia-2024-1/9.9: due → 2024-12-31"]
    write(
        folder / "equivalents.yaml", [{"why": "全部机构都是医院", "mutants": [mutant]}, {"why": "旧", "mutants": gone}]
    )
    said = call("examples", "--mutate")
    assert said.code == 1
    for line, name in enumerate(gone, 6):
        told = f"声明为等价的 {name} 已被例子发现，或没有这个变异体"
        assert re.search(rf"equivalents\.yaml:{line}:[0-9]+: {re.escape(told)}", said.out)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ([{"mutants": ["a: b"]}], "缺少 why"),
        ([{"why": "因为", "mutants": []}], "至少要有 1 项"),
        ([{"why": "因为", "mutants": ["没有冒号"]}], "变异体编号须照 examples --mutate 所印的写"),
        ([{"why": "因为", "mutant": "a: b", "mutants": ["a: b"]}], "是否指 `mutants`"),
    ],
)
def test_declarations_that_are_refused(written: Any, told: str, call: Call, country: Path) -> None:
    folder = write_ruleset(country, requirements=[AT_LEAST], examples=examples(*BOUNDARY, OTHER))
    write(folder / "equivalents.yaml", written)
    for words in (("examples", "--mutate"), ("validate", folder)):
        said = call(*words)
        assert said.code == 3
        assert told in said.err


@pytest.mark.no_cover
def test_the_shipped_rulesets_leave_no_undeclared_mutant() -> None:
    workspace = build(installed=False)
    for id in workspace.rulesets:
        trials = Trials.of_ruleset(workspace.ruleset(id), workspace.load(id), workspace.scope)
        found = [mutant for _index, mutants in tried([trials], 1) for mutant in mutants]
        declared = {one.mutant for one in read_equivalents(workspace.ruleset(id))}
        assert {one.mutant for one in found if one.fate == SURVIVED} == declared
        assert sum(one.fate == NOTICED for one in found) > 400


def test_nothing_is_tried_on_examples_that_fail(call: Call, country: Path) -> None:
    write_ruleset(country, requirements=[AT_LEAST], examples=examples({**BOUNDARY[0], "is": "met"}))
    said = call("examples", "--mutate")
    assert said.code == 1
    assert "未作变异" in said.err
    assert "变异体" not in said.out


def test_a_run_without_mutants_proves_nothing(call: Call, country: Path) -> None:
    review = {"target": {"needs_review": "没有标准"}}
    write_ruleset(
        country, requirements=[review], examples={"jia-2024-1/1.1": {"cases": [{"case": "甲", "is": "needs_review"}]}}
    )
    said = call("examples", "--mutate")
    assert said.code == 1
    assert "没有一个变异体可试" in said.out
