"""Datasets to coded columns: nothing lost, nothing twice, nothing coerced, and the same columns as the exact way gives."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

import polars as pl
import pytest
from polars.testing import assert_frame_equal
from tests.unit.invented import INDICATORS, institution_id, regions, scope

from gradeeval.errors import InvalidContent
from gradeeval.files.canonical import exact_json
from gradeeval.problems import Problem
from gradeeval.profiles import contents, datasets
from gradeeval.profiles.columns.coding import to_columns
from gradeeval.profiles.columns.converting import Converted, convert
from gradeeval.profiles.columns.layout import Columns
from gradeeval.profiles.columns.stored import check_layout, joined, parts_of, read_part
from gradeeval.profiles.contents import profile_files
from gradeeval.profiles.datasets import Manifest, read_manifest, sifting
from gradeeval.profiles.profile import ListedPart, Roster
from gradeeval.profiles.reading import ProfileReader
from gradeeval.profiles.unit_rows import UnitRows
from gradeeval.synthetic.dataset import Wish, write_dataset
from gradeeval.synthetic.places import region
from gradeeval.timeline import read_period
from gradeeval.workspace import build

KNOWN = scope(
    {
        **INDICATORS,
        "rate": {"kind": "institution", "unit": "percent", "decimals": 2},
        "beds": {"kind": "institution", "unit": "count"},
        "grade": {"kind": "institution", "order": "level"},
        "centers": {"kind": "institution", "list": "role"},
        "shared": {"kind": "region", "tier": "county", "unit": "percent"},
        "pooled": {"kind": "network", "type": "county_consortium", "unit": "yes_no"},
    }
)
BASE = {"kind": "institution", "name": "甲院", "region": "990101", "period": "2024"}


def item(number: int, facts: Mapping[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
    return {"id": institution_id(number), **BASE, **keys, **({"facts": facts} if facts is not None else {})}


def lines(path: Path, *items: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join((one if isinstance(one, bytes) else exact_json(one)) + b"\n" for one in items))
    return path


def converted(source: Path, out: Path, *rosters: Roster) -> Converted:
    out.mkdir()
    return convert(sifting([source], KNOWN), ProfileReader(KNOWN), rosters or (regions(),), out)


def stored(out: Path) -> Columns:
    manifest = read_manifest(out)
    assert manifest is not None
    return joined(read_part(out, manifest, part) for part in parts_of(manifest))


def rejects(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "rejected.ndjson").read_text(encoding="utf-8").splitlines()]


def alike(first: Columns, second: Columns) -> None:
    for (name, one), (_name, two) in zip(first.frames(), second.frames(), strict=True):
        frames = [
            frame.select(sorted(column for column in frame.columns if frame[column].null_count() < frame.height and not column.startswith("@digest")))
            for frame in (one, two)
        ]  # fmt: skip
        assert frames[0].columns == frames[1].columns, name
        keys = [
            column for column in frames[0].columns if column.startswith("@") and frames[0].schema[column] != pl.List
        ]
        assert_frame_equal(frames[0].sort(keys), frames[1].sort(keys))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_columns_as_the_exact_way(tmp_path: Path, seed: int) -> None:
    workspace = build(installed=False)
    period, before = read_period("2025"), read_period("2024")
    assert period is not None
    assert before is not None
    made = tmp_path / "made"
    made.mkdir()
    place = region("411600", workspace.rosters, "2025-12-31", seed)
    requirements = [item for id in workspace.rulesets for item in workspace.load(id).requirements]
    manifest = write_dataset(Wish([place], 400, [before, period], seed), made, workspace.scope, requirements)
    (made / "dataset.json").write_text(json.dumps(manifest), encoding="utf-8")
    reader = ProfileReader(workspace.scope)
    read = reader.read([made])
    assert read.problems == []
    (tmp_path / "out").mkdir()
    done = convert(sifting([made], workspace.scope), reader, workspace.rosters, tmp_path / "out")
    assert (done.read, done.rejected, done.problems) == (len(read.profiles), 0, ())
    alike(stored(tmp_path / "out"), to_columns(read.profiles, read.rosters, workspace.scope))


def test_odd_values_are_as_in_the_exact_way(tmp_path: Path) -> None:
    source = lines(
        tmp_path / "a.ndjson",
        item(1, {"done": True, "beds": 7, "rate": Decimal("0.29"), "grade": "tertiary", "centers": []}, level="tertiary"),
        item(2, {"rate": {"numerator": 1, "denominator": 3}, "centers": {"county_hospital": True, "tcm_lead": False}}),
        item(3, {"rate": {"numerator": 0, "denominator": 0}, "beds": {"value": 2**70, "source": "台账"}}),
        item(4, {"centers": {"value": ["county_hospital"]}, "rate": 100}, roles=["county_hospital"]),
        item(5, {"done": {"value": False}, "rate": Decimal("1E+1")}, period="2023..2024"),
        item(6),
        {"id": "N1", "kind": "network", "type": "county_consortium", "name": "共体", "region": "990101", "period": "2024",
         "members": [{"id": institution_id(1), "from": "2021-03-01", "roles": ["consortium_lead"]}, {"id": institution_id(9), "level": "primary"}],
         "facts": {"pooled": True}},
        {"id": "N2", "kind": "network", "type": "county_consortium", "name": "共体", "region": "990101", "period": "2024", "members": []},
        {"id": "990102", "kind": "region", "tier": "county", "period": "2024", "facts": {"shared": Decimal("12.345678")}},
    )  # fmt: skip
    done = converted(source, tmp_path / "out")
    assert (done.read, done.accepted, done.rejected) == (9, {"institution": 6, "network": 2, "region": 1}, 0)
    exact = ProfileReader(KNOWN).read([source])
    assert exact.problems == []
    columns = stored(tmp_path / "out")
    alike(columns, to_columns(exact.profiles, (), KNOWN))
    assert columns.profiles["institution"].sort("@id")["rate"].to_list()[0] == 29


BAD = {
    "a number as text": (item(1, {"beds": "7"}), "facts.beds", "须是数字"),
    "true for 1": (item(1, {"beds": True}), "facts.beds", "须是数字"),
    "1 for true": (item(1, {"done": 1}), "facts.done", "true 或 false"),
    "a number as id": (item(1) | {"id": 5}, "id", "机构代码"),
    "too many decimals": (item(1, {"rate": Decimal("0.291")}), "facts.rate", "小数位数多于 2 位"),
    "a decimal count": (item(1, {"beds": Decimal("3.7")}), "facts.beds", "小数位数"),
    "out of range": (item(1, {"rate": 101}), "facts.rate", "现为 101"),
    "a share above 1": (item(1, {"rate": {"numerator": 4, "denominator": 3}}), "facts.rate", "大于分母"),
    "far too large": (item(1, {"beds": 10**39}), "", "数值过大"),
    "an unknown fact": (item(1, {"bedz": 1}), "facts.bedz", "是否指 `beds`"),
    "a wrong check character": (item(1) | {"id": "XN000001041010211A1001"}, "id", "校验位"),
    "level and grade": (item(1, level="primary", level_grade="tertiary_a"), "level_grade", "不一致"),
    "no such day": (item(1, period="2024-02-30"), "period", "不是日历上的时期"),
    "a region on no roster": (item(1, region="880000"), "region", "名册中没有区域 880000"),
    "another tier's fact": ({"id": "990100", "kind": "region", "tier": "prefecture", "period": "2024", "facts": {"shared": 1}}, "facts.shared", "不是这类对象的指标"),
    "no kind": ({"id": "x"}, "", "缺少 kind"),
    "no object": ([1], "", "档案应是一个对象"),
}  # fmt: skip


@pytest.mark.parametrize(("bad", "path", "said"), BAD.values(), ids=BAD)
def test_a_bad_record_is_set_aside(tmp_path: Path, bad: object, path: str, said: str) -> None:
    source = lines(tmp_path / "a.ndjson", item(2), bad, item(3))
    done = converted(source, tmp_path / "out")
    assert (done.read, done.accepted["institution"], done.rejected) == (3, 2, 1)
    (row,) = rejects(tmp_path / "out")
    assert (row["file"], row["line"]) == (str(source), 2)
    assert said in row["reasons"][0]["reason"]
    assert row["reasons"][0].get("path", "") == path
    assert "record" in row
    assert sorted(stored(tmp_path / "out").profiles["institution"]["@id"]) == [institution_id(2), institution_id(3)]


HOSTILE = [
    b'{"facts":{"rate":12.345678901234567}}',
    b'{"facts":{"rate":0.28999999999999998}}',
    b'{"facts":{"rate":9007199254740993}}',
    b'{"facts":{"rate":"7","beds":7}}',
    b'{"facts":{"beds":7.5}}',
    b'{"facts":{"beds":true}}',
    b'{"facts":{"done":1}}',
    b'{"facts":{"done":null}}',
    b'{"facts":{"done":true,"done":true}}',
    b'{"facts":{"done":true,"d\\u006fne":false}}',
    b'{"facts":{"beds":1,"zzz":2}}',
    b'{"facts":{"beds":{"value":1,"value":2}}}',
    b'{"facts":{"beds":{"value":{"value":1}}}}',
    b'{"facts":{"centers":["county_hospital",{"a":1,"a":2}]}}',
    b'{"facts":{"centers":["county_hospital","county_hospital"]}}',
    b'{"facts":[]}',
    b'{"category":"zzz"}',
    b'{"category":["village_clinic"]}',
    b'{"name":null}',
    b'{"name":"\xff"}',
    b'{"facts":{"grade":"\xff"}}',
    b'{"tier":"county"}',
]


def test_values_with_proofs_are_taken_out_of_them_where_every_map_is_right(tmp_path: Path) -> None:
    proof = {"source": "台账", "status": "verified"}
    good = [
        item(
            number,
            {
                "done": {"value": number % 2 == 0, **proof} if number % 3 else True,
                "beds": {"value": number, **proof},
                "rate": {"value": Decimal(number) / 100, "note": "verified"} if number % 5 else number % 100,
                "grade": {"value": "tertiary", "status": "verified", "evidence": ["一", "二"]},
                "centers": {"value": ["county_hospital"], "source": "verified"},
            },
        )
        for number in range(1, 40)
    ]
    bad = [
        item(90, {"done": {"value": True, "status": "台账"}}),
        item(91, {"done": {"value": False, "source": "台账", "status": "台账"}}),
        item(92, {"beds": {"value": 3, "source": 1}}),
        item(93, {"beds": {"value": 3, "source": True}}),
        item(94, {"beds": {"value": -3, **proof}}),
        item(95, {"rate": {"value": Decimal("1.001"), "note": "verified"}}),
        item(96, {"grade": {"value": "台账", "source": "tertiary"}}),
        item(97, {"centers": {"value": ["x"], "source": "verified"}}),
        item(98, {"done": {"value": 1, **proof}}),
        item(99, {"beds": {"value": "3", **proof}}),
    ]
    done = converted(lines(tmp_path / "a.ndjson", *good, *bad), tmp_path / "out")
    assert (done.accepted["institution"], done.rejected) == (len(good), len(bad))
    assert [row["id"] for row in rejects(tmp_path / "out")] == [one["id"] for one in bad]
    exact = ProfileReader(KNOWN).read([lines(tmp_path / "good.ndjson", *good)])
    assert exact.problems == []
    alike(stored(tmp_path / "out"), to_columns(exact.profiles, (), KNOWN))


def test_colons_inside_of_values_hide_no_key_that_stands_twice(tmp_path: Path) -> None:
    told = [
        item(number, {"done": {"value": True, "source": "a:b"}, "beds": 7}, name="甲:院") for number in range(1, 90)
    ]
    twice = exact_json(item(90, {"beds": 7})).replace(b'"beds":7', b'"beds":7,"beds":8')
    nothing = exact_json(item(91, {"beds": {"value": 7, "source": None}, "rate": {"value": 1, "note": "n"}}))
    done = converted(lines(tmp_path / "a.ndjson", *told, twice, item(92), nothing), tmp_path / "out")
    assert [(row["line"], len(row["reasons"])) for row in rejects(tmp_path / "out")] == [(90, 1), (92, 1)]
    assert done.accepted["institution"] == 90
    assert stored(tmp_path / "out").profiles["institution"]["beds"].to_list() == [7] * 89 + [None]


def test_decimals_are_exact(tmp_path: Path) -> None:
    good = [item(number + 1, {"rate": Decimal(number) / 100}) for number in range(1, 10_000, 7)]
    assert converted(lines(tmp_path / "a.ndjson", *good), tmp_path / "out").rejected == 0
    assert sorted(stored(tmp_path / "out").profiles["institution"]["rate"]) == list(range(1, 10_000, 7))


def test_one_bad_line_among_many_that_differ(tmp_path: Path) -> None:
    facts: list[dict[str, Any]] = [
        {"done": True, "beds": 7},
        {"beds": 8, "rate": Decimal("0.29")},
        {"centers": ["county_hospital"], "done": False},
        {"grade": "tertiary", "rate": {"numerator": 1, "denominator": 3}},
        {"beds": {"value": 9, "source": "台账"}, "centers": {"county_hospital": True}},
        {"beds": 2**63},
    ]
    categories = ("village_clinic", "general_hospital", None)
    good = [
        item(
            number, dict(facts[number % 6]), **({"category": category} if (category := categories[number % 3]) else {})
        )
        for number in range(1, 60)
    ] + [item(60), item(61, {"rate": Decimal("99.99"), "beds": 2**64 - 1}), item(62, {"rate": Decimal("0.10")})]
    bad = [
        exact_json(item(number)).removesuffix(b"}") + b"," + one.removeprefix(b"{")
        for number, one in enumerate(HOSTILE, 100)
    ]
    assert [one.count(b"\n") for one in bad] == [0] * len(HOSTILE)
    mixed: list[object] = [*good]
    for place, one in enumerate(bad):
        mixed.insert(place * 3, one)
    source = lines(tmp_path / "a.ndjson", *mixed)
    done = converted(source, tmp_path / "out")
    assert (done.read, done.accepted["institution"], done.rejected) == (len(mixed), len(good), len(bad))
    assert [row["line"] for row in rejects(tmp_path / "out")] == [place * 3 + 1 for place in range(len(bad))]
    exact = ProfileReader(KNOWN).read([lines(tmp_path / "good.ndjson", *good)])
    assert exact.problems == []
    columns = stored(tmp_path / "out")
    alike(columns, to_columns(exact.profiles, (), KNOWN))
    assert columns.profiles["institution"]["@id"].to_list() == [one["id"] for one in good], "in their order"


def test_items_of_a_file_that_are_no_profiles(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    odd: list[object] = [
        item(2) | {"facts": 3},
        item(3) | {"facts": None},
        item(4, {"zzz": 1}),
        item(5) | {"name": None},
        [],
        7,
    ]
    path.write_text(
        json.dumps([item(1, {"done": True}), *odd, item(6, {"done": False}), item(7, {"beds": 2**64})]),
        encoding="utf-8",
    )
    done = converted(path, tmp_path / "out")
    assert (done.read, done.accepted["institution"], done.rejected) == (9, 4, 5)
    columns = stored(tmp_path / "out").profiles["institution"].sort("@id")
    assert columns["done"].to_list() == [True, None, False, None]
    assert columns["beds"].to_list() == [None, None, None, 2**64]


def test_lines_that_cannot_be_read(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.ndjson", item(1), '{"id":"甲"}'.encode("gbk"), b'{"a":1,"a":2}', item(2))
    path.write_bytes(path.read_bytes()[:-30])
    done = converted(path, tmp_path / "out")
    assert (done.read, done.rejected) == (4, 3)
    found = rejects(tmp_path / "out")
    assert [row["line"] for row in found] == [2, 3, 4]
    assert ["UTF-8" in found[0]["reasons"][0]["reason"], "重复" in found[1]["reasons"][0]["reason"]] == [True, True]
    assert "没有传完" in found[2]["reasons"][0]["reason"]
    assert found[2]["text"].startswith('{"id":')


def test_a_subject_twice_in_a_period_is_counted_once(tmp_path: Path) -> None:
    first = lines(tmp_path / "in" / "a.ndjson", item(1), item(1, period="2023"))
    lines(tmp_path / "in" / "b.ndjson", item(1, name="乙院"), item(1, {"rate": {"numerator": 1, "denominator": 7}}))
    (tmp_path / "in" / "c.yaml").write_text(json.dumps(item(1)), encoding="utf-8")
    done = converted(tmp_path / "in", tmp_path / "out")
    assert (done.read, done.accepted["institution"], done.rejected) == (5, 2, 3)
    assert all(f"{first} 第 1 行" in row["reasons"][0]["reason"] for row in rejects(tmp_path / "out"))


def test_every_format_in_one_folder(tmp_path: Path) -> None:
    lines(tmp_path / "in" / "a.jsonl", item(1))
    (tmp_path / "in" / "b.json").write_text(json.dumps([item(2), item(3, {"beds": "x"})]), encoding="utf-8")
    (tmp_path / "in" / "c.csv").write_text(
        f"id,kind,name,region,period,beds\n{institution_id(4)},institution,丁,990101,2024,3\n{institution_id(5)},institution,戊,990101,2024,三\n",
        encoding="utf-8-sig",
    )
    pl.DataFrame([item(6), item(7) | {"region": "1"}]).write_parquet(tmp_path / "in" / "d.parquet")
    done = converted(tmp_path / "in", tmp_path / "out")
    assert (done.read, done.accepted["institution"], done.rejected) == (7, 4, 3)
    assert [row["line"] for row in rejects(tmp_path / "out")] == [1, 3, 2]


# -- rosters -----------------------------------------------------------------------------------------------------------


def test_a_county_in_two_prefectures_stops_everything(tmp_path: Path) -> None:
    other = Roster("乙", "乙", "990200", (ListedPart("region", "990101", "东县", "990200", "county"),), frozenset())
    with pytest.raises(InvalidContent, match="同时属于 990100 和 990200"):
        converted(lines(tmp_path / "a.ndjson", item(1)), tmp_path / "out", regions(), other)
    moved = Roster(
        "丙",
        "丙",
        "990200",
        (ListedPart("region", "990101", "东县", "990200", "county", first="2030-01-01"),),
        frozenset(),
    )
    stayed = regions()
    until = tuple(
        row if row.id != "990101" else ListedPart("region", "990101", "东县", "990100", "county", last="2029-12-31")
        for row in stayed.rows
    )
    done = converted(
        lines(tmp_path / "b.ndjson", item(1)), tmp_path / "b", Roster("甲", "甲", "990000", until, frozenset()), moved
    )
    assert done.rejected == 0, "it moved on a day"


def test_a_roster_that_ends_before_the_period(tmp_path: Path) -> None:
    ended = tuple(
        row if row.id != "990101" else ListedPart("region", "990101", "东县", "990100", "county", last="2024-06-30")
        for row in regions().rows
    )
    roster = Roster("甲", "甲", "990000", ended, frozenset())
    done = converted(lines(tmp_path / "a.ndjson", item(1), item(2, period="2023")), tmp_path / "out", roster)
    assert (done.accepted["institution"], done.rejected) == (1, 1)
    assert "不含 2024-12-31" in rejects(tmp_path / "out")[0]["reasons"][0]["reason"]


HEAD = {"title": "名册", "source": "编造", "jurisdiction": "990000", "complete": ["institution"]}


def row(number: int, **keys: Any) -> dict[str, Any]:
    return {"id": institution_id(number), "kind": "institution", "name": "院", "region": "990101", **keys}


NETWORK = {"kind": "network", "id": "N1", "name": "联", "region": "990101", "type": "county_consortium"}


def test_a_roster_in_lines(tmp_path: Path) -> None:
    lines(
        tmp_path / "in" / "r.ndjson", HEAD, row(1, level="tertiary", roles=["county_hospital"]), row(2, to="2020-12-31")
    )
    lines(tmp_path / "in" / "a.ndjson", item(1))
    done = converted(tmp_path / "in", tmp_path / "out")
    assert (done.read, done.rosters, done.problems) == (1, 1, ())
    read = ProfileReader(KNOWN).read([tmp_path / "in"])
    alike(stored(tmp_path / "out"), to_columns(read.profiles, read.rosters, KNOWN))


def test_rows_of_a_roster_keep_their_order_and_their_classification(tmp_path: Path) -> None:
    rows = [
        row(1, level="tertiary", roles=["county_hospital", "tcm_lead"]),
        NETWORK,
        row(2, roles=["tcm_lead", "county_hospital"], level="tertiary", aliases=["乙"], **{"from": "2020-01-01"}),
        row(3),
        row(4, level="tertiary", roles=["county_hospital", "tcm_lead"]),
    ]
    found = sifting([lines(tmp_path / "r.ndjson", HEAD, *rows)], KNOWN)
    found.find_rosters()
    assert found.problems == []
    (roster,) = found.rosters
    assert [part.id for part in roster.rows] == [one["id"] for one in rows]
    first, network, second, third, fourth = roster.rows
    assert first.values == second.values == {"level": "tertiary", "roles": frozenset(("county_hospital", "tcm_lead"))}
    assert fourth.values is first.values
    assert (network.type, network.parent, network.first, network.aliases) == ("county_consortium", "990101", None, ())
    assert (second.aliases, second.first, third.values.get("level")) == (("乙",), "2020-01-01", None)


UNIT_ROWS: dict[str, list[object]] = {
    "plain": [row(1), row(2, level="tertiary", government_run=True), row(3, roles=["tcm_lead"], aliases=["乙", "丙"])],
    "two kinds": [row(1), {**NETWORK, "note": "甲:乙"}, row(2, **{"from": "2020-01-01", "to": "2030-12-31"}), row(3)],
    "again after it ended": [row(1, to="2020-12-31"), row(1, **{"from": "2021-01-01"})],
    "twice": [row(1), row(2), row(1)],
    "twice in two kinds": [row(1), {**NETWORK, "id": institution_id(1)}],
    "regions among them": [row(1), {"code": "990000", "name": "甲省", "tier": "province", "division": "province", "parent": "000000"}],
    "a wrong check character": [row(1), row(2, id="XN0000123" + institution_id(2)[9:])],
    "no day": [row(1, to="2020-02-30")],
    "no code of the list": [row(1, level="x")],
    "an empty name": [row(1), row(2, name=" ")],
    "what only networks have": [row(1, type="county_consortium")],
    "what networks must have": [{name: value for name, value in NETWORK.items() if name != "type"}],
    "nothing": [row(1, name=None)],
    "a name twice": [b'{"id":"%s","kind":"institution","name":"a","name":"b","region":"990101"}' % institution_id(1).encode()],
    "two on a line": [exact_json(row(1)) + exact_json(row(2))],
    "a number": [row(1, name=7)],
    "a line over two": [b'{"id":"%s","kind":"institution",' % institution_id(1).encode(), b'"name":"a","region":"990101"}'],
    "many": [row(number, **({"level": "primary"} if number > 300 else {})) for number in range(1, 700)],
}  # fmt: skip


@pytest.mark.parametrize("rows", UNIT_ROWS.values(), ids=UNIT_ROWS)
def test_rows_by_column_are_those_one_by_one(tmp_path: Path, rows: list[object]) -> None:
    path = lines(tmp_path / "r.ndjson", HEAD, *rows)
    quick = found_rosters(path)
    with mock.patch.object(contents, "read_units", return_value=None):
        exact = found_rosters(path)
    assert quick == exact


def test_rows_of_units_are_read_by_column(tmp_path: Path) -> None:
    for name in ("plain", "two kinds", "again after it ended", "many"):
        found = sifting([lines(tmp_path / f"{name}.ndjson", HEAD, *UNIT_ROWS[name])], KNOWN)
        found.find_rosters()
        assert [type(one.rows) for one in found.rosters] == [UnitRows]


def found_rosters(path: Path) -> tuple[list[object], list[Problem]]:
    found = sifting([path], KNOWN)
    found.find_rosters()
    return [(replace(one, rows=()), list(one.rows), len(one.rows)) for one in found.rosters], found.problems


@pytest.mark.parametrize("bad", [{"period": 2024}, {"id": 7}])
def test_a_network_whose_members_cannot_be_told_of_anybody(tmp_path: Path, bad: Mapping[str, Any]) -> None:
    network = {**NETWORK, "period": "2024", "members": [{"id": institution_id(1), "name": "甲院"}], **bad}
    source = tmp_path / "a.json"
    source.write_bytes(exact_json([item(1), network]))
    with mock.patch.object(datasets, "FEW", 1):
        done = converted(source, tmp_path / "out")
    assert (done.read, done.rejected) == (2, 1)


def test_a_roster_of_nobody_at_the_end_of_the_period(tmp_path: Path) -> None:
    lines(tmp_path / "in" / "r.ndjson", HEAD, row(1, to="2023-12-31"))
    lines(tmp_path / "in" / "a.ndjson", item(1))
    (problem,) = converted(tmp_path / "in", tmp_path / "out").problems
    assert "在 2024-12-31 有效" in problem.message


@pytest.mark.parametrize("bad", [row(1, level="x"), b'{"id":', row(2)])
def test_a_faulty_roster_stops_everything(tmp_path: Path, bad: object) -> None:
    lines(tmp_path / "in" / "r.ndjson", HEAD, row(2), bad)
    lines(tmp_path / "in" / "a.ndjson", item(1))
    with pytest.raises(InvalidContent) as refused:
        converted(tmp_path / "in", tmp_path / "out")
    assert refused.value.problems[0].line == 3


# -- manifests ---------------------------------------------------------------------------------------------------------


def manifest(folder: Path, *files: Mapping[str, Any], **keys: Any) -> Path:
    plain = {"format": "gradeeval-dataset/1", "title": "数据", "files": list(files), **keys}
    (folder / "dataset.yaml").write_text(json.dumps(plain), encoding="utf-8")
    return folder


def test_only_what_the_manifest_names_is_read(tmp_path: Path) -> None:
    lines(tmp_path / "in" / "a.ndjson", item(1))
    lines(tmp_path / "in" / "b.ndjson", item(2))
    done = converted(manifest(tmp_path / "in", {"path": "a.ndjson", "records": 1}), tmp_path / "out")
    assert (done.read, done.problems) == (1, ())
    assert len(profile_files(tmp_path / "in", (".ndjson",))) == 2


@pytest.mark.parametrize(
    ("entry", "said"), [({"records": 3}, "清单说有 3 条，实际 2 条"), ({"sha256": "0" * 64}, "摘要不符")]
)
def test_a_file_that_is_not_what_the_manifest_says(tmp_path: Path, entry: Mapping[str, Any], said: str) -> None:
    lines(tmp_path / "in" / "a.ndjson", item(1), item(2))
    done = converted(manifest(tmp_path / "in", {"path": "a.ndjson", **entry}), tmp_path / "out")
    assert [said in problem.message for problem in done.problems] == [True]
    assert done.accepted["institution"] == 2


@pytest.mark.parametrize("path", ["../a.ndjson", "/etc/passwd", "b.ndjson", "in\\a"])
def test_a_manifest_stays_in_its_folder(tmp_path: Path, path: str) -> None:
    lines(tmp_path / "a.ndjson", item(1))
    (tmp_path / "in").mkdir()
    with pytest.raises(InvalidContent):
        sifting([manifest(tmp_path / "in", {"path": path})], KNOWN)


def test_columns_of_other_rules_are_refused(tmp_path: Path) -> None:
    converted(lines(tmp_path / "a.ndjson", item(1)), tmp_path / "out")
    found = read_manifest(tmp_path / "out")
    assert found is not None
    check_layout(found, KNOWN)
    with pytest.raises(InvalidContent, match="重新转换"):
        check_layout(found, scope({**INDICATORS, "rate": {"kind": "institution", "unit": "percent", "decimals": 3}}))
    with pytest.raises(InvalidContent, match="先用 gradeeval convert"):
        check_layout(Manifest(tmp_path, "x", ()), KNOWN)
    (tmp_path / "out" / found.files[0].path).write_bytes(b"PAR1")
    with pytest.raises(InvalidContent, match="不完整"):
        stored(tmp_path / "out")
