"""What a filled form may have done to it: each case a message with its place, and no filled cell lost without a word."""

from __future__ import annotations

import io
import shutil
import struct
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from gradeeval.cli.main import run
from gradeeval.errors import NotFound
from gradeeval.files.archives import MAX_UNPACKED
from gradeeval.language.scope import Scope
from gradeeval.profiles import workbook
from gradeeval.profiles.form_layout import ENTRY_COLUMNS
from gradeeval.profiles.form_values import codes
from gradeeval.profiles.reading import Dataset, ProfileReader
from gradeeval.profiles.workbook import Cell
from gradeeval.vocabulary import Values
from gradeeval.workspace import build

ID = "XN000101541010511A1001"
COUNT = "largest_site_beds"


@pytest.fixture(scope="module")
def scope() -> Scope:
    return build(installed=False).scope


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("form") / "form.xlsx"
    words = ["template", "institution", "--ruleset", "henan-2023-31", "--period", "2024", "-o"]
    assert run([*words, str(path)]) == 0
    assert run([*words, str(path.with_suffix(".csv"))]) == 0
    assert run([*words, str(path.with_name("many.xlsx")), "--many", "5"]) == 0
    return path


class Form:
    """A workbook that is being filled in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = openpyxl.load_workbook(path)

    def cell(self, key: str, column: str = "value") -> Any:
        """The cell of a row key and a column key."""
        for sheet in self.book.worksheets:
            columns = {cell.value: int(str(cell.column)) for cell in sheet[1]}
            for row in range(4, sheet.max_row + 1) if column in columns else ():
                if sheet.cell(row, 1).value == key:
                    return sheet.cell(row, columns[column])
        raise KeyError(key)

    def place(self, key: str, column: str = "value") -> str:
        cell = self.cell(key, column)
        return f"{cell.parent.title}!{cell.coordinate}"

    def put(self, key: str, value: object, column: str = "value") -> str:
        cell = self.cell(key, column)
        cell.value = value
        return self.place(key, column)


@pytest.fixture
def form(empty: Path, tmp_path: Path) -> Form:
    path = tmp_path / "form.xlsx"
    shutil.copy(empty, path)
    return Form(path)


def read(form: Form | Path, scope: Scope) -> Dataset:
    if isinstance(form, Form):
        form.book.save(form.path)
    return ProfileReader(scope).read([form.path if isinstance(form, Form) else form])


def told(dataset: Dataset) -> list[tuple[str, str]]:
    return [(problem.path, problem.message) for problem in dataset.problems]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("beds", "500", "文本格式的数字"),
        ("beds", "约500", "应填数字"),
        ("beds", "=250+250", "公式"),
        ("beds", date(2024, 3, 5), "日期"),
        ("beds", True, "应填数字"),
        ("beds", -1, "不得小于 0"),
        ("beds", 1.5, "小数位数"),
        ("yes", 1, "“是”或“否”"),
        ("yes", "有", "“是”或“否”"),
        ("level", "三等", "是否指“三级”"),
        ("name", 12, "应填文字"),
        ("name", '=HYPERLINK("http://example.org","医院")', "公式"),
        ("period", "2024-13-01", "时期"),
        ("region", "郑州", "行政区划代码"),
        ("id", None, "必须填写"),
    ],
)
def test_each_refused_cell_is_named(key: str, value: object, message: str, form: Form, scope: Scope) -> None:
    names = {"beds": COUNT, "yes": "geriatrics_department"}
    place = form.put(names.get(key, key), value)
    dataset = read(form, scope)
    ((path, sentence),) = told(dataset)
    assert path == place
    assert message in sentence
    assert dataset.profiles == []


def test_all_faults_of_a_form_are_told_at_once_and_each_cell_is_accounted_for(form: Form, scope: Scope) -> None:
    places = {form.put(COUNT, "500"), form.put("geriatrics_department", "有"), form.put("level", "三等")}
    form.put("ownership", "公立")
    dataset = read(form, scope)
    assert {path for path, _sentence in told(dataset)} == places
    assert dataset.profiles == []


@pytest.mark.parametrize("column", ENTRY_COLUMNS)
def test_no_filled_cell_is_lost(column: str, form: Form, scope: Scope) -> None:
    """A formula in each cell of a column that may be filled in: every one is named, in whatever sheet it stands."""
    places = set()
    for sheet in form.book.worksheets:
        columns = {cell.value: int(str(cell.column)) for cell in sheet[1]}
        for row in range(4, sheet.max_row + 1) if column in columns else ():
            cell = sheet.cell(row, columns[column])
            if not cell.protection.locked:
                cell.value = "=1"
                places.add(f"{sheet.title}!{cell.coordinate}")
    dataset = read(form, scope)
    named = {path for path, sentence in told(dataset) if "公式" in sentence or "一起填" in sentence}
    assert places - named == set()
    assert dataset.profiles == []


@pytest.mark.no_cover
def test_each_filled_cell_is_taken_refused_or_noted(form: Form, scope: Scope) -> None:
    """One cell after the other on its own: the profile changes, or its place is named."""
    blank = read(form, scope).profiles[0]
    for sheet in form.book.worksheets:
        columns = {cell.value: int(str(cell.column)) for cell in sheet[1]}
        for row in range(4, sheet.max_row + 1, 12) if "value" in columns else ():
            for value in ("是", 7):
                cell = sheet.cell(row, columns["value"])
                if cell.protection.locked:
                    continue
                before, cell.value = cell.value, value
                dataset = read(form, scope)
                place = f"{sheet.title}!{cell.coordinate}"
                named = {problem.path for problem in (*dataset.problems, *dataset.notes)}
                assert place in named or dataset.profiles[0].plain != blank.plain, place
                cell.value = before


def test_a_percent_format_is_refused_and_a_share_is_exact(form: Form, scope: Scope) -> None:
    share = next(
        name
        for name, type_ in scope.types.items()
        if type_.unit == "percent" and scope.indicators[name].reach.kind == "institution" and has(form, name)
    )
    place = form.put(share, 0.85)
    form.cell(share).number_format = "0.00%"
    ((path, sentence),) = told(read(form, scope))
    assert path == place
    assert "百分比格式" in sentence
    form.cell(share).number_format = "General"
    form.put(share, 0.1234567)
    ((path, sentence),) = told(read(form, scope))
    assert (path, "小数位数" in sentence) == (place, True)
    form.put(share, 84.96)
    assert read(form, scope).profiles[0].values[share] == 84_960_000
    form.put(share, 17, "numerator")
    ((path, sentence),) = told(read(form, scope))
    assert "一起填" in sentence
    form.put(share, 20, "denominator")
    assert "删去一种" in told(read(form, scope))[0][1]
    form.put(share, None)
    assert str(read(form, scope).profiles[0].values[share]).startswith("Interval")


def has(form: Form, key: str) -> bool:
    try:
        form.cell(key)
    except KeyError:
        return False
    return True


def test_text_that_begins_like_a_formula_stays_text(form: Form, scope: Scope) -> None:
    form.put("geriatrics_department", "是")
    for text in ("=1+1", "+1", "-1", "@x"):
        cell = form.cell("geriatrics_department", "source")
        cell.value = text
        cell.data_type = "s"
        proof = read(form, scope).profiles[0].proofs["geriatrics_department"]
        assert proof.source == text


def test_a_note_without_a_value_is_unknown_and_said(form: Form, scope: Scope) -> None:
    place = form.put("geriatrics_department", "无法统计", "note")
    dataset = read(form, scope)
    assert dataset.problems == []
    assert [note.path for note in dataset.notes] == [
        place.replace(place.split("!")[1], form.place("geriatrics_department").split("!")[1])
    ]
    assert "geriatrics_department" not in dataset.profiles[0].values


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda sheet: sheet.merge_cells("E4:E5"), "合并了单元格"),
        (lambda sheet: setattr(sheet, "title", "改名"), "改名"),
        (lambda sheet: sheet.delete_cols(5), "缺少“填报值”一列"),
        (lambda sheet: setattr(sheet["E3"], "value", "数值"), "表头应为“填报值”"),
        (lambda sheet: setattr(sheet["C4"], "value", "别的指标"), "错了行"),
        (lambda sheet: setattr(sheet["A4"], "value", "no_such_thing"), "no_such_thing"),
        (lambda sheet: setattr(sheet["A4"], "value", None), "不是表单的行"),
        (lambda sheet: setattr(sheet["A5"], "value", sheet["A4"].value), "重复"),
        (lambda sheet: setattr(sheet["H4"], "value", "万元"), "单位被改成"),
        (lambda sheet: setattr(sheet["A2"], "value", str(sheet["A2"].value).replace("2024", "2023")), "时期 2023"),
        (
            lambda sheet: setattr(sheet["A2"], "value", str(sheet["A2"].value).replace("institution", "region")),
            "另一份表单",
        ),
    ],
)
def test_a_changed_sheet_is_refused_with_its_name(
    change: Callable[[Any], None], message: str, form: Form, scope: Scope
) -> None:
    sheet = form.cell(COUNT).parent
    sheet["E4"].value = 12 if scope.types[str(sheet["A4"].value)].form == "number" else "是"
    change(sheet)
    dataset = read(form, scope)
    assert any(message in sentence and "!" in path for path, sentence in told(dataset)), told(dataset)
    assert dataset.profiles == []


def test_a_removed_sheet_or_row_and_what_stands_elsewhere_are_noted(form: Form, scope: Scope) -> None:
    sheet = form.cell(COUNT).parent
    form.book.remove(sheet)
    form.book["基本信息"].delete_rows(9)
    form.book["基本信息"]["Z30"] = "草稿"
    form.book.create_sheet("草稿")["A1"] = "=1+1"
    dataset = read(form, scope)
    assert dataset.problems == []
    text = "\n".join(note.message for note in dataset.notes)
    for part in (f"缺少工作表“{sheet.title}”", "一行被删除", "表单以外的内容没有读取", "工作表“草稿”不是表单的一部分"):
        assert part in text


def test_another_period_is_noted(form: Form, scope: Scope) -> None:
    form.put("period", 2023)
    dataset = read(form, scope)
    assert dataset.profiles[0].period.text == "2023"
    assert "时期 2024" in dataset.notes[0].message


SERVICES = Values(
    "services",
    "服务",
    {"ct": ("CT", "CT"), "lab": ("检验", "tests"), "path": ("病理", "pathology"), "image": ("影像；含远程", "影像")},
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("CT、检验", ["ct", "lab"]),
        ("无", []),
        ("有：CT、检验；无：病理；其余不详", {"ct": True, "lab": True, "path": False}),
        ("有:CT；其余不详", {"ct": True}),
        ("无：病理，影像\n其余不详", {"path": False, "image": False}),
        ("CT；不详：检验；其余都没有", {"ct": True, "path": False, "image": False}),
        ("其余不详；有：影像；含远程", {"image": True}),
        ("有：CT、检验、病理；无：影像", ["ct", "lab", "path"]),
        ("有：CT；其余都没有", ["ct"]),
        ("YES: CT, lab; no: path; Others  Unknown", {"ct": True, "lab": True, "path": False}),
        ("yes: CT; no others", ["ct"]),
        ("其余不详", None),
        ("有：CT", "其余各项怎样"),
        ("CT；无：病理", "其余各项怎样"),
        ("有：CT；无：CT；其余不详", "写了两次"),
        ("CT；其余不详；其余都没有", "写了两次"),
        ("有：核磁；其余不详", "“核磁”不在“服务”的取值中"),
        ("其余不详吗", "不在“服务”的取值中"),
        ("无CT", "不在“服务”的取值中"),
    ],
)
def test_a_list_that_is_known_in_part_stands_in_one_cell(text: str, wanted: object) -> None:
    value, fault = codes(Cell("text", text), SERVICES, partial=True)
    if isinstance(wanted, str):
        assert value is None
        assert fault is not None
        assert wanted in fault
    else:
        assert (value, fault) == (wanted, None)


def test_a_classification_is_never_known_in_part(empty: Path, tmp_path: Path, scope: Scope) -> None:
    path = tmp_path / "many.xlsx"
    book = openpyxl.load_workbook(empty.with_name("many.xlsx"))
    sheet = book["数据"]
    columns = {cell.value: int(str(cell.column)) for cell in sheet[1]}
    roles = {"roles": "有：区域医疗中心；其余不详"}
    for key, value in {"id": ID, "name": "医院（虚构）", "region": "410105", "status": "已核实", **roles}.items():
        sheet.cell(6, columns[key]).value = value
    sheet.cell(6, columns["geriatrics_department"]).value = "是"
    book.save(path)
    (problem,) = read(path, scope).problems
    assert "有：区域医疗中心" in problem.message
    sheet.cell(6, columns["roles"]).value = None
    book.save(path)
    (profile,) = read(path, scope).profiles
    assert profile.proofs["geriatrics_department"].status == "verified"
    sheet.cell(6, columns["status"]).value = "听说"
    book.save(path)
    (problem,) = read(path, scope).problems
    assert "“听说”不在“数据状态”的取值中" in problem.message


def test_the_same_subject_twice_in_a_table_is_refused(empty: Path, tmp_path: Path, scope: Scope) -> None:
    path = tmp_path / "many.xlsx"
    book = openpyxl.load_workbook(empty.with_name("many.xlsx"))
    sheet = book["数据"]
    columns = {cell.value: int(str(cell.column)) for cell in sheet[1]}
    for row in (6, 8):
        for key, value in (("id", ID), ("name", "医院（虚构）"), ("region", "410105")):
            sheet.cell(row, columns[key]).value = value
    sheet.cell(9, columns["name"]).value = "没有代码"
    book.save(path)
    dataset = read(path, scope)
    assert [(problem.path, problem.message[:20]) for problem in dataset.problems] == [
        ("数据!C8", dataset.problems[0].message[:20]),
        ("数据!C9", "“机构代码”：必须填写机构代码"),
    ]
    assert "同一对象同一时期" in dataset.problems[0].message
    assert len(dataset.profiles) == 1


def rezipped(path: Path, change: Callable[[str, bytes], bytes | None], extra: dict[str, bytes] | None = None) -> None:
    """Rewrites the parts of a workbook."""
    stream = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = change(part, old.read(part))
            if content is not None:
                new.writestr(part, content)
        for part, content in (extra or {}).items():
            new.writestr(part, content)
    path.write_bytes(stream.getvalue())


@pytest.mark.parametrize("alone", [True, False])
def test_a_workbook_is_taken_apart_once(alone: bool, form: Form, scope: Scope, monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[str] = []
    read_workbook = workbook.read_workbook
    monkeypatch.setattr(workbook, "read_workbook", lambda raw, name: times.append(name) or read_workbook(raw, name))
    assert read(form if alone else form.path.parent, scope).profiles
    assert times == [str(form.path)]


def test_files_that_are_no_sound_workbook(form: Form, scope: Scope, tmp_path: Path) -> None:
    whole = form.path.read_bytes()
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * (MAX_UNPACKED + 1))
    for content, message in (
        (b"", "文件为空"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "加密"),
        (whole[: len(whole) // 2], "损坏"),
        (b"PK\x03\x04" + b"\0" * 40, "损坏"),
        (b"id,name\n", "不是 .xlsx"),
        (bomb.getvalue(), "压缩炸弹"),
    ):
        path = tmp_path / "bad.xlsx"
        path.write_bytes(content)
        dataset = read(path, scope)
        assert message in dataset.problems[0].message
        assert dataset.problems[0].file == str(path)


@pytest.mark.no_cover
def test_single_damaged_bytes_are_a_message_or_no_matter(form: Form, scope: Scope, tmp_path: Path) -> None:
    whole = bytearray(form.path.read_bytes())
    for at in range(0, len(whole), max(1, len(whole) // 60)):
        damaged = bytearray(whole)
        damaged[at] ^= 0x5A
        path = tmp_path / "damaged.xlsx"
        path.write_bytes(damaged)
        dataset = read(path, scope)
        assert dataset.problems or dataset.profiles


def test_macros_entities_and_other_workbooks(form: Form, scope: Scope, tmp_path: Path) -> None:
    pristine = form.path.read_bytes()
    rezipped(form.path, lambda _part, content: content, {"xl/vbaProject.bin": b"x"})
    assert "宏" in read(form.path, scope).problems[0].message
    form.path.write_bytes(pristine)
    entity = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
    rezipped(form.path, lambda part, content: entity if part == "xl/styles.xml" else content)
    assert "XML 实体" in read(form.path, scope).problems[0].message
    other = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(other)
    assert "不是 gradeeval 的表单" in read(other, scope).problems[0].message
    for suffix in (".xlsm", ".xls"):
        renamed = other.rename(other.with_suffix(suffix))
        with pytest.raises(NotFound, match=r"\.xlsx"):
            read(renamed, scope)
        other = renamed


def test_cells_far_away_and_a_huge_merge_cost_nothing(form: Form, scope: Scope) -> None:
    def far(part: str, content: bytes) -> bytes:
        if part != "xl/worksheets/sheet2.xml":
            return content
        return content.replace(
            b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
        )

    def merge(part: str, content: bytes) -> bytes:
        if part != "xl/worksheets/sheet2.xml":
            return content
        return content.replace(
            b"</sheetData>", b'</sheetData><mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
        )

    pristine = form.path.read_bytes()
    rezipped(form.path, far)
    assert "离表单太远" in read(form.path, scope).problems[0].message
    form.path.write_bytes(pristine)
    rezipped(form.path, merge)
    assert "合并了单元格" in read(form.path, scope).problems[0].message


def test_a_size_that_lies_is_found_out(form: Form, scope: Scope) -> None:
    raw = bytearray(form.path.read_bytes())
    at = raw.rfind(b"PK\x01\x02")
    raw[at + 24 : at + 28] = struct.pack("<I", 10)
    form.path.write_bytes(raw)
    dataset = read(form.path, scope)
    assert dataset.problems or dataset.profiles


def test_a_folder_may_mix_forms_and_profiles_and_reports(form: Form, scope: Scope, tmp_path: Path) -> None:
    form.put("id", ID)
    form.book.save(form.path)
    (tmp_path / "county.yaml").write_text(
        'id: "410122"\nkind: region\ntier: county\nperiod: "2024"\n', encoding="utf-8"
    )
    openpyxl.Workbook().save(tmp_path / "差距.xlsx")
    (tmp_path / "差距.csv").write_text("要求,结论\n", encoding="utf-8-sig")
    (tmp_path / "~$form.xlsx").write_bytes(b"lock")
    dataset = ProfileReader(scope).read([tmp_path])
    assert dataset.problems == []
    assert sorted(profile.kind for profile in dataset.profiles) == ["institution", "region"]
    assert len(dataset.notes) == 2


def test_rules_that_changed_since_are_said(form: Form, capsys: pytest.CaptureFixture[str]) -> None:
    meta = form.book["_gradeeval"]
    for row in meta.iter_rows():
        if row[0].value == "ruleset":
            row[2].value = "0" * 64
    form.book.save(form.path)
    assert run(["validate", str(form.path)]) == 0
    assert "henan-2023-31 在表单生成以后有改动" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "message", "place"),
    [
        (f"{ID},x", "应有 key", (1, 1)),
        ("key,value,extra\nkind,institution,", "没有名为 `extra`", (1, 3)),
        ("key,value\nkind,club", "kind", (1, 1)),
        ("key,value\nkind,institution\nno_such_fact,1", "no_such_fact", (3, 2)),
        ("key,value\nkind,institution\nlevel,三级\nlevel,二级", "重复", (4, 1)),
        ("key,value\nkind,institution\ngeriatrics_department,对", "是”或“否", (3, 2)),
        ('key,value\nkind,institution\nname,"x', "CSV 语法错误", None),
    ],
)
def test_faults_of_a_csv_form_have_line_and_column(
    line: str, message: str, place: tuple[int, int] | None, tmp_path: Path, scope: Scope
) -> None:
    path = tmp_path / "form.csv"
    path.write_text(line, encoding="utf-8-sig")
    problem = next(problem for problem in read(path, scope).problems if message in problem.message)
    assert place is None or (problem.line, problem.column) == place
