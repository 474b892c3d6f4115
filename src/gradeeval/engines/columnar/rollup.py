"""From parts to wholes: institution → network and county → prefecture → province → nation, denominators from the rosters.

A whole's own targets with the counts behind them, who pulls them down, its children ranked; and the requirements that bind
each part, with the parts by outcome. All frames name rows of the tables of the run, which must have been made with ``roll_up``.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

import polars as pl

from gradeeval.engines.columnar.codes import BOUND, MISSED, UNSURE
from gradeeval.engines.columnar.engine import Run
from gradeeval.engines.columnar.floats import natural, shown
from gradeeval.engines.columnar.measures import FIGURES, MEASURED, formula_of, limits, measures
from gradeeval.engines.columnar.numbers import Bound, Number
from gradeeval.engines.columnar.relations import fits
from gradeeval.engines.columnar.tables import ROW
from gradeeval.engines.conditions import found
from gradeeval.engines.formulas import candidates
from gradeeval.language.nodes import Change, Count, Ratio, Reach, Requirement, Share
from gradeeval.language.scope import Reference, has_parts
from gradeeval.vocabulary import TIERS

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

WHOLES = ("network", "region")


def members(run: Run, whole: str) -> Iterator[tuple[Reach, pl.DataFrame]]:
    """For each sort of part that requirements bind: ``@whole`` and ``@part`` of the judged wholes of a kind."""
    for reach in by_reach(run, whole):
        yield reach, _edges(run, whole, reach)


def areas(run: Run, requirement: Requirement) -> pl.DataFrame:
    """The figures behind a target on a number, on each judged whole that it binds.

    ``@row``, ``code`` and ``measures`` of what was tested, of a demand of every year those of ``year``, its worst; ``computed``
    and ``reported``, each with ``_lo`` and ``_hi``, of the year itself, and ``differs`` where they exclude each other; ``source``
    of the two that decides; ``have``, ``lack`` and ``unsure`` parts. ``before_lo`` and ``before_hi`` are of the year before, and
    ``pace`` is what the year brought, where both are known; of a sum over years ``pace`` is what a year brought on average and
    ``pace_needed`` what each year that is left has to bring.
    """
    kind, values = requirement.binds.kind, run.outcomes.values
    reference = found(values.scope, requirement.indicator, requirement.binds)
    value = values.value(kind, reference)
    assert isinstance(value, Number)
    decimals, table = reference.type.decimals, run.table(kind)
    digits = decimals if value.lo.lower is None else 9
    none = pl.lit(None, pl.Float64)
    exprs: dict[str, pl.Expr] = {name: pl.lit(None, dtype) for name, dtype in MEASURED.items()}
    exprs |= measures(run, requirement)
    computed = values.computed.get(requirement.indicator)
    reported = values.reported(kind, requirement.indicator, reference.type)
    assert isinstance(reported, Number)
    exprs["computed_lo"], exprs["computed_hi"] = (
        shown(values.whole(computed[0], reference.type), decimals) if computed else (none, none)
    )
    exprs["reported_lo"], exprs["reported_hi"] = shown(values.whole(reported, reference.type), decimals)
    parts = values.parts.get(requirement.indicator)
    for name in ("have", "lack", "unsure"):
        exprs[name] = pl.col(getattr(parts, name)).cast(pl.Int64) if parts else pl.lit(None, pl.Int64)
    exprs["complete"] = computed[1].fill_null(value=False) if computed else pl.lit(value=False)
    exprs["year"] = pl.col("@year").cast(pl.Int32)
    exprs["now_lo"], exprs["now_hi"] = shown(values.whole(value, reference.type), decimals)
    own = table.keys.filter(pl.col("@judged")).select(ROW)
    cells = run.codes[kind][requirement.id].gather(own[ROW])
    at = run.outcomes.worst_rows(requirement, own[ROW], exprs["gap_lo"])
    frame = table.evaluated(exprs, at=at)
    earlier = values.years_before(kind).gather(at)
    ends = table.evaluated({"before_lo": exprs["now_lo"], "before_hi": exprs["now_hi"]}, at=earlier)
    frame = own.hstack(frame).hstack(ends).with_columns(cells.alias("code"))
    judged, missed = (pl.col("code").is_in(codes) for codes in ((BOUND, MISSED, UNSURE), (MISSED, UNSURE)))
    frame = frame.with_columns(
        *(pl.when(judged).then(pl.col(name)).alias(name) for name in ("gap_lo", "gap_hi")),
        *(pl.when(missed).then(pl.col(name)).alias(name) for name in ("shortfall_lo", "shortfall_hi", "unit")),
    )
    apart = (pl.col("reported_hi") < pl.col("computed_lo")) | (pl.col("reported_lo") > pl.col("computed_hi"))
    given = pl.col("reported_lo").is_not_null()
    decides = pl.col("computed_lo").is_not_null() & (pl.col("complete") | ~given)
    known = (pl.col("now_lo") == pl.col("now_hi")) & (pl.col("before_lo") == pl.col("before_hi"))
    if isinstance(formula_of(run, requirement), Change):  # a change is itself what a year brought
        frame = frame.with_columns(none.alias("before_lo"), none.alias("before_hi"))
    frame = frame.with_columns(
        apart.fill_null(value=False).alias("differs"),
        pl.when(decides).then(pl.lit("computed")).when(given).then(pl.lit("reported")).alias("source"),
        pl.when(known).then(pl.col("now_lo") - pl.col("before_lo")).round(digits).alias("pace"),
        none.alias("pace_needed"),
    )
    if requirement.within is not None:
        frame = frame.with_columns(**_paces(run, requirement))
    return frame.filter(pl.col("code").is_not_null()).select(ROW, "code", *AREA)


def _paces(run: Run, requirement: Requirement) -> dict[str, pl.Expr]:
    """What a year brought on average and what each that is left has to bring; the years' own figures are no pace then."""
    span, none = requirement.within, pl.lit(None, pl.Float64)
    assert span is not None
    made = dict.fromkeys(("before_lo", "before_hi", "pace", "pace_needed"), none)
    if isinstance(formula_of(run, requirement), Change):
        return made
    if span.first is not None:
        years = pl.col("year") - span.first + 1
        known = (pl.col("actual_lo") == pl.col("actual_hi")) & (years > 0)
        made["pace"] = pl.when(known).then(pl.col("actual_lo") / years)
    if span.last is not None:
        left = pl.lit(span.last) - pl.col("year")
        made["pace_needed"] = pl.when(pl.col("shortfall_hi").is_finite() & (left > 0)).then(
            pl.col("shortfall_hi") / left
        )
    return made


