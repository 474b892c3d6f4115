"""A question: is there a subject on which these requirements come out so? Answered by Z3, with a case that shows it.

A case is what a ruleset's examples are made of: fields, facts, earlier years, parts, what is around. There are up to three of
one model, from the shortest to the fullest: with every tested indicator reported, with the facts that formulas are over, and
with parts. Which of them holds is for the reference engine to say (``gradeeval.proving``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import z3

from gradeeval.engines.solver.demand import Demand, common_sort
from gradeeval.engines.solver.identity import plain_identity
from gradeeval.engines.solver.numbers import Linear, Number, Quotient, exact
from gradeeval.engines.solver.outcomes import Outcomes
from gradeeval.engines.solver.parts import Parts
from gradeeval.engines.solver.realm import Realm
from gradeeval.engines.solver.subject import Key, Leaf, Place, Subject
from gradeeval.language.lowering import place_of
from gradeeval.language.nodes import Change, Reach
from gradeeval.rulesets.ruleset import Case
from gradeeval.timeline import Span
from gradeeval.vocabulary import ValueType

YES, NO, OPEN = "yes", "no", "open"
"""There is such a subject; there is none; not decided in the time."""

MOST_PARTS = 400
"""No case is made with more parts than this."""

Facts = dict[tuple[Place, int | Span], dict[str, Any]]


class Question:
    """Demands on one subject that is judged in ``year``; ``ask`` as often as needed."""

    def __init__(self, demands: Sequence[Demand], realm: Realm, year: int) -> None:
        reach = common_sort(demands)
        assert reach is not None
        self.reach = reach
        self._demands = demands
        self._realm = realm
        self._year = year
        self._subject = Subject(realm, self.reach, year, realm.rows(self.reach, year))
        self._outcomes = [Outcomes(demand, self._subject) for demand in demands]
        self._solver = z3.Solver()
        self._solver.set("timeout", realm.timeout)
        self._solver.set("random_seed", 0)
        self._solver.add(*self._subject.axioms())

    def outcome(self, index: int, word: str) -> z3.BoolRef:
        """The formula that demand ``index`` comes out so."""
        return self._outcomes[index].of(word)

    def ask(self, *wishes: z3.BoolRef) -> str:
        """Whether all wishes can hold of one subject; without time nothing is decided."""
        if self._realm.timeout <= 0:
            return OPEN
        self._solver.push()
        self._solver.add(*wishes)
        answer = self._solver.check()
        self._solver.pop()
        return YES if answer == z3.sat else NO if answer == z3.unsat else OPEN

    def core(self, marked: Mapping[str, z3.BoolRef], *wishes: z3.BoolRef) -> list[str]:
        """Of wishes that cannot hold together those, by name, that are enough to see it."""
        self._solver.push()
        self._solver.add(*wishes)
        marks = {name: z3.Bool(f"?{name}") for name in marked}
        self._solver.add(*(z3.Implies(mark, marked[name]) for name, mark in marks.items()))
        self._solver.check(*marks.values())
        found = {str(mark) for mark in self._solver.unsat_core()}
        self._solver.pop()
        return [name for name in marked if f"?{name}" in found]

    def some(self, kept: Sequence[z3.BoolRef], wanted: Mapping[int, z3.BoolRef]) -> set[int]:
        """Which of the wishes that are wanted hold in one model of those that are kept: one at least, if one can."""
        self._solver.push()
        self._solver.add(*kept, z3.Or(*wanted.values()))
        found: set[int] = set()
        if self._solver.check() == z3.sat:
            model = self._solver.model()
            found = {name for name, wish in wanted.items() if z3.is_true(model.eval(wish, model_completion=True))}
        self._solver.pop()
        return found

    def model(self, *wishes: z3.BoolRef) -> z3.ModelRef | None:
        """A model of the wishes, of round numbers and with numbers on the bounds that are tested, if there is one."""
        self._solver.push()
        try:
            self._solver.add(*wishes)
            if self._solver.check() != z3.sat:
                return None
            return self._polished(self._solver.model())
        finally:
            self._solver.pop()

    # -- small and round -------------------------------------------------------------------------------------------

    def _polished(self, model: z3.ModelRef) -> z3.ModelRef:
        """The model with each number moved to the first that will do of its bounds, their neighbours, 0, 1 and so on."""
        subject = self._subject
        for key, leaf in subject.leaves.items():
            if leaf.type.form != "number":
                model = self._settled(_plainer(key, leaf, subject), model)
        for (key, _scope), number in self._tested():
            model = self._settled(_rounder(number, subject.limits.get(key, ())), model)
        return model

    def _settled(self, wishes: Iterator[z3.BoolRef], model: z3.ModelRef) -> z3.ModelRef:
        """The model with the first of the wishes that can be had; it is kept from now on."""
        for wish in wishes:
            if self._solver.check(wish) == z3.sat:
                model = self._solver.model()
                self._solver.add(wish)
                break
        return model

    def _tested(self) -> Iterator[tuple[tuple[Key, int], Number]]:
        numbers = self._subject.numbers
        first = [item for item in numbers.items() if item[0] in self._subject.direct]
        yield from first
        yield from (item for item in numbers.items() if item[0] not in self._subject.direct)

    # -- cases -----------------------------------------------------------------------------------------------------

    def cases(self, model: z3.ModelRef) -> Iterator[Case]:
        """The cases of a model, from the shortest to the fullest."""
        yield self._case(model, self._facts(model, reported=True), None)
        if any(key not in self._subject.leaves for key, _scope in self._subject.numbers):
            yield self._case(model, self._facts(model, reported=False), None)
        parts = self._parts(model)
        if parts is not None:
            yield self._case(model, self._facts(model, reported=False), parts)

    def _case(self, model: z3.ModelRef, facts: Facts, parts: list[dict[str, Any]] | None) -> Case:
        subject, year = self._subject, self._year
        fields = _identity(subject, model)
        earlier: dict[str, dict[str, Any]] = {}
        above: dict[Reach, dict[str, Any]] = {}
        own: dict[str, Any] = {}
        for (place, when), given in sorted(facts.items(), key=lambda item: str(item[0][1])):
            own_fields = {name: value for name, value in given.items() if self._is_field(name, place)}
            rest = {name: value for name, value in given.items() if name not in own_fields}
            if place is not None:
                if when == year:
                    above.setdefault(place, {}).update(facts=rest, **own_fields)
            elif when == year:
                own.update(rest)
                fields.update(own_fields)
            elif isinstance(when, int):
                earlier[str(when)] = _both(own_fields, rest)
            else:
                last = when.last if when.last is not None else year
                earlier[f"{last - 1}..{last}"] = _both({}, rest)
        return Case(
            requirement=self._demands[0].requirement.id,
            title="",
            expected="",
            period=str(year),
            fields=fields,
            facts=own,
            earlier=earlier,
            parts=tuple(parts) if parts is not None else None,
            above=tuple({**_sort(reach), **given} for reach, given in above.items()),
        )

    def _is_field(self, name: str, place: Place) -> bool:
        return self._realm.is_field(name, (place or self.reach).kind)

    def _facts(self, model: z3.ModelRef, *, reported: bool) -> Facts:
        """The facts by place and year: what is tested, or what formulas are made of."""
        subject = self._subject
        facts: Facts = {}
        for key, leaf in subject.leaves.items():
            direct = any(known == key for known, _scope in subject.direct)
            if reported and not direct and leaf.type.form == "number":
                continue
            _put(facts, key, _leaf_plain(leaf, model))
        for (key, scope_id), number in subject.numbers.items():
            scope = subject.direct.get((key, scope_id))
            if scope is None and reported:
                continue
            if key in subject.leaves:
                continue
            indicator = next(
                (demand.scope.indicators.get(key[1]) for demand in self._demands if id(demand.scope) == scope_id), None
            )
            assert indicator is not None
            over_parts = not isinstance(number, Quotient) and not isinstance(indicator.formula, Change)
            if reported or (over_parts and (key[0] is not None or key[2] != self._year)):
                value_type = next(d.scope for d in self._demands if id(d.scope) == scope_id).types[key[1]]
                _put(facts, key, _number_plain(number, value_type, model))
        return facts

    def _parts(self, model: z3.ModelRef) -> list[dict[str, Any]] | None:
        """The parts of the subject in the judged year; None where there are none, or too many to write down."""
        groups = [parts for (place, _of, year), parts in self._subject.parts.items() if place is None]
        groups = [parts for parts in groups if parts.year == self._year]
        if not groups or any(parts.cells is None for parts in groups):
            return None
        made: list[dict[str, Any]] = []
        for parts in groups:
            made.extend(_members(parts, model))
            if len(made) > MOST_PARTS:
                return None
        return made


def _members(parts: Parts, model: z3.ModelRef) -> Iterator[dict[str, Any]]:
    """The parts one by one; a sum is shared out so that each value lies in its range."""
    for cell, many, sums in parts.members(model):
        plain = _part_plain(cell.part, cell.model, parts)
        left = dict(sums)
        for rest in range(min(many, MOST_PARTS + 1) - 1, -1, -1):
            facts = dict(plain.get("facts", {}))
            for name, whole in left.items():
                low, high, decimals = _range_of(cell.part, name)
                mine = whole - low * rest
                mine = mine if high is None else min(mine, high)
                facts[name] = _decimal(mine, decimals)
                left[name] = whole - mine
            yield {**plain, **({"facts": facts} if facts else {})}


def _range_of(part: Subject, name: str) -> tuple[Fraction, Fraction | None, int]:
    """Lowest and highest value of a fact of a part, and its decimals."""
    for (_place, known, _year), leaf in part.leaves.items():
        if known == name:
            low, high = leaf.type.lowest, leaf.type.highest
            return Fraction(low or 0), None if high is None else Fraction(high), leaf.type.decimals
    return Fraction(0), None, 6


def _part_plain(part: Subject, model: z3.ModelRef, parts: Parts) -> dict[str, Any]:
    plain: dict[str, Any] = {**_sort(parts.of), **_identity(part, model)}
    facts: dict[str, Any] = {}
    for (place, name, year), leaf in part.leaves.items():
        if place is None and year == part.year:
            value = _leaf_plain(leaf, model)
            if part.realm.is_field(name, parts.of.kind):
                plain[name] = value
            else:
                facts[name] = value
    inner: list[dict[str, Any]] = []
    for (place, _of, year), group in part.parts.items():
        if place is None and year == part.year:
            inner.extend(_members(group, model))
    return {**plain, **({"facts": facts} if facts else {}), **({"parts": inner} if inner else {})}


def _identity(subject: Subject, model: z3.ModelRef) -> dict[str, Any]:
    fields = plain_identity(subject.who, model)
    return fields if subject.names is subject.who else {**plain_identity(subject.names, model), **fields}


def _sort(reach: Reach) -> dict[str, Any]:
    return {key: value for key, value in (("kind", reach.kind), ("tier", reach.tier), ("type", reach.type)) if value}


def _both(fields: dict[str, Any], facts: dict[str, Any]) -> dict[str, Any]:
    return {**({"fields": fields} if fields else {}), **({"facts": facts} if facts else {})}


def _put(facts: Facts, key: Key, value: Any) -> None:
    place, name, when = key
    if value is not None:
        facts.setdefault((place, when), {})[name] = value


# -- values ------------------------------------------------------------------------------------------------------------


def _plainer(key: Key, leaf: Leaf, subject: Subject) -> Iterator[z3.BoolRef]:
    """Wishes for a value that is not a number: as in the judged year, else the first on the list, else no."""
    if leaf.type.form == "list":
        yield z3.And(*(z3.Not(has) for has in leaf.codes.values()))
        yield z3.And(*leaf.codes.values())
        return
    same = subject.leaves.get((key[0], key[1], subject.year))
    if same is not None and same is not leaf:
        yield leaf.term == same.term
        return
    if leaf.type.form == "yes_no":
        yield z3.Not(leaf.term)


def _rounder(number: Number, limits: Sequence[Fraction]) -> Iterator[z3.BoolRef]:
    """Wishes for a number: on a bound, one off, and round ones."""
    if isinstance(number, Quotient):
        for whole in (1, 2, 4, 5, 10, 20, 100, 1000):
            yield z3.And(
                number.to == whole,
                z3.Or(*(number.of * number.scale == exact(limit * whole) for limit in (*limits, Fraction(0)))),
            )
        for whole in (1, 2, 3, 4, 5, 10, 20, 100, 1000):
            yield number.to == whole
        yield number.to == 0
        return
    wanted = [*limits, *(limit + step for limit in limits for step in (1, -1))]
    wanted += [Fraction(round_) for round_ in (0, 1, 2, 5, 10, 20, 50, 100, 1000)]
    wanted += [limit + Fraction(step, 10) for limit in limits for step in (1, -1)]
    for value in dict.fromkeys(wanted):
        yield number.term == exact(value)


def _leaf_plain(leaf: Leaf, model: z3.ModelRef) -> Any:
    if leaf.type.form == "list":
        return [code for code, has in leaf.codes.items() if z3.is_true(model.eval(has, model_completion=True))]
    value = model.eval(leaf.term, model_completion=True)
    if leaf.type.form == "yes_no":
        return z3.is_true(value)
    if leaf.type.form == "number":
        if z3.is_int_value(value):
            return _decimal(Fraction(value.as_long(), 10**leaf.type.decimals), leaf.type.decimals)
        return _share_plain(value.as_fraction(), leaf.type)
    values = leaf.type.values
    assert values is not None
    return next((code for code in values.titles if place_of(code, values) == value.as_long()), None)


def _share_plain(value: Fraction, value_type: ValueType) -> Any:
    """A percent or ratio: as a decimal where it is one, else as numerator and denominator."""
    plain = _decimal(value, value_type.decimals)
    if plain is not None:
        return plain
    part = value / 100 if value_type.unit == "percent" else value
    return {"numerator": part.numerator, "denominator": part.denominator}


def _number_plain(number: Number, value_type: ValueType, model: z3.ModelRef) -> Any:
    if isinstance(number, Linear):
        if z3.is_true(model.eval(number.none, model_completion=True)):
            return None
        return _decimal(model.eval(number.term, model_completion=True).as_fraction(), value_type.decimals)
    of, to = (model.eval(term, model_completion=True).as_fraction() for term in (number.of, number.to))
    if to == 0 or z3.is_true(model.eval(number.none, model_completion=True)):
        return {"numerator": 0, "denominator": 0}
    many = of.denominator * to.denominator
    return {"numerator": int(of * many), "denominator": int(to * many)}


def _decimal(value: Fraction, decimals: int) -> int | Decimal | None:
    """The number as it is written, None where it has more decimals than that."""
    moved = value * 10**decimals
    if moved.denominator != 1:
        return None
    if value.denominator == 1:
        return int(value)
    return (Decimal(int(moved)) / Decimal(10**decimals)).normalize()
