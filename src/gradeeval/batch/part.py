"""One part of a dataset, a province: from its columns to the frames of its results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from gradeeval.batch.choosing import ALIKE, Asked, Choice, choose
from gradeeval.batch.counts import by_requirement, by_subject
from gradeeval.batch.gaps import Pieces, gaps_of, texts_of
from gradeeval.batch.replacing import beside, replace
from gradeeval.batch.verdicts import VERDICT, verdict_of
from gradeeval.batch.wholes import behind, places_among
from gradeeval.batch.writing import FEW, KIND, Streamed
from gradeeval.engines import reference
from gradeeval.engines.columnar import rollup
from gradeeval.engines.columnar.codes import Counts, counts_of
from gradeeval.engines.columnar.engine import Run, judge
from gradeeval.engines.columnar.needs import names_read
from gradeeval.engines.columnar.places import Places
from gradeeval.engines.columnar.plan import Plan
from gradeeval.engines.columnar.tables import ROW, at_rows
from gradeeval.engines.columnar.tally import TOLD, tally
from gradeeval.evaluate.selection import Wanted, in_force
from gradeeval.language.nodes import Requirement
from gradeeval.language.scope import Scope
from gradeeval.profiles.columns.layout import Columns
from gradeeval.profiles.regions import Regions
from gradeeval.rulesets.ruleset import PolicyDocument
from gradeeval.vocabulary import KINDS

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

_TIERS = ("county", "prefecture", "province")


@dataclass(frozen=True, slots=True)
class Rules:
    """What subjects are judged by: all documents, their requirements, and what the user asked for."""

    plan: Plan
    documents: Mapping[str, PolicyDocument]
    load: Callable[[str], Sequence[Requirement]]
    as_of: str
    wanted: Wanted

    @property
    def scope(self) -> Scope:
        """All names and their meanings."""
        return self.plan.scope


OWNER = "@owner"
"""The column of profiles that tells, of several parts judged at once, the place of the part that a row is of."""


@dataclass(slots=True)
class Judged:
    """The results of a part: frames by the name of their file, and what a summary says of it.

    ``tally`` has a row a whole, requirement and outcome, in the order of ``rollup``. ``findings`` counts the cells by force,
    whether due or standing, and outcome; ``subjects`` by kind. ``choice`` and ``regions`` are what it was judged by. ``gaps``
    gives what makes the frame of that name piece by piece, each a frame a part. ``there`` tells by kind which codes each column
    has, and ``whose``, of several parts judged at once, by frame the place of the part that each row is of.
    """

    choice: Choice
    regions: Regions
    frames: dict[str, pl.DataFrame | Streamed] = field(default_factory=dict)
    tally: pl.DataFrame = field(default_factory=pl.DataFrame)
    findings: list[dict[str, Any]] = field(default_factory=list)
    subjects: dict[str, int] = field(default_factory=dict)
    verdicts: dict[str, int] = field(default_factory=dict)
    documents: list[str] = field(default_factory=list)
    fallen_back: list[str] = field(default_factory=list)
    gaps: Callable[[], Iterator[Pieces]] = lambda: iter(())
    whose: dict[str, pl.Series] = field(default_factory=dict)
    there: dict[str, Counts] = field(default_factory=dict)

    def sum_up(self, counts: Mapping[str, Counts], as_of: str) -> None:
        """Says of the frames what a summary does; ``counts`` are those of the codes by kind."""
        for kind, own in counts.items():
            self.findings.extend(by_requirement(own, of_kind(self.choice, kind), as_of))
        subjects = self.frames["subjects"]
        assert isinstance(subjects, pl.DataFrame)
        self.subjects = dict.fromkeys(counts, 0) | dict(subjects.group_by("kind").len().iter_rows())
        self.verdicts = dict(subjects.group_by("verdict").len().sort("verdict").iter_rows())


def judged(
    read: Callable[[], tuple[Columns, Mapping[str, pl.Series] | None]],
    rules: Rules,
    parts: int = 0,
) -> Judged:
    """Judges the latest profile of each subject up to the day.

    ``read`` gives the columns, which are let go when they are judged, and the only ids of each kind that have results.
    Of so many ``parts``, of which the columns have an ``OWNER``, the rows of each stand together, and what a summary says is
    left out; 0 of a part that is judged alone.

    Frames: ``subjects`` (who, where, the verdict, how many findings of each outcome), ``verdicts`` (by document),
    ``institution``, ``network`` and ``region`` (a code a requirement), ``gaps``, ``places`` and those of ``batch.wholes``; all
    in a fixed order. ``rollup`` is made of the tally.
    """
    columns, own = read()
    around = Places(columns, rules.scope, lenient=False)
    regions = around.regions
    asked = {
        kind: frame.select("@id", "@end", *ALIKE).filter((pl.col("@end") <= rules.as_of) & _among(own, kind))
        for kind, frame in columns.profiles.items()
    }
    choice = choose(asked, regions, rules.documents, rules.load, rules.as_of, rules.wanted)
    known = {id for frame in (columns.listed["region"], columns.profiles["region"]) for id in frame["@id"]}
    known |= {row.id for code in known.copy() for row in regions.chain(code, rules.as_of)}
    more = beside(choice.requirements, rules.documents, rules.load, known, rules.as_of, rules.wanted)
    permits = {item.id: item for one in more for item in rules.load(one.document) if item.force == "permit"}
    asked_for = [*choice.requirements, *more]
    run = judge(
        *(columns, rules.plan, asked_for, {**choice.permits, **permits}, rules.as_of, reference.Engine),
        roll_up=True,
        places=around,
    )
    del columns
    replace(run, rules.documents, regions, rules.as_of, rules.wanted)
    made = Judged(choice, regions, documents=used(choice.sets), fallen_back=sorted(run.fallen_back))
    there = {kind: counts_of(codes) for kind, codes in run.codes.items()}
    sorts = {kind: _sorts(run, kind, choice, _among(own, kind)) for kind in KINDS}
    rows = {kind: _rows(run, kind, sorts[kind], parts) for kind in KINDS}
    subjects: list[pl.DataFrame] = []
    verdicts: list[pl.DataFrame] = []
    places = places_of((pair for found in sorts.values() for pair in _pairs(found)), regions)
    rows["region"] = _with_names(rows["region"], places)
    for kind, keys in rows.items():
        codes = _codes(run, kind, choice, keys)
        counts: Counts = {item.id: there[kind][item.id] for item in of_kind(choice, kind)}
        if not parts:  # of several parts each is counted apart: here it is enough which codes there can be
            counts = counts_of(codes, counts)
        made.there[kind] = counts
        said = verdict_of(codes, of_kind(choice, kind), rules.as_of, counts).alias("verdict")
        who = keys.select(
            pl.lit(kind, KIND).alias("kind"), pl.col("@id").alias("id"), pl.col("@name").fill_null("").alias("name")
        )
        alike = _alike(sorts[kind], regions)[keys["@sort"]].with_columns(said)
        subjects.append(who.hstack(alike).hstack(by_subject(codes, counts)))
        verdicts.extend(_by_document(codes, kind, keys, choice, rules.as_of, counts, said))
        made.frames[kind] = codes
    made.frames["subjects"] = pl.concat(subjects)
    found = made.frames["verdicts"] = pl.concat([_VERDICTS, *verdicts], how="diagonal")
    if not parts:
        made.sum_up(made.there, rules.as_of)
    else:
        made.whose = {kind: keys["@part"] for kind, keys in rows.items()}
        made.whose["subjects"] = pl.concat(made.whose[kind] for kind in rows)
        made.whose["verdicts"] = found.drop_in_place("@part") if verdicts else made.whose["subjects"].clear()

    texts = texts_of(run, choice)

    def gaps() -> Iterator[Pieces]:
        return (pieces for kind, keys in rows.items() for pieces in gaps_of(run, kind, choice, keys, parts, texts))

    made.gaps = gaps
    made.frames["gaps"] = Streamed(texts.schema, lambda: (make() for pieces in gaps() for make in pieces))
    made.tally = pl.concat([_TALLY, *(_tally(run, whole, choice, rows[whole], there) for whole in rollup.WHOLES)])
    made.frames |= behind(run, choice, rows)
    made.frames["places"] = places
    return made


def names_of(rules: Rules) -> dict[str, set[str]]:
    """By kind the names whose values judging by these rules can look at."""
    every = [
        item
        for id, document in rules.documents.items()
        if in_force(document, rules.as_of, rules.wanted)
        for item in rules.load(id)
    ]
    asked = [item for item in every if rules.wanted.takes(item)]
    regions = {document.jurisdiction for document in rules.documents.values()}
    more = beside(asked, rules.documents, rules.load, regions, rules.as_of, rules.wanted)
    permits = {item.id: item for item in every if item.force == "permit"}
    return names_read([*asked, *more], permits, rules.scope)


def _among(own: Mapping[str, pl.Series] | None, kind: str) -> pl.Expr:
    return pl.lit(value=True) if own is None else pl.col("@id").is_in(own[kind].implode())


def used(sets: Iterable[Asked]) -> list[str]:
    """The documents by which those are judged who are asked this."""
    return sorted({id for one in sets for id in one.documents})


def of_kind(choice: Choice, kind: str) -> list[Requirement]:
    """The requirements that are asked of a kind."""
    return [item for item in choice.requirements if item.binds.kind == kind]


def _sorts(run: Run, kind: str, choice: Choice, own: pl.Expr) -> pl.DataFrame:
    """The judged rows of a kind by what they have in common, with what they are asked: ``@row`` is a list."""
    keys = run.table(kind).keys.filter(pl.col("@judged") & own)
    sorts = keys.group_by(*ALIKE, "@end", maintain_order=True).agg(ROW)
    return sorts.with_columns(choice.of(kind, sorts).alias("@asked"))


def _rows(run: Run, kind: str, sorts: pl.DataFrame, parts: int) -> pl.DataFrame:
    """``@row``, ``@id`` and ``@name`` of the judged rows of a kind in the order of their ids, by part where there are several.

    ``@sort`` is a place in ``sorts``, and ``@asked`` what those are asked.
    """
    frame = run.table(kind).frame
    keys = sorts.select(ROW, "@asked").with_row_index("@sort").explode(ROW)
    keys = keys.hstack([frame["@id"][keys[ROW]], frame["@name"][keys[ROW]]])
    keys = keys.sort("@id")
    return (
        keys.with_columns(frame[OWNER][keys[ROW]].alias("@part")).sort("@part", maintain_order=True) if parts else keys
    )


def _codes(run: Run, kind: str, choice: Choice, keys: pl.DataFrame) -> pl.DataFrame:
    """The ids and codes of these rows; null where the requirement is not asked of the row."""
    places = {item.id: choice.places(item.id) for item in of_kind(choice, kind)}
    marks = {one: keys["@asked"].is_in(one) for one in dict.fromkeys(places.values())}
    # Most parts are asked the same all over: nothing has to be taken out of these.
    some = {one: f"@{number}" for number, (one, mark) in enumerate(marks.items()) if not mark.all(ignore_nulls=False)}
    codes = keys.select(pl.col("@id").alias("id"), *(marks[one].alias(name) for one, name in some.items()))
    if run.codes[kind].width:
        codes = codes.hstack(at_rows(run.codes[kind], keys["@row"]))
    return codes.select(
        "id",
        *(pl.when(some[one]).then(pl.col(name)).alias(name) if one in some else name for name, one in places.items()),
    )


def _alike(sorts: pl.DataFrame, regions: Regions) -> pl.DataFrame:
    """What those of a sort have in common: period, tier and type, and the codes of the regions that each is or lies in."""
    known = []
    for code, day in sorts.select("@region", "@end").iter_rows():
        by_tier = {row.tier: row.id for row in regions.chain(code or "", day)}
        known.append(tuple(by_tier.get(tier) for tier in _TIERS))
    around = pl.DataFrame(known, schema=dict.fromkeys(_TIERS, FEW), orient="row")
    said = (sorts[f"@{name}"].cast(FEW).alias(name) for name in ("period", "region", "tier", "type"))
    return around.hstack(list(said)).select("period", "region", *_TIERS, "tier", "type")


def _pairs(sorts: pl.DataFrame) -> Iterator[tuple[str | None, str]]:
    return sorts.select("@region", "@end").unique(maintain_order=True).iter_rows()


def places_of(pairs: Iterable[tuple[str | None, str]], regions: Regions) -> pl.DataFrame:
    """The names of all regions that subjects are or lie in, of their codes and the days: the latest ones."""
    latest = sorted({(day, code or "") for code, day in pairs})
    found = {
        row.id: (row.id, row.name, row.tier, row.parent) for day, code in latest for row in regions.chain(code, day)
    }
    schema = dict.fromkeys(("region", "name", "tier", "parent"), pl.String)
    return pl.DataFrame(sorted(found.values()), schema=schema, orient="row")


def _with_names(keys: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """The names of regions are those of the roster where the profile gives none."""
    known = places.select(pl.col("region").alias("@id"), pl.col("name").alias("@named"))
    joined = keys.join(known, on="@id", how="left", maintain_order="left")
    given = pl.when(pl.col("@name") != "").then("@name")
    return joined.with_columns(pl.coalesce(given, "@named").fill_null("").alias("@name")).drop("@named")


_VERDICTS = pl.DataFrame(schema={"kind": KIND, "id": pl.String, "document": FEW, "verdict": VERDICT})


def _by_document(
    codes: pl.DataFrame, kind: str, keys: pl.DataFrame, choice: Choice, as_of: str, counts: Counts, by_all: pl.Series
) -> Iterator[pl.DataFrame]:
    """The verdict by each document that has findings on the subject; ``by_all`` is that by all of them."""
    every = of_kind(choice, kind)
    for document in used(choice.sets):
        own = [item for item in every if item.document == document]
        if own:
            some = codes.select(pl.any_horizontal(pl.col([item.id for item in own]).is_not_null())).to_series()
            said = by_all if len(own) == len(every) else verdict_of(codes, own, as_of, counts)
            frame = keys.select(
                pl.lit(kind, KIND).alias("kind"),
                pl.col("@id").alias("id"),
                pl.lit(document, FEW).alias("document"),
                pl.col("^@part$"),
            )
            yield frame.with_columns(said.alias("verdict")).filter(some)


def rollup_of(sums: pl.DataFrame) -> pl.DataFrame:
    """The frame ``rollup`` of a tally, or of its sums, which whoever has summed gives in any order."""
    return (
        sums.sort("kind", "id", "place", "outcome").select(ROLLUP).cast({name: _TALLY.schema[name] for name in ROLLUP})
    )


_WHO: dict[str, PolarsDataType] = {"kind": KIND, "id": FEW, "requirement": FEW}
ADDED_UP, COUNTED = ("kind", "id", "place", "requirement", "outcome"), ("parts", "absent")
"""The columns of a tally: rows that agree in the first add up in the others. ``place`` is that of the requirement in order."""
ROLLUP = (*_WHO, "outcome", *COUNTED)
_TALLY = pl.DataFrame(schema={**_WHO, "place": pl.UInt32, "outcome": TOLD, **dict.fromkeys(COUNTED, pl.Int64)}).select(
    *ADDED_UP, *COUNTED
)


def _tally(run: Run, whole: str, choice: Choice, keys: pl.DataFrame, there: Mapping[str, Counts]) -> pl.DataFrame:
    """The tally of one kind of whole, in order."""
    frame, wide = tally(run, whole, there), len(run.requirements)
    own = places_among(run, whole, keys)[frame["@row"]]
    frame = frame.with_columns(own.alias("whole")).drop_nulls("whole")
    none = [False] * (wide - len(choice.requirements))  # those that only take the place of others are not asked
    asks = [[*(item.document in one.documents for item in choice.requirements), *none] for one in choice.sets]
    places = keys["@asked"][frame["whole"]] * wide + frame["place"]
    frame = frame.filter(pl.Series([ask for own in asks for ask in own], dtype=pl.Boolean)[places])
    # By whole, requirement and outcome; one key is sorted in a fraction of the time of three.
    key = (pl.col("whole").cast(pl.UInt64) * wide + pl.col("place")) * 8
    frame = frame.sort(key + pl.col("outcome").to_physical())
    ids = pl.Series([item.id for item in choice.requirements], dtype=FEW)
    return frame.select(
        pl.lit(whole, KIND).alias("kind"),
        pl.lit(keys["@id"].cast(FEW)[frame["whole"]]).alias("id"),
        "place",
        pl.lit(ids[frame["place"]]).alias("requirement"),
        "outcome",
        "parts",
        "absent",
    ).select(_TALLY.columns)
