"""The editions of the standard: their ruleset folders, and how their grades follow from findings.

An evaluator who has the official text fills in a copy of the folders (``python -m gradeeval_tertiary_standard FOLDER``) and
names it in ``GRADEEVAL_TERTIARY_STANDARD``; an edition that is there takes the place of the one in the package.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from gradeeval.errors import InvalidContent, NotFound
from gradeeval.files.reading import read_plain
from gradeeval.schemas import Checker, Schema, check_file

VARIABLE = "GRADEEVAL_TERTIARY_STANDARD"
KIND = "gradeeval-tertiary-standard.grading"
GRADING = "grading"
OWN = Path(__file__).parent / "rulesets"
IDS = ("tertiary-standard-2022", "tertiary-standard-2025")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the standard: its items where known, those recorded, and the requirement that judges it by one figure."""

    name: str
    items: int | None
    one_figure: str | None
    requirements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Least:
    """A least percentage; None where it is not filled in. ``of`` is ``core``, ``all`` or the id of a requirement."""

    of: str
    at_least: Fraction | None


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade and what it asks for beside the preconditions."""

    name: str
    requires: tuple[str, ...]
    shares: tuple[Least, ...]
    scores: tuple[Least, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition. ``grades`` go from the highest down; ``core_items`` is None where the number is not known."""

    id: str
    name: str
    number: str
    first: str
    last: str | None
    items: int
    parts: tuple[Part, ...]
    unplaced: tuple[str, ...]
    veto: tuple[str, ...]
    core_items: int | None
    core: tuple[str, ...]
    grades: tuple[Grade, ...]
    note: str | None

    @property
    def recorded(self) -> tuple[str, ...]:
        """The items that have a requirement of their own; those of which the part is not known may be none of them."""
        return tuple(dict.fromkeys([*(id for part in self.parts for id in part.requirements), *self.core]))

    @property
    def left_out(self) -> int:
        """Items of the standard without a requirement of their own; one figure for a whole part stands for none of them."""
        return max(self.items - len(self.recorded), 0)

    @property
    def uncovered(self) -> int | None:
        """Items that no requirement looks at, not even one figure for the whole part; None where that is not known."""
        whole = [part for part in self.parts if part.one_figure is not None]
        if len(whole) == len(self.parts):
            return 0
        counts = [part.items for part in whole]
        known = [count for count in counts if count is not None]
        if len(known) < len(counts):
            return None
        own = {id for part in whole for id in part.requirements}
        return max(self.items - sum(known) - sum(id not in own for id in self.recorded), 0)


def folders() -> list[Path]:
    """The folder of each edition. Raises ``NotFound`` where the folder of the variable has none."""
    chosen = os.environ.get(VARIABLE)
    if not chosen:
        return [OWN / id for id in IDS]
    filled = {id: Path(chosen) / id for id in IDS if (Path(chosen) / id / "document.yaml").is_file()}
    if not filled:
        raise NotFound(f"{VARIABLE}={chosen}：其中没有 {'、'.join(IDS)}")
    return [filled.get(id, OWN / id) for id in IDS]


@cache
def schema() -> Schema:
    """The JSON Schema of the files in the folder ``grading``."""
    loaded: Schema = json.loads((Path(__file__).parent / "grading.schema.json").read_bytes())
    return loaded


def read_edition(folder: Path) -> Edition:
    """The edition of a ruleset folder; how its grades follow stands beside it. Raises ``NotFound`` and ``InvalidContent``."""
    plain = read_plain(folder.parent / GRADING / f"{folder.name}.yaml")
    problems = check_file(plain, Checker(schema()))
    if problems:
        raise InvalidContent(problems)
    data: Mapping[str, Any] = plain.data
    for path, id in _ids(data):
        if id.partition("/")[0] != folder.name:
            problems.append(plain.problem(f"编号 {id} 不是本版本 {folder.name} 的条款", path))
    core = data.get("core", {})
    if core and core["items"] < len(core["requirements"]):
        problems.append(plain.problem("核心条款的条数少于已录入的", ("core", "items")))
    parts = sum(part.get("items", 0) for part in data["parts"])
    if parts > data["items"]:
        problems.append(plain.problem("各部分的条数之和多于全部条数", ("items",)))
    if problems:
        raise InvalidContent(problems)
    return Edition(
        id=folder.name,
        name=data["edition"],
        number=data["number"],
        first=data["effective"]["from"],
        last=data["effective"].get("to"),
        items=data["items"],
        parts=tuple(
            Part(part["name"], part.get("items"), part.get("one_figure"), tuple(part.get("requirements", ())))
            for part in data["parts"]
        ),
        unplaced=tuple(data.get("unplaced", ())),
        veto=tuple(data["veto"]),
        core_items=core.get("items"),
        core=tuple(core.get("requirements", ())),
        grades=tuple(
            Grade(
                grade["grade"],
                tuple(grade.get("requires", ())),
                tuple(Least(item["of"], _fraction(item)) for item in grade.get("shares", ())),
                tuple(Least(item["requirement"], _fraction(item)) for item in grade.get("scores", ())),
            )
            for grade in data["grades"]
        ),
        note=data.get("note"),
    )


def _fraction(item: Mapping[str, Any]) -> Fraction | None:
    number: int | Decimal | None = item.get("at_least")
    return None if number is None else Fraction(number)


def _ids(data: Mapping[str, Any]) -> list[tuple[tuple[str | int, ...], str]]:
    """Every id of a requirement in the file, with its path."""
    found: list[tuple[tuple[str | int, ...], str]] = []
    for key in ("unplaced", "veto"):
        found.extend(((key, at), id) for at, id in enumerate(data.get(key, ())))
    found.extend(
        (("core", "requirements", at), id) for at, id in enumerate(data.get("core", {}).get("requirements", ()))
    )
    for at, part in enumerate(data["parts"]):
        if "one_figure" in part:
            found.append((("parts", at, "one_figure"), part["one_figure"]))
        found.extend((("parts", at, "requirements", n), id) for n, id in enumerate(part.get("requirements", ())))
    for at, grade in enumerate(data["grades"]):
        found.extend((("grades", at, "requires", n), id) for n, id in enumerate(grade.get("requires", ())))
        found.extend(
            (("grades", at, "scores", n, "requirement"), item["requirement"])
            for n, item in enumerate(grade.get("scores", ()))
        )
    return found
