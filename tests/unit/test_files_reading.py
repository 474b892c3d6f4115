"""Files from the disk: size, encoding, suffix; the cache; writing whole or not at all; canonical JSON."""

from __future__ import annotations

import hashlib
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradeeval.errors import InvalidContent, Misuse, NotFound
from gradeeval.files.cache import read_cached
from gradeeval.files.canonical import canonical_json, digest, exact_json
from gradeeval.files.limits import MAX_BYTES
from gradeeval.files.reading import PlainFile, read_plain, read_text_plain
from gradeeval.files.writing import escape_controls, write_whole


def write(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_the_suffix_decides(tmp_path: Path) -> None:
    assert read_plain(write(tmp_path / "a.JSON", '{"a": "b"}')).data == {"a": "b"}
    assert read_plain(write(tmp_path / "a.yml", "a: b")).data == {"a": "b"}
    with pytest.raises(NotFound, match=r"\.yaml"):
        read_plain(write(tmp_path / "a.txt", "a: b"))


def test_digest_path_and_name(tmp_path: Path) -> None:
    path = write(tmp_path / "a.yaml", "a: b\n")
    plain = read_plain(path)
    assert plain.sha256 == hashlib.sha256(b"a: b\n").hexdigest()
    assert plain.path == path
    assert plain.problem("x").file == str(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="不存在"):
        read_plain(tmp_path / "a.yaml")
    (tmp_path / "b.yaml").mkdir()
    with pytest.raises(NotFound, match="不是文件"):
        read_plain(tmp_path / "b.yaml")
    with pytest.raises(NotFound):
        read_plain(Path("a\0b.yaml"))


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.yaml"
    with path.open("wb") as stream:
        stream.truncate(1 << 30)

    def refuse(*_arguments: object, **_options: object) -> None:
        raise AssertionError("the file was opened")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InvalidContent, match="1024 MiB"):
        read_plain(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_source_without_size_is_read_up_to_the_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradeeval.files.reading.MAX_BYTES", 1000)
    (tmp_path / "a.yaml").symlink_to("/dev/zero")
    with pytest.raises(InvalidContent, match="上限"):
        read_plain(tmp_path / "a.yaml")
    assert MAX_BYTES == 64 * 1024 * 1024


def test_encodings() -> None:
    assert read_text_plain("\ufeffa: 中".encode(), "f", ".yaml").data == {"a": "中"}
    assert read_text_plain('\ufeff{"a": "中"}'.encode(), "f", ".json").data == {"a": "中"}
    with pytest.raises(InvalidContent, match="GBK") as caught:
        read_text_plain("a: 中\nb: ".encode() + "县".encode("gbk"), "f", ".yaml")
    assert (caught.value.problems[0].line, caught.value.problems[0].column) == (2, 4)
    with pytest.raises(InvalidContent, match="UTF-16"):
        read_text_plain("a: 中".encode("utf-16"), "f", ".yaml")


class Validator:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, plain: PlainFile) -> None:
        self.calls += 1
        if "bad" in plain.data:
            raise InvalidContent([plain.problem("不接受 bad", ("bad",))])


