"""The language of a process: Chinese as written, another from its catalogue, the sentence itself where that lacks it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from gradeeval import messages
from gradeeval.messages import _, chosen, counted, day, language, mark


@pytest.fixture(autouse=True)
def english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    catalogue = Catalog(locale="en")
    catalogue.add("没有命令 {name}", "there is no command {name}")
    catalogue.add(("{count} 家", "{count} 家"), ("{count} hospital", "{count} hospitals"))
    catalogue.add("12月", "December")
    catalogue.add("{year}年{month}{day}日", "{day} {month} {year}")
    path = tmp_path / "en" / "LC_MESSAGES" / "gradeeval.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(messages, "CATALOGUES", tmp_path)
    yield
    messages.use("zh")


def test_chinese_is_what_the_sentences_are_written_in() -> None:
    messages.use("zh")
    assert language() == "zh"
    assert _("没有命令 {name}") == "没有命令 {name}"


def test_english_comes_from_the_catalogue() -> None:
    messages.use("en")
    assert language() == "en"
    assert _("没有命令 {name}").format(name="x") == "there is no command x"
    assert _("尚未翻译") == "尚未翻译"


def test_a_marked_sentence_is_translated_where_it_is_shown() -> None:
    messages.use("en")
    marked = mark("没有命令 {name}")
    assert marked == "没有命令 {name}"
    assert _(marked) == "there is no command {name}"


def test_a_language_without_catalogue_leaves_the_sentences() -> None:
    messages.use("fr")
    assert _("没有命令 {name}") == "没有命令 {name}"


def test_one_and_many_differ_in_english_only() -> None:
    assert counted("{count} 家", 1) == counted("{count} 家", 2) == "{count} 家"
    messages.use("en")
    assert [counted("{count} 家", count) for count in (0, 1, -1, Fraction(1, 2), Fraction(1), 2)] == [
        "{count} hospitals",
        *["{count} hospital"] * 2,
        "{count} hospitals",
        "{count} hospital",
        "{count} hospitals",
    ]
    assert counted("尚未翻译", 2) == "尚未翻译"


def test_a_day_is_written_as_people_write_it() -> None:
    assert day("2025-03-01") == "2025年3月1日"
    messages.use("en")
    assert day("2025-12-31") == "31 December 2025"


def test_of_two_titles_the_one_in_use() -> None:
    messages.use("en")
    assert chosen("标题", "title") == "title"
    assert chosen("标题", None) == "标题"
    assert chosen("标题", "") == "标题"
    messages.use("zh")
    assert chosen("标题", "title") == "标题"
