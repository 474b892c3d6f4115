"""Kleene's three truth values. ``True``, ``False`` and ``None``, which is *unknown*: missing is neither zero nor false."""

from __future__ import annotations

from collections.abc import Iterable

Truth = bool | None


def all_of(truths: Iterable[bool | None]) -> bool | None:
    """False if any is false, else unknown if any is unknown, else true; true of nothing. Stops at the first false."""
    result: bool | None = True
    for truth in truths:
        if truth is False:
            return False
        if truth is None:
            result = None
    return result


def any_of(truths: Iterable[bool | None]) -> bool | None:
    """True if any is true, else unknown if any is unknown, else false; false of nothing. Stops at the first true."""
    result: bool | None = False
    for truth in truths:
        if truth is True:
            return True
        if truth is None:
            result = None
    return result
