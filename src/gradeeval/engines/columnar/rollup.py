"""From parts to wholes: institution → network and county → prefecture → province → nation, denominators from the rosters.

A whole's own targets with the counts behind them, who pulls them down, its children ranked; and the requirements that bind
each part, with the parts by outcome. All frames name rows of the tables of the run, which must have been made with ``roll_up``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import polars as pl

from gradeeval.engines.columnar.engine import Run
from gradeeval.engines.columnar.floats import natural, shown
from gradeeval.engines.columnar.measures import formula_of, limits
from gradeeval.engines.columnar.numbers import Bound, Number
from gradeeval.engines.columnar.relations import fits
from gradeeval.engines.columnar.tables import ROW
from gradeeval.engines.conditions import found
from gradeeval.engines.formulas import candidates
from gradeeval.language.nodes import Count, Ratio, Reach, Requirement, Share
from gradeeval.language.scope import Reference, has_parts
from gradeeval.vocabulary import TIERS

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

WHOLES = ("network", "region")
_MARKS = ("lacks", "unsure")
_CHILDREN: dict[str, PolarsDataType] = {
    **dict.fromkeys(("place", "@whole", "@part"), pl.UInt32),
    **dict.fromkeys(("actual_lo", "actual_hi", "effect"), pl.Float64),
    **dict.fromkeys(("lack", "unsure"), pl.Int64),
    "rank": pl.UInt32,
}


def members(run: Run, whole: str) -> Iterator[tuple[Reach, pl.DataFrame]]:
    """For each sort of part that requirements bind: ``@whole`` and ``@part`` of the judged wholes of a kind."""
    for reach in by_reach(run, whole):
        yield reach, _edges(run, whole, reach)


@dataclass(frozen=True, slots=True)
class Pulling:
    """The sort of the parts of a share or count, and of each row of their kind whether it ``lacks`` it or is ``unsure``."""

    part: Reach
    lacks: pl.Series
    unsure: pl.Series


def pulling_of(run: Run, requirements: Iterable[Requirement]) -> dict[str, Pulling]:
    """By requirement what tells the parts that keep a share or count down. Other targets have none.

    A part ``lacks`` it, or it is ``unsure``: of a share all parts in the denominator, of a count those that only a fact keeps out.
    """
    sorts: dict[str, Reach] = {}
    exprs: dict[str, dict[str, pl.Expr]] = {}
    for requirement in requirements:
        found = _marks(run, requirement)
        if found is not None:
            part, *marks = found
            sorts[requirement.id] = part
            for name, mark in zip(_MARKS, marks, strict=True):
                exprs.setdefault(part.kind, {})[f"{name} {requirement.id}"] = mark.fill_null(value=False)
    made = {kind: run.table(kind).evaluated(own) for kind, own in exprs.items()}
    return {id: Pulling(part, *(made[part.kind][f"{name} {id}"] for name in _MARKS)) for id, part in sorts.items()}


def _marks(run: Run, requirement: Requirement) -> tuple[Reach, pl.Expr, pl.Expr] | None:
    values = run.outcomes.values
    formula = formula_of(run, requirement)
    if not isinstance(formula, Share | Count):
        return None
    part = formula.of
    member = fits(part) & values.truth(part.kind, formula.where, part)
    if isinstance(formula, Share):
        has = values.truth(part.kind, formula.having, part)
        return part, member & ~has, member.is_null() & ~has.fill_null(value=False) | member & has.is_null()
    condition = candidates(formula, values.scope)
    if condition is None:
        return None
    could = fits(part) & values.truth(part.kind, condition, part)
    return part, could & ~member, could & member.is_null()


def contributors(
    run: Run, requirements: Sequence[Requirement], rows: pl.Series, pulling: Mapping[str, Pulling]
) -> Iterator[tuple[str, pl.DataFrame]]:
    """The parts that keep a share or count of these judged wholes down: their kind, and ``place``, ``@whole``, ``@part``, ``lacks``.

    ``lacks`` is false where it is only unknown. ``place`` is that of the requirement; all bind one kind. None for other targets
    and where a reported figure decides.
    """
    by_part: dict[Reach, list[int]] = {}
    for place, requirement in enumerate(requirements):
        one = pulling.get(requirement.id)
        if one is not None and has_parts(requirement.binds, one.part):
            by_part.setdefault(one.part, []).append(place)
    values, kind = run.outcomes.values, requirements[0].binds.kind
    decide = {place: values.parts[requirements[place].indicator].decides for own in by_part.values() for place in own}
    run.table(kind).make(decide.values())
    for part, places in by_part.items():
        own = {place: pulling[requirements[place].id] for place in places}
        marks = {place: one.lacks | one.unsure for place, one in own.items()}
        edges = run.relations.edges(kind, part, rows, reduce(or_, marks.values()))
        wholes, parts = edges["@whole"], edges["@part"]
        for place, one in own.items():
            kept = marks[place][parts] & run.table(kind).column(decide[place])[wholes]
            if kept.any():
                frame = pl.DataFrame([wholes, parts, one.lacks[parts].alias("lacks")]).filter(kept)
                yield part.kind, frame.with_columns(pl.lit(place, pl.UInt32).alias("place"))


def children(
    run: Run, requirements: Sequence[Requirement], rows: pl.Series, pulling: Mapping[str, Pulling]
) -> pl.DataFrame:
    """The regions right below each of these judged regions, ranked by the same figure as is asked of it.

    ``place`` of the requirement, all bind one sort; ``@whole``, ``@part``, ``actual_lo`` and ``actual_hi`` of the child,
    ``rank`` from the best, null where it is unknown; ``lack`` and ``unsure`` parts of a share or count, and the ``effect`` by
    which it pulls the whole down: of a share or ratio what its numerator lacks for the target, unknown parts counted against
    it, so that the effects of all children add up to what the whole lacks, and below 0 where it pulls up; of a count the parts
    that lack it or may. Wholes without a child of which anything is known have no rows.
    """
    values = run.outcomes.values
    tier = requirements[0].binds.tier
    asked: dict[int, dict[str, pl.Expr]] = {}
    for place, requirement in enumerate(requirements):
        indicator = values.scope.indicators.get(requirement.indicator)
        if requirement.binds.kind == "region" and indicator is not None and indicator.reach.tier is None:
            reference = found(values.scope, requirement.indicator, requirement.binds)
            value = values.value("region", reference)
            if isinstance(value, Number):
                lo, hi = shown(values.whole(value, reference.type), reference.type.decimals)
                effect = _effect(run, requirement, reference)
                asked[place] = {"actual_lo": lo, "actual_hi": hi, "effect": effect}
    edges = _right_below(run, tier, rows) if asked and tier is not None else pl.DataFrame()
    if edges.is_empty():
        return pl.DataFrame(schema=_CHILDREN)
    exprs = {f"{name} {place}": expr for place, own in asked.items() for name, expr in own.items()}
    figures = run.table("region").evaluated(exprs, at=edges["@part"])
    counted = _counted(run, {place: pulling.get(requirements[place].id) for place in asked}, edges["@part"])
    made = [pl.DataFrame(schema=_CHILDREN | {"best": pl.Float64})]
    for place, own in asked.items():
        lack, unsure = counted[place]
        columns = {**{name: figures[f"{name} {place}"] for name in own}, "lack": lack, "unsure": unsure}
        if isinstance(formula_of(run, requirements[place]), Count):
            columns["effect"] = (lack + unsure).cast(pl.Float64)
        if columns["actual_lo"].null_count() + columns["effect"].null_count() == 2 * edges.height:
            continue
        best = columns["actual_hi"] if _upper_bounded(requirements[place]) else -columns["actual_lo"]
        cells = [column.alias(name) for name, column in {**columns, "best": best}.items()]
        frame = edges.hstack(cells).with_columns(
            pl.lit(place, pl.UInt32).alias("place"), pl.lit(None, pl.UInt32).alias("rank")
        )
        made.append(frame.select(made[0].columns))
    frame, alike = pl.concat(made), ("place", "@whole")
    ranked = frame.with_columns(pl.col("best").rank("min").over(alike).cast(pl.UInt32).alias("rank"))
    said = pl.any_horizontal(pl.col("actual_lo", "effect").is_not_null()).any().over(alike)
    return ranked.filter(said).drop("best")


_Counted = tuple[pl.Series, pl.Series]


def _counted(run: Run, pulling: Mapping[int, Pulling | None], regions: pl.Series) -> dict[int, _Counted]:
    """How many parts of each of these regions ``lack`` what a share or count asks for, or of how many it is ``unsure``."""
    none = pl.Series([None], dtype=pl.Int64).new_from_index(0, regions.len())
    made: dict[int, _Counted] = dict.fromkeys(pulling, (none, none))
    by_part: dict[Reach, dict[int, Pulling]] = {}
    for place, one in pulling.items():
        if one is not None:
            by_part.setdefault(one.part, {})[place] = one
    for part, own in by_part.items():
        marked = reduce(or_, (mark for one in own.values() for mark in (one.lacks, one.unsure)))
        edges = run.relations.edges("region", part, regions.unique(), marked)
        marks = {f"{end} {place}": getattr(one, end)[edges["@part"]] for place, one in own.items() for end in _MARKS}
        sums = (
            edges.select("@whole")
            .with_columns(**marks)
            .group_by("@whole")
            .agg(pl.col(list(marks)).sum().cast(pl.Int64))
        )
        known = regions.alias("@whole").to_frame().join(sums, on="@whole", how="left", maintain_order="left")
        known = known.fill_null(0)
        made |= {place: (known[f"lacks {place}"], known[f"unsure {place}"]) for place in own}
    return made


def _right_below(run: Run, tier: str, rows: pl.Series) -> pl.DataFrame:
    """``@whole`` and ``@part``: of these regions of a tier those whose next region around they are, of whichever tier."""
    keys = run.table("region").keys
    made = [pl.DataFrame(schema={"@whole": pl.UInt32, "@part": pl.UInt32})]
    for lower in TIERS[TIERS.index(tier) + 1 :]:
        edges = run.relations.edges("region", Reach("region", lower), rows)
        ids = pl.DataFrame(
            {
                "whole": keys["@id"].gather(edges["@whole"]),
                "part": keys["@id"].gather(edges["@part"]),
                "day": keys["@end"].gather(edges["@whole"]),
            }
        )
        chains = (run.relations.places.chain(part, day) for _whole, part, day in ids.iter_rows())
        above = (chain[1].id if len(chain) > 1 else None for chain in chains)
        made.append(edges.filter(ids["whole"] == pl.Series(above, dtype=pl.String)))
    return pl.concat(made)


def _effect(run: Run, requirement: Requirement, reference: Reference) -> pl.Expr:
    """By how much each region pulls a share or ratio down, in the unit of the numerator; else null."""
    bounds, formula = limits(requirement, reference), formula_of(run, requirement)
    none = pl.lit(None, pl.Float64)
    if bounds is None or not isinstance(formula, Share | Ratio):
        return none
    low, high = bounds
    limit = high if isinstance(low, float) else low
    if isinstance(limit, float):
        return none
    own = reference.type
    part = Fraction(limit) / 10**own.decimals / (100 if own.unit == "percent" else 1)
    sign = 1 if limit == low else -1
    if isinstance(formula, Share):
        parts = run.outcomes.values.parts[requirement.indicator]
        have, lack, unsure = (pl.col(name).cast(pl.Int64) for name in (parts.have, parts.lack, parts.unsure))
        has, out_of = have if sign == 1 else have + unsure, have + lack + unsure
        short = out_of * part.numerator - has * part.denominator
        exact = natural(Bound(short, 0, factor=Fraction(1, part.denominator)), 0)
        return pl.when(pl.col(parts.listed) & (out_of > 0)).then(sign * exact)
    values = run.outcomes.values
    assert reference.indicator is not None
    pair = [found(values.scope, name, reference.indicator.reach) for name in (formula.of, formula.to)]
    ends = []
    for at, one in enumerate(pair):
        number = values.value(requirement.binds.kind, one)
        assert isinstance(number, Number)
        ends.append(shown(values.whole(number, one.type), one.type.decimals)[(at == 0) != (sign == 1)])
    of, to = ends
    amount = sign * (to * float(part) - of)
    return pl.when(amount.is_finite()).then(amount.round(min(one.type.decimals for one in pair) + 2))


def _upper_bounded(requirement: Requirement) -> bool:
    test = requirement.target.test
    return getattr(test, "at_most", None) is not None or getattr(test, "below", None) is not None


def by_reach(run: Run, whole: str) -> dict[Reach, list[Requirement]]:
    """The requirements that bind parts of a kind of whole, by the sort that they bind."""
    found_by: dict[Reach, list[Requirement]] = {}
    sorts = _sorts(run, whole)
    for requirement in run.requirements:
        if any(has_parts(reach, requirement.binds) for reach in sorts):
            found_by.setdefault(requirement.binds, []).append(requirement)
    return found_by


def _sorts(run: Run, whole: str) -> list[Reach]:
    keys = run.table(whole).keys.filter(pl.col("@judged")).select("@tier", "@type").unique()
    return [Reach(whole, tier, type) for tier, type in keys.iter_rows()]


def judged_wholes(run: Run, whole: str, part: Reach) -> pl.Series:
    """The rows of judged wholes that have parts of that sort."""
    keys = run.table(whole).keys.filter(pl.col("@judged")).select(ROW, "@tier", "@type")
    rows = [row for row, tier, type in keys.iter_rows() if has_parts(Reach(whole, tier, type), part)]
    return pl.Series(ROW, rows, dtype=pl.UInt32)


def _edges(run: Run, whole: str, part: Reach) -> pl.DataFrame:
    """``@whole`` and ``@part`` for the judged wholes."""
    return run.relations.edges(whole, part, judged_wholes(run, whole, part))
