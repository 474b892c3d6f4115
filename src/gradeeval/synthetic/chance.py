"""Chance that is the same for the same seed on every machine and in every version of Python.

Only ``random.Random.random`` promises that; all else is made of it here.
"""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from random import Random

SPREAD = math.sqrt(6)
"""Makes the sum of two uniform numbers one of standard deviation 1."""


def source(*parts: object) -> Random:
    """A stream of chance of its own for these words."""
    return Random("/".join(str(part) for part in parts))  # noqa: S311 - no secret; a text is hashed by SHA-512


def fixed(*parts: object) -> float:
    """A number from 0 to 1 that belongs to these words, whatever the seed."""
    raw = hashlib.sha256("/".join(str(part) for part in parts).encode()).digest()
    return int.from_bytes(raw[:6], "big") / (1 << 48)


def spread(chance: Random) -> float:
    """Around 0 with standard deviation 1, within 2.45 of it: two uniform numbers are near enough to normal here."""
    return SPREAD * (chance.random() + chance.random() - 1.0)


def shares(weights: Sequence[float], total: int) -> list[int]:
    """``total`` things dealt out by weight; the parts add up to it exactly (largest remainders)."""
    whole = math.fsum(weights)
    exact = [weight * total / whole for weight in weights]
    parts = [int(part) for part in exact]
    order = sorted(range(len(parts)), key=lambda index: (parts[index] - exact[index], index))
    for index in order[: total - sum(parts)]:
        parts[index] += 1
    return parts


class Urn:
    """Draws one of several things by weight."""

    __slots__ = ("_limits", "_things")

    def __init__(self, weights: dict[str, float]) -> None:
        """The weights need not add up to anything."""
        limits = list(accumulate(weights.values()))
        self._things = tuple(weights)
        self._limits = tuple(limit / limits[-1] for limit in limits[:-1])

    def draw(self, chance: Random) -> str:
        """One thing."""
        return self._things[bisect_right(self._limits, chance.random())]
