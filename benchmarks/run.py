"""All measurements of `make bench`: ratios of things measured side by side. Exit code 1 where a bound is broken."""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tabulate import tabulate

from gradeeval.engines.forward.session import available
from gradeeval.engines.reference import Engine as ReferenceEngine
from gradeeval.engines.views import World
from gradeeval.findings.result import Result
from workload import Workload, plain_profile, profile, workload

HERE = Path(__file__).resolve().parent
SAMPLE = HERE.parent / "samples" / "secondary-hospital.yaml"
BASE = "import click, jsonschema, pluggy, tabulate, wcwidth, yaml"


@dataclass
class Row:
    """One measurement; ``broken`` where it lies beyond its bound."""

    name: str
    figure: str
    bound: str
    broken: bool = False


def alternating(first: Callable[[], None], second: Callable[[], None], rounds: int) -> tuple[float, float]:
    """Median seconds of two things, run in turn so that both see the same machine."""
    times: tuple[list[float], list[float]] = ([], [])
    for _round in range(rounds):
        for run, kept in zip((first, second), times, strict=True):
            start = time.perf_counter()
            run()
            kept.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def cold(rounds: int) -> list[Row]:
    """(a) A cold check of one hospital against the start of Python with its libraries."""
    base = BASE + (", durable_rules_engine" if available() else "")
    command = [str(Path(sys.executable).parent / "gradeeval"), "check", str(SAMPLE), "--as-of", "2025-06-30"]
    _quiet(command, (0, 1))
    check, start = alternating(
        lambda: _quiet(command, (0, 1)), lambda: _quiet([sys.executable, "-c", base], (0,)), rounds
    )
    ratio = check / start
    figure = f"{check * 1000:.0f} ms / {start * 1000:.0f} ms = {ratio:.2f}"
    return [Row("(a) cold check ÷ start with libraries", figure, "≤ 2 (aim 1.2)", ratio > 2)]


