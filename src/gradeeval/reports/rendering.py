"""What a renderer is. Built-in ones and those of plugins come through the same hook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradeeval.findings.result import Result


@dataclass(frozen=True, slots=True)
class Layout:
    """What a terminal asks of a report: columns, whether colours are wanted, width of ambiguous characters (1 or 2).

    ``rules`` are the words of the command line that say where rules come from, ``wanted`` those that choose among them; a
    command that a report proposes repeats them.
    """

    width: int = 80
    colour: bool = False
    ambiguous: int = 1
    rules: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Renderer:
    """A form of report: ``name`` for ``--format``, ``suffixes`` that ``-o`` chooses it by, and the function.

    ``render`` gets the result and the layout and returns the bytes of the report; it writes nothing itself. What is
    ``binary`` is no text: it is never shown on a terminal.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    render: Callable[[Result, Layout], bytes]
    binary: bool = False
