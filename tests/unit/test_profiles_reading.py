"""Profiles and rosters from files and folders: what is read, and that every fault of every file is told with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.unit.invented import INDICATORS, institution, institution_id, scope, write

from gradeeval.errors import NotFound
from gradeeval.profiles.reading import Dataset, ProfileReader
from gradeeval.quantity import Interval

KNOWN = scope(
    {
        **INDICATORS,
        "share": {"kind": "institution", "unit": "percent"},
        "signed": {"kind": "region", "tier": "county", "unit": "percent"},
        "pooled": {"kind": "network", "type": "county_consortium", "unit": "yes_no"},
    }
)


def read(*paths: Path) -> Dataset:
    return ProfileReader(KNOWN).read(paths)


def one_problem(path: Path) -> str:
    (problem,) = read(path).problems
    assert problem.file == str(path)
    assert problem.line is not None
    return f"{problem.line}: {problem.path}: {problem.message}"


def network(**keys: Any) -> dict[str, Any]:
    return {"id": "N1", "kind": "network", "type": "county_consortium", "region": "990101", "period": "2024", **keys}


def test_a_profile_as_it_is_kept(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.yaml",
        [institution(facts={"done": {"value": True, "source": "台账"}, "share": {"numerator": 1, "denominator": 4}}, roles=["county_hospital"])],
    )  # fmt: skip
    (profile,) = read(path).profiles
    assert (profile.kind, profile.id, profile.region, profile.period.end) == (
        "institution", institution_id(1), "990101", "2024-12-31",
    )  # fmt: skip
    assert profile.values["done"] is True
    assert profile.values["roles"] == frozenset({"county_hospital"})
    share = profile.values["share"]
    assert isinstance(share, Interval)
    assert (share.of, share.to) == (1, 4)
    assert profile.proofs["done"].source == "台账"
    assert "share" not in profile.proofs
    assert (profile.file, profile.line) == (str(path), 1)
    assert profile.plain["id"] == institution_id(1)


def test_a_folder_is_read_whole_but_for_expectations_and_other_files(tmp_path: Path) -> None:
    write(tmp_path / "b" / "1.yaml", institution(1))
    (tmp_path / "a.json").write_text(json.dumps([institution(2), institution(3)]), encoding="utf-8")
    write(tmp_path / "c.YML", institution(4))
    write(tmp_path / "a.expected.yaml", {"nonsense": True})
    write(tmp_path / "notes.txt", "no profile")
    dataset = read(tmp_path)
    assert dataset.problems == []
    assert [profile.id for profile in dataset.profiles] == [institution_id(n) for n in (2, 3, 1, 4)]


def test_a_region_and_a_network(tmp_path: Path) -> None:
    write(
        tmp_path / "r.yaml",
        {"id": "990101", "kind": "region", "tier": "county", "period": "2024", "facts": {"signed": 41.2}},
    )
    members = [
        {"id": institution_id(1), "name": "甲院", "roles": ["consortium_lead"], "from": "2023-01-01"},
        {"id": institution_id(2)},
    ]
    write(tmp_path / "n.yaml", network(name="医共体", members=members))
    first, second = read(tmp_path).profiles
    assert (second.kind, second.id, second.region, second.tier, second.name) == (
        "region",
        "990101",
        "990101",
        "county",
        "",
    )
    assert second.members is None
    assert first.members is not None
    assert [(row.id, row.name, row.first) for row in first.members] == [
        (institution_id(1), "甲院", "2023-01-01"),
        (institution_id(2), institution_id(2), None),
    ]
    assert first.members[0].fields["roles"] == frozenset({"consortium_lead"})


def test_a_network_without_list_of_members_has_none(tmp_path: Path) -> None:
    (profile,) = read(write(tmp_path / "n.yaml", network(name="医共体"))).profiles
    assert profile.members is None


def test_a_hyphen_in_the_code_of_a_member_and_of_an_institution_is_dropped(tmp_path: Path) -> None:
    id = institution_id(1)
    hyphened = f"{id[:8]}-{id[8:]}"
    write(tmp_path / "i.yaml", institution(id=hyphened))
    write(tmp_path / "n.yaml", network(name="医共体", members=[{"id": hyphened}]))
    dataset = read(tmp_path)
    assert [problem.message for problem in dataset.problems] == []
    assert dataset.profiles[0].id == id
    assert dataset.profiles[1].members is not None
    assert dataset.profiles[1].members[0].id == id


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("just text", "1: : 档案应是一个对象"),
        ({"id": "x"}, "1: : 缺少 kind（对象类别）：institution、network、region"),
        (institution(kind="hospital"), "2: kind: kind 须是 institution、network、region 之一"),
        (institution(period="2024-02-30"), "5: period: “2024-02-30”不是日历上的时期"),
        (institution(period="2025..2023"), "5: period: “2025..2023”不是日历上的时期"),
        (institution(facts={"dome": True}), "7: facts.dome: 已安装的规则集中没有指标 `dome`；是否指 `done`（已做到）？"),
        (institution(facts={"signed": 4}), "7: facts.signed: `signed` 不是这类对象的指标（它属于 region/county）"),
        (institution(facts={"grade_points": 1.5}), "7: facts.grade_points: 小数位数多于 0 位：1.5"),
        (institution(level="primary", level_grade="tertiary_a"), "9: level_grade: 级别等次 tertiary_a 与级别 primary 不一致"),
        (institution(credit_code="91350100M000100Y44"), "8: credit_code: 统一社会信用代码 91350100M000100Y44 的校验位不对：末位应为 3"),
        (institution(id="D2143569199010111A1001"), "1: id: 机构代码 D2143569199010111A1001 中组织机构代码的校验位不对：第 9 位应为 X"),
        (network(name="n", members=[{"id": "D2143569199010111A1001"}]), "8: members[0].id: 机构代码"),
        (network(name="n", members=[{"id": institution_id(1), "from": "2023-02-30"}]), "9: members[0].from: “2023-02-30”不是日历上的日期"),
        (network(name="n", type="urban_group", facts={"pooled": True}), "8: facts.pooled: `pooled` 不是这类对象的指标（它属于 network/county_consortium）"),
        ({"id": "990100", "kind": "region", "tier": "prefecture", "period": "2024", "facts": {"signed": 4}}, "6: facts.signed: `signed` 不是这类对象的指标"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place(content: object, told: str, tmp_path: Path) -> None:
    assert one_problem(write(tmp_path / "a.yaml", content)).startswith(told)


def test_an_empty_list_has_no_profile(tmp_path: Path) -> None:
    assert one_problem(write(tmp_path / "a.yaml", "[]")) == "1: : 文件中没有档案"


def test_all_faults_of_all_files_come_together_and_the_rest_is_read(tmp_path: Path) -> None:
    write(
        tmp_path / "1.yaml", [institution(1, facts={"dome": 1}), institution(2), institution(3, level="x", period="20")]
    )
    write(tmp_path / "2.yaml", "a: [")
    write(tmp_path / "3.yaml", institution(4))
    dataset = read(tmp_path)
    assert [profile.id for profile in dataset.profiles] == [institution_id(2), institution_id(4)]
    assert [(Path(problem.file).name, problem.path) for problem in dataset.problems] == [
        ("1.yaml", "[0].facts.dome"),
        ("1.yaml", "[2].level"),
        ("1.yaml", "[2].period"),
        ("2.yaml", ""),
    ]


def test_one_subject_has_one_profile_a_period(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", [institution(), institution(period="2024Q4")])
    assert one_problem(path) == (
        f"8: [1].id: {institution_id(1)} 在时期 2024 已有档案（{path} 第 1 行）；同一对象同一时期只能有一份"
    )


def test_a_span_beside_its_last_year_is_another_period(tmp_path: Path) -> None:
    dataset = read(
        write(tmp_path / "a.yaml", [institution(), institution(period="2023..2024"), institution(period="2023")])
    )
    assert dataset.problems == []
    assert len(dataset.profiles) == 3


@pytest.mark.parametrize("name", ["nowhere", "nowhere.yaml"])
def test_a_path_that_does_not_exist(name: str, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"nowhere.* 不存在"):
        read(tmp_path / name)


def test_a_folder_without_profiles(tmp_path: Path) -> None:
    with pytest.raises(
        NotFound, match=r"没有档案（\.json、\.yaml、\.yml、\.ndjson、\.jsonl、\.xlsx、\.csv、\.parquet）"
    ):
        read(tmp_path)


def roster(**keys: Any) -> dict[str, Any]:
    row = {"id": institution_id(1), "name": "甲院", "kind": "institution", "region": "990101", "level": "tertiary"}
    return {
        "title": "名册",
        "source": "编造",
        "jurisdiction": "990000",
        "complete": ["institution"],
        "rows": [row],
        **keys,
    }


def test_a_roster_among_the_files(tmp_path: Path) -> None:
    write(tmp_path / "list.yaml", roster())
    write(tmp_path / "a.yaml", institution())
    dataset = read(tmp_path)
    assert dataset.problems == []
    assert len(dataset.profiles) == 1
    (found,) = dataset.rosters
    assert (found.id, found.region, found.complete) == ("list", "990000", frozenset({"institution"}))
    (row,) = found.rows
    assert (row.kind, row.id, row.parent, row.values["level"]) == (
        "institution",
        institution_id(1),
        "990101",
        "tertiary",
    )
    assert "name" not in row.values
    assert len(found.digest) == 64


def test_the_digest_of_a_roster_is_that_of_its_content(tmp_path: Path) -> None:
    write(tmp_path / "1.yaml", roster())
    write(tmp_path / "2.yaml", dict(reversed(roster().items())))
    write(tmp_path / "3.yaml", roster(title="别的"))
    first, second, third = read(tmp_path).rosters
    assert first.digest == second.digest != third.digest


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"id": "D2143569199010111A1001", "name": "甲", "kind": "institution", "region": "990101"}], "校验位不对"),
        ([{"code": "990101", "name": "东县", "tier": "county", "division": "county", "parent": "990100", "to": "2023-02-30"}], "“2023-02-30”不是日历上的日期"),
        ([{"code": "990101", "name": name, "tier": "county", "division": "county", "parent": "990100"} for name in ("甲", "乙")], "990101 在名册中重复（第一次在第 7 行）"),
        ([{"code": "990101"}], "rows[0]"),
    ],
)  # fmt: skip
def test_a_roster_that_is_refused(rows: list[Any], told: str, tmp_path: Path) -> None:
    path = write(tmp_path / "list.yaml", roster(rows=rows))
    dataset = read(path)
    assert any(told in f"{problem.path} {problem.message}" for problem in dataset.problems)


def test_a_region_may_be_on_a_roster_again_from_another_day(tmp_path: Path) -> None:
    row = {"code": "990101", "name": "东县", "tier": "county", "division": "county", "parent": "990100"}
    path = write(
        tmp_path / "list.yaml",
        roster(rows=[{**row, "to": "2022-12-31"}, {**row, "name": "东区", "from": "2023-01-01"}]),
    )
    dataset = read(path)
    assert dataset.problems == []
    before, after = dataset.rosters[0].rows
    assert [row.holds_on("2022-12-31") for row in (before, after)] == [True, False]
    assert [row.holds_on("2023-01-01") for row in (before, after)] == [False, True]
