"""Is there a subject on which requirements come out so? What ``lint --prove`` and ``diff`` ask.

    prover = Prover(workspace.scope.vocabulary, workspace.rosters)          # MissingExtra without z3
    old, new = Demand(requirement, scope, permits), Demand(…)              # each with the scope it is read in
    change = prover.difference(old, new, jurisdictions=("410000",))
    change.tightened                                                         # an Answer: a subject that met old and misses new
    prover.find([Wish(old, MET), Wish(new, UNMET)], jurisdictions=())        # the one question behind all others

An ``Answer`` says ``found`` with a ``Witness``, ``none`` (proved: there is no such subject), or ``undecided``: Z3 did not decide in
its time, or the reference engine did not confirm the witness. Nothing is said to be found that was not replayed.

A witness is a case as in a ruleset's ``examples``: fields, facts, earlier years, parts, what is around the subject. It holds the
facts that it needs and no others. ``none`` speaks of subjects all of whose facts are known; more facts never undo a definite
outcome, so that is no restriction. What is approximated (docs/decisions/016) is so in one direction only: a subject too many
may be considered, never one too few.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from gradeeval.engines.judgement import EXCUSED, NEEDS_REVIEW, NOT_APPLICABLE, NOT_BEGUN, NOT_USED, Judgement
from gradeeval.engines.solver.demand import APPLIES, MET, NOT_BOUND, NOT_MISSED, UNMET, Demand, common_sort
from gradeeval.errors import MissingExtra
from gradeeval.language.nodes import Reach
from gradeeval.messages import _
from gradeeval.profiles.profile import Roster
from gradeeval.proving.replaying import outcomes_on, smallest
from gradeeval.proving.years import checkpoints
from gradeeval.rulesets.ruleset import Case
from gradeeval.vocabulary import Vocabulary

if TYPE_CHECKING:
    from gradeeval.engines.solver.question import Question

FOUND, NONE, UNDECIDED = "found", "none", "undecided"

TIMEOUT = 2_000
"""Milliseconds for one question."""


@dataclass(frozen=True, slots=True)
class Wish:
    """How a demand is to come out: ``met``, ``unmet``, ``applies``, ``not_bound`` or ``not_missed``."""

    demand: Demand
    word: str


@dataclass(frozen=True, slots=True)
class Witness:
    """A case, and the outcome of each demand on it as the reference engine says (in the order of the wishes)."""

    case: Case
    outcomes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """``found`` with a witness, ``none``, or ``undecided`` with the reason as a sentence."""

    word: str
    witness: Witness | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two readings of a demand part: a subject for each direction, or the proof that there is none."""

    tightened: Answer
    loosened: Answer
    newly_bound: Answer
    released: Answer

    @property
    def equivalent(self) -> bool:
        """Whether no subject comes out differently."""
        return all(answer.word == NONE for answer in self.answers())

    @property
    def undecided(self) -> bool:
        """Whether there is no difference that was found, and one that was not excluded."""
        words = {answer.word for answer in self.answers()}
        return FOUND not in words and UNDECIDED in words

    def answers(self) -> tuple[Answer, ...]:
        """All four."""
        return self.tightened, self.loosened, self.newly_bound, self.released


@dataclass
class Prover:
    """Puts questions to the solver. ``timeout`` is in milliseconds, for one question. Raises ``MissingExtra`` without z3."""

    vocabulary: Vocabulary
    rosters: Sequence[Roster] = ()
    timeout: int = TIMEOUT
    _realms: dict[Any, Any] = field(default_factory=dict)
    _places: Any = None

    def __post_init__(self) -> None:
        if importlib.util.find_spec("z3") is None:
            raise MissingExtra(_("证明需要 z3-solver：pip install 'gradeeval[prove]'"))
        try:
            from gradeeval.engines.solver.identity import Places
        except Exception as error:  # z3 has an exception of its own for a library that the system cannot load
            sentence = _("z3-solver 无法载入（{why}）；请重新安装：pip install --force-reinstall 'gradeeval[prove]'")
            raise MissingExtra(sentence.format(why=error)) from error

        self._places = Places(self.rosters)

    def overlapping(self, first: str, second: str, year: int) -> bool:
        """Whether two jurisdictions have subjects in common: one lies in the other by the roster of that year."""
        return bool(self._places.nested(first, second, f"{year}-12-31"))

    def find(self, wishes: Sequence[Wish], jurisdictions: Iterable[str] = (), years: Sequence[int] = ()) -> Answer:
        """A subject in all jurisdictions on which every wish holds, in the first of the years in which there is one.

        Without ``years`` they are those in which a window of the demands begins or ends. Demands that bind no common
        sort of subject: none.
        """
        demands = [wish.demand for wish in wishes]
        if common_sort(demands) is None:
            return Answer(NONE)
        open_: Answer | None = None
        for year in years or checkpoints(demands):
            asked = Asked(self, demands, tuple(jurisdictions), year)
            answer = asked.find([(index, wish.word) for index, wish in enumerate(wishes)])
            if answer.word == FOUND:
                return answer
            if answer.word == UNDECIDED:
                open_ = answer
        return open_ or Answer(NONE)

    def difference(self, old: Demand, new: Demand, jurisdictions: Iterable[str] = ()) -> Difference:
        """Where two readings of one demand come out differently. Those of different sorts of subjects part everywhere."""
        if old.scope is not new.scope and old.reads_like(new):
            old = replace(old, scope=new.scope)
        places = tuple(jurisdictions)

        def found(one: str, other: str) -> Answer:
            return self.find([Wish(old, one), Wish(new, other)], places)

        return Difference(
            tightened=found(MET, UNMET),
            loosened=found(UNMET, MET),
            newly_bound=found(NOT_BOUND, APPLIES),
            released=found(APPLIES, NOT_BOUND),
        )

    def question(self, demands: Sequence[Demand], jurisdictions: tuple[str, ...], year: int) -> Question:
        """The question of the solver behind an answer; what is known of a jurisdiction is kept for the next."""
        from gradeeval.engines.solver.question import Question
        from gradeeval.engines.solver.realm import Realm

        reach = common_sort(demands)
        key = (jurisdictions, reach)
        realm = self._realms.get(key)
        if realm is None:
            fields = self.vocabulary.fields
            division = fields["region"].get("division")
            realm = self._realms[key] = Realm(
                places=self._places,
                divisions=division.type.values if division is not None else None,
                jurisdictions=jurisdictions,
                own=self._own(jurisdictions, year),
                timeout=self.timeout,
                fields=fields,
            )
        return Question(demands, realm, year)

    def _own(self, jurisdictions: tuple[str, ...], year: int) -> Reach | None:
        """The sort of the narrowest jurisdiction: of that sort there is only itself."""
        tiers = [self._places.tier(code, f"{year}-12-31") for code in jurisdictions]
        known = [tier for tier in ("county", "prefecture", "province", "nation") if tier in tiers]
        return Reach("region", known[0]) if known else None


