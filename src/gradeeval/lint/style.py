"""Family S: what a reader of rules needs beside what a machine does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gradeeval.language.nodes import Origin
from gradeeval.lint.check import Check, Hit, Material
from gradeeval.messages import _

_HAN = re.compile("[\u4e00-\u9fff]")


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


CHECKS = (Check("S101", "没有中文标题", "Missing Chinese title", without_chinese_title),)
