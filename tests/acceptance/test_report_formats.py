"""Every form of report, from the command line: golden outputs, every requirement in each, nothing that runs or breaks.

``GRADEEVAL_GOLDEN=1`` writes the golden files anew; look at the difference before it is kept.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import docx
import openpyxl
import pytest
from tests.acceptance.conftest import Call
from tests.acceptance.report_country import AS_OF, write_report_country

from gradeeval import __version__

GOLDEN = Path(__file__).parent / "golden"
FORMS = {"csv": "csv", "markdown": "md", "junit": "xml", "sarif": "sarif", "xlsx": "xlsx", "docx": "docx"}
ALL_FORMS = {**FORMS, "table": "txt", "json": "json", "html": "html"}
RENEW = os.environ.get("GRADEEVAL_GOLDEN") == "1"
OFFICE = shutil.which("soffice")
needs_office = pytest.mark.skipif(
    OFFICE is None, reason="soffice is not on the PATH: LibreOffice cannot open the files"
)


@pytest.fixture
def work(country: Path, call: Call) -> Path:
    """The working folder with the profiles of the invented country."""
    write_report_country(country, Path.cwd())
    return Path.cwd()


def report(call: Call, form: str, *more: str) -> Path:
    path = Path(f"report.{ALL_FORMS[form]}")
    said = call("check", "profiles.yaml", "roster.yaml", "--as-of", AS_OF, "--engine", "reference", "-o", path, *more)
    assert said.code == 1, said.err
    return path


def dump(path: Path) -> str:
    """The report as text: of an office file each cell or paragraph in a line of its own."""
    if path.suffix == ".xlsx":
        return "\n".join(workbook_lines(path)) + "\n"
    if path.suffix == ".docx":
        return "\n".join(document_lines(path)) + "\n"
    text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    if path.suffix == ".json":
        return re.sub(r'"produced_by": \{.*?\}', '"produced_by": {}', text, flags=re.S)
    if path.suffix == ".html":
        page = PageText()
        page.feed(text)
        return "\n".join(page.lines) + "\n"
    return text


class PageText(HTMLParser):
    """What can be read on a page, a line for each piece of text; scripts and styles left out."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._silent:
            self.lines.append(" ".join(data.split()))


def workbook_lines(path: Path) -> Iterator[str]:
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        yield f"== {sheet.title} | freeze {sheet.freeze_panes} | filter {sheet.auto_filter.ref} | print {sheet.print_area}"
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    form = "" if cell.number_format == "General" else f" [{cell.number_format}]"
                    yield f"{cell.coordinate} {cell.data_type} {cell.value}{form}"


def document_lines(path: Path) -> Iterator[str]:
    document = docx.Document(str(path))
    for block in document.element.body.iterchildren():
        kind = block.tag.rpartition("}")[2]
        if kind == "p":
            paragraph = docx.text.paragraph.Paragraph(block, document)
            if paragraph.text:
                yield f"{paragraph.style.name}: {paragraph.text}"
        elif kind == "tbl":
            for row in docx.table.Table(block, document).rows:
                yield " | ".join(cell.text for cell in row.cells)


@pytest.mark.parametrize("form", ALL_FORMS)
def test_the_report_is_the_golden_one(form: str, work: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    text = dump(report(call, form)).replace(f"gradeeval {__version__}", "gradeeval VERSION")
    text = text.replace(f'"version": "{__version__}"', '"version": "VERSION"')
    golden = GOLDEN / f"{form}.txt"
    if RENEW:
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_selected_requirement_is_in_every_form(form: str, language: str, work: Path, call: Call) -> None:
    path = report(call, form, "--lang", language)
    said = call("check", "profiles.yaml", "roster.yaml", "--as-of", AS_OF, "--format", "json")
    findings = json.loads(said.out)["findings"]
    text = dump(path)
    short = {finding["requirement"].partition("/")[2] for finding in findings}
    assert len(short) == 8
    for id in short:
        assert text.count(id) >= sum(finding["requirement"].endswith(f"/{id}") for finding in findings)


@pytest.mark.parametrize("form", FORMS)
def test_the_same_result_is_the_same_bytes(form: str, work: Path, call: Call) -> None:
    first = report(call, form).read_bytes()
    assert report(call, form).read_bytes() == first


def test_several_outputs_of_one_run_are_chosen_by_their_suffix(work: Path, call: Call) -> None:
    outputs = [
        word
        for suffix in ("csv", "md", "xml", "sarif", "xlsx", "docx", "json", "txt")
        for word in ("-o", f"r.{suffix}")
    ]
    assert call("check", "profiles.yaml", "--as-of", AS_OF, *outputs).code == 1
    assert len(list(work.glob("r.*"))) == 8
    assert call("check", "profiles.yaml", "--as-of", AS_OF, "-o", "r.pdf").code == 2


def test_a_report_that_cannot_be_written_leaves_the_old_one(work: Path, call: Call) -> None:
    assert call("check", "profiles.yaml", "--as-of", AS_OF, "-o", "nowhere/r.xlsx").code == 2
    assert not (work / "nowhere").exists()


def test_no_spreadsheet_runs_a_text_of_a_profile(work: Path, call: Call) -> None:
    book = openpyxl.load_workbook(report(call, "xlsx"))
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    hostile = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith("=")]
    assert hostile
    assert all(cell.quotePrefix for cell in hostile)
    rows = list(csv.reader(io.StringIO(dump(report(call, "csv")))))
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert any(cell.startswith("'=cmd") for row in rows for cell in row)


