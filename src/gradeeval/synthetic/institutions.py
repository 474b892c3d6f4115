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
_EASTERN = ("东", "西", "南", "北", "中")


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


def _institution(
    county: County, category: str, standing: str, serial: int, number: int, chance: Random
) -> Institution:
    title, broad, code, _in_county, _in_district = _CATEGORIES[category]
    one = chance.random
    level_grade, ownership, sponsor, roles = "unrated", "public", "county", []
    if standing.startswith("seat"):
        sponsor = "province" if county.seat == 2 and one() < 0.7 else "prefecture"
        level_grade = standing.removeprefix("seat ") or "unrated"
        if sponsor == "province" and broad == "hospital":
            roles.append("provincial_hospital")
        if level_grade == "tertiary_a":
            roles.append("assisting_hospital")
            if one() < 0.4:
                roles.append("regional_center")
    elif standing == "own":
        if broad == "hospital":
            level_grade = _COUNTY_HOSPITAL.draw(chance)
            roles.append("county_hospital")
            if one() < 0.5 + 0.2 * county.wealth:
                roles.append("county_medical_center")
            if one() < 0.6:
                roles.append("assisted_hospital")
        elif category == "mch_hospital":
            level_grade = "secondary_a" if one() < 0.6 + 0.15 * county.wealth else "secondary_ungraded"
    elif broad == "hospital":
        private = category != "ethnic_hospital" and one() < 0.74
        ownership = "private" if private else "public"
        sponsor = "private" if private else ("prefecture", "county", "enterprise", "university")[int(one() * 4)]
        level_grade = _GRADE[_PRIVATE_LEVEL.draw(chance) if private else "secondary"].draw(chance)
    if category in ("community_health_center", "township_health_center"):
        level_grade = "primary_a" if one() < 0.4 else "primary_ungraded" if one() < 0.8 else "secondary_ungraded"
        if category == "township_health_center":
            sponsor = "township" if one() < 0.3 else "county"
            if number % 4 == 1:
                roles.append("central_township")
                code = "C210"
        elif one() < 0.25:
            ownership, sponsor = "private", "private"
        if one() < 0.12 + 0.05 * county.wealth:
            roles.append("community_hospital" if category == "community_health_center" else "county_subcenter")
    elif category == "village_clinic":
        sponsor = "village" if one() < 0.7 else "township"
        if one() < 0.1:
            ownership, sponsor = "private", "private"
    elif category in ("outpatient_clinic", "elderly_care_home", "other", "community_health_station") and one() < 0.86:
        ownership, sponsor = "private", "private"
    level = level_grade.partition("_")[0]
    government = ownership == "public" and sponsor in ("national", "province", "prefecture", "county", "township")
    profit = ownership == "private" and one() < 0.55
    region = county.row.id[:6]
    body = f"XN{serial:06}"
    id = f"{body}{organisation_code_check(body)}{region}{'17' if ownership == 'private' else '11'}{code}{2 if profit else 1}"
    fields: dict[str, Any] = {
        "class": broad,
        "category": category,
        "level": level,
        "level_grade": level_grade,
        "ownership": ownership,
        "management_class": "for_profit" if profit else "non_profit",
        "sponsor": sponsor,
        "government_run": government,
        "roles": roles,
    }
    able = 0.45 * county.wealth + _CAPABLE[level] + 0.7 * spread(chance)
    name = f"{county.row.name}{_EASTERN[number % 5]}{number + 1}号{title}（虚构）"
    return Institution(id, name, county.row.id, fields, able)
