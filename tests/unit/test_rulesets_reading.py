"""Ruleset folders: what is read from each file, what is refused, and that the cache never changes what comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.unit.invented import INDICATORS, vocabulary, write, write_country, write_ruleset

from gradeeval.errors import InvalidContent, NotFound
from gradeeval.language.nodes import Origin
from gradeeval.rulesets import reading
from gradeeval.rulesets.reading import (
    cache_folder,
    place_of,
    read_examples,
    read_ledger,
    read_library,
    read_requirements,
    read_ruleset,
)
from gradeeval.timeline import Span


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADEEVAL_CACHE_DIR", "")


def refused(folder: Path) -> list[str]:
    with pytest.raises(InvalidContent) as caught:
        read_requirements(read_ruleset(folder, "test"))
    return [
        f"{Path(problem.file).name}:{problem.line} {problem.path}: {problem.message}"
        for problem in caught.value.problems
    ]


def test_a_document_with_everything(tmp_path: Path) -> None:
    folder = write_ruleset(
        tmp_path, number="甲政〔2024〕1号", issuer="甲省", date="2024-01-02", horizon="2024..2026", about_tolerance=2.5,
        source="jia.txt", supersedes=[{"document": "jia-2020-1", "note": "旧"}], related=[{"document": "yi-2024-1"}], note="注",
    )  # fmt: skip
    ruleset = read_ruleset(folder, "some-plugin")
    document = ruleset.document
    assert (document.id, document.number, document.issuer, document.date) == (
        "jia-2024-1",
        "甲政〔2024〕1号",
        "甲省",
        "2024-01-02",
    )
    assert document.horizon == Span(2024, 2026)
    assert document.last_day == "2026-12-31"
    assert document.supersedes == (("jia-2020-1", "旧"),)
    assert document.related == (("yi-2024-1", ""),)
    assert (ruleset.origin, ruleset.folder) == ("some-plugin", folder)
    assert {indicator.name for indicator in ruleset.indicators} == set(INDICATORS)


def test_a_document_with_next_to_nothing(tmp_path: Path) -> None:
    ruleset = read_ruleset(write_ruleset(tmp_path, indicators={}), "test")
    assert ruleset.document.horizon is None
    assert ruleset.document.last_day is None
    assert ruleset.document.tolerance == 5
    assert ruleset.indicators == ()
    assert read_ledger(ruleset) == ()
    assert list(read_examples(ruleset)) == []


def test_a_folder_without_document(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"不是规则集文件夹：缺少 document\.yaml"):
        read_ruleset(tmp_path, "test")


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"id": "jia-2024-2"}, "document.yaml:1 id: id jia-2024-2 与文件夹名 jia-2024-1 不同"),
        ({"date": "2024-02-30"}, "document.yaml:5 date: “2024-02-30”不是日历上的日期"),
        ({"horizon": "2026..2024"}, "document.yaml:5 horizon: 年份区间 2026..2024 前后颠倒"),
        ({"jurisdiction": 990000}, "document.yaml:4 jurisdiction"),
        ({"horizen": "2024..2026"}, "document.yaml:5 horizen: 没有名为 `horizen` 的项；是否指 `horizon`？"),
    ],
)
def test_a_document_that_is_refused(keys: dict[str, Any], told: str, tmp_path: Path) -> None:
    folder = write_ruleset(tmp_path, **{key: value for key, value in keys.items() if key != "id"})
    if "id" in keys:
        write(folder / "document.yaml", {"id": keys["id"], "title": "x", "jurisdiction": "990000"})
    (problem,) = refused(folder)
    assert problem.startswith(told)


def test_all_faults_of_a_document_come_together(tmp_path: Path) -> None:
    assert len(refused(write_ruleset(tmp_path, date="2024-02-30", horizon="2026..2024"))) == 2


def test_requirements_are_read_in_the_order_of_their_files(tmp_path: Path) -> None:
    folder = write_ruleset(tmp_path, requirements=[{}, {"force": "strive"}], about_tolerance=3)
    write(
        folder / "requirements" / "0.yaml",
        (folder / "requirements" / "1.yaml").read_text(encoding="utf-8").replace("/1.", "/0."),
    )
    loaded = read_requirements(read_ruleset(folder, "test"))
    assert [item.id for item in loaded.requirements] == [f"jia-2024-1/{n}" for n in ("0.1", "0.2", "1.1", "1.2")]
    assert loaded.requirements[3].force == "strive"
    assert loaded.requirements[3].tolerance == 3
    assert place_of(loaded.requirements[3].origin).line == 11


def test_a_requirement_that_its_schema_refuses(tmp_path: Path) -> None:
    (problem,) = refused(write_ruleset(tmp_path, requirements=[{"force": "must"}]))
    assert problem.startswith("1.yaml:9 [0].force: “must” 不在“约束力”的取值中")


def test_the_digest_is_that_of_all_rules_and_of_nothing_else(tmp_path: Path) -> None:
    def digest(name: str, **keys: Any) -> str:
        return read_requirements(read_ruleset(write_ruleset(tmp_path / name, **keys), "test")).digest

    plain = digest("plain")
    stretches = [{"opens": "甲", "chars": 1, "status": "informative"}]
    beside = [{"clause": "一", "at": 1, "opens": "甲", "sha256": "0" * 64, "stretches": stretches}]
    assert digest("beside", segments=beside, examples={}) == plain
    more = {**INDICATORS, "x": {"title": "x", "kind": "region", "unit": "count"}}
    changed = [digest("1", note="注"), digest("2", indicators=more), digest("3", requirements=[{"force": "strive"}])]
    assert len({plain, *changed}) == 4


def test_a_ledger(tmp_path: Path) -> None:
    stretches = [
        {"opens": "甲", "chars": 3, "status": "encoded", "requirements": ["jia-2024-1/1.1"]},
        {
            "opens": "乙",
            "chars": 2,
            "status": "exhortation",
            "why": "无终态",
            "accounts": [{"words": "五大中心", "why": "名称"}],
        },
    ]
    folder = write_ruleset(
        tmp_path, segments=[{"clause": "一", "at": 1, "opens": "甲", "sha256": "0" * 64, "stretches": stretches}]
    )
    (entry,) = read_ledger(read_ruleset(folder, "test"))
    assert (entry.clause, entry.at, entry.sha256) == ("一", 1, "0" * 64)
    assert entry.stretches[0].requirements == ("jia-2024-1/1.1",)
    assert entry.stretches[1].accounts == (("五大中心", "名称"),)
    assert entry.stretches[1].why == "无终态"


def test_examples_begin_from_what_is_given(tmp_path: Path) -> None:
    group = {
        "given": {"level": "tertiary", "ownership": "public"},
        "cases": [
            {"case": "甲", "facts": {"done": True}, "is": "met"},
            {"case": "乙", "fields": {"level": None, "ownership": "private"}, "period": "2023", "is": "unknown"},
        ],
    }
    ruleset = read_ruleset(write_ruleset(tmp_path, examples={"jia-2024-1/1.1": group}), "test")
    first, second = read_examples(ruleset)
    assert (first.requirement, first.title, first.expected) == ("jia-2024-1/1.1", "甲", "met")
    assert first.fields == {"level": "tertiary", "ownership": "public"}
    assert second.fields == {"ownership": "private"}
    assert (second.period, first.period, first.parts) == ("2023", None, None)
    assert place_of(first.origin).path == "jia-2024-1/1.1.cases[0]"
    assert (place_of(first.origin).line or 0) < (place_of(second.origin).line or 0)


def test_a_library(tmp_path: Path) -> None:
    library = read_library(write_country(tmp_path) / "shared", vocabulary())
    assert [indicator.name for indicator in library.indicators] == ["shared_beds"]
    (roster,) = library.rosters
    assert roster.id == "jia"
    assert len(roster.rows) == 8


def test_an_empty_library(tmp_path: Path) -> None:
    library = read_library(tmp_path, vocabulary())
    assert (library.indicators, library.types, library.rosters) == ((), (), ())


# -- the cache -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "folder"),
    [
        ({"GRADEEVAL_CACHE_DIR": "/somewhere"}, "/somewhere"),
        ({"GRADEEVAL_CACHE_DIR": ""}, None),
        ({"XDG_CACHE_HOME": "/xdg"}, "/xdg/gradeeval"),
        ({"LOCALAPPDATA": "/local"}, "/local/gradeeval"),
        ({"HOME": "/home/me"}, "/home/me/.cache/gradeeval"),
    ],
)
def test_where_the_cache_is(settings: dict[str, str], folder: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GRADEEVAL_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert cache_folder() == (Path(folder) if folder is not None else None)


def test_a_user_without_home_has_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("no home")

    for name in ("GRADEEVAL_CACHE_DIR", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert cache_folder() is None


def test_what_is_cached_is_read_again_without_being_judged_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_ruleset(tmp_path / "rules", about_tolerance=2.5)
    plain = read_requirements(read_ruleset(folder, "test"))
    monkeypatch.setenv("GRADEEVAL_CACHE_DIR", str(tmp_path / "cache"))
    first = read_requirements(read_ruleset(folder, "test"))
    assert len(list((tmp_path / "cache").iterdir())) == 3
    monkeypatch.setattr(reading, "_checker", None)
    assert read_requirements(read_ruleset(folder, "test")) == first == plain


@pytest.mark.parametrize("damage", [b"", b"\x00" * 50, b"{}\n{}", b"cut", None])
def test_a_damaged_entry_changes_nothing(damage: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADEEVAL_CACHE_DIR", str(tmp_path / "cache"))
    folder = write_ruleset(tmp_path / "rules")
    right = read_requirements(read_ruleset(folder, "test"))
    for entry in (tmp_path / "cache").iterdir():
        content = entry.read_bytes()
        entry.write_bytes(content.replace(b"mandatory", b"exhortati") if damage is None else damage)
    assert read_requirements(read_ruleset(folder, "test")) == right


def test_a_file_that_is_refused_is_refused_every_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADEEVAL_CACHE_DIR", str(tmp_path / "cache"))
    folder = write_ruleset(tmp_path / "rules", requirements=[{"force": "must"}])
    assert refused(folder) == refused(folder)


def test_a_cache_that_cannot_be_written_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path / "file", "no folder")
    monkeypatch.setenv("GRADEEVAL_CACHE_DIR", str(file))
    assert read_requirements(read_ruleset(write_ruleset(tmp_path / "rules"), "test")).requirements


def test_a_place_where_nothing_can_be_read_any_more(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        place_of(Origin(str(tmp_path / "gone.yaml"), (0,)))
