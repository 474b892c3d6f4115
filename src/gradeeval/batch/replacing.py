"""Requirements that take the place of others, on codes: what ``findings.relations`` says of the findings on one subject.

``stricter_than`` and ``extends`` change no outcome; only ``replaces`` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import polars as pl

from gradeeval.engines.columnar.codes import BINDS, CODES, EARLY, OUTCOMES, UNBOUND
from gradeeval.engines.columnar.engine import Run
from gradeeval.engines.columnar.tables import ROW
from gradeeval.engines.judgement import NOT_APPLICABLE, PERHAPS_REPLACED, REPLACED, UNKNOWN
from gradeeval.evaluate.selection import Wanted, documents_for, in_force
from gradeeval.language.nodes import Requirement
from gradeeval.profiles.profile import Profile
from gradeeval.profiles.regions import Regions
from gradeeval.rulesets.ruleset import PolicyDocument
from gradeeval.timeline import read_period

_REPLACED, _PERHAPS = CODES[NOT_APPLICABLE, REPLACED], CODES[UNKNOWN, PERHAPS_REPLACED]
_GONE = [code for code, outcome in OUTCOMES.items() if outcome == NOT_APPLICABLE]


def beside(
    asked: Sequence[Requirement],
    documents: Mapping[str, PolicyDocument],
    load: Callable[[str], Sequence[Requirement]],
    regions: Iterable[str],
    as_of: str,
    wanted: Wanted,
) -> list[Requirement]:
    """Requirements that were not asked for, but replace one that was, of documents in force in one of ``regions``."""
    have = {item.id for item in asked}
    known = set(regions)
    return [
        item
        for id, document in documents.items()
        if document.jurisdiction in known and in_force(document, as_of, wanted)
        for item in load(id)
        if item.replaces in have and item.id not in have
    ]


def replace(run: Run, documents: Mapping[str, PolicyDocument], regions: Regions, as_of: str, wanted: Wanted) -> None:
    """Changes the codes of a run where another requirement takes the place of one, and its document holds there."""
    by_id = {item.id: item for item in run.requirements}
    pairs = [
        (item, by_id[item.replaces])
        for item in run.requirements
        if item.replaces in by_id and not _in_circle(by_id[item.replaces], by_id)
    ]
    for kind in run.codes:
        own = [(by, other) for by, other in pairs if by.binds.kind == kind and other.binds.kind == kind]
        if not own:
            continue
        table = run.table(kind)
        before, codes = run.codes[kind], run.codes[kind]
        rows = table.keys.head(table.wanted).select(ROW, "@region", "@period")
        holding = _holding(rows, {by.document for by, _other in own}, documents, regions, as_of, wanted)
        for by, other in own:
            said = before[by.id]
            binds = holding[by.document] & said.is_not_null() & ~said.is_in([UNBOUND, EARLY])
            frame = codes.select(pl.col(other.id).alias("code")).with_columns(
                binds.fill_null(value=False).alias("binds"), (said == BINDS).fill_null(value=False).alias("perhaps")
            )
            perhaps = pl.when(pl.col("code").is_in(_GONE)).then("code").otherwise(pl.lit(_PERHAPS, pl.UInt8))
            made = pl.when(pl.col("perhaps")).then(perhaps).otherwise(pl.lit(_REPLACED, pl.UInt8))
            replaced = pl.col("binds") & pl.col("code").is_not_null()
            codes = codes.with_columns(
                frame.select(pl.when(replaced).then(made).otherwise("code")).to_series().alias(other.id)
            )
        run.codes[kind] = codes


def _holding(
    rows: pl.DataFrame,
    wanted_documents: Iterable[str],
    documents: Mapping[str, PolicyDocument],
    regions: Regions,
    as_of: str,
    wanted: Wanted,
) -> dict[str, pl.Series]:
    """For each document whether it holds for each row: where it lies, in its period."""
    pairs = rows.select("@region", "@period").unique(maintain_order=True)
    sets = []
    for region, text in pairs.iter_rows():
        period = read_period(text)
        assert period is not None
        like = Profile("region", "", "", period, region or "", None, None)
        sets.append({item.id for item in documents_for(like, documents.values(), regions, as_of, wanted)})
    made = {}
    for document in wanted_documents:
        held = pairs.with_columns(pl.Series("held", [document in one for one in sets], dtype=pl.Boolean))
        joined = rows.join(held, on=["@region", "@period"], how="left", maintain_order="left", nulls_equal=True)
        made[document] = joined["held"].fill_null(value=False)
    return made


def _in_circle(requirement: Requirement, by_id: Mapping[str, Requirement]) -> bool:
    """Whether replacements lead from it back to itself: then none of them holds."""
    seen = {requirement.id}
    step = requirement.replaces
    while step is not None and step in by_id and step not in seen:
        seen.add(step)
        step = by_id[step].replaces
    return step == requirement.id
