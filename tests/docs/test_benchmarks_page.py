"""docs/benchmarks.md says what was measured, of every peer; and the peers that need nothing more agree with gradeeval."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PEERS = ROOT / "benchmarks" / "peers"
PAGE = ROOT / "docs" / "benchmarks.md"


def _said(*words: str) -> str:
    done = subprocess.run([sys.executable, *words], cwd=PEERS, capture_output=True, text=True, encoding="utf-8", check=True)
    return done.stdout


def test_the_page_is_rendered_from_the_measurements() -> None:
    code = "import json, rendered, sys; sys.stdout.reconfigure(encoding='utf-8')\n"
    code += "print(rendered.page(json.load(open('results.json', encoding='utf-8'))), end='')"
    assert _said("-c", code) == PAGE.read_text(encoding="utf-8"), "docs/benchmarks.md is stale: run `make peers`"


def test_every_peer_was_measured_and_none_differs() -> None:
    names = json.loads(_said("-c", "import json, peers; print(json.dumps([one.name for one in peers.PEERS]))"))
    found = {one["name"]: one for one in json.loads((PEERS / "results.json").read_bytes())["peers"]}
    assert list(found) == names
    text = PAGE.read_text(encoding="utf-8")
    for name, one in found.items():
        assert f"| {name} |" in text
        assert "failed" in one or one["differ"] == 0
        if "failed" in one:
            assert one["failed"] in text


def test_every_requirement_installs_a_peer() -> None:
    lines = (PEERS / "requirements.txt").read_text(encoding="utf-8").splitlines()
    wanted = {line.partition(">")[0] for line in lines if line and not line.startswith("#")}
    named = json.loads(_said("-c", "import json, peers; print(json.dumps([one.distribution for one in peers.PEERS]))"))
    assert wanted | {"polars", "duckdb", "gradeeval", ""} == set(named)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("numpy")
    pytest.importorskip("polars")
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("name", ["gradeeval columnar", "gradeeval reference", "Polars", "NumPy", "DuckDB", "Python closures"])
def test_peers_say_the_same_of_a_small_province(cache: Path, name: str) -> None:
    words = ["--institutions", "600", "--sample", "100", "--seconds", "0", "--cache", str(cache)]
    found = json.loads(_said("measure.py", name, *words).splitlines()[-1])
    assert found["checked"] >= 100 * 200
    assert found["differ"] == 0
