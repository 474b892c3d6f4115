"""What a new distribution, document or region may be called, said before anything is written."""

from __future__ import annotations

import keyword
import re
import sys

from gradeeval.errors import Misuse
from gradeeval.files.writing import escape_controls
from gradeeval.messages import _
from gradeeval.rulesets.folders import SHARED

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_REGION = re.compile(r"[0-9]{6}(?:-[a-z0-9]+)?")
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10))}
)
_OWN = "gradeeval"
_LONGEST_NAME = 64
_LONGEST_TITLE = 200


def check_distribution(name: str) -> str:
    """The module of a distribution of this name. Raises ``Misuse`` where it would stand in the way of another module."""
    _check(name, _("发行包名"), "gradeeval-mycity")
    module = name.replace("-", "_")
    if name in (_OWN, f"{_OWN}-") or module in sys.stdlib_module_names or keyword.iskeyword(module):
        raise Misuse(_("{name} 已是别的 Python 模块的名字；请换一个，如 gradeeval-{name}").format(name=name))
    return module


def check_document(id: str) -> None:
    """Raises ``Misuse`` for what cannot be the id of a document, which is the name of its folder too."""
    _check(id, _("文件编号"), "mycity-2025-1")
    if id == SHARED:
        raise Misuse(_("{name} 是放共用指标和名册的文件夹的名字，不能作文件编号；请换一个").format(name=id))


def check_region(code: str) -> None:
    """Raises ``Misuse`` for what has not the form of a region's code."""
    if not _REGION.fullmatch(code):
        raise Misuse(_("区域代码须为 6 位行政区划代码，如 410100"))


def check_title(title: str) -> None:
    """Raises ``Misuse`` for a title that is empty, longer than a title is, or no single line of text."""
    if (
        not title.strip()
        or len(title) > _LONGEST_TITLE
        or title.splitlines() != [title]
        or escape_controls(title) != title
    ):
        raise Misuse(_("标题须是一行不超过 {most} 字的文字").format(most=_LONGEST_TITLE))


def _check(name: str, what: str, example: str) -> None:
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise Misuse(
            _("{what} {name} 须是小写字母开头的字母、数字和连字符，不超过 {most} 个字符，如 {example}").format(
                what=what, name=name, most=_LONGEST_NAME, example=example
            )
        )
    if name in _DEVICES:
        raise Misuse(_("{name} 在 Windows 上不能用作文件名；请换一个").format(name=name))
