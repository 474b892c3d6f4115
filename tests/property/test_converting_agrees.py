"""Whatever stands in the lines: the quick way of records and the exact one take the same, and refuse the same in the same words."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.invented import institution_id, regions
from tests.unit.test_converting import KNOWN, alike, stored

from gradeeval.files.ndjson import Line
from gradeeval.profiles import datasets
from gradeeval.profiles.columns.converting import convert
from gradeeval.profiles.columns.layout import Columns
from gradeeval.profiles.columns.transposing import Stretch, Transposer
from gradeeval.profiles.datasets import Looking, sifting
from gradeeval.profiles.reading import ProfileReader
from gradeeval.profiles.regions import Regions
from gradeeval.profiles.sieve import Sieve

READER = ProfileReader(KNOWN)
QUOTIENTS = [
    f'{{"numerator":{upper},"denominator":{lower}}}'
    for upper, lower in (
        *((1, 3), (4, 3), (0, 0), (1, 0), ("0.5", 3), ("true", 3), ("1.0000001", 3), ('"1"', 3), (-1, 3)),
        *((1, "null"), (10**40, 10**41), (10**33, 10**34), (3, "3.000"), ("1e1", 20), (2**64, 2**65)),
    )
]
NUMBERS = [
    *(
        "0",
        "1",
        "-0",
        "-0.0",
        "7",
        "100",
        "101",
        "-1",
        "1.0",
        "1.50",
        "0.29",
        "0.291",
        "0.29000000000000001",
        "1e3",
        "1E-3",
    ),
    *("1e400", "1e31", "NaN", "Infinity", "-Infinity", "07", "+7", ".5", "5.", "0x10", "1_000", "12345678901234567890"),
    *("9" * 38, "9" * 41, "9" * 5000, "0." + "1" * 50, str(2**63), str(2**126), "99999999999999999999.5"),
    *("0.28999999999999998", "0.2900000000000000", "12.34567890123456", "99.99999999999999", "0.000000000000001"),
    *("1234567890123.45", "99999999999999.9", "999999999999999.9", "9007199254740993", "9007199254740993.0", "1e15"),
]
LISTS = [
    *("[]", '["county_hospital"]', '["county_hospital","tcm_lead"]', '["county_hospital","county_hospital"]', "[1]"),
    *('["x"]', '[["county_hospital"]]', "[true]", "[1,true]", "[{}]", '{"county_hospital":true}', '{"x":true}', "{}"),
    *('{"county_hospital":1}', '{"county_hospital":true,"county_hospital":false}', '{"value":["county_hospital"]}'),
    *(
        '{"value":{"county_hospital":false},"source":"台账"}',
        '{"value":true}',
        '{"denominator":true}',
        "[" * 70 + "]" * 70,
    ),
]
OTHERS = [
    "true",
    "false",
    "null",
    '"7"',
    '"true"',
    '""',
    '"tertiary"',
    '"三级"',
    r'"\ud800"',
    r'"a\":1"',
    '" : {"',
    '"\x01"',
    "1,",
    "",
]
VALUES = st.sampled_from([*QUOTIENTS, *NUMBERS, *LISTS, *OTHERS])
WITH_PROOF = st.builds(
    '{{"value":{},{}}}'.format,
    VALUES,
    st.sampled_from(
        [
            '"source":"台账"',
            '"note":"台账"',
            '"source":"台账","status":"verified"',
            '"source":1',
            '"note":true',
            '"source":""',
            '"evidence":["a","a"]',
            '"unit":"count"',
            '"value":1',
            '"x":1',
        ]
    ),
)
FACTS = st.lists(
    st.tuples(st.sampled_from(["done", "rate", "beds", "grade", "centers", "shared", "pooled", "bedz", "d\\u006fne"]), VALUES | WITH_PROOF),
    max_size=4,
)  # fmt: skip
GOOD = f'{{"id":"{institution_id(9)}","kind":"institution","name":"乙院","region":"990102","period":"2024"}}'
COLONS = st.sampled_from([":", ":", ":", ":", " :", "  :", "\t:", "\r:", ": "])
OWN = st.lists(
    st.tuples(
        st.sampled_from(
            ["category", "level", "level_grade", "roles", "credit_code", "note", "fictional", "name", "region", "period", "tier", "type", "zzz"]
        ),
        VALUES
        | st.sampled_from(
            ['"village_clinic"', '"general_hospital"', '"tertiary_a"', '"secondary_a"', '"91410000MA0000000X"', '"990102"', '"999999"', '"2023"', '"2023..2024"', '"2024-02-30"', '"county"', '"county_consortium"']
        ),
    ),
    max_size=2,
)  # fmt: skip
MEMBERS = st.lists(
    st.tuples(
        st.sampled_from([f'"{institution_id(1)}"', f'"{institution_id(2)}"', '"X"', "5", "null"]),
        st.sampled_from(
            ["", ',"name":null"', ',"from":"2021-03-01"', ',"from":"2021-02-30"', ',"to":7', ',"region":"990101"', ',"region":"1"', ',"name":"乙"']
        )
        | st.sampled_from([',"roles":["county_hospital"]', ',"roles":["x"]', ',"level":"tertiary"', ',"zzz":1']),
    ),
    max_size=3,
)  # fmt: skip


def shown(pairs: Iterable[tuple[str, str]], colon: str = ":") -> str:
    return "{" + ",".join(f'"{name}"{colon}{value}' for name, value in pairs) + "}"


@st.composite
def lines(draw: st.DrawFn) -> str:
    """A line that is a profile, or nearly one."""
    kind = draw(st.sampled_from(["institution"] * 4 + ["network", "region", "hospital"]))
    ids = {
        "institution": [f'"{institution_id(number)}"' for number in range(1, 5)] + ['"XN000001041010211A1001"', "5"],
        "region": ['"990101"', '"990102"', '"990199"'],
    }.get(kind, ['"N1"', '"N2"', '"N 3"'])
    keys = {"id": draw(st.sampled_from(ids)), "kind": f'"{kind}"', "name": '"甲院"', "period": '"2024"'}
    if kind == "region":
        keys["tier"] = draw(st.sampled_from(['"county"', '"prefecture"', "1"]))
    else:
        keys["region"] = '"990101"'
    if kind == "network":
        keys["type"] = draw(st.sampled_from(['"county_consortium"', '"urban_group"', "[]"]))
        if draw(st.booleans()):
            keys["members"] = "[" + ",".join(f'{{"id":{id}{more}}}' for id, more in draw(MEMBERS)) + "]"
    colon = draw(COLONS)
    pairs = [*keys.items(), *draw(OWN)]
    if not draw(st.integers(0, 9)):
        pairs.pop(draw(st.integers(0, len(pairs) - 1)))
    if draw(st.integers(0, 3)):
        inner = shown(draw(FACTS), colon)
        pairs.append(("facts", draw(st.sampled_from([inner] * 9 + ["null", "[]", "3"]))))
    if draw(st.booleans()):  # no name stands twice
        pairs = list(dict(pairs).items())
    return draw(st.sampled_from([""] * 9 + ["\ufeff", " "])) + shown(pairs, colon)


def told(folder: Path, source: Path) -> tuple[Columns, bytes, tuple[int, int]]:
    """What becomes of a file: columns, what was rejected, and the counts of ``validate``."""
    folder.mkdir()
    done = convert(sifting([source], KNOWN), READER, (regions(),), folder)
    looked = sifting([source], KNOWN)
    for _rejected in looked.records(Looking(READER, Sieve(Regions((regions(),))))):
        pass
    assert (done.read, done.rejected) == (looked.read, done.read - sum(done.accepted.values()))
    return stored(folder), (folder / "rejected.ndjson").read_bytes(), (looked.accepted, looked.rejected)


def no_line(_line: Line) -> None:
    """No line is beyond doubt."""


@settings(max_examples=150, deadline=None)
@given(st.lists(lines(), min_size=1, max_size=12))
def test_quick_and_exact_agree(given: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(datasets, "FEW", 1):
        source = Path(folder) / "in.ndjson"
        source.write_text("\n".join((*given, GOOD)) + "\n", encoding="utf-8", newline="")
        quick = told(Path(folder) / "quick", source)
        with (
            mock.patch.object(Transposer, "read", lambda _own, batch: Stretch([None] * len(batch), {})),
            mock.patch.object(Line, "quick", no_line),
        ):
            exact = told(Path(folder) / "exact", source)
        alike(quick[0], exact[0])
        assert quick[1:] == exact[1:]
