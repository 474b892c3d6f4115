"""The frame of a SARIF 2.1.0 log, for all that report in it: one run, its tool, places of files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from gradeeval import __version__
from gradeeval.messages import language

Plain = dict[str, Any]
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def log(
    rules: Iterable[Plain],
    results: Iterable[Plain],
    *,
    notifications: Iterable[Plain] = (),
    properties: Mapping[str, Any] | None = None,
) -> bytes:
    """A log of one run as indented JSON in UTF-8; with ``notifications`` of faults the run was no success."""
    faults = list(notifications)
    run: Plain = {
        "tool": {
            "driver": {
                "name": "gradeeval",
                "version": __version__,
                "language": "en" if language() == "en" else "zh-CN",
                "rules": list(rules),
            }
        },
        "invocations": [{"executionSuccessful": not faults, "toolExecutionNotifications": faults}],
        "results": list(results),
        "columnKind": "unicodeCodePoints",
        "properties": dict(properties or {}),
    }
    whole = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return (json.dumps(whole, ensure_ascii=False, indent=1, default=str) + "\n").encode()


def place(file: str, line: int | None = None, column: int | None = None) -> Plain:
    """A physical location; line and column count from 1."""
    found: Plain = {"artifactLocation": {"uri": _uri(file)}}
    if line is not None:
        found["region"] = {"startLine": line} if column is None else {"startLine": line, "startColumn": column}
    return found


def fingerprint(*words: str) -> str:
    """A digest by which a server knows a result again, whatever line it has moved to."""
    return hashlib.sha256("/".join(words).encode()).hexdigest()


def _uri(file: str) -> str:
    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
