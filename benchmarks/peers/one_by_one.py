"""The peers that judge one profile at a time: each is a function from the material to one from a profile to its codes."""

from __future__ import annotations

import json
import operator
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from material import Material
from phrasing import Phrasing
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
    Rule,
    Tree,
    Yes,
    columns_of,
    leaves,
    surely,
)

Profile = dict[str, Any]
Judge = Callable[[Profile], list[int]]
Truth = Callable[[Profile], "bool | None"]


# -- Python closures -----------------------------------------------------------------------------------------------------


def closures(material: Material) -> Judge:
    """Functions of functions, no library."""
    judges = [_closure(rule) for rule in material.rules]
    return lambda profile: [judge(profile) for judge in judges]


def _closure(rule: Rule) -> Callable[[Profile], int]:
    bound, target = _truth(rule.where), rule.target
    if isinstance(target, Quotient):
        of, to, upper, lower, op = target.of, target.to, target.upper, target.lower, getattr(operator, target.op)

        def quotient(profile: Profile) -> int:
            binds = bound(profile)
            if binds is False:
                return NOT_APPLICABLE
            below, above = profile[to], profile[of]
            if binds is None:
                return UNKNOWN
            if below == 0:
                return NOT_APPLICABLE
            if above is None or below is None:
                return UNKNOWN
            return MET if op(above * lower, below * upper) else UNMET

        return quotient
    holds = _truth(target)

    def judge(profile: Profile) -> int:
        binds = bound(profile)
        if binds is False:
            return NOT_APPLICABLE
        if binds is None:
            return UNKNOWN
        truth = holds(profile)
        return UNKNOWN if truth is None else MET if truth else UNMET

    return judge


def _truth(tree: Tree) -> Truth:
    if isinstance(tree, All | Either):
        parts, stop = [_truth(part) for part in tree.parts], isinstance(tree, Either)
        if len(parts) == 1:
            return parts[0]

        def fold(profile: Profile) -> bool | None:
            result: bool | None = not stop
            for part in parts:
                truth = part(profile)
                if truth is stop:
                    return stop
                if truth is None:
                    result = None
            return result

        return fold
    assert not isinstance(tree, Quotient)
    name = tree.column
    if isinstance(tree, Yes):
        wanted = tree.wanted
        return lambda profile: None if (value := profile[name]) is None else value is wanted
    if isinstance(tree, Among):
        codes = frozenset(tree.codes)
        return lambda profile: None if (value := profile[name]) is None else value in codes
    compare = getattr(operator, tree.op)
    limit = tree.natural if isinstance(tree, Number) else tree.limit
    if isinstance(tree, Rank) and tree.op in ("le", "lt"):
        return lambda profile: None if (value := profile[name]) is None else value >= 0 and compare(value, limit)
    return lambda profile: None if (value := profile[name]) is None else compare(value, limit)


# -- zen-engine ----------------------------------------------------------------------------------------------------------


class _Text:
    """Languages of operators in a line of text."""

    AND, OR, NOT, EQUAL, QUOTE = " and ", " or ", "not ({})", "==", "'{}'"

    def hit(self, leaf: Leaf) -> str:
        if isinstance(leaf, Yes):
            return f"{leaf.column} {self.EQUAL} {'true' if leaf.wanted else 'false'}"
        if isinstance(leaf, Among):
            if len(leaf.codes) == 1:
                return f"{leaf.column} {self.EQUAL} {self.QUOTE.format(leaf.codes[0])}"
            return f"{leaf.column} in [{', '.join(map(self.QUOTE.format, leaf.codes))}]"
        if isinstance(leaf, Quotient):
            return f"{leaf.of} * {leaf.lower} {SIGNS[leaf.op]} {leaf.to} * {leaf.upper}"
        said = f"{leaf.column} {SIGNS[leaf.op]} {leaf.natural if isinstance(leaf, Number) else leaf.limit}"
        return f"({said}{self.AND}{leaf.column} >= 0)" if isinstance(leaf, Rank) and leaf.op in ("le", "lt") else said

    def miss(self, leaf: Leaf) -> str:
        return self.negated(self.hit(leaf))

    def missing(self, column: str) -> str:
        return f"{column} {self.EQUAL} null"

    def there(self, column: str) -> str:
        return f"{column} != null"

    def zero(self, column: str) -> str:
        return f"{column} {self.EQUAL} 0"

    def both(self, parts: Any) -> str:
        return "(" + self.AND.join(parts) + ")"

    def either(self, parts: Any) -> str:
        return "(" + self.OR.join(parts) + ")"

    def negated(self, phrase: str) -> str:
        return self.NOT.format(phrase)

    def chosen(self, when: str, yes: str, no: str) -> str:
        return f"({when}) ? {yes} : ({no})"

    def code(self, number: int) -> str:
        return str(number)


