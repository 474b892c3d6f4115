"""The comparison with peers, and whole runs: `make peers`. Writes results.json beside this file and docs/benchmarks.md from it."""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tabulate import tabulate

import rendered
import wholes
from bounds import COLUMNAR, LEAST, held
from material import material
from peers import PEERS, Peer

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results.json"
PAGE = HERE.parents[1] / "docs" / "benchmarks.md"


def main() -> int:
    """Measures, writes, and prints what is held to a bound; 1 where a peer disagrees, with ``--bounded`` also where one is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--institutions", type=int, default=100_000)
    parser.add_argument("--sample", type=int, default=1_000, help="profiles for peers that judge one at a time")
    parser.add_argument("--seconds", type=float, default=2.0, help="of work a measurement, at least")
    parser.add_argument("--rounds", type=int, default=3, help="processes a peer in columns, in turn")
    parser.add_argument("--nation", type=int, default=wholes.NATION)
    parser.add_argument("--bounded", action="store_true", help="only what has a bound; writes no page")
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--peers-only", action="store_true", help="no whole runs: those of the last time are kept")
    part.add_argument("--whole-only", action="store_true", help="no peers: those of the last time are kept")
    parser.add_argument("--render", action="store_true", help="only the page, from the results at hand")
    parser.add_argument("--held", type=Path, help="where to write what is held to a bound, as JSON")
    given = parser.parse_args()
    if given.render:
        PAGE.write_text(rendered.page(json.loads(RESULTS.read_bytes())), encoding="utf-8")
        return 0
    results = measured(given)
    if not given.bounded:
        RESULTS.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text(rendered.page(results), encoding="utf-8")
    rows = list(held(results))
    if given.held is not None:
        given.held.write_text(json.dumps([vars(row) for row in rows], ensure_ascii=False), encoding="utf-8")
        return 1 if wrong(results) else 0
    table = [(row.name, row.figure, row.bound, "BROKEN" if row.broken else "ok") for row in rows]
    print(tabulate(table, headers=("measurement", "figure", "bound", ""), disable_numparse=True))
    return 1 if wrong(results) or (given.bounded and any(row.broken for row in rows)) else 0


def wrong(results: dict[str, Any]) -> bool:
    """Whether a peer says something else than gradeeval of any cell, or broke down; which ones, on standard error."""
    found = [one["name"] for one in results["peers"] if one.get("differ") or one.get("broke")]
    if found:
        print(f"broken, or other outcomes than the columnar engine: {', '.join(found)}", file=sys.stderr)
    return bool(found)


def measured(given: argparse.Namespace) -> dict[str, Any]:
    """All measurements, with what they were taken on and of."""
    last = json.loads(RESULTS.read_bytes()) if RESULTS.is_file() and not given.bounded else {}
    busy = os.getloadavg()[0]
    load = material(given.institutions)
    if given.whole_only:
        peers = last.get("peers", [])
    else:
        chosen = [one for one in PEERS if not given.bounded or one.name in (COLUMNAR, *LEAST)]
        peers = _peers(chosen, given)
    if given.peers_only:
        whole, curve = last.get("whole", []), last.get("curve", [])
    else:
        whole, curve = wholes.measured(given.institutions, given.nation, () if given.bounded else wholes.CURVE)
    counts = [int((load.expected() == code).sum()) for code in range(4)]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": _machine(busy),
        "load": {
            "institutions": load.expected().shape[1],
            "rules": len(load.rules),
            "columns": len(load.columns),
            "outcomes": counts,
            "sample": given.sample,
        },
        "peers": peers,
        "whole": whole,
        "curve": curve,
    }


def _peers(chosen: Sequence[Peer], given: argparse.Namespace) -> list[dict[str, Any]]:
    found: dict[str, list[dict[str, Any]]] = {one.name: [] for one in chosen}
    for number in range(given.rounds):
        for one in chosen:
            # Only ratios of things in columns are close to their bounds.
            if one.at_once or number == 0:
                found[one.name].append(_process(one, given))
    return [{"name": name, **_middle(processes)} for name, processes in found.items()]


def _process(one: Peer, given: argparse.Namespace) -> dict[str, Any]:
    print(f"{one.name} …", file=sys.stderr, flush=True)
    command = [sys.executable, str(HERE / "measure.py"), one.name, "--institutions", str(given.institutions)]
    command += ["--sample", str(given.sample), "--seconds", str(given.seconds)]
    threads = dict.fromkeys(("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "NUMEXPR_MAX_THREADS"), "1")
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | threads)
    if done.returncode:
        print(done.stderr, file=sys.stderr)
        return {"failed": (done.stderr.splitlines() or [str(done.returncode)])[-1], "broke": True}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _middle(processes: list[dict[str, Any]]) -> dict[str, Any]:
    """The process of middle speed; whatever differed or failed in any of them counts."""
    failed = [one for one in processes if "failed" in one]
    if failed:
        return failed[0]
    middle = statistics.median_low([one["each"] for one in processes])
    chosen = next(one for one in processes if one["each"] == middle)
    return {**chosen, "differ": max(one["differ"] for one in processes)}


def _machine(busy: float) -> dict[str, Any]:
    """What the figures depend on, without names."""
    model = platform.machine()
    processor = Path("/proc/cpuinfo")
    if processor.is_file():
        lines = [line for line in processor.read_text(encoding="utf-8").splitlines() if line.startswith("model name")]
        model = lines[0].partition(":")[2].strip() if lines else model
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "model": model,
        "memory_gb": round(memory / 2**30),
        "python": platform.python_version(),
        "system": platform.system(),
        "busy": round(busy, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
