"""Findings as ``batch`` has recorded them, in words: the same words as for the findings of ``check``.

A row has the columns of the result files. Figures are floats there that read back as the decimals that they are.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gradeeval.findings.finding import Relation
from gradeeval.findings.gap import UNITS, Range, state_to_reach
from gradeeval.language.nodes import Ratio, Requirement
from gradeeval.language.scope import Reference, Scope
from gradeeval.messages import _
from gradeeval.quantity import decimal_text
from gradeeval.reports import words
from gradeeval.reports.behind import Behind, Child
from gradeeval.reports.figures import grouped, number, span, to_do

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """A requirement as the installed rules have it, with what it looks at."""

    requirement: Requirement
    reference: Reference
    scope: Scope


Rules = Callable[[str], Rule | None]
"""Finds a requirement by its id; None where the installed rules no longer have it."""

CODES = "codes"
"""The unit of a shortfall of a list."""


class Recorded:
    """Puts rows into words."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._found: dict[str, Rule | None] = {}

    def rule(self, row: Row) -> Rule | None:
        """The requirement of a row as the installed rules have it."""
        id = row["requirement"]
        if id not in self._found:
            self._found[id] = self._rules(id)
        return self._found[id]

    def target(self, row: Row) -> str:
        """What is asked."""
        rule = self.rule(row)
        return words.target(rule.requirement.target, rule.reference) if rule is not None else str(row["target"])

    def actual(self, row: Row) -> str:
        """The figure that was tested, with numerator and denominator where it is a quotient; of an order the grade."""
        rule = self.rule(row)
        if rule is not None and rule.reference.type.form == "yes_no":
            return self._yes_or_no(row)
        low = exact(row.get("actual_lo"))
        if rule is not None and rule.reference.type.form == "ordered":
            values = rule.reference.type.values
            ranked = {rank: code for code, rank in values.ranks.items()} if values is not None else {}
            return values.label(ranked[int(low)]) if values is not None and low is not None and low in ranked else ""
        if rule is not None and rule.reference.type.form == "list":
            asked = len(_plain(row["target"]).get("includes", ()))
            if low is None:
                return _("{count} 项全部具备").format(count=asked) if row.get("outcome") == "met" else ""
            return _("{count} 项中有 {have} 项").format(count=asked, have=int(low))
        part, whole = exact(row.get("numerator")), exact(row.get("denominator"))
        limit = limit_of(row)
        if isinstance(part, Fraction) and isinstance(whole, Fraction) and whole:
            times = 100 if row["unit"] == "percent" else 1
            return _("{share}（{part}/{whole}）").format(
                share=number(times * part / whole, row["unit"], limit),
                part=grouped(decimal_text(part)),
                whole=grouped(decimal_text(whole)),
            )
        return self.figure(row, "actual", limit)

    def figure(self, row: Row, name: str, beside: Fraction | None = None) -> str:
        """A figure or an interval in the unit of the target; empty where nothing is known."""
        pair = pair_of(row, name)
        rule = self.rule(row) if "requirement" in row else None
        if pair is None or _says_nothing(pair, row["unit"], rule):
            return ""
        return span(pair, row["unit"], beside)

    def to_do(self, row: Row) -> str:
        """What is still to do; empty where there is nothing to measure."""
        rule = self.rule(row) if "requirement" in row else None
        if rule is not None and row.get("outcome") == "unmet":
            state = state_to_reach(rule.requirement.target.test, rule.reference)
            if state is not None:
                return to_do(state, rule.reference, rule.scope)
        pair = pair_of(row, "shortfall")
        if pair is None or row.get("outcome") not in ("unmet", "unknown", None):
            return ""
        if row.get("outcome") == "unknown" and not self.actual(row):
            return ""
        if row.get("shortfall_unit") == CODES:
            return _("缺 {count} 项").format(count=span(pair, None))
        return _("差 {amount}").format(amount=span(pair, self.unit(row), 0))

    def unit(self, row: Row) -> str | None:
        """The unit that what is still to do is counted in."""
        unit = row.get("shortfall_unit")
        return "institutions" if unit == UNITS and row.get("part_kind") == "institution" else unit

    def behind(self, row: Row) -> Behind:
        """What stands behind a target on an area; ``row`` as ``batch.areas`` gives it."""
        lack, unsure = row["pulling_count"]
        pace, needed = exact(row["pace"]), exact(row["pace_needed"])
        change = pace if row["within"] is None else None
        unit = row["unit"]
        return Behind(
            outcome=row["outcome"],
            amount=pair_of(row, "shortfall") if row["outcome"] in ("unmet", "unknown") else None,
            unit=self.unit(row),
            lack=lack,
            unsure=unsure,
            lacking=[one["name"] for one in row["pulling"] if one["lacks"]],
            doubtful=[one["name"] for one in row["pulling"] if not one["lacks"]],
            differs=row["differs"],
            reported=self.figure(row, "reported"),
            computed=self.figure(row, "computed"),
            source=row["source"],
            before=self.figure(row, "before"),
            change=change if isinstance(change, Fraction) else None,
            change_unit=unit,
            pace=number(pace, unit) if row["within"] is not None and pace is not None else "",
            pace_needed=number(needed, unit) if needed is not None else "",
            children=[self._child(one, row) for one in row["children"]],
            effect_unit=self._effect_unit(row),
            counted=row["unit"] == "count" and row["part_kind"] is not None,
        )

    def _child(self, one: Row, row: Row) -> Child:
        effect = exact(one["effect"])
        return Child(
            name=one["name"],
            actual=self.figure(
                {**one, "unit": row["unit"], "requirement": row["requirement"]}, "actual", limit_of(row)
            ),
            rank=one["rank"],
            effect=effect if isinstance(effect, Fraction) else None,
        )

    def _effect_unit(self, row: Row) -> str | None:
        if row["part_kind"] is not None:
            return "institutions" if row["part_kind"] == "institution" else UNITS
        rule = self.rule(row)
        formula = (
            rule.reference.indicator.formula if rule is not None and rule.reference.indicator is not None else None
        )
        return rule.scope.types[formula.of].unit if rule is not None and isinstance(formula, Ratio) else None

    @staticmethod
    def _yes_or_no(row: Row) -> str:
        wanted = json.loads(row["target"])
        said = {"met": wanted, "unmet": not wanted}.get(row.get("outcome") or "")
        return "" if said is None else (_("是") if said else _("否"))


