"""The rules of the comparison, as a ruleset folder: 200 requirements that bind institutions, and five that bind counties.

The 200 are what every peer can say: numbers between bounds, quotients, yes and no, orders, lists, and who is bound by all or any of
several conditions, each possibly unknown. The five count institutions of a county, which few peers can; they are for whole runs.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from gradeeval.synthetic.chance import fixed

ID = "bench-2025"
NAMESPACE = "bench"
SEED = 1
COUNTS, PERCENTS, YES_NOS, LISTS, GRADES = 45, 35, 48, 8, 6
CODES = ("a", "b", "c", "d", "e", "f")
GRADE_CODES = ("d", "c", "b", "a")
MIX = {"number": 85, "ratio": 20, "yes_no": 50, "list": 25, "grade": 20}
HOSPITALS = (
    "general_hospital",
    "tcm_hospital",
    "specialist_hospital",
    "integrated_hospital",
    "rehabilitation_hospital",
)
PRIMARY = ("village_clinic", "outpatient_clinic", "community_health_station", "township_health_center")
ROLES = ("county_hospital", "assisted_hospital", "central_township", "assisting_hospital")
CLINIC = PRIMARY[0]
_ASKED = 0.3
WORDS = ("at_least", "at_least", "at_least", "above", "at_most", "below")
Plain = dict[str, Any]


def write_ruleset(parent: Path) -> Path:
    """Writes the folder of the ruleset into ``parent``, the same bytes each time, and returns it."""
    folder = parent / ID
    (folder / "requirements").mkdir(parents=True, exist_ok=True)
    document = {
        "id": ID,
        "namespace": NAMESPACE,
        "title": "测速用的编造文件",
        "jurisdiction": "100000",
        "horizon": "2023..2025",
    }
    chance = random.Random(SEED)  # noqa: S311 - a workload, not a secret
    indicators = _indicators(chance)
    requirements = [*_of_institutions(chance, indicators), *_of_counties(indicators)]
    types = {
        f"{NAMESPACE}.grade": {
            "title": "等级",
            "order": {code: [code.upper(), code.upper()] for code in GRADE_CODES},
            "outside": {"none": ["未评", "not appraised"]},
        },
        **{
            f"{NAMESPACE}.codes{number}": {"title": f"清单{number}", "list": {code: [code, code] for code in CODES}}
            for number in range(LISTS)
        },
    }
    # JSON is YAML.
    for name, data in (
        ("document", document),
        ("indicators", {"types": types, "indicators": indicators}),
        ("requirements/1", requirements),
    ):
        (folder / f"{name}.yaml").write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return folder


def _indicators(chance: random.Random) -> dict[str, Plain]:
    made: dict[str, Plain] = {}

    def add(name: str, **kept: Any) -> None:
        made[f"{NAMESPACE}.{name}"] = {"title": name, "kind": "institution", **kept}

    for number in range(COUNTS):
        add(f"n{number:02}", unit="count")
    for number in range(PERCENTS):
        add(f"p{number:02}", unit="percent")
    for number in range(YES_NOS):
        add(f"y{number:02}", unit="yes_no")
    for number in range(LISTS):
        add(f"l{number}", list=f"{NAMESPACE}.codes{number}")
    for number in range(GRADES):
        add(f"g{number}", order=f"{NAMESPACE}.grade")
    for number in range(MIX["ratio"]):
        of, to = chance.sample(_names("n", COUNTS, small=number % 2 == 0), 2)
        add(f"r{number:02}", unit="ratio", ratio={"of": f"{NAMESPACE}.{of}", "to": f"{NAMESPACE}.{to}"})
    for number in range(5):
        where = {"category": HOSPITALS[number], f"{NAMESPACE}.y{number:02}": True}
        made[f"{NAMESPACE}.c{number}"] = {
            "title": f"c{number}",
            "kind": "region",
            "tier": "county",
            "unit": "count",
            "count": {"of": "institution", "where": where},
        }
    return made


def _names(letter: str, count: int, *, small: bool) -> list[str]:
    """Indicators of a form; ``small``: those that the invented village clinics report, which are seldom asked for much."""
    names = [f"{letter}{number:02}" if count > 10 else f"{letter}{number}" for number in range(count)]
    return [name for name in names if not small or fixed("asked", CLINIC, f"{NAMESPACE}.{name}") < _ASKED]


def _of_institutions(chance: random.Random, indicators: dict[str, Plain]) -> list[Plain]:
    forms = [form for form, count in MIX.items() for _each in range(count)]
    chance.shuffle(forms)
    ratios = {small: iter(range(0 if small else 1, MIX["ratio"], 2)) for small in (True, False)}
    made = []
    for number, form in enumerate(forms, 1):
        where, small = _where(chance)
        if form == "ratio":
            found = next(ratios[small], None)
            indicator = f"r{next(ratios[not small]) if found is None else found:02}"
            target: Any = {chance.choice(("at_least", "at_most")): round(chance.uniform(0.4, 1.8), 2)}
        elif form == "number":
            indicator, target = _number(chance, small=small)
        elif form == "yes_no":
            indicator, target = chance.choice(_names("y", YES_NOS, small=small)), chance.random() < 0.9
        elif form == "list":
            indicator = chance.choice(_names("l", LISTS, small=small))
            target = {"includes": sorted(chance.sample(CODES, chance.randint(1, 3)))}
        else:
            indicator = chance.choice(_names("g", GRADES, small=small))
            target = {chance.choice(("at_least", "at_least", "at_most")): chance.choice(GRADE_CODES[1:3])}
        binds = {"kind": "institution", "where": where}
        made.append(_requirement(number, binds, f"{NAMESPACE}.{indicator}", indicators, target))
    return made


def _number(chance: random.Random, *, small: bool) -> tuple[str, Plain]:
    percent = chance.random() < 0.4
    name = chance.choice(_names(*(("p", PERCENTS) if percent else ("n", COUNTS)), small=small))
    limit = round(chance.uniform(30, 80), 1) if percent else chance.randint(3, 60)
    if chance.random() < 0.12:
        return name, {"at_least": limit, "at_most": limit + 15}
    return name, {chance.choice(WORDS): limit}


def _where(chance: random.Random) -> tuple[Plain, bool]:
    """Hospitals, primary care, nearly all, or one category, half of them with a further condition; whether clinics are bound."""
    kind = chance.random()
    where: Plain = {}
    if kind < 0.46:
        where["category"] = {"one_of": sorted(chance.sample(HOSPITALS, chance.randint(2, 5)))}
        if chance.random() < 0.6:
            where["level"] = {"at_least": chance.choice(("primary", "secondary"))}
    elif kind < 0.8:
        where |= {"class": "primary"} if chance.random() < 0.5 else {"category": {"one_of": sorted(PRIMARY[:2])}}
    elif kind < 0.92:
        where["category"] = {"none_of": ["elderly_care_home", "other"]}
    else:
        where["category"] = chance.choice((*HOSPITALS, *PRIMARY))
    if chance.random() < 0.55:
        where |= chance.choice(
            (
                {"ownership": "public"},
                {"sponsor": {"one_of": ["county", "prefecture", "province"]}},
                {"roles": {"includes": [chance.choice(ROLES)]}},
                {f"{NAMESPACE}.y00": True},
                {"any": [{"level": {"at_least": "secondary"}}, {f"{NAMESPACE}.y01": True, "ownership": "public"}]},
            )
        )
    small = kind >= 0.46 and where.get("category") not in (*HOSPITALS, *PRIMARY[2:])
    return where, small


def _of_counties(indicators: dict[str, Plain]) -> list[Plain]:
    binds = {"kind": "region", "tier": "county"}
    return [
        _requirement(201 + number, binds, f"{NAMESPACE}.c{number}", indicators, {"at_least": 1}) for number in range(5)
    ]


def _requirement(number: int, binds: Plain, indicator: str, indicators: dict[str, Plain], target: Any) -> Plain:
    unit = indicators[indicator].get("unit")
    return {
        "id": f"{ID}/{number}",
        "clause": "一",
        "quote": "……",
        "title": f"要求{number}",
        "binds": binds,
        "indicator": indicator,
        "target": target,
        "due_from": "none",
        "force": "mandatory",
        **({"unit": unit} if unit not in (None, "yes_no") else {}),
    }
