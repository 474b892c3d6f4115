"""The peers that chain forward from facts: CLIPS and raw durable-rules, each as its own manual has it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import reduce
from typing import Any

from material import Material
from one_by_one import Judge, Profile
from phrasing import Phrasing
from rules import (
    INVERSE,
    MET,
    NOT_APPLICABLE,
    SIGNS,
    UNMET,
    Among,
    Leaf,
    Number,
    Quotient,
    Rank,
    Rule,
    Yes,
    columns_of,
    leaves,
    surely,
)

SILENT = -1
"""What durable-rules says of cells that are neither met nor unmet: no rule fires."""

_AT_ONCE = 20
"""Requirements in one ruleset of durable-rules: with more under one node, two rules each, it ends with errors 303 and 107."""


# -- clipspy -------------------------------------------------------------------------------------------------------------


class _Clips:
    def hit(self, leaf: Leaf) -> str:
        if isinstance(leaf, Yes):
            return f"(eq ?{leaf.column} {'TRUE' if leaf.wanted else 'FALSE'})"
        if isinstance(leaf, Among):
            return self.either([f"(eq ?{leaf.column} {code})" for code in leaf.codes])
        if isinstance(leaf, Quotient):
            return f"({SIGNS[leaf.op]} (* ?{leaf.of} {leaf.lower}) (* ?{leaf.to} {leaf.upper}))"
        said = f"({SIGNS[leaf.op]} ?{leaf.column} {leaf.natural if isinstance(leaf, Number) else leaf.limit})"
        return f"(and {said} (>= ?{leaf.column} 0))" if isinstance(leaf, Rank) and leaf.op in ("le", "lt") else said

    def miss(self, leaf: Leaf) -> str:
        return self.negated(self.hit(leaf))

    def missing(self, column: str) -> str:
        return f"(eq ?{column} nil)"

    def there(self, column: str) -> str:
        return f"(neq ?{column} nil)"

    def zero(self, column: str) -> str:
        return f"(eq ?{column} 0)"

    def both(self, parts: Any) -> str:
        return f"(and {' '.join(parts)})"

    def either(self, parts: Any) -> str:
        return parts[0] if len(parts) == 1 else f"(or {' '.join(parts)})"

    def negated(self, phrase: str) -> str:
        return f"(not {phrase})"

    def chosen(self, when: str, yes: str, no: str) -> str:
        return f"(if {when} then {yes} else {no})"

    def code(self, number: int) -> str:
        return str(number)


def clips(material: Material) -> Judge:
    """Who is bound stands on the left of a rule, so that the network decides; the finding is asserted on the right."""
    import clips as library

    environment = library.Environment()
    phrasing = Phrasing(_Clips(), material.nullable)
    slots = " ".join(f"(slot {name} (default nil))" for name in material.columns)
    environment.build(f"(deftemplate profile {slots})")
    environment.build("(deftemplate finding (slot rule) (slot code))")
    for number, rule in enumerate(material.rules):
        names = dict.fromkeys(
            name for tree in (rule.where, rule.target) for leaf in leaves(tree) for name in columns_of(leaf)
        )
        pattern = " ".join(f"({name} ?{name})" for name in names)
        code = phrasing.target(rule.target)
        unsure = phrasing.unsure(rule.where)
        if unsure is not None:
            code = f"(if {unsure} then 2 else {code})"
        test = phrasing.surely(rule.where, wanted=False)
        environment.build(
            f"(defrule {rule.id} (profile {pattern}) (test (not {test})) => (assert (finding (rule {number}) (code {code}))))"
        )
    profiles, findings = (environment.find_template(name) for name in ("profile", "finding"))
    symbols: dict[str, Any] = {}
    nil = library.Symbol("nil")

    def judge(profile: Profile) -> list[int]:
        environment.reset()
        facts = {
            name: nil
            if value is None
            else symbols.setdefault(value, library.Symbol(value))
            if isinstance(value, str)
            else value
            for name, value in profile.items()
        }
        profiles.assert_fact(**facts)
        environment.run()
        codes = [NOT_APPLICABLE] * len(material.rules)
        for fact in findings.facts():
            codes[fact["rule"]] = fact["code"]
        return codes

    return judge


# -- durable-rules, as it comes ------------------------------------------------------------------------------------------


def durable(material: Material) -> Judge:
    """Two rules a requirement, for met and unmet; unknown and not applicable are silence. A fact a profile, asserted and retracted."""
    from durable import engine, lang

    found: dict[int, int] = {}
    names = []
    for start in range(0, len(material.rules), _AT_ONCE):
        name = f"bench{start}"
        names.append(name)
        with lang.ruleset(name):
            for number, rule in enumerate(material.rules[start : start + _AT_ONCE], start):
                for code in (MET, UNMET):
                    lang.when_all(_durable(rule, code, lang.m))(_noting(found, number, code))
    count = 0

    def judge(profile: Profile) -> list[int]:
        nonlocal count
        count += 1
        found.clear()
        fact = {name: value for name, value in profile.items() if value is not None}
        fact["id"] = str(count)
        for name in names:
            try:
                lang.assert_fact(name, fact)
            except engine.MessageNotHandledException:
                continue  # no rule of this set looks at it
            lang.retract_fact(name, fact)
        return [found.get(number, SILENT) for number in range(len(material.rules))]

    return judge


def _noting(found: dict[int, int], number: int, code: int) -> Callable[[Any], None]:
    def note(_context: Any) -> None:
        found[number] = code

    return note


def _durable(rule: Rule, code: int, m: Any) -> Any:
    where = _some([_every(body, m) for body in surely(rule.where, wanted=True)])
    return where & _some([_every(body, m) for body in surely(rule.target, wanted=code == MET)])


def _every(body: list[tuple[Leaf, bool]], m: Any) -> Any:
    return reduce(operator.and_, [_durable_literal(leaf, wanted, m) for leaf, wanted in body])


def _some(parts: list[Any]) -> Any:
    return reduce(operator.or_, parts)


def _durable_literal(leaf: Leaf, wanted: bool, m: Any) -> Any:
    if isinstance(leaf, Yes):
        return getattr(m, leaf.column) == (leaf.wanted == wanted)
    if isinstance(leaf, Among):
        assert wanted, "targets and conditions are never refused by code here"
        return _some([getattr(m, leaf.column) == code for code in leaf.codes])
    op = leaf.op if wanted else INVERSE[leaf.op]
    if isinstance(leaf, Quotient):
        whole = getattr(m, leaf.to) * (leaf.upper / leaf.lower)
        return (getattr(m, leaf.to) > 0) & getattr(operator, op)(getattr(m, leaf.of), whole)
    column = getattr(m, leaf.column)
    limit = leaf.natural if isinstance(leaf, Number) else leaf.limit
    said = getattr(operator, op)(column, limit)
    if isinstance(leaf, Rank) and leaf.op in ("le", "lt"):
        return (said & (column >= 0)) if wanted else (said | (column < 0))
    return said
