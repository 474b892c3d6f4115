"""What a ruleset says, as plain immutable values. Nothing here evaluates, prints or checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from gradeeval.timeline import Span

Number = int | Decimal
Limit = int | Decimal | str
"""A number, or a value of an order."""

FORCES = ("mandatory", "in_principle", "strive", "encourage", "explore", "permit")
"""From the strongest to the weakest."""


@dataclass(frozen=True, slots=True)
class Is:
    """The plain value: equal to it."""

    value: bool | str


@dataclass(frozen=True, slots=True)
class Bounds:
    """One or two bounds; at least one is set, and at most one on each side."""

    at_least: Limit | None = None
    above: Limit | None = None
    at_most: Limit | None = None
    below: Limit | None = None

    def stated(self) -> Iterator[tuple[str, Limit]]:
        """The bounds that are set, by name."""
        for name in ("at_least", "above", "at_most", "below"):
            limit = getattr(self, name)
            if limit is not None:
                yield name, limit


@dataclass(frozen=True, slots=True)
class Equals:
    """Exactly this number."""

    number: Number


@dataclass(frozen=True, slots=True)
class Includes:
    """A list that has each of these codes."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these values."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NoneOf:
    """Known, and none of these values."""

    values: tuple[str, ...]


Test = Is | Bounds | Equals | Includes | OneOf | NoneOf


@dataclass(frozen=True, slots=True)
class Condition:
    """All of ``tests`` hold and, where there are ``alternatives``, one of those too. Empty: true."""

    tests: tuple[tuple[str, Test], ...] = ()
    alternatives: tuple[Condition, ...] = ()

    def names(self) -> Iterator[str]:
        """The names that it tests, each as often as it stands there."""
        for name, _ in self.tests:
            yield name
        for alternative in self.alternatives:
            yield from alternative.names()


ALWAYS = Condition()


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked of the indicator: a test, or the reason why a person has to judge.

    ``about``: 左右, the bound is moved by the document's tolerance. ``up_to``: the end of a printed range; more is welcome.
    """

    test: Test | None = None
    about: bool = False
    up_to: Number | None = None
    needs_review: str | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """A sort of subject: a kind, and the tier of a region or the type of a network; None is any."""

    kind: str
    tier: str | None = None
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many parts satisfy ``where``."""

    of: Reach
    where: Condition = ALWAYS


@dataclass(frozen=True, slots=True)
class Share:
    """Percent of the parts with ``where`` that also have ``having``."""

    of: Reach
    where: Condition
    having: Condition


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of ``value`` over the parts with ``where``."""

    of: Reach
    where: Condition
    value: str


@dataclass(frozen=True, slots=True)
class Ratio:
    """``of`` divided by ``to``."""

    of: str
    to: str


@dataclass(frozen=True, slots=True)
class Change:
    """This year less the year before."""

    of: str


Formula = Count | Share | Sum | Ratio | Change


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something was written: a file and the path inside it, from which a line can be found."""

    file: str = ""
    path: tuple[str | int, ...] = ()

    def at(self, *steps: str | int) -> Origin:
        """A place inside of what was written there."""
        return Origin(self.file, (*self.path, *steps))

    def parent(self, steps: int = 1) -> Origin:
        """The place that this one lies in, so many steps up."""
        return Origin(self.file, self.path[:-steps])


NOWHERE = Origin()


@dataclass(frozen=True, slots=True)
class Indicator:
    """A named quantity or yes/no of a sort of subject; exactly one of ``unit``, ``order`` and ``listed`` is set."""

    name: str
    title: str
    reach: Reach
    unit: str | None = None
    order: str | None = None
    listed: str | None = None
    formula: Formula | None = None
    flow: bool = False
    decimals: int | None = None
    range: Bounds | None = None
    title_en: str | None = None
    note: str | None = None
    question: str | None = None
    evidence: tuple[str, ...] = ()
    department: str | None = None
    data_system: str | None = None
    origin: Origin = NOWHERE

    def names(self) -> Iterator[str]:
        """The names that its formula reads, each as often as it stands there."""
        formula = self.formula
        if isinstance(formula, Ratio):
            yield from (formula.of, formula.to)
        elif isinstance(formula, Change):
            yield formula.of
        elif formula is not None:
            yield from formula.where.names()
            if isinstance(formula, Share):
                yield from formula.having.names()
            if isinstance(formula, Sum):
                yield formula.value


@dataclass(frozen=True, slots=True)
class Requirement:
    """One decidable demand of a document on one sort of subject."""

    id: str
    document: str
    clause: str
    quote: str
    binds: Reach
    where: Condition
    indicator: str
    target: Target
    due_from: str
    force: str
    due: str | None = None
    unit: str | None = None
    within: Span | None = None
    every_year: Span | None = None
    unless: str | None = None
    title: str | None = None
    title_en: str | None = None
    topics: tuple[str, ...] = ()
    responsible: tuple[str, ...] = ()
    reading: str | None = None
    derived: tuple[tuple[str, str], ...] = ()
    related: tuple[str, ...] = ()
    supersedes: str | None = None
    extends: str | None = None
    stricter_than: str | None = None
    replaces: str | None = None
    basis: str | None = None
    tolerance: Number = 5
    origin: Origin = NOWHERE
