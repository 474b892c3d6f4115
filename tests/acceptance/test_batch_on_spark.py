"""``gradeeval batch --on spark``: the files of a run on one machine to the byte, on any path, whole or not at all."""

from __future__ import annotations

import json
import shutil
import sys
from contextlib import chdir
from pathlib import Path

import polars as pl
import pytest
from tests.acceptance.conftest import Call, Said

from gradeeval.cli.main import run
from gradeeval.files.folders import hold

DAY = "2026-01-01"
RULES = "mynation-2025-1"
SAMPLES = Path(__file__).parents[2] / "samples"
ON_SPARK = [
    "--on",
    "spark",
    *("--spark-conf", "spark.master=local[2]"),
    *("--spark-conf", "spark.ui.enabled=false"),
    *("--spark-conf", "spark.driver.host=127.0.0.1"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Columns of two provinces and the nation, rules of a folder that bind parts of the nation, and what one machine makes of them."""
    made = tmp_path_factory.mktemp("data")
    words = ["new", "dataset", "-o", str(made / "all"), "--institutions", "200", "--nation", "--period", "2025"]
    assert run(words) == 0
    for province in ("410000", "430000"):
        shutil.copytree(made / "all" / province, made / "in" / province)
    shutil.copy(SAMPLES / "henan-2024.yaml", made / "in")
    with chdir(made):
        assert run(["new", "ruleset", RULES, "--jurisdiction", "100000"]) == 0
    for path in (made / RULES / "requirements").iterdir():
        text = path.read_text(encoding="utf-8")
        assert "where: {category: township_health_center}" in text
        path.write_text(text.replace(", where: {category: township_health_center}", ""), encoding="utf-8")
    (made / "in" / "wrong.yaml").write_text("kind: institution\n", encoding="utf-8")
    assert run(["convert", str(made / "in"), "-o", str(made / "columns"), "--ruleset-dir", str(made / RULES)]) == 3
    assert run(batch(made, made / "columns", made / "machine")) == 3
    return made


@pytest.fixture(scope="module")
def finished(folder: Path) -> Path:
    """What Spark makes of them, in a folder whose name has what patterns are written with."""
    out = folder / "结 果 [1]{a}*"
    assert run([*batch(folder, folder / "columns", out), *ON_SPARK]) == 3
    return out


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs a command line in an empty folder, with the shipped rules."""
    monkeypatch.chdir(tmp_path)

    def called(*words: str | Path) -> Said:
        capsys.readouterr()
        code = run([str(word) for word in words])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Said(code, out, err)

    return called


def batch(folder: Path, dataset: Path | str, out: Path | str) -> list[str]:
    rules = ["--ruleset-dir", str(folder / RULES)]
    return ["batch", str(dataset), "-o", str(out), "--as-of", DAY, *rules]


def contents(out: Path) -> dict[str, bytes]:
    """All files but the summary, which says what ran."""
    files = (path for path in out.rglob("*") if path.is_file() and path.name not in ("summary.json", ".lock"))
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


def summary(out: Path) -> dict[str, object]:
    found: dict[str, object] = json.loads((out / "summary.json").read_bytes())
    found.pop("produced_by")
    return found


@pytest.mark.spark
def test_the_same_files_as_on_one_machine(folder: Path, finished: Path) -> None:
    expected = contents(folder / "machine")
    assert {path.partition("/")[2].partition("/")[0] for path in expected if path.startswith("provinces/")} == {
        *("100000", "410000", "430000")
    }
    assert expected["rejected.ndjson"]
    assert contents(finished) == expected
    assert summary(finished) == summary(folder / "machine")
    by = json.loads((finished / "summary.json").read_bytes())["produced_by"]
    assert by["spark"]
    # What is rolled up is summed by Spark: of the nation over both provinces, of provinces over many counties.
    rollup = pl.read_parquet(finished / "provinces" / "100000" / "rollup.parquet", glob=False)
    assert rollup["requirement"].unique().to_list() == [f"{RULES}/1.1-a"]
    assert rollup["parts"].sum() > 0
    assert pl.read_parquet(finished / "provinces" / "410000" / "rollup.parquet", glob=False).height > 1_000


@pytest.mark.spark
def test_the_results_are_asked_like_any(finished: Path, call: Call) -> None:
    assert call("results", finished, "gaps", "--limit", "1").code == 0
    assert call("results", finished, "subject", "410000").code == 0


@pytest.mark.spark
def test_a_run_goes_on_where_it_was_on_spark_and_on_one_machine(folder: Path, finished: Path, call: Call) -> None:
    out = folder / "resumed"
    shutil.copytree(finished, out)
    (out / "summary.json").unlink()
    shutil.rmtree(out / "provinces" / "430000")
    (out / "provinces" / "410000" / "gaps.parquet").unlink()
    (out / "provinces" / ".430000.0a.partial").mkdir()
    (out / ".summary.json.0a.partial").write_text("{")
    kept = (out / "provinces" / "100000" / "gaps.parquet").stat().st_mtime_ns
    said = call(*batch(folder, f"file://{folder}/columns/", f"file://{out}/"), *ON_SPARK)
    assert (said.code, "已完成 1 个省份" in said.err, "复制到本机" in said.out) == (3, True, True), said.err
    assert (out / "provinces" / "100000" / "gaps.parquet").stat().st_mtime_ns == kept
    assert contents(out) == contents(folder / "machine")
    assert summary(out) == summary(folder / "machine")
    shutil.rmtree(out / "provinces" / "430000")
    assert "已完成 2 个省份" in call(*batch(folder, folder / "columns", out)).err
    assert contents(out) == contents(folder / "machine")


@pytest.mark.spark
def test_what_is_refused_before_anything_is_judged(folder: Path, finished: Path, call: Call) -> None:
    other = call(*batch(folder, folder / "columns", finished), "--only", "henan*", *ON_SPARK)
    assert (other.code, "筛选条件不同" in other.err) == (2, True)
    held = hold(finished / ".lock")
    assert held is not None
    refused = call(*batch(folder, folder / "columns", finished), *ON_SPARK)
    held.close()
    assert (refused.code, "另一个进程" in refused.err) == (2, True)
    Path("mine").mkdir()
    Path("mine/letter.txt").write_text("…")
    refused = call(*batch(folder, folder / "columns", "mine"), *ON_SPARK)
    assert (refused.code, "不是 batch 的结果" in refused.err) == (2, True)
    refused = call(*batch(folder, folder / "all", "out"), *ON_SPARK)
    assert (refused.code, "请先用 gradeeval convert" in refused.err) == (3, True)
    refused = call(*batch(folder, "gone", "out"), *ON_SPARK)
    assert (refused.code, "gradeeval convert" in refused.err) == (2, True)
    refused = call(*batch(folder, "nowhere://gone", "out"), *ON_SPARK)
    assert (refused.code, "nowhere" in refused.err) == (2, True)
    assert not Path("out").exists()
    refused = call(*batch(folder, folder / "columns", "gone/out"), *ON_SPARK)
    assert (refused.code, "请先建立" in refused.err) == (2, True)


@pytest.mark.spark
@pytest.mark.parametrize("path", ["../secret.parquet", "/etc/x.parquet", "410000/../x.parquet", ".x/a-1.parquet"])
def test_no_file_outside_the_dataset_is_read(path: str, folder: Path, call: Call) -> None:
    shutil.copytree(folder / "columns", "columns")
    manifest = json.loads(Path("columns/dataset.json").read_bytes())
    manifest["files"][0]["path"] = path
    Path("columns/dataset.json").write_text(json.dumps(manifest))
    refused = call(*batch(folder, "columns", "out"), *ON_SPARK)
    assert (refused.code, "files[0].path" in refused.err) == (3, True), refused.err
    assert not Path("out").exists()


@pytest.mark.spark
def test_a_changed_column_file_is_noticed_by_the_worker(folder: Path, call: Call) -> None:
    shutil.copytree(folder / "columns", "columns")
    with Path("columns/430000/institution-001.parquet").open("ab") as stream:
        stream.write(b"x")
    said = call(*batch(folder, "columns", "out"), *ON_SPARK)
    place = f"file://{Path('columns').absolute()}/430000/institution-001.parquet"
    assert (said.code, "摘要不符" in said.err, place in said.err) == (3, True, True), said.err
    assert not Path("out/provinces/430000").exists()
    assert not Path("out/summary.json").exists()


@pytest.mark.spark
def test_workers_have_to_be_of_the_same_version(folder: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradeeval.batch.spark.running.versions", lambda: {"gradeeval": "0", "polars": pl.__version__})
    said = call(*batch(folder, folder / "columns", "out"), *ON_SPARK)
    assert (said.code, "Spark 工作节点上的 gradeeval" in said.err) == (2, True), said.err


@pytest.mark.spark
@pytest.mark.parametrize("setting", ["spark.executor.pyspark.memory=96m", "spark.pyspark.python=/nowhere/python"])
def test_a_worker_that_dies_is_told_in_one_sentence(setting: str, folder: Path, call: Call) -> None:
    settings = ["--spark-conf", setting]
    said = call(*batch(folder, folder / "columns", "out"), *ON_SPARK, *settings)
    sentence = said.err[said.err.index("错误：") :]
    assert (said.code, "Spark 任务失败" in sentence, sentence.count("\n")) == (2, True, 1), said.err
    assert not list(Path("out").glob("provinces/*"))
    assert not Path("out/summary.json").exists()


@pytest.mark.spark
@pytest.mark.parametrize("home", ["nowhere", ""])
def test_without_java(home: str, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PYSPARK_GATEWAY_PORT", raising=False)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("JAVA_HOME", home)
    said = call("batch", "in", "-o", "out", *ON_SPARK)
    assert (said.code, "没有找到 java" in said.err, (home or "PATH") in said.err) == (2, True, True)


@pytest.mark.spark
def test_spark_connect_is_refused(call: Call) -> None:
    said = call("batch", "in", "-o", "out", *ON_SPARK, "--spark-conf", "spark.remote=sc://host")
    assert (said.code, "Spark Connect" in said.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["in", "-o", "hdfs://host/out"], "只有 --on spark"),
        (["s3a://bucket/in", "-o", "out"], "只有 --on spark"),
        (["in", "-o", "out", "--spark-conf", "spark.master=yarn"], "只能与 --on spark"),
        (["in", "-o", "out", "--on", "spark", "--spark-conf", "master=yarn"], "不是 Spark 的设置"),
        (["in", "-o", "out", "--on", "spark", "--spark-conf", "spark.master"], "不是 Spark 的设置"),
    ],
)
def test_options_that_do_not_go_together(words: list[str], sentence: str, call: Call) -> None:
    said = call("batch", *words)
    assert (said.code, sentence in said.err) == (2, True), said.err


def test_without_the_extra(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("gradeeval.batch.spark.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    monkeypatch.setitem(sys.modules, "py4j", None)
    said = call("batch", "in", "-o", "out", "--on", "spark")
    assert (said.code, "pip install 'gradeeval[spark]'" in said.err) == (2, True)
    assert not Path("out").exists()
