"""Writes an invented dataset: NDJSON files province by province, their rosters, and the manifest. Nothing is held but one county."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import IO, Any

from gradeeval.language.nodes import Reach, Requirement
from gradeeval.language.scope import Scope
from gradeeval.profiles.profile import ListedPart
from gradeeval.synthetic.asking import Asking
from gradeeval.synthetic.chance import shares, source, spread
from gradeeval.synthetic.facts import Facts, size_of
from gradeeval.synthetic.institutions import Institution, institutions
from gradeeval.synthetic.networks import Network, assistance, consortia, urban_groups
from gradeeval.synthetic.places import Province
from gradeeval.timeline import Period, days_between

_ABSENT = 0.006
"""Part of the listed institutions that send no profile."""

_UNLISTED = 0.001
_FIELD_MISSING = 0.012
_MAY_BE_MISSING = ("level", "level_grade", "ownership", "management_class", "sponsor", "government_run")
_SOURCES = ("卫生统计直报", "病案首页", "财务年报", "医保结算")

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


@dataclass(slots=True)
class _Lines:
    """A file that is being written, line by line, with the number and the digest of what is in it."""

    path: str
    stream: IO[bytes]
    count: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)

    def write(self, record: Mapping[str, Any]) -> None:
        line = _compact(record).encode() + b"\n"
        self.stream.write(line)
        self._digest.update(line)
        self.count += 1

    @property
    def entry(self) -> dict[str, Any]:
        return {"path": self.path, "records": self.count, "sha256": self._digest.hexdigest()}


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be made: so many institutions in these provinces, in these periods (earliest first)."""

    provinces: Sequence[Province]
    institutions: int
    periods: Sequence[Period]
    seed: int


def write_dataset(
    wish: Wish,
    folder: Path,
    scope: Scope,
    requirements: Sequence[Requirement],
    watched: Callable[[Sequence[Province]], Iterable[Province]] = iter,
) -> dict[str, Any]:
    """Writes all files but the manifest into an empty folder and returns what the manifest says.

    The same wish and rules give the same bytes. ``watched`` goes over the provinces and may show how far it is.
    """
    last = wish.periods[-1].end
    years = tuple(-days_between(period.end, last) / 365.25 for period in wish.periods)
    facts = Facts(Asking(scope, requirements), years)
    counts = shares([province.weight for province in wish.provinces], wish.institutions)
    numbers = dict(zip((province.row.id for province in wish.provinces), counts, strict=True))
    files: list[dict[str, Any]] = []
    for province in watched(wish.provinces):
        (folder / province.row.id).mkdir()
        with ExitStack() as open_files:
            writer = _Writer(province, wish, facts, folder, open_files)
            writer.write(numbers[province.row.id])
            files.extend(lines.entry for lines in writer.files)
    return {
        "format": "gradeeval-dataset/1",
        "title": f"虚构数据集：{wish.provinces[0].row.name if len(wish.provinces) == 1 else '全国'}，{wish.institutions} 家机构",
        "title_en": f"Invented dataset of {wish.institutions} institutions",
        "fictional": True,
        "note": "全部机构、网络和数字都是编造的；只有名册上的区划代码和名称是真实的。",
        "periods": [period.text for period in wish.periods],
        "files": files,
    }


