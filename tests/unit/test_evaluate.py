"""A run of check: which requirements are judged on whom, on which period, what is said beside them, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from tests.unit.invented import (
    institutions,
    listed,
    member,
    overdue,
    profile,
    regions,
    requirement,
    scope,
)

from gradeeval.evaluate.reference import Reference
from gradeeval.evaluate.run import check
from gradeeval.evaluate.selection import Wanted
from gradeeval.evaluate.verdict import verdict
from gradeeval.findings.result import Result, SubjectResult
from gradeeval.language.nodes import Requirement
from gradeeval.profiles.profile import Profile, Roster
from gradeeval.rulesets.ruleset import Loaded, PolicyDocument

KNOWN = scope(
    {
        "done": {"title": "做到", "kind": "institution", "unit": "yes_no"},
        "beds": {"kind": "institution", "unit": "count"},
        "signed": {"kind": "region", "tier": "county", "unit": "percent"},
        "paid": {"kind": "region", "tier": "prefecture", "unit": "percent"},
        "pooled": {"kind": "network", "type": "county_consortium", "unit": "yes_no"},
    }
)
COUNTY = {"kind": "region", "tier": "county"}
JIA = PolicyDocument("jia", "甲省文件", "990000", date="2023-01-01")
ZI = PolicyDocument("zi", "子市文件", "990100", date="2024-01-01")


def run(
    profiles: Sequence[Profile],
    requirements: Sequence[Requirement],
    *rosters: Roster,
    documents: Sequence[PolicyDocument] = (JIA,),
    as_of: str = "2025-06-30",
    wanted: Wanted | None = None,
    subjects: Sequence[str] = (),
) -> Result:
    def load(id: str) -> Loaded:
        return Loaded(tuple(item for item in requirements if item.document == id), f"digest of {id}")

    return check(
        profiles,
        scope=KNOWN,
        rosters=(regions(), *rosters),
        documents={document.id: document for document in documents},
        load=load,
        make_engine=Reference,
        engine="reference",
        as_of=as_of,
        wanted=wanted or Wanted(),
        subjects=subjects,
        shared_digest="shared digest",
    )


def judged(result: Result, id: str | None = None) -> dict[str, str]:
    return {
        finding.requirement.id: finding.outcome for finding in result.findings if id is None or finding.view.id == id
    }


def only(result: Result) -> SubjectResult:
    (subject,) = result.subjects
    return subject


# -- selection ---------------------------------------------------------------------------------------------------------


def test_jurisdiction_is_what_the_roster_says_and_not_the_prefix_of_the_code() -> None:
    wanted = [requirement(id="jia/1"), requirement(id="zi/1")]
    by_id = {"A": "990101", "B": "990201", "C": "999001"}
    result = run([profile(KNOWN, id=id, region=region) for id, region in by_id.items()], wanted, documents=[JIA, ZI])
    assert {id: set(judged(result, id)) for id in by_id} == {"A": {"jia/1", "zi/1"}, "B": {"jia/1"}, "C": {"jia/1"}}


def test_a_code_that_only_looks_like_it_lies_there() -> None:
    result = run([profile(KNOWN, region="990199")], [requirement(id="jia/1")])
    assert result.findings == ()
    assert only(result).notes == ("名册中没有区域 990199，因此没有文件适用",)
    assert only(result).verdict == "nothing_due"
    assert result.rulesets == ()


@pytest.mark.parametrize(
    ("date", "as_of", "selected"),
    [("2025-06-30", "2025-06-30", True), ("2025-07-01", "2025-06-30", False), (None, "2025-06-30", True)],
)
def test_a_document_is_in_force_from_its_date(date: str | None, as_of: str, selected: bool) -> None:
    result = run([profile(KNOWN)], [requirement(id="jia/1")], documents=[replace(JIA, date=date)], as_of=as_of)
    assert bool(result.findings) is selected
    assert set(result.documents) == ({"jia"} if selected else set())


def test_a_document_that_another_supersedes_is_not_judged() -> None:
    both = [requirement(id="jia/1"), requirement(id="zi/1")]
    newer = replace(ZI, supersedes=(("jia", "取代"),))
    assert set(judged(run([profile(KNOWN)], both, documents=[JIA, newer]))) == {"zi/1"}
    not_yet = replace(newer, date="2026-01-01")
    assert set(judged(run([profile(KNOWN)], both, documents=[JIA, not_yet]))) == {"jia/1"}
    elsewhere = run([profile(KNOWN, region="990201")], both, documents=[JIA, newer])
    assert set(judged(elsewhere)) == {"jia/1"}


def test_a_requirement_that_another_supersedes_is_told_and_not_judged() -> None:
    both = [requirement(id="jia/1"), requirement(id="zi/1", supersedes="jia/1")]
    result = run([profile(KNOWN)], both, documents=[JIA, ZI])
    assert set(judged(result)) == {"zi/1"}
    assert only(result).notes == ("jia/1 已由后来的要求取代，未评定",)


def test_a_requirement_binds_its_own_kind_tier_and_type() -> None:
    wanted = [
        requirement(id="jia/1"),
        requirement(id="jia/2", binds=COUNTY, indicator="signed", target={"at_least": 1}),
        requirement(
            id="jia/3", binds={"kind": "region", "tier": "prefecture"}, indicator="paid", target={"at_least": 1}
        ),
        requirement(id="jia/4", binds={"kind": "network", "type": "county_consortium"}, indicator="pooled"),
    ]
    profiles = [
        profile(KNOWN, id="A"),
        profile(KNOWN, "region", "990101", tier="county"),
        profile(KNOWN, "region", "990100", tier="prefecture"),
        profile(KNOWN, "network", "N", type="county_consortium"),
        profile(KNOWN, "network", "M", type="urban_group"),
    ]
    result = run(profiles, wanted)
    assert {subject.view.id: [f.requirement.id for f in subject.findings] for subject in result.subjects} == {
        "A": ["jia/1"],
        "990101": ["jia/2"],
        "990100": ["jia/3"],
        "N": ["jia/4"],
        "M": [],
    }


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Wanted(), {"jia/1.1-a", "jia/1.2-a", "zi/1.1-a"}),
        (Wanted(rulesets=("zi",)), {"zi/1.1-a"}),
        (Wanted(topics=("tcm",)), {"jia/1.1-a"}),
        (Wanted(topics=("tcm", "finance")), {"jia/1.1-a", "jia/1.2-a"}),
        (Wanted(only=("*/1.1*",)), {"jia/1.1-a", "zi/1.1-a"}),
        (Wanted(only=("jia/1.2-a", "zi/*")), {"jia/1.2-a", "zi/1.1-a"}),
        (Wanted(forces=("strive",)), {"jia/1.2-a"}),
        (Wanted(topics=("tcm",), forces=("strive",)), set()),
    ],
)
def test_only_what_was_asked_for(wanted: Wanted, ids: set[str]) -> None:
    requirements = [
        requirement(id="jia/1.1-a", topics=["tcm", "elderly_care"]),
        requirement(id="jia/1.2-a", topics=["finance"], force="strive"),
        requirement(id="zi/1.1-a"),
    ]
    assert set(judged(run([profile(KNOWN)], requirements, documents=[JIA, ZI], wanted=wanted))) == ids


def test_only_the_subjects_asked_for_but_all_are_members() -> None:
    profiles = [profile(KNOWN, id=id, done=True) for id in "AB"]
    result = run(profiles, [requirement(id="jia/1")], subjects=["B"])
    assert [subject.view.id for subject in result.subjects] == ["B"]


# -- time --------------------------------------------------------------------------------------------------------------


def test_the_judged_period_is_the_latest_that_has_ended() -> None:
    periods = {"2023": False, "2024": True, "2025": False}
    profiles = [profile(KNOWN, period=period, done=done) for period, done in periods.items()]
    result = run(profiles, [requirement(id="jia/1")], as_of="2025-06-30")
    assert only(result).view.period.text == "2024"
    assert judged(result) == {"jia/1": "met"}
    assert only(result).notes == ("时期 2025 在评定日 2025年6月30日 之后，未计入",)


def test_a_period_that_ends_on_the_day_is_judged_and_not_a_later_one() -> None:
    profiles = [profile(KNOWN, period=period, done=True) for period in ("2023", "2024-06-30")]
    result = run(profiles, [requirement(id="jia/1")], as_of="2024-06-30")
    assert only(result).view.period.text == "2024-06-30"
    assert only(result).notes == ()


def test_a_subject_of_later_periods_only_is_told_and_not_judged() -> None:
    result = run([profile(KNOWN, period="2025", done=True)], [requirement(id="jia/1")], as_of="2025-06-30")
    assert result.subjects == ()
    assert result.notes == ("A：所有时期都在评定日 2025年6月30日 之后，未评定",)


@pytest.mark.parametrize(
    ("before", "now", "late"), [(False, True, True), (True, True, False), (None, True, False), (False, False, False)]
)
def test_late_is_met_now_and_unmet_when_it_was_due(before: bool | None, now: bool, late: bool) -> None:
    given: Mapping[str, Any] = {} if before is None else {"done": before}
    profiles = [profile(KNOWN, period="2023", **given), profile(KNOWN, period="2024", done=now)]
    (finding,) = run(profiles, [overdue(requirement(id="jia/1"), "2023-12-31")]).findings
    assert finding.late is late


def test_late_needs_a_profile_of_the_year_in_which_it_was_due() -> None:
    profiles = [profile(KNOWN, period="2022", done=False), profile(KNOWN, period="2024", done=True)]
    (finding,) = run(profiles, [overdue(requirement(id="jia/1"), "2023-12-31")]).findings
    assert not finding.late


def test_a_standing_duty_is_never_late() -> None:
    profiles = [profile(KNOWN, period="2023", done=False), profile(KNOWN, period="2024", done=True)]
    (finding,) = run(profiles, [requirement(id="jia/1")]).findings
    assert (finding.late, finding.overdue, finding.stale, finding.binding) == (False, None, False, True)


@pytest.mark.parametrize(
    ("due", "as_of", "overdue_now", "stale"),
    [
        ("2024-12-31", "2025-06-30", True, False),
        ("2025-12-31", "2025-06-30", False, False),
        ("2025-12-31", "2025-12-31", True, True),
        ("2025-12-31", "2026-01-01", True, True),
    ],
)
def test_due_and_stale(due: str, as_of: str, overdue_now: bool, stale: bool) -> None:
    (finding,) = run([profile(KNOWN, done=False)], [overdue(requirement(id="jia/1"), due)], as_of=as_of).findings
    assert (finding.overdue, finding.stale, finding.binding) == (overdue_now, stale, overdue_now)


def test_before_it_is_due_a_miss_does_not_count_for_the_verdict() -> None:
    wanted = [overdue(requirement(id="jia/1"), "2025-12-31")]
    early, after = (run([profile(KNOWN, done=False)], wanted, as_of=as_of) for as_of in ("2025-06-30", "2026-06-30"))
    assert [result.findings[0].outcome for result in (early, after)] == ["unmet", "unmet"]
    assert [only(result).verdict for result in (early, after)] == ["nothing_due", "unmet"]


# -- verdict -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        (("met", "unmet", "unknown", "error"), "unmet"),
        (("met", "unknown"), "unknown"),
        (("met", "needs_review"), "unknown"),
        (("met", "error"), "unknown"),
        (("met", "not_applicable"), "met"),
        (("not_applicable",), "nothing_due"),
        ((), "nothing_due"),
    ],
)
def test_the_verdict_on_mandatory_requirements_that_bind(outcomes: tuple[str, ...], expected: str) -> None:
    assert verdict(("mandatory", True, outcome) for outcome in outcomes) == expected


@pytest.mark.parametrize(
    ("force", "binding"),
    [*product(("in_principle", "strive", "encourage", "explore", "permit"), (True, False)), ("mandatory", False)],
)
def test_nothing_else_counts_for_the_verdict(force: str, binding: bool) -> None:
    assert verdict([(force, binding, "unmet"), ("mandatory", True, "met")]) == "met"
    assert verdict([(force, binding, "unmet")]) == "nothing_due"


def test_each_document_has_a_verdict_of_its_own() -> None:
    wanted = [requirement(id="jia/1"), requirement(id="zi/1", indicator="beds", target={"at_least": 20})]
    result = run([profile(KNOWN, done=True, beds=10)], wanted, documents=[JIA, ZI, replace(JIA, id="bing")])
    assert only(result).verdict == "unmet"
    assert only(result).verdicts == {"jia": "met", "zi": "unmet"}
    assert only(result).counts == {"met": 1, "unmet": 1}


# -- roll-up -----------------------------------------------------------------------------------------------------------


def named(views: Sequence[Any]) -> list[str]:
    return sorted(view.id for view in views)


def test_a_region_shows_the_requirements_of_its_parts_by_outcome_with_absent_ones() -> None:
    wanted = [
        requirement(id="jia/1", binds={**COUNTY, "where": {"division": {"none_of": ["district"]}}}, indicator="signed", target={"at_least": 50}),
        requirement(id="jia/2", binds={"kind": "region", "tier": "prefecture"}, indicator="paid", target={"at_least": 1}),
    ]  # fmt: skip
    profiles = [
        profile(KNOWN, "region", "990000", tier="province"),
        profile(KNOWN, "region", "990101", tier="county", signed=60),
        profile(KNOWN, "region", "990102", tier="county", signed=40),
        profile(KNOWN, "region", "990103", tier="county", signed=1),
    ]
    result = run(profiles, wanted)
    rolled = {(item.subject.id, item.requirement.id): item for item in result.roll_up}
    assert set(rolled) == {("990000", "jia/1"), ("990000", "jia/2")}
    counties = rolled["990000", "jia/1"]
    assert {outcome: named(views) for outcome, views in counties.outcomes.items()} == {
        "met": ["990101"],
        "unmet": ["990102"],
        "unknown": ["990201", "999001"],
    }
    assert named(counties.absent) == ["990201", "999001"]
    assert named(rolled["990000", "jia/2"].absent) == ["990100", "990200"]


def test_a_network_shows_its_members_and_an_institution_shows_nothing() -> None:
    profiles = [
        profile(KNOWN, "network", "N", type="county_consortium", members=[member("A"), member("B"), member("C", None, "2023-12-31")]),
        profile(KNOWN, id="A", done=True),
        profile(KNOWN, id="C", done=True),
    ]  # fmt: skip
    result = run(profiles, [requirement(id="jia/1")])
    (rolled,) = result.roll_up
    assert rolled.subject.id == "N"
    assert {outcome: named(views) for outcome, views in rolled.outcomes.items()} == {"met": ["A"], "unknown": ["B"]}
    assert named(rolled.absent) == ["B"]


def test_parts_to_which_nothing_applies_make_no_entry() -> None:
    wanted = [requirement(id="jia/1", binds={"kind": "institution", "where": {"level": "tertiary"}})]
    profiles = [
        profile(KNOWN, "network", "N", type="county_consortium", members=[member("A")]),
        profile(KNOWN, id="A", level="primary", done=True),
    ]
    assert run(profiles, wanted).roll_up == ()


def test_what_was_not_asked_for_is_not_rolled_up() -> None:
    wanted = [requirement(id="jia/1", topics=["tcm"]), requirement(id="jia/2", topics=["finance"])]
    profiles = [profile(KNOWN, "network", "N", type="county_consortium", members=[member("A")])]
    result = run(profiles, wanted, wanted=Wanted(topics=("tcm",)))
    assert [item.requirement.id for item in result.roll_up] == ["jia/1"]


# -- what stands beside ------------------------------------------------------------------------------------------------


def test_profiles_that_the_roster_does_not_list_are_told() -> None:
    roster = institutions(listed("A"), listed("B", last="2023-12-31"))
    result = run([profile(KNOWN, id=id) for id in "ABC"], [requirement(id="jia/1")], roster)
    assert result.notes == ("B（名称B）不在名册上，未计入汇总", "C（名称C）不在名册上，未计入汇总")
    assert len(result.subjects) == 3


def test_without_a_complete_roster_nobody_is_unlisted() -> None:
    roster = institutions(listed("A"), complete=())
    assert run([profile(KNOWN, id=id) for id in "AB"], [requirement(id="jia/1")], roster).notes == ()


def test_an_excuse_is_found_though_it_was_not_asked_for() -> None:
    permit = requirement(
        id="jia/2", force="permit", binds={"kind": "institution", "where": {"beds": {"below": 20}}}, target=False
    )
    duty = requirement(id="jia/1", unless="jia/2")
    result = run([profile(KNOWN, done=False, beds=10)], [duty, permit], wanted=Wanted(only=("jia/1",)))
    assert judged(result) == {"jia/1": "not_applicable"}
    assert result.findings[0].judgement.reason == "excused"


def test_a_requirement_that_cannot_be_run_is_a_row_and_the_rest_goes_on() -> None:
    odd = profile(KNOWN, done=True)
    odd = replace(odd, values={**odd.values, "beds": "many"})
    wanted = [requirement(id="jia/1", indicator="beds", target={"at_least": 1}), requirement(id="jia/2")]
    result = run([odd], wanted)
    assert judged(result) == {"jia/1": "error", "jia/2": "met"}
    assert "TypeError" in (result.findings[0].judgement.message or "")
    assert only(result).verdict == "unknown"


def test_the_result_names_what_it_rests_on() -> None:
    result = run([profile(KNOWN, done=True)], [requirement(id="jia/1")], institutions(listed("A")), documents=[JIA, ZI])
    assert result.rulesets == (("jia", "digest of jia"), ("zi", "digest of zi"), ("shared", "shared digest"))
    assert [id for id, _digest in result.rosters] == ["甲省", "机构"]
    assert result.as_of == "2025-06-30"
    assert result.engine == "reference"
    assert len(only(result).digest) == 64


def test_the_digest_of_a_subject_is_that_of_its_profile() -> None:
    first, again, other = (run([profile(KNOWN, done=done)], []).subjects[0].digest for done in (True, True, False))
    assert first == again != other
