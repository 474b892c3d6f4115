"""Loads a plugin in a process of its own, with a time limit and under watch, and hears what it brings."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from gradeeval import messages
from gradeeval.conformance.package import Package
from gradeeval.messages import _

MOST_HEARD = 10_000_000
"""Bytes that are read of what the process says."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of loading: ruleset folders, what else it brings by sort, forms of reports that it rendered, faults.

    ``noted`` is what the watch noted, which are faults too.
    """

    rulesets: tuple[Path, ...] = ()
    brings: dict[str, list[str]] = field(default_factory=dict)
    rendered: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()
    unrendered: tuple[str, ...] = ()


def load(package: Package, seconds: float) -> Heard:
    """Loads it in a new process and asks its hooks. Never raises for what the plugin does."""
    with tempfile.TemporaryDirectory(prefix="gradeeval-") as place:
        asked = {
            "name": package.name,
            "version": package.version,
            "entries": package.entries,
            "path": [str(folder) for folder in package.imported_from],
            "allowed": [*(str(home) for home in package.homes), place],
            "language": messages.language(),
        }
        answer = Path(place) / "answer.json"
        environment = {**os.environ, "TMPDIR": place, "TEMP": place, "TMP": place, "GRADEEVAL_CACHE_DIR": ""}
        environment["PYTHONPATH"] = os.pathsep.join(entry for entry in sys.path if entry)
        command = [sys.executable, "-B", "-m", "gradeeval.conformance.inside", str(answer)]
        try:
            ran = subprocess.run(  # noqa: S603 - this very Python, words of our own
                command,
                input=json.dumps(asked).encode(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=place,
                env=environment,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Heard(faults=(_("{seconds:g} 秒内没有装入，已中止").format(seconds=seconds),))
        return _heard(answer, ran.returncode)


def _heard(answer: Path, code: int) -> Heard:
    try:
        with answer.open("rb") as stream:
            said = json.loads(stream.read(MOST_HEARD))
        return Heard(
            rulesets=tuple(Path(path).resolve() for path in said["rulesets"]),
            brings=said["brings"],
            rendered=tuple(said["rendered"]),
            faults=tuple(said["faults"]),
            noted=tuple(said["noted"]),
            unrendered=tuple(said["unrendered"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return Heard(faults=(_("装入时进程结束了（退出码 {code}），没有答复").format(code=code),))
