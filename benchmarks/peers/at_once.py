"""The peers that judge a whole province in columns: each is a function from the material to one that gives all codes.

What is read and laid out beforehand is not timed; what is timed gives a byte a cell. One core.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from material import Material
from rules import (
    MET,
    NOT_APPLICABLE,
    SIGNS,
    UNKNOWN,
    UNMET,
    All,
    Among,
    Either,
    Leaf,
    Number,
    Quotient,
    Rank,
    Tree,
    Yes,
    columns_of,
)

Run = Callable[[], Any]
AsMatrix = Callable[[Any], Any]
"""From what a run gives to a numpy array of codes, rules by institutions."""

UNSURE, UNBOUND = 4, 8
"""Who is bound, as bits above the codes of targets: what both give together needs no more than a bitwise or."""


def _runs(places: tuple[int, ...]) -> list[tuple[int, int]]:
    """Neighbouring places together: a list of codes is seldom more than a few spans."""
    runs: list[tuple[int, int]] = []
    for place in sorted(places):
        if runs and runs[-1][1] == place - 1:
            runs[-1] = runs[-1][0], place
        else:
            runs.append((place, place))
    return runs


# -- Polars, written by hand ---------------------------------------------------------------------------------------------


def polars(material: Material) -> tuple[Run, AsMatrix]:
    """Two steps of expressions: each distinct condition and target once, as a byte; then a bitwise or a requirement."""
    import numpy as np
    import polars as pl

    def tree(node: Tree) -> pl.Expr:
        if isinstance(node, All | Either):
            parts = [tree(part) for part in node.parts]
            joined = parts[0]
            for part in parts[1:]:
                joined = joined & part if isinstance(node, All) else joined | part
            return joined
        return leaf(node)

    def leaf(node: Leaf) -> pl.Expr:
        if isinstance(node, Quotient):
            sides = pl.col(node.of) * node.lower, pl.col(node.to) * node.upper
            return getattr(sides[0], node.op)(sides[1])
        column = pl.col(node.column)
        if isinstance(node, Yes):
            return column if node.wanted else ~column
        if isinstance(node, Among):
            spans = [column == low if low == high else column.is_between(low, high) for low, high in _runs(node.places)]
            joined = spans[0]
            for span in spans[1:]:
                joined = joined | span
            return joined
        said = getattr(column, node.op)(node.limit)
        return said & (column >= 0) if isinstance(node, Rank) and node.op in ("le", "lt") else said

    def bound(node: Tree) -> pl.Expr:
        return ((~tree(node)).cast(pl.UInt8) * UNBOUND).fill_null(UNSURE)

    def target(node: Tree) -> pl.Expr:
        code = (~tree(node)).cast(pl.UInt8).fill_null(UNKNOWN)
        if isinstance(node, Quotient):
            return code | (pl.col(node.to) == 0).fill_null(value=False).cast(pl.UInt8) * UNBOUND
        return code

    wheres = {one: f"b{number}" for number, one in enumerate(dict.fromkeys(rule.where for rule in material.rules))}
    targets = {one: f"t{number}" for number, one in enumerate(dict.fromkeys(rule.target for rule in material.rules))}
    first = [bound(one).alias(name) for one, name in wheres.items()]
    first += [target(one).alias(name) for one, name in targets.items()]
    second = [(pl.col(wheres[rule.where]) | pl.col(targets[rule.target])).alias(rule.id) for rule in material.rules]
    frame = material.frame()
    meaning = np.array([MET, UNMET, UNKNOWN, UNKNOWN, *[UNKNOWN] * 4, *[NOT_APPLICABLE] * 8], np.uint8)
    return (
        lambda: frame.lazy().select(first).select(second).collect(),
        lambda codes: meaning[codes.to_numpy().T],
    )


# -- DuckDB, tuned -------------------------------------------------------------------------------------------------------


def duckdb(material: Material) -> tuple[Run, AsMatrix]:
    """One select over a table in memory: equalities instead of lists, each condition tested once, bytes of one width."""
    import duckdb as library
    import numpy as np

    connection = library.connect(config={"threads": 1})
    connection.execute(
        "CREATE TABLE profiles AS SELECT * FROM read_parquet(?)", [str(material.folder / "columns.parquet")]
    )
    select = ", ".join(f"{_sql_rule(rule, material)} AS {rule.id}" for rule in material.rules)

    def as_matrix(_run: Any) -> Any:
        found = connection.execute("SELECT * FROM codes").fetchnumpy()
        return np.stack([np.asarray(found[rule.id]) for rule in material.rules])

    sql = f"CREATE OR REPLACE TABLE codes AS SELECT {select} FROM profiles"  # noqa: S608 - names and numbers of our own
    return lambda: connection.execute(sql), as_matrix


def _sql_rule(rule: Any, material: Material) -> str:
    bound, holds = _sql(rule.where), _sql(rule.target)
    code = f"coalesce((NOT {holds})::UTINYINT, 2::UTINYINT)"
    if isinstance(rule.target, Quotient):
        code = f"CASE WHEN {rule.target.to} = 0 THEN 3::UTINYINT ELSE {code} END"
    unsure = ""
    if any(name in material.nullable for leaf in _leaves(rule.where) for name in columns_of(leaf)):
        unsure = f" WHEN {bound} IS NULL THEN 2::UTINYINT"
    return f"(CASE WHEN {bound} THEN {code}{unsure} ELSE 3::UTINYINT END)"


def _leaves(node: Tree) -> list[Leaf]:
    if isinstance(node, All | Either):
        return [leaf for part in node.parts for leaf in _leaves(part)]
    return [node]


def _sql(node: Tree) -> str:
    if isinstance(node, All | Either):
        parts = [_sql(part) for part in node.parts]
        return parts[0] if len(parts) == 1 else "(" + (" AND " if isinstance(node, All) else " OR ").join(parts) + ")"
    if isinstance(node, Quotient):
        return f"({node.of} * {node.lower} {SIGNS[node.op]} {node.to} * {node.upper})"
    if isinstance(node, Yes):
        return node.column if node.wanted else f"(NOT {node.column})"
    if isinstance(node, Among):
        spans = [
            f"{node.column} = {low}" if low == high else f"{node.column} BETWEEN {low} AND {high}"
            for low, high in _runs(node.places)
        ]
        return f"({' OR '.join(spans)})"
    said = f"{node.column} {SIGNS[node.op]} {node.limit}"
    return f"({said} AND {node.column} >= 0)" if isinstance(node, Rank) and node.op in ("le", "lt") else f"({said})"


# -- OpenFisca -----------------------------------------------------------------------------------------------------------


def openfisca(material: Material) -> tuple[Run, AsMatrix]:
    """A variable a column, a condition and a requirement; it has no third value, so that missing numbers are NaN and codes are -2."""
    import numpy as np
    from openfisca_core.entities import build_entity
    from openfisca_core.periods import DateUnit
    from openfisca_core.simulations import SimulationBuilder
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem
    from openfisca_core.variables import Variable

    entity = build_entity(key="institution", plural="institutions", label="institution", is_person=True)
    system = TaxBenefitSystem([entity])
    inputs = {}
    frame = material.frame()

    def add(name: str, value_type: type, formula: Any = None) -> None:
        kept = {"value_type": value_type, "entity": entity, "definition_period": DateUnit.YEAR, "label": name}
        system.add_variable(type(name, (Variable,), kept | ({"formula": formula} if formula is not None else {})))

    for name, column in material.columns.items():
        add(name, float if column.form == "number" else int)
        if column.form == "number":
            inputs[name] = (frame[name] / 10**column.decimals).fill_null(float("nan")).to_numpy().astype(np.float32)
        else:
            inputs[name] = frame[name].cast(int).fill_null(_NOBODY_KNOWS).to_numpy().astype(np.int32)

    def truth(node: Tree) -> Any:
        return lambda who, when: _fisca(node, who, when, np)

    codes = np.array([UNMET, UNKNOWN, MET, NOT_APPLICABLE], np.int32)

    def outcome(where: str, target: str) -> Any:
        def formula(who: Any, when: Any) -> Any:
            bound = who(where, when)
            return np.where(
                bound == _FALSE, NOT_APPLICABLE, np.where(bound == _OPEN, UNKNOWN, codes[who(target, when)])
            )

        return formula

    for node in dict.fromkeys(node for rule in material.rules for node in (rule.where, rule.target)):
        add(_named(node), int, truth(node))
    for rule in material.rules:
        add(rule.id, int, outcome(_named(rule.where), _named(rule.target)))

    def run() -> Any:
        simulation = SimulationBuilder().build_default_simulation(system, count=frame.height)
        for name, values in inputs.items():
            simulation.set_input(name, "2025", values)
        return np.stack([simulation.calculate(rule.id, "2025").astype(np.uint8) for rule in material.rules])

    return run, lambda codes: codes


_NOBODY_KNOWS = -1000
_FALSE, _OPEN, _TRUE, _NO_VALUE = 0, 1, 2, 3


def _named(node: Tree) -> str:
    return "v" + hashlib.sha256(repr(node).encode()).hexdigest()[:16]


def _fisca(node: Tree, who: Any, when: Any, np: Any) -> Any:
    """0 false, 1 unknown, 2 true: all is then the least and any the greatest; 3 is no value."""
    if isinstance(node, All | Either):
        found = [_fisca(part, who, when, np) for part in node.parts]
        joined = found[0]
        for part in found[1:]:
            joined = np.minimum(joined, part) if isinstance(node, All) else np.maximum(joined, part)
        return joined
    compare = {"ge": np.greater_equal, "gt": np.greater, "le": np.less_equal, "lt": np.less}
    if isinstance(node, Quotient):
        of, to = who(node.of, when), who(node.to, when)
        unknown = np.isnan(of) | np.isnan(to)
        truth = compare[node.op](of * node.lower, to * node.upper) * np.int8(_TRUE)
        return np.where(to == 0, _NO_VALUE, np.where(unknown, _OPEN, truth))
    values = who(node.column, when)
    if isinstance(node, Number):
        return np.where(np.isnan(values), _OPEN, compare[node.op](values, node.natural) * np.int8(_TRUE))
    if isinstance(node, Yes):
        holds = values == int(node.wanted)
    elif isinstance(node, Rank):
        holds = compare[node.op](values, node.limit) & (values >= 0)
    else:
        holds = False
        for low, high in _runs(node.places):
            holds = holds | ((values == low) if low == high else (values >= low) & (values <= high))
    return np.where(values == _NOBODY_KNOWS, _OPEN, holds * np.int8(_TRUE))
