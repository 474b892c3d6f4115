"""Keeps what was read from a file under the digest of its bytes, so that the next run neither parses nor validates.

An entry is two lines: a head with the format, the schemas it is valid under and the digest of the second line, then
the data as JSON with every decimal exactly as written. An entry that is damaged or cannot be written changes nothing.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gradeeval.errors import GradeevalError
from gradeeval.files.canonical import digest, exact_json
from gradeeval.files.reading import PlainFile, check_suffix, read_bytes, read_text_plain
from gradeeval.files.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORMAT = 2  # raise it whenever a reader gives other data for the same bytes


def read_cached(path: Path, cache: Path | None, validated_by: str, validate: Callable[[PlainFile], None]) -> PlainFile:
    """As ``read_plain``, then ``validate``; both are skipped for bytes that passed them before.

    ``validated_by`` is the digest of what ``validate`` judges by (its schemas); what it raises goes through and is
    never remembered. ``cache`` is a folder, made when needed; None reads and validates every time.
    """
    check_suffix(path)
    raw = read_bytes(path)
    suffix = path.suffix.lower()
    sha256 = hashlib.sha256(raw).hexdigest()
    if cache is None:
        plain = read_text_plain(raw, str(path), suffix)
        validate(plain)
        return plain
    entry = cache / f"{sha256}.{'json' if suffix == '.json' else 'yaml'}.{FORMAT}"
    kept = _load(entry)
    if kept is None:
        plain = read_text_plain(raw, str(path), suffix)
        judged_by = ""
    else:
        judged_by, content, data = kept
        plain = PlainFile(path, data, sha256, raw, suffix, content)
    if judged_by != validated_by or not validated_by:
        validate(plain)
        _store(entry, plain.data, validated_by)
    return plain


def _load(entry: Path) -> tuple[str, str, Any] | None:
    """What the entry was validated by, the digest of its content, and its data; None where there is no sound entry."""
    try:
        head_line, _newline, body = entry.read_bytes().partition(b"\n")
        head = json.loads(head_line)
        if head["format"] != FORMAT or head["sha256"] != hashlib.sha256(body).hexdigest():
            return None
        return str(head["validated_by"]), str(head["content"]), json.loads(body, parse_float=Decimal)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _store(entry: Path, data: Any, validated_by: str) -> None:
    with suppress(OSError, ValueError, GradeevalError):
        body = exact_json(data)
        head = {
            "format": FORMAT,
            "validated_by": validated_by,
            "sha256": hashlib.sha256(body).hexdigest(),
            "content": digest(data),
        }
        entry.parent.mkdir(parents=True, exist_ok=True)
        write_whole(entry, json.dumps(head).encode() + b"\n" + body, durable=False)
