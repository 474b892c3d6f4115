"""Family S: what a reader of rules needs beside what a machine does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gradeeval.language.nodes import Origin
from gradeeval.lint.check import OFF, Check, Fix, Hit, Material
from gradeeval.messages import _

_HAN = re.compile("[\u4e00-\u9fff]")
_FULL = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", "(": "（", ")": "）"}
_HALF = re.compile(r"(?<=[\u4e00-\u9fff])[,;:?!()]|[,;:?!()](?=[\u4e00-\u9fff])")
AMBIGUOUS = re.compile(
    "普遍|大部分|大多数|多数|(?<![组构])(?<!组成)部分(?!门)|若干|有条件|逐步|适当|相应|一批|显著|明显|左右"
    "|基本(?=实现|建立|形成|覆盖|完成|达到|建成|满足|健全)"
)
"""Words without a number or a definition of their own."""


def without_chinese_title(material: Material) -> Iterator[Hit]:
    """Documents, indicators and requirements whose title has no Chinese character, or that have none."""
    titled: list[tuple[Origin, str, str | None]] = [
        (encoded.at("title"), encoded.ruleset.document.id, encoded.ruleset.document.title)
        for encoded in material.linted()
    ]
    titled += [(found.origin.at("title"), found.name, found.title) for found in material.indicators()]
    titled += [(found.origin.at("title"), found.id, found.title) for _encoded, found in material.requirements()]
    for origin, name, title in titled:
        if title is None or not _HAN.search(title):
            yield Hit(origin, _("{name}：没有中文标题；请在 title 用中文写明").format(name=name))


def unread_ambiguity(material: Material) -> Iterator[Hit]:
    """Quotes with a word that can be read in two ways, where neither ``reading`` nor ``needs_review`` says how it is."""
    for _encoded, requirement in material.requirements():
        if requirement.reading is not None or requirement.target.needs_review is not None or requirement.target.about:
            continue
        word = AMBIGUOUS.search(requirement.quote)
        if word is not None:
            yield Hit(
                requirement.origin.at("quote"),
                _("{id}：引文有“{word}”，可以有不同的读法；请在 reading 写明怎样读").format(
                    id=requirement.id, word=word[0]
                ),
            )


def without_english_title(material: Material) -> Iterator[Hit]:
    """Documents, indicators and requirements without an English title."""
    titled: list[tuple[Origin, str, str | None]] = [
        (encoded.at("title"), encoded.ruleset.document.id, encoded.ruleset.document.title_en)
        for encoded in material.linted()
    ]
    titled += [(found.origin.at("title"), found.name, found.title_en) for found in material.indicators()]
    titled += [(found.origin.at("title"), found.id, found.title_en) for _encoded, found in material.requirements()]
    for origin, name, title in titled:
        if title is None:
            yield Hit(origin, _("{name}：没有英文标题；请写 title_en").format(name=name))


def half_width(material: Material) -> Iterator[Hit]:
    """Punctuation of half width between Chinese characters of a title."""
    titled: list[tuple[Origin, str, str]] = [
        (found.origin.at("title"), found.name, found.title) for found in material.indicators()
    ]
    titled += [
        (found.origin.at("title"), found.id, found.title)
        for _encoded, found in material.requirements()
        if found.title is not None
    ]
    for origin, name, title in titled:
        right = _HALF.sub(lambda match: _FULL[match[0]], title)
        if right != title:
            sentence = _("{name}：标题中的半角标点应为全角：{right}").format(name=name, right=right)
            yield Hit(origin, sentence, Fix(title, right))


CHECKS = (
    Check("S101", "没有中文标题", "Missing Chinese title", without_chinese_title),
    Check("S102", "有歧义的词没有写明读法", "Ambiguous word without a reading", unread_ambiguity),
    Check("S103", "没有英文标题", "Missing English title", without_english_title, level=OFF),
    Check("S104", "中文标题中有半角标点", "Punctuation of half width in a Chinese title", half_width),
)
