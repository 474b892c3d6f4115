"""Makes ``docs/report.svg``, the picture in the READMEs: what ``gradeeval check`` says of a sample. ``make picture``.

``rich`` draws it. Two things are done over: it refers to fonts of a web site, and it measures text in characters where
a Chinese one takes two columns, so that nothing would stand below its heading.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from io import StringIO
from itertools import groupby
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

from gradeeval import messages
from gradeeval.cli.preparing import prepare
from gradeeval.evaluate.selection import Wanted
from gradeeval.reports.rendering import Layout
from gradeeval.reports.table import render
from gradeeval.workspace import build

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "report.svg"
SAMPLE = "samples/secondary-hospital.yaml"
AS_OF = "2025-06-30"
RULESET = "henan-2023-31"
COLUMNS = 100
LINES = 50
"""The picture ends with the last section of the report that ends before this line."""

COLUMN = 10
"""Units of the picture for one column; the font is twice as high, as fonts for Chinese have it."""

FONTS = (
    '"Sarasa Mono SC", "Noto Sans Mono CJK SC", "Noto Sans Mono", "Microsoft YaHei Mono", '
    '"PingFang SC", "Microsoft YaHei", monospace'
)
THEME = TerminalTheme(
    (30, 33, 39),
    (215, 218, 222),
    [
        (75, 78, 85),
        (240, 113, 108),
        (139, 195, 116),
        (229, 192, 103),
        (97, 175, 239),
        (198, 120, 221),
        (86, 182, 194),
        (215, 218, 222),
    ],
)
FORM = (
    """\
<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>gradeeval check</title>
<style>
.{unique_id}-matrix {{ font-family: """
    + FONTS
    + """; font-size: {char_height}px; white-space: pre }}
{styles}
</style>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""
)
_TEXT = re.compile(r'<text class="([^"]*)" x="([^"]*)" y="([^"]*)" [^>]*>([^<]*)</text>')


def picture() -> str:
    """The picture as it should be: an SVG without references to anything outside it."""
    console = Console(
        record=True, width=COLUMNS, file=StringIO(), force_terminal=True, color_system="standard", legacy_windows=False
    )
    console.print(Text.from_ansi("\n".join(shown(report()))), soft_wrap=True)
    drawn = console.export_svg(
        title="", theme=THEME, code_format=FORM, font_aspect_ratio=COLUMN / 20, unique_id="report"
    )
    return _TEXT.sub(lambda found: "\n".join(aligned(*found.groups())), drawn)


def report() -> list[str]:
    """The lines of the report on the sample, coloured, in Chinese."""
    messages.use("zh")
    workspace = build(installed=False)
    prepared = prepare(workspace, [ROOT / SAMPLE], "forward")
    return render(prepared.judge(AS_OF, Wanted((RULESET,))), Layout(COLUMNS, colour=True)).decode().splitlines()


def shown(lines: list[str]) -> Iterator[str]:
    """The command, then whole sections as far as they fit."""
    yield f"\x1b[1m$ gradeeval check {SAMPLE} --ruleset {RULESET} --as-of {AS_OF}\x1b[0m"
    ends = [number for number, line in enumerate(lines) if not line and number < LINES]
    yield from lines[: ends[-1]]
    yield ""
    yield "\x1b[2m（以下从略）\x1b[0m"


def aligned(style: str, x: str, y: str, content: str) -> Iterator[str]:
    """A text of one style word by word, each fitted to the columns that it takes, whatever font shows it."""
    column = round(float(x) / COLUMN)
    text = html.unescape(content).replace("\xa0", " ")
    for _kind, run in groupby(text, lambda sign: (sign == " ", cell_len(sign))):
        word = "".join(run)
        columns = cell_len(word)
        if not word.isspace():
            yield (
                f'<text class="{style}" x="{column * COLUMN}" y="{y}" textLength="{columns * COLUMN}" '
                f'lengthAdjust="spacingAndGlyphs">{html.escape(word)}</text>'
            )
        column += columns


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
