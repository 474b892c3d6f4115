"""What every peer is given: the rules, the coded columns of the institutions, and what gradeeval says of each cell.

Made once by gradeeval's own commands into a folder that git ignores, and reused until the rules, the layout or the size change.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rules import Column, Rule, from_plain, lowered, natural, to_plain
from ruleset import write_ruleset

if TYPE_CHECKING:
    import polars as pl

AS_OF = "2026-01-01"
PERIOD = "2025"
SEED = "1"
CACHE = Path(__file__).resolve().parents[1] / ".cache"


@dataclass(frozen=True)
class Material:
    """The folder with ``rules.json``, ``columns.parquet`` (short names) and ``expected.parquet`` (a UInt8 column a rule)."""

    folder: Path

    @cached_property
    def _plain(self) -> dict[str, Any]:
        plain: dict[str, Any] = json.loads((self.folder / "rules.json").read_bytes())
        return plain

    @cached_property
    def rules(self) -> list[Rule]:
        """The requirements, in order."""
        return [Rule(id, from_plain(where), from_plain(target)) for id, where, target in self._plain["rules"]]

    @cached_property
    def columns(self) -> dict[str, Column]:
        """What the rules look at."""
        return {
            name: Column(**{**plain, "codes": tuple(plain["codes"])}) for name, plain in self._plain["columns"].items()
        }

    @cached_property
    def nullable(self) -> frozenset[str]:
        """The columns of which a value is missing anywhere: no peer need look after the others."""
        return frozenset(self._plain["nullable"])

    def frame(self) -> pl.DataFrame:
        """The coded columns."""
        import polars as pl

        return pl.read_parquet(self.folder / "columns.parquet")

    def expected(self) -> Any:
        """Codes of outcomes, rules by institutions."""
        import polars as pl

        return pl.read_parquet(self.folder / "expected.parquet").to_numpy().T

    def spread(self, count: int) -> list[int]:
        """So many rows, evenly spread over the province."""
        total = self._plain["rows"]
        return [number * total // count for number in range(min(count, total))]

    def profiles(self, rows: Sequence[int]) -> list[dict[str, Any]]:
        """These institutions as a program holds them that judges one at a time: natural values, None for what is missing."""
        readers = {name: _reader(column) for name, column in self.columns.items()}
        return [
            {name: None if value is None else readers[name](value) for name, value in row.items()}
            for row in self.frame()[list(rows)].iter_rows(named=True)
        ]


def _reader(column: Column) -> Callable[[Any], Any]:
    if column.form == "number":
        return lambda number: natural(number, column.decimals)
    if column.form == "code":
        return lambda place: column.codes[place]
    return lambda value: value


def run(*words: str | Path) -> None:
    """A command of gradeeval, quietly. Raises ``SystemExit`` with what it said where it fails."""
    command = [sys.executable, "-m", "gradeeval", *map(str, words)]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.returncode}: {done.stderr.decode()}")


def rules_folder(cache: Path = CACHE) -> Path:
    """The folder with the ruleset of the comparison, for ``--ruleset-dir``."""
    folder = cache / "rulesets"
    write_ruleset(folder)
    return folder


def dataset(count: int, *, nation: bool = False, cache: Path = CACHE) -> Path:
    """An invented province or nation of so many institutions, with facts for shipped rules and those of the comparison."""
    rules = rules_folder(cache)
    where = ["--nation"] if nation else []
    words = ["new", "dataset", "--institutions", str(count), "--seed", SEED, "--period", PERIOD, *where]
    name = f"{'nation' if nation else 'province'}-{count}"
    return _made(cache / f"{name}-{_state()}", name, lambda folder: run(*words, "--ruleset-dir", rules, "-o", folder))


def converted(count: int, *, nation: bool = False, cache: Path = CACHE) -> Path:
    """The same as coded columns."""
    source = dataset(count, nation=nation, cache=cache)
    rules = rules_folder(cache)
    folder = source.with_name(f"{source.name}-columns")
    return _made(folder, folder.name, lambda made: run("convert", source, "--ruleset-dir", rules, "-o", made))


def material(count: int, cache: Path = CACHE) -> Material:
    """What peers are given, for a province of so many institutions."""
    columns = converted(count, cache=cache)
    folder = columns.with_name(columns.name.replace("-columns", "-peers"))
    return Material(_made(folder, folder.name, lambda made: _write(made, columns, cache)))


def _state() -> str:
    """Changes where the invented facts or the coded columns do."""
    import gradeeval

    root = Path(gradeeval.__file__).parent
    sources = [Path(__file__).with_name(f"{name}.py") for name in ("material", "ruleset", "rules")]
    sources += [*sorted((root / "synthetic").glob("*.py")), root / "profiles" / "columns" / "layout.py"]
    found = hashlib.sha256()
    for path in sources:
        found.update(path.read_bytes())
    return found.hexdigest()[:8]


def _made(folder: Path, name: str, make: Callable[[Path], None]) -> Path:
    """The folder, made where it is not there; nothing half-made takes its place."""
    if not folder.is_dir():
        print(f"making {name} …", file=sys.stderr, flush=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        fresh = folder.with_name(f"{folder.name}.part")
        shutil.rmtree(fresh, ignore_errors=True)
        make(fresh)
        fresh.rename(folder)
        _clear(folder)
    return folder


def _clear(folder: Path) -> None:
    """Removes what was made for rules or a layout that have changed since: a nation takes gigabytes."""
    base, state = folder.name.split("-")[:2], folder.name.split("-")[2]
    for other in folder.parent.glob(f"{'-'.join(base)}-*"):
        if other.name.split("-")[2].partition(".")[0] != state:
            shutil.rmtree(other, ignore_errors=True)


def _write(folder: Path, columns: Path, cache: Path) -> None:
    import polars as pl

    from ours import DTYPES, Ours

    ours = Ours(columns, rules_folder(cache))
    rules, found = lowered(ours.requirements, ours.workspace.scope)
    frame = ours.frame()
    coded = frame.select(
        (pl.col(column.source) if column.source in frame.columns else pl.lit(None, DTYPES[column.form])).alias(name)
        for name, column in found.items()
    )
    codes = ours.codes(ours.judge(ours.columns(frame)))
    folder.mkdir(parents=True)
    coded.write_parquet(folder / "columns.parquet", compression="zstd", compression_level=1)
    codes.rename(dict(zip(codes.columns, (rule.id for rule in rules), strict=True))).write_parquet(
        folder / "expected.parquet"
    )
    plain = {
        "rows": coded.height,
        "nullable": [name for name in coded.columns if coded[name].null_count()],
        "columns": {name: asdict(column) for name, column in found.items()},
        "rules": [[rule.id, to_plain(rule.where), to_plain(rule.target)] for rule in rules],
    }
    (folder / "rules.json").write_text(json.dumps(plain, ensure_ascii=False), encoding="utf-8")
