"""300 requirements and any number of institution profiles, made from a seed: the mix of a real ruleset."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gradeeval.language.nodes import Indicator, Requirement
from gradeeval.language.reading import read_indicator, read_requirement
from gradeeval.language.scope import Scope, build_scope
from gradeeval.profiles.facts import read_fact
from gradeeval.profiles.identifiers import organisation_code_check
from gradeeval.profiles.profile import Profile
from gradeeval.schemas import shipped
from gradeeval.timeline import read_period
from gradeeval.vocabulary import KINDS, read_vocabulary

CATEGORIES = ("general_hospital", "tcm_hospital", "specialist_hospital", "mch_hospital", "township_health_center")
LEVELS = ("primary", "secondary", "tertiary")
NUMBERS, SHARES, YES_NOS = 60, 45, 45
MISSING = 0.1
Plain = dict[str, Any]


@dataclass(frozen=True)
class Workload:
    """The indicators and requirements, as plain data and as nodes in a scope."""

    plain_indicators: dict[str, Plain]
    plain_requirements: list[Plain]
    scope: Scope
    requirements: list[Requirement]


def workload(count: int = 300, seed: int = 1) -> Workload:
    """``count`` requirements on 150 indicators."""
    chance = random.Random(seed)  # noqa: S311 - a workload, not a secret
    indicators: dict[str, Plain] = {}
    for index in range(NUMBERS):
        indicators[f"n{index:02d}"] = {"title": f"数量{index}", "kind": "institution", "unit": "count"}
    for index in range(SHARES):
        indicators[f"p{index:02d}"] = {"title": f"比例{index}", "kind": "institution", "unit": "percent"}
    for index in range(YES_NOS):
        indicators[f"y{index:02d}"] = {"title": f"是否{index}", "kind": "institution", "unit": "yes_no"}
    names = list(indicators)
    requirements = [_requirement(index, chance, names, indicators) for index in range(count)]
    vocabulary = read_vocabulary({name: shipped(name) for name in ("vocabulary", *KINDS)})
    nodes: list[Indicator] = [read_indicator(name, plain) for name, plain in indicators.items()]
    return Workload(
        indicators,
        requirements,
        build_scope(vocabulary, nodes, ()),
        [read_requirement(plain, "bench", 5) for plain in requirements],
    )


def _requirement(index: int, chance: random.Random, names: list[str], indicators: dict[str, Plain]) -> Plain:
    name = chance.choice(names)
    unit = indicators[name]["unit"]
    where: Plain = {"category": {"one_of": chance.sample(CATEGORIES, chance.randint(1, 3))}}
    if chance.random() < 0.6:
        where["level"] = {"at_least": chance.choice(("secondary", "tertiary"))}
    if chance.random() < 0.3:
        where["ownership"] = "public"
    if chance.random() < 0.15:
        where[f"y{chance.randrange(YES_NOS):02d}"] = True
    word = chance.choice(("at_least", "at_least", "above", "at_most"))
    target: Any = True if unit == "yes_no" else {word: chance.randint(5, 95)}
    return {
        "id": f"bench/{index}",
        "clause": "一",
        "quote": "…",
        "binds": {"kind": "institution", "where": where},
        "indicator": name,
        "target": target,
        "due_from": "none",
        "force": "mandatory",
    }


def plain_profile(index: int, load: Workload, seed: int = 7) -> Plain:
    """One profile as a file would hold it, with 150 facts of which one in ten is missing."""
    chance = random.Random(seed * 1_000_003 + index)  # noqa: S311
    body = f"{index:08d}"
    facts: Plain = {}
    for name, indicator in load.plain_indicators.items():
        if chance.random() < MISSING:
            continue
        if indicator["unit"] == "yes_no":
            facts[name] = chance.random() < 0.6
        elif indicator["unit"] == "count":
            facts[name] = chance.randint(0, 100)
        else:
            facts[name] = Decimal(chance.randint(0, 1000)) / 10
    return {
        "id": f"{body}{organisation_code_check(body)}41010521A1001",
        "kind": "institution",
        "name": f"示例机构{index}",
        "region": "410105",
        "period": "2024",
        "category": chance.choice(CATEGORIES),
        "level": chance.choice(LEVELS),
        "ownership": "public" if chance.random() < 0.7 else "private",
        "facts": facts,
    }


def profile(plain: Plain, load: Workload) -> Profile:
    """The profile as the reader makes it."""
    period = read_period(plain["period"])
    assert period is not None
    values: Plain = {name: plain[name] for name in ("category", "level", "ownership")}
    for name, written in plain["facts"].items():
        values[name] = read_fact(written, load.scope.types[name])[0]
    return Profile("institution", plain["id"], plain["name"], period, plain["region"], values=values, plain=plain)
