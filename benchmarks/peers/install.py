"""Installs the peers into the environment that runs this; one that cannot be had is noted with its reason, and the rest goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NOTED = Path(sys.prefix) / "not-installed.json"
"""From a distribution to the last line of what the installer said."""


def main() -> None:
    """All at once where that works, else one by one."""
    NOTED.unlink(missing_ok=True)
    if _installed("--requirement", str(HERE / "requirements.txt")) is None:
        return
    failed = {}
    for line in (HERE / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            reason = _installed(line)
            if reason is not None:
                failed[line.partition(">")[0]] = reason
                print(f"{line}: {reason}", file=sys.stderr)
    NOTED.write_text(json.dumps(failed, ensure_ascii=False), encoding="utf-8")


def _installed(*words: str) -> str | None:
    """None where it worked, else why not."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
    return None if done.returncode == 0 else said[-1] if said else f"pip: {done.returncode}"


if __name__ == "__main__":
    main()