class _Writer:
    """One province while it is written."""

    def __init__(self, province: Province, wish: Wish, facts: Facts, folder: Path, open_files: ExitStack) -> None:
        self.province = province
        self.wish = wish
        self.facts = facts
        self.chance = source(wish.seed, province.row.id)
        self.files: list[_Lines] = []

        def opened(name: str) -> _Lines:
            path = f"{province.row.id}/{name}"
            lines = _Lines(path, open_files.enter_context((folder / path).open("wb")))
            self.files.append(lines)
            return lines

        self.roster = opened("roster.ndjson")
        self.regions = opened("regions.ndjson")
        self.networks = opened("networks.ndjson")
        self.institutions = [opened(f"institutions-{period.text}.ndjson") for period in wish.periods]
        self.serial = 0

    def write(self, count: int) -> None:
        """All files of the province."""
        self._head()
        leads: dict[str, list[Institution]] = {}
        rest: dict[str, list[Institution]] = {}
        helped: list[Institution] = []
        counts = shares([county.weight for county in self.province.counties], count)
        for county, number in zip(self.province.counties, counts, strict=True):
            found = institutions(county, number, self.serial, self.chance)
            self.serial += number
            for network in consortia(county, found, self.chance):
                self._network(network)
            for item in found:
                if item.category == "general_hospital" and item.fields["sponsor"] in ("province", "prefecture"):
                    leads.setdefault(county.prefecture, []).append(item)
                elif item.category == "community_health_center" and county.row.values.get("division") == "district":
                    rest.setdefault(county.prefecture, []).append(item)
                if "assisted_hospital" in item.roles:
                    helped.append(item)
            clinics = sum(item.category == "village_clinic" for item in found)
            self._region(county.row, county.wealth, clinics)
            for item in found:
                self._institution(item)
        self._wider(leads, rest, helped)

    def _head(self) -> None:
        """The head of the roster: what it is complete for; then the regions that no other roster lists."""
        own = self.province.row
        complete = ["institution", "county_consortium", "urban_group", "tertiary_assistance"]
        if self.province.invented:
            complete += ["prefecture", "county"]
        self.roster.write(
            {
                "title": f"{own.name}机构和医联体名册（虚构）",
                "source": f"gradeeval new dataset 编造，种子 {self.wish.seed}",
                "jurisdiction": own.id,
                "complete": complete,
                "fictional": True,
            }
        )
        for row in self.province.invented:
            self.roster.write(
                {
                    "code": row.id,
                    "name": row.name,
                    "tier": row.tier,
                    "division": row.values["division"],
                    "parent": row.parent,
                }
            )

    def _wider(
        self, leads: dict[str, list[Institution]], rest: dict[str, list[Institution]], helped: list[Institution]
    ) -> None:
        """What is known once all counties are done: groups, assistance, and the regions above the counties."""
        wealth: dict[str, list[float]] = {}
        for county in self.province.counties:
            wealth.setdefault(county.prefecture, []).append(county.wealth)
        rows = {row.id: row for row in self.province.regions}
        for code, own in wealth.items():
            middle = sum(own) / len(own)
            row = rows.get(code)
            if row is not None and row.tier == "prefecture":
                for network in urban_groups(
                    code, row.name, middle, leads.get(code, ()), rest.get(code, ()), self.chance
                ):
                    self._network(network)
                self._region(row, middle)
        helping = [item for found in leads.values() for item in found if "assisting_hospital" in item.roles]
        for network in assistance(helping, helped, self.chance) if helping else ():
            self._network(network)
        row = self.province.row
        if row.tier == "province":
            mean = sum(county.wealth for county in self.province.counties) / len(self.province.counties)
            self._region(row, 2.0 * mean)

    def _institution(self, item: Institution) -> None:
        """The roster's row and the profiles; some institutions are absent, a few are on no roster."""
        chance = self.chance
        one = chance.random
        if one() >= _UNLISTED:
            row = {"id": item.id, "kind": "institution", "name": item.name, "region": item.region}
            row.update((name, item.fields[name]) for name in ("class", "category", "level", "ownership", "sponsor"))
            self.roster.write(row)
        if one() < _ABSENT:
            return
        size = size_of(item.fields, item.able, chance)
        drawn = self.facts.institution(item.fields, item.able, size, chance)
        fields = dict(item.fields)
        if one() < _FIELD_MISSING:
            gone = _MAY_BE_MISSING[int(one() * len(_MAY_BE_MISSING))]
            del fields[gone]
        head = {"id": item.id, "kind": "institution", "name": item.name, "region": item.region}
        proof = one() < 0.1
        for lines, period, facts in zip(self.institutions, self.wish.periods, drawn, strict=True):
            if proof:
                _with_source(facts, chance)
            lines.write({**head, "period": period.text, "fictional": True, **fields, "facts": facts})

    def _network(self, network: Network) -> None:
        self.roster.write(
            {"id": network.id, "kind": "network", "type": network.type, "name": network.name, "region": network.region}
        )
        drawn = self.facts.other(Reach("network", type=network.type), {}, network.able, self.chance, {})
        head = {
            "id": network.id,
            "kind": "network",
            "type": network.type,
            "name": network.name,
            "region": network.region,
        }
        for period, facts in zip(self.wish.periods, drawn, strict=True):
            record = {**head, "period": period.text, "fictional": True, "members": network.members, "facts": facts}
            self.networks.write(record)

    def _region(self, row: ListedPart, wealth: float, clinics: int = 0) -> None:
        chance = self.chance
        able = wealth + 0.5 * spread(chance)
        owned = clinics * min(1.0, 0.88 + 0.06 * able)
        known = {
            "village_clinics": clinics,
            "public_property_village_clinics": owned,
            "tcm_village_clinics": clinics * min(1.0, max(0.2, 0.74 + 0.1 * able)),
        }
        tier = str(row.tier)
        division = {"division": str(row.values["division"])} if "division" in row.values else {}
        drawn = self.facts.other(Reach("region", tier), division, able, chance, known if tier == "county" else {})
        published = self.facts.published(tier, able, chance)
        for period, facts, more in zip(self.wish.periods, drawn, published, strict=True):
            head = {"id": row.id, "kind": "region", "tier": tier, "period": period.text, "fictional": True}
            self.regions.write({**head, "facts": {**facts, **more}})


def _with_source(facts: dict[str, Any], chance: Random) -> None:
    """Some figures say where they are from, percentages also of how many."""
    origin = _SOURCES[int(chance.random() * len(_SOURCES))]
    for name in list(facts)[::3]:
        facts[name] = {"value": facts[name], "source": origin, "status": "self_reported"}
