"""The requirements as small trees over named columns, made once from what gradeeval read: what every peer is given.

A tree says nothing of an engine. ``All`` and ``Any`` are Kleene's; each leaf is unknown where a column of its is. A quotient by 0 is
no value: then the requirement does not apply. Codes of outcomes: 0 met, 1 unmet, 2 unknown, 3 not applicable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradeeval.language.nodes import Condition, Requirement, Test
    from gradeeval.language.scope import Reference, Scope

MET, UNMET, UNKNOWN, NOT_APPLICABLE = 0, 1, 2, 3
Plain = dict[str, Any]
SIGNS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
INVERSE = {"ge": "lt", "gt": "le", "le": "gt", "lt": "ge"}


@dataclass(frozen=True)
class Column:
    """A column: its short name, that of the coded column in the file, its form, and what its whole numbers stand for.

    ``form``: ``number`` (in steps of 10 to the minus ``decimals``), ``rank`` (below 0 outside the order), ``code`` (a place in
    ``codes``) or ``yes``.
    """

    name: str
    source: str
    form: str
    decimals: int = 0
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Number:
    """``column op limit``, the limit in steps of the column."""

    column: str
    op: str
    limit: int
    decimals: int

    @property
    def natural(self) -> int | float:
        """The limit as a person writes it."""
        return natural(self.limit, self.decimals)


@dataclass(frozen=True)
class Rank:
    """``column op limit`` on an order; a value outside the order satisfies no bound."""

    column: str
    op: str
    limit: int


@dataclass(frozen=True)
class Yes:
    """The yes/no is this."""

    column: str
    wanted: bool


@dataclass(frozen=True)
class Among:
    """The code is one of these; ``places`` are theirs on the list."""

    column: str
    codes: tuple[str, ...]
    places: tuple[int, ...]


@dataclass(frozen=True)
class Quotient:
    """``of ÷ to op upper ÷ lower``, all whole numbers; ``to`` 0 is no value."""

    of: str
    to: str
    op: str
    upper: int
    lower: int


@dataclass(frozen=True)
class All:
    """All parts hold."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True)
class Either:
    """One part holds."""

    parts: tuple[Tree, ...]


Leaf = Number | Rank | Yes | Among | Quotient
Tree = Leaf | All | Either
Literal = tuple[Leaf, bool]
"""A leaf, and whether it is to be surely true or surely false."""


@dataclass(frozen=True)
class Rule:
    """Who is bound and what is asked; a quotient stands only as a whole target."""

    id: str
    where: All
    target: Tree


_NODES = {one.__name__: one for one in (Number, Rank, Yes, Among, Quotient, All, Either)}


def to_plain(tree: Tree) -> list[Any]:
    """As JSON: the name of the node, then its fields."""
    if isinstance(tree, All | Either):
        return [type(tree).__name__, *(to_plain(part) for part in tree.parts)]
    return [type(tree).__name__, *asdict(tree).values()]


def from_plain(plain: list[Any]) -> Tree:
    """The tree of such JSON."""
    made = _NODES[plain[0]]
    if made in (All, Either):
        return made(tuple(from_plain(part) for part in plain[1:]))
    return made(*(tuple(one) if isinstance(one, list) else one for one in plain[1:]))


def natural(number: int, decimals: int) -> int | float:
    """A number of steps as a person writes it: the nearest float is the one that the written decimal gives."""
    return number / 10**decimals if number % 10**decimals else number // 10**decimals


def leaves(tree: Tree) -> Iterator[Leaf]:
    """All leaves, from the left."""
    if isinstance(tree, All | Either):
        for part in tree.parts:
            yield from leaves(part)
    else:
        yield tree


def columns_of(leaf: Leaf) -> tuple[str, ...]:
    """What a leaf looks at."""
    return (leaf.of, leaf.to) if isinstance(leaf, Quotient) else (leaf.column,)


def surely(tree: Tree, wanted: bool) -> list[list[Literal]]:
    """When a tree is surely true, or surely false: one of these lists of literals holds whole."""
    if not isinstance(tree, All | Either):
        return [[(tree, wanted)]]
    found = [surely(part, wanted) for part in tree.parts]
    if isinstance(tree, All) == wanted:
        return [[literal for chosen in one for literal in chosen] for one in product(*found)]
    return [chosen for one in found for chosen in one]


# -- from the rule language ----------------------------------------------------------------------------------------------


