"""The build backend that ``pyproject.toml`` names: setuptools, with two steps before it.

Every ``.po`` is compiled to a ``.mo``, so that wheel, sdist and ``pip install -e`` carry the same catalogues and the
repository holds none; and what an earlier build left in ``build/lib`` is removed, since setuptools would pack it again
although its source is gone. ``python src/build_backend.py`` compiles the catalogues and builds nothing.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from setuptools import build_meta
from setuptools.build_meta import (
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
    prepare_metadata_for_build_wheel,
)

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
    "prepare_metadata_for_build_wheel",
]

Settings = Mapping[str, str | list[str] | None] | None

SOURCE = Path(__file__).parent
CATALOGUES = SOURCE / "gradeeval" / "locale"
COPIES = SOURCE.parent / "build" / "lib"


def compile_catalogues(folder: Path = CATALOGUES) -> Sequence[Path]:
    """Write a ``.mo`` beside every ``<language>/LC_MESSAGES/<domain>.po`` of ``folder`` and return their paths, sorted.

    A ``.mo`` without ``.po`` is removed; fuzzy entries are left out. A ``.po`` that cannot be read raises
    ``babel.messages.pofile.PoFileError`` with the line, and nothing is built.
    """
    for leftover in folder.glob("*/LC_MESSAGES/*.mo"):
        if not leftover.with_suffix(".po").exists():
            leftover.unlink()
    return [_compile(source) for source in sorted(folder.glob("*/LC_MESSAGES/*.po"))]


def _compile(source: Path) -> Path:
    with source.open("rb") as text:
        catalogue = read_po(text, locale=source.parent.parent.name, domain=source.stem, abort_invalid=True)
    compiled = source.with_suffix(".mo")
    with compiled.open("wb") as binary:
        write_mo(binary, catalogue)
    return compiled


def build_wheel(directory: str, settings: Settings = None, metadata: str | None = None) -> str:
    """Build a wheel from the sources alone (PEP 517)."""
    compile_catalogues()
    shutil.rmtree(COPIES, ignore_errors=True)
    return str(build_meta.build_wheel(directory, settings, metadata))


def build_sdist(directory: str, settings: Settings = None) -> str:
    """Build a source distribution, compiled catalogues included (PEP 517)."""
    compile_catalogues()
    return str(build_meta.build_sdist(directory, settings))


def build_editable(directory: str, settings: Settings = None, metadata: str | None = None) -> str:
    """Build an editable wheel; the catalogues lie in the source tree, where it looks for them (PEP 660)."""
    compile_catalogues()
    return str(build_meta.build_editable(directory, settings, metadata))


if __name__ == "__main__":
    for path in compile_catalogues():
        sys.stdout.write(f"{path}\n")
