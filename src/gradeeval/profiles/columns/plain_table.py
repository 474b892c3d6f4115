"""Plain tables as Parquet: a row a profile, with the names of fields and facts as columns, as in ``flat_table``.

Types are those of the file: nothing is coerced. A binary float becomes the shortest decimal that stands for it, which is what was
written. Lists are complete; null is unknown. Coded columns, which ``convert`` writes, are another thing: ``batch`` reads them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from gradeeval.errors import InvalidContent, MissingExtra
from gradeeval.files.gathering import Gathering
from gradeeval.messages import _
from gradeeval.problems import Problem, path_text
from gradeeval.schemas import shipped
from gradeeval.vocabulary import KINDS

_AT_A_TIME = 5_000


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table, from 1; it has no lines and columns."""

    path: Path
    number: int

    def place(self, path: tuple[str | int, ...] = ()) -> tuple[int, int]:  # noqa: ARG002 - a row is one place
        """The row."""
        return self.number, 1

    def problem(self, message: str, path: tuple[str | int, ...] = ()) -> Problem:
        """A problem of the row."""
        return Problem(message, str(self.path), self.number, None, path_text(path))


def parquet_items(path: Path) -> Iterator[tuple[dict[str, Any], TableRow]]:
    """The rows as plain data. Raises ``MissingExtra``, or ``InvalidContent`` where it is no such table."""
    try:
        import polars as pl
    except ImportError:
        raise MissingExtra(_("读取 Parquet 需要 polars：pip install 'gradeeval[batch]'")) from None
    found = Gathering(str(path))
    own = {name for kind in KINDS for name in shipped(kind)["properties"]} - {"facts"}
    try:
        file = pl.scan_parquet(path)
        names = file.collect_schema().names()
        if any(name.startswith("@") for name in names):
            found.stop(_("这是 convert 写出的编码列，不是档案的表；请用 gradeeval batch 评定"))
        if "id" not in names or "kind" not in names:
            found.stop(_("不是档案的表：应有 id、kind、period 等列，一行一份档案"))
        count = file.select(pl.len()).collect().item()
        for start in range(0, count, _AT_A_TIME):
            for number, row in enumerate(file.slice(start, _AT_A_TIME).collect().iter_rows(named=True), start + 1):
                yield _item(row, own), TableRow(path, number)
    except InvalidContent:
        raise
    except (pl.exceptions.PolarsError, OSError) as error:
        found.stop(_("Parquet 文件已损坏或不完整（{reason}）").format(reason=str(error).splitlines()[0]))


def _item(row: dict[str, Any], own: set[str]) -> dict[str, Any]:
    item: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    for heading, value in row.items():
        if value is None:
            continue
        plain = _plain(value)
        name, _mark, part = heading.partition("/")
        if part:
            facts.setdefault(name, {})[part] = plain
        else:
            (item if name in own else facts)[name] = plain
    if facts:
        item["facts"] = facts
    return item


def _plain(value: Any) -> Any:
    """The value as JSON would have it; what JSON does not know is left as text, which the schema refuses."""
    if isinstance(value, float):
        exact = Decimal(repr(value))
        if not exact.is_finite():
            return str(value)
        return int(exact) if exact == exact.to_integral_value() and abs(exact) < 10**15 else exact
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items() if part is not None}
    if isinstance(value, bool | int | Decimal | str):
        return value
    return value.isoformat() if isinstance(value, date) else str(value)
