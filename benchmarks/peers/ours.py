"""gradeeval itself on the rules and columns of the comparison, through its own loading and its own engines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from gradeeval.engines import reference
from gradeeval.engines.columnar.codes import MEANING
from gradeeval.engines.columnar.engine import Run, judge
from gradeeval.engines.columnar.needs import needs_of
from gradeeval.engines.columnar.plan import Plan
from gradeeval.engines.judgement import MET, NOT_APPLICABLE, UNKNOWN, UNMET
from gradeeval.engines.views import World
from gradeeval.language.nodes import Requirement
from gradeeval.profiles.columns.coding import to_profiles
from gradeeval.profiles.columns.layout import Columns
from gradeeval.profiles.columns.stored import together
from gradeeval.profiles.profile import Profile
from gradeeval.workspace import Workspace, build
from material import AS_OF, Material, rules_folder
from ruleset import ID

DTYPES = {"number": pl.Int64, "yes": pl.Boolean, "rank": pl.Int16, "code": pl.Int16}
"""Of a column of which nobody knows anything, which files leave out."""

OUTCOMES = {MET: 0, UNMET: 1, UNKNOWN: 2, NOT_APPLICABLE: 3}


class Ours:
    """The columns of a province, and the requirements that bind institutions."""

    def __init__(self, columns: Path, rules: Path) -> None:
        self.workspace: Workspace = build(installed=False, folders=[rules])
        assert not self.workspace.refused, self.workspace.refused
        self.requirements: list[Requirement] = [
            item for item in self.workspace.load(ID).requirements if item.binds.kind == "institution"
        ]
        (self.file,) = columns.glob("*/institution-*.parquet")

    @cached_property
    def plan(self) -> Plan:
        """What the first judging builds and all later ones use, as peers build theirs before the clock starts."""
        return Plan(self.workspace.scope)

    @cached_property
    def needed(self) -> list[str]:
        """The columns of the file that identify institutions or are looked at."""
        scope = self.workspace.scope
        names = needs_of(self.requirements, {}, scope).names["institution"]
        return [
            name
            for name in pl.read_parquet_schema(self.file)
            if name.startswith("@") or name.partition(":")[0] in names
        ]

    def frame(self) -> pl.DataFrame:
        """The institutions, read from their file."""
        return pl.read_parquet(self.file, columns=self.needed)

    def columns(self, frame: pl.DataFrame) -> Columns:
        """A frame of institutions alone, as the engine takes it."""
        return together({"institution": frame})

    def judge(self, columns: Columns) -> Run:
        """All outcomes, by the columnar engine."""
        return judge(columns, self.plan, self.requirements, {}, AS_OF, reference.Engine)

    def codes(self, run: Run) -> pl.DataFrame:
        """The outcomes as peers give them, in the order of the frame."""
        assert not run.fallen_back, run.fallen_back
        made = {code: OUTCOMES[outcome] for code, (outcome, _reason) in MEANING.items() if outcome in OUTCOMES}
        return run.codes["institution"].select(pl.all().replace_strict(made, return_dtype=pl.UInt8))

    def profiles(self, rows: Sequence[int]) -> list[Profile]:
        """The profiles of these rows."""
        found, _rosters = to_profiles(self.columns(self.frame()[list(rows)]), self.workspace.scope)
        return found


def _of(given: Material) -> Ours:
    return Ours(
        given.folder.with_name(given.folder.name.replace("-peers", "-columns")), rules_folder(given.folder.parent)
    )


def columnar(given: Material) -> tuple[Callable[[], Run], Callable[[Run], Any]]:
    """The columnar engine, as the peers in columns are made."""
    ours = _of(given)
    columns = ours.columns(ours.frame())
    return lambda: ours.judge(columns), lambda run: ours.codes(run).to_numpy().T


def reading(given: Material) -> Callable[[], pl.DataFrame]:
    """Reads from Parquet what the columnar engine is given."""
    return _of(given).frame


def reference_pass(given: Material, rows: Sequence[int]) -> Callable[[], list[list[int]]]:
    """Judges these rows once more with each call, by ``reference``."""
    return _pass(given, rows, reference.Engine)


def forward_pass(given: Material, rows: Sequence[int]) -> Callable[[], list[list[int]]]:
    """The same by ``forward``. Raises ``ImportError`` where durable-rules is not there."""
    from gradeeval.engines.forward.engine import Engine
    from gradeeval.engines.forward.session import available

    if not available():
        raise ImportError("durable_rules_engine")
    return _pass(given, rows, Engine)


def _pass(given: Material, rows: Sequence[int], make: Any) -> Callable[[], list[list[int]]]:
    ours = _of(given)
    scope = ours.workspace.scope
    profiles, engine = ours.profiles(rows), make(ours.requirements, scope, {})

    def judge_all() -> list[list[int]]:
        world = World(scope, profiles, ())
        return [[OUTCOMES[judged.outcome] for judged in engine.judge(world.view(one))] for one in profiles]

    return judge_all
