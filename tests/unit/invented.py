"""A small invented country to test with: one province, two prefectures, five counties, and the profiles one puts there.

In memory (``scope``, ``requirement``, ``profile``, ``world``) and on disk (``write_country``, ``write_ruleset``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from gradeeval.engines import reference
from gradeeval.engines.judgement import Judgement
from gradeeval.engines.views import World
from gradeeval.findings.finding import Finding, make_finding
from gradeeval.language.nodes import Requirement
from gradeeval.language.reading import read_indicator, read_requirement, read_values
from gradeeval.language.scope import Scope, build_scope
from gradeeval.profiles.facts import read_fact
from gradeeval.profiles.identifiers import organisation_code_check
from gradeeval.profiles.profile import ListedPart, Member, Profile, Roster, Value
from gradeeval.schemas import shipped
from gradeeval.timeline import read_period
from gradeeval.vocabulary import KINDS, Vocabulary, read_vocabulary

Plain = Mapping[str, Any]

REGIONS = (
    ("990000", "甲省", "province", "province", "000000"),
    ("990100", "子市", "prefecture", "prefecture", "990000"),
    ("990200", "丑市", "prefecture", "prefecture", "990000"),
    ("990101", "东县", "county", "county", "990100"),
    ("990102", "西县", "county", "county", "990100"),
    ("990103", "南区", "county", "district", "990100"),
    ("990201", "北县", "county", "county", "990200"),
    ("999001", "飞地县", "county", "direct", "990000"),
)
"""Code, name, tier, division, parent. 999001 lies in 990000 though its code does not say so."""

BASE = {
    "id": "x/1",
    "clause": "一",
    "quote": "…",
    "binds": {"kind": "institution"},
    "indicator": "done",
    "target": True,
    "due_from": "none",
    "force": "mandatory",
}


@cache
def vocabulary() -> Vocabulary:
    """That of the shipped schemas."""
    return read_vocabulary({name: shipped(name) for name in ("vocabulary", *KINDS)})


def scope(indicators: Mapping[str, Plain], types: Mapping[str, Plain] | None = None) -> Scope:
    """A scope of indicators as they stand in ``indicators.yaml``; the title is the name where there is none."""
    read = [read_indicator(name, {"title": name, **node}) for name, node in indicators.items()]
    return build_scope(vocabulary(), read, [read_values(name, node) for name, node in (types or {}).items()])


def requirement(**keys: Any) -> Requirement:
    """A requirement as it stands in a file: ``BASE`` with other keys; a key that is None is left out."""
    plain = {key: value for key, value in {**BASE, **keys}.items() if value is not None}
    return read_requirement(plain, str(plain["id"]).partition("/")[0], keys.get("tolerance", 5))


def profile(
    known: Scope,
    kind: str = "institution",
    id: str = "A",
    period: str = "2024",
    *,
    region: str | None = None,
    tier: str | None = None,
    type: str | None = None,
    members: Sequence[Member] | None = None,
    **given: Any,
) -> Profile:
    """A profile; ``given`` are fields and facts as they stand in a file."""
    when = read_period(period)
    assert when is not None
    values: dict[str, Value] = {}
    for name, written in given.items():
        if name in known.indicators:
            value, _proof, fault = read_fact(written, known.types[name])
            assert fault is None, fault
            assert value is not None
            values[name] = value
        else:
            values[name] = frozenset(written) if isinstance(written, list) else written
    place = region or (id if kind == "region" else "990101")
    listed = tuple(members) if members is not None else None
    return Profile(kind, id, f"名称{id}", when, place, tier, type, values, listed, plain={"id": id, **given})


def member(id: str, first: str | None = None, last: str | None = None, **fields: Any) -> Member:
    """A row of a list of members."""
    return Member(
        id, f"名称{id}", {k: frozenset(v) if isinstance(v, list) else v for k, v in fields.items()}, first, last
    )


def regions(*complete: str) -> Roster:
    """The roster of the regions; complete for prefectures and counties unless told otherwise."""
    rows = tuple(
        ListedPart("region", code, name, parent, tier, None, {"division": division})
        for code, name, tier, division, parent in REGIONS
    )
    return Roster("甲省", "甲省区划", "990000", rows, frozenset(complete or ("prefecture", "county")))


def institutions(*rows: ListedPart, region: str = "990000", complete: Iterable[str] = ("institution",)) -> Roster:
    """A roster that lists institutions without a gap."""
    return Roster("机构", "机构名册", region, rows, frozenset(complete))


def listed(
    id: str, parent: str = "990101", first: str | None = None, last: str | None = None, **fields: Any
) -> ListedPart:
    """A row of a roster of institutions."""
    return ListedPart("institution", id, f"名称{id}", parent, None, None, fields, first, last)


def world(known: Scope, profiles: Iterable[Profile], *rosters: Roster) -> World:
    """The world of these profiles and rosters; of the regions of the country where none is given."""
    return World(known, list(profiles), rosters or (regions(),))


def judge(wanted: Requirement, around: World, of: Profile, *permits: Requirement) -> Judgement:
    """What the reference engine says."""
    engine = reference.Engine([wanted], around.scope, {permit.id: permit for permit in permits})
    return engine.judge(around.view(of))[0]


def find(
    wanted: Requirement,
    around: World,
    of: Profile,
    *permits: Requirement,
    as_of: str = "2025-06-30",
    late: bool = False,
) -> Finding:
    """The finding, as of a day."""
    return make_finding(judge(wanted, around, of, *permits), around.view(of), around.scope, as_of, late)


def overdue(wanted: Requirement, due: str = "2024-12-31") -> Requirement:
    """The requirement with a due date of its clause."""
    return replace(wanted, due=due, due_from="clause")


# -- on disk -----------------------------------------------------------------------------------------------------------


def institution_id(number: int) -> str:
    """A code of 22 characters with the right check character."""
    body = f"XN{number:06d}"
    return f"{body}{organisation_code_check(body)}99010111A1001"


class Plainly(yaml.SafeDumper):
    """Writes what stands in two places twice: the program takes no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def write(path: Path, content: object) -> Path:
    """A YAML file; the folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = (
        content if isinstance(content, str) else yaml.dump(content, Dumper=Plainly, allow_unicode=True, sort_keys=False)
    )
    path.write_text(text, encoding="utf-8")
    return path


def write_country(root: Path) -> Path:
    """The folder of rulesets with the roster of the country, a shared indicator, and no document yet."""
    rows = [
        {"code": code, "name": name, "tier": tier, "division": division, "parent": parent}
        for code, name, tier, division, parent in REGIONS
    ]
    write(
        root / "shared" / "rosters" / "jia.yaml",
        {
            "title": "甲省区划",
            "source": "编造",
            "jurisdiction": "990000",
            "complete": ["prefecture", "county"],
            "rows": rows,
        },
    )
    write(
        root / "shared" / "indicators" / "all.yaml",
        {"indicators": {"shared_beds": {"title": "床位", "kind": "institution", "unit": "count"}}},
    )
    return root


INDICATORS: Mapping[str, Plain] = {
    "done": {"title": "已做到", "title_en": "Done", "kind": "institution", "unit": "yes_no"},
    "grade_points": {"title": "得点", "title_en": "Points", "kind": "institution", "unit": "count"},
}


def write_ruleset(
    root: Path,
    id: str = "jia-2024-1",
    *,
    requirements: Sequence[Plain] = ({},),
    indicators: Mapping[str, Plain] | None = None,
    types: Mapping[str, Plain] | None = None,
    examples: Mapping[str, Any] | None = None,
    segments: Sequence[Plain] | None = None,
    **document: Any,
) -> Path:
    """A ruleset folder. Requirements are ``BASE`` with other keys and ids ``<id>/1.1``, ``<id>/1.2`` … in order."""
    folder = root / id
    head = {"id": id, "title": f"文件{id}", "title_en": f"Document {id}", "jurisdiction": "990000", **document}
    write(folder / "document.yaml", {key: value for key, value in head.items() if value is not None})
    own: dict[str, Any] = {"indicators": dict(INDICATORS if indicators is None else indicators)}
    if types is not None:
        own["types"] = types
    if own["indicators"] or types:
        write(folder / "indicators.yaml", own)
    plain = [{**BASE, "id": f"{id}/1.{n}", "title": f"要求{n}", **keys} for n, keys in enumerate(requirements, 1)]
    write(folder / "requirements" / "1.yaml", [{k: v for k, v in item.items() if v is not None} for item in plain])
    if examples is not None:
        write(folder / "examples" / "1.yaml", examples)
    if segments is not None:
        write(folder / "clauses.yaml", {"segments": segments})
    return folder


def institution(number: int = 1, **keys: Any) -> dict[str, Any]:
    """An institution as it stands in a profile file; a key that is None is left out."""
    plain = {
        "id": institution_id(number),
        "kind": "institution",
        "name": f"示例{number}（虚构）",
        "region": "990101",
        "period": "2024",
        "facts": {"done": True},
        **keys,
    }
    return {key: value for key, value in plain.items() if value is not None}
