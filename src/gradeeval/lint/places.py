"""Where hits stand: files are read again only when something was found in them, and each only once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from gradeeval.errors import GradeevalError
from gradeeval.files.reading import PlainFile, read_plain
from gradeeval.language.nodes import Origin
from gradeeval.problems import Problem


@dataclass(frozen=True, slots=True)
class Places:
    """The files that were asked for so far."""

    _files: dict[str, PlainFile | None] = field(default_factory=dict)

    def file(self, name: str) -> PlainFile | None:
        """The plain data of a file; None where it cannot be read (any more)."""
        if name not in self._files:
            try:
                self._files[name] = read_plain(Path(name))
            except GradeevalError:
                self._files[name] = None
        return self._files[name]

    def problem(self, origin: Origin, message: str, code: str = "") -> Problem:
        """A problem at a place."""
        plain = self.file(origin.file)
        if plain is None:
            return Problem(message, origin.file, code=code)
        return replace(plain.problem(message, origin.path), code=code)
