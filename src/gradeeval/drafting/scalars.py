"""Writes values as YAML on one line, so that they are read again as what they were."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

_PLAIN = re.compile(r"[\u4e00-\u9fff“（《][\u4e00-\u9fff“”（）《》〔〕、，。；·—％A-Za-z0-9%+.～/-]*")
_WORD = re.compile(r"[a-z][a-z0-9_./-]*")
_RESERVED = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_SIXTH = Decimal("0.000001")


def flow(value: object) -> str:
    """A text, number, truth, list or map on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Fraction):
        return number(Fraction(value))
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(flow(inner) for inner in value) + "]"
    text = str(value)
    if _PLAIN.fullmatch(text) or (_WORD.fullmatch(text) and text not in _RESERVED):
        return text
    return json.dumps(text, ensure_ascii=False)


def number(value: Fraction) -> str:
    """The number in digits, with at most six after the point."""
    if value.denominator == 1:
        return str(value.numerator)
    exact = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(_SIXTH, ROUND_HALF_EVEN)
    return f"{exact.normalize():f}"