def short(name: str) -> str:
    """The name of a column that any language takes."""
    return name.rpartition(".")[2].replace(":", "_")


def lowered(requirements: Iterable[Requirement], scope: Scope) -> tuple[list[Rule], dict[str, Column]]:
    """The trees of requirements that bind institutions, and the columns that they look at."""
    lowering = _Lowering(scope)
    rules = [
        Rule(f"R{number:03}", All(tuple(lowering.condition(item.where))), lowering.target(item))
        for number, item in enumerate(requirements, 1)
    ]
    return rules, dict(sorted(lowering.columns.items()))


class _Lowering:
    def __init__(self, scope: Scope) -> None:
        from gradeeval.language.nodes import Reach

        self.scope = scope
        self.reach = Reach("institution")
        self.columns: dict[str, Column] = {}

    def condition(self, condition: Condition) -> Iterator[Tree]:
        for name, test in condition.tests:
            yield from self._test(self._found(name), test)
        if condition.alternatives:
            yield Either(tuple(_joined(list(self.condition(item))) for item in condition.alternatives))

    def target(self, requirement: Requirement) -> Tree:
        from gradeeval.language.nodes import Ratio

        reference = self._found(requirement.indicator)
        test = requirement.target.test
        assert test is not None and not requirement.target.about and requirement.force == "mandatory"
        assert requirement.within is None and requirement.every_year is None and requirement.unless is None
        formula = reference.indicator.formula if reference.indicator is not None else None
        if isinstance(formula, Ratio):
            (op, limit), *more = _bounds(test)
            assert not more
            exact = Fraction(limit)
            of, to = (self._column(self._found(name)) for name in (formula.of, formula.to))
            assert self.columns[of].decimals == self.columns[to].decimals
            return Quotient(of, to, op, exact.numerator, exact.denominator)
        assert formula is None, requirement.id
        return _joined(list(self._test(reference, test)))

    def _found(self, name: str) -> Reference:
        from gradeeval.language.scope import Reference

        reference = self.scope.find(name, self.reach)
        assert isinstance(reference, Reference) and reference.above is None, name
        return reference

    def _test(self, reference: Reference, test: Test) -> Iterator[Leaf]:
        from gradeeval.language.lowering import place_of
        from gradeeval.language.nodes import Bounds, Includes, Is, NoneOf, OneOf

        form, values = reference.type.form, reference.type.values
        if isinstance(test, Includes):
            for code in test.codes:
                yield Yes(self._column(reference, code), wanted=True)
        elif form == "yes_no":
            assert isinstance(test, Is)
            yield Yes(self._column(reference), wanted=test.value is True)
        elif form == "number":
            decimals = reference.type.decimals
            for op, limit in _bounds(test):
                yield Number(self._column(reference), op, int(limit * 10**decimals), decimals)
        elif isinstance(test, Bounds):
            assert values is not None and values.ordered
            for op, limit in _bounds(test):
                yield Rank(self._column(reference), op, values.ranks[limit])
        else:
            assert values is not None and isinstance(test, Is | OneOf | NoneOf)
            named = (str(test.value),) if isinstance(test, Is) else test.values
            # The other codes of the list: no language then needs a negation, and unknown stays unknown.
            kept = [code for code in values.titles if (code in named) != isinstance(test, NoneOf)]
            column = self._column(reference)
            yield Among(column, tuple(kept), tuple(place_of(code, values) for code in kept))

    def _column(self, reference: Reference, code: str | None = None) -> str:
        form, values = reference.type.form, reference.type.values
        source = reference.name if code is None else f"{reference.name}:{code}"
        if form == "number":
            column = Column(short(source), source, "number", reference.type.decimals)
        elif form in ("yes_no", "list"):
            column = Column(short(source), source, "yes")
        else:
            assert values is not None
            column = Column(short(source), source, "rank" if values.ordered else "code", 0, tuple(values.titles))
        kept = self.columns.setdefault(column.name, column)
        assert kept == column
        return column.name


def _bounds(test: object) -> list[tuple[str, Any]]:
    from gradeeval.language.nodes import Bounds

    assert isinstance(test, Bounds)
    words = {"at_least": "ge", "above": "gt", "at_most": "le", "below": "lt"}
    return [(words[name], limit if isinstance(limit, int | Decimal) else str(limit)) for name, limit in test.stated()]


def _joined(parts: Sequence[Tree]) -> Tree:
    return parts[0] if len(parts) == 1 else All(tuple(parts))
