"""The CSV form: one subject a file, a row each field and fact, in UTF-8 with the mark by which Excel knows it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from gradeeval.files.writing import escape_controls
from gradeeval.forms.rows import Row, Source, fact_rows, identity_rows
from gradeeval.forms.template import Asking, Subject
from gradeeval.messages import _, listed
from gradeeval.profiles.form_layout import CSV_COLUMNS


def csv_form(subject: Subject, asking: Asking, sources: Sequence[Source]) -> bytes:
    """The bytes of the file. A text that Excel would take for a formula has an apostrophe before it."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for line in _lines(subject, asking, sources):
        writer.writerow([_harmless(line.get(column, "")) for column in CSV_COLUMNS])
    return b"\xef\xbb\xbf" + stream.getvalue().encode()


def _lines(subject: Subject, asking: Asking, sources: Sequence[Source]) -> Iterator[dict[str, str]]:
    reach = subject.reach
    yield {"key": "kind", "title": _("对象类别（不要改）"), "value": reach.kind}
    if reach.tier:
        yield {"key": "tier", "title": _("区划层级（不要改）"), "value": reach.tier}
    if reach.type:
        yield {"key": "type", "title": _("网络类型（不要改）"), "value": reach.type}
    made_from = " ".join(f"{source.document.id}={source.digest}" for source in sources)
    yield {"key": "rulesets", "title": _("依据的规则集（不要改）"), "value": made_from}
    groups = fact_rows(asking)
    for item in (*identity_rows(subject, asking), *(row for rows in groups.values() for row in rows)):
        for row in item.by_code():
            yield {
                "key": row.key,
                "title": row.title,
                "question": _question(row),
                "value": row.filled,
                "unit": row.unit,
            }


def _question(row: Row) -> str:
    parts = [row.question] if row.question else []
    if row.type is not None and row.type.values is not None and row.type.form != "list":
        labels = listed(row.type.values.label(code) for code in row.type.values.titles)
        parts.append(_("取值：{codes}").format(codes=labels))
    return " ".join(parts)


def _harmless(text: str) -> str:
    shown = escape_controls(text)
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@", "\t")) else shown
