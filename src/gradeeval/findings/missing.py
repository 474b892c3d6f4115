"""Which facts would decide what is unknown: down from the value to the facts that are absent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gradeeval.engines.conditions import compile_condition, found
from gradeeval.engines.formulas import Computed
from gradeeval.engines.judgement import UNKNOWN, Judgement
from gradeeval.engines.views import View
from gradeeval.engines.windows import first_year
from gradeeval.language.nodes import Change, Condition, Ratio, Reach, Share
from gradeeval.language.scope import Scope
from gradeeval.quantity import Interval


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that would decide: its name, of which kind of subject, and of whom (empty: the subject itself)."""

    name: str
    kind: str
    period: str
    of: tuple[tuple[str, str], ...] = ()


def what_is_missing(judgement: Judgement, scope: Scope) -> Iterable[Missing]:
    """The facts that would decide an unknown judgement, without repetition."""
    requirement = judgement.requirement
    seen: dict[tuple[str, str, str, tuple[tuple[str, str], ...]], Missing] = {}
    judged = [item for _year, item in judgement.years if item.outcome == UNKNOWN] or [judgement]
    for item in judged:
        needs = _Needs(scope)
        needs.condition(requirement.where, requirement.binds, item.view)
        bound = compile_condition(requirement.where, requirement.binds, scope)(item.view)
        if bound is not None:
            views = [item.view]
            if requirement.within is not None:
                first = first_year(requirement.within, item.view)
                views = [item.view.at_year(year) for year in range(first, item.view.period.year)] + views
            for view in views:
                needs.value(requirement.indicator, requirement.binds, view)
        for missing in needs.found:
            seen.setdefault((missing.name, missing.kind, missing.period, missing.of), missing)
    return seen.values()


class _Needs:
    """Walks down from an unknown value to the facts that are absent."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.found: list[Missing] = []
        self._depth = 0

    def condition(self, condition: Condition, reader: Reach, view: View) -> None:
        if compile_condition(condition, reader, self.scope)(view) is not None:
            return
        for name, test in condition.tests:
            if compile_condition(Condition(((name, test),)), reader, self.scope)(view) is None:
                self.value(name, reader, view)
        for alternative in condition.alternatives:
            self.condition(alternative, reader, view)

    def value(self, name: str, reader: Reach, view: View) -> None:
        reference = found(self.scope, name, reader)
        if reference.above is not None:
            above = view.world.above(view, reference.above)
            if above is None:
                title = reference.above.tier or reference.above.type or reference.above.kind
                self.found.append(Missing(name, title, view.period.text))
            else:
                self.value(name, above.reach, above)
            return
        indicator = reference.indicator
        value = view.look(reference)
        if indicator is None or indicator.formula is None:
            if value is None or isinstance(value, dict):
                self._add(name, view)
            return
        if isinstance(value, Interval) and value.known:
            return
        self._add(name, view)
        formula = indicator.formula
        if isinstance(formula, Ratio):
            for operand in (formula.of, formula.to):
                self.value(operand, indicator.reach, view)
        elif isinstance(formula, Change):
            self.value(formula.of, indicator.reach, view)
            self.value(formula.of, indicator.reach, view.at_year(view.period.year - 1))
        else:
            self._parts(formula, (view.computed or {}).get(name))

    def _parts(self, formula: Any, computed: Computed | None) -> None:
        if computed is None or self._depth:
            return
        self._depth += 1
        inner = _Needs(self.scope)
        inner._depth = self._depth
        for part in computed.unsure:
            inner.condition(formula.where, formula.of, part)
            if isinstance(formula, Share):
                inner.condition(formula.having, formula.of, part)
            elif hasattr(formula, "value"):
                inner.value(formula.value, formula.of, part)
        grouped: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
        for missing in inner.found:
            grouped.setdefault((missing.name, missing.kind, missing.period), []).extend(missing.of)
        for (name, kind, period), of in grouped.items():
            self.found.append(Missing(name, kind, period, tuple(dict.fromkeys(of))))
        self._depth -= 1

    def _add(self, name: str, view: View) -> None:
        of = ((view.id, view.name),) if self._depth else ()
        self.found.append(Missing(name, view.kind, view.period.text, of))
