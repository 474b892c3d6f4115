"""Gaps and roll-up of the columnar engine against a recomputation from single views, written apart from it."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import polars as pl
import pytest
from tests.property.columned import run_of, with_both_ends
from tests.property.generated import (
    COUNTY,
    NETWORK,
    PREFECTURE,
    PROVINCE,
    Ruleset,
    draw_dated_world,
    draw_ruleset,
    seeded,
)

from gradeeval.engines import reference
from gradeeval.engines.columnar import gaps, relations, rollup
from gradeeval.engines.columnar import tally as counts
from gradeeval.engines.columnar.areas import areas, has_figures
from gradeeval.engines.columnar.codes import MEANING, UNSURE
from gradeeval.engines.columnar.engine import Run
from gradeeval.engines.columnar.gaps import lacking
from gradeeval.engines.columnar.measures import FIGURES
from gradeeval.engines.columnar.tally import tally
from gradeeval.engines.views import View, World
from gradeeval.findings.contributing import pulling_down
from gradeeval.findings.finding import Finding, make_finding
from gradeeval.language.nodes import Ratio, Reach, Requirement, Share
from gradeeval.language.scope import has_parts
from gradeeval.quantity import Interval

SEEDS = 3_000 if os.environ.get("GRADEEVAL_SOAK") == "1" else 250
FOUND = (837, 859, 956, 1043, 1081, 1341, 1782, 2039, 2535)
"""Seeds on which soak has found faults."""
WHOLES = (NETWORK, COUNTY, PREFECTURE, PROVINCE)


@lru_cache(maxsize=200)
def drawn(seed: int) -> tuple[Ruleset, World, str, Run]:
    """One run, of which every test asks its own, as the answers of ``batch`` are all drawn from one."""
    random = seeded(seed)
    ruleset = draw_ruleset(random)
    world, _views, as_of = draw_dated_world(random, ruleset)
    run = run_of(world, ruleset.requirements, ruleset.scope, ruleset.permits, as_of, roll_up=True)
    return ruleset, world, as_of, run


def judged(world: World, as_of: str) -> list[View]:
    return [world.view(found) for key in world.history if (found := world.judged(key, as_of)) is not None]


def row_of(run: Run, view: View) -> int:
    row = run.row(view.kind, view.id, view.period.text, present=view.profile is not None)
    assert row is not None
    return row


def findings(ruleset: Ruleset, world: World, as_of: str) -> Iterator[Finding]:
    engine = reference.Engine(ruleset.requirements, ruleset.scope, ruleset.permits)
    for view in judged(world, as_of):
        if view.reach == ruleset.reach:
            for judgement in engine.judge(view):
                yield make_finding(judgement, view, ruleset.scope, as_of)


@pytest.mark.parametrize(
    ("start", "few", "at_once"), [(0, counts._FEW, 8), (30, counts._FEW, counts._AT_ONCE), (0, 1, counts._AT_ONCE)]
)
def test_parts_by_outcome(start: int, few: int, at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counts, "_FEW", few)
    monkeypatch.setattr(counts, "_AT_ONCE", at_once)
    seen = 0
    for seed in range(start, start + 30):
        ruleset, world, as_of, run = drawn(seed)
        engine = reference.Engine(ruleset.requirements, ruleset.scope, ruleset.permits)
        for kind in ("network", "region"):
            expected: Counter[tuple[int, str, str]] = Counter()
            absent: Counter[tuple[int, str]] = Counter()
            for view in judged(world, as_of):
                if view.kind != kind or not has_parts(view.reach, ruleset.reach):
                    continue
                for part in world.parts(view, ruleset.reach)[0]:
                    for item in engine.judge(part):
                        if item.outcome != "not_applicable":
                            expected[row_of(run, view), item.requirement.id, item.outcome] += 1
                            absent[row_of(run, view), item.requirement.id] += part.profile is None
            found: Counter[tuple[int, str, str]] = Counter()
            missing: Counter[tuple[int, str]] = Counter()
            for row, place, outcome, parts, without in tally(run, kind).iter_rows():
                id = run.requirements[place].id
                assert (row, id, outcome) not in found, seed
                found[row, id, outcome] += parts
                missing[row, id] += without
            assert found == expected, seed
            assert +missing == +absent, seed
            seen += len(expected)
    assert seen


def test_each_failing_or_unknown_part_is_named() -> None:
    for seed in range(30):
        ruleset, world, as_of, run = drawn(seed)
        engine = reference.Engine(ruleset.requirements, ruleset.scope, ruleset.permits)
        for kind in ("network", "region"):
            for at, requirement in enumerate(ruleset.requirements):
                expected = Counter()
                for view in judged(world, as_of):
                    if view.kind == kind and has_parts(view.reach, ruleset.reach):
                        for part in world.parts(view, ruleset.reach)[0]:
                            if engine.judge(part)[at].outcome in ("unmet", "unknown"):
                                expected[row_of(run, view), part.id] += 1
                found: Counter[tuple[int, str]] = Counter()
                for reach, edges in rollup.members(run, kind):
                    if reach == ruleset.reach:
                        ids = run.table(reach.kind).frame["@id"]
                        cells = run.codes[reach.kind][requirement.id].gather(edges["@part"])
                        found.update(
                            (whole, ids[part])
                            for (whole, part), code in zip(edges.iter_rows(), cells, strict=True)
                            if MEANING[code][0] in ("unmet", "unknown")
                        )
                assert found == expected, seed


def test_who_pulls_it_down() -> None:
    seen = 0
    for seed in range(160):
        ruleset, world, as_of, run = drawn(seed)
        for requirement in ruleset.requirements:
            if requirement.id in run.fallen_back or requirement.every_year or requirement.within:
                continue
            expected = {
                row_of(run, finding.view): {part.id for part in pulling_down(finding)}
                for finding in findings(ruleset, world, as_of)
                if finding.requirement is requirement
            }
            rows = pl.Series(sorted(expected), dtype=pl.UInt32)
            pulling = rollup.pulling_of(run, [requirement])
            found: dict[int, set[str]] = {row: set() for row in expected}
            for kind, frame in rollup.contributors(run, [requirement], rows, pulling):
                for whole, part, lacks in frame.select("@whole", "@part", "lacks").iter_rows():
                    if lacks:
                        found[whole].add(run.table(kind).frame["@id"][part])
            bound = {row for row, ids in expected.items() if ids}
            assert {row: found[row] for row in bound} == {row: expected[row] for row in bound}, seed
            seen += len(bound)
    assert seen > 5


def close(one: float | None, other: object) -> bool:
    return one is not None and math.isclose(one, float(other), rel_tol=1e-9, abs_tol=1e-9)  # type: ignore[arg-type]


def test_gaps_are_those_of_findings() -> None:
    """Shortfalls of numbers where they are told in the unit of the target or in parts."""
    seen = Counter[str]()
    for seed in sorted({*range(SEEDS), *FOUND}):
        drawn_rules = draw_ruleset(seeded(seed))
        divided = {item.name for item in drawn_rules.formulas if isinstance(item.formula, Share | Ratio)}
        if seed > 60 and not any(item.indicator in divided for item in drawn_rules.requirements):
            continue
        ruleset, world, as_of, run = drawn(seed)
        if ruleset.reach.kind not in run.relations.tables:
            continue
        rows = {
            (row["@row"], some.requirements[row["place"]].id): row
            for [some] in lacking(run, ruleset.reach.kind)
            for row in with_both_ends(some.frame()).iter_rows(named=True)
        }
        for finding in findings(ruleset, world, as_of):
            requirement = finding.requirement
            key = row_of(run, finding.view), requirement.id
            if finding.outcome not in ("unmet", "unknown") or finding.judgement.reason:
                assert key not in rows, seed
                continue
            if finding.outcome == "unknown" and (requirement.id in run.fallen_back or not narrowed(finding)):
                assert key not in rows, seed
                continue
            if requirement.id in run.fallen_back:
                assert not any(rows[key][name] is not None for name in FIGURES), seed
                continue
            if requirement.every_year is None and finding.reference.type.form == "number":
                figures_agree(rows[key], finding, ruleset, seed, seen)
            values = finding.reference.type.values
            if requirement.within is None and finding.reference.type.form == "ordered" and values is not None:
                # Grades without a rank, and those of every year, have no figure.
                rank = None if requirement.every_year else values.ranks.get(str(finding.judgement.value))
                told = rows.get(key, {"actual_lo": None, "code": UNSURE})
                assert (told["actual_lo"], told["code"] == UNSURE) == (rank, finding.outcome == "unknown"), seed
                seen["years of grades" if requirement.every_year else "grades"] += 1
    names = ("units", "count", "quotient", "ratio", "grades", "years of grades")
    assert min(seen[name] for name in names) > 1, seen


def test_gaps_do_not_depend_on_how_many_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither on the size of a piece, nor on whether unknown cells are looked at first, nor on what stands apart."""
    seen = 0
    for seed in range(120):
        ruleset, _world, _as_of, run = drawn(seed)
        kind = ruleset.reach.kind
        if kind in run.relations.tables:
            found = []
            height = run.codes[kind].height
            ends = [height // 3, height // 3, height // 2, height]
            for piece, few, apart in ((gaps.PIECE, gaps._FEW, ()), (3, 0, ()), (gaps.PIECE, 0, ends), (3, 0, ends)):
                monkeypatch.setattr(gaps, "PIECE", piece)
                monkeypatch.setattr(gaps, "_FEW", few)
                told = []
                for parts in lacking(run, kind, ends=apart):
                    assert len(parts) == (len(apart) or 1)
                    asked, frames = parts[0].requirements, [one.frame() for one in parts]
                    rows = [row for cells in frames for row in cells.rows()]
                    told += [(asked[row[1]].id, *row[:1], *row[2:]) for row in sorted(rows, key=lambda row: row[1])]
                    for first, last, cells in zip([0, *apart], apart, frames, strict=False):
                        assert cells["@row"].is_between(first, last, closed="left").all()
                found.append(told)
            monkeypatch.undo()
            assert all(one == found[0] for one in found), seed
            seen += len(found[0])
    assert seen > 100


def test_sums_do_not_depend_on_how_many_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = relations.Relations._sums, Counter[int]()

    def counted(self: relations.Relations, *asked: Any) -> Any:
        calls[relations._AT_ONCE] += 1
        return real(self, *asked)

    monkeypatch.setattr(relations.Relations, "_sums", counted)
    for seed in range(60):
        found = []
        for at_once in (1_000_000, 1):
            monkeypatch.setattr(relations, "_AT_ONCE", at_once)
            random = seeded(seed)
            ruleset = draw_ruleset(random)
            world, _views, as_of = draw_dated_world(random, ruleset)
            run = run_of(world, ruleset.requirements, ruleset.scope, ruleset.permits, as_of, roll_up=True)
            found.append({kind: codes.rows() for kind, codes in run.codes.items()})
        assert found[0] == found[1], seed
    assert calls[1] > calls[1_000_000] > 0


def narrowed(finding: Finding) -> bool:
    """Whether something is known of the value of a finding: of a number an end, of a list a code."""
    value = finding.judgement.value
    if isinstance(value, Interval):
        return not (math.isinf(value.lo) and math.isinf(value.hi))
    return value is not None


def figures_agree(row: dict[str, Any], finding: Finding, ruleset: Ruleset, seed: int, seen: Counter[str]) -> None:
    """Value, quotient, gap and shortfall of an unmet or unknown cell are those of the finding."""
    requirement, value = finding.requirement, finding.judgement.value
    scale = 10**finding.reference.type.decimals
    if value is None:
        assert row["actual_lo"] is None, seed
        return
    interval = value if isinstance(value, Interval) else Interval(value, value)
    assert close(row["actual_lo"], interval.lo / scale), seed
    assert close(row["actual_hi"], interval.hi / scale), seed
    if row["numerator"] is None and of_shares(ruleset, requirement.indicator):
        return  # what is reported as a quotient has no numerator in whole columns: the gap is told in points
    assert (row["numerator"] is None) == (interval.of is None), seed
    if interval.of is not None:
        assert close(row["numerator"], interval.of) and close(row["denominator"], interval.to), seed
        seen["quotient"] += 1
    assert finding.gap is not None
    assert close(row["gap_lo"], finding.gap[0]) and close(row["gap_hi"], finding.gap[1]), seed
    shortfall = finding.shortfall
    if shortfall is None or shortfall.amount is None:
        return
    assert close(row["shortfall_lo"], shortfall.amount[0]), (seed, requirement, shortfall, row)
    assert close(row["shortfall_hi"], shortfall.amount[1]), (seed, requirement, shortfall, row)
    assert row["unit"] == shortfall.unit, (seed, requirement, shortfall, row)
    seen[shortfall.unit or ""] += 1
    if requirement.within is None and isinstance(finding.reference.indicator.formula, Ratio):  # type: ignore[union-attr]
        seen["ratio"] += interval.of is not None


def of_shares(ruleset: Ruleset, name: str) -> bool:
    """Whether it is a ratio of what is itself a percentage."""
    formula = ruleset.scope.indicators[name].formula if name in ruleset.scope.indicators else None
    return isinstance(formula, Ratio) and any(
        ruleset.scope.types[one].unit == "percent" for one in (formula.of, formula.to)
    )


def test_figures_of_areas() -> None:
    seen = Counter[str]()
    for seed in range(120):
        ruleset, world, as_of, run = drawn(seed)
        for finding in findings(ruleset, world, as_of):
            requirement = finding.requirement
            if (
                ruleset.reach.kind != "region"
                or requirement.id in run.fallen_back
                or requirement.every_year
                or requirement.within
            ):
                continue
            if finding.reference.type.form != "number":
                continue
            rows = pl.Series([row_of(run, finding.view)], dtype=pl.UInt32)
            row = areas(run, [requirement], rows).row(0, named=True)
            if finding.computed is not None:
                assert row["differs"] == ("differs" in finding.notes), seed
                seen["differs"] += row["differs"]
            if finding.computed is not None and isinstance(finding.computed.value, Interval):
                scale = 10**finding.reference.type.decimals
                assert close(row["computed_lo"], finding.computed.value.lo / scale), seed
                seen["computed"] += 1
            if row["pace"] is not None:
                seen["pace"] += 1
    assert seen["differs"] and seen["computed"] and seen["pace"], seen


def test_figures_of_many_targets_at_once_are_those_of_each() -> None:
    seen = Counter[str]()
    for seed in range(160):
        ruleset, _world, _as_of, run = drawn(seed)
        sorts: dict[Reach, list[Requirement]] = {}
        for requirement in ruleset.requirements:
            if requirement.binds.kind in ("network", "region") and has_figures(run, requirement):
                sorts.setdefault(requirement.binds, []).append(requirement)
        for requirements in sorts.values():
            keys = run.table(requirements[0].binds.kind).keys
            rows = keys.filter(pl.col("@judged"))["@row"]
            many = areas(run, requirements, rows)
            one_by_one = [areas(run, [requirement], rows) for requirement in requirements]
            places = [pl.lit(place, pl.UInt32).alias("place") for place in range(len(requirements))]
            each = pl.concat([frame.with_columns(place) for frame, place in zip(one_by_one, places, strict=True)])
            assert many.equals(each), seed
            seen["several"] += len(requirements) > 1
            seen["every year"] += any(one.every_year for one in requirements)
            for name in ("before_lo", "pace", "pace_needed"):
                seen[name] += many[name].count()
    assert min(seen[name] for name in ("several", "every year", "before_lo", "pace", "pace_needed")) > 0, seen
