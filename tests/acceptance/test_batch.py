"""``gradeeval batch`` and ``results``: equal to ``check``, whole or not at all, resumed, and asked."""

from __future__ import annotations

import csv
import json
import math
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.acceptance.conftest import Call
from tests.property.columned import with_both_ends
from tests.unit.invented import institution, write, write_ruleset

from gradeeval.cli.main import run
from gradeeval.engines.columnar.codes import MEANING
from gradeeval.evaluate.verdict import verdict as verdict_of_entries
from gradeeval.files.folders import hold
from gradeeval.reports.fitting import width
from gradeeval.vocabulary import KINDS

DAY = "2026-01-01"
PROVINCES = ("110000", "310000", "410000", "430000", "460000", "500000", "630000", "640000")
PREFECTURES = {"410000": "411500", "430000": "430100"}
"""Of the provinces with rulesets and an official roster: one prefecture of each."""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A prefecture of two years, and eight provinces of a nation; both as coded columns too."""
    folder = tmp_path_factory.mktemp("data")
    words = ["new", "dataset", "-o", str(folder / "in"), "--institutions", "150", "--region", "411500"]
    assert run([*words, "--period", "2024", "--period", "2025"]) == 0
    words = ["new", "dataset", "-o", str(folder / "whole"), "--institutions", "200", "--nation"]
    assert run([*words, "--period", "2025"]) == 0
    for region in PREFECTURES.values():
        words = ["new", "dataset", "-o", str(folder / region), "--institutions", "20", "--region", region]
        assert run([*words, "--period", "2025"]) == 0
    (folder / "nation").mkdir()
    for province in PROVINCES:
        made = PREFECTURES.get(province)
        (folder / (made or "whole") / (made or province)).rename(folder / "nation" / province)
    assert run(["convert", str(folder / "in"), "-o", str(folder / "columns")]) == 0
    assert run(["convert", str(folder / "nation"), "-o", str(folder / "nation-columns")]) == 0
    return folder


def command(source: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "gradeeval", "batch", str(source), "-o", str(out), "--as-of", DAY]


def apart(source: Path, out: Path) -> int:
    """A run in a process of its own, for what is looked at afterwards: nothing traces it."""
    return subprocess.run(command(source, out), stdout=subprocess.DEVNULL, check=False).returncode


@pytest.fixture(scope="module")
def judged(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What one undisturbed run says of the nation."""
    out = tmp_path_factory.mktemp("judged") / "out"
    assert apart(small / "nation-columns", out) in (0, 1)
    return out


def frame(out: Path, name: str) -> pl.DataFrame:
    """All rows of one table of the results."""
    paths = sorted(out.glob(f"provinces/*/{name}.parquet"))
    return with_both_ends(pl.concat([pl.read_parquet(path) for path in paths], how="diagonal"))


def cells(out: Path) -> dict[tuple[str, str], tuple[str, str | None]]:
    """Outcome and reason by subject and requirement."""
    found = {}
    for kind in ("institution", "network", "region"):
        for row in frame(out, kind).iter_rows(named=True):
            id = row.pop("id")
            found.update({(id, name): MEANING[code] for name, code in row.items() if code is not None})
    return found


