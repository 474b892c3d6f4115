"""Requirements on coded columns: a byte a cell, agreeing with ``reference`` cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import polars as pl

from gradeeval.engines.columnar.codes import CODES
from gradeeval.engines.columnar.needs import names_read
from gradeeval.engines.columnar.numbers import Unheld
from gradeeval.engines.columnar.outcomes import Outcomes
from gradeeval.engines.columnar.places import Places
from gradeeval.engines.columnar.plan import Joint, Plan
from gradeeval.engines.columnar.relations import Relations, relate
from gradeeval.engines.columnar.tables import Table
from gradeeval.engines.columnar.values import Values
from gradeeval.engines.judgement import Judgement
from gradeeval.engines.views import View, World
from gradeeval.language.nodes import Reach, Requirement
from gradeeval.language.scope import Scope
from gradeeval.profiles.columns.coding import to_profiles
from gradeeval.profiles.columns.layout import Columns, name_of
from gradeeval.profiles.profile import Profile
from gradeeval.timeline import read_period

NAME = "columnar"


class Exact(Protocol):
    """An engine that judges one view at a time with numbers of any size: ``reference``."""

    def judge(self, view: View) -> list[Judgement]:
        """One judgement for each of its requirements."""


ExactFactory = Callable[[Sequence[Requirement], Scope, Mapping[str, Requirement]], Exact]


@dataclass(slots=True)
class Run:
    """The outcomes of requirements on the subjects of coded columns, judged on a day.

    ``fallen_back`` names the requirements that ``reference`` judged, because a number could have gone beyond 127 bits.
    ``measured`` has the figures of those that somebody asked for (see ``measures``).
    """

    relations: Relations
    outcomes: Outcomes
    requirements: Sequence[Requirement]
    codes: dict[str, pl.DataFrame] = field(default_factory=dict)
    fallen_back: list[str] = field(default_factory=list)
    measured: dict[str, Mapping[str, pl.Expr]] = field(default_factory=dict)
    _rows: dict[str, dict[tuple[str, str, bool], int]] = field(default_factory=dict)

    def table(self, kind: str) -> Table:
        """The rows of a kind; the first ``wanted`` of them have codes."""
        return self.relations.tables[kind]

    def row(self, kind: str, id: str, period: str, *, present: bool = True) -> int | None:
        """The row of a subject in a period, with a profile or in its absence; None where it has no codes."""
        rows = self._rows.get(kind)
        if rows is None:
            table = self.table(kind)
            keys = table.keys.head(table.wanted).select("@id", "@period", "@present", "@row")
            rows = self._rows[kind] = {(one, text, there): row for one, text, there, row in reversed(keys.rows())}
        return rows.get((id, period, present))


def judge(
    columns: Columns,
    plan: Plan,
    requirements: Sequence[Requirement],
    permits: Mapping[str, Requirement],
    as_of: str,
    exact: ExactFactory,
    *,
    lenient: bool = False,
    roll_up: bool = False,
    places: Places | None = None,
) -> Run:
    """Judges each requirement on each subject of its sort in its latest period up to ``as_of``.

    ``plan`` may have served other runs. ``exact`` makes the engine for what columns cannot hold.
    ``codes`` of the result has a frame a kind, a row a subject as in its table, a UInt8 column a requirement (see ``codes``);
    null where the requirement binds another sort. With ``roll_up`` parts without profile in the period of their whole, and
    those whose judged period is another one, have rows too. ``places`` are those of the columns, where they are known already.
    """
    scope, needs = plan.scope, plan.needs(requirements, permits)
    relations = relate(columns, places or Places(columns, scope, lenient=lenient), scope, as_of, needs, roll_up=roll_up)
    outcomes = Outcomes(Values(relations, plan), permits)
    run = Run(relations, outcomes, requirements)
    for kind in relations.tables:
        own = [item for item in requirements if item.binds.kind == kind]
        run.codes[kind] = _codes(run, kind, own, columns, exact)
    relations.forget()
    return run


def _codes(
    run: Run, kind: str, requirements: Sequence[Requirement], columns: Columns, exact: ExactFactory
) -> pl.DataFrame:
    if not requirements:
        return pl.DataFrame()
    outcomes, table = run.outcomes, run.table(kind)
    made_of = [one for requirement in requirements for one in outcomes.made_of(requirement)]
    joint = outcomes.values.lasting[kind].joint
    slow: list[Requirement] = []
    if joint is None or not joint.fits(made_of, table):
        joint, slow = _joined(outcomes, table, requirements, made_of)
    outcomes.tested.update(joint.tested)
    codes = table.gone(joint.way, table.wanted)
    table.forget_passing()
    if slow:
        run.fallen_back += [requirement.id for requirement in slow]
        by_exact = _one_by_one(run, table.keys.head(table.wanted), kind, columns, exact, slow)
        codes = codes.hstack(by_exact) if codes.width else by_exact
        codes = codes.select([requirement.id for requirement in requirements])
    return codes


def _joined(
    outcomes: Outcomes, table: Table, requirements: Sequence[Requirement], made_of: Sequence[Requirement | None]
) -> tuple[Joint, list[Requirement]]:
    """How codes are made, which lasts where all that they are made of does; and the requirements that columns cannot hold."""
    values, made = outcomes.values, table.made_before()
    before = values.asked
    outcomes.expect(requirements)
    exprs: dict[str, pl.Expr] = {}
    slow: list[Requirement] = []
    for requirement in requirements:
        try:
            exprs[requirement.id] = of_sort(requirement, outcomes.code(requirement))
        except Unheld:
            slow.append(requirement)
    joint = Joint(made_of, made, table.way(exprs), {id: outcomes.tested[id] for id in exprs})
    if values.asked == before and not slow:
        values.lasting[table.kind].joint = joint
    return joint, slow


def of_sort(requirement: Requirement, code: pl.Expr) -> pl.Expr:
    """The code on subjects of the sort that is bound, else null."""
    reach = requirement.binds
    if reach.tier is None and reach.type is None:
        return code
    own = pl.lit(value=True)
    if reach.tier is not None:
        own = own & (pl.col("@tier") == reach.tier)
    if reach.type is not None:
        own = own & (pl.col("@type") == reach.type)
    return pl.when(own).then(code)


def _one_by_one(
    run: Run, rows: pl.DataFrame, kind: str, columns: Columns, exact: ExactFactory, requirements: Sequence[Requirement]
) -> pl.DataFrame:
    """The codes as an engine gives them that judges one view at a time; only subjects of a sort that is bound are asked."""
    relations, values = run.relations, run.outcomes.values
    profiles, rosters = to_profiles(_looked_at(columns, requirements, run.outcomes.permits, values.scope), values.scope)
    world = World(values.scope, profiles, rosters, lenient=relations.lenient)
    by_key = {(profile.kind, profile.id, profile.period.text): profile for profile in profiles}
    by_sort: dict[Reach, list[Requirement]] = {}
    for requirement in requirements:
        by_sort.setdefault(requirement.binds, []).append(requirement)
    found: dict[str, list[int | None]] = {requirement.id: [None] * rows.height for requirement in requirements}
    for sort, bound in by_sort.items():
        engine = exact(bound, values.scope, run.outcomes.permits)
        for at, row in enumerate(rows.iter_rows(named=True)):
            if sort.tier in (None, row["@tier"]) and sort.type in (None, row["@type"]):
                for item in engine.judge(_view(world, kind, row, by_key)):
                    found[item.requirement.id][at] = CODES[item.outcome, item.reason]
    return pl.DataFrame(found, schema={item.id: pl.UInt8 for item in requirements})


def _looked_at(
    columns: Columns, requirements: Sequence[Requirement], permits: Mapping[str, Requirement], scope: Scope
) -> Columns:
    """The columns without the facts that these requirements do not look at."""
    names = names_read(requirements, permits, scope)
    profiles = {
        kind: frame.select(one for one in frame.columns if one.startswith("@") or name_of(one) in names[kind])
        for kind, frame in columns.profiles.items()
    }
    return replace(columns, profiles=profiles)


def _view(world: World, kind: str, row: Mapping[str, object], profiles: Mapping[tuple[str, str, str], Profile]) -> View:
    id, text = str(row["@id"]), str(row["@period"])
    profile = profiles.get((kind, id, text)) if row["@present"] else None
    if profile is not None:
        return world.view(profile)
    period = read_period(text)
    assert period is not None
    tier, type = (None if row[name] is None else str(row[name]) for name in ("@tier", "@type"))
    like = View(world, kind, id, str(row["@name"]), period, {}, tier, type, None, str(row["@region"] or ""))
    return world.absent(like, period)
