"""(g) The web page of 5,000 findings: making it, and opening and filtering it where a Chromium and the extra are there."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

FILTERS = {
    "filter": "document.querySelector('select[name=outcome]').value = '1';"
    "document.getElementById('filters').dispatchEvent(new Event('change'))",
    "search": "document.getElementById('search').value = '医院';"
    "document.getElementById('filters').dispatchEvent(new Event('submit', {cancelable: true}))",
    "sort": "document.querySelector('th[data-column=title] button').click()",
}


def making(result: Any, rounds: int = 3) -> tuple[float, bytes]:
    """Median seconds for the bytes of the page of a result, and the bytes."""
    from gradeeval.reports.html import render
    from gradeeval.reports.rendering import Layout

    times, content = [], b""
    for _round in range(rounds):
        start = time.perf_counter()
        content = render(result, Layout())
        times.append(time.perf_counter() - start)
    return statistics.median(times), content


def looking(content: bytes, rounds: int = 3) -> dict[str, float] | str:
    """Median milliseconds until the page is open, and for each thing done in it; or why that cannot be measured here."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from tests.acceptance.browsing import browser, lacking, open_page

    why = lacking()
    if why is not None:
        return why
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        path = Path(folder) / "report.html"
        path.write_bytes(content)
        for _round in range(rounds):
            page = open_page(chromium, path).page
            opened = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
            found.setdefault("open", []).append(page.evaluate(opened))
            page.evaluate("document.getElementById('findings').scrollIntoView(), document.body.offsetHeight")
            for name, act in FILTERS.items():
                timed = f"const t = performance.now(); {act}; document.body.offsetHeight; return performance.now() - t;"
                found.setdefault(name, []).append(page.evaluate(f"() => {{ {timed} }}"))
            page.close()
    return {name: statistics.median(times) for name, times in found.items()}


def rows(result: Any, row: Callable[..., Any]) -> list[Any]:
    """The measurements as rows: name, figure, bound, broken."""
    seconds, content = making(result)
    count = len(result.findings)
    size = len(content) / 1e6
    found = [row(f"(g) page of {count:,} findings", f"{seconds:.2f} s, {size:.1f} MB", "≤ 10 s", seconds > 10)]
    looked = looking(content)
    if isinstance(looked, str):
        return [*found, row("(g) opening and filtering it", f"not measured: {looked}", "≤ 1 s")]
    figure = ", ".join(f"{name} {took:.0f} ms" for name, took in looked.items())
    worst = looked["open"] + max(took for name, took in looked.items() if name != "open")
    return [*found, row("(g) opening it and the slowest of filter, search, sort", figure, "≤ 1 s", worst > 1000)]
