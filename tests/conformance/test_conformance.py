"""The language as data, through every engine: each case of the YAML files beside this one has one outcome.

A file has ``indicators``, ``types``, ``permits`` and ``groups``: a ``base`` requirement and ``cases``, each with keys of a
requirement that replace those of the base, then what is known, as in the examples of a ruleset, and what ``is`` expected.
Beyond those: ``between`` gives an interval for a fact, ``above_earlier`` the facts above the subject in an earlier year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.property.columned import run_of, said_of

from gradeeval.engines import reference
from gradeeval.engines.cases import CaseWorld
from gradeeval.engines.forward.engine import Engine as ForwardEngine
from gradeeval.engines.forward.session import available
from gradeeval.engines.judgement import Judgement
from gradeeval.engines.views import View
from gradeeval.files.reading import read_plain
from gradeeval.language.checking import check_indicators, check_requirement
from gradeeval.language.nodes import Requirement
from gradeeval.language.reading import read_indicator, read_requirement, read_values
from gradeeval.language.scope import Scope, build_scope
from gradeeval.profiles.facts import read_fact
from gradeeval.quantity import Interval, NoValue
from gradeeval.rulesets.ruleset import Case, PolicyDocument
from gradeeval.schemas import shipped
from gradeeval.timeline import read_period
from gradeeval.vocabulary import KINDS, read_vocabulary

FILES = sorted(Path(__file__).parent.glob("*.yaml"))
ENGINES = ("reference", "forward", "columnar")
OF_A_REQUIREMENT = ("binds", "indicator", "target", "within", "every_year", "unless", "force")
TRUTHS = {"T": True, "F": False}
BOUND = {"T": "met", "F": "not_applicable", "U": "unknown"}


@dataclass(frozen=True, slots=True)
class Told:
    """A case of a file: the requirement, the small world, and what is expected."""

    file: str
    name: str
    requirement: Requirement
    permits: Mapping[str, Requirement]
    scope: Scope
    plain: Mapping[str, Any]

    def view(self) -> View:
        plain = self.plain
        case = Case(
            self.requirement.id,
            self.name,
            plain["is"],
            plain.get("period"),
            plain.get("fields", {}),
            plain.get("facts", {}),
            {year: {"facts": given.get("facts", {})} for year, given in plain.get("earlier", {}).items()},
            plain.get("parts"),
            tuple(plain.get("above", ())),
        )
        small = CaseWorld(case, self.requirement, PolicyDocument("x", "x", "000000"), self.scope)
        self._widen(small.view, plain)
        for year, given in plain.get("earlier", {}).items():
            if ".." not in year:
                self._widen(small.view.at_year(int(year)), given)
        for year, facts in plain.get("above_earlier", {}).items():
            self._above(small, year, facts)
        return small.view

    def _widen(self, view: View, plain: Mapping[str, Any]) -> None:
        for name, ends in plain.get("between", {}).items():
            lo, hi = (read_fact(end, self.scope.types[name])[0] for end in ends)
            assert isinstance(lo, int)
            assert isinstance(hi, int)
            view.values[name] = Interval(lo, hi)

    def _above(self, small: CaseWorld, year: str, given: list[Mapping[str, Any]]) -> None:
        period = read_period(year)
        assert period is not None
        for index, facts in enumerate(given):
            found = next(found for key, found in small.world.history.items() if key[1] == f"above{index}")
            values = {name: read_fact(fact, self.scope.types[name])[0] for name, fact in facts.items()}
            found.insert(0, replace(found[-1], period=period, values=values))


@cache
def scope_of(path: Path) -> Scope:
    plain = read_plain(path).data
    vocabulary = read_vocabulary({name: shipped(name) for name in ("vocabulary", *KINDS)})
    indicators = [read_indicator(name, node) for name, node in plain["indicators"].items()]
    lists = [read_values(name, node) for name, node in plain.get("types", {}).items()]
    scope = build_scope(vocabulary, indicators, lists)
    assert list(check_indicators(indicators, scope)) == []
    return scope


def told(path: Path) -> Iterator[Told]:
    plain = read_plain(path).data
    scope = scope_of(path)
    permits = {name: requirement_of(node, name) for name, node in plain.get("permits", {}).items()}
    kinds = plain.get("parts", {})
    for group in plain["groups"]:
        for case in group["cases"]:
            own = {key: value for key, value in case.items() if key in OF_A_REQUIREMENT}
            requirement = requirement_of({**group["base"], **own}, "x/1")
            parts = case.get("parts")
            if isinstance(parts, Mapping):
                case = {**case, "parts": [kinds[name] for name, times in parts.items() for _ in range(times)]}
            yield Told(path.stem, case["case"], requirement, permits, scope, case)


def requirement_of(node: Mapping[str, Any], id: str) -> Requirement:
    rest = {"id": id, "clause": "一", "quote": "…", "due_from": "none", "force": "mandatory"}
    return read_requirement({**rest, **node}, "x", 5)


def tables(path: Path) -> Iterator[tuple[str, str, str]]:
    for word, table in read_plain(path).data.get("tables", {}).items():
        for given, result in table.items():
            yield word, given, result


CASES = [case for path in FILES for case in told(path)]


def judged(
    engine: str, requirement: Requirement, scope: Scope, permits: Mapping[str, Requirement], view: View
) -> Judgement:
    if engine == "forward":
        if not available():
            pytest.skip("durable-rules cannot be imported here: no forward engine")
        return ForwardEngine([requirement], scope, permits).judge(view)[0]
    if engine == "columnar":
        run = run_of(view.world, [requirement], scope, permits, view.period.end)
        assert run.fallen_back == []
        outcome, reason = said_of(run, view)[requirement.id]
        return Judgement(requirement, outcome, view, reason=reason)
    return reference.Engine([requirement], scope, permits).judge(view)[0]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}: {case.name}")
def test_case(case: Told, engine: str) -> None:
    result = judged(engine, case.requirement, case.scope, case.permits, case.view())
    assert (result.outcome, result.message) == (case.plain["is"], None)
    if "reason" in case.plain:
        assert result.reason == case.plain["reason"]
    if engine == "columnar":
        return  # it says outcomes and reasons; values are looked at where there is a gap
    if "value" in case.plain:
        decimals = case.scope.types[case.requirement.indicator].decimals
        assert shown(result.value, decimals) == expected(case.plain["value"])
    if "years" in case.plain:
        assert {year: item.outcome for year, item in result.years} == {
            int(year): outcome for year, outcome in case.plain["years"].items()
        }


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.file}: {case.name}")
def test_cases_are_of_the_language(case: Told) -> None:
    assert list(check_requirement(case.requirement, case.scope, case.permits)) == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("word", "given", "result"), [row for path in FILES for row in tables(path)])
def test_truth_table(word: str, given: str, result: str, engine: str) -> None:
    scope = scope_of(Path(__file__).with_name("conditions.yaml"))
    where = {"a": True, "b": True} if word == "and" else {"any": [{"a": True}, {"b": True}]}
    node = {"binds": {"kind": "institution", "where": where}, "indicator": "done", "target": True}
    facts = {name: TRUTHS[letter] for name, letter in zip("ab", given, strict=True) if letter != "U"}
    plain = {"is": BOUND[result], "facts": {**facts, "done": True}}
    case = Told("conditions", word, requirement_of(node, "x/1"), {}, scope, plain)
    assert judged(engine, case.requirement, scope, {}, case.view()).outcome == BOUND[result]


def test_every_numbered_case_is_there() -> None:
    numbers = [int(number) for case in CASES if (number := case.name.partition(" · ")[0]).isdigit()]
    assert sorted(numbers) == list(range(1, 41))


def shown(value: Any, decimals: int) -> Any:
    if value is None:
        return "unknown"
    if isinstance(value, NoValue):
        return "no_value"
    if isinstance(value, bool | str):
        return value
    interval = value if isinstance(value, Interval) else Interval(value, value)
    lo, hi = (None if isinstance(end, float) else Fraction(end) / 10**decimals for end in (interval.lo, interval.hi))
    return lo if lo == hi else (lo, hi)


def expected(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(None if end is None else Fraction(end) for end in value)
    if isinstance(value, bool) or value in ("unknown", "no_value"):
        return value
    return Fraction(value)
