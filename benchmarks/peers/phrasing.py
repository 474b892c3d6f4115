"""A rule as nested choices of a two-valued language: the order of questions that costs such a language least.

Not bound where a part is surely false; unknown where a part is unknown then; of the target the same. Only columns that are missing
somewhere are asked whether they are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Protocol

from rules import (
    MET,
    NOT_APPLICABLE,
    UNKNOWN,
    UNMET,
    All,
    Either,
    Leaf,
    Quotient,
    Rule,
    Tree,
    columns_of,
    leaves,
    surely,
)

Phrase = Any
"""Of one language: text, or JSON."""


class Language(Protocol):
    """What a language brings. ``hit`` and ``miss`` are asked only where no column of the leaf is missing."""

    def hit(self, leaf: Leaf) -> Phrase:
        """The leaf is true."""

    def miss(self, leaf: Leaf) -> Phrase:
        """The leaf is false."""

    def missing(self, column: str) -> Phrase:
        """Nobody knows the column."""

    def there(self, column: str) -> Phrase:
        """The column is known."""

    def zero(self, column: str) -> Phrase:
        """The number is 0."""

    def both(self, parts: Sequence[Phrase]) -> Phrase:
        """All of two or more, from the left, no further than needed."""

    def either(self, parts: Sequence[Phrase]) -> Phrase:
        """One of two or more, from the left, no further than needed."""

    def negated(self, phrase: Phrase) -> Phrase:
        """Not that."""

    def chosen(self, when: Phrase, yes: Phrase, no: Phrase) -> Phrase:
        """One or the other."""

    def code(self, number: int) -> Phrase:
        """The code of an outcome."""


class Phrasing:
    """Says rules in a language; ``nullable`` are the columns of which a value may be missing."""

    def __init__(self, language: Language, nullable: Collection[str]) -> None:
        self.language = language
        self.nullable = nullable

    def rule(self, rule: Rule) -> Phrase:
        """The code of the outcome."""
        said = self.target(rule.target)
        unsure = self.unsure(rule.where)
        if unsure is not None:
            said = self.language.chosen(unsure, self.language.code(UNKNOWN), said)
        return self.language.chosen(self.surely(rule.where, wanted=False), self.language.code(NOT_APPLICABLE), said)

    def target(self, target: Tree) -> Phrase:
        """The code where the subject is bound."""
        language = self.language
        if isinstance(target, All | Either):
            said = language.code(MET)
            unsure = self.unsure(target)
            if unsure is not None:
                said = language.chosen(unsure, language.code(UNKNOWN), said)
            return language.chosen(self.surely(target, wanted=False), language.code(UNMET), said)
        said = language.chosen(language.hit(target), language.code(MET), language.code(UNMET))
        unsure = self.unsure(target)
        if unsure is not None:
            said = language.chosen(unsure, language.code(UNKNOWN), said)
        if isinstance(target, Quotient):
            zero = language.zero(target.to)
            if target.to in self.nullable:
                zero = language.both([language.there(target.to), zero])
            said = language.chosen(zero, language.code(NOT_APPLICABLE), said)
        return said

    def surely(self, tree: Tree, *, wanted: bool) -> Phrase:
        """The tree is surely true, or surely false, whatever is missing."""
        bodies = [self.both([self._literal(*literal) for literal in body]) for body in surely(tree, wanted)]
        return bodies[0] if len(bodies) == 1 else self.language.either(bodies)

    def unsure(self, tree: Tree) -> Phrase | None:
        """The tree is unknown, where it is not surely false; None where it never is."""
        if isinstance(tree, All):
            parts = [self.unsure(part) for part in tree.parts if not isinstance(part, All | Either)]
            parts += [
                self.language.negated(self.surely(part, wanted=True))
                for part in tree.parts
                if isinstance(part, Either) and self._missing(part)
            ]
            found = [part for part in parts if part is not None]
        elif isinstance(tree, Either):
            found = [self.language.negated(self.surely(tree, wanted=True))] if self._missing(tree) else []
        else:
            found = [self.language.missing(name) for name in self._missing(tree)]
        return None if not found else found[0] if len(found) == 1 else self.language.either(found)

    def both(self, parts: Sequence[Phrase]) -> Phrase:
        """All of one or more."""
        return parts[0] if len(parts) == 1 else self.language.both(parts)

    def _missing(self, tree: Tree) -> list[str]:
        names = (name for leaf in leaves(tree) for name in columns_of(leaf))
        return [name for name in dict.fromkeys(names) if name in self.nullable]

    def _literal(self, leaf: Leaf, wanted: bool) -> Phrase:
        said = self.language.hit(leaf) if wanted else self.language.miss(leaf)
        return self.both([*map(self.language.there, self._missing(leaf)), said])
