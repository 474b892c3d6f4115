"""Invented institutions: how many of which category a county has, and their identity and classification."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from gradeeval.profiles.identifiers import organisation_code_check
from gradeeval.synthetic.chance import Urn, spread
from gradeeval.synthetic.places import County

MOST_IN_A_PROVINCE = 999_999
"""The serial number in a code has six digits."""

# Category: title in names, class, WS 218 type, and parts in a thousand, in a county and in a district (about those of the nation).
_CATEGORIES = {
    "general_hospital": ("医院", "hospital", "A100", 15.0, 30.0),
    "tcm_hospital": ("中医院", "hospital", "A210", 3.5, 7.0),
    "integrated_hospital": ("中西医结合医院", "hospital", "A300", 0.5, 1.2),
    "ethnic_hospital": ("民族医院", "hospital", "A411", 0.2, 0.1),
    "specialist_hospital": ("专科医院", "hospital", "A526", 6.0, 18.0),
    "rehabilitation_hospital": ("康复医院", "hospital", "A527", 0.6, 1.6),
    "geriatric_hospital": ("老年医院", "hospital", "A525", 0.3, 0.8),
    "nursing_facility": ("护理院", "hospital", "A710", 0.6, 2.0),
    "hospice_center": ("安宁疗护中心", "hospital", "A719", 0.1, 0.4),
    "internet_hospital": ("互联网医院", "hospital", "A900", 0.1, 0.5),
    "community_health_center": ("社区卫生服务中心", "primary", "B100", 3.5, 25.0),
    "community_health_station": ("社区卫生服务站", "primary", "B200", 8.0, 70.0),
    "township_health_center": ("卫生院", "primary", "C220", 40.0, 8.0),
    "village_clinic": ("村卫生室", "primary", "D600", 600.0, 190.0),
    "outpatient_clinic": ("诊所", "primary", "D110", 275.0, 540.0),
    "mch_hospital": ("妇幼保健院", "public_health", "G100", 0.4, 0.6),
    "cdc": ("疾病预防控制中心", "public_health", "J100", 0.4, 0.6),
    "emergency_center": ("急救中心", "public_health", "F100", 0.3, 1.0),
    "blood_station": ("血站", "public_health", "E100", 0.2, 0.6),
    "elderly_care_home": ("养老院", "other", "P900", 32.0, 45.0),
    "other": ("医学检验所", "other", "M100", 5.0, 12.0),
}
_IN_A_COUNTY = Urn({name: row[3] for name, row in _CATEGORIES.items()})
_IN_A_DISTRICT = Urn({name: row[4] for name, row in _CATEGORIES.items()})

# What every county has, in the order in which it is set up: category and whether it is the county's own.
_FIRST = (
    "general_hospital",
    "township_health_center",
    "tcm_hospital",
    "cdc",
    "mch_hospital",
    "community_health_center",
    "township_health_center",
)
_OF_A_SEAT = (
    ("general_hospital", "tertiary_a"),
    ("tcm_hospital", "tertiary_a"),
    ("mch_hospital", "tertiary_b"),
    ("specialist_hospital", "tertiary_b"),
    ("general_hospital", "tertiary_ungraded"),
    ("emergency_center", ""),
    ("blood_station", ""),
)
_PRIVATE_LEVEL = Urn({"unrated": 45, "primary": 38, "secondary": 16, "tertiary": 1})
_GRADE = {
    "unrated": Urn({"unrated": 1}),
    "primary": Urn({"primary_a": 30, "primary_b": 8, "primary_c": 2, "primary_ungraded": 60}),
    "secondary": Urn({"secondary_a": 55, "secondary_b": 15, "secondary_c": 2, "secondary_ungraded": 28}),
    "tertiary": Urn({"tertiary_a": 35, "tertiary_b": 25, "tertiary_ungraded": 40}),
}
_COUNTY_HOSPITAL = Urn({"tertiary_b": 8, "tertiary_ungraded": 22, "secondary_a": 62, "secondary_b": 8})
_CAPABLE = {"unrated": -0.6, "primary": -0.3, "secondary": 0.2, "tertiary": 0.9}
_MOSTLY_PRIVATE = frozenset(("outpatient_clinic", "elderly_care_home", "other", "community_health_station"))
_GOVERNMENTS = frozenset(("national", "province", "prefecture", "county", "township"))
_QUARTERS = ("东", "西", "南", "北", "中")


@dataclass(slots=True)
class Institution:
    """An invented institution. ``able`` is what its facts depend on (about -2 to 2.5); ``fields`` as a profile has them."""

    id: str
    name: str
    region: str
    fields: dict[str, Any]
    able: float

    @property
    def category(self) -> str:
        """Its category."""
        return str(self.fields["category"])

    @property
    def roles(self) -> list[str]:
        """Its roles; the list in the fields itself."""
        found: list[str] = self.fields["roles"]
        return found


@dataclass(slots=True)
class _Standing:
    """What an institution is by rank and owner."""

    level_grade: str
    ownership: str
    sponsor: str
    roles: list[str]


def institutions(county: County, count: int, serial: int, chance: Random) -> list[Institution]:
    """``count`` institutions of a county; ``serial`` is the number of those before them in the province."""
    return [
        _institution(county, category, standing, serial + number, number, chance)
        for number, (category, standing) in enumerate(_plan(county, count, chance))
    ]


def _plan(county: County, count: int, chance: Random) -> Iterator[tuple[str, str]]:
    """Category and standing: ``seat`` with a grade, ``own`` (the county's), or empty."""
    district = county.row.values.get("division") in ("district", "functional")
    planned: list[tuple[str, str]] = []
    if county.seat:
        planned += [(category, f"seat {grade}") for category, grade in _OF_A_SEAT]
    if county.seat == 2:
        planned += [("general_hospital", "seat tertiary_a")] * 3 + [("specialist_hospital", "seat tertiary_a")] * 2
    planned += [(category, "own") for category in _FIRST]
    yield from planned[:count]
    urn = _IN_A_DISTRICT if district else _IN_A_COUNTY
    for _number in range(count - len(planned)):
        yield urn.draw(chance), ""


def _institution(county: County, category: str, standing: str, serial: int, number: int, chance: Random) -> Institution:
    title, broad, code, _in_county, _in_district = _CATEGORIES[category]
    if standing.startswith("seat"):
        held = _of_seat(county, broad, standing.removeprefix("seat "), chance)
    elif standing == "own":
        held = _of_county(county, category, broad, chance)
    else:
        held = _of_anybody(category, broad, chance)
    if category in ("community_health_center", "township_health_center"):
        held = _primary(county, category, number, chance)
        code = "C210" if "central_township" in held.roles else code
    level = held.level_grade.partition("_")[0]
    profit = held.ownership == "private" and chance.random() < 0.55
    body = f"XN{serial:06}"
    economy = "17" if held.ownership == "private" else "11"
    id = f"{body}{organisation_code_check(body)}{county.row.id[:6]}{economy}{code}{2 if profit else 1}"
    fields: dict[str, Any] = {
        "class": broad,
        "category": category,
        "level": level,
        "level_grade": held.level_grade,
        "ownership": held.ownership,
        "management_class": "for_profit" if profit else "non_profit",
        "sponsor": held.sponsor,
        "government_run": held.sponsor in _GOVERNMENTS,
        "roles": held.roles,
    }
    able = 0.45 * county.wealth + _CAPABLE[level] + 0.7 * spread(chance)
    name = f"{county.row.name}{_QUARTERS[number % 5]}{number + 1}号{title}（虚构）"
    return Institution(id, name, county.row.id, fields, able)


def _of_seat(county: County, broad: str, level_grade: str, chance: Random) -> _Standing:
    """The province's and the prefecture's own."""
    sponsor = "province" if county.seat == 2 and chance.random() < 0.7 else "prefecture"
    held = _Standing(level_grade or "unrated", "public", sponsor, [])
    if sponsor == "province" and broad == "hospital":
        held.roles.append("provincial_hospital")
    if level_grade == "tertiary_a":
        held.roles.append("assisting_hospital")
        if chance.random() < 0.4:
            held.roles.append("regional_center")
    return held


def _of_county(county: County, category: str, broad: str, chance: Random) -> _Standing:
    held = _Standing("unrated", "public", "county", [])
    if broad == "hospital":
        held.level_grade = _COUNTY_HOSPITAL.draw(chance)
        held.roles.append("county_hospital")
        if chance.random() < 0.5 + 0.2 * county.wealth:
            held.roles.append("county_medical_center")
        if chance.random() < 0.6:
            held.roles.append("assisted_hospital")
    elif category == "mch_hospital":
        able = chance.random() < 0.6 + 0.15 * county.wealth
        held.level_grade = "secondary_a" if able else "secondary_ungraded"
    return held


def _of_anybody(category: str, broad: str, chance: Random) -> _Standing:
    one = chance.random
    if broad == "hospital":
        if category != "ethnic_hospital" and one() < 0.74:
            return _Standing(_GRADE[_PRIVATE_LEVEL.draw(chance)].draw(chance), "private", "private", [])
        sponsor = ("prefecture", "county", "enterprise", "university")[int(one() * 4)]
        return _Standing(_GRADE["secondary"].draw(chance), "public", sponsor, [])
    if category == "village_clinic":
        if one() < 0.1:
            return _Standing("unrated", "private", "private", [])
        return _Standing("unrated", "public", "village" if one() < 0.7 else "township", [])
    private = category in _MOSTLY_PRIVATE and one() < 0.86
    return _Standing("unrated", *(("private", "private") if private else ("public", "county")), [])


def _primary(county: County, category: str, number: int, chance: Random) -> _Standing:
    one = chance.random
    level_grade = "primary_a" if one() < 0.4 else "primary_ungraded" if one() < 0.8 else "secondary_ungraded"
    held = _Standing(level_grade, "public", "county", [])
    if category == "township_health_center":
        held.sponsor = "township" if one() < 0.3 else "county"
        if number % 4 == 1:
            held.roles.append("central_township")
    elif one() < 0.25:
        held.ownership = held.sponsor = "private"
    if one() < 0.12 + 0.05 * county.wealth:
        held.roles.append("community_hospital" if category == "community_health_center" else "county_subcenter")
    return held