def zen_engine(material: Material) -> Judge:
    """One decision graph with an expression a requirement."""
    import zen

    phrasing = Phrasing(_Text(), material.nullable)
    keys = [rule.id for rule in material.rules]
    expressions = [{"id": rule.id, "key": rule.id, "value": phrasing.rule(rule)} for rule in material.rules]
    place = {"x": 0, "y": 0}
    graph = {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            {"id": "i", "name": "in", "type": "inputNode", "position": place},
            {"id": "e", "name": "rules", "type": "expressionNode", "content": {"expressions": expressions}}
            | {"position": place},
            {"id": "o", "name": "out", "type": "outputNode", "position": place},
        ],
        "edges": [
            {"id": "a", "sourceId": "i", "targetId": "e", "type": "edge"},
            {"id": "b", "sourceId": "e", "targetId": "o", "type": "edge"},
        ],
    }
    decision = zen.ZenEngine().create_decision(json.dumps(graph))

    def judge(profile: Profile) -> list[int]:
        result = decision.evaluate(profile)["result"]
        return [result[key] for key in keys]

    return judge


# -- datalogic-py (JsonLogic) --------------------------------------------------------------------------------------------


class _JsonLogic:
    def hit(self, leaf: Leaf) -> Any:
        if isinstance(leaf, Yes):
            return {"===": [{"var": leaf.column}, leaf.wanted]}
        if isinstance(leaf, Among):
            if len(leaf.codes) == 1:
                return {"===": [{"var": leaf.column}, leaf.codes[0]]}
            return {"in": [{"var": leaf.column}, list(leaf.codes)]}
        if isinstance(leaf, Quotient):
            sides = ({"*": [{"var": name}, by]} for name, by in ((leaf.of, leaf.lower), (leaf.to, leaf.upper)))
            return {SIGNS[leaf.op]: list(sides)}
        limit = leaf.natural if isinstance(leaf, Number) else leaf.limit
        said = {SIGNS[leaf.op]: [{"var": leaf.column}, limit]}
        if isinstance(leaf, Rank) and leaf.op in ("le", "lt"):
            return {"and": [said, {">=": [{"var": leaf.column}, 0]}]}
        return said

    def miss(self, leaf: Leaf) -> Any:
        return {"!": [self.hit(leaf)]}

    def missing(self, column: str) -> Any:
        return {"===": [{"var": column}, None]}

    def there(self, column: str) -> Any:
        return {"!==": [{"var": column}, None]}

    def zero(self, column: str) -> Any:
        return {"===": [{"var": column}, 0]}

    def both(self, parts: Any) -> Any:
        return {"and": list(parts)}

    def either(self, parts: Any) -> Any:
        return {"or": list(parts)}

    def negated(self, phrase: Any) -> Any:
        return {"!": [phrase]}

    def chosen(self, when: Any, yes: Any, no: Any) -> Any:
        return {"if": [when, yes, no]}

    def code(self, number: int) -> Any:
        return number


def datalogic(material: Material) -> Judge:
    """All requirements in one call of a session, the profile given over once."""
    import datalogic_py

    engine = datalogic_py.Engine()
    session = engine.session()
    phrasing = Phrasing(_JsonLogic(), material.nullable)
    compiled = [engine.compile(phrasing.rule(rule)) for rule in material.rules]

    def judge(profile: Profile) -> list[int]:
        return [int(code) for code in session.evaluate_many(compiled, datalogic_py.DataHandle(json.dumps(profile)))]

    return judge


