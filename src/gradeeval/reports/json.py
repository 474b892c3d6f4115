"""The JSON result: all of it, exact, in a fixed order. ``produced_by`` tells what ran and is not compared."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gradeeval import __version__
from gradeeval.engines.views import View
from gradeeval.findings.children import ChildFigure, children
from gradeeval.findings.contributing import pulling_down
from gradeeval.findings.earlier import year_before
from gradeeval.findings.finding import Finding
from gradeeval.findings.gap import UNITS, Range, Shortfall
from gradeeval.findings.missing import Missing
from gradeeval.findings.result import Result, RollUp, SubjectResult
from gradeeval.language.plain import binds_plain, target_plain
from gradeeval.language.scope import Reference
from gradeeval.quantity import Bound, Interval, NoValue, exact_text
from gradeeval.reports import naming, words
from gradeeval.reports.rendering import Layout

Plain = dict[str, Any]


def render(result: Result, layout: Layout) -> bytes:  # noqa: ARG001 - the signature of all renderers
    """The result as indented JSON in UTF-8."""
    import json

    text = json.dumps(result_plain(result), ensure_ascii=False, indent=1, default=decimal_plain)
    return (text + "\n").encode()


def result_plain(result: Result) -> Plain:
    """The result as plain data, in the form of ``result.schema.json``."""
    return {
        "version": "1",
        "as_of": result.as_of,
        "subjects": [_subject(subject) for subject in result.subjects],
        "findings": [finding_plain(finding, result) for finding in result.findings],
        "roll_up": [_roll_up(item) for item in result.roll_up],
        "rulesets": [
            _kept({"id": id, "title": result.documents[id].title if id in result.documents else None, "digest": digest})
            for id, digest in result.rulesets
        ],
        "rosters": [{"id": id, "digest": digest} for id, digest in result.rosters],
        "notes": list(result.notes),
        "produced_by": {
            "version": __version__,
            "engine": result.engine,
            "platform": f"{platform.python_implementation()} {platform.python_version()} {platform.system()}",
        },
    }


def finding_plain(finding: Finding, result: Result) -> Plain:
    """One finding as plain data."""
    requirement, judgement = finding.requirement, finding.judgement
    reference = finding.reference
    title, title_en = titles(finding, result)
    shortfall, shortfall_unit = _shortfall(finding.shortfall)
    computed, earlier = finding.computed, year_before(finding)
    return _kept(
        {
            "subject": finding.view.id,
            "kind": finding.view.kind,
            "requirement": requirement.id,
            "document": requirement.document,
            "clause": requirement.clause,
            "quote": requirement.quote,
            "title": title,
            "title_en": title_en,
            "topics": list(requirement.topics),
            "force": requirement.force,
            "indicator": requirement.indicator,
            "unit": reference.type.unit,
            "target": target_plain(requirement.target),
            "binds": binds_plain(requirement),
            "outcome": finding.outcome,
            "reason": judgement.message or judgement.reason,
            "due": requirement.due,
            "due_from": requirement.due_from,
            "overdue": finding.overdue,
            "late": finding.late or None,
            "stale": finding.stale or None,
            "actual": value_plain(judgement.value, reference),
            "actual_source": finding.source,
            "reported": value_plain(finding.reported, reference) if computed is not None else None,
            "computed": value_plain(computed.value, reference) if computed is not None else None,
            "gap": _range(finding.gap),
            "shortfall": shortfall,
            "shortfall_unit": shortfall_unit,
            "missing": [
                _kept(
                    {
                        "fact": missing.name,
                        "title": naming.fact(missing.name, result.scope),
                        "of": of,
                        "period": missing.period,
                    }
                )
                for missing in finding.missing
                for of in _of(missing)
            ],
            "excused_by": requirement.unless if judgement.reason == "excused" else None,
            "notes": words.notes(finding),
            "relations": [
                _kept(
                    {
                        "relation": relation.kind,
                        "requirement": relation.other.id,
                        "clause": relation.other.clause,
                        "basis": relation.basis,
                        "why": relation.why,
                    }
                )
                for relation in finding.relations
            ],
            "years": [
                {"year": str(year), "outcome": one.outcome, "actual": value_plain(one.value, reference)}
                for year, one in judgement.years
            ],
            "contributes": [_named(part) for part in pulling_down(finding)],
            "children": [_child(child, finding) for child in children(finding)],
            "before": value_plain(earlier.value, reference) if earlier is not None else None,
            "change": exact_text(earlier.change) if earlier is not None and earlier.change is not None else None,
            "reading": requirement.reading,
            "responsible": list(requirement.responsible),
        }
    )


def titles(finding: Finding, result: Result) -> tuple[str, str | None]:
    """The Chinese and the English title of the requirement; those of its indicator where it has none."""
    requirement = finding.requirement
    if requirement.title is not None:
        return requirement.title, requirement.title_en
    return result.scope.title(requirement.indicator, requirement.binds.kind)


def _subject(subject: SubjectResult) -> Plain:
    view = subject.view
    return _kept(
        {
            "kind": view.kind,
            "id": view.id,
            "name": view.name or view.values.get("name"),
            "tier": view.tier,
            "type": view.type,
            "region": view.profile.region if view.profile is not None else None,
            "period": view.period.text,
            "verdict": subject.verdict,
            "counts": dict(sorted(subject.counts.items())),
            "digest": subject.digest,
            "notes": list(subject.notes),
        }
    )


def _roll_up(item: RollUp) -> Plain:
    return {
        "requirement": item.requirement.id,
        "subject": item.subject.id,
        "outcomes": {outcome: [_named(part) for part in parts] for outcome, parts in sorted(item.outcomes.items())},
        "absent": [_named(part) for part in item.absent],
    }


def _child(child: ChildFigure, finding: Finding) -> Plain:
    figures = {
        "rank": child.rank,
        "actual": value_plain(child.value, finding.reference),
        "effect": exact_text(child.effect) if child.effect is not None else None,
    }
    return _kept({**_named(child.view), **figures})


def _of(missing: Missing) -> Iterator[str | None]:
    if missing.of:
        yield from (id for id, _name in missing.of)
    else:
        yield None


def _named(view: View) -> Plain:
    return {"id": view.id, "name": view.name or view.values.get("name")}


def _kept(plain: Plain) -> Plain:
    """Without what is absent; ``overdue`` keeps its null, which says: a standing duty."""
    return {key: value for key, value in plain.items() if key == "overdue" or (value is not None and value != [])}


def value_plain(value: Any, reference: Reference) -> Any:
    """A value that was tested as plain data, exact; None where it is unknown or there is no value."""
    if value is None or isinstance(value, NoValue):
        return None
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return exact_text(Fraction(value, 10**reference.type.decimals))
    if isinstance(value, Interval):
        scale = 10**reference.type.decimals
        low, high = _bound(value.lo, scale), _bound(value.hi, scale)
        return low if low == high else {"lo": low, "hi": high}
    if isinstance(value, Mapping):
        return {code: value[code] for code in sorted(value)}
    assert isinstance(value, frozenset)
    return dict.fromkeys(sorted(value), True)


def _bound(bound: Bound, scale: int) -> str | None:
    return None if isinstance(bound, float) else exact_text(Fraction(bound) / scale)


def _range(pair: Range | None) -> Any:
    if pair is None:
        return None
    low, high = (_bound(bound, 1) if not isinstance(bound, float) else None for bound in pair)
    return low if low == high else {"lo": low, "hi": high}


def _shortfall(shortfall: Shortfall | None) -> tuple[Any, str | None]:
    if shortfall is None:
        return None, None
    if shortfall.amount is not None:
        return _range(shortfall.amount), "count" if shortfall.unit == UNITS else shortfall.unit
    if shortfall.grade is not None:
        return shortfall.grade, None
    return (list(shortfall.codes) or None), None


def decimal_plain(value: object) -> Any:
    """A decimal as a JSON number, for ``default`` of ``json.dumps``."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value).__name__)
