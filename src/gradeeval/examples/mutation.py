"""Tries the mutants of a ruleset on its examples: which of them does no example notice?

A mutant is *refused* where the language would not read it, *noticed* where one example does not come out as expected, else it
has *survived*. Judged is by the reference engine; the worlds of the examples are built once, and a changed formula
gets worlds of its own around the same profiles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from multiprocessing import get_context

from gradeeval import messages
from gradeeval.engines.cases import CaseWorld
from gradeeval.engines.reference import Engine
from gradeeval.examples.mutants import Mutant, indicator_mutants, requirement_mutants
from gradeeval.examples.running import compared
from gradeeval.language.checking import Fault, check_indicators, check_requirement
from gradeeval.language.nodes import Indicator, Origin, Requirement
from gradeeval.language.plain import formula_plain
from gradeeval.language.scope import Scope
from gradeeval.rulesets.reading import read_examples
from gradeeval.rulesets.ruleset import Case, Loaded, PolicyDocument, Ruleset

NOTICED = "noticed"
REFUSED = "refused"
SURVIVED = "survived"


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a mutant; ``by`` is the title of the example that noticed it or the sentence that refused it.

    Of a change in a formula that the ruleset uses and does not define, ``formula`` is the word of it (``share``) and ``reader``
    the first requirement that it serves.
    """

    mutant: str
    fate: str
    by: str
    origin: Origin
    formula: str = ""
    reader: str = ""


@dataclass(slots=True)
class Trials:
    """The rules and the examples of one ruleset, on which its mutants are tried; ``own`` are the indicators it defines."""

    document: PolicyDocument
    requirements: Sequence[Requirement]
    cases: Mapping[str, Sequence[Case]]
    scope: Scope
    own: frozenset[str] = frozenset()
    _worlds: dict[str, list[CaseWorld]] = field(default_factory=dict)

    @classmethod
    def of_ruleset(cls, ruleset: Ruleset, loaded: Loaded, scope: Scope) -> Trials:
        """The trials of a ruleset, its examples read."""
        cases: dict[str, list[Case]] = {}
        for case in read_examples(ruleset):
            cases.setdefault(case.requirement, []).append(case)
        own = frozenset(indicator.name for indicator in ruleset.indicators)
        return cls(ruleset.document, loaded.requirements, cases, scope, own)

    def subjects(self) -> list[str]:
        """What has mutants: the requirements, then the indicators with a formula that they use, in their order."""
        return [*(requirement.id for requirement in self.requirements), *self._readers()]

    def of(self, subject: str) -> list[Tried]:
        """Every mutant of a requirement or an indicator, tried."""
        indicator = self.scope.indicators.get(subject)
        if indicator is not None:
            readers = self._readers()[subject]
            found = [self._indicator(mutant, readers) for mutant in indicator_mutants(indicator, self.scope)]
            if indicator.name in self.own or indicator.formula is None:
                return found
            word = next(iter(formula_plain(indicator.formula)))
            return [replace(one, formula=word, reader=readers[0].id) for one in found]
        requirement = next(item for item in self.requirements if item.id == subject)
        return [self._requirement(mutant, requirement) for mutant in requirement_mutants(requirement, self.scope)]

    def _readers(self) -> dict[str, list[Requirement]]:
        """The indicators with a formula, and the requirements whose outcome they can change."""
        found: dict[str, list[Requirement]] = {}
        for requirement in self.requirements:
            permit = self._permits().get(requirement.unless or "")
            wheres = [requirement.where, *([permit.where] if permit is not None else [])]
            open_names = [requirement.indicator, *(name for where in wheres for name in where.names())]
            seen = set()
            while open_names:
                name = open_names.pop(0)
                indicator = self.scope.indicators.get(name)
                if name not in seen and indicator is not None and indicator.formula is not None:
                    seen.add(name)
                    found.setdefault(name, []).append(requirement)
                    open_names.extend(indicator.names())
        return found

    def _permits(self) -> dict[str, Requirement]:
        return {item.id: item for item in self.requirements if item.force == "permit"}

    def _requirement(self, mutant: Mutant[Requirement], original: Requirement) -> Tried:
        rule, permits = mutant.rule, self._permits()
        others = {item.id: item for item in self.requirements} | {rule.id: rule}
        if rule.id in permits:
            permits[rule.id] = rule
        for _origin, refusal in check_requirement(rule, self.scope, others):
            return Tried(mutant.id, REFUSED, refusal.sentence, original.origin)
        excused = [item for item in self.requirements if item.unless == rule.id]
        return self._judged(mutant.id, [rule, *excused], permits, self.scope, original.origin)

    def _indicator(self, mutant: Mutant[Indicator], readers: Sequence[Requirement]) -> Tried:
        scope = self.scope.with_indicator(mutant.rule)
        others = {item.id: item for item in self.requirements}
        for _origin, refusal in self._faults(mutant.rule, readers, scope, others):
            return Tried(mutant.id, REFUSED, refusal.sentence, mutant.rule.origin)
        return self._judged(mutant.id, readers, self._permits(), scope, mutant.rule.origin)

    @staticmethod
    def _faults(
        indicator: Indicator, readers: Sequence[Requirement], scope: Scope, others: Mapping[str, Requirement]
    ) -> Iterator[Fault]:
        yield from check_indicators([indicator], scope)
        yield from check_indicators((one for one in scope.indicators.values() if indicator.name in one.names()), scope)
        for requirement in readers:
            yield from check_requirement(requirement, scope, others)

    def _judged(
        self,
        mutant: str,
        requirements: Iterable[Requirement],
        permits: Mapping[str, Requirement],
        scope: Scope,
        origin: Origin,
    ) -> Tried:
        for requirement in requirements:
            engine = Engine([requirement], scope, permits)
            for case, world in zip(self.cases.get(requirement.id, ()), self._worlds_of(requirement.id), strict=True):
                view = world.view if scope is self.scope else world.in_scope(scope)
                if not compared(case, engine.judge(view)[0], scope).passed:
                    return Tried(mutant, NOTICED, f"{case.requirement}「{case.title}」", origin)
        return Tried(mutant, SURVIVED, "", origin)

    def _worlds_of(self, id: str) -> list[CaseWorld]:
        worlds = self._worlds.get(id)
        if worlds is None:
            requirement = next(item for item in self.requirements if item.id == id)
            worlds = [CaseWorld(case, requirement, self.document, self.scope) for case in self.cases.get(id, ())]
            self._worlds[id] = worlds
        return worlds


def tried(trials: Sequence[Trials], processes: int) -> Iterator[tuple[int, list[Tried]]]:
    """The mutants of each subject of each ruleset, tried, in their order, whatever the number of processes.

    Each item is the index of the ruleset and what became of the mutants of one subject.
    """
    subjects = [(index, subject) for index, one in enumerate(trials) for subject in one.subjects()]
    if processes < 2:
        for index, subject in subjects:
            yield index, trials[index].of(subject)
        return
    with ProcessPoolExecutor(
        processes, get_context("spawn"), initializer=_begin, initargs=(tuple(trials), messages.language())
    ) as pool:
        yield from pool.map(_work, subjects, chunksize=16)


_given: tuple[Trials, ...] = ()
"""What a process of the pool works on."""


def _begin(trials: tuple[Trials, ...], language: str) -> None:
    global _given
    _given = trials
    messages.use(language)


def _work(subject: tuple[int, str]) -> tuple[int, list[Tried]]:
    return subject[0], _given[subject[0]].of(subject[1])