# -- opa-eval (Rego, by regorus) -----------------------------------------------------------------------------------------


def opa(material: Material) -> Judge:
    """A chain of ``else`` a requirement; what is missing in the input is undefined, which is Rego's own third value."""
    import opa_eval

    with tempfile.TemporaryDirectory() as folder:
        policy = Path(folder) / "policy.rego"
        policy.write_text(_rego(material), encoding="utf-8")
        engine = opa_eval.OpaEval(str(policy), query="data.p.out")
    keys = [rule.id for rule in material.rules]

    def judge(profile: Profile) -> list[int]:
        known = {name: value for name, value in profile.items() if value is not None}
        found = engine.evaluate_parsed(json.dumps(known))
        return [found[key] for key in keys]

    return judge


def _rego(material: Material) -> str:
    lines = ["package p", "import rego.v1"]
    for rule in material.rules:
        lines += _rego_rule(rule, material)
    lines.append("out := {" + ", ".join(f'"{rule.id}": {rule.id}' for rule in material.rules) + "}")
    return "\n".join(lines) + "\n"


def _rego_rule(rule: Rule, material: Material) -> list[str]:
    """The rule, and before it what its alternatives need: a negation of several bodies takes a rule of its own."""
    lines: list[str] = []
    chain = [(NOT_APPLICABLE, body) for body in _rego_bodies(rule.where, wanted=False)]
    for part in rule.where.parts:
        if isinstance(part, Either):
            lines += [f"any_{rule.id} if {{ {body} }}" for body in _rego_bodies(part, wanted=True)]
            chain.append((UNKNOWN, f"not any_{rule.id}"))
        else:
            chain += _rego_missing(part, material)
    if isinstance(rule.target, Quotient):
        chain.append((NOT_APPLICABLE, f"input.{rule.target.to} == 0"))
    if isinstance(rule.target, All):
        chain += [(UNMET, body) for body in _rego_bodies(rule.target, wanted=False)]
        chain += _rego_missing(rule.target, material)
        last = MET
    else:
        chain += _rego_missing(rule.target, material)
        chain += [(MET, body) for body in _rego_bodies(rule.target, wanted=True)]
        last = UNMET
    steps = [f"{code} if {{ {body} }}" for code, body in chain]
    lines.append(f"{rule.id} := " + " else := ".join([*steps, str(last)]))
    return lines


def _rego_missing(tree: Tree, material: Material) -> list[tuple[int, str]]:
    names = dict.fromkeys(name for leaf in leaves(tree) for name in columns_of(leaf))
    return [(UNKNOWN, f'object.get(input, "{name}", null) == null') for name in names if name in material.nullable]


def _rego_bodies(tree: Tree, *, wanted: bool) -> list[str]:
    return ["; ".join(_rego_literal(*literal) for literal in body) for body in surely(tree, wanted)]


def _rego_literal(leaf: Leaf, wanted: bool) -> str:
    if isinstance(leaf, Yes):
        return f"input.{leaf.column} == {'true' if leaf.wanted == wanted else 'false'}"
    if isinstance(leaf, Among):
        codes = "{" + ", ".join(map(json.dumps, leaf.codes)) + "}"
        value = f"input.{leaf.column}"
        return f"{value} in {codes}" if wanted else f"{value} != null; not {value} in {codes}"
    if isinstance(leaf, Quotient):
        assert wanted
        return f"input.{leaf.of} * {leaf.lower} {SIGNS[leaf.op]} input.{leaf.to} * {leaf.upper}"
    limit = leaf.natural if isinstance(leaf, Number) else leaf.limit
    signs = SIGNS if wanted else {"ge": "<", "gt": "<=", "le": ">", "lt": ">="}
    said = f"input.{leaf.column} {signs[leaf.op]} {limit}"
    if isinstance(leaf, Rank) and leaf.op in ("le", "lt"):
        assert wanted
        return f"{said}; input.{leaf.column} >= 0"
    return said