@dataclass(frozen=True, slots=True)
class _Cited:
    id: str
    clause: str


def relations(row: Row) -> str:
    """How a finding stands to other requirements on the subject; empty where it stands alone."""
    return _("；").join(
        words.relation(Relation(one["relation"], _Cited(one["requirement"], one["clause"]), one["basis"], one["why"]))
        for one in row["relations"]
    )


def exact(value: float | int | None) -> Fraction | float | None:
    """The decimal that a float stands for; an infinity stays."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return value
    return Fraction(repr(value))


def pair_of(row: Row, name: str) -> Range | None:
    """A figure from its lower to its upper bound."""
    low, high = exact(row.get(f"{name}_lo")), exact(row.get(f"{name}_hi"))
    return None if low is None or high is None else (low, high)


def _says_nothing(pair: Range, unit: str | None, rule: Rule | None) -> bool:
    """Whether it is no more than the range that any value has."""
    low, high = pair
    least: Fraction | None = Fraction(0)
    most = Fraction(100) if unit == "percent" else None
    if rule is not None:
        own = rule.reference.type
        least = Fraction(own.lowest) if own.lowest is not None else None
        most = Fraction(own.highest) if own.highest is not None else None
    below = isinstance(low, float) or (least is not None and low <= least)
    above = isinstance(high, float) or (most is not None and high >= most)
    return low != high and below and above


def limit_of(row: Row) -> Fraction | None:
    """The limit that a shown figure must stay on its side of."""
    plain = _plain(row["target"]) if "target" in row else {}
    for word in ("at_least", "above", "at_most", "below", "equals"):
        if isinstance(plain.get(word), int | float):
            return Fraction(repr(plain[word]))
    return None


def _plain(target: str) -> Mapping[str, Any]:
    plain = json.loads(target)
    return plain if isinstance(plain, dict) else {}
