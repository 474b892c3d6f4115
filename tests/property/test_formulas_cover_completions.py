"""The interval of a formula against brute force: every way to complete what is unknown lies in it, and its ends are reached.

The oracle knows nothing of intervals: it fills in all unknown memberships and values in every possible way and computes
plain numbers. Nothing of the engine is used but ``View.look``.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from gradeeval.engines.views import World
from gradeeval.language.nodes import Bounds, Change, Condition, Count, Formula, Indicator, Is, Ratio, Reach, Share, Sum
from gradeeval.language.scope import Reference, build_scope
from gradeeval.profiles.profile import ListedPart, Profile, Roster
from gradeeval.quantity import Interval, NoValue
from gradeeval.timeline import read_period
from gradeeval.vocabulary import AROUND, Field, ValueType, Vocabulary

CASES = 3_000 if os.environ.get("GRADEEVAL_SOAK") == "1" else 150
MOST = 3
"""The largest value of the small numbers, so that all of them can be tried."""

COUNTY, INSTITUTION = Reach("region", "county"), Reach("institution")
IN, HAS = Condition((("member", Is(True)),)), Condition((("has", Is(True)),))
NAME = {name: Field(name, name, name, ValueType("name")) for name in ("name", *AROUND)}
SMALL = Bounds(at_least=0, at_most=MOST)
FORMULAS: dict[str, tuple[str, Formula]] = {
    "count": ("count", Count(INSTITUTION, IN)),
    "share": ("percent", Share(INSTITUTION, IN, HAS)),
    "sum": ("count", Sum(INSTITUTION, IN, "number")),
    "ratio": ("ratio", Ratio("upper", "lower")),
    "change": ("count", Change("upper")),
}
SCOPE = build_scope(
    Vocabulary({"institution": NAME, "network": NAME, "region": NAME}, {}),
    [
        Indicator("member", "member", INSTITUTION, unit="yes_no"),
        Indicator("has", "has", INSTITUTION, unit="yes_no"),
        Indicator("number", "number", INSTITUTION, unit="count", range=SMALL),
        Indicator("upper", "upper", COUNTY, unit="count", range=SMALL),
        Indicator("lower", "lower", COUNTY, unit="count", range=SMALL),
        *(Indicator(name, name, COUNTY, unit=unit, formula=formula) for name, (unit, formula) in FORMULAS.items()),
    ],
    (),
)
UNKNOWN = object()
Facts = dict[str, Any]


def look(name: str, parts: list[Facts], years: dict[str, Facts]) -> Any:
    county = [
        Profile("region", "c", "c", _period(year), "c", "county", values=_known(facts)) for year, facts in years.items()
    ]
    institutions = [
        Profile("institution", f"h{at}", "h", _period("2025"), "c", values=_known(facts))
        for at, facts in enumerate(parts)
    ]
    rows = [ListedPart("region", "c", "c", tier="county")]
    rows += [ListedPart("institution", profile.id, "h", "c") for profile in institutions]
    world = World(SCOPE, [*county, *institutions], [Roster("r", "r", "c", tuple(rows), frozenset({"institution"}))])
    return world.view(county[-1]).look(Reference(name, SCOPE.types[name], SCOPE.indicators[name]))


def _period(text: str) -> Any:
    return read_period(text)


def _known(facts: Facts) -> Facts:
    return {name: value for name, value in facts.items() if value is not UNKNOWN}


def completions(facts: list[Facts]) -> Iterator[list[Facts]]:
    """All ways to fill in what is unknown."""
    choices = [
        [(at, name, filled) for filled in ((True, False) if name in ("member", "has") else range(MOST + 1))]
        for at, own in enumerate(facts)
        for name, value in own.items()
        if value is UNKNOWN
    ]
    for chosen in itertools.product(*choices):
        whole = [dict(own) for own in facts]
        for at, name, filled in chosen:
            whole[at][name] = filled
        yield whole


def plainly(name: str, parts: list[Facts], now: Facts, before: Facts) -> Fraction | None:
    """The value where everything is known, in the scale of the engine; None for *no value*."""
    inside = [part for part in parts if part["member"]]
    if name == "count":
        return Fraction(len(inside))
    if name == "sum":
        return Fraction(sum(part["number"] for part in inside))
    if name == "share":
        return Fraction(100 * 10**6 * sum(part["has"] for part in inside), len(inside)) if inside else None
    if name == "ratio":
        return Fraction(now["upper"] * 10**6, now["lower"]) if now["lower"] else None
    return Fraction(now["upper"] - before["upper"])


@pytest.mark.parametrize("name", FORMULAS)
def test_interval_is_the_range_of_all_completions(name: str) -> None:
    intervals = 0
    for seed in range(CASES):
        random = Random(seed)  # noqa: S311
        blank = random.choice((0.0, 0.2, 0.5))

        def draw(value: Any, random: Random = random, blank: float = blank) -> Any:
            return UNKNOWN if random.random() < blank else value

        parts = [
            {
                "member": draw(random.random() < 0.7),
                "has": draw(random.random() < 0.5),
                "number": draw(random.randint(0, MOST)),
            }
            for _ in range(random.randint(0, 4 if name == "share" else 3))
        ]
        now = {"upper": draw(random.randint(0, MOST)), "lower": draw(random.randint(0, MOST))}
        before = {"upper": draw(random.randint(0, MOST))}
        unused = {"count": ("has", "number"), "share": ("number",), "sum": ("has",)}.get(
            name, ("member", "has", "number")
        )
        for part in parts:
            part.update({key: False if key != "number" else 0 for key in unused})
        found = look(name, parts, {"2024": before, "2025": now})
        used = [*parts, now, before] if name in ("ratio", "change") else parts
        if name not in ("ratio", "change"):
            now, before = {"upper": 0, "lower": 1}, {"upper": 0}
        values = [
            plainly(name, whole[: len(parts)], *(whole[len(parts) :] or (now, before))) for whole in completions(used)
        ]
        intervals += _compare(name, found, values, parts, now, before)
    assert intervals > CASES / 10 or name == "change"  # of which nothing is known where one year is unknown


def _compare(
    name: str, found: Any, values: list[Fraction | None], parts: list[Facts], now: Facts, before: Facts
) -> bool:
    numbers = [value for value in values if value is not None]
    if isinstance(found, NoValue):
        assert not numbers
        return False
    if found is None:  # nothing at all is on file
        assert now["upper"] is UNKNOWN or before["upper"] is UNKNOWN
        return False
    assert isinstance(found, Interval)
    assert numbers
    assert all(found.lo <= number <= found.hi for number in numbers)
    if name == "share" and not any(part["member"] is True for part in parts):
        assert (found.lo, found.hi) == (0, 100 * 10**6)  # wider than need be, as the language has it
        return True
    assert min(numbers) == found.lo
    if found.hi != float("inf"):
        assert max(numbers) == found.hi
    else:
        assert name == "ratio"
        assert None in values  # x ÷ 0 is ∞
    return not found.known
