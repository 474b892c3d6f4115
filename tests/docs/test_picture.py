"""The picture in the READMEs is what the program says today, and shows the same wherever it is looked at."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from tests.docs.picture import COLUMN, COLUMNS, PICTURE, picture
from wcwidth import wcswidth

from gradeeval.engines.forward.session import available


@pytest.mark.skipif(not available(), reason="durable-rules cannot be imported here: the report would name reference")
def test_the_picture_is_current() -> None:
    assert picture() == PICTURE.read_text(encoding="utf-8"), "the report has changed: make picture"


def test_the_picture_refers_to_nothing_outside_it() -> None:
    links = re.findall(r"(?:https?:)?//[^\s\"')]+|url\([^)]*\)", PICTURE.read_text(encoding="utf-8"))
    assert set(links) <= {"http://www.w3.org/2000/svg", "//www.w3.org/2000/svg"}


def test_each_word_takes_the_columns_of_a_terminal_and_none_overlap() -> None:
    lines: dict[float, list[tuple[int, int]]] = {}
    for text in ElementTree.parse(PICTURE).iter("{http://www.w3.org/2000/svg}text"):  # noqa: S314 - our own file
        assert text.text is not None
        start, length = int(text.attrib["x"]), int(text.attrib["textLength"])
        assert length == wcswidth(text.text) * COLUMN, text.text
        lines.setdefault(float(text.attrib["y"]), []).append((start, start + length))
    assert len(lines) > 30
    for words in lines.values():
        words.sort()
        assert all(before[1] <= after[0] for before, after in pairwise(words))
        assert words[-1][1] <= COLUMNS * COLUMN
