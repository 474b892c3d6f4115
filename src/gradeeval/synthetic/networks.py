"""Invented networks: county consortia, urban medical groups and assistance relations, with members, joiners and leavers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from gradeeval.synthetic.chance import spread
from gradeeval.synthetic.institutions import Institution
from gradeeval.synthetic.places import County

_JOINED = ("2019-09-01", "2020-07-01", "2021-03-01", "2022-01-01", "2023-06-01")
_VILLAGE_CLINICS_OF_A_CONSORTIUM = 40
_LARGE = 600
"""Institutions from which on a county has two consortia."""


@dataclass(slots=True)
class Network:
    """An invented network."""

    id: str
    type: str
    name: str
    region: str
    able: float
    members: list[dict[str, Any]] = field(default_factory=list)


def consortia(county: County, found: Sequence[Institution], chance: Random) -> list[Network]:
    """The consortia of a county (one, or two in a large one); their members get their roles."""
    if county.row.values.get("division") == "district" and chance.random() < 0.55:
        return []
    leads = [item for item in found if "county_hospital" in item.roles]
    if not leads:
        return []
    number = 2 if len(found) >= _LARGE and len(leads) > 1 else 1
    primary = [item for item in found if item.category in ("township_health_center", "community_health_center")]
    clinics = [item for item in found if item.category == "village_clinic"]
    made = []
    for index in range(number):
        able = 0.6 * county.wealth + 0.7 * spread(chance)
        name = f"{county.row.name}第{index + 1}紧密型县域医共体（虚构）"
        network = Network(f"XN-YGT-{county.row.id}-{index + 1}", "county_consortium", name, county.row.id, able)
        lead = leads[index]
        _join(network, lead, ["consortium_lead"], chance)
        for item in leads[number:] if index == 0 else ():
            _join(
                network, item, ["consortium_member", "tcm_lead"][: 2 if item.category == "tcm_hospital" else 1], chance
            )
        for item in primary[index::number]:
            _join(network, item, ["consortium_member"], chance)
        for item in clinics[index : _VILLAGE_CLINICS_OF_A_CONSORTIUM * number : number]:
            _join(network, item, ["consortium_member"], chance)
        made.append(network)
    return made


def urban_groups(
    prefecture: str, name: str, wealth: float, leads: Sequence[Institution], rest: Sequence[Institution], chance: Random
) -> list[Network]:
    """The urban groups of a prefecture, each led by one of its hospitals."""
    made: list[Network] = []
    wanted = min(len(leads), 1 + int(chance.random() * 3))
    for index, lead in enumerate(leads[:wanted]):
        able = 0.5 * wealth + 0.7 * spread(chance)
        network = Network(
            f"XN-UG-{prefecture}-{index + 1}",
            "urban_group",
            f"{name}第{index + 1}城市医疗集团（虚构）",
            prefecture,
            able,
        )
        _join(network, lead, [], chance)
        for item in rest[index::wanted]:
            _join(network, item, [], chance)
        made.append(network)
    return made


def assistance(helping: Sequence[Institution], helped: Iterable[Institution], chance: Random) -> list[Network]:
    """An assistance relation for each hospital that is helped."""
    made: list[Network] = []
    for number, item in enumerate(helped):
        helper = helping[number % len(helping)]
        able = 0.5 * helper.able + 0.6 * spread(chance)
        network = Network(f"XN-BF-{item.id}", "tertiary_assistance", f"{helper.name}帮扶{item.name}", item.region, able)
        _join(network, helper, ["assisting_hospital"], chance)
        _join(network, item, ["assisted_hospital"], chance)
        made.append(network)
    return made


def _join(network: Network, item: Institution, roles: list[str], chance: Random) -> None:
    """A row of the list of members. A consortium's roles become the institution's own; some members have left."""
    row: dict[str, Any] = {"id": item.id, "name": item.name}
    if roles:
        row["roles"] = roles
    row["from"] = _JOINED[int(chance.random() * len(_JOINED))]
    if "consortium_lead" not in roles and chance.random() < 0.015:
        row["to"] = "2023-12-31"
    else:
        item.roles.extend(role for role in roles if role not in item.roles)
    network.members.append(row)
