"""Tables of the columnar engine: columns that are made when they are looked at, and what tables have in common."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from tests.unit.invented import requirement

from gradeeval.engines.columnar.numbers import largest_of, rounded
from gradeeval.engines.columnar.plan import Joint
from gradeeval.engines.columnar.rows import in_front
from gradeeval.engines.columnar.tables import ROW, Table, due, in_period, with_absent

NONE = pl.DataFrame(schema={"@id": pl.String, "@period": pl.String, ROW: pl.UInt32})


def table(**columns: Any) -> Table:
    frame = pl.DataFrame(columns, strict=True).with_row_index(ROW)
    return Table("institution", frame, frame.height, NONE)


@pytest.mark.parametrize("top", [0, 1, 2, 255, 256, 999, 2**31, 2**55 + 3, 2**56 - 1])
def test_a_magnitude_is_rounded_up_within_eight_bits(top: int) -> None:
    assert top <= rounded(top) <= max(1, top * 256)
    assert rounded(rounded(top) - 1) == rounded(top) or top == 0


@pytest.mark.parametrize("top", [2**56, 2**62 - 1, 2**62, 2**125 + 7])
def test_a_large_magnitude_stays_as_it_is(top: int) -> None:
    assert rounded(top) == top


def test_tables_of_one_shape_may_differ_in_rows() -> None:
    shape = table(x=[1, None, 200], y=[True, None, False]).shape
    assert table(x=[-255], y=[None]).shape != shape  # of another type: nothing is known of it
    assert table(y=[False, True], x=[-255, 3]).shape == shape
    for other in (
        table(x=[1, 256], y=[True, False]),
        table(x=[None, 1], y=[True, False], z=[1, 2]),
        table(x=pl.Series([1], dtype=pl.Int128), y=[True]),
        table(x=pl.Series([None], dtype=pl.Int64), y=[True]),
    ):
        assert other.shape != shape


def test_the_largest_magnitude_is_never_too_small() -> None:
    one = table(x=[-300, 5], none=pl.Series([None, None], dtype=pl.Int64), zero=[0, 0])
    assert 300 <= one.top("x") <= 2**16
    assert one.top("none") == one.top("zero") == one.top("absent") == 1
    assert [one.filled(name) for name in ("x", "none", "zero", "absent")] == [True, False, True, False]
    one.keep(made=pl.Series([7, -9]))
    assert one.top("made") == 9


def test_what_is_due_is_made_with_all_that_it_looks_at() -> None:
    one = table(x=[1, 2, 3])
    one.keep(far=pl.col("near") * 2, near=pl.col("x") + 1, never=pl.col("nowhere"))
    assert one.evaluated({"all": pl.col("far") + pl.col("x")})["all"].to_list() == [5, 8, 11]
    assert one.evaluated({"all": pl.col("far")}, 1)["all"].to_list() == [4]
    assert one.evaluated({"all": pl.col("far")}, at=pl.Series([2, 0]))["all"].to_list() == [8, 4]
    assert set(one.made) == {"near", "far"}


def test_passing_columns_that_were_let_go_are_made_again() -> None:
    one = table(x=[1, 2, 3])
    one.lasting = {"held": due(pl.col("x") > 1), "byte": due(pl.when("held").then(pl.lit(5, pl.UInt8)), passing=True)}
    first = one.column("byte").to_list()
    one.forget_passing()
    assert set(one.made) == {"held"}
    assert one.column("byte").to_list() == first == [None, 5, 5]


def test_what_is_joined_does_not_stay_and_what_it_looks_at_does() -> None:
    one = table(x=[1, None, 3], y=[True, False, None])
    byte = pl.when("held").then(pl.lit(5, pl.UInt8)).otherwise(pl.lit(2, pl.UInt8))
    one.lasting = {
        "held": due(pl.col("x") > 1),
        "byte": due(byte, passing=True),
        "later": due(pl.col("held") | pl.col("y")),
        "last": due(pl.when("later").then(pl.lit(8, pl.UInt8)).otherwise(pl.lit(1, pl.UInt8)), passing=True),
    }
    # Of what it joins one was made two steps before, and one is given.
    way = one.way({"a": pl.col("byte") | pl.col("last"), "b": pl.when("y").then(pl.col("last"))})
    assert one.gone(way, 3).to_dict(as_series=False) == {"a": [10, 3, 13], "b": [8, None, None]}
    assert set(one.made) == one.made_before() == {"held", "later"}
    assert one.gone(way, 1).rows() == [(10, 8)]


def test_a_way_is_gone_again_where_the_same_is_made_already() -> None:
    asked = [requirement(id="jia/1"), requirement(id="jia/2")]
    one = table(x=[1, 2])
    one.lasting = {"held": due(pl.col("x") > 1)}
    joint = Joint(asked, one.made_before(), one.way({"jia/1": pl.col("held").cast(pl.UInt8)}), {})
    assert joint.fits(list(asked), one)
    assert not joint.fits(asked[:1], one)
    assert not joint.fits([asked[0], requirement(id="jia/2")], one)
    one.column("held")
    assert not joint.fits(asked, one)


@pytest.mark.parametrize(
    ("column", "top"),
    [
        (pl.Series([3, None, 7]), 7),
        (pl.Series([-9, None, 7]), 9),
        (pl.Series([-(2**63), 5]), 2**63),
        (pl.Series([2**63 - 1, 0]), 2**63 - 1),
        (pl.Series([None, None], dtype=pl.Int64), -1),
        (pl.Series([], dtype=pl.Int64), -1),
        (pl.Series([-(2**100), 2**99], dtype=pl.Int128), 2**100),
        (pl.Series([None], dtype=pl.Int128), -1),
    ],
)
def test_the_largest_of_a_column_whatever_its_sign(column: pl.Series, top: int) -> None:
    frame = column.alias("x").to_frame()
    assert largest_of(frame, dict(frame.schema)) == {"x": top}
    assert largest_of(frame, {}) == {}


def profiles(*rows: tuple[str, str, str, int, int]) -> pl.DataFrame:
    names = ("@id", "@period", "@end", "@first", "@year")
    return pl.DataFrame([dict(zip(names, row, strict=True)) for row in rows]).with_row_index(ROW)


def test_of_several_periods_in_a_year_the_latest_counts() -> None:
    whole, half = ("a", "2024", "2024-12-31", 2024, 2024), ("a", "2024-H1", "2024-06-30", 2024, 2024)
    other, before = ("b", "2024-H1", "2024-06-30", 2024, 2024), ("c", "2023", "2023-12-31", 2023, 2023)
    both, longer = (
        profiles(whole, half, other, before),
        profiles(half, other, ("d", "2020/2024", "2024-12-31", 2020, 2024)),
    )
    assert set(in_period(both, "2024-12-31").select("@id", "@period").rows()) == {("a", "2024"), ("b", "2024-H1")}
    assert in_period(both, "2024-06-30")["@period"].to_list() == ["2024-H1", "2024-H1"]
    assert in_period(longer, "2024-12-31")["@id"].to_list() == ["a", "b"]
    assert in_period(both, "2022-12-31").is_empty()


def test_the_absent_stand_beside_those_who_are_there() -> None:
    there = pl.DataFrame({"@id": ["a", "b"], ROW: [0, 1]})
    absent = pl.DataFrame({"@id": ["c", "b", "d"], ROW: [5, 6, 7]})
    assert with_absent(there, absent).rows() == [("a", 0), ("b", 1), ("c", 5), ("d", 7)]
    assert with_absent(there, absent.clear()).rows() == there.rows()


@pytest.mark.parametrize(
    "weights", [[0, 1, 0, 3, 1], [0, 0, 0, 0, 0, 0, 3, 1, 3, 0], [7, 3, 1, 0], [0, 0, 1, 3], [5], [3, 3, 0]]
)
def test_rows_are_sorted_and_those_alike_stay_in_order(weights: list[int]) -> None:
    frame = pl.DataFrame({"row": range(len(weights)), "name": [f"x{one}" for one in weights]})
    found = in_front(frame, pl.Series(weights, dtype=pl.Int8))
    assert found["row"].to_list() == sorted(range(len(weights)), key=weights.__getitem__)
    assert found["name"].to_list() == [f"x{one}" for one in sorted(weights)]
