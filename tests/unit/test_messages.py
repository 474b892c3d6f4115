"""The language of a process: Chinese as written, another from its catalogue, the sentence itself where that lacks it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from gradeeval import messages
from gradeeval.messages import _, chosen, language, mark


@pytest.fixture(autouse=True)
def english(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    catalogue = Catalog(locale="en")
    catalogue.add("没有命令 {name}", "there is no command {name}")
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


def test_of_two_titles_the_one_in_use() -> None:
    messages.use("en")
    assert chosen("标题", "title") == "title"
    assert chosen("标题", None) == "标题"
    assert chosen("标题", "") == "标题"
    messages.use("zh")
    assert chosen("标题", "title") == "标题"
