"""The same requirements for zen-engine: one decision graph with an expression for each, giving the outcome."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import zen

from workload import LEVELS, Plain, Workload

OUTCOMES = ("met", "unmet", "unknown", "not_applicable")
SIGNS = {"at_least": ">=", "above": ">", "at_most": "<="}
_RANK = {level: rank for rank, level in enumerate(LEVELS)}


def _tests(where: Plain) -> tuple[list[str], list[str]]:
    """Expressions that are true where a test is surely false, and where it is unknown."""
    false, unknown = [], []
    for name, test in where.items():
        if name == "category":
            false.append(f"not (category in {json.dumps(test['one_of'])})")
        elif name == "level":
            false.append(f"rank < {_RANK[test['at_least']]}")
        elif name == "ownership":
            false.append("ownership != 'public'")
        else:
            false.append(f"({name} != null and {name} == false)")
            unknown.append(f"{name} == null")
    return false, unknown


def expression(requirement: Plain) -> str:
    """A nested choice: not applicable, unknown, met or unmet."""
    name, target = requirement["indicator"], requirement["target"]
    if target is True:
        holds = f"{name} == true"
    else:
        word, number = next(iter(target.items()))
        holds = f"{name} {SIGNS[word]} {number}"
    false, unknown = _tests(requirement["binds"]["where"])
    inner = f"({name} == null) ? 2 : (({holds}) ? 0 : 1)"
    if unknown:
        inner = f"({' or '.join(unknown)}) ? 2 : ({inner})"
    return f"({' or '.join(false)}) ? 3 : ({inner})"


def engine(load: Workload) -> Callable[[Plain], list[str]]:
    """From a context (see ``context``) to the outcomes in the order of the requirements."""
    expressions = [
        {"id": f"r{index}", "key": f"r{index}", "value": expression(requirement)}
        for index, requirement in enumerate(load.plain_requirements)
    ]
    place = {"x": 0, "y": 0}
    graph = {
        "contentType": "application/vnd.gorules.decision",
        "nodes": [
            {"id": "i", "name": "in", "type": "inputNode", "position": place},
            {
                "id": "e",
                "name": "rules",
                "type": "expressionNode",
                "content": {"expressions": expressions},
                "position": place,
            },
            {"id": "o", "name": "out", "type": "outputNode", "position": place},
        ],
        "edges": [
            {"id": "a", "sourceId": "i", "targetId": "e", "type": "edge"},
            {"id": "b", "sourceId": "e", "targetId": "o", "type": "edge"},
        ],
    }
    decision = zen.ZenEngine().create_decision(json.dumps(graph))
    keys = [f"r{index}" for index in range(len(expressions))]

    def judge(given: Plain) -> list[str]:
        result: Any = decision.evaluate(given)["result"]
        return [OUTCOMES[int(result[key])] for key in keys]

    return judge


def context(plain: Plain, load: Workload) -> Plain:
    """What zen-engine is given: all names at the top level, missing ones as null."""
    facts: Plain = dict.fromkeys(load.plain_indicators)
    for name, value in plain["facts"].items():
        facts[name] = value if isinstance(value, bool | int) else float(value)
    return {
        **facts,
        "category": plain["category"],
        "ownership": plain["ownership"],
        "rank": _RANK[plain["level"]],
    }
