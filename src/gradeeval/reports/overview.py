"""The head of a report: one line for each subject of a run, and for each subject the verdict with what it rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from gradeeval.engines.judgement import MET, NEEDS_REVIEW, NOT_APPLICABLE, UNKNOWN, UNMET
from gradeeval.findings.result import Result, SubjectResult
from gradeeval.messages import _, day
from gradeeval.reports import naming, words
from gradeeval.reports.fitting import Cell, Column
from gradeeval.reports.page import GREEN, RED, YELLOW, Page

SHOWN_OUTCOMES = (MET, UNMET, UNKNOWN, NEEDS_REVIEW, "error", NOT_APPLICABLE)
"""The order that counts are shown in."""

_TINTS = {"met": GREEN, "unmet": RED, "unknown": YELLOW, "nothing_due": ""}


def say_overview(page: Page, result: Result) -> None:
    """One line for each subject."""
    page.heading(_("评定 {count} 个对象，评定日 {as_of}").format(count=len(result.subjects), as_of=day(result.as_of)))
    outcomes = [code for code in SHOWN_OUTCOMES if any(subject.counts[code] for subject in result.subjects)]
    columns = [
        Column(_("对象"), 20),
        Column(_("时期"), 4),
        Column(_("总评"), 10),
        *(Column(words.outcome(code), 6, right=True) for code in outcomes),
    ]
    rows: list[list[Cell]] = [
        [
            naming.subject(subject.view),
            naming.period(subject.view.period.text),
            words.verdict_short(subject.verdict),
            *(str(subject.counts[code]) for code in outcomes),
        ]
        for subject in result.subjects
    ]
    page.table(columns, rows)


def say_verdict(page: Page, subject: SubjectResult, result: Result) -> None:
    """Who was judged, over what, as of when, and what came out."""
    view = subject.view
    page.rule(heavy=True)
    page.say(f"{naming.subject(view)}  {view.id}", tint="1")
    page.labelled(
        [
            (_("类别"), naming.sort(view.reach)),
            (_("所在地"), naming.place(view)),
            (_("数据时期"), naming.period(view.period.text)),
            (_("评定日"), day(result.as_of)),
            (_("引擎"), result.engine),
            *(
                pair
                for id in subject.verdicts
                for pair in (
                    (_("文件"), naming.document(result.documents[id])),
                    (_("文号"), result.documents[id].number or ""),
                )
            ),
        ]
    )
    page.blank()
    page.say(
        _("总评：{verdict}").format(verdict=words.verdict(subject.verdict)), hanging=6, tint=_TINTS[subject.verdict]
    )
    if len(subject.verdicts) > 1:
        for id, verdict in subject.verdicts.items():
            page.say(
                _("{label}：{text}").format(
                    label=naming.document(result.documents[id]), text=words.verdict_short(verdict)
                ),
                indent=2,
                hanging=2,
            )
    entries = (
        (finding.requirement.force, finding.outcome, finding.binding, finding.requirement.due)
        for finding in subject.findings
    )
    for text in grounds(entries):
        page.say(text, indent=2, hanging=2)
    if subject.findings:
        page.blank()
        _say_counts(page, subject)
    for note in subject.notes:
        page.say(_("注意：{note}").format(note=note), hanging=2)
    page.rule(heavy=True)


def grounds(findings: Iterable[tuple[str, str, bool, str | None]]) -> list[str]:
    """Sentences that say what the verdict comes from, and what it does not count.

    Of each finding the force, the outcome, whether it is due or standing, and the deadline.
    """
    found = []
    entries = list(findings)
    for outcome, sentence in (
        (UNMET, _("{count} 项必须达到的要求已到期（或为常年要求）而未达标")),
        (UNKNOWN, _("{count} 项必须达到的要求已到期（或为常年要求）而数据不足")),
        (NEEDS_REVIEW, _("{count} 项必须达到的要求已到期（或为常年要求）而需人工评定")),
    ):
        count = sum((force, own) == ("mandatory", outcome) and binding for force, own, binding, _due in entries)
        if count:
            found.append(sentence.format(count=count))
    later = [str(due) for force, own, binding, due in entries if (force, own) == ("mandatory", UNMET) and not binding]
    if later:
        found.append(
            _("{count} 项必须达到的要求目前未达标，但尚未到期（最近的期限 {due}），不影响总评").format(
                count=len(later), due=day(min(later))
            )
        )
    weaker = sum(own == UNMET and force != "mandatory" for force, own, _binding, _due in entries)
    if weaker:
        found.append(_("{count} 项力争、鼓励等类要求未达标，不影响总评").format(count=weaker))
    return found


def _say_counts(page: Page, subject: SubjectResult) -> None:
    """Counts by outcome, and the mandatory ones among them."""
    everything = subject.counts
    mandatory = Counter(finding.outcome for finding in subject.findings if finding.requirement.force == "mandatory")
    outcomes = [code for code in SHOWN_OUTCOMES if code != "error" or everything[code]]
    if page.room >= 70:
        columns = [
            Column("", 8),
            *(Column(words.outcome(code), 6, right=True) for code in outcomes),
            Column(_("合计"), 4, right=True),
        ]
        page.table(
            columns,
            [
                [label, *(str(counts[code]) for code in outcomes), str(sum(counts.values()))]
                for label, counts in ((_("全部要求"), everything), (_("其中必须"), mandatory))
            ],
        )
        return
    page.table(
        [Column(_("结论"), 10), Column(_("全部"), 4, right=True), Column(_("其中必须"), 8, right=True)],
        [
            *([words.outcome(code), str(everything[code]), str(mandatory[code])] for code in outcomes),
            [_("合计"), str(sum(everything.values())), str(sum(mandatory.values()))],
        ],
    )
