"""The forward engine: the same questions and the same answers as the reference, by rules that chain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from gradeeval.engines.forward.outcomes import Outcomes, Verdicts
from gradeeval.engines.forward.program import Program
from gradeeval.engines.forward.session import require
from gradeeval.engines.judgement import Judgement, fold_years
from gradeeval.engines.views import View
from gradeeval.engines.windows import years_to_judge
from gradeeval.language.nodes import Change, Count, Indicator, Ratio, Requirement, Share, Sum
from gradeeval.language.scope import Scope

NAME = "forward"


class Engine:
    """Requirements compiled once, judged on any number of views of the sort that they bind.

    Building it raises ``MissingExtra`` where the C engine cannot be imported. Rules of any size are cut to what the C
    engine can bear; ``EngineLimit`` says that the fence holds where that failed. Threads are let in one at a time.
    """

    name = NAME

    def __init__(self, requirements: Iterable[Requirement], scope: Scope, permits: Mapping[str, Requirement]) -> None:
        require()
        self._requirements = tuple(requirements)
        self._scope = scope
        self._permits = permits
        outcomes = Outcomes()
        self._verdicts: Verdicts | None = None
        once = [at for at, requirement in enumerate(self._requirements) if requirement.every_year is None]
        yearly = [at for at, requirement in enumerate(self._requirements) if requirement.every_year is not None]
        self._once = _Part(once, Program([self._requirements[at] for at in once], scope, permits, outcomes))
        self._yearly = _Part(yearly, Program([self._requirements[at] for at in yearly], scope, permits, outcomes))
        self._names: list[frozenset[str]] | None = None

    def judge(self, view: View) -> list[Judgement]:
        """One judgement for each requirement, in their order; a requirement that cannot be run is an ``error``."""
        results = self._judge(view, range(len(self._requirements)))
        return [results[at] for at in range(len(self._requirements))]

    def judge_again(self, view: View, before: Sequence[Judgement], changed: Iterable[str]) -> list[Judgement]:
        """As ``judge``, where ``view`` differs from that of ``before`` in the values of these names only.

        Only requirements that look at one of them, through formulas as well, are judged anew: what if this were so? The
        other judgements are those of ``before``.
        """
        names = frozenset(changed)
        if self._names is None:
            self._names = [self._looks_at(requirement) for requirement in self._requirements]
        anew = self._judge(view, [at for at, used in enumerate(self._names) if used & names])
        return [anew.get(at, judgement) for at, judgement in enumerate(before)]

    def verdict(self, entries: Iterable[tuple[str, bool, str]]) -> str:
        """``unmet``, ``unknown``, ``met`` or ``nothing_due`` from force, whether due or standing, and outcome of each."""
        if self._verdicts is None:
            self._verdicts = Verdicts()
        return self._verdicts.of(entries)

    def bodies(self, view: View) -> list[str]:
        """What is written for the C engine at most, on one view: to measure the share of writing."""
        return self._once.program.bodies(view)

    def _judge(self, view: View, chosen: Iterable[int]) -> dict[int, Judgement]:
        wanted = set(chosen)
        own = {at: place for place, at in enumerate(self._once.positions) if at in wanted}
        judged = self._once.program.judge(view, set(own.values()))
        results = {at: judged[place] for at, place in own.items()}
        years: dict[int, list[int]] = defaultdict(list)
        spans: dict[int, list[int]] = {}
        for place, at in enumerate(self._yearly.positions):
            if at in wanted:
                span = self._requirements[at].every_year
                assert span is not None
                spans[place] = years_to_judge(span, view)
                for year in spans[place]:
                    years[year].append(place)
        by_year = {year: self._yearly.program.judge(view.at_year(year), places) for year, places in years.items()}
        for place, covered in spans.items():
            at = self._yearly.positions[place]
            pairs = [(year, by_year[year][place]) for year in covered]
            results[at] = fold_years(self._requirements[at], view, pairs)
        return results

    def _looks_at(self, requirement: Requirement) -> frozenset[str]:
        names = {requirement.indicator, *requirement.where.names()}
        if requirement.unless is not None:
            names.update(self._permits[requirement.unless].where.names())
        return frozenset(names).union(*(self._behind(name, frozenset()) for name in names))

    def _behind(self, name: str, trail: frozenset[str]) -> frozenset[str]:
        indicator = self._scope.indicators.get(name)
        if indicator is None or name in trail:
            return frozenset({name})
        used = _operands(indicator)
        return frozenset({name}).union(*(self._behind(other, trail | {name}) for other in used))


class _Part:
    """A program, and where its requirements stand among all."""

    def __init__(self, positions: list[int], program: Program) -> None:
        self.positions = positions
        self.program = program


def _operands(indicator: Indicator) -> set[str]:
    formula = indicator.formula
    if isinstance(formula, Ratio):
        return {formula.of, formula.to}
    if isinstance(formula, Change):
        return {formula.of}
    if isinstance(formula, Count | Share | Sum):
        names = set(formula.where.names())
        if isinstance(formula, Share):
            names.update(formula.having.names())
        if isinstance(formula, Sum):
            names.add(formula.value)
        return names
    return set()
