"""随项目发布的区划名册：行数、层级与归属，按公布的总数核对。"""

import json
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from referencing import Registry
from referencing.jsonschema import DRAFT202012

ROOT = Path(__file__).parents[2]
ROSTERS = ROOT / "rulesets" / "shared" / "rosters"
NAMES = ("nation", "henan", "hunan", "hebei")


def roster(name: str) -> dict[str, Any]:
    """名册里没有数字和是非值，标量一律读作文字即可。"""
    text = (ROSTERS / f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 (BaseLoader 只产生文字)
    return loaded


def rows_on(name: str, day: str) -> list[dict[str, Any]]:
    return [row for row in roster(name)["rows"] if row.get("from", "") <= day <= row.get("to", "9999-12-31")]


def below(name: str, parents: set[str], day: str = "2024-12-31") -> Counter[str]:
    """上级在 parents 之中的县级行，按区划类型计数。"""
    rows = rows_on(name, day)
    return Counter(row["division"] for row in rows if row["tier"] == "county" and row["parent"] in parents)


def test_every_roster_is_listed_here() -> None:
    assert {path.stem for path in ROSTERS.glob("*.yaml")} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_matches_its_schema(name: str) -> None:
    schemas = [json.loads(p.read_text(encoding="utf-8")) for p in (ROOT / "schemas").glob("*.schema.json")]
    registry = Registry().with_resources((s["$id"], DRAFT202012.create_resource(s)) for s in schemas)
    schema = next(s for s in schemas if s["$id"] == "urn:gradeeval:schema:roster")
    validator = jsonschema.Draft202012Validator(schema, registry=registry)
    assert [error.message for error in validator.iter_errors(roster(name))] == []


@pytest.mark.parametrize("name", NAMES)
def test_one_row_a_line(name: str) -> None:
    lines = (ROSTERS / f"{name}.yaml").read_text(encoding="utf-8").split("\nrows:\n")[1].splitlines()
    assert len(lines) == len(roster(name)["rows"])
    assert all(line.startswith("- {code: ") and line.endswith("}") for line in lines)


@pytest.mark.parametrize("name", NAMES)
def test_rows_of_one_code_never_overlap(name: str) -> None:
    spans: dict[str, list[tuple[str, str]]] = {}
    for row in roster(name)["rows"]:
        spans.setdefault(row["code"], []).append((row.get("from", ""), row.get("to", "9999-12-31")))
    for code, dated in spans.items():
        dated.sort()
        assert all(first[1] < second[0] for first, second in pairwise(dated)), code


def test_parents_and_administrations_are_rows_of_a_higher_tier() -> None:
    tiers = ("county", "prefecture", "province", "nation")
    tier_of = {row["code"]: tiers.index(row["tier"]) for name in NAMES for row in roster(name)["rows"]}
    for name in NAMES:
        for row in roster(name)["rows"]:
            for key in ("parent", "administered_by"):
                if key in row:
                    assert tier_of[row[key]] > tiers.index(row["tier"]), row
    assert [row["code"] for name in NAMES for row in roster(name)["rows"] if "parent" not in row] == ["100000"]


def test_jurisdiction_is_a_row() -> None:
    for name in NAMES:
        assert roster(name)["jurisdiction"] in {row["code"] for row in roster(name)["rows"]}


def test_names_are_unique_among_siblings() -> None:
    for name in NAMES:
        siblings = Counter((row.get("parent"), row["name"]) for row in rows_on(name, "2024-12-31"))
        assert siblings.most_common(1)[0][1] == 1


def test_henan() -> None:
    rows = rows_on("henan", "2024-12-31")
    prefectures = {row["code"] for row in rows if row["tier"] == "prefecture"}
    assert len(prefectures) == 17
    counties = below("henan", {*prefectures, "410000"})
    assert counties == {"district": 54, "county": 82, "county_city": 20, "direct": 1, "functional": 1}
    assert counties.total() - counties["functional"] == 157
    assert counties["county"] + counties["county_city"] + counties["direct"] == 103


def test_jiyuan_is_one_row_directly_below_the_province() -> None:
    (jiyuan,) = [row for row in rows_on("henan", "2024-12-31") if row["name"] == "济源市"]
    assert (jiyuan["code"], jiyuan["tier"], jiyuan["division"], jiyuan["parent"]) == (
        "419001",
        "county",
        "direct",
        "410000",
    )


def test_hunan() -> None:
    rows = rows_on("hunan", "2024-12-31")
    prefectures = {row["code"] for row in rows if row["tier"] == "prefecture"}
    assert len(prefectures) == 14
    counties = below("hunan", prefectures)
    assert counties == {"district": 36, "county": 67, "county_city": 19}
    assert counties.total() == 122


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2012-12-31", 24), ("2013-12-31", 23), ("2016-12-31", 23), ("2017-12-31", 20), ("2024-12-31", 20)],
)
def test_baoding_loses_what_others_administer(day: str, expected: int) -> None:
    counties = below("hebei", {"130600"}, day)
    assert counties.total() - counties["functional"] == expected


def test_baoding_codes() -> None:
    rows = roster("hebei")["rows"]
    codes = {row["code"] for row in rows if row["division"] in {"district", "county", "county_city"}}
    assert len(codes) == 24
    assert all(code.startswith("1306") for code in codes)
    elsewhere = {row["code"] for row in rows_on("hebei", "2024-12-31") if "administered_by" in row}
    assert elsewhere == {"130629", "130632", "130638", "130682"}


def test_places_without_code_are_functional() -> None:
    for name in NAMES:
        for row in roster(name)["rows"]:
            assert ("-" in row["code"]) == (row.get("division") == "functional")
