"""The later phases: from truths to the outcome of a requirement, and from outcomes to the verdict, as rules too.

A truth is a number here, 0 false, 1 unknown, 2 true, so that *not true* is a comparison and no rule needs a negation. Both
tables are small: what follows from one combination is asked of the engine once and then remembered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gradeeval.engines.forward.literals import check_distinct, comparison, group
from gradeeval.engines.forward.session import Shard, shard
from gradeeval.engines.judgement import (
    BINDS_UNKNOWN,
    ERROR,
    EXCUSED,
    MET,
    NEEDS_REVIEW,
    NO_VALUE,
    NOT_APPLICABLE,
    NOT_BOUND,
    NOT_USED,
    UNKNOWN,
    UNMET,
)

FALSE, UNSURE, TRUE = 0, 1, 2
Case = tuple[int, int, int, int, int, int]
"""Bound; to be reviewed; has a value; target; excused (three truths: bound, target, excused); a permit."""

_FIELDS = ("bound", "review", "value", "target", "excuse", "permit")
_JUDGED: Mapping[str, tuple[str, int]] = {"bound": ("eq", TRUE), "review": ("eq", 0), "value": ("eq", 1)}
_MISSED: Mapping[str, tuple[str, int]] = {**_JUDGED, "target": ("lt", TRUE), "excuse": ("eq", FALSE)}
_OUTCOMES: Mapping[str, tuple[Mapping[str, tuple[str, int]], str, str | None]] = {
    "not_bound": ({"bound": ("eq", FALSE)}, NOT_APPLICABLE, NOT_BOUND),
    "bound_unknown": ({"bound": ("eq", UNSURE)}, UNKNOWN, BINDS_UNKNOWN),
    "review": ({"bound": ("eq", TRUE), "review": ("eq", 1)}, NEEDS_REVIEW, None),
    "no_value": ({"bound": ("eq", TRUE), "review": ("eq", 0), "value": ("eq", 0)}, NOT_APPLICABLE, NO_VALUE),
    "met": ({**_JUDGED, "target": ("eq", TRUE)}, MET, None),
    "excused": ({**_MISSED, "excuse": ("eq", TRUE)}, NOT_APPLICABLE, EXCUSED),
    "excuse_unknown": ({**_MISSED, "excuse": ("eq", UNSURE)}, UNKNOWN, None),
    "target_unknown": ({**_MISSED, "target": ("eq", UNSURE)}, UNKNOWN, None),
    "not_used": ({**_MISSED, "target": ("eq", FALSE), "permit": ("eq", 1)}, NOT_APPLICABLE, NOT_USED),
    "unmet": ({**_MISSED, "target": ("eq", FALSE), "permit": ("eq", 0)}, UNMET, None),
}
_CODES = {outcome: code for code, outcome in enumerate((UNMET, MET, NOT_APPLICABLE, UNKNOWN, NEEDS_REVIEW, ERROR))}
_COUNTS = {"mandatory": ("eq", 1), "binding": ("eq", 1)}
_FINDINGS = {
    "missed": {**_COUNTS, "outcome": ("eq", _CODES[UNMET])},
    "open": {**_COUNTS, "outcome": ("ge", _CODES[UNKNOWN])},
    "good": {**_COUNTS, "outcome": ("eq", _CODES[MET])},
}
_VERDICTS = {
    "unmet": {"missed": ("eq", 1)},
    "unknown": {"missed": ("eq", 0), "open": ("eq", 1)},
    "met": {"missed": ("eq", 0), "open": ("eq", 0), "good": ("eq", 1)},
    "nothing_due": {"missed": ("eq", 0), "open": ("eq", 0), "good": ("eq", 0)},
}


class Outcomes:
    """The outcome of a requirement from its truths, by rules."""

    def __init__(self) -> None:
        self._shard: Shard | None = None
        self._known: dict[Case, tuple[str, str | None]] = {}

    def of(self, case: Case) -> tuple[str, str | None]:
        """The outcome and its reason."""
        found = self._known.get(case)
        if found is None:
            if self._shard is None:
                check_distinct(_FIELDS)
                self._shard = _rules({name: conditions for name, (conditions, _outcome, _reason) in _OUTCOMES.items()})
            (name,) = self._shard.fire(_fact(dict(zip(_FIELDS, case, strict=True))))
            found = self._known[case] = _OUTCOMES[name][1:]
        return found


class Verdicts:
    """The verdict of findings, in two phases: what each finding says for it, then what all of them say."""

    def __init__(self) -> None:
        check_distinct(["mandatory", "binding", "outcome", *_FINDINGS])
        self._findings = _rules(_FINDINGS)
        self._verdicts = _rules(_VERDICTS)

    def of(self, entries: Iterable[tuple[str, bool, str]]) -> str:
        """``unmet``, ``unknown``, ``met`` or ``nothing_due`` from force, whether due or standing, and outcome of each."""
        said: set[str] = set()
        for mandatory, binding, outcome in {(force == "mandatory", due, outcome) for force, due, outcome in entries}:
            fact = {"mandatory": int(mandatory), "binding": int(binding), "outcome": _CODES[outcome]}
            said.update(self._findings.fire(_fact(fact)))
        (verdict,) = self._verdicts.fire(_fact({name: int(name in said) for name in _FINDINGS}))
        return verdict


def _rules(rules: Mapping[str, Mapping[str, tuple[str, int]]]) -> Shard:
    patterns = {}
    for name, conditions in rules.items():
        tests = [comparison(op, field, number) for field, (op, number) in conditions.items()]
        patterns[name] = tests[0] if len(tests) == 1 else group("$and", tests)
    return shard(patterns, len(patterns))


def _fact(values: Mapping[str, int]) -> str:
    return "".join(f',"{name}":{number}' for name, number in values.items())
