"""Where the figures of a province come from is told in every form of report, in the same words as on the terminal."""

from __future__ import annotations

import html
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from tests.acceptance.test_report_formats import dump

from gradeeval.cli.engines import engine_factory
from gradeeval.cli.main import run
from gradeeval.cli.preparing import Prepared
from gradeeval.evaluate.selection import Wanted
from gradeeval.findings.result import Result
from gradeeval.profiles.reading import ProfileReader
from gradeeval.reports import csv, docx, junit, markdown, sarif, table, xlsx
from gradeeval.reports import html as page
from gradeeval.reports.composing import build_report
from gradeeval.reports.content import Origin, Row
from gradeeval.reports.fitting import width
from gradeeval.reports.rendering import Layout
from gradeeval.workspace import build

FORMS = {"md": markdown, "xlsx": xlsx, "docx": docx, "html": page, "csv": csv}
DATASET = ["--institutions", "60", "--region", "410000", "--seed", "1", "--period", "2024", "--period", "2025"]


class Province:
    """A result without the long text that pytest would print of one where a test fails."""

    def __init__(self, result: Result) -> None:
        self.result = result


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Province:
    folder = tmp_path_factory.mktemp("province") / "in"
    assert run(["new", "dataset", "-o", str(folder), *DATASET]) == 0
    workspace = build(installed=False)
    make_engine, name, _note = engine_factory("reference")
    dataset = ProfileReader(workspace.scope).read([folder])
    return Province(Prepared(workspace, dataset, make_engine, name).judge("2026-06-30", Wanted(), ("410000",)))


@pytest.fixture(scope="module")
def origins(province: Province) -> list[tuple[Row, Origin]]:
    (subject,) = build_report(province.result).subjects
    return subject.origins


def test_all_there_is_to_say_is_said(origins: list[tuple[Row, Origin]]) -> None:
    about = {one.about for _row, origin in origins for one in origin.sentences}
    assert about == {"needed", "lacking", "doubtful", "pulling", "ranking", "differs", "before", "pace"}
    assert {row.code for row, _origin in origins} == {"unmet", "unknown", "met"}
    for row, origin in origins:
        if row.code == "met":
            assert not origin.lacking
            assert not origin.unsure
            assert {one.about for one in origin.sentences} <= {"differs", "before", "pace"}


def told(path: Path) -> str:
    """The text of a Word file, however long."""
    with zipfile.ZipFile(path) as package:
        root = ET.fromstring(package.read("word/document.xml"))  # noqa: S314 - written by ourselves
    return "\n".join(item.text or "" for item in root.iter() if item.tag.endswith("}t"))


@pytest.mark.parametrize("form", FORMS)
def test_every_form_tells_it(form: str, province: Province, origins: list[tuple[Row, Origin]], tmp_path: Path) -> None:
    path = tmp_path / f"report.{form}"
    path.write_bytes(FORMS[form].render(province.result, Layout()))
    text = " ".join((told(path) if form == "docx" else dump(path)).split())
    text = html.unescape(text).replace("\\", "") if form == "md" else text
    wanted: list[str] = []
    for _row, origin in origins:
        by_name = {"lacking": origin.lacking, "doubtful": origin.unsure} if form != "csv" else {}
        for one in origin.sentences:
            wanted.extend([part.name for part in by_name[one.about]] if one.about in by_name else [one.text])
        if form != "csv":
            wanted.extend(child.who.name for child in origin.children)
        if form not in ("csv", "xlsx"):
            wanted.extend(child.actual.text for child in origin.children)
    assert not lost(wanted, text)


def lost(wanted: Iterable[str], text: str) -> list[str]:
    """What is not in the text; a difference of texts so long would take pytest minutes to tell."""
    return [one for one in dict.fromkeys(wanted) if " ".join(one.split()) not in text]


def test_word_names_a_few_of_many_and_says_where_all_are(province: Province, tmp_path: Path) -> None:
    (subject,) = build_report(province.result).subjects
    many = [item for item in subject.rolled if len(item.outcomes.get("unmet", ())) > 5]
    assert many
    path = tmp_path / "report.docx"
    path.write_bytes(docx.render(province.result, Layout()))
    text = told(path)
    assert "汇总每格最多写 5 个名称" in text
    for item in many:
        names = [part.name for part in item.outcomes["unmet"]]
        assert "、".join(names[:5]) + f" 等 {len(names)} 个" in text
        assert "、".join(names) not in text
    book = tmp_path / "report.xlsx"
    book.write_bytes(xlsx.render(province.result, Layout()))
    everything = dump(book)
    assert not lost(("、".join(part.name for part in item.outcomes["unmet"]) for item in many), everything)


@pytest.mark.parametrize("form", [junit, sarif])
def test_what_machines_read_has_it_too(form: object, province: Province, origins: list[tuple[Row, Origin]]) -> None:
    text = html.unescape(form.render(province.result, Layout()).decode())  # type: ignore[attr-defined]
    rows = [origin for row, origin in origins if form is sarif or junit.state(row) == "failure"]
    assert rows
    assert not lost((one.text for origin in rows for one in origin.sentences), text)


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_the_terminal_tells_it_and_nothing_runs_off(
    columns: int, province: Province, origins: list[tuple[Row, Origin]]
) -> None:
    lines = table.render(province.result, Layout(width=columns)).decode().splitlines()
    start = lines.index(next(line for line in lines if line.startswith("比例和数量从何而来")))
    end = lines.index("", start)
    assert max(width(line, 1) for line in lines[start:end]) <= columns
    text = "".join("".join(lines[start:end]).split())
    said = {"unmet": ("differs", "pace"), "met": ("differs",)}
    wanted = [
        one.text for row, origin in origins for one in origin.sentences if one.about not in said.get(row.code, ())
    ]
    assert not [one for one in wanted if "".join(one.split()) not in text]


def words_of(origins: list[tuple[Row, Origin]], about: str) -> Iterator[str]:
    for _row, origin in origins:
        yield from (one.text for one in origin.sentences if one.about == about)


def test_the_sentences_say_what_they_are_about(origins: list[tuple[Row, Origin]]) -> None:
    for about, word in (
        ("needed", "名单中"),
        ("lacking", "尚缺："),
        ("doubtful", "不明："),
        ("ranking", "个下级排名："),
        ("differs", "按名册计算"),
        ("before", "上年"),
        ("pace", "每年"),
    ):
        assert any(word in text for text in words_of(origins, about)), about
