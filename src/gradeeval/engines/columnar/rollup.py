"""From parts to wholes: institution → network and county → prefecture → province → nation, denominators from the rosters.

A whole's own targets with the counts behind them, who pulls them down, its children ranked; and the requirements that bind
each part, with the parts by outcome. All frames name rows of the tables of the run, which must have been made with ``roll_up``.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import polars as pl

from gradeeval.engines.columnar.codes import MEANING
from gradeeval.engines.columnar.engine import Run
from gradeeval.engines.columnar.gaps import shown
from gradeeval.engines.columnar.numbers import Number
from gradeeval.engines.columnar.relations import fits
from gradeeval.engines.columnar.tables import ROW
from gradeeval.engines.conditions import found
from gradeeval.engines.formulas import candidates
from gradeeval.engines.judgement import NOT_APPLICABLE
from gradeeval.language.nodes import Count, Formula, Ratio, Reach, Requirement, Share
from gradeeval.language.scope import has_parts
from gradeeval.vocabulary import TIERS

WHOLES = ("network", "region")
_APPLIES = [code for code, (outcome, _reason) in MEANING.items() if outcome != NOT_APPLICABLE]


def tally(run: Run, whole: str) -> pl.DataFrame:
    """How many parts of each judged whole have which code of each requirement that binds them; the rows of a whole add up.

    ``@row`` of the whole, ``requirement``, ``code``, ``parts`` and ``absent``, those of them without profile; a row for all
    parts of the whole that lie alike. Parts that a requirement does not apply to are left out, and requirements that apply
    to no part.
    """
    made = [
        pl.DataFrame(
            schema={ROW: pl.UInt32, "requirement": pl.String, "code": pl.UInt8, "parts": pl.Int64, "absent": pl.Int64}
        )
    ]
    for reach, bound in _by_reach(run, whole).items():
        edges = _grouped_parts(run, whole, reach)
        if edges is None:
            continue
        parts, ways = edges
        present = run.table(reach.kind).frame["@present"].gather(parts[ROW])
        for requirement in bound:
            cells = run.codes[reach.kind][requirement.id].gather(parts[ROW])
            frame = parts.select("@group", code=cells, absent=~present)
            counted = (
                frame.filter(pl.col("code").is_in(_APPLIES))
                .group_by("@group", "code")
                .agg(pl.len().cast(pl.Int64).alias("parts"), pl.col("absent").sum().cast(pl.Int64))
            )
            made.append(
                ways.join(counted, on="@group").select(
                    pl.col("@whole").alias(ROW), pl.lit(requirement.id).alias("requirement"), "code", "parts", "absent"
                )
            )
    return pl.concat(made)


def failing(run: Run, whole: str, requirement: Requirement) -> pl.DataFrame:
    """Each part of a judged whole that misses the requirement or of which it is unknown: ``@whole``, ``@part``, ``code``."""
    cells = run.codes[requirement.binds.kind][requirement.id]
    edges = _edges(run, whole, requirement.binds)
    edges = edges.with_columns(cells.gather(edges["@part"]).alias("code"))
    return edges.filter(pl.col("code").is_in([code for code in _APPLIES if MEANING[code][0] in ("unmet", "unknown")]))


def areas(run: Run, requirement: Requirement) -> pl.DataFrame:
    """The figures behind a target on a number, on each judged whole that it binds.

    ``@row``, ``code``; ``actual``, ``computed`` and ``reported``, each with ``_lo`` and ``_hi``; ``differs`` where reported and
    computed exclude each other; ``have``, ``lack`` and ``unsure`` parts; ``before_lo`` and ``before_hi`` of the year before,
    and ``pace``, what the year brought, where both are known. Figures are floats in natural units, for reading.
    """
    kind, values = requirement.binds.kind, run.outcomes.values
    reference = found(values.scope, requirement.indicator, requirement.binds)
    value = values.value(kind, reference)
    assert isinstance(value, Number)
    decimals, table = reference.type.decimals, run.table(kind)
    none = pl.lit(None, pl.Float64)
    exprs: dict[str, pl.Expr] = {}
    exprs["actual_lo"], exprs["actual_hi"] = shown(value, decimals)
    computed = values.computed.get(requirement.indicator)
    reported = values.reported(kind, requirement.indicator, reference.type)
    assert isinstance(reported, Number)
    exprs["computed_lo"], exprs["computed_hi"] = shown(computed[0], decimals) if computed else (none, none)
    exprs["reported_lo"], exprs["reported_hi"] = shown(values.whole(reported, reference.type), decimals)
    parts = values.parts.get(requirement.indicator)
    for name in ("have", "lack", "unsure"):
        exprs[name] = pl.col(getattr(parts, name)).cast(pl.Int64) if parts else pl.lit(None, pl.Int64)
    own = values.evaluated_judged(kind, exprs)
    apart = (pl.col("reported_hi") < pl.col("computed_lo")) | (pl.col("reported_lo") > pl.col("computed_hi"))
    earlier = values.years_before(kind)
    ends = table.evaluated({"before_lo": exprs["actual_lo"], "before_hi": exprs["actual_hi"]})
    before = ends.select(pl.all().gather(earlier)).head(own.height)
    cells = run.codes[kind][requirement.id].head(own.height).alias("code")
    frame = own.with_columns(apart.fill_null(value=False).alias("differs")).hstack(before).with_columns(cells)
    known = (pl.col("actual_lo") == pl.col("actual_hi")) & (pl.col("before_lo") == pl.col("before_hi"))
    frame = frame.with_columns(pl.when(known).then(pl.col("actual_lo") - pl.col("before_lo")).alias("pace"))
    return frame.filter(pl.col("code").is_not_null())


def contributors(run: Run, requirement: Requirement) -> pl.DataFrame:
    """The parts that keep a share or count of a judged whole down: ``@whole``, ``@part`` and ``lacks``.

    ``lacks`` is false where it is only unknown. Of a share all parts in the denominator; of a count those that only a fact
    keeps out. Empty for other targets and where a reported figure decides.
    """
    values, whole = run.outcomes.values, requirement.binds.kind
    formula = _formula(run, requirement)
    empty = pl.DataFrame(schema={"@whole": pl.UInt32, "@part": pl.UInt32, "lacks": pl.Boolean})
    if not isinstance(formula, Share | Count):
        return empty
    part = formula.of
    member = fits(part) & values.truth(part.kind, formula.where, part)
    if isinstance(formula, Share):
        has = values.truth(part.kind, formula.having, part)
        lacks, unsure = member & ~has, member.is_null() & ~has.fill_null(value=False) | member & has.is_null()
    else:
        condition = candidates(formula, values.scope)
        if condition is None:
            return empty
        could = fits(part) & values.truth(part.kind, condition, part)
        lacks, unsure = could & ~member, could & member.is_null()
    marks = run.table(part.kind).evaluated(
        {"lacks": lacks.fill_null(value=False), "unsure": unsure.fill_null(value=False)}
    )
    edges = _edges(run, whole, part, marks.select(pl.col("lacks") | pl.col("unsure")).to_series())
    decides = run.table(whole).column(values.parts[requirement.indicator].decides)
    edges = edges.with_columns(marks["lacks"].gather(edges["@part"]).alias("lacks"))
    kept = edges.filter(decides.gather(edges["@whole"]))
    return kept.sort("@whole", pl.col("lacks").not_(), "@part")


def children(run: Run, requirement: Requirement) -> pl.DataFrame:
    """The regions of the next tier below each judged region that the requirement binds, ranked by the same figure.

    ``@whole``, ``@part``, ``actual_lo`` and ``actual_hi`` of the child, the ``effect`` by which it pulls the whole down
    (of a share or count the parts that lack it; of a ratio of sums what the numerator of the child lacks for the target in
    steps of it) and ``rank`` from the best; unknown children come last.
    """
    values, kind = run.outcomes.values, requirement.binds.kind
    schema = {
        "@whole": pl.UInt32,
        "@part": pl.UInt32,
        "actual_lo": pl.Float64,
        "actual_hi": pl.Float64,
        "effect": pl.Float64,
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
    below = Reach("region", TIERS[TIERS.index(tier) + 1])
    edges = _edges(run, kind, below)
    keys = run.table(kind).keys
    edges = edges.filter(keys["@tier"].gather(edges["@whole"]) == tier)
    lo, hi = shown(value, reference.type.decimals)
    parts = values.parts.get(requirement.indicator)
    effect = pl.col(parts.lack).cast(pl.Float64) if parts is not None else _lack_of_ratio(run, requirement)
    own = run.table(kind).evaluated({"actual_lo": lo, "actual_hi": hi, "effect": effect}, at=edges["@part"])
    frame = edges.hstack(own)
    lower_is_better = _upper_bounded(requirement)
    best = pl.col("actual_hi") if lower_is_better else -pl.col("actual_lo")
    ranked = frame.with_columns(best.rank("min").over("@whole").cast(pl.UInt32).alias("rank"))
    return ranked.sort("@whole", "rank", "@part", nulls_last=True)


def _lack_of_ratio(run: Run, requirement: Requirement) -> pl.Expr:
    formula = _formula(run, requirement)
    test = requirement.target.test
    limit = getattr(test, "at_least", None)
    if not isinstance(formula, Ratio) or limit is None:
        return pl.lit(None, pl.Float64)
    values, kind = run.outcomes.values, requirement.binds.kind
    indicator = values.scope.indicators[requirement.indicator]
    upper, lower = (found(values.scope, name, indicator.reach) for name in (formula.of, formula.to))
    of, to = values.value(kind, upper), values.value(kind, lower)
    assert isinstance(of, Number) and isinstance(to, Number)
    part = float(Fraction(limit) / (100 if values.scope.types[indicator.name].unit == "percent" else 1))
    has, out_of = (
        shown(values.whole(number, one.type), one.type.decimals)[0] for number, one in ((of, upper), (to, lower))
    )
    return pl.max_horizontal(out_of * part - has, pl.lit(0.0))


def _upper_bounded(requirement: Requirement) -> bool:
    test = requirement.target.test
    return getattr(test, "at_most", None) is not None or getattr(test, "below", None) is not None


def _formula(run: Run, requirement: Requirement) -> Formula | None:
    indicator = run.outcomes.values.scope.indicators.get(requirement.indicator)
    return indicator.formula if indicator is not None else None


def _by_reach(run: Run, whole: str) -> dict[Reach, list[Requirement]]:
    """The requirements that bind parts of a kind of whole, by the sort that they bind."""
    found_by: dict[Reach, list[Requirement]] = {}
    for requirement in run.requirements:
        if any(has_parts(reach, requirement.binds) for reach in _sorts(run, whole)):
            found_by.setdefault(requirement.binds, []).append(requirement)
    return found_by


def _sorts(run: Run, whole: str) -> Iterable[Reach]:
    keys = run.table(whole).keys.filter(pl.col("@judged")).select("@tier", "@type").unique()
    return [Reach(whole, tier, type) for tier, type in keys.iter_rows()]


def _judged(run: Run, whole: str, part: Reach) -> pl.Series:
    """The rows of judged wholes that have parts of that sort."""
    keys = run.table(whole).keys.filter(pl.col("@judged")).select(ROW, "@tier", "@type")
    rows = [row for row, tier, type in keys.iter_rows() if has_parts(Reach(whole, tier, type), part)]
    return pl.Series(ROW, rows, dtype=pl.UInt32)


def _edges(run: Run, whole: str, part: Reach, marked: pl.Series | None = None) -> pl.DataFrame:
    """``@whole`` and ``@part`` for the judged wholes; ``marked``: of these parts only."""
    return run.relations.edges(whole, part, _judged(run, whole, part), marked)


def _grouped_parts(run: Run, whole: str, part: Reach) -> tuple[pl.DataFrame, pl.DataFrame] | None:
    """Parts by group (``@row``, ``@group``) and the judged wholes of each group (``@group``, ``@whole``)."""
    wholes = _judged(run, whole, part)
    if wholes.is_empty():
        return None
    if whole == "region" and not run.relations.lenient:
        groups, ways = run.relations.groups(whole, part.kind)
        ways = run.relations.taken(whole, part, ways.filter(pl.col("@whole").is_in(wholes.implode())))
        groups = groups.filter(pl.col("@group").is_in(ways["@group"].unique().implode()))
        own = run.table(part.kind).keys.select(ROW, fits(part).alias("@fits"))
        return groups.join(own, on=ROW).filter("@fits").select(ROW, "@group"), ways.select("@group", "@whole")
    edges = run.relations.edges(whole, part, wholes)
    parts = edges.select(pl.col("@part").alias(ROW), pl.col("@whole").alias("@group"))
    return parts, wholes.to_frame().select(pl.col(ROW).alias("@group"), pl.col(ROW).alias("@whole"))
