"""Whole commands over whole datasets: seconds and peak memory of ``convert`` and ``batch``, from a thousand profiles to the nation."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from material import AS_OF, converted, dataset, rules_folder
from ruleset import ID

NATION = 1_100_000
CURVE = (1_000, 10_000, 300_000)
"""Institutions of one province, beside those of the comparison; the curve ends with the nation, which is many provinces."""
RUNS = 3
"""So often each command that has a bound is run."""
SHIPPED = ("henan-2023-31", "henan-2024-11", "henan-2025-23")
Found = dict[str, Any]


def taken(words: Sequence[str | Path], processes: int = 1, *, codes: Sequence[int] = (0, 1)) -> Found:
    """Runs a command of gradeeval on so many cores: seconds by the wall, of processor, and the most memory that a process held."""
    environment = os.environ | {"POLARS_MAX_THREADS": "1", "GRADEEVAL_LANG": "en"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled modules are kept, as after an installation
    pinned = _pinned(processes) if hasattr(os, "sched_setaffinity") else None
    if hasattr(os, "sync"):  # what was made before is on the disk: a command does not wait until it is
        os.sync()
    before = os.times()
    start = time.perf_counter()
    command = [sys.executable, "-m", "gradeeval", *map(str, words)]
    with tempfile.TemporaryFile() as said:
        running = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=said,
            env=environment,
            preexec_fn=pinned,
        )
        _pid, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
        if running.returncode not in codes:
            said.seek(0)
            raise SystemExit(f"{' '.join(command)}: {running.returncode}: {said.read().decode()}")
    after = os.times()
    worked = after.children_user + after.children_system - before.children_user - before.children_system
    return {"wall": wall, "worked": worked, "mb": usage.ru_maxrss / 1000, "processes": processes}


def _pinned(count: int) -> Callable[[], None]:
    """Keeps the process that calls it, and those that it starts, on so many cores."""
    cores = sorted(os.sched_getaffinity(0))[-count:]
    return lambda: os.sched_setaffinity(0, cores)


def batch(columns: Path, rulesets: Sequence[str], processes: int = 1) -> Found:
    """Judges coded columns into all outputs."""
    with tempfile.TemporaryDirectory(dir=columns.parent) as folder:
        named = [word for id in rulesets for word in ("--ruleset", id)]
        where = ["--ruleset-dir", rules_folder(columns.parent), "--no-plugins", "--as-of", AS_OF]
        return taken(["batch", columns, "-o", Path(folder) / "out", *named, *where, "-j", str(processes)], processes)


def converting(source: Path) -> Found:
    """Reads, validates and codes NDJSON."""
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        out = Path(folder) / "columns"
        return taken(["convert", source, "-o", out, "--ruleset-dir", rules_folder(source.parent), "--no-plugins"])


def _best(run: Callable[[], Found]) -> Found:
    """The quickest of some runs, with the most memory of any: a machine is never quicker than it is, but often slower."""
    found = [run() for _run in range(RUNS)]
    return {**min(found, key=lambda one: float(one["wall"])), "mb": max(one["mb"] for one in found)}


def measured(institutions: int, nation: int, sizes: Sequence[int]) -> tuple[list[Found], list[Found]]:
    """The rows of whole commands, those with bounds among them, and the curve over further ``sizes``; without these no curve."""
    columns, country = converted(institutions), converted(nation, nation=True)
    source = dataset(institutions)
    rows = {
        "convert": (institutions, _best(lambda: converting(source))),
        "province": (institutions, _best(lambda: batch(columns, [ID]))),
        "shipped": (institutions, _best(lambda: batch(columns, SHIPPED))),
        "nation-1": (nation, _best(lambda: batch(country, [ID]))),
        "nation-2": (nation, _best(lambda: batch(country, [ID], 2))),
    }
    whole = [{"name": name, "institutions": count, **found} for name, (count, found) in rows.items()]
    if not sizes:
        return whole, []
    points = {size: (converting(dataset(size)), batch(converted(size), [ID])) for size in sizes}
    points[institutions] = rows["convert"][1], rows["province"][1]
    points[nation] = converting(dataset(nation, nation=True)), rows["nation-1"][1]
    curve = [
        {"institutions": size, "nation": size == nation, "convert": made, "batch": judged}
        for size, (made, judged) in sorted(points.items())
    ]
    return whole, curve
