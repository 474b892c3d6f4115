"""What judged subjects lack, as the frame of results of that name: made from the cells of the engine, named, piece by piece."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import partial
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import polars as pl

from gradeeval.batch.choosing import Choice
from gradeeval.batch.writing import FEW, KIND
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

GAPS: dict[str, PolarsDataType] = {
    "kind": KIND,
    "id": pl.String,
    "requirement": FEW,
    "outcome": TOLD,
    **SPARSE,
    "target": FEW,
}


_OUTCOMES = pl.Series([OUTCOMES.get(code) for code in range(max(OUTCOMES) + 1)], dtype=TOLD)
"""The outcome of each code."""


def target_text(requirement: Requirement) -> str:
    """The target as it is written in the rules, as JSON: ``{"at_least": 85}``."""
    return json.dumps(target_plain(requirement.target), ensure_ascii=False, default=_number)


def _number(value: object) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value).__name__)


def gaps_of(run: Run, kind: str, choice: Choice, keys: pl.DataFrame, parts: int) -> Iterator[Pieces]:
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
    ids = run.table(kind).frame["@id"]
    targets = {item.id: target_text(item) for item in run.requirements if item.binds.kind == kind}
    for piece in lacking(run, kind, among, ends):
        yield [partial(_named, ids, kind, targets, cells) for cells in piece]


def _ends(keys: pl.DataFrame, count: int) -> list[int]:
    """For each part the row after its last one: rows of parts follow each other."""
    last = dict(keys.group_by("@part").agg(pl.col("@row").max()).iter_rows())
    return list(accumulate((last.get(place, -1) + 1 for place in range(count)), max))


def _named(ids: pl.Series, kind: str, targets: Mapping[str, str], lacks: Lacking) -> pl.DataFrame:
    """The cells of some requirements with what each of these has in common, written once for all; ``ids`` by row."""
    cells = lacks.frame()
    said = {
        "requirement": [item.id for item in lacks.requirements],
        "target": [targets[item.id] for item in lacks.requirements],
    }
    made = {name: pl.Series(texts, dtype=FEW)[cells["place"]] for name, texts in said.items()}
    made |= {
        "kind": pl.Series([kind], dtype=KIND).new_from_index(0, cells.height),
        "id": ids[cells["@row"]],
        "outcome": _OUTCOMES[cells["code"]],
    }
    return pl.DataFrame({name: made[name] if name in made else cells[name] for name in GAPS})
