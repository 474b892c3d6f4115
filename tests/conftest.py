"""What every test shares: the folder of source texts, the markers, and how hard hypothesis tries."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from shutil import which

import pytest
from hypothesis import settings

from gradeeval import messages

SHARED = Path(__file__).parents[2] / "shared"
PROPERTY = Path(__file__).parent / "property"
SOAK = os.environ.get("GRADEEVAL_SOAK") == "1"

# `check` draws the same examples on every run, so that a failure is the change's; `soak` looks for new ones.
settings.register_profile("check", deadline=None, derandomize=True, max_examples=100)
settings.register_profile("soak", deadline=None, max_examples=5_000)
settings.load_profile("soak" if SOAK else "check")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip tests on the source texts and on Spark where there are none; leave minutes-long ones to ``make soak``.

    What is drawn a thousand times is not traced.
    """
    for item in items:
        if PROPERTY in item.path.parents:
            item.add_marker(pytest.mark.no_cover)
    if not SHARED.is_dir():
        for item in items:
            if item.get_closest_marker("shared"):
                item.add_marker(pytest.mark.skip(reason="no ../shared beside the checkout: no source texts to read"))
    lacking = "Java" if which("java") is None else "pyspark" if find_spec("pyspark") is None else None
    for item in items:
        if lacking and item.get_closest_marker("spark"):
            item.add_marker(pytest.mark.skip(reason=f"no {lacking}: nothing runs on Spark here"))
    if not SOAK and not config.option.markexpr:
        slow = [item for item in items if item.get_closest_marker("slow")]
        if slow:
            config.hook.pytest_deselected(items=slow)
            items[:] = [item for item in items if item not in slow]


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """What is marked ``no_cover`` runs untraced.

    In a process of xdist pytest-cov has two collectors, and stopping the one for such a test lets the other go on: nothing
    is counted, but all is traced.
    """
    tracer = sys.gettrace()
    if item.get_closest_marker("no_cover") is None or not type(tracer).__module__.startswith("coverage"):
        return (yield)
    sys.settrace(None)
    try:
        return (yield)
    finally:
        sys.settrace(tracer)


@pytest.fixture(scope="session")
def sources() -> Path:
    """The folder that holds the texts of the documents, one ``<document-id>.txt`` each; for tests marked ``shared``."""
    return SHARED / "sources"


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    """Every test begins and leaves in Chinese, whatever language it speaks in between."""
    messages.use("zh")
    yield
    messages.use("zh")
