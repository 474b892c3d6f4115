"""What all file forms of a report are made from: every finding once, exact figures, texts without control characters."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from gradeeval.cli.engines import engine_factory
from gradeeval.cli.preparing import Prepared
from gradeeval.evaluate.selection import Wanted
from gradeeval.findings.finding import Finding
from gradeeval.findings.result import Result
from gradeeval.profiles.profile import Profile
from gradeeval.profiles.reading import ProfileReader
from gradeeval.quantity import decimal_text
from gradeeval.reports import csv, junit, markdown, sarif, tables, whole_tables, xlsx
from gradeeval.reports.composing import build_report
from gradeeval.reports.content import Figure, Report
from gradeeval.reports.figures import grouped
from gradeeval.reports.rendering import Layout
from gradeeval.workspace import Workspace, build

SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.fixture(scope="module")
def workspace() -> Workspace:
    return build(installed=False)


def judged(workspace: Workspace, *paths: Path, as_of: str = "2026-01-31") -> Result:
    make_engine, name, _note = engine_factory("reference")
    prepared = Prepared(workspace, ProfileReader(workspace.scope).read(paths), make_engine, name)
    return prepared.judge(as_of, Wanted())


@pytest.fixture(scope="module")
def city_result(workspace: Workspace) -> Result:
    return judged(workspace, SAMPLES / "prefecture")


@pytest.fixture(scope="module")
def city(city_result: Result) -> Report:
    return build_report(city_result)


@pytest.fixture(scope="module")
def hospital(workspace: Workspace) -> Report:
    return build_report(judged(workspace, SAMPLES / "tertiary-hospital.yaml"))


def test_every_finding_is_a_row_once_and_in_one_section(city: Report, city_result: Result) -> None:
    told = [(subject.id, row.id) for subject in city.subjects for row in subject.rows]
    assert told == [(finding.view.id, finding.requirement.id) for finding in city_result.findings]
    for subject in city.subjects:
        sections = subject.of("error", "unmet", "unknown", "needs_review", "met", "not_applicable")
        assert sorted(row.number for row in sections) == [row.number for row in subject.rows]
        assert sum(count.all for count in subject.counts) == len(subject.rows)
    rolled = [item.id for subject in city.subjects for item in subject.rolled]
    assert sorted(rolled) == sorted(item.requirement.id for item in city_result.roll_up)


def test_every_table_is_as_wide_as_its_head(city: Report, hospital: Report) -> None:
    for report in (city, hospital):
        made = [
            make(report.subjects)
            for make in (
                tables.gaps,
                tables.wanting,
                tables.origins,
                tables.offenders,
                tables.ranking,
                tables.rolled,
                tables.reviews,
                tables.unknown,
                tables.met,
                tables.not_applicable,
            )
        ]
        for table in (
            *made,
            whole_tables.everything(report),
            whole_tables.steps(report),
            whole_tables.overview(report),
        ):
            rows = list(table.rows)
            assert {len(row) for row in rows} <= {len(table.headings)}, table.title
            if table.outcome is not None and rows:
                assert table.headings[table.outcome].text == "判定"
                assert all(str(row[table.outcome])[0] in "✓✗?✎!–" for row in rows)


def test_the_gaps_begin_with_what_is_mandatory_and_due(city: Report) -> None:
    for subject in city.subjects:
        forces = [row.force_code for row in subject.of("unmet")]
        assert forces == sorted(forces, key=lambda force: force != "mandatory")


def test_a_figure_is_exact_and_shown_as_in_the_other_reports(city: Report) -> None:
    rows = [row for subject in city.subjects for row in subject.rows]
    share = next(row for row in rows if row.actual.text == "99.96%")
    assert (share.actual.before, share.actual.behind, share.actual.digits) == ("", "%", 2)
    assert share.target.number == 100
    assert share.target.before == "≥"
    for row in rows:
        for figure in (row.actual, row.target, row.gap):
            if figure.number is not None and figure.part is None:
                shown = decimal_text(figure.number, figure.digits)
                shown = grouped(shown) if figure.grouped else shown
                assert figure.text == f"{figure.before}{shown}{figure.behind}"


def test_a_trace_has_the_formula_with_the_numbers_put_in(hospital: Report) -> None:
    lines = [line.text for row in hospital.subjects[0].rows for line in row.steps()]
    assert any(" ÷ " in line and " = " in line for line in lines)
    assert all(row.steps() for row in hospital.subjects[0].rows)


def test_names_lose_their_control_characters(workspace: Workspace) -> None:
    result = judged(workspace, SAMPLES / "tertiary-hospital.yaml")
    (subject,) = result.subjects
    named = replace_name(result, "甲\u202e\x07乙\n丙\ufffe丁\ud800")
    assert build_report(named).subjects[0].name == "甲\\u202e\\u0007乙 丙\\ufffe丁\\ud800"
    assert subject.view.name != named.subjects[0].view.name
    for form in (csv, markdown, junit, sarif, xlsx):
        assert form.render(named, Layout())


def replace_name(result: Result, name: str) -> Result:
    (subject,) = result.subjects
    profile: Profile | None = subject.view.profile
    assert profile is not None
    view = replace(subject.view, name=name, profile=replace(profile, name=name))
    findings = tuple(replace(finding, view=view) for finding in subject.findings)
    return replace(result, subjects=(replace(subject, view=view, findings=findings),))


def test_a_rule_that_could_not_be_run_is_a_row_in_every_form(workspace: Workspace) -> None:
    result = judged(workspace, SAMPLES / "tertiary-hospital.yaml")
    (subject,) = result.subjects
    first: Finding = subject.findings[0]
    broken = replace(first, judgement=replace(first.judgement, outcome="error", message="坏了 <&>"))
    result = replace(result, subjects=(replace(subject, findings=(broken, *subject.findings[1:])),))
    report = build_report(result)
    (row,) = report.subjects[0].of("error")
    assert row.why == "规则未能运行：坏了 <&>"
    assert junit.state(row) == "error"
    assert 'errors="1"' in junit.render(result, Layout()).decode()
    assert '"executionSuccessful": false' in sarif.render(result, Layout()).decode()
    assert "坏了 &lt;&amp;&gt;" in markdown.render(result, Layout()).decode()
    assert next(iter(tables.gaps(report.subjects).rows))[7] == "! 无法判定（数据早于期限）"


def test_levels_follow_force_and_deadline(city: Report) -> None:
    for row in (row for subject in city.subjects for row in subject.rows if row.code == "unmet"):
        force, binding = row.force_code, row.binding
        wanted = {"mandatory": "error", "in_principle": "warning", "strive": "warning"}.get(force, "note")
        assert sarif.level(row) == (wanted if binding else "note")
        assert (junit.state(row) == "failure") == (binding and force == "mandatory")


def test_a_text_too_long_for_a_cell_is_cut_and_says_so() -> None:
    assert xlsx.cut("短") == "短"
    cut = xlsx.cut("长" * 40_000)
    assert len(cut) < 32_767
    assert "40000" in cut


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "＝1"])
def test_csv_makes_texts_inert_and_leaves_figures(text: str) -> None:
    assert csv.inert(text) == f"'{text}"
    assert csv.shown(Figure("-2.5%", Fraction(-5, 2))) == "-2.5%"
    assert csv.shown("二级=三级") == "二级=三级"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", r"a\|b"),
        ("<b>&", "&lt;b&gt;&amp;"),
        ("[x](http://y)", r"\[x\](http&#58;//y)"),
        ("1. 一", r"1\. 一"),
        ("24.99%", "24.99%"),
        ("- x", r"\- x"),
        ("#题", r"\#题"),
    ],
)
def test_markdown_shows_a_text_as_it_stands(text: str, shown: str) -> None:
    assert markdown.escaped(text) == shown
