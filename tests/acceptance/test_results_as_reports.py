"""``results area`` and ``results subject`` in the forms of ``check``: the same report as of the findings themselves."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest
from tests.acceptance.test_report_formats import dump
from tests.acceptance.test_rollup_in_forms import lost
from tests.acceptance.test_rollup_in_forms import told as told_in

from gradeeval.cli.engines import engine_factory
from gradeeval.cli.main import run
from gradeeval.cli.preparing import Prepared
from gradeeval.evaluate.selection import Wanted
from gradeeval.profiles.reading import ProfileReader
from gradeeval.reports.composing import build_report
from gradeeval.reports.content import Figure, Row, SubjectReport
from gradeeval.reports.recomposing import Run, rebuild_report
from gradeeval.reports.recorded import Recorded, Rule
from gradeeval.workspace import Workspace, build

DAY = "2026-06-30"
DATASET = ["--institutions", "60", "--region", "410000", "--seed", "1", "--period", "2024", "--period", "2025"]
SAME = (
    *("number", "code", "id", "ruleset", "document", "clause", "quote", "title", "target", "target_short"),
    *("outcome", "force", "force_code", "due", "due_iso", "due_day", "overdue", "responsible", "offices"),
    *("department", "system", "topics", "binds", "question", "relations", "reading"),
)
"""What is said of a finding whether it was kept or recorded."""


class Judged:
    """A province, judged and recorded. Its results are too long to be printed where a test fails."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.workspace: Workspace = build(installed=False)
        make_engine, name, _note = engine_factory("reference")
        dataset = ProfileReader(self.workspace.scope).read([folder / "in"])
        self.prepared = Prepared(self.workspace, dataset, make_engine, name)

    def checked(self, id: str) -> SubjectReport:
        (subject,) = build_report(self.prepared.judge(DAY, Wanted(), (id,))).subjects
        return subject

    def recorded(self, id: str) -> SubjectReport:
        from gradeeval.batch.answers import Results
        from gradeeval.batch.areas import area

        results = Results(self.folder / "out")
        kind = results.subject(id)["subject"]["kind"]
        answer = results.subject(id) if kind == "institution" else area(results, id, 0)
        (subject,) = rebuild_report(answer, Recorded(self.rule), Run(DAY, results.documents(), "", {}, {})).subjects
        return subject

    def rule(self, id: str) -> Rule:
        item = self.workspace.requirement(id)
        found: Any = self.workspace.scope.find(item.indicator, item.binds)
        return Rule(item, found, self.workspace.scope)


def told(row: Row, name: str) -> Any:
    value = getattr(row, name)
    return value.text if isinstance(value, Figure) else value


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    folder = tmp_path_factory.mktemp("province")
    assert run(["new", "dataset", "-o", str(folder / "in"), *DATASET]) == 0
    assert run(["batch", str(folder / "in"), "-o", str(folder / "out"), "--as-of", DAY]) == 1
    return Judged(folder)


@pytest.fixture(scope="module", params=["410000", "411500", "410122", "institution", "network"])
def both(request: pytest.FixtureRequest, province: Judged) -> tuple[SubjectReport, SubjectReport]:
    id = request.param
    if not id.isdigit():
        profiles = province.prepared.dataset.profiles
        id = next(one.id for one in profiles if one.kind == request.param and one.period.text == "2025")
    return province.checked(id), province.recorded(id)


def test_every_finding_is_told_alike(both: tuple[SubjectReport, SubjectReport]) -> None:
    checked, recorded = both
    assert [row.id for row in checked.rows] == [row.id for row in recorded.rows]
    for name in ("id", "kind", "name", "sort", "place", "period", "code", "verdict", "grounds", "counts"):
        assert getattr(checked, name) == getattr(recorded, name), name
    different = [
        (row.id, name, told(row, name), told(other, name))
        for row, other in zip(checked.rows, recorded.rows, strict=True)
        for name in SAME
        if told(row, name) != told(other, name)
    ]
    assert not different, "\n".join(map(str, different))


