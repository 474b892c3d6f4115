"""Each check has a page, and the page's examples are true: the bad one is found by that check, the good one is not."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gradeeval.cli.linting import gathered
from gradeeval.files.yaml import parse_yaml
from gradeeval.lint.check import OFF, WARNING, Check
from gradeeval.lint.checks import CHECKS
from gradeeval.lint.explaining import FAMILIES, body, page
from gradeeval.lint.levels import read_levels
from gradeeval.lint.running import run
from gradeeval.schemas import folder as shipped_schemas

ROOT = Path(__file__).parents[2]
BASE = ROOT / "tests" / "lint" / "demo-2025"
BLOCK = re.compile(r"```yaml (?P<file>\S+)(?P<how>[^\n]*)\n(?P<text>.*?)```", re.DOTALL)
SECTIONS = ("什么", "坏例", "好例", "为什么", "选项")


@dataclass
class Block:
    """A code block: which file it is a fragment of (``whole``: all of it), and options of the run (``as-of=…``).

    ``base``: it is of the revision that the rest is compared with.
    """

    file: str
    text: str
    whole: bool
    base: bool
    options: dict[str, str]


def sections(check: Check) -> dict[str, str]:
    parts = re.split(r"^## (\S+).*\n", body(check), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def blocks(text: str) -> Iterator[Block]:
    for match in BLOCK.finditer(text):
        words = match["how"].split()
        options = dict(word.split("=", 1) for word in words if "=" in word)
        yield Block(match["file"], match["text"], "whole" in words, "base" in words, options)


def merged(base: Any, part: Any) -> Any:
    """The base with the fragment in its place: maps by key, requirements by id, segments by clause; null takes away."""
    if isinstance(base, dict) and isinstance(part, dict):
        both = dict(base)
        for key, value in part.items():
            both[key] = merged(base.get(key), value)
        return {key: value for key, value in both.items() if value is not None}
    first = part[0] if isinstance(part, list) and part else None
    key = next((key for key in ("id", "clause") if isinstance(first, dict) and key in first), None)
    if isinstance(base, list) and key is not None:
        both_ = list(base)
        for item in part:
            at = next((number for number, old in enumerate(both_) if old[key] == item[key]), None)
            if at is None or item[key] in [old[key] for old in both_[at + 1 :]]:
                both_.append(item)
            else:
                both_[at] = merged(both_[at], item)
        return both_
    return part


def plain(text: str) -> Any:
    return parse_yaml(text, "fragment")


def write(folder: Path, found: list[Block]) -> None:
    """A copy of the base with the blocks in it."""
    shutil.copytree(BASE, folder / BASE.name)
    for block in found:
        file = folder / block.file
        file.parent.mkdir(parents=True, exist_ok=True)
        if block.whole or not file.is_file():
            file.write_text(block.text, encoding="utf-8")
        else:
            data = merged(plain(file.read_text(encoding="utf-8")), plain(block.text))
            file.write_text(json.dumps(data, ensure_ascii=False, indent=1, default=float), encoding="utf-8")


def git(folder: Path, *words: str) -> None:
    who = ("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def codes(folder: Path, text: str, check: Check | None = None) -> set[str]:
    """What lint finds in the base with the blocks of a text; ``check`` is on, whatever its level."""
    folder.mkdir()
    found = list(blocks(text))
    options = {key: value for block in found for key, value in block.options.items()}
    before = [block for block in found if block.base]
    if before:
        write(folder, before)
        git(folder, "init", "-q")
        git(folder, "add", ".")
        git(folder, "commit", "-q", "-m", "base")
        shutil.rmtree(folder / BASE.name)
    write(folder, [block for block in found if not block.base])
    compared = options.get("compared")
    first, second = compared.split(",") if compared else ("", "")
    material, refused = gathered(
        [str(folder)],
        as_of=options.get("as-of"),
        base="HEAD" if before else None,
        compared=(first, second) if compared else None,
        seconds=float(options.get("timeout", 10)),
    )
    flags = [f"{check.code}={WARNING}"] if check is not None and check.level == OFF else []
    if "level" in options:
        flags.append(options["level"])
    proves = check is not None and check.proves
    report = run(material, CHECKS, read_levels({}, flags, CHECKS), prove=proves, refused=refused)
    return {one.check.code for one in report.found}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_the_examples_of_a_page_are_true(check: Check, tmp_path: Path) -> None:
    if check.proves:
        pytest.importorskip("z3", reason="the extra `prove` is not installed")
    found = sections(check)
    assert tuple(found) == SECTIONS
    assert list(blocks(found["坏例"])), "no bad example"
    assert list(blocks(found["好例"])), "no good example"
    assert check.code in codes(tmp_path / "bad", found["坏例"], check)
    assert codes(tmp_path / "good", found["好例"], check) == set()


def test_the_base_of_the_examples_is_clean(tmp_path: Path) -> None:
    assert codes(tmp_path / "base", "") == set()


def test_codes_are_unique_and_of_a_family() -> None:
    every = [check.code for check in CHECKS]
    assert len(set(every)) == len(every)
    assert all(re.fullmatch(r"[A-Z][0-9]{3}", code) and code[0] in FAMILIES for code in every)


def test_no_page_of_a_check_that_is_gone() -> None:
    import gradeeval.lint

    folder = Path(gradeeval.lint.__file__).parent / "pages"
    assert {path.stem for path in folder.glob("*.md")} == {check.code for check in CHECKS}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.code)
def test_a_page_begins_with_code_and_title(check: Check) -> None:
    assert page(check).startswith(f"# {check.code} {check.title}\n")


def test_every_code_that_something_is_refused_with_has_a_check() -> None:
    import gradeeval

    root = Path(gradeeval.__file__).parent
    text = "".join(file.read_text(encoding="utf-8") for file in root.rglob("*.py") if file.parent.name != "lint")
    named = set(re.findall(r'Refusal\(\s*"([A-Z][0-9]{3})"', text))
    schemas = "".join(file.read_text(encoding="utf-8") for file in shipped_schemas().glob("*.json"))
    named |= set(re.findall(r'"x-code": "([A-Z][0-9]{3})"', schemas))
    assert {"U102", "N103", "I101", "C101"} <= named
    assert named <= {check.code for check in CHECKS if check.refuses}
