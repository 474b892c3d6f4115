"""NumPy, written by hand: bytes throughout, in pieces that stay in the cache; what is missing is a bit laid out beforehand.

The byte of a tree is 0 where it holds, 1 where it fails, 2 where it is unknown, 8 where there is no value. The one of who is bound is
moved four bits to the left, and a bitwise or joins both.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from at_once import AsMatrix, Run
from material import Material
from rules import MET, NOT_APPLICABLE, UNKNOWN, UNMET, All, Among, Either, Leaf, Number, Quotient, Rank, Tree, Yes

_CHUNK = 1 << 15
_FAILS = {"ge": np.less, "gt": np.less_equal, "le": np.greater, "lt": np.greater_equal}
_ABSENT = 255
_TARGETS = (MET, UNMET, UNKNOWN, UNKNOWN, *[MET] * 4, *[NOT_APPLICABLE] * 8)
_MEANING = np.array([*_TARGETS, *[NOT_APPLICABLE] * 16, *[UNKNOWN] * 16, *[NOT_APPLICABLE] * 16], np.uint8)
"""The code of an outcome by the byte of who is bound and target together; failing and unknown at once is unknown."""


def numpy(material: Material) -> tuple[Run, AsMatrix]:
    """Each distinct condition and target once a piece, then a bitwise or a requirement."""
    columns, tables = _arrays(material), _tables(material)
    total = material.frame().height
    wheres = list(dict.fromkeys(rule.where for rule in material.rules))
    targets = list(dict.fromkeys(rule.target for rule in material.rules))
    pairs = [(rule.where, rule.target) for rule in material.rules]

    def run() -> Any:
        codes = np.empty((len(pairs), total), np.uint8)
        for low in range(0, total, _CHUNK):
            piece = _Piece(columns, tables, low, min(total, low + _CHUNK))
            bound = {where: piece.tree(where) << 4 for where in wheres}
            asked = {target: piece.tree(target) for target in targets}
            for number, (where, target) in enumerate(pairs):
                np.bitwise_or(bound[where], asked[target], out=codes[number, low : piece.high])
        return codes

    return run, lambda codes: _MEANING[codes]


class _Piece:
    """Neighbouring rows, and what is known of them so far."""

    def __init__(self, columns: dict[str, tuple[Any, Any]], tables: dict[Leaf, Any], low: int, high: int) -> None:
        self.columns, self.tables = columns, tables
        self.low, self.high = low, high
        self.known: dict[Tree, Any] = {}

    def tree(self, node: Tree) -> Any:
        if node not in self.known:
            folded = isinstance(node, All | Either)
            self.known[node] = self._fold(node) if folded else self._leaf(node)
        return self.known[node]

    def _fold(self, node: All | Either) -> Any:
        """Failing wins in all, holding in either; what is then left is unknown."""
        parts = [self.tree(part) for part in node.parts]
        # The comparison of a missing number means nothing.
        parts = [
            code & ~(code >> 1) if isinstance(part, Number) else code
            for part, code in zip(node.parts, parts, strict=True)
        ]
        joined = parts[0]
        if isinstance(node, All):
            for part in parts[1:]:
                joined = joined | part
            # 3: one part fails and another is unknown.
            return joined if len(parts) == 1 else joined & ~((joined & 1) << 1)
        for part in parts[1:]:
            joined = np.where((joined == 0) | (part == 0), np.uint8(0), joined | part)
        return np.minimum(joined, 2)

    def _leaf(self, node: Leaf) -> Any:
        if isinstance(node, Quotient):
            (of, of_missing), (to, to_missing) = self._rows(node.of), self._rows(node.to)
            code = _FAILS[node.op](of * node.lower, to * node.upper).view(np.uint8)
            code |= of_missing
            code |= to_missing
            code |= (to == 0).view(np.uint8) << 3
            return code
        values, missing = self._rows(node.column)
        if isinstance(node, Number):
            code = _FAILS[node.op](values, node.limit).view(np.uint8)
            code |= missing
            return code
        return values if node not in self.tables else self.tables[node][values]

    def _rows(self, name: str) -> tuple[Any, Any]:
        values, missing = self.columns[name]
        return values[self.low : self.high], missing[self.low : self.high]


def _tables(material: Material) -> dict[Leaf, Any]:
    """The byte of a leaf by the byte of its column; a yes that is wanted needs none."""
    made: dict[Leaf, Any] = {}

    def add(node: Tree) -> None:
        if isinstance(node, All | Either):
            for part in node.parts:
                add(part)
        elif isinstance(node, Among | Rank) or (isinstance(node, Yes) and not node.wanted):
            table = np.ones(256, np.uint8)
            if isinstance(node, Yes):
                table[:3] = 1, 0, 2
            elif isinstance(node, Among):
                table[list(node.places)] = 0
                table[_ABSENT] = 2
            else:
                table[:64] = _FAILS[node.op](np.arange(64), node.limit)
                table[_ABSENT] = 2
            made[node] = table

    for rule in material.rules:
        add(rule.where)
        add(rule.target)
    return made


def _arrays(material: Material) -> dict[str, tuple[Any, Any]]:
    """Numbers with bytes that are 2 where they are missing; codes and ranks as bytes; yes 0, no 1, missing 2."""
    frame = material.frame()
    made = {}
    for name, column in material.columns.items():
        values = frame[name]
        missing = values.is_null().to_numpy().view(np.uint8) << 1
        if column.form == "number":
            # 1, so that a missing denominator is not 0.
            filled = values.fill_null(1)
            most = filled.abs().max()
            wide = isinstance(most, int) and most * 1000 >= 2**31
            made[name] = filled.cast(pl.Int64 if wide else pl.Int32).to_numpy(), missing
        elif column.form == "yes":
            made[name] = (~values).cast(pl.UInt8).fill_null(2).to_numpy(), missing
        else:
            # Places outside an order are below 0: the bytes below the one for what is missing.
            places = values.fill_null(0).to_numpy()
            bytes_ = np.where(places < 0, _ABSENT + places, places)
            made[name] = np.where(missing > 0, _ABSENT, bytes_).astype(np.uint8), missing
    return made
