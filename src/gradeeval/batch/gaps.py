"""What judged subjects lack, as the frame of results of that name: made from the cells of the engine, named, piece by piece."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import polars as pl

from gradeeval.batch.choosing import Choice
from gradeeval.batch.writing import KIND
from gradeeval.engines.columnar.codes import OUTCOMES
from gradeeval.engines.columnar.engine import Run
from gradeeval.engines.columnar.gaps import Lacking, lacking
from gradeeval.engines.columnar.measures import SPARSE
from gradeeval.engines.columnar.tally import TOLD
from gradeeval.language.nodes import Requirement
from gradeeval.language.plain import target_plain

if TYPE_CHECKING:
    from polars._typing import PolarsDataType

Pieces = list[Callable[[], pl.DataFrame]]
"""What makes the frames of a piece, a frame a part."""

_OUTCOMES = pl.Series([OUTCOMES.get(code) for code in range(max(OUTCOMES) + 1)], dtype=TOLD)
"""The outcome of each code."""
_SUBJECTS = "gradeeval.gaps"
"""The name of the categories of ids: theirs alone, so that they are let go with the rows."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What the texts of gaps can be: each is looked up once, not where it is written.

    ``ids`` by kind and row, ``targets`` by the id of the requirement; ``schema`` are the columns of gaps.
    """

    ids: Mapping[str, pl.Series]
    targets: Mapping[str, str]
    schema: Mapping[str, PolarsDataType]


def texts_of(run: Run, choice: Choice) -> Texts:
    """The texts of the gaps of a run."""
    subjects = pl.Categorical(pl.Categories(_SUBJECTS))
    ids = {kind: run.table(kind).frame["@id"].head(codes.height).cast(subjects) for kind, codes in run.codes.items()}
    targets = {item.id: target_text(item) for item in choice.requirements}
    schema: dict[str, PolarsDataType] = {
        "kind": KIND,
        "id": subjects,
        "requirement": pl.Enum(list(targets)),
        "outcome": TOLD,
        **SPARSE,
        "target": pl.Enum(list(dict.fromkeys(targets.values()))),
    }
    return Texts(ids, targets, schema)


def target_text(requirement: Requirement) -> str:
    """The target as it is written in the rules, as JSON: ``{"at_least": 85}``."""
    return json.dumps(target_plain(requirement.target), ensure_ascii=False, default=_number)


def _number(value: object) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value).__name__)


def gaps_of(run: Run, kind: str, choice: Choice, keys: pl.DataFrame, parts: int, texts: Texts) -> Iterator[Pieces]:
    """What judged subjects (``keys``) lack, by requirement and subject, many requirements a piece.

    With ``parts`` the rows of so many parts stand together, and a piece has a frame to be made for each; one for all without.
    """
    codes = run.codes[kind]
    own = pl.DataFrame({"@row": pl.Series(range(codes.height), dtype=pl.UInt32)})
    asked = own.join(keys.select("@row", "@asked"), on="@row", how="left", maintain_order="left")["@asked"]
    marked: dict[tuple[int, ...], pl.Series | None] = {}

    def among(requirement: Requirement) -> pl.Series | None:
        places = choice.places(requirement.id)
        if places not in marked:
            mark = asked.is_in(places)
            marked[places] = None if mark.all(ignore_nulls=False) else mark
        return marked[places]

    ends = _ends(keys, parts) if parts else ()
    for piece in lacking(run, kind, among, ends):
        yield [partial(_named, kind, texts, cells) for cells in piece]


def _ends(keys: pl.DataFrame, count: int) -> list[int]:
    """For each part the row after its last one: rows of parts follow each other."""
    last = dict(keys.group_by("@part").agg(pl.col("@row").max()).iter_rows())
    return list(accumulate((last.get(place, -1) + 1 for place in range(count)), max))


def _named(kind: str, texts: Texts, lacks: Lacking) -> pl.DataFrame:
    """The cells of some requirements with what each of these has in common, written once for all."""
    cells = lacks.frame()
    said = {
        "requirement": [item.id for item in lacks.requirements],
        "target": [texts.targets[item.id] for item in lacks.requirements],
    }
    made = {name: pl.Series(own, dtype=texts.schema[name])[cells["place"]] for name, own in said.items()}
    made |= {
        "kind": pl.Series([kind], dtype=KIND).new_from_index(0, cells.height),
        "id": texts.ids[kind][cells["@row"]],
        "outcome": _OUTCOMES[cells["code"]],
    }
    return pl.DataFrame({name: made[name] if name in made else cells[name] for name in texts.schema})
