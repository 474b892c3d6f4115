"""What a file, and a ruleset, may hold at most.

The bounds stop a hostile or broken file before it costs memory: a file is refused by its size before it is read, by
its depth and its number of values while it is read.
"""

from __future__ import annotations

from typing import Any

from gradeeval.messages import _

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 64
MAX_VALUES = 2_000_000
MAX_DIGITS = 40
MAX_EXPONENT = 30

# Of a ruleset, which may come from anywhere. The largest that ships has 60 requirements to a file and 400 KiB.
MAX_RULESETS = 200
"""Rulesets in one folder of rulesets."""
MAX_RULESET_FILES = 500
MAX_RULESET_BYTES = 16 * 1024 * 1024
MAX_RULESET_DEPTH = 4
"""Folders inside each other, that of the ruleset included."""
MAX_RULESET_VALUES = 200_000
"""Values in one file of a ruleset."""
MAX_ITEMS = 20_000
"""Items of a list or map at the top of a file of a ruleset or one level below."""
MAX_INNER_ITEMS = 500
"""Items of any other list or map of a ruleset."""
MAX_TEXT = 20_000
"""Characters of one text of a ruleset."""
MAX_REQUIREMENTS = 2_000
MAX_INDICATORS = 2_000
MAX_FORMULAS = 12
"""Formulas over formulas over formulas."""
FIRST_YEAR, LAST_YEAR = 1949, 2149
"""Years that a span may name."""

VALUE_LIMITS = (MAX_RULESET_VALUES, MAX_ITEMS, MAX_INNER_ITEMS, MAX_TEXT)
"""What ``beyond_ruleset`` judges by."""


def beyond_size(size: int | None = None) -> str:
    """The sentence for a file of more than ``MAX_BYTES``."""
    limit = MAX_BYTES // (1024 * 1024)
    if size is None:
        return _("文件超过 {limit} MiB 的上限；请拆分后再读入").format(limit=limit)
    shown = f"{size / (1024 * 1024):.0f}"
    return _("文件有 {size} MiB，超过 {limit} MiB 的上限；请拆分后再读入").format(size=shown, limit=limit)


def beyond_depth() -> str:
    """The sentence for brackets or indentation nested too deeply."""
    return _("嵌套超过 {limit} 层；请减少层次").format(limit=MAX_DEPTH)


def beyond_values() -> str:
    """The sentence for a file with too many values."""
    return _("文件中的值超过 {limit} 个；请拆分后再读入").format(limit=MAX_VALUES)


def beyond_number(text: str) -> str | None:
    """The sentence for a number with too many digits or too large an exponent; None where it is within the bounds."""
    if len(text) <= 12 and "e" not in text and "E" not in text:
        return None
    digits, _mark, exponent = text.replace("E", "e").partition("e")
    many = sum(character.isdigit() for character in digits) > MAX_DIGITS
    far = bool(exponent) and (len(exponent) > 12 or abs(int(exponent)) > MAX_EXPONENT)
    if not many and not far:
        return None
    shown = text if len(text) <= 24 else text[:24] + "…"
    return _("数字 {number} 过大或位数过多（至多 {digits} 位，指数在 ±{exponent} 以内）；若是代码，请加引号").format(
        number=shown, digits=MAX_DIGITS, exponent=MAX_EXPONENT
    )


def beyond_ruleset(data: Any) -> tuple[tuple[str | int, ...], str] | None:
    """Where data of a ruleset's file is more than it may be, and the sentence; None where it is within the bounds."""
    values = 0
    stack: list[tuple[Any, tuple[str | int, ...]]] = [(data, ())]
    while stack:
        value, path = stack.pop()
        values += 1
        if values > MAX_RULESET_VALUES:
            return (), _("规则集的一个文件至多 {limit} 个值；请拆分").format(limit=MAX_RULESET_VALUES)
        if isinstance(value, str) and len(value) > MAX_TEXT:
            return path, _("文字有 {count} 个字符，至多 {limit} 个").format(count=len(value), limit=MAX_TEXT)
        if not isinstance(value, dict | list):
            continue
        limit = MAX_ITEMS if len(path) < 2 else MAX_INNER_ITEMS
        if len(value) > limit:
            return path, _("有 {count} 项，至多 {limit} 项").format(count=len(value), limit=limit)
        if isinstance(value, dict):
            long = next((key for key in value if len(key) > MAX_TEXT), None)
            if long is not None:
                return path, _("文字有 {count} 个字符，至多 {limit} 个").format(count=len(long), limit=MAX_TEXT)
            stack.extend((inner, (*path, key)) for key, inner in value.items())
        else:
            stack.extend((inner, (*path, index)) for index, inner in enumerate(value))
    return None
