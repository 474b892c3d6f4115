"""Makes the changes that are certain, in the text itself: comments and layout stay, and the rest of the data too."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gradeeval.errors import GradeevalError
from gradeeval.files.reading import PlainFile, read_plain, read_text_plain
from gradeeval.files.writing import write_whole
from gradeeval.lint.running import Found


def fix(found: Iterable[Found]) -> int:
    """Changes the files, each whole or not at all; how many problems were mended.

    A change is left out where its words do not stand on the line of the problem, or where the file would then say
    anything else than before, but for the one value.
    """
    by_file: dict[str, list[Found]] = {}
    for one in found:
        if one.fix is not None and one.problem.line is not None:
            by_file.setdefault(one.problem.file, []).append(one)
    return sum(_fix_file(Path(file), own) for file, own in by_file.items())


def _fix_file(path: Path, found: list[Found]) -> int:
    plain = read_plain(path)
    mark = codecs.BOM_UTF8 if plain.raw.startswith(codecs.BOM_UTF8) else b""
    text = plain.raw.decode("utf-8-sig")
    made = 0
    for one in sorted(found, key=lambda one: (one.problem.line or 0, one.problem.column or 0), reverse=True):
        changed = _changed(text, one)
        after = _read(changed, plain) if changed is not None else None
        if changed is not None and after is not None and _same_but(plain, after, one):
            text, plain, made = changed, after, made + 1
    if made:
        write_whole(path, mark + text.encode())
    return made


def _changed(text: str, one: Found) -> str | None:
    """The text with the change; None where the words are not on the line."""
    assert one.fix is not None
    assert one.problem.line is not None
    lines = text.split("\n")
    if one.problem.line > len(lines):
        return None
    line = lines[one.problem.line - 1]
    at = line.find(one.fix.old, (one.problem.column or 1) - 1)
    if at < 0:
        return None
    new = line[:at] + one.fix.new + line[at + len(one.fix.old) :]
    if not one.fix.new:
        ending = "\r" if new.endswith("\r") else ""
        new = new.rstrip() + ending if new.strip() else ""
        if not new:
            del lines[one.problem.line - 1]
            return "\n".join(lines)
    lines[one.problem.line - 1] = new
    return "\n".join(lines)


def _read(text: str, like: PlainFile) -> PlainFile | None:
    try:
        return read_text_plain(text.encode(), str(like.path), like.suffix)
    except GradeevalError:
        return None


def _same_but(before: PlainFile, after: PlainFile, one: Found) -> bool:
    """Whether nothing but the value at the place of the hit has changed, and that as it should."""
    assert one.fix is not None
    return bool(_with_change(before.data, one.path, one.fix.old, one.fix.new) == after.data)


def _with_change(data: Any, path: tuple[str | int, ...], old: str, new: str) -> Any:
    if not path:
        return data.replace(old, new, 1) if isinstance(data, str) else data
    step = path[0]
    if isinstance(data, dict) and step in data:
        return {key: _with_change(value, path[1:], old, new) if key == step else value for key, value in data.items()}
    if isinstance(data, list) and isinstance(step, int) and step < len(data):
        return [_with_change(value, path[1:], old, new) if at == step else value for at, value in enumerate(data)]
    return data
