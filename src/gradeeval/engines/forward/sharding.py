"""Trees into rules, and rules into shards that stay within what the C engine bears: counted here, before it sees them.

Measured on 2.0.28: 65 tests of one fact that hold at once fail, 512 under one node hang, a test that ends 256 rules kills
the process, and so does the 16th and/or group; an ``$or`` below an ``$and`` fires once for each combination of branches.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

from gradeeval.engines.forward.fields import Fields
from gradeeval.engines.forward.literals import check_distinct, comparison, group
from gradeeval.engines.forward.session import Shard, shard
from gradeeval.errors import EngineLimit
from gradeeval.language.lowering import (
    FALSE,
    TRUE,
    And,
    Key,
    Literal,
    Operand,
    Or,
    Tree,
    both,
    either,
    groups,
    literals,
)
from gradeeval.messages import _

MAX_TESTS = 60
"""Tests of a shard, so that no fact can make more hold at once than the C engine's stack has room for."""

MAX_LITERALS = 24
MAX_PATHS = 16
MAX_GROUPS = 14
"""Of one rule: literals, firings on one fact, and/or groups. What is larger is cut into truths of an earlier stage."""

MAX_FIELDS = 252
"""Fields of one fact."""

HOLDS = "+"
NEVER = "-"
"""The truths that need no rule: always, and never."""


@dataclass(frozen=True, slots=True)
class Block:
    """A shard, the slots that it reads and, for later stages, the fields of earlier truths that it reads."""

    shard: Shard
    slots: tuple[int, ...]
    earlier: tuple[tuple[str, str], ...]

    def fire(self, texts: list[str], fired: set[str]) -> None:
        """Add the truths that follow from the written slots and from what fired before; none follow from nothing."""
        fields = "".join([texts[slot] for slot in self.slots])
        if self.earlier:
            fields += "".join([text for name, text in self.earlier if name in fired])
        if fields:
            fired.update(self.shard.fire(fields))


class Truths:
    """Trees, each under the name that fires when it holds; the same tree has one name."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._names: dict[Tree, str] = {TRUE: HOLDS, FALSE: NEVER}
        self._rules: dict[str, Tree] = {}
        self._stages: dict[str, int] = {}

    def name(self, tree: Tree) -> str:
        """The name of a tree. What is too large for one rule goes before it, in rules of an earlier stage."""
        known = self._names.get(tree)
        if known is not None:
            return known
        rule = self._small(tree)
        name = self._names[tree] = f"{self._prefix}{len(self._rules)}"
        self._rules[name] = rule
        before = [self._stages[literal.key.operand.name] for literal in literals(rule) if literal.key.aspect == "fired"]
        self._stages[name] = 1 + max(before, default=-1)
        return name

    def literals(self) -> Iterable[Literal]:
        """The literals of values in all rules."""
        return (found for rule in self._rules.values() for found in literals(rule) if found.key.aspect != "fired")

    def blocks(self, fields: Fields) -> list[Block]:
        """The shards, those of earlier stages first."""
        built: list[Block] = []
        for stage in range(1 + max(self._stages.values(), default=-1)):
            chosen: dict[str, Tree] = {}
            tests = 1
            for name, rule in self._rules.items():
                if self._stages[name] != stage:
                    continue
                if tests + _tests(rule) > MAX_TESTS and chosen:
                    built.append(_block(chosen, fields))
                    chosen, tests = {}, 1
                chosen[name] = rule
                tests += _tests(rule)
            built.append(_block(chosen, fields))
        return built

    def _small(self, tree: Tree) -> Tree:
        if isinstance(tree, Literal):
            return tree
        join = both if isinstance(tree, And) else either
        parts = [self._small(part) for part in tree.parts]
        whole = join(parts)
        if _paths(whole) > MAX_PATHS or groups(whole) > MAX_GROUPS:
            parts = [self._earlier(part) for part in parts]
        while sum(_size(part) for part in parts) > MAX_LITERALS:
            parts = [self._earlier(join(chunk)) for chunk in _chunks(parts)]
        return join(parts)

    def _earlier(self, tree: Tree) -> Tree:
        if isinstance(tree, Literal):
            return tree
        return Literal("eq", Key("fired", Operand(self.name(tree))), 1)


def _chunks(parts: list[Tree]) -> list[list[Tree]]:
    chunks: list[list[Tree]] = [[]]
    for part in parts:
        if chunks[-1] and sum(map(_size, chunks[-1])) + _size(part) > MAX_LITERALS:
            chunks.append([])
        chunks[-1].append(part)
    return chunks


def _size(tree: Tree) -> int:
    return sum(1 for _literal in literals(tree))


def _paths(tree: Tree) -> int:
    """How often a rule can fire on one fact."""
    if isinstance(tree, Literal):
        return 1
    return (prod if isinstance(tree, And) else sum)(_paths(part) for part in tree.parts)


def _tests(tree: Tree) -> int:
    """The nodes that a rule adds at most: its literals, and one where the branches of an ``$or`` meet."""
    if isinstance(tree, Literal):
        return 1
    return isinstance(tree, Or) + sum(map(_tests, tree.parts))


def _block(rules: Mapping[str, Tree], fields: Fields) -> Block:
    slots: dict[int, None] = {}
    earlier: dict[str, str] = {}
    for rule in rules.values():
        for literal in literals(rule):
            if literal.key.aspect == "fired":
                earlier[literal.key.operand.name] = f',"{literal.key.operand.name}":1'
            else:
                slots[fields.slot(literal.key)] = None
    names = [*(name for slot in slots for name in fields.names[slot]), *earlier]
    check_distinct(names)
    _within_limits(rules.values(), len(names))
    patterns = {name: _pattern(rule, fields) for name, rule in rules.items()}
    return Block(shard(patterns, sum(map(_paths, rules.values()))), tuple(slots), tuple(earlier.items()))


def _within_limits(rules: Iterable[Tree], fields: int) -> None:
    """The last look before the C engine gets a shard: beyond these numbers it fails, hangs or dies."""
    chosen = list(rules)
    measured = {
        "tests": (sum(map(_tests, chosen)) + 1, MAX_TESTS),
        "groups": (max(map(groups, chosen), default=0), MAX_GROUPS),
        "fields": (fields, MAX_FIELDS),
    }
    for what, (found, most) in measured.items():
        if found > most:
            raise EngineLimit(
                _("forward 引擎的一组规则超限：{what} {found}，最多 {most}").format(what=what, found=found, most=most)
            )


def _pattern(tree: Tree, fields: Fields) -> str:
    if isinstance(tree, Literal):
        if tree.key.aspect == "fired":
            return comparison("eq", tree.key.operand.name, 1)
        return fields.test(tree)
    return group("$and" if isinstance(tree, And) else "$or", [_pattern(part, fields) for part in tree.parts])
