"""Requirements of several documents on one subject: which one binds and why, and that nothing is hidden by it."""

from __future__ import annotations

import html
import itertools
import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from tests.acceptance.conftest import Call, call, country
from tests.unit.invented import find, institution, profile, requirement, scope, world, write, write_ruleset

from gradeeval.evaluate.verdict import verdict
from gradeeval.findings.finding import Finding
from gradeeval.findings.relations import relate

__all__ = ["call", "country"]

INDICATORS = {
    "share": {"kind": "institution", "unit": "percent"},
    "other": {"kind": "institution", "unit": "percent"},
    "done": {"kind": "institution", "unit": "yes_no"},
}
KNOWN = scope(INDICATORS)
PROVINCE = {"id": "jia/1", "indicator": "share", "target": {"at_least": 60}}
CITY = {"id": "zi/1", "indicator": "share", "target": {"at_least": 80}}


def findings(*plain: dict[str, Any], **facts: Any) -> list[Finding]:
    of = profile(KNOWN, **facts)
    around = world(KNOWN, [of])
    return relate([find(requirement(**item), around, of) for item in plain])


def said(found: list[Finding]) -> list[tuple[str, str | None, list[tuple[str, str, str | None]]]]:
    return [
        (
            finding.outcome,
            finding.judgement.reason,
            [(relation.kind, relation.other.id, relation.why) for relation in finding.relations],
        )
        for finding in found
    ]


def judged(found: list[Finding]) -> str:
    return verdict((finding.requirement.force, finding.binding, finding.outcome) for finding in found)


# -- stricter_than -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("share", "outcomes"), [(90, ("met", "met")), (70, ("met", "unmet")), (50, ("unmet", "unmet"))]
)
def test_the_stricter_one_covers_the_other_which_stays_listed(share: int, outcomes: tuple[str, str]) -> None:
    found = findings(PROVINCE, {**CITY, "stricter_than": "jia/1", "basis": "市条例第三条"}, share=share)
    assert said(found) == [
        (outcomes[0], None, [("covered_by", "zi/1", None)]),
        (outcomes[1], None, [("covers", "jia/1", None)]),
    ]
    assert found[0].relations[0].basis == "市条例第三条"


@pytest.mark.parametrize(
    ("city", "facts", "why"),
    [
        ({"indicator": "other"}, {"share": 50}, "undecided"),
        ({"target": {"needs_review": "没有标准"}}, {"share": 50}, "undecided"),
        ({"due": "2027-12-31", "due_from": "clause"}, {"share": 50}, "not_due"),
        ({"force": "strive"}, {"share": 50}, "weaker_force"),
        ({"target": {"at_least": 40}}, {"share": 50}, "not_stricter"),
    ],
)
def test_what_does_not_decide_covers_nothing(city: dict[str, Any], facts: dict[str, Any], why: str) -> None:
    found = findings(PROVINCE, {**CITY, "stricter_than": "jia/1", **city}, **facts)
    assert [said(found)[0][2], said(found)[1][2]] == [[("milder_than", "zi/1", why)], [("stricter_than", "jia/1", why)]]
    assert judged(found) == "unmet"


@pytest.mark.parametrize("where", [{"level": "tertiary"}, {"level": {"at_least": "tertiary"}}])
def test_one_that_does_not_apply_covers_nothing(where: dict[str, Any]) -> None:
    city = {**CITY, "stricter_than": "jia/1", "binds": {"kind": "institution", "where": where}}
    assert said(findings(PROVINCE, city, share=70, level="secondary")) == [
        ("met", None, []),
        ("not_applicable", "not_bound", []),
    ]


def test_a_verdict_is_the_same_with_and_without() -> None:
    forces, dues = ("mandatory", "strive", "permit"), (None, "2024-12-31", "2027-12-31")
    for force, due, target, share in itertools.product(forces, dues, (40, 80), (None, 30, 50, 90)):
        city = {**CITY, "force": force, "target": {"at_least": target}}
        if due is not None:
            city.update(due=due, due_from="clause")
        facts = {} if share is None else {"share": share}
        plain = findings(PROVINCE, city, **facts)
        for key in ("stricter_than", "extends"):
            related = findings(PROVINCE, {**city, key: "jia/1"}, **facts)
            assert judged(related) == judged(plain)
            assert [finding.outcome for finding in related] == [finding.outcome for finding in plain]
            for finding in related:
                if finding.relations and finding.relations[0].kind == "covered_by":
                    rest = [other for other in related if other is not finding]
                    assert judged(rest) == judged(plain), "what is covered decides nothing"


# -- replaces ----------------------------------------------------------------------------------------------------------

REPLACING = {**CITY, "target": {"at_least": 40}, "replaces": "jia/1", "basis": "省厅批复〔2025〕1号"}


