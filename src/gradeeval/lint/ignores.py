"""Comments that set a fault aside, for a reason: ``# gradeeval: ignore=T103 原文没有界限``.

Such a comment at the end of a line speaks of that line, one on a line of its own of the next line that holds anything.
Several codes stand with commas between them. Without a reason it has no effect; one that sets nothing aside is reported, and
so is a comment that begins with ``gradeeval:`` and says anything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from gradeeval.errors import GradeevalError
from gradeeval.files.reading import decode, read_bytes
from gradeeval.files.yaml import yaml_comments
from gradeeval.lint.check import ERROR, WARNING, Check, Fix, Material
from gradeeval.messages import _, nearest
from gradeeval.problems import Problem

_WORDS = re.compile(r"#\s*gradeeval:\s*ignore\s*=\s*([A-Za-z]\w*(?:\s*,\s*[A-Za-z]\w*)*)\s*(.*)$")
_BEGINS = re.compile(r"#\s*gradeeval\s*[:：]")
_MARK = b"gradeeval"


@dataclass(frozen=True, slots=True)
class Ignore:
    """One comment: where it stands, the line that it speaks of, and what it says; without codes, nothing that is understood."""

    file: str
    line: int
    column: int
    of_line: int
    codes: tuple[str, ...]
    reason: str
    words: str


@dataclass(frozen=True, slots=True)
class Ignores:
    """All comments of the linted files, and which codes of which were needed."""

    ignores: tuple[Ignore, ...] = ()
    _needed: set[tuple[str, int, str]] = field(default_factory=set)

    def cover(self, problem: Problem) -> bool:
        """Whether a problem is set aside; the comment counts as needed from then on."""
        covered = False
        for ignore in self.ignores:
            if ignore.file == problem.file and ignore.of_line == problem.line and problem.code in ignore.codes:
                self._needed.add((ignore.file, ignore.line, problem.code))
                covered = covered or bool(ignore.reason)
        return covered

    def faults(self, ran: set[str], known: set[str]) -> Iterator[tuple[str, Problem, Fix | None]]:
        """Code, problem and fix of each comment that is wrong: not understood, not needed by a check that ran, no reason …"""
        for ignore in self.ignores:
            if not ignore.codes:
                yield UNCLEAR.code, _problem(ignore, _("读不懂这条注释；请写成 # gradeeval: ignore=代码 原因")), None
                continue
            if not ignore.reason:
                yield REASON.code, _problem(ignore, _("请在代码后面写明忽略的原因；没有原因的忽略不起作用")), None
            for code in ignore.codes:
                if code not in known:
                    hint = nearest(code, known)
                    sentence = _("没有检查 {code}{hint}").format(code=code, hint=hint)
                    yield UNKNOWN.code, _problem(ignore, sentence), None
                elif code in ran and (ignore.file, ignore.line, code) not in self._needed:
                    fix = Fix(ignore.words, "") if len(ignore.codes) == 1 else None
                    sentence = _("此处没有 {code} 的问题；请删去这个忽略").format(code=code)
                    yield UNNEEDED.code, _problem(ignore, sentence), fix


def read_ignores(material: Material) -> Ignores:
    """The comments of all files of the chosen rulesets and, with ``shared``, of the indicators that they share."""
    found: list[Ignore] = []
    for file in _files(material):
        try:
            raw = read_bytes(file)
            if _MARK in raw:
                found.extend(_read(str(file), decode(raw, str(file))))
        except GradeevalError:  # whoever reads the file says so
            continue
    return Ignores(tuple(found))


def _files(material: Material) -> Iterator[Path]:
    for encoded in material.linted():
        folder = encoded.ruleset.folder
        for pattern in ("*.yaml", "requirements/*.yaml", "examples/*.yaml"):
            yield from sorted(folder.glob(pattern))
    if material.shared:
        folders = {encoded.ruleset.folder for encoded in material.rulesets.values()}
        files = map(Path, {indicator.origin.file for indicator in material.indicators()})
        yield from sorted(file for file in files if file.parent not in folders and file.is_file())


def _read(name: str, text: str) -> Iterator[Ignore]:
    lines = text.split("\n")
    for line, column, words in yaml_comments(text):
        match = _WORDS.match(words)
        if match is None:
            if _BEGINS.match(words):
                yield Ignore(name, line, column, line, (), "", words)
            continue
        of_line = line
        if not lines[line - 1][: column - 1].strip():
            of_line = next(
                (number for number in range(line + 1, len(lines) + 1) if _holds_anything(lines[number - 1])), line
            )
        codes = tuple(code.strip().upper() for code in match[1].split(","))
        yield Ignore(name, line, column, of_line, codes, match[2].strip(), words)


def _holds_anything(line: str) -> bool:
    stripped = line.strip()
    return bool(stripped) and not stripped.startswith("#")


def _problem(ignore: Ignore, sentence: str) -> Problem:
    return Problem(sentence, ignore.file, ignore.line, ignore.column)


UNNEEDED = Check("S901", "多余的忽略", "Ignore that is not needed", level=WARNING)
REASON = Check("S902", "忽略没有写原因", "Ignore without a reason", level=ERROR)
UNKNOWN = Check("S903", "忽略了不存在的检查", "Ignore of a check that does not exist", level=ERROR)
UNCLEAR = Check("S904", "读不懂的忽略", "Ignore that is not understood", level=ERROR)
CHECKS = (UNNEEDED, REASON, UNKNOWN, UNCLEAR)
