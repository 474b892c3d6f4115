"""A form is made, filled in as an office does it, and read back: it says the same as the profile that one would have typed."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import time
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gradeeval.cli.main import run
from gradeeval.language.scope import Scope
from gradeeval.profiles.form_layout import TABLE_FIRST, TABLE_HEADER
from gradeeval.profiles.profile import Profile
from gradeeval.profiles.reading import ProfileReader
from gradeeval.workspace import build

ROOT = Path(__file__).resolve().parents[2]
INSTITUTION = {
    "id": "XN000101541010511A1001",
    "name": "示例医院（虚构）",
    "region": "410105",
    "period": "2024",
    "note": "=1+1 虚构",
    "class": "hospital",
    "category": "general_hospital",
    "level": "tertiary",
    "level_grade": "tertiary_a",
    "ownership": "public",
    "sponsor": "province",
    "government_run": True,
    "roles": ["regional_center", "assisting_hospital"],
}
SUBJECTS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "institution": (["institution", "--ruleset", "henan-2023-31"], {"kind": "institution", **INSTITUTION}),
    "network": (
        ["network", "--type", "county_consortium", "--ruleset", "henan-2025-23"],
        {
            "kind": "network",
            "type": "county_consortium",
            "id": "YGT-1",
            "name": "示例医共体（虚构）",
            "region": "410122",
            "period": "2024",
            "members": [
                {"id": "XN000101541012211A1001", "name": "县医院（虚构）", "roles": ["consortium_lead"], "level": "secondary",
                 "class": "hospital", "ownership": "public", "government_run": True},
                {"id": "XN000201841012211C2201", "name": "卫生院（虚构）", "roles": [], "from": "2023-01-01"},
            ],
        },
    ),
    "region": (
        ["region", "--tier", "province", "--ruleset", "henan-2023-31"],
        {"kind": "region", "tier": "province", "id": "410000", "period": "2024"},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def scope() -> Scope:
    return build(installed=False).scope


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One empty form of each sort and layout."""
    folder = tmp_path_factory.mktemp("forms")
    for name, (words, _profile) in SUBJECTS.items():
        for suffix in (".xlsx", ".csv"):
            assert run(["template", *words, "--period", "2024", "-o", str(folder / f"{name}{suffix}")]) == 0
        many = ["--many", "4", "-o", str(folder / f"{name}-many.xlsx")]
        assert run(["template", *words, "--period", "2024", *many]) == 0
    return folder


def offered(path: Path) -> list[str]:
    """The names of facts that a form asks for."""
    text = path.with_suffix(".csv").read_text(encoding="utf-8-sig")
    keys = [row["key"] for row in csv.DictReader(io.StringIO(text))]
    start = keys.index("note") + 1
    return list(dict.fromkeys(key.partition("=")[0] for key in keys[start:]))


def some_facts(names: list[str], scope: Scope, turn: int = 0) -> dict[str, Any]:
    """A fact of each name, of every form in turn."""
    facts: dict[str, Any] = {}
    for index, name in enumerate(names, turn):
        type_ = scope.types[name]
        proof = {"source": "病案首页", "evidence": ["统计表", "+公文"], "note": "@说明", "status": "verified"}
        if type_.form == "yes_no":
            value: Any = index % 2 == 0
        elif type_.form == "list":
            assert type_.values is not None
            codes = list(type_.values.titles)
            value = [codes[:1], {codes[0]: False, codes[-1]: True}, [], codes][index % 4]
            if len(codes) <= 2 and isinstance(value, dict):
                value = codes
        elif type_.values is not None:
            value = list(type_.values.titles)[index % len(type_.values.titles)]
        elif type_.unit in ("percent", "ratio") and index % 2:
            facts[name] = {"numerator": 17, "denominator": Decimal("20.5"), **proof}
            continue
        else:
            value = 12 if type_.decimals == 0 or type_.unit == "rank" else Decimal("0.1")
        facts[name] = {"value": value, **proof} if index % 3 == 0 else value
    return facts