def test_the_replaced_one_is_not_judged_and_says_so() -> None:
    found = findings(PROVINCE, REPLACING, share=50)
    assert said(found) == [
        ("not_applicable", "replaced", [("replaced_by", "zi/1", None)]),
        ("met", None, [("replaces", "jia/1", None)]),
    ]
    assert (found[0].gap, found[0].shortfall, found[0].missing) == (None, None, ())
    assert found[0].relations[0].basis == "省厅批复〔2025〕1号"
    assert judged(found) == "met"


def test_where_it_does_not_bind_it_replaces_nothing() -> None:
    city = {**REPLACING, "binds": {"kind": "institution", "where": {"level": "tertiary"}}}
    found = findings(PROVINCE, city, share=50, level="secondary")
    assert said(found) == [("unmet", None, []), ("not_applicable", "not_bound", [])]
    assert judged(found) == "unmet"


def test_before_its_window_it_replaces_nothing() -> None:
    city = {**REPLACING, "every_year": "2026..2027", "due_from": "none"}
    found = findings(PROVINCE, city, share=50)
    assert [finding.outcome for finding in found] == ["unmet", "not_applicable"]
    assert found[0].relations == ()


def test_where_it_is_unknown_whether_it_binds_so_is_the_other() -> None:
    city = {**REPLACING, "force": "strive", "binds": {"kind": "institution", "where": {"level": "tertiary"}}}
    found = findings(PROVINCE, city, share=50)
    assert said(found) == [
        ("unknown", "perhaps_replaced", [("perhaps_replaced_by", "zi/1", None)]),
        ("unknown", "binds_unknown", [("perhaps_replaces", "jia/1", None)]),
    ]
    assert {missing.name for missing in found[0].missing} == {"level"}
    assert judged(found) == "unknown"


def test_of_two_that_replace_each_other_both_bind() -> None:
    found = findings({**PROVINCE, "replaces": "zi/1", "basis": "x"}, REPLACING, share=50)
    assert said(found) == [("unmet", None, []), ("met", None, [])]


def test_one_after_the_other() -> None:
    county = {"id": "dong/1", "indicator": "share", "target": {"at_least": 30}, "replaces": "zi/1", "basis": "y"}
    found = findings(PROVINCE, REPLACING, county, share=35)
    assert [finding.outcome for finding in found] == ["not_applicable", "not_applicable", "met"]


def test_one_that_names_itself_or_what_is_not_there() -> None:
    found = findings({**PROVINCE, "replaces": "jia/1", "basis": "x"}, {**CITY, "extends": "nowhere/1"}, share=50)
    assert said(found) == [("unmet", None, []), ("unmet", None, [])]


# -- extends -----------------------------------------------------------------------------------------------------------


def test_one_that_adds() -> None:
    found = findings(PROVINCE, {"id": "zi/1", "extends": "jia/1"}, share=50, done=True)
    assert said(found) == [
        ("unmet", None, [("extended_by", "zi/1", None)]),
        ("met", None, [("extends", "jia/1", None)]),
    ]


# -- through the command line ------------------------------------------------------------------------------------------

SHARES = {"share": {"title": "占比", "kind": "institution", "unit": "percent"}}
CHECK = ("--as-of", "2025-06-30", "--fail-on", "never")


def provinces(country: Path, **city: Any) -> None:
    """A province asks for 60 %, the city of its eastern county for what is given."""
    asked = {"indicator": "share", "target": {"at_least": 60}}
    write_ruleset(country, "jia-2024-1", indicators=SHARES, requirements=[asked])
    ours = {"indicator": "share", "target": {"at_least": 80}, **city}
    write_ruleset(country, "zi-2024-1", indicators={}, requirements=[ours], jurisdiction="990100")


def rows(out: str) -> dict[str, dict[str, Any]]:
    return {row["requirement"]: row for row in json.loads(out)["findings"]}


def test_json_says_which_one_binds(call: Call, country: Path) -> None:
    provinces(country, stricter_than="jia-2024-1/1.1", basis="市条例第三条")
    write(Path("a.yaml"), institution(facts={"share": 70}))
    found = rows(call("check", "a.yaml", *CHECK, "--format", "json").out)
    assert found["jia-2024-1/1.1"]["relations"] == [
        {"relation": "covered_by", "requirement": "zi-2024-1/1.1", "clause": "一", "basis": "市条例第三条"}
    ]
    assert "zi-2024-1/1.1（一）更严，以其为准（依据：市条例第三条）" in found["jia-2024-1/1.1"]["notes"]
    assert found["zi-2024-1/1.1"]["relations"][0]["relation"] == "covers"