class Asked:
    """Demands on one subject in one year; any number of wishes."""

    def __init__(self, prover: Prover, demands: Sequence[Demand], jurisdictions: tuple[str, ...], year: int) -> None:
        self.demands = demands
        self._question = prover.question(demands, jurisdictions, year)

    def possible(self, *wishes: tuple[int, str]) -> bool | None:
        """Whether wishes (the index of a demand, and how it is to come out) can hold together; None: not decided."""
        answer = self._question.ask(*(self._question.outcome(index, word) for index, word in wishes))
        return {"yes": True, "no": False}.get(answer)

    def core(self, kept: Iterable[tuple[int, str]], *wishes: tuple[int, str]) -> list[int]:
        """Of the demands that are kept in vain beside the wishes, enough to see that they cannot be."""
        marked = {f"{index} {word}": self._question.outcome(index, word) for index, word in kept}
        found = self._question.core(marked, *(self._question.outcome(index, word) for index, word in wishes))
        return [int(mark.split()[0]) for mark in found]

    def met_by_one(self, kept: Iterable[tuple[int, str]], left: Iterable[int]) -> set[int]:
        """Which of the demands that are left one subject meets, on which the wishes that are kept hold; at least one if it can be."""
        formulas = [self._question.outcome(index, word) for index, word in kept]
        wanted = {index: self._question.outcome(index, MET) for index in left}
        return self._question.some(formulas, wanted)

    def find(self, wishes: Sequence[tuple[int, str]]) -> Answer:
        """A subject on which the wishes hold, replayed."""
        formulas = [self._question.outcome(index, word) for index, word in wishes]
        answer = self._question.ask(*formulas)
        if answer == "no":
            return Answer(NONE)
        if answer == "open":
            return Answer(UNDECIDED, why=_("求解器在限定时间内没有得出结论"))
        model = self._question.model(*formulas)
        if model is None:
            return Answer(UNDECIDED, why=_("求解器在限定时间内没有得出结论"))
        for case in self._question.cases(model):
            if self._confirmed(case, wishes):
                small = smallest(case, lambda one: self._confirmed(one, wishes))
                judged = outcomes_on(small, [self.demands[index] for index, _word in wishes])
                assert judged is not None
                return Answer(FOUND, Witness(small, tuple(item.outcome for item in judged)))
        return Answer(UNDECIDED, why=_("求解器给出的档案没有得到 reference 引擎的确认"))

    def _confirmed(self, case: Case, wishes: Sequence[tuple[int, str]]) -> bool:
        judged = outcomes_on(case, [self.demands[index] for index, _word in wishes])
        return judged is not None and all(
            comes_out(item, word) for item, (_index, word) in zip(judged, wishes, strict=True)
        )


def comes_out(judgement: Judgement, word: str) -> bool:
    """Whether the reference engine says of a demand what was wished."""
    if word == NOT_MISSED:
        return judgement.outcome in (MET, NOT_APPLICABLE)
    if word not in (APPLIES, NOT_BOUND):
        return judgement.outcome == word
    years = [item for _year, item in judgement.years] or [judgement]
    if word == NOT_BOUND:
        return all(item.reason in (NOT_BOUND, NOT_BEGUN) for item in years)
    return any(item.outcome in (MET, UNMET, NEEDS_REVIEW) or item.reason in (EXCUSED, NOT_USED) for item in years)