def _quiet(command: list[str], codes: tuple[int, ...]) -> None:
    """Runs a command with compiled modules kept, as after an installation."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, env=environment)
    if done.returncode not in codes:
        raise SystemExit(f"{command}: {done.returncode}: {done.stderr.decode()}")


def warm(load: Workload, count: int) -> list[Row]:
    """(b) Engines on profiles at hand, at 300 requirements; agreement before time."""
    import zen_rules as peer

    plain = [plain_profile(index, load) for index in range(count)]
    profiles = [profile(item, load) for item in plain]
    reference = ReferenceEngine(load.requirements, load.scope, {})
    judge = peer.engine(load)
    contexts = [peer.context(item, load) for item in plain]

    def by_reference() -> None:
        world = World(load.scope, profiles, ())
        for item in profiles:
            reference.judge(world.view(item))

    def by_peer() -> None:
        for item in contexts:
            judge(item)

    world = World(load.scope, profiles, ())
    for item, given in zip(profiles, contexts, strict=True):
        ours = [judgement.outcome for judgement in reference.judge(world.view(item))]
        assert ours == judge(given), "zen-engine and reference differ"
    mine, theirs = alternating(by_reference, by_peer, 7)
    ratio = theirs / mine
    each = 1e6 / count
    rows = [
        Row(
            "(b) zen-engine ÷ reference, time a profile",
            f"{theirs * each:.0f} µs / {mine * each:.0f} µs = {ratio:.1f}",
            "≥ 5",
            ratio < 5,
        )
    ]
    if available():
        rows.extend(_forward(load, profiles, by_reference))
    return rows


def _forward(load: Workload, profiles: list[object], by_reference: Callable[[], None]) -> list[Row]:
    from gradeeval.engines.forward.engine import Engine as ForwardEngine

    forward = ForwardEngine(load.requirements, load.scope, {})

    def by_forward() -> None:
        world = World(load.scope, profiles, ())  # type: ignore[arg-type]
        for item in profiles:
            forward.judge(world.view(item))  # type: ignore[arg-type]

    def writing() -> None:
        world = World(load.scope, profiles, ())  # type: ignore[arg-type]
        for item in profiles:
            forward.bodies(world.view(item))  # type: ignore[arg-type]

    theirs, mine = alternating(by_forward, by_reference, 5)
    whole, written = alternating(by_forward, writing, 5)
    each = 1e6 / len(profiles)
    return [
        Row(
            "(b) forward ÷ reference, time a profile",
            f"{theirs * each:.0f} µs / {mine * each:.0f} µs = {theirs / mine:.1f}",
            "reported",
        ),
        Row("(b) share of writing JSON in forward", f"{written / whole:.0%}", "reported"),
    ]


def many(count: int) -> list[Row]:
    """(c) Many profiles in one call against as many times one, warm: read, validate, judge, write."""
    plain = _sample_profiles(count)
    session = _Session()
    with tempfile.TemporaryDirectory() as folder:
        one, whole, out = (Path(folder) / name for name in ("one.json", "all.json", "out.json"))
        one.write_text(json.dumps(plain[:1], ensure_ascii=False), encoding="utf-8")
        whole.write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")
        session.check(one, out)
        single, together = [], []
        for _round in range(5):
            single.append(statistics.median(_seconds(lambda: session.check(one, out)) for _again in range(20)))
            together.append(_seconds(lambda: session.check(whole, out)))
    ratio = statistics.median(all_ / (count * each) for all_, each in zip(together, single, strict=True))
    figure = f"{statistics.median(together):.2f} s, {statistics.median(single) * 1000:.2f} ms each; {ratio:.2f}"
    return [Row(f"(c) {count} profiles in one call ÷ {count} × one, warm", figure, "≤ 1.5", ratio > 1.5)]


def memory(count: int) -> list[Row]:
    """(d) Growth of memory over profiles judged one after another, each result dropped."""
    code = "import sys; sys.path.insert(0, sys.argv[1]); import run; print(run.grown(int(sys.argv[2])))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(HERE), str(count)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    grown_mb = float(done.stdout.split()[-1])
    return [Row(f"(d) growth over {count} profiles", f"{grown_mb:.1f} MB", "< 20 MB", grown_mb >= 20)]


def grown(count: int) -> float:
    """Megabytes by which this process grows while it judges ``count`` profiles; called in a process of its own."""
    session = _Session()
    template = _sample_profiles(1)[0]
    start = 0.0
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder) / "one.json", Path(folder) / "out.json"
        for index in range(count + 200):
            path.write_text(json.dumps(_numbered(template, index), ensure_ascii=False), encoding="utf-8")
            session.check(path, out)
            if index == 200:
                gc.collect()
                start = _resident()
    gc.collect()
    return _resident() - start


def page_rows(count: int) -> list[Row]:
    """(g) The web page of so many findings."""
    import page

    return page.rows(_findings(count), Row)


def office_rows(count: int) -> list[Row]:
    """(h) Workbook and Word document of so many findings: seconds, and by how much memory peaks over what was held."""
    rows = []
    code = "import sys; sys.path.insert(0, sys.argv[1]); import run; print(*run.office(sys.argv[2], int(sys.argv[3])))"
    for form in ("xlsx", "docx"):
        done = subprocess.run(
            [sys.executable, "-c", code, str(HERE), form, str(count)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        seconds, peak = (float(word) for word in done.stdout.split()[-2:])
        name = f"(h) {form} of {count:,} findings, growth of the peak of memory"
        rows.append(Row(name, f"{peak:.0f} MB, {seconds:.1f} s", "≤ 100 MB", peak > 100))
    return rows


def office(form: str, count: int) -> tuple[float, float]:
    """Seconds and megabytes that one form takes; called in a process of its own."""
    import resource
    from importlib import import_module

    from gradeeval.reports.rendering import Layout

    result = _findings(count)
    render = import_module(f"gradeeval.reports.{form}").render
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    seconds = _seconds(lambda: render(result, Layout()))
    return seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000


def _findings(count: int) -> Any:
    """A result of at least so many findings."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "all.json"
        path.write_text(json.dumps(_sample_profiles(max(count // 91 + 1, 1)), ensure_ascii=False), encoding="utf-8")
        return _Session().judged(path)


def proving() -> list[Row]:
    """(l) All that `lint --prove` asks of the shipped rulesets."""
    try:
        import z3  # noqa: F401
    except ImportError:
        return []
    command = [str(Path(sys.executable).parent / "gradeeval"), "lint", "--prove"]
    seconds = _seconds(lambda: _quiet(command, (0,)))
    return [Row("(l) lint --prove of the five rulesets", f"{seconds:.1f} s", "≤ 60 s", seconds > 60)]


def mutation() -> list[Row]:
    """(i) All mutants of all rulesets, tried on their examples by two processes."""
    command = [
        str(Path(sys.executable).parent / "gradeeval"),
        "examples",
        "--mutate",
        "-j",
        "2",
        "--engine",
        "reference",
    ]
    seconds = _seconds(lambda: _quiet(command, (0,)))
    return [Row("(i) mutants of all rulesets, two processes", f"{seconds:.1f} s", "≤ 300 s", seconds > 300)]


def province_rows(*, quick: bool) -> list[Row]:
    """(m) A province and the nation, against the peers in columns, raw durable-rules and the clock; see ``peers/``."""
    words = ["--institutions", "2000", "--sample", "50", "--seconds", "0.1", "--rounds", "1", "--peers-only"]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "held.json"
        command = [sys.executable, str(HERE / "peers" / "compare.py"), "--bounded", "--held", str(path)]
        _quiet([*command, *(words if quick else ())], (0,))
        held = json.loads(path.read_bytes())
    return [Row(f"(m) {one['name']}", one["figure"], one["bound"], one["broken"]) for one in held]


class _Session:
    """What stays warm between checks in one process: the workspace, the schemas and the engines."""

    def __init__(self) -> None:
        from gradeeval.cli.engines import engine_factory
        from gradeeval.profiles.reading import ProfileReader
        from gradeeval.workspace import build

        self._workspace = build()
        self._reader = ProfileReader(self._workspace.scope)
        self._make_engine, self._name, _note = engine_factory(None)

    def check(self, path: Path, out: Path) -> None:
        """Reads, validates, judges and writes the JSON result; without waiting for the disk, which would hide the rest."""
        from gradeeval.files.writing import write_whole
        from gradeeval.reports.json import render
        from gradeeval.reports.rendering import Layout

        write_whole(out, render(self.judged(path), Layout()), durable=False)

    def judged(self, path: Path) -> Result:
        """The result on the profiles of a file."""
        from gradeeval.evaluate.run import check
        from gradeeval.evaluate.selection import Wanted

        read = self._reader.read([path])
        assert not read.problems, read.problems
        result = check(
            read.profiles,
            scope=self._workspace.scope,
            rosters=self._workspace.rosters,
            documents={id: ruleset.document for id, ruleset in self._workspace.rulesets.items()},
            load=self._workspace.load,
            make_engine=self._make_engine,
            engine=self._name,
            as_of="2025-06-30",
            wanted=Wanted(),
        )
        assert result.findings
        return result


def lint_rows(rounds: int) -> list[Row]:
    """(j) Loading all shipped rulesets and linting them, against loading alone: requirements, ledgers and examples."""
    from gradeeval.cli.linting import gathered
    from gradeeval.lint.checks import CHECKS
    from gradeeval.lint.levels import Levels
    from gradeeval.lint.running import run

    def load() -> None:
        gathered([])

    def lint() -> None:
        material, refused = gathered([])
        assert not refused, refused
        report = run(material, CHECKS, Levels())
        assert len(report.checked) >= 5, report.checked
        assert not report.found, report.found

    lint()
    linted, loaded = alternating(lint, load, rounds)
    ratio = linted / loaded
    figure = f"{linted * 1000:.0f} ms / {loaded * 1000:.0f} ms = {ratio:.2f}"
    return [Row("(j) lint of all rulesets ÷ loading them", figure, "≤ 3", ratio > 3)]


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _sample_profiles(count: int) -> list[dict[str, object]]:
    from gradeeval.files.reading import read_plain

    plain = read_plain(SAMPLE).data
    template = plain[-1] if isinstance(plain, list) else plain
    template = json.loads(json.dumps(template, default=float))
    return [_numbered(template, index) for index in range(count)]


def _numbered(template: dict[str, object], index: int) -> dict[str, object]:
    from gradeeval.profiles.identifiers import organisation_code_check

    body = f"{index:08d}"
    return {**template, "id": body + organisation_code_check(body) + str(template["id"])[9:]}


def _seconds(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def main() -> int:
    """Runs everything and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small numbers: to see that it runs, not to measure")
    quick = parser.parse_args().quick
    rows = [
        *cold(3 if quick else 15),
        *warm(workload(), 40 if quick else 400),
        *many(50 if quick else 1000),
        *memory(100 if quick else 10_000),
        *page_rows(200 if quick else 5_000),
        *office_rows(200 if quick else 5_000),
        *lint_rows(3 if quick else 9),
        *proving(),
        *mutation(),
        *province_rows(quick=quick),
    ]
    print(
        tabulate(
            [(row.name, row.figure, row.bound, "BROKEN" if row.broken else "ok") for row in rows],
            headers=("measurement", "figure", "bound", ""),
            disable_numparse=True,
        )
    )
    return 1 if any(row.broken for row in rows) and not quick else 0


if __name__ == "__main__":
    sys.exit(main())
