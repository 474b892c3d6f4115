"""A problem is about a file: what is wrong, where, and what to do next. Findings, by contrast, are about subjects."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of one file.

    ``message`` is a whole sentence in the language of the run. ``file`` is the path as the user gave it, ``line`` and
    ``column`` count from 1, ``path`` is the place inside the file, such as ``facts.surgery_share`` or ``[3].target``. ``code`` names the check that is failed
    (docs/checks), where it has a name.
    """

    message: str
    file: str = ""
    line: int | None = None
    column: int | None = None
    path: str = ""
    code: str = ""

    def located(self, *, file: str, line: int | None = None, column: int | None = None) -> Problem:
        """The same problem with a place, where it has none yet."""
        return replace(
            self,
            file=self.file or file,
            line=self.line if self.line is not None else line,
            column=self.column if self.column is not None else column,
        )


def path_text(path: tuple[str | int, ...]) -> str:
    """``("facts", "a", 3)`` as ``facts.a[3]``."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else step)
    return text
