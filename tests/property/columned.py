"""Views through the columnar engine: the profiles of their world as columns, and a judgement for each cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from gradeeval.engines import reference
from gradeeval.engines.columnar.codes import MEANING
from gradeeval.engines.columnar.engine import Run, judge
from gradeeval.engines.columnar.plan import Plan
from gradeeval.engines.views import View, World
from gradeeval.language.nodes import Requirement
from gradeeval.language.scope import Scope
from gradeeval.profiles.columns.coding import to_columns
from gradeeval.vocabulary import KINDS

Said = tuple[str, str | None]


def run_of(
    world: World,
    requirements: Sequence[Requirement],
    scope: Scope,
    permits: Mapping[str, Requirement],
    as_of: str,
    *,
    roll_up: bool = False,
    plan: Plan | None = None,
) -> Run:
    """The columnar engine over all profiles of a world; a figure that was widened on a view is widened in the columns."""
    profiles = [
        replace(profile, values=world.view(profile).values) if world.lenient else profile
        for found in world.history.values()
        for profile in found
    ]
    columns = to_columns(profiles, world.rosters, scope)
    plan = plan or Plan(scope)
    return judge(columns, plan, requirements, permits, as_of, reference.Engine, lenient=world.lenient, roll_up=roll_up)


def said_of(run: Run, view: View) -> dict[str, Said]:
    """Outcome and reason of each requirement on a view that has codes."""
    row = run.row(view.kind, view.id, view.period.text, present=view.profile is not None)
    assert row is not None, f"no row for {view.kind} {view.id} {view.period.text}"
    cells = run.codes[view.kind].row(row, named=True)
    return {id: MEANING[code] for id, code in cells.items() if code is not None}


def differing(
    world: World,
    views: Sequence[View],
    requirements: Sequence[Requirement],
    scope: Scope,
    permits: Mapping[str, Requirement],
    as_of: str,
) -> Iterator[tuple[View, str, Said, Said]]:
    """The cells on which columnar says something else than reference: of whom, which, what reference and columnar say."""
    return differing_from(run_of(world, requirements, scope, permits, as_of, roll_up=True), views)


def differing_from(run: Run, views: Sequence[View]) -> Iterator[tuple[View, str, Said, Said]]:
    """The same of a run."""
    scope, permits = run.outcomes.values.scope, run.outcomes.permits
    for kind in KINDS:
        own = [item for item in run.requirements if item.binds.kind == kind]
        engine = reference.Engine(own, scope, permits)
        for view in (view for view in views if view.kind == kind):
            said = said_of(run, view)
            for judgement in engine.judge(view):
                cell = judgement.outcome, judgement.reason
                sort = judgement.requirement.binds
                if sort.tier not in (None, view.tier) or sort.type not in (None, view.type):
                    assert judgement.requirement.id not in said
                elif said[judgement.requirement.id] != cell:
                    yield view, judgement.requirement.id, cell, said[judgement.requirement.id]


def with_both_ends(table: pl.DataFrame) -> pl.DataFrame:
    """Both ends of each figure, of which files hold the upper one only where it is another than the lower."""
    figures = [name.removesuffix("_to") for name in table.columns if name.endswith("_to")]
    for name in figures:
        assert not table.select((pl.col(name) == pl.col(f"{name}_to")).any()).item(), name
    ends = (pl.coalesce(f"{name}_to", name).alias(f"{name}_hi") for name in figures)
    return table.with_columns(ends).rename({name: f"{name}_lo" for name in figures})