def test_outside_of_the_city_the_province_alone_binds(call: Call, country: Path) -> None:
    provinces(country, replaces="jia-2024-1/1.1", basis="批复")
    write(Path("a.yaml"), institution(region="990201", facts={"share": 70}))
    found = rows(call("check", "a.yaml", *CHECK, "--format", "json").out)
    assert list(found) == ["jia-2024-1/1.1"]
    assert found["jia-2024-1/1.1"]["outcome"] == "met"


FORMS = ("table", "csv", "markdown", "html", "junit", "sarif")


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_which_one_binds(form: str, call: Call, country: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    provinces(country, stricter_than="jia-2024-1/1.1")
    write(Path("a.yaml"), institution(facts={"share": 50}))
    text = call("check", "a.yaml", *CHECK, "--format", form).out.replace("\n", "").replace(" ", "")
    assert "更严，以其为准" in text
    assert "以本条为准" in text


@pytest.mark.parametrize("suffix", [".xlsx", ".docx"])
def test_office_forms_say_which_one_binds(suffix: str, call: Call, country: Path) -> None:
    provinces(country, stricter_than="jia-2024-1/1.1")
    write(Path("a.yaml"), institution(facts={"share": 50}))
    assert call("check", "a.yaml", *CHECK, "-o", f"a{suffix}").code == 0
    with ZipFile(f"a{suffix}") as packed:
        text = "".join(packed.read(name).decode() for name in packed.namelist() if name.endswith(".xml"))
    assert "更严，以其为准" in html.unescape(text)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_what_was_replaced(
    form: str, call: Call, country: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    provinces(country, replaces="jia-2024-1/1.1", basis="省厅批复")
    write(Path("a.yaml"), institution(facts={"share": 50}))
    text = call("check", "a.yaml", *CHECK, "--format", form).out.replace("\n", "").replace(" ", "")
    assert "替换" in text
    assert "依据：省厅批复" in text


def test_explain_says_what_was_replaced(call: Call, country: Path) -> None:
    provinces(country, replaces="jia-2024-1/1.1", basis="省厅批复")
    write(Path("a.yaml"), institution(facts={"share": 50}))
    said = call("explain", "a.yaml", "jia-2024-1/1.1", "--as-of", "2025-06-30")
    assert said.code == 0
    text = said.out.replace("\n", "").replace(" ", "")
    assert "已由zi-2024-1/1.1（一）替换（依据：省厅批复）" in text
    assert "不适用" in text
    plain = json.loads(call("explain", "a.yaml", "jia-2024-1/1.1", "--as-of", "2025-06-30", "--format", "json").out)
    assert plain["finding"]["relations"][0]["requirement"] == "zi-2024-1/1.1"


def test_what_was_not_asked_for_still_says_how_it_stands(call: Call, country: Path) -> None:
    provinces(country, replaces="jia-2024-1/1.1", basis="省厅批复")
    write(Path("a.yaml"), institution(facts={"share": 50}))
    found = rows(call("check", "a.yaml", *CHECK, "--format", "json", "--only", "jia*").out)
    assert list(found) == ["jia-2024-1/1.1"]
    assert found["jia-2024-1/1.1"]["reason"] == "replaced"
    found = rows(call("check", "a.yaml", *CHECK, "--format", "json", "--ruleset", "jia-2024-1").out)
    assert found["jia-2024-1/1.1"]["outcome"] == "unmet", "the city's document was not selected"


def test_a_roll_up_leaves_out_the_parts_where_it_is_replaced(call: Call, country: Path) -> None:
    provinces(country, replaces="jia-2024-1/1.1", basis="省厅批复")
    province = {"id": "990000", "kind": "region", "tier": "province", "period": "2024"}
    parts = [institution(1, facts={"share": 50}), institution(2, region="990201", facts={"share": 50})]
    write(Path("p/a.yaml"), [province, *parts])
    said = json.loads(call("check", "p", *CHECK, "--format", "json").out)
    (row,) = said["roll_up"]
    assert row["requirement"] == "jia-2024-1/1.1"
    assert sum(len(named) for named in row["outcomes"].values()) == 1


def test_replacing_needs_a_basis(call: Call, country: Path) -> None:
    provinces(country, replaces="jia-2024-1/1.1")
    said = call("validate", country / "zi-2024-1")
    assert said.code == 3
    assert "写了 replaces（替换）就须写明 basis（依据）" in said.err


def test_validate_follows_what_is_replaced_covered_and_extended(call: Call, country: Path) -> None:
    for key in ("replaces", "stricter_than", "extends", "supersedes"):
        provinces(country, **{key: "jia-2024-1/1.9", "basis": "批复"})
        said = call("validate", country / "zi-2024-1")
        assert said.code == 3
        assert f"zi-2024-1/1.1：{key}：没有要求 jia-2024-1/1.9；是否指 jia-2024-1/1.1？" in said.err
