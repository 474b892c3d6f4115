"""Headless Chromium as the system has it: nothing is downloaded, and what a page asks for beyond itself is written down."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def lacking() -> str | None:
    """Why no page can be looked at here; None where it can."""
    try:
        import axe_playwright_python  # noqa: F401
        import playwright  # noqa: F401
    except ImportError as fault:
        return f"the extra 'browser' is not installed: {fault}"
    return None if chromium() else "no chromium on this machine"


def chromium() -> str | None:
    """The browser: that of GRADEEVAL_CHROMIUM, else the system's."""
    return os.environ.get("GRADEEVAL_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


def spelled_out(data: dict[str, Any]) -> dict[str, Any]:
    """What the page gives its script, with the texts in the place of the numbers that point at them."""
    texts = data["texts"]

    def told(pairs: list[list[Any]]) -> list[list[Any]]:
        return [[texts[label], texts[text], *more] for label, text, *more in pairs]

    details = [
        {"requirement": one, "pairs": told(pairs), "trace": [[texts[line], indent] for line, indent in trace]}
        for one, pairs, trace in data["details"]
    ]
    return {**data, "requirements": [told(pairs) for pairs in data["requirements"]], "details": details}


@contextmanager
def browser() -> Iterator[Any]:
    """A running Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=[*ARGUMENTS])
        yield started
        started.close()


@dataclass(slots=True)
class Opened:
    """An open page: ``said`` is what its console and its errors said, ``asked`` every address that it requested."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def counted(self) -> str:
        """How many findings are shown."""
        return str(self.page.locator("#counted").text_content())

    @property
    def shown(self) -> list[int]:
        """The findings that are shown, by index, in their order."""
        rows = "[...document.querySelectorAll('#table tbody tr[id^=r]')].map((row) => Number(row.id.slice(1)))"
        return list(self.page.evaluate(rows))


def busy(context: Any, path: Path) -> float:
    """Milliseconds that the browser itself works until a page is open: its own time, whatever else the machine does."""
    page = context.new_page()
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(path.as_uri())
    found = {item["name"]: item["value"] for item in session.send("Performance.getMetrics")["metrics"]}
    page.close()
    return float(found["TaskDuration"]) * 1000


def open_page(context: Any, path: Path, **more: Any) -> Opened:
    """The page in a new tab; nothing but files can be reached."""
    page = context.new_page(**more)
    opened = Opened(page)
    page.on("console", lambda message: opened.said.append(message.text))
    page.on("pageerror", lambda error: opened.said.append(str(error)))
    page.on("request", lambda request: opened.asked.append(request.url))
    page.goto(path.as_uri())
    return opened
