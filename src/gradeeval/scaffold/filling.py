"""Fills the gaps of a template. A gap is a name between « and »; what is filled in is never read for gaps again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

_GAP = re.compile("«([a-z]+)»")


def filled(template: str, values: Mapping[str, str]) -> str:
    """The text of a template with its gaps filled. Raises ``KeyError`` for a gap that nobody fills."""
    text = (Path(__file__).parent / "templates" / f"{template}.txt").read_text(encoding="utf-8")
    return _GAP.sub(lambda gap: values[gap[1]], text)
