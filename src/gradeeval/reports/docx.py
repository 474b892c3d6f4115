"""The Word form, laid out as official documents are: A4, 仿宋, headings in 黑体 and 楷体, page numbers, lines to sign on.

``word_package`` makes the package, ``wordml`` the text of the body; this module says what stands in it, and in which order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from gradeeval.files.packing import repacked, spool
from gradeeval.findings.result import Result
from gradeeval.messages import _, day
from gradeeval.reports import tables, whole_tables, wordml
from gradeeval.reports.cells import Cell, Heading, Table, joined, period, shown
from gradeeval.reports.composing import build_report
from gradeeval.reports.content import MARKS, Report, SubjectReport, labelled
from gradeeval.reports.rendering import Layout
from gradeeval.reports.word_package import write_package

_BODY = "word/document.xml"
_FILLS = {
    "✗": "F7D4D4",
    "?": "FFF1C9",
    "✎": "E0E9FB",
    "!": "E4D7F5",
    "✓": "E3F4E6",
}
_LEAST, _CLAUSE, _DAY, _WIDEST_WORD = 0.8, 1.9, 2.9, 2.4
"""The narrowest column in cm, those of clauses and of dates, and up to where a column is as wide as its longest word."""

_WORD = re.compile(r"[0-9]+年[0-9]+月[0-9]+日|[!-,.-~]+-?|-")

_LONG = 900
"""A row with more characters in a cell than this may be torn over two pages; LibreOffice cuts off what does not fit."""

_MOST_NAMES = 5
"""What a cell of the roll-up names."""

_FOOTER = re.compile(rb'<w:footerReference [^>]*r:id="([^"]+)"')


def render(result: Result, layout: Layout) -> bytes:  # noqa: ARG001 - the signature of all renderers
    """The document; the same bytes for the same result."""
    return written(build_report(result))


def written(report: Report) -> bytes:
    """The document of a report."""

    def write(old: bytes, stream: IO[bytes]) -> None:
        head, _body, tail = old.partition(b"<w:body>")
        _old, end, rest = tail.rpartition(b"</w:body>")
        footer = _FOOTER.search(old)
        assert footer is not None
        stream.write(head + b"<w:body>")
        for part in _body_of(report, footer[1].decode()):
            stream.write(part.encode())
        stream.write(end + rest)

    with spool() as stream:
        write_package(report.title, stream)
        return repacked(stream, report.as_of, {_BODY: write})


def _body_of(report: Report, footer: str) -> Iterator[str]:
    """All of the body; ``footer`` is the id that sections name the footer by."""
    for part in _parts(report):
        yield part.replace(wordml.FOOTER_HERE, footer) if "<w:sectPr>" in part else part


def _parts(report: Report) -> Iterator[str]:
    yield wordml.paragraph(report.title, "Title")
    if len(report.subjects) != 1:
        said = _("评定 {count} 个对象，评定日 {as_of}").format(count=len(report.subjects), as_of=day(report.as_of))
        yield wordml.paragraph(said)
        yield from wordml.section_end(landscape=False)
        yield from _table(whole_tables.overview(report), 1, wordml.LANDSCAPE)
        yield from wordml.section_end(landscape=True)
    for number, subject in enumerate(report.subjects):
        if number:
            yield from wordml.section_end(landscape=False)
        yield from _subject(report, subject)
    yield from _closing(report)
    yield wordml.section(landscape=False)


def _subject(report: Report, subject: SubjectReport) -> Iterator[str]:
    """The parts in the order of all reports; wide tables on pages that are turned."""
    one = (subject,)
    yield wordml.paragraph(subject.name, "Heading 1")
    yield from _verdict(report, subject)
    yield from wordml.section_end(landscape=False)
    acting = (_table(_for_word(table), 2, wordml.LANDSCAPE) for table in tables.acting(one))
    yield from _own_pages(acting, landscape=True)
    yield from _own_pages([_steps(subject)], landscape=False)
    beyond = (
        _table(_for_word(tables.rolled(one, _MOST_NAMES)), 2, wordml.LANDSCAPE),
        _cut(subject),
        _table(_for_word(tables.reviews(one)), 2, wordml.LANDSCAPE),
    )
    yield from _own_pages(beyond, landscape=True)
    for table in (tables.met(one), tables.not_applicable(one)):
        yield from _table(_for_word(table), 2, wordml.PORTRAIT)


def _cut(subject: SubjectReport) -> Iterator[str]:
    """Where all names stand, if the roll-up does not tell them: they would fill hundreds of pages."""
    lists = (
        names
        for item in subject.rolled
        for names in (*(found for code, found in item.outcomes.items() if code != "met"), item.absent)
    )
    if any(len(names) > _MOST_NAMES for names in lists):
        yield wordml.paragraph(
            _("汇总每格最多写 {most} 个名称；全部名称见 Excel、网页或 JSON 的报告。").format(most=_MOST_NAMES)
        )


def _own_pages(parts: Iterable[Iterable[str]], *, landscape: bool) -> Iterator[str]:
    """The parts in a section of their own; no section where there is nothing in it."""
    filled = False
    for part in parts:
        for text in part:
            filled = True
            yield text
    if filled:
        yield from wordml.section_end(landscape=landscape)


def _verdict(report: Report, subject: SubjectReport) -> Iterator[str]:
    fill = _FILLS.get({"unmet": "✗", "unknown": "?", "met": "✓"}.get(subject.code, ""), "F0F0F0")
    documents = [
        _("{title}（{verdict}）").format(title=joined(item.title, item.number, between=" "), verdict=item.verdict)
        for item in subject.documents
    ]
    pairs = [
        (_("对象"), subject.name),
        (_("对象编号"), subject.id),
        (_("类别"), subject.sort),
        (_("所在地"), subject.place),
        (_("数据时期"), shown(period(subject.period))),
        (_("评定日"), day(report.as_of)),
        *((_("文件"), text) for text in documents),
        (_("总评"), subject.verdict),
        *((_("依据"), text) for text in subject.grounds),
        *((_("注意"), text) for text in subject.notes),
    ]
    rows = []
    for label, text in pairs:
        if text:
            main = label == _("总评")
            rows.append(
                wordml.cell(label, 3.2, "Cell Head", size=12)
                + wordml.cell(
                    text, wordml.PORTRAIT - 3.2, "Cell Head" if main else "Cell", fill if main else "", size=12
                )
            )
    yield wordml.grid([3.2, wordml.PORTRAIT - 3.2], [], rows)
    yield wordml.paragraph("")
    counts = subject.counts
    first = 2.6
    width = (wordml.PORTRAIT - first) / len(counts)
    head = wordml.cell("", first, "Cell Head") + "".join(
        wordml.cell(f"{MARKS[count.code]} {count.outcome}", width, "Cell Head") for count in counts
    )
    lines = [
        wordml.cell(label, first, "Cell Head") + "".join(wordml.cell(str(number), width, "Cell") for number in numbers)
        for label, numbers in (
            (_("全部要求"), [count.all for count in counts]),
            (_("其中必须"), [count.mandatory for count in counts]),
        )
    ]
    yield wordml.grid([first] + [width] * len(counts), [head], lines)


def _for_word(table: Table) -> Table:
    """The table with the short id under the clause, instead of in a column of its own at the end."""
    clause = next((at for at, heading in enumerate(table.headings) if heading.text == _("条款号")), None)
    if clause is None or table.headings[-1].text != _("编号"):
        return table

    def rows() -> Iterator[Sequence[Cell]]:
        for row in table.rows:
            changed = list(row[:-1])
            changed[clause] = f"{row[clause]}\n{str(row[-1]).partition('/')[2]}"
            yield changed

    return Table(table.title, table.headings[:-1], rows(), table.outcome)


def _steps(subject: SubjectReport) -> Iterator[str]:
    rows = [row for row in subject.of("error", "unmet", "met") if row.steps is not None]
    if not rows:
        return
    yield wordml.paragraph(_("推算过程"), "Heading 2")
    for row in rows:
        yield wordml.paragraph(
            labelled(
                _("{clause} {title}（{id}）").format(clause=row.clause, title=row.title, id=row.short_id), row.outcome
            ),
            "Step Head",
            keep=True,
            before=6,
        )
        yield wordml.paragraph(labelled(_("原文"), row.quote), "Step", indent=1)
        if row.reading:
            yield wordml.paragraph(labelled(_("解读"), row.reading), "Step", indent=1)
        for line in row.trace():
            indent = 1 if line.heading else 1 + line.indent // 2
            yield wordml.paragraph(line.text, "Step Head" if line.heading else "Step", keep=line.heading, indent=indent)


def _closing(report: Report) -> Iterator[str]:
    if report.notes:
        yield wordml.paragraph(_("说明"), "Heading 1")
        for note in report.notes:
            yield wordml.paragraph(note, "Step")
    yield wordml.paragraph(_("依据"), "Heading 1")
    for basis in report.basis:
        parts = [basis.kind, basis.id, basis.title, _("摘要 {digest}").format(digest=basis.digest)]
        yield wordml.paragraph(" ".join(part for part in parts if part), "Step")
    for subject in (subject for subject in report.subjects if subject.digest):
        parts = [_("档案"), subject.name, subject.id, _("摘要 {digest}").format(digest=subject.digest)]
        yield wordml.paragraph(" ".join(parts), "Step")
    yield wordml.paragraph(_("签字"), "Heading 1", keep=True)
    half = wordml.PORTRAIT / 2
    cells = [wordml.cell(labelled(label, ""), half, "Cell", size=14, tall=True) for label in report.signatures]
    if len(cells) % 2:
        cells.append(wordml.cell("", half, "Cell", size=14, tall=True))
    yield wordml.grid([half, half], [], [cells[at] + cells[at + 1] for at in range(0, len(cells), 2)])


def _table(table: Table, level: int, room: float) -> Iterator[str]:
    """A heading and the table, its head on every page; nothing where there are no rows. Empty columns are left out."""
    rows = [list(row) for row in table.rows]
    if not rows:
        return
    kept = [at for at, heading in enumerate(table.headings) if heading.blank or any(shown(row[at]) for row in rows)]
    widths = _widths([table.headings[at] for at in kept], [[shown(row[at]) for at in kept] for row in rows], room)
    yield wordml.paragraph(
        _("{title}（{count}）").format(title=table.title, count=len(rows)), f"Heading {level}", keep=True
    )
    head = "".join(
        wordml.cell(table.headings[at].text, size, "Cell Head") for at, size in zip(kept, widths, strict=True)
    )
    yield wordml.grid_head(widths) + wordml.row(head, head=True)
    for row in rows:
        cells = []
        for at, size in zip(kept, widths, strict=True):
            text = shown(row[at])
            fill = _FILLS.get(text[:1], "") if at == table.outcome else ""
            cells.append(wordml.cell(text, size, "Cell", fill))
        yield wordml.row("".join(cells), loose=any(len(shown(cell)) > _LONG for cell in row))
    yield "</w:tbl>"


def _width(word: str) -> float:
    """Centimetres that a word needs in a cell; a long one may be torn, a date is not: Word sets room between 年 and digits."""
    return _DAY if "年" in word else min(_WIDEST_WORD, 0.18 * len(word) + 0.3)


def _widths(headings: Sequence[Heading], rows: Sequence[Sequence[str]], room: float) -> list[float]:
    """Centimetres for each column: what its longest word needs (up to a limit), and the rest by the headings' widths."""
    longest = [
        max(
            (_width(word) for text in (heading.text, *(row[at] for row in rows)) for word in _WORD.findall(text)),
            default=_LEAST,
        )
        for at, heading in enumerate(headings)
    ]
    least = [
        max(_CLAUSE if heading.text == _("条款号") else _LEAST, size)
        for heading, size in zip(headings, longest, strict=True)
    ]
    total = sum(heading.width for heading in headings)
    more = [max(0.0, room * heading.width / total - size) for size, heading in zip(least, headings, strict=True)]
    rest = max(0.0, room - sum(least)) / (sum(more) or 1)
    widths = [size + rest * wish for size, wish in zip(least, more, strict=True)]
    return [size * room / sum(widths) for size in widths]