AREA = (
    *(*FIGURES, "unit", "source"),
    *(f"{name}_{end}" for name in ("computed", "reported", "before") for end in ("lo", "hi")),
    *("pace", "pace_needed", "year", "differs", "have", "lack", "unsure"),
)
"""The columns of ``areas`` beside the row and the code."""


def contributors(run: Run, requirement: Requirement) -> pl.DataFrame:
    """The parts that keep a share or count of a judged whole down: ``@whole``, ``@part`` and ``lacks``.

    ``lacks`` is false where it is only unknown. Of a share all parts in the denominator; of a count those that only a fact
    keeps out. Empty for other targets and where a reported figure decides.
    """
    values, whole = run.outcomes.values, requirement.binds.kind
    pulling = _pulling(run, requirement)
    if pulling is None:
        return pl.DataFrame(schema={"@whole": pl.UInt32, "@part": pl.UInt32, "lacks": pl.Boolean})
    part, marks = pulling
    edges = _edges(run, whole, part, marks.select(pl.col("lacks") | pl.col("unsure")).to_series())
    decides = run.table(whole).column(values.parts[requirement.indicator].decides)
    edges = edges.with_columns(marks["lacks"].gather(edges["@part"]).alias("lacks"))
    kept = edges.filter(decides.gather(edges["@whole"]))
    return kept.sort("@whole", pl.col("lacks").not_(), "@part")


def _pulling(run: Run, requirement: Requirement) -> tuple[Reach, pl.DataFrame] | None:
    """The sort of the parts of a share or count, and of each row of their kind whether it ``lacks`` it or is ``unsure``."""
    values = run.outcomes.values
    formula = formula_of(run, requirement)
    if not isinstance(formula, Share | Count):
        return None
    part = formula.of
    member = fits(part) & values.truth(part.kind, formula.where, part)
    if isinstance(formula, Share):
        has = values.truth(part.kind, formula.having, part)
        lacks, unsure = member & ~has, member.is_null() & ~has.fill_null(value=False) | member & has.is_null()
    else:
        condition = candidates(formula, values.scope)
        if condition is None:
            return None
        could = fits(part) & values.truth(part.kind, condition, part)
        lacks, unsure = could & ~member, could & member.is_null()
    return part, run.table(part.kind).evaluated(
        {"lacks": lacks.fill_null(value=False), "unsure": unsure.fill_null(value=False)}
    )


