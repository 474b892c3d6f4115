"""Plain tables with a row a profile: what is read, and that nothing is coerced."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from openpyxl import Workbook
from tests.unit.invented import INDICATORS, institution_id, scope

from gradeeval.profiles.reading import Dataset, ProfileReader
from gradeeval.quantity import Interval

KNOWN = scope(
    {
        **INDICATORS,
        "share": {"kind": "institution", "unit": "percent"},
        "rate": {"kind": "institution", "unit": "percent", "decimals": 2},
        "beds": {"kind": "institution", "unit": "count"},
        "pooled": {"kind": "network", "type": "county_consortium", "unit": "yes_no"},
    }
)
HEAD = "id,kind,name,region,period,level,done,beds,rate,share/numerator,share/denominator\n"
FIRST, SECOND = institution_id(1), institution_id(2)


def read(*paths: Path) -> Dataset:
    return ProfileReader(KNOWN).read(paths)


def csv(tmp_path: Path, *rows: str, head: str = HEAD, encoding: str = "utf-8") -> Path:
    path = tmp_path / "a.csv"
    path.write_bytes((head + "".join(f"{row}\n" for row in rows)).encode(encoding))
    return path


def book(path: Path, *sheets: list[list[Any]]) -> Path:
    made = Workbook()
    for number, rows in enumerate(sheets):
        sheet = made.active if number == 0 else made.create_sheet()
        assert sheet is not None
        for row in rows:
            sheet.append(row)
    made.save(path)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_row_is_a_profile(tmp_path: Path, encoding: str) -> None:
    path = csv(tmp_path, f"{FIRST},institution,甲院,990101,2024,三级,是,7,0.29,1,4", f'{SECOND},institution,"乙,院",990101,2024,,,,,,', encoding=encoding)  # fmt: skip
    dataset = read(tmp_path)
    assert dataset.problems == []
    first, second = dataset.profiles
    assert (first.values["level"], first.values["done"], first.values["beds"], first.values["rate"]) == (
        "tertiary", True, 7, 29,
    )  # fmt: skip
    assert isinstance(first.values["share"], Interval)
    assert (second.name, dict(second.values), second.line) == ("乙,院", {"name": "乙,院"}, 3)
    assert path.name == Path(second.file).name


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"{FIRST},institution,甲院,990101,2024,三级,1,7,,,", "应填“是”或“否”"),
        (f"{FIRST},institution,甲院,990101,2024,三级,,7床,,,", "应填数字"),
        (f"{FIRST},institution,甲院,990101,2024,三级,,7.5,,,", "小数"),
        (f"{FIRST},institution,甲院,990101,2024,三级,,,0.291,,", "小数位数多于 2 位"),
        (f"{FIRST},institution,甲院,990101,2024,四级,,,,,", "不在“级别”的取值中"),
        (f"{FIRST},hospital,甲院,990101,2024,三级,,,,,", "kind 须是"),
        (f"{FIRST},institution,甲院,990101,2024,三级,,,,3,", "分子、分母要一起填"),
        (f"{FIRST},institution,甲院,990101,2024,三级,,,,3,4,5", "多于表头"),
        (",institution,甲院,990101,2024,三级,,,,,", "必须填写"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_alone(tmp_path: Path, row: str, said: str) -> None:
    dataset = read(csv(tmp_path, row, f"{SECOND},institution,乙院,990101,2024,,,,,,"))
    assert [profile.id for profile in dataset.profiles] == [SECOND]
    assert said in dataset.problems[0].message
    assert dataset.problems[0].line == 2


def test_gbk_is_told_and_one_row_of_it_is_refused_alone(tmp_path: Path) -> None:
    path = csv(tmp_path, f"{FIRST},institution,甲院,990101,2024,,,,,,")
    with path.open("ab") as stream:
        stream.write(f"{SECOND},institution,乙院,990101,2024,,,,,,\n".encode("gbk"))
    dataset = read(path)
    assert [profile.id for profile in dataset.profiles] == [FIRST]
    assert [(problem.line, "GBK" in problem.message) for problem in dataset.problems] == [(3, True)]


def test_headings_that_nobody_knows(tmp_path: Path) -> None:
    dataset = read(csv(tmp_path, head="id,period,kind,bedz,kind,share/top\n"))
    assert [problem.column for problem in dataset.problems] == [4, 5, 6]
    assert "是否指 `beds`" in dataset.problems[0].message


def test_a_workbook_with_members(tmp_path: Path) -> None:
    path = book(
        tmp_path / "a.xlsx",
        [
            ["id", "kind", "type", "name", "region", "period", "pooled"],
            ["N1", "network", "county_consortium", "甲共体", "990101", 2024, "是"],
        ],
        [["network", "id", "roles", "from"], ["N1", FIRST, "县域医共体牵头医院", "2021-03-01"]],
    )
    dataset = read(path)
    assert dataset.problems == []
    (network,) = dataset.profiles
    assert network.members is not None
    assert [(member.id, member.first) for member in network.members] == [(FIRST, "2021-03-01")]


def test_text_that_looks_like_a_number_is_refused_in_a_workbook(tmp_path: Path) -> None:
    head = ["id", "kind", "name", "region", "period", "beds", "done"]
    rows = [
        [FIRST, "institution", "甲院", "990101", "2024", "7", None],
        [SECOND, "institution", "乙院", "990101", "2024", None, 1],
    ]
    dataset = read(book(tmp_path / "a.xlsx", [head, *rows]))
    assert dataset.profiles == []
    assert ["文本格式的数字" in dataset.problems[0].message, "应填“是”或“否”" in dataset.problems[1].message] == [
        True,
        True,
    ]
    members = book(tmp_path / "b.xlsx", [head], [["network", "id"], ["N9", FIRST]])
    assert "不在这个工作簿中" in read(members).problems[0].message


def test_parquet_is_not_coerced(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    base = {"kind": "institution", "name": "甲院", "region": "990101", "period": "2024"}
    pl.DataFrame(
        [
            {"id": FIRST, **base, "rate": 0.29, "beds": 7, "done": True, "share/numerator": 1, "share/denominator": 4, "roles": ["county_hospital"]},
            {"id": SECOND, **base},
        ]
    ).write_parquet(path)  # fmt: skip
    first, second = read(path).profiles
    assert (first.values["rate"], first.values["beds"], first.values["roles"]) == (
        29,
        7,
        frozenset({"county_hospital"}),
    )
    assert dict(second.values) == {"name": "甲院"}
    pl.DataFrame([{"id": FIRST, **base, "beds": "7", "done": 1}]).write_parquet(path)
    assert [problem.path for problem in read(path).problems] == ["facts.beds", "facts.done"]
    pl.DataFrame([{"id": FIRST, **base, "rate": float("nan")}]).write_parquet(path)
    assert read(path).profiles == []
    pl.DataFrame([{"id": FIRST, **base, "rate": Decimal("0.291")}]).write_parquet(path)
    assert "小数位数" in read(path).problems[0].message


def test_parquet_that_is_cut_or_coded(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"@id": ["x"]}).write_parquet(path)
    assert "gradeeval batch" in read(path).problems[0].message
    pl.DataFrame({"x": ["x"]}).write_parquet(path)
    assert "应有 id" in read(path).problems[0].message
    path.write_bytes(path.read_bytes()[:-20])
    assert "不完整" in read(path).problems[0].message
