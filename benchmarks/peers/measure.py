"""One peer in a process of its own, on one core: is it right on every cell, and then how long does it take? Prints JSON."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import resource
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import ours
from chaining import SILENT
from install import NOTED
from material import CACHE, Material, material
from peers import Peer, peer
from rules import UNKNOWN

Found = dict[str, Any]
FEWEST = 5


def clock() -> float:
    """Seconds of work on this core: what an idle machine would take, however busy this one is."""
    return time.process_time()


def main() -> None:
    """Measures the peer that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer")
    parser.add_argument("--institutions", type=int, required=True)
    parser.add_argument("--sample", type=int, required=True, help="profiles that peers one at a time judge")
    parser.add_argument("--seconds", type=float, required=True, help="of work to measure, at least")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the invented data are kept")
    given = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    one = peer(given.peer)
    print(json.dumps(measured(one, material(given.institutions, given.cache), given), ensure_ascii=False))


def measured(one: Peer, given: Material, wanted: argparse.Namespace) -> Found:
    """What came out, or ``failed`` with the reason where the peer is not to be had."""
    module, _colon, function = one.place.partition(":")
    try:
        if one.distribution:
            found: Found = {"version": version(one.distribution)}
        else:
            found = {"version": ""}
        make = getattr(importlib.import_module(module), function)
        start = clock()
        if one.at_once:
            found |= _at_once(make, given, wanted.seconds, start)
        else:
            found |= _one_by_one(one, make, given, wanted, start)
    except ImportError as missing:
        noted = json.loads(NOTED.read_bytes()) if NOTED.is_file() else {}
        return {"failed": noted.get(one.distribution, str(missing))}
    if one.at_once:
        found["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return found


def _at_once(make: Callable[..., Any], given: Material, seconds: float, start: float) -> Found:
    run, as_matrix = make(given)
    built = clock() - start
    expected, codes = given.expected(), as_matrix(run())
    differ = int((codes != expected).sum())
    del codes
    times = _repeated(run, seconds)
    best = min(times)
    found = {
        "built": built,
        "institutions": expected.shape[1],
        "checked": expected.size,
        "differ": differ,
        "seconds": best,
        "each": best / expected.shape[1],
    }
    if make is ours.columnar:
        found["read"] = min(_repeated(ours.reading(given), seconds))
    return found


def _one_by_one(
    one: Peer, make: Callable[..., Any], given: Material, wanted: argparse.Namespace, start: float
) -> Found:
    rows = given.spread(wanted.sample)
    if one.form == "own":
        judge_all = make(given, rows)
    else:
        judge, profiles = make(given), given.profiles(rows)

        def judge_all() -> list[list[int]]:
            return [judge(profile) for profile in profiles]

    built = clock() - start
    expected = given.expected()[:, rows].T.astype(int)
    if one.form == "silent":
        expected[expected >= UNKNOWN] = SILENT
    differ = int((expected != judge_all()).sum())
    times = _repeated(judge_all, wanted.seconds, 2)
    return {
        "built": built,
        "institutions": len(rows),
        "checked": expected.size,
        "differ": differ,
        "seconds": min(times),
        "each": min(times) / len(rows),
    }


def _repeated(run: Callable[[], Any], seconds: float, fewest: int = FEWEST) -> list[float]:
    times: list[float] = []
    while len(times) < fewest or sum(times) < seconds:
        start = clock()
        run()
        times.append(clock() - start)
    return times


if __name__ == "__main__":
    main()
