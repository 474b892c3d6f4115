"""Makes the report of a subject out of what ``batch`` has recorded, in the words that ``composing`` uses for findings.

What was not recorded is not told: steps, missing facts, evidence. What the installed rules no longer have, neither.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gradeeval.engines.judgement import MET
from gradeeval.language.nodes import Includes, Reach
from gradeeval.messages import _, chosen, listed
from gradeeval.reports import figures, naming, words
from gradeeval.reports.behind import Sentence, sentences
from gradeeval.reports.composing import signatures, tally
from gradeeval.reports.content import (
    Basis,
    DocumentVerdict,
    Figure,
    Named,
    Origin,
    Ranked,
    Report,
    Rolled,
    Row,
    SubjectReport,
)
from gradeeval.reports.explanation import due
from gradeeval.reports.measured import figure, of_target, quotient
from gradeeval.reports.origins import lacks
from gradeeval.reports.overview import grounds
from gradeeval.reports.page import clean
from gradeeval.reports.ranking import size
from gradeeval.reports.recorded import Recorded, Rule, exact, limit_of, pair_of, relations
from gradeeval.reports.recorded import Row as Line

_ENGINE = "columnar"


@dataclass(frozen=True, slots=True)
class Run:
    """The run that recorded it: its day, titles of documents by id, digests of dataset, rulesets and rosters by id."""

    as_of: str
    documents: Mapping[str, str]
    dataset: str
    rulesets: Mapping[str, str]
    rosters: Mapping[str, str]


def rebuild_report(answer: Mapping[str, Any], recorded: Recorded, run: Run, most: int = 0) -> Report:
    """The report of the answer on an area or subject; its lists name ``most`` parts at most (0: all)."""
    found: Sequence[Line] = answer["targets"] if "targets" in answer else answer["findings"]
    rows = tuple(_row(number, line, recorded, run) for number, line in enumerate(found, 1))
    who = answer["subject"]
    notes = [_("由 batch 的结果做成：没有推算过程、缺少的数据和佐证材料；要看这些，用 check 评定这个对象")]
    if most and "parts" in answer:
        notes.append(_("名单各列前 {count} 个；--limit 0 列出全部").format(count=most))
    subject = SubjectReport(
        kind=who["kind"],
        file="",
        line=None,
        id=clean(who["id"]),
        name=clean(who["name"] or who["id"]),
        sort=naming.sort(Reach(who["kind"], who["tier"], who["type"])),
        place=clean(who["place"]),
        period=who["period"],
        code=who["verdict"],
        verdict=words.verdict(who["verdict"]),
        verdict_short=words.verdict_short(who["verdict"]),
        documents=tuple(
            DocumentVerdict(clean(run.documents.get(id, id)), "", "", code, words.verdict_short(code))
            for id, code in answer["verdicts"].items()
        ),
        grounds=tuple(grounds((row.force_code, row.code, row.binding, row.due_day) for row in rows)),
        counts=tally(rows),
        notes=(),
        digest="",
        rows=rows,
        wanting=(),
        rolled=tuple(map(_rolled, answer.get("parts", ()))),
    )
    return Report(
        title=_("政策文件对照评定报告"),
        as_of=run.as_of,
        engine=_ENGINE,
        traced=False,
        subjects=(subject,),
        basis=(
            *(Basis(_("规则集"), id, clean(run.documents.get(id, "")), text) for id, text in run.rulesets.items()),
            *(Basis(_("名册"), clean(id), "", text) for id, text in run.rosters.items()),
            Basis(_("数据集"), "", "", run.dataset),
        ),
        notes=tuple(notes),
        signatures=signatures(),
    )


def _row(number: int, line: Line, recorded: Recorded, run: Run) -> Row:
    rule = recorded.rule(line)
    requirement = rule.requirement if rule is not None else None
    indicator = rule.reference.indicator if rule is not None else None
    ruleset = line["requirement"].partition("/")[0]
    told = Figure(clean(recorded.target(line)))
    target, target_short = of_target(rule.requirement.target, rule.reference) if rule is not None else (told, told)
    date = line["due"]
    question = (requirement.target.needs_review if requirement is not None else None) or ""
    why = words.reason(line["reason"])
    if question and line["outcome"] == "needs_review":
        why = _("请评定：{question}").format(question=question)
    standing = _("常年要求，没有期限") if date is None else date
    responsible = tuple(map(clean, requirement.responsible)) if requirement is not None else ()
    origin = _origin(line, recorded)
    remarks = [origin.said("differs") if origin is not None else "", relations(line)]
    remark = clean(_("；").join(text for text in remarks if text))
    return Row(
        number=number,
        code=line["outcome"],
        id=line["requirement"],
        ruleset=ruleset,
        document=clean(run.documents.get(ruleset, ruleset)),
        clause=clean(line["clause"]),
        quote=clean(requirement.quote) if requirement is not None else "",
        title=clean(chosen(line["title"], line["title_en"])),
        actual=_actual(line, recorded),
        target=target,
        target_short=target_short,
        gap=_gap(line, recorded),
        outcome=words.outcome_due(line["outcome"], line["overdue"]),
        force=words.force(line["force"]),
        force_code=line["force"],
        due=clean(due(requirement)) if requirement is not None else standing,
        due_iso=clean(due(requirement, str)) if requirement is not None else standing,
        due_day=date,
        overdue=line["overdue"],
        responsible=responsible,
        offices=listed(responsible),
        department=clean(indicator.department or "") if indicator is not None else "",
        system=clean(indicator.data_system or "") if indicator is not None else "",
        topics=requirement.topics if requirement is not None else (),
        binds=naming.sort(requirement.binds) if requirement is not None else "",
        evidence="",
        why=clean(why),
        question=clean(question),
        remarks=remark,
        flags=remark,
        relations=clean(relations(line)),
        reading=clean(requirement.reading or "") if requirement is not None else "",
        size=_size(line, rule),
        distance=_distance(line, rule),
        origin=origin,
        steps=None,
    )


def _actual(line: Line, recorded: Recorded) -> Figure:
    text = clean(recorded.actual(line) or "—")
    pair = pair_of(line, "actual") if "actual_lo" in line else None
    if pair is None or pair[0] != pair[1] or isinstance(pair[0], float):
        return Figure(text)
    part, whole = exact(line["numerator"]), exact(line["denominator"])
    if isinstance(part, Fraction) and isinstance(whole, Fraction) and whole:
        number = (100 if line["unit"] == "percent" else 1) * part / whole
        return quotient(text, number, (part, whole), line["unit"], limit_of(line))
    rule = recorded.rule(line)
    measured = rule is None or rule.reference.type.form == "number"
    return figure(text, pair[0]) if measured else Figure(text)


def _gap(line: Line, recorded: Recorded) -> Figure:
    text, pair = clean(recorded.to_do(line)), pair_of(line, "shortfall")
    if not text or pair is None or pair[0] != pair[1] or isinstance(pair[0], float):
        return Figure(text)
    return figure(text, pair[0])


def _size(line: Line, rule: Rule | None) -> Fraction:
    if rule is None:
        return Fraction(1)
    test, most = rule.requirement.target.test, pair_of(line, "shortfall")
    lacking = None
    if isinstance(test, Includes) and most is not None and not isinstance(most[1], float):
        lacking = int(most[1])
    return size(test, pair_of(line, "gap"), lacking, rule.reference)


def _distance(line: Line, rule: Rule | None) -> figures.Distance | None:
    pair = pair_of(line, "actual")
    if rule is None or rule.reference.type.form != "number" or pair is None:
        return None
    return figures.distance(rule.requirement.target.test, float(pair[0]), float(pair[1]))


def _origin(line: Line, recorded: Recorded) -> Origin | None:
    if "pulling" not in line or line["outcome"] not in ("unmet", "unknown", MET):
        return None
    found = recorded.behind(line)
    said = tuple(Sentence(one.about, clean(one.text)) for one in sentences(found))
    if not said and not line["children"]:
        return None
    parts = line["pulling"] if line["outcome"] != MET else ()
    return Origin(
        sentences=said,
        lacking=tuple(_named(one) for one in parts if one["lacks"]),
        unsure=tuple(_named(one) for one in parts if not one["lacks"]),
        children=tuple(
            Ranked(
                Named(clean(one["id"]), clean(one["name"]), ""),
                one["rank"],
                _child_figure(child.actual, one),
                lacks(child, found.effect_unit),
            )
            for one, child in zip(line["children"], found.children, strict=True)
        ),
    )


def _child_figure(text: str, child: Mapping[str, Any]) -> Figure:
    pair = pair_of(child, "actual")
    if not text or pair is None or pair[0] != pair[1] or isinstance(pair[0], float):
        return Figure(text or "—")
    return figure(text, pair[0])


def _rolled(line: Mapping[str, Any]) -> Rolled:
    named: Mapping[str, Sequence[Mapping[str, Any]]] = line["named"]
    outcomes = {code: tuple(map(_named, parts)) for code, parts in named.items() if parts}
    absent = {one["id"]: _named(one) for parts in named.values() for one in parts if one["absent"]}
    return Rolled(
        id=line["requirement"],
        clause=clean(line["clause"]),
        title=clean(chosen(line["title"], line["title_en"])),
        sort=naming.sort(Reach(line["kind"], line["tier"], line["type"])),
        force=words.force(line["force"]),
        force_code=line["force"],
        due_day=line["due"],
        counts=line["counts"],
        outcomes=outcomes,
        absent=tuple(absent.values()),
        absences=line["absent"],
    )


def _named(one: Mapping[str, Any]) -> Named:
    return Named(clean(one["id"]), clean(one["name"]), clean(one.get("place") or ""))
