"""One subject as variables of the solver: its fields and facts by year, those of what encloses it, and its formulas.

Everything is *known* here. The questions are about definite outcomes, which stay when unknown facts become known
(language §2.9), so a world of known values answers them; the facts that an answer does not need are dropped from the
witness afterwards. A formula is an axiom between an indicator and its operands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import z3

from gradeeval.engines.solver.identity import Identity, Row
from gradeeval.engines.solver.numbers import Linear, Number, Quotient, compared, exact
from gradeeval.engines.solver.parts import Parts
from gradeeval.engines.solver.realm import Realm
from gradeeval.language.lowering import And, Literal, Operand, Tree, place_of
from gradeeval.language.nodes import Change, Count, Ratio, Reach, Share, Sum
from gradeeval.language.scope import Reference, Scope, Unreachable
from gradeeval.timeline import Span
from gradeeval.vocabulary import AROUND, ValueType

Place = Reach | None
"""Where a value is read: on the subject itself (None), or on the one subject of that sort around it."""

Key = tuple[Place, str, int | Span]
"""A value: where, its name, and the year; of a total over an open span the span."""


@dataclass
class Leaf:
    """A reported fact or a field, as a variable; of a list one Boolean for each code."""

    type: ValueType
    term: Any = None
    codes: dict[str, z3.BoolRef] = field(default_factory=dict)


class Subject:
    """The variables and axioms of one subject that is judged in ``year``; ``rows`` are the identities that it can have."""

    def __init__(self, realm: Realm, reach: Reach, year: int, rows: Sequence[Row] | None, prefix: str = "") -> None:
        self.realm = realm
        self.reach = reach
        self.year = year
        self.prefix = prefix
        divisions = realm.divisions
        self.who = Identity(f"{prefix}r.", rows, divisions)
        self.names = self.who if reach.kind == "region" else Identity(f"{prefix}n.", None, None)
        self.leaves: dict[Key, Leaf] = {}
        self.numbers: dict[tuple[Key, int], Number] = {}
        self.parts: dict[tuple[Place, Reach, int], Parts] = {}
        self.direct: dict[tuple[Key, int], Scope] = {}
        self.limits: dict[Key, list[Fraction]] = {}
        self._axioms: list[z3.BoolRef] = []

    # -- trees -----------------------------------------------------------------------------------------------------

    def holds(self, tree: Tree, scope: Scope, year: int) -> z3.BoolRef:
        """A lowered tree in a year."""
        if isinstance(tree, Literal):
            return self._literal(tree, scope, year)
        parts = [self.holds(part, scope, year) for part in tree.parts]
        return z3.And(*parts) if isinstance(tree, And) else z3.Or(*parts)

    def none(self, operand: Operand, scope: Scope, year: int) -> z3.BoolRef:
        """That a value is *no value*."""
        reference = self._reference(operand, scope)
        if reference.type.form != "number":
            return z3.BoolVal(False)
        return self._tested(operand, reference, scope, year).none

    def _literal(self, literal: Literal, scope: Scope, year: int) -> z3.BoolRef:
        key = literal.key
        operand = key.operand
        aspect = key.aspect
        if aspect in ("named", "code"):
            identity = self._identity(operand.name)
            if identity is not None:
                return identity.literal(literal)
        reference = self._reference(operand, scope)
        if aspect in ("lo", "hi", "empty"):
            number = self._tested(operand, reference, scope, year)
            if aspect == "empty":
                return number.none
            limit = Fraction(literal.number) / 10**reference.type.decimals
            self._remember((operand.above, operand.name, year), limit)
            return number.compare(literal.op, limit)
        if operand.within is not None:
            return self._done(operand, reference, year, bool(literal.number))
        leaf = self._leaf((operand.above, operand.name, year), reference.type)
        if aspect == "truth":
            return leaf.term if literal.number else z3.Not(leaf.term)
        if aspect == "has":
            has = leaf.codes[key.detail[0]]
            return has if literal.number else z3.Not(has)
        return compared(literal.op, leaf.term, z3.IntVal(int(literal.number)))

    def _identity(self, name: str) -> Identity | None:
        if name == "name":
            return self.names
        if name in AROUND or (name == "division" and self.reach.kind == "region"):
            return self.who
        return None

    def _reference(self, operand: Operand, scope: Scope) -> Reference:
        found = scope.find(operand.name, operand.above or self.reach)
        assert not isinstance(found, Unreachable), found.refusal.sentence
        return found

    # -- windows ---------------------------------------------------------------------------------------------------

    def _tested(self, operand: Operand, reference: Reference, scope: Scope, year: int) -> Number:
        """The number that is tested: of the year, or the total of the window up to it."""
        if operand.within is None:
            self._directly((operand.above, operand.name, year), scope)
            return self.number(operand.above, operand.name, scope, year)
        return self._total(operand, reference, scope, year)

    def _years(self, span: Span, year: int) -> list[int]:
        assert span.first is not None
        last = year if span.last is None else min(year, span.last)
        return list(range(span.first, last + 1))

    def _total(self, operand: Operand, reference: Reference, scope: Scope, year: int) -> Number:
        span = operand.within
        assert span is not None
        if span.first is None:
            key = (operand.above, operand.name, span)
            self._directly(key, scope)
            return self._leaf_number(key, reference.type)
        years = self._years(span, year)
        for each in years:
            self._directly((operand.above, operand.name, each), scope)
        values = [self.number(operand.above, operand.name, scope, each) for each in years]
        empty = [value.none for value in values]
        total = z3.Sum(*(z3.If(value.none, exact(0), value.term) for value in values))
        indicator = reference.indicator
        none = z3.And(*empty) if empty else z3.BoolVal(True)
        if indicator is not None and isinstance(indicator.formula, Change) and years:
            # Where a year has no value, what counts is the last year less that before the first.
            of = indicator.formula.of
            last = self.number(operand.above, of, scope, years[-1])
            before = self.number(operand.above, of, scope, years[0] - 1)
            broken = z3.Or(*empty)
            term = z3.If(broken, last.term - before.term, total)
            return Linear(term, z3.And(broken, z3.Or(last.none, before.none)))
        return Linear(total, none)

    def _done(self, operand: Operand, reference: Reference, year: int, wanted: bool) -> z3.BoolRef:
        """Of a yes/no, whether it was done in one of the years; before an open start nobody knows that it was not."""
        span = operand.within
        assert span is not None
        years = [year if span.last is None else min(year, span.last)] if span.first is None else self._years(span, year)
        done = [self._leaf((operand.above, operand.name, each), reference.type).term for each in years]
        if wanted:
            return z3.Or(*done)
        return z3.BoolVal(False) if span.first is None else z3.Not(z3.Or(*done))

    # -- values ----------------------------------------------------------------------------------------------------

    def number(self, place: Place, name: str, scope: Scope, year: int) -> Number:
        """A number of a year: a variable, or what its formula makes of others."""
        found = scope.find(name, place or self.reach)
        assert not isinstance(found, Unreachable), found.refusal.sentence
        place = found.above or place
        key = (place, name, year)
        made = self.numbers.get((key, id(scope)))
        if made is None:
            indicator = found.indicator
            if indicator is None or indicator.formula is None:
                made = self._leaf_number(key, found.type)
            else:
                made = self._computed(key, found, scope, year)
            self.numbers[key, id(scope)] = made
        return made

    def _computed(self, key: Key, reference: Reference, scope: Scope, year: int) -> Number:
        place, name, _year = key
        assert reference.indicator is not None
        formula = reference.indicator.formula
        label = f"{self.prefix}{_said(place)}{name}@{year}#{id(scope)}"
        if isinstance(formula, Change):
            now, before = (self.number(place, formula.of, scope, at) for at in (year, year - 1))
            return Linear(now.term - before.term, z3.Or(now.none, before.none))
        if isinstance(formula, Ratio):
            of, to = (self.number(place, operand, scope, year) for operand in (formula.of, formula.to))
            scale = 100 if reference.type.unit == "percent" else 1
            return Quotient(label, of.term, to.term, scale, z3.Or(of.none, to.none, to.term == 0))
        assert isinstance(formula, Count | Share | Sum)
        parts = self._parts_of(place, formula.of, year)
        inside = parts.condition(formula.where, scope)
        if isinstance(formula, Count):
            return Linear(z3.ToReal(parts.count((inside,))), z3.BoolVal(False))
        if isinstance(formula, Share):
            whole = parts.count((inside,))
            have = parts.count((inside, parts.condition(formula.having, scope)))
            return Quotient(label, z3.ToReal(have), z3.ToReal(whole), 100, whole == 0)
        return Linear(parts.sum(inside, formula.value, scope), z3.BoolVal(False))

    def _parts_of(self, place: Place, of: Reach, year: int) -> Parts:
        key = (place, of, year)
        made = self.parts.get(key)
        if made is None:
            label = f"{self.prefix}{_said(place)}{of.kind}.{of.tier}.{of.type}@{year}/"
            rows = self.realm.rows_inside(of, year) if place is None and self.whole else None
            made = self.parts[key] = Parts(self.realm, of, year, label, rows)
        return made

    @property
    def whole(self) -> bool:
        """Whether it is the one region that the jurisdiction itself is, so that its parts are on the roster by number."""
        return self.reach == self.realm.own

    def _leaf_number(self, key: Key, value_type: ValueType) -> Linear:
        leaf = self._leaf(key, value_type)
        term = leaf.term
        if not _free(value_type):
            term = z3.ToReal(term) / exact(10**value_type.decimals)
        return Linear(term, z3.BoolVal(False))

    def _leaf(self, key: Key, value_type: ValueType) -> Leaf:
        leaf = self.leaves.get(key)
        if leaf is not None:
            return leaf
        place, name, year = key
        label = f"{self.prefix}{_said(place)}{name}@{year}"
        leaf = self.leaves[key] = Leaf(value_type)
        values = value_type.values
        if value_type.form == "yes_no":
            leaf.term = z3.Bool(label)
        elif value_type.form == "number":
            self._range(leaf, label)
        elif value_type.form == "list":
            assert values is not None
            leaf.codes = {code: z3.Bool(f"{label}:{code}") for code in values.titles}
        else:
            assert values is not None
            leaf.term = z3.Int(label)
            places = [place_of(code, values) for code in values.titles]
            self._axioms += [leaf.term >= min(places, default=0), leaf.term <= max(places, default=0)]
            if 0 not in places:
                self._axioms.append(z3.Or(*(leaf.term == at for at in places)))
        return leaf

    def _range(self, leaf: Leaf, label: str) -> None:
        value_type = leaf.type
        free = _free(value_type)
        leaf.term = z3.Real(label) if free else z3.Int(label)
        shift = 1 if free else 10**value_type.decimals
        if value_type.lowest is not None:
            self._axioms.append(leaf.term >= _constant(Fraction(value_type.lowest) * shift, free))
        if value_type.highest is not None:
            self._axioms.append(leaf.term <= _constant(Fraction(value_type.highest) * shift, free))

    def _directly(self, key: Key, scope: Scope) -> None:
        self.direct.setdefault((key, id(scope)), scope)

    def _remember(self, key: Key, limit: Fraction) -> None:
        known = self.limits.setdefault(key, [])
        if limit not in known:
            known.append(limit)

    # -- axioms ----------------------------------------------------------------------------------------------------

    def axioms(self) -> Iterator[z3.BoolRef]:
        """All that ties the variables together; to be asked for when every question has been put."""
        for parts in self.parts.values():
            yield from parts.axioms()
        for number in self.numbers.values():
            if isinstance(number, Quotient):
                yield from number.links()
        yield from self._axioms
        yield from self._grades()
        yield self.who.axiom()
        if self.names is not self.who:
            yield self.names.axiom()

    def _grades(self) -> Iterator[z3.BoolRef]:
        """A grade belongs to its level: profiles whose two fields disagree are refused."""
        for (place, name, year), grade in self.leaves.items():
            level = self.leaves.get((place, "level", year))
            if name != "level_grade" or level is None or grade.type.values is None or level.type.values is None:
                continue
            for code in grade.type.values.titles:
                stem = next((at for at in level.type.values.titles if code == at or code.startswith(f"{at}_")), None)
                if stem is not None:
                    yield z3.Implies(
                        grade.term == place_of(code, grade.type.values), level.term == place_of(stem, level.type.values)
                    )


def _free(value_type: ValueType) -> bool:
    """Whether a reported number may be any fraction, because it may be given as numerator and denominator."""
    return value_type.unit in ("percent", "ratio")


def _constant(number: Fraction, free: bool) -> z3.ArithRef:
    if free:
        return exact(number)
    assert number.denominator == 1
    return z3.IntVal(number.numerator)


def _said(place: Place) -> str:
    return "" if place is None else f"{place.kind}.{place.tier}.{place.type}."
