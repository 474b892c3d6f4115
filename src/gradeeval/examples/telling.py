"""What examples leave to be desired, where it was written: cases that differ, mutants that none notices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from gradeeval.examples.mutation import SURVIVED, Tried
from gradeeval.examples.running import Ran, known_number
from gradeeval.files.reading import PlainFile, read_plain
from gradeeval.language.nodes import Origin
from gradeeval.language.scope import Scope
from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.quantity import exact_text
from gradeeval.reports import words
from gradeeval.rulesets.ruleset import Equivalent


def differing(ran: Iterable[Ran], scope: Scope) -> list[Problem]:
    """A problem for each point in which a case did not come out as it says."""
    places = _Places()
    return [
        places.problem(
            _("{id}「{case}」：{difference}").format(
                id=one.case.requirement, case=one.case.title, difference=difference
            ),
            one.case.origin,
        )
        for one in ran
        for difference in _differences(one, scope)
    ]


def unnoticed(mutants: Iterable[Tried], declared: Mapping[str, Equivalent]) -> list[Problem]:
    """The mutants that survived and that nobody declared equivalent, then the declarations that are not needed."""
    survived = [one for one in mutants if one.fate == SURVIVED]
    ids = {one.mutant for one in survived}
    places = _Places()
    problems = [places.problem(_unnoticed(one), one.origin) for one in survived if one.mutant not in declared]
    problems.extend(
        places.problem(_("声明为等价的 {mutant} 已被例子发现，或没有这个变异体").format(mutant=mutant), one.origin)
        for mutant, one in declared.items()
        if mutant not in ids
    )
    return problems


def _unnoticed(one: Tried) -> str:
    """What to write where the change is in a formula that the ruleset took from elsewhere: using it obliges to try it."""
    if not one.formula:
        return _("没有例子发现变异体 {mutant}").format(mutant=one.mutant)
    if one.formula == "ratio":
        how = _("写出公式的两项（facts）的例子")
    else:
        how = _("用 parts 写汇总的例子，计入的、不计入的都有")
    return _("没有例子发现变异体 {mutant}：共用指标的公式，用到就要试；请为 {requirement} {how}").format(
        mutant=one.mutant, requirement=one.reader, how=how
    )


def _differences(ran: Ran, scope: Scope) -> Iterator[str]:
    """What did not come out as the case says, in words."""
    case, judgement = ran.case, ran.judgement
    if not ran.outcome:
        yield _("预期{expected}，实际{actual}").format(
            expected=words.outcome(case.expected), actual=words.outcome(judgement.outcome)
        ) + (f"（{judgement.message}）" if judgement.message else "")
    if not ran.value:
        number = known_number(judgement, scope)
        yield _("预期数值为 {expected}，实际为 {actual}").format(
            expected=case.value, actual=exact_text(number) if number is not None else _("未知")
        )
    if not ran.due:
        yield _("预期自 {expected} 起算到期，实际{actual}").format(
            expected=case.due, actual=judgement.requirement.due or _("没有期限")
        )
    if not ran.beyond_range:
        yield _("预期超出所印区间，实际没有") if case.beyond_range else _("预期没有超出所印区间，实际超出")


class _Places:
    """Places in files, each of which is read once."""

    def __init__(self) -> None:
        self._files: dict[str, PlainFile] = {}

    def problem(self, sentence: str, origin: Origin) -> Problem:
        """The sentence at the place where something was written."""
        if origin.file not in self._files:
            self._files[origin.file] = read_plain(Path(origin.file))
        line, column = self._files[origin.file].place(origin.path)
        return Problem(sentence, origin.file, line, column)
