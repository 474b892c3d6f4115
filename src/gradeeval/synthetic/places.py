"""Where an invented dataset plays: the real regions of the rosters, and invented ones where no roster is at hand.

The codes of provinces and the numbers of their counties are those of the nation; a prefecture or county that no roster lists
gets a code with a hyphen, which no real one has, and a name that says that it is invented.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from gradeeval.errors import Misuse, NotFound
from gradeeval.messages import _
from gradeeval.profiles.profile import ListedPart, Roster
from gradeeval.synthetic.chance import source, spread

NATION = "100000"

# Code, name, counties (2023), and institutions in thousands (2022), rounded.
_PROVINCES = (
    ("110000", "北京市", 16, 11),
    ("120000", "天津市", 16, 6),
    ("130000", "河北省", 167, 91),
    ("140000", "山西省", 117, 40),
    ("150000", "内蒙古自治区", 103, 25),
    ("210000", "辽宁省", 100, 33),
    ("220000", "吉林省", 60, 25),
    ("230000", "黑龙江省", 121, 21),
    ("310000", "上海市", 16, 6),
    ("320000", "江苏省", 95, 37),
    ("330000", "浙江省", 90, 36),
    ("340000", "安徽省", 104, 30),
    ("350000", "福建省", 84, 29),
    ("360000", "江西省", 100, 36),
    ("370000", "山东省", 136, 87),
    ("410000", "河南省", 157, 82),
    ("420000", "湖北省", 103, 37),
    ("430000", "湖南省", 122, 56),
    ("440000", "广东省", 122, 60),
    ("450000", "广西壮族自治区", 111, 34),
    ("460000", "海南省", 25, 6),
    ("500000", "重庆市", 38, 22),
    ("510000", "四川省", 183, 75),
    ("520000", "贵州省", 88, 29),
    ("530000", "云南省", 129, 27),
    ("540000", "西藏自治区", 74, 7),
    ("610000", "陕西省", 107, 35),
    ("620000", "甘肃省", 86, 25),
    ("630000", "青海省", 44, 6),
    ("640000", "宁夏回族自治区", 22, 5),
    ("650000", "新疆维吾尔自治区", 107, 17),
)
_COUNTIES_OF_A_PREFECTURE = 9
_WEIGHT = {"county": 1.0, "county_city": 1.15, "district": 0.85, "direct": 1.2, "functional": 0.25}


@dataclass(frozen=True, slots=True)
class County:
    """Where institutions lie. ``weight`` is its part of them, ``wealth`` how well off it is (about -2 to 2).

    ``seat``: the province's (2) or prefecture's (1) own hospitals lie here.
    """

    row: ListedPart
    prefecture: str
    weight: float
    wealth: float
    seat: int = 0


@dataclass(frozen=True, slots=True)
class Province:
    """A part of the dataset with files of its own: a province, or a narrower region that was asked for.

    ``regions`` are it and all below it; ``invented`` those that no roster lists.
    """

    row: ListedPart
    regions: tuple[ListedPart, ...]
    counties: tuple[County, ...]
    invented: tuple[ListedPart, ...] = ()
    weight: float = field(default=1.0)


def region(code: str, rosters: Iterable[Roster], day: str, seed: int) -> Province:
    """A region of a roster with everything below it. Raises ``NotFound``, or ``Misuse`` where nothing lies below it."""
    rows = _rows(rosters, day)
    if code not in rows:
        raise NotFound(_("名册中没有区域 {region}").format(region=code))
    inside = _inside(code, rows)
    if not any(row.tier == "county" for row in inside):
        raise Misuse(_("名册中 {region} 以下没有县（市、区），造不出数据集").format(region=code))
    return _province(rows[code], inside, (), seed)


def nation(rosters: Iterable[Roster], day: str, seed: int) -> list[Province]:
    """All provinces: with the counties of the rosters, and invented ones up to the number that the province has."""
    rows = _rows(rosters, day)
    found = []
    for code, name, counties, thousands in _PROVINCES:
        own = rows.get(code) or ListedPart("region", code, name, NATION, "province", values={"division": "province"})
        listed = _inside(code, rows)
        missing = counties - sum(row.tier == "county" for row in listed)
        invented = [] if code in rows else [own]
        if missing > 0:
            invented += _invented(own, missing)
        inside = [own, *(row for row in listed if row.id != code), *(row for row in invented if row.id != code)]
        province = _province(own, inside, tuple(invented), seed)
        found.append(Province(own, province.regions, province.counties, province.invented, float(thousands)))
    return found


def _rows(rosters: Iterable[Roster], day: str) -> dict[str, ListedPart]:
    rows: dict[str, ListedPart] = {}
    for roster in rosters:
        for row in roster.rows:
            if row.kind == "region" and row.holds_on(day):
                rows.setdefault(row.id, row)
    return rows


def _inside(code: str, rows: Mapping[str, ListedPart]) -> list[ListedPart]:
    """The region and all below it, in the order of the rosters."""

    def within(row: ListedPart) -> bool:
        seen = {row.id}
        while row.id != code:
            above = rows.get(row.parent or "")
            if above is None or above.id in seen:
                return False
            row = above
            seen.add(row.id)
        return True

    return [row for row in rows.values() if within(row)]


def _invented(province: ListedPart, counties: int) -> list[ListedPart]:
    prefectures = max(1, round(counties / _COUNTIES_OF_A_PREFECTURE))
    rows = []
    for number in range(prefectures):
        code = f"{province.id}-p{number + 1:02}"
        title = f"{province.name}第{number + 1}示例市（虚构）"
        rows.append(ListedPart("region", code, title, province.id, "prefecture", values={"division": "prefecture"}))
    for number in range(counties):
        division = "district" if number < counties * 0.34 else "county_city" if number < counties * 0.48 else "county"
        word = {"district": "区", "county_city": "市", "county": "县"}[division]
        name = f"{province.name}第{number + 1}示例{word}（虚构）"
        code = f"{province.id}-c{number + 1:03}"
        parent = rows[number % prefectures].id
        rows.append(ListedPart("region", code, name, parent, "county", values={"division": division}))
    return rows


def _province(row: ListedPart, inside: list[ListedPart], invented: tuple[ListedPart, ...], seed: int) -> Province:
    chance = source(seed, "counties", row.id)
    wealth = {row.id: 0.5 * spread(chance)}
    for part in inside:
        if part.tier == "prefecture":
            wealth[part.id] = wealth[row.id] + 0.6 * spread(chance)
    counties: list[County] = []
    seats: set[str] = set()
    for part in inside:
        if part.tier != "county":
            continue
        above = part.parent or row.id
        division = str(part.values.get("division", "county"))
        seat = 0
        if above not in seats and (division in ("district", "direct") or above == row.id):
            seat = 1 if seats else 2
            seats.add(above)
        weight = _WEIGHT.get(division, 1.0) * 2.0 ** (0.5 * spread(chance)) + 0.6 * seat
        own = wealth.get(above, 0.0) + 0.6 * spread(chance)
        counties.append(County(part, above, weight, own, seat))
    return Province(row, tuple(inside), tuple(counties), invented)
