"""One text for one content: the digests in results and the entries of the cache are made of it."""

from __future__ import annotations

import hashlib
import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# A lone surrogate cannot stand in any text that a reader accepts, so it marks where a decimal goes.
_MARK = "\ud800"
_MARKED = re.compile(f'"{_MARK}([^"]*)"')


def canonical_json(data: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no spaces; equal contents give equal bytes.

    A decimal is written exactly and as short as it can be without exponent, so 1.50 and 1.5, 2.0 and 2, -0.0 and 0
    are equal. Raises ``TypeError`` for what is no plain data and ``ValueError`` for NaN and infinities.
    """
    return _dump(data, sort_keys=True, number=shortest).encode()


def exact_json(data: Any) -> bytes:
    """UTF-8 JSON in the order of ``data``; read with ``parse_float=Decimal`` it gives every decimal digit by digit."""
    return _dump(data, sort_keys=False, number=_as_written).encode()


def digest(data: Any) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(data)).hexdigest()


def shortest(number: Decimal) -> str:
    """The shortest exact text without exponent: ``1.50`` as ``1.5``, ``1E+2`` as ``100``."""
    if not number.is_finite():
        raise ValueError(f"not a finite number: {number}")
    text = format(number, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _as_written(number: Decimal) -> str:
    if not number.is_finite():
        raise ValueError(f"not a finite number: {number}")
    text = str(number)
    return text if "." in text or "E" in text else f"{text}e0"


def _dump(data: Any, *, sort_keys: bool, number: Callable[[Decimal], str]) -> str:
    marked = False

    def decimal(value: object) -> str:
        nonlocal marked
        if isinstance(value, Decimal):
            marked = True
            return f"{_MARK}{number(value)}"
        raise TypeError(f"not plain data: {type(value).__name__}")

    text = json.dumps(
        data, sort_keys=sort_keys, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=decimal
    )
    return _MARKED.sub(r"\1", text) if marked else text
