"""How the command line writes: problems as lines, reports to files or standard output."""

from __future__ import annotations

import codecs
import json
import sys
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path

from gradeeval.files.writing import escape_controls, write_whole
from gradeeval.messages import _
from gradeeval.problems import Problem


def problem_lines(problems: Iterable[Problem]) -> Iterator[str]:
    """``file:line:column: path: message`` for each problem, as far as they are known."""
    for problem in problems:
        place = problem.file
        if problem.line is not None:
            place += f":{problem.line}"
            if problem.column is not None:
                place += f":{problem.column}"
        text = (
            _("{path}：{message}").format(path=problem.path, message=problem.message)
            if problem.path
            else problem.message
        )
        yield escape_controls(f"{place}: {text}" if place else text)


def write_json(plain: object, path: Path | None = None) -> None:
    """Indented JSON, as ``write_out`` writes."""
    write_out((in_json(plain, indent=1) + "\n").encode(), path)


def in_json(plain: object, indent: int | None = None) -> str:
    """Plain data of rules as JSON; a decimal becomes the number that is nearest."""
    return json.dumps(plain, ensure_ascii=False, indent=indent, default=_number)


def _number(value: object) -> int | float:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value).__name__)


def write_out(content: bytes, path: Path | None = None, *, binary: bool = False) -> None:
    """To a file, whole or not at all, or to standard output in its own encoding; what is ``binary`` as it is.

    One that says ASCII has not been set up rather than meant: it gets UTF-8, as click gives it.
    """
    if path is not None:
        write_whole(path, content)
        return
    stream = getattr(sys.stdout, "buffer", None)
    encoding = sys.stdout.encoding or "utf-8"
    if not binary and (stream is None or codecs.lookup(encoding).name not in ("utf-8", "ascii")):
        sys.stdout.write(content.decode("utf-8").encode(encoding, "replace").decode(encoding))
    else:
        assert stream is not None
        sys.stdout.flush()
        stream.write(content)
    sys.stdout.flush()
