"""Brings the message catalogues up to date with the sources: new sentences get an empty translation, gone ones go.

    python .ci/catalogue.py            # update; then fill in what is empty

The English catalogue holds every sentence of gradeeval; the Chinese one those of click, whose own language is English.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src" / "gradeeval"
LOCALE = SOURCES / "locale"
ENGLISH = LOCALE / "en" / "LC_MESSAGES" / "gradeeval.po"
CLICK = LOCALE / "zh" / "LC_MESSAGES" / "click.po"
KEYWORDS = {"_": None, "mark": None}
COUNTED = {"counted": None}
"""Sentences with a number: Chinese has one form of them, other languages have several."""

CHANGING = ('"Report-', '"Last-', '"Language-Team', '"Generated-')
"""Lines of the header that say nothing here."""

DATE = datetime(2026, 1, 1, tzinfo=UTC)
"""The same at every run: Babel would put in the time of compiling where there is none."""


def sentences() -> Iterator[str | tuple[str, ...]]:
    """Every sentence of the sources and of the schemas (``x-message``) that a user may see."""
    methods = [("**.py", "python"), ("**.html", "jinja2")]
    for found in extract_from_dir(SOURCES, methods, keywords=KEYWORDS):
        assert isinstance(found[2], str)
        yield found[2]
    for found in extract_from_dir(SOURCES, methods, keywords=COUNTED):
        yield found[2], found[2]
    for path in sorted((ROOT / "schemas").glob("*.schema.json")):
        yield from _messages(json.loads(path.read_bytes()))


def click_sentences() -> Iterator[str | tuple[str, ...]]:
    """Click's own sentences; those with a plural as a pair."""
    folder = Path(click.__file__).parent
    keywords = {"_": None, "ngettext": (1, 2)}
    for path in sorted(folder.glob("*.py")):
        for _line, found, _comments, _context in extract_from_file("python", path, keywords=keywords):
            yield found


def _messages(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("x-message"), str):
            yield node["x-message"]
        for value in node.values():
            yield from _messages(value)
    elif isinstance(node, list):
        for value in node:
            yield from _messages(value)


def updated(path: Path, locale: str, wanted: list[str | tuple[str, ...]]) -> Catalog:
    """The catalogue with exactly the wanted sentences, keeping the translations that there are."""
    old = Catalog(locale=locale)
    if path.is_file():
        with path.open("rb") as file:
            old = read_po(file, locale=locale)
    new = Catalog(
        locale=locale,
        project="gradeeval",
        version="",
        creation_date=DATE,
        revision_date=DATE,
        charset="utf-8",
        fuzzy=False,
    )
    new.header_comment = f"# {path.stem}"
    for message in sorted(set(wanted), key=str):
        kept = old.get(message if isinstance(message, str) else message[0])
        fits = kept is not None and bool(kept.pluralizable) == isinstance(message, tuple)
        new.add(message, kept.string if kept is not None and fits else None)
    return new


def main() -> int:
    """Writes both catalogues and says how many sentences lack a translation."""
    empty = 0
    for path, locale, wanted in (
        (ENGLISH, "en", list(sentences())),
        (CLICK, "zh", list(click_sentences())),
    ):
        catalogue = updated(path, locale, wanted)
        path.parent.mkdir(parents=True, exist_ok=True)
        written = BytesIO()
        write_po(written, catalogue, width=120, no_location=True, ignore_obsolete=True)
        lines = written.getvalue().decode().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith(CHANGING)), encoding="utf-8")
        lacking = [message.id for message in catalogue if message.id and not _filled(message.string)]
        print(f"{path.relative_to(ROOT)}: {len(catalogue)} sentences, {len(lacking)} to translate")  # noqa: T201
        empty += len(lacking)
    return 1 if empty else 0


def _filled(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


if __name__ == "__main__":
    sys.exit(main())
