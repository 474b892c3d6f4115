"""What a file may hold at most.

The bounds stop a hostile or broken file before it costs memory: a file is refused by its size before it is read, by
its depth and its number of values while it is read.
"""

from __future__ import annotations

from gradeeval.messages import _

MAX_BYTES = 64 * 1024 * 1024
MAX_DEPTH = 64
MAX_VALUES = 2_000_000
MAX_DIGITS = 40
MAX_EXPONENT = 30


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