def test_the_cache_spares_parsing_and_validating(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, cache, validate = write(tmp_path / "a.yaml", "a: 1.50\nb: [5., 1e3, 2, x, ~]\n"), tmp_path / "c", Validator()
    first = read_cached(path, cache, "X", validate)
    monkeypatch.setattr("gradeeval.files.cache.read_text_plain", None)
    second = read_cached(path, cache, "X", validate)
    assert validate.calls == 1
    assert repr(second.data) == repr(first.data)
    assert (second.sha256, second.place(("b", 1))) == (first.sha256, first.place(("b", 1)))
    read_cached(path, cache, "Y", validate)
    assert validate.calls == 2


def test_without_a_cache_everything_is_done_again(tmp_path: Path) -> None:
    path, validate = write(tmp_path / "a.yaml", "a: 1"), Validator()
    assert read_cached(path, None, "X", validate).data == read_cached(path, None, "X", validate).data == {"a": 1}
    assert validate.calls == 2
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.yaml"]


def test_what_was_refused_is_not_remembered(tmp_path: Path) -> None:
    path, validate = write(tmp_path / "a.yaml", "bad: 1"), Validator()
    for _attempt in range(2):
        with pytest.raises(InvalidContent, match="bad"):
            read_cached(path, tmp_path / "c", "X", validate)
    assert validate.calls == 2


@pytest.mark.parametrize("damage", [b"", b"{}", b"x", b'{"format":1}\n{}', None])
def test_a_damaged_entry_is_rewritten(tmp_path: Path, damage: bytes | None) -> None:
    path, cache, validate = write(tmp_path / "a.yaml", "a: 1"), tmp_path / "c", Validator()
    read_cached(path, cache, "X", validate)
    (entry,) = cache.iterdir()
    sound = entry.read_bytes()
    entry.write_bytes(sound[:-1] + b" " if damage is None else damage)
    assert read_cached(path, cache, "X", validate).data == {"a": 1}
    assert validate.calls == 2
    assert entry.read_bytes() == sound


def test_the_same_bytes_as_json_and_yaml_are_two_entries(tmp_path: Path) -> None:
    for suffix in ("json", "yaml"):
        path = write(tmp_path / f"a.{suffix}", '{"a": "b"}')
        read_cached(path, tmp_path / "c", "X", Validator())
    assert len(list((tmp_path / "c").iterdir())) == 2


def test_a_cache_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    path, blocked = write(tmp_path / "a.yaml", "a: 1"), write(tmp_path / "c", "")
    assert read_cached(path, blocked / "d", "X", Validator()).data == {"a": 1}


def test_write_whole_replaces_or_leaves_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    write_whole(path, b"one")
    path.chmod(0o640)
    write_whole(path, b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o640

    def fail(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(Misuse, match="无法写入"):
        write_whole(path, b"three")
    assert path.read_bytes() == b"two"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.json"]


def test_write_whole_follows_a_link_and_names_a_missing_folder(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    write_whole(tmp_path / "link", b"x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"x"
    with pytest.raises(NotFound, match="文件夹"):
        write_whole(tmp_path / "none" / "a", b"x")
    write_whole(Path("/dev/null"), b"x")


def test_escape_controls() -> None:
    assert escape_controls("甲\u202e乙\x1b[0m\u200b\ufeff\r\x00") == "甲\\u202e乙\\u001b[0m\\u200b\\ufeff\\u000d\\u0000"
    assert escape_controls("\U000e0041\ud800") == "\\U000e0041\\ud800"
    untouched = "郑州市（示例）：85%　㐀𠀀葛\U000e0100\t换行\n\\u202e"
    assert escape_controls(untouched) == untouched


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"b": 1, "a": Decimal("1.50")}, '{"a":1.5,"b":1}'),
        ([Decimal("2.0"), Decimal("-0.0"), Decimal("1E+3"), Decimal("1E-7")], "[2,0,1000,0.0000001]"),
        (Decimal("100"), "100"),
        ({"县": ["—", '"1.5"', None, True]}, '{"县":["—","\\"1.5\\"",null,true]}'),
    ],
)
def test_canonical_json(data: Any, text: str) -> None:
    assert canonical_json(data) == text.encode()


def test_equal_contents_have_equal_digests() -> None:
    assert digest({"a": Decimal("1.50"), "b": 2}) == digest({"b": Decimal("2.0"), "a": Decimal("1.5")})
    assert digest({"a": "1.5"}) != digest({"a": Decimal("1.5")})


@pytest.mark.parametrize("data", [Decimal("NaN"), Decimal("Infinity"), float("nan"), {1, 2}, b"x", "\udc00"])
def test_canonical_json_refuses_what_is_no_plain_data(data: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        canonical_json(data)


numbers = st.integers(-(10**20), 10**20) | st.decimals(allow_nan=False, allow_infinity=False, places=6)
plain = st.recursive(
    st.none() | st.booleans() | numbers | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(plain)
def test_exact_json_gives_back_every_digit(data: Any) -> None:
    again = json.loads(exact_json(data), parse_float=Decimal)
    assert repr(again) == repr(data)
    assert canonical_json(again) == canonical_json(data)


@given(plain)
def test_json_and_its_places_agree(data: Any) -> None:
    raw = exact_json(data)
    read = read_text_plain(raw, "f", ".json") if raw.strip() else None
    assert read is not None
    assert repr(read.data) == repr(data)
    steps: list[tuple[str | int, ...]] = [()]
    while steps:
        path = steps.pop()
        value = read.data
        for step in path:
            value = value[step]
        line, column = read.place(path)
        at = raw.decode().split("\n")[line - 1][column - 1 :]
        assert at.startswith(json.dumps(path[-1], ensure_ascii=False) if path and isinstance(path[-1], str) else at[:1])
        if isinstance(value, dict):
            steps += [(*path, key) for key in value]
        elif isinstance(value, list):
            steps += [(*path, number) for number in range(len(value))]