def agree(out: Path, result: dict[str, Any]) -> None:
    """The results of batch are those of check."""
    expected = {(one["subject"], one["requirement"]): (one["outcome"], one.get("reason")) for one in result["findings"]}
    assert expected
    assert cells(out) == expected
    subjects = {row["id"]: row for row in frame(out, "subjects").iter_rows(named=True)}
    assert {id: row["verdict"] for id, row in subjects.items()} == {
        one["id"]: one["verdict"] for one in result["subjects"]
    }
    verdicts: dict[str, dict[str, str]] = {id: {} for id in subjects}
    for _kind, id, document, verdict in frame(out, "verdicts").iter_rows():
        verdicts[id][document] = verdict
    entries: dict[tuple[str, str], list[tuple[str, bool, str]]] = {}
    for one in result["findings"]:
        entry = one["force"], one["overdue"] is not False, one["outcome"]
        entries.setdefault((one["subject"], one["document"]), []).append(entry)
    assert {(id, key): own for id, found in verdicts.items() for key, own in found.items()} == {
        key: verdict_of_entries(found) for key, found in entries.items()
    }
    counts = Counter((one["subject"], one["outcome"]) for one in result["findings"])
    for id, row in subjects.items():
        for outcome in ("met", "unmet", "unknown", "needs_review", "error", "not_applicable"):
            assert row[outcome] == counts[id, outcome], (id, outcome)
    rolled = {
        (one["subject"], one["requirement"], outcome): len(parts)
        for one in result["roll_up"]
        for outcome, parts in one["outcomes"].items()
        if parts
    }
    found = {
        (row["id"], row["requirement"], row["outcome"]): row["parts"]
        for row in frame(out, "rollup").iter_rows(named=True)
    }
    assert found == rolled
    absent = Counter[tuple[str, str]]()
    for row in frame(out, "rollup").iter_rows(named=True):
        absent[row["id"], row["requirement"]] += row["absent"]
    assert +absent == Counter(
        {(one["subject"], one["requirement"]): len(one["absent"]) for one in result["roll_up"] if one.get("absent")}
    )
    assert named_parts(out) == {
        (one["subject"], one["requirement"], outcome, part["id"], part["id"] in {gone["id"] for gone in one["absent"]})
        for one in result["roll_up"]
        for outcome, parts in one["outcomes"].items()
        for part in parts
    }
    figures_agree(out, result)
    lacking = {(row["id"], row["requirement"]) for row in frame(out, "gaps").iter_rows(named=True)}
    told = {
        (one["subject"], one["requirement"])
        for one in result["findings"]
        if one["outcome"] == "unmet"
        or (one["outcome"] == "unknown" and not one.get("reason") and not {"gap", "actual"}.isdisjoint(one))
    }
    assert lacking == told


def named_parts(out: Path) -> set[tuple[str, str, str, str, bool]]:
    """Whole, requirement, outcome, part and whether it is absent: each part of each whole by name."""
    found = set()
    binds = {
        (row["requirement"], row["kind"], row["tier"], row["type"]): row["document"]
        for row in pl.read_parquet(out / "requirements.parquet").iter_rows(named=True)
    }
    asked = {(row["id"], row["requirement"]) for row in frame(out, "rollup").iter_rows(named=True)}
    for folder in sorted((out / "provinces").iterdir()):
        parts = {row["part"]: row for row in pl.read_parquet(folder / "parts.parquet").iter_rows(named=True)}
        apart = {row["part"]: row for row in pl.read_parquet(folder / "apart.parquet").iter_rows(named=True)}
        own = {
            (kind, row["id"]): row
            for kind in KINDS
            for row in pl.read_parquet(folder / f"{kind}.parquet").iter_rows(named=True)
        }
        for row in pl.read_parquet(folder / "members.parquet").iter_rows(named=True):
            part = parts[row["part"]]
            codes = apart.get(row["part"]) or own[part["part_kind"], part["id"]]
            for id, kind, tier, type in binds:
                sort = (kind, tier, type) == (row["part_kind"], row["part_tier"], row["part_type"])
                if sort and (row["id"], id) in asked and codes.get(id) is not None:
                    outcome = MEANING[codes[id]][0]
                    if outcome != "not_applicable":
                        found.add((row["id"], id, outcome, part["id"], part["absent"]))
    return found


def figures_agree(out: Path, result: dict[str, Any]) -> None:
    """What the figures of gaps and of areas say is what the findings say, exactly where it is a decimal."""
    findings = {(one["subject"], one["requirement"]): one for one in result["findings"]}
    spans = pl.read_parquet(out / "requirements.parquet").select("requirement", "within")
    figures = frame(out, "figures").join(spans, on="requirement")
    rows = [*frame(out, "gaps").iter_rows(named=True), *figures.iter_rows(named=True)]
    seen = Counter[str]()
    for row in rows:
        one = findings[row["id"], row["requirement"]]
        if one.get("unit") in (None, "yes_no"):
            continue
        for name in ("actual", "gap", "shortfall", *(("computed", "reported") if "computed_lo" in row else ())):
            if name in one:
                ends = one[name] if isinstance(one[name], dict) else {"lo": one[name], "hi": one[name]}
                for end, text in ends.items():
                    assert near(row[f"{name}_{end}"], text), (row, one)
                    seen[name] += 1
        if one["outcome"] in ("unmet", "unknown"):
            assert {"units": "count"}.get(row["unit"], row["unit"]) == one.get("shortfall_unit"), (row, one)
        if "differs" in row:
            assert row["differs"] == any("请核对" in note and "上报" in note for note in one.get("notes", ()))
            seen["differs"] += row["differs"]
            if not row["within"]:
                assert near(row["pace"], one.get("change")), (row, one)
                seen["pace"] += row["pace"] is not None
    assert seen["actual"] or not frame(out, "figures").height


