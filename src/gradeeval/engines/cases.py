"""The small world of one example: its subject, the earlier years, the parts and what is around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gradeeval.engines.views import View, World
from gradeeval.errors import InvalidContent
from gradeeval.language.nodes import Reach, Requirement
from gradeeval.language.scope import Scope
from gradeeval.messages import _
from gradeeval.problems import Problem
from gradeeval.profiles.facts import near_fact, read_fact
from gradeeval.profiles.profile import ListedPart, Profile, Roster, Value
from gradeeval.rulesets.reading import place_of
from gradeeval.rulesets.ruleset import Case, PolicyDocument
from gradeeval.schemas import unknown_name
from gradeeval.timeline import Period, read_period

_SUBJECT = "subject"


class CaseWorld:
    """The small world of one case: the subject, its earlier years, its parts and what is around it.

    ``document`` may be None where the case states its period. Raises ``InvalidContent`` where it names an unknown field or fact.
    """

    def __init__(self, case: Case, requirement: Requirement, document: PolicyDocument | None, scope: Scope) -> None:
        self._case = case
        self._scope = scope
        period = _period(case, requirement, document)
        subject = self._profile(_SUBJECT, requirement.binds, case.fields, case.facts, period)
        profiles = [subject]
        for year, given in case.earlier.items():
            before = read_period(year)
            if before is None:
                raise InvalidContent([problem_of(case, _("“{period}”不是日历上的时期").format(period=year))])
            fields = {**case.fields, **_plain(given.get("fields"))}
            profiles.append(self._profile(_SUBJECT, requirement.binds, fields, _plain(given.get("facts")), before))
        rosters: list[Roster] = []
        if case.parts is not None:
            rows: list[ListedPart] = []
            self._parts(case.parts, _SUBJECT, period, profiles, rows)
            complete = frozenset({"institution", "network", *("nation", "province", "prefecture", "county")})
            rosters.append(Roster("case", "case", _SUBJECT, tuple(rows), complete))
        for index, around in enumerate(case.above):
            reach = Reach(str(around["kind"]), _text(around.get("tier")), _text(around.get("type")))
            fields = {name: value for name, value in around.items() if name not in ("kind", "tier", "type", "facts")}
            profiles.append(self._profile(f"above{index}", reach, fields, _plain(around.get("facts")), period))
        self._subject = subject
        self._profiles = profiles
        self._rosters = rosters
        self.world = World(scope, profiles, rosters, lenient=True)
        self.view = self.world.view(subject)

    def in_scope(self, scope: Scope) -> View:
        """The subject in a world of its own, in which formulas mean what this scope says."""
        return World(scope, self._profiles, self._rosters, lenient=True).view(self._subject)

    def _parts(
        self,
        parts: Sequence[Mapping[str, Any]],
        whole: str,
        period: Period,
        profiles: list[Profile],
        rows: list[ListedPart],
    ) -> None:
        for index, part in enumerate(parts):
            reach = Reach(part["kind"], part.get("tier"), part.get("type"))
            id = f"{whole}.{index}"
            fields = {
                name: value for name, value in part.items() if name not in ("kind", "tier", "type", "facts", "parts")
            }
            name = str(part.get("name", id))
            rows.append(ListedPart(reach.kind, id, name, whole, reach.tier, reach.type, self._fields(fields, reach)))
            profiles.append(self._profile(id, reach, fields, part.get("facts", {}), period))
            self._parts(part.get("parts", ()), id, period, profiles, rows)

    def _profile(
        self, id: str, reach: Reach, fields: Mapping[str, Any], facts: Mapping[str, Any], period: Period
    ) -> Profile:
        values = dict(self._fields(fields, reach))
        for name, written in facts.items():
            indicator = self._scope.indicators.get(name)
            if indicator is None or indicator.reach.kind != reach.kind:
                raise InvalidContent([problem_of(self._case, near_fact(name, self._scope.indicators, reach.kind))])
            value, _proof, fault = read_fact(written, self._scope.types[name])
            if fault is not None:
                raise InvalidContent([problem_of(self._case, f"{name}：{fault}")])
            if value is not None:
                values[name] = value
        return Profile(reach.kind, id, str(fields.get("name", "")), period, id, reach.tier, reach.type, values)

    def _fields(self, fields: Mapping[str, Any], reach: Reach) -> dict[str, Value]:
        known = self._scope.vocabulary.fields[reach.kind]
        values: dict[str, Value] = {}
        for name, value in fields.items():
            if name not in known:
                raise InvalidContent([problem_of(self._case, unknown_name(name, known))])
            values[name] = frozenset(value) if isinstance(value, list) else value
        return values


def _period(case: Case, requirement: Requirement, document: PolicyDocument | None) -> Period:
    """The period of the case; else the year of the due date, of the horizon's end, after the document's date, or 2025."""
    text = case.period
    if text is None:
        assert document is not None
        span = document.horizon
        if requirement.due is not None:
            text = requirement.due[:4]
        elif span is not None and span.last is not None:
            text = str(span.last)
        elif document.date is not None:
            text = str(int(document.date[:4]) + 1)
        else:
            text = "2025"
    period = read_period(text)
    if period is None:
        raise InvalidContent([problem_of(case, _("“{period}”不是日历上的时期").format(period=text))])
    return period


def problem_of(case: Case, sentence: str) -> Problem:
    """A fault of a case, with its place."""
    return replace(place_of(case.origin), message=f"{case.requirement}「{case.title}」：{sentence}")


def _plain(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str | None:
    return str(value) if value is not None else None