def test_figures_are_told_alike(both: tuple[SubjectReport, SubjectReport]) -> None:
    """Of what is not met, and of regions and networks also of what is met; of lists only counts are recorded."""
    checked, recorded = both
    compared = 0
    for row, other in zip(checked.rows, recorded.rows, strict=True):
        if row.distance is None or row.code not in ("unmet", *(("met",) if checked.kind != "institution" else ())):
            continue
        compared += 1
        assert other.distance is not None
        assert (row.actual.text, row.gap.text) == (other.actual.text, other.gap.text), row.id
        assert (row.actual.part, row.actual.whole) == (other.actual.part, other.actual.whole)
        assert float(row.actual.number or 0) == pytest.approx(float(other.actual.number or 0))
        assert float(row.size) == pytest.approx(float(other.size), abs=1e-6)
        assert row.distance.low == pytest.approx(other.distance.low)
    assert compared
    states = [row for row in checked.rows if row.code == "unmet" and row.gap.text == "尚未做到"]
    by_id = {row.id: row for row in recorded.rows}
    assert all(by_id[row.id].gap.text == "尚未做到" for row in states)


def plain(text: str) -> str:
    """Without the operands of quotients, which are not recorded of children and of the year before."""
    return re.sub(r"（[0-9,.]+/[0-9,.]+）", "", text)


def test_origins_are_told_alike(both: tuple[SubjectReport, SubjectReport]) -> None:
    by_id = {row.id: origin for row, origin in both[1].origins}
    for row, origin in both[0].origins:
        if row.id not in by_id:
            assert row.code == "unknown"  # columns leave few requirements to the engine of findings
            continue
        other = by_id[row.id]
        assert [plain(one.text) for one in origin.sentences] == [plain(one.text) for one in other.sentences], row.id
        for name in ("lacking", "unsure"):
            assert {one.id for one in getattr(origin, name)} == {one.id for one in getattr(other, name)}
        assert [(one.who.id, one.rank, plain(one.actual.text), one.effect.text) for one in origin.children] == [
            (one.who.id, one.rank, plain(one.actual.text), one.effect.text) for one in other.children
        ]


def test_parts_are_rolled_up_alike(both: tuple[SubjectReport, SubjectReport]) -> None:
    checked, recorded = ({item.id: item for item in subject.rolled} for subject in both)
    assert checked.keys() == recorded.keys()
    for id, item in checked.items():
        other = recorded[id]
        assert (item.title, item.sort, item.force, item.due_day) == (
            other.title,
            other.sort,
            other.force,
            other.due_day,
        )
        assert {code: count for code, count in item.counts.items() if count} == dict(other.counts)
        assert item.absences == other.absences
        for code in ("unmet", "unknown"):
            assert {one.id for one in item.outcomes.get(code, ())} == {one.id for one in other.outcomes.get(code, ())}


@pytest.mark.parametrize("form", ["md", "html", "xlsx", "docx"])
@pytest.mark.parametrize(("question", "id"), [("area", "410000"), ("subject", "institution")])
def test_every_form_has_every_requirement(
    form: str, question: str, id: str, province: Judged, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not id.isdigit():
        id = next(one.id for one in province.prepared.dataset.profiles if one.kind == id)
    path = tmp_path / f"report.{form}"
    words = ["results", str(province.folder / "out"), question, id, "-o", str(path)]
    words += ["--limit", "3"] if question == "area" else []
    assert run(words) == 0
    text = " ".join((told_in(path) if form == "docx" else dump(path)).split())
    text = html.unescape(text).replace("\\", "") if form == "md" else text
    subject = province.recorded(id)
    assert subject.rows
    wanted, by_name = [row.short_id for row in subject.rows], ("lacking", "doubtful")
    if question == "area":
        wanted += [one.text for _row, origin in subject.origins for one in origin.sentences if one.about not in by_name]
        wanted += [item.id.partition("/")[2] for item in subject.rolled]
        assert "名单各列前 3 个" in text
    assert "由 batch 的结果做成" in text
    assert not lost(wanted, text)
    first = path.read_bytes()
    assert run(words) == 0
    assert path.read_bytes() == first


def test_a_form_that_does_not_fit_is_refused(province: Judged, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["results", str(province.folder / "out"), "gaps", "--format", "xlsx"]) == 2
    assert "只用于 area 和 subject" in capsys.readouterr().err


def test_a_requirement_that_the_rules_lost_is_still_told(province: Judged) -> None:
    province_of_old = Judged.__new__(Judged)
    province_of_old.folder = province.folder
    province_of_old.rule = lambda _id: None  # type: ignore[method-assign]
    now, then = province.recorded("410000"), province_of_old.recorded("410000")
    assert [row.id for row in now.rows] == [row.id for row in then.rows]
    assert [row.title for row in now.rows] == [row.title for row in then.rows]
    assert all(not row.quote for row in then.rows)