def children_agree(out: Path, result: dict[str, Any]) -> int:
    """The children of areas are those of findings, in their order, with rank and effect; how many there are."""
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in frame(out, "children").iter_rows(named=True):
        found.setdefault((row["id"], row["requirement"]), []).append(row)
    expected = {
        (one["subject"], one["requirement"]): one["children"] for one in result["findings"] if "children" in one
    }
    assert found.keys() == expected.keys()
    for key, rows in found.items():
        assert [(row["part"], row["rank"]) for row in rows] == [(one["id"], one.get("rank")) for one in expected[key]]
        for row, one in zip(rows, expected[key], strict=True):
            assert near(row["effect"], one.get("effect")), (row, one)
            ends = (
                one.get("actual")
                if isinstance(one.get("actual"), dict)
                else dict.fromkeys(("lo", "hi"), one.get("actual"))
            )
            assert all(near(row[f"actual_{end}"], text) for end, text in ends.items()), (row, one)
    return sum(map(len, found.values()))


def near(figure: float | None, text: str | None) -> bool:
    """Whether a figure is the float nearest to a decimal, or a fraction to nine digits; an open end is infinite or unknown."""
    if text is None:
        return figure is None or math.isinf(figure)
    assert figure is not None
    return abs(figure - Fraction(text)) < 1e-9 if "/" in text else figure == float(Fraction(text))


def checked(paths: list[Path], to: Path) -> dict[str, Any]:
    assert run(["check", *map(str, paths), "--as-of", DAY, "--engine", "reference", "-o", str(to)]) in (0, 1)
    return dict(json.loads(to.read_bytes()))


SAMPLES = Path(__file__).parents[2] / "samples"


@pytest.mark.parametrize("name", ["prefecture", "county-consortium", "henan-2024.yaml", "tertiary-hospital.yaml"])
def test_samples_come_out_as_in_check(name: str, tmp_path: Path) -> None:
    result = checked([SAMPLES / name], tmp_path / "result.json")
    assert run(["batch", str(SAMPLES / name), "-o", str(tmp_path / "out"), "--as-of", DAY]) in (0, 1)
    agree(tmp_path / "out", result)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_rules_of_a_folder_are_those_of_every_process(
    jobs: str, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["new", "ruleset", "mycity-2025-1", "--jurisdiction", "410000"]) == 0
    words = ["batch", str(small / "nation"), "-o", "out", "-j", jobs, "--as-of", DAY, "--fail-on", "never"]
    assert run([*words, "--ruleset", "mycity-2025-1", "--ruleset-dir", "mycity-2025-1", "--no-plugins"]) == 0
    found = cells(Path("out"))
    assert found
    assert {requirement for _id, requirement in found} == {"mycity-2025-1/1.1-a"}


@pytest.mark.no_cover
def test_a_prefecture_comes_out_as_in_check(small: Path, tmp_path: Path) -> None:
    result = checked([small / "in"], tmp_path / "result.json")
    assert run(["batch", str(small / "columns"), "-o", str(tmp_path / "out"), "--as-of", DAY]) == 1
    agree(tmp_path / "out", result)
    assert children_agree(tmp_path / "out", result) > 10


def test_texts_are_strings_to_whoever_reads(judged: Path) -> None:
    """However they were held: files of several runs can be put together, and ids of one joined with those of another."""
    tables: dict[str, list[pl.DataFrame]] = {}
    for path in judged.glob("provinces/*/*.parquet"):
        tables.setdefault(path.stem, []).append(pl.read_parquet(path))
    for name in ("gaps", "members", "rollup", "subjects", "verdicts"):
        whole = pl.concat(tables[name])
        assert whole.height > 0
        assert not [one for one, dtype in whole.schema.items() if isinstance(dtype, pl.Categorical | pl.Enum)]
    both = pl.concat(tables["gaps"]).join(pl.concat(tables["subjects"]), on=["kind", "id"], how="semi")
    assert both.height == sum(frame.height for frame in tables["gaps"])


@pytest.mark.no_cover
def test_same_input_same_bytes(small: Path, judged: Path, tmp_path: Path) -> None:
    again = tmp_path / "two"
    assert run(["batch", str(small / "nation-columns"), "-o", str(again), "--as-of", DAY, "-j", "2"]) in (0, 1)
    digests = []
    for out in (judged, again):
        summary = json.loads((out / "summary.json").read_bytes())
        assert len(summary["parts"]) == len(PROVINCES)
        summary.pop("produced_by")
        digests.append(summary)
    assert digests[0] == digests[1]