MARKS = (("有", True), ("无", False))


def table(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as a table holds them: one source for all."""
    plain = {}
    for name, fact in facts.items():
        if isinstance(fact, dict) and "denominator" in fact:
            plain[name] = {"numerator": fact["numerator"], "denominator": fact["denominator"]}
        else:
            plain[name] = fact["value"] if isinstance(fact, dict) and "value" in fact else fact
    return plain


def entries(profile: Mapping[str, Any], scope: Scope) -> dict[str, dict[str, Any]]:
    """What has to be typed into which row and column of a form of rows: titles, 是 and 否, numbers."""
    found: dict[str, dict[str, Any]] = {}
    for key, value in profile.items():
        if key not in ("kind", "tier", "type", "facts", "members"):
            put(found, key, {"value": value}, scope)
    for name, fact in profile.get("facts", {}).items():
        whole = isinstance(fact, dict) and ("value" in fact or "denominator" in fact)
        put(found, name, fact if whole else {"value": fact}, scope)
    return found


def put(found: dict[str, dict[str, Any]], key: str, fact: Mapping[str, Any], scope: Scope) -> None:
    row = {name: value for name, value in fact.items() if name != "value"}
    if "evidence" in row:
        row["evidence"] = "\n".join(row["evidence"])
    if "status" in row:
        row["status"] = scope.vocabulary.lists["data_status"].titles[row["status"]][0]
    value = fact.get("value")
    own = scope.field(key, "institution")
    type_ = scope.types.get(key) or (own.type if own else None)
    if type_ is not None and type_.form == "list":
        assert type_.values is not None
        marks = value if isinstance(value, dict) else dict.fromkeys(value, True)
        for code, holds in marks.items():
            found[f"{key}={code}"] = {"value": "是" if holds else "否"}
        if isinstance(value, list):
            found[f"{key}=*"] = {"value": "是"}
        found[next(iter(found if not marks else (f"{key}={code}" for code in marks)))].update(row) if marks else found[
            f"{key}=*"
        ].update(row)
        return
    if value is not None:
        row["value"] = shown(value, type_.values if type_ is not None else None)
    found[key] = row


def shown(value: Any, values: Any) -> Any:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(values.titles[code][0] for code in value) or "无"
    if isinstance(value, dict):
        marks = [(word, [values.titles[code][0] for code, has in value.items() if has is said]) for word, said in MARKS]
        return "；".join([*(f"{word}：{'、'.join(titles)}" for word, titles in marks if titles), "其余不详"])
    return values.titles[value][0] if values is not None else value


def fill(path: Path, profile: Mapping[str, Any], scope: Scope) -> None:
    """Types a profile into a workbook of rows."""
    book = openpyxl.load_workbook(path)
    left = entries(profile, scope)
    for sheet in book.worksheets:
        columns = {cell.value: cell.column for cell in sheet[1]}
        for row in range(4, sheet.max_row + 1) if "value" in columns else ():
            for column, value in left.pop(str(sheet.cell(row, 1).value), {}).items():
                cell = sheet.cell(row, columns[column])
                assert not cell.protection.locked, (sheet.title, cell.coordinate)
                cell.value = float(value) if isinstance(value, Decimal) else value
                if isinstance(value, str):
                    cell.data_type = "s"
    assert left == {}
    if profile.get("members"):
        fill_table(book["成员名单"], profile["members"], scope)
    book.save(path)


def fill_table(sheet: Any, rows: list[Mapping[str, Any]], scope: Scope) -> None:
    columns = {cell.value: cell.column for cell in sheet[1]}
    for at, item in enumerate(rows, TABLE_FIRST):
        flat = {
            **{key: value for key, value in item.items() if key not in ("kind", "tier", "type")},
            **item.get("facts", {}),
        }
        flat.pop("facts", None)
        for key, value in flat.items():
            if isinstance(value, dict) and "denominator" in value:
                for part, number in value.items():
                    sheet.cell(at, columns[f"{key}/{part}"]).value = float(number)
                continue
            own = scope.field(key, "institution")
            type_ = scope.types.get(key) or (own.type if own else None)
            written = shown(value, type_.values if type_ is not None else None)
            cell = sheet.cell(at, columns[key])
            cell.value = float(written) if isinstance(written, Decimal) else written
            if isinstance(written, str):
                cell.data_type = "s"


def read(path: Path, scope: Scope) -> list[Profile]:
    dataset = ProfileReader(scope).read([path])
    assert [problem.message for problem in dataset.problems] == []
    assert [note.message for note in dataset.notes] == []
    return dataset.profiles


def same(profile: Mapping[str, Any], found: Profile, scope: Scope, folder: Path) -> None:
    """The profile read equals that of the same facts in JSON."""
    path = folder / "typed.json"
    path.write_text(json.dumps(profile, ensure_ascii=False, default=float), encoding="utf-8")
    (wanted,) = read(path, scope)
    assert {name: whole(value) for name, value in found.values.items()} == {
        name: whole(value) for name, value in wanted.values.items()
    }
    assert found.proofs == wanted.proofs
    assert found.members == wanted.members
    assert (found.key, found.name, found.period, found.region, found.tier, found.type) == (
        *(wanted.key, wanted.name, wanted.period, wanted.region, wanted.tier, wanted.type),
    )


def whole(value: Any) -> Any:
    return dict(value) if isinstance(value, Mapping) else value


@pytest.mark.parametrize("turn", [0, 1, 2])
@pytest.mark.parametrize("name", SUBJECTS)
def test_a_filled_workbook_says_what_was_typed(name: str, turn: int, forms: Path, scope: Scope, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    shutil.copy(forms / f"{name}.xlsx", path)
    profile = {**SUBJECTS[name][1], "facts": some_facts(offered(forms / f"{name}.xlsx"), scope, turn)}
    fill(path, profile, scope)
    (found,) = read(path, scope)
    same(profile, found, scope, tmp_path)


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_filled_csv_says_what_was_typed(name: str, forms: Path, scope: Scope, tmp_path: Path) -> None:
    profile = {**SUBJECTS[name][1], "facts": some_facts(offered(forms / f"{name}.xlsx"), scope)}
    profile.pop("members", None)  # a CSV form has no table of members
    left = entries(profile, scope)
    with (forms / f"{name}.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        row.update({column: str(value) for column, value in left.pop(row["key"], {}).items()})
    path = tmp_path / "form.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert left == {}
    (found,) = read(path, scope)
    same(profile, found, scope, tmp_path)


@pytest.mark.parametrize("name", SUBJECTS)
def test_a_table_of_many_says_what_was_typed(name: str, forms: Path, scope: Scope, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    names = offered(forms / f"{name}.xlsx")
    ids = {"institution": ["XN000101541010511A1001", "XN000101541010611A1001"], "network": ["A-1", "A-2"]}
    profiles = [
        {**SUBJECTS[name][1], "id": id, "facts": table(some_facts(names, scope, turn))}
        for turn, id in enumerate(ids.get(name, ["410000", "430000"]))
    ]
    members = [{"network": profile["id"], **row} for profile in profiles for row in profile.pop("members", [])]
    book = openpyxl.load_workbook(forms / f"{name}-many.xlsx")
    fill_table(book["数据"], profiles, scope)
    if members:
        fill_table(book["成员名单"], members, scope)
    book.save(path)
    found = read(path, scope)
    assert len(found) == len(profiles)
    for profile, back in zip(profiles, found, strict=True):
        own = [
            {key: value for key, value in row.items() if key != "network"}
            for row in members
            if row["network"] == profile["id"]
        ]
        same({**profile, **({"members": own} if own else {})}, back, scope, tmp_path)


@pytest.mark.parametrize("name", SUBJECTS)
def test_libreoffice_leaves_a_form_as_it_is(name: str, forms: Path, scope: Scope, tmp_path: Path) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice (soffice) is not installed here")
    path = tmp_path / "form.xlsx"
    shutil.copy(forms / f"{name}.xlsx", path)
    profile = {**SUBJECTS[name][1], "facts": some_facts(offered(forms / f"{name}.xlsx"), scope)}
    fill(path, profile, scope)
    subprocess.run(
        [office, f"-env:UserInstallation=file://{tmp_path}/user", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML",
         "--outdir", str(tmp_path / "saved"), str(path)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    (found,) = read(tmp_path / "saved" / "form.xlsx", scope)
    same(profile, found, scope, tmp_path)


@pytest.mark.parametrize("name", SUBJECTS)
def test_an_empty_form_is_valid_and_all_is_unknown(name: str, forms: Path, scope: Scope) -> None:
    for suffix in (".xlsx", ".csv"):
        (found,) = read(forms / f"{name}{suffix}", scope)
        assert not any(key in scope.indicators for key in found.values)


def test_check_of_a_form_equals_check_of_the_same_in_yaml(forms: Path, scope: Scope, tmp_path: Path) -> None:
    profile = {**SUBJECTS["institution"][1], "facts": some_facts(offered(forms / "institution.xlsx"), scope)}
    form, typed = tmp_path / "form.xlsx", tmp_path / "typed.json"
    shutil.copy(forms / "institution.xlsx", form)
    fill(form, profile, scope)
    typed.write_text(json.dumps(profile, ensure_ascii=False, default=float), encoding="utf-8")
    results = []
    for path in (form, typed):
        out = tmp_path / f"{path.stem}.out.json"
        words = ["--engine", "reference", "--as-of", "2026-03-01", "--fail-on", "never", "-o", str(out)]
        assert run(["check", str(path), *words]) == 0
        results.append(json.loads(out.read_bytes())["findings"])
    assert results[0] == results[1]
    assert results[0]


def test_titles_and_headings_are_locked_and_drop_downs_speak_chinese(forms: Path) -> None:
    book = openpyxl.load_workbook(forms / "institution.xlsx")
    assert book.worksheets[0].title == "填表说明"
    assert {book["_gradeeval"].sheet_state, book["_lists"].sheet_state} == {"veryHidden"}
    offered_words = {cell.value for row in book["_lists"] for cell in row}
    assert {"是", "否", "三级甲等", "公立", "已核实"} <= offered_words
    assert "tertiary_a" not in offered_words
    for sheet in book.worksheets:
        assert sheet.protection.sheet
        assert not sheet.protection.password
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if not cell.protection.locked:
                    assert cell.value is None or sheet.title == "基本信息"


NUMBERS = st.one_of(
    st.integers(0, 10**12),
    st.decimals(0, 10**8, places=6, allow_nan=False),
    st.decimals(0, 10**11, places=2, allow_nan=False),
)


@pytest.mark.no_cover
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_typed_comes_back(data: st.DataObject, forms: Path, scope: Scope, tmp_path: Path) -> None:
    names = data.draw(st.lists(st.sampled_from(offered(forms / "institution.xlsx")), unique=True, max_size=12))
    facts: dict[str, Any] = {}
    for name in names:
        type_ = scope.types[name]
        codes = list(type_.values.titles) if type_.values is not None else []
        if type_.form == "yes_no":
            facts[name] = data.draw(st.booleans())
        elif type_.form == "list":
            facts[name] = data.draw(
                st.one_of(
                    st.lists(st.sampled_from(codes), unique=True),
                    st.dictionaries(st.sampled_from(codes), st.booleans(), min_size=1, max_size=len(codes) - 1),
                )
            )
        elif codes:
            facts[name] = data.draw(st.sampled_from(codes))
        elif type_.unit in ("percent", "ratio") and data.draw(st.booleans()):
            lower = data.draw(st.integers(1, 10**9))
            facts[name] = {"numerator": data.draw(st.integers(0, lower)), "denominator": lower}
        elif type_.decimals == 0:
            facts[name] = data.draw(st.integers(int(type_.lowest or 0), int(type_.highest or 10**12)))
        else:
            number = data.draw(NUMBERS)
            facts[name] = number if type_.highest is None else number % 100
    path = tmp_path / "form.xlsx"
    shutil.copy(forms / "institution.xlsx", path)
    profile = {**SUBJECTS["institution"][1], "facts": facts}
    fill(path, profile, scope)
    (found,) = read(path, scope)
    same(profile, found, scope, tmp_path)


def test_a_table_can_begin_with_what_a_roster_lists(scope: Scope, tmp_path: Path) -> None:
    """Of the shipped rosters, and of one that a user keeps: code, name and classification are there, the rest is open."""
    roster = ROOT / "samples" / "prefecture" / "roster.yaml"
    for words, count in (
        (["institution", "--roster", str(roster)], 3),
        (["network", "--type", "urban_group", "--roster", str(roster)], 2),
        (["region", "--tier", "county"], 9),
    ):
        path = tmp_path / f"{words[0]}.xlsx"
        assert run(["template", *words, "--roster-of", "410500", "--period", "2024", "-o", str(path)]) == 0
        found = read(path, scope)
        assert len(found) == count
        assert all(profile.period.text == "2024" and not profile.proofs for profile in found)
        assert not any(name in scope.indicators for profile in found for name in profile.values)
    dataset = ProfileReader(scope).read([roster])
    listed = {row.id: row for row in dataset.rosters[0].rows}
    for profile in read(tmp_path / "institution.xlsx", scope):
        row = listed[profile.id]
        assert (profile.name, profile.region) == (row.name, row.parent)
        assert row.values.items() <= profile.values.items()


def test_more_rows_than_the_roster_has_are_left_open(scope: Scope, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    words = ["template", "region", "--tier", "county", "--roster-of", "410500", "-o", str(path)]
    assert run([*words, "--many", "12"]) == 0
    numbers = [row[1].value for row in openpyxl.load_workbook(path)["数据"].iter_rows(min_row=TABLE_FIRST)]
    assert numbers == list(range(1, 13))
    assert len(read(path, scope)) == 9


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["institution", "--roster-of", "410500"], 2, "机构和网络的名册请用 --roster 给出"),
        (["institution", "--roster-of", "999999"], 2, "名册中没有区域 999999"),
        (["institution", "--roster", "ROSTER"], 2, "--roster-of 一起用"),
        (["institution", "--roster-of", "410500", "--roster", "COUNTY"], 3, "这里面没有名册"),
        (["institution", "--roster-of", "410500", "--roster", "NOWHERE"], 2, "nowhere"),
    ],
)
def test_a_roster_that_does_not_serve_is_said(
    words: list[str], code: int, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {"ROSTER": "prefecture/roster.yaml", "COUNTY": "county.yaml", "NOWHERE": "nowhere.yaml"}
    path = tmp_path / "form.xlsx"
    called = [str(ROOT / "samples" / files[word]) if word in files else word for word in words]
    assert run(["template", *called, "-o", str(path)]) == code
    assert message in capsys.readouterr().err
    assert not path.exists()


@pytest.mark.parametrize("words", [["institution"], ["network", "--type", "county_consortium", "--many", "3"]])
def test_a_form_is_the_same_bytes_each_time(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    for turn, moment in enumerate((1_700_000_000, 1_800_000_000)):
        monkeypatch.setattr(time, "time", lambda moment=moment: float(moment))
        path = tmp_path / f"{turn}.xlsx"
        assert run(["template", *words, "--period", "2024", "-o", str(path)]) == 0
        made.append(path.read_bytes())
    assert made[0] == made[1]
    with zipfile.ZipFile(io.BytesIO(made[0])) as file:
        assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert file.read("docProps/core.xml").count(b"2000-01-01T00:00:00Z") == 2


def test_a_table_keeps_its_heading_where_the_reader_looks_for_it(forms: Path) -> None:
    sheet = openpyxl.load_workbook(forms / "institution-many.xlsx")["数据"]
    assert sheet.cell(TABLE_HEADER, 3).value == "机构代码"
    assert sheet.freeze_panes == f"E{TABLE_FIRST}"
