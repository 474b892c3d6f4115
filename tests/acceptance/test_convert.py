"""``gradeeval convert`` and ``validate`` on datasets: exit codes, what is said, and that nothing half-written is left."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.acceptance.conftest import Call
from tests.unit.invented import institution, write

from gradeeval.cli.main import run


def dataset(folder: str = "in", bad: int = 0) -> Path:
    for number in range(3 + bad):
        facts = {"shared_beds": 5} if number < 3 else {"shared_beds": "5"}
        write(Path(folder) / f"{number}.yaml", institution(number + 1, facts=facts))
    return Path(folder)


def test_all_is_well(call: Call) -> None:
    said = call("convert", dataset(), "-o", "out")
    assert (said.code, said.err) == (0, "")
    assert "读入 3 条 = 接受 3 条 + 拒绝 0 条" in said.out
    assert json.loads(Path("out/dataset.json").read_text())["counts"]["institution"] == 3
    assert Path("out/rejected.ndjson").read_bytes() == b""
    assert "编码列，3 份档案" in call("validate", "out").out


def test_some_are_rejected(call: Call) -> None:
    said = call("convert", dataset(bad=8), "-o", "out")
    assert said.code == 3
    assert "读入 11 条 = 接受 3 条 + 拒绝 8 条" in said.out
    assert "须是数字" in said.err
    assert "其余 3 条见 out/rejected.ndjson" in said.err
    assert len(Path("out/rejected.ndjson").read_text().splitlines()) == 8


def test_what_cannot_be_converted(call: Call) -> None:
    assert call("convert", "gone", "-o", "out").code == 2
    Path("empty").mkdir()
    assert call("convert", "empty", "-o", "out").code == 2
    dataset()
    assert call("convert", "in", "-o", "out").code == 0
    again = call("convert", "in", "-o", "out")
    assert (again.code, "已经存在" in again.err) == (2, True)
    columns = call("convert", "out", "-o", "more")
    assert (columns.code, "已经是编码列" in columns.err) == (2, True)
    assert "gradeeval batch" in call("check", "out").err
    assert not Path("more").exists()


def test_without_the_extra(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name == "polars" or name.startswith("gradeeval.profiles.columns.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "polars", None)
    said = call("convert", dataset(), "-o", "out")
    assert (said.code, "pip install 'gradeeval[batch]'" in said.err) == (2, True)
    assert not Path("out").exists()


def test_validate_counts_every_record(call: Call) -> None:
    dataset(bad=2)
    names = [{"path": path.name, "records": 1} for path in sorted(Path("in").iterdir())]
    write(Path("in/dataset.yaml"), {"format": "gradeeval-dataset/1", "title": "数据", "files": names})
    said = call("validate", "in")
    assert said.code == 3
    assert "读入 5 条 = 合规 3 条 + 不合规 2 条" in said.out
    assert said.err.count("须是数字") == 2
    write(Path("in/dataset.yaml"), {"format": "gradeeval-dataset/1", "title": "数据", "file": names})
    assert call("validate", "in").code == 3


# -- faults of the machine, in processes of their own ------------------------------------------------------------------


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("data") / "in"
    assert (
        run(["new", "dataset", "-o", str(out), "--institutions", "1500", "--region", "411500", "--period", "2024"]) == 0
    )
    return out


def command(source: Path, out: Path) -> list[str]:
    return [sys.executable, "-m", "gradeeval", "convert", str(source), "-o", str(out)]


def test_a_kill_at_any_moment_leaves_nothing_half_written(province: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    chance = random.Random(5)  # noqa: S311 - no secret
    for _attempt in range(4):
        begun = subprocess.Popen(command(province, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 300
        while not (tmp_path / ".out.partial").exists() and begun.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(chance.random() * 0.8)
        begun.send_signal(signal.SIGKILL)
        begun.wait()
        if out.exists():  # it was quicker, or killed behind its last step: then it is whole, as looked at below
            break
    if not out.exists():
        assert subprocess.run(command(province, out), stdout=subprocess.DEVNULL, check=False).returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    counts = json.loads((out / "dataset.json").read_text())["counts"]
    wanted = sum(path.read_bytes().count(b"\n") for path in province.rglob("*.ndjson") if path.name != "roster.ndjson")
    assert (counts["read"], counts["rejected"]) == (wanted, 0)


def test_a_full_disk(province: Path, tmp_path: Path) -> None:
    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    failed = subprocess.run(
        command(province, tmp_path / "out"),
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=no_room,
        env={**os.environ, "GRADEEVAL_CACHE_DIR": ""},
    )
    assert (failed.returncode, "没有留下任何文件" in failed.stderr) == (2, True), failed.stderr
    assert list(tmp_path.iterdir()) == []