def test_a_run_goes_on_where_it_was(small: Path, judged: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["batch", str(small / "nation-columns"), "-o", str(out), "--as-of", DAY]
    shutil.copytree(judged, out)
    before = (out / "summary.json").read_bytes()
    folders = sorted((out / "provinces").iterdir())
    stamps = {path.name: path.stat().st_mtime_ns for path in folders}
    shutil.rmtree(folders[0])
    (out / "summary.json").unlink()
    assert run(["results", str(out), "gaps"]) == 2
    assert run(words) in (0, 1)
    assert (out / "summary.json").read_bytes() == before
    after = {path.name: path.stat().st_mtime_ns for path in (out / "provinces").iterdir()}
    assert {name for name in stamps if after[name] != stamps[name]} == {folders[0].name}


def inputs(bad: int = 0) -> Path:
    for number in range(3 + bad):
        facts = {"shared_beds": 5} if number < 3 else {"shared_beds": "5"}
        write(Path("in") / f"{number}.yaml", institution(number + 1, facts=facts))
    return Path("in")


def test_rejected_records_are_kept(call: Call) -> None:
    said = call("batch", inputs(bad=2), "-o", "out", "--as-of", DAY)
    assert (said.code, "须是数字" in said.err, "2 条被拒绝" in said.out) == (3, True, True)
    assert len(Path("out/rejected.ndjson").read_text().splitlines()) == 2
    again = call("batch", "in", "-o", "out", "--as-of", DAY)
    assert (again.code, "2 条被拒绝" in again.out) == (3, True)


def test_a_file_that_was_cut_is_told_each_time(call: Call) -> None:
    profiles = [institution(number, facts={}) for number in (1, 2)]
    Path("in").mkdir()
    Path("in/a.ndjson").write_text("".join(json.dumps(one) + "\n" for one in profiles), encoding="utf-8")
    entry = {"path": "a.ndjson", "records": 3}
    write(Path("in/dataset.yaml"), {"format": "gradeeval-dataset/1", "title": "数据", "files": [entry]})
    said = call("batch", "in", "-o", "out", "--as-of", DAY, "--fail-on", "never")
    assert (said.code, "清单说有 3 条，实际 2 条" in said.err, "结果可能不全" in said.out) == (3, True, True)
    again = call("batch", "in", "-o", "out", "--as-of", DAY, "--fail-on", "never")
    assert (again.code, "结果可能不全" in again.out) == (3, True)


def test_where_nothing_was_accepted_there_is_nothing_to_judge(call: Call) -> None:
    Path("in.ndjson").write_text('{"id": "', encoding="utf-8")
    assert call("convert", "in.ndjson", "-o", "columns").code == 3
    for given in ("in.ndjson", "columns"):
        said = call("batch", given, "-o", f"out-{given}", "--as-of", DAY)
        assert (said.code, "没有一份被接受的档案" in said.err, "至少" in said.err) == (3, True, False)
    write(Path("empty/dataset.yaml"), {"format": "gradeeval-dataset/1", "title": "数据", "files": []})
    said = call("batch", "empty", "-o", "out", "--as-of", DAY)
    assert (said.code, "至少要有 1 项" in said.err) == (3, True)


def test_another_question_into_the_same_folder_is_refused(call: Call) -> None:
    assert call("batch", inputs(), "-o", "out", "--as-of", DAY).code == 5
    other = call("batch", "in", "-o", "out", "--as-of", "2026-02-01")
    assert (other.code, "评定日不同" in other.err) == (2, True)
    write(Path("in/0.yaml"), institution(1, facts={"shared_beds": 6}))
    other = call("batch", "in", "-o", "out", "--as-of", DAY)
    assert (other.code, "数据集不同" in other.err) == (2, True)
    Path("mine").mkdir()
    Path("mine/letter.txt").write_text("…")
    refused = call("batch", "in", "-o", "mine", "--as-of", DAY)
    assert (refused.code, "不是 batch 的结果" in refused.err) == (2, True)
    assert call("batch", "in", "-o", "gone/out").code == 2
    assert call("batch", "gone", "-o", "new").code == 2
    assert not Path("new").exists()


def test_two_runs_into_one_folder(call: Call) -> None:
    inputs()
    Path("out").mkdir()
    held = hold(Path("out/.lock"))
    assert held is not None
    said = call("batch", "in", "-o", "out", "--as-of", DAY)
    held.close()
    assert (said.code, "另一个进程" in said.err) == (2, True)


def test_nothing_is_selected(call: Call) -> None:
    said = call("batch", inputs(), "-o", "out", "--as-of", DAY, "--only", "nothing/*")
    assert (said.code, "没有适用的要求" in said.err) == (5, True)


def test_a_changed_column_file_is_noticed(call: Call) -> None:
    assert call("convert", inputs(), "-o", "columns").code == 0
    path = next(Path("columns").glob("*/institution-001.parquet"))
    pl.read_parquet(path).with_columns(pl.lit("别名").alias("@name")).write_parquet(path)
    said = call("batch", "columns", "-o", "out", "--as-of", DAY)
    assert (said.code, "摘要不符" in said.err) == (3, True)
    assert not list(Path("out/provinces").iterdir())
    path.write_bytes(path.read_bytes()[:100])
    assert call("batch", "columns", "-o", "out", "--as-of", DAY).code == 3


@pytest.mark.parametrize("words", [("batch", "in", "-o", "out"), ("results", "out", "gaps")])
def test_without_the_extra(words: tuple[str, ...], call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    inputs()
    ours = ("gradeeval.profiles.columns.", "gradeeval.batch.", "gradeeval.engines.columnar.")
    for name in [name for name in sys.modules if name in ("polars", "duckdb") or name.startswith(ours)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "polars", None)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    said = call(*words)
    assert (said.code, "pip install 'gradeeval[batch]'" in said.err) == (2, True)
    assert not Path("out").exists()


# -- questions ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def asked(small: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("asked") / "o'ut [1]*"
    assert apart(small / "columns", out) == 1
    return out


def said(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run(words)
    out, err = capsys.readouterr()
    assert "Traceback" not in err
    return code, out, err


def test_gaps(asked: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _err = said(["results", str(asked), "gaps", "--county", "411525", "--format", "json"], capsys)
    rows = json.loads(out)
    assert code == 0
    provinces = asked / "provinces" / "410000"
    gaps = pl.read_parquet(provinces / "gaps.parquet", glob=False)
    who = pl.read_parquet(provinces / "subjects.parquet", glob=False).filter(pl.col("county") == "411525")
    expected = gaps.filter((pl.col("outcome") == "unmet") & pl.col("id").is_in(who["id"].implode()))
    assert len(rows) == expected.height > 0
    assert {row["county"] for row in rows} == {"411525"}
    target = tmp_path / "gaps.csv"
    assert run(["results", str(asked), "gaps", "--region", "411500", "--outcome", "any", "-o", str(target)]) == 0
    lines = list(csv.reader(target.read_text(encoding="utf-8-sig").splitlines()))
    unknown = pl.read_parquet(provinces / "subjects.parquet", glob=False)["unknown"].sum()
    assert len(lines) - 1 == (gaps["outcome"] == "unmet").sum() + unknown
    known = gaps.filter(pl.col("outcome") == "unknown")
    assert (0 < known.height < unknown, known["actual"].null_count()) == (True, 0)
    code, out, _err = said(
        ["results", str(asked), "gaps", "--outcome", "unknown", "--limit", "0", "--format", "json"], capsys
    )
    rows = json.loads(out)
    assert (len(rows), {row["outcome"] for row in rows}) == (unknown, {"unknown"})
    assert sum(row["actual_lo"] is not None for row in rows) == known.height
    code, out, err = said(["results", str(asked), "gaps", "--limit", "2"], capsys)
    assert (code, len(re.findall(r"20\d\d年\d+月\d+日|常年要求", out)), "显示 2 条" in err) == (0, 2, True)
    assert max(map(width, out.splitlines())) <= 80


def test_ranking(asked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rollup = pl.read_parquet(asked / "provinces" / "410000" / "rollup.parquet", glob=False)
    id = rollup.filter(pl.col("kind") == "region")["requirement"][0]
    code, out, _err = said(["results", str(asked), "ranking", "--requirement", id, "--format", "json"], capsys)
    rows = json.loads(out)
    assert code == 0
    shares = [row.get("share", row.get("actual_lo")) for row in rows]
    assert rows and any(share is not None for share in shares)
    code, out, _err = said(["results", str(asked), "ranking", "--requirement", id], capsys)
    assert (code, "名次" in out) == (0, True)


def test_subject(asked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subjects = pl.read_parquet(asked / "provinces" / "410000" / "subjects.parquet", glob=False)
    one = subjects.filter(pl.col("kind") == "institution").row(0, named=True)
    code, out, _err = said(["results", str(asked), "subject", one["id"], "--format", "json"], capsys)
    answer = json.loads(out)
    assert code == 0
    assert answer["subject"]["verdict"] == one["verdict"]
    counts = Counter(item["outcome"] for item in answer["findings"])
    assert {name: one[name] for name in counts} == dict(counts)
    code, out, _err = said(["results", str(asked), "subject", one["id"]], capsys)
    assert (code, one["id"] in out) == (0, True)


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("province")
    assert run(["new", "dataset", "-o", str(folder / "in"), "--institutions", "200", "--period", "2025"]) == 0
    assert apart(folder / "in", folder / "out") == 1
    return folder / "out"


def test_area(province: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What is told of a prefecture is what its parts add up to, recomputed from them."""
    target = tmp_path / "area.json"
    assert run(["results", str(province), "area", "河南省", "--limit", "0", "-o", str(target)]) == 0
    answer = json.loads(target.read_text(encoding="utf-8"))
    code, text, _err = said(["results", str(province), "area", "410000"], capsys)
    assert (code, "河南省" in text) == (0, True)
    counts = Counter(item["outcome"] for item in answer["targets"])
    assert {name: answer["subject"][name] for name in counts} == dict(counts)
    divided = 0
    for row in (row for row in answer["targets"] if row.get("part_kind")):
        have, lack, unsure = row["have"], row["lack"], row["unsure"]
        named = Counter(one["lacks"] for one in row["pulling"])
        assert [named[True], named[False]] == row["pulling_count"]
        if row["unit"] != "percent" or row["source"] != "computed" or have + lack + unsure == 0:
            continue
        divided += 1
        assert [named[True], named[False]] == [lack, unsure]
        if not unsure:
            assert row["actual_lo"] == pytest.approx(100 * have / (have + lack), abs=1e-8)
            assert (row["numerator"], row["denominator"]) == (have, have + lack)
        if row["outcome"] == "unmet":
            needed = math.ceil(Fraction(json.loads(row["target"])["at_least"]) * (have + lack + unsure) / 100)
            assert [row["shortfall_lo"], row["shortfall_hi"]] == [max(0, needed - have - unsure), needed - have]
            assert "名单中" in text
    assert divided
    assert len(answer["parts"]) > 50
    for row in answer["parts"]:
        assert {outcome: len(named) for outcome, named in row["named"].items()} == {
            outcome: count for outcome, count in row["counts"].items() if outcome != "met"
        }
        assert row["absent"] == sum(one["absent"] for named in row["named"].values() for one in named)
    code, out, _err = said(["results", str(province), "area", "410000", "--format", "csv"], capsys)
    assert (code, len(list(csv.reader(out.splitlines()))) - 1) == (0, len(answer["targets"]))


def test_children_add_up(province: Path) -> None:
    """The parts of an area that a share counts are those of the regions below; what these lack adds up to what it lacks."""
    figures = {(row["id"], row["requirement"]): row for row in frame_of(province, "figures").iter_rows(named=True)}
    targets = pl.read_parquet(province / "requirements.parquet", glob=False)
    asked_of = {row["requirement"]: row for row in targets.iter_rows(named=True)}
    children: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in frame_of(province, "children").iter_rows(named=True):
        children.setdefault((row["id"], row["requirement"]), []).append(row)
    added = 0
    for key, rows in children.items():
        whole, about = figures[key], asked_of[key[1]]
        limit = json.loads(about["target"]).get("at_least")
        if about["unit"] != "percent" or about["part_kind"] is None or limit is None:
            continue
        if sum(row["lack"] for row in rows) != whole["lack"] or any(row["effect"] is None for row in rows):
            continue  # some parts lie right in the area
        every = whole["have"] + whole["lack"] + whole["unsure"]
        short = Fraction(limit) * every / 100 - whole["have"]
        assert sum(row["effect"] for row in rows) == pytest.approx(float(short), abs=1e-6)
        added += 1
    assert added


def frame_of(out: Path, name: str) -> pl.DataFrame:
    return with_both_ends(pl.read_parquet(out / "provinces" / "410000" / f"{name}.parquet", glob=False))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["area"], "需要 ID"),
        (["area", "没有市"], "没有区域"),
        (["area", "411500", "--tier", "county"], "不能用于"),
        (["gaps", "--county", "没有县"], "没有区域"),
        (["gaps", "--requirement", "henan-2023-31/2.1.7-z"], "是否指"),
        (["ranking"], "需要 --requirement"),
        (["ranking", "--requirement", "x/1"], "没有要求"),
        (["subject"], "需要 ID"),
        (["subject", "410000x"], "没有编号"),
        (["gaps", "--tier", "county"], "不能用于"),
        (["gaps", "-o", "x.docx"], "何种格式"),
    ],
)
def test_what_cannot_be_answered(
    words: list[str], sentence: str, asked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _out, err = said(["results", str(asked), *words], capsys)
    assert (code, sentence in err) == (2, True), err


def test_no_results(call: Call) -> None:
    Path("x").mkdir()
    assert call("results", "x", "gaps").code == 2
    Path("x/summary.json").write_text("{}")
    assert call("results", "x", "gaps").code == 3
    assert call("batch", inputs(), "-o", "out", "--as-of", DAY).code == 5
    next(Path("out").glob("provinces/*/gaps.parquet")).write_bytes(b"PAR1")
    assert call("results", "out", "gaps").code == 3


# -- faults of the machine ---------------------------------------------------------------------------------------------


def killed_once_more_is_done(source: Path, out: Path) -> None:
    """A run that ends by a kill when it has finished one more province."""
    finished = len(list(out.glob("provinces/[0-9]*")))
    begun = subprocess.Popen(command(source, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 300
    while len(list(out.glob("provinces/[0-9]*"))) <= finished and begun.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    begun.send_signal(signal.SIGKILL)
    begun.wait()


@pytest.mark.no_cover
def test_a_kill_loses_only_what_was_not_finished(small: Path, judged: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for _attempt in range(5):  # again, where a run was quicker than the kill
        for _kill in range(2):
            killed_once_more_is_done(small / "nation-columns", out)
        if not (out / "summary.json").exists():
            break
        shutil.rmtree(out)
    assert not (out / "summary.json").exists()
    stamps = {path.name: path.stat().st_mtime_ns for path in out.glob("provinces/[0-9]*")}
    assert stamps
    assert run(["batch", str(small / "nation-columns"), "-o", str(out), "--as-of", DAY]) in (0, 1)
    after = {path.name: path.stat().st_mtime_ns for path in (out / "provinces").iterdir()}
    assert {name: after[name] for name in stamps} == stamps
    one, other = (json.loads((folder / "summary.json").read_bytes()) for folder in (out, judged))
    assert one == other


@pytest.mark.no_cover
def test_a_full_disk(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (9_000, 9_000))

    failed = subprocess.run(
        command(small / "columns", out),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=no_room,
        env={**os.environ, "GRADEEVAL_CACHE_DIR": ""},
    )
    assert (failed.returncode, "无法写入" in failed.stderr) == (2, True), failed.stderr
    assert not list(out.glob("provinces/*"))
    assert run(["batch", str(small / "columns"), "-o", str(out), "--as-of", DAY]) == 1


# -- requirements that take the place of others ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "city",
    [
        {"replaces": "jia-2024-1/1.1", "basis": "省厅批复"},
        {"replaces": "jia-2024-1/1.1", "basis": "省厅批复", "where": {"beds": {"at_least": 100}}},
        {"stricter_than": "jia-2024-1/1.1"},
        {"extends": "jia-2024-1/1.1"},
    ],
)
@pytest.mark.parametrize("more", [(), ("--only", "jia*"), ("--ruleset", "jia-2024-1")])
def test_what_is_replaced_is_as_in_check(
    city: dict[str, Any], more: tuple[str, ...], call: Call, country: Path
) -> None:
    """Of the city, of elsewhere, with and without the fact that says who is bound, and one that is only on the roster."""
    asked = {"indicator": "share", "target": {"at_least": 60}}
    write_ruleset(
        country,
        "jia-2024-1",
        indicators={
            "share": {"title": "占比", "kind": "institution", "unit": "percent"},
            "beds": {"title": "床位", "kind": "institution", "unit": "count"},
        },
        requirements=[asked],
    )
    relation = {key: value for key, value in city.items() if key != "where"}
    where = {"binds": {"kind": "institution", "where": city["where"]}} if "where" in city else {}
    ours = {"indicator": "share", "target": {"at_least": 80}, **where, **relation}
    write_ruleset(country, "zi-2024-1", indicators={}, requirements=[ours], jurisdiction="990100")
    province = {"id": "990000", "kind": "region", "tier": "province", "period": "2024"}
    facts = [{"share": 70}, {"share": 70, "beds": 200}, {"share": 50, "beds": 50}, {}]
    parts = [institution(at, facts=own) for at, own in enumerate(facts, 1)]
    away = [institution(at, region="990201", facts=own) for at, own in enumerate(facts, 5)]
    write(Path("p/a.yaml"), [province, *parts, *away])
    words = ("--as-of", "2025-06-30", "--fail-on", "never", *more)
    result = json.loads(call("check", "p", *words, "--format", "json").out)
    said = call("batch", "p", "-o", "out", *words)
    assert said.code == 0, said.err
    agree(Path("out"), result)
    reasons = {one.get("reason") for one in result["findings"]}
    if "replaces" in city and not more:
        assert "replaced" in reasons
        assert ("perhaps_replaced" in reasons) == bool(where)


@pytest.mark.no_cover
def test_a_network_across_provinces_is_as_in_check(tmp_path: Path) -> None:
    """Of its member elsewhere it knows the profile, and the member knows from its list what it is there."""
    dataset, out = tmp_path / "p", tmp_path / "out"
    shared = {"period": "2024", "fictional": True}
    posted = {"category": "township_health_center", "facts": {"attending_posted_by_lead": 0}}
    home, away = "411524", "430102"
    near, far = "XN000201841152411C2201", "XN000202643010211C2201"
    members = [
        {"id": near, "name": "近处卫生院", "roles": ["consortium_member"]},
        {"id": far, "name": "远处卫生院", "roles": ["consortium_member"]},
    ]
    consortium = {"kind": "network", "type": "county_consortium", "members": members, "facts": {}, **shared}
    write(
        dataset / "a.yaml",
        [
            {"id": near, "kind": "institution", "name": "近处卫生院", "region": home, **posted, **shared},
            {"id": far, "kind": "institution", "name": "远处卫生院", "region": away, **posted, **shared},
            {"id": "XN-NW", "name": "近处医共体", "region": home, **consortium},
            {"id": "XN-FW", "name": "远处医共体", "region": away, **consortium},
        ],
    )
    words = ("--as-of", "2026-06-30", "--fail-on", "never")
    assert run(["check", str(dataset), *words, "-o", str(tmp_path / "result.json")]) == 0
    assert run(["batch", str(dataset), "-o", str(out), *words]) == 0
    result = json.loads((tmp_path / "result.json").read_bytes())
    agree(out, result)
    assert len(list((out / "provinces").iterdir())) == 2
    rows = {(row["id"], row["requirement"], row["outcome"]): row for row in frame(out, "rollup").iter_rows(named=True)}
    assert rows["XN-NW", "henan-2025-23/3.6-c", "unmet"]["parts"] == 2
    assert rows["XN-NW", "henan-2025-23/3.6-c", "unmet"]["absent"] == 0


SHILI = Path(__file__).parents[2] / "plugins" / "gradeeval-shili"


@pytest.mark.no_cover
def test_a_city_beside_its_province_is_as_in_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The invented city is stricter than its province in one demand and extends another one."""
    rules = ("--ruleset-dir", str(SHILI / "src" / "gradeeval_shili" / "rulesets"), "--no-plugins")
    words = ("--as-of", "2026-06-30", "--fail-on", "never", *rules)
    out, samples = tmp_path / "out", str(SHILI / "samples")
    assert run(["check", samples, *words, "-o", str(tmp_path / "result.json")]) == 0
    result = json.loads((tmp_path / "result.json").read_bytes())
    assert run(["batch", samples, "-o", str(out), *words]) == 0
    agree(out, result)
    expected = {
        (one["subject"], one["requirement"]): one["relations"] for one in result["findings"] if "relations" in one
    }
    assert expected
    for id in {subject for subject, _requirement in expected}:
        rows = json.loads(said(["results", str(out), "subject", id, "--format", "json"], capsys)[1])["findings"]
        told = {
            (id, row["requirement"]): [{key: text for key, text in one.items() if text} for one in row["relations"]]
            for row in rows
            if row["relations"]
        }
        assert told == {key: own for key, own in expected.items() if key[0] == id}
