"""Markdown: the whole report as a text that reads well as it is and on a web page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gradeeval.findings.result import Result
from gradeeval.messages import _, day
from gradeeval.reports import tables, whole_tables
from gradeeval.reports.cells import Table, joined, period, shown
from gradeeval.reports.composing import build_report
from gradeeval.reports.content import Report, SubjectReport, labelled
from gradeeval.reports.rendering import Layout

_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~!&$]|^\s*[-+=]|^\s*[0-9]+[.)](?=\s|$)|(?<=[a-zA-Z])://|@)")


def render(result: Result, layout: Layout) -> bytes:  # noqa: ARG001 - the signature of all renderers
    """GitHub's Markdown in UTF-8. Nothing from profiles or rules is taken for markup, link or HTML."""
    return written(build_report(result))


def written(report: Report) -> bytes:
    """The text of a report."""
    return ("\n".join(_lines(report)) + "\n").encode()


def escaped(text: str) -> str:
    """The text so that it is shown as it stands; ``://`` and ``@`` are broken up so that no link is made of them."""
    return _SIGNS.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    found = match[0]
    if found in ("://", "@"):
        return {"://": "&#58;//", "@": "&#64;"}[found]
    if found in ("<", ">", "&"):
        return {"<": "&lt;", ">": "&gt;", "&": "&amp;"}[found]
    return f"{found[:-1]}\\{found[-1]}"


def _lines(report: Report) -> Iterator[str]:
    yield f"# {escaped(report.title)}"
    yield ""
    yield labelled(_("评定日"), day(report.as_of))
    yield ""
    if len(report.subjects) != 1:
        yield from _table(whole_tables.overview(report), 2)
    for subject in report.subjects:
        yield from _subject(subject)
    if report.notes:
        yield from _heading(_("说明"), 2)
        yield from (f"- {escaped(note)}" for note in report.notes)
        yield ""
    yield from _heading(_("依据"), 2)
    for basis in report.basis:
        yield f"- {escaped(basis.kind)} {escaped(basis.id)} {escaped(basis.title)} `{basis.digest}`"
    yield ""
    yield from _heading(_("签字"), 2)
    yield "　".join(labelled(label, "＿＿＿＿＿＿") for label in report.signatures)


def _subject(subject: SubjectReport) -> Iterator[str]:
    yield from _heading(subject.name, 2)
    verdict = labelled(_("总评"), escaped(subject.verdict))
    yield f"**{verdict}**"
    yield ""
    yield from (f"- {line}" for line in _about(subject))
    yield ""
    yield from _counts(subject)
    one = (subject,)
    for table in tables.acting(one):
        yield from _table(table, 3)
    yield from _steps(subject)
    for table in (tables.rolled(one), tables.reviews(one), tables.met(one), tables.not_applicable(one)):
        yield from _table(table, 3)


def _about(subject: SubjectReport) -> Iterator[str]:
    yield labelled(_("对象编号"), escaped(subject.id))
    yield labelled(_("类别"), escaped(subject.sort))
    if subject.place:
        yield labelled(_("所在地"), escaped(subject.place))
    yield labelled(_("数据时期"), escaped(shown(period(subject.period))))
    for document in subject.documents:
        about = _("{title}（{verdict}）").format(
            title=joined(document.title, document.number, between=" "), verdict=document.verdict
        )
        yield labelled(_("文件"), escaped(about))
    yield from map(escaped, subject.grounds)
    yield from (_("注意：{note}").format(note=escaped(note)) for note in subject.notes)
    if subject.digest:
        yield labelled(_("档案摘要"), f"`{subject.digest}`")


def _counts(subject: SubjectReport) -> Iterator[str]:
    counts = subject.counts
    yield _line(["", *(count.outcome for count in counts)])
    yield "|---|" + "---:|" * len(counts)
    yield _line([_("全部要求"), *(str(count.all) for count in counts)])
    yield _line([_("其中必须"), *(str(count.mandatory) for count in counts)])
    yield ""


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _steps(subject: SubjectReport) -> Iterator[str]:
    rows = [row for row in subject.of("error", "unmet", "met") if row.steps is not None]
    if not rows:
        return
    yield from _heading(_("推算过程"), 3)
    for row in rows:
        yield from _heading(f"{row.clause} {row.title}（{row.short_id}）", 4)
        if row.reading:
            yield "- " + labelled(_("解读"), escaped(row.reading))
        for line in row.trace():
            text = escaped(line.text)
            yield f"{'  ' * (line.indent // 2)}- {f'**{text}**' if line.heading else text}"
        yield ""


def _heading(text: str, level: int) -> Iterator[str]:
    yield f"{'#' * level} {escaped(text)}"
    yield ""


def _table(table: Table, level: int) -> Iterator[str]:
    """A heading and the table; nothing where there are no rows. Columns without a text are left out."""
    rows = [[escaped(shown(cell)) for cell in row] for row in table.rows]
    if not rows:
        return
    kept = [index for index, heading in enumerate(table.headings) if heading.blank or any(row[index] for row in rows)]
    yield from _heading(_("{title}（{count}）").format(title=table.title, count=len(rows)), level)
    yield _line(escaped(table.headings[index].text) for index in kept)
    yield "|" + "---|" * len(kept)
    for row in rows:
        yield _line(row[index] for index in kept)
    yield ""