def test_the_xml_and_the_json_are_well_formed(work: Path, call: Call) -> None:
    suites = ET.fromstring(report(call, "junit").read_bytes())  # noqa: S314 - written by ourselves
    cases = suites.findall(".//testcase")
    assert suites.get("tests") == str(len(cases))
    assert suites.get("failures") == str(len(suites.findall(".//failure"))) != "0"
    assert suites.get("skipped") == str(len(suites.findall(".//skipped"))) != "0"
    log = json.loads(report(call, "sarif").read_bytes())
    (run,) = log["runs"]
    assert len(run["results"]) == len(cases)
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["kind"] == "fail" or result["level"] == "none"
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "profiles.yaml"
    assert {result["level"] for result in run["results"]} == {"error", "warning", "note", "none"}


def test_markdown_takes_no_text_for_markup(work: Path, call: Call) -> None:
    text = dump(report(call, "markdown"))
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert "\u202e" not in text
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}
        assert len(widths) == 1


def test_the_workbook_filters_and_prints(work: Path, call: Call) -> None:
    book = openpyxl.load_workbook(report(call, "xlsx"))
    assert book.sheetnames == [
        "总评",
        "差距",
        "数据缺口",
        "比例和数量从何而来",
        "拉低单位",
        "下级排名",
        "下级汇总",
        "需人工评定",
        "全部结论",
        "推算过程",
        "说明",
    ]
    for sheet in book.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.print_area
    for name in book.sheetnames[1:-1]:
        sheet = book[name]
        assert sheet.auto_filter.ref
        assert sheet.freeze_panes
        assert sheet.print_title_rows == "$1:$1"
    gaps = book["差距"]
    heads = [cell.value for cell in gaps[1]]
    column = heads.index("现状值")
    share = next(row for row in gaps.iter_rows(min_row=2) if "占比达到85" in str(row[heads.index("标准原文")].value))
    assert share[heads.index("目标值")].value == 85
    assert share[heads.index("目标值")].number_format == '"≥"0"%"'
    assert gaps.conditional_formatting
    found = book["全部结论"]
    heads = [cell.value for cell in found[1]]
    income = next(row for row in found.iter_rows(min_row=2) if row[heads.index("要求")].value == "服务收入占比")
    assert income[heads.index("现状值")].value == pytest.approx(24.99)
    assert (income[heads.index("分子")].value, income[heads.index("分母")].value) == (2499, 10000)
    assert column


def test_the_word_form_is_laid_out_as_official_documents_are(work: Path, call: Call) -> None:
    path = report(call, "docx")
    document = docx.Document(str(path))
    sizes = {(round(section.page_width.cm, 1), round(section.page_height.cm, 1)) for section in document.sections}
    assert sizes == {(21.0, 29.7), (29.7, 21.0)}
    with zipfile.ZipFile(path) as parts:
        styles, body = (parts.read(f"word/{name}.xml").decode() for name in ("styles", "document"))
        footers = [parts.read(name).decode() for name in parts.namelist() if "footer" in name]
        assert {entry.date_time for entry in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    for face in ("仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312"):
        assert f'w:eastAsia="{face}"' in styles
    assert any(" PAGE " in footer for footer in footers)
    assert "<w:tblHeader/>" in body
    assert "<script" not in body
    assert "科室负责人" in dump(path)


def test_a_very_long_name_does_not_break_a_form(country: Path, call: Call) -> None:
    path = write_report_country(country, Path.cwd())
    path.write_text(path.read_text(encoding="utf-8").replace("=cmd|", "长" * 10_000), encoding="utf-8")
    for form in FORMS:
        text = dump(report(call, form))
        assert "长" * 10_000 in text


@needs_office
@pytest.mark.parametrize("form", ["xlsx", "docx"])
def test_libreoffice_opens_it(form: str, work: Path, call: Call, tmp_path: Path) -> None:
    path = report(call, form)
    assert OFFICE is not None
    home = (tmp_path / "office").as_uri()
    subprocess.run(
        [OFFICE, f"-env:UserInstallation={home}", "--headless", "--convert-to", "pdf", path],
        check=True,
        capture_output=True,
        timeout=180,
    )
    assert path.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
