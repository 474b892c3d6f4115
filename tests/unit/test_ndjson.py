"""NDJSON: a line is read, or refused by itself with its place; the quick way and the strict way agree."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradeeval.errors import InvalidContent, NotFound
from gradeeval.files import ndjson
from gradeeval.files.canonical import digest, exact_json
from gradeeval.files.json import parse_json
from gradeeval.files.ndjson import Block, Line, data_of, gathered, read_lines

HERE = Path("a.ndjson")


def fault(raw: bytes, *, whole: bool = True) -> str:
    with pytest.raises(InvalidContent) as refused:
        Line(HERE, 7, raw, whole).data()
    (problem, *_rest) = refused.value.problems
    assert (problem.file, problem.line) == ("a.ndjson", 7)
    return problem.message


def test_blank_lines_count_but_are_no_records(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(b'\xef\xbb\xbf{"a":1}\n\n  \r\n{"b":0.29}\r\n[2]')
    found = list(read_lines(path))
    assert [(line.number, line.whole, line.data()) for line in found] == [
        (1, True, {"a": 1}),
        (4, True, {"b": Decimal("0.29")}),
        (5, False, [2]),
    ]


def test_a_file_cut_in_the_middle_says_so() -> None:
    assert "文件可能没有传完" in fault(b'{"a":1,"b":"x', whole=False)
    assert "没有传完" not in fault(b'{"a":1,"b":"x\n')


def test_a_line_in_another_encoding_is_refused_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"a":"甲"}\n'.encode() + '{"a":"甲"}\n'.encode("gbk") + b'{"a":2}\n')
    first, second, third = read_lines(path)
    assert (first.data(), third.data()) == ({"a": "甲"}, {"a": 2})
    with pytest.raises(InvalidContent, match="UTF-8"):
        second.data()
    path.write_bytes('{"a":1}\n'.encode("utf-16"))
    with pytest.raises(InvalidContent, match="UTF-16"):
        list(read_lines(path))
    with pytest.raises(NotFound):
        list(read_lines(tmp_path))


def test_a_line_without_end_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ndjson, "MAX_LINE", 100)
    path = tmp_path / "a.ndjson"
    path.write_bytes(b'{"a":"' + b"x" * 5000 + b'"}\n{"a":1}\n')
    first, second = read_lines(path)
    assert len(first.raw) < 200
    with pytest.raises(InvalidContent, match="一行超过"):
        first.data()
    assert second.data() == {"a": 1}


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b'{"a":1,"a":2}', "重复"),
        (b'{"a" :1,"b":2,"b":3}', "重复"),
        (b'{"f":{"a":1,"a":1}}', "重复"),
        (b'{"m":[{"a":1,"a":1}]}', "重复"),
        (b'{"a":1,"\\u0061":2}', "重复"),
        (b'{"a":1,"a"  :2}', "重复"),
        (b'{"a":1,"a"\r:2}', "重复"),
        (b'{"a":1,"a"\t :2,"b":":"}', "重复"),
        (b'{"a":NaN}', "NaN"),
        (b'{"a":' + b"9" * 50 + b"}", "位数过多"),
        (b'{"a":0.' + b"9" * 50 + b"}", "位数过多"),
        (b'{"a":1e400}', "过大"),
        (b'{"a":"\\ud800"}', "不成对"),
        (b'{"a":' + b"[" * 70 + b"]" * 70 + b"}", "嵌套"),
        (b'{"a":01}', "JSON"),
        (b'{"a":"\x01"}', "控制字符"),
    ],
)
def test_the_quick_way_lets_nothing_pass(raw: bytes, said: str) -> None:
    assert said in fault(raw + b"\n")


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.decimals(allow_nan=False, allow_infinity=False, places=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.text(max_size=5), plain, max_size=6), st.booleans())
def test_the_quick_way_reads_what_the_strict_one_reads(data: dict[str, object], spaced: bool) -> None:
    raw = exact_json(data)
    if spaced:
        raw = raw.replace(b'":', b'": ')
    strict, quick = parse_json(raw.decode(), "a"), Line(HERE, 1, raw).data()
    assert quick == strict
    assert repr(quick) == repr(strict)


flat = st.dictionaries(st.text(max_size=4), st.none() | st.booleans() | st.integers() | st.text(max_size=8), max_size=4)


@given(
    st.dictionaries(st.text(max_size=5), plain, max_size=4),
    st.lists(flat, max_size=4) | st.lists(st.dictionaries(st.text(max_size=4), plain, max_size=3), max_size=3) | st.lists(plain, max_size=3),
)  # fmt: skip
def test_what_lines_hold_together_has_the_digest_of_its_content(head: dict[str, object], rows: list[object]) -> None:
    whole = {**head, "rows": rows}
    raws = [exact_json(head), *map(exact_json, rows)]
    lines = Block(HERE, list(range(1, len(raws) + 1)), raws)
    assert gathered(HERE, lines, whole, "rows").content == digest(whole)


def test_a_head_that_has_rows_inside_does_not_mislead_the_digest() -> None:
    for inside in ({"rows": []}, [{"rows": []}], '"rows":[]'):
        whole = {"a": inside, "z": inside, "rows": [{"b": 1, "a": "\x7f\n甲"}]}
        assert gathered(HERE, Block(HERE, [], []), whole, "rows").content == digest(whole)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":"x","a":"y"}',
        b'{"a":"x"}{"b":"y"}',
        b'{"a":"12:30"}',
        b'{"a": "x" , "b":null}',
        b'{"a":1.50}',
        b'{"a":99999999999999999999}',
        b'{"a":{"a":1,"a":2}}',
        b"[1]",
        b"{",
        b'{"a":"\xff"}',
        b'{"a":"\\ud800"}',
        b"\xef\xbb\xbf{}",
        b"{}\r",
    ],
)
def test_many_lines_are_read_as_each_of_them(raw: bytes) -> None:
    lines = Block(HERE, [1, 2, 3], [b'{"a":"b"}', raw, b'{"c":true}'])
    read: list[object] = []
    for way in (lambda: [line.data() for line in lines], lambda: data_of(lines)):
        try:
            read.append(repr(way()))
        except InvalidContent as refused:
            read.append(refused.problems)
    assert read[0] == read[1]


def test_a_line_over_many_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ndjson, "_BLOCK", 3)
    path = tmp_path / "a.ndjson"
    path.write_bytes(b'\n{"a":1}\n\n{"b":23}\n\n \n[4]')
    assert [(line.number, line.raw, line.whole) for line in read_lines(path)] == [
        (2, b'{"a":1}', True),
        (4, b'{"b":23}', True),
        (7, b"[4]", False),
    ]


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_blocks_know_their_colons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(ndjson, "_BLOCK", size)
    path = tmp_path / "a.ndjson"
    path.write_bytes(b'{"a":":"}\n\n{"b":{"c":1}}\n[1]\n{"d":2}')
    blocks = list(ndjson.read_blocks(path))
    assert [block.colons for block in blocks] == [sum(raw.count(b":") for raw in block.raws) for block in blocks]
    whole, *more = blocks
    for block in more:
        whole.extend(block)
    assert (len(whole), whole.colons, whole.whole) == (4, 5, False)
    assert (whole[1:3].colons, whole[:2].whole, whole[2:].whole, whole[:9].colons) == (2, True, False, 5)
    assert [(line.number, line.whole) for line in whole] == [(1, True), (3, True), (4, True), (5, False)]
    assert whole[-1] == whole[3]