def children(run: Run, requirement: Requirement) -> pl.DataFrame:
    """The regions right below each judged region that the requirement binds, ranked by the same figure.

    ``@whole``, ``@part``, ``actual_lo`` and ``actual_hi`` of the child, ``rank`` from the best, null where it is unknown;
    ``lack`` and ``unsure`` parts of a share or count, and the ``effect`` by which it pulls the whole down: of a share or ratio
    what its numerator lacks for the target, unknown parts counted against it, so that the effects of all children add up to
    what the whole lacks, and below 0 where it pulls up; of a count the parts that lack it or may. Wholes without a child of
    which anything is known have no rows.
    """
    values, kind = run.outcomes.values, requirement.binds.kind
    schema: dict[str, PolarsDataType] = {
        **dict.fromkeys(("@whole", "@part"), pl.UInt32),
        **dict.fromkeys(("actual_lo", "actual_hi", "effect"), pl.Float64),
        **dict.fromkeys(("lack", "unsure"), pl.Int64),
        "rank": pl.UInt32,
    }
    indicator = values.scope.indicators.get(requirement.indicator)
    tier = requirement.binds.tier
    if kind != "region" or tier is None or indicator is None or indicator.reach.tier is not None or tier == TIERS[-1]:
        return pl.DataFrame(schema=schema)
    reference = found(values.scope, requirement.indicator, requirement.binds)
    value = values.value(kind, reference)
    if not isinstance(value, Number):
        return pl.DataFrame(schema=schema)
    edges = _right_below(run, tier)
    lo, hi = shown(values.whole(value, reference.type), reference.type.decimals)
    own = run.table(kind).evaluated(
        {"actual_lo": lo, "actual_hi": hi, "effect": _effect(run, requirement, reference)}, at=edges["@part"]
    )
    frame = edges.hstack(own).join(_lacking(run, requirement, edges), on="@part", how="left", maintain_order="left")
    if isinstance(formula_of(run, requirement), Count):
        frame = frame.with_columns((pl.col("lack") + pl.col("unsure")).cast(pl.Float64).alias("effect"))
    best = pl.col("actual_hi") if _upper_bounded(requirement) else -pl.col("actual_lo")
    ranked = frame.with_columns(best.rank("min").over("@whole").cast(pl.UInt32).alias("rank"))
    said = ranked.filter(pl.any_horizontal(pl.col("actual_lo", "effect").is_not_null()).any().over("@whole"))
    return said.sort("@whole", "rank", "@part", nulls_last=True).select(list(schema))


def _right_below(run: Run, tier: str) -> pl.DataFrame:
    """``@whole`` and ``@part``: regions of a tier and those whose next region around they are, of whichever tier."""
    keys = run.table("region").keys
    made = [pl.DataFrame(schema={"@whole": pl.UInt32, "@part": pl.UInt32})]
    for lower in TIERS[TIERS.index(tier) + 1 :]:
        edges = _edges(run, "region", Reach("region", lower))
        edges = edges.filter(keys["@tier"].gather(edges["@whole"]) == tier)
        ids = edges.select(
            keys["@id"].gather(edges["@whole"]).alias("whole"),
            keys["@id"].gather(edges["@part"]).alias("part"),
            keys["@end"].gather(edges["@whole"]).alias("day"),
        )
        pairs = ids.select("part", "day").unique()
        chains = ((part, day, run.relations.places.chain(part, day)) for part, day in pairs.iter_rows())
        above = [(part, day, chain[1].id if len(chain) > 1 else None) for part, day, chain in chains]
        schema = dict.fromkeys(("part", "day", "above"), pl.String)
        known = ids.join(
            pl.DataFrame(above, schema=schema, orient="row"), on=["part", "day"], how="left", maintain_order="left"
        )
        made.append(edges.filter((known["above"] == known["whole"]).fill_null(value=False)))
    return pl.concat(made)


def _lacking(run: Run, requirement: Requirement, edges: pl.DataFrame) -> pl.DataFrame:
    """``@part``, a region, and how many parts of it ``lack`` what a share or count asks for, or of how many it is ``unsure``."""
    pulling = _pulling(run, requirement)
    if pulling is None:
        return pl.DataFrame(schema={"@part": pl.UInt32, "lack": pl.Int64, "unsure": pl.Int64})
    part, marks = pulling
    wholes = edges["@part"].unique().sort()
    own = run.relations.edges("region", part, wholes, marks.select(pl.col("lacks") | pl.col("unsure")).to_series())
    counted = (
        own.with_columns(marks["lacks"].gather(own["@part"]).alias("lacks"))
        .group_by(pl.col("@whole"))
        .agg(
            pl.col("lacks").sum().cast(pl.Int64).alias("lack"), (~pl.col("lacks")).sum().cast(pl.Int64).alias("unsure")
        )
    )
    none = wholes.alias("@whole").to_frame().join(counted, on="@whole", how="left")
    return none.select(pl.col("@whole").alias("@part"), pl.col("lack", "unsure").fill_null(0))


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


def _edges(run: Run, whole: str, part: Reach, marked: pl.Series | None = None) -> pl.DataFrame:
    """``@whole`` and ``@part`` for the judged wholes; ``marked``: of these parts only."""
    return run.relations.edges(whole, part, judged_wholes(run, whole, part), marked)
