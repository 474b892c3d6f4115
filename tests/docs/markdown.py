"""What the tests of this folder read out of Markdown: headings, code blocks and links."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = sorted((ROOT / "docs").glob("*.md"))
READMES = [ROOT / "README.md", ROOT / "README.en.md"]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_TESTED = re.compile(r"^<!-- tested -->\n```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def code(path: Path) -> list[tuple[str, str]]:
    """The fenced blocks: language and content."""
    return [(found[1], found[2]) for found in _FENCE.finditer(path.read_text(encoding="utf-8"))]


def runnable(path: Path) -> list[str]:
    """The shell blocks behind ``<!-- tested -->``."""
    return [found[1] for found in _TESTED.finditer(path.read_text(encoding="utf-8"))]


def prose(path: Path) -> str:
    """The text without its fenced blocks."""
    return _FENCE.sub("", path.read_text(encoding="utf-8"))


def headings(path: Path) -> list[tuple[int, str]]:
    """Level and text of each heading."""
    return [(len(found[1]), found[2]) for found in _HEADING.finditer(prose(path))]


def links(path: Path) -> list[str]:
    """What the text links to and what pictures it shows."""
    return _LINK.findall(prose(path))
